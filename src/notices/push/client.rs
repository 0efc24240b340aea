//! Hands a push to its push service, and reads from the answer what becomes of the subscription.

use std::time::Duration;

use https_client::{
    Client, StatusCode,
    header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, RETRY_AFTER},
    redirect,
};
use time::OffsetDateTime;

use super::{
    encrypt::{EncryptError, SubscriptionKeys, encrypt},
    endpoint::{AllowedNetworks, Endpoint, PublicResolver},
    vapid::VapidKey,
};

const TIMEOUT: Duration = Duration::from_secs(10);
/// A push service that wants longer isn't listened to.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(60 * 60);
/// A browser that was off for longer isn't told any more.
const TTL_SECONDS: u32 = 24 * 60 * 60;

/// One browser of somebody's.
#[derive(Clone, Debug)]
pub struct Subscription {
    pub id: i64,
    pub account_id: i64,
    pub endpoint: String,
    pub keys: SubscriptionKeys,
}

/// What a push service answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Sent,
    /// 404, 410: there is no such subscription any more.
    Gone,
    /// 400, 401, 403, and whatever else won't get better by itself.
    Refused(u16),
    /// No answer, 429, 5xx: again later, and not before it says.
    Later(Option<Duration>),
}

/// How a push is handed over.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    /// A later push with the same topic takes the place of one that waits.
    pub topic: &'a str,
    pub is_urgent: bool,
}

#[derive(Clone)]
pub struct PushClient {
    http: Client,
    pub allowed: AllowedNetworks,
}

/// A client for addresses that strangers have named: none of its connections leads into the house, and it follows no
/// redirects. Panics where there is no TLS at all, which is decided when the program is built.
pub fn outbound_client(allowed: &AllowedNetworks, timeout: Duration) -> Client {
    // The TLS of this program; an error says that it is there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .dns_resolver(PublicResolver(allowed.clone()))
        .no_proxy()
        .redirect(redirect::Policy::none())
        .timeout(timeout)
        .user_agent("haggle")
        .build()
        .expect("a client of the TLS that is built in")
}

impl PushClient {
    pub fn new(allowed: AllowedNetworks) -> Self {
        PushClient { http: outbound_client(&allowed, TIMEOUT), allowed }
    }

    pub async fn send(
        &self,
        to: &Subscription,
        text: &[u8],
        delivery: Delivery<'_>,
        (key, subject): (&VapidKey, &str),
        now: OffsetDateTime,
    ) -> anyhow::Result<Outcome> {
        // The setting may have changed since it was taken.
        let Some(endpoint) = Endpoint::parse(&to.endpoint, &self.allowed) else { return Ok(Outcome::Gone) };
        let body = match encrypt(&to.keys, text) {
            Ok(body) => body,
            Err(EncryptError::Key) => return Ok(Outcome::Gone),
            Err(error) => return Err(error.into()),
        };
        let request = self
            .http
            .post(endpoint.url().clone())
            .header(AUTHORIZATION, key.authorization(&endpoint.origin(), subject, now)?)
            .header(CONTENT_ENCODING, "aes128gcm")
            .header(CONTENT_TYPE, "application/octet-stream")
            .header("ttl", TTL_SECONDS)
            .header("urgency", if delivery.is_urgent { "high" } else { "normal" })
            .header("topic", delivery.topic)
            .body(body);
        Ok(match request.send().await {
            // Whatever it says besides stays unread.
            Ok(answer) => outcome(answer.status(), answer.headers()),
            Err(error) => {
                tracing::debug!(error = %error.without_url(), "push service not reached");
                Outcome::Later(None)
            }
        })
    }
}

fn outcome(status: StatusCode, headers: &HeaderMap) -> Outcome {
    match status.as_u16() {
        200..=299 => Outcome::Sent,
        404 | 410 => Outcome::Gone,
        429 | 500..=599 => {
            let after = headers.get(RETRY_AFTER).and_then(|after| after.to_str().ok()?.trim().parse().ok());
            Outcome::Later(after.map(|seconds| Duration::from_secs(seconds).min(MAX_RETRY_AFTER)))
        }
        status => Outcome::Refused(status),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_mean_what_rfc_8030_says() {
        let answer = |status: u16, after: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, after.parse().unwrap());
            outcome(StatusCode::from_u16(status).unwrap(), &headers)
        };
        for (status, expected) in [
            (200, Outcome::Sent),
            (201, Outcome::Sent),
            (202, Outcome::Sent),
            (404, Outcome::Gone),
            (410, Outcome::Gone),
            (400, Outcome::Refused(400)),
            (403, Outcome::Refused(403)),
            (413, Outcome::Refused(413)),
            (302, Outcome::Refused(302)),
            (429, Outcome::Later(Some(Duration::from_secs(120)))),
            (503, Outcome::Later(Some(Duration::from_secs(120)))),
        ] {
            assert_eq!(answer(status, "120"), expected, "{status}");
        }
        assert_eq!(answer(429, "9999999"), Outcome::Later(Some(MAX_RETRY_AFTER)));
        assert_eq!(answer(429, "Sun, 06 Nov 1994 08:49:37 GMT"), Outcome::Later(None));
    }
}
