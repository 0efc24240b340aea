//! Selling: pictures, products, and what becomes of them.

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::products::{Product, ProductDetail, page_of, with_version};
use crate::{
    accounts::{self, CurrentUser, Seller},
    api::{
        error::{ApiError, Result},
        json::{Body, Id, Money, Picture},
        paging::{Page, Paging},
        sentences,
    },
    products::{self, ListKey, ProductForm, StateMove, submission},
    web::{Error, FieldProblem, LiveMarketplace, Path, StrictQuery},
};

/// As multipart with one file `photo`, or the picture itself as the body.
#[derive(ToSchema)]
#[allow(dead_code)]
pub struct UploadForm {
    #[schema(value_type = String, format = Binary)]
    photo: Vec<u8>,
}

/// A picture itself.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[allow(dead_code)]
pub struct PictureFile(Vec<u8>);

/// It waits for the product that names it, for a day.

#[utoipa::path(post, path = "/uploads", tag = "Sell", operation_id = "uploadPicture", summary = "Takes a picture for a product that is listed later.",
    request_body(content((UploadForm = "multipart/form-data"), (PictureFile = "image/jpeg"), (PictureFile = "image/png"), (PictureFile = "image/webp"))),
    responses((status = 201, body = Picture)))]
pub async fn upload(
    State(state): State<products::State>,
    user: CurrentUser,
    request: Request,
) -> Result<Response> {
    let seller = accounts::start_selling(&state.db, &state.access, user).await?;
    let kind =
        request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_raw = kind.starts_with("image/");
    if !is_raw && !kind.starts_with("multipart/form-data") {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(ApiError::new(status, "unsupported_media_type", sentences::SEND_A_PICTURE));
    }
    let photo = submission::upload(&state, &seller, is_raw, request).await?;
    let photo = photo.map_err(|errors| ApiError::from_form(&errors, |_| "/photo".to_owned()))?;
    Ok((StatusCode::CREATED, Json(Picture::from(&photo))).into_response())
}

/// A product to be listed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProduct {
    #[schema(min_length = 1, max_length = 120)]
    title: String,
    #[serde(default)]
    #[schema(max_length = 8000)]
    description: String,
    price: Money,
    /// A category's `slug`.
    category: String,
    /// `new`, `like_new`, `good`, `fair`.
    condition: String,
    #[schema(min_length = 1, max_length = 80)]
    place: String,
    /// Ids of uploads, the cover first.
    #[serde(default)]
    #[schema(max_items = 8)]
    photos: Vec<String>,
}

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductChange {
    #[schema(min_length = 1, max_length = 120)]
    title: Option<String>,
    #[schema(max_length = 8000)]
    description: Option<String>,
    price: Option<Money>,
    category: Option<String>,
    condition: Option<String>,
    place: Option<String>,
    /// All of them, in their order: the product's own, and uploads.
    #[schema(max_items = 8)]
    photos: Option<Vec<String>>,
}

fn refused(errors: &crate::web::FieldErrors) -> ApiError {
    ApiError::from_form(errors, |field| match field {
        "" => String::new(),
        "price" => "/price/amount_minor".to_owned(),
        "currency" => "/price/currency".to_owned(),
        field => format!("/{field}"),
    })
}

fn unknown_photo() -> ApiError {
    let problem = FieldProblem::in_body("/photos", sentences::NO_SUCH_UPLOAD);
    ApiError::invalid(vec![FieldProblem { code: "unknown_upload", ..problem }])
}

fn set_price(form: &mut ProductForm, price: &Money) -> Result<()> {
    (form.price, form.currency) = price.to_input().map_err(|problem| ApiError::invalid(vec![problem]))?;
    Ok(())
}

#[utoipa::path(post, path = "/products", tag = "Sell", operation_id = "createProduct", summary = "Lists a product.", request_body = NewProduct, responses((status = 201, body = ProductDetail)))]
pub async fn create(
    (State(state), State(marketplace)): (State<products::State>, State<LiveMarketplace>),
    user: CurrentUser,
    Body(new): Body<NewProduct>,
) -> Result<Response> {
    let seller = accounts::start_selling(&state.db, &state.access, user).await?;
    let mut form = ProductForm {
        title: new.title,
        description: new.description,
        category: new.category,
        condition: new.condition,
        place: new.place,
        cover: new.photos.first().cloned().unwrap_or_default(),
        kept: new.photos,
        ..ProductForm::default()
    };
    set_price(&mut form, &new.price)?;
    if submission::has_unknown_photos(&state, &seller, None, &form).await? {
        return Err(unknown_photo());
    }
    let sent = products::ReceivedForm::of(form);
    let made = submission::create(&state, &marketplace.current(), &seller, sent).await?;
    let id = made.map_err(|form| refused(&form.errors))?;
    let mut response = with_version(detail(&state, &seller, id).await?);
    *response.status_mut() = StatusCode::CREATED;
    if let Ok(location) = HeaderValue::from_str(&format!("/api/v1/products/{id}")) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

async fn detail(state: &products::State, seller: &Seller, id: i64) -> Result<ProductDetail> {
    Ok(products::page(&state.db, id, Some(&seller.user)).await?.into())
}

fn as_seller(user: CurrentUser) -> Result<Seller> {
    let id = user.seller_id.ok_or(Error::NotFound)?;
    Ok(Seller { id, user })
}

/// With `If-Match`, only if it is still as it was read; else 412.
#[utoipa::path(patch, path = "/products/{id}", tag = "Sell", operation_id = "updateProduct", summary = "Changes a product.",
    params(("id" = Id, Path), ("If-Match" = Option<String>, Header, description = "The `ETag` of the product as it was read.")),
    request_body = ProductChange, responses((status = 200, body = ProductDetail), (status = 412, description = "It was changed meanwhile.", body = crate::web::problem::Problem, content_type = "application/problem+json")))]
