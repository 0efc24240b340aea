//! Long-running tasks: what happens when one panics or ends, what `/up` says of it, and how all stop.

use std::{
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use haggle::{
    app,
    jobs::{Backoff, Policy, Supervisor, TaskStatus},
};
use tokio::sync::{Semaphore, oneshot};

use crate::support::{TestApp, eventually, within_deadline};

const LONG: Duration = Duration::from_secs(60);

/// One that doesn't make a test wait.
fn quick() -> Supervisor {
    Supervisor::with_backoff(Backoff { first: Duration::from_millis(1), max: Duration::from_millis(2) })
}

fn status(supervisor: &Supervisor, name: &str) -> TaskStatus {
    supervisor.statuses().into_iter().find(|task| task.name == name).expect("a task of that name")
}

/// What is logged on this thread while the guard lives.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn listen(&self) -> tracing::subscriber::DefaultGuard {
        let log = self.clone();
        let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || log.clone()).finish();
        tracing::subscriber::set_default(subscriber)
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_task_that_panics_is_logged_counted_and_restarted() {
    let log = Log::default();
    let _guard = log.listen();
    let supervisor = quick();
    let starts = Arc::new(AtomicUsize::new(0));
    let counted = starts.clone();
    supervisor.spawn("test.other", Policy::Essential, std::future::pending);
    supervisor.spawn("test.panics", Policy::Background, move || {
        let start = counted.fetch_add(1, Relaxed);
        async move {
            tokio::task::yield_now().await;
            assert!(start >= 3, "on purpose");
            std::future::pending().await
        }
    });
    eventually("the fourth start", async || (starts.load(Relaxed) == 4).then_some(())).await;

    let panicked = status(&supervisor, "test.panics");
    assert_eq!((panicked.is_up, panicked.panics, panicked.early_ends), (true, 3, 0));
    let other = status(&supervisor, "test.other");
    assert_eq!((other.is_up, other.panics), (true, 0));
    let text = log.text();
    assert_eq!(text.matches("ERROR").count(), 3, "{text}");
    assert!(text.contains("test.panics") && text.contains("on purpose"), "{text}");
}

#[tokio::test]
async fn a_task_that_ends_too_early_is_restarted() {
    let supervisor = quick();
    let (ended, wanted) = (Arc::new(Semaphore::new(0)), 3);
    let counted = ended.clone();
    supervisor.spawn("test.ends", Policy::Background, move || {
        counted.add_permits(1);
        std::future::ready(())
    });
    let _seen = within_deadline("three starts", ended.acquire_many(wanted)).await.unwrap();
    assert!(status(&supervisor, "test.ends").early_ends >= 2);
    assert_eq!(status(&supervisor, "test.ends").panics, 0);
}

#[tokio::test]
async fn a_task_with_an_aim_ends_when_it_is_reached() {
    let supervisor = quick();
    let tries = Arc::new(AtomicUsize::new(0));
    let counted = tries.clone();
    supervisor.spawn("test.aim", Policy::UntilDone, move || {
        assert_ne!(counted.fetch_add(1, Relaxed), 0, "on purpose");
        std::future::ready(())
    });
    eventually("its end", async || supervisor.statuses().is_empty().then_some(())).await;
    assert_eq!(tries.load(Relaxed), 2);
}

/// What a task keeps over its restarts belongs to the factory.
#[tokio::test]
async fn a_queue_outlives_the_task_that_reads_it() {
    let supervisor = quick();
    let (sender, queue) = tokio::sync::mpsc::channel::<&str>(8);
    let (told, mut heard) = tokio::sync::mpsc::channel(8);
    let queue = Arc::new(tokio::sync::Mutex::new(queue));
    supervisor.spawn("test.reader", Policy::Essential, move || {
        let (queue, told) = (queue.clone(), told.clone());
        async move {
            let mut queue = queue.lock().await;
            while let Some(word) = queue.recv().await {
                assert_ne!(word, "poison");
                told.send(word).await.unwrap();
            }
        }
    });
    for word in ["one", "poison", "two"] {
        sender.send(word).await.unwrap();
    }
    assert_eq!(within_deadline("the first", heard.recv()).await, Some("one"));
    assert_eq!(within_deadline("the one after the panic", heard.recv()).await, Some("two"));
}

