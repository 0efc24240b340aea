//! A person's socket, as thin as it goes: the clients share the machine with what they measure.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context as _, bail};
use futures_util::{SinkExt as _, Stream, StreamExt as _, TryStreamExt as _, stream};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, client::IntoClientRequest as _, protocol::WebSocketConfig},
};

use crate::dataset::{Pair, Person};

pub type Socket = WebSocketStream<TcpStream>;

/// Sockets that are opened side by side.
const MAX_IN_FLIGHT: usize = 64;
/// Far longer than joining a room takes.
pub const LISTENING: Duration = Duration::from_millis(500);

pub async fn open(addr: SocketAddr, room: &str, person: &Person) -> anyhow::Result<Socket> {
    let mut request = format!("ws://{addr}/ws/{room}").into_client_request()?;
    request.headers_mut().insert("cookie", person.cookie.parse()?);
    let connection = TcpStream::connect(addr).await?;
    connection.set_nodelay(true)?;
    let config = WebSocketConfig::default().read_buffer_size(4096).write_buffer_size(0);
    let (socket, _) =
        client_async_with_config(request, connection, Some(config)).await.context(room.to_owned())?;
    Ok(socket)
}

/// Both people's sockets in each of these rooms: the buyer's, the seller's.
///
/// A server listens to the room only after the handshake. A browser would ask for what was said in
/// between; these clients wait until nothing can be.
pub async fn open_both(addr: SocketAddr, pairs: &[Pair]) -> anyhow::Result<Vec<(Socket, Socket)>> {
    let sockets = stream::iter(pairs)
        .map(|pair| async move {
            let buyer = open(addr, &pair.room, &pair.buyer).await?;
            anyhow::Ok((buyer, open(addr, &pair.room, &pair.seller).await?))
        })
        .buffered(MAX_IN_FLIGHT)
        .try_collect()
        .await?;
    tokio::time::sleep(LISTENING).await;
    Ok(sockets)
}

/// Sockets that nobody writes to; pings are answered, and all end when this is dropped.
pub async fn open_idle(addr: SocketAddr, pairs: &[Pair]) -> anyhow::Result<tokio::task::JoinSet<()>> {
    let mut idle = tokio::task::JoinSet::new();
    for (buyer, seller) in open_both(addr, pairs).await? {
        for mut socket in [buyer, seller] {
            idle.spawn(async move { while let Some(Ok(_)) = socket.next().await {} });
        }
    }
    Ok(idle)
}

/// The `n`th message of a row: every id is used once in a run.
pub fn client_id(row: u32, n: u64) -> String {
    format!("{row:08x}-0000-4000-8000-{n:012x}")
}

pub fn message(client_id: &str) -> Message {
    Message::text(format!(
        r#"{{"type":"send","client_id":"{client_id}","body":"Is it still there? I could come by at six."}}"#
    ))
}

/// The id of the next message that arrives; other frames are passed over, refusals are errors.
pub async fn next_id<S>(socket: &mut S) -> anyhow::Result<String>
where
    S: Stream<Item = Result<Message, tokio_tungstenite::tungstenite::Error>> + Unpin,
{
    const KEY: &str = r#""client_id":""#;
    loop {
        let frame = socket.next().await.context("the socket ended")??;
        let Message::Text(text) = frame else { continue };
        if text.starts_with(r#"{"type":"error"#) || text.starts_with(r#"{"type":"resync"#) {
            bail!("{text}");
        }
        let id = text.find(KEY).and_then(|at| text.get(at + KEY.len()..at + KEY.len() + 36));
        if let Some(id) = id {
            return Ok(id.to_owned());
        }
    }
}

/// Sends, and waits until both have it.
pub async fn exchange(from: &mut Socket, to: &mut Socket, id: &str) -> anyhow::Result<()> {
    from.send(message(id)).await?;
    while next_id(to).await? != id {}
    while next_id(from).await? != id {}
    Ok(())
}
