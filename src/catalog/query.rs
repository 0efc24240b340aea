//! What somebody looks for: the query string of `/products`, read into values that can't be wrong.
//!
//! What can't be understood is left out and said beside its field; the page is shown all the same.
//!
//! Prices of different currencies can't be compared. As soon as a price bound or an order by price is
//! query for, the list is of one currency: the chosen one, else the usual one of this marketplace.

use askama::filters::urlencode;
use serde::Deserialize;

use super::sentences;
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
    pub sort: String,
    pub page: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    Newest,
    PriceLow,
    PriceHigh,
    /// How well it fits the words searched for.
    Relevance,
}

impl Sort {
    pub fn code(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::PriceLow => "price_low",
            Self::PriceHigh => "price_high",
            Self::Relevance => "relevance",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Newest => "Newest first",
            Self::PriceLow => "Lowest price first",
            Self::PriceHigh => "Highest price first",
            Self::Relevance => "Best match first",
        }
    }

    /// What can be chosen: without words, nothing fits them.
    pub fn offered(searching: bool) -> &'static [Self] {
        let all = &[Self::Relevance, Self::Newest, Self::PriceLow, Self::PriceHigh];
        if searching { all } else { &all[1..] }
    }

    fn read(code: &str, searching: bool) -> Self {
        let offered = Self::offered(searching);
        offered.iter().copied().find(|sort| sort.code() == code).unwrap_or(offered[0])
    }

    pub fn is_by_price(self) -> bool {
        matches!(self, Self::PriceLow | Self::PriceHigh)
    }
}

/// A search that can be carried out.
#[derive(Clone, Debug)]
pub struct Filters {
    pub words: Option<String>,
    pub category: Option<Category>,
    pub currency: Option<Currency>,
    pub min: Option<Price>,
    pub max: Option<Price>,
    pub condition: Option<Condition>,
    /// The beginning of a place's name.
    pub place: Option<String>,
    pub sort: Sort,
    pub page: i64,
}

impl Filters {
    pub fn read(query: &BrowseQuery, categories: &[Category], usual: Currency) -> (Self, FieldErrors) {
        let mut errors = FieldErrors::default();
        let words = words(&query.q, 200);
        let sort = Sort::read(&query.sort, words.is_some());
        let chosen = parse_choice(&query.currency, Currency::from_code, "currency", &mut errors);
        let mut bound = |field, text: &str| match text.trim() {
            "" => None,
            text => errors.check(field, Price::parse(text, chosen.unwrap_or(usual))),
        };
        let (mut min, mut max) = (bound("min", &query.min), bound("max", &query.max));
        if let (Some(low), Some(high)) = (min, max)
            && low.minor() > high.minor()
        {
            errors.add("min", sentences::THE_LOWEST_PRICE_IS_ABOVE_THE_HIGHEST);
            (min, max) = (None, None);
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
            place: words_of_place(&query.place),
            page: query.page.trim().parse().unwrap_or(1).max(1),
            words,
            currency: chosen.or(prices_matter.then_some(usual)),
            min,
            max,
            sort,
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

    /// Whether it is all of the marketplace or of a category, the newest first.
    pub fn is_whole_category(&self) -> bool {
        self.words.is_none()
            && self.sort == Sort::Newest
            && self.count() == usize::from(self.category.is_some())
    }

    /// Whether anything but words narrows the list.
    pub fn count(&self) -> usize {
        let price = self.min.is_some() || self.max.is_some() || self.currency.is_some();
        [self.category.is_some(), price, self.condition.is_some(), self.place.is_some()]
            .into_iter()
            .filter(|&is_set| is_set)
            .count()
    }
}

/// Words to search for; what isn't text counts as a space. At most one `-` excludes a word, and a word has a letter or a
/// digit: what else a parser would nest (sixty dashes are sixty negations) means nothing to anybody.
fn words(text: &str, max: usize) -> Option<String> {
    let line = plain_line(text, max)?;
    let words: Vec<String> = line
        .split(' ')
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .map(|word| {
            let bare = word.trim_start_matches('-');
            if bare.len() < word.len() { format!("-{bare}") } else { word.to_owned() }
        })
        .collect();
    Some(words.join(" ")).filter(|words| !words.is_empty())
}

fn words_of_place(text: &str) -> Option<String> {
    plain_line(text, 80)
}

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

impl BrowseQuery {
    /// Whether prices are compared, and nobody said in which currency.
    pub fn needs_currency(&self) -> bool {
        let is_by_price = [Sort::PriceLow, Sort::PriceHigh].iter().any(|sort| sort.code() == self.sort);
        self.currency.is_empty() && (is_by_price || !self.min.is_empty() || !self.max.is_empty())
    }

    /// The same for the same search: visitors' and other people's are carried out apart, and don't wait for each other.
    pub(super) fn key(&self, is_visitor: bool) -> String {
        format!("{}page={}&visitor={is_visitor}", self.base(&[]), self.page)
    }

    /// The address of this search without `page` and the fields named, ready for `page=2`.
    pub fn base(&self, without: &[&str]) -> String {
        let mut url = "/products?".to_owned();
        for (field, value) in self.fields() {
            if !value.is_empty() && !without.contains(&field) {
                let value = urlencode(value).map(|text| text.to_string()).unwrap_or_default();
                url.push_str(&format!("{field}={value}&"));
            }
        }
        url
    }

    /// The address of this search's feed, whose order is its own.
    pub fn feed(&self) -> String {
        self.without(&["sort"]).replacen("/products", "/products.atom", 1)
    }

    /// The address of this search without the fields named.
    pub fn without(&self, fields: &[&str]) -> String {
        self.base(fields).trim_end_matches(['?', '&']).to_owned()
    }

    fn fields(&self) -> [(&'static str, &str); 8] {
        [
            ("q", &self.q),
            ("category", &self.category),
            ("min", &self.min),
            ("max", &self.max),
            ("currency", &self.currency),
            ("condition", &self.condition),
            ("place", &self.place),
            ("sort", &self.sort),
        ]
    }
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
        assert_eq!((filters.count(), filters.page, filters.sort), (0, 1, Sort::Newest));
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
            page: text("-5"),
            ..BrowseQuery::default()
        });
        assert_eq!(filters.words.as_deref(), Some("a b"));
        assert_eq!(filters.max.map(Price::minor), Some(2000));
        assert_eq!((filters.min, filters.page), (None, 1));
        for field in ["min", "category", "currency", "condition"] {
            assert!(!errors.get(field).is_empty(), "{field}");
        }
        let (filters, errors) =
            read(BrowseQuery { min: text("20"), max: text("10"), ..BrowseQuery::default() });
        assert_eq!((filters.min, filters.max), (None, None));
        assert_eq!(errors.get("min"), "The lowest price is above the highest.");
    }

    /// Case 13.
    #[test]
    fn a_question_of_dashes_asks_for_nothing() {
        for nothing in ["-".repeat(60), "- ".repeat(60), "\"\" --- ( ! & |".to_owned()] {
            assert_eq!(words(&nothing, 200), None, "{nothing}");
        }
        assert_eq!(words("bike ---red -- -\u{2d}blue", 200).as_deref(), Some("bike -red -blue"));
    }

    #[test]
    fn addresses_keep_what_was_asked() {
        let query = BrowseQuery { q: text("red & blue"), place: text("Brno"), ..BrowseQuery::default() };
        assert_eq!(query.base(&[]), "/products?q=red%20%26%20blue&place=Brno&");
        assert_eq!(query.without(&["q"]), "/products?place=Brno");
        assert_eq!(query.without(&["q", "place"]), "/products");
    }
}
