//! A search carried out: words and filters in, products' numbers in their order out.
//!
//! Where very many fit, the newest of them are ranked first, and the others after them (windows of time, each several
//! times as long as the one before): nobody turns so many pages, and walking over a million to show 24 would take as long
//! as all the rest. A cursor names its window, so a list goes on where it was.

use std::ops::Bound;

use serde::{Deserialize, Serialize};
use tantivy::{
    Searcher, Term,
    query::{AllQuery, BooleanQuery, Occur, Query, RangeQuery, TermSetQuery},
};

use super::{
    collect::{Collected, Order, PageCollector, SortKey},
    facets::{Facets, Tally, TallyKey},
    opened::Opened,
    plan::{Plan, Planner, term},
    question::Part,
    synonyms::Synonyms,
};
use crate::catalog::places::Circle;

/// So many are walked over without a second thought (about two milliseconds).
const MANY: u64 = 40_000;
/// Of what fits, about so many are in the first window.
const WINDOW: u64 = 10_000;
/// How much longer each next window is.
const WIDER: u64 = 8;

/// What is looked for. Numbers are as the database has them.
#[derive(Clone, Debug)]
pub struct Search {
    pub question: Vec<Part>,
    pub category: Option<i64>,
    pub condition: Option<u64>,
    pub currency: Option<String>,
    /// In the currency's smallest unit.
    pub min: Option<i64>,
    pub max: Option<i64>,
    /// How the place's name begins, folded.
    pub place: Option<String>,
    pub circle: Option<Circle>,
    /// Microseconds since 1970.
    pub since: Option<i64>,
    pub has_photo: bool,
    pub seller: Option<i64>,
    pub order: Order,
    pub limit: usize,
    pub after: Option<Cursor>,
    pub counts_facets: bool,
}

impl Search {
    /// Words alone.
    pub fn of_words(question: Vec<Part>, order: Order, limit: usize) -> Self {
        Search {
            question,
            category: None,
            condition: None,
            currency: None,
            min: None,
            max: None,
            place: None,
            circle: None,
            since: None,
            has_photo: false,
            seller: None,
            order,
            limit,
            after: None,
            counts_facets: false,
        }
    }
}

/// Where the next page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    pub key: SortKey,
    /// The window that the key is in: created from, and before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<(i64, i64)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    Exactly(u64),
    MoreThan(u64),
}

#[derive(Debug)]
pub struct Hits {
    pub places: Vec<Cursor>,
    pub total: Total,
    pub facets: Facets,
    /// Words that nothing has.
    pub unknown: Vec<String>,
}

pub struct Run<'a> {
    pub opened: &'a Opened,
    pub synonyms: &'a Synonyms,
    pub searcher: Searcher,
}

