//! Strategy: what a feature says of its notices. One implementation for each kind, in the feature's `notices.rs`.

use std::{collections::HashMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use sqlx::PgPool;

use super::notice::Notice;

/// Whether a kind of notice goes by a channel, until somebody chooses otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// After this time without being read, unless they switch it off.
    On(Duration),
    /// The same, once they switch it on.
    Off(Duration),
    /// Not for anybody to choose: another part of the program sends it in any case.
    Always,
    /// There is no such thing.
    Never,
}

#[async_trait]
pub trait Kind: Send + Sync {
    /// As rows have it, for ever.
    fn code(&self) -> &'static str;

    /// On the page of choices.
    fn label(&self) -> &'static str;

    fn push(&self) -> Channel;

    fn mail(&self) -> Channel;

    /// Whether a phone may be woken for it.
    fn is_urgent(&self) -> bool {
        false
    }

    /// The words of these notices as they are now, in their order; none for one whose subject is gone.
    async fn describe(&self, db: &PgPool, notices: &[Notice]) -> sqlx::Result<Vec<Option<Words>>>;

    /// What a badge counts for each of these people, where that isn't one for each unread notice.
    async fn unread(&self, _db: &PgPool, _accounts: &[i64]) -> sqlx::Result<Option<HashMap<i64, i64>>> {
        Ok(None)
    }

    /// Whether this person has had something that is worth asking to be pushed for.
    async fn invites_push(&self, _db: &PgPool, _account_id: i64) -> sqlx::Result<bool> {
        Ok(false)
    }
}

/// What a notice says now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Words {
    /// Who or what: a name, a title.
    pub title: String,
    /// In one line, as a letter's subject has it.
    pub headline: String,
    /// What it is about, if that isn't said: a product.
    pub about: Option<String>,
    /// What was said or done.
    pub text: String,
    /// The title for somebody who wants no names and words on a locked screen.
    pub discreet: &'static str,
    /// The page that it leads to.
    pub path: String,
    /// Whether there is nothing left to tell: it was read on its own page.
    pub is_settled: bool,
    /// Whether a page of theirs shows it already, so that nothing is pushed.
    pub is_shown: bool,
    /// A symbol of the sprite.
    pub icon: &'static str,
}

/// Every kind there is.
#[derive(Clone)]
pub struct Kinds(Arc<[Arc<dyn Kind>]>);

impl Kinds {
    pub fn new(kinds: Vec<Arc<dyn Kind>>) -> Self {
        Kinds(kinds.into())
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Kind>> {
        self.0.iter()
    }

    pub fn get(&self, code: &str) -> Option<&Arc<dyn Kind>> {
        self.iter().find(|kind| kind.code() == code)
    }

    /// The notices with their words, in their order: one question for each kind. Left out: what is gone, and kinds of
    /// a newer version.
    pub async fn describe(&self, db: &PgPool, notices: Vec<Notice>) -> sqlx::Result<Vec<(Notice, Words)>> {
        let mut words: HashMap<i64, Words> = HashMap::new();
        for kind in self.iter() {
            let of_kind: Vec<Notice> = notices.iter().filter(|it| it.kind == kind.code()).cloned().collect();
            if of_kind.is_empty() {
                continue;
            }
            let described = kind.describe(db, &of_kind).await?;
            words.extend(of_kind.iter().zip(described).filter_map(|(it, words)| Some((it.id, words?))));
        }
        let with_words = |notice: Notice| words.remove(&notice.id).map(|words| (notice, words));
        Ok(notices.into_iter().filter_map(with_words).collect())
    }

    /// What the badge of each of these people shows: what waits in all.
    pub async fn badges(
        &self,
        db: &PgPool,
        accounts: &[i64],
        unread_by_kind: &[(i64, String, i64)],
    ) -> sqlx::Result<HashMap<i64, i64>> {
        let mut badges: HashMap<i64, i64> = HashMap::new();
        for kind in self.iter() {
            let own = kind.unread(db, accounts).await?;
            let counted = unread_by_kind.iter().filter(|(_, code, _)| code == kind.code());
            let counts =
                own.unwrap_or_else(|| counted.map(|(account, _, count)| (*account, *count)).collect());
            for (account, count) in counts {
                *badges.entry(account).or_default() += count;
            }
        }
        Ok(badges)
    }
}
