//! Web addresses in what people write (case 5).
//!
//! A link is what somebody meant as one: with `http://` or `https://`; beginning with `www.`; a host with a path; or a
//! host of at least three parts. A missing space after a full stop leads nowhere. What is shown is where it leads: no
//! user names before the host, and letters that look like others stand as `xn--…`.

use std::borrow::Cow;

use linkify::{LinkFinder, LinkKind};

use crate::web::form::is_invisible;

/// A piece of a body: text, or an address to click.
#[derive(Debug)]
pub struct BodyPart<'a> {
    pub text: Cow<'a, str>,
    pub href: Option<String>,
}

pub fn parts(body: &str) -> Vec<BodyPart<'_>> {
    let mut finder = LinkFinder::new();
    finder.url_must_have_scheme(false).kinds(&[LinkKind::Url]);
    let mut parts = Vec::new();
    let mut plain_from = 0;
    for link in finder.links(body) {
        let found = trimmed(link.as_str());
        let before = body[..link.start()].chars().next_back();
        if let Some(part) = link_part(found, before) {
            push_text(&mut parts, &body[plain_from..link.start()]);
            plain_from = link.start() + found.len();
            parts.push(part);
        }
    }
    push_text(&mut parts, &body[plain_from..]);
    parts
}

fn push_text<'a>(parts: &mut Vec<BodyPart<'a>>, text: &'a str) {
    if !text.is_empty() {
        parts.push(BodyPart { text: Cow::Borrowed(text), href: None });
    }
}

/// Up to the first character that ends a sentence or a quotation in any script, or that nobody sees.
fn trimmed(found: &str) -> &str {
    const ENDS: &str = "“”„‟«»‹›‘’‚…。．，、；：！？（）「」『』【】《》〈〉\"<>";
    let ends = |c: char| c.is_whitespace() || c.is_control() || is_invisible(c) || ENDS.contains(c);
    match found.find(ends) {
        Some(at) => found[..at].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '(']),
        None => found,
    }
}

fn link_part(found: &str, before: Option<char>) -> Option<BodyPart<'_>> {
    let Some((scheme, rest)) = found.split_once("://") else {
        let is_whole_word = before.is_none_or(|c| c.is_whitespace() || "([{<\"'“„«‘（：，。、".contains(c));
        return (is_whole_word && is_meant_as_host(found))
            .then(|| BodyPart { text: found.into(), href: Some(format!("https://{found}")) });
    };
    // `javascript:` and its kind stay text.
    if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return None;
    }
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    if port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return None;
    }
    if is_host(host) {
        return Some(BodyPart { text: found.into(), href: Some(found.to_owned()) });
    }
    let host = idna::domain_to_ascii(host).ok().filter(|host| is_host(host))?;
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    let shown = format!("{scheme}://{host}{port}{path}");
    Some(BodyPart { text: shown.clone().into(), href: Some(shown) })
}

fn is_host(host: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    host.trim_end_matches('.').split('.').all(is_label)
}

/// Without a scheme: whether it was written as an address rather than as a sentence or the name of a file.
fn is_meant_as_host(found: &str) -> bool {
    let (host, path) = found.split_at(found.find(['/', '?', '#', ':']).unwrap_or(found.len()));
    if !is_host(host) {
        return false;
    }
    if host.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www.")) {
        return true;
    }
    let labels: Vec<&str> = host.split('.').collect();
    let is_plain =
        labels.iter().all(|label| label.len() > 1 && !label.bytes().any(|byte| byte.is_ascii_uppercase()));
    let top_is_word = labels.last().is_some_and(|top| top.bytes().all(|byte| byte.is_ascii_alphabetic()));
    is_plain && top_is_word && (labels.len() >= 3 || (labels.len() == 2 && path.starts_with('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hrefs(body: &str) -> Vec<String> {
        parts(body).into_iter().filter_map(|part| part.href).collect()
    }

    #[test]
    fn only_web_addresses_become_links() {
        for (body, links) in [
            ("see https://a.example/x?y=1. ok", vec!["https://a.example/x?y=1"]),
            ("on haggle.example/products/1", vec!["https://haggle.example/products/1"]),
            (
                "javascript:alert(1) javascript://a.example/%0aalert(1) ftp://x.example data:text/html,x",
                vec![],
            ),
            // Case 5.
            ("Hello.How are you", vec![]),
            ("sofa.it is red", vec![]),
            ("it was nice.no problem", vec![]),
            ("photo.jpg", vec![]),
            ("file.zip", vec![]),
            ("e.g.this one", vec![]),
            ("12:30.Bitte", vec![]),
            ("Mr.Smith", vec![]),
            ("“https://example.org/z”", vec!["https://example.org/z"]),
            ("«https://example.org/z»", vec!["https://example.org/z"]),
            ("„https://example.org/z“", vec!["https://example.org/z"]),
            ("https://example.org/a…", vec!["https://example.org/a"]),
            ("www.example.org/x", vec!["https://www.example.org/x"]),
            ("shop.example.co.uk!", vec!["https://shop.example.co.uk"]),
            (
                "https://en.wikipedia.org/wiki/Chair_(disambiguation)",
                vec!["https://en.wikipedia.org/wiki/Chair_(disambiguation)"],
            ),
            ("(https://example.org/abc).", vec!["https://example.org/abc"]),
            ("https://example.org/x_(y)_z", vec!["https://example.org/x_(y)_z"]),
            ("<https://example.org/>", vec!["https://example.org/"]),
            ("https://user:pw@example.org/", vec![]),
            ("https://example.org/foo。次", vec!["https://example.org/foo"]),
            ("（https://example.org/baz）です", vec!["https://example.org/baz"]),
            ("链接：https://example.org/x，详见", vec!["https://example.org/x"]),
            ("https://example.org/a\u{a0}b", vec!["https://example.org/a"]),
            ("https://ex_ample.org/", vec![]),
            ("\u{202e}gnp.elif si siht", vec![]),
            ("https://example.org/\u{202e}gpj.exe", vec!["https://example.org/"]),
        ] {
            assert_eq!(hrefs(body), links, "{body:?}");
            assert_eq!(parts(body).iter().map(|part| &*part.text).collect::<String>(), body);
        }
    }

    #[test]
    fn letters_that_look_like_others_are_shown_as_what_they_are() {
        let parts = parts("at https://paypaӏ.example/x now");
        assert_eq!(parts[1].text, "https://xn--paypa-iof.example/x");
        assert_eq!(parts[1].href.as_deref(), Some("https://xn--paypa-iof.example/x"));
    }
}
