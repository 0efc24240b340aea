//! Pages that can't be made: what people get instead.

use futures_util::future::join_all;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::support::TestApp;

#[tokio::test]
async fn a_statement_that_takes_too_long_is_a_503() {
    let app = TestApp::start().await;
    let options: PgConnectOptions = app.database_url().parse().unwrap();
    let impatient = PgPoolOptions::new()
        .connect_with(options.options([("statement_timeout", "50ms")]))
        .await
        .expect("a test's database can be reached");
    let node = app.beside_over(impatient).await;
    // Held until the end, so that the page's look at the products never comes back by itself.
    let mut lock = app.db.begin().await.unwrap();
    sqlx::query("LOCK TABLE products IN ACCESS EXCLUSIVE MODE").execute(&mut *lock).await.unwrap();
    let page = node.visitor().get("/products").await.expect(503);
    assert_eq!(page.text("h1"), "Back in a moment");
}

/// Case 16. A browser sends all of its form before it looks at the answer.
#[tokio::test]
async fn an_answer_that_comes_before_the_form_was_read_arrives() {
    let app = TestApp::start().await;
    let post = |path: &str, origin: &str, bytes: usize| {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {0}\r\nOrigin: {origin}\r\nAccept: text/html\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {bytes}\r\n\r\n",
            app.addr
        );
        let addr = app.addr;
        async move {
            let mut connection = TcpStream::connect(addr).await.unwrap();
            connection.write_all(head.as_bytes()).await.unwrap();
            connection.write_all(&vec![b'a'; bytes]).await.expect("somebody reads the form");
            let mut answer = String::new();
            connection.read_to_string(&mut answer).await.expect("the connection is closed cleanly");
            answer
        }
    };
    let own = app.origin();
    let foreign = join_all((0..10).map(|_| post("/login", "https://elsewhere.example", 10 << 20))).await;
    let foreign = foreign.into_iter().map(|answer| (answer, "403 Forbidden"));
    let others = join_all([
        post("/login", &own, 10 << 20),
        post("/register", &own, 100 << 10),
        post("/nowhere", &own, 5 << 20),
        post("/seller/products", &own, 5 << 20),
    ])
    .await;
    let expected =
        ["413 Payload Too Large", "413 Payload Too Large", "404 Not Found", "413 Payload Too Large"];
    for (answer, status) in foreign.chain(others.into_iter().zip(expected)) {
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{status}: {:.300}", answer);
        assert!(answer.contains("connection: close\r\n"), "{:.300}", answer);
    }
}

/// I2.
#[tokio::test]
async fn a_request_names_one_host() {
    let app = TestApp::start().await;
    for (hosts, status) in
        [("", "400"), ("Host: a.example\r\nHost: b.example\r\n", "400"), ("Host: a.example\r\n", "200")]
    {
        let mut connection = TcpStream::connect(app.addr).await.unwrap();
        let head = format!("GET /robots.txt HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n");
        connection.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{hosts:?}: {answer:.100}");
    }
}
