//! A sent product form, read as it arrives: one photo at a time is in memory, and each is stored
//! as a draft at once, so that a form that is refused for another field keeps it.

use anyhow::Context;
use axum::extract::Request;
use sqlx::PgPool;

use super::{
    Photo, Uploads,
    form::{MAX_PHOTOS, ProductForm, refused_photo},
    limits::PhotoLimits,
    photos::{self, MAX_BYTES, PhotoKey, PhotoRejected},
    store,
    stored_photos::{self, SaveError},
};
use crate::products::sentences;
use crate::web::{
    FieldErrors, Result,
    multipart::{self, MAX_TEXT, SpooledFile},
};

/// All of a form: the photos at their largest, and some text.
pub const MAX_FORM: usize = MAX_PHOTOS * MAX_BYTES + MAX_TEXT;
/// More than the form has, with the order of all photos.
const MAX_FIELDS: usize = 100;

const TOO_MANY: &str = sentences::THAT_WERE_VERY_MANY_PHOTOS_SEND_THE_REST;

/// What came.
#[derive(Debug, Default)]
pub struct ReceivedForm {
    pub form: ProductForm,
    /// Stored as drafts.
    pub photos: Vec<Photo>,
    /// Of the photos.
    pub errors: FieldErrors,
    /// One couldn't be stored: nobody waits for the others to fail as well.
    takes_no_more: bool,
}

impl ReceivedForm {
    /// A form that came without files.
    pub fn of(form: ProductForm) -> Self {
        ReceivedForm { form, ..ReceivedForm::default() }
    }
}

/// Where photos go.
#[derive(Clone, Copy)]
pub struct FormReceiver<'a> {
    pub db: &'a PgPool,
    pub uploads: &'a Uploads,
    pub limits: &'a PhotoLimits,
    /// None for a visitor, whose session has ended: photos are stored, and become drafts after the sign-in.
    pub seller_id: Option<i64>,
    /// The account, or a number below zero that stands for a visitor's network.
    pub account_id: i64,
}

