//! `/unsubscribe/{token}`: no more letters of a kind, by one POST without a sign-in (RFC 8058). Looking at it changes
//! nothing: scanners open every link of a letter.

use axum::extract::State;
use sqlx::PgPool;

use super::super::{
    choices::MAIL, kind::Kinds, letters::Letters, store, unsubscribe::Unsubscribe, views::UnsubscribePage,
};
use crate::web::{Error, Path, Result, Shell};

pub(in super::super) async fn show(
    (State(db), State(kinds), State(letters)): (State<PgPool>, State<Kinds>, State<Letters>),
    shell: Shell,
    Path(token): Path<String>,
) -> Result<UnsubscribePage> {
    let said = verify(&db, &letters, &token).await?;
    Ok(UnsubscribePage { shell, labels: labels(&kinds, &said), token, is_done: false })
}

/// Idempotent.
pub(in super::super) async fn stop(
    (State(db), State(kinds), State(letters)): (State<PgPool>, State<Kinds>, State<Letters>),
    shell: Shell,
    Path(token): Path<String>,
) -> Result<UnsubscribePage> {
    let said = verify(&db, &letters, &token).await?;
    let mut tx = db.begin().await?;
    for kind in &said.kinds {
        store::choices::switch(&mut *tx, said.account_id, kind, MAIL, false).await?;
    }
    tx.commit().await?;
    Ok(UnsubscribePage { shell, labels: labels(&kinds, &said), token, is_done: true })
}

async fn verify(db: &PgPool, letters: &Letters, token: &str) -> Result<Unsubscribe> {
    letters.key.verify(db, token).await.map_err(Error::Internal)?.ok_or(Error::NotFound)
}

fn labels(kinds: &Kinds, said: &Unsubscribe) -> Vec<&'static str> {
    said.kinds.iter().filter_map(|kind| Some(kinds.get(kind)?.label())).collect()
}
