//! The `n`th person of a grown marketplace.

use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};

use super::words::{FAMILY_NAMES, FIRST_NAMES, PLACES, SHOP_NAMES};

/// Days in which people came and products were listed.
pub(super) const DAYS: f64 = 730.0;

pub(super) struct GrownPerson {
    pub email: String,
    pub name: String,
    pub shop_name: String,
    pub place: &'static str,
    pub days_ago: f64,
}

/// A generator of its own for each thing, so that any of them can be made again without the others.
pub(super) fn rng(seed: u64, kind: u64, number: u64) -> StdRng {
    StdRng::seed_from_u64(seed ^ kind.rotate_left(56) ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

pub(super) fn person(seed: u64, number: u64) -> GrownPerson {
    let mut rng = rng(seed, 1, number);
    let pick = |words: &'static [&'static str], rng: &mut StdRng| *words.choose(rng).unwrap_or(&"");
    let (first, family) = (pick(FIRST_NAMES, &mut rng), pick(FAMILY_NAMES, &mut rng));
    let shop_name = match rng.random_range(0..3) {
        0 => format!("{first}’s {}", pick(SHOP_NAMES, &mut rng)),
        1 => format!("{family} {}", pick(SHOP_NAMES, &mut rng)),
        _ => format!("{first} {family}"),
    };
    GrownPerson {
        email: format!("person{number}@grown.example"),
        name: format!("{first} {family}"),
        shop_name,
        place: PLACES.choose(&mut rng).map_or("", |place| place.name),
        // Whoever sells was there before what they sell.
        days_ago: DAYS + rng.random_range(0.0..300.0),
    }
}
