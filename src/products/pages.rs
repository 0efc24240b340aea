//! What everybody can look at: home, browse, a seller's public page.

pub mod owner;
pub mod profile_photo;
pub mod share;

use axum::extract::State;
use serde::Deserialize;
use sqlx::PgPool;

use super::{
    BrowseLimits, Viewer,
    browse::{BrowseQuery, Filters},
    categories,
    currency::{Currencies, Currency},
    store::{self, browse::PER_PAGE},
    views::{BrowsePage, HomePage, SellerPage},
};
use crate::accounts::MaybeUser;
use crate::products::sentences;
use crate::safety;
use crate::web::{ClientAddr, Error, Pager, Path, Query, Result, Shell};

/// How many of the newest products the home page shows.
const LATEST: i64 = 20;

pub async fn home(State(db): State<PgPool>, shell: Shell, MaybeUser(user): MaybeUser) -> Result<HomePage> {
    Ok(HomePage {
        shell,
        viewer: Viewer::from(&user),
        categories: categories(&db).await?,
        cards: store::browse::latest(&db, LATEST).await?,
    })
}

pub async fn browse(
    State(db): State<PgPool>,
    (State(limits), ClientAddr(addr)): (State<BrowseLimits>, ClientAddr),
    mut shell: Shell,
    MaybeUser(user): MaybeUser,
    Query(asked): Query<BrowseQuery>,
) -> Result<BrowsePage> {
    let (categories, currencies) = (categories(&db).await?, Currencies::of(&shell.marketplace));
    let (filters, errors) = Filters::read(&asked, &categories, usual_currency(&db, &currencies).await?);
    let (turn, limit) = limits.acquire(user.is_none(), addr).await?;
    let found = store::browse::search(&db, &filters, limit).await;
    drop(turn);
    let (cards, total) = match found {
        Err(error) if is_canceled(&error) => {
            return Err(Error::Busy(sentences::THAT_SEARCH_TOOK_TOO_LONG));
        }
        found => found?,
    };
    shell.query = asked.q.clone();
    Ok(BrowsePage {
        shell,
        errors,
        viewer: Viewer::from(&user),
        pager: Pager::new(Some(filters.page), PER_PAGE, total, asked.base(&[])),
        places: store::browse::places(&db).await?,
        asked,
        filters,
        categories,
        currencies,
        cards,
    })
}

/// `statement_timeout` has ended it.
pub(super) fn is_canceled(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.code()).is_some_and(|code| code == "57014")
}

/// What prices are in here when nobody says.
pub(super) async fn usual_currency(db: &PgPool, currencies: &Currencies) -> Result<Currency> {
    if let Some(usual) = currencies.usual() {
        return Ok(usual);
    }
    let code = store::browse::usual_currency(db).await?;
    Ok(currencies.nearest(code.and_then(|code| Currency::from_code(&code))))
}

#[derive(Deserialize)]
pub struct Paged {
    #[serde(default)]
    page: String,
}

pub async fn seller(
    State(db): State<PgPool>,
    shell: Shell,
    MaybeUser(user): MaybeUser,
    Path(id): Path<i64>,
    Query(Paged { page }): Query<Paged>,
) -> Result<SellerPage> {
    let viewer = Viewer::from(&user);
    let (seller, available, sold) = super::seller::find(&db, user.as_deref(), id).await?;
    let pager = Pager::new(page.parse().ok(), PER_PAGE, available + sold, format!("/sellers/{id}?"));
    let block = match &user {
        Some(user) if user.buyer_id.is_some() && user.account_id != seller.account_id => {
            Some(safety::find_block(&db, user.account_id, seller.account_id).await?)
        }
        _ => None,
    };
    Ok(SellerPage {
        cards: store::browse::of_seller(&db, id, pager.limit(), pager.offset()).await?,
        shell,
        viewer,
        seller,
        available,
        sold,
        block,
        pager,
    })
}
