//! The whole program as one router: the features' routes, the layers around them, the state they share.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, FromRef, FromRequestParts, Request, State},
    http::{StatusCode, header, request::Parts},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::get,
    serve::ListenerExt as _,
};
use serde_json::json;
use sqlx::PgPool;
use tokio::net::TcpListener;
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, timeout::TimeoutLayer, trace::TraceLayer,
};
use tower_sessions::Session;

use crate::{
    accounts::{self, AccessEvents, MaybeUser, SignInLimits},
    admin,
    chat::{self, Heartbeat, Hub, Journal, MessageLimits, SearchLimits},
    dashboard,
    jobs::{Policy, Supervisor},
    products::{self, PhotoLimits, photos::Uploads},
    telemetry,
    web::{
        Error, Shell, ShellUser, assets,
        client_addr::TrustedProxies,
        error::{ErrorPage, ErrorTemplate},
        flash,
        forgery::{self, PublicOrigin},
        headers,
        health::{self, Fault},
        http_server, session, wants_json,
    },
};

/// What handlers share. Each takes the part it needs: `State<PgPool>`, `State<Hub>`, …
#[derive(Clone, FromRef)]
pub struct AppState {
    pub db: PgPool,
    pub supervisor: Supervisor,
    pub uploads: Uploads,
    pub hub: Hub,
    pub journal: Journal,
    pub heartbeat: Heartbeat,
    pub message_limits: MessageLimits,
    pub search_limits: SearchLimits,
    pub access: AccessEvents,
    pub sign_in_limits: SignInLimits,
    pub photo_limits: PhotoLimits,
    pub public_origin: PublicOrigin,
    pub trusted_proxies: TrustedProxies,
}

impl AppState {
    pub fn new(
        db: PgPool,
        uploads: Uploads,
        public_origin: Arc<str>,
        trusted_proxies: usize,
        message_limits: MessageLimits,
    ) -> Self {
        let supervisor = Supervisor::default();
        let hub = Hub::default();
        chat::start_search(&db, &hub);
        AppState {
            journal: Journal::start(&db, &hub),
            hub,
            heartbeat: Heartbeat::default(),
            message_limits,
            search_limits: SearchLimits::default(),
            access: AccessEvents::start(&db, &supervisor),
            db,
            supervisor,
            uploads,
            sign_in_limits: SignInLimits::default(),
            photo_limits: PhotoLimits::default(),
            public_origin: PublicOrigin(public_origin),
            trusted_proxies: TrustedProxies(trusted_proxies),
        }
    }
}

/// The features' routers, and around them from the outside in: log, headers, compression, error
/// pages, time-out, forgery check, session.
pub fn router(state: AppState) -> anyhow::Result<Router> {
    let secure = state.public_origin.0.starts_with("https://");
    let mut router = Router::new()
        .merge(accounts::router())
        .merge(products::router())
        .merge(chat::router())
        .merge(dashboard::router())
        .merge(admin::router())
        .merge(assets::router())
        .route("/up", get(up))
        .fallback(|| async { Error::NotFound })
        .method_not_allowed_fallback(|| async { Error::MethodNotAllowed })
        .layer(from_fn_with_state(state.clone(), error_pages))
        .layer(session::layer(state.db.clone(), secure))
        .layer(forgery::layer(&state.public_origin)?)
        .layer(DefaultBodyLimit::max(64 * 1024))
        .layer(CatchPanicLayer::custom(|_| {
            Error::Internal(anyhow::anyhow!("a handler panicked")).into_response()
        }))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, Duration::from_secs(120)))
        .layer(from_fn_with_state(state.clone(), error_pages))
        .layer(CompressionLayer::new());
    for layer in headers::layers() {
        router = router.layer(layer);
    }
    Ok(router.layer(TraceLayer::new_for_http().make_span_with(telemetry::request_span)).with_state(state))
}

