//! Lists for programs: the same filters as the page's, answered by keyset.

use std::{net::IpAddr, sync::Arc};

pub use super::store::list::Found;
use super::{
    State,
    query::{BrowseQuery, Filters},
    sentences, store,
};
use crate::products::{Currencies, ListKey};
use crate::web::{Error, FieldErrors, Marketplace, Result};

/// Who looks for something, and so whose turn it takes.
#[derive(Clone, Copy)]
pub struct Searcher {
    pub is_visitor: bool,
    pub addr: IpAddr,
}

/// What fits, from after the key on, at most so many; what can't be understood is refused.
pub async fn find_products(
    state: &State,
    marketplace: &Arc<Marketplace>,
    searcher: Searcher,
    asked: &BrowseQuery,
    (after, limit): (Option<&ListKey>, i64),
) -> Result<Result<Arc<Found>, FieldErrors>> {
    let (facts, currencies) = (state.catalogue.facts().await?, Currencies::of(marketplace));
    let (filters, errors) = Filters::read(asked, &facts.categories, currencies.usual_or(facts.usual));
    if !errors.is_empty() {
        return Ok(Err(errors));
    }
    let name = format!("{}{limit} {after:?}", asked.key(searcher.is_visitor));
    let found = state.list_cache.get_or_make(name, marketplace, async || {
        let (turn, time_limit) = state.limits.acquire(searcher.is_visitor, searcher.addr).await?;
        let found = store::list::list(&state.db, &filters, after, limit, time_limit).await;
        drop(turn);
        match found {
            Err(error) if is_canceled(&error) => Err(Error::Busy(sentences::THAT_SEARCH_TOOK_TOO_LONG)),
            found => Ok(Found(found?)),
        }
    });
    Ok(Ok(found.await?))
}

/// `statement_timeout` has ended it.
pub(super) fn is_canceled(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.code()).is_some_and(|code| code == "57014")
}
