//! Why the demo can't be made.

use crate::{products::photos::PhotoRejected, web};

#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    #[error("this marketplace isn't empty: there are accounts in it. A demo is only made in an empty one")]
    NotEmpty,
    #[error("the demo names a {what} that doesn't exist: {name}")]
    Unknown { what: &'static str, name: String },
    #[error("the demo's files can't be read")]
    Fixtures(#[from] serde_json::Error),
    #[error("the demo's password can't be hashed: {0}")]
    Password(String),
    #[error("the picture {name} can't be composed")]
    Compose { name: String, source: image::ImageError },
    #[error("the picture {name} was refused")]
    PhotoRejected { name: String, source: PhotoRejected },
    #[error("a picture can't be stored")]
    Store(#[from] anyhow::Error),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl SeedError {
    pub(super) fn unknown(what: &'static str, name: &str) -> Self {
        Self::Unknown { what, name: name.to_owned() }
    }
}

impl From<web::Error> for SeedError {
    fn from(error: web::Error) -> Self {
        Self::Password(error.to_string())
    }
}
