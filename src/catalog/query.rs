//! What somebody looks for: the query string of `/products`, read into values that can't be wrong.
//!
//! What can't be understood is left out and said beside its field; the page is shown all the same.
//!
//! Prices of different currencies can't be compared. As soon as a price bound or an order by price is
//! query for, the list is of one currency: the chosen one, else the usual one of this marketplace.

use serde::Deserialize;

use super::{
    index::question::{Part, parse},
    places::{Circle, Places},
    sentences,
};
use crate::products::{Category, Condition, Currency, Price};
use crate::web::{FieldErrors, form};

/// The query string as it came.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct BrowseQuery {
    pub q: String,
    pub category: String,
    pub min: String,
    pub max: String,
    pub currency: String,
    pub condition: String,
    pub place: String,
    /// Kilometres around the place.
    pub within: String,
    /// Days since it was posted.
    pub posted: String,
    pub photo: String,
    /// A seller's number.
    pub seller: String,
    pub sort: String,
    /// A cursor.
    pub after: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    Newest,
    PriceLow,
    PriceHigh,
    /// How well it fits the words searched for.
    Relevance,
    /// From the place that is looked around.
    Distance,
}

impl Sort {
    pub const ALL: [Self; 5] =
        [Self::Relevance, Self::Newest, Self::PriceLow, Self::PriceHigh, Self::Distance];

    pub fn code(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::PriceLow => "price_low",
            Self::PriceHigh => "price_high",
            Self::Relevance => "relevance",
            Self::Distance => "distance",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Newest => "Newest first",
            Self::PriceLow => "Lowest price first",
            Self::PriceHigh => "Highest price first",
            Self::Relevance => "Best match first",
            Self::Distance => "Nearest first",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.code() == code)
    }

    pub fn is_by_price(self) -> bool {
        matches!(self, Self::PriceLow | Self::PriceHigh)
    }
}

/// Days that can be chosen for "posted since", and kilometres for "within".
pub const DAYS: [i64; 4] = [1, 3, 7, 30];
pub const KILOMETRES: [i64; 6] = [5, 10, 25, 50, 100, 250];

/// Of a question; a title has a hundred.
const MAX_QUESTION: usize = 200;
const MAX_PLACE: usize = 80;

/// A search that can be carried out.
#[derive(Clone, Debug)]
pub struct Filters {
    /// As they were typed, and read.
    pub words: Option<String>,
    pub question: Vec<Part>,
    pub category: Option<Category>,
    pub currency: Option<Currency>,
    pub min: Option<Price>,
    pub max: Option<Price>,
    pub condition: Option<Condition>,
    /// The beginning of a place's name, or the middle of the circle.
    pub place: Option<String>,
    pub circle: Option<(Circle, i64)>,
    pub posted: Option<i64>,
    pub has_photo: bool,
    pub seller: Option<i64>,
    pub sort: Sort,
    /// What was understood otherwise than it was written, in sentences.
    pub notes: Vec<&'static str>,
}

