//! One product as its page shows it.

use std::sync::Arc;

use sqlx::PgPool;
use time::OffsetDateTime;

use super::{
    Card, Category, Condition, ProductState, ProductSummary, Review, Viewer,
    photos::Photo,
    price::Price,
    slug, store,
    versioned_cache::{VersionedCache, Weigh},
};
use crate::accounts::{self, CurrentUser, SellerCard};
use crate::products::sentences;
use crate::web::{Error, Marketplace, Result};

/// How many similar products a page shows.
const SIMILAR: i64 = 4;

/// A product's own data.
#[derive(Clone, Debug)]
pub struct Product {
    pub id: i64,
    pub seller_id: i64,
    pub title: String,
    pub description: String,
    pub price: Price,
    pub category: Category,
    pub condition: Condition,
    pub place: String,
    pub state: ProductState,
    pub review: Option<Review>,
    pub views: i64,
    pub created_at: OffsetDateTime,
    pub updated_at: OffsetDateTime,
}

impl Product {
    /// Its address, with what it is called.
    pub fn path(&self) -> String {
        slug::path(self.id, &self.title)
    }

    /// Changes with everything that its form changes (optimistic concurrency): microseconds, as the database has them.
    pub fn version(&self) -> String {
        version_of(self.updated_at)
    }
}

/// Of a product that was changed then.
pub fn version_of(updated_at: OffsetDateTime) -> String {
    (updated_at.unix_timestamp_nanos() / 1000).to_string()
}

/// All that the templates `products/_gallery.html`, `_summary.html`, `_details.html`,
/// `_similar.html` and `_meta.html` need. They expect it under the name `product`, beside `shell`.
#[derive(Clone, Debug)]
pub struct ProductFragment {
    pub product: Product,
    pub photos: Vec<Photo>,
    pub seller: SellerCard,
    /// How many things the seller has for sale.
    pub seller_offers: i64,
    pub similar: Vec<Card>,
    pub viewer: Viewer,
}

impl Weigh for ProductFragment {
    fn bytes(&self) -> usize {
        self.product.description.len() + 1024 * (1 + self.photos.len() + self.similar.len())
    }
}

impl std::ops::Deref for ProductFragment {
    type Target = Product;

    fn deref(&self) -> &Product {
        &self.product
    }
}

impl ProductFragment {
    /// What a conversation needs of it.
    pub fn summary(&self) -> ProductSummary {
        ProductSummary {
            id: self.product.id,
            seller_id: self.product.seller_id,
            title: self.product.title.clone(),
            price: self.product.price,
            cover: self.photos.first().map(|photo| photo.key.to_string()),
            state: self.product.state,
            is_waiting: matches!(self.product.review, Some(Review::Waiting)),
        }
    }

    fn for_reader(self, is_visitor: bool) -> Self {
        if is_visitor { ProductFragment { seller: self.seller.for_visitors(), ..self } } else { self }
    }

    pub fn is_own(&self) -> bool {
        self.viewer.is(&self.product.seller_id)
    }

    pub fn is_reserved(&self) -> bool {
        self.product.state == ProductState::Reserved
    }

    pub fn is_sold(&self) -> bool {
        self.product.state == ProductState::Sold
    }

    /// Only its seller and admins get here then.
    pub fn is_hidden(&self) -> bool {
        self.product.state.is_out_of_sight()
    }

    /// What stands beside its title where a link to it is shown.
    pub fn shared_line(&self) -> String {
        let parts = [self.product.price.to_string(), self.product.place.clone(), self.summary_line()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
    }

    /// One line about it, for programs that show what a link leads to.
    pub fn summary_line(&self) -> String {
        let line = self.product.description.split_whitespace().collect::<Vec<_>>().join(" ");
        match line.char_indices().nth(200) {
            Some((cut, _)) => format!("{}…", line[..cut].trim_end()),
            None => line,
        }
    }
}

/// [`page`] as it was made for whoever came a moment before; sellers' own products, and what is out of sight, anew.
pub async fn page_from_cache(
    db: &PgPool,
    cache: &VersionedCache<ProductFragment>,
    marketplace: &Arc<Marketplace>,
    (id, user): (i64, Option<&CurrentUser>),
) -> Result<ProductFragment> {
    let viewer = Viewer::new(user);
    if viewer.is_admin() {
        return page(db, id, user).await;
    }
    let made = cache.get_or_make(id.to_string(), marketplace, || fragment(db, id, Viewer::default())).await;
    match made {
        Ok(made) if !viewer.is(&made.product.seller_id) => {
            Ok(ProductFragment { viewer, ..(*made).clone() }.for_reader(user.is_none()))
        }
        // Its seller may see what nobody else does.
        Ok(_) => page(db, id, user).await,
        Err(Error::Gone(_)) if user.is_some_and(|user| user.seller_id.is_some()) => page(db, id, user).await,
        Err(error) => Err(error),
    }
}

/// The product's page, without the chat in it, for this person.
///
/// What its seller has deleted is gone for everybody. What an admin has hidden is gone for
/// everybody else.
pub async fn page(db: &PgPool, id: i64, user: Option<&CurrentUser>) -> Result<ProductFragment> {
    Ok(fragment(db, id, Viewer::new(user)).await?.for_reader(user.is_none()))
}

/// As a signed-in reader has it.
async fn fragment(db: &PgPool, id: i64, viewer: Viewer) -> Result<ProductFragment> {
    let product = store::product::find(db, id).await?.ok_or(Error::NotFound)?;
    match product.state {
        ProductState::Deleted => return Err(Error::Gone(sentences::THE_SELLER_HAS_TAKEN_THIS_PRODUCT_DOWN)),
        state if state.is_out_of_sight() && !viewer.is(&product.seller_id) && !viewer.is_admin() => {
            return Err(Error::Gone(sentences::THIS_PRODUCT_ISNT_SHOWN_ANY_MORE));
        }
        _ => {}
    }
    let photos = store::photos::of_product(db, id).await?;
    let seller = accounts::seller_card(db, product.seller_id).await?.ok_or(Error::NotFound)?;
    let (seller_offers, _) = store::browse::counts_of_seller(db, product.seller_id).await?;
    let similar = store::browse::similar(db, id, product.category.id, &product.title, SIMILAR).await?;
    Ok(ProductFragment { product, photos, seller, seller_offers, similar, viewer })
}
