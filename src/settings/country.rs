//! Countries by their ISO 3166 codes. `countries.tsv` is tzdata's `iso3166.tab`, which is in the public domain.

const COUNTRIES: &str = include_str!("countries.tsv");

/// Code and name, by name.
pub fn countries() -> Vec<(&'static str, &'static str)> {
    let mut countries: Vec<_> = COUNTRIES.lines().filter_map(|line| line.split_once('\t')).collect();
    countries.sort_by_key(|(_, name)| *name);
    countries
}

pub(super) fn is_country(code: &str) -> bool {
    countries().iter().any(|(known, _)| *known == code)
}
