//! The gate in front of every handler: turns for visitors' pages, and a budget for everything that changes something.
//!
//! ```text
//! GET, HEAD     somebody signed in → at once · a visitor → a turn (`web/admission.rs`), or 503 after a moment
//! the others    one from the budget of (account or network, action), or 429
//! ```
//!
//! A stranger's refusal comes after a second, so that asking again at once is no attack of its own.
//!
//! What has budgets of its own (signing in, messages, photos) isn't counted here a second time. Counted in memory, by node.

use std::{net::IpAddr, num::NonZeroU32, sync::Arc, time::Duration};

use axum::{
    extract::{FromRef, FromRequestParts as _, Request, State},
    http::{Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use governor::{DefaultKeyedRateLimiter, Quota};
use metrics::counter;
use sqlx::PgPool;

use super::{extract::MaybeUser, limits::network};
use crate::accounts::sentences;
use crate::{
    telemetry::names::BUDGET_REFUSALS,
    web::{
        self, ClientAddr, Error, Result,
        admission::{Admission, PeopleSeen},
        client_addr::TrustedProxies,
    },
};

const NO_TURN: Error = Error::Busy(sentences::VERY_MANY_PEOPLE_ARE_LOOKING_AROUND_JUST_NOW);
const TOO_OFTEN: Error = Error::TooMany(sentences::THAT_WAS_VERY_OFTEN_IN_A_SHORT_TIME);

/// As long as somebody takes to press a button again.
const REFUSAL_DELAY: Duration = Duration::from_secs(1);

/// What somebody does, as far as budgets tell things apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Action {
    /// One's name, shop and password.
    Profile,
    /// Everything that nobody thought of.
    Other,
}

/// What strangers do to become somebody; it has budgets of its own.
fn is_signing_in(path: &str) -> bool {
    path == "/login"
        || path.starts_with("/login/")
        || matches!(path, "/register" | "/forgot-password" | "/reset-password")
}

/// Who pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Payer {
    Account(i64),
    Network(IpAddr),
}

impl Action {
    /// Nothing for what has a budget of its own.
    fn of(path: &str) -> Option<Self> {
        match path {
            "/logout" => None,
            path if is_signing_in(path) => None,
            path if path.ends_with("/block") => Some(Action::Other),
            // By a token that only a letter has, from mail servers that write for many (RFC 8058); OAuth's, with a budget
            // of their own.
            path if web::forgery::is_by_token(path) => None,
            path if path.starts_with("/rooms/") || path.ends_with("/messages") => None,
            path if path.starts_with("/account") => Some(Action::Profile),
            _ => Some(Action::Other),
        }
    }
}

#[derive(Clone)]
struct Budget {
    left: Arc<DefaultKeyedRateLimiter<Payer>>,
}

impl Budget {
    /// So many in a row, then so many a minute.
    fn new(burst: u32, per_minute: u32) -> Self {
        let at_least_one = |count: u32| NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_minute(at_least_one(per_minute)).allow_burst(at_least_one(burst));
        Budget { left: Arc::new(DefaultKeyedRateLimiter::keyed(quota)) }
    }
}

#[derive(Clone)]
pub struct Gate {
    db: PgPool,
    trusted_proxies: TrustedProxies,
    visitors: Admission,
    people: PeopleSeen,
    profile: Budget,
    other: Budget,
    /// Of whoever isn't signed in.
    unknown: Budget,
}

impl FromRef<Gate> for PgPool {
    fn from_ref(gate: &Gate) -> Self {
        gate.db.clone()
    }
}

impl FromRef<Gate> for TrustedProxies {
    fn from_ref(gate: &Gate) -> Self {
        gate.trusted_proxies
    }
}

impl Gate {
    pub fn new(db: PgPool, trusted_proxies: TrustedProxies, people: PeopleSeen) -> Self {
        Gate {
            db,
            trusted_proxies,
            visitors: Admission::for_each_core("visitors"),
            people,
            profile: Budget::new(30, 2),
            other: Budget::new(240, 120),
            unknown: Budget::new(60, 30),
        }
    }

