//! The account behind a session, with its profiles and what waits for it: all that a page needs to know of its reader, in
//! one round trip.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::PgExecutor;
use time::OffsetDateTime;

/// What waits for somebody: messages in their rooms, and notices up to 100.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    pub messages: i64,
    pub notices: i64,
}

#[derive(Clone, Serialize, Deserialize)]
pub(in crate::accounts) struct SessionAccount {
    pub id: i64,
    pub epoch: i32,
    pub email: String,
    pub name: String,
    pub about_line: String,
    pub photo_key: Option<String>,
    pub is_admin: bool,
    pub email_confirmed: bool,
    pub must_confirm_email: bool,
    pub email_bounced: bool,
    pub has_second_factor: bool,
    pub is_demo: bool,
    pub admission: String,
    pub admission_reason: String,
    pub delete_after: Option<OffsetDateTime>,
    pub buyer_id: Option<i64>,
    pub seller_id: Option<i64>,
    pub unread: Unread,
}

/// A browser's session that hasn't expired.
#[derive(Clone)]
pub(in crate::accounts) struct SessionRow {
    pub data: Value,
    pub expires_at: OffsetDateTime,
    /// None for a visitor, and where the account is suspended.
    pub account: Option<SessionAccount>,
}

/// Those of these that there are.
pub(in crate::accounts) async fn find(
    db: impl PgExecutor<'_>,
    id_hashes: &[Vec<u8>],
) -> sqlx::Result<Vec<(Vec<u8>, SessionRow)>> {
    let rows = sqlx::query!(
        r#"SELECT s.id_hash, s.data, s.expires_at,
                  a.id AS "id?", a.session_epoch AS "epoch?", a.email AS "email?", a.name AS "name?",
                  a.about_line AS "about_line?", a.photo_key, a.is_admin AS "is_admin?",
                  a.email_confirmed_at IS NOT NULL AS "email_confirmed!", a.must_confirm_email AS "must_confirm_email?",
                  EXISTS (SELECT 1 FROM bounced_addresses WHERE email = a.email) AS "email_bounced!",
                  EXISTS (SELECT 1 FROM second_factors WHERE account_id = a.id) AS "has_second_factor!",
                  a.is_demo AS "is_demo?", a.admission AS "admission?", a.admission_reason AS "admission_reason?",
                  a.delete_after, b.id AS "buyer_id?", c.id AS "seller_id?",
                  (coalesce((SELECT sum(seller_total - buyer_seen) FROM rooms
                             WHERE buyer_id = b.id AND buyer_unread), 0)
                   + coalesce((SELECT sum(buyer_total - seller_seen) FROM rooms
                               WHERE seller_id = c.id AND seller_unread), 0))::bigint AS "messages!",
                  (SELECT count(*) FROM (
                       SELECT FROM bell_notices WHERE account_id = a.id AND read_at IS NULL LIMIT 100) unread) AS "notices!"
           FROM sessions s
           LEFT JOIN accounts a ON a.id = s.account_id AND a.suspended_at IS NULL
           LEFT JOIN buyers b ON b.account_id = a.id
           LEFT JOIN customers c ON c.account_id = a.id
           WHERE s.id_hash = ANY($1) AND s.kind = 'browser' AND s.expires_at > now()"#,
        id_hashes
    )
    .fetch_all(db)
    .await?;
    let rows = rows.into_iter().map(|row| {
        let account = row.id.map(|id| SessionAccount {
            id,
            epoch: row.epoch.unwrap_or_default(),
            email: row.email.unwrap_or_default(),
            name: row.name.unwrap_or_default(),
            about_line: row.about_line.unwrap_or_default(),
            photo_key: row.photo_key,
            is_admin: row.is_admin.unwrap_or_default(),
            email_confirmed: row.email_confirmed,
            must_confirm_email: row.must_confirm_email.unwrap_or_default(),
            email_bounced: row.email_bounced,
            has_second_factor: row.has_second_factor,
            is_demo: row.is_demo.unwrap_or_default(),
            admission: row.admission.unwrap_or_default(),
            admission_reason: row.admission_reason.unwrap_or_default(),
            delete_after: row.delete_after,
            buyer_id: row.buyer_id,
            seller_id: row.seller_id,
            unread: Unread { messages: row.messages, notices: row.notices },
        });
        (row.id_hash, SessionRow { data: row.data, expires_at: row.expires_at, account })
    });
    Ok(rows.collect())
}
