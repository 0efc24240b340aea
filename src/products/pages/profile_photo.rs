//! `/account/photo`: what one looks like to the people one writes with. Pictures are this feature's; the account
//! keeps the key.

use axum::{
    extract::{Request, State},
    response::Redirect,
};
use sqlx::PgPool;
use tower_sessions::Session;

use crate::products::sentences;
use crate::{
    accounts::{self, AccessEvents, CurrentUser},
    products::{
        PhotoLimits,
        photos::{PhotoKey, Uploads},
        single_photo::{receive_photo, replace_named},
    },
    web::{Error, Result, flash},
};

const BACK: &str = "/account#photo";

/// `POST /account/photo`
pub async fn set(
    (State(db), State(uploads), State(limits)): (State<PgPool>, State<Uploads>, State<PhotoLimits>),
    State(events): State<AccessEvents>,
    session: Session,
    user: CurrentUser,
    request: Request,
) -> Result<Redirect> {
    if !limits.allow(user.account_id) {
        return Err(Error::TooMany(sentences::THAT_WERE_VERY_MANY_PHOTOS));
    }
    match receive_photo(&db, &uploads, user.account_id, Some(&limits.quota), "photo", request).await? {
        Ok(key) => {
            replace(&db, &events, user.account_id, Some(key)).await?;
            flash::success(&session, sentences::YOUR_PHOTO_IS_CHANGED).await?;
        }
        Err(sentence) => flash::error(&session, sentence).await?,
    }
    Ok(Redirect::to(BACK))
}

/// `POST /account/photo/remove`
pub async fn remove(
    State(db): State<PgPool>,
    State(events): State<AccessEvents>,
    session: Session,
    user: CurrentUser,
) -> Result<Redirect> {
    replace(&db, &events, user.account_id, None).await?;
    flash::success(&session, sentences::YOUR_PHOTO_IS_REMOVED).await?;
    Ok(Redirect::to(BACK))
}

async fn replace(db: &PgPool, events: &AccessEvents, account_id: i64, key: Option<PhotoKey>) -> Result<()> {
    let mut tx = db.begin().await?;
    let (before, changed) =
        accounts::set_photo(&mut tx, account_id, key.as_ref().map(PhotoKey::as_str)).await?;
    replace_named(&mut tx, before.as_deref(), key.as_ref()).await?;
    tx.commit().await?;
    events.publish(changed);
    Ok(())
}
