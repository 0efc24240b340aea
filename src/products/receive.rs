//! A sent product form, read as it arrives: one photo at a time is in memory, and each is stored
//! as a draft at once, so that a form that is refused for another field keeps it.

use anyhow::Context;
use axum::body::{Body, Bytes};
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{StatusCode, header};
use http_body_util::Limited;
use sqlx::PgPool;

use super::{
    Photo, Uploads,
    form::{MOST_PHOTOS, Typed, refused_photo},
    limits::PhotoLimits,
    photos::{self, MAX_BYTES, PhotoKey, Refused},
    store,
};
use crate::web::{Error, FieldErrors, Form, Result};

/// All of a form: the photos at their largest, and some text.
pub const MAX_FORM: usize = MOST_PHOTOS * MAX_BYTES + MAX_TEXT;
const MAX_TEXT: usize = 64 * 1024;
/// More than the form has, with the order of all photos.
const MAX_FIELDS: usize = 100;

/// What came.
#[derive(Debug, Default)]
pub struct Sent {
    pub typed: Typed,
    /// Stored as drafts.
    pub photos: Vec<Photo>,
    /// Of the photos.
    pub errors: FieldErrors,
}

/// Where photos go.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    pub db: &'a PgPool,
    pub uploads: &'a Uploads,
    pub limits: &'a PhotoLimits,
    pub seller_id: i64,
}

impl Desk<'_> {
    /// Reads the form, sent with files or without.
    pub async fn receive(&self, request: Request) -> Result<Sent> {
        let mut sent = Sent::default();
        if !is_multipart(&request) {
            // Without files it is a form like any other, however much a form with them may hold.
            let request = request.map(|body| Body::new(Limited::new(body, MAX_TEXT)));
            let Form(fields) = Form::<Vec<(String, String)>>::from_request(request, &()).await?;
            for (field, value) in fields.into_iter().take(MAX_FIELDS) {
                sent.typed.set(&field, value);
            }
            return Ok(sent);
        }
        self.sweep().await?;
        let mut texts = 0;
        let mut multipart = Multipart::from_request(request, &()).await.map_err(|_| unreadable())?;
        while let Some(mut field) = multipart.next_field().await.map_err(broken)? {
            let name = field.name().unwrap_or_default().to_owned();
            match field.file_name().map(str::to_owned) {
                Some(file_name) if name == "photos" => {
                    if let Some(bytes) = read(&mut field, MAX_BYTES).await? {
                        self.add_photo(&mut sent, &file_name, bytes).await?;
                    } else {
                        sent.errors.add("photos", refused_photo(&file_name, Refused::TooManyBytes));
                    }
                }
                _ => {
                    texts += 1;
                    if texts > MAX_FIELDS {
                        return Err(unreadable());
                    }
                    let bytes = read(&mut field, MAX_TEXT).await?.ok_or_else(unreadable)?;
                    sent.typed.set(&name, String::from_utf8_lossy(&bytes).into_owned());
                }
            }
        }
        Ok(sent)
    }

    async fn add_photo(&self, sent: &mut Sent, file_name: &str, bytes: Bytes) -> Result<()> {
        // A file field that nothing was chosen in is sent as well.
        if bytes.is_empty() && file_name.is_empty() {
            return Ok(());
        }
        if sent.photos.len() == MOST_PHOTOS {
            sent.errors.add("photos", format!("A product has up to {MOST_PHOTOS} photos."));
            return Ok(());
        }
        if !self.limits.allow(self.seller_id) {
            sent.errors
                .add("photos", "That were very many photos. Please wait some minutes, then send the rest.");
            return Ok(());
        }
        match photos::process(bytes).await {
            Ok(processed) => {
                let key = self.uploads.save(&processed).await.context("storing a photo")?;
                let photo = Photo { key, width: processed.width, height: processed.height };
                store::photos::insert_draft(self.db, self.seller_id, &photo).await?;
                sent.photos.push(photo);
            }
            Err(refused) => sent.errors.add("photos", refused_photo(file_name, refused)),
        }
        Ok(())
    }

    /// Those of the photos that the form says it keeps which really are drafts of this seller's.
    pub async fn kept_drafts(&self, typed: &Typed) -> Result<Vec<Photo>> {
        let keys: Vec<String> =
            typed.kept.iter().filter(|key| key.parse::<PhotoKey>().is_ok()).cloned().collect();
        Ok(store::photos::drafts(self.db, self.seller_id, &keys).await?)
    }

    async fn sweep(&self) -> Result<()> {
        let swept = store::photos::sweep_drafts(self.db, self.seller_id).await?;
        self.remove_files(&swept).await;
        Ok(())
    }

    /// Removes what no row names any more. Files that stay behind do no harm.
    pub async fn remove_files(&self, keys: &[photos::PhotoKey]) {
        for key in keys {
            if let Err(error) = self.uploads.remove(key).await {
                tracing::warn!(photo = %key, %error, "a photo's files could not be removed");
            }
        }
    }
}

fn is_multipart(request: &Request) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("multipart/form-data"))
}

/// The field's bytes; nothing if there are more than `max`. All of it is read either way, because the
/// next field comes after it.
async fn read(field: &mut Field<'_>, max: usize) -> Result<Option<Bytes>> {
    let mut bytes = Vec::new();
    let mut fits = true;
    while let Some(chunk) = field.chunk().await.map_err(broken)? {
        fits = fits && bytes.len() + chunk.len() <= max;
        if fits {
            bytes.extend_from_slice(&chunk);
        } else {
            bytes = Vec::new();
        }
    }
    Ok(fits.then(|| bytes.into()))
}

fn broken(error: MultipartError) -> Error {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Error::TooLarge("These photos are too large together. Please send fewer at once.")
        }
        _ => unreadable(),
    }
}

fn unreadable() -> Error {
    Error::BadRequest("The form couldn't be read. Please send it again.".to_owned())
}