impl Filters {
    pub fn read(query: &BrowseQuery, categories: &[Category], usual: Currency) -> (Self, FieldErrors) {
        let (mut errors, mut notes) = (FieldErrors::default(), Vec::new());
        if query.q.chars().count() > MAX_QUESTION {
            notes.push(sentences::THE_QUESTION_IS_CUT);
        }
        let words = plain_line(&query.q, MAX_QUESTION);
        let question = words.as_deref().map(parse).unwrap_or_default();
        let words = words.filter(|_| !question.is_empty());
        let place = plain_line(&query.place, MAX_PLACE);
        let within = parse_choice(&query.within, |text| one_of(text, &KILOMETRES), "within", &mut errors);
        let circle = match (&place, within) {
            (Some(place), Some(radius)) => {
                let circle = around(place, radius);
                if circle.is_none() {
                    errors.add("within", sentences::NOBODY_KNOWS_WHERE_THAT_PLACE_IS);
                }
                circle.map(|circle| (circle, radius))
            }
            (None, Some(_)) => {
                errors.add("within", sentences::SAY_AROUND_WHICH_PLACE);
                None
            }
            _ => None,
        };
        let offered = Sort::offered(!question.is_empty(), circle.is_some());
        let sort = parse_choice(&query.sort, Sort::from_code, "sort", &mut errors);
        let sort = sort.filter(|sort| offered.contains(sort)).unwrap_or(offered[0]);
        let chosen = parse_choice(&query.currency, Currency::from_code, "currency", &mut errors);
        let mut bound = |field, text: &str| match text.trim() {
            "" => None,
            text => errors.check(field, Price::parse(text, chosen.unwrap_or(usual))),
        };
        let (mut min, mut max) = (bound("min", &query.min), bound("max", &query.max));
        if let (Some(low), Some(high)) = (min, max)
            && low.minor() > high.minor()
        {
            notes.push(sentences::THE_PRICES_WERE_SWAPPED);
            (min, max) = (max, min);
        }
        let prices_matter = sort.is_by_price() || min.is_some() || max.is_some();
        let filters = Self {
            category: parse_choice(
                &query.category,
                |slug| categories.iter().find(|category| category.slug == slug).cloned(),
                "category",
                &mut errors,
            ),
            condition: parse_choice(&query.condition, Condition::from_code, "condition", &mut errors),
            posted: parse_choice(&query.posted, |text| one_of(text, &DAYS), "posted", &mut errors),
            has_photo: parse_choice(&query.photo, |text| (text == "1").then_some(()), "photo", &mut errors)
                .is_some(),
            seller: parse_choice(&query.seller, |text| text.parse().ok(), "seller", &mut errors),
            place,
            circle,
            words,
            question,
            currency: chosen.or(prices_matter.then_some(usual)),
            min,
            max,
            sort,
            notes,
        };
        (filters, errors)
    }

    /// `“bicycle” in Vehicles`.
    pub fn headline(&self) -> String {
        let category = self.category.as_ref().map(|category| category.name.as_str());
        match (&self.words, category) {
            (Some(words), Some(category)) => format!("“{words}” in {category}"),
            (Some(words), None) => format!("“{words}”"),
            (None, Some(category)) => category.to_owned(),
            (None, None) => "Everything for sale".to_owned(),
        }
    }

    /// Whether nothing but a category narrows the list.
    pub fn is_whole_category(&self) -> bool {
        self.question.is_empty() && !self.has_details() && self.min.is_none() && self.max.is_none()
    }

    /// Whether anything does but words, category and price.
    fn has_details(&self) -> bool {
        self.condition.is_some()
            || self.place.is_some()
            || self.posted.is_some()
            || self.has_photo
            || self.seller.is_some()
    }

    /// How many filters, besides words, narrow the list.
    pub fn count(&self) -> usize {
        let price = self.min.is_some() || self.max.is_some() || self.currency.is_some();
        [
            self.category.is_some(),
            price,
            self.condition.is_some(),
            self.place.is_some(),
            self.posted.is_some(),
            self.has_photo,
            self.seller.is_some(),
        ]
        .into_iter()
        .filter(|&is_set| is_set)
        .count()
    }
}

impl Sort {
    /// What can be chosen: without words, nothing fits them. The first is what is chosen for whoever doesn't.
    pub fn offered(searching: bool, around: bool) -> Vec<Self> {
        let is_offered = |sort: &Self| match sort {
            Self::Relevance => searching,
            Self::Distance => around,
            _ => true,
        };
        Self::ALL.into_iter().filter(is_offered).collect()
    }
}

fn around(place: &str, radius: i64) -> Option<Circle> {
    let place = Places::find(place)?;
    Some(Circle::around(&place, radius as f64))
}

fn one_of(text: &str, choices: &[i64]) -> Option<i64> {
    let number = text.parse().ok()?;
    choices.contains(&number).then_some(number)
}

