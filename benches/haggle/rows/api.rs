//! The API beside what people and their sockets use, in the same run: the list of products as JSON and as a page, and a
//! message by request and by frame.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use axum::body::Body;
use futures_util::future::try_join_all;
use http_body_util::BodyExt as _;
use hyper::{Request, client::conn::http1::SendRequest, header};
use hyper_util::rt::TokioIo;
use sha2::{Digest as _, Sha256};
use sqlx::PgPool;
use tokio::net::TcpStream;

use crate::{
    BenchOptions, client,
    dataset::{Dataset, Pair},
    figures::{Table, median, whole},
    rows::fresh_row,
    server::Server,
};

const PRODUCTS: i64 = 5_000;
/// Connections that ask for lists, each the next when it has the last.
const READERS: usize = 16;
/// In a run. Each run has rooms of its own: an account may ask 600 times in a row.
const ROOMS: usize = 100;
/// Accounts that one reader asks for in turn, for the same reason.
const TOKENS_EACH: usize = 40;
const WARM: Duration = Duration::from_millis(700);

pub async fn measure(
    options: &BenchOptions,
    table: &mut Table,
    haggle: &Server,
    dataset: &Dataset,
) -> anyhow::Result<()> {
    list_products(&dataset.db).await?;
    let tokens = tokens(&dataset.db, (READERS * TOKENS_EACH).max(options.runs * ROOMS)).await?;
    let (mut pages, mut lists) = (Vec::new(), Vec::new());
    let (mut frames, mut requests) = (Vec::new(), Vec::new());
    let cookies: Vec<String> =
        dataset.pairs[..READERS * TOKENS_EACH].iter().map(|pair| pair.buyer.cookie.clone()).collect();
    let bearers: Vec<String> = tokens.iter().map(|token| format!("Bearer {token}")).collect();
    for run in 0..options.runs {
        pages.push(read(haggle.addr, "/products", ("cookie", &cookies), options.duration).await?);
        let path = "/api/v1/products?limit=24";
        lists.push(read(haggle.addr, path, ("authorization", &bearers), options.duration).await?);
        let of_run = run * ROOMS..(run + 1) * ROOMS;
        let pairs = &dataset.pairs[of_run.clone()];
        frames.push(talk(haggle, pairs, None, options.duration).await?);
        requests.push(talk(haggle, pairs, Some(&tokens[of_run]), options.duration).await?);
    }
    let ratio = median(lists.iter().zip(&pages).map(|(list, page)| list / page).collect());
    table.add(
        "API: 24 products as JSON, 16 connections, a second",
        format!("{}/s ({ratio:.1} × the page)", whole(median(lists))),
        format!("{}/s as a page, signed in", whole(median(pages))),
        "≥ 1.5 × the page",
        ratio >= 1.5,
    );
    let more = median(requests.iter().zip(&frames).map(|(by_api, by_frame)| by_api - by_frame).collect());
    table.add(
        "API: processor time of a message by request, server and database",
        format!("{:.0} µs ({more:+.0})", median(requests)),
        format!("{:.0} µs by socket frame", median(frames)),
        "≤ 30 µs more than by frame",
        more <= 30.0,
    );
    Ok(())
}

/// A connection of HTTP/1.1 that stays open.
struct Http {
    sender: SendRequest<Body>,
    host: String,
}

impl Http {
    async fn open(addr: SocketAddr) -> anyhow::Result<Self> {
        let connection = TcpStream::connect(addr).await?;
        connection.set_nodelay(true)?;
        let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(connection)).await?;
        tokio::spawn(connection);
        Ok(Http { sender, host: addr.to_string() })
    }

    async fn ask(
        &mut self,
        method: &str,
        path: &str,
        who: (&str, &str),
        body: Option<String>,
    ) -> anyhow::Result<usize> {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, &self.host);
        request = request.header(who.0, who.1);
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let request = request.body(body.map_or_else(Body::empty, Body::from))?;
        self.sender.ready().await?;
        let answer = self.sender.send_request(request).await?;
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        anyhow::ensure!(status.is_success(), "{path}: {status}: {}", String::from_utf8_lossy(&body));
        Ok(body.len())
    }
}

