//! Photos in an S3-compatible store, behind `HAGGLE_UPLOADS=s3://…`: one object for each file, private, whose content never
//! changes. Reads are proxied, because who may see a picture is said by rows. Invariant: no call outlasts its time limit,
//! whatever the store does.

use std::{fmt, io, sync::Arc, time::Duration};

use axum::body::Bytes;
use futures_util::{StreamExt as _, stream::BoxStream};
use object_store::{
    BackoffConfig, ClientOptions, ObjectStore, ObjectStoreExt as _, RetryConfig, aws::AmazonS3Builder,
    path::Path,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Until an answer begins, or a small one is whole.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);
/// Of a read that somebody far away takes in slowly; also of a page of a listing.
const READ_TIMEOUT: Duration = Duration::from_secs(60);
/// One file of a photo.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);
/// Reads at once: each holds a connection to the store.
const MAX_READS: usize = 512;
const TURN_TIMEOUT: Duration = Duration::from_secs(2);

#[derive(Clone)]
pub struct Bucket {
    store: Arc<dyn ObjectStore>,
    prefix: Path,
    /// For people.
    name: Arc<str>,
    reads: Arc<Semaphore>,
}

/// An object that is being read.
pub(super) struct Reading {
    pub size: u64,
    pub bytes: BoxStream<'static, object_store::Result<Bytes>>,
    /// Held until all of it is read.
    pub permit: OwnedSemaphorePermit,
}

impl Bucket {
    /// `store` says where the bucket is and with which keys; the time limits are this module's.
    pub fn open(
        store: AmazonS3Builder,
        bucket: &str,
        prefix: &str,
        allow_http: bool,
    ) -> anyhow::Result<Self> {
        // What makes HTTPS connections takes the process's own cryptography. It is there already the second time.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let backoff = BackoffConfig {
            init_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(1),
            base: 2.0,
        };
        let store = store
            .with_bucket_name(bucket)
            .with_client_options(
                ClientOptions::new()
                    .with_allow_http(allow_http)
                    .with_connect_timeout(CONNECT_TIMEOUT)
                    .with_timeout(READ_TIMEOUT),
            )
            .with_retry(RetryConfig { backoff, max_retries: 2, retry_timeout: Duration::from_secs(5) })
            .build()?;
        let prefix = Path::parse(prefix)?;
        let name = format!("s3://{bucket}/{prefix}").trim_end_matches('/').into();
        Ok(Bucket { store: Arc::new(store), prefix, name, reads: Arc::new(Semaphore::new(MAX_READS)) })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    fn path(&self, name: &str) -> io::Result<Path> {
        let path = match self.prefix.as_ref() {
            "" => Path::parse(name),
            prefix => Path::parse(format!("{prefix}/{name}")),
        };
        path.map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))
    }

    pub(super) async fn put(&self, name: &str, bytes: Bytes) -> io::Result<()> {
        let path = self.path(name)?;
        within(WRITE_TIMEOUT, self.store.put(&path, bytes.into())).await.map(drop)
    }

    pub(super) async fn copy(&self, from: &str, to: &str) -> io::Result<()> {
        let (from, to) = (self.path(from)?, self.path(to)?);
        within(WRITE_TIMEOUT, self.store.copy(&from, &to)).await
    }

    /// Removing what isn't there is fine.
    pub(super) async fn remove(&self, name: &str) -> io::Result<()> {
        let path = self.path(name)?;
        match within(WRITE_TIMEOUT, self.store.delete(&path)).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Begins to read; that it isn't there is known by now.
    pub(super) async fn read(&self, name: &str) -> io::Result<Reading> {
        let turn = timeout(TURN_TIMEOUT, self.reads.clone().acquire_owned()).await;
        let permit = turn.map_err(io::Error::from)?.map_err(io::Error::other)?;
        let path = self.path(name)?;
        let found = within(ANSWER_TIMEOUT, self.store.get(&path)).await?;
        Ok(Reading { size: found.meta.size, bytes: found.into_stream(), permit })
    }

    pub(super) async fn read_whole(&self, name: &str) -> io::Result<Bytes> {
        let path = self.path(name)?;
        let whole = async { self.store.get(&path).await?.bytes().await };
        within(READ_TIMEOUT, whole).await
    }

    /// Names and sizes of all objects.
    pub(super) fn list(&self) -> BoxStream<'static, io::Result<(String, u64)>> {
        let prefix = self.prefix.clone();
        let listed = self.store.list(Some(&prefix).filter(|prefix| !prefix.as_ref().is_empty()));
        let named = listed.map(move |object| {
            let object = object?;
            let parts = object.location.prefix_match(&prefix).ok_or_else(|| {
                io::Error::other(format!("{} was listed and is somewhere else", object.location))
            })?;
            let parts: Vec<_> = parts.map(|part| part.as_ref().to_owned()).collect();
            Ok((parts.join("/"), object.size))
        });
        named.boxed()
    }
}

/// Without the keys.
impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

async fn within<T>(limit: Duration, asked: impl Future<Output = object_store::Result<T>>) -> io::Result<T> {
    match timeout(limit, asked).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "the photo store doesn't answer")),
    }
}
