//! `POST /rooms/{room}/messages/{seq}/photo/remove`: a sender takes a photo back. The words under it stay.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use sqlx::PgPool;

use crate::{
    chat::{
        access::RoomMember, attachments::photos, domain::content::Content, live::publish::Publisher, store,
    },
    products::{photos::Uploads, stored_photos},
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
    let (room, uploads) = (member.room, photos::folder(&uploads, member.room));
    let entry = store::entries::by_seqs(&db, room, &[seq]).await?.pop();
    let photo = match entry.filter(|entry| entry.from == member.side).map(|entry| entry.content) {
        Some(Content::Photo { photo, .. }) => Some(photo.photo.key),
        _ => None,
    };
    // Whatever becomes of what follows: a sweep sees to its files.
    if let Some(key) = &photo {
        stored_photos::set_doubtful(&db, &uploads, key).await?;
    }
    let removed = store::changes::remove_photo(&db, room, member.side, seq).await?;
    let entry = store::entries::by_seqs(&db, member.room, &[seq]).await?.pop();
    let entry = entry.filter(|entry| entry.from == member.side).ok_or(Error::NotFound)?;
    if let Some(rev) = removed {
        publisher.publish_change(room, &entry, &member.participants, rev);
        stored_photos::discard(&db, &uploads, photo.as_slice()).await;
    }
    Ok(match wants_json(&headers) {
        true => StatusCode::NO_CONTENT.into_response(),
        false => Redirect::to(&format!("/rooms/{}#entry_{seq}", member.room)).into_response(),
    })
}