impl FormReceiver<'_> {
    /// Reads the form, sent with files or without.
    pub async fn receive(&self, request: Request) -> Result<ReceivedForm> {
        let mut sent = ReceivedForm::default();
        let mut parts = match multipart::FormBody::read(request).await? {
            multipart::FormBody::Parts(parts) => parts,
            multipart::FormBody::Fields(fields) => {
                for (field, value) in fields.into_iter().take(MAX_FIELDS) {
                    sent.form.set(&field, value);
                }
                return Ok(sent);
            }
        };
        self.sweep().await?;
        let mut texts = 0;
        while let Some(mut field) = parts.next_field().await.map_err(multipart::multipart_error)? {
            let name = field.name().unwrap_or_default().to_owned();
            match field.file_name().map(str::to_owned) {
                Some(file_name) if matches!(&*name, "photos" | "photo") => {
                    let Ok(receiving) = self.limits.acquire_receiving(self.account_id).await else {
                        multipart::drain(&mut field).await?;
                        sent.errors.add("photos", TOO_MANY);
                        continue;
                    };
                    let file = self.uploads.spool_file().context("receiving a photo")?;
                    let spooled = multipart::spool(&mut field, MAX_BYTES, file).await?;
                    drop(receiving);
                    match (spooled, self.limits.acquire(self.account_id).await) {
                        (None, _) => {
                            sent.errors.add("photos", refused_photo(&file_name, PhotoRejected::TooManyBytes));
                        }
                        (Some(_), Err(_)) => sent.errors.add("photos", TOO_MANY),
                        (Some(spooled), Ok(_waiting)) => {
                            self.add_photo(&mut sent, &file_name, spooled).await?;
                        }
                    }
                }
                _ => {
                    texts += 1;
                    if texts > MAX_FIELDS {
                        return Err(multipart::bad_form());
                    }
                    sent.form.set(&name, multipart::text(&mut field).await?);
                }
            }
        }
        Ok(sent)
    }

    /// Reads a body that is nothing but a picture.
    pub async fn receive_raw(&self, request: Request) -> Result<ReceivedForm> {
        let mut sent = ReceivedForm::default();
        self.sweep().await?;
        let Ok(receiving) = self.limits.acquire_receiving(self.account_id).await else {
            sent.errors.add("photos", TOO_MANY);
            return Ok(sent);
        };
        let file = self.uploads.spool_file().context("a spool file")?;
        let spooled = multipart::spool_body(request.into_body(), MAX_BYTES, file).await?;
        drop(receiving);
        match (spooled, self.limits.acquire(self.account_id).await) {
            (None, _) => sent.errors.add("photos", refused_photo("", PhotoRejected::TooManyBytes)),
            (Some(_), Err(_)) => sent.errors.add("photos", TOO_MANY),
            (Some(file), Ok(_permit)) => self.add_photo(&mut sent, "", file).await?,
        }
        Ok(sent)
    }

    async fn add_photo(&self, sent: &mut ReceivedForm, file_name: &str, file: SpooledFile) -> Result<()> {
        // A file field that nothing was chosen in is sent as well.
        if file.is_empty() && file_name.is_empty() {
            return Ok(());
        }
        if sent.photos.len() == MAX_PHOTOS {
            sent.errors.add("photos", sentences::a_product_has_up_to_photos(MAX_PHOTOS));
            return Ok(());
        }
        if sent.takes_no_more {
            return Ok(());
        }
        if !self.limits.allow(self.account_id) {
            sent.errors.add("photos", TOO_MANY);
            return Ok(());
        }
        match photos::process_file(file).await? {
            Ok(processed) => {
                let account_id = self.seller_id.map(|_| self.account_id);
                let quota = Some(&self.limits.quota);
                let key =
                    match stored_photos::save(self.db, self.uploads, account_id, quota, &processed).await {
                        Ok(key) => key,
                        Err(SaveError::Database(error)) => return Err(error.into()),
                        Err(SaveError::OverQuota(reached)) => {
                            sent.errors.add("photos", reached.to_string());
                            sent.takes_no_more = true;
                            return Ok(());
                        }
                        Err(error) => {
                            tracing::error!(%error, "a photo could not be stored");
                            sent.takes_no_more = true;
                            sent.errors.add("photos", sentences::PHOTOS_CANT_BE_STORED_JUST_NOW);
                            return Ok(());
                        }
                    };
                let photo = Photo { key, width: processed.width, height: processed.height };
                if let Some(seller_id) = self.seller_id {
                    store::photos::insert_draft(self.db, seller_id, &photo).await?;
                }
                sent.photos.push(photo);
            }
            Err(refused) => sent.errors.add("photos", refused_photo(file_name, refused)),
        }
        Ok(())
    }

    /// Those of the photos that the form says it keeps which really are drafts of this seller's.
    pub async fn kept_drafts(&self, form: &ProductForm) -> Result<Vec<Photo>> {
        let keys: Vec<String> =
            form.kept.iter().filter(|key| key.parse::<PhotoKey>().is_ok()).cloned().collect();
        match self.seller_id {
            Some(seller_id) => Ok(store::photos::drafts(self.db, seller_id, &keys).await?),
            None => Ok(Vec::new()),
        }
    }

    async fn sweep(&self) -> Result<()> {
        let Some(seller_id) = self.seller_id else { return Ok(()) };
        let swept = store::photos::sweep_drafts(self.db, Some(seller_id)).await?;
        self.remove_files(&swept).await;
        Ok(())
    }

    /// Removes the files of photos that are doomed.
    pub async fn remove_files(&self, keys: &[PhotoKey]) {
        if let Err(error) = stored_photos::remove_files(self.db, self.uploads, keys).await {
            tracing::warn!(%error, "photos could not be removed; they are swept later");
        }
    }
}
