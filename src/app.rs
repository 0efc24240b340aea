//! Composition root: makes every feature's State, merges their routers into one, puts the layers
//! around it, and shuts everything down in order.

mod error_pages;
mod export;
mod gauges;
mod icons;
mod jobs;
mod kinds;
mod leaving;
mod page_shell;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::StatusCode,
    middleware::{from_fn, from_fn_with_state},
    response::IntoResponse,
    routing::get,
    serve::ListenerExt as _,
};
use sqlx::PgPool;
use tokio::net::TcpListener;
use tower_http::{catch_panic::CatchPanicLayer, trace::TraceLayer};

use self::error_pages::error_pages;
use crate::{
    accounts::{
        self, AccessEvents, ConfirmationPolicy, Gate, RelyingParty, SealingKey, SignInLimits,
        oauth::AppRedirects, session_store,
    },
    admin, api,
    catalog::{self, BrowseLimits, MissedSearches, SearchIndex},
    chat::{self, MessageLimits},
    dashboard,
    jobs::{Policy, Supervisor},
    legal,
    mail::Mailer,
    notices::{self, AllowedNetworks, Bell},
    products::{
        self, Catalogue, KnownPhotos, PhotoLimits, ProductEvents, ProductQuota, VersionedCache, ViewCounter,
        photos::{Uploads, WriteCheck},
    },
    safety,
    settings::{self, LiveSettings},
    telemetry::log,
    web::{
        Around as _, Error, Marketplace, ShellSource,
        admission::PeopleSeen,
        assets,
        client_addr::TrustedProxies,
        compression, forgery, headers,
        health::{self, Fault},
        house_time, http_server, request_id, request_metrics,
        request_pace::{self, RequestPace},
        service_worker, well_known,
    },
    webhooks,
};

pub use gauges::serve as serve_metrics;
pub use jobs::start_jobs;
use page_shell::PageShell;

/// The program's parts: each feature's State, and what runs beside them.
#[derive(Clone)]
pub struct App {
    pub db: PgPool,
    pub supervisor: Supervisor,
    pub gate: Gate,
    pub api: api::Memory,
    pub mailer: Mailer,
    pub settings: LiveSettings,
    pub legal: legal::State,
    pub accounts: accounts::State,
    pub safety: safety::State,
    pub products: products::State,
    pub catalog: catalog::State,
    pub notices: notices::State,
    pub webhooks: webhooks::State,
    pub chat: chat::State,
    pub dashboard: dashboard::State,
    pub admin: admin::State,
}

