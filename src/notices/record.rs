//! Recording and reading: what other features may do.

use std::time::Duration;

use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

use super::{
    kind::{Channel, Kind},
    notice::NewNotice,
    store::{self, notices::Delays},
};

/// Records them in the caller's transaction: committed with their cause, or not at all. A repeat updates the notice,
/// and one that was read begins anew; recorded again unchanged, it changes nothing (idempotent). Open pages are told at
/// the commit.
pub async fn record(conn: &mut PgConnection, kind: &dyn Kind, new: &[NewNotice]) -> sqlx::Result<()> {
    let delays = Delays { push: delay(kind.push()), mail: delay(kind.mail()) };
    for some in new.chunks(store::notices::MAX_BATCH) {
        let changed = store::notices::upsert(&mut *conn, kind.code(), delays, some).await?;
        store::notices::notify(&mut *conn, &changed).await?;
    }
    Ok(())
}

/// None where nothing is ever sent that way. What somebody has switched off is left out when it is due.
fn delay(channel: Channel) -> Option<Duration> {
    match channel {
        Channel::On(delay) | Channel::Off(delay) => Some(delay),
        Channel::Always | Channel::Never => None,
    }
}

/// These people have seen these subjects on their own pages: nothing of them is to be pushed or mailed.
pub async fn mark_read(db: &PgPool, kind: &str, read: &[(i64, String)]) -> sqlx::Result<()> {
    let mut tx = db.begin().await?;
    let changed = store::notices::mark_read(&mut *tx, kind, read).await?;
    store::notices::notify(&mut *tx, &changed).await?;
    tx.commit().await
}

/// The clock that everything here goes by: the clocks of nodes needn't agree.
pub async fn database_time(db: &PgPool) -> sqlx::Result<OffsetDateTime> {
    store::notices::database_time(db).await
}

/// How many notices somebody hasn't read, up to [`MAX_COUNTED`](store::notices::MAX_COUNTED).
pub async fn unread(db: &PgPool, account_id: i64) -> sqlx::Result<i64> {
    store::notices::unread(db, account_id).await
}
