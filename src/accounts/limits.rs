//! Budgets of sign-in and registration (token buckets), counted in this node's memory.
//!
//! Only failures cost anything at sign-in, and only whoever failed pays: the bucket is that of the network and the
//! account together, or of the browser that has signed in to the account before. So nobody can close an account for
//! its owner (M1, C16). Registration and messages of visitors have budgets of their own (L2).

use std::{
    hash::Hash,
    net::IpAddr,
    num::NonZeroU32,
    sync::Arc,
    time::{Duration, Instant},
};

use dashmap::DashMap;
use governor::{DefaultKeyedRateLimiter, Quota};

use super::model::Email;
use crate::accounts::sentences;
use crate::telemetry::names::BUDGET_REFUSALS;
use crate::web::{Error, Result};

/// Ten wrong tries of one network (or one known browser) for one account, then one a minute.
const ACCOUNT: Bucket = Bucket { burst: 10.0, refill: Duration::from_secs(60) };
/// Thirty wrong tries of one network for any accounts, then one every two seconds.
const NETWORK: Bucket = Bucket { burst: 30.0, refill: Duration::from_secs(2) };
/// Sixty tokens that open nothing, of one network, then one a second.
const TOKENS: Bucket = Bucket { burst: 60.0, refill: Duration::from_secs(1) };
/// New accounts, messages of visitors, and questions for passkeys, of one network: thirty, then one every two seconds each.
const VISITOR_BURST: NonZeroU32 = NonZeroU32::new(30).expect("not zero");

/// Letters that anybody can have sent to an address: three, then one every ten minutes.
const LETTERS_AN_HOUR: NonZeroU32 = NonZeroU32::new(6).expect("not zero");
const LETTERS_BURST: NonZeroU32 = NonZeroU32::new(3).expect("not zero");

const WRONG_TOO_OFTEN: Error = Error::TooMany(sentences::THAT_WAS_WRONG_TOO_OFTEN_FOR_THIS_ACCOUNT);
const TOO_MANY_ATTEMPTS: Error = Error::TooMany(sentences::TOO_MANY_ATTEMPTS_CAME_FROM_YOUR_ADDRESS);

