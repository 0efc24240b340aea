//! A product form that was sent, by a page or by a program: understood as far as it can be, and carried out if all of it
//! is.

use axum::extract::Request;
use sqlx::PgPool;

use super::{
    Currencies, Photo, Product, ProductChanged, ProductState, StateMove, categories,
    form::{MAX_PHOTOS, ProductDraft, ProductForm},
    listing::{self, Creation},
    receive::{FormReceiver, ReceivedForm},
    sentences,
    state::State,
    store,
};
use crate::{
    accounts::Seller,
    web::{Error, FieldErrors, Marketplace, Result},
};

/// A form that was refused, as it came, with what is wrong with it.
pub struct RefusedForm {
    pub form: ProductForm,
    pub photos: Vec<Photo>,
    pub errors: FieldErrors,
    /// The product was changed since the form was opened: as it is now.
    pub now: Option<Box<Product>>,
}

struct ParsedForm {
    form: ProductForm,
    photos: Vec<Photo>,
    errors: FieldErrors,
    /// Nothing, if anything was refused.
    draft: Option<ProductDraft>,
}

impl ParsedForm {
    fn refused(self) -> RefusedForm {
        RefusedForm { form: self.form, photos: self.photos, errors: self.errors, now: None }
    }
}

/// Lists a product; its number. Idempotent by the form's id.
pub async fn create(
    state: &State,
    marketplace: &Marketplace,
    seller: &Seller,
    mut sent: ReceivedForm,
) -> Result<Result<i64, RefusedForm>> {
    sent.errors.check("currency", Currencies::of(marketplace).check(&sent.form.currency));
    if seller.user.must_confirm_email {
        sent.errors.add("", sentences::PLEASE_CONFIRM_YOUR_ADDRESS_FIRST);
    }
    let mut parsed = parse(state, seller, sent, Vec::new()).await?;
    let Some(draft) = &parsed.draft else { return Ok(Err(parsed.refused())) };
    let form_id = parsed.form.form_id.parse().ok();
    let rules = (&state.quota, marketplace.reviews_first);
    match listing::create(&state.db, seller.id, form_id, rules, draft, &parsed.photos).await? {
        Creation::Made(id) => Ok(Ok(id)),
        Creation::OverQuota(sentence) => {
            parsed.errors.add("", sentence);
            Ok(Err(parsed.refused()))
        }
    }
}

/// Changes a seller's own product, if it is still the one that the form was opened with (optimistic concurrency).
pub async fn update(
    state: &State,
    seller: &Seller,
    product: &Product,
    sent: ReceivedForm,
) -> Result<Result<(), RefusedForm>> {
    let db = &state.db;
    let mut parsed = parse(state, seller, sent, store::photos::of_product(db, product.id).await?).await?;
    let Some(draft) = &parsed.draft else { return Ok(Err(parsed.refused())) };
    let is_current = parsed.form.version.is_empty() || parsed.form.version == product.version();
    let version = Some(product.updated_at).filter(|_| !parsed.form.version.is_empty());
    let removed = match is_current {
        true => listing::update(db, product.id, seller.id, version, draft, &parsed.photos).await?,
        false => None,
    };
    let Some(removed) = removed else {
        // Saved in another tab meanwhile: both versions are at hand, and the next save is meant.
        let now = own(db, seller, product.id).await?;
        parsed.errors.add("", sentences::this_product_was_changed_meanwhile(&now.title, now.price));
        parsed.form.version = now.version();
        return Ok(Err(RefusedForm { now: Some(Box::new(now)), ..parsed.refused() }));
    };
    receiver(state, Some(seller), seller.user.account_id).remove_files(&removed).await;
    Ok(Ok(()))
}

/// Stores a picture as a draft of the seller's, for a form that is sent later; `is_raw`: the body is nothing else.
pub async fn upload(
    state: &State,
    seller: &Seller,
    is_raw: bool,
    request: Request,
) -> Result<Result<Photo, FieldErrors>> {
    let receiver = receiver(state, Some(seller), seller.user.account_id);
    let ReceivedForm { mut photos, errors, .. } = match is_raw {
        true => receiver.receive_raw(request).await?,
        false => receiver.receive(request).await?,
    };
    match (photos.len(), errors.is_empty()) {
        (1, true) => Ok(Ok(photos.remove(0))),
        _ => {
            let mut errors = errors;
            errors.add("photos", sentences::SEND_ONE_PICTURE);
            Ok(Err(errors))
        }
    }
}

/// Whether each photo that the form keeps is the product's, or a draft of the seller's.
pub async fn has_unknown_photos(
    state: &State,
    seller: &Seller,
    product: Option<&Product>,
    form: &ProductForm,
) -> Result<bool> {
    let mut known = receiver(state, Some(seller), seller.user.account_id).kept_drafts(form).await?;
    if let Some(product) = product {
        known.extend(store::photos::of_product(&state.db, product.id).await?);
    }
    Ok(!form.kept.iter().all(|key| known.iter().any(|photo| photo.key.as_str() == key)))
}

/// Makes a seller's move, and tells whoever is talking about the product.
pub async fn change(state: &State, seller: &Seller, id: i64, change: StateMove) -> Result<()> {
    let mut tx = state.db.begin().await?;
    let account_id = seller.user.account_id;
    let changed = listing::change_state(&mut tx, id, Some(seller.id), change, account_id).await?;
    changed.ok_or(Error::NotFound)?;
    tx.commit().await?;
    state.events.publish(ProductChanged { product_id: id });
    Ok(())
}

/// The product, which is this seller's and not deleted.
pub async fn own(db: &PgPool, seller: &Seller, id: i64) -> Result<Product> {
    let product = store::product::find(db, id).await?;
    product
        .filter(|product| product.seller_id == seller.id && product.state != ProductState::Deleted)
        .ok_or(Error::NotFound)
}

/// The same with its photos.
pub async fn own_with_photos(db: &PgPool, seller: &Seller, id: i64) -> Result<(Product, Vec<Photo>)> {
    let product = own(db, seller, id).await?;
    Ok((product, store::photos::of_product(db, id).await?))
}

pub(super) fn receiver<'a>(state: &'a State, seller: Option<&Seller>, account_id: i64) -> FormReceiver<'a> {
    let seller_id = seller.map(|seller| seller.id);
    FormReceiver {
        db: &state.db,
        uploads: &state.uploads,
        limits: &state.photo_limits,
        seller_id,
        account_id,
    }
}

async fn parse(
    state: &State,
    seller: &Seller,
    sent: ReceivedForm,
    mut photos: Vec<Photo>,
) -> Result<ParsedForm> {
    let desk = receiver(state, Some(seller), seller.user.account_id);
    let ReceivedForm { mut form, photos: new, mut errors, .. } = sent;
    if !form.is_of(seller.user.account_id) {
        // Somebody else has signed in in this browser since the form was opened (case 29).
        errors.add("", sentences::you_are_signed_in_as_now(&seller.user.name));
        form.account = seller.user.account_id.to_string();
    }
    photos.extend(desk.kept_drafts(&form).await?);
    let photos = form.arrange(photos, new);
    if photos.len() > MAX_PHOTOS {
        errors.add("photos", sentences::these_are_too_many_photos(MAX_PHOTOS, photos.len()));
    }
    let draft = form.check(&categories(desk.db).await?, &mut errors).filter(|_| errors.is_empty());
    Ok(ParsedForm { form, photos, errors, draft })
}
