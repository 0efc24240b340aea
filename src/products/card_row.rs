//! A card's columns, and where a card stands in a list.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{Card, Condition, lifecycle::ProductState, photos::Photo, price::Price};

/// A card's columns.
pub struct CardRow {
    pub id: i64,
    pub seller_id: i64,
    pub title: String,
    pub price_minor: i64,
    pub currency: String,
    pub condition: String,
    pub place: String,
    pub category: String,
    pub state: String,
    pub created_at: OffsetDateTime,
    pub key: Option<String>,
    pub width: Option<i32>,
    pub height: Option<i32>,
}

impl TryFrom<CardRow> for Card {
    type Error = sqlx::Error;

    fn try_from(row: CardRow) -> sqlx::Result<Self> {
        let photo = match (&row.key, row.width, row.height) {
            (Some(key), Some(width), Some(height)) => Some(Photo::from_row(key, width, height)?),
            _ => None,
        };
        Ok(Card {
            id: row.id,
            seller_id: row.seller_id,
            title: row.title,
            price: Price::from_row(row.price_minor, &row.currency)?,
            condition: Condition::from_row(&row.condition)?,
            has_condition: Condition::applies_to(&row.category),
            place: row.place,
            state: ProductState::from_code(&row.state),
            created_at: row.created_at,
            photo,
        })
    }
}

/// Where a product stands in a list: the next page begins after it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListKey {
    pub id: i64,
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    pub price_minor: i64,
    /// How well it fits the words.
    pub rank: f32,
}

impl ListKey {
    /// Before everything.
    pub fn start(after: Option<&Self>) -> (OffsetDateTime, i64) {
        // A day that JSON and PostgreSQL can both write.
        let end = time::macros::datetime!(9999-01-01 0:00 UTC);
        after.map_or((end, i64::MAX), |key| (key.created_at, key.id))
    }
}

/// Cards, and where each stands.
pub fn keyed(rows: Vec<CardRow>) -> sqlx::Result<Vec<(Card, ListKey)>> {
    let keys: Vec<ListKey> = rows
        .iter()
        .map(|row| ListKey {
            id: row.id,
            created_at: row.created_at,
            price_minor: row.price_minor,
            rank: 0.0,
        })
        .collect();
    Ok(rows
        .into_iter()
        .map(Card::try_from)
        .collect::<sqlx::Result<Vec<_>>>()?
        .into_iter()
        .zip(keys)
        .collect())
}