/// Who tries to sign in.
#[derive(Clone, Debug)]
pub(super) enum Attempt<'a> {
    /// Somebody at this network, for this address.
    Unknown(IpAddr, &'a Email),
    /// A browser that has signed in to this account before.
    KnownBrowser(i64, &'a str),
    /// Somebody who is signed in and says the current password.
    Account(i64),
    /// Somebody who knows the password says a code of the second factor, or shows a passkey.
    Code(i64),
    /// Somebody at this network shows a passkey, whoever it is.
    Passkey(IpAddr),
    /// An app at this network shows a code or a refresh token.
    Token(IpAddr),
}

#[derive(Clone)]
pub struct SignInLimits {
    accounts: Failures<(IpAddr, String)>,
    networks: Failures<IpAddr>,
    browsers: Failures<(i64, String)>,
    password_changes: Failures<i64>,
    codes: Failures<i64>,
    tokens: Failures<IpAddr>,
    registrations: Arc<DefaultKeyedRateLimiter<IpAddr>>,
    visitors: Arc<DefaultKeyedRateLimiter<IpAddr>>,
    challenges: Arc<DefaultKeyedRateLimiter<IpAddr>>,
    letters: Arc<DefaultKeyedRateLimiter<String>>,
}

impl Default for SignInLimits {
    fn default() -> Self {
        let visitors = || Arc::new(DefaultKeyedRateLimiter::keyed(Quota::per_minute(VISITOR_BURST)));
        SignInLimits {
            accounts: Failures::new(ACCOUNT),
            networks: Failures::new(NETWORK),
            browsers: Failures::new(ACCOUNT),
            password_changes: Failures::new(ACCOUNT),
            codes: Failures::new(ACCOUNT),
            tokens: Failures::new(TOKENS),
            registrations: visitors(),
            visitors: visitors(),
            challenges: visitors(),
            letters: Arc::new(DefaultKeyedRateLimiter::keyed(
                Quota::per_hour(LETTERS_AN_HOUR).allow_burst(LETTERS_BURST),
            )),
        }
    }
}

/// What a try has cost so far: it is given back if the password was right.
#[must_use]
pub struct Taken(Vec<Box<dyn FnOnce() + Send>>);

impl Taken {
    pub fn give_back(self) {
        self.0.into_iter().for_each(|give_back| give_back());
    }
}

impl SignInLimits {
    /// One more try, paid in advance so that tries at the same moment count too. Whether such an account exists makes
    /// no difference.
    pub(super) fn take(&self, attempt: &Attempt<'_>) -> Result<Taken> {
        self.try_take(attempt).inspect_err(|_| count_refusal())
    }

    /// The same for a program that shows a token which isn't known yet.
    pub fn take_token(&self, addr: IpAddr) -> Result<Taken> {
        self.take(&Attempt::Token(addr))
    }

    fn try_take(&self, attempt: &Attempt<'_>) -> Result<Taken> {
        let mut taken = Taken(Vec::new());
        match *attempt {
            Attempt::Unknown(addr, email) => {
                let network = network(addr);
                taken.0.push(self.networks.take(network).ok_or(TOO_MANY_ATTEMPTS)?);
                match self.accounts.take((network, email.as_str().to_owned())) {
                    Some(give_back) => taken.0.push(give_back),
                    None => {
                        // It wasn't tried.
                        taken.give_back();
                        return Err(WRONG_TOO_OFTEN);
                    }
                }
            }
            Attempt::KnownBrowser(account_id, browser) => {
                taken.0.push(self.browsers.take((account_id, browser.to_owned())).ok_or(WRONG_TOO_OFTEN)?);
            }
            Attempt::Account(account_id) => {
                taken.0.push(self.password_changes.take(account_id).ok_or(WRONG_TOO_OFTEN)?);
            }
            Attempt::Passkey(addr) => {
                taken.0.push(self.networks.take(network(addr)).ok_or(TOO_MANY_ATTEMPTS)?);
            }
            Attempt::Token(addr) => {
                taken.0.push(self.tokens.take(network(addr)).ok_or(TOO_MANY_ATTEMPTS)?);
            }
            Attempt::Code(account_id) => {
                taken.0.push(self.codes.take(account_id).ok_or(WRONG_TOO_OFTEN)?);
            }
        }
        Ok(taken)
    }

    pub(super) fn try_registration(&self, addr: IpAddr) -> Result<()> {
        self.registrations
            .check_key(&network(addr))
            .map_err(|_| TOO_MANY_ATTEMPTS)
            .inspect_err(|_| count_refusal())
    }

    /// A visitor's message, which is kept until they have signed in.
    pub fn try_visitor(&self, addr: IpAddr) -> Result<()> {
        self.visitors
            .check_key(&network(addr))
            .map_err(|_| TOO_MANY_ATTEMPTS)
            .inspect_err(|_| count_refusal())
    }

    /// A question for a passkey, which a stranger's session has to keep.
    pub(super) fn try_challenge(&self, addr: IpAddr) -> Result<()> {
        self.challenges
            .check_key(&network(addr))
            .map_err(|_| TOO_MANY_ATTEMPTS)
            .inspect_err(|_| count_refusal())
    }

    /// One letter more to an address that nobody may have confirmed, whoever asks for it.
    pub(super) fn try_letter(&self, email: &str) -> bool {
        let allowed = self.letters.check_key(&email.to_owned()).is_ok();
        if !allowed {
            count_refusal();
        }
        allowed
    }

    /// Removes buckets that are full again; run periodically.
    pub fn sweep(&self) {
        self.accounts.sweep();
        self.networks.sweep();
        self.browsers.sweep();
        self.password_changes.sweep();
        self.codes.sweep();
        self.tokens.sweep();
        self.registrations.retain_recent();
        self.visitors.retain_recent();
        self.challenges.retain_recent();
        self.letters.retain_recent();
    }
}

/// Somebody with IPv6 has a /64 to choose addresses from: it counts as one.
pub fn network(addr: IpAddr) -> IpAddr {
    match addr {
        IpAddr::V4(_) => addr,
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & !u128::from(u64::MAX)).into()),
    }
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    burst: f64,
    /// Until one more fits in.
    refill: Duration,
}

