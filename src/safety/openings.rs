//! Budget of new conversations: how many an account may begin in 24 hours. Answers never count.
//!
//! The writer asks under the rooms' locks, before it numbers anything, and notes what it began in the same transaction.
//! Invariant: an account's budget is asked for by one transaction at a time (an advisory lock), so that many first
//! messages at the same moment don't each see the whole of it.

use std::{collections::HashMap, fmt};

use sqlx::{PgConnection, PgPool};
use time::{Duration, OffsetDateTime};

use super::{
    cases::open_case,
    model::{ExcerptPart, NewCase, Opened, Opening, SubjectKind},
    shield, store,
};
use crate::safety::sentences;

/// In settings: `HAGGLE_NEW_ROOMS_PER_DAY`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewRoomQuota {
    pub per_day: i64,
}

impl Default for NewRoomQuota {
    fn default() -> Self {
        NewRoomQuota { per_day: 20 }
    }
}

/// An account of the first week may begin a quarter.
const YOUNG: Duration = Duration::days(7);
/// So many rooms of a week with nearly the same first words are looked at by an admin.
const SAME_TEXT_ROOMS: i64 = 4;
/// Longer than whatever is counted in them.
const KEPT_DAYS: i32 = 8;

/// The budget is used up: how much it is, and when there is room for one more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewRoomsUsedUp {
    pub per_day: i64,
    pub is_young: bool,
    pub hours: i64,
}

impl fmt::Display for NewRoomsUsedUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NewRoomsUsedUp { per_day, is_young, hours } = *self;
        f.write_str(&sentences::new_conversations_are_used_up(per_day, is_young, hours))
    }
}

impl NewRoomQuota {
    /// `begun`: those of the transaction at hand, which aren't in `opened` yet.
    pub fn check(self, opened: &Opened, begun: i64, now: OffsetDateTime) -> Result<(), NewRoomsUsedUp> {
        let is_young = now - opened.account_since < YOUNG;
        let per_day = if is_young { (self.per_day / 4).max(1) } else { self.per_day };
        if opened.last_day + begun < per_day {
            return Ok(());
        }
        let until = opened.day_began.unwrap_or(now) + Duration::days(1);
        let hours = (until - now).whole_minutes().max(0) / 60 + 1;
        Err(NewRoomsUsedUp { per_day, is_young, hours })
    }
}

/// What these accounts have begun, and the database's time. Nobody else begins anything for them until the transaction
/// ends.
pub async fn opened(
    tx: &mut PgConnection,
    mut accounts: Vec<i64>,
) -> sqlx::Result<(HashMap<i64, Opened>, OffsetDateTime)> {
    accounts.sort_unstable();
    accounts.dedup();
    store::openings::lock(&mut *tx, &accounts).await?;
    store::openings::opened(tx, &accounts).await
}

/// Notes what was begun, in the transaction that begins it. Who begins many conversations with nearly the same words
/// gets a case; their words are all that is in it.
pub async fn record_openings(tx: &mut PgConnection, openings: &[Opening]) -> sqlx::Result<()> {
    if openings.is_empty() {
        return Ok(());
    }
    store::openings::insert(&mut *tx, openings).await?;
    for opening in openings {
        let Some(hash) = opening.text_hash() else { continue };
        if store::openings::alike(&mut *tx, opening.account_id, hash).await? < SAME_TEXT_ROOMS {
            continue;
        }
        let part = ExcerptPart::new(&opening.author, &opening.text, OffsetDateTime::now_utc(), true);
        let case = NewCase {
            kind: SubjectKind::Person,
            subject: format!("person {}", opening.account_id),
            accused_id: opening.account_id,
            reporter_id: None,
            reason: "same_text".to_owned(),
            words: String::new(),
            excerpt: vec![part],
        };
        open_case(&mut *tx, &case).await?;
    }
    Ok(())
}

/// SimHash of a text's words: texts that differ in a word or a number have hashes that differ in few bits. None for few
/// words: everybody asks whether it is still there.
pub fn text_hash(text: &str) -> Option<i64> {
    shield::text_hash(text)
}

/// Forgets what is older than anything that is counted; run now and then.
pub async fn sweep_openings(db: &PgPool) -> sqlx::Result<u64> {
    store::openings::sweep(db, KEPT_DAYS).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_young_account_has_a_quarter_and_the_refusal_says_when() {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::days(100);
        let opened = |age, last_day| Opened {
            account_since: now - Duration::days(age),
            last_day,
            day_began: Some(now - Duration::hours(20)),
        };
        let quota = NewRoomQuota { per_day: 20 };
        assert_eq!(quota.check(&opened(30, 19), 0, now), Ok(()));
        assert_eq!(quota.check(&opened(6, 4), 0, now), Ok(()));
        let used_up = quota.check(&opened(6, 3), 2, now).unwrap_err();
        assert_eq!(used_up, NewRoomsUsedUp { per_day: 5, is_young: true, hours: 5 });
        assert!(quota.check(&opened(30, 20), 0, now).is_err());
        assert!(NewRoomQuota { per_day: 1 }.check(&opened(0, 0), 0, now).is_ok());
    }

    #[test]
    fn near_texts_have_near_hashes() {
        let hash = |text| text_hash(text).unwrap();
        let one =
            hash("Hello dear, I am very interested in your lamp and will pay 120 for it today by courier");
        let near =
            hash("Hello dear, I am very interested in your lamp and will pay 250 for it today by courier!");
        let other =
            hash("Good evening, is the bicycle the one with the blue frame, and could we see it on Sunday?");
        assert!((one ^ near).count_ones() <= 3);
        assert!((one ^ other).count_ones() > 10);
        assert_eq!(text_hash("Is this still available?"), None);
    }
}
