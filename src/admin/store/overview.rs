use sqlx::PgExecutor;
use time::{Date, OffsetDateTime};

/// How much there is of everything; `new_…`: of it, what came in the seven days before `counted_at`.
#[derive(Clone, Copy, Debug)]
pub(in crate::admin) struct MarketTotals {
    pub counted_at: OffsetDateTime,
    pub people: i64,
    pub new_people: i64,
    pub sellers: i64,
    pub new_sellers: i64,
    pub for_sale: i64,
    pub new_products: i64,
    pub conversations: i64,
    pub messages: i64,
}

/// As they were counted last; none before the first time.
pub(in crate::admin) async fn totals(db: impl PgExecutor<'_>) -> sqlx::Result<Option<MarketTotals>> {
    sqlx::query_as!(
        MarketTotals,
        "SELECT counted_at, people, new_people, sellers, new_sellers, for_sale, new_products, conversations, messages
         FROM market_stats"
    )
    .fetch_optional(db)
    .await
}

pub(in crate::admin) async fn count_totals(db: impl PgExecutor<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO market_stats (people, new_people, sellers, new_sellers, for_sale, new_products,
                                   conversations, messages)
         SELECT a.people, a.new_people, c.sellers, c.new_sellers, p.for_sale, n.new_products,
                r.conversations, r.messages
         FROM (
             SELECT count(*) AS people, count(*) FILTER (WHERE created_at > now() - interval '7 days') AS new_people
             FROM accounts WHERE NOT is_admin
         ) a, (
             SELECT count(*) AS sellers, count(*) FILTER (WHERE created_at > now() - interval '7 days') AS new_sellers
             FROM customers
         ) c, (
             SELECT count(*) AS for_sale FROM products WHERE is_listed
         ) p, (
             SELECT count(*) AS new_products FROM products WHERE created_at > now() - interval '7 days'
         ) n, (
             SELECT count(*) AS conversations, coalesce(sum(last_seq), 0)::bigint AS messages
             FROM rooms WHERE last_seq > 0
         ) r
         ON CONFLICT ON CONSTRAINT market_stats_pkey DO UPDATE
         SET counted_at = excluded.counted_at, people = excluded.people, new_people = excluded.new_people,
             sellers = excluded.sellers, new_sellers = excluded.new_sellers, for_sale = excluded.for_sale,
             new_products = excluded.new_products, conversations = excluded.conversations,
             messages = excluded.messages"
    )
    .execute(db)
    .await?;
    Ok(())
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

/// Which of the last `days` days, today not included, aren't counted yet.
pub(in crate::admin) async fn uncounted_days(db: impl PgExecutor<'_>, days: i64) -> sqlx::Result<Vec<Date>> {
    sqlx::query_scalar!(
        r#"SELECT d.day AS "day!"
           FROM (SELECT (now() AT TIME ZONE 'UTC')::date - i::integer AS day
                 FROM generate_series(1, $1::bigint) AS i) d
           WHERE NOT EXISTS (SELECT 1 FROM daily_stats s WHERE s.day = d.day)
           ORDER BY d.day DESC"#,
        days
    )
    .fetch_all(db)
    .await
}

/// Counts a day that is over (idempotent).
pub(in crate::admin) async fn count_day(db: impl PgExecutor<'_>, day: Date) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO daily_stats (day, people, products, messages)
         SELECT $1,
                (SELECT count(*) FROM accounts WHERE created_at >= day_start AND created_at < day_end AND NOT is_admin),
                (SELECT count(*) FROM products WHERE created_at >= day_start AND created_at < day_end),
                (SELECT count(*) FROM messages WHERE sent_at >= day_start AND sent_at < day_end)
              + (SELECT count(*) FROM post_messages WHERE sent_at >= day_start AND sent_at < day_end)
         FROM (SELECT $1::date::timestamp AT TIME ZONE 'UTC' AS day_start,
                      ($1::date + 1)::timestamp AT TIME ZONE 'UTC' AS day_end) d
         ON CONFLICT ON CONSTRAINT daily_stats_pkey DO NOTHING",
        day
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

/// As they were counted last.
pub(in crate::admin) async fn top_sellers(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<TopSeller>> {
    sqlx::query_as!(
        TopSeller,
        "SELECT c.id, c.shop_name, t.chats FROM top_sellers t JOIN customers c ON c.id = t.seller_id
         ORDER BY t.chats DESC, c.id"
    )
    .fetch_all(db)
    .await
}

/// Finds the sellers with the most conversations in the last 30 days.
pub(in crate::admin) async fn count_top_sellers(db: impl PgExecutor<'_>, limit: i64) -> sqlx::Result<()> {
    sqlx::query!(
        "WITH top AS (
             SELECT seller_id, count(*) AS chats FROM rooms
             WHERE last_at > now() - interval '30 days' AND last_seq > 0
             GROUP BY seller_id ORDER BY chats DESC, seller_id LIMIT $1
         ), others AS (
             DELETE FROM top_sellers t WHERE NOT EXISTS (SELECT 1 FROM top WHERE top.seller_id = t.seller_id)
         )
         INSERT INTO top_sellers (seller_id, chats) SELECT seller_id, chats FROM top
         ON CONFLICT ON CONSTRAINT top_sellers_pkey DO UPDATE SET chats = excluded.chats",
        limit
    )
    .execute(db)
    .await?;
    Ok(())
}
