//! What everybody can look at: home, and lists.

pub mod feed;
pub mod sitemap;
pub mod suggestions;

use std::sync::Arc;

use askama::Template as _;
use axum::extract::State;

use super::{
    index::Total,
    query::{BrowseQuery, Filters},
    search::{Searcher, find_products, search},
    views::{BrowsePage, BrowseResults, HomePage, Rendered},
};
use crate::accounts::MaybeUser;
use crate::products::{Currencies, Viewer};
use crate::web::{ClientAddr, Error, Marketplace, Query, Result, Shell};

/// How many of the newest products the home page shows.
const LATEST: usize = 20;
/// Cards on a page.
const PER_PAGE: usize = 24;

pub async fn home(
    State(state): State<super::State>,
    ClientAddr(addr): ClientAddr,
    shell: Shell,
    MaybeUser(user): MaybeUser,
) -> Result<HomePage> {
    let searcher = Searcher { is_visitor: user.is_none(), addr };
    let (everything, newest) = (BrowseQuery::default(), (None, LATEST));
    let found = find_products(&state, &shell.marketplace, searcher, &everything, newest).await?;
    // Nothing was asked that could be refused.
    let found = found.unwrap_or_default();
    Ok(HomePage { shell, viewer: Viewer::from(&user), facts: state.catalogue.facts().await?, found })
}

pub async fn browse(
    State(state): State<super::State>,
    ClientAddr(addr): ClientAddr,
    mut shell: Shell,
    MaybeUser(user): MaybeUser,
    Query(asked): Query<BrowseQuery>,
) -> Result<BrowsePage> {
    let viewer = Viewer::from(&user);
    let searcher = Searcher { is_visitor: user.is_none(), addr };
    let marketplace = shell.marketplace.clone();
    let results = |viewer| render(&state, &marketplace, &asked, viewer, searcher);
    shell.query = asked.q.clone();
    let key = asked.key(user.is_none());
    let mut rendered =
        state.browse_cache.get_or_make(key, &marketplace, || results(Viewer::default())).await?;
    if viewer.sees_otherwise(&rendered.sellers) {
        rendered = Arc::new(results(viewer).await?);
    }
    Ok(BrowsePage { feed: asked.feed(), shell, results: rendered })
}

/// What was found, with its filters.
async fn render(
    state: &super::State,
    marketplace: &Marketplace,
    asked: &BrowseQuery,
    viewer: Viewer,
    searcher: Searcher,
) -> Result<Rendered> {
    let (facts, currencies) = (state.catalogue.facts().await?, Currencies::of(marketplace));
    let (filters, errors) = Filters::read(asked, &facts.categories, currencies.usual_or(facts.usual));
    let found = search(state, &filters, searcher, asked.cursor(), PER_PAGE).await?;
    if matches!(found.total, Some(Total::Exactly(0))) {
        state.missed.record(&filters);
    }
    let sellers = found.cards.iter().map(|card| card.seller_id).collect();
    let page = BrowseResults { errors, viewer, asked: asked.clone(), filters, facts, currencies, found };
    let html = page.render().map_err(|error| Error::Internal(error.into()))?;
    Ok(Rendered { title: page.filters.headline(), html, sellers })
}
