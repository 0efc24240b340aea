//! Tables without their indexes and foreign keys while they are filled: made once at the end, these cost a fraction of
//! what they cost row by row.

use sqlx::{AssertSqlSafe, Executor as _, PgConnection};

use super::pool::UNLIMITED;

/// What was taken off, as the statements that bring it back.
pub struct BulkLoad {
    restore: Vec<String>,
}

impl BulkLoad {
    /// In the caller's transaction: whoever sees the tables sees them with all that belongs to them.
    pub async fn begin(conn: &mut PgConnection, tables: &[impl AsRef<str>]) -> sqlx::Result<Self> {
        conn.execute(UNLIMITED).await?;
        conn.execute("SET LOCAL maintenance_work_mem = '256MB'").await?;
        let tables: Vec<String> = tables.iter().map(|table| table.as_ref().to_owned()).collect();
        // Foreign keys first: they need the keys that they point to.
        let parts: Vec<(String, String)> = sqlx::query_as(
            "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
                    format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
             FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY($1::text[]::regclass[])
             UNION ALL
             SELECT format('DROP INDEX %s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid)
             FROM pg_index i
             WHERE i.indrelid = ANY($1::text[]::regclass[])
               AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)",
        )
        .bind(tables)
        .fetch_all(&mut *conn)
        .await?;
        let mut restore = Vec::new();
        for (drop, create) in parts {
            conn.execute(AssertSqlSafe(drop)).await?;
            restore.push(create);
        }
        Ok(BulkLoad { restore })
    }

    /// Indexes before foreign keys, in the other order of their going.
    pub async fn finish(self, conn: &mut PgConnection) -> sqlx::Result<()> {
        for statement in self.restore.into_iter().rev() {
            conn.execute(AssertSqlSafe(statement)).await?;
        }
        Ok(())
    }
}
