//! One connection of HTTP/1.1, from an address of one's choice.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use anyhow::Context as _;
use axum::body::Body;
use http_body_util::BodyExt as _;
use hyper::{HeaderMap, Request, client::conn::http1::SendRequest, header};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpSocket, TcpStream};

/// Nothing here is waited for longer.
const MAX_WAIT: Duration = Duration::from_secs(30);

pub struct Client {
    server: SocketAddr,
    from: Ipv4Addr,
    cookie: String,
    sender: Option<SendRequest<Body>>,
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// From the first byte of the request to the last of this.
    pub took: Duration,
}

pub enum Content {
    Form(String),
    /// A multipart body with this boundary.
    Multipart(&'static str, Body),
}

impl Client {
    /// Without a cookie where that is empty.
    pub fn new(server: SocketAddr, from: Ipv4Addr, cookie: &str) -> Self {
        Client { server, from, cookie: cookie.to_owned(), sender: None }
    }

    pub fn set_cookie(&mut self, cookie: String) {
        self.cookie = cookie;
    }

    pub async fn get(&mut self, path: &str) -> anyhow::Result<Answer> {
        self.ask("GET", path, None).await
    }

    pub async fn post(&mut self, path: &str, content: Content) -> anyhow::Result<Answer> {
        self.ask("POST", path, Some(content)).await
    }

    async fn ask(&mut self, method: &str, path: &str, content: Option<Content>) -> anyhow::Result<Answer> {
        let host = self.server.to_string();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, &host)
            .header(header::ORIGIN, format!("http://{host}"))
            .header(header::ACCEPT, "text/html")
            .header(header::ACCEPT_ENCODING, "gzip");
        if !self.cookie.is_empty() {
            request = request.header(header::COOKIE, &self.cookie);
        }
        let (kind, body) = match content {
            None => (None, Body::empty()),
            Some(Content::Form(form)) => {
                (Some("application/x-www-form-urlencoded".to_owned()), Body::from(form))
            }
            Some(Content::Multipart(boundary, body)) => {
                (Some(format!("multipart/form-data; boundary={boundary}")), body)
            }
        };
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let request = request.body(body)?;
        let began = Instant::now();
        let mut sender = match self.sender.take() {
            Some(sender) if !sender.is_closed() => sender,
            _ => self.connect().await?,
        };
        sender.ready().await?;
        let answer = sender.send_request(request).await?;
        let (head, body) = answer.into_parts();
        body.collect().await?;
        let answer = Answer { status: head.status.as_u16(), headers: head.headers, took: began.elapsed() };
        self.sender = Some(sender);
        Ok(answer)
    }

    async fn connect(&self) -> anyhow::Result<SendRequest<Body>> {
        let stream = connect(self.server, self.from).await?;
        let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(sender)
    }
}

impl Answer {
    /// The cookie of that name that it sets, as it is sent back.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let set = self.headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = set.filter_map(|line| line.split(';').next());
        pairs.find(|pair| pair.starts_with(&format!("{name}="))).map(str::to_owned)
    }
}

pub async fn connect(server: SocketAddr, from: Ipv4Addr) -> anyhow::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((from, 0).into())?;
    let stream = tokio::time::timeout(MAX_WAIT, socket.connect(server)).await.context("no connection")??;
    stream.set_nodelay(true)?;
    Ok(stream)
}
