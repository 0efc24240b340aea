//! Blocking and unblocking: the block itself and the rooms between the two, in one transaction, under the rooms' locks.
//!
//! Invariant: what is written before the commit reaches the other side, and nothing that is written after it. Writers
//! compare a room's blocks together with its number, so none goes on with what it remembers (`store/insert.rs`).

use sqlx::PgPool;

use crate::{
    chat::{
        domain::{blocks::Blocks, room_key::RoomKey},
        live::publish::Publisher,
        store,
    },
    safety::{self, BlockOutcome},
};

/// What blocking needs.
#[derive(Clone)]
pub struct BlockParts {
    pub db: PgPool,
    pub publisher: Publisher,
}

impl BlockParts {
    /// From the commit on nothing of the blocked account reaches the blocker, on any node. Idempotent.
    pub async fn block(&self, blocker: i64, blocked: i64, as_seller: bool) -> sqlx::Result<BlockOutcome> {
        let mut tx = self.db.begin().await?;
        store::blocks::lock_rooms_between(&mut tx, blocker, blocked).await?;
        let outcome = safety::block(&mut tx, blocker, blocked, as_seller).await?;
        let rooms = store::blocks::set_blocks_between(&mut tx, blocker, blocked).await?;
        tx.commit().await?;
        self.publish(rooms);
        Ok(outcome)
    }

    /// What was withheld until now stays withheld. Idempotent.
    pub async fn unblock(&self, blocker: i64, blocked: i64) -> sqlx::Result<()> {
        let mut tx = self.db.begin().await?;
        store::blocks::lock_rooms_between(&mut tx, blocker, blocked).await?;
        safety::unblock(&mut tx, blocker, blocked).await?;
        let rooms = store::blocks::set_blocks_between(&mut tx, blocker, blocked).await?;
        tx.commit().await?;
        self.publish(rooms);
        Ok(())
    }

    fn publish(&self, rooms: Vec<(RoomKey, Blocks)>) {
        for (room, blocks) in rooms {
            self.publisher.publish_blocks(room, blocks);
        }
    }
}
