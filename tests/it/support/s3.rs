//! An S3-compatible store of a test's own, in process, over a folder.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use axum::{Router, body::Body, extract::Request, response::IntoResponse as _};
use haggle::products::photos::{Bucket, Uploads};
use object_store::aws::AmazonS3Builder;
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};
use tempfile::TempDir;
use tokio::{
    net::TcpListener,
    runtime::{Builder, Runtime},
};
use tower::ServiceExt as _;

const BUCKET: &str = "photos";
const KEY: &str = "key";
const SECRET: &str = "secret";

pub struct S3 {
    addr: SocketAddr,
    folder: TempDir,
    spool: TempDir,
    /// Of its own, so that connections end with it.
    running: Option<Runtime>,
}

impl S3 {
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(BUCKET)).unwrap();
        let addr = ([127, 0, 0, 1], 0).into();
        let mut s3 = S3 { addr, folder, spool: tempfile::tempdir().unwrap(), running: None };
        s3.come_back().await;
        s3
    }

    /// At the same address as before.
    pub async fn come_back(&mut self) {
        let mut s3 = S3ServiceBuilder::new(s3s_fs::FileSystem::new(self.folder.path()).unwrap());
        s3.set_auth(SimpleAuth::from_single(KEY, SECRET));
        let s3 = s3.build();
        let app = Router::new().fallback(move |request: Request| {
            let s3 = s3.clone();
            async move { s3.oneshot(request).await.unwrap().map(Body::new).into_response() }
        });
        self.serve(app).await;
    }

    /// Nobody listens any more, and who is connected is cut off.
    pub async fn go_away(&mut self) {
        if let Some(running) = self.running.take() {
            tokio::task::spawn_blocking(move || running.shutdown_timeout(Duration::from_secs(5)))
                .await
                .unwrap();
        }
    }

    /// It takes every request, and answers none.
    pub async fn hang(&mut self) {
        self.serve(Router::new().fallback(std::future::pending::<()>)).await;
    }

    async fn serve(&mut self, app: Router) {
        self.go_away().await;
        let running = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let addr = self.addr;
        let bound = running.spawn(async move { TcpListener::bind(addr).await.unwrap() });
        let listener = bound.await.unwrap();
        self.addr = listener.local_addr().unwrap();
        running.spawn(async move { axum::serve(listener, app).await.unwrap() });
        self.running = Some(running);
    }

    /// Photos in this store, under a prefix.
    pub fn uploads(&self) -> Uploads {
        self.uploads_by("http")
    }

    pub fn uploads_by(&self, scheme: &str) -> Uploads {
        let store = AmazonS3Builder::new()
            .with_endpoint(format!("{scheme}://{}", self.addr))
            .with_access_key_id(KEY)
            .with_secret_access_key(SECRET);
        let bucket = Bucket::open(store, BUCKET, "market", true).unwrap();
        Uploads::in_bucket(bucket, self.spool.path())
    }

    /// The settings that say the same to the real program.
    pub fn settings(&self) -> [(&'static str, String); 5] {
        [
            ("HAGGLE_UPLOADS", format!("s3://{BUCKET}/market")),
            ("AWS_ENDPOINT", format!("http://{}", self.addr)),
            ("AWS_ACCESS_KEY_ID", KEY.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", SECRET.to_owned()),
            ("AWS_ALLOW_HTTP", "true".to_owned()),
        ]
    }

    /// Where its objects lie, for looking behind it.
    pub fn objects(&self) -> PathBuf {
        self.folder.path().join(BUCKET).join("market")
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.shutdown_background();
        }
    }
}
