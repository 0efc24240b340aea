//! An address that mail can reach, as far as can be seen without sending any.

use unicode_normalization::UnicodeNormalization as _;

use crate::accounts::sentences;
use crate::web::form;

/// An address as it is stored and compared: cleaned of what comes along when it is pasted, composed (NFC), in lower
/// case, its domain in ASCII (`xn--…`), so that one mailbox is one account however it is written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Email(String);

const SENTENCE: &str = sentences::PLEASE_GIVE_AN_EMAIL_ADDRESS;

impl Email {
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = cleaned(text);
        let (local, domain) = text.rsplit_once('@').ok_or(SENTENCE)?;
        let local: String = local.nfc().collect::<String>().to_lowercase();
        let domain = idna::domain_to_ascii(domain).map_err(|_| SENTENCE)?;
        let email = format!("{local}@{domain}");
        // The database counts and lowers by its own rules; stay clear of where they could differ.
        let is_stable = email.len() <= 254 && email == email.to_lowercase();
        if is_local_part(&local) && is_domain(&domain) && is_stable {
            Ok(Email(email))
        } else {
            Err(SENTENCE)
        }
    }

    /// For a sign-in: as [`parse`](Self::parse), or as an account of earlier days may be stored, when less was refused.
    pub fn parse_stored(text: &str) -> Result<Self, &'static str> {
        Self::parse(text).or_else(|refused| {
            let text = text.trim().to_lowercase();
            let plausible = text.contains('@') && text.len() <= 254 && !text.chars().any(char::is_control);
            if plausible { Ok(Email(text)) } else { Err(refused) }
        })
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Without what nobody sees, `mailto:` and `<…>`, which come along from other programs.
fn cleaned(text: &str) -> String {
    let visible: String =
        text.chars().filter(|&c| !form::is_invisible(c)).map(|c| if c == '＠' { '@' } else { c }).collect();
    let text = visible.trim();
    let text = text.strip_prefix('<').and_then(|text| text.strip_suffix('>')).unwrap_or(text);
    let scheme = text.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("mailto:"));
    text[scheme.map_or(0, str::len)..].trim().to_owned()
}

/// The part before the @ as RFC 5321 has it without quotes, and letters of any language (RFC 6531).
fn is_local_part(local: &str) -> bool {
    let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
    let allowed = |c: char| match c {
        c if c.is_ascii() => c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c),
        c => !c.is_whitespace() && !c.is_control(),
    };
    !dots && !local.is_empty() && local.len() <= 64 && local.chars().all(allowed)
}

/// At least two labels of letters, digits and inner hyphens; the last isn't a number, as in addresses of machines.
fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        let inner = !label.starts_with('-') && !label.ends_with('-');
        (1..=63).contains(&label.len())
            && inner
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let top = domain.rsplit('.').next().unwrap_or_default();
    domain.contains('.')
        && domain.split('.').all(is_label)
        && top.len() >= 2
        && !top.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_normalised_or_refused() {
        for (typed, stored) in [
            ("  Ana@Example.COM ", "ana@example.com"),
            ("ana@example.org\u{200b}", "ana@example.org"),
            ("\u{202a}ana@example.org\u{202c}", "ana@example.org"),
            ("\u{feff}ana@example.org", "ana@example.org"),
            ("ana@example.org\u{a0}", "ana@example.org"),
            ("<ana@example.org>", "ana@example.org"),
            ("mailto:ana@example.org", "ana@example.org"),
            ("ana@münchen.example", "ana@xn--mnchen-3ya.example"),
            ("anae\u{301}@example.org", "anaé@example.org"),
            ("ana+tag@example.org", "ana+tag@example.org"),
            ("ana＠example.org", "ana@example.org"),
        ] {
            assert_eq!(Email::parse(typed).as_ref().map(Email::as_str), Ok(stored), "case 18: {typed:?}");
        }
        let long = format!("{}@example.org", "a".repeat(70));
        for wrong in [
            "",
            "ana",
            "@example.com",
            "ana@",
            "ana@x",
            "a b@example.com",
            "ana@.com",
            "a@b@c.de",
            "ana@example.com\0",
            "a..b@example.org",
            "a@[127.0.0.1]",
            "ana@127.0.0.1",
            "ana@example.org,",
            "\"ana@example.org\"",
            "ana@http://example.org",
            "ana@example..org",
            ".ana@example.org",
            "ana@-example.org",
            "ana@\u{2800}.\u{2800}\u{2800}",
            &long,
        ] {
            assert!(Email::parse(wrong).is_err(), "cases 10 and 18: {wrong:?}");
        }
    }
}
