//! LISTEN on a channel, over a connection of its own.

use sqlx::{
    PgPool,
    postgres::{PgListener, PgPoolOptions},
};

/// A connection that dies is not the pool's loss, and is not made anew by itself: whoever listens has to know that
/// notifications may have been missed.
pub async fn listen(db: &PgPool, channel: &str) -> sqlx::Result<PgListener> {
    let pool = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None);
    let pool = pool.connect_with((*db.connect_options()).clone()).await?;
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.eager_reconnect(false);
    listener.listen(channel).await?;
    Ok(listener)
}
