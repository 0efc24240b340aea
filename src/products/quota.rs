//! How many products one seller may list, and how many bytes of photos one account may store, a day and in all (M2).

use crate::products::sentences;
use std::fmt;

use time::{Duration, OffsetDateTime};

/// In settings: `HAGGLE_PRODUCTS_PER_DAY`, `HAGGLE_PRODUCTS_PER_SELLER`.
#[derive(Clone, Copy, Debug)]
pub struct ProductQuota {
    pub per_day: i64,
    pub in_all: i64,
}

impl Default for ProductQuota {
    fn default() -> Self {
        ProductQuota { per_day: 50, in_all: 2000 }
    }
}

/// An account of the first day may do a fifth.
const YOUNG: Duration = Duration::days(1);

/// What a seller has listed so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listed {
    pub account_since: OffsetDateTime,
    pub last_day: i64,
    /// The first of those, after which there is room for one more a day later.
    pub day_began: Option<OffsetDateTime>,
    pub in_all: i64,
}

impl ProductQuota {
    /// Says what and when, if there is no room for one more.
    pub(super) fn check(&self, listed: &Listed, now: OffsetDateTime) -> Result<(), String> {
        let is_young = now - listed.account_since < YOUNG;
        let per_day = if is_young { (self.per_day / 5).max(1) } else { self.per_day };
        if listed.in_all >= self.in_all {
            return Err(sentences::you_have_products_here(listed.in_all));
        }
        if listed.last_day >= per_day {
            let hours = hours_until_left(listed.day_began.unwrap_or(now), now);
            return Err(sentences::products_of_the_day_are_used_up(per_day, is_young, hours));
        }
        Ok(())
    }
}

/// Until what was done then is no longer of the last day, in hours that have begun.
fn hours_until_left(then: OffsetDateTime, now: OffsetDateTime) -> i64 {
    ((then + Duration::days(1) - now).whole_minutes().max(0) / 60) + 1
}

/// Bytes of photos, of products and in conversations. In settings: `HAGGLE_PHOTO_MB_PER_DAY`,
/// `HAGGLE_PHOTO_MB_PER_ACCOUNT`.
#[derive(Clone, Copy, Debug)]
pub struct PhotoQuota {
    pub per_day: i64,
    pub in_all: i64,
}

const MB: i64 = 1_000_000;

impl PhotoQuota {
    /// In megabytes.
    pub fn of_mb(per_day: u32, in_all: u32) -> Self {
        PhotoQuota { per_day: i64::from(per_day) * MB, in_all: i64::from(in_all) * MB }
    }
}

impl Default for PhotoQuota {
    fn default() -> Self {
        PhotoQuota::of_mb(200, 4000)
    }
}

/// Photos of all visitors together, whose forms wait for a sign-in.
const OF_VISITORS: i64 = 1000 * MB;

/// What an account has stored so far, in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stored {
    pub account_since: OffsetDateTime,
    pub last_day: i64,
    pub in_all: i64,
}

/// There is no room for a photo: what, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuotaReached {
    Day { mb: i64, is_young: bool, hours: i64 },
    InAll { mb: i64 },
    Visitors,
}

impl QuotaReached {
    /// What programs tell them apart by; it never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Day { .. } => "photo_quota_of_the_day",
            Self::InAll { .. } => "photo_quota_in_all",
            Self::Visitors => "photo_quota_of_visitors",
        }
    }
}

impl fmt::Display for QuotaReached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match *self {
            QuotaReached::Day { mb, is_young, hours } => {
                sentences::photos_of_the_day_are_used_up(mb, is_young, hours)
            }
            QuotaReached::InAll { mb } => sentences::photos_in_all_are_used_up(mb),
            QuotaReached::Visitors => sentences::THERE_IS_NO_ROOM_FOR_PHOTOS_OF_VISITORS_JUST.to_owned(),
        })
    }
}

impl PhotoQuota {
    /// So many bytes an account may send a day, at its age.
    pub(super) fn day_of(&self, stored: &Stored, now: OffsetDateTime) -> i64 {
        if is_young(stored, now) { (self.per_day / 5).max(1) } else { self.per_day }
    }

    /// Whether so many bytes more are too many in all.
    pub(super) fn check_in_all(&self, stored: &Stored, bytes: i64) -> Result<(), QuotaReached> {
        let is_full = stored.in_all + bytes > self.in_all;
        if is_full { Err(QuotaReached::InAll { mb: self.in_all / MB }) } else { Ok(()) }
    }

    /// `then`: when what is in the way was stored.
    pub(super) fn day_reached(
        &self,
        stored: &Stored,
        then: OffsetDateTime,
        now: OffsetDateTime,
    ) -> QuotaReached {
        let mb = self.day_of(stored, now) / MB;
        QuotaReached::Day { mb, is_young: is_young(stored, now), hours: hours_until_left(then, now) }
    }

    /// Whether so many bytes more are too many of visitors'.
    pub(super) fn check_visitors(stored: i64, bytes: i64) -> Result<(), QuotaReached> {
        if stored + bytes > OF_VISITORS { Err(QuotaReached::Visitors) } else { Ok(()) }
    }
}

fn is_young(stored: &Stored, now: OffsetDateTime) -> bool {
    now - stored.account_since < YOUNG
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn younger_accounts_may_store_less() {
        let (quota, now) = (PhotoQuota::of_mb(100, 1000), OffsetDateTime::UNIX_EPOCH + Duration::days(1000));
        let stored =
            |days| Stored { account_since: now - Duration::days(days), last_day: 0, in_all: 999 * MB };
        assert_eq!((quota.day_of(&stored(0), now), quota.day_of(&stored(2), now)), (20 * MB, 100 * MB));
        assert!(quota.check_in_all(&stored(2), MB).is_ok());
        let full = quota.check_in_all(&stored(2), MB + 1).unwrap_err().to_string();
        assert!(full.starts_with("An account may have 1000 MB"), "{full}");
        let day = quota.day_reached(&stored(0), now - Duration::hours(23), now).to_string();
        assert!(
            day.contains("20 MB of photos a day on its first day") && day.ends_with("in 2 hours."),
            "{day}"
        );
        assert_eq!(PhotoQuota::check_visitors(OF_VISITORS, 1), Err(QuotaReached::Visitors));
    }

    #[test]
    fn a_refusal_says_what_and_when() {
        let quota = ProductQuota { per_day: 10, in_all: 100 };
        let now = OffsetDateTime::UNIX_EPOCH + Duration::days(1000);
        let listed = |days, last_day, in_all| Listed {
            account_since: now - Duration::days(days),
            last_day,
            day_began: Some(now - Duration::hours(20)),
            in_all,
        };
        assert!(quota.check(&listed(9, 9, 99), now).is_ok());
        assert!(quota.check(&listed(9, 10, 10), now).unwrap_err().ends_with("in 5 hours."));
        assert!(quota.check(&listed(0, 1, 1), now).is_ok());
        assert!(
            quota.check(&listed(0, 2, 2), now).unwrap_err().contains("2 products a day on their first day")
        );
        assert!(quota.check(&listed(9, 0, 100), now).unwrap_err().starts_with("You have 100 products"));
    }
}
