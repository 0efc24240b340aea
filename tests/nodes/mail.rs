//! Letters to mail servers: taken, refused for now, refused for good, slow (aiosmtpd), and through a real one (OpenSMTPD).

use std::{
    fs,
    net::TcpListener,
    path::Path,
    process::{self, Stdio},
    time::Duration,
};

use haggle::{
    jobs::{Backoff, Worker, WorkerTimes},
    mail::{self, Letter, Mailer, Words},
    web::Marketplace,
};
use serde_json::Value;
use sqlx::PgPool;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::support::{Received, TestDatabase, eventually, within_deadline};

/// Where `.ci/run` puts Python packages.
pub const PACKAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/python");

pub fn python(arguments: &[&str]) -> process::Command {
    let mut command = process::Command::new("python3");
    command.env("PYTHONPATH", PACKAGES).args(arguments);
    command
}

/// What a machine without aiosmtpd is told.
pub fn missing() -> Option<&'static str> {
    let found = python(&["-c", "import aiosmtpd"]).stderr(Stdio::null()).status();
    (!found.is_ok_and(|status| status.success())).then_some(
        "there is no aiosmtpd; install it (`pip3 install --target target/python -r .ci/requirements-tests.txt`)",
    )
}

struct MailServer {
    port: u16,
    said: Lines<BufReader<ChildStdout>>,
    _running: Child,
}

impl MailServer {
    async fn start(arguments: &[&str]) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/nodes/smtp_server.py");
        let mut command = Command::from(python(&[script.to_str().unwrap()]));
        let command = command.args(arguments).stdout(Stdio::piped()).kill_on_drop(true);
        let mut running = command.spawn().expect("the mail server starts");
        let said = BufReader::new(running.stdout.take().unwrap()).lines();
        let mut server = MailServer { port: 0, said, _running: running };
        server.port = server.next().await["port"].as_u64().unwrap() as u16;
        server
    }

    /// The next that it says: a letter, or that it refused one for now.
    async fn next(&mut self) -> Value {
        let line = within_deadline("the mail server", self.said.next_line()).await.unwrap();
        serde_json::from_str(&line.expect("the mail server runs")).unwrap()
    }

    fn mailer(&self) -> Mailer {
        self.mailer_as("")
    }

    fn mailer_as(&self, user: &str) -> Mailer {
        Mailer::smtp(&format!("smtp://{user}127.0.0.1:{}", self.port), "market@example.com").unwrap()
    }
}

fn letter(to: &str) -> Letter {
    let words = Words { title: "Žlutý kůň & \u{202e}Co".to_owned(), ..Words::default() };
    words.letter(&Marketplace::default(), to, &format!("letter to {to}")).unwrap()
}

/// A marketplace's outbox whose failed letters are tried again at once.
struct Outbox {
    db: PgPool,
    _database: TestDatabase,
    _running: DropGuard,
}

impl Outbox {
    async fn start(mailer: Mailer) -> Self {
        let database = TestDatabase::new().await;
        let db = database.pool().await;
        let times = WorkerTimes {
            poll: Duration::from_millis(5),
            backoff: Backoff { first: Duration::from_millis(1), max: Duration::from_millis(2) },
            ..WorkerTimes::default()
        };
        let worker = Worker::with_times(&db, times).on(mail::SEND, {
            let db = db.clone();
            move |job| {
                let (db, mailer) = (db.clone(), mailer.clone());
                async move { mail::run_job(&db, &mailer, &job).await }
            }
        });
        let stop = CancellationToken::new();
        tokio::spawn(worker.run(stop.clone()));
        Outbox { db, _database: database, _running: stop.drop_guard() }
    }

    async fn send(&self, to: &str) {
        let mut tx = self.db.begin().await.unwrap();
        assert!(mail::enqueue(&mut tx, &letter(to)).await.unwrap());
        tx.commit().await.unwrap();
    }

    async fn jobs(&self, condition: &'static str) -> i64 {
        let sql = format!("SELECT count(*) FROM jobs WHERE {condition}");
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&self.db).await.unwrap()
    }
}

pub async fn a_mail_server_gets_a_letter_that_programs_understand() {
    let mut server = MailServer::start(&[]).await;
    let outbox = Outbox::start(server.mailer()).await;
    outbox.send("ana@example.com").await;
    let taken = server.next().await;
    assert_eq!((&taken["from"], &taken["to"][0]), (&"market@example.com".into(), &"ana@example.com".into()));
    let received = Received::parse(taken["raw"].as_str().unwrap());
    assert_eq!(received.subject, "Žlutý kůň & Co");
    assert!(received.html.contains("Žlutý kůň &amp;") || received.html.contains("Žlutý kůň &#38;"));
    assert!(received.raw.contains("Auto-Submitted: auto-generated"), "{}", received.raw);
}

