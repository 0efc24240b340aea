//! `/messages?q=`: what is found in one's own conversations, newest first.

use anyhow::Context as _;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use sqlx::PgPool;

use crate::chat::sentences;
use crate::{
    accounts::CurrentUser,
    chat::{
        domain::conversation::Conversation,
        pages::views::{HitView, PersonView, SearchPage},
        search::{fold, limits::SearchLimits, terms::Terms},
        store::{self, search_query::Hit},
    },
    products,
    web::{Error, Pager, Result, Shell},
};

/// PostgreSQL's code for a statement that was cancelled.
const QUERY_CANCELED: &str = "57014";

/// Hits on a page.
pub const PER_PAGE: i64 = 20;
/// Hits that are counted and can be paged through.
const MAX_HITS: i64 = 500;
/// People who are shown above the hits, and conversations whose names are looked at, the latest first.
const MAX_PEOPLE: usize = 5;
const MAX_NAMES: i64 = 5_000;

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
    let page = page.unwrap_or(1).clamp(1, MAX_HITS);
    let (found, names) = match find(db, limits, user, &terms, page).await? {
        Ok(found) => found,
        Err((status, why)) => return Ok(refused(status, shell, question, buyers, why)),
    };
    let pager = Pager::new(Some(page), PER_PAGE, found.total, Pager::base("/messages", &[("q", &question)]));
    let people = people(db, names, &terms).await?;
    let hits = found.hits.into_iter().map(|hit| HitView::new(hit, &terms)).collect();
    Ok(SearchPage { shell, q: question, buyers, people, hits, pager, most: MAX_HITS, refused: None }
        .into_response())
}

type Found = (store::search_query::SearchResult, Vec<store::search_query::RoomName>);

/// A page of hits, and on the first one the names of the rooms; or why not just now.
async fn find(
    db: &PgPool,
    limits: &SearchLimits,
    user: &CurrentUser,
    terms: &Terms,
    page: i64,
) -> Result<Result<Found, (StatusCode, &'static str)>> {
    let who = (user.account_id, user.buyer_id, user.seller_id);
    let permit = match limits.acquire(user.account_id).await {
        Ok(permit) => permit,
        Err(why) => return Ok(Err((StatusCode::TOO_MANY_REQUESTS, why))),
    };
    // Whoever goes away doesn't end the search in the database: the permit is held as long as that.
    let (pool, asked) = (db.clone(), terms.query());
    let search = tokio::spawn(async move {
        let _permit = permit;
        let found = store::search_query::search(&pool, who, &asked, MAX_HITS, (page, PER_PAGE)).await?;
        let names = match page {
            1 => store::search_query::room_names(&pool, who.1, who.2, MAX_NAMES).await?,
            _ => Vec::new(),
        };
        Ok::<_, sqlx::Error>((found, names))
    });
    match search.await.context("a search")? {
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(QUERY_CANCELED) => {
            Ok(Err((StatusCode::SERVICE_UNAVAILABLE, sentences::THAT_TOOK_TOO_LONG)))
        }
        found => Ok(Ok(found?)),
    }
}

/// A program's search: a page of hits, newest first, and how many there are, counted up to a limit.
pub async fn search_messages(
    db: &PgPool,
    limits: &SearchLimits,
    user: &CurrentUser,
    question: &str,
    page: i64,
) -> Result<Vec<Hit>> {
    let Some(terms) = Terms::parse(question) else { return Ok(Vec::new()) };
    match find(db, limits, user, &terms, page.clamp(1, MAX_HITS)).await? {
        Ok((found, _)) if (page - 1) * PER_PAGE < found.total => Ok(found.hits),
        Ok(_) => Ok(Vec::new()),
        Err((StatusCode::TOO_MANY_REQUESTS, why)) => Err(Error::TooMany(why)),
        Err((_, why)) => Err(Error::Busy(why)),
    }
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
    (status, SearchPage { shell, q, buyers, people, hits, pager, most: MAX_HITS, refused: Some(why) })
        .into_response()
}

/// Those whose name, or what was spoken of last with them, fits.
async fn people(
    db: &PgPool,
    names: Vec<store::search_query::RoomName>,
    terms: &Terms,
) -> Result<Vec<PersonView>> {
    let about: Vec<i64> = names.iter().filter_map(|name| name.product_id).collect();
    let titles = products::titles(db, &about).await?;
    let fits = |text: &str| !terms.find(&fold::composed(text)).is_empty();
    let view = |name: store::search_query::RoomName| {
        let title = name.product_id.and_then(|id| titles.get(&id)).filter(|title| fits(title)).cloned();
        let found = title.is_some() || fits(&name.other_name);
        found.then_some(PersonView { room: name.room, side: name.side, name: name.other_name, title })
    };
    Ok(names.into_iter().filter_map(view).take(MAX_PEOPLE).collect())
}
