//! A page of a room's timeline, for pages and for programs.

use axum::{
    Json,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use sqlx::PgPool;

use crate::{
    chat::{
        access::RoomMember,
        domain::{entry::Entry, position::RoomPosition},
        entries::EntryView,
        room, service, store, views,
        wire::{EntryFrame, HistoryFrame},
    },
    products::{self, ProductSummary},
    web::{Error, Query, Result, wants_json},
};

const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 100;
/// How much that was read stands above what wasn't, where a page begins there.
const READ_BEFORE: i64 = 5;

/// Which part of the timeline is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    Latest,
    After(i64),
    Before(i64),
    /// With this entry in the middle.
    Around(i64),
    /// From shortly before this entry on, where it isn't on the latest page; else that.
    From(i64),
}

#[derive(Deserialize)]
pub struct SpanQuery {
    after: Option<i64>,
    before: Option<i64>,
    at: Option<i64>,
    limit: Option<i64>,
}

impl SpanQuery {
    pub fn parse(&self) -> Result<(Span, i64)> {
        let span = match (self.after, self.before, self.at) {
            (None, None, None) => Span::Latest,
            (Some(after), None, None) if after >= 0 => Span::After(after),
            (None, Some(before), None) if before >= 1 => Span::Before(before),
            (None, None, Some(at)) if at >= 1 => Span::Around(at),
            _ => {
                return Err(Error::BadRequest(
                    "Give either after or before, as the number of an entry.".to_owned(),
                ));
            }
        };
        match self.limit.unwrap_or(DEFAULT_LIMIT) {
            limit @ 1..=MAX_LIMIT => Ok((span, limit)),
            _ => Err(Error::BadRequest(format!("A limit is 1 to {MAX_LIMIT}."))),
        }
    }
}

/// Some entries in a row, ascending, and where the room stands.
pub struct Page {
    pub entries: Vec<Entry>,
    products: Vec<ProductSummary>,
    pub status: RoomPosition,
    /// Whether the timeline goes on beyond this page: later for `After`, else earlier.
    pub more: bool,
}

pub async fn load(db: &PgPool, member: &RoomMember, span: Span, limit: i64) -> Result<Page> {
    // The status first: an entry that comes in between is on the page, never missing from it.
    let status = store::rooms::position(db, member.room).await?;
    let span = match span {
        Span::From(seq) if status.last_seq - seq >= limit => Span::After((seq - READ_BEFORE - 1).max(0)),
        Span::From(_) => Span::Latest,
        span => span,
    };
    let (after, before) = match span {
        Span::Latest | Span::From(_) => (0, i64::MAX - MAX_LIMIT),
        Span::After(seq) => (seq.min(i64::MAX - 2 * MAX_LIMIT), i64::MAX - MAX_LIMIT),
        Span::Before(seq) => (0, seq),
        // A whole page, also near the ends.
        Span::Around(seq) => {
            ((seq - limit / 2 - 1).min(status.last_seq - limit).max(0), i64::MAX - MAX_LIMIT)
        }
    };
    let from_start = matches!(span, Span::After(_) | Span::Around(_));
    let entries = store::entries::history(db, member.room, after, before, from_start, limit).await?;
    let more = match span {
        Span::After(_) => entries.last().is_some_and(|entry| entry.seq < status.last_seq),
        _ => entries.first().is_some_and(|entry| entry.seq > 1),
    };
    let mut about: Vec<i64> =
        entries.iter().filter_map(|entry| Some(entry.starts.as_ref()?.product_id)).collect();
    about.dedup();
    let products = if about.is_empty() { Vec::new() } else { products::summaries(db, &about).await? };
    Ok(Page { entries, products, status, more })
}

impl Page {
    /// Each entry as `_entry.html`.
    pub fn html(&self, member: &RoomMember) -> Vec<String> {
        self.entries
            .iter()
            .map(|entry| views::entry_html(&EntryView::new(entry, &member.participants, &self.products)))
            .collect()
    }

    fn frames(&self, member: &RoomMember) -> Vec<EntryFrame<'_>> {
        self.entries.iter().map(|entry| service::frame(entry, &member.participants, &self.products)).collect()
    }
}

/// `GET /rooms/{room}/messages`: JSON for a program, the room's page for a browser.
pub(super) async fn show(
    State(db): State<PgPool>,
    headers: HeaderMap,
    member: RoomMember,
    Query(query): Query<SpanQuery>,
    page: room::RoomRequest,
) -> Result<Response> {
    if !wants_json(&headers) {
        let (span, limit) = query.parse()?;
        return room::render(&db, page, member, span, limit).await;
    }
    let (span, limit) = query.parse()?;
    let page = load(&db, &member, span, limit).await?;
    let entries = page.frames(&member);
    let RoomPosition { last_seq, read, .. } = page.status;
    Ok(Json(HistoryFrame { entries, last_seq, read, more: page.more }).into_response())
}
