//! Where to go after signing in, `?next=`: only ever a path of this site (no open redirect).

use serde::{Deserialize, Deserializer, Serialize};

/// A path on this site, with query and fragment, or nothing. Whatever else was asked for
/// (another host, `//host`, `/\host`, `javascript:`) has become nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ReturnTo(Option<String>);

impl ReturnTo {
    pub fn new(text: &str) -> Self {
        let own = text.starts_with('/')
            && !text.starts_with("//")
            && !text.contains('\\')
            && !text.chars().any(|c| c.is_control() || c.is_whitespace())
            && text.len() <= 2000;
        ReturnTo(own.then(|| text.to_owned()))
    }

    pub fn or<'a>(&'a self, default: &'a str) -> &'a str {
        self.0.as_deref().unwrap_or(default)
    }

    /// The sign-in page, and the registration page, that come back here.
    pub fn login_path(&self) -> String {
        self.0.as_deref().map_or_else(|| "/login".to_owned(), login_path)
    }

    pub fn register_path(&self) -> String {
        self.0.as_deref().map_or_else(|| "/register".to_owned(), |next| with_next("/register", next))
    }

    /// For a hidden field: the path, or an empty text.
    pub fn text(&self) -> &str {
        self.or("")
    }
}

impl<'de> Deserialize<'de> for ReturnTo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(ReturnTo::new(&String::deserialize(deserializer)?))
    }
}

/// The form of a button that comes back to the page where it stood.
#[derive(Deserialize)]
pub struct ReturnForm {
    #[serde(default)]
    pub next: ReturnTo,
}

/// The sign-in page that comes back to `next`.
pub fn login_path(next: &str) -> String {
    with_next("/login", next)
}

/// A page of ours that comes back to `next`.
pub fn with_next(page: &str, next: &str) -> String {
    format!("{page}?next={}", encode(next))
}

/// `text` as a value in a query string.
pub(super) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                encoded.push(char::from(byte))
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_paths_pass() {
        for own in ["/", "/messages", "/products?q=a%20b&page=2", "/products/1#chat"] {
            assert_eq!(ReturnTo::new(own).or("no"), own);
        }
        for foreign in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/a\nb",
            "messages",
            "/\t/evil",
        ] {
            assert_eq!(ReturnTo::new(foreign).or("no"), "no", "{foreign}");
        }
        assert_eq!(login_path("/products/1?a=b#chat"), "/login?next=/products/1%3Fa%3Db%23chat");
    }
}
