//! A seller's own products: new, edit, sold, available, deleted.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use sha2::{Digest as _, Sha256};
use sqlx::PgPool;
use tower_sessions::Session;

use super::super::{
    Currencies, Currency, Photo, Product, StateMove, categories,
    form::ProductForm,
    kept_form, state, store,
    submission::{self, RefusedForm, receiver},
    views::FormPage,
};
use crate::accounts::{self, CurrentUser, Seller};
use crate::products::sentences;
use crate::web::{
    ClientAddr, Error, FieldErrors, Form, Marketplace, Path, Result, ReturnForm, Shell, flash, return_to,
};

pub async fn new(
    State(state): State<state::State>,
    (session, mut shell): (Session, Shell),
    user: CurrentUser,
) -> Result<FormPage> {
    let db = &state.db;
    let seller = accounts::start_selling(db, &state.access, user).await?;
    if let Some(user) = &mut shell.user {
        (user.seller_id, user.is_seller) = (Some(seller.id), true);
    }
    if let Some((form, photos, errors)) = kept(&session, db, NEW, &seller).await? {
        return form_page(&state, shell, &seller, None, form, photos, errors).await;
    }
    let form = blank_form(db, &shell.marketplace, &seller).await?;
    form_page(&state, shell, &seller, None, form, Vec::new(), FieldErrors::default()).await
}

/// With what this seller will most likely choose.
pub(super) async fn blank_form(
    db: &PgPool,
    marketplace: &Marketplace,
    seller: &Seller,
) -> Result<ProductForm> {
    let (place, currency) = match store::product::latest_place_and_currency(db, seller.id).await? {
        Some((place, currency)) => (place, Currency::from_code(&currency)),
        None => {
            (accounts::seller_card(db, seller.id).await?.map(|card| card.place).unwrap_or_default(), None)
        }
    };
    let currencies = Currencies::of(marketplace);
    let currency = match currencies.only().or(currency) {
        Some(currency) => currencies.nearest(Some(currency)),
        None => usual_currency(db, &currencies).await?,
    };
    Ok(ProductForm::new(currency, &place))
}

pub async fn create(
    State(state): State<state::State>,
    (session, shell): (Session, Shell),
    (seller, ClientAddr(addr)): (Result<Seller>, ClientAddr),
    request: Request,
) -> Result<Response> {
    let seller = match seller {
        Ok(seller) => seller,
        Err(refused) => return keep_for_sign_in(&state, &session, addr, NEW, request, refused).await,
    };
    let sent = receiver(&state, Some(&seller), seller.user.account_id).receive(request).await?;
    let id = match submission::create(&state, &shell.marketplace, &seller, sent).await? {
        Ok(id) => id,
        Err(refused) => return refused_page(&state, shell, &seller, None, refused).await,
    };
    // Whose first product waits is told so on its page.
    if submission::own(&state.db, &seller, id).await?.review.is_none() {
        flash::success(&session, sentences::ITS_LIVE_EVERYONE_CAN_SEE_IT_NOW).await?;
    }
    Ok(Redirect::to(&format!("/products/{id}")).into_response())
}

pub async fn edit(
    State(state): State<state::State>,
    (session, shell): (Session, Shell),
    seller: Seller,
    Path(id): Path<i64>,
) -> Result<FormPage> {
    let db = &state.db;
    let product = submission::own(db, &seller, id).await?;
    let mut photos = store::photos::of_product(db, id).await?;
    if let Some((form, new, errors)) = kept(&session, db, &edit_path(id), &seller).await? {
        photos = form.arrange(photos, new);
        return form_page(&state, shell, &seller, Some(product), form, photos, errors).await;
    }
    let form = ProductForm::of(&product);
    form_page(&state, shell, &seller, Some(product), form, photos, FieldErrors::default()).await
}

pub async fn update(
    State(state): State<state::State>,
    (session, shell): (Session, Shell),
    (seller, ClientAddr(addr)): (Result<Seller>, ClientAddr),
    Path(id): Path<i64>,
    request: Request,
) -> Result<Response> {
    let seller = match seller {
        Ok(seller) => seller,
        Err(refused) => {
            return keep_for_sign_in(&state, &session, addr, &edit_path(id), request, refused).await;
        }
    };
    let db = &state.db;
    let product = submission::own(db, &seller, id).await?;
    let sent = receiver(&state, Some(&seller), seller.user.account_id).receive(request).await?;
    if let Err(refused) = submission::update(&state, &seller, &product, sent).await? {
        return refused_page(&state, shell, &seller, Some(product), refused).await;
    }
    flash::success(&session, "Saved.").await?;
    Ok(Redirect::to(&format!("/products/{id}")).into_response())
}

