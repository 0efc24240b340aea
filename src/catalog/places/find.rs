//! Disambiguation by context: which town a free text means, by what else stands there and by how many live in it.
//!
//! A text has parts ("Mitte, Berlin, Germany"). Each may name towns, and each may be a hint: a country or a region.
//! Towns against the hints are out. The heaviest of the rest is the answer if no town elsewhere comes near its weight.

use super::{
    geo::distance_km,
    table::{Hint, MOST_LETTERS, Place, PlaceTable, comparable},
};

const MOST_PARTS: usize = 6;
const MOST_WORDS: usize = 8;
/// So much heavier than the next has to be what is certain.
const CERTAIN: f64 = 3.0;
/// Two towns so near to each other are one place: a quarter and its town.
const SAME_KM: f64 = 40.0;
/// What another part agrees with: its region, or a town close by.
const AGREES: f64 = 20.0;
/// Where only some words of a part are a town's name, it is a large one, and half as likely.
const LARGE: u32 = 100_000;
const PARTIAL: f64 = 0.5;

#[derive(Clone, Copy)]
struct Candidate {
    place: Place,
    rank: u32,
    weight: f64,
    part: usize,
}

pub(super) fn find(table: &'static PlaceTable, text: &str, near_country: Option<&str>) -> Option<Place> {
    let near = table.country(near_country);
    let text: String = text.chars().take(MOST_LETTERS).collect();
    let parts: Vec<String> = text
        .split([',', ';', '/', '|', '(', ')', '[', ']', '\n', '\t', '·', '•', '–', '—'])
        .map(comparable)
        .filter(|part| !part.is_empty())
        .take(MOST_PARTS)
        .collect();
    let mut candidates: Vec<Candidate> = Vec::new();
    for (part, words) in parts.iter().enumerate() {
        for (rank, weight) in towns(table, words, near) {
            candidates.push(Candidate { place: table.place(rank), rank, weight, part });
        }
    }
    let hints: Vec<&[Hint]> = parts.iter().map(|part| table.hints(part)).collect();
    let regions: Vec<String> =
        candidates.iter().map(|candidate| comparable(candidate.place.region)).collect();
    let mut weighed: Vec<Candidate> = Vec::new();
    for (candidate, region) in candidates.iter().zip(&regions) {
        let others = || (0..parts.len()).filter(|&part| part != candidate.part);
        let is_in_region = others().any(|part| parts[part] == *region);
        let fits = |part: usize| hints[part].iter().any(|&hint| table.fits(candidate.rank, hint));
        let is_contradicted = others().any(|part| !hints[part].is_empty() && !fits(part));
        if is_contradicted && !is_in_region {
            continue;
        }
        let has_neighbour = candidates.iter().any(|other| {
            other.part != candidate.part
                && other.rank != candidate.rank
                && is_same(&other.place, &candidate.place)
        });
        let weight = candidate.weight * if is_in_region || has_neighbour { AGREES } else { 1.0 };
        weighed.push(Candidate { weight, ..*candidate });
    }
    weighed.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    let best = weighed.first()?;
    let rival = weighed.iter().find(|other| !is_same(&other.place, &best.place));
    rival.is_none_or(|rival| best.weight >= CERTAIN * rival.weight).then_some(best.place)
}

fn is_same(one: &Place, other: &Place) -> bool {
    distance_km((one.lat, one.lon), (other.lat, other.lon)) <= SAME_KM
}

