//! The database of this run: an external server, or the private one in the data directory.

use std::{path::Path, time::Duration};

use sqlx::{PgPool, postgres::PgConnectOptions};
use tokio::time::timeout;

use super::{
    data_dir::{DataDir, DataDirError},
    embedded::{self, Embedded},
    error::DbError,
    pool::connect,
};

/// Graceful shutdown waits this long for running statements; a database that vanished never
/// answers.
const POOL_CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// A pool, and the private server behind it, if any.
#[derive(Debug)]
pub struct Database {
    pub pool: PgPool,
    private: Option<Embedded>,
}

impl Database {
    /// Opens the server at `url` (`DATABASE_URL`), or starts the one that belongs to `data`.
    ///
    /// `progress` is told of every step that may take more than a moment.
    pub async fn open(url: Option<&str>, data: &DataDir, progress: impl Fn(&str)) -> Result<Self, DbError> {
        match url {
            Some(url) => Self::at(address(url)?).await,
            None => Self::start(data, progress).await,
        }
    }

    /// [`open`](Self::open) for a short command: while `haggle serve` holds the data directory, its
    /// private server is shared instead of refused.
    pub async fn open_shared(
        url: Option<&str>,
        data: &Path,
        progress: impl Fn(&str),
    ) -> Result<Self, DbError> {
        if let Some(url) = url {
            return Self::at(address(url)?).await;
        }
        match DataDir::open(data) {
            Ok(data) => Self::start(&data, progress).await,
            Err(in_use @ DataDirError::InUse { .. }) => match embedded::running_in(data) {
                Some(options) => Self::at(options).await,
                None => Err(in_use.into()),
            },
            Err(error) => Err(error.into()),
        }
    }

    /// Whether it is the private one: then a first start may fill it with a demo.
    pub fn is_private(&self) -> bool {
        self.private.is_some()
    }

    /// Restarts the private server whenever it ends by itself. Resolves when it can't be restarted;
    /// with an external server, never.
    pub async fn supervise(&mut self) -> DbError {
        match &mut self.private {
            Some(embedded) => embedded.supervise().await.into(),
            None => std::future::pending().await,
        }
    }

    /// Ends the connections, then the private server, in good order.
    pub async fn close(self) {
        if timeout(POOL_CLOSE_TIMEOUT, self.pool.close()).await.is_err() {
            tracing::warn!("closing the database pool timed out");
        }
        if let Some(embedded) = self.private {
            embedded.stop().await;
        }
    }

    async fn at(options: PgConnectOptions) -> Result<Self, DbError> {
        Ok(Self { pool: connect(options).await?, private: None })
    }

    async fn start(data: &DataDir, progress: impl Fn(&str)) -> Result<Self, DbError> {
        let embedded = embedded::start(data, progress).await?;
        let pool = connect(embedded.options.clone()).await?;
        Ok(Self { pool, private: Some(embedded) })
    }
}

fn address(url: &str) -> Result<PgConnectOptions, DbError> {
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        let wanted = "it must begin with postgres://";
        return Err(DbError::Address(sqlx::Error::Configuration(wanted.into())));
    }
    url.parse().map_err(DbError::Address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_command_beside_the_server_shares_its_database() {
        let temp = tempfile::tempdir().unwrap();
        let dir = temp.path().join("data");
        let data = DataDir::open(&dir).unwrap();
        let server = Database::open(None, &data, |_| ()).await.unwrap();
        sqlx::query("CREATE TABLE shared ()").execute(&server.pool).await.unwrap();

        let beside = Database::open_shared(None, &dir, |_| ()).await.unwrap();
        assert!(!beside.is_private());
        sqlx::query("DROP TABLE shared").execute(&beside.pool).await.unwrap();
        beside.close().await;
        server.close().await;
    }

    #[tokio::test]
    async fn a_wrong_address_is_said_to_be_one() {
        let temp = tempfile::tempdir().unwrap();
        let data = DataDir::open(temp.path()).unwrap();
        let refused = Database::open(Some("mysql://there"), &data, |_| ()).await.unwrap_err();
        assert!(refused.to_string().starts_with("DATABASE_URL isn't"), "{refused}");
    }
}