/// How long a stop waits for requests that have begun, and for sockets to hear of it.
const LAST_REQUESTS: Duration = Duration::from_secs(10);

/// How long it waits for the tasks after that.
const LAST_TASKS: Duration = Duration::from_secs(5);

/// Serves until `stop` resolves or a critical task ends, then answers what has begun, tells the sockets to come back, and returns.
pub async fn serve(
    listener: TcpListener,
    state: AppState,
    stop: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let (hub, journal, supervisor) = (state.hub.clone(), state.journal.clone(), state.supervisor.clone());
    let stopping = state.hub.clone();
    let tasks = state.supervisor.clone();
    let router = router(state)?;
    let mut failed = None;
    let stop = async {
        tokio::select! {
            () = stop => {}
            error = tasks.critical_task_ended() => failed = Some(error),
        }
        tasks.begin_stop();
        hub.close();
    };
    // A frame goes out when it is written, not when the one before it was acknowledged.
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "a connection delays its frames");
        }
    });
    tokio::select! {
        () = async {
            http_server::serve(listener, router, http_server::HEADER_TIMEOUT, stop).await;
            stopping.finish().await;
        } => {}
        () = async {
            stopping.closing().await;
            tokio::time::sleep(LAST_REQUESTS).await;
        } => tracing::warn!("some requests or sockets were cut off: they took too long to wait for"),
    }
    journal.finish().await;
    supervisor.stop(LAST_TASKS).await;
    match failed {
        Some(error) => Err(error.into()),
        None => Ok(()),
    }
}

/// `GET /up`
async fn up(State(db): State<PgPool>, State(supervisor): State<Supervisor>) -> (StatusCode, String) {
    let down = supervisor.statuses().into_iter().filter(|task| !task.is_up);
    let faults = down.map(|task| Fault {
        what: format!("{}: down, after {} panics and {} early ends", task.name, task.panics, task.early_ends),
        is_down: matches!(task.policy, Policy::Essential | Policy::Critical),
    });
    health::report(&db, faults.collect()).await
}

impl FromRequestParts<AppState> for Shell {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Error> {
        let MaybeUser(user) = MaybeUser::from_request_parts(parts, state).await?;
        let session = Session::from_request_parts(parts, state).await.ok();
        let unread = match &user {
            Some(user) => chat::unread(&state.db, user).await?,
            None => 0,
        };
        Ok(Shell {
            user: user.map(|user| ShellUser {
                name: user.name.clone(),
                buyer_id: user.buyer_id,
                seller_id: user.seller_id,
                is_seller: user.seller_id.is_some(),
                is_admin: user.is_admin,
            }),
            unread,
            flash: match session {
                Some(session) => flash::take(&session).await?,
                None => None,
            },
            path: parts.uri.path().to_owned(),
            query: String::new(),
            public_url: state.public_origin.0.to_string(),
        })
    }
}

/// ConcurrencyLimit an [`Error`]'s response into a page for a browser and into JSON for a program.
///
/// It stands in the router twice: inside the session layer, where a page knows whose it is, and
/// outside of everything, for what the other layers refuse.
async fn error_pages(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let mut response = next.run(Request::from_parts(parts.clone(), body)).await;
    let Some(page) = response.extensions_mut().remove::<ErrorPage>() else {
        return response;
    };
    let retry_after = response.headers_mut().remove(header::RETRY_AFTER);
    let mut response = if wants_json(&parts.headers) {
        (page.status, Json(json!({ "error": page.sentence }))).into_response()
    } else {
        // Without a database the page is drawn for nobody in particular.
        let known = match page.status {
            StatusCode::SERVICE_UNAVAILABLE => None,
            _ => Shell::from_request_parts(&mut parts, &state).await.ok(),
        };
        (page.status, ErrorTemplate { shell: known.unwrap_or_default(), page }).into_response()
    };
    if let Some(retry_after) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, retry_after);
    }
    response
}
