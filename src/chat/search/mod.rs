//! `/messages?q=`: searching in one's own conversations, newest first.
//!
//! ```text
//! journal → hub → fill ──→ message_search (people, folded text) ──→ hits ──→ /rooms/{room}?at=SEQ#entry_SEQ
//!                 fold ↗      question → Terms → fold ↗
//! ```
//!
//! The invariant: a search reads entries of the asker's own rooms only. Their account is part of the index's
//! key (`people @> …`), so this isn't only a rule but also the bound on the cost. Measured with 2,000,000
//! entries in 50,000 rooms on two cores, without parallel workers: for an account with 5,000 rooms and
//! 200,000 entries a rare word takes 1 ms, the most common ones (70,000 hits) and signs that no index knows
//! 160 to 280 ms; for an account with 450 entries nothing takes more than 12 ms, where an index over text
//! alone, with the rooms sorted out after it, took 330. The names of 5,000 people take 7 ms. The index is
//! as large as the table; filling takes 13,000 entries a second.

mod excerpt;
mod fill;
mod fold;
mod terms;

use anyhow::Context as _;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use sqlx::PgPool;

use crate::{
    accounts::CurrentUser,
    chat::{
        SearchLimits,
        domain::conversation::Conversation,
        store,
        views::{HitView, PersonView, SearchPage},
    },
    products,
    web::{Pager, Result, Shell},
};

pub(super) use excerpt::{Piece, excerpt};
pub use fill::{mend, start};
pub(super) use terms::Terms;

/// PostgreSQL's code for a statement that was cancelled.
const TOOK_TOO_LONG: &str = "57014";

const PER_PAGE: i64 = 20;
/// Hits that are counted and can be paged through.
const MOST: i64 = 500;
/// Participants who are shown above the hits, and conversations whose names are looked at, the latest first.
const PEOPLE: usize = 5;
const NAMES: i64 = 5_000;

/// The page for a question with at least one term.
pub(super) async fn show(
    db: &PgPool,
    limits: &SearchLimits,
    user: &CurrentUser,
    shell: Shell,
    buyers: Vec<Conversation>,
    (question, terms): (String, Terms),
    page: Option<i64>,
) -> Result<Response> {
    let who = (user.account_id, user.buyer_id, user.seller_id);
    let page = page.unwrap_or(1).clamp(1, MOST);
    let permit = match limits.acquire(user.account_id).await {
        Ok(permit) => permit,
        Err(why) => return Ok(refused(StatusCode::TOO_MANY_REQUESTS, shell, question, buyers, why)),
    };
    // Who goes away doesn't end the search in the database: the permit is held as long as that.
    let (pool, asked) = (db.clone(), terms.query());
    let search = tokio::spawn(async move {
        let _permit = permit;
        store::search_query::search(&pool, who, &asked, MOST, (page, PER_PAGE)).await
    });
    let found = match search.await.context("a search")? {
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(TOOK_TOO_LONG) => {
            let why = "That took too long; try a rarer word.";
            return Ok(refused(StatusCode::SERVICE_UNAVAILABLE, shell, question, buyers, why));
        }
        found => found?,
    };
    let pager = Pager::new(Some(page), PER_PAGE, found.total, Pager::base("/messages", &[("q", &question)]));
    let people = match pager.page {
        1 => {
            people(
                db,
                store::search_query::room_names(db, user.buyer_id, user.seller_id, NAMES).await?,
                &terms,
            )
            .await?
        }
        _ => Vec::new(),
    };
    let hits = found.hits.into_iter().map(|hit| HitView::new(hit, &terms)).collect();
    Ok(SearchPage { shell, q: question, buyers, people, hits, pager, most: MOST, refused: None }
        .into_response())
}

/// What was asked stays in its field.
fn refused(
    status: StatusCode,
    shell: Shell,
    q: String,
    buyers: Vec<Conversation>,
    why: &'static str,
) -> Response {
    let pager = Pager::new(None, PER_PAGE, 0, "/messages?");
    let (people, hits) = (Vec::new(), Vec::new());
    (status, SearchPage { shell, q, buyers, people, hits, pager, most: MOST, refused: Some(why) })
        .into_response()
}

/// Those whose name, or what was spoken of last with them, fits.
async fn people(
    db: &PgPool,
    talks: Vec<store::search_query::RoomName>,
    terms: &Terms,
) -> Result<Vec<PersonView>> {
    let about: Vec<i64> = talks.iter().filter_map(|talk| talk.product_id).collect();
    let titles = products::titles(db, &about).await?;
    let fits = |text: &str| !terms.find(&fold::composed(text)).is_empty();
    let view = |talk: store::search_query::RoomName| {
        let title = talk.product_id.and_then(|id| titles.get(&id)).filter(|title| fits(title)).cloned();
        let found = title.is_some() || fits(&talk.other_name);
        found.then_some(PersonView { room: talk.room, side: talk.side, name: talk.other_name, title })
    };
    Ok(talks.into_iter().filter_map(view).take(PEOPLE).collect())
}
