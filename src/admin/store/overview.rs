use sqlx::{PgExecutor, PgPool};
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
               WHERE is_listed
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

/// So many days from `first` on, each with its counts: the roll-up's, and what it doesn't have yet
/// is counted.
pub(in crate::admin) async fn by_day(
    db: impl PgExecutor<'_>,
    first: Date,
    days: i64,
) -> sqlx::Result<Vec<DailyStats>> {
    sqlx::query_as!(
        DailyStats,
        r#"SELECT d.day AS "day!", coalesce(s.people, n.people, 0) AS "people!",
                  coalesce(s.products, n.products, 0) AS "products!", coalesce(s.messages, n.messages, 0) AS "messages!"
           FROM (SELECT $1::date + i::integer AS day FROM generate_series(0, $2::bigint - 1) AS i) d
           LEFT JOIN daily_stats s USING (day)
           LEFT JOIN LATERAL (
               SELECT (SELECT count(*) FROM accounts
                       WHERE created_at >= b.day_start AND created_at < b.day_end AND NOT is_admin) AS people,
                      (SELECT count(*) FROM products
                       WHERE created_at >= b.day_start AND created_at < b.day_end) AS products,
                      (SELECT count(*) FROM messages WHERE sent_at >= b.day_start AND sent_at < b.day_end)
                    + (SELECT count(*) FROM post_messages WHERE sent_at >= b.day_start AND sent_at < b.day_end) AS messages
               FROM (SELECT d.day::timestamp AT TIME ZONE 'UTC' AS day_start,
                            (d.day + 1)::timestamp AT TIME ZONE 'UTC' AS day_end) b
           ) n ON s.day IS NULL
           ORDER BY d.day"#,
        first,
        days
    )
    .fetch_all(db)
    .await
}

/// Counts the last 30 days that are over and aren't counted yet.
pub(in crate::admin) async fn roll_up(db: &PgPool) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO daily_stats (day, people, products, messages)
         SELECT d.day,
                (SELECT count(*) FROM accounts
                 WHERE created_at >= d.day_start AND created_at < d.day_end AND NOT is_admin),
                (SELECT count(*) FROM products WHERE created_at >= d.day_start AND created_at < d.day_end),
                (SELECT count(*) FROM messages WHERE sent_at >= d.day_start AND sent_at < d.day_end)
              + (SELECT count(*) FROM post_messages WHERE sent_at >= d.day_start AND sent_at < d.day_end)
         FROM (SELECT day, day::timestamp AT TIME ZONE 'UTC' AS day_start,
                      (day + 1)::timestamp AT TIME ZONE 'UTC' AS day_end
               FROM (SELECT (now() AT TIME ZONE 'UTC')::date - i AS day FROM generate_series(1, 30) AS i) days) d
         WHERE NOT EXISTS (SELECT 1 FROM daily_stats s WHERE s.day = d.day)
         ON CONFLICT ON CONSTRAINT daily_stats_pkey DO NOTHING"
    )
    .execute(db)
    .await?;
    Ok(())
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
