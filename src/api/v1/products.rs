//! Finding: lists of products, and one.

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, Uri, header},
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::{places::Category, sellers::Seller};
use crate::{
    accounts::MaybeUser,
    api::{
        error::{ApiError, Result},
        json::{Id, Money, Picture},
        paging::{Page, Paging, cursor},
        state,
    },
    catalog::{self, Cursor, Searcher, query::BrowseQuery},
    products::{self, Card, ListKey, Looker, ProductFragment},
    web::{ClientAddr, Path, StrictQuery},
};

/// A product in a list.
#[derive(Serialize, ToSchema)]
pub struct Product {
    pub id: Id,
    pub title: String,
    pub price: Money,
    /// `new`, `like_new`, `good`, `fair`; null where the category has none. Others may come.
    #[schema(required)]
    pub condition: Option<&'static str>,
    pub place: String,
    /// `listed`, `reserved`, `sold`; to its seller also `draft`, `hidden`, `paused`. Others may come.
    pub state: &'static str,
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    pub seller_id: Id,
    #[schema(required)]
    pub cover: Option<Picture>,
    /// Its page.
    #[schema(format = "uri-reference")]
    pub url: String,
}

impl From<Card> for Product {
    fn from(card: Card) -> Self {
        Product {
            id: Id(card.id),
            price: card.price.into(),
            condition: card.has_condition.then(|| card.condition.code()),
            place: card.place,
            state: card.state.code(),
            created_at: card.created_at,
            seller_id: Id(card.seller_id),
            cover: card.photo.as_ref().map(Picture::from),
            url: format!("/products/{}", card.id),
            title: card.title,
        }
    }
}

/// A product with all that its page shows.
#[derive(Serialize, ToSchema)]
pub struct ProductDetail {
    #[serde(flatten)]
    product: Product,
    description: String,
    category: Category,
    photos: Vec<Picture>,
    views: i64,
    #[serde(with = "time::serde::rfc3339")]
    updated_at: OffsetDateTime,
    seller: Seller,
}

impl From<ProductFragment> for ProductDetail {
    fn from(page: ProductFragment) -> Self {
        let seller = Seller::of(&page.seller, Some(page.seller_offers));
        let product = page.product;
        let has_condition = products::Condition::applies_to(&product.category.slug);
        ProductDetail {
            product: Product {
                id: Id(product.id),
                title: product.title,
                price: product.price.into(),
                condition: has_condition.then(|| product.condition.code()),
                place: product.place,
                state: product.state.code(),
                created_at: product.created_at,
                seller_id: Id(product.seller_id),
                cover: page.photos.first().map(Picture::from),
                url: format!("/products/{}", product.id),
            },
            description: product.description,
            category: product.category.into(),
            photos: page.photos.iter().map(Picture::from).collect(),
            views: product.views,
            updated_at: product.updated_at,
            seller,
        }
    }
}

/// The same filters as the page's address.
#[derive(Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
#[derive(Default)]
pub struct Filters {
    /// Words to look for; `-word` excludes, "two words" belong together.
    q: String,
    /// A category's `slug`.
    category: String,
    /// The lowest price, as people type it: `25` or `25.95`.
    min: String,
    /// The highest.
    max: String,
    /// ISO 4217. Prices are compared in one currency only: this one, or the marketplace's usual one.
    currency: String,
    condition: String,
    /// How the place's name begins.
    place: String,
    /// So many kilometres around the place: 5, 10, 25, 50, 100 or 250.
    within: String,
    /// Posted within so many days: 1, 3, 7 or 30.
    posted: String,
    /// `1`: with a photo.
    photo: String,
    /// A seller's number.
    seller: String,
    /// `relevance` (with `q`), `newest`, `price_low`, `price_high`, `distance` (with `within`).
    sort: String,
}

