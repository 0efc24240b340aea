use sqlx::PgExecutor;
use time::Date;

/// How much there is of everything; `new_…`: of it, what came in the last seven days.
#[derive(Clone, Copy, Debug)]
pub(in crate::admin) struct MarketTotals {
    pub people: i64,
    pub new_people: i64,
    pub sellers: i64,
    pub new_sellers: i64,
    pub for_sale: i64,
    pub new_products: i64,
    pub conversations: i64,
    pub messages: i64,
}

pub(in crate::admin) async fn totals(db: impl PgExecutor<'_>) -> sqlx::Result<MarketTotals> {
    sqlx::query_as!(
        MarketTotals,
        r#"SELECT a.people AS "people!", a.new_people AS "new_people!", c.sellers AS "sellers!",
                  c.new_sellers AS "new_sellers!", p.for_sale AS "for_sale!", n.new_products AS "new_products!",
                  r.conversations AS "conversations!", r.messages AS "messages!"
           FROM (
               SELECT count(*) AS people, count(*) FILTER (WHERE created_at > now() - interval '7 days') AS new_people
               FROM accounts WHERE NOT is_admin
           ) a, (
               SELECT count(*) AS sellers, count(*) FILTER (WHERE created_at > now() - interval '7 days') AS new_sellers
               FROM customers
           ) c, (
               SELECT count(*) AS for_sale FROM products
               WHERE sold_at IS NULL AND hidden_at IS NULL AND deleted_at IS NULL AND paused_at IS NULL
           ) p, (
               SELECT count(*) AS new_products FROM products WHERE created_at > now() - interval '7 days'
           ) n, (
               SELECT count(*) AS conversations, coalesce(sum(last_seq), 0)::bigint AS messages
               FROM rooms WHERE last_seq > 0
           ) r"#
    )
    .fetch_one(db)
    .await
}

/// What came on one day, in UTC.
#[derive(Clone, Copy, Debug)]
pub(in crate::admin) struct DailyStats {
    pub day: Date,
    pub people: i64,
    pub products: i64,
    pub messages: i64,
}

/// So many days from `first` on, each with its counts.
pub(in crate::admin) async fn by_day(
    db: impl PgExecutor<'_>,
    first: Date,
    days: i64,
) -> sqlx::Result<Vec<DailyStats>> {
    sqlx::query_as!(
        DailyStats,
        r#"WITH people AS (
               SELECT (created_at AT TIME ZONE 'UTC')::date AS day, count(*) AS count FROM accounts
               WHERE created_at >= $1::date::timestamp AT TIME ZONE 'UTC' AND NOT is_admin GROUP BY 1
           ), offered AS (
               SELECT (created_at AT TIME ZONE 'UTC')::date AS day, count(*) AS count FROM products
               WHERE created_at >= $1::date::timestamp AT TIME ZONE 'UTC' GROUP BY 1
           ), said AS (
               SELECT (sent_at AT TIME ZONE 'UTC')::date AS day, count(*) AS count FROM (
                   SELECT sent_at FROM messages WHERE sent_at >= $1::date::timestamp AT TIME ZONE 'UTC'
                   UNION ALL
                   SELECT sent_at FROM post_messages WHERE sent_at >= $1::date::timestamp AT TIME ZONE 'UTC'
               ) AS entries GROUP BY 1
           )
           SELECT d.day AS "day!", coalesce(p.count, 0) AS "people!", coalesce(o.count, 0) AS "products!",
                  coalesce(s.count, 0) AS "messages!"
           FROM (SELECT $1::date + i::integer AS day FROM generate_series(0, $2::bigint - 1) AS i) d
           LEFT JOIN people p USING (day) LEFT JOIN offered o USING (day) LEFT JOIN said s USING (day)
           ORDER BY d.day"#,
        first,
        days
    )
    .fetch_all(db)
    .await
}

#[derive(Clone, Debug)]
pub(in crate::admin) struct TopSeller {
    pub id: i64,
    pub shop_name: String,
    /// Conversations in which something was said lately.
    pub chats: i64,
}

/// The sellers with the most conversations in the last 30 days.
pub(in crate::admin) async fn busiest_sellers(
    db: impl PgExecutor<'_>,
    limit: i64,
) -> sqlx::Result<Vec<TopSeller>> {
    sqlx::query_as!(
        TopSeller,
        r#"SELECT c.id, c.shop_name, r.chats AS "chats!"
           FROM (
               SELECT seller_id, count(*) AS chats FROM rooms
               WHERE last_at > now() - interval '30 days' AND last_seq > 0
               GROUP BY seller_id ORDER BY chats DESC, seller_id LIMIT $1
           ) r JOIN customers c ON c.id = r.seller_id
           ORDER BY r.chats DESC, c.id"#,
        limit
    )
    .fetch_all(db)
    .await
}
