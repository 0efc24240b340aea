//! Words that mean the same to whoever searches, as the admin has written them.

use std::collections::HashMap;

use super::words::{Language, words};

/// Words of one synonym, at most.
const MAX_WORDS: usize = 4;

#[derive(Debug, Default)]
pub struct Synonyms {
    groups: Vec<Vec<String>>,
    /// By the stems of its words, the groups that something is in.
    by_stem: HashMap<String, Vec<usize>>,
}

impl Synonyms {
    /// Each group are words or phrases of one meaning.
    pub fn new(groups: impl IntoIterator<Item = Vec<String>>, language: Language) -> Self {
        let mut synonyms = Synonyms::default();
        for group in groups {
            let group: Vec<String> =
                group.iter().map(|text| plain(text)).filter(|text| !text.is_empty()).collect();
            for text in &group {
                let groups = synonyms.by_stem.entry(stemmed(text, language)).or_default();
                groups.push(synonyms.groups.len());
            }
            synonyms.groups.push(group);
        }
        synonyms
    }

    /// The others of its groups.
    pub fn of(&self, text: &str, language: Language) -> impl Iterator<Item = &str> {
        let groups = self.by_stem.get(&stemmed(text, language)).map_or(&[][..], Vec::as_slice);
        let stem = stemmed(text, language);
        groups
            .iter()
            .flat_map(|group| &self.groups[*group])
            .filter(move |other| stemmed(other, language) != stem)
            .map(String::as_str)
    }
}

fn plain(text: &str) -> String {
    let words = words(text, MAX_WORDS);
    words.into_iter().map(|word| word.text).collect::<Vec<_>>().join(" ")
}

fn stemmed(text: &str, language: Language) -> String {
    text.split(' ').map(|word| language.stem(word)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals_have_the_same_synonyms() {
        let english = Language::of_country(None);
        let group = ["Bike", "bicycle", "cycle"].map(str::to_owned).to_vec();
        let phones = ["mobile phone", "smartphone"].map(str::to_owned).to_vec();
        let synonyms = Synonyms::new([group, phones, vec!["".to_owned()]], english);
        let of = |text| synonyms.of(text, english).collect::<Vec<_>>();
        assert_eq!(of("bikes"), ["bicycle", "cycle"]);
        assert_eq!(of("mobile phones"), ["smartphone"]);
        assert_eq!(of("smartphone"), ["mobile phone"]);
        assert!(of("car").is_empty());
    }
}