#[tokio::test]
async fn up_names_a_task_while_it_is_down() {
    let app = TestApp::start().await;
    let broken = Arc::new(AtomicBool::new(true));
    let panics = broken.clone();
    let up = async || {
        let page = app.visitor().get("/up").await;
        (page.status.as_u16(), page.body().to_owned())
    };
    assert_eq!(up().await, (200, "up\n".to_owned()));
    app.supervisor().spawn("test.panics", Policy::Background, move || {
        assert!(!panics.load(Relaxed), "on purpose");
        std::future::pending()
    });
    let (status, text) =
        eventually("its absence", async || Some(up().await).filter(|(_, text)| text != "up\n")).await;
    assert_eq!(status, 200, "people are served all the same");
    assert!(text.starts_with("degraded\ntest.panics: down, after "), "{text}");
    app.visitor().get("/").await.ok();

    broken.store(false, Relaxed);
    eventually("its return", async || Some(up().await).filter(|(_, text)| text == "up\n")).await;
}

#[tokio::test]
async fn up_is_503_while_an_essential_task_is_down() {
    let app = TestApp::start().await;
    app.supervisor()
        .spawn("test.essential", Policy::Essential, || -> std::future::Pending<()> { panic!("on purpose") });
    let text = eventually("its absence", async || {
        let page = app.visitor().get("/up").await;
        (page.status == 503).then(|| page.body().to_owned())
    })
    .await;
    assert!(text.starts_with("down\ntest.essential: down, after "), "{text}");
}

#[tokio::test]
async fn a_critical_task_that_ends_ends_the_program() {
    let app = TestApp::start().await;
    let state = app.state();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let supervisor = state.supervisor.clone();
    let served = tokio::spawn(app::serve(listener, state, std::future::pending()));
    supervisor.spawn("test.critical", Policy::Critical, || std::future::ready(()));
    let error = within_deadline("the end of the program", served).await.unwrap().unwrap_err();
    assert_eq!(error.to_string(), "the task test.critical ended, and nothing works without it");
}

#[tokio::test]
async fn tasks_stop_in_the_reverse_order_of_their_start() {
    let supervisor = quick();
    let order = Arc::new(Mutex::new(Vec::new()));
    for name in ["first", "second", "third"] {
        let order = order.clone();
        supervisor.spawn_draining(name, Policy::Essential, move |stop| {
            let order = order.clone();
            async move {
                stop.cancelled().await;
                tokio::task::yield_now().await;
                order.lock().unwrap().push(name);
            }
        });
    }
    supervisor.stop(LONG).await;
    assert_eq!(*order.lock().unwrap(), ["third", "second", "first"]);
    assert!(supervisor.statuses().is_empty());
}

#[tokio::test]
async fn a_stop_cuts_off_a_task_that_takes_too_long() {
    let supervisor = quick();
    let (held, dropped) = oneshot::channel::<()>();
    let held = Arc::new(Mutex::new(Some(held)));
    supervisor.spawn_draining("test.never_ends", Policy::Background, move |_| {
        let held = held.lock().unwrap().take();
        async move {
            std::future::pending::<()>().await;
            drop(held);
        }
    });
    tokio::task::yield_now().await;
    within_deadline("the stop", supervisor.stop(Duration::from_millis(1))).await;
    within_deadline("its drop", dropped).await.unwrap_err();
}

#[tokio::test]
async fn the_last_handle_dropped_ends_all_tasks() {
    let supervisor = quick();
    let (held, dropped) = oneshot::channel::<()>();
    let held = Arc::new(Mutex::new(Some(held)));
    supervisor.spawn("test.lives_on", Policy::Background, move || {
        let held = held.lock().unwrap().take();
        async move {
            std::future::pending::<()>().await;
            drop(held);
        }
    });
    tokio::task::yield_now().await;
    drop(supervisor);
    within_deadline("its drop", dropped).await.unwrap_err();
}

#[tokio::test]
async fn chats_tasks_are_supervised() {
    let app = TestApp::start().await;
    app.join_nodes(None).await;
    let names: Vec<_> = app.supervisor().statuses().into_iter().map(|task| task.name).collect();
    for task in [
        "chat.writer.0",
        "chat.search.indexer",
        "chat.cluster.backfill",
        "chat.cluster.publisher",
        "chat.cluster.heartbeat",
        "chat.cluster.reconciler",
        "chat.cluster.listener",
        "chat.cluster.access",
    ] {
        assert!(names.iter().any(|name| name == task), "{task} is missing: {names:?}");
    }
}
