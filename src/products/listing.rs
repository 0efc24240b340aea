//! What can happen to a product, whoever asks for it.

use sqlx::{PgConnection, PgExecutor, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    Photo,
    form::ProductDraft,
    lifecycle::StateMove,
    notices::ProductMoved,
    photos::{Inventory, PhotoKey},
    quota::ProductQuota,
    store, stored_photos,
};
use crate::{
    web::Result,
    webhooks::{self, Event},
};

/// What became of a form.
pub(super) enum Creation {
    /// It made this product, now or when it was sent before.
    Made(i64),
    /// In words for the seller.
    OverQuota(String),
}

/// Lists a product, with photos that are drafts of its seller's. Idempotent by `form_id`. `reviews_first`: until one of
/// the seller's was approved, each waits for an admin.
pub(super) async fn create(
    db: &PgPool,
    seller_id: i64,
    form_id: Option<Uuid>,
    (quota, reviews_first): (&ProductQuota, bool),
    draft: &ProductDraft,
    photos: &[Photo],
) -> Result<Creation> {
    let mut tx = db.begin().await?;
    let listed = store::product::lock_listed(&mut tx, seller_id).await?;
    if let Some(form_id) = form_id
        && let Some(id) = store::product::made_by_form(&mut *tx, seller_id, form_id).await?
    {
        return Ok(Creation::Made(id));
    }
    if let Err(sentence) = quota.check(&listed, OffsetDateTime::now_utc()) {
        return Ok(Creation::OverQuota(sentence));
    }
    let waits = reviews_first && !store::product::has_been_approved(&mut *tx, seller_id).await?;
    let id = store::product::insert(&mut *tx, seller_id, form_id, draft, waits).await?;
    store::photos::set_of_product(&mut tx, id, seller_id, photos).await?;
    webhooks::record_product(&mut tx, Event::PRODUCT_CREATED, id).await?;
    tx.commit().await?;
    Ok(Creation::Made(id))
}

/// Changes a product; nothing, if it isn't this seller's, or isn't the version that the form was opened with. Answers the
/// photos that it has no longer, whose files nobody needs.
pub(super) async fn update(
    db: &PgPool,
    id: i64,
    seller_id: i64,
    version: Option<OffsetDateTime>,
    draft: &ProductDraft,
    photos: &[Photo],
) -> Result<Option<Vec<PhotoKey>>> {
    let mut tx = db.begin().await?;
    if !store::product::update(&mut *tx, id, seller_id, version, draft).await? {
        return Ok(None);
    }
    let removed = store::photos::set_of_product(&mut tx, id, seller_id, photos).await?;
    webhooks::record_product(&mut tx, Event::PRODUCT_UPDATED, id).await?;
    tx.commit().await?;
    Ok(Some(removed))
}

/// Gives a product one more of the photos in the store, at a place where it has none; 0 is the cover.
pub async fn add_photo(
    tx: &mut PgConnection,
    product_id: i64,
    position: i32,
    photo: &Photo,
) -> sqlx::Result<()> {
    store::photos::insert(&mut *tx, product_id, position, photo).await?;
    stored_photos::set_named(tx, std::slice::from_ref(&photo.key)).await
}

/// Takes one picture from a product, in the caller's transaction: from its commit on it answers 404, and the sweep
/// removes its files. Answers the product's title; nothing, if it has no such picture.
pub async fn take_down_photo(tx: &mut PgConnection, product_id: i64, key: &str) -> Result<Option<String>> {
    let Some((_, title)) = store::product::lock_state(tx, product_id, None).await? else {
        return Ok(None);
    };
    let mut photos = store::photos::of_product(&mut *tx, product_id).await?;
    let had = photos.len();
    photos.retain(|photo| photo.key.as_str() != key);
    if photos.len() == had {
        return Ok(None);
    }
    store::photos::keep_of_product(tx, product_id, &photos).await?;
    Ok(Some(title))
}

/// The products with a photo whose files aren't there, once for each such photo.
pub async fn missing_photos(db: impl PgExecutor<'_>, inventory: &Inventory) -> sqlx::Result<Vec<i64>> {
    let photos = store::photos::all(db).await?;
    Ok(photos.filter(|(_, key)| !inventory.has("", key)).map(|(product_id, _)| product_id).collect())
}

/// Makes a move in the caller's transaction, if it is allowed. Answers the title; nothing, if there is no such
/// product (of this seller's) or it isn't in a state for it.
pub async fn change_state(
    tx: &mut PgConnection,
    product_id: i64,
    seller_id: Option<i64>,
    change: StateMove,
    account_id: i64,
) -> Result<Option<String>> {
    let Some((state, title)) = store::product::lock_state(tx, product_id, seller_id).await? else {
        return Ok(None);
    };
    if !state.allows(change) {
        return Ok(None);
    }
    if let Some(moved) = store::product::change_state(tx, product_id, change, account_id).await? {
        ProductMoved::new(product_id, moved).enqueue(tx).await?;
        webhooks::record_product(tx, Event::PRODUCT_STATE_CHANGED, product_id).await?;
    }
    Ok(Some(title))
}

/// Products that wait for an admin, the longest first.
pub async fn waiting_products(db: impl PgExecutor<'_>, limit: i64) -> sqlx::Result<Vec<i64>> {
    store::product::waiting(db, limit).await
}

/// A first product that stays hidden, with the reason for its seller, in the caller's transaction. Answers the title;
/// nothing, if it doesn't wait. To approve one is [`StateMove::Show`].
pub async fn refuse_product(
    db: impl PgExecutor<'_>,
    product_id: i64,
    reason: &str,
) -> sqlx::Result<Option<String>> {
    store::product::refuse(db, product_id, reason).await
}

/// Takes everything that a seller offers out of sight while they are suspended, and puts it back. `account_id`:
/// of whoever does it.
pub async fn set_seller_paused(
    db: impl PgExecutor<'_>,
    seller_id: i64,
    paused: bool,
    account_id: i64,
) -> Result<()> {
    Ok(store::product::set_paused(db, seller_id, paused, account_id).await?)
}

/// Takes down all that a seller has, for ever: they leave.
pub async fn delete_all_of(db: impl PgExecutor<'_>, seller_id: i64, account_id: i64) -> Result<()> {
    Ok(store::product::delete_all_of(db, seller_id, account_id).await?)
}

/// Everything somebody offers or offered, as JSON, with the keys of its photos.
pub async fn export_of(db: impl PgExecutor<'_>, account_id: i64) -> Result<Vec<serde_json::Value>> {
    Ok(store::product::export_of(db, account_id).await?)
}
