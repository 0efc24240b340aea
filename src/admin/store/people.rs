use sqlx::PgExecutor;
use time::OffsetDateTime;

use crate::admin::model::PeopleFilter;

/// Somebody with an account.
#[derive(Clone, Debug)]
pub(in crate::admin) struct Person {
    pub id: i64,
    pub name: String,
    pub email: String,
    pub is_admin: bool,
    pub seller_id: Option<i64>,
    pub shop_name: Option<String>,
    pub created_at: OffsetDateTime,
    pub suspended: bool,
    pub has_second_factor: bool,
}

impl Person {
    /// For the audit log.
    pub fn subject(&self) -> String {
        format!("{} ({})", self.name, self.email)
    }
}

pub(in crate::admin) async fn find(db: impl PgExecutor<'_>, account_id: i64) -> sqlx::Result<Option<Person>> {
    sqlx::query_as!(
        Person,
        r#"SELECT a.id, a.name, a.email, a.is_admin, c.id AS "seller_id?", c.shop_name AS "shop_name?", a.created_at,
                  a.suspended_at IS NOT NULL AS "suspended!",
                  EXISTS (SELECT 1 FROM second_factors WHERE account_id = a.id) AS "has_second_factor!"
           FROM accounts a LEFT JOIN customers c ON c.account_id = a.id
           WHERE a.id = $1"#,
        account_id
    )
    .fetch_optional(db)
    .await
}

/// A page of those who have `words` in their name, their shop's, or their address; the newest
/// first.
pub(in crate::admin) async fn page(
    db: impl PgExecutor<'_>,
    role: PeopleFilter,
    words: &str,
    (limit, offset): (i64, i64),
) -> sqlx::Result<Vec<Person>> {
    sqlx::query_as!(
        Person,
        r#"SELECT a.id, a.name, a.email, a.is_admin, c.id AS "seller_id?", c.shop_name AS "shop_name?", a.created_at,
                  a.suspended_at IS NOT NULL AS "suspended!",
                  EXISTS (SELECT 1 FROM second_factors WHERE account_id = a.id) AS "has_second_factor!"
           FROM accounts a LEFT JOIN customers c ON c.account_id = a.id
           WHERE strpos(lower(concat_ws(E'\n', a.name, a.email, c.shop_name)), lower($2)) > 0
             AND CASE $1 WHEN 'buyer' THEN c.id IS NULL AND NOT a.is_admin
                         WHEN 'seller' THEN c.id IS NOT NULL
                         WHEN 'admin' THEN a.is_admin
                         WHEN 'suspended' THEN a.suspended_at IS NOT NULL
                         ELSE true END
           ORDER BY a.created_at DESC, a.id DESC LIMIT $3 OFFSET $4"#,
        role.code(),
        words,
        limit,
        offset
    )
    .fetch_all(db)
    .await
}

/// How many there are on all pages of [`page`].
pub(in crate::admin) async fn count(
    db: impl PgExecutor<'_>,
    role: PeopleFilter,
    words: &str,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!"
           FROM accounts a LEFT JOIN customers c ON c.account_id = a.id
           WHERE strpos(lower(concat_ws(E'\n', a.name, a.email, c.shop_name)), lower($2)) > 0
             AND CASE $1 WHEN 'buyer' THEN c.id IS NULL AND NOT a.is_admin
                         WHEN 'seller' THEN c.id IS NOT NULL
                         WHEN 'admin' THEN a.is_admin
                         WHEN 'suspended' THEN a.suspended_at IS NOT NULL
                         ELSE true END"#,
        role.code(),
        words
    )
    .fetch_one(db)
    .await
}

/// A seller's numbers.
#[derive(Clone, Copy, Debug)]
pub(in crate::admin) struct SellerStats {
    pub for_sale: i64,
    pub sold: i64,
    /// By an admin.
    pub hidden: i64,
    pub deleted: i64,
    pub views: i64,
    pub conversations: i64,
    pub received: i64,
    pub sent: i64,
}

pub(in crate::admin) async fn seller_stats(
    db: impl PgExecutor<'_>,
    seller_id: i64,
) -> sqlx::Result<SellerStats> {
    sqlx::query_as!(
        SellerStats,
        r#"SELECT p.for_sale AS "for_sale!", p.sold AS "sold!", p.hidden AS "hidden!", p.deleted AS "deleted!",
                  p.views AS "views!", r.conversations AS "conversations!", r.received AS "received!", r.sent AS "sent!"
           FROM (
               SELECT count(*) FILTER (WHERE is_listed) AS for_sale,
                      count(*) FILTER (WHERE state = 'sold') AS sold,
                      count(*) FILTER (WHERE state IN ('hidden', 'paused')) AS hidden,
                      count(*) FILTER (WHERE state = 'deleted') AS deleted,
                      coalesce(sum(views), 0)::bigint AS views
               FROM products WHERE seller_id = $1
           ) p, (
               SELECT count(*) AS conversations, coalesce(sum(buyer_total), 0)::bigint AS received,
                      coalesce(sum(seller_total), 0)::bigint AS sent
               FROM rooms WHERE seller_id = $1 AND last_seq > 0
           ) r"#,
        seller_id
    )
    .fetch_one(db)
    .await
}
