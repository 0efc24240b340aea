//! A browser's WebSocket.

use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::header::{AUTHORIZATION, COOKIE, HeaderValue, ORIGIN};
use serde_json::Value;
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpSocket, TcpStream},
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, client_async, connect_async,
    tungstenite::{self, Message, client::IntoClientRequest as _, handshake::client::Request},
};

use super::{Person, within_deadline};

pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    path: String,
}

impl Person {
    /// Opens the socket at `path` with this browser's cookies.
    pub async fn socket(&self, path: &str) -> Socket {
        match self.try_socket(path).await {
            Ok(socket) => socket,
            Err(status) => panic!("{}: {path}: {status}", self.name),
        }
    }

    /// [`socket`](Self::socket), or the status that it was refused with before the upgrade.
    pub async fn try_socket(&self, path: &str) -> Result<Socket, u16> {
        self.socket_from(path, Some(&self.origin.clone())).await
    }

    /// From a page of another site, or from no page at all.
    pub async fn socket_from(&self, path: &str, origin: Option<&str>) -> Result<Socket, u16> {
        match self.dial(path, origin).await {
            Ok(socket) => Ok(socket),
            Err(tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{path}: {error}"),
        }
    }

    /// For a server that may not be there.
    pub async fn dial(&self, path: &str, origin: Option<&str>) -> tungstenite::Result<Socket> {
        let (stream, _) = connect_async(self.upgrade(path, origin)).await?;
        Ok(Socket { stream, path: path.to_owned() })
    }

    /// A socket whose machine takes next to nothing that isn't read.
    pub async fn slow_reading_socket(&self, path: &str) -> Socket {
        let tcp = TcpSocket::new_v4().expect("a socket");
        tcp.set_recv_buffer_size(4096).expect("a small buffer");
        let addr = self.origin.trim_start_matches("http://").parse().expect("an address");
        let tcp = tcp.connect(addr).await.expect("a connection");
        let upgraded = client_async(self.upgrade(path, None), MaybeTlsStream::Plain(tcp)).await;
        Socket { stream: upgraded.expect("a web socket").0, path: path.to_owned() }
    }

    fn upgrade(&self, path: &str, origin: Option<&str>) -> Request {
        let url = format!("{}{path}", self.origin.replacen("http", "ws", 1));
        let mut request = url.into_client_request().expect("a request");
        if let Some(origin) = origin {
            request.headers_mut().insert(ORIGIN, HeaderValue::from_str(origin).expect("an origin"));
        }
        if let Some(cookies) = self.cookies() {
            request.headers_mut().insert(COOKIE, cookies);
        }
        request
    }
}

impl Socket {
    /// A program's, with a token in its header; or the status that it was refused with before the upgrade.
    pub async fn open_with(url: &str, token: Option<&str>) -> Result<Socket, u16> {
        let mut request = url.replacen("http", "ws", 1).into_client_request().expect("a request");
        if let Some(token) = token {
            let bearer = HeaderValue::from_str(&format!("Bearer {token}")).expect("a token");
            request.headers_mut().insert(AUTHORIZATION, bearer);
        }
        match connect_async(request).await {
            Ok((stream, _)) => Ok(Socket { stream, path: url.to_owned() }),
            Err(tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{url}: {error}"),
        }
    }

    pub async fn send(&mut self, frame: Value) {
        self.send_text(&frame.to_string()).await;
    }

    pub async fn send_text(&mut self, text: &str) {
        self.stream.send(Message::text(text)).await.expect("the socket takes a frame");
    }

    pub async fn send_binary(&mut self, bytes: Vec<u8>) {
        self.stream.send(Message::binary(bytes)).await.expect("the socket takes a frame");
    }

    /// Past the protocol, straight into the connection.
    pub async fn send_raw(&mut self, bytes: &[u8]) {
        let MaybeTlsStream::Plain(tcp) = self.stream.get_mut() else { panic!("a plain connection") };
        tcp.write_all(bytes).await.expect("the connection takes bytes");
    }

    /// False if the connection is gone.
    pub async fn try_send(&mut self, frame: Value) -> bool {
        self.stream.send(Message::text(frame.to_string())).await.is_ok()
    }

    /// The next frame of this `type`; others that come before it are skipped.
    pub async fn expect(&mut self, wanted: &str) -> Value {
        self.expect_where(wanted, |frame| frame["type"] == wanted).await
    }

    /// The next frame that fits.
    pub async fn expect_where(&mut self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let path = self.path.clone();
        within_deadline(&format!("{what} at {path}"), async {
            loop {
                let frame = self.next().await.unwrap_or_else(|code| panic!("{path} closed with {code}"));
                if fits(&frame) {
                    return frame;
                }
            }
        })
        .await
    }

    /// The close code, after whatever frames are still to come. 1006 for a connection that broke off.
    pub async fn closed(&mut self) -> u16 {
        let path = self.path.clone();
        within_deadline(&format!("{path} to close"), async {
            loop {
                if let Err(code) = self.next().await {
                    return code;
                }
            }
        })
        .await
    }

    pub async fn close(mut self) {
        let _ = self.stream.close(None).await;
    }

    /// The next frame, or the code that the socket was closed with.
    pub async fn next(&mut self) -> Result<Value, u16> {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => {
                    return Ok(serde_json::from_str(&text).expect("a frame is JSON"));
                }
                Some(Ok(Message::Close(Some(frame)))) => return Err(frame.code.into()),
                Some(Ok(Message::Close(None))) => return Err(1005),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(1006),
            }
        }
    }
}
