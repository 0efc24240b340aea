//! A product form that was sent after its session had ended: kept in the visitor's session over the sign-in, photos too
//! (case 6). It is given out once, to the account that it was opened by.

use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use tower_sessions::Session;

use super::{Photo, form::ProductForm, receive::ReceivedForm, store};
use crate::web::Result;

const SESSION_KEY: &str = "product_form";

#[derive(Serialize, Deserialize)]
struct KeptForm {
    path: String,
    form: ProductForm,
    /// Key, width, height. No row names them until somebody has signed in; what nobody comes back for goes after a day.
    photos: Vec<(String, i32, i32)>,
}

pub(super) async fn keep(session: &Session, path: &str, sent: ReceivedForm) -> Result<()> {
    let side = |pixels: u32| i32::try_from(pixels).unwrap_or(i32::MAX);
    let photos = sent.photos.iter().map(|it| (it.key.to_string(), side(it.width), side(it.height))).collect();
    let kept = KeptForm { path: path.to_owned(), form: sent.form.bounded(), photos };
    Ok(session.insert(SESSION_KEY, kept).await?)
}

/// The form that was kept for this page, its photos now drafts of this seller's.
pub(super) async fn take(
    session: &Session,
    db: &PgPool,
    path: &str,
    account_id: i64,
    seller_id: i64,
) -> Result<Option<(ProductForm, Vec<Photo>)>> {
    let Ok(Some(kept)) = session.get::<KeptForm>(SESSION_KEY).await else { return Ok(None) };
    if kept.path != path {
        return Ok(None);
    }
    session.remove_value(SESSION_KEY).await?;
    if !kept.form.is_of(account_id) {
        return Ok(None);
    }
    let mut photos = Vec::new();
    for (key, width, height) in &kept.photos {
        let photo = Photo::from_row(key, *width, *height)?;
        if store::photos::insert_draft(db, seller_id, &photo).await? {
            photos.push(photo);
        }
    }
    Ok(Some((kept.form, photos)))
}