/// What isn't text counts as a space.
fn plain_line(text: &str, max: usize) -> Option<String> {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(max).collect();
    form::optional_line(&plain, max).ok().filter(|line| !line.is_empty())
}

fn parse_choice<T>(
    code: &str,
    read: impl FnOnce(&str) -> Option<T>,
    field: &'static str,
    errors: &mut FieldErrors,
) -> Option<T> {
    if code.is_empty() {
        return None;
    }
    let value = read(code);
    if value.is_none() {
        errors.add(field, sentences::there_is_no_such_field(field));
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: BrowseQuery) -> (Filters, FieldErrors) {
        let categories = [Category { id: 3, slug: "home".into(), name: "Home".into(), icon: "sofa".into() }];
        Filters::read(&query, &categories, Currency::Eur)
    }

    fn text(text: &str) -> String {
        text.to_owned()
    }

    #[test]
    fn nothing_asked_is_everything_newest_first() {
        let (filters, errors) = read(BrowseQuery::default());
        assert!(errors.is_empty());
        assert_eq!((filters.count(), filters.sort), (0, Sort::Newest));
    }

    #[test]
    fn prices_need_a_currency() {
        let (filters, _) = read(BrowseQuery { min: text("10"), ..BrowseQuery::default() });
        assert_eq!(filters.currency, Some(Currency::Eur));
        let (filters, _) =
            read(BrowseQuery { sort: text("price_low"), currency: text("JPY"), ..BrowseQuery::default() });
        assert_eq!(filters.currency, Some(Currency::Jpy));
        let (filters, _) = read(BrowseQuery { q: text("bike"), ..BrowseQuery::default() });
        assert_eq!((filters.currency, filters.sort), (None, Sort::Relevance));
    }

    #[test]
    fn what_cant_be_understood_is_said_and_left_out() {
        let (filters, errors) = read(BrowseQuery {
            q: text("a\0b"),
            min: text("ten"),
            max: text("20"),
            category: text("nothing"),
            currency: text("XXX"),
            condition: text("broken"),
            sort: text("relevance; DROP TABLE"),
            within: text("7"),
            posted: text("forever"),
            photo: text("yes"),
            seller: text("x"),
            after: text("bm90aGluZw"),
            ..BrowseQuery::default()
        });
        assert_eq!(filters.words.as_deref(), Some("a b"));
        assert_eq!(filters.max.map(Price::minor), Some(2000));
        assert_eq!(filters.min, None);
        for field in
            ["min", "category", "currency", "condition", "sort", "within", "posted", "photo", "seller"]
        {
            assert!(!errors.get(field).is_empty(), "{field}");
        }
        let (filters, errors) =
            read(BrowseQuery { min: text("20"), max: text("10"), ..BrowseQuery::default() });
        assert_eq!(filters.min.map(Price::minor), Some(1000), "a range upside down is swapped");
        assert_eq!(filters.max.map(Price::minor), Some(2000));
        assert!(errors.is_empty() && filters.notes.len() == 1);
    }

    #[test]
    fn a_long_question_is_cut_with_a_word_about_it() {
        let (filters, _) = read(BrowseQuery { q: "bike ".repeat(1_000), ..BrowseQuery::default() });
        assert!(filters.words.is_some_and(|words| words.len() <= 200));
        assert_eq!(filters.notes.len(), 1);
    }

    #[test]
    fn around_a_place_that_is_known() {
        let around = |place: &str, within: &str| BrowseQuery {
            place: text(place),
            within: text(within),
            ..BrowseQuery::default()
        };
        let (filters, errors) = read(around("Brno", "25"));
        assert!(errors.is_empty());
        let (circle, radius) = filters.circle.expect("Brno is known");
        assert!(radius == 25 && (circle.lat - 49.2).abs() < 0.1, "{circle:?}");
        assert!(!read(around("Xqzw", "25")).1.get("within").is_empty());
        assert!(!read(around("", "25")).1.get("within").is_empty());
    }
}
