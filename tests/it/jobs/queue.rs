//! The durable queue: who runs a job, when, how often, and what becomes of one that fails.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use haggle::jobs::{self, Backoff, Job, NewJob, Worker, WorkerTimes};
use serde_json::json;
use sqlx::PgPool;
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

use crate::support::{TestApp, TestDatabase, eventually, within_deadline};

/// Times that make no test wait.
fn quick() -> WorkerTimes {
    WorkerTimes {
        poll: Duration::from_millis(5),
        lease: Duration::from_secs(60),
        max_attempts: 3,
        backoff: Backoff { first: Duration::from_millis(1), max: Duration::from_millis(2) },
    }
}

/// A worker that sends every job of this name that it runs.
fn recorder(db: &PgPool, name: &str) -> (Worker, mpsc::UnboundedReceiver<Job>) {
    let (sender, jobs) = mpsc::unbounded_channel();
    let worker = Worker::with_times(db, quick()).on(name, move |job| {
        let sent = sender.send(job);
        async move { Ok(sent?) }
    });
    (worker, jobs)
}

/// Runs while the guard lives.
fn start(worker: &Worker) -> tokio_util::sync::DropGuard {
    let stop = CancellationToken::new();
    tokio::spawn(worker.clone().run(stop.clone()));
    stop.drop_guard()
}

