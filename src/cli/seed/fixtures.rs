//! Fixtures: the people, products and dialogues of `demo/*.json`, as types.
//!
//! People, products and conversations name one another by key. [`Fixtures::load`] only reads; that
//! everything fits together is what this module's tests hold.

use serde::Deserialize;

/// Everything, in the order of the files: the first seller and the first buyer are the ones whose
/// sign-ins are printed.
#[derive(Debug)]
pub struct Fixtures {
    pub people: People,
    pub products: Vec<DemoProduct>,
    pub rooms: Vec<Room>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct People {
    pub admin: DemoAdmin,
    pub sellers: Vec<DemoSeller>,
    pub buyers: Vec<Buyer>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoAdmin {
    pub email: String,
    pub name: String,
    pub joined_days_ago: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoSeller {
    pub key: String,
    pub email: String,
    pub name: String,
    pub shop_name: String,
    pub place: String,
    pub joined_days_ago: f64,
    pub about: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Buyer {
    pub key: String,
    pub email: String,
    pub name: String,
    pub joined_days_ago: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoProduct {
    pub key: String,
    /// A seller's key.
    pub seller: String,
    /// A category's slug.
    pub category: String,
    pub title: String,
    pub description: String,
    pub price_minor: i64,
    pub currency: String,
    pub condition: String,
    pub place: String,
    pub days_ago: f64,
    pub sold_days_ago: Option<f64>,
    pub views: i64,
    /// Pictures in `demo/photos/`, without their ending; the first is the cover.
    pub photos: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Room {
    /// A buyer's key.
    pub buyer: String,
    /// A seller's key.
    pub seller: String,
    pub ended_days_ago: f64,
    /// The `seq` up to which each side has read.
    pub buyer_read: i64,
    pub seller_read: i64,
    pub entries: Vec<DemoEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoEntry {
    pub from: DemoSide,
    /// How long after the entry before.
    pub minutes: u32,
    /// A key of one of this seller's products, where the talk turns to it.
    pub product: Option<String>,
    pub body: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DemoSide {
    Buyer,
    Seller,
}

impl Fixtures {
    pub fn load() -> serde_json::Result<Self> {
        Ok(Self {
            people: serde_json::from_str(include_str!("../../../demo/people.json"))?,
            products: serde_json::from_str(include_str!("../../../demo/products.json"))?,
            rooms: serde_json::from_str(include_str!("../../../demo/rooms.json"))?,
        })
    }
}

impl Room {
    /// How many days ago each entry was said, in their order.
    pub fn days_ago(&self) -> Vec<f64> {
        let minutes: Vec<u32> = self.entries.iter().map(|entry| entry.minutes).collect();
        let mut after: u32 = minutes.iter().sum();
        let mut said = Vec::with_capacity(minutes.len());
        for waited in minutes {
            after -= waited;
            said.push(self.ended_days_ago + f64::from(after) / (24.0 * 60.0));
        }
        said
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashMap, HashSet};

    use super::*;
    use crate::{
        accounts::{Email, Name, Password},
        cli::seed::{PASSWORD, photo_queue},
        products::{currency::Currency, price::Price},
    };

    fn fixtures() -> Fixtures {
        Fixtures::load().expect("the files read")
    }

    fn products(fixtures: &Fixtures) -> HashMap<&str, &DemoProduct> {
        fixtures.products.iter().map(|product| (product.key.as_str(), product)).collect()
    }

    fn unique<'a>(names: impl Iterator<Item = &'a str>) -> bool {
        let mut seen = HashSet::new();
        names.into_iter().all(|name| seen.insert(name))
    }

    #[test]
    fn people_could_have_registered_themselves() {
        let people = fixtures().people;
        assert_eq!((people.sellers.len(), people.buyers.len()), (12, 12));
        assert_eq!(people.admin.email, "admin@demo.haggle");
        assert_eq!(people.sellers[0].email, "seller@demo.haggle");
        assert_eq!(people.buyers[0].email, "buyer@demo.haggle");
        assert!(Password::parse(PASSWORD).is_ok());

        let mut all = vec![(&people.admin.email, &people.admin.name)];
        all.extend(people.sellers.iter().map(|seller| (&seller.email, &seller.name)));
        all.extend(people.buyers.iter().map(|buyer| (&buyer.email, &buyer.name)));
        assert!(unique(all.iter().map(|(email, _)| email.as_str())));
        for (email, name) in all {
            assert_eq!(Email::parse(email).as_ref().map(Email::as_str), Ok(email.as_str()));
            assert!(Name::parse(name, "Haggle").is_ok_and(|parsed| parsed.as_str() == name));
        }
    }

    #[test]
    fn products_could_have_come_through_the_form() {
        let fixtures = fixtures();
        assert!(fixtures.products.len() >= 150);
        assert!(unique(fixtures.products.iter().map(|product| product.key.as_str())));
        assert!(unique(fixtures.products.iter().map(|product| product.title.as_str())));
        for product in &fixtures.products {
            let key = &product.key;
            let seller = fixtures.people.sellers.iter().find(|seller| seller.key == product.seller);
            assert!(seller.is_some_and(|seller| seller.joined_days_ago > product.days_ago), "{key}");
            assert!((1..=120).contains(&product.title.chars().count()), "{key}");
            assert!((1..=8000).contains(&product.description.chars().count()), "{key}");
            let price =
                Currency::from_code(&product.currency).map(|code| Price::new(product.price_minor, code));
            assert!(price.is_some_and(|price| price.is_some()), "{key}");
            let sold_after = product.sold_days_ago.is_none_or(|sold| sold < product.days_ago);
            assert!(sold_after && product.days_ago <= 60.0, "{key}");
        }
    }

    #[test]
    fn there_is_something_in_every_category_and_shop() {
        let fixtures = fixtures();
        let mut categories: HashMap<&str, usize> = HashMap::new();
        let mut shops: HashMap<&str, usize> = HashMap::new();
        for product in fixtures.products.iter().filter(|product| product.sold_days_ago.is_none()) {
            *categories.entry(&product.category).or_default() += 1;
            *shops.entry(&product.seller).or_default() += 1;
        }
        assert_eq!(categories.len(), 12);
        assert!(categories.values().all(|&count| count >= 6), "{categories:?}");
        assert!(categories["services"] >= 8);
        assert!(shops.values().all(|&count| count >= 8), "{shops:?}");
    }

    #[test]
    fn every_picture_is_used_and_none_is_missing() {
        let fixtures = fixtures();
        let used: BTreeSet<&str> =
            fixtures.products.iter().flat_map(|product| &product.photos).map(String::as_str).collect();
        let there = photo_queue::names();
        assert_eq!(used, there.iter().map(String::as_str).collect());
        assert!(fixtures.products.iter().all(|product| (1..=3).contains(&product.photos.len())));
    }

    #[test]
    fn both_sides_spoke_about_what_was_for_sale() {
        let fixtures = fixtures();
        assert_eq!(fixtures.rooms.len(), 30);
        let rooms: HashSet<_> = fixtures.rooms.iter().map(|room| (&room.buyer, &room.seller)).collect();
        assert_eq!(rooms.len(), fixtures.rooms.len());
        let products = products(&fixtures);
        for room in &fixtures.rooms {
            let name = format!("{} and {}", room.buyer, room.seller);
            let buyer = fixtures.people.buyers.iter().find(|buyer| buyer.key == room.buyer).expect(&name);
            let said = room.days_ago();
            assert!(said.is_sorted_by(|before, after| before > after), "{name}");
            assert!(said[0] < buyer.joined_days_ago, "{name}");
            assert!(said.last().is_some_and(|&last| last > 0.0), "{name}");
            for side in [DemoSide::Buyer, DemoSide::Seller] {
                assert!(room.entries.iter().any(|entry| entry.from == side), "{name}");
            }
            assert!(room.entries[0].from == DemoSide::Buyer && room.entries[0].product.is_some(), "{name}");
            for (entry, said) in room.entries.iter().zip(said) {
                assert_eq!(entry.body, entry.body.trim());
                assert!((1..=4000).contains(&entry.body.chars().count()), "{name}");
                let Some(key) = &entry.product else { continue };
                let product = products.get(key.as_str()).expect(key);
                assert!(product.seller == room.seller && product.days_ago > said, "{name}: {key}");
            }
        }
    }

    #[test]
    fn only_the_last_words_of_the_other_side_are_unread() {
        let fixtures = fixtures();
        for room in &fixtures.rooms {
            for (side, read) in [(DemoSide::Buyer, room.buyer_read), (DemoSide::Seller, room.seller_read)] {
                let read = usize::try_from(read).expect("not negative");
                assert!(read <= room.entries.len());
                assert!(room.entries[read..].iter().all(|entry| entry.from != side));
            }
        }
        let demo = &fixtures.rooms[0];
        assert_eq!((demo.buyer.as_str(), demo.seller.as_str()), ("ana", "marta"));
        assert!(demo.entries.len() >= 120, "long enough to scroll back in");
    }
}
