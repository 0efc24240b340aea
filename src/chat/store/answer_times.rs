//! How soon sellers answer, from the entries themselves.

use sqlx::PgConnection;

/// Counts the last 90 days anew. A turn is a buyer's messages in a row; it ends with the seller's next one. A turn of
/// more than two days ago that nobody answered counts as very long, so that silence isn't left out.
pub(in crate::chat) async fn roll_up(tx: &mut PgConnection, min_turns: i64) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM answer_times").execute(&mut *tx).await?;
    sqlx::query!(
        "INSERT INTO answer_times (seller_id, median_seconds, turns)
         WITH entries AS (
             SELECT room_id, seq, sent_at, true AS is_buyers FROM messages WHERE sent_at > now() - interval '90 days'
             UNION ALL
             SELECT room_id, seq, sent_at, false FROM post_messages WHERE sent_at > now() - interval '90 days'
         ), ordered AS (
             SELECT *, lag(is_buyers) OVER (PARTITION BY room_id ORDER BY seq) AS was_buyers FROM entries
         ), turns AS (
             SELECT room_id, is_buyers, sent_at, lead(sent_at) OVER (PARTITION BY room_id ORDER BY seq) AS answered_at
             FROM ordered WHERE was_buyers IS DISTINCT FROM is_buyers
         ), took AS (
             SELECT room_id, extract(epoch FROM coalesce(answered_at - sent_at, interval '90 days'))::bigint AS seconds
             FROM turns
             WHERE is_buyers AND (answered_at IS NOT NULL OR sent_at < now() - interval '2 days')
         )
         SELECT r.seller_id, percentile_disc(0.5) WITHIN GROUP (ORDER BY t.seconds), count(*)
         FROM took t JOIN rooms r ON r.id = t.room_id
         GROUP BY r.seller_id HAVING count(*) >= $1",
        min_turns
    )
    .execute(tx)
    .await?;
    Ok(())
}
