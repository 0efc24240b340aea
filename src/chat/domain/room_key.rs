//! A room's name: `buyer_<buyers.id>_seller_<customers.id>`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize, Serializer, de};

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
pub struct ParseRoomKeyError;

impl FromStr for RoomKey {
    type Err = ParseRoomKeyError;

    fn from_str(text: &str) -> Result<Self, ParseRoomKeyError> {
        let (buyer, seller) = text
            .strip_prefix("buyer_")
            .and_then(|rest| rest.split_once("_seller_"))
            .ok_or(ParseRoomKeyError)?;
        Ok(RoomKey { buyer_id: id(buyer)?, seller_id: id(seller)? })
    }
}

fn id(digits: &str) -> Result<i64, ParseRoomKeyError> {
    if digits.starts_with('0') || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ParseRoomKeyError);
    }
    digits.parse().map_err(|_| ParseRoomKeyError)
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
