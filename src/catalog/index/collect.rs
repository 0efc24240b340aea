//! One walk over what fits: how many there are, how many of each category and condition, and the first of them in their
//! order from after a key on.
//!
//! Invariant: an order is total (its last part is the product's number), so a page begins exactly where the one before it
//! ended, whatever was added meanwhile.

use std::{cmp::Reverse, collections::BinaryHeap};

use serde::{Deserialize, Serialize};
use tantivy::{
    DocId, Score, SegmentOrdinal, SegmentReader,
    collector::{Collector, SegmentCollector},
    columnar::Column,
};

use crate::catalog::places::Circle;

/// Where a product stands in a list: greater ones come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SortKey {
    /// By the order: worth, the price's opposite, the distance's opposite, or nothing.
    pub first: i64,
    /// Microseconds since 1970.
    pub created_at: i64,
    pub id: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Relevance,
    Newest,
    PriceLow,
    PriceHigh,
    Distance,
}

/// What is taken off a reserved product's worth: they come last.
const RESERVED: i64 = 1_000_000;

#[derive(Clone, Debug)]
pub struct PageCollector {
    pub order: Order,
    pub after: Option<SortKey>,
    pub limit: usize,
    /// Only what is within it.
    pub circle: Option<Circle>,
    pub counts_facets: bool,
}

#[derive(Debug, Default)]
pub struct Collected {
    pub keys: Vec<SortKey>,
    pub total: u64,
    /// By number.
    pub categories: Counts,
    pub conditions: Counts,
}

/// How many of each number; numbers are small.
#[derive(Debug, Default)]
pub struct Counts(Vec<u64>);

impl Counts {
    /// Greater numbers than any category's aren't counted.
    const MAX: usize = 100_000;

    fn add(&mut self, number: u64, count: u64) {
        let number = (number as usize).min(Self::MAX);
        if number >= self.0.len() {
            self.0.resize(number + 1, 0);
        }
        self.0[number] += count;
    }

    /// Those that there are any of.
    pub fn each(&self) -> impl Iterator<Item = (u64, u64)> {
        self.0
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0)
            .map(|(number, count)| (number as u64, *count))
    }
}

impl Collector for PageCollector {
    type Fruit = Collected;
    type Child = SegmentPage;

    fn for_segment(&self, _: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<SegmentPage> {
        let fast = segment.fast_fields();
        let facets = self
            .counts_facets
            .then(|| Ok::<_, tantivy::TantivyError>((fast.u64("category")?, fast.u64("condition")?)));
        let price = matches!(self.order, Order::PriceLow | Order::PriceHigh)
            .then(|| fast.i64("price"))
            .transpose()?;
        let reserved = (self.order == Order::Relevance).then(|| fast.u64("is_reserved")).transpose()?;
        let point = self
            .circle
            .is_some()
            .then(|| Ok::<_, tantivy::TantivyError>((fast.f64("lat")?, fast.f64("lon")?)));
        Ok(SegmentPage {
            with: self.clone(),
            id: fast.u64("id")?,
            created_at: fast.i64("created_at")?,
            price,
            reserved,
            point: point.transpose()?,
            facets: facets.transpose()?,
            first: BinaryHeap::with_capacity(self.limit + 1),
            collected: Collected::default(),
        })
    }

    fn requires_scoring(&self) -> bool {
        self.order == Order::Relevance
    }

    fn merge_fruits(&self, segments: Vec<Collected>) -> tantivy::Result<Collected> {
        let mut all = Collected::default();
        for segment in segments {
            all.total += segment.total;
            all.keys.extend(segment.keys);
            for (sum, part) in
                [(&mut all.categories, segment.categories), (&mut all.conditions, segment.conditions)]
            {
                part.each().for_each(|(value, count)| sum.add(value, count));
            }
        }
        all.keys.sort_unstable_by_key(|key| Reverse(*key));
        all.keys.truncate(self.limit);
        Ok(all)
    }
}

pub struct SegmentPage {
    with: PageCollector,
    id: Column<u64>,
    created_at: Column<i64>,
    price: Option<Column<i64>>,
    reserved: Option<Column<u64>>,
    point: Option<(Column<f64>, Column<f64>)>,
    facets: Option<(Column<u64>, Column<u64>)>,
    /// The least of the best is on top.
    first: BinaryHeap<Reverse<SortKey>>,
    collected: Collected,
}

impl SegmentCollector for SegmentPage {
    type Fruit = Collected;

    fn collect(&mut self, doc: DocId, score: Score) {
        let mut distance = 0;
        if let (Some(circle), Some((lat, lon))) = (&self.with.circle, &self.point) {
            let Some(kilometres) = lat
                .first(doc)
                .zip(lon.first(doc))
                .and_then(|(lat, lon)| circle.distance(lat as f32, lon as f32))
            else {
                return;
            };
            distance = (kilometres * 1_000.0) as i64;
        }
        self.collected.total += 1;
        if let Some((category, condition)) = &self.facets {
            for (counts, column) in
                [(&mut self.collected.categories, category), (&mut self.collected.conditions, condition)]
            {
                counts.add(column.first(doc).unwrap_or_default(), 1);
            }
        }
        if self.with.limit == 0 {
            return;
        }
        let first = match self.with.order {
            Order::Newest => 0,
            Order::Distance => -distance,
            Order::PriceLow => -self.price(doc),
            Order::PriceHigh => self.price(doc),
            Order::Relevance => {
                let reserved = self.reserved.as_ref().and_then(|column| column.first(doc));
                score as i64 - if reserved == Some(1) { RESERVED } else { 0 }
            }
        };
        let full = self.first.len() >= self.with.limit;
        if full && self.first.peek().is_some_and(|Reverse(least)| first < least.first) {
            return;
        }
        let created_at = self.created_at.first(doc).unwrap_or_default();
        if full
            && self
                .first
                .peek()
                .is_some_and(|Reverse(least)| (first, created_at) < (least.first, least.created_at))
        {
            return;
        }
        let key = SortKey { first, created_at, id: self.id.first(doc).unwrap_or_default() };
        if self.with.after.is_some_and(|after| key >= after) {
            return;
        }
        self.first.push(Reverse(key));
        if self.first.len() > self.with.limit {
            self.first.pop();
        }
    }

    fn harvest(self) -> Collected {
        let keys = self.first.into_iter().map(|Reverse(key)| key).collect();
        Collected { keys, ..self.collected }
    }
}

impl SegmentPage {
    fn price(&self, doc: DocId) -> i64 {
        self.price.as_ref().and_then(|column| column.first(doc)).unwrap_or_default()
    }
}
