//! The demo marketplace.

use std::sync::{Arc, Mutex};

use haggle::{
    cli::seed::{
        self, PASSWORD, SeedError,
        grown::{self, GrownSize},
    },
    products::photos::{Inventory, PhotoKey, Size},
};
use tokio::sync::Notify;

use crate::support::{TestApp, picture};

async fn count(app: &TestApp, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&app.db).await.unwrap()
}

#[tokio::test]
async fn the_demo_is_made_in_an_empty_marketplace_only() {
    let app = TestApp::start().await;
    let planted = seed::insert(&app.db).await.unwrap();
    assert!(planted.people > 0 && planted.rooms > 0);
    assert_eq!(count(&app, "SELECT count(*) FROM accounts").await, planted.people as i64);
    let buyers = "SELECT count(*) FROM accounts a LEFT JOIN buyers b ON b.account_id = a.id WHERE (b.id IS NULL) <> a.is_admin";
    assert_eq!(count(&app, buyers).await, 0, "everybody but the admin can buy");
    assert_eq!(count(&app, "SELECT count(*) FROM products").await, planted.products as i64);
    assert_eq!(count(&app, "SELECT count(*) FROM demo_pictures").await, planted.pending_photos as i64);

    assert!(matches!(seed::insert(&app.db).await, Err(SeedError::NotEmpty)));
    assert_eq!(count(&app, "SELECT count(*) FROM products").await, planted.products as i64);
}

#[tokio::test]
async fn one_account_is_enough_to_refuse_the_demo() {
    let app = TestApp::start().await;
    app.admin("Robin").await;
    assert!(matches!(seed::insert(&app.db).await, Err(SeedError::NotEmpty)));
    assert_eq!(count(&app, "SELECT count(*) FROM products").await, 0);
}

#[tokio::test]
async fn those_who_sign_in_find_their_conversations() {
    let app = TestApp::start().await;
    seed::insert(&app.db).await.unwrap();
    let sign_ins = seed::sign_ins().unwrap();
    for (email, rooms) in [(sign_ins.buyer, 7), (sign_ins.seller, 8), (sign_ins.admin, 0)] {
        let person = app.visitor();
        person.post("/login", &[("email", &*email), ("password", PASSWORD)]).await.expect(303);
        person.get("/account").await.ok();
        if rooms > 0 {
            assert_eq!(person.get("/messages").await.ok().count("li[data-room]"), rooms, "{email}");
        }
    }
}

#[tokio::test]
async fn there_is_much_to_look_at() {
    let app = TestApp::start().await;
    seed::insert(&app.db).await.unwrap();
    let visitor = app.visitor();
    visitor.get("/").await.ok();
    let ids: Vec<i64> = sqlx::query_scalar("SELECT id FROM products WHERE id % 9 = 0 OR sold_at IS NOT NULL")
        .fetch_all(&app.db)
        .await
        .unwrap();
    for id in ids {
        visitor.get(&format!("/products/{id}")).await.ok();
    }
}

#[tokio::test]
async fn the_rooms_add_up() {
    let app = TestApp::start().await;
    let planted = seed::insert(&app.db).await.unwrap();
    let said = "SELECT (SELECT count(*) FROM messages) + (SELECT count(*) FROM post_messages)";
    assert_eq!(count(&app, said).await, planted.entries as i64);

    let wrong = "
        WITH timeline AS (
            SELECT room_id, seq, true AS by_buyer, ordinal, product_id, starts_product, sent_at, body
            FROM messages
            UNION ALL
            SELECT room_id, seq, false, ordinal, product_id, starts_product, sent_at, body
            FROM post_messages
        ), numbered AS (
            SELECT *, row_number() OVER all_of_it AS place,
                   row_number() OVER (PARTITION BY room_id, by_buyer ORDER BY seq) AS own_place,
                   lag(sent_at) OVER all_of_it AS before,
                   max(seq) FILTER (WHERE product_id IS NOT NULL) OVER so_far AS turned
            FROM timeline
            WINDOW all_of_it AS (PARTITION BY room_id ORDER BY seq),
                   so_far AS (PARTITION BY room_id ORDER BY seq ROWS UNBOUNDED PRECEDING EXCLUDE CURRENT ROW)
        ), entries AS (
            SELECT n.room_id, bool_or(
                   seq <> place OR ordinal <> own_place OR sent_at <= before OR sent_at > now()
                   OR starts_product <> (product_id IS NOT NULL AND product_id IS DISTINCT FROM
                       (SELECT product_id FROM timeline t WHERE t.room_id = n.room_id AND t.seq = n.turned))
                ) AS wrong
            FROM numbered n GROUP BY n.room_id
        ), sums AS (
            SELECT t.room_id, max(seq) AS last_seq,
                   count(*) FILTER (WHERE by_buyer) AS buyer_total,
                   count(*) FILTER (WHERE NOT by_buyer) AS seller_total,
                   count(*) FILTER (WHERE NOT by_buyer AND seq <= r.buyer_read_seq) AS buyer_seen,
                   count(*) FILTER (WHERE by_buyer AND seq <= r.seller_read_seq) AS seller_seen,
                   (array_agg(product_id ORDER BY seq DESC) FILTER (WHERE product_id IS NOT NULL))[1] AS product,
                   (array_agg(CASE WHEN by_buyer THEN 'buyer' ELSE 'seller' END ORDER BY seq DESC))[1] AS side,
                   (array_agg(left(body, 200) ORDER BY seq DESC))[1] AS body,
                   min(sent_at) AS first_at, max(sent_at) AS last_at
            FROM timeline t JOIN rooms r ON r.id = t.room_id GROUP BY t.room_id
        )
        SELECT count(*) FROM rooms r JOIN entries e ON e.room_id = r.id JOIN sums s ON s.room_id = r.id
        WHERE e.wrong
           OR (r.last_seq, r.buyer_total, r.seller_total, r.buyer_seen, r.seller_seen, r.last_product_id,
               r.last_from, r.last_body, r.created_at, r.last_at)
           IS DISTINCT FROM
              (s.last_seq, s.buyer_total, s.seller_total, s.buyer_seen, s.seller_seen, s.product,
               s.side, s.body, s.first_at, s.last_at)";
    assert_eq!(count(&app, wrong).await, 0);
    let compared = "SELECT count(DISTINCT room_id) FROM messages JOIN post_messages USING (room_id)";
    assert_eq!(count(&app, compared).await, planted.rooms as i64, "every room was compared");
}

