//! A database for every test: copies of one migrated template, in one private PostgreSQL for the
//! whole process.
//!
//! The server runs on a thread of its own, because tests come and go with their runtimes. It is the
//! program's own embedded one, so the tests need what the program needs and nothing else. Its
//! folder is below `target/`, emptied by every run, and it ends with the process. The thread makes
//! copies ahead, so that a test mostly finds one ready, and drops them when their test is over.

use std::{
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::OnceLock,
    time::Duration,
};

use haggle::db::{
    self, DataDir,
    embedded::{self, Durability, Embedded},
};
use sqlx::{
    AssertSqlSafe, Connection as _, Executor as _, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::sync::{Mutex, mpsc, oneshot};

/// How many copies wait to be used.
const AHEAD: usize = 3;

/// An empty marketplace's database, dropped some time after this value is.
#[derive(Debug)]
pub struct TestDatabase {
    options: PgConnectOptions,
}

impl TestDatabase {
    /// With all migrations applied.
    pub async fn new() -> Self {
        Self { options: server().take_ready().await }
    }

    /// With nothing in it, not even a migration.
    pub async fn bare() -> Self {
        Self { options: server().make_bare().await }
    }

    /// A pool like the program's, small enough for many tests at once.
    pub async fn pool(&self) -> PgPool {
        PgPoolOptions::new()
            .max_connections(8)
            .acquire_timeout(Duration::from_secs(30))
            .connect_with(self.options.clone())
            .await
            .expect("a test's database can be reached")
    }

    /// For a program that is told its database, as `DATABASE_URL`.
    pub fn url(&self) -> String {
        use sqlx::ConnectOptions as _;
        self.options.to_url_lossy().to_string()
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let name = self.options.get_database().unwrap_or_default().to_owned();
        // After the last test nobody listens: the next run wipes what is left.
        let _ = server().requests.send(Request::Drop(name));
    }
}

struct Server {
    ready: Mutex<mpsc::Receiver<PgConnectOptions>>,
    requests: mpsc::UnboundedSender<Request>,
}

enum Request {
    Bare(oneshot::Sender<PgConnectOptions>),
    Drop(String),
}

impl Server {
    async fn take_ready(&self) -> PgConnectOptions {
        self.ready.lock().await.recv().await.expect("the tests' PostgreSQL runs (its error is above)")
    }

    async fn make_bare(&self) -> PgConnectOptions {
        let (reply, answer) = oneshot::channel();
        let _ = self.requests.send(Request::Bare(reply));
        answer.await.expect("the tests' PostgreSQL runs (its error is above)")
    }
}

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let (stock, ready) = mpsc::channel(AHEAD);
        let (requests, asked) = mpsc::unbounded_channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(run(stock, asked));
        });
        Server { ready: Mutex::new(ready), requests }
    })
}

/// Runs the server until the process ends, filling the stock and answering requests.
async fn run(stock: mpsc::Sender<PgConnectOptions>, mut asked: mpsc::UnboundedReceiver<Request>) {
    let embedded = start().await;
    let mut copies = Copies::of(&embedded).await;
    loop {
        tokio::select! {
            Ok(place) = stock.reserve() => place.send(copies.make("template").await),
            Some(request) = asked.recv() => match request {
                Request::Bare(reply) => { let _ = reply.send(copies.make("template0").await); }
                Request::Drop(name) => copies.drop(&name).await,
            },
        }
    }
}

/// Makes and drops databases, over a connection of its own.
struct Copies {
    options: PgConnectOptions,
    admin: PgConnection,
    made: u32,
}

impl Copies {
    async fn of(embedded: &Embedded) -> Self {
        let options = embedded.options.clone();
        let maintenance = options.clone().database("postgres");
        let admin = PgConnection::connect_with(&maintenance).await.expect("the tests' PostgreSQL answers");
        let mut copies = Self { options, admin, made: 0 };
        copies.drop_all().await;
        copies.admin.execute("CREATE DATABASE template").await.expect("a template database");
        let pool = PgPool::connect_with(copies.options.clone().database("template")).await;
        let pool = pool.expect("the template database can be reached");
        db::migrate(&pool).await.expect("the migrations apply");
        pool.close().await;
        copies
    }

    /// What an earlier run left.
    async fn drop_all(&mut self) {
        let ours = "SELECT datname FROM pg_database WHERE datname ~ '^(test_[0-9]+|template)$'";
        let names = sqlx::query_scalar(ours).fetch_all(&mut self.admin).await;
        for name in names.expect("a list of databases") {
            let name: String = name;
            self.drop(&name).await;
        }
    }

    async fn make(&mut self, template: &str) -> PgConnectOptions {
        self.made += 1;
        let name = format!("test_{}", self.made);
        // Copying files beats writing every page into the log, as nothing is synced to the disk.
        let sql = format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy");
        self.admin.execute(AssertSqlSafe(sql)).await.expect("a copy of the template");
        self.options.clone().database(&name)
    }

    async fn drop(&mut self, name: &str) {
        let sql = format!("DROP DATABASE {name} WITH (FORCE)");
        if let Err(error) = self.admin.execute(AssertSqlSafe(sql)).await {
            eprintln!("{name} stays until the next run: {error}");
        }
    }
}

async fn start() -> Embedded {
    let data = own_folder();
    let say = |step: &str| eprintln!("{step}");
    match embedded::start_with(&data, Durability::Throwaway, say).await {
        Ok(embedded) => embedded,
        // Of another major version, or broken with the machine: nothing in it is worth keeping.
        Err(error) => {
            eprintln!("{error}\nBeginning anew …");
            let _ = fs::remove_dir_all(data.path().join("postgres"));
            let again = embedded::start_with(&data, Durability::Throwaway, say).await;
            again.unwrap_or_else(|error| panic!("{error}"))
        }
    }
}

/// A folder that no other run is using just now.
fn own_folder() -> DataDir {
    let folder = |n| base().join(format!("{}-tests-{n}", env!("CARGO_CRATE_NAME")));
    let mut tries = (1..10).map(|n| DataDir::open(&folder(n)));
    tries.find_map(Result::ok).unwrap_or_else(|| DataDir::open(&folder(10)).expect("a folder for the tests"))
}

/// `target/tmp`; where root's PostgreSQL, which runs as somebody else, can't get there: `/tmp`.
fn base() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let public = |dir: &Path| fs::metadata(dir).is_ok_and(|meta| meta.mode() & 0o001 != 0);
    let am_root = fs::metadata("/proc/self").is_ok_and(|meta| meta.uid() == 0);
    if !am_root || target.ancestors().all(public) { target.to_owned() } else { std::env::temp_dir() }
}