    fn take(&self, action: Action, payer: Payer) -> Result<()> {
        let (budget, name) = match (payer, action) {
            (Payer::Network(_), _) => (&self.unknown, "visitor"),
            (Payer::Account(_), Action::Profile) => (&self.profile, "profile"),
            (Payer::Account(_), Action::Other) => (&self.other, "other"),
        };
        budget.left.check_key(&payer).map_err(|_| {
            counter!(BUDGET_REFUSALS, "budget" => name).increment(1);
            TOO_OFTEN
        })
    }

    /// For whoever reads the metrics.
    pub fn record_gauges(&self) {
        self.visitors.record_gauges();
    }

    /// Forgets whoever did nothing for a while; run now and then.
    pub fn sweep(&self) {
        self.profile.left.retain_recent();
        self.other.left.retain_recent();
        self.unknown.left.retain_recent();
    }
}

/// A stranger who was refused waits for the refusal (a tarpit): asking again at once, thousands of times a second, would
/// take from everybody what the refusal has saved. It holds a connection, whose number is bounded, and nothing else.
async fn delay_refusal(response: Response) -> Response {
    if matches!(response.status(), StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
        tokio::time::sleep(REFUSAL_DELAY).await;
    }
    response
}

/// The layer, for `from_fn_with_state`; inside the session's.
pub async fn pass(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let path = parts.uri.path();
    let is_file = ["/static/", "/media/", "/favicon", "/icons/"].iter().any(|start| path.starts_with(start))
        || matches!(path, "/up" | "/sw.js" | "/service-worker.js");
    let is_read = matches!(parts.method, Method::GET | Method::HEAD);
    if (is_read && is_file) || parts.headers.contains_key(header::UPGRADE) {
        return next.run(Request::from_parts(parts, body)).await;
    }
    let action = Action::of(path);
    if !is_read && action.is_none() {
        let is_strangers = is_signing_in(path);
        let response = next.run(Request::from_parts(parts, body)).await;
        return if is_strangers { delay_refusal(response).await } else { response };
    }
    // Without a database the handler says what it can.
    let Ok(MaybeUser(user)) = MaybeUser::from_request_parts(&mut parts, &gate).await else {
        return next.run(Request::from_parts(parts, body)).await;
    };
    let Ok(ClientAddr(addr)) = ClientAddr::from_request_parts(&mut parts, &gate).await;
    let network = network(addr);
    if is_read {
        if user.is_some() {
            gate.people.note();
            return next.run(Request::from_parts(parts, body)).await;
        }
        let Some(turn) = gate.visitors.acquire(network).await else {
            return delay_refusal(NO_TURN.into_response()).await;
        };
        let response = next.run(Request::from_parts(parts, body)).await;
        drop(turn);
        return delay_refusal(response).await;
    }
    let payer = user.map_or(Payer::Network(network), |user| Payer::Account(user.account_id));
    if let Some(Err(error)) = action.map(|action| gate.take(action, payer)) {
        let refusal = error.into_response();
        return if matches!(payer, Payer::Network(_)) { delay_refusal(refusal).await } else { refusal };
    }
    next.run(Request::from_parts(parts, body)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// L2, M2: everything that changes something costs somebody something.
    #[test]
    fn what_has_no_budget_of_its_own_has_the_default() {
        assert_eq!(Action::of("/seller/products"), Some(Action::Other));
        assert_eq!(Action::of("/admin/people/1/suspend"), Some(Action::Other));
        assert_eq!(Action::of("/account/sell"), Some(Action::Profile));
        assert_eq!(Action::of("/rooms/buyer_1_seller_1/messages"), None);
        let budget = Budget::new(2, 1);
        let (one, other) = (Payer::Account(1), Payer::Account(2));
        let taken = |payer| budget.left.check_key(&payer).is_ok();
        assert_eq!([taken(one), taken(one), taken(one), taken(other)], [true, true, false, true]);
    }
}
