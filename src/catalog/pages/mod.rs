//! What everybody can look at: home, and lists.

pub mod feed;
pub mod sitemap;

use std::{net::IpAddr, sync::Arc};

use askama::Template as _;
use axum::extract::{FromRef, State};
use sqlx::PgPool;

use super::{
    BrowseLimits,
    query::{BrowseQuery, Filters},
    search::{Searcher, find_products, is_canceled},
    sentences,
    store::{self, browse::PER_PAGE},
    views::{BrowsePage, BrowseResults, HomePage, Rendered},
};
use crate::accounts::MaybeUser;
use crate::products::{Catalogue, Currencies, VersionedCache, Viewer};
use crate::web::{ClientAddr, Error, Marketplace, Pager, Query, Result, Shell};

/// How many of the newest products the home page shows.
const LATEST: i64 = 20;

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
    State(state): State<Browse>,
    ClientAddr(addr): ClientAddr,
    mut shell: Shell,
    MaybeUser(user): MaybeUser,
    Query(asked): Query<BrowseQuery>,
) -> Result<BrowsePage> {
    let viewer = Viewer::from(&user);
    let marketplace = shell.marketplace.clone();
    let search = |viewer| {
        let (state, marketplace, asked) = (&state, &marketplace, asked.clone());
        state.search(marketplace, asked, viewer, (user.is_none(), addr))
    };
    shell.query = asked.q.clone();
    let key = asked.key(user.is_none());
    let mut results = state.cache.get_or_make(key, &marketplace, || search(Viewer::default())).await?;
    if viewer.sees_otherwise(&results.sellers) {
        results = Arc::new(search(viewer).await?);
    }
    Ok(BrowsePage { feed: asked.feed(), shell, results })
}

/// What a search takes.
pub struct Browse {
    db: PgPool,
    catalogue: Catalogue,
    cache: VersionedCache<Rendered>,
    limits: BrowseLimits,
}

impl FromRef<super::State> for Browse {
    fn from_ref(state: &super::State) -> Self {
        Browse {
            db: state.db.clone(),
            catalogue: state.catalogue.clone(),
            cache: state.browse_cache.clone(),
            limits: state.limits.clone(),
        }
    }
}

impl Browse {
    async fn search(
        &self,
        marketplace: &Marketplace,
        asked: BrowseQuery,
        viewer: Viewer,
        (is_visitor, addr): (bool, IpAddr),
    ) -> Result<Rendered> {
        let (facts, currencies) = (self.catalogue.facts().await?, Currencies::of(marketplace));
        let usual = currencies.usual_or(facts.usual);
        let (filters, errors) = Filters::read(&asked, &facts.categories, usual);
        let (turn, limit) = self.limits.acquire(is_visitor, addr).await?;
        let found = store::browse::search(&self.db, &filters, limit).await;
        drop(turn);
        let (cards, total) = match found {
            Err(error) if is_canceled(&error) => {
                return Err(Error::Busy(sentences::THAT_SEARCH_TOOK_TOO_LONG));
            }
            found => found?,
        };
        let sellers = cards.iter().map(|card| card.seller_id).collect();
        let pager = Pager::new(Some(filters.page), PER_PAGE, total, asked.base(&[]));
        let page = BrowseResults { errors, viewer, pager, asked, filters, facts, currencies, cards };
        let html = page.render().map_err(|error| Error::Internal(error.into()))?;
        Ok(Rendered { title: page.filters.headline(), html, sellers })
    }
}