impl From<Filters> for BrowseQuery {
    fn from(filters: Filters) -> Self {
        let Filters {
            q,
            category,
            min,
            max,
            currency,
            condition,
            place,
            within,
            posted,
            photo,
            seller,
            sort,
        } = filters;
        let after = String::new();
        BrowseQuery {
            q,
            category,
            min,
            max,
            currency,
            condition,
            place,
            within,
            posted,
            photo,
            seller,
            sort,
            after,
        }
    }
}

#[utoipa::path(get, path = "/products", tag = "Find", operation_id = "listProducts", summary = "Products that fit, the newest or the best first.", params(Filters, Paging), responses((status = 200, body = Page<Product>)))]
pub async fn list(
    State(state): State<state::State>,
    MaybeUser(user): MaybeUser,
    ClientAddr(addr): ClientAddr,
    (StrictQuery(filters), StrictQuery(paging)): (StrictQuery<Filters>, StrictQuery<Paging>),
    uri: Uri,
) -> Result<Response> {
    let (limit, after) = (paging.limit()?, paging.after::<Cursor>()?);
    let searcher = Searcher { is_visitor: user.is_none(), addr };
    let asked = BrowseQuery::from(filters);
    let page = (after, limit as usize);
    let marketplace = state.marketplace.current();
    let found = catalog::find_products(&state.catalog, &marketplace, searcher, &asked, page).await?;
    let found = found.map_err(|errors| ApiError::from_query(&errors))?;
    let data = found.cards.iter().cloned().map(Product::from).collect();
    Ok(Page { data, next: found.next.as_ref().map(cursor) }.answer(&uri))
}

pub fn page_of(rows: Vec<(Card, ListKey)>, limit: i64) -> Page<Product> {
    Page::new(rows, limit, |(_, key)| key.clone(), |(card, _)| card.into())
}

/// `ETag` is for `If-Match` of a change.
#[utoipa::path(get, path = "/products/{id}", tag = "Find", operation_id = "getProduct", summary = "A product.", params(("id" = Id, Path)), responses((status = 200, body = ProductDetail)))]
pub async fn show(
    State(products): State<products::State>,
    MaybeUser(user): MaybeUser,
    ClientAddr(addr): ClientAddr,
    Path(id): Path<i64>,
) -> Result<Response> {
    let page = products::page(&products.db, id, user.as_deref()).await?;
    if !page.is_own() {
        let looker = match &user {
            Some(user) => Looker::Account(user.account_id),
            None => Looker::Network(addr),
        };
        products.view_counter.record(id, looker);
    }
    Ok(with_version(ProductDetail::from(page)))
}

pub fn with_version(product: ProductDetail) -> Response {
    let version = products::version_of(product.updated_at);
    let mut response = Json(product).into_response();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

#[utoipa::path(get, path = "/products/{id}/similar", tag = "Find", operation_id = "listSimilarProducts", summary = "Others that are like it.", params(("id" = Id, Path)), responses((status = 200, body = Page<Product>)))]
pub async fn similar(
    State(db): State<PgPool>,
    MaybeUser(user): MaybeUser,
    Path(id): Path<i64>,
) -> Result<Json<Page<Product>>> {
    let page = products::page(&db, id, user.as_deref()).await?;
    Ok(Json(Page::whole(page.similar.into_iter().map(Product::from).collect())))
}

#[utoipa::path(get, path = "/sellers/{id}/products", tag = "Find", operation_id = "listSellerProducts", summary = "What a seller offers and has sold, the newest first.", params(("id" = Id, Path), Paging), responses((status = 200, body = Page<Product>)))]
pub async fn of_seller(
    State(db): State<PgPool>,
    MaybeUser(user): MaybeUser,
    Path(id): Path<i64>,
    StrictQuery(paging): StrictQuery<Paging>,
    uri: Uri,
) -> Result<Response> {
    let limit = paging.limit()?;
    products::seller(&db, user.as_deref(), id).await?;
    let rows = products::products_of(&db, id, paging.after::<ListKey>()?.as_ref(), limit + 1).await?;
    Ok(page_of(rows, limit).answer(&uri))
}
