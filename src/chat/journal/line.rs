//! A writer's own connection.
//!
//! Not the pool's: pages can't keep a writer waiting, and the server keeps the plans of a writer's few
//! statements. After a failure it is opened anew.

use sqlx::{Executor as _, PgConnection, PgPool};

pub(super) struct Line {
    db: PgPool,
    conn: Option<PgConnection>,
    /// Whether the last commit began the next transaction.
    begun: bool,
}

impl Line {
    pub fn new(db: &PgPool) -> Self {
        Line { db: db.clone(), conn: None, begun: false }
    }

    /// Begins a transaction, on a new connection if the server has closed the last one.
    pub async fn begin(&mut self) -> sqlx::Result<&mut PgConnection> {
        let begun = match self.conn.take() {
            Some(conn) if std::mem::take(&mut self.begun) => Some(conn),
            Some(mut conn) => conn.execute("BEGIN").await.ok().map(|_| conn),
            None => None,
        };
        let conn = match begun {
            Some(conn) => conn,
            None => {
                let mut conn = connect(&self.db).await?;
                conn.execute("BEGIN").await?;
                conn
            }
        };
        Ok(self.conn.insert(conn))
    }

    /// Commits. With `more` waiting it begins the next transaction too, which saves asking for it.
    pub async fn commit(&mut self, more: bool) -> sqlx::Result<()> {
        let mut conn = self.conn.take().ok_or(sqlx::Error::WorkerCrashed)?;
        conn.execute(if more { "COMMIT AND CHAIN" } else { "COMMIT" }).await?;
        self.conn = Some(conn);
        self.begun = more;
        Ok(())
    }

    /// Takes back what a refused statement left of the transaction.
    pub async fn roll_back(&mut self) {
        if let Some(mut conn) = self.conn.take()
            && conn.execute("ROLLBACK").await.is_ok()
        {
            self.conn = Some(conn);
        }
    }

    /// Leaves it to the server to roll back what was under way.
    pub fn hang_up(&mut self) {
        self.conn = None;
    }
}

/// A plan is made once, and by index alone: one that was right for the empty tables of a new
/// marketplace would read them whole when they are full. A node that stops in the middle of a
/// transaction loses it, and the locks with it, before the others lose their patience.
async fn connect(db: &PgPool) -> sqlx::Result<PgConnection> {
    let mut conn = db.acquire().await?.detach();
    conn.execute(
        "SET plan_cache_mode = force_generic_plan;
         SET enable_seqscan = off;
         SET enable_hashjoin = off;
         SET enable_mergejoin = off;
         SET idle_in_transaction_session_timeout = '2s';
         SET lock_timeout = '3s'",
    )
    .await?;
    Ok(conn)
}
