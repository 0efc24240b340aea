//! `/admin/products`: all products in every state; hiding and showing them.

use axum::{extract::State, response::Redirect};
use serde::Deserialize;
use sqlx::PgPool;
use tower_sessions::Session;

use crate::admin::sentences;
use crate::{
    accounts::{self, Admin},
    admin::{
        model::AuditAction,
        notices::{ProductDecision, tell_seller},
        store::{self, products::ListedProduct},
        views::{ListedProductRow, ProductsPage},
    },
    products::{self, ProductChanged, ProductEvents, StateFilter, StateMove},
    web::{Error, Form, Pager, Path, Query, Result, ReturnForm, Shell, flash, form},
};

const PRODUCTS_PER_PAGE: i64 = 30;

#[derive(Deserialize)]
pub(super) struct ProductsQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    show: StateFilter,
    seller: Option<i64>,
    page: Option<i64>,
}

pub(super) async fn list(
    State(db): State<PgPool>,
    _: Admin,
    shell: Shell,
    Query(asked): Query<ProductsQuery>,
) -> Result<ProductsPage> {
    let seller = match asked.seller {
        Some(id) => accounts::seller_card(&db, id).await?,
        None => None,
    };
    let filter = store::products::Filter {
        words: form::search(&asked.q, 100),
        showing: asked.show,
        seller_id: seller.as_ref().map(|seller| seller.id),
    };
    let total = store::products::count(&db, &filter).await?;
    let seller_id = filter.seller_id.map(|id| id.to_string()).unwrap_or_default();
    let filters = [("q", &*filter.words), ("show", filter.showing.code()), ("seller", &*seller_id)];
    let pager = Pager::new(asked.page, PRODUCTS_PER_PAGE, total, Pager::base("/admin/products", &filters));
    let listed = store::products::page(&db, &filter, (pager.limit(), pager.offset())).await?;
    let products = with_summaries(&db, listed).await?;
    Ok(ProductsPage { shell, products, words: filter.words, showing: filter.showing, seller, pager })
}

async fn with_summaries(db: &PgPool, listed: Vec<ListedProduct>) -> Result<Vec<ListedProductRow>> {
    let ids: Vec<i64> = listed.iter().map(|listed| listed.id).collect();
    let summaries = products::summaries(db, &ids).await?;
    let row = |listed: ListedProduct| {
        let product = summaries.iter().find(|product| product.id == listed.id)?.clone();
        Some(ListedProductRow { product, listed })
    };
    Ok(listed.into_iter().filter_map(row).collect())
}

pub(super) async fn hide(
    (State(db), State(events)): (State<PgPool>, State<ProductEvents>),
    session: Session,
    Admin(admin): Admin,
    Path(id): Path<i64>,
    Form(back): Form<ReturnForm>,
) -> Result<Redirect> {
    if let Some(title) = set_hidden(&db, &events, admin.account_id, id, true).await? {
        flash::success(&session, sentences::product_is_hidden(title)).await?;
    }
    Ok(Redirect::to(back.next.or("/admin/products")))
}

pub(super) async fn show(
    (State(db), State(events)): (State<PgPool>, State<ProductEvents>),
    session: Session,
    Admin(admin): Admin,
    Path(id): Path<i64>,
    Form(back): Form<ReturnForm>,
) -> Result<Redirect> {
    if let Some(title) = set_hidden(&db, &events, admin.account_id, id, false).await? {
        flash::success(&session, sentences::product_is_shown_again(title)).await?;
    }
    Ok(Redirect::to(back.next.or("/admin/products")))
}

pub(super) async fn take_down_photo(
    (State(db), State(events)): (State<PgPool>, State<ProductEvents>),
    session: Session,
    Admin(admin): Admin,
    Path((id, key)): Path<(i64, String)>,
) -> Result<Redirect> {
    let mut tx = db.begin().await?;
    let title = products::take_down_photo(&mut tx, id, &key).await?.ok_or(Error::NotFound)?;
    let what = format!("photo {key} of “{title}” (product {id})");
    store::audit::record(&mut *tx, admin.account_id, AuditAction::TakeDownPhoto, &what).await?;
    tell_seller(&mut tx, id, &title, ProductDecision::PhotoTakenDown).await?;
    tx.commit().await?;
    events.publish(ProductChanged { product_id: id });
    flash::success(&session, sentences::THE_PHOTO_IS_TAKEN_DOWN).await?;
    Ok(Redirect::to(&format!("/products/{id}")))
}

/// Returns the title if anything changed.
async fn set_hidden(
    db: &PgPool,
    events: &ProductEvents,
    admin_id: i64,
    id: i64,
    hidden: bool,
) -> Result<Option<String>> {
    let mut tx = db.begin().await?;
    let change = if hidden { StateMove::Hide } else { StateMove::Show };
    let Some(title) = products::change_state(&mut tx, id, None, change, admin_id).await? else {
        return Ok(None);
    };
    let action = if hidden { AuditAction::HideProduct } else { AuditAction::ShowProduct };
    store::audit::record(&mut *tx, admin_id, action, &format!("“{title}” (product {id})")).await?;
    let decision = if hidden { ProductDecision::Hidden } else { ProductDecision::Shown };
    tell_seller(&mut tx, id, &title, decision).await?;
    tx.commit().await?;
    events.publish(ProductChanged { product_id: id });
    Ok(Some(title))
}
