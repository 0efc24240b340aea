//! The schema's steps, applied one by one to a marketplace that is in use.

use haggle::db::{self, MIGRATIONS};
use sqlx::{AssertSqlSafe, Executor as _, PgPool, SqlSafeStr as _, migrate::Migrator};

use crate::support::TestDatabase;

/// What people have made by the time that a step is there. Every step with tables of its own has
/// rows here, so that the steps after it meet some.
fn rows_after(version: i64) -> &'static str {
    match version {
        1 => {
            "INSERT INTO accounts (email, password_hash, name) VALUES
                 ('ana@example.com', 'x', 'Ana'), ('bela@example.com', 'x', 'Béla');
             INSERT INTO accounts (email, password_hash, name, is_admin) VALUES
                 ('root@example.com', 'x', 'Root', true);
             INSERT INTO buyers (account_id) SELECT id FROM accounts WHERE NOT is_admin;
             INSERT INTO customers (account_id, shop_name) SELECT id, name FROM accounts WHERE name = 'Béla'"
        }
        2 => {
            "INSERT INTO sessions (id_hash, account_id, data, expires_at)
             SELECT '\\x01', id, '{}', now() + interval '1 day' FROM accounts WHERE name = 'Ana'"
        }
        3 => {
            "INSERT INTO products
                 (seller_id, category_id, title, description, price_minor, currency, condition, place)
             SELECT s.id, c.id, 'A lamp', 'It shines.', 2500, 'EUR', 'good', 'Győr'
             FROM customers s, categories c WHERE c.slug = 'home';
             INSERT INTO photos (product_id, position, key, width, height)
             SELECT id, 0, md5('x'), 800, 600 FROM products"
        }
        4 => {
            "INSERT INTO rooms
                 (buyer_id, seller_id, last_seq, buyer_total, seller_total, last_from, last_body, last_at)
             SELECT b.id, s.id, 2, 1, 1, 'seller', 'Yes.', now()
             FROM buyers b JOIN accounts a ON a.id = b.account_id AND a.name = 'Ana', customers s;
             INSERT INTO messages (room_id, seq, ordinal, client_id, body, sent_at)
             SELECT id, 1, 1, gen_random_uuid(), 'Is it still there?', now() FROM rooms;
             INSERT INTO post_messages (room_id, seq, ordinal, client_id, body, sent_at)
             SELECT id, 2, 1, gen_random_uuid(), 'Yes.', now() FROM rooms"
        }
        5 => {
            "INSERT INTO audit_log (admin_id, action, subject)
             SELECT id, 'person.suspend', 'Ana' FROM accounts WHERE is_admin"
        }
        6 => "INSERT INTO demo_pictures (product_id, position, file) SELECT id, 1, 'lamp' FROM products",
        7 => {
            "INSERT INTO photo_drafts (key, seller_id, width, height)
             SELECT md5('y'), id, 800, 600 FROM customers;
             UPDATE products SET paused_at = now()"
        }
        9 => "INSERT INTO nodes (id) VALUES (gen_random_uuid())",
        11 => {
            "INSERT INTO messages (room_id, seq, ordinal, client_id, kind, payload, body, sent_at)
             SELECT id, 3, 2, gen_random_uuid(), 'photo',
                 '{\"photo\": {\"key\": \"a\", \"width\": 8, \"height\": 6, \"digest\": \"b\"}}', '', now() FROM rooms"
        }
        12 => {
            "INSERT INTO message_search (room_id, seq, people, sent_at, text)
             SELECT room_id, seq, '{1,2}', sent_at, lower(body) FROM messages"
        }
        19 => {
            "INSERT INTO jobs (name, attempts, last_error) VALUES ('mail', 1, 'no such host');
             INSERT INTO daily_stats (day, people, products, messages) VALUES ('2026-01-31', 1, 2, 3)"
        }
        20 => {
            "INSERT INTO product_state_changes (product_id, from_state, to_state, reason)
             SELECT id, 'listed', 'reserved', 'seller' FROM products"
        }
        22 => {
            "INSERT INTO market_stats (people, new_people, sellers, new_sellers, for_sale, new_products,
                                       conversations, messages)
             VALUES (2, 2, 1, 1, 1, 1, 1, 3);
             INSERT INTO top_sellers (seller_id, chats) SELECT id, 1 FROM customers"
        }
        25 => {
            "INSERT INTO stored_photos (key, account_id, bytes, state)
             SELECT md5('y'), account_id, 12345, 'named' FROM customers"
        }
        26 => {
            "INSERT INTO letters (key, letter) VALUES ('a', '{}');
             INSERT INTO bounced_addresses (email, answer) VALUES ('gone@example.com', '550 no');
             INSERT INTO account_links (token_hash, account_id, purpose, email, expires_at)
             SELECT '\\x02', id, 'confirm', email, now() FROM accounts WHERE name = 'Ana'"
        }
        29 => {
            "INSERT INTO notices (account_id, kind, subject, began_at, happened_at)
             SELECT id, 'message', 'buyer_1_seller_1', now(), now() FROM accounts WHERE name = 'Ana'"
        }
        27 => {
            "INSERT INTO totp_secrets (account_id, sealed) SELECT id, '\\x03' FROM accounts WHERE name = 'Ana';
             INSERT INTO recovery_codes (account_id, code_hash) SELECT id, '\\x04' FROM accounts WHERE name = 'Ana'"
        }
        40 => {
            "INSERT INTO passkeys (account_id, credential_id, user_handle, credential, sign_count, name)
             SELECT id, '\\x05', gen_random_uuid(), '{}', 0, 'Phone' FROM accounts WHERE name = 'Ana'"
        }
        32 => "UPDATE settings SET name = 'Bazar', currencies = '{CZK}'",
        33 => {
            "INSERT INTO legal_versions (page, version, text, published_by)
             SELECT 'terms', 1, '# Terms', id FROM accounts WHERE is_admin;
             INSERT INTO legal_agreements (account_id, page, version)
             SELECT id, 'terms', 1 FROM accounts WHERE name = 'Ana'"
        }
        34 => {
            "INSERT INTO invitations (token_hash, max_uses, expires_at, created_by)
             SELECT '\\x01', 5, now() + interval '1 day', id FROM accounts WHERE is_admin"
        }
        35 => {
            "INSERT INTO blocks (blocker_id, blocked_id, as_seller)
             SELECT a.id, b.id, true FROM accounts a, accounts b WHERE a.name = 'Ana' AND b.name = 'Béla';
             UPDATE rooms SET last_seq = 4, buyer_total = 2, seller_withheld = 1, seller_total = 1, buyer_last_shown = 3,
                              seller_blocked = true, block_rev = 1;
             INSERT INTO post_messages (room_id, seq, ordinal, client_id, body, sent_at, withheld)
             SELECT id, 4, 1, gen_random_uuid(), 'Unheard', now(), true FROM rooms"
        }
        36 => {
            "INSERT INTO openings (room_id, account_id, text_hash)
             SELECT r.id, b.account_id, 1 FROM rooms r JOIN buyers b ON b.id = r.buyer_id"
        }
        37 => {
            "INSERT INTO cases (subject_kind, subject, accused_id, reporter_id, reason, words, excerpt)
             SELECT 'person', 'person 2', b.id, a.id, 'spam', '', '[]'
             FROM accounts a, accounts b WHERE a.name = 'Ana' AND b.name = 'Béla'"
        }
        39 => {
            "INSERT INTO answer_times (seller_id, median_seconds, turns) SELECT id, 60, 5 FROM customers;
             INSERT INTO data_exports (account_id) SELECT id FROM accounts WHERE name = 'Ana';
             INSERT INTO data_export_parts (account_id, number, part) SELECT account_id, 0, '' FROM data_exports"
        }
        43 => {
            "INSERT INTO oauth_clients (client_id, name, redirect_uris) VALUES ('notes', 'Notes', '{https://notes.example/}');
             INSERT INTO sessions (id_hash, account_id, data, expires_at, kind, name, client_id, scopes, epoch)
             SELECT '\\x06', id, '{}', now() + interval '1 day', 'app', 'Notes', 'notes', '{profile}', 0
             FROM accounts WHERE name = 'Ana';
             INSERT INTO access_tokens (token_hash, session_id_hash, expires_at) VALUES ('\\x07', '\\x06', now());
             INSERT INTO refresh_tokens (session_id_hash, family_hash, current_hash, access_hash)
             VALUES ('\\x06', '\\x08', '\\x09', '\\x07');
             INSERT INTO oauth_codes (code_hash, client_id, session_id_hash, redirect_uri, challenge, scopes, expires_at)
             VALUES ('\\x0a', 'notes', '\\x06', 'https://notes.example/', 'x', '{profile}', now())"
        }
        45 => {
            "INSERT INTO idempotency_keys (account_id, key, request_hash)
             SELECT id, '0b5a4a36-6b0a-4a0f-9a3b-0d3a86e7a1c5', '\\x01' FROM accounts WHERE name = 'Ana'"
        }
        48 => {
            "INSERT INTO webhooks (account_id, url, events)
             SELECT id, 'https://shop.example/hook', '{product.created}' FROM accounts WHERE name = 'Ana';
             INSERT INTO webhook_deliveries (webhook_id, event_key, event, body)
             SELECT id, 'test', 'webhook.test', '{}' FROM webhooks"
        }
        50 => "INSERT INTO product_changes (product_id) SELECT id FROM products",
        51 => {
            "INSERT INTO search_synonyms (words) VALUES ('bike, bicycle');
             INSERT INTO missed_searches (day, question, count) VALUES ('2026-11-30', 'unicycle', 3)"
        }
        _ => "",
    }
}

