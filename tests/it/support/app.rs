//! A marketplace of its own for a test: the real router on a port of its own.

use std::{net::SocketAddr, path::Path, sync::Arc};

use haggle::{
    accounts::SealingKey,
    app::{self, App},
    catalog::IndexHome,
    chat::MessageLimits,
    jobs::Supervisor,
    mail::{LetterIds, Mailer},
    products::photos::Uploads,
    web::{Marketplace, forgery::PublicOrigin},
};
use sqlx::PgPool;
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use super::{TestDatabase, within_deadline};

pub struct TestApp {
    pub addr: SocketAddr,
    /// For looking behind the pages.
    pub db: PgPool,
    pub uploads: Uploads,
    message_limits: MessageLimits,
    /// What is different from the program as people start it.
    adjust: fn(&mut App),
    marketplace: fn(&mut Marketplace),
    running: Option<Running>,
    state: Option<App>,
    // Dropped last: the pools' connections go first.
    uploads_dir: Arc<TempDir>,
    /// Where letters lie that were sent.
    mail_dir: Arc<TempDir>,
    /// None where somebody else made it.
    database: Option<Arc<TestDatabase>>,
}

struct Running {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl TestApp {
    pub async fn start() -> Self {
        Self::start_with(MessageLimits::default()).await
    }

    /// With another limit on how fast people may write.
    pub async fn start_with(message_limits: MessageLimits) -> Self {
        Self::start_as(message_limits, |_| ()).await
    }

    /// With something else that is different.
    pub async fn start_adjusted(adjust: fn(&mut App)) -> Self {
        Self::start_as(MessageLimits::default(), adjust).await
    }

    /// With another name, address or contact.
    pub async fn start_called(marketplace: fn(&mut Marketplace)) -> Self {
        Self::start_from(MessageLimits::default(), |_| (), marketplace, None).await
    }

    /// With photos somewhere else.
    pub async fn start_storing_in(uploads: Uploads) -> Self {
        Self::start_from(MessageLimits::default(), |_| (), |_| (), Some(uploads)).await
    }

    /// With other limits and something else that is different.
    pub async fn start_as(message_limits: MessageLimits, adjust: fn(&mut App)) -> Self {
        Self::start_from(message_limits, adjust, |_| (), None).await
    }

    async fn start_from(
        message_limits: MessageLimits,
        adjust: fn(&mut App),
        marketplace: fn(&mut Marketplace),
        uploads: Option<Uploads>,
    ) -> Self {
        let database = TestDatabase::new().await;
        let uploads_dir = tempfile::tempdir().expect("a folder for photos");
        let mut app = Self {
            addr: ([127, 0, 0, 1], 0).into(),
            db: database.pool().await,
            uploads: uploads.unwrap_or_else(|| Uploads::new(uploads_dir.path())),
            message_limits,
            adjust,
            marketplace,
            running: None,
            state: None,
            uploads_dir: Arc::new(uploads_dir),
            mail_dir: Arc::new(tempfile::tempdir().expect("a folder for letters")),
            database: Some(Arc::new(database)),
        };
        app.listen().await;
        app
    }

    /// For people at a program that runs as a process of its own.
    pub fn outside(addr: SocketAddr, db: PgPool) -> Self {
        let uploads_dir = tempfile::tempdir().expect("a folder for photos");
        Self {
            addr,
            db,
            uploads: Uploads::new(uploads_dir.path()),
            message_limits: MessageLimits::default(),
            adjust: |_| (),
            marketplace: |_| (),
            running: None,
            state: None,
            uploads_dir: Arc::new(uploads_dir),
            mail_dir: Arc::new(tempfile::tempdir().expect("a folder for letters")),
            database: None,
        }
    }

    /// One more node on the same database, not yet known to the others.
    pub async fn beside(&self) -> Self {
        let database = self.database.clone().expect("a database of its own");
        self.beside_over(database.pool().await).await
    }

