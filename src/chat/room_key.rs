//! A room's name, `buyer_<buyers.id>_seller_<customers.id>`, and the two sides of it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize, Serializer, de};

/// Which of a room's two people somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    Buyer,
    Seller,
}

impl Side {
    pub fn other(self) -> Side {
        match self {
            Side::Buyer => Side::Seller,
            Side::Seller => Side::Buyer,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Side::Buyer => "buyer",
            Side::Seller => "seller",
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Has exactly one spelling: `buyer_07_seller_1` and `buyer_+7_seller_1` aren't names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RoomKey {
    pub buyer_id: i64,
    pub seller_id: i64,
}

impl fmt::Display for RoomKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "buyer_{}_seller_{}", self.buyer_id, self.seller_id)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("not a room's name")]
pub struct NotARoom;

impl FromStr for RoomKey {
    type Err = NotARoom;

    fn from_str(text: &str) -> Result<Self, NotARoom> {
        let (buyer, seller) =
            text.strip_prefix("buyer_").and_then(|rest| rest.split_once("_seller_")).ok_or(NotARoom)?;
        Ok(RoomKey { buyer_id: id(buyer)?, seller_id: id(seller)? })
    }
}

fn id(digits: &str) -> Result<i64, NotARoom> {
    if digits.starts_with('0') || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NotARoom);
    }
    digits.parse().map_err(|_| NotARoom)
}

impl<'de> Deserialize<'de> for RoomKey {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl Serialize for RoomKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_room_has_one_spelling() {
        for wrong in [
            "",
            "buyer_1",
            "buyer__seller_1",
            "buyer_1_seller_",
            "buyer_0_seller_1",
            "buyer_01_seller_1",
            "buyer_+1_seller_1",
            "buyer_-1_seller_1",
            "buyer_1_seller_1_",
            " buyer_1_seller_1",
            "buyer_1_seller_2_seller_3",
            "seller_1_buyer_1",
            "buyer_99999999999999999999_seller_1",
            "buyer_１_seller_1",
        ] {
            assert!(wrong.parse::<RoomKey>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn every_room_reads_back(buyer_id in 1..i64::MAX, seller_id in 1..i64::MAX) {
            let room = RoomKey { buyer_id, seller_id };
            prop_assert_eq!(room.to_string().parse::<RoomKey>().ok(), Some(room));
        }

        #[test]
        fn whatever_parses_prints_the_same(text in "\\PC*|buyer_[0-9]{1,22}_seller_[0-9]{1,22}") {
            if let Ok(room) = text.parse::<RoomKey>() {
                prop_assert_eq!(room.to_string(), text);
            }
        }
    }
}
