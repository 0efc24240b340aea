//! Lists for programs: the same filters as the page's, and the same order.

use std::{net::IpAddr, sync::Arc};

use super::{
    State,
    find::{Found, find},
    index::Cursor,
    query::{BrowseQuery, Filters},
    sentences,
};
use crate::products::Currencies;
use crate::web::{Error, FieldErrors, Marketplace, Result};

/// Who looks for something, and so whose turn it takes.
#[derive(Clone, Copy)]
pub struct Searcher {
    pub is_visitor: bool,
    pub addr: IpAddr,
}

/// What fits, from after the cursor on, at most so many; what can't be understood is refused.
pub async fn find_products(
    state: &State,
    marketplace: &Arc<Marketplace>,
    searcher: Searcher,
    asked: &BrowseQuery,
    (after, count): (Option<Cursor>, usize),
) -> Result<Result<Arc<Found>, FieldErrors>> {
    let (facts, currencies) = (state.catalogue.facts().await?, Currencies::of(marketplace));
    let (filters, errors) = Filters::read(asked, &facts.categories, currencies.usual_or(facts.usual));
    if !errors.is_empty() {
        return Ok(Err(errors));
    }
    let name = format!("{}{count} {after:?}", asked.key(searcher.is_visitor));
    let found = state
        .list_cache
        .get_or_make(name, marketplace, async || search(state, &filters, searcher, after, count).await);
    Ok(Ok(found.await?))
}

/// One search at its turn.
pub(super) async fn search(
    state: &State,
    filters: &Filters,
    searcher: Searcher,
    after: Option<Cursor>,
    count: usize,
) -> Result<Found> {
    let (turn, limit) = state.limits.acquire(searcher.is_visitor, searcher.addr).await?;
    let found = find(&state.db, &state.index, filters, after, count, limit).await;
    drop(turn);
    match found {
        Err(error) if is_canceled(&error) => Err(Error::Busy(sentences::THAT_SEARCH_TOOK_TOO_LONG)),
        found => Ok(found?),
    }
}

/// `statement_timeout` has ended it.
fn is_canceled(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.code()).is_some_and(|code| code == "57014")
}
