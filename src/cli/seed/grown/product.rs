//! The `n`th product of a grown marketplace: plausible words, a price of its kind, a place, a date, a state.

use rand::{Rng as _, rngs::StdRng, seq::IndexedRandom as _};

use super::{
    person::{DAYS, rng},
    words::{ADJECTIVES, COLOURS, KINDS, Kind, PLACES, SENTENCES, TITLES_IN_OTHER_WORDS},
};

pub(super) struct GrownProduct {
    /// Among the sellers, 0 the one with the most.
    pub seller: u64,
    pub category: &'static str,
    pub title: String,
    pub description: String,
    pub price_minor: i64,
    pub currency: &'static str,
    pub condition: &'static str,
    pub place: &'static str,
    pub views: i64,
    pub days_ago: f64,
    pub state: GrownState,
}

/// At most one of these: days ago.
#[derive(Clone, Copy, Default)]
pub(super) struct GrownState {
    pub sold: Option<f64>,
    pub reserved: Option<f64>,
    pub hidden: Option<f64>,
    pub deleted: Option<f64>,
}

pub(super) fn product(seed: u64, number: u64, sellers: u64) -> GrownProduct {
    let mut rng = rng(seed, 2, number);
    // A long tail: the first tenth of the sellers has half of the products.
    let seller = ((sellers as f64) * rng.random::<f64>().powi(3)) as u64;
    let kind = KINDS.choose(&mut rng).unwrap_or(&KINDS[0]);
    let (title, price) = title_and_price(kind, &mut rng);
    let place = &PLACES[(PLACES.len() as f64 * rng.random::<f64>().powf(1.7)) as usize];
    let price = price * place.currency_factor * rng.random_range(0.4..1.8);
    // Round as people do: two digits that count.
    let round = 10f64.powi((price.max(1.0).log10().floor() as i32 - 1).max(0));
    let days_ago = DAYS * rng.random::<f64>().powf(1.4);
    GrownProduct {
        seller,
        category: kind.category,
        description: description(&mut rng),
        title,
        price_minor: ((price / round).round() * round * 100.0) as i64,
        currency: place.currency,
        condition: ["new", "like_new", "good", "good", "good", "fair", "for_parts"][rng.random_range(0..7)],
        place: place.name,
        views: (40.0 / rng.random_range(0.01..1.0f64)) as i64,
        days_ago,
        state: state(days_ago, &mut rng),
    }
}

fn title_and_price(kind: &Kind, rng: &mut StdRng) -> (String, f64) {
    if rng.random_ratio(1, 40) {
        let (title, price) = TITLES_IN_OTHER_WORDS.choose(rng).copied().unwrap_or(("自行车", 120.0));
        return (title.to_owned(), price);
    }
    let (noun, price) = kind.nouns.choose(rng).copied().unwrap_or(("thing", 10.0));
    let mut words: Vec<&str> = Vec::new();
    if rng.random_ratio(1, 2) {
        words.extend(ADJECTIVES.choose(rng));
    }
    if rng.random_ratio(1, 3) {
        words.extend(COLOURS.choose(rng));
    }
    if rng.random_ratio(2, 3) {
        words.extend(kind.makes.choose(rng));
    }
    words.push(noun);
    let mut title = words.join(" ");
    if rng.random_ratio(1, 3) {
        title.push_str(&format!(" {}", rng.random_range(2..1000)));
    }
    // As people write: mostly with a capital letter.
    if rng.random_ratio(4, 5)
        && let Some(first) = title.get(..1).map(str::to_uppercase)
    {
        title.replace_range(..1, &first);
    }
    (title, price)
}

fn description(rng: &mut StdRng) -> String {
    let sentences = rng.random_range(1..5);
    let chosen: Vec<&str> = SENTENCES.choose_multiple(rng, sentences).copied().collect();
    chosen.join(" ")
}

fn state(days_ago: f64, rng: &mut StdRng) -> GrownState {
    let since = Some(days_ago * rng.random::<f64>());
    match rng.random_range(0..100) {
        0..22 => GrownState { sold: since, ..GrownState::default() },
        22..25 => GrownState { reserved: since, ..GrownState::default() },
        25 => GrownState { hidden: since, ..GrownState::default() },
        26..29 => GrownState { deleted: since, ..GrownState::default() },
        _ => GrownState::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_number_is_the_same_product_and_fits_the_tables() {
        for number in 0..2_000 {
            let (one, two) = (product(7, number, 100), product(7, number, 100));
            assert_eq!(
                (&one.title, &one.description, one.price_minor),
                (&two.title, &two.description, two.price_minor)
            );
            assert!((1..=120).contains(&one.title.chars().count()), "{}", one.title);
            assert!((0..=1_000_000_000_000).contains(&one.price_minor) && one.seller < 100);
        }
    }

    #[test]
    fn few_sellers_have_many_and_many_have_few() {
        let mut per_seller = vec![0u32; 100];
        (0..10_000).for_each(|number| per_seller[product(1, number, 100).seller as usize] += 1);
        let first: u32 = per_seller[..10].iter().sum();
        assert!(first > 4_000 && per_seller[99] < 100, "{per_seller:?}");
    }
}
