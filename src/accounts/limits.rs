//! Rate limits (token buckets) of sign-in and registration: by network address and by account.

use std::{net::IpAddr, num::NonZeroU32, sync::Arc};

use governor::{DefaultKeyedRateLimiter, Quota};

use super::model::Email;
use crate::web::{Error, Result};

const ADDRESS_BURST: NonZeroU32 = NonZeroU32::new(30).expect("not zero");
const ACCOUNT_BURST: NonZeroU32 = NonZeroU32::new(10).expect("not zero");

/// Ten tries for one account, then one more each minute; thirty from one address, then one more
/// every two seconds. Counted in memory: each node counts what it sees.
#[derive(Clone)]
pub struct SignInLimits {
    addresses: Arc<DefaultKeyedRateLimiter<IpAddr>>,
    accounts: Arc<DefaultKeyedRateLimiter<String>>,
}

impl Default for SignInLimits {
    fn default() -> Self {
        let per_address = Quota::per_minute(ADDRESS_BURST).allow_burst(ADDRESS_BURST);
        let per_account = Quota::per_minute(NonZeroU32::MIN).allow_burst(ACCOUNT_BURST);
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

    /// Removes buckets that are full again; run periodically.
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
