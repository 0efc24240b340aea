//! `haggle seed`: a demo marketplace to look around in.
//!
//! [`plant`] inserts the people, products and conversations of `demo/` in one transaction, and a
//! to-do list of pictures (the table `demo_pictures`). [`compose_pictures`] works that list off in
//! the background while the marketplace is already being served: a row goes away in the
//! transaction that adds its photo, so a start that was cut short is finished by the next.
//!
//! ```text
//! demo/*.json ─ Cast ─→ ledger ─→ plant ─→ rows, demo_pictures
//!                                               ↓
//! demo/photos ──────→ compose ─→ pictures ─→ products::photos ─→ photos
//! ```
//!
//! This is the one place that writes rows of every feature itself: its conversations lie in the
//! past, which `chat`'s own way of writing rightly doesn't allow. The counts that the journal keeps
//! are made by [`ledger`]. It is only ever done to a marketplace in which there is nobody yet.

pub mod cast;
mod compose;
mod ledger;
mod pictures;
mod plant;

use sqlx::PgPool;

use self::cast::Cast;
pub use self::pictures::compose_pictures;
use crate::{
    accounts::{self, Password},
    products::photos::Refused,
    web,
};

/// Everybody in the demo marketplace signs in with this.
pub const PASSWORD: &str = "haggle-demo";

/// What there is after [`plant`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planted {
    pub people: usize,
    pub products: usize,
    pub rooms: usize,
    pub entries: usize,
    /// How many pictures wait for [`compose_pictures`].
    pub pictures: usize,
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
    Cast(#[from] serde_json::Error),
    #[error("the demo's password can't be hashed: {0}")]
    Password(String),
    #[error("the picture {name} can't be composed")]
    Compose { name: String, source: image::ImageError },
    #[error("the picture {name} was refused")]
    Refused { name: String, source: Refused },
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

/// Fills an empty marketplace, but for the pictures. Refused when anybody has an account.
pub async fn plant(db: &PgPool) -> Result<Planted, SeedError> {
    let cast = Cast::load()?;
    let password = Password::parse(PASSWORD).map_err(SeedError::Password)?;
    // One hash for all, or this alone would take seconds.
    let hash = accounts::hash(&password).await?;
    plant::plant(db, &cast, &hash).await
}

/// Who to sign in as, in the demo marketplace.
pub fn sign_ins() -> Result<SignIns, SeedError> {
    let mut people = Cast::load()?.people;
    let (Some(buyer), Some(seller)) = (people.buyers.first_mut(), people.sellers.first_mut()) else {
        return Err(SeedError::unknown("person", "buyer and seller"));
    };
    Ok(SignIns {
        buyer: std::mem::take(&mut buyer.email),
        seller: std::mem::take(&mut seller.email),
        admin: people.admin.email,
    })
}