/// Answers a second.
async fn read(
    addr: SocketAddr,
    path: &'static str,
    (header, values): (&'static str, &[String]),
    duration: Duration,
) -> anyhow::Result<f64> {
    let begin = Instant::now() + WARM;
    let readers = values.chunks(TOKENS_EACH).take(READERS).map(|values| {
        let values = values.to_vec();
        tokio::spawn(async move {
            let mut http = Http::open(addr).await?;
            let mut counted = 0_u64;
            for value in values.iter().cycle() {
                if begin.elapsed() >= duration {
                    break;
                }
                let bytes = http.ask("GET", path, (header, value), None).await?;
                anyhow::ensure!(bytes > 2_000, "{path}: {bytes} bytes");
                counted += u64::from(Instant::now() > begin);
            }
            anyhow::Ok(counted)
        })
    });
    let mut counted = 0;
    for reader in try_join_all(readers.collect::<Vec<_>>()).await? {
        counted += reader?;
    }
    Ok(counted as f64 / begin.elapsed().as_secs_f64())
}

/// How a buyer says something.
enum From {
    Socket(Box<client::Socket>),
    Requests { http: Http, path: String, bearer: String },
}

impl From {
    /// Until both have it.
    async fn say(&mut self, seller: &mut client::Socket, id: &str) -> anyhow::Result<()> {
        match self {
            From::Socket(buyer) => client::exchange(buyer, seller, id).await,
            From::Requests { http, path, bearer } => {
                let body =
                    format!(r#"{{"client_id":"{id}","body":"Is it still there? I could come by at six."}}"#);
                http.ask("POST", path, ("authorization", bearer), Some(body)).await?;
                while client::next_id(seller).await? != id {}
                Ok(())
            }
        }
    }
}

/// Microseconds of processor time a message, each room's buyer sending the next when the seller has the last: by the
/// buyer's socket, or by requests with these tokens.
async fn talk(
    server: &Server,
    pairs: &[Pair],
    tokens: Option<&[String]>,
    duration: Duration,
) -> anyhow::Result<f64> {
    let row = fresh_row();
    let mut open = Vec::new();
    for (n, pair) in pairs.iter().enumerate() {
        let seller = client::open(server.addr, &pair.room, &pair.seller).await?;
        let from = match tokens {
            None => From::Socket(Box::new(client::open(server.addr, &pair.room, &pair.buyer).await?)),
            Some(tokens) => From::Requests {
                http: Http::open(server.addr).await?,
                path: format!("/api/v1/rooms/{}/messages", pair.room),
                bearer: format!("Bearer {}", tokens[n]),
            },
        };
        open.push((from, seller));
    }
    tokio::time::sleep(client::LISTENING).await;
    let begin = Instant::now() + WARM;
    let rooms = open.into_iter().enumerate().map(|(room, (mut from, mut seller))| {
        tokio::spawn(async move {
            let mut counted = 0_u64;
            let mut n = (room as u64) << 32;
            while begin.elapsed() < duration {
                n += 1;
                from.say(&mut seller, &client::client_id(row, n)).await?;
                counted += u64::from(Instant::now() > begin);
            }
            anyhow::Ok(counted)
        })
    });
    let rooms: Vec<_> = rooms.collect();
    tokio::time::sleep_until(begin.into()).await;
    let before = server.cpu();
    let mut counted = 0;
    for room in try_join_all(rooms).await? {
        counted += room?;
    }
    Ok(server.cpu().each(before, counted).iter().sum())
}

/// So many things for sale, each with a picture.
async fn list_products(db: &PgPool) -> anyhow::Result<()> {
    sqlx::query(
        "WITH listed AS (
             INSERT INTO products (seller_id, category_id, title, description, price_minor, currency, condition, place)
             SELECT (SELECT min(id) FROM customers), (SELECT min(id) FROM categories), 'Reading lamp ' || n,
                    'Bright, and hardly used.', 100 * n, 'EUR', 'good', 'Brno'
             FROM generate_series(1, $1) n RETURNING id
         )
         INSERT INTO photos (product_id, position, key, width, height) SELECT id, 0, md5(id::text), 800, 600 FROM listed",
    )
    .bind(PRODUCTS)
    .execute(db)
    .await?;
    sqlx::query("ANALYZE").execute(db).await?;
    Ok(())
}

/// A personal token of each of the first buyers.
async fn tokens(db: &PgPool, count: usize) -> anyhow::Result<Vec<String>> {
    let accounts: Vec<i64> = sqlx::query_scalar(
        "SELECT id FROM accounts WHERE email LIKE 'buyer%@bench.example' ORDER BY id LIMIT $1",
    )
    .bind(count as i64)
    .fetch_all(db)
    .await?;
    let mut tokens = Vec::new();
    for account in accounts {
        // 32 bytes in base64url.
        let token = format!("hg_pat_{account:042}A");
        let grant = Sha256::digest(format!("grant of {account}")).to_vec();
        sqlx::query(
            "WITH grant_row AS (
                 INSERT INTO sessions (id_hash, account_id, epoch, kind, name, scopes, expires_at, data)
                 VALUES ($1, $2, 0, 'personal', 'bench', '{products:read,chat:read,chat:write}', now() + interval '1 day', '{}')
                 RETURNING id_hash
             )
             INSERT INTO access_tokens (token_hash, session_id_hash, expires_at)
             SELECT $3, id_hash, now() + interval '1 day' FROM grant_row",
        )
        .bind(&grant)
        .bind(account)
        .bind(Sha256::digest(&token).to_vec())
        .execute(db)
        .await
        .context("a token")?;
        tokens.push(token);
    }
    Ok(tokens)
}
