//! The demo's cast, acting in a test: its people signed in, and what they speak of for sale.

use std::collections::HashMap;

use haggle::cli::seed::fixtures::{self, Fixtures};

use super::{Person, Product, TestApp, room};

/// One of the demo's conversations, not spoken yet.
pub struct Dialogue {
    pub buyer: Person,
    pub seller: Person,
    pub room: String,
    pub lines: Vec<Line>,
}

pub struct Line {
    pub from: fixtures::DemoSide,
    pub body: String,
    /// What the talk turns to here: its id and its title.
    pub product: Option<(i64, String)>,
}

impl TestApp {
    /// The conversation between these two, by their keys in `demo/people.json`.
    pub async fn scene(&self, buyer: &str, seller: &str) -> Dialogue {
        let cast = Fixtures::load().expect("the demo's files");
        let name = |people: &[(&str, &str)], key| {
            people
                .iter()
                .find(|(known, _)| *known == key)
                .map(|(_, name)| (*name).to_owned())
                .expect("one of the cast")
        };
        let buyers: Vec<_> = cast.people.buyers.iter().map(|who| (&*who.key, &*who.name)).collect();
        let sellers: Vec<_> = cast.people.sellers.iter().map(|who| (&*who.key, &*who.name)).collect();
        let ours = cast.rooms.iter().find(|room| room.buyer == buyer && room.seller == seller);
        let (buyer, seller) =
            (self.buyer(&name(&buyers, buyer)).await, self.seller(&name(&sellers, seller)).await);
        let mut offered = HashMap::new();
        let mut lines = Vec::new();
        for entry in &ours.expect("they talk in the demo").entries {
            let mut product = None;
            if let Some(key) = &entry.product {
                let told =
                    cast.products.iter().find(|product| product.key == *key).expect("one of the products");
                if !offered.contains_key(key) {
                    offered.insert(key, Product::from(told).create(self, &seller).await);
                }
                product = Some((offered[key], told.title.clone()));
            }
            lines.push(Line { from: entry.from, body: entry.body.clone(), product });
        }
        Dialogue { room: room(&buyer, &seller), buyer, seller, lines }
    }
}

impl From<&fixtures::DemoProduct> for Product {
    fn from(told: &fixtures::DemoProduct) -> Self {
        Product::new(&told.title)
            .description(&told.description)
            .price(told.price_minor, &told.currency)
            .category(&told.category)
            .condition(&told.condition)
            .place(&told.place)
    }
}
