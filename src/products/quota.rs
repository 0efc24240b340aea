//! How many products one seller may list, a day and in all (M2).

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

/// An account of the first day may list a fifth.
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
            return Err(format!(
                "You have {} products here, which is as many as one seller may have. Delete some that are sold.",
                listed.in_all
            ));
        }
        if listed.last_day >= per_day {
            let free_at = listed.day_began.unwrap_or(now) + Duration::days(1);
            let hours = ((free_at - now).whole_minutes().max(0) / 60) + 1;
            let newcomer = if is_young { " on their first day" } else { "" };
            return Err(format!(
                "A seller may list {per_day} products a day{newcomer}. There is room for the next one in {hours} {}.",
                if hours == 1 { "hour" } else { "hours" }
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
