//! A sent message form, with a picture or without.

use axum::{body::Bytes, extract::Request};

use crate::{
    chat::domain::outcome::SendError,
    products::{
        PhotoLimits,
        photos::{self, MAX_BYTES},
    },
    web::{
        Result,
        concurrency_limit::Permit,
        multipart::{self, FormBody, MAX_TEXT},
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
    pub photo: Option<Result<Bytes, SendError>>,
    /// For the file in memory, until its message is stored.
    pub permit: Option<Permit>,
}

impl SendForm {
    /// `sender`: whose limit a picture counts for. Nobody's isn't kept.
    pub async fn read(request: Request, sender: Option<(&PhotoLimits, i64)>) -> Result<Self> {
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
                    if let Some((limits, account_id)) = sender {
                        form.permit = limits.acquire(account_id).await.ok();
                    }
                    form.photo = Some(if form.permit.is_some() {
                        let file = multipart::bytes(&mut field, MAX_BYTES).await?;
                        file.ok_or(SendError::Photo(photos::PhotoRejected::TooManyBytes))
                    } else {
                        multipart::drain(&mut field).await?;
                        Err(SendError::TooManyPhotos)
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
