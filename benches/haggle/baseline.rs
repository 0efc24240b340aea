//! The limit, a bare server: an axum room broadcast that stores nothing, checks nothing and passes bytes on as they
//! came. A tokio broadcast channel per room, 4 KiB buffers.

use std::{process::Command, sync::Arc};

use axum::{
    Router,
    extract::{
        Path, State, WebSocketUpgrade,
        ws::{Message, Utf8Bytes, WebSocket},
    },
    response::Response,
    routing::get,
    serve::ListenerExt as _,
};
use dashmap::DashMap;
use tokio::sync::broadcast;

use crate::server::Server;

/// Set for the process that shall be this.
pub const ENV: &str = "HAGGLE_BENCH_BASELINE";

/// This program again, as that server.
pub fn start() -> anyhow::Result<Server> {
    let mut command = Command::new(std::env::current_exe()?);
    command.env(ENV, "1");
    Server::start(command)
}

type Rooms = Arc<DashMap<String, broadcast::Sender<Utf8Bytes>>>;

pub fn main() -> anyhow::Result<()> {
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("http://{}", listener.local_addr()?);
        let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
        let router = Router::new().route("/ws/{room}", get(upgrade)).with_state(Rooms::default());
        Ok(axum::serve(listener, router).await?)
    })
}

async fn upgrade(
    State(rooms): State<Rooms>,
    Path(room): Path<String>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let room = rooms.entry(room).or_insert_with(|| broadcast::Sender::new(64)).clone();
    upgrade.read_buffer_size(4096).write_buffer_size(0).on_upgrade(move |socket| serve(socket, room))
}

async fn serve(mut socket: WebSocket, room: broadcast::Sender<Utf8Bytes>) {
    let mut told = room.subscribe();
    loop {
        tokio::select! {
            Ok(text) = told.recv() => if socket.send(Message::Text(text)).await.is_err() { return },
            message = socket.recv() => match message {
                Some(Ok(Message::Text(text))) => drop(room.send(text)),
                Some(Ok(_)) => {}
                _ => return,
            },
        }
    }
}
