//! Sorted array with binary search: every name of every town, folded, beside rows of fixed size.
//!
//! All text lies in two strings; a [`Span`] is a piece of one of them. Nothing is allocated for a town.

use std::{collections::HashMap, io::Read as _, ops::Range};

use flate2::read::GzDecoder;

use crate::catalog::index::fold::fold;

static CITIES: &[u8] = include_bytes!("cities.tsv.gz");
static HINTS: &str = include_str!("hints.tsv");

/// No more suggestions than this, whatever is asked for.
const MOST_SUGGESTIONS: usize = 20;
/// Of a text no more letters than this are looked at.
pub(super) const MOST_LETTERS: usize = 120;
/// A town of the marketplace's own country is as likely meant as one so many times larger elsewhere.
pub(super) const NEAR: f64 = 20.0;

/// A town, by GeoNames' id, English name and position.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    pub id: u32,
    pub name: &'static str,
    /// The first-level division: a state, a county. Empty where unknown.
    pub region: &'static str,
    /// ISO 3166.
    pub country: &'static str,
    pub lat: f32,
    pub lon: f32,
    pub population: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Suggestion {
    pub place: Place,
    /// The name that begins as what was typed: "Praha" for "pra", where the place's is "Prague".
    pub name: &'static str,
}

/// Where a piece of text is: 24 bits for its start, 8 for its length.
#[derive(Clone, Copy, PartialEq)]
struct Span(u32);

impl Span {
    /// Adds a text, cut to 255 bytes at most.
    fn push(to: &mut String, text: &str) -> Self {
        let mut end = text.len().min(255);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let span = Span((to.len() as u32) << 8 | end as u32);
        to.push_str(&text[..end]);
        span
    }

    fn of(self, text: &str) -> &str {
        let start = (self.0 >> 8) as usize;
        text.get(start..start + (self.0 & 255) as usize).unwrap_or_default()
    }
}

#[derive(Clone, Copy)]
struct Row {
    id: u32,
    name: Span,
    region: u16,
    country: u16,
    lat: f32,
    lon: f32,
    population: u32,
}

struct Name {
    folded: Span,
    shown: Span,
    row: u32,
}

/// A country, or one of its regions, that a word stands for: "CA" is Canada, and California.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Hint {
    country: u16,
    region: Option<u16>,
}

#[derive(Default)]
pub(super) struct PlaceTable {
    names_text: String,
    folded_text: String,
    rows: Vec<Row>,
    /// By folded name, then by rank.
    names: Vec<Name>,
    /// Ranks by id.
    by_id: Vec<u32>,
    regions: Interned,
    countries: Interned,
    hints: HashMap<Box<str>, Vec<Hint>>,
}

/// A few texts that are used often, by number.
#[derive(Default)]
struct Interned {
    texts: Vec<String>,
    numbers: HashMap<String, u16>,
}

impl Interned {
    fn number(&mut self, text: &str) -> u16 {
        if let Some(&number) = self.numbers.get(text) {
            return number;
        }
        let number = self.texts.len() as u16;
        self.texts.push(text.to_owned());
        self.numbers.insert(text.to_owned(), number);
        number
    }
}

/// A text as names are compared: folded, apostrophes gone, everything else that is no letter or digit one space.
pub(super) fn comparable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut push = |letter: char| match letter {
        _ if letter.is_alphanumeric() => out.push(letter),
        '\'' | '’' | '‘' | 'ʼ' | 'ʹ' | '`' | '´' => {}
        _ if out.ends_with(' ') || out.is_empty() => {}
        _ => out.push(' '),
    };
    if text.is_ascii() {
        text.chars().for_each(|letter| push(letter.to_ascii_lowercase()));
    } else {
        fold(text).chars().for_each(push);
    }
    out.truncate(out.trim_end().len());
    out
}

/// As German writes where it has no marks: Muenchen.
fn with_umlauts_spelled_out(name: &str) -> Option<String> {
    let has_umlaut = name.contains(['ä', 'ö', 'ü', 'Ä', 'Ö', 'Ü']);
    has_umlaut.then(|| {
        let lower = name.to_lowercase();
        comparable(&lower.replace('ä', "ae").replace('ö', "oe").replace('ü', "ue"))
    })
}

impl PlaceTable {
    pub fn load() -> Self {
        let mut text = String::new();
        // The file is a part of the program, and a test reads all of it.
        let _ = GzDecoder::new(CITIES).read_to_string(&mut text);
        let mut table = Self::default();
        for line in text.lines() {
            table.add(line);
        }
        for line in HINTS.lines() {
            table.add_hints(line);
        }
        let folded = std::mem::take(&mut table.folded_text);
        table.names.sort_unstable_by(|a, b| {
            a.folded.of(&folded).cmp(b.folded.of(&folded)).then_with(|| a.row.cmp(&b.row))
        });
        table.folded_text = folded;
        table.by_id = (0..table.rows.len() as u32).collect();
        let rows = &table.rows;
        table.by_id.sort_unstable_by_key(|&rank| rows[rank as usize].id);
        table.names_text.shrink_to_fit();
        table.folded_text.shrink_to_fit();
        table.names.shrink_to_fit();
        table.rows.shrink_to_fit();
        table
    }