impl App {
    pub fn new(
        db: PgPool,
        uploads: Uploads,
        marketplace: Marketplace,
        trusted_proxies: usize,
        message_limits: MessageLimits,
    ) -> Self {
        let supervisor = Supervisor::default();
        let access = AccessEvents::start(&db, &supervisor);
        let public_origin = marketplace.origin.clone();
        let settings = LiveSettings::new(db.clone(), marketplace);
        let live = settings.marketplace();
        let shell = ShellSource(Arc::new(PageShell { db: db.clone(), marketplace: live.clone() }));
        supervisor.spawn("settings.poll", Policy::Background, {
            let settings = settings.clone();
            move || settings.clone().run()
        });
        let trusted_proxies = TrustedProxies(trusted_proxies);
        let (sign_in_limits, photo_limits) = (SignInLimits::default(), PhotoLimits::default());
        let (view_counter, product_events) = (ViewCounter::default(), ProductEvents::default());
        let people_seen = PeopleSeen::default();
        let catalogue = Catalogue::start(&db, &supervisor);
        let product_cache = VersionedCache::new(catalogue.clone());
        let bell = Bell::default();
        // Until the program is given its own.
        let (sealing_key, allowed) = (SealingKey::new(rand::random()), AllowedNetworks::default());
        let webhooks = webhooks::State { db: db.clone(), sealing_key: sealing_key.clone(), allowed };
        let missed = MissedSearches::default();
        supervisor.spawn_draining("catalog.missed", Policy::Background, {
            let (db, missed) = (db.clone(), missed.clone());
            move |stop| missed.clone().run(db.clone(), stop)
        });
        supervisor.spawn_draining("products.views", Policy::Background, {
            let (db, views) = (db.clone(), view_counter.clone());
            move |stop| views.clone().run(db.clone(), stop)
        });
        App {
            api: api::Memory::new(&db, &access, &sign_in_limits, trusted_proxies),
            gate: Gate::new(db.clone(), trusted_proxies, people_seen.clone()),
            accounts: accounts::State {
                db: db.clone(),
                access: access.clone(),
                sign_in_limits: sign_in_limits.clone(),
                trusted_proxies,
                public_origin: public_origin.clone(),
                mailer: Mailer::nowhere(),
                confirmation: ConfirmationPolicy::default(),
                sealing_key,
                relying_party: RelyingParty::new(&public_origin),
                app_redirects: AppRedirects::default(),
                shell: shell.clone(),
            },
            products: products::State {
                db: db.clone(),
                access: access.clone(),
                events: product_events.clone(),
                uploads: uploads.clone(),
                photo_limits: photo_limits.clone(),
                known_photos: KnownPhotos::new(live.clone()),
                view_counter: view_counter.clone(),
                quota: ProductQuota::default(),
                product_cache: product_cache.clone(),
                catalogue: catalogue.clone(),
                trusted_proxies,
                shell: shell.clone(),
            },
            catalog: catalog::State {
                db: db.clone(),
                access: access.clone(),
                limits: BrowseLimits::new(people_seen.clone()),
                browse_cache: VersionedCache::new(catalogue.clone()),
                list_cache: VersionedCache::new(catalogue.clone()),
                index: SearchIndex::new(&db, &catalogue, &live),
                missed: missed.clone(),
                catalogue: catalogue.clone(),
                trusted_proxies,
                shell: shell.clone(),
            },
            notices: kinds::state(&db, &bell, &shell),
            webhooks: webhooks.clone(),
            safety: safety::State { db: db.clone(), figures: Default::default(), shell: shell.clone() },
            dashboard: dashboard::State { db: db.clone(), shell: shell.clone() },
            admin: admin::State {
                db: db.clone(),
                access: access.clone(),
                product_events: product_events.clone(),
                catalogue: catalogue.clone(),
                setup_key: admin::SetupKey::random(),
                settings: settings.clone(),
                uploads: uploads.clone(),
                webhooks,
                shell: shell.clone(),
            },
            legal: legal::State { db: db.clone(), shell: shell.clone() },
            settings,
            chat: chat::State::start(
                chat::Dependencies {
                    db: db.clone(),
                    uploads,
                    photo_limits,
                    view_counter,
                    product_cache,
                    access,
                    bell,
                    product_events,
                    sign_in_limits,
                    trusted_proxies,
                    public_origin,
                    shell,
                    message_limits,
                },
                &supervisor,
            ),
            mailer: Mailer::nowhere(),
            db,
            supervisor,
        }
    }

    /// Before anything is served.
    pub fn use_mailer(&mut self, mailer: Mailer) {
        self.accounts.confirmation = match mailer.reaches_people() {
            true => ConfirmationPolicy::Demanded,
            false => ConfirmationPolicy::NotDemanded,
        };
        self.accounts.mailer = mailer.clone();
        self.mailer = mailer;
    }
}

/// The features' routers, and around them from the outside in: request id, log, metrics, headers, compression, error
/// pages, time-out, forgery check, session, gate (turns and budgets), asking again.
pub fn router(app: App) -> anyhow::Result<Router> {
    let public_origin = app.chat.public_origin.clone();
    let secure = public_origin.is_https();
    let (shell, trusted_proxies) = (app.chat.shell.clone(), app.chat.trusted_proxies);
    let uploads = app.products.uploads.clone();
    let photos = WriteCheck::new(uploads.clone());
    let health = Health { db: app.db.clone(), supervisor: app.supervisor, photos };
    let marketplace = app.settings.marketplace();
    let (accounts_state, catalogue) = (app.accounts.clone(), app.products.catalogue.clone());
    let api = api::Dependencies {
        document: api::DocumentJson(api::openapi_json),
        memory: app.api,
        marketplace: app.settings.marketplace(),
        gate: app.gate.clone(),
        accounts: app.accounts.clone(),
        products: app.products.clone(),
        catalog: app.catalog.clone(),
        notices: app.notices.clone(),
        webhooks: app.webhooks.clone(),
        chat: app.chat.clone(),
    };
    let api = api::router(api.into());
    let pages = Router::new()
        .merge(api::page_router(shell.clone()))
        .merge(accounts::router(app.accounts))
        .merge(safety::router(app.safety))
        .merge(products::router(app.products))
        .merge(catalog::router(app.catalog))
        .merge(notices::router(app.notices))
        .merge(chat::router(app.chat))
        .merge(dashboard::router(app.dashboard))
        .merge(admin::router(admin::State { webhooks: app.webhooks, ..app.admin }))
        .merge(legal::router(app.legal))
        .merge(settings::router(app.settings.marketplace()))
        .merge(assets::router())
        .merge(well_known::router(app.settings.marketplace()))
        .merge(service_worker::router(app.settings.marketplace(), shell.clone()))
        .merge(icons::router(app.settings.marketplace(), uploads))
        .route("/up", get(up).with_state(health))
        .fallback(well_known::canonical_path)
        .method_not_allowed_fallback(|| async { Error::MethodNotAllowed })
        .layer(from_fn(request_metrics::name_route))
        .layer(from_fn_with_state(accounts_state, accounts::ask_again))
        .around(from_fn_with_state(app.db.clone(), accounts::name_account))
        .around(from_fn_with_state(app.gate, accounts::pass))
        .around(from_fn_with_state(shell.clone(), error_pages))
        .around(session_store::layer(app.db.clone(), secure))
        .around(forgery::layer(&public_origin)?);
    let span = |request: &Request| log::request_span(request, request_id::of(request));
    let (propagate_id, set_id) = request_id::layers();
    // Programs come past all that is about pages: session, forgery, error pages.
    Ok(Router::new()
        .nest_service("/api/v1", api)
        .fallback_service(pages)
        .around(from_fn_with_state(catalogue, products::note_changes))
        .around(DefaultBodyLimit::max(64 * 1024))
        .around(CatchPanicLayer::custom(|_| {
            Error::Internal(anyhow::anyhow!("a handler panicked")).into_response()
        }))
        .around(from_fn_with_state(RequestPace::default(), request_pace::limit))
        .around(from_fn_with_state(shell, error_pages))
        .around(from_fn(compression::mark_echo))
        .around(compression::layer())
        .around(from_fn_with_state(marketplace, house_time::enter))
        .around(from_fn(headers::no_store))
        .around(from_fn(headers::one_host))
        .around(from_fn_with_state(secure, headers::secure))
        .around(from_fn(request_metrics::measure))
        // What failed has said so itself, once (`web/error.rs`); a refused stranger is no line of the log (L12).
        .around(TraceLayer::new_for_http().make_span_with(span).on_failure(()))
        .around(propagate_id)
        .around(set_id)
        .around(from_fn_with_state(trusted_proxies, request_id::forget_strangers)))
}

