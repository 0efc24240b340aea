//! A list of products found: by the index where words or filters select, by a B-tree where nothing does.
//!
//! ```text
//! no words, at most a category; by time or price → one statement of PostgreSQL, which an index gives in its order
//! everything else                                → the search index → numbers → one statement that reads their rows
//! no index yet                                   → PostgreSQL, by words as they are written, the newest first, and says so
//! ```
//!
//! Invariant: what is shown is listed now, whatever the index believes.

use std::time::Duration;

use sqlx::PgPool;
use time::OffsetDateTime;

use super::{
    index::{Cursor, Facets, Order, Search, SearchIndex, SortKey, Total, fold::fold, micros, question::Part},
    query::{Filters, Sort},
    store::{list, list::Cards, unindexed},
};
use crate::products::{Card, Condition, Currency, Price, Weigh};

/// Part of a list, and what there is to say of all of it.
#[derive(Default)]
pub struct Found {
    pub cards: Vec<Card>,
    /// Where the next part begins, if there is one.
    pub next: Option<Cursor>,
    /// None where nobody has counted.
    pub total: Option<Total>,
    pub facets: Facets,
    /// Where nothing was found: a word that, left out, lets something be found.
    pub spoiler: Option<Spoiler>,
    /// Without the index: words as they are written only, the newest first.
    pub is_unindexed: bool,
}

/// The word that nothing has, or nothing together with the others.
pub struct Spoiler {
    pub word: String,
    /// The question without it.
    pub question: String,
    pub count: u64,
}

impl Weigh for Found {
    fn bytes(&self) -> usize {
        512 * (self.cards.len() + 1)
    }
}

/// What fits, from after the cursor on, at most so many; a statement that takes longer than the limit is ended.
pub(super) async fn find(
    db: &PgPool,
    index: &SearchIndex,
    filters: &Filters,
    after: Option<Cursor>,
    count: usize,
    limit: Duration,
) -> sqlx::Result<Found> {
    let search = Search { after, limit: count + 1, ..search_of(filters) };
    if let Some(cards) = by_tree(db, filters, after.map(|after| after.key).as_ref(), count as i64 + 1).await?
    {
        let (total, facets) = index.tally((search.category, search.currency)).await.unzip();
        let (total, facets) = (total.map(Total::Exactly), facets.unwrap_or_default());
        return Ok(Found { total, facets, ..page(cards, count) });
    }
    let Some(hits) = index.search(search.clone()).await else {
        let after = after.map(|after| after.key);
        let cards = without_index(db, filters, after.as_ref(), count as i64 + 1, limit).await?;
        return Ok(Found { is_unindexed: true, ..page(cards, count) });
    };
    let next = if hits.places.len() > count { hits.places.get(count - 1).copied() } else { None };
    let ids: Vec<i64> = hits.places.iter().take(count).map(|place| place.key.id as i64).collect();
    let cards = if ids.is_empty() { Vec::new() } else { list::by_ids(db, &ids).await? };
    let spoiler = match hits.total {
        Total::Exactly(0) => spoiler(index, &search, &hits.unknown).await,
        _ => None,
    };
    Ok(Found { cards, next, total: Some(hits.total), facets: hits.facets, spoiler, is_unindexed: false })
}

fn page(mut rows: Cards, count: usize) -> Found {
    let has_more = rows.len() > count;
    rows.truncate(count);
    let next = rows.last().filter(|_| has_more).map(|(_, key)| Cursor { key: *key, window: None });
    Found { cards: rows.into_iter().map(|(card, _)| card).collect(), next, ..Found::default() }
}

