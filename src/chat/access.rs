//! The proof that somebody may be in a room.
//!
//! Page, form, JSON and socket all take a [`RoomMember`]; only the two look-ups here make one. Whoever has none gets
//! the 404 that a room which doesn't exist gives.

use std::sync::Arc;

use axum::{
    extract::{FromRef, FromRequestParts, Path},
    http::request::Parts,
};
use serde::Deserialize;
use sqlx::PgPool;

use crate::{
    accounts::CurrentUser,
    chat::{
        domain::{participants::Participants, room_key::RoomKey, side::Side},
        store,
    },
    web::{Error, Result, with_request_timeout},
};

/// Somebody's place in a room. For a buyer the room exists as soon as its seller does and isn't
/// them; for the seller when its first message does.
#[derive(Clone, Debug)]
pub struct RoomMember {
    pub room: RoomKey,
    pub side: Side,
    pub user: CurrentUser,
    pub participants: Arc<Participants>,
    _proof: (),
}

impl RoomMember {
    /// As the buyer opposite a seller; none for an admin, or opposite oneself or nobody.
    pub async fn as_buyer(db: &PgPool, user: &CurrentUser, seller_id: i64) -> Result<Option<RoomMember>> {
        let Some(buyer_id) = user.buyer_id else { return Ok(None) };
        RoomMember::find(db, RoomKey { buyer_id, seller_id }, user).await
    }

    /// The same, and whether anybody has written there.
    pub async fn as_buyer_with_room(
        db: &PgPool,
        user: &CurrentUser,
        seller_id: i64,
    ) -> Result<Option<(RoomMember, bool)>> {
        let Some(buyer_id) = user.buyer_id else { return Ok(None) };
        RoomMember::look_up(db, RoomKey { buyer_id, seller_id }, user).await
    }

    /// This person's place in a room; none where they have none.
    pub async fn find(db: &PgPool, room: RoomKey, user: &CurrentUser) -> Result<Option<RoomMember>> {
        Ok(RoomMember::look_up(db, room, user).await?.map(|(member, _)| member))
    }

    async fn look_up(db: &PgPool, room: RoomKey, user: &CurrentUser) -> Result<Option<(RoomMember, bool)>> {
        let side = match (user.buyer_id == Some(room.buyer_id), user.seller_id == Some(room.seller_id)) {
            (true, false) => Side::Buyer,
            (false, true) => Side::Seller,
            _ => return Ok(None),
        };
        let Some(found) = with_request_timeout(store::rooms::participants(db, room)).await? else {
            return Ok(None);
        };
        let participants = Arc::new(found.participants);
        let member = RoomMember { room, side, user: user.clone(), participants, _proof: () };
        Ok((side == Side::Buyer || found.has_begun).then_some((member, found.exists)))
    }

    /// What the other one is called.
    pub fn other_name(&self) -> &str {
        self.participants.name(self.side.other())
    }
}

/// Every path with a `{room}` in it.
#[derive(Deserialize)]
struct RoomPath {
    room: String,
}

impl<S> FromRequestParts<S> for RoomMember
where
    S: Send + Sync,
    PgPool: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let user = CurrentUser::from_request_parts(parts, state).await?;
        let Path(RoomPath { room }) = Path::from_request_parts(parts, state).await?;
        let room = room.parse().map_err(|_| Error::NotFound)?;
        RoomMember::find(&PgPool::from_ref(state), room, &user).await?.ok_or(Error::NotFound)
    }
}