/// The towns of a part: by all of its words, by those without a digit (postcodes, numbers of districts), with its
/// country or region beside it and no comma, at last large ones by some of its words.
fn towns(table: &'static PlaceTable, part: &str, near: Option<u16>) -> Vec<(u32, f64)> {
    let exact = table.named(part, near);
    if !exact.is_empty() {
        return exact;
    }
    let words: Vec<&str> =
        part.split(' ').filter(|word| !word.contains(char::is_numeric)).take(MOST_WORDS).collect();
    let without_numbers = table.named(&words.join(" "), near);
    if words.is_empty() || !without_numbers.is_empty() {
        return without_numbers;
    }
    let mut partial = Vec::new();
    for cut in (1..words.len()).rev() {
        let (head, tail) = (words[..cut].join(" "), words[cut..].join(" "));
        for (name, beside) in [(&head, &tail), (&tail, &head)] {
            let towns = table.named(name, near);
            let hints = table.hints(beside);
            let with_hint: Vec<_> = towns
                .iter()
                .copied()
                .filter(|&(rank, _)| hints.iter().any(|&hint| table.fits(rank, hint)))
                .collect();
            if !with_hint.is_empty() {
                return with_hint;
            }
            let is_large = |&(rank, _): &(u32, f64)| table.place(rank).population >= LARGE;
            let is_long = name.chars().count() >= 4;
            if hints.is_empty() && is_long {
                partial.extend(
                    towns.into_iter().filter(is_large).map(|(rank, weight)| (rank, weight * PARTIAL)),
                );
            }
        }
    }
    partial
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    static TABLE: LazyLock<PlaceTable> = LazyLock::new(PlaceTable::load);

    fn found(text: &str, near: Option<&str>) -> Option<(&'static str, &'static str)> {
        find(&TABLE, text, near).map(|place| (place.name, place.country))
    }

    #[test]
    fn what_sellers_write_is_found() {
        for (text, name, country) in [
            ("Brno", "Brno", "CZ"),
            ("Brno, CZ", "Brno", "CZ"),
            ("Brno-střed", "Brno střed", "CZ"),
            ("brno-nekde", "Brno", "CZ"),
            ("602 00 Brno", "Brno", "CZ"),
            ("Praha", "Prague", "CZ"),
            ("Praha 3", "Prague", "CZ"),
            ("PRAHA 3 – Žižkov", "Prague", "CZ"),
            ("Prag", "Prague", "CZ"),
            ("Прага", "Prague", "CZ"),
            ("Berlin, Germany", "Berlin", "DE"),
            ("Germany, Berlin", "Berlin", "DE"),
            ("Berlin Germany", "Berlin", "DE"),
            ("Deutschland / Berlin", "Berlin", "DE"),
            ("10115 Berlin", "Berlin", "DE"),
            ("Berlin, DE", "Berlin", "DE"),
            ("Kraków", "Kraków", "PL"),
            ("Krakow", "Kraków", "PL"),
            ("München", "Munich", "DE"),
            ("Muenchen", "Munich", "DE"),
            ("Wien", "Vienna", "AT"),
            ("Köln", "Köln", "DE"),
            ("Cologne", "Köln", "DE"),
            ("Warszawa", "Warsaw", "PL"),
            ("Lisboa", "Lisbon", "PT"),
            ("København", "Copenhagen", "DK"),
            ("Roma", "Rome", "IT"),
            ("Москва", "Moscow", "RU"),
            ("Київ", "Kyiv", "UA"),
            ("Львів", "Lviv", "UA"),
            ("Firenze", "Florence", "IT"),
            ("東京", "Tokyo", "JP"),
            ("Göteborg centre", "Gothenburg", "SE"),
            ("near Brno", "Brno", "CZ"),
            ("London SW1A 1AA", "London", "GB"),
            ("Portland, ME", "Portland", "US"),
            ("San Francisco, CA", "San Francisco", "US"),
            ("Atlanta, Georgia", "Atlanta", "US"),
            ("New York, NY", "New York City", "US"),
        ] {
            assert_eq!(found(text, None), Some((name, country)), "{text}");
        }
    }

    #[test]
    fn the_seed_s_places_are_found() {
        for (text, country) in [
            ("Zürich", "CH"),
            ("Paris", "FR"),
            ("Madrid", "ES"),
            ("Hamburg", "DE"),
            ("Budapest", "HU"),
            ("Győr", "HU"),
            ("Porto", "PT"),
            ("Amsterdam", "NL"),
            ("Stockholm", "SE"),
            ("Leeds", "GB"),
            ("Bucureşti", "RO"),
            ("New York", "US"),
            ("Gdańsk", "PL"),
            ("Ostrava", "CZ"),
            ("Lyon", "FR"),
            ("Sevilla", "ES"),
            ("Dresden", "DE"),
            ("Coimbra", "PT"),
            ("Graz", "AT"),
            ("Debrecen", "HU"),
        ] {
            assert_eq!(found(text, None).map(|(_, found)| found), Some(country), "{text}");
        }
    }

    #[test]
    fn a_state_or_the_marketplace_s_country_decides() {
        assert_eq!(found("Springfield", None), None);
        let state = |text: &str| find(&TABLE, text, None).map(|place| place.region);
        assert_eq!(state("Springfield, IL"), Some("Illinois"));
        assert_eq!(state("Springfield Missouri"), Some("Missouri"));
        assert_eq!(state("Paris, Texas"), Some("Texas"));
        assert_eq!(found("Cambridge", None), None);
        assert_eq!(found("Cambridge", Some("GB")), Some(("Cambridge", "GB")));
        assert_eq!(found("Cambridge", Some("us")), Some(("Cambridge", "US")));
        assert_eq!(found("Berlin, France", None), None);
    }

    #[test]
    fn nothing_is_made_of_what_names_no_town() {
        let long = "a".repeat(100_000);
        let many = "Brno-".repeat(50_000);
        for text in
            ["", " ", ",,,", "CZ", "Germany", "anywhere in Germany", "12345", "????", "\u{0}\u{301}", "-"]
        {
            assert_eq!(found(text, None), None, "{text}");
        }
        assert_eq!(found(&long, None), None);
        let _ = (found(&many, None), found(&"ß".repeat(500), None), found("🚲🚲 \u{202e}", Some("??")));
    }
}
