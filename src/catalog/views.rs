//! The lists' templates.

use std::sync::Arc;

use askama::Template;
use askama_web::WebTemplate;

use super::{
    find::{Found, Spoiler},
    index::Total,
    query::{BrowseQuery, DAYS, Filters, KILOMETRES, Sort},
};
use crate::products::{Card, Category, Condition, Currencies, Currency, Facts, Viewer, Weigh, photos::Photo};
use crate::web::{FieldErrors, Shell, filters};

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
        self.found.cards.iter()
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
    pub found: Found,
}

impl BrowseResults {
    pub fn cards(&self) -> &[Card] {
        &self.found.cards
    }

    /// How many there are, in words.
    pub fn count(&self) -> String {
        match self.found.total {
            Some(Total::Exactly(0)) => "Nothing found".to_owned(),
            Some(Total::Exactly(1)) => "1 offer".to_owned(),
            Some(Total::Exactly(total)) => format!("{} offers", thousands(total)),
            // Somebody has looked at the first of them only.
            Some(Total::MoreThan(total)) if total < 1_000 => "Very many offers".to_owned(),
            Some(Total::MoreThan(total)) => format!("More than {} offers", thousands(total / 1_000 * 1_000)),
            None if self.found.cards.is_empty() && self.asked.after.is_empty() => "Nothing found".to_owned(),
            None => "The newest offers".to_owned(),
        }
    }

    pub fn spoiler(&self) -> Option<&Spoiler> {
        self.found.spoiler.as_ref()
    }

    /// The same search without the word that spoils it.
    pub fn without_spoiler(&self, spoiler: &Spoiler) -> String {
        BrowseQuery { q: spoiler.question.clone(), ..self.asked.clone() }.without(&[])
    }

    pub fn next(&self) -> Option<String> {
        self.found.next.as_ref().map(|next| self.asked.page_after(next))
    }

    /// From the top, for whoever is further down.
    pub fn top(&self) -> Option<String> {
        (!self.asked.after.is_empty()).then(|| self.asked.without(&[]))
    }

    pub fn sorts(&self) -> Vec<(&'static str, &'static str)> {
        let offered = Sort::offered(!self.filters.question.is_empty(), self.filters.circle.is_some());
        offered.into_iter().map(|sort| (sort.code(), sort.label())).collect()
    }

    pub fn radii(&self) -> Vec<(String, String)> {
        KILOMETRES.iter().map(|km| (km.to_string(), format!("{km} km around"))).collect()
    }

    pub fn days(&self) -> Vec<(String, String)> {
        DAYS.iter().map(|days| (days.to_string(), posted(*days))).collect()
    }

    pub fn category_options(&self) -> Vec<(&str, String)> {
        let counts = &self.found.facets.categories;
        let mut options = Vec::new();
        for Category { id, slug, name, .. } in &self.facts.categories {
            let counted = counts.iter().find(|(counted, _)| counted == id).map(|(_, count)| *count);
            options.push((slug.as_str(), with_count(name, counted, self.is_counted())));
        }
        options
    }

    pub fn conditions(&self) -> Vec<(&'static str, String)> {
        let option = |condition: Condition| {
            let counted = self.found.facets.conditions.iter().find(|(code, _)| *code == condition as u64);
            (
                condition.code(),
                with_count(condition.label(), counted.map(|(_, count)| *count), self.is_counted()),
            )
        };
        Condition::ALL.into_iter().map(option).collect()
    }

    /// Whether choices say how much each would find.
    fn is_counted(&self) -> bool {
        !self.found.facets.is_empty()
    }

    /// None to choose from, where there is but one.
    pub fn currency_options(&self) -> Vec<(&'static str, &'static str)> {
        self.currencies.options("")
    }

    pub fn without_filters(&self) -> String {
        let asked = BrowseQuery { q: self.asked.q.clone(), ..BrowseQuery::default() };
        asked.without(&[])
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
            let label = match filters.circle {
                Some((_, radius)) => format!("{radius} km around {place}"),
                None => place.clone(),
            };
            add(
                label,
                if filters.sort == Sort::Distance {
                    &["place", "within", "sort"]
                } else {
                    &["place", "within"]
                },
            );
        }
        if let Some(days) = filters.posted {
            add(posted(days), &["posted"]);
        }
        if filters.has_photo {
            add("With photo".to_owned(), &["photo"]);
        }
        if filters.seller.is_some() {
            add("One seller".to_owned(), &["seller"]);
        }
        active
    }
}

fn posted(days: i64) -> String {
    match days {
        1 => "Posted today".to_owned(),
        days => format!("Posted within {days} days"),
    }
}

/// `Vehicles (1,204)`; whoever finds nothing there is told before.
fn with_count(name: &str, count: Option<u64>, is_counted: bool) -> String {
    if is_counted { format!("{name} ({})", thousands(count.unwrap_or(0))) } else { name.to_owned() }
}

/// `12345` → `12,345`.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
