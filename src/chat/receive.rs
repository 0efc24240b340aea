//! A sent message form, with a picture or without.

use axum::{body::Bytes, extract::Request};

use crate::{
    products::photos::{self, MAX_BYTES},
    web::{
        Result,
        multipart::{self, MAX_TEXT, Sent},
    },
};

/// All of a form. More than a picture may have, so that one that is too large is told so in a sentence.
pub const MAX_FORM: usize = 4 * MAX_BYTES + MAX_TEXT;
const MAX_FIELDS: usize = 20;

#[derive(Default)]
pub struct SayForm {
    pub body: String,
    pub client_id: String,
    pub product_id: String,
    /// A picture's file, or why it can't be one.
    pub photo: Option<Result<Bytes, photos::Refused>>,
}

impl SayForm {
    pub async fn receive(request: Request) -> Result<Self> {
        let mut form = SayForm::default();
        match Sent::read(request).await? {
            Sent::Fields(fields) => {
                for (name, value) in fields.into_iter().take(MAX_FIELDS) {
                    form.set(&name, value);
                }
            }
            Sent::Parts(mut parts) => {
                for _ in 0..MAX_FIELDS {
                    let Some(mut field) = parts.next_field().await.map_err(multipart::broken)? else { break };
                    let name = field.name().unwrap_or_default().to_owned();
                    if field.file_name().is_none() {
                        form.set(&name, multipart::text(&mut field).await?);
                        continue;
                    }
                    let unnamed = field.file_name() == Some("");
                    let file = multipart::bytes(&mut field, MAX_BYTES).await?;
                    // A file field that nothing was chosen in is sent as well.
                    if name == "photo" && !(unnamed && file.as_ref().is_some_and(Bytes::is_empty)) {
                        form.photo = Some(file.ok_or(photos::Refused::TooManyBytes));
                    }
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
