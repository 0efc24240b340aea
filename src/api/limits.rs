//! How often one may ask: a budget of requests for each account, and for each network without a token, said in every
//! answer (`RateLimit`, draft-ietf-httpapi-ratelimit-headers-11). What changes something pays from the gate's budgets
//! besides, as pages do.

use std::{num::NonZeroU32, sync::Arc};

use axum::{
    extract::{FromRef, FromRequestParts as _, Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
    middleware::StateInformationMiddleware,
    state::keyed::DefaultKeyedStateStore,
};

use super::sentences;
use crate::{
    accounts::{MaybeUser, Payer, network},
    web::{ClientAddr, Error, client_addr::TrustedProxies},
};

/// In a minute; so many may come at once.
pub const PER_MINUTE: NonZeroU32 = NonZeroU32::new(600).unwrap();
const VISITORS_PER_MINUTE: NonZeroU32 = NonZeroU32::new(120).unwrap();

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LEFT: HeaderName = HeaderName::from_static("ratelimit");

type Limiter = RateLimiter<Payer, DefaultKeyedStateStore<Payer>, DefaultClock, StateInformationMiddleware>;

#[derive(Clone)]
pub struct ApiLimits {
    people: Arc<Limiter>,
    visitors: Arc<Limiter>,
    trusted_proxies: TrustedProxies,
}

impl FromRef<ApiLimits> for TrustedProxies {
    fn from_ref(limits: &ApiLimits) -> Self {
        limits.trusted_proxies
    }
}

impl ApiLimits {
    pub fn new(trusted_proxies: TrustedProxies) -> Self {
        let limiter = |per_minute| {
            let limiter = RateLimiter::keyed(Quota::per_minute(per_minute));
            Arc::new(limiter.with_middleware::<StateInformationMiddleware>())
        };
        ApiLimits { people: limiter(PER_MINUTE), visitors: limiter(VISITORS_PER_MINUTE), trusted_proxies }
    }

    /// How many are left, or after how many seconds there is one again.
    fn take(&self, payer: Payer) -> Result<u32, u64> {
        let limiter = match payer {
            Payer::Account(_) => &self.people,
            Payer::Network(_) => &self.visitors,
        };
        let until = |until: governor::NotUntil<_>| until.wait_time_from(DefaultClock::default().now());
        match limiter.check_key(&payer) {
            Ok(snapshot) => Ok(snapshot.remaining_burst_capacity()),
            Err(not_until) => Err(until(not_until).as_secs() + 1),
        }
    }

    /// Forgets whoever asked nothing for a while; run now and then.
    pub fn sweep(&self) {
        self.people.retain_recent();
        self.visitors.retain_recent();
    }
}

/// The layer, inside the one that knows who asks.
pub async fn limit(State(limits): State<ApiLimits>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let user = parts.extensions.get::<MaybeUser>().and_then(|MaybeUser(user)| user.clone());
    let (payer, quota) = match user {
        Some(user) => (Payer::Account(user.account_id), PER_MINUTE),
        None => {
            let Ok(ClientAddr(addr)) = ClientAddr::from_request_parts(&mut parts, &limits).await;
            (Payer::Network(network(addr)), VISITORS_PER_MINUTE)
        }
    };
    let (left, mut response) = match limits.take(payer) {
        Ok(left) => (left, next.run(Request::from_parts(parts, body)).await),
        Err(seconds) => {
            let mut response = Error::TooMany(sentences::TOO_MANY_REQUESTS).into_response();
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            (0, response)
        }
    };
    let headers = response.headers_mut();
    // With the budget full again it takes a minute at most.
    let next = 60 * u64::from(quota.get() - left) / u64::from(quota.get());
    for (name, text) in
        [(POLICY, format!("\"default\";q={quota};w=60")), (LEFT, format!("\"default\";r={left};t={next}"))]
    {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(name, value);
        }
    }
    response
}
