//! `haggle seed`: a demo marketplace to look around in.
//!
//! [`insert`] inserts the people, products and conversations of `demo/` in one transaction, and a
//! to-do list of pictures (the table `demo_pictures`). [`compose_pictures`] works that list off in
//! the background while the marketplace is already being served: a row goes away in the
//! transaction that adds its photo, so a start that was cut short is finished by the next.
//!
//! ```text
//! demo/*.json ─ Fixtures ─→ dialogue_rows ─→ insert ─→ rows, demo_pictures
//!                                               ↓
//! demo/photos ──────→ compose ─→ pictures ─→ products::photos ─→ photos
//! ```
//!
//! This is the one place that writes rows of every feature itself: its conversations lie in the
//! past, which `chat`'s own way of writing rightly doesn't allow. The counts that the journal keeps
//! are made by [`dialogue_rows`]. It is only ever done to a marketplace in which there is nobody yet.

mod dialogue_rows;
pub mod fixtures;
mod insert;
mod photo_queue;
mod product_photo;

use sqlx::PgPool;

use self::fixtures::Fixtures;
pub use self::photo_queue::compose_pictures;
use crate::{
    accounts::{self, Password},
    products::photos::PhotoRejected,
    web,
};

/// Everybody in the demo marketplace signs in with this.
pub const PASSWORD: &str = "haggle-demo";

/// What there is after [`insert`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedSummary {
    pub people: usize,
    pub products: usize,
    pub rooms: usize,
    pub entries: usize,
    /// How many pictures wait for [`compose_pictures`].
    pub pending_photos: usize,
}

/// The email addresses to sign in with, all with [`PASSWORD`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIns {
    pub buyer: String,
    pub seller: String,
    pub admin: String,
}

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
    fn unknown(what: &'static str, name: &str) -> Self {
        Self::Unknown { what, name: name.to_owned() }
    }
}

impl From<web::Error> for SeedError {
    fn from(error: web::Error) -> Self {
        Self::Password(error.to_string())
    }
}

/// Fills an empty marketplace, but for the pictures. PhotoRejected when anybody has an account.
pub async fn insert(db: &PgPool) -> Result<SeedSummary, SeedError> {
    let fixtures = Fixtures::load()?;
    let password = Password::parse(PASSWORD).map_err(SeedError::Password)?;
    // One hash for all, or this alone would take seconds.
    let hash = accounts::hash(&password).await?;
    insert::insert(db, &fixtures, &hash).await
}

/// Who to sign in as, in the demo marketplace.
pub fn sign_ins() -> Result<SignIns, SeedError> {
    let mut people = Fixtures::load()?.people;
    let (Some(buyer), Some(seller)) = (people.buyers.first_mut(), people.sellers.first_mut()) else {
        return Err(SeedError::unknown("person", "buyer and seller"));
    };
    Ok(SignIns {
        buyer: std::mem::take(&mut buyer.email),
        seller: std::mem::take(&mut seller.email),
        admin: people.admin.email,
    })
}
