use std::sync::Arc;

use time::OffsetDateTime;

use super::{Condition, lifecycle::ProductState, photos::Photo, price::Price, slug};
use crate::accounts::CurrentUser;

/// A product in a list.
#[derive(Clone, Debug)]
pub struct Card {
    pub id: i64,
    pub seller_id: i64,
    pub title: String,
    pub price: Price,
    pub condition: Condition,
    /// What isn't a thing has none.
    pub has_condition: bool,
    pub place: String,
    pub state: ProductState,
    pub created_at: OffsetDateTime,
    /// The cover, if the product has any photo.
    pub photo: Option<Photo>,
}

impl Card {
    /// The product's address, with what it is called.
    pub fn path(&self) -> String {
        slug::path(self.id, &self.title)
    }

    pub fn is_sold(&self) -> bool {
        self.state == ProductState::Sold
    }

    pub fn is_reserved(&self) -> bool {
        self.state == ProductState::Reserved
    }

    /// Whether it is as good as new, which a card says.
    pub fn is_new(&self) -> bool {
        self.has_condition && matches!(self.condition, Condition::New | Condition::LikeNew)
    }
}

/// Whom a page is for, as far as products differ by it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Viewer {
    seller_id: Option<i64>,
    is_admin: bool,
}

impl Viewer {
    pub fn new(user: Option<&CurrentUser>) -> Self {
        user.map_or_else(Self::default, |user| Self { seller_id: user.seller_id, is_admin: user.is_admin })
    }

    /// Whether that seller is the viewer.
    pub fn is(&self, seller_id: &i64) -> bool {
        self.seller_id == Some(*seller_id)
    }

    pub fn is_admin(&self) -> bool {
        self.is_admin
    }

    /// Whether a list with products of these sellers isn't for them as it is for everybody.
    pub fn sees_otherwise(&self, sellers: &[i64]) -> bool {
        self.is_admin || sellers.iter().any(|seller| self.is(seller))
    }

    /// Whether to offer "Chat Seller". A visitor is asked to sign in then; an admin can't join conversations.
    pub fn may_chat_with(&self, seller_id: &i64) -> bool {
        !self.is_admin && !self.is(seller_id)
    }
}

impl From<&Option<Arc<CurrentUser>>> for Viewer {
    fn from(user: &Option<Arc<CurrentUser>>) -> Self {
        Self::new(user.as_deref())
    }
}
