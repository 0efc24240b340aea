//! Accounts, sessions and rooms, put straight into the database.

use std::time::Duration;

use haggle::accounts::session_store;
use sqlx::{PgPool, postgres::PgPoolOptions};
use tower_sessions::session::Id;

use crate::server::Server;

/// Pairs of people with a room each, where rows are measured.
pub const PAIRS: usize = 10_000;

/// Somebody signed in.
#[derive(Clone)]
pub struct Person {
    pub cookie: String,
}

/// A room and its two people.
#[derive(Clone)]
pub struct Pair {
    pub room: String,
    pub buyer: Person,
    pub seller: Person,
}

pub struct Dataset {
    pub db: PgPool,
    pub pairs: Vec<Pair>,
}

impl Dataset {
    /// So many pairs of people, beside whatever there is already.
    pub async fn insert(haggle: &Server, count: usize) -> anyhow::Result<Self> {
        let db = PgPoolOptions::new().max_connections(24).connect_with(haggle.database()?).await?;
        for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
            let value: String =
                sqlx::query_scalar("SELECT current_setting($1)").bind(setting).fetch_one(&db).await?;
            anyhow::ensure!(value == "on", "{setting} is {value}");
        }
        let mut pairs = Vec::with_capacity(count);
        let buyers = sign_in(&db, "Buyer", count).await?;
        let sellers = sign_in(&db, "Seller", count).await?;
        sqlx::query(
            "INSERT INTO customers (account_id, shop_name) SELECT id, name FROM accounts WHERE email LIKE 'seller%@bench.example' ORDER BY id",
        )
        .execute(&db)
        .await?;
        // The first message is written already: a seller's room exists from then on.
        sqlx::query(
            "INSERT INTO rooms (buyer_id, seller_id, last_seq, buyer_total, last_from, last_body, last_at)
             SELECT b.id, c.id, 1, 1, 'buyer', 'Hello', now()
             FROM buyers b JOIN accounts a ON a.id = b.account_id
             JOIN accounts o ON o.email = replace(a.email, 'buyer', 'seller') JOIN customers c ON c.account_id = o.id
             WHERE a.email LIKE 'buyer%@bench.example' ORDER BY b.id",
        )
        .execute(&db)
        .await?;
        sqlx::query(
            "INSERT INTO messages (room_id, seq, ordinal, client_id, body, sent_at)
             SELECT r.id, 1, 1, gen_random_uuid(), 'Hello', now()
             FROM rooms r JOIN buyers b ON b.id = r.buyer_id JOIN accounts a ON a.id = b.account_id
             WHERE a.email LIKE '%@bench.example'",
        )
        .execute(&db)
        .await?;
        // Nothing is left to do for the search either.
        sqlx::query(
            "INSERT INTO message_search (room_id, seq, people, sent_at, text)
             SELECT r.id, 1, ARRAY[b.account_id, c.account_id], r.last_at, 'hello'
             FROM rooms r JOIN buyers b ON b.id = r.buyer_id JOIN customers c ON c.id = r.seller_id
             JOIN accounts a ON a.id = b.account_id WHERE a.email LIKE '%@bench.example'",
        )
        .execute(&db)
        .await?;
        let rooms: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT buyer_id, seller_id
             FROM rooms r JOIN buyers b ON b.id = r.buyer_id JOIN accounts a ON a.id = b.account_id
             WHERE a.email LIKE '%@bench.example' ORDER BY buyer_id",
        )
        .fetch_all(&db)
        .await?;
        for (((buyer_id, seller_id), buyer), seller) in rooms.into_iter().zip(buyers).zip(sellers) {
            pairs.push(Pair { room: format!("buyer_{buyer_id}_seller_{seller_id}"), buyer, seller });
        }
        sqlx::query("ANALYZE").execute(&db).await?;
        Ok(Dataset { db, pairs })
    }

    /// Transactions so far, each a statement or more, of every connection; `delay`: until everybody has
    /// said theirs.
    pub async fn statements(&self, delay: Duration) -> anyhow::Result<i64> {
        tokio::time::sleep(delay).await;
        Ok(sqlx::query_scalar(
            "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()",
        )
        .fetch_one(&self.db)
        .await?)
    }

    /// Messages so far, of all rooms.
    pub async fn messages(&self) -> anyhow::Result<i64> {
        Ok(sqlx::query_scalar("SELECT sum(last_seq)::bigint FROM rooms").fetch_one(&self.db).await?)
    }

    pub async fn close(self) {
        self.db.close().await;
    }
}

/// So many accounts named `kind 1`, `kind 2`, …, in this order, each with a session.
async fn sign_in(db: &PgPool, kind: &str, count: usize) -> anyhow::Result<Vec<Person>> {
    sqlx::query(
        "INSERT INTO accounts (email, password_hash, name)
         SELECT lower($1) || n || '@bench.example', '', $1 || ' ' || n FROM generate_series(1, $2) n ORDER BY n",
    )
    .bind(kind)
    .bind(count as i64)
    .execute(db)
    .await?;
    let accounts: Vec<i64> = sqlx::query_scalar(
        "SELECT id FROM accounts WHERE email LIKE lower($1) || '%@bench.example' ORDER BY id",
    )
    .bind(kind)
    .fetch_all(db)
    .await?;
    sqlx::query("INSERT INTO buyers (account_id) SELECT * FROM unnest($1::bigint[])")
        .bind(&accounts)
        .execute(db)
        .await?;
    let ids: Vec<Id> = accounts.iter().map(|_| Id(rand::random())).collect();
    let data: Vec<serde_json::Value> =
        accounts.iter().map(|id| serde_json::json!({ session_store::ACCOUNT_ID: id })).collect();
    sqlx::query(
        "INSERT INTO sessions (id_hash, account_id, data, expires_at)
         SELECT hash, account, data, now() + interval '1 day'
         FROM unnest($1::bytea[], $2::bigint[], $3::jsonb[]) AS s (hash, account, data)",
    )
    .bind(ids.iter().map(session_store::id_hash).collect::<Vec<_>>())
    .bind(&accounts)
    .bind(data)
    .execute(db)
    .await?;
    Ok(ids.iter().map(|id| Person { cookie: format!("{}={id}", session_store::COOKIE) }).collect())
}