/// What an index of PostgreSQL gives in its order; none if something else narrows the list.
async fn by_tree(
    db: &PgPool,
    filters: &Filters,
    after: Option<&SortKey>,
    count: i64,
) -> sqlx::Result<Option<Cards>> {
    if !filters.is_whole_category() {
        return Ok(None);
    }
    let category = filters.category.as_ref().map(|category| category.id);
    let cards = match (filters.sort, filters.currency) {
        (Sort::Newest, None) => list::newest(db, category, after, count).await?,
        (Sort::PriceLow, Some(currency)) => {
            list::cheapest(db, category, currency.code(), after, count).await?
        }
        (Sort::PriceHigh, Some(currency)) => {
            list::dearest(db, category, currency.code(), after, count).await?
        }
        _ => return Ok(None),
    };
    Ok(Some(cards))
}

async fn without_index(
    db: &PgPool,
    filters: &Filters,
    after: Option<&SortKey>,
    count: i64,
    limit: Duration,
) -> sqlx::Result<Cards> {
    let narrowed = unindexed::Narrowed {
        words: filters.words.as_deref(),
        category_id: filters.category.as_ref().map(|category| category.id),
        currency: filters.currency.as_ref().map(Currency::code),
        min: filters.min.map(Price::minor),
        max: filters.max.map(Price::minor),
        condition: filters.condition.map(Condition::code),
        place: filters.place.as_deref(),
        since: filters.posted.map(|days| OffsetDateTime::now_utc() - time::Duration::days(days)),
        has_photo: filters.has_photo,
        seller_id: filters.seller,
    };
    unindexed::newest(db, &narrowed, after, count, limit).await
}

fn search_of(filters: &Filters) -> Search {
    Search {
        question: filters.question.clone(),
        category: filters.category.as_ref().map(|category| category.id),
        condition: filters.condition.map(|condition| condition as u64),
        currency: filters.currency.map(|currency| currency.code().to_owned()),
        min: filters.min.map(Price::minor),
        max: filters.max.map(Price::minor),
        place: filters.place.as_deref().filter(|_| filters.circle.is_none()).map(fold),
        circle: filters.circle.map(|(circle, _)| circle),
        since: filters.posted.map(|days| micros(OffsetDateTime::now_utc() - time::Duration::days(days))),
        has_photo: filters.has_photo,
        seller: filters.seller,
        order: match filters.sort {
            Sort::Newest => Order::Newest,
            Sort::PriceLow => Order::PriceLow,
            Sort::PriceHigh => Order::PriceHigh,
            Sort::Relevance => Order::Relevance,
            Sort::Distance => Order::Distance,
        },
        limit: 0,
        after: None,
        counts_facets: true,
    }
}

/// Which word to leave out: the one without which most is found.
async fn spoiler(index: &SearchIndex, search: &Search, unknown: &[String]) -> Option<Spoiler> {
    let wanted = search.question.iter().filter(|part| !part.is_excluded).count();
    if wanted < 2 {
        return None;
    }
    let is_unknown = |part: &Part| !part.is_excluded && unknown.contains(&part.text());
    let candidates: Vec<Vec<usize>> = if unknown.is_empty() {
        let parts = search.question.iter().enumerate().filter(|(_, part)| !part.is_excluded);
        parts.map(|(at, _)| vec![at]).collect()
    } else {
        let parts = search.question.iter().enumerate().filter(|(_, part)| is_unknown(part));
        vec![parts.map(|(at, _)| at).collect()]
    };
    let mut best: Option<Spoiler> = None;
    for left_out in candidates {
        let (spoiling, kept): (Vec<_>, Vec<_>) =
            search.question.iter().cloned().enumerate().partition(|(at, _)| left_out.contains(at));
        let raw = |parts: &[(usize, Part)]| {
            parts.iter().map(|(_, part)| part.raw.as_str()).collect::<Vec<_>>().join(" ")
        };
        let (word, question) = (raw(&spoiling), raw(&kept));
        if kept.iter().all(|(_, part)| part.is_excluded) {
            continue;
        }
        let rest = Search { question: kept.into_iter().map(|(_, part)| part).collect(), ..search.clone() };
        let count = index.count(rest).await?;
        if count > best.as_ref().map_or(0, |best| best.count) {
            best = Some(Spoiler { word, question, count });
        }
    }
    best
}
