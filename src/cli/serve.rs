//! `haggle serve`: the main job.

use std::{net::SocketAddr, time::Duration};

use anyhow::Context;
use tokio::net::TcpListener;

use super::{picture_progress, say, seed, sign_ins, summary};
use crate::{
    accounts,
    app::{self, AppState},
    chat::{self, MessageLimits},
    config::Config,
    db::{self, DataDir, Database},
    products::photos::Uploads,
    web::session,
};

const HOUR: Duration = Duration::from_secs(60 * 60);

pub async fn run(config: &Config) -> anyhow::Result<()> {
    let nats = config.nats()?;
    // A socket is a file; systems begin with a thousand.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let data = DataDir::open(&config.data)?;
    let listener = listen(config.addr).await?;
    let addr = listener.local_addr()?;
    let mut database = Database::open(config.database_url.as_deref(), &data, say).await?;
    db::migrate(&database.pool).await?;
    let uploads = Uploads::new(config.uploads()?);
    let demo = database.is_private() && !config.no_demo;
    if demo && accounts::nobody_yet(&database.pool).await? {
        println!("{}", summary(&seed::plant(&database.pool).await?));
        println!("{}\n", sign_ins()?);
    }
    let state = AppState::new(
        database.pool.clone(),
        uploads,
        config.public_origin(addr)?,
        config.trusted_proxies,
        MessageLimits::new(config.messages_per_second),
    );
    println!("Haggle is at http://{}   (Ctrl-C stops it)", readable(addr));
    if demo {
        if config.public_url.is_some() || !addr.ip().is_loopback() {
            println!(
                "Everybody knows the demo's password: open the marketplace to others with --no-demo and a data directory of its own."
            );
        }
        tokio::spawn(fill_in_pictures(state.clone()));
    }
    chat::join_nodes(state.db.clone(), state.hub.clone(), state.access.clone(), nats).await?;
    tokio::spawn(sweep(state.clone()));
    let served = tokio::select! {
        served = app::serve(listener, state, stop_signal()) => served,
        error = database.keep() => Err(error.into()),
    };
    database.close().await;
    served
}

async fn listen(addr: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(addr)
        .await
        .with_context(|| format!("can't listen on {addr}; another address can be given with --addr"))
}

/// An address that a browser on this machine can be given.
fn readable(addr: SocketAddr) -> String {
    if addr.ip().is_unspecified() {
        return format!("localhost:{}", addr.port());
    }
    addr.to_string()
}

/// Goes on with the demo's pictures where the last start was cut short, until the program is stopped.
async fn fill_in_pictures(state: AppState) {
    let composed = tokio::select! {
        composed = seed::compose_pictures(state.db, state.uploads, picture_progress()) => composed,
        () = state.hub.closing() => return,
    };
    if let Err(error) = composed {
        tracing::error!(%error, "the demo's pictures are not complete; the next start goes on with them");
    }
}

/// Forgets, every hour, what nobody needs any longer.
async fn sweep(state: AppState) {
    let mut hours = tokio::time::interval(HOUR);
    loop {
        hours.tick().await;
        if let Err(error) = session::sweep(&state.db).await {
            tracing::warn!(%error, "expired sessions are not swept");
        }
        if let Err(error) = chat::sweep_photos(&state.db, &state.uploads).await {
            tracing::warn!(%error, "pictures without a message are not swept");
        }
        state.sign_in_limits.sweep();
        state.message_limits.sweep();
        state.photo_limits.sweep();
    }
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
