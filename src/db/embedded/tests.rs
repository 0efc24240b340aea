//! Real servers, in folders of their own.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use sqlx::{Connection as _, Executor as _, PgConnection};

use std::fs;

use super::*;
use crate::db::data_dir::DataDir;

async fn connect(embedded: &Embedded) -> PgConnection {
    PgConnection::connect_with(&embedded.options).await.unwrap()
}

async fn words(embedded: &Embedded) -> Vec<String> {
    let mut conn = connect(embedded).await;
    sqlx::query_scalar("SELECT word FROM kept ORDER BY word").fetch_all(&mut conn).await.unwrap()
}

/// A folder that the account which runs PostgreSQL can reach, whoever runs the tests.
fn reachable_dir() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir_in("/tmp").unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    dir
}

#[tokio::test]
async fn starts_from_nothing_and_keeps_what_it_was_given() {
    let temp = reachable_dir();
    let data = DataDir::open(&temp.path().join("data")).unwrap();
    let told = Mutex::new(Vec::new());
    let progress = |step: &str| told.lock().unwrap().push(step.to_owned());

    let first = start(&data, progress).await.unwrap();
    let mut conn = connect(&first).await;
    conn.execute("CREATE TABLE kept (word text); INSERT INTO kept VALUES ('Ärger')").await.unwrap();
    let lower: String =
        sqlx::query_scalar("SELECT lower(word) FROM kept").fetch_one(&mut conn).await.unwrap();
    assert_eq!(lower, "ärger", "the database knows letters beyond ASCII");
    let fsync: String = sqlx::query_scalar("SHOW fsync").fetch_one(&mut conn).await.unwrap();
    assert_eq!(fsync, "on");
    drop(conn);
    first.stop().await;
    assert!(told.lock().unwrap().iter().any(|step| step.starts_with("Making a database")));

    told.lock().unwrap().clear();
    let second = start(&data, progress).await.unwrap();
    assert_eq!(words(&second).await, ["Ärger"]);
    assert_eq!(*told.lock().unwrap(), [""; 0], "nothing long to tell about");
    second.stop().await;
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_is_no_obstacle() {
    let temp = reachable_dir();
    let data = DataDir::open(&temp.path().join("long-name/".repeat(12))).unwrap();
    let embedded = start_with(&data, Durability::Throwaway, |_| ()).await.unwrap();
    let socket = embedded.options.get_socket().unwrap().clone();
    assert!(!socket.starts_with(temp.path()), "{socket:?}");
    connect(&embedded).await;
    embedded.stop().await;
    fs::remove_dir(socket).unwrap();
}

#[tokio::test]
async fn a_making_that_was_cut_short_leaves_no_trace() {
    let temp = reachable_dir();
    let data = DataDir::open(&temp.path().join("data")).unwrap();
    let half = data.path().join("postgres.new-1");
    fs::create_dir(&half).unwrap();
    fs::write(half.join("PG_VERSION"), "15\n").unwrap();

    let embedded = start_with(&data, Durability::Throwaway, |_| ()).await.unwrap();
    connect(&embedded).await;
    assert!(!half.exists());
    embedded.stop().await;
}

#[tokio::test]
async fn a_pid_file_naming_a_stranger_is_overruled() {
    let temp = reachable_dir();
    let data = DataDir::open(&temp.path().join("data")).unwrap();
    start_with(&data, Durability::Throwaway, |_| ()).await.unwrap().stop().await;
    // In a container the same number comes back for another program: here, this one.
    let stranger = format!("{}\n{}\n0\n5432\n\n\n0 0\n", std::process::id(), data.path().display());
    fs::write(data.path().join("postgres/postmaster.pid"), stranger).unwrap();

    let embedded = start_with(&data, Durability::Throwaway, |_| ()).await.unwrap();
    connect(&embedded).await;
    embedded.stop().await;
}

#[tokio::test]
async fn one_process_at_a_time_and_a_killed_one_leaves_all_it_stored() {
    let temp = reachable_dir();
    let dir = temp.path().join("data");
    let holder = Holder::start(&dir);

    let refused = DataDir::open(&dir).unwrap_err().to_string();
    assert!(refused.contains(&holder.process.id().to_string()), "{refused}");

    // This is SIGKILL: over there no destructor runs.
    let postgres = holder.postgres;
    drop(holder);
    #[cfg(target_os = "linux")]
    wait_until_gone(postgres).await;

    let data = DataDir::open(&dir).unwrap();
    let embedded = start(&data, |_| ()).await.unwrap();
    assert_eq!(words(&embedded).await, ["committed"]);
    embedded.stop().await;
}

/// Another process that holds a data directory: this test binary again, running [`hold`].
struct Holder {
    process: Child,
    postgres: u32,
}

impl Holder {
    fn start(dir: &Path) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "db::embedded::tests::hold", "--ignored", "--nocapture"])
            .env("HAGGLE_TEST_HOLD", dir)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let postgres = lines
            .map_while(Result::ok)
            .find_map(|line| line.split_once("postgres is ")?.1.parse().ok())
            .expect("the holder says its server's number");
        Self { process, postgres }
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
#[ignore = "not a test: the other process of one_process_at_a_time"]
async fn hold() {
    let Some(dir) = std::env::var_os("HAGGLE_TEST_HOLD") else { return };
    let data = DataDir::open(Path::new(&dir)).unwrap();
    let embedded = start(&data, |_| ()).await.unwrap();
    let mut conn = connect(&embedded).await;
    conn.execute("CREATE TABLE kept (word text); INSERT INTO kept VALUES ('committed')").await.unwrap();
    conn.execute("BEGIN; INSERT INTO kept VALUES ('not committed')").await.unwrap();
    println!("\npostgres is {}", embedded.server.pid());
    std::future::pending::<()>().await;
}

/// The kernel ends the server with its parent; without that it would run on for good.
#[cfg(target_os = "linux")]
async fn wait_until_gone(pid: u32) {
    let gone = async {
        while Path::new(&format!("/proc/{pid}/cwd")).read_link().is_ok() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    let limit = std::time::Duration::from_secs(20);
    tokio::time::timeout(limit, gone).await.expect("the server ends with the killed process");
}
