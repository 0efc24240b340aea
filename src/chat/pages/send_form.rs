//! A sent message form, with a picture or without.

use axum::extract::{Request, multipart::Field};

use crate::{
    chat::domain::outcome::SendError,
    products::{
        PhotoLimits,
        photos::{self, MAX_BYTES, Uploads},
    },
    web::{
        Error, Result,
        concurrency_limit::Permit,
        multipart::{self, FormBody, MAX_TEXT, SpooledFile},
    },
};

/// All of a form. More than a picture may have, so that one that is too large is told so in a sentence.
pub const MAX_FORM_BYTES: usize = 4 * MAX_BYTES + MAX_TEXT;
const MAX_FIELDS: usize = 20;

#[derive(Default)]
pub struct SendForm {
    pub body: String,
    pub client_id: String,
    pub product_id: String,
    /// A picture's file, or why it isn't taken.
    pub photo: Option<Result<SpooledFile, SendError>>,
    /// Whether there was one, when it has been taken from here.
    pub had_photo: bool,
    /// For the file, until its message is stored.
    pub permit: Option<Permit>,
}

/// Whose picture it is.
pub struct PhotoSender<'a> {
    pub limits: &'a PhotoLimits,
    pub uploads: &'a Uploads,
    pub account_id: i64,
}

impl PhotoSender<'_> {
    /// By way of the disk: it takes memory when all of it is here and its turn has come.
    async fn receive(&self, field: &mut Field<'_>) -> Result<Result<(SpooledFile, Permit), SendError>> {
        let Ok(receiving) = self.limits.acquire_receiving(self.account_id).await else {
            multipart::drain(field).await?;
            return Ok(Err(SendError::TooManyPhotos));
        };
        let file = self.uploads.spool_file().map_err(|error| Error::Internal(error.into()))?;
        let spooled = multipart::spool(field, MAX_BYTES, file).await?;
        drop(receiving);
        let Some(spooled) = spooled else {
            return Ok(Err(SendError::Photo(photos::PhotoRejected::TooManyBytes)));
        };
        match self.limits.acquire(self.account_id).await {
            Ok(permit) => Ok(Ok((spooled, permit))),
            Err(_) => Ok(Err(SendError::TooManyPhotos)),
        }
    }
}

impl SendForm {
    /// `sender`: whose limit a picture counts for. Nobody's isn't kept.
    pub async fn read(request: Request, sender: Option<PhotoSender<'_>>) -> Result<Self> {
        let mut form = SendForm::default();
        match FormBody::read(request).await? {
            FormBody::Fields(fields) => {
                for (name, value) in fields.into_iter().take(MAX_FIELDS) {
                    form.set(&name, value);
                }
            }
            FormBody::Parts(mut parts) => {
                for _ in 0..MAX_FIELDS {
                    let Some(mut field) = parts.next_field().await.map_err(multipart::multipart_error)?
                    else {
                        break;
                    };
                    let name = field.name().unwrap_or_default().to_owned();
                    if field.file_name().is_none() {
                        form.set(&name, multipart::text(&mut field).await?);
                        continue;
                    }
                    // A file field that nothing was chosen in is sent as well.
                    if name != "photo" || field.file_name() == Some("") {
                        multipart::drain(&mut field).await?;
                        continue;
                    }
                    form.had_photo = true;
                    let Some(sender) = &sender else {
                        multipart::drain(&mut field).await?;
                        form.photo = Some(Err(SendError::TooManyPhotos));
                        continue;
                    };
                    form.photo = Some(match sender.receive(&mut field).await? {
                        Ok((file, permit)) => {
                            form.permit = Some(permit);
                            Ok(file)
                        }
                        Err(refused) => Err(refused),
                    });
                }
            }
        }
        Ok(form)
    }

    fn set(&mut self, name: &str, value: String) {
        match name {
            "body" => self.body = value,
            "client_id" => self.client_id = value,
            "product_id" => self.product_id = value,
            _ => {}
        }
    }
}