pub async fn a_temporary_refusal_is_tried_again_until_it_is_taken() {
    let mut server = MailServer::start(&[]).await;
    let outbox = Outbox::start(server.mailer()).await;
    outbox.send("later2@example.com").await;
    for _ in 0..2 {
        assert_eq!(server.next().await["refused"], "later2@example.com");
    }
    assert_eq!(server.next().await["to"][0], "later2@example.com");
    eventually("the job to be done", async || (outbox.jobs("done_at IS NOT NULL").await == 1).then_some(()))
        .await;
    assert_eq!(outbox.jobs("attempts = 3").await, 1);
}

pub async fn an_address_that_bounces_gets_no_more_letters() {
    let mut server = MailServer::start(&[]).await;
    let outbox = Outbox::start(server.mailer()).await;
    outbox.send("bounce@example.com").await;
    eventually("the bounce to be noted", async || {
        mail::is_bounced(&outbox.db, "bounce@example.com").await.unwrap().then_some(())
    })
    .await;
    eventually("the job to be done", async || (outbox.jobs("done_at IS NOT NULL").await == 1).then_some(()))
        .await;
    outbox.send("bounce@example.com").await;
    outbox.send("ana@example.com").await;
    assert_eq!(server.next().await["to"][0], "ana@example.com");
    eventually("the jobs to be done", async || (outbox.jobs("done_at IS NOT NULL").await == 3).then_some(()))
        .await;
    assert_eq!(outbox.jobs("attempts > 1").await, 0, "nothing was tried twice");
}

/// What is said about us is no fault of the address.
pub async fn a_refusal_by_policy_marks_no_address() {
    let server = MailServer::start(&[]).await;
    let outbox = Outbox::start(server.mailer()).await;
    outbox.send("policy@example.com").await;
    eventually("it to be tried again", async || (outbox.jobs("attempts > 2").await == 1).then_some(())).await;
    assert!(!mail::is_bounced(&outbox.db, "policy@example.com").await.unwrap());
}

pub async fn a_wrong_password_marks_no_address_and_the_right_one_sends() {
    let mut server = MailServer::start(&["market", "a secret"]).await;
    let wrong = Outbox::start(server.mailer_as("market:wrong@")).await;
    wrong.send("ana@example.com").await;
    eventually("it to be tried again", async || (wrong.jobs("attempts > 2").await == 1).then_some(())).await;
    assert!(!mail::is_bounced(&wrong.db, "ana@example.com").await.unwrap());
    let error: String = sqlx::query_scalar("SELECT last_error FROM jobs").fetch_one(&wrong.db).await.unwrap();
    assert!(error.contains("535") && !error.contains("wrong@"), "{error}");
    let right = Outbox::start(server.mailer_as("market:a%20secret@")).await;
    right.send("ana@example.com").await;
    assert_eq!(server.next().await["to"][0], "ana@example.com");
}

/// Letters wait for a server that is slow; one that is gone is tried again.
pub async fn a_slow_server_holds_up_nobody_else_and_a_gone_one_is_tried_again() {
    let mut server = MailServer::start(&[]).await;
    let outbox = Outbox::start(server.mailer()).await;
    outbox.send("slow@example.com").await;
    outbox.send("ana@example.com").await;
    assert_eq!(server.next().await["to"][0], "ana@example.com");
    assert_eq!(server.next().await["to"][0], "slow@example.com");
    let nobody = Outbox::start(Mailer::smtp("smtp://127.0.0.1:1", "market@example.com").unwrap()).await;
    nobody.send("ana@example.com").await;
    eventually("it to be tried again", async || (nobody.jobs("attempts > 2").await == 1).then_some(())).await;
}

/// What a machine without OpenSMTPD is told. Only root can start it.
pub fn no_opensmtpd() -> Option<&'static str> {
    let version =
        process::Command::new("smtpd").arg("-h").stdout(Stdio::null()).stderr(Stdio::null()).status();
    let is_root = nix::unistd::geteuid().is_root();
    (version.is_err() || !is_root)
        .then_some("there is no OpenSMTPD (`apt-get install opensmtpd`), or this isn't root")
}

pub async fn opensmtpd_passes_a_letter_on() {
    let mut last = MailServer::start(&[]).await;
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("smtpd.conf");
    let relay = format!(
        "listen on 127.0.0.1 port {port}\naction \"relay\" relay host smtp://127.0.0.1:{}\nmatch from any for any action \"relay\"\n",
        last.port
    );
    fs::write(&config, relay).unwrap();
    let _opensmtpd = Command::new("smtpd")
        .args(["-d", "-f", config.to_str().unwrap()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("OpenSMTPD starts");
    // Not there yet is a failure for now, like any other.
    let mailer = Mailer::smtp(&format!("smtp://127.0.0.1:{port}"), "market@example.com").unwrap();
    let outbox = Outbox::start(mailer).await;
    outbox.send("ana@example.com").await;
    let taken = last.next().await;
    let received = Received::parse(taken["raw"].as_str().unwrap());
    assert_eq!((&taken["to"][0], &*received.subject), (&"ana@example.com".into(), "Žlutý kůň & Co"));
    assert!(received.raw.contains("OpenSMTPD"), "{}", received.raw);
}
