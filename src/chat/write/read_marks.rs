//! Read marks: moved up, never down.

use sqlx::PgPool;

use crate::chat::{access::RoomMember, live::publish::Publisher, store};

/// Moves the reader's mark up to `seq`, never past the last entry (idempotent), and publishes it if it moved.
pub async fn mark_read(
    db: &PgPool,
    publisher: &Publisher,
    member: &RoomMember,
    seq: i64,
) -> sqlx::Result<()> {
    if let Some(seq) = store::read_marks::mark_read(db, member.room, member.side, seq).await? {
        publisher.publish_read(member.room, member.side, seq, member.user.account_id);
    }
    Ok(())
}
