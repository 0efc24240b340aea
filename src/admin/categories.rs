//! `/admin/categories`: add, rename, move and remove categories.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use sqlx::PgPool;
use tower_sessions::Session;

use crate::admin::sentences;
use crate::{
    accounts::Admin,
    admin::{
        model::AuditAction,
        store,
        views::{CategoriesPage, CategoryForm},
    },
    products::{self, Catalogue, Category, CategoryDraft, CategoryError},
    web::{Error, Form, Path, Result, Shell, flash},
};

/// A form's outcome, or the sentence for its field.
type FormResult<T> = Result<T, String>;

#[derive(Deserialize)]
pub(super) struct CategoryInput {
    #[serde(default)]
    name: String,
    #[serde(default)]
    icon: String,
}

pub(super) async fn list(State(db): State<PgPool>, _: Admin, shell: Shell) -> Result<CategoriesPage> {
    page(&db, shell).await
}

async fn page(db: &PgPool, shell: Shell) -> Result<CategoriesPage> {
    let products_per_category = store::categories::products_per_category(db).await?;
    let form = |category: Category| {
        let products = products_per_category.get(&category.id).copied().unwrap_or(0);
        CategoryForm::of(category, products)
    };
    let categories = products::categories(db).await?.into_iter().map(form).collect();
    Ok(CategoriesPage { shell, categories, new: CategoryForm::default() })
}

/// The page again as 422, with what was typed and the error beside its field.
async fn refused(
    db: &PgPool,
    shell: Shell,
    id: Option<i64>,
    typed: CategoryInput,
    refusal: String,
) -> Result<Response> {
    let mut page = page(db, shell).await?;
    let form = match id {
        None => &mut page.new,
        Some(id) => page.categories.iter_mut().find(|form| form.id == id).ok_or(Error::NotFound)?,
    };
    (form.name, form.icon, form.refusal) = (typed.name, typed.icon, refusal);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn done(session: &Session, catalogue: &Catalogue, sentence: String) -> Result<Response> {
    catalogue.reload().await?;
    flash::success(session, sentence).await?;
    Ok(Redirect::to("/admin/categories").into_response())
}

pub(super) async fn create(
    (State(db), State(catalogue)): (State<PgPool>, State<Catalogue>),
    (session, shell): (Session, Shell),
    Admin(admin): Admin,
    Form(typed): Form<CategoryInput>,
) -> Result<Response> {
    match add(&db, admin.account_id, &typed).await? {
        Ok(name) => done(&session, &catalogue, sentences::category_is_there_now(name)).await,
        Err(refusal) => refused(&db, shell, None, typed, refusal).await,
    }
}

async fn add(db: &PgPool, admin_id: i64, typed: &CategoryInput) -> Result<FormResult<String>> {
    let draft = match parse(typed, &products::categories(db).await?, None) {
        Ok(draft) => draft,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let mut tx = db.begin().await?;
    if let Err(refused) = products::create_category(&mut *tx, &draft).await? {
        return Ok(Err(refused.to_string()));
    }
    store::audit::record(&mut *tx, admin_id, AuditAction::CreateCategory, draft.name()).await?;
    tx.commit().await?;
    Ok(Ok(draft.name().to_owned()))
}

pub(super) async fn update(
    (State(db), State(catalogue)): (State<PgPool>, State<Catalogue>),
    (session, shell): (Session, Shell),
    Admin(admin): Admin,
    Path(id): Path<i64>,
    Form(typed): Form<CategoryInput>,
) -> Result<Response> {
    match change(&db, admin.account_id, id, &typed).await? {
        Ok(name) => done(&session, &catalogue, sentences::category_is_saved(name)).await,
        Err(refusal) => refused(&db, shell, Some(id), typed, refusal).await,
    }
}

async fn change(db: &PgPool, admin_id: i64, id: i64, typed: &CategoryInput) -> Result<FormResult<String>> {
    let all = products::categories(db).await?;
    let (_, before) = find(&all, id)?;
    let draft = match parse(typed, &all, Some(id)) {
        Ok(draft) => draft,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let mut tx = db.begin().await?;
    if let Err(refused) = products::update_category(&mut *tx, id, &draft).await? {
        return Ok(Err(refused.to_string()));
    }
    let subject = match (&*before.name, draft.name()) {
        (old, new) if old == new => new.to_owned(),
        (old, new) => format!("{old} → {new}"),
    };
    store::audit::record(&mut *tx, admin_id, AuditAction::ChangeCategory, &subject).await?;
    tx.commit().await?;
    Ok(Ok(draft.name().to_owned()))
}

#[derive(Deserialize)]
pub(super) struct Direction {
    /// `up` or `down`.
    #[serde(default)]
    to: String,
}

/// The first doesn't move up, nor the last down.
pub(super) async fn shift(
    (State(db), State(catalogue)): (State<PgPool>, State<Catalogue>),
    Admin(admin): Admin,
    Path(id): Path<i64>,
    Form(direction): Form<Direction>,
) -> Result<Redirect> {
    let all = products::categories(&db).await?;
    let (at, category) = find(&all, id)?;
    let moves = match &*direction.to {
        "up" => at > 0,
        "down" => at + 1 < all.len(),
        _ => return Err(Error::BadRequest(sentences::A_CATEGORY_MOVES_UP_OR_DOWN.to_owned())),
    };
    if moves {
        let mut tx = db.begin().await?;
        products::move_category(&mut *tx, id, direction.to == "up").await?;
        let subject = format!("{}, {}", category.name, direction.to);
        store::audit::record(&mut *tx, admin.account_id, AuditAction::MoveCategory, &subject).await?;
        tx.commit().await?;
        catalogue.reload().await?;
    }
    Ok(Redirect::to(&format!("/admin/categories#category_{id}")))
}

pub(super) async fn delete(
    (State(db), State(catalogue)): (State<PgPool>, State<Catalogue>),
    session: Session,
    Admin(admin): Admin,
    Path(id): Path<i64>,
) -> Result<Response> {
    let all = products::categories(&db).await?;
    let (_, category) = find(&all, id)?;
    let mut tx = db.begin().await?;
    match products::delete_category(&mut *tx, id).await? {
        Ok(()) => {}
        Err(CategoryError::Missing) => return Err(Error::NotFound),
        Err(refused) => {
            flash::error(&session, refused.to_string()).await?;
            return Ok(Redirect::to("/admin/categories").into_response());
        }
    }
    store::audit::record(&mut *tx, admin.account_id, AuditAction::DeleteCategory, &category.name).await?;
    tx.commit().await?;
    done(&session, &catalogue, sentences::category_is_removed(&category.name)).await
}

/// Valid, with a name that no other category has.
fn parse(typed: &CategoryInput, all: &[Category], id: Option<i64>) -> FormResult<CategoryDraft> {
    let draft = CategoryDraft::parse(&typed.name, &typed.icon)?;
    let name = draft.name().to_lowercase();
    let taken = all.iter().any(|other| Some(other.id) != id && other.name.to_lowercase() == name);
    if taken { Err(CategoryError::Taken.to_string()) } else { Ok(draft) }
}

/// The category and its place among all.
fn find(all: &[Category], id: i64) -> Result<(usize, &Category)> {
    all.iter().enumerate().find(|(_, category)| category.id == id).ok_or(Error::NotFound)
}
