//! The settings as values that can't be wrong.

use super::accent::Accent;
use crate::web::Registration;

/// What is none or empty is as the program's own settings (`HAGGLE_NAME`, …) say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    pub name: Option<String>,
    pub tagline: String,
    /// An address or a page, checked.
    pub contact: Option<String>,
    pub banner: String,
    pub country: Option<String>,
    pub time_zone: Option<String>,
    pub accent: Option<Accent>,
    pub logo: Option<String>,
    pub currencies: Vec<String>,
    pub default_currency: Option<String>,
    pub registration: Registration,
    pub reviews_first: bool,
    /// Which saved state this is (optimistic concurrency).
    pub version: i64,
    /// Whether anybody has ever saved them.
    pub is_saved: bool,
}
