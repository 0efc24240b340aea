//! A product form that waits in the visitor's session, photos too, until its page is opened: one that was sent after its
//! session had ended (over the sign-in, case 6), or one that was made of what somebody shared from another program. It is
//! given out once, to the account that it is of.

use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use tower_sessions::Session;

use super::{Photo, form::ProductForm, receive::ReceivedForm, store};
use crate::products::sentences;
use crate::web::{FieldErrors, Result};

const SESSION_KEY: &str = "product_form";

#[derive(Serialize, Deserialize)]
struct KeptForm {
    path: String,
    form: ProductForm,
    /// Key, width, height. No row names them until somebody has signed in; what nobody comes back for goes after a day.
    photos: Vec<(String, i32, i32)>,
    /// Whether it was shared, and what is wrong with its photos.
    #[serde(default)]
    shared: Option<String>,
}

pub(super) async fn keep(session: &Session, path: &str, sent: ReceivedForm) -> Result<()> {
    let side = |pixels: u32| i32::try_from(pixels).unwrap_or(i32::MAX);
    let photos = sent.photos.iter().map(|it| (it.key.to_string(), side(it.width), side(it.height))).collect();
    let kept = KeptForm { path: path.to_owned(), form: sent.form.bounded(), photos, shared: None };
    Ok(session.insert(SESSION_KEY, kept).await?)
}

/// A form whose photos are drafts of its seller's already.
pub(super) async fn keep_shared(session: &Session, path: &str, mut sent: ReceivedForm) -> Result<()> {
    sent.form.kept = sent.photos.iter().map(|photo| photo.key.to_string()).collect();
    let wrong = sent.errors.get("photos").to_owned();
    let (path, form) = (path.to_owned(), sent.form.bounded());
    let kept = KeptForm { path, form, photos: Vec::new(), shared: Some(wrong) };
    Ok(session.insert(SESSION_KEY, kept).await?)
}

/// The form that was kept for this page, its photos now drafts of this seller's, and what is said of it.
pub(super) async fn take(
    session: &Session,
    db: &PgPool,
    path: &str,
    account_id: i64,
    seller_id: i64,
) -> Result<Option<(ProductForm, Vec<Photo>, FieldErrors)>> {
    let Ok(Some(kept)) = session.get::<KeptForm>(SESSION_KEY).await else { return Ok(None) };
    if kept.path != path {
        return Ok(None);
    }
    session.remove_value(SESSION_KEY).await?;
    if !kept.form.is_of(account_id) {
        return Ok(None);
    }
    let mut photos = store::photos::drafts(db, seller_id, &kept.form.kept).await?;
    photos.sort_by_key(|photo| kept.form.kept.iter().position(|key| key == photo.key.as_str()));
    for (key, width, height) in &kept.photos {
        let photo = Photo::from_row(key, *width, *height)?;
        if store::photos::insert_draft(db, seller_id, &photo).await? {
            photos.push(photo);
        }
    }
    let mut errors = FieldErrors::default();
    match kept.shared {
        None => errors.add("", sentences::HERE_IS_WHAT_YOU_WROTE_BEFORE_YOU_WERE_SIGNED),
        Some(wrong) if !wrong.is_empty() => errors.add("photos", wrong),
        Some(_) => {}
    }
    Ok(Some((kept.form, photos, errors)))
}