    /// The same with a pool that gets to the database by another way.
    pub async fn beside_over(&self, db: PgPool) -> Self {
        let database = self.database.clone().expect("a database of its own");
        let mut app = Self {
            addr: ([127, 0, 0, 1], 0).into(),
            db,
            uploads: self.uploads.clone(),
            message_limits: MessageLimits::default(),
            adjust: self.adjust,
            marketplace: self.marketplace,
            running: None,
            state: None,
            uploads_dir: self.uploads_dir.clone(),
            mail_dir: self.mail_dir.clone(),
            database: Some(database),
        };
        app.listen().await;
        app
    }

    /// Makes this node one of several, as `haggle serve` does with this `NATS_URL`, if any.
    pub async fn join_nodes(&self, nats: Option<&str>) {
        let state = self.state.clone().expect("a running node");
        let servers = nats.map(|url| url.parse().expect("a NATS address")).into_iter().collect();
        haggle::chat::join_cluster(&state.chat, servers, &state.supervisor).await.expect("it joins");
    }

    /// Whether the node runs here, and not as a program of its own.
    pub fn is_in_process(&self) -> bool {
        self.state.is_some()
    }

    /// What the running node's handlers share.
    pub fn state(&self) -> App {
        self.state.clone().expect("a running node")
    }

    /// Of the running node's tasks.
    pub fn supervisor(&self) -> Supervisor {
        self.state().supervisor
    }

    /// Where photos lie, for looking behind the pages.
    pub fn uploads_dir(&self) -> &Path {
        self.uploads_dir.path()
    }

    /// Where letters lie that were sent.
    pub fn mail_dir(&self) -> &Path {
        self.mail_dir.path()
    }

    /// This node's workers, as `haggle serve` starts them; tests that don't need them are quicker without.
    pub fn start_jobs(&self) {
        app::start_jobs(&self.state());
    }

    /// What the real program is given as its `DATABASE_URL`.
    pub fn database_url(&self) -> String {
        self.database.as_ref().expect("a database of its own").url()
    }

    /// `http://127.0.0.1:PORT`, which is also its public address.
    pub fn origin(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Stops the program in good order. People and their cookies stay.
    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            let _ = running.stop.send(());
            let _ = within_deadline("the program to stop", running.task).await;
        }
    }

    /// Stops it and starts it anew at the same address: what was only in memory is gone.
    pub async fn restart(&mut self) {
        self.stop().await;
        self.listen().await;
    }

    async fn listen(&mut self) {
        let listener = TcpListener::bind(self.addr).await.expect("a free port");
        self.addr = listener.local_addr().expect("an address");
        let origin = PublicOrigin(self.origin().into());
        let mut marketplace = Marketplace { origin, ..Marketplace::default() };
        (self.marketplace)(&mut marketplace);
        let mut state =
            App::new(self.db.clone(), self.uploads.clone(), marketplace, 0, self.message_limits.clone());
        // Nodes of one marketplace have the same.
        let sealing_key = SealingKey::new([7; 32]);
        let mailer = Mailer::folder(self.mail_dir.path(), "market@example.com").expect("a mailer");
        state.use_mailer(mailer.with_ids(LetterIds::new(sealing_key.derive(LetterIds::PURPOSE))));
        state.accounts.sealing_key = sealing_key.clone();
        state.webhooks.sealing_key = sealing_key;
        (self.adjust)(&mut state);
        state.catalog.index.start(IndexHome::Memory, &state.supervisor);
        super::search_index::started(self.origin(), &state.catalog.index);
        self.state = Some(state.clone());
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(async move {
            let stopped = async {
                let _ = stopped.await;
            };
            app::serve(listener, state, stopped).await.expect("it serves");
        });
        self.running = Some(Running { stop, task });
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if let Some(running) = &self.running {
            running.task.abort();
        }
    }
}

/// What the job `uploads.sweep` does every hour.
pub async fn sweep(app: &TestApp) {
    haggle::chat::sweep_photos(&app.db).await.expect("conversations are swept");
    haggle::products::stored_photos::sweep(&app.db, &app.uploads).await.expect("the store is swept");
}
