//! How often somebody may try to sign in or register: per address and per account.

use std::{net::IpAddr, num::NonZeroU32, sync::Arc};

use governor::{DefaultKeyedRateLimiter, Quota};

use super::model::Email;
use crate::web::{Error, Result};

const PER_ADDRESS: NonZeroU32 = NonZeroU32::new(30).expect("not zero");
const PER_ACCOUNT: NonZeroU32 = NonZeroU32::new(10).expect("not zero");

/// Ten tries for one account, then one more each minute; thirty from one address, then one more
/// every two seconds. Counted in memory: each node counts what it sees.
#[derive(Clone)]
pub struct SignInLimits {
    addresses: Arc<DefaultKeyedRateLimiter<IpAddr>>,
    accounts: Arc<DefaultKeyedRateLimiter<String>>,
}

impl Default for SignInLimits {
    fn default() -> Self {
        let per_address = Quota::per_minute(PER_ADDRESS).allow_burst(PER_ADDRESS);
        let per_account = Quota::per_minute(NonZeroU32::MIN).allow_burst(PER_ACCOUNT);
        SignInLimits {
            addresses: Arc::new(DefaultKeyedRateLimiter::keyed(per_address)),
            accounts: Arc::new(DefaultKeyedRateLimiter::keyed(per_account)),
        }
    }
}

impl SignInLimits {
    /// One more try from `addr` for `email`, whether such an account exists or not.
    pub fn try_sign_in(&self, addr: IpAddr, email: &Email) -> Result<()> {
        self.try_address(addr)?;
        let key = email.as_str().to_owned();
        self.accounts.check_key(&key).map_err(|_| {
            Error::TooMany("That was wrong too often for this account. Please wait a minute and try again.")
        })
    }

    pub fn try_address(&self, addr: IpAddr) -> Result<()> {
        self.addresses.check_key(&network(addr)).map_err(|_| {
            Error::TooMany("Too many attempts came from your address. Please wait a minute and try again.")
        })
    }

    /// Forgets whoever hasn't tried for a while; run now and then.
    pub fn sweep(&self) {
        self.addresses.retain_recent();
        self.accounts.retain_recent();
    }
}

/// Somebody with IPv6 has a /64 to choose addresses from: it counts as one.
fn network(addr: IpAddr) -> IpAddr {
    match addr {
        IpAddr::V4(_) => addr,
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & !u128::from(u64::MAX)).into()),
    }
}
