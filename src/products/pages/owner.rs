//! A seller's own products: new, edit, sold, available, deleted.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use sqlx::PgPool;
use tower_sessions::Session;

use super::super::{
    Photo, PhotoLimits, Product, ProductState, StateMove, categories,
    form::{MAX_PHOTOS, ProductDraft, ProductForm},
    listing,
    photos::Uploads,
    receive::{FormReceiver, ReceivedForm},
    store,
    views::FormPage,
};
use super::usual_currency;
use crate::accounts::{self, Seller};
use crate::web::{Error, FieldErrors, Form, Path, Result, ReturnForm, Shell, flash};

pub async fn new(State(db): State<PgPool>, shell: Shell, seller: Seller) -> Result<FormPage> {
    let card = accounts::seller_card(&db, seller.id).await?;
    let place = card.map(|card| card.place).unwrap_or_default();
    let form = ProductForm::new(usual_currency(&db).await?, &place);
    form_page(&db, shell, None, form, Vec::new(), FieldErrors::default()).await
}

pub async fn create(
    (State(db), State(uploads), State(limits)): (State<PgPool>, State<Uploads>, State<PhotoLimits>),
    (session, shell): (Session, Shell),
    seller: Seller,
    request: Request,
) -> Result<Response> {
    let account_id = seller.user.account_id;
    let desk = FormReceiver { db: &db, uploads: &uploads, limits: &limits, seller_id: seller.id, account_id };
    let sent = desk.receive(request).await?;
    let filled = fill(&desk, sent, Vec::new()).await?;
    let Some(draft) = filled.draft else {
        return refused(form_page(&db, shell, None, filled.form, filled.photos, filled.errors).await?);
    };
    let id = listing::create(&db, seller.id, &draft, &filled.photos).await?;
    flash::success(&session, "It’s live. Everyone can see it now.").await?;
    Ok(Redirect::to(&format!("/products/{id}")).into_response())
}

pub async fn edit(
    State(db): State<PgPool>,
    shell: Shell,
    seller: Seller,
    Path(id): Path<i64>,
) -> Result<FormPage> {
    let product = own(&db, &seller, id).await?;
    let photos = store::photos::of_product(&db, id).await?;
    let form = ProductForm::of(&product);
    form_page(&db, shell, Some(product), form, photos, FieldErrors::default()).await
}

pub async fn update(
    (State(db), State(uploads), State(limits)): (State<PgPool>, State<Uploads>, State<PhotoLimits>),
    (session, shell): (Session, Shell),
    seller: Seller,
    Path(id): Path<i64>,
    request: Request,
) -> Result<Response> {
    let product = own(&db, &seller, id).await?;
    let account_id = seller.user.account_id;
    let desk = FormReceiver { db: &db, uploads: &uploads, limits: &limits, seller_id: seller.id, account_id };
    let sent = desk.receive(request).await?;
    let filled = fill(&desk, sent, store::photos::of_product(&db, id).await?).await?;
    let Some(draft) = filled.draft else {
        let page = form_page(&db, shell, Some(product), filled.form, filled.photos, filled.errors).await?;
        return refused(page);
    };
    let removed = listing::update(&db, id, seller.id, &draft, &filled.photos).await?;
    desk.remove_files(&removed.ok_or(Error::NotFound)?).await;
    flash::success(&session, "Saved.").await?;
    Ok(Redirect::to(&format!("/products/{id}")).into_response())
}

pub async fn reserve(
    State(db): State<PgPool>,
    session: Session,
    seller: Seller,
    Path(id): Path<i64>,
    Form(back): Form<ReturnForm>,
) -> Result<Redirect> {
    change(&db, &session, &seller, id, StateMove::Reserve, "Reserved. Others still see it, and that it is.")
        .await?;
    Ok(Redirect::to(back.next.or("/seller/dashboard")))
}

pub async fn sold(
    State(db): State<PgPool>,
    session: Session,
    seller: Seller,
    Path(id): Path<i64>,
    Form(back): Form<ReturnForm>,
) -> Result<Redirect> {
    change(&db, &session, &seller, id, StateMove::Sell, "Marked as sold. Well done!").await?;
    Ok(Redirect::to(back.next.or("/seller/dashboard")))
}

pub async fn available(
    State(db): State<PgPool>,
    session: Session,
    seller: Seller,
    Path(id): Path<i64>,
    Form(back): Form<ReturnForm>,
) -> Result<Redirect> {
    change(&db, &session, &seller, id, StateMove::Relist, "It is for sale again.").await?;
    Ok(Redirect::to(back.next.or("/seller/dashboard")))
}

pub async fn delete(
    State(db): State<PgPool>,
    session: Session,
    seller: Seller,
    Path(id): Path<i64>,
    Form(back): Form<ReturnForm>,
) -> Result<Redirect> {
    let said = "Deleted. Your conversations about it stay.";
    change(&db, &session, &seller, id, StateMove::Delete, said).await?;
    Ok(Redirect::to(back.next.or("/seller/dashboard")))
}

/// Makes a seller's move, and says so on the next page.
async fn change(
    db: &PgPool,
    session: &Session,
    seller: &Seller,
    id: i64,
    change: StateMove,
    said: &'static str,
) -> Result<()> {
    let mut tx = db.begin().await?;
    let account_id = seller.user.account_id;
    let changed = listing::change_state(&mut tx, id, Some(seller.id), change, account_id).await?;
    changed.ok_or(Error::NotFound)?;
    tx.commit().await?;
    flash::success(session, said).await
}

/// The product, which is this seller's and not deleted.
async fn own(db: &PgPool, seller: &Seller, id: i64) -> Result<Product> {
    let product = store::product::find(db, id).await?;
    product
        .filter(|product| product.seller_id == seller.id && product.state != ProductState::Deleted)
        .ok_or(Error::NotFound)
}

/// A sent form, understood as far as it can be.
struct ParsedForm {
    form: ProductForm,
    photos: Vec<Photo>,
    errors: FieldErrors,
    /// Nothing, if anything was refused.
    draft: Option<ProductDraft>,
}

async fn fill(desk: &FormReceiver<'_>, sent: ReceivedForm, mut photos: Vec<Photo>) -> Result<ParsedForm> {
    let ReceivedForm { form, photos: new, mut errors } = sent;
    photos.extend(desk.kept_drafts(&form).await?);
    let photos = form.arrange(photos, new);
    if photos.len() > MAX_PHOTOS {
        errors.add(
            "photos",
            format!("A product has up to {MAX_PHOTOS} photos; these are {}. Remove some.", photos.len()),
        );
    }
    let draft = form.check(&categories(desk.db).await?, &mut errors).filter(|_| errors.is_empty());
    Ok(ParsedForm { form, photos, errors, draft })
}

async fn form_page(
    db: &PgPool,
    shell: Shell,
    product: Option<Product>,
    form: ProductForm,
    photos: Vec<Photo>,
    errors: FieldErrors,
) -> Result<FormPage> {
    Ok(FormPage { shell, errors, product, form, photos, categories: categories(db).await? })
}

fn refused(mut page: FormPage) -> Result<Response> {
    page.errors.add("", "Please look at the fields marked below. Nothing is lost.");
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}
