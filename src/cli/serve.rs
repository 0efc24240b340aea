//! `haggle serve`: the main job.

use anyhow::Context;
use tokio::net::TcpListener;

use crate::{
    app::{self, AppState},
    config::Config,
    db::{self, DataDir, Database},
    products::photos::Uploads,
};

pub async fn run(config: &Config) -> anyhow::Result<()> {
    let data = DataDir::open(&config.data)?;
    let database = Database::open(config.database_url.as_deref(), &data, |step| println!("{step}")).await?;
    db::migrate(&database.pool).await?;
    let listener =
        TcpListener::bind(config.addr).await.with_context(|| format!("can't listen on {}", config.addr))?;
    let addr = listener.local_addr()?;
    let state = AppState::new(
        database.pool.clone(),
        Uploads::new(config.uploads()?),
        config.public_origin(addr)?,
        config.trusted_proxies,
    );
    println!("Haggle is at http://{addr}");
    app::serve(listener, state, stop_signal()).await?;
    database.close().await;
    Ok(())
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
