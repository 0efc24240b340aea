//! `haggle serve`: the main job.

use anyhow::Context;
use sqlx::PgPool;
use tokio::net::TcpListener;

use crate::{
    app::{self, AppState},
    config::Config,
    db,
    products::photos::Uploads,
};

pub async fn run(config: &Config) -> anyhow::Result<()> {
    let url = config.database_url.as_deref().context("DATABASE_URL is not set")?;
    let pool = PgPool::connect(url).await?;
    db::migrate(&pool).await?;
    let listener =
        TcpListener::bind(config.addr).await.with_context(|| format!("can't listen on {}", config.addr))?;
    let addr = listener.local_addr()?;
    let state = AppState::new(
        pool,
        Uploads::new(config.uploads()?),
        config.public_origin(addr)?,
        config.trusted_proxies,
    );
    println!("Haggle is at http://{addr}");
    app::serve(listener, state, stop_signal()).await
}

/// Resolves at Ctrl-C or SIGTERM.
async fn stop_signal() {
    let ctrl_c = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminate) = signal(SignalKind::terminate()) else { return ctrl_c.await };
        tokio::select! {
            () = ctrl_c => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    ctrl_c.await;
}
