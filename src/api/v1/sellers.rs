//! A seller's public face.

use axum::{Json, extract::State};
use serde::Serialize;
use sqlx::PgPool;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::{
    accounts::{MaybeUser, SellerCard},
    api::{
        error::Result,
        json::{Id, profile_photo},
    },
    products,
    web::Path,
};

/// Whoever sells. Names are empty where they show themselves to signed-in people only.
#[derive(Serialize, ToSchema)]
pub struct Seller {
    id: Id,
    name: String,
    place: String,
    about: String,
    about_line: String,
    #[schema(format = "uri-reference")]
    #[schema(required)]
    photo: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    joined_at: OffsetDateTime,
    /// The median of their answers of 90 days; null, if there are too few.
    #[schema(required)]
    answers_within_seconds: Option<i64>,
    /// How much they have for sale.
    #[schema(required)]
    offers: Option<i64>,
}

impl Seller {
    pub fn of(card: &SellerCard, offers: Option<i64>) -> Self {
        Seller {
            id: Id(card.id),
            name: card.shop_name.clone(),
            place: card.place.clone(),
            about: card.about.clone(),
            about_line: card.about_line.clone(),
            photo: profile_photo(card.photo_key.as_deref()),
            joined_at: card.joined,
            answers_within_seconds: card.answer_seconds,
            offers,
        }
    }
}

#[utoipa::path(get, path = "/sellers/{id}", tag = "Find", operation_id = "getSeller", summary = "A seller as everybody sees them.", params(("id" = Id, Path)), responses((status = 200, body = Seller)))]
pub async fn show(
    State(db): State<PgPool>,
    MaybeUser(user): MaybeUser,
    Path(id): Path<i64>,
) -> Result<Json<Seller>> {
    let (card, offers) = products::seller(&db, user.as_deref(), id).await?;
    Ok(Json(Seller::of(&card, Some(offers))))
}
