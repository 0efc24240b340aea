//! The marketplace's secret key, and what is derived from it.

use std::path::Path;

use anyhow::Context as _;

use crate::{accounts::SealingKey, config::Config, mail::LetterIds};

/// From the settings, or of a file under the data directory, which is made if there is none.
pub(super) fn sealing_key(config: &Config, data: &Path) -> anyhow::Result<SealingKey> {
    match &config.secret_key {
        Some(hex) => SealingKey::parse(hex).context("HAGGLE_SECRET_KEY"),
        None => SealingKey::from_file(&data.join("secret.key")),
    }
}

/// The same for `serve`, which sends, and for `bounces`.
pub(super) fn letter_ids(key: &SealingKey) -> LetterIds {
    LetterIds::new(key.derive(LetterIds::PURPOSE))
}
