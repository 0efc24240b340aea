//! `/account/sessions`: where one is signed in, and signing out there.

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
        sessions, store,
        views::{SessionLine, SessionsPage},
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
    let rows = store::sessions::open_sessions(&db, user.account_id, MAX_SHOWN).await?;
    let mut sessions: Vec<SessionLine> = rows
        .into_iter()
        .map(|row| SessionLine {
            id: row.id_hash.iter().map(|byte| format!("{byte:02x}")).collect(),
            is_this: row.id_hash == user.session,
            device: row.device.unwrap_or_else(|| "A browser".to_owned()),
            network: row.network,
            since: row.since,
            last_used: row
                .seen_hour
                .and_then(|hour| OffsetDateTime::from_unix_timestamp(hour * 3600).ok())
                .map_or(row.since, |hour| hour.max(row.since)),
        })
        .collect();
    sessions.sort_by_key(|session| !session.is_this);
    Ok(SessionsPage { shell, sessions })
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

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let is_hex = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex
        .then(|| (0..64).step_by(2).filter_map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect())
}