/// Token buckets that tokens can be given back to, which governor's can't.
#[derive(Clone)]
struct Failures<K: Eq + Hash> {
    bucket: Bucket,
    /// How many tokens were left when.
    left: Arc<DashMap<K, (f64, Instant)>>,
}

impl<K: Eq + Hash + Clone + Send + Sync + 'static> Failures<K> {
    fn new(bucket: Bucket) -> Self {
        Failures { bucket, left: Arc::default() }
    }

    fn refilled(&self, (left, at): (f64, Instant), now: Instant) -> f64 {
        let refill = now.duration_since(at).as_secs_f64() / self.bucket.refill.as_secs_f64();
        (left + refill).min(self.bucket.burst)
    }

    /// Takes a token; what gives it back, or none if there is none left.
    fn take(&self, key: K) -> Option<Box<dyn FnOnce() + Send>> {
        self.take_at(key, Instant::now())
    }

    fn take_at(&self, key: K, now: Instant) -> Option<Box<dyn FnOnce() + Send>> {
        let mut entry = self.left.entry(key.clone()).or_insert((self.bucket.burst, now));
        let left = self.refilled(*entry, now);
        if left < 1.0 {
            return None;
        }
        *entry = (left - 1.0, now);
        let failures = self.clone();
        Some(Box::new(move || {
            if let Some(mut entry) = failures.left.get_mut(&key) {
                entry.0 = (entry.0 + 1.0).min(failures.bucket.burst);
            }
        }))
    }

    fn sweep(&self) {
        self.sweep_at(Instant::now());
    }

    fn sweep_at(&self, now: Instant) {
        self.left.retain(|_, entry| self.refilled(*entry, now) < self.bucket.burst);
    }
}

fn count_refusal() {
    metrics::counter!(BUDGET_REFUSALS, "budget" => "sign_in").increment(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_cost_and_refill_and_right_ones_cost_nothing() {
        let failures = Failures::new(Bucket { burst: 2.0, refill: Duration::from_secs(60) });
        let start = Instant::now();
        let take = |key, seconds| failures.take_at(key, start + Duration::from_secs(seconds));
        for _ in 0..10 {
            take("ana", 0).unwrap()();
        }
        assert!(take("ana", 0).is_some() && take("ana", 0).is_some());
        assert!(take("ana", 0).is_none());
        assert!(take("bo", 0).is_some());
        assert!(take("ana", 60).is_some());
        assert!(take("ana", 60).is_none());
        failures.sweep_at(start + Duration::from_secs(600));
        assert!(failures.left.is_empty());
    }

    #[test]
    fn one_network_cannot_close_an_account_for_another() {
        let limits = SignInLimits::default();
        let ana = Email::parse("ana@example.com").unwrap();
        let (stranger, owner) = ([192, 0, 2, 1].into(), [192, 0, 2, 2].into());
        let wrong = |addr| limits.take(&Attempt::Unknown(addr, &ana)).map(drop);
        while wrong(stranger).is_ok() {}
        assert!(wrong(owner).is_ok());
        // And a browser that has been here before not even for its own network.
        while wrong(owner).is_ok() {}
        assert!(limits.take(&Attempt::KnownBrowser(1, "a browser")).is_ok());
    }
}