pub(super) const NEW: &str = "/seller/products/new";

fn edit_path(id: i64) -> String {
    format!("/seller/products/{id}/edit")
}

/// The session has ended while the form was filled in: it comes back after the sign-in. Whoever is signed in and may not
/// do it hears why.
async fn keep_for_sign_in(
    state: &state::State,
    session: &Session,
    addr: IpAddr,
    path: &str,
    request: Request,
    refused: Error,
) -> Result<Response> {
    if !matches!(refused, Error::SignInFirst { .. }) {
        return Err(refused);
    }
    let network =
        i64::from_be_bytes(Sha256::digest(addr.to_string()).first_chunk().copied().unwrap_or_default());
    let sent = receiver(state, None, network | i64::MIN).receive(request).await?;
    kept_form::keep(session, path, sent).await?;
    flash::success(session, sentences::YOU_WERE_SIGNED_OUT_MEANWHILE).await?;
    Ok(Redirect::to(&return_to::login_path(path)).into_response())
}

async fn kept(
    session: &Session,
    db: &PgPool,
    path: &str,
    seller: &Seller,
) -> Result<Option<(ProductForm, Vec<Photo>, FieldErrors)>> {
    kept_form::take(session, db, path, seller.user.account_id, seller.id).await
}

pub async fn reserve(
    State(state): State<state::State>,
    session: Session,
    seller: Seller,
    Path(id): Path<i64>,
    Form(back): Form<ReturnForm>,
) -> Result<Redirect> {
    change(
        &state,
        &session,
        &seller,
        id,
        StateMove::Reserve,
        sentences::RESERVED_OTHERS_STILL_SEE_IT_AND_THAT_IT_IS,
    )
    .await?;
    Ok(Redirect::to(back.next.or("/seller/dashboard")))
}

pub async fn sold(
    State(state): State<state::State>,
    session: Session,
    seller: Seller,
    Path(id): Path<i64>,
    Form(back): Form<ReturnForm>,
) -> Result<Redirect> {
    change(&state, &session, &seller, id, StateMove::Sell, sentences::MARKED_AS_SOLD).await?;
    Ok(Redirect::to(back.next.or("/seller/dashboard")))
}

pub async fn available(
    State(state): State<state::State>,
    session: Session,
    seller: Seller,
    Path(id): Path<i64>,
    Form(back): Form<ReturnForm>,
) -> Result<Redirect> {
    change(&state, &session, &seller, id, StateMove::Relist, sentences::IT_IS_FOR_SALE_AGAIN).await?;
    Ok(Redirect::to(back.next.or("/seller/dashboard")))
}

pub async fn delete(
    State(state): State<state::State>,
    session: Session,
    seller: Seller,
    Path(id): Path<i64>,
    Form(back): Form<ReturnForm>,
) -> Result<Redirect> {
    let said = sentences::DELETED_YOUR_CONVERSATIONS_ABOUT_IT_STAY;
    change(&state, &session, &seller, id, StateMove::Delete, said).await?;
    Ok(Redirect::to(back.next.or("/seller/dashboard")))
}

/// Makes a seller's move, and says so on the next page.
async fn change(
    state: &state::State,
    session: &Session,
    seller: &Seller,
    id: i64,
    change: StateMove,
    said: &'static str,
) -> Result<()> {
    submission::change(state, seller, id, change).await?;
    flash::success(session, said).await
}

async fn form_page(
    state: &state::State,
    shell: Shell,
    seller: &Seller,
    product: Option<Product>,
    mut form: ProductForm,
    photos: Vec<Photo>,
    errors: FieldErrors,
) -> Result<FormPage> {
    form.account = seller.user.account_id.to_string();
    let (categories, currencies) = (categories(&state.db).await?, Currencies::of(&shell.marketplace));
    Ok(FormPage { shell, errors, product, form, photos, categories, currencies })
}

/// The form again. A product that was changed meanwhile is shown as it is now.
async fn refused_page(
    state: &state::State,
    shell: Shell,
    seller: &Seller,
    product: Option<Product>,
    RefusedForm { form, photos, mut errors, now }: RefusedForm,
) -> Result<Response> {
    errors.add("", sentences::PLEASE_LOOK_AT_THE_FIELDS_MARKED_BELOW);
    let product = now.map(|now| *now).or(product);
    let page = form_page(state, shell, seller, product, form, photos, errors).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// What prices are in here when nobody says.
async fn usual_currency(db: &PgPool, currencies: &Currencies) -> Result<Currency> {
    if let Some(usual) = currencies.usual() {
        return Ok(usual);
    }
    let code = store::browse::usual_currency(db).await?;
    Ok(currencies.nearest(code.and_then(|code| Currency::from_code(&code))))
}