impl Run<'_> {
    pub fn search(&self, search: &Search) -> tantivy::Result<Hits> {
        let plan = self.plan(&search.question)?;
        if !plan.unknown.is_empty() {
            let facets = Facets::default();
            return Ok(Hits { places: Vec::new(), total: Total::Exactly(0), facets, unknown: plan.unknown });
        }
        let bound = plan.bound.min(self.filters_bound(search)?);
        // A list goes on as it began, however many fit by now.
        let is_windowed = match search.after {
            Some(after) => after.window.is_some(),
            None => bound > MANY && matches!(search.order, Order::Relevance | Order::Newest),
        };
        if is_windowed {
            let (places, total) = self.by_windows(search, &plan, bound)?;
            return Ok(Hits { places, total, facets: Facets::default(), unknown: Vec::new() });
        }
        let page = self.page(search, &plan, search.after.map(|after| after.key), None)?;
        let facets =
            if search.counts_facets { self.facets(search, &plan, &page)? } else { Facets::default() };
        let places = page.keys.into_iter().map(|key| Cursor { key, window: None }).collect();
        Ok(Hits { places, total: Total::Exactly(page.total), facets, unknown: Vec::new() })
    }

    /// How many are listed, or of a category and a currency, and the counts of the choices. It walks over all there is: once for each
    /// state of the index.
    pub fn tally(&self, part: TallyKey) -> tantivy::Result<Tally> {
        if let Some(known) = self.opened.tally(&part, &self.searcher) {
            return Ok(known);
        }
        let (category, currency) = part.clone();
        let everything = Search::of_words(Vec::new(), Order::Newest, 0);
        let search = Search { category, currency, counts_facets: true, ..everything };
        let plan = self.plan(&search.question)?;
        let page = self.page(&search, &plan, None, None)?;
        let tally = (page.total, self.facets(&search, &plan, &page)?);
        self.opened.keep_tally(part, &self.searcher, tally.clone());
        Ok(tally)
    }

    /// How many there are.
    pub fn count(&self, search: &Search) -> tantivy::Result<u64> {
        let search = Search { limit: 0, counts_facets: false, ..search.clone() };
        let plan = self.plan(&search.question)?;
        if !plan.unknown.is_empty() {
            return Ok(0);
        }
        Ok(self.page(&search, &plan, None, None)?.total)
    }

    fn plan(&self, question: &[Part]) -> tantivy::Result<Plan> {
        let Opened { fields, language, .. } = self.opened;
        Planner { searcher: &self.searcher, fields, language: *language, synonyms: self.synonyms }
            .plan(question)
    }

    /// The windows from the newest on, until the page is full.
    fn by_windows(&self, search: &Search, plan: &Plan, bound: u64) -> tantivy::Result<(Vec<Cursor>, Total)> {
        let mut places: Vec<Cursor> = Vec::new();
        let mut share = WINDOW as f64 / bound as f64;
        let after = search.after;
        let (mut lower, mut upper) = match after.and_then(|after| after.window) {
            Some((lower, upper)) => (lower, upper),
            None => (self.opened.created_at_of_newest(share), i64::MAX),
        };
        let mut key = after.map(|after| after.key);
        let mut total = 0;
        loop {
            let rest = Search { limit: search.limit - places.len(), ..search.clone() };
            let page = self.page(&rest, plan, key.take(), Some((lower, upper)))?;
            total += page.total;
            places.extend(page.keys.into_iter().map(|key| Cursor { key, window: Some((lower, upper)) }));
            if places.len() >= search.limit {
                return Ok((places, Total::MoreThan(total)));
            }
            if lower == i64::MIN {
                return Ok((places, Total::Exactly(total)));
            }
            share *= WIDER as f64;
            // What was asked for from the window on is older than it.
            (lower, upper) = (self.opened.created_at_of_newest(share).min(lower.saturating_sub(1)), lower);
        }
    }

    fn page(
        &self,
        search: &Search,
        plan: &Plan,
        after: Option<SortKey>,
        window: Option<(i64, i64)>,
    ) -> tantivy::Result<Collected> {
        let collector = PageCollector {
            order: search.order,
            after,
            limit: search.limit,
            circle: search.circle,
            counts_facets: search.counts_facets && window.is_none(),
        };
        self.searcher.search(&*self.query(search, plan, window)?, &collector)
    }

    /// What the page's own walk has counted holds for filters that aren't set; each that is set takes a walk without it.
    fn facets(&self, search: &Search, plan: &Plan, page: &Collected) -> tantivy::Result<Facets> {
        let walk = |search: Search| {
            self.page(&Search { limit: 0, order: Order::Newest, ..search }, plan, None, None)
        };
        let no_category = search.category.map(|_| walk(Search { category: None, ..search.clone() }));
        let no_condition = search.condition.map(|_| walk(Search { condition: None, ..search.clone() }));
        let (no_category, no_condition) = (no_category.transpose()?, no_condition.transpose()?);
        let categories = &no_category.as_ref().unwrap_or(page).categories;
        let conditions = &no_condition.as_ref().unwrap_or(page).conditions;
        Ok(Facets {
            categories: categories.each().map(|(id, count)| (id as i64, count)).collect(),
            conditions: conditions.each().collect(),
        })
    }

    /// How many fit the rarest filter, at most.
    fn filters_bound(&self, search: &Search) -> tantivy::Result<u64> {
        let mut bound = u64::MAX;
        for term in self.exact_filters(search) {
            bound = bound.min(self.searcher.doc_freq(&term)?);
        }
        if search.place.is_some() || search.circle.is_some() {
            // Places select.
            bound = bound.min(MANY);
        }
        Ok(bound)
    }

    fn exact_filters(&self, search: &Search) -> Vec<Term> {
        let fields = &self.opened.fields;
        let mut terms = Vec::new();
        let mut add =
            |field, value: Option<u64>| terms.extend(value.map(|value| Term::from_field_u64(field, value)));
        add(fields.category, search.category.map(|id| id as u64));
        add(fields.condition, search.condition);
        add(fields.seller, search.seller.map(|id| id as u64));
        add(fields.has_photo, search.has_photo.then_some(1));
        terms.extend(search.currency.as_ref().map(|code| Term::from_field_text(fields.currency, code)));
        terms
    }

    fn query(
        &self,
        search: &Search,
        plan: &Plan,
        window: Option<(i64, i64)>,
    ) -> tantivy::Result<Box<dyn Query>> {
        let fields = &self.opened.fields;
        let mut clauses: Vec<(Occur, Box<dyn Query>)> =
            plan.clauses.iter().map(|(occur, query)| (*occur, query.box_clone())).collect();
        for filter in self.exact_filters(search) {
            clauses.push((Occur::Must, term(filter)));
        }
        let mut range = |from: Bound<Term>, to: Bound<Term>| {
            if !matches!((&from, &to), (Bound::Unbounded, Bound::Unbounded)) {
                clauses.push((Occur::Must, Box::new(RangeQuery::new(from, to)) as Box<dyn Query>));
            }
        };
        let number = |field, value: i64| Term::from_field_i64(field, value);
        let bound = |value: Option<i64>| {
            value.map_or(Bound::Unbounded, |value| Bound::Included(number(fields.price, value)))
        };
        range(bound(search.min), bound(search.max));
        let (lower, upper) = window.unwrap_or((i64::MIN, i64::MAX));
        let lower = search.since.map_or(lower, |since| since.max(lower));
        let from = if lower == i64::MIN {
            Bound::Unbounded
        } else {
            Bound::Included(number(fields.created_at, lower))
        };
        let to = if upper == i64::MAX {
            Bound::Unbounded
        } else {
            Bound::Excluded(number(fields.created_at, upper))
        };
        range(from, to);
        if let Some(circle) = &search.circle {
            let within = circle.bounding_box();
            let term = |field, value| Bound::Included(Term::from_field_f64(field, value));
            let mut between = |field, (from, to)| range(term(field, from), term(field, to));
            between(fields.lat, (within.south, within.north));
            // Across the 180th degree the distance alone decides.
            if within.beyond_180.is_none() {
                between(fields.lon, within.longitudes);
            }
        }
        if let Some(place) = &search.place {
            clauses.push((Occur::Must, Box::new(TermSetQuery::new(self.places(place)?))));
        }
        let selects = clauses.iter().any(|(occur, _)| *occur == Occur::Must);
        if !selects {
            clauses.push((Occur::Must, Box::new(AllQuery)));
        }
        Ok(Box::new(BooleanQuery::new(clauses)))
    }

    /// The places that begin so, all of them.
    fn places(&self, beginning: &str) -> tantivy::Result<Vec<Term>> {
        let field = self.opened.fields.place;
        let mut terms = Vec::new();
        for segment in self.searcher.segment_readers() {
            let index = segment.inverted_index(field)?;
            let upper = format!("{beginning}\u{10ffff}");
            let mut places = index.terms().range().ge(beginning).lt(upper).into_stream()?;
            while let Some((place, _)) = places.next() {
                if let Ok(place) = std::str::from_utf8(place) {
                    terms.push(Term::from_field_text(field, place));
                }
            }
        }
        Ok(terms)
    }
}
