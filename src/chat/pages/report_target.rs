//! What somebody reports: as their link or form says it, and as it is.

use serde::Deserialize;

use crate::safety::{ExcerptPart, SubjectKind};

/// What is to be reported, as a link or a form says it.
#[derive(Clone, Default, Deserialize)]
pub struct ReportTarget {
    #[serde(default)]
    pub subject: String,
    #[serde(default)]
    pub room: String,
    #[serde(default)]
    pub seq: String,
    #[serde(default)]
    pub product_id: String,
    #[serde(default)]
    pub seller_id: String,
}

/// What is reported, and what may be handed over with it.
pub struct Subject {
    pub kind: SubjectKind,
    pub key: String,
    pub accused_id: i64,
    pub accused_name: String,
    pub reported: ExcerptPart,
    /// With the numbers by which they are chosen.
    pub around: Vec<(i64, ExcerptPart)>,
    /// Where its reporter came from.
    pub back: String,
}
