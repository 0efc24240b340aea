//! Which names are kept for whoever runs the place: compared by what they look like, so that no other letter, digit or
//! space gets around it (L11).

use crate::web::look_alike::skeleton;

/// In no name, whatever stands beside them.
const ANYWHERE: [&str; 5] = ["admin", "administrator", "moderator", "moderation", "haggle"];
/// No name by themselves, nor glued to one of the above.
const ALONE: [&str; 8] =
    ["support", "help", "staff", "team", "security", "system", "root", "customer service"];
/// A marketplace that is called by fewer letters keeps its name alone.
const MIN_ANYWHERE: usize = 4;

/// Whether people could take whoever bears this name for the people who run the place of this name.
pub(super) fn imitates_the_house(name: &str, house: &str) -> bool {
    let words: Vec<&str> =
        name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let (whole, house) = (skeleton(&words.concat()), skeleton(house));
    let alone: Vec<String> = ALONE.iter().map(|word| skeleton(word)).collect();
    let mut anywhere: Vec<String> = ANYWHERE.iter().map(|word| skeleton(word)).collect();
    if !house.is_empty() && whole == house || alone.contains(&whole) {
        return true;
    }
    if house.chars().count() >= MIN_ANYWHERE {
        anywhere.push(house);
    }
    let is_kept = |run: &str| {
        let rest =
            |kept: &String| run.strip_prefix(kept.as_str()).or_else(|| run.strip_suffix(kept.as_str()));
        anywhere.iter().any(|kept| {
            rest(kept).is_some_and(|rest| {
                rest.is_empty() || alone.iter().chain(&anywhere).any(|other| other == rest)
            })
        })
    };
    // Every run of words: "H a g g l e", and a name of several words.
    (0..words.len())
        .any(|from| (from + 1..=words.len()).any(|to| is_kept(&skeleton(&words[from..to].concat()))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_house_are_kept_for_it() {
        for taken in [
            "Admin",
            "Haggle Support",
            "HaggIe Support",
            "HaggleSupport",
            "Haggle-Team",
            "H.a.g.g.l.e",
            "Αdmin",
            "Аdmіn",
            "adrnin",
            "ＡＤＭＩＮ",
            "ad\u{200b}min",
            "a d m i n",
            "Moderator Ana",
            "support",
            "5upport",
            "Team",
            "Brno Bazaar",
            "Brn0 Bazaar help",
            "ВrnoBazaar",
            "B r n o B a z a a r",
        ] {
            assert!(imitates_the_house(taken, "Brno Bazaar"), "{taken}");
        }
        for free in [
            "Ana",
            "Support your local bikes",
            "Team Rocket",
            "Jana Svobodová",
            "ماجد\u{200c}ها",
            "Brno",
            "Bazaar Novak",
            "Алина",
        ] {
            assert!(!imitates_the_house(free, "Brno Bazaar"), "{free}");
        }
        assert!(imitates_the_house("Go", "Go") && !imitates_the_house("Go Tanaka", "Go"));
    }
}
