use std::sync::LazyLock;

use super::*;

static TABLE: LazyLock<PlaceTable> = LazyLock::new(PlaceTable::load);

fn shown(prefix: &str, near: Option<&str>) -> Vec<(&'static str, &'static str)> {
    let suggestions = TABLE.suggest(prefix, 5, near);
    suggestions.iter().map(|suggestion| (suggestion.name, suggestion.place.country)).collect()
}

#[test]
fn every_line_is_a_town_and_the_largest_come_first() {
    assert!(TABLE.rows.len() > 69_000 && TABLE.names.len() > TABLE.rows.len());
    assert!(TABLE.rows.is_sorted_by(|a, b| a.population >= b.population));
    for (rank, row) in (0..).zip(&TABLE.rows) {
        let place = TABLE.place(rank);
        assert!(!place.name.is_empty() && place.country.len() == 2, "{place:?}");
        assert!((-90.0..=90.0).contains(&place.lat) && (-180.0..=180.0).contains(&place.lon), "{place:?}");
        assert_eq!(TABLE.by_id(row.id), Some(place));
    }
    assert_eq!((TABLE.by_id(0), TABLE.by_id(u32::MAX)), (None, None));
}

#[test]
fn it_takes_no_more_memory_than_it_may() {
    let bytes = TABLE.names_text.capacity()
        + TABLE.folded_text.capacity()
        + TABLE.rows.capacity() * size_of::<Row>()
        + TABLE.names.capacity() * size_of::<Name>()
        + TABLE.by_id.capacity() * size_of::<u32>()
        // A hash map's word, its box and its list.
        + TABLE.hints.len() * 80
        + TABLE.regions.texts.len() * 120;
    assert!(bytes < 10_000_000, "{bytes}");
}

#[test]
fn names_begin_as_typed_in_any_spelling() {
    assert_eq!(shown("berl", None)[0], ("Berlin", "DE"));
    assert_eq!(shown("PRAH", None)[0], ("Praha", "CZ"));
    assert_eq!(shown("münch", None)[0], ("München", "DE"));
    assert_eq!(TABLE.suggest("muench", 5, None)[0].place.name, "Munich");
    assert_eq!(shown("krakow", None)[0].1, "PL");
    assert_eq!(shown("lodz", None)[0].1, "PL");
    assert_eq!(shown("Київ", None)[0], ("Київ", "UA"));
    assert_eq!(shown("frankfurt-am", None)[0].1, "DE");
    assert_eq!(shown("cambridge", Some("us"))[0].1, "US");
    assert_eq!(shown("cambridge", Some("GB"))[0].1, "GB");
}

#[test]
fn no_town_is_there_twice_and_no_more_than_asked_for() {
    for letter in 'a'..='z' {
        let found = TABLE.suggest(&letter.to_string(), 20, None);
        assert_eq!(found.len(), 20, "{letter}");
        for (at, suggestion) in found.iter().enumerate() {
            assert!(found[..at].iter().all(|other| other.place.id != suggestion.place.id), "{letter}");
        }
        assert!(found.is_sorted_by(|a, b| a.place.population >= b.place.population), "{letter}");
    }
    assert_eq!(TABLE.suggest("b", 1_000, None).len(), MOST_SUGGESTIONS);
    assert_eq!(TABLE.suggest("b", 0, None), []);
}

#[test]
fn strange_text_begins_nothing() {
    for text in ["", "   ", "\u{301}", "🚲", "%", "zzzzzzzz", "\u{10ffff}"] {
        assert_eq!(TABLE.suggest(text, 5, Some("no such")), [], "{text}");
    }
    assert_eq!(TABLE.suggest(&"x".repeat(1_000_000), 5, None), []);
}
