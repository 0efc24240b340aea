//! A batch writer's own connection, not the pool's: pages can't keep a writer waiting, and the server keeps
//! the plans of its few statements. After a failure it is opened anew.

use sqlx::{Connection as _, Executor as _, PgConnection, PgPool};

pub struct WriterConnection {
    db: PgPool,
    conn: Option<PgConnection>,
}

impl WriterConnection {
    pub fn new(db: &PgPool) -> Self {
        WriterConnection { db: db.clone(), conn: None }
    }

    pub async fn open(&mut self) -> sqlx::Result<&mut PgConnection> {
        let conn = match self.conn.take() {
            Some(conn) => conn,
            None => connect(&self.db).await?,
        };
        Ok(self.conn.insert(conn))
    }

    /// Begins a transaction, on a new connection if the server has closed the last one.
    pub async fn begin(&mut self) -> sqlx::Result<&mut PgConnection> {
        if let Some(mut conn) = self.conn.take()
            && conn.execute("BEGIN").await.is_ok()
        {
            return Ok(self.conn.insert(conn));
        }
        let conn = self.open().await?;
        conn.execute("BEGIN").await?;
        Ok(conn)
    }

    pub async fn commit(&mut self) -> sqlx::Result<()> {
        let conn = self.conn.as_mut().ok_or(sqlx::Error::WorkerCrashed)?;
        conn.execute("COMMIT").await?;
        Ok(())
    }

    /// Takes back what a refused statement left of the transaction.
    pub async fn rollback(&mut self) {
        if let Some(mut conn) = self.conn.take()
            && conn.execute("ROLLBACK").await.is_ok()
        {
            self.conn = Some(conn);
        }
    }

    /// Leaves it to the server to roll back what was under way.
    pub fn discard(&mut self) {
        self.conn = None;
    }
}

/// A plan is made once, and by index alone: one that was right for the empty tables of a new
/// marketplace would read them whole when they are full. A node that stops in the middle of a
/// transaction loses it, and the locks with it, before the others lose their patience.
async fn connect(db: &PgPool) -> sqlx::Result<PgConnection> {
    let mut conn = PgConnection::connect_with(&db.connect_options()).await?;
    conn.execute(
        "SET statement_timeout = '15s';
         SET timezone = 'UTC';
         SET plan_cache_mode = force_generic_plan;
         SET enable_seqscan = off;
         SET enable_hashjoin = off;
         SET enable_mergejoin = off;
         SET idle_in_transaction_session_timeout = '2s';
         SET lock_timeout = '2s'",
    )
    .await?;
    Ok(conn)
}
