//! The lists' templates.

use std::sync::Arc;

use askama::Template;
use askama_web::WebTemplate;

use super::{
    query::{BrowseQuery, Filters, Sort},
    store::{browse::MAX_RESULTS, list::Found},
};
use crate::products::{Card, Condition, Currencies, Currency, Facts, Viewer, Weigh, photos::Photo};
use crate::web::{FieldErrors, Pager, Shell, filters};

#[derive(Template, WebTemplate)]
#[template(path = "catalog/home.html")]
pub(super) struct HomePage {
    pub shell: Shell,
    pub viewer: Viewer,
    pub facts: Arc<Facts>,
    pub found: Arc<Found>,
}

impl HomePage {
    pub fn cards(&self) -> impl Iterator<Item = &Card> {
        self.found.0.iter().map(|(card, _)| card)
    }

    /// Decoration.
    pub fn hero_photos(&self) -> impl Iterator<Item = &Photo> {
        self.cards().filter_map(|card| card.photo.as_ref()).take(6)
    }
}

/// A search's results as they were rendered, and who sells what is on them.
pub struct Rendered {
    pub title: String,
    pub html: String,
    pub sellers: Vec<i64>,
}

impl Weigh for Rendered {
    fn bytes(&self) -> usize {
        self.html.len() + self.title.len() + 8 * self.sellers.len()
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "catalog/browse.html")]
pub(super) struct BrowsePage {
    pub shell: Shell,
    pub results: Arc<Rendered>,
    /// The address of the same search as a feed.
    pub feed: String,
}

#[derive(Template)]
#[template(path = "catalog/_browse.html")]
pub(super) struct BrowseResults {
    pub errors: FieldErrors,
    pub viewer: Viewer,
    pub asked: BrowseQuery,
    pub filters: Filters,
    pub facts: Arc<Facts>,
    pub currencies: Currencies,
    pub cards: Vec<Card>,
    pub pager: Pager,
}

impl BrowseResults {
    pub fn found(&self) -> String {
        match self.pager.total {
            0 => "Nothing found".to_owned(),
            1 => "1 offer".to_owned(),
            total if total >= MAX_RESULTS => "More than 1,000 offers".to_owned(),
            total => format!("{total} offers"),
        }
    }

    pub fn sorts(&self) -> Vec<(&'static str, &'static str)> {
        let offered = Sort::offered(self.filters.words.is_some());
        offered.iter().map(|sort| (sort.code(), sort.label())).collect()
    }

    pub fn category_options(&self) -> Vec<(&str, &str)> {
        self.facts
            .categories
            .iter()
            .map(|category| (category.slug.as_str(), category.name.as_str()))
            .collect()
    }

    pub fn conditions(&self) -> Vec<(&'static str, &'static str)> {
        Condition::options()
    }

    /// None to choose from, where there is but one.
    pub fn currency_options(&self) -> Vec<(&'static str, &'static str)> {
        self.currencies.options("")
    }

    pub fn without_filters(&self) -> String {
        self.asked.without(&["category", "min", "max", "currency", "condition", "place", "sort"])
    }

    /// The currency to show as chosen.
    pub fn currency(&self) -> &str {
        self.filters.currency.as_ref().map_or("", Currency::code)
    }

    /// What narrows the list, as people read it, and the address without it.
    pub fn active(&self) -> Vec<(String, String)> {
        let filters = &self.filters;
        let mut active = Vec::new();
        let mut add = |label: String, fields: &[&str]| active.push((label, self.asked.without(fields)));
        if let Some(words) = &filters.words {
            add(format!("“{words}”"), &["q"]);
        }
        if let Some(category) = &filters.category {
            add(category.name.clone(), &["category"]);
        }
        if let Some(currency) = filters.currency {
            let price = match (filters.min, filters.max) {
                (Some(min), Some(max)) => format!("{min} to {max}"),
                (Some(min), None) => format!("From {min}"),
                (None, Some(max)) => format!("Up to {max}"),
                (None, None) => format!("Prices in {currency}"),
            };
            // An order by price would bring the currency back.
            let by_price = filters.sort.is_by_price();
            add(
                price,
                if by_price { &["min", "max", "currency", "sort"] } else { &["min", "max", "currency"] },
            );
        }
        if let Some(condition) = filters.condition {
            add(condition.label().to_owned(), &["condition"]);
        }
        if let Some(place) = &filters.place {
            add(place.clone(), &["place"]);
        }
        active
    }
}
