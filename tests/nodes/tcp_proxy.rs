//! A way to the database on which a connection can fall silent without either end hearing of it, as behind
//! a firewall that forgot it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use sqlx::postgres::PgConnectOptions;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, UnixStream},
};

/// What the connection to be cut off says.
const LISTEN: &[u8] = b"LISTEN ";

pub struct TcpProxy {
    url: String,
    severed: Arc<AtomicBool>,
}

impl TcpProxy {
    pub async fn to(options: &PgConnectOptions) -> Self {
        let dir = options.get_socket().expect("a server with a socket");
        let socket = dir.join(format!(".s.PGSQL.{}", options.get_port()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let severed = Arc::<AtomicBool>::default();
        let cut = severed.clone();
        tokio::spawn(async move {
            let met_it = Arc::<AtomicBool>::default();
            while let Ok((here, _)) = listener.accept().await {
                let there = UnixStream::connect(&socket).await.unwrap();
                let ((from_here, to_here), (from_there, to_there)) = (here.into_split(), there.into_split());
                let met_it = met_it.clone();
                let is_it = Arc::<AtomicBool>::default();
                let (cut, it) = (cut.clone(), is_it.clone());
                let is_cut = move || it.load(Relaxed) && cut.load(Relaxed);
                let look = move |said: &[u8]| {
                    if said.windows(LISTEN.len()).any(|words| words == LISTEN) && !met_it.swap(true, Relaxed)
                    {
                        is_it.store(true, Relaxed);
                    }
                };
                tokio::spawn(pump(from_here, to_there, look, is_cut.clone()));
                tokio::spawn(pump(from_there, to_here, |_| (), is_cut));
            }
        });
        let (user, database) = (options.get_username(), options.get_database().unwrap_or_default());
        TcpProxy { url: format!("postgres://{user}@{addr}/{database}"), severed }
    }

    /// As a `DATABASE_URL`.
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// Nothing gets through any longer on the first connection that listens.
    pub fn sever(&self) {
        self.severed.store(true, Relaxed);
    }
}

async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    look: impl Fn(&[u8]),
    is_cut: impl Fn() -> bool,
) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        look(&bytes[..count]);
        if is_cut() {
            // Nothing arrives, and nothing ends.
            std::future::pending::<()>().await;
        }
        if to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}
