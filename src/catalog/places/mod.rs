//! Gazetteer: the world's towns of 5,000 people and more, for places as people write them and for "within 25 km of".
//!
//! ```text
//! cities.tsv.gz, hints.tsv ─→ PlaceTable (once, on the first use)
//!                                 suggest("br")     while a seller or a buyer types
//!                                 find("Brno, CZ")  what a product's free text means: a town, or nothing for certain
//! a place's point ─→ bounding_box (what the index is asked) ─→ distance_km (what is true)
//! ```
//!
//! README.md says where the data is from. Invariant: a row is more populous than every row after it, so that a row's
//! number is its rank.

mod circle;
mod find;
mod geo;
mod table;

use std::sync::LazyLock;

pub use circle::Circle;
pub use geo::{BoundingBox, bounding_box, distance_km};
pub use table::{Place, Suggestion};

use table::PlaceTable;

static TABLE: LazyLock<PlaceTable> = LazyLock::new(PlaceTable::load);

/// The table of this process. The first call reads it, which takes some tens of milliseconds: [`Places::load`] does it
/// when the program starts.
pub struct Places;

impl Places {
    pub fn load() {
        LazyLock::force(&TABLE);
    }

    pub fn by_id(id: u32) -> Option<Place> {
        TABLE.by_id(id)
    }

    /// Towns one of whose names begins so, the most populous first; those of `near_country` (an ISO 3166 code) count
    /// for more.
    pub fn suggest(prefix: &str, limit: usize, near_country: Option<&str>) -> Vec<Suggestion> {
        TABLE.suggest(prefix, limit, near_country)
    }

    /// The town that a text names, where no other is nearly as likely.
    pub fn find(text: &str) -> Option<Place> {
        find::find(&TABLE, text, None)
    }

    /// The same for a marketplace of one country, whose towns are meant before others of the same name.
    pub fn find_near(text: &str, near_country: &str) -> Option<Place> {
        find::find(&TABLE, text, Some(near_country))
    }
}