pub async fn update(
    State(state): State<products::State>,
    user: CurrentUser,
    Path(id): Path<i64>,
    headers: HeaderMap,
    Body(change): Body<ProductChange>,
) -> Result<Response> {
    let seller = as_seller(user)?;
    let (product, photos) = submission::own_with_photos(&state.db, &seller, id).await?;
    let had: Vec<String> = photos.iter().map(|photo| photo.key.to_string()).collect();
    let mut form = ProductForm { version: String::new(), kept: had.clone(), ..ProductForm::of(&product) };
    if let Some(known) = headers.get(header::IF_MATCH).filter(|known| *known != "*") {
        form.version = version_in(known);
    }
    if let Some(price) = &change.price {
        set_price(&mut form, price)?;
    }
    if let Some(photos) = change.photos {
        form.remove = had.into_iter().filter(|key| !photos.contains(key)).collect();
        form.kept = photos;
    }
    form.cover = form.kept.first().cloned().unwrap_or_default();
    for (field, value) in [
        (&mut form.title, change.title),
        (&mut form.description, change.description),
        (&mut form.category, change.category),
        (&mut form.condition, change.condition),
        (&mut form.place, change.place),
    ] {
        if let Some(value) = value {
            *field = value;
        }
    }
    if submission::has_unknown_photos(&state, &seller, Some(&product), &form).await? {
        return Err(unknown_photo());
    }
    let sent = products::ReceivedForm::of(form);
    if let Err(form) = submission::update(&state, &seller, &product, sent).await? {
        if form.now.is_some() {
            let status = StatusCode::PRECONDITION_FAILED;
            return Err(ApiError::new(status, "precondition_failed", sentences::CHANGED_MEANWHILE));
        }
        return Err(refused(&form.errors));
    }
    Ok(with_version(detail(&state, &seller, id).await?))
}

/// What stands before the dash of our own tags; what isn't ours is no version at all.
fn version_in(tag: &HeaderValue) -> String {
    let text = tag.to_str().unwrap_or_default().trim().trim_start_matches("W/").trim_matches('"');
    text.split('-').next().filter(|version| !version.is_empty()).unwrap_or("0").to_owned()
}

#[utoipa::path(delete, path = "/products/{id}", tag = "Sell", operation_id = "deleteProduct", summary = "Takes a product down, for ever.", params(("id" = Id, Path)), responses((status = 204)))]
pub async fn delete(
    State(state): State<products::State>,
    user: CurrentUser,
    Path(id): Path<i64>,
) -> Result<StatusCode> {
    submission::change(&state, &as_seller(user)?, id, StateMove::Delete).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn moved(state: &products::State, user: CurrentUser, id: i64, to: StateMove) -> Result<Response> {
    let seller = as_seller(user)?;
    submission::change(state, &seller, id, to).await?;
    Ok(with_version(detail(state, &seller, id).await?))
}

#[utoipa::path(post, path = "/products/{id}/reserve", tag = "Sell", operation_id = "reserveProduct", summary = "Reserves it for somebody; others still see it.", params(("id" = Id, Path)), responses((status = 200, body = ProductDetail)))]
pub async fn reserve(
    State(state): State<products::State>,
    user: CurrentUser,
    Path(id): Path<i64>,
) -> Result<Response> {
    moved(&state, user, id, StateMove::Reserve).await
}

#[utoipa::path(post, path = "/products/{id}/sell", tag = "Sell", operation_id = "sellProduct", summary = "Marks it as sold.", params(("id" = Id, Path)), responses((status = 200, body = ProductDetail)))]
pub async fn sell(
    State(state): State<products::State>,
    user: CurrentUser,
    Path(id): Path<i64>,
) -> Result<Response> {
    moved(&state, user, id, StateMove::Sell).await
}

#[utoipa::path(post, path = "/products/{id}/relist", tag = "Sell", operation_id = "relistProduct", summary = "Puts it up for sale again.", params(("id" = Id, Path)), responses((status = 200, body = ProductDetail)))]
pub async fn relist(
    State(state): State<products::State>,
    user: CurrentUser,
    Path(id): Path<i64>,
) -> Result<Response> {
    moved(&state, user, id, StateMove::Relist).await
}

/// One's own products, whatever their state, but for those that are deleted.
#[utoipa::path(get, path = "/me/products", tag = "Sell", operation_id = "listMyProducts", summary = "What one offers oneself.", params(Paging), responses((status = 200, body = Page<Product>)))]
pub async fn mine(
    State(state): State<products::State>,
    user: CurrentUser,
    StrictQuery(paging): StrictQuery<Paging>,
    uri: Uri,
) -> Result<Response> {
    let (limit, after) = (paging.limit()?, paging.after::<ListKey>()?);
    let rows = match user.seller_id {
        Some(id) => products::own_products(&state.db, id, after.as_ref(), limit + 1).await?,
        None => Vec::new(),
    };
    Ok(page_of(rows, limit).answer(&uri))
}