/// How many pictures are made, with their files, and how many are still to be made.
async fn pictures(app: &TestApp) -> (i64, i64) {
    let (keys, left): (Vec<String>, i64) =
        sqlx::query_as("SELECT array(SELECT key FROM photos), (SELECT count(*) FROM demo_pictures)")
            .fetch_one(&app.db)
            .await
            .unwrap();
    for key in &keys {
        assert!(app.uploads.path(&key.parse().unwrap(), Size::Large).unwrap().exists());
    }
    (keys.len() as i64, left)
}

#[tokio::test]
async fn pictures_cut_short_are_finished_by_the_next_start() {
    let app = TestApp::start().await;
    seed::insert(&app.db).await.unwrap();
    // Two products that people have talked about, one of them seen from two sides.
    let few = "DELETE FROM demo_pictures WHERE product_id NOT IN (
                   SELECT id FROM products
                   WHERE title LIKE 'Red five-door%' OR title LIKE 'Open canoe%')";
    sqlx::query(few).execute(&app.db).await.unwrap();
    let (_, total) = pictures(&app).await;
    assert_eq!(total, 3);

    let first_done = Arc::new(Notify::new());
    let tell = first_done.clone();
    let first_start =
        seed::compose_pictures(app.db.clone(), app.uploads.clone(), move |_, _| tell.notify_one());
    tokio::select! {
        _ = first_start => {}
        () = first_done.notified() => {}
    }
    let (made, left) = pictures(&app).await;
    assert!(made > 0 && made + left == total);

    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = told.clone();
    let second_start = seed::compose_pictures(app.db.clone(), app.uploads.clone(), move |done, of| {
        tell.lock().unwrap().push((done, of));
    });
    second_start.await.unwrap();
    assert_eq!(pictures(&app).await, (total, 0));
    let last = told.lock().unwrap().last().copied();
    assert!(last.is_none_or(|(done, of)| done == of && of as i64 <= left));

    let covered = "SELECT count(*) FROM messages m JOIN photos f
                   ON f.product_id = m.product_id AND f.position = 0 AND f.key = m.product_photo";
    assert_eq!(count(&app, covered).await, 2);
}

#[tokio::test]
async fn a_grown_marketplace_is_consistent_and_the_same_for_the_same_seed() {
    let mut found = Vec::new();
    for seed in [1, 1, 2] {
        let app = TestApp::start().await;
        let size = GrownSize::new(300, Some(40), Some(200), seed);
        let summary = grown::insert(&app.db, &size, |_| ()).await.unwrap();
        assert_eq!((summary.products, summary.people), (300, 40));
        assert!(summary.messages >= 200);
        assert!(haggle::chat::verify(&app.db).await.unwrap().is_empty());
        let said: i64 = count(&app, "SELECT count(*) FROM messages").await;
        assert!(said > 100);
        // Its indexes and foreign keys are back.
        let parts = "SELECT count(*) FROM pg_index WHERE indrelid = 'products'::regclass AND indisvalid";
        assert_eq!(count(&app, parts).await, count(&TestApp::start().await, parts).await);
        let foreign =
            "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND conrelid = 'products'::regclass";
        assert_eq!(count(&app, foreign).await, 2);
        let sums = sqlx::query_as::<_, (String, String)>(
            "SELECT (SELECT md5(string_agg(concat(title, price_minor, state, seller_id), ',' ORDER BY id)) FROM products),
                    (SELECT md5(string_agg(concat(room_id, seq, body), ',' ORDER BY room_id, seq)) FROM messages)",
        );
        found.push(sums.fetch_one(&app.db).await.unwrap());
        assert!(matches!(grown::insert(&app.db, &size, |_| ()).await, Err(SeedError::NotEmpty)));
    }
    assert_eq!(found[0], found[1]);
    assert_ne!(found[0].0, found[2].0);
}

#[tokio::test]
async fn the_newest_grown_products_get_covers_that_share_their_files() {
    let app = TestApp::start().await;
    grown::insert(&app.db, &GrownSize::new(30, Some(20), Some(0), 1), |_| ()).await.unwrap();
    assert_eq!(grown::link_covers(&app.db, &app.uploads, 7).await.unwrap(), 0, "there is no photo to share");
    let key = PhotoKey::random();
    app.uploads.save_as(&key, &processed_photo().await).await.unwrap();
    sqlx::query("INSERT INTO photos (product_id, position, key, width, height) SELECT min(id), 0, $1, 8, 6 FROM products")
        .bind(key.to_string())
        .execute(&app.db)
        .await
        .unwrap();
    assert_eq!(grown::link_covers(&app.db, &app.uploads, 7).await.unwrap(), 7);
    assert_eq!(
        haggle::products::missing_photos(&app.db, &Inventory::take(&app.uploads).await.unwrap())
            .await
            .unwrap(),
        Vec::<i64>::new()
    );
}

async fn processed_photo() -> haggle::products::photos::Processed {
    haggle::products::photos::process(picture(16, 12, image::ImageFormat::Png).into()).await.unwrap()
}
