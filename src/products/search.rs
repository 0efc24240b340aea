//! Lists for programs: the same filters as the page's, answered by keyset.

use std::net::IpAddr;

use sqlx::PgPool;

pub use super::store::list::ListKey;
use super::{
    BrowseLimits, Card, Currencies,
    browse::{BrowseQuery, Filters},
    categories, pages, sentences, store,
};
use crate::web::{Error, FieldErrors, Marketplace, Result};

/// Who looks for something, and so whose turn it takes.
#[derive(Clone, Copy)]
pub struct Searcher {
    pub is_visitor: bool,
    pub addr: IpAddr,
}

/// What fits, from after the key on, at most so many; what can't be understood is refused.
pub async fn find_products(
    db: &PgPool,
    limits: &BrowseLimits,
    marketplace: &Marketplace,
    searcher: Searcher,
    asked: &BrowseQuery,
    (after, limit): (Option<&ListKey>, i64),
) -> Result<Result<Vec<(Card, ListKey)>, FieldErrors>> {
    let categories = if asked.category.is_empty() { Vec::new() } else { categories(db).await? };
    let currencies = Currencies::of(marketplace);
    let usual = match asked.needs_currency() {
        true => pages::usual_currency(db, &currencies).await?,
        false => currencies.nearest(None),
    };
    let (filters, errors) = Filters::read(asked, &categories, usual);
    if !errors.is_empty() {
        return Ok(Err(errors));
    }
    let (turn, time_limit) = limits.acquire(searcher.is_visitor, searcher.addr).await?;
    let found = store::list::list(db, &filters, after, limit, time_limit).await;
    drop(turn);
    match found {
        Err(error) if pages::is_canceled(&error) => Err(Error::Busy(sentences::THAT_SEARCH_TOOK_TOO_LONG)),
        found => Ok(Ok(found?)),
    }
}

/// Whatever a seller has that isn't deleted, for themselves.
pub async fn own_products(
    db: &PgPool,
    seller_id: i64,
    after: Option<&ListKey>,
    limit: i64,
) -> Result<Vec<(Card, ListKey)>> {
    Ok(store::list::own(db, seller_id, after, limit).await?)
}

/// What a seller shows everybody.
pub async fn products_of(
    db: &PgPool,
    seller_id: i64,
    after: Option<&ListKey>,
    limit: i64,
) -> Result<Vec<(Card, ListKey)>> {
    Ok(store::list::of_seller(db, seller_id, after, limit).await?)
}
