//! `/products.atom?…`: a search as an Atom feed (RFC 4287), with the same query as its page.
//!
//! The newest that fit come first, however the page is sorted: whoever follows a search waits for what is new. It is
//! carried out and kept as programs' searches are (`search.rs`). An entry is known by the product's number, which stays
//! when the title changes, and a feed by the search, spelt one way. What can't be understood is refused, where the page
//! leaves it out: a reader of a category that is no more isn't sent everything.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use time::OffsetDateTime;

use super::super::{
    find::Found,
    query::{BrowseQuery, Filters, Sort},
    search::{Searcher, find_products},
    sentences,
};
use crate::accounts::MaybeUser;
use crate::products::Currencies;
use crate::web::{ClientAddr, Error, Marketplace, PlainError, Query, filters};

const MAX_ENTRIES: usize = 50;

#[derive(Template)]
#[template(path = "catalog/feed.xml")]
struct Feed {
    marketplace: Arc<Marketplace>,
    headline: String,
    /// Of the feed, and of its page.
    path: String,
    page: String,
    /// The newest entry's time; of an empty one the beginning of time, so that it stays the same.
    updated: OffsetDateTime,
    found: Arc<Found>,
}

pub async fn show(
    State(state): State<super::super::State>,
    (ClientAddr(addr), MaybeUser(user)): (ClientAddr, MaybeUser),
    Query(asked): Query<BrowseQuery>,
) -> Result<Response, PlainError> {
    let marketplace = state.shell.0.marketplace();
    let asked = BrowseQuery { sort: Sort::Newest.code().to_owned(), after: String::new(), ..asked };
    let searcher = Searcher { is_visitor: user.is_none(), addr };
    let found = find_products(&state, &marketplace, searcher, &asked, (None, MAX_ENTRIES)).await?;
    let found = found.map_err(|_| {
        Error::BadRequest(sentences::THIS_FEED_IS_OF_A_SEARCH_THAT_CANT_BE_UNDERSTOOD.to_owned())
    })?;
    let facts = state.catalogue.facts().await?;
    let usual = Currencies::of(&marketplace).usual_or(facts.usual);
    let (filters, _) = Filters::read(&asked, &facts.categories, usual);
    let newest = found.cards.iter().map(|card| card.created_at).max();
    let feed = Feed {
        headline: filters.headline(),
        path: asked.feed(),
        page: asked.without(&["sort"]),
        updated: newest.unwrap_or(OffsetDateTime::UNIX_EPOCH),
        marketplace,
        found,
    };
    let text = feed.render().map_err(|error| Error::Internal(error.into()))?;
    Ok(([(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")], text).into_response())
}

impl Feed {
    /// Without the characters that XML can't hold, not even escaped.
    fn plain(&self, text: &str) -> String {
        let is_allowed = |c: &char| {
            matches!(c, '\t' | '\n' | '\r') || (*c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'))
        };
        text.chars().filter(is_allowed).collect()
    }
}