/// Graceful shutdown waits this long for requests in flight and for sockets to close.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);

#[cfg(target_os = "linux")]
const TCP_USER_TIMEOUT: Duration = Duration::from_secs(30);

/// And after that this long for the supervised tasks.
const TASKS_STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// Serves until `stop` resolves or a critical task ends. Then graceful shutdown: no new
/// connections, requests in flight are answered, sockets are closed with a request to reconnect,
/// queued messages are committed, tasks end.
pub async fn serve(
    listener: TcpListener,
    app: App,
    stop: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let (chat, supervisor) = (app.chat.clone(), app.supervisor.clone());
    let limits = http_server::ConnectionLimits::new(app.products.trusted_proxies.0);
    let router = router(app)?;
    let mut failed = None;
    let stop = async {
        tokio::select! {
            () = stop => {}
            error = supervisor.critical_task_ended() => failed = Some(error),
        }
        supervisor.begin_stop();
        chat.begin_shutdown();
    };
    // TCP_NODELAY: a frame goes out at once, not when the one before it was acknowledged.
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY can't be set");
        }
        // A peer that has vanished, or has no room for more, is given up after this time.
        #[cfg(target_os = "linux")]
        if let Err(error) = socket2::SockRef::from(&*connection).set_tcp_user_timeout(Some(TCP_USER_TIMEOUT))
        {
            tracing::debug!(%error, "TCP_USER_TIMEOUT can't be set");
        }
    });
    tokio::select! {
        () = async {
            http_server::serve(listener, router, limits, stop).await;
            chat.sockets_drained().await;
        } => {}
        () = async {
            chat.shutdown_requested().await;
            tokio::time::sleep(DRAIN_TIMEOUT).await;
        } => tracing::warn!("drain timed out: requests or sockets were cut off"),
    }
    chat.finish_writing().await;
    supervisor.stop(TASKS_STOP_TIMEOUT).await;
    match failed {
        Some(error) => Err(error.into()),
        None => Ok(()),
    }
}

/// What `/up` checks.
#[derive(Clone)]
struct Health {
    db: PgPool,
    supervisor: Supervisor,
    photos: WriteCheck,
}

/// `GET /up`
async fn up(State(Health { db, supervisor, photos }): State<Health>) -> (StatusCode, String) {
    let down = supervisor.statuses().into_iter().filter(|task| !task.is_up);
    let faults = down.map(|task| Fault {
        what: format!("{}: down, after {} panics and {} early ends", task.name, task.panics, task.early_ends),
        is_down: matches!(task.policy, Policy::Essential | Policy::Critical),
    });
    let mut faults: Vec<_> = faults.collect();
    if !photos.can_write().await {
        faults.push(Fault { what: "photos: can't be written".into(), is_down: true });
    }
    health::report(&db, faults).await
}
