//! Where links lead, and which domains pretend to be this marketplace's.

use linkify::{LinkFinder, LinkKind};

use super::Warning;
use crate::web::look_alike::{latin_twin, skeleton};

/// Domains that people name to say what they mean, and where nobody can be robbed.
const HARMLESS: &[&str] = &["wikipedia.org", "youtube.com", "youtu.be", "openstreetmap.org"];
/// Endings that next to nobody's shop has, and most throw-away domains.
const CHEAP_ENDINGS: &[&str] = &[
    "top", "xyz", "icu", "cyou", "sbs", "click", "link", "online", "site", "shop", "live", "vip", "buzz",
    "fun", "space", "website", "rest", "cfd", "quest", "store", "club", "info", "pw", "tk", "ml", "ga", "cf",
    "gq",
];
/// Parts of names that promise money or a parcel.
const BAIT: &[&str] = &[
    "pay", "delivery", "deliver", "secure", "safe", "verify", "verif", "confirm", "checkout", "track",
    "parcel", "escrow", "refund", "payout", "receive", "order", "protect",
];

/// Outside links, and hosts that look like another, each domain once.
pub(super) fn warnings(text: &str, own_host: &str, own_names: &[String]) -> Vec<Warning> {
    let mut found: Vec<Warning> = Vec::new();
    for (host, is_link) in hosts(text) {
        let ascii = idna::domain_to_ascii(&host).unwrap_or_else(|_| host.clone()).to_ascii_lowercase();
        let domain = registrable(&ascii);
        if is_own(&ascii, own_host) || HARMLESS.contains(&domain) {
            continue;
        }
        let warning = if is_look_alike(&ascii, own_names) {
            Warning::LookAlike(domain.to_owned())
        } else if is_link || is_bait(&ascii) {
            Warning::Link(domain.to_owned())
        } else {
            continue;
        };
        if !found.contains(&warning) {
            found.push(warning);
        }
    }
    found.sort_by_key(|warning| matches!(warning, Warning::Link(_)));
    found
}

/// Every host in a text, and whether it stands there as a link rather than as a word with a dot.
fn hosts(text: &str) -> Vec<(String, bool)> {
    // As people hide them: hxxps, [.], (dot), spaces around the dot.
    let text = text.replace("hxxp", "http").replace("[.]", ".").replace("(.)", ".").replace("(dot)", ".");
    let text = text.replace("[dot]", ".").replace(" . ", ".").replace(" .com", ".com");
    let mut finder = LinkFinder::new();
    finder.url_must_have_scheme(false).kinds(&[LinkKind::Url]);
    let mut hosts = Vec::new();
    for link in finder.links(&text) {
        let (scheme, rest) = link.as_str().split_once("://").unwrap_or(("", link.as_str()));
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let has_path = rest.len() > host.len() + 1;
        let host = host.rsplit('@').next().unwrap_or_default().split(':').next().unwrap_or_default();
        let host = host.trim_matches('.').to_lowercase();
        let is_url = !scheme.is_empty();
        if !is_url && (!is_known(&host) || starts_inside_a_word(&text, link.start())) {
            continue;
        }
        hosts.push((host.clone(), is_url || has_path || host.starts_with("www.")));
    }
    hosts
}

fn starts_inside_a_word(text: &str, at: usize) -> bool {
    text[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '@')
}

/// Whether the ending is a real one.
fn is_known(host: &str) -> bool {
    let ascii = idna::domain_to_ascii(host).unwrap_or_default();
    psl::suffix(ascii.as_bytes()).is_some_and(|suffix| suffix.is_known())
}

/// The domain that somebody has registered: what stands before it, its owner chooses freely.
fn registrable(host: &str) -> &str {
    psl::domain_str(host).unwrap_or(host)
}

fn is_own(host: &str, own: &str) -> bool {
    host == own || host.strip_suffix(own).is_some_and(|rest| rest.ends_with('.'))
}

/// The name in a host: `haggle` of `www.haggle.example`.
pub(super) fn own_label(host: &str) -> &str {
    if host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return "";
    }
    registrable(host).split('.').next().unwrap_or_default()
}

/// Letters of other scripts beside Latin ones, or a name that is the marketplace's but for a letter, a digit or a word
/// beside it.
fn is_look_alike(ascii: &str, own_names: &[String]) -> bool {
    let (shown, _) = idna::domain_to_unicode(ascii);
    let is_mixed = |label: &str| {
        label.chars().any(|c| c.is_ascii_alphabetic()) && label.chars().any(|c| latin_twin(c).is_some())
    };
    let is_disguised = |label: &str| {
        !label.is_ascii() && label.chars().all(|c| c.is_ascii() || latin_twin(c).is_some()) && label.len() > 2
    };
    if shown.split('.').any(|label| is_mixed(label) || is_disguised(label)) {
        return true;
    }
    let parts: Vec<String> = shown.split(['.', '-', '_']).map(skeleton).collect();
    let label = skeleton(registrable(&shown).split('.').next().unwrap_or_default());
    own_names.iter().any(|own| {
        let near = if own.chars().count() >= 6 { 2 } else { 1 };
        parts.contains(own)
            || (own.chars().count() >= 5 && label.contains(own.as_str()))
            || strsim::osa_distance(&label, own) <= near
    })
}

fn is_bait(ascii: &str) -> bool {
    let ending = ascii.rsplit('.').next().unwrap_or_default();
    CHEAP_ENDINGS.contains(&ending) && ascii.len() > ending.len() + 3
        || ascii.split(['.', '-']).any(|part| BAIT.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<String> {
        let own = [skeleton("Haggle"), skeleton("market")];
        let found = warnings(text, "market.example", &own);
        found.iter().map(|warning| format!("{} {}", warning.code(), warning.host())).collect()
    }

    #[test]
    fn the_true_host_is_told_and_words_with_dots_are_none() {
        for (text, expected) in [
            ("see https://login.haggle.example.evil.com/x", "look_alike evil.com"),
            ("https://user@evil.co.uk:8080/market.example", "link evil.co.uk"),
            ("on market.example/products/1", ""),
            ("https://market.example/products/1", ""),
            ("https://shop.market.example", ""),
            ("haggle-pay.com", "look_alike haggle-pay.com"),
            ("hagg1e.com", "look_alike hagg1e.com"),
            ("https://haggIe.com/a", "look_alike haggie.com"),
            ("https://hаggle.com", "look_alike xn--hggle-4ve.com"),
            ("safe-delivery.top", "link safe-delivery.top"),
            ("hxxps://parcel[.]example[.]org/1", "link example.org"),
            ("it was nice.no problem, sofa.it is red, photo.jpg, e.g.this", ""),
            ("I saw it on ebay.com for less", ""),
            ("https://en.wikipedia.org/wiki/Chair", ""),
            ("ana@example.com", ""),
        ] {
            assert_eq!(codes(text).join(", "), expected, "{text}");
        }
    }
}
