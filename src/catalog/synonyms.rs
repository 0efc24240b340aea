//! Words that mean the same: the admin's, or the start set of the marketplace's language until there are any.
//!
//! A group is a line, its words stand between commas. Every node reads them anew every two seconds at most.

use sqlx::{PgConnection, PgPool};

use super::{
    index::{synonyms::Synonyms, words::Language},
    store,
};

/// Groups, and letters of one; a search looks at the few groups that its words are in.
pub const MAX_GROUPS: usize = 2_000;
const GROUP_LETTERS: std::ops::RangeInclusive<usize> = 3..=400;

const START_SETS: &[(&str, &str)] = &[
    ("czech", include_str!("synonyms/cs.tsv")),
    ("german", include_str!("synonyms/de.tsv")),
    ("english", include_str!("synonyms/en.tsv")),
    ("spanish", include_str!("synonyms/es.tsv")),
    ("french", include_str!("synonyms/fr.tsv")),
    ("italian", include_str!("synonyms/it.tsv")),
    ("dutch", include_str!("synonyms/nl.tsv")),
    ("polish", include_str!("synonyms/pl.tsv")),
    ("portuguese", include_str!("synonyms/pt.tsv")),
    ("russian", include_str!("synonyms/ru.tsv")),
    ("swedish", include_str!("synonyms/sv.tsv")),
    ("turkish", include_str!("synonyms/tr.tsv")),
    ("ukrainian", include_str!("synonyms/uk.tsv")),
];

/// As lines: the admin's, or the start set.
pub async fn lines(db: &PgPool, language: Language) -> sqlx::Result<Vec<String>> {
    let written = store::words::synonyms(db).await?;
    if !written.is_empty() {
        return Ok(written);
    }
    let start = START_SETS.iter().find(|(name, _)| *name == language.name());
    let lines = start.map_or("", |(_, lines)| lines).lines();
    Ok(lines.filter(|line| !line.starts_with('#') && !line.trim().is_empty()).map(str::to_owned).collect())
}

pub async fn load(db: &PgPool, language: Language) -> sqlx::Result<Synonyms> {
    let lines = lines(db, language).await?;
    let group = |line: &String| line.split(',').map(|word| word.trim().to_owned()).collect();
    Ok(Synonyms::new(lines.iter().map(group), language))
}

/// What an admin has written, a group in a line; the line that can't be one.
pub fn parse(text: &str) -> Result<Vec<String>, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut groups = Vec::new();
    for line in lines {
        let words = line.split(',').filter(|word| word.chars().any(char::is_alphanumeric)).count();
        if words < 2 || !GROUP_LETTERS.contains(&line.chars().count()) || groups.len() == MAX_GROUPS {
            return Err(line.chars().take(80).collect());
        }
        groups.push(line.to_owned());
    }
    Ok(groups)
}

/// In the place of all there are.
pub async fn replace(conn: &mut PgConnection, groups: &[String]) -> sqlx::Result<()> {
    store::words::replace_synonyms(conn, groups).await
}
