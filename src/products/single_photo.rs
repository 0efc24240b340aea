//! A form with one picture in it: the marketplace's logo, somebody's profile photo.
//!
//! The picture goes the way of all others: through the same decoder, within the same limits, into the same store. It is
//! pending until whoever called this names it.

use axum::extract::Request;
use sqlx::PgPool;

use super::{
    photos::{self, MAX_BYTES, PhotoKey, PhotoRejected, Uploads},
    quota::PhotoQuota,
    stored_photos::{self, SaveError},
};
use crate::products::sentences;
use crate::web::{
    Error, Result,
    multipart::{self, FormBody, SpooledFile},
};

/// All of the form.
pub const MAX_FORM: usize = MAX_BYTES + 64 * 1024;

/// The key of the stored picture, or a sentence about why there is none. `quota`: none for the marketplace's own.
pub async fn receive_photo(
    db: &PgPool,
    uploads: &Uploads,
    account_id: i64,
    quota: Option<&PhotoQuota>,
    field: &str,
    request: Request,
) -> Result<Result<PhotoKey, String>> {
    let Some(file) = receive_file(uploads, field, request).await? else {
        return Ok(Err(PhotoRejected::TooManyBytes.to_string()));
    };
    if file.is_empty() {
        return Ok(Err(sentences::PLEASE_CHOOSE_A_PICTURE_FIRST.to_owned()));
    }
    let processed = match photos::process_file(file).await? {
        Ok(processed) => processed,
        Err(rejected) => return Ok(Err(rejected.to_string())),
    };
    match stored_photos::save(db, uploads, Some(account_id), quota, &processed).await {
        Ok(key) => Ok(Ok(key)),
        Err(SaveError::Database(error)) => Err(error.into()),
        Err(SaveError::OverQuota(reached)) => Ok(Err(reached.to_string())),
        Err(error) => {
            tracing::error!(%error, field, "a picture could not be stored");
            Ok(Err(sentences::PICTURES_CANT_BE_STORED_JUST_NOW.to_owned()))
        }
    }
}

/// The file of the form; none if it is too large.
async fn receive_file(uploads: &Uploads, name: &str, request: Request) -> Result<Option<SpooledFile>> {
    let FormBody::Parts(mut parts) = FormBody::read(request).await? else {
        return Err(multipart::bad_form());
    };
    while let Some(mut field) = parts.next_field().await.map_err(multipart::multipart_error)? {
        if field.name() == Some(name) && field.file_name().is_some() {
            let file = uploads.spool_file().map_err(|error| Error::Internal(error.into()))?;
            return multipart::spool(&mut field, MAX_BYTES, file).await;
        }
        multipart::drain(&mut field).await?;
    }
    Err(multipart::bad_form())
}

/// In the transaction that names `now` instead of `before`: the files of the one before go with the next sweep.
pub async fn replace_named(
    tx: &mut sqlx::PgConnection,
    before: Option<&str>,
    now: Option<&PhotoKey>,
) -> sqlx::Result<()> {
    if let Some(key) = now {
        stored_photos::set_named(&mut *tx, std::slice::from_ref(key)).await?;
    }
    if let Some(before) = before.and_then(|key| key.parse::<PhotoKey>().ok()) {
        stored_photos::set_doomed(&mut *tx, "", &before).await?;
    }
    Ok(())
}
