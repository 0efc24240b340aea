//! `/notices`: the bell's page. A notice is opened by a form, so that reading it works without a script, and nothing
//! that only looks ahead (a prefetch) reads it. To a script it says what isn't read yet.

use axum::{
    Json,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;

use super::super::{
    kind::{Kinds, Words},
    notice::Notice,
    store,
    views::NoticesPage,
};
use crate::{
    accounts::CurrentUser,
    web::{Error, Pager, Path, Query, Result, Shell, wants_json},
};

const NOTICES_PER_PAGE: i64 = 30;
/// Notifications that are looked after; a device hardly shows more.
const MAX_TAGS: i64 = 100;
/// Older ones are on no page.
const MAX_LISTED: i64 = 900;

#[derive(Deserialize)]
pub(in super::super) struct NoticesQuery {
    page: Option<i64>,
}

/// For open pages: which notifications on this device still tell of something.
#[derive(Serialize)]
struct UnreadJson {
    /// Of those, as pushes have them.
    tags: Vec<String>,
    badge: i64,
}

pub(in super::super) async fn show(
    (State(db), State(kinds)): (State<PgPool>, State<Kinds>),
    shell: Shell,
    user: CurrentUser,
    headers: HeaderMap,
    Query(asked): Query<NoticesQuery>,
) -> Result<Response> {
    if wants_json(&headers) {
        return Ok(Json(unread(&db, &kinds, user.account_id).await?).into_response());
    }
    let total = store::notices::count(&db, user.account_id, MAX_LISTED).await?;
    let pager = Pager::new(asked.page, NOTICES_PER_PAGE, total, "/notices?");
    let page = store::notices::page(&db, user.account_id, (pager.limit(), pager.offset())).await?;
    let mut notices = kinds.describe(&db, page).await?;
    mark_read_elsewhere(&db, &mut notices).await?;
    Ok(NoticesPage { shell, notices, pager }.into_response())
}

async fn unread(db: &PgPool, kinds: &Kinds, account_id: i64) -> Result<UnreadJson> {
    let unread = store::notices::newest_unread(db, account_id, MAX_TAGS).await?;
    let by_kind = store::due::unread_by_kind(db, &[account_id]).await?;
    let badges = kinds.badges(db, &[account_id], &by_kind).await?;
    let badge = badges.get(&account_id).copied().unwrap_or(0);
    Ok(UnreadJson { tags: unread.iter().map(Notice::tag).collect(), badge })
}

/// What was read on its own page, and whose notice hasn't heard of it yet, is read.
pub(in super::super) async fn mark_read_elsewhere(
    db: &PgPool,
    notices: &mut [(Notice, Words)],
) -> Result<()> {
    let mut settled = Vec::new();
    for (notice, _) in notices.iter_mut().filter(|(notice, words)| words.is_settled && !notice.is_read) {
        notice.is_read = true;
        settled.push(notice.id);
    }
    mark_read(db, &settled).await
}

pub(in super::super) async fn mark_read(db: &PgPool, ids: &[i64]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    let changed = store::notices::mark_read_by_id(&mut *tx, ids).await?;
    store::notices::notify(&mut *tx, &changed[..changed.len().min(1)]).await?;
    Ok(tx.commit().await?)
}

/// To what the notice is about, which is read then.
pub(in super::super) async fn open(
    (State(db), State(kinds)): (State<PgPool>, State<Kinds>),
    user: CurrentUser,
    Path(id): Path<i64>,
) -> Result<Redirect> {
    let notice = store::notices::find(&db, user.account_id, id).await?.ok_or(Error::NotFound)?;
    let described = kinds.describe(&db, vec![notice]).await?;
    mark_read(&db, &[id]).await?;
    let path = described.first().map_or("/notices", |(_, words)| &*words.path);
    Ok(Redirect::to(path))
}

pub(in super::super) async fn mark_all_read(State(db): State<PgPool>, user: CurrentUser) -> Result<Redirect> {
    let mut tx = db.begin().await?;
    let changed = store::notices::mark_all_read(&mut *tx, user.account_id).await?;
    store::notices::notify(&mut *tx, &changed[..changed.len().min(1)]).await?;
    tx.commit().await?;
    Ok(Redirect::to("/notices"))
}
