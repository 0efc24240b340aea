//! The proof that somebody may be in a room.
//!
//! Page, form, JSON and socket all take a [`Seat`]; only the two look-ups here make one. Whoever has none gets
//! the 404 that a room which doesn't exist gives.

use std::sync::Arc;

use axum::{
    extract::{FromRef, FromRequestParts, Path},
    http::request::Parts,
};
use serde::Deserialize;
use sqlx::PgPool;

use super::{RoomKey, Side, store};
use crate::{
    accounts::CurrentUser,
    web::{Error, Result, with_request_timeout},
};

/// Somebody's place in a room. For a buyer the room exists as soon as its seller does and isn't
/// them; for the seller when its first message does.
#[derive(Clone, Debug)]
pub struct Seat {
    pub room: RoomKey,
    pub side: Side,
    pub user: CurrentUser,
    pub people: Arc<People>,
    _proof: (),
}

/// The two people of a room, as both see them.
#[derive(Clone, Debug)]
pub struct People {
    pub buyer_name: String,
    pub buyer_account: i64,
    /// The seller's shop name.
    pub seller_name: String,
    pub seller_account: i64,
}

impl People {
    pub fn name(&self, side: Side) -> &str {
        match side {
            Side::Buyer => &self.buyer_name,
            Side::Seller => &self.seller_name,
        }
    }
}

impl Seat {
    /// The buyer's seat opposite a seller; none for an admin, or opposite oneself or nobody.
    pub async fn of_buyer(db: &PgPool, user: &CurrentUser, seller_id: i64) -> Result<Option<Seat>> {
        let Some(buyer_id) = user.buyer_id else { return Ok(None) };
        Seat::find(db, RoomKey { buyer_id, seller_id }, user).await
    }

    async fn find(db: &PgPool, room: RoomKey, user: &CurrentUser) -> Result<Option<Seat>> {
        let side = match (user.buyer_id == Some(room.buyer_id), user.seller_id == Some(room.seller_id)) {
            (true, false) => Side::Buyer,
            (false, true) => Side::Seller,
            _ => return Ok(None),
        };
        let Some((people, begun)) = with_request_timeout(store::people(db, room)).await? else {
            return Ok(None);
        };
        let seat = Seat { room, side, user: user.clone(), people: Arc::new(people), _proof: () };
        Ok((side == Side::Buyer || begun).then_some(seat))
    }

    /// What the other one is called.
    pub fn other_name(&self) -> &str {
        self.people.name(self.side.other())
    }
}

/// Every path with a `{room}` in it.
#[derive(Deserialize)]
struct InRoom {
    room: String,
}

impl<S> FromRequestParts<S> for Seat
where
    S: Send + Sync,
    PgPool: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let user = CurrentUser::from_request_parts(parts, state).await?;
        let Path(InRoom { room }) = Path::from_request_parts(parts, state).await?;
        let room = room.parse().map_err(|_| Error::NotFound)?;
        Seat::find(&PgPool::from_ref(state), room, &user).await?.ok_or(Error::NotFound)
    }
}
