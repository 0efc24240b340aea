//! `/seller/dashboard`: the page and its query string.

use axum::extract::State;
use serde::Deserialize;
use sqlx::PgPool;

use crate::{
    accounts::{self, Seller},
    chat,
    dashboard::{
        store::{self, DashboardProduct},
        views::{DashboardPage, DashboardProductRow},
    },
    products::{self, StateFilter},
    web::{Error, Pager, Query, Result, Shell, form},
};

const PRODUCTS_PER_PAGE: i64 = 20;
const RECENT_CONVERSATIONS: i64 = 5;

#[derive(Deserialize)]
pub(super) struct DashboardQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    show: StateFilter,
    page: Option<i64>,
}

pub(super) async fn show(
    State(db): State<PgPool>,
    seller: Seller,
    shell: Shell,
    Query(asked): Query<DashboardQuery>,
) -> Result<DashboardPage> {
    let words = form::search(&asked.q, 120);
    let card = accounts::seller_card(&db, seller.id).await?.ok_or(Error::NotFound)?;
    let figures = store::figures(&db, seller.id).await?;
    let recent = chat::latest_for_seller(&db, seller.id, RECENT_CONVERSATIONS).await?;
    let total = store::count_products(&db, seller.id, asked.show, &words).await?;
    let base = Pager::base("/seller/dashboard", &[("q", &words), ("show", asked.show.code())]);
    let pager = Pager::new(asked.page, PRODUCTS_PER_PAGE, total, base);
    let slice = (pager.limit(), pager.offset());
    let listed = store::products(&db, seller.id, asked.show, &words, slice).await?;
    let products = with_summaries(&db, listed).await?;
    Ok(DashboardPage { shell, card, figures, recent, products, words, showing: asked.show, pager })
}

async fn with_summaries(db: &PgPool, listed: Vec<DashboardProduct>) -> Result<Vec<DashboardProductRow>> {
    let ids: Vec<i64> = listed.iter().map(|listed| listed.id).collect();
    let summaries = products::summaries(db, &ids).await?;
    let row = |listed: DashboardProduct| {
        let product = summaries.iter().find(|product| product.id == listed.id)?.clone();
        Some(DashboardProductRow { product, listed })
    };
    Ok(listed.into_iter().filter_map(row).collect())
}
