//! `/suggestions?q=`: what may be meant by what is typed so far, from what is really for sale. For the search field's
//! script; without it nobody asks.

use std::collections::HashSet;

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, Serialize};

use super::super::{
    index::{continuation, fold::fold},
    query::BrowseQuery,
};
use crate::{
    accounts::MaybeUser,
    products,
    web::{ClientAddr, Query, Result},
};

const MAX: usize = 8;
const MAX_OF_A_KIND: usize = 3;
const MAX_LETTERS: usize = 60;

#[derive(Deserialize)]
pub struct SuggestQuery {
    #[serde(default)]
    q: String,
}

#[derive(Serialize)]
struct Suggestion {
    text: String,
    /// Empty for words.
    kind: &'static str,
    url: String,
}

pub async fn show(
    State(state): State<super::super::State>,
    (ClientAddr(addr), MaybeUser(user)): (ClientAddr, MaybeUser),
    Query(SuggestQuery { q }): Query<SuggestQuery>,
) -> Result<Response> {
    let typed: String = q.chars().take(MAX_LETTERS).collect();
    let typed = typed.trim_start().to_owned();
    let folded = fold(typed.trim());
    let mut found: Vec<Suggestion> = Vec::new();
    if !folded.is_empty() {
        let turn = state.limits.acquire(user.is_none(), addr).await?;
        let facts = state.catalogue.facts().await?;
        let begins = |text: &str| {
            let text = fold(text);
            text.starts_with(&folded) || text.split(' ').any(|word| word.starts_with(&folded))
        };
        for category in facts.categories.iter().filter(|category| begins(&category.name)).take(MAX_OF_A_KIND)
        {
            let asked = BrowseQuery { category: category.slug.clone(), ..BrowseQuery::default() };
            found.push(Suggestion { text: category.name.clone(), kind: "category", url: asked.without(&[]) });
        }
        for place in facts.places.iter().filter(|place| begins(place)).take(MAX_OF_A_KIND) {
            let asked = BrowseQuery { place: place.clone(), ..BrowseQuery::default() };
            found.push(Suggestion { text: place.clone(), kind: "place", url: asked.without(&[]) });
        }
        let completions = state.index.complete(typed.clone(), MAX).await.unwrap_or_default();
        let mut texts = completions.words;
        if !completions.products.is_empty() {
            let titles = products::titles(&state.db, &completions.products).await?;
            let in_order = completions.products.iter().filter_map(|id| titles.get(id));
            let mut known = HashSet::new();
            texts = in_order
                .filter_map(|title| continuation(title, &typed))
                .filter(|text| *text != folded && known.insert(text.clone()))
                .collect();
        }
        drop(turn);
        let words = texts.into_iter().take(MAX - found.len()).map(|text| {
            let asked = BrowseQuery { q: text.clone(), ..BrowseQuery::default() };
            Suggestion { url: asked.without(&[]), kind: "", text }
        });
        let words: Vec<Suggestion> = words.collect();
        found.splice(0..0, words);
    }
    Ok(([(header::CACHE_CONTROL, "private, max-age=10")], Json(found)).into_response())
}