    /// A line that isn't one adds nothing.
    fn add(&mut self, line: &str) -> Option<()> {
        let mut fields = line.split('\t');
        let id = fields.next()?.parse().ok()?;
        let name = fields.next()?;
        let region = self.regions.number(fields.next()?);
        let country = self.countries.number(fields.next()?);
        let (lat, lon) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
        let population = fields.next()?.parse().ok()?;
        let row = self.rows.len() as u32;
        let shown = Span::push(&mut self.names_text, name);
        self.rows.push(Row { id, name: shown, region, country, lat, lon, population });
        self.add_name(name, shown, row);
        for other in fields.next()?.split('|').filter(|other| !other.is_empty()) {
            let shown = Span::push(&mut self.names_text, other);
            self.add_name(other, shown, row);
        }
        Some(())
    }

    fn add_name(&mut self, name: &str, shown: Span, row: u32) {
        for folded in [Some(comparable(name)), with_umlauts_spelled_out(name)].into_iter().flatten() {
            let folded = Span::push(&mut self.folded_text, &folded);
            self.names.push(Name { folded, shown, row });
        }
    }

    fn add_hints(&mut self, line: &str) -> Option<()> {
        let mut fields = line.split('\t');
        let (country, region, words) = (fields.next()?, fields.next()?, fields.next()?);
        let region = (!region.is_empty()).then(|| self.regions.number(region));
        let hint = Hint { country: self.countries.number(country), region };
        let code = region.is_none().then_some(country);
        for word in words.split('|').chain(code) {
            let hints = self.hints.entry(comparable(word).into()).or_default();
            if !hints.contains(&hint) {
                hints.push(hint);
            }
        }
        Some(())
    }

    pub fn by_id(&'static self, id: u32) -> Option<Place> {
        let at = self.by_id.binary_search_by_key(&id, |&rank| self.rows[rank as usize].id).ok()?;
        Some(self.place(self.by_id[at]))
    }

    pub fn place(&'static self, rank: u32) -> Place {
        let row = &self.rows[rank as usize];
        Place {
            id: row.id,
            name: row.name.of(&self.names_text),
            region: &self.regions.texts[usize::from(row.region)],
            country: &self.countries.texts[usize::from(row.country)],
            lat: row.lat,
            lon: row.lon,
            population: row.population,
        }
    }

    pub fn suggest(&'static self, prefix: &str, limit: usize, near_country: Option<&str>) -> Vec<Suggestion> {
        let prefix = comparable(&prefix.chars().take(MOST_LETTERS).collect::<String>());
        let limit = limit.min(MOST_SUGGESTIONS);
        if prefix.is_empty() || limit == 0 {
            return Vec::new();
        }
        let near = self.country(near_country);
        let begins = |name: &Name| name.folded.of(&self.folded_text).starts_with(&prefix);
        // The best so far, the best one first.
        let mut best: Vec<(f64, &Name)> = Vec::with_capacity(limit + 1);
        for name in &self.names[self.names_from(&prefix)] {
            if !begins(name) {
                break;
            }
            let weight = self.weight(name.row, near);
            if best.len() == limit && best.last().is_some_and(|(least, _)| weight <= *least) {
                continue;
            }
            if let Some((_, known)) = best.iter_mut().find(|(_, known)| known.row == name.row) {
                if self.is_own(name) {
                    *known = name;
                }
                continue;
            }
            let at = best.partition_point(|(other, _)| *other >= weight);
            best.insert(at, (weight, name));
            best.truncate(limit);
        }
        let suggestion = |(_, name): (f64, &Name)| Suggestion {
            place: self.place(name.row),
            name: name.shown.of(&self.names_text),
        };
        best.into_iter().map(suggestion).collect()
    }

    fn names_from(&self, folded: &str) -> Range<usize> {
        self.names.partition_point(|name| name.folded.of(&self.folded_text) < folded)..self.names.len()
    }

    fn is_own(&self, name: &Name) -> bool {
        name.shown == self.rows[name.row as usize].name
    }

    /// How likely a town is meant: by its people.
    fn weight(&self, rank: u32, near: Option<u16>) -> f64 {
        let row = &self.rows[rank as usize];
        let people = f64::from(row.population) + 500.0;
        if near == Some(row.country) { people * NEAR } else { people }
    }

    pub fn country(&self, code: Option<&str>) -> Option<u16> {
        self.countries.numbers.get(&code?.to_uppercase()).copied()
    }

    /// Ranks and weights of the towns of exactly this [`comparable`] name; another than the town's own counts less.
    pub fn named(&self, folded: &str, near: Option<u16>) -> Vec<(u32, f64)> {
        self.names[self.names_from(folded)]
            .iter()
            .take_while(|name| name.folded.of(&self.folded_text) == folded)
            .map(|name| (name.row, self.weight(name.row, near) * if self.is_own(name) { 1.0 } else { 0.3 }))
            .collect()
    }

    pub fn hints(&self, folded: &str) -> &[Hint] {
        self.hints.get(folded).map_or(&[], Vec::as_slice)
    }

    pub fn fits(&self, rank: u32, hint: Hint) -> bool {
        let row = &self.rows[rank as usize];
        row.country == hint.country && hint.region.is_none_or(|region| region == row.region)
    }
}

#[cfg(test)]
mod tests;
