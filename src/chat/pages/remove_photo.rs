//! `POST /rooms/{room}/messages/{seq}/photo/remove`: a sender takes a photo back. The words under it stay.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use sqlx::PgPool;

use crate::{
    chat::{access::RoomMember, attachments::photos, live::publish::Publisher, store},
    products::photos::Uploads,
    web::{Error, Path, Result, wants_json},
};

/// What taking a photo back needs.
#[derive(Clone)]
pub struct RemovePhotoParts {
    pub db: PgPool,
    pub uploads: Uploads,
    pub publisher: Publisher,
}

/// Idempotent: a photo that was taken back already is answered as the first time.
pub async fn remove(
    State(RemovePhotoParts { db, uploads, publisher }): State<RemovePhotoParts>,
    member: RoomMember,
    Path((_, seq)): Path<(String, i64)>,
    headers: HeaderMap,
) -> Result<Response> {
    let removed = store::changes::remove_photo(&db, member.room, member.side, seq).await?;
    let entry = store::entries::by_seqs(&db, member.room, &[seq]).await?.pop();
    let entry = entry.filter(|entry| entry.from == member.side).ok_or(Error::NotFound)?;
    if let Some((key, rev)) = removed {
        publisher.publish_change(member.room, &entry, &member.participants, rev);
        photos::remove_files(&uploads, member.room, &key).await;
    }
    Ok(match wants_json(&headers) {
        true => StatusCode::NO_CONTENT.into_response(),
        false => Redirect::to(&format!("/rooms/{}#entry_{seq}", member.room)).into_response(),
    })
}