async fn count(db: &PgPool, condition: &'static str) -> i64 {
    let sql = format!("SELECT count(*) FROM jobs WHERE {condition}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(db).await.unwrap()
}

#[tokio::test]
async fn each_job_is_run_by_one_of_two_workers() {
    let database = TestDatabase::new().await;
    let db = database.pool().await;
    for n in 0..50 {
        NewJob::new("count", json!({ "n": n })).enqueue(&db).await.unwrap();
    }
    let ran = Arc::new(AtomicUsize::new(0));
    let worker = || {
        let ran = ran.clone();
        Worker::with_times(&db, quick()).on("count", move |_| {
            ran.fetch_add(1, SeqCst);
            async { Ok(()) }
        })
    };
    let (one, two) = (worker(), worker());
    let _running = (start(&one), start(&two));
    eventually("all to be done", async || (count(&db, "done_at IS NULL").await == 0).then_some(())).await;
    assert_eq!(ran.load(SeqCst), 50);
}

#[tokio::test]
async fn a_rolled_back_transaction_enqueues_nothing() {
    let database = TestDatabase::new().await;
    let db = database.pool().await;
    let mut tx = db.begin().await.unwrap();
    NewJob::new("mail", json!({})).enqueue(&mut *tx).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(count(&db, "true").await, 0);
}

#[tokio::test]
async fn of_two_unfinished_jobs_with_the_same_key_there_is_one() {
    let database = TestDatabase::new().await;
    let db = database.pool().await;
    let job = NewJob::new("mail", json!({})).dedupe("room 1");
    assert!(job.enqueue(&db).await.unwrap());
    assert!(!job.enqueue(&db).await.unwrap());
    assert!(NewJob::new("mail", json!({})).dedupe("room 2").enqueue(&db).await.unwrap());
    let (worker, mut jobs) = recorder(&db, "mail");
    let _running = start(&worker);
    for _ in 0..2 {
        within_deadline("a job", jobs.recv()).await.unwrap();
    }
    eventually("both to be done", async || (count(&db, "done_at IS NULL").await == 0).then_some(())).await;
    assert!(job.enqueue(&db).await.unwrap(), "the first is done");
}

#[tokio::test]
async fn a_killed_workers_job_is_taken_after_its_lease() {
    let database = TestDatabase::new().await;
    let db = database.pool().await;
    NewJob::new("slow", json!({})).enqueue(&db).await.unwrap();
    let begun = Arc::new(Semaphore::new(0));
    let killed = Worker::with_times(&db, quick()).on("slow", {
        let begun = begun.clone();
        move |_| {
            begun.add_permits(1);
            std::future::pending()
        }
    });
    let running = tokio::spawn(killed.run(CancellationToken::new()));
    let _begun = within_deadline("it to begin", begun.acquire()).await.unwrap();
    // Killed: its handlers go with it, and nothing is said to the queue.
    running.abort();
    let (other, mut jobs) = recorder(&db, "slow");
    let _running = start(&other);
    assert!(jobs.try_recv().is_err(), "it is leased");
    sqlx::query("UPDATE jobs SET run_at = now(), leased_until = now()").execute(&db).await.unwrap();
    assert_eq!(within_deadline("the other", jobs.recv()).await.unwrap().attempts, 2);
}

#[tokio::test]
async fn a_failing_job_is_retried_then_dead_until_sent_again() {
    let database = TestDatabase::new().await;
    let db = database.pool().await;
    NewJob::new("mail", json!({})).enqueue(&db).await.unwrap();
    let tries = Arc::new(AtomicUsize::new(0));
    let worker = Worker::with_times(&db, quick()).on("mail", {
        let tries = tries.clone();
        move |_| {
            let try_number = tries.fetch_add(1, SeqCst);
            async move {
                match try_number {
                    0 => panic!("on purpose"),
                    1 | 2 => anyhow::bail!("the server is away"),
                    _ => Ok(()),
                }
            }
        }
    });
    let _running = start(&worker);
    eventually("it to be dead", async || (count(&db, "dead_at IS NOT NULL").await == 1).then_some(())).await;
    assert_eq!(tries.load(SeqCst), 3);
    let failed = jobs::failed(&db).await.unwrap();
    assert_eq!((failed[0].attempts, &*failed[0].error), (3, "the server is away"));
    assert_eq!(jobs::send_again(&db, failed[0].id).await.unwrap().as_deref(), Some("mail"));
    eventually("it to be done", async || (count(&db, "done_at IS NOT NULL").await == 1).then_some(())).await;
    assert_eq!(jobs::send_again(&db, failed[0].id).await.unwrap(), None);
}

#[tokio::test]
async fn a_job_that_kills_its_node_is_dead_at_last() {
    let database = TestDatabase::new().await;
    let db = database.pool().await;
    NewJob::new("deadly", json!({})).enqueue(&db).await.unwrap();
    let (worker, mut jobs) = recorder(&db, "deadly");
    // Three nodes began it, and none lived to say how it ended.
    sqlx::query("UPDATE jobs SET attempts = 3, leased_until = now(), run_at = now()")
        .execute(&db)
        .await
        .unwrap();
    let _running = start(&worker);
    eventually("it to be dead", async || (count(&db, "dead_at IS NOT NULL").await == 1).then_some(())).await;
    assert!(jobs.try_recv().is_err(), "it was not begun a fourth time");
    let failed = jobs::failed(&db).await.unwrap();
    assert!(failed[0].error.contains("its node went away"), "{}", failed[0].error);
}

#[tokio::test]
async fn an_older_claim_is_fenced_off_after_send_again() {
    let database = TestDatabase::new().await;
    let db = database.pool().await;
    NewJob::new("slow", json!({})).enqueue(&db).await.unwrap();
    let (begun, go_on) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    // It looks once, at its start, and not again while the test runs.
    let times = WorkerTimes { poll: Duration::from_secs(3600), ..quick() };
    let worker = Worker::with_times(&db, times).on("slow", {
        let (begun, go_on) = (begun.clone(), go_on.clone());
        move |job| {
            let (begun, go_on) = (begun.clone(), go_on.clone());
            async move {
                begun.add_permits(1);
                // The first claim, which everybody thinks lost, comes to its end last.
                if job.attempts == 1 && go_on.acquire().await.is_ok() {
                    anyhow::bail!("too late");
                }
                Ok(())
            }
        }
    });
    let stop = CancellationToken::new();
    let first = tokio::spawn(worker.run(stop.clone()));
    let _begun = within_deadline("it to begin", begun.acquire()).await.unwrap();
    sqlx::query("UPDATE jobs SET dead_at = now(), last_error = 'lost', leased_until = NULL")
        .execute(&db)
        .await
        .unwrap();
    let id = jobs::failed(&db).await.unwrap()[0].id;
    jobs::send_again(&db, id).await.unwrap().unwrap();
    // A second claim, of which the attempt is 1 again.
    stop.cancel();
    let (other, mut claimed) = {
        let (sender, claimed) = mpsc::unbounded_channel();
        let worker = Worker::with_times(&db, quick()).on("slow", move |job| {
            let _ = sender.send(job.attempts);
            std::future::pending()
        });
        (worker, claimed)
    };
    let _running = start(&other);
    assert_eq!(within_deadline("the second claim", claimed.recv()).await, Some(1));
    go_on.add_permits(1);
    within_deadline("the first to end", first).await.unwrap();
    assert_eq!(count(&db, "leased_until > now() AND last_error = 'lost'").await, 1, "it still runs");
}

#[tokio::test]
async fn a_dead_job_is_not_resent_beside_its_duplicate() {
    let database = TestDatabase::new().await;
    let db = database.pool().await;
    let job = NewJob::new("mail", json!({})).dedupe("room 1");
    job.enqueue(&db).await.unwrap();
    sqlx::query("UPDATE jobs SET dead_at = now(), last_error = 'away'").execute(&db).await.unwrap();
    job.enqueue(&db).await.unwrap();
    let id = jobs::failed(&db).await.unwrap()[0].id;
    assert_eq!(jobs::send_again(&db, id).await.unwrap(), None);
}

#[tokio::test]
async fn a_notification_wakes_a_worker_on_another_connection() {
    let database = TestDatabase::new().await;
    let db = database.pool().await;
    // Nothing is found by polling: the first look is at once, the next after the test.
    let times = WorkerTimes { poll: Duration::from_secs(3600), ..quick() };
    let (sender, mut jobs) = mpsc::unbounded_channel();
    let worker = Worker::with_times(&db, times).on("mail", move |job| {
        let sent = sender.send(job.id);
        async move { Ok(sent?) }
    });
    let _running = start(&worker);
    let listening =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'";
    eventually("it to listen", async || {
        (sqlx::query_scalar::<_, i64>(listening).fetch_one(&db).await.unwrap() == 1).then_some(())
    })
    .await;
    NewJob::new("mail", json!({})).enqueue(&db).await.unwrap();
    assert!(within_deadline("the job", jobs.recv()).await.is_some());
}

#[tokio::test]
async fn the_sweep_keeps_each_schedules_latest_run() {
    let database = TestDatabase::new().await;
    let db = database.pool().await;
    sqlx::query(
        "INSERT INTO jobs (name, slot, done_at, dead_at) VALUES
             ('monthly', now() - interval '40 days', now() - interval '40 days', NULL),
             ('monthly', now() - interval '10 days', now() - interval '10 days', NULL),
             ('mail', NULL, now() - interval '8 days', NULL),
             ('mail', NULL, now() - interval '6 days', NULL),
             ('mail', NULL, NULL, now() - interval '80 days'),
             ('mail', NULL, NULL, now() - interval '100 days'),
             ('mail', NULL, NULL, NULL)",
    )
    .execute(&db)
    .await
    .unwrap();
    assert_eq!(jobs::sweep(&db).await.unwrap(), 3);
    assert_eq!(count(&db, "slot > now() - interval '11 days'").await, 1);
    assert_eq!(count(&db, "name = 'mail'").await, 3);
}

#[tokio::test]
async fn a_schedule_runs_once_on_two_nodes() {
    let database = TestDatabase::new().await;
    let db = database.pool().await;
    let ran = Arc::new(AtomicUsize::new(0));
    let worker = || {
        let ran = ran.clone();
        // A hundred years: its slot can't change while the test runs.
        Worker::with_times(&db, quick()).every(Duration::from_secs(3_155_760_000), "yearly", move |_| {
            ran.fetch_add(1, SeqCst);
            async { Ok(()) }
        })
    };
    let (one, two) = (worker(), worker());
    let _running = (start(&one), start(&two));
    // Both have looked at their schedules when both have run something that came later.
    NewJob::new("yearly", json!({})).enqueue(&db).await.unwrap();
    eventually("all to be done", async || (count(&db, "done_at IS NOT NULL").await == 2).then_some(())).await;
    assert_eq!(count(&db, "slot IS NOT NULL").await, 1);
    assert_eq!(ran.load(SeqCst), 2);
}

#[tokio::test]
async fn staff_see_dead_jobs_and_send_them_again() {
    let app = TestApp::start().await;
    let admin = app.admin("Root").await;
    assert!(admin.get("/admin/jobs").await.ok().body().contains("No job has failed"));
    sqlx::query(
        "INSERT INTO jobs (name, attempts, last_error, dead_at) VALUES ('mail.send', 12, 'no such host', now())",
    )
    .execute(&app.db)
    .await
    .unwrap();
    let page = admin.get("/admin/jobs").await.ok();
    assert!(page.body().contains("no such host"));
    admin.post(&page.attr("td form", "action"), &[]).await.redirects_to("/admin/jobs");
    assert_eq!(count(&app.db, "dead_at IS NULL AND attempts = 0").await, 1);
    assert!(admin.get("/admin/audit").await.ok().body().contains("mail.send"));
}
