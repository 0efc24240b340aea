//! A dialogue as rows, with the sequence numbers, counters and read marks that the message writer
//! would have given it.

use std::collections::HashMap;

use serde::Serialize;

use super::{
    error::SeedError,
    fixtures::{DemoSide, Room},
};

/// A room and its entries.
pub(super) struct DialogueRows {
    pub room: RoomRow,
    pub entries: Vec<DialogueRow>,
}

#[derive(Debug, Default, PartialEq, Serialize)]
pub(super) struct RoomRow {
    pub buyer_id: i64,
    pub seller_id: i64,
    pub last_seq: i64,
    pub buyer_total: i64,
    pub seller_total: i64,
    pub buyer_read_seq: i64,
    pub seller_read_seq: i64,
    pub buyer_seen: i64,
    pub seller_seen: i64,
    pub last_product_id: Option<i64>,
    pub last_from: &'static str,
    pub last_body: String,
    pub first_days_ago: f64,
    pub last_days_ago: f64,
}

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct DialogueRow {
    #[serde(skip)]
    pub from: &'static str,
    pub buyer_id: i64,
    pub seller_id: i64,
    pub seq: i64,
    pub ordinal: i64,
    pub body: String,
    pub product_id: Option<i64>,
    pub starts_product: bool,
    pub days_ago: f64,
}

/// Characters of the last entry that the inbox shows.
const PREVIEW_CHARS: usize = 200;

impl DemoSide {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Buyer => "buyer",
            Self::Seller => "seller",
        }
    }
}

/// The rows of a dialogue between these two. `products` has the ids by key.
pub(super) fn to_rows(
    room: &Room,
    (buyer_id, seller_id): (i64, i64),
    products: &HashMap<&str, i64>,
) -> Result<DialogueRows, SeedError> {
    let days_ago = room.days_ago();
    let mut row = RoomRow {
        buyer_id,
        seller_id,
        buyer_read_seq: room.buyer_read,
        seller_read_seq: room.seller_read,
        first_days_ago: days_ago.first().copied().unwrap_or_default(),
        ..RoomRow::default()
    };
    let mut entries = Vec::with_capacity(room.entries.len());
    for (entry, days_ago) in room.entries.iter().zip(days_ago) {
        let product_id = match &entry.product {
            Some(key) => Some(*products.get(key.as_str()).ok_or_else(|| SeedError::unknown("product", key))?),
            None => None,
        };
        let entry_row = DialogueRow {
            from: entry.from.word(),
            buyer_id,
            seller_id,
            seq: row.last_seq + 1,
            ordinal: row.count(entry.from),
            body: entry.body.clone(),
            product_id,
            starts_product: product_id.is_some() && product_id != row.last_product_id,
            days_ago,
        };
        row.append(&entry_row);
        entries.push(entry_row);
    }
    Ok(DialogueRows { room: row, entries })
}

impl RoomRow {
    /// Counts one more entry of this side, seen by the other if their read mark is at or past it.
    /// Returns its number among the side's own.
    fn count(&mut self, from: DemoSide) -> i64 {
        let seq = self.last_seq + 1;
        let (total, seen, read) = match from {
            DemoSide::Buyer => (&mut self.buyer_total, &mut self.seller_seen, self.seller_read_seq),
            DemoSide::Seller => (&mut self.seller_total, &mut self.buyer_seen, self.buyer_read_seq),
        };
        *total += 1;
        *seen += i64::from(seq <= read);
        *total
    }

    fn append(&mut self, entry: &DialogueRow) {
        self.last_seq = entry.seq;
        self.last_product_id = entry.product_id.or(self.last_product_id);
        self.last_from = entry.from;
        self.last_body = entry.body.chars().take(PREVIEW_CHARS).collect();
        self.last_days_ago = entry.days_ago;
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::DemoEntry;
    use super::*;

    fn entry(from: DemoSide, product: Option<&str>) -> DemoEntry {
        DemoEntry { from, minutes: 1440, product: product.map(str::to_owned), body: "ä".repeat(201) }
    }

    #[test]
    fn entries_are_numbered_and_counted() {
        let room = Room {
            buyer: "ana".to_owned(),
            seller: "marta".to_owned(),
            ended_days_ago: 0.5,
            buyer_read: 2,
            seller_read: 4,
            entries: vec![
                entry(DemoSide::Buyer, Some("sofa")),
                entry(DemoSide::Seller, Some("sofa")),
                entry(DemoSide::Buyer, None),
                entry(DemoSide::Buyer, Some("chairs")),
                entry(DemoSide::Seller, None),
                entry(DemoSide::Seller, Some("sofa")),
            ],
        };
        let products = HashMap::from([("sofa", 7), ("chairs", 9)]);
        let DialogueRows { room, entries } =
            to_rows(&room, (3, 4), &products).expect("its products are known");

        let numbers: Vec<_> = entries.iter().map(|e| (e.from, e.seq, e.ordinal, e.starts_product)).collect();
        assert_eq!(
            numbers,
            [
                ("buyer", 1, 1, true),
                ("seller", 2, 1, false),
                ("buyer", 3, 2, false),
                ("buyer", 4, 3, true),
                ("seller", 5, 2, false),
                ("seller", 6, 3, true),
            ]
        );
        assert_eq!(
            room,
            RoomRow {
                buyer_id: 3,
                seller_id: 4,
                last_seq: 6,
                buyer_total: 3,
                seller_total: 3,
                buyer_read_seq: 2,
                seller_read_seq: 4,
                buyer_seen: 1,
                seller_seen: 3,
                last_product_id: Some(7),
                last_from: "seller",
                last_body: "ä".repeat(200),
                first_days_ago: 5.5,
                last_days_ago: 0.5,
            }
        );
    }
}
