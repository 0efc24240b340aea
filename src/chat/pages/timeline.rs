//! A page of a room's timeline: which entries, and where the room stands.

use serde::Deserialize;
use sqlx::PgPool;

use crate::chat::sentences;
use crate::{
    chat::{
        access::RoomMember,
        domain::{entry::Entry, position::RoomPosition},
        live::{
            frames::EntryFrame,
            render::{EntryView, entry_frame_for, entry_html},
            screen::Screen,
        },
        store,
    },
    products::{self, ProductSummary},
    safety,
    web::{Error, Result, house_time},
};

const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 100;
/// How much that was read stands above what wasn't, where a page begins there.
const CONTEXT_BEFORE_UNREAD: i64 = 5;

/// Which part of the timeline is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HistoryRange {
    Latest,
    After(i64),
    Before(i64),
    /// With this entry in the middle.
    Around(i64),
    /// From shortly before this entry on, where it isn't on the latest page; else that.
    From(i64),
}

#[derive(Deserialize)]
pub struct HistoryQuery {
    pub after: Option<i64>,
    pub before: Option<i64>,
    pub at: Option<i64>,
    pub limit: Option<i64>,
    /// A room's `rev`: a program wants the entries that changed after it, too.
    pub changed_since: Option<i64>,
}

impl HistoryQuery {
    pub fn parse(&self) -> Result<(HistoryRange, i64)> {
        let range = match (self.after, self.before, self.at) {
            (None, None, None) => HistoryRange::Latest,
            (Some(after), None, None) if after >= 0 => HistoryRange::After(after),
            (None, Some(before), None) if before >= 1 => HistoryRange::Before(before),
            (None, None, Some(at)) if at >= 1 => HistoryRange::Around(at),
            _ => {
                return Err(Error::BadRequest(sentences::GIVE_EITHER_AFTER_OR_BEFORE.to_owned()));
            }
        };
        match self.limit.unwrap_or(DEFAULT_LIMIT) {
            limit @ 1..=MAX_LIMIT => Ok((range, limit)),
            _ => Err(Error::BadRequest(sentences::a_limit_is_1_to(MAX_LIMIT))),
        }
    }
}

/// Some entries in a row, ascending, and where the room stands.
pub struct TimelinePage {
    pub entries: Vec<Entry>,
    products: Vec<ProductSummary>,
    pub position: RoomPosition,
    /// The reader's block of the other one.
    pub block: Option<i64>,
    /// The other one was removed for fraud.
    pub is_fraud: bool,
    /// Whether the timeline goes on beyond this page: later for `After`, else earlier.
    pub more: bool,
}

/// Of a room in which nobody has written.
pub async fn empty(db: &PgPool, member: &RoomMember) -> Result<TimelinePage> {
    let other = member.participants.account(member.side.other());
    let (block, is_fraud) = safety::standing(db, member.user.account_id, other).await?;
    let (entries, products, position) = (Vec::new(), Vec::new(), RoomPosition::default());
    Ok(TimelinePage { entries, products, position, block, is_fraud, more: false })
}

pub async fn load(db: &PgPool, member: &RoomMember, range: HistoryRange, limit: i64) -> Result<TimelinePage> {
    // The position first: an entry that comes in between is on the page, never missing from it.
    let position = store::rooms::position(db, member.room).await?;
    // What follows it is withheld from this side, and would only be an empty page.
    let last_shown = position.last_shown.of(member.side);
    let end = if last_shown < position.last_seq { last_shown + 1 } else { i64::MAX - MAX_LIMIT };
    let range = match range {
        HistoryRange::From(seq) if last_shown - seq >= limit => {
            HistoryRange::After((seq - CONTEXT_BEFORE_UNREAD - 1).max(0))
        }
        HistoryRange::From(_) => HistoryRange::Latest,
        range => range,
    };
    let (after, before) = match range {
        HistoryRange::Latest | HistoryRange::From(_) => (0, end),
        HistoryRange::After(seq) => (seq.min(i64::MAX - 2 * MAX_LIMIT), i64::MAX - MAX_LIMIT),
        HistoryRange::Before(seq) => (0, seq),
        // A whole page, also near the ends.
        HistoryRange::Around(seq) => {
            ((seq - limit / 2 - 1).min(last_shown - limit).max(0), i64::MAX - MAX_LIMIT)
        }
    };
    let from_start = matches!(range, HistoryRange::After(_) | HistoryRange::Around(_));
    let entries = store::entries::history(db, member.room, after, before, from_start, limit).await?;
    let more = match range {
        HistoryRange::After(_) => entries.last().is_some_and(|entry| entry.seq < position.last_seq),
        _ => entries.first().is_some_and(|entry| entry.seq > 1),
    };
    let mut introduced: Vec<i64> =
        entries.iter().filter_map(|entry| Some(entry.introduces.as_ref()?.product_id)).collect();
    introduced.dedup();
    let products =
        if introduced.is_empty() { Vec::new() } else { products::summaries(db, &introduced).await? };
    let other = member.participants.account(member.side.other());
    let block = match position.blocks.has_blocked(member.side) || position.last_seq == 0 {
        true => safety::find_block(db, member.user.account_id, other).await?,
        false => None,
    };
    let is_fraud = safety::is_removed_for_fraud(db, other).await?;
    Ok(TimelinePage { entries, products, position, block, is_fraud, more })
}

impl TimelinePage {
    /// Each entry as `_entry.html`; empty for one that is withheld.
    pub fn html(&self, member: &RoomMember, screen: &Screen) -> Vec<String> {
        let mut last_day = None;
        let html = self.entries.iter().map(|entry| {
            if !entry.is_shown_to(member.side) {
                return String::new();
            }
            let mut view = EntryView::new(entry, &member.participants, &self.products);
            let day = Some(house_time::day(entry.sent_at));
            view.begins_day = day != last_day;
            last_day = day;
            entry_html(&view.screened(screen, member.side))
        });
        html.collect()
    }

    pub fn frames(&self, member: &RoomMember, screen: &Screen) -> Vec<EntryFrame<'_>> {
        let frame = |entry| entry_frame_for(member.side, entry, &member.participants, &self.products, screen);
        self.entries.iter().map(frame).collect()
    }
}
