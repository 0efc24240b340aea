//! What is for sale: one product, its photos, and its seller's forms. Many of them are `catalog`.
//!
//! Reading: the page of a product belongs to chat, which has the conversation in it; it gets all
//! the rest from [`page`] and the templates `products/_*.html`.
//!
//! Being found: addresses say what a product is (`slug.rs`), its page says it to search engines (`json_ld.rs`).
//!
//! Writing: `receive.rs` takes a form and stores its photos as drafts, `form.rs` says what it
//! means, `listing.rs` writes it. Only a product's seller can change it; for everybody else its
//! form doesn't exist.
//!
//! What is in the photo store, and what has to go from it, is `stored_photos.rs`.
//!
//! Products are never deleted from under a conversation: what is deleted, hidden or paused keeps
//! its row, and is left out of every list.

mod card;
mod card_row;
mod catalogue;
mod categories;
mod condition;
pub mod currency;
mod events;
mod form;
mod json_ld;
mod kept_form;
mod lifecycle;
mod limits;
mod listing;
mod media;
mod model;
mod notices;
mod pages;
pub mod photos;
pub mod price;
mod product;
mod quota;
mod receive;
mod routes;
mod seller;
mod seller_products;
mod sentences;
pub mod single_photo;
mod slug;
mod state;
mod state_filter;
mod store;
pub mod stored_photos;
pub mod submission;
mod summary;
mod versioned_cache;
mod view_counter;
mod views;

pub use card::{Card, Viewer};
pub use card_row::{CardRow, ListKey, keyed};
pub use catalogue::{Catalogue, Facts, note_changes, rebuild_indexes};
pub use categories::{
    Category, CategoryDraft, CategoryError, categories, create_category, delete_category, move_category,
    update_category,
};
pub use condition::Condition;
pub use currency::{Currencies, Currency};
pub use events::{ProductChanged, ProductEvents};
pub use form::{MAX_PHOTOS, ProductForm};
pub use json_ld::structured_data;
pub use lifecycle::{ProductState, StateMove};
pub use limits::PhotoLimits;
pub use listing::{
    add_photo, change_state, delete_all_of, export_of, missing_photos, refuse_product, set_seller_paused,
    take_down_photo, waiting_products,
};
pub use media::KnownPhotos;
pub use model::{ProductSummary, Review};
pub use notices::{PRODUCT_MOVED_JOB, ProductMoved, ProductStateKind};
use photos::{Photo, Uploads};
pub use price::Price;
pub use product::{Product, ProductFragment, page, page_from_cache, version_of};
pub use quota::{PhotoQuota, ProductQuota, QuotaReached};
pub use receive::ReceivedForm;
pub use routes::router;
pub use seller::{places, seller};
pub use seller_products::{own_products, products_of};
pub use single_photo::MAX_FORM as MAX_UPLOAD;
pub use slug::{ProductLink, path as product_path};
pub use state::State;
pub use state_filter::StateFilter;
pub use summary::{summaries, titles};
pub use versioned_cache::{VersionedCache, Weigh};
pub use view_counter::{Looker, ViewCounter};
