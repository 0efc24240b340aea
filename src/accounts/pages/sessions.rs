//! `/account/sessions`: where one is signed in, which apps and tokens act for one, and the end of each.

use axum::{extract::State, response::Redirect};
use serde::Deserialize;
use sqlx::PgPool;
use time::OffsetDateTime;
use tower_sessions::Session;

use crate::accounts::sentences;
use crate::{
    accounts::{
        access::AccessEvents,
        current_user::CurrentUser,
        scopes::Scopes,
        sessions,
        store::{self, sessions::OpenSession},
        views::{SessionKind, SessionLine, SessionsPage},
    },
    web::{Error, Form, Result, Shell, flash},
};

/// On the page; whoever has more can end all others.
const MAX_SHOWN: i64 = 100;

pub(in crate::accounts) async fn list(
    State(db): State<PgPool>,
    shell: Shell,
    user: CurrentUser,
) -> Result<SessionsPage> {
    Ok(SessionsPage { shell, sessions: open_sessions(&db, &user).await? })
}

/// Where somebody is signed in, this session first.
pub async fn open_sessions(db: &PgPool, user: &CurrentUser) -> Result<Vec<SessionLine>> {
    let rows = store::sessions::open_sessions(db, user.account_id, MAX_SHOWN).await?;
    let mut sessions: Vec<SessionLine> = rows.into_iter().map(|row| line(row, user)).collect();
    sessions.sort_by_key(|session| !session.is_this);
    Ok(sessions)
}

/// Ends one of somebody's sessions by the number on their list; false if it isn't theirs, or isn't any more.
pub async fn end_session(
    db: &PgPool,
    events: &AccessEvents,
    user: &CurrentUser,
    number: &str,
) -> Result<bool> {
    let Some(id) = from_hex(number) else { return Ok(false) };
    sessions::end_session(db, events, user.account_id, &id).await
}

fn line(row: OpenSession, user: &CurrentUser) -> SessionLine {
    let seen = row.seen_hour.and_then(|hour| OffsetDateTime::from_unix_timestamp(hour * 3600).ok());
    let (kind, device, last_used) = match &*row.kind {
        "app" => (SessionKind::App, row.name, row.last_used_at),
        "personal" => (SessionKind::Token, row.name, row.last_used_at),
        _ => {
            let device = row.device.unwrap_or_else(|| "A browser".to_owned());
            (SessionKind::Browser, device, Some(seen.map_or(row.since, |hour| hour.max(row.since))))
        }
    };
    SessionLine {
        id: to_hex(&row.id_hash),
        is_this: row.id_hash == user.session,
        kind,
        device,
        scopes: Scopes::from_codes(&row.scopes).sentences(),
        network: row.network,
        since: row.since,
        last_used,
    }
}

#[derive(Deserialize)]
pub(in crate::accounts) struct EndForm {
    #[serde(default)]
    session: String,
}

/// `POST /account/sessions/end`
pub(in crate::accounts) async fn end(
    (State(db), State(events)): (State<PgPool>, State<AccessEvents>),
    session: Session,
    user: CurrentUser,
    Form(EndForm { session: id }): Form<EndForm>,
) -> Result<Redirect> {
    let id =
        from_hex(&id).ok_or_else(|| Error::BadRequest(sentences::THERE_IS_NO_SUCH_SESSION.to_owned()))?;
    if sessions::end_session(&db, &events, user.account_id, &id).await? {
        flash::success(&session, sentences::SIGNED_OUT_THERE).await?;
    }
    Ok(Redirect::to("/account/sessions"))
}

/// `POST /account/sessions/end-others`
pub(in crate::accounts) async fn end_others(
    (State(db), State(events)): (State<PgPool>, State<AccessEvents>),
    session: Session,
    user: CurrentUser,
) -> Result<Redirect> {
    sessions::end_other_sessions(&db, &events, &user).await?;
    flash::success(&session, sentences::SIGNED_OUT_EVERYWHERE_BUT_HERE).await?;
    Ok(Redirect::to("/account/sessions"))
}

pub(super) fn to_hex(hash: &[u8]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let is_hex = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex
        .then(|| (0..64).step_by(2).filter_map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect())
}
