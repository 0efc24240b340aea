//! Whom to sign in as, in the demo marketplace.

use super::{error::SeedError, fixtures::Fixtures};

/// Everybody in the demo marketplace signs in with this.
pub const PASSWORD: &str = "haggle-demo";

/// The email addresses to sign in with, all with [`PASSWORD`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIns {
    pub buyer: String,
    pub seller: String,
    pub admin: String,
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
