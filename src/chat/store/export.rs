//! What one person wrote, for a copy of their data.

use futures_util::{StreamExt as _, TryStreamExt as _, stream::BoxStream};
use serde_json::Value;
use sqlx::PgPool;

/// Their own messages as JSON, room by room; never what others wrote.
pub(in crate::chat) fn own_messages(db: &PgPool, account_id: i64) -> BoxStream<'_, sqlx::Result<Value>> {
    sqlx::query!(
        r#"WITH mine AS (
               SELECT r.buyer_id, r.seller_id, a.name AS other, m.seq, m.sent_at, m.kind, m.body, m.product_title, m.payload
               FROM buyers b JOIN rooms r ON r.buyer_id = b.id JOIN messages m ON m.room_id = r.id
               JOIN customers c ON c.id = r.seller_id JOIN accounts a ON a.id = c.account_id
               WHERE b.account_id = $1
               UNION ALL
               SELECT r.buyer_id, r.seller_id, a.name, p.seq, p.sent_at, p.kind, p.body, p.product_title, p.payload
               FROM customers c JOIN rooms r ON r.seller_id = c.id JOIN post_messages p ON p.room_id = r.id
               JOIN buyers b ON b.id = r.buyer_id JOIN accounts a ON a.id = b.account_id
               WHERE c.account_id = $1
           )
           SELECT jsonb_build_object('room', format('buyer_%s_seller_%s', buyer_id, seller_id), 'to', other,
                      'sent_at', sent_at, 'kind', kind, 'text', body, 'about', product_title,
                      'picture', payload #>> '{photo,key}') AS "message!"
           FROM mine ORDER BY buyer_id, seller_id, seq"#,
        account_id
    )
    .fetch(db)
    .map_ok(|row| row.message)
    .boxed()
}