/// Brings the schema up to the step with this number.
async fn migrate_to(pool: &PgPool, version: i64) {
    let steps = MIGRATIONS.iter().filter(|step| step.version <= version).cloned().collect();
    Migrator::with_migrations(steps).run(pool).await.unwrap_or_else(|error| panic!("{version}: {error}"));
}

async fn count(pool: &PgPool, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(pool).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
}

#[tokio::test]
async fn each_step_keeps_the_rows_of_those_before() {
    let database = TestDatabase::bare().await;
    let pool = database.pool().await;
    for step in MIGRATIONS.iter() {
        migrate_to(&pool, step.version).await;
        pool.execute(rows_after(step.version))
            .await
            .unwrap_or_else(|error| panic!("{}: {error}", step.version));
    }
    db::migrate(&pool).await.expect("nothing is left to do");

    for (sql, expected) in [
        ("SELECT count(*) FROM accounts", 3),
        ("SELECT count(*) FROM sessions WHERE account_id IS NOT NULL", 2),
        ("SELECT count(*) FROM products WHERE search @@ to_tsquery('english', 'lamp & shine')", 1),
        ("SELECT count(*) FROM photos", 1),
        ("SELECT count(*) FROM messages NATURAL JOIN (SELECT id AS room_id FROM rooms) AS r", 2),
        ("SELECT count(*) FROM post_messages NATURAL JOIN (SELECT id AS room_id FROM rooms) AS r", 2),
        ("SELECT count(*) FROM blocks", 1),
        ("SELECT count(*) FROM cases WHERE decided_at IS NULL", 1),
        ("SELECT count(*) FROM message_search WHERE people @> '{2}' AND text LIKE '%still%'", 1),
        ("SELECT count(*) FROM audit_log", 1),
        ("SELECT count(*) FROM demo_pictures", 1),
        ("SELECT count(*) FROM categories", 12),
        ("SELECT count(*) FROM nodes WHERE NOT hears_nats", 1),
        ("SELECT count(*) FROM settings WHERE name = 'Bazar'", 1),
        ("SELECT count(*) FROM accounts WHERE admission = 'admitted'", 3),
        ("SELECT count(*) FROM products WHERE review IS NULL", 1),
    ] {
        assert_eq!(count(&pool, sql).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn several_nodes_may_migrate_at_once() {
    let database = TestDatabase::bare().await;
    let pool = database.pool().await;
    let (one, two, three) = tokio::join!(db::migrate(&pool), db::migrate(&pool), db::migrate(&pool));
    one.and(two).and(three).unwrap();
}

#[tokio::test]
async fn buyers_and_sellers_messages_have_the_same_columns() {
    let database = TestDatabase::new().await;
    let pool = database.pool().await;
    let columns = async |table: &str| {
        let sql = format!(
            "SELECT string_agg(column_name || ' ' || data_type || ' ' || is_nullable, ', ' ORDER BY column_name)
             FROM information_schema.columns WHERE table_name = '{table}'"
        );
        let text: String = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&pool).await.unwrap();
        text
    };
    assert_eq!(columns("messages").await, columns("post_messages").await);
}

/// Code matches on these names to say which field is wrong.
#[tokio::test]
async fn constraints_are_named_after_their_table_and_kind() {
    let database = TestDatabase::new().await;
    let pool = database.pool().await;
    let misnamed: Vec<String> = sqlx::query_scalar(
        "SELECT c.conname::text FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
         WHERE c.connamespace = 'public'::regnamespace AND t.relname NOT LIKE '\\_sqlx%'
           AND c.contype IN ('p', 'u', 'f', 'c')
           AND c.conname !~ ('^' || t.relname || '_.*' ||
               CASE c.contype WHEN 'p' THEN 'pkey$' WHEN 'u' THEN 'key$' WHEN 'f' THEN 'fkey$' ELSE 'check$' END)",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(misnamed, [""; 0]);
}

/// The rule of `migrations/README.md`: during a rolling upgrade the old program runs on the new schema. Its
/// statements, as `.sqlx/` had them at the last release, are all still understood.
#[tokio::test]
async fn the_previous_release_runs_on_this_schema() {
    let database = TestDatabase::new().await;
    let pool = database.pool().await;
    let mut conn = pool.acquire().await.unwrap();
    let statements: Vec<String> = serde_json::from_str(include_str!("previous_release.json")).unwrap();
    assert!(statements.len() > 100, "{} statements", statements.len());
    let mut broken = Vec::new();
    for statement in statements {
        if let Err(error) = (&mut *conn).prepare(AssertSqlSafe(statement.clone()).into_sql_str()).await {
            broken.push(format!("{error}: {statement}"));
        }
    }
    assert_eq!(broken, [""; 0]);
}

/// Of both tables the entries of a page are found by primary key, and duplicates by unique index, whatever
/// the values: these plans are made once and kept.
#[tokio::test]
async fn a_rooms_entries_are_found_by_index() {
    let database = TestDatabase::new().await;
    let pool = database.pool().await;
    let mut conn = pool.acquire().await.unwrap();
    (&mut *conn)
        .execute(
            "INSERT INTO messages (room_id, seq, ordinal, client_id, body, sent_at)
                 SELECT r, s, s, gen_random_uuid(), 'x', now()
                 FROM generate_series(1, 200) r, generate_series(1, 100) s;
             INSERT INTO post_messages (room_id, seq, ordinal, client_id, body, sent_at)
                 SELECT r, s, s, gen_random_uuid(), 'x', now()
                 FROM generate_series(1, 200) r, generate_series(101, 200) s;
             ANALYZE messages; ANALYZE post_messages;
             SET plan_cache_mode = force_generic_plan;
             PREPARE page (bigint, bigint, bigint) AS
                 SELECT * FROM room_entries e WHERE e.room_id = $1 AND e.seq > $2 AND e.seq < $3 ORDER BY e.seq;
             PREPARE duplicates (bigint[], uuid[]) AS
                 SELECT * FROM unnest($1, $2) AS k (room_id, client_id) CROSS JOIN LATERAL (
                     SELECT * FROM room_entries WHERE room_id = k.room_id AND client_id = k.client_id LIMIT 2) e",
        )
        .await
        .unwrap();
    for (execute, indexes) in [
        ("EXECUTE page (1, 0, 50)", ["messages_pkey", "post_messages_pkey"]),
        (
            "EXECUTE duplicates ('{1}', ARRAY[gen_random_uuid()])",
            ["messages_room_id_client_id_key", "post_messages_room_id_client_id_key"],
        ),
    ] {
        let sql = AssertSqlSafe(format!("EXPLAIN {execute}"));
        let plan: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut *conn).await.unwrap();
        let plan = plan.join("\n");
        assert!(!plan.contains("Seq Scan"), "{execute}:\n{plan}");
        assert!(indexes.iter().all(|index| plan.contains(index)), "{execute}:\n{plan}");
    }
}
