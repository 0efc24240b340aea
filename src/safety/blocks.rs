//! Blocks between two accounts. The caller is chat, which holds the rooms between the two.

use sqlx::{PgConnection, PgExecutor};

use super::{model::BlockedPerson, store};

/// People whom one account may block: a list that a person can still read.
pub const MAX_BLOCKS: i64 = 1000;

/// What became of a wish to block somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockOutcome {
    /// Now, or before.
    Blocked,
    /// This account blocks [`MAX_BLOCKS`] people already.
    TooMany,
}

/// Idempotent. `as_seller`: how the blocker knew them.
pub async fn block(
    tx: &mut PgConnection,
    blocker_id: i64,
    blocked_id: i64,
    as_seller: bool,
) -> sqlx::Result<BlockOutcome> {
    match store::blocks::insert(&mut *tx, blocker_id, blocked_id, as_seller, MAX_BLOCKS).await? {
        true => Ok(BlockOutcome::Blocked),
        false if store::blocks::find(tx, blocker_id, blocked_id).await?.is_some() => {
            Ok(BlockOutcome::Blocked)
        }
        false => Ok(BlockOutcome::TooMany),
    }
}

/// Idempotent: whoever isn't blocked stays so.
pub async fn unblock(tx: &mut PgConnection, blocker_id: i64, blocked_id: i64) -> sqlx::Result<()> {
    store::blocks::delete(tx, blocker_id, blocked_id).await
}

/// The number of the block, if there is one.
pub async fn find_block(
    db: impl PgExecutor<'_>,
    blocker_id: i64,
    blocked_id: i64,
) -> sqlx::Result<Option<i64>> {
    store::blocks::find(db, blocker_id, blocked_id).await
}

/// Whom a block of this account is about; none of others' blocks.
pub async fn blocked_by(
    db: impl PgExecutor<'_>,
    blocker_id: i64,
    block_id: i64,
) -> sqlx::Result<Option<i64>> {
    store::blocks::blocked_by(db, blocker_id, block_id).await
}

/// Everybody whom an account has blocked, the latest first.
pub async fn blocks_of(db: impl PgExecutor<'_>, blocker_id: i64) -> sqlx::Result<Vec<BlockedPerson>> {
    store::blocks::list(db, blocker_id, MAX_BLOCKS).await
}
