//! Where an app may have people sent: exact addresses (RFC 8252, 7; RFC 9700, 2.1).

use std::{fmt, str::FromStr, sync::Arc};

use axum::http::Uri;

/// Bytes of one address.
const MAX_LENGTH: usize = 500;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A web page, or an app that a verified link opens.
    Https,
    /// A program on the same machine, which listens on whatever port is free.
    Loopback,
    /// `com.example.app:/…`: an app on the same device.
    PrivateScheme,
}

/// An address that codes may be sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectUri {
    text: String,
    kind: Kind,
}

/// It isn't one that codes may be sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a redirect address is https://…, http://127.0.0.1/…, http://[::1]/… or a private scheme like com.example.app:/…"
)]
pub struct BadRedirect;

impl FromStr for RedirectUri {
    type Err = BadRedirect;

    fn from_str(text: &str) -> Result<Self, BadRedirect> {
        let is_plain = text.len() <= MAX_LENGTH && text.bytes().all(|byte| byte.is_ascii_graphic());
        let (scheme, rest) = text.split_once(':').ok_or(BadRedirect)?;
        if !is_plain || text.contains(['#', '\\', '"', '<', '>', '\'']) {
            return Err(BadRedirect);
        }
        let kind = match scheme {
            "https" | "http" => {
                let uri: Uri = text.parse().map_err(|_| BadRedirect)?;
                let authority = uri.authority().ok_or(BadRedirect)?;
                // What stands in a Content-Security-Policy as well.
                let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
                if authority.host().is_empty() || !authority.as_str().bytes().all(is_plain) {
                    return Err(BadRedirect);
                }
                match (scheme, authority.host()) {
                    ("https", _) => Kind::Https,
                    (_, "127.0.0.1" | "[::1]") => Kind::Loopback,
                    _ => return Err(BadRedirect),
                }
            }
            // With a dot, as names of domains read backwards have it: `javascript:` and its like never are.
            scheme => {
                let is_name =
                    |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-+".contains(&byte);
                let begins = scheme.starts_with(|c: char| c.is_ascii_lowercase());
                if !begins || !scheme.contains('.') || !scheme.bytes().all(is_name) || !rest.starts_with('/')
                {
                    return Err(BadRedirect);
                }
                Kind::PrivateScheme
            }
        };
        Ok(RedirectUri { text: text.to_owned(), kind })
    }
}

impl RedirectUri {
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether `asked` is this one; a program on the same machine may have another port.
    fn allows(&self, asked: &Self) -> bool {
        self.text == asked.text
            || (self.kind == Kind::Loopback
                && asked.kind == Kind::Loopback
                && without_port(&self.text) == without_port(&asked.text))
    }

    /// As people read it: whom they go back to.
    pub fn place(&self) -> &str {
        match self.kind {
            Kind::Https | Kind::Loopback => authority(&self.text),
            Kind::PrivateScheme => self.text.split(':').next().unwrap_or_default(),
        }
    }

    pub fn is_on_this_device(&self) -> bool {
        self.kind != Kind::Https
    }

    /// As a source of a Content-Security-Policy, which has no way to write an IPv6 address.
    pub fn csp_source(&self) -> String {
        let (scheme, authority) = (self.text.split(':').next().unwrap_or_default(), authority(&self.text));
        match self.kind {
            Kind::PrivateScheme => format!("{scheme}:"),
            Kind::Loopback if authority.starts_with('[') => "http:".to_owned(),
            Kind::Https | Kind::Loopback => format!("{scheme}://{authority}"),
        }
    }

    /// With these in its query.
    pub fn with(&self, pairs: &[(&str, &str)]) -> String {
        let encode = |text: &str| {
            percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
        };
        let query: Vec<String> =
            pairs.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let joint = if self.text.contains('?') { '&' } else { '?' };
        format!("{}{joint}{}", self.text, query.join("&"))
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// `127.0.0.1:1234` of `http://127.0.0.1:1234/done`.
fn authority(text: &str) -> &str {
    let rest = text.split_once("://").map_or("", |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or_default()
}

fn without_port(text: &str) -> (&str, &str) {
    let authority = authority(text);
    let path = &text["http://".len() + authority.len()..];
    let host = match authority.rfind(':') {
        Some(at) if !authority[at..].contains(']') => &authority[..at],
        _ => authority,
    };
    (host, path)
}

/// One of these allows it.
pub(super) fn find(registered: &[RedirectUri], asked: &str) -> Option<RedirectUri> {
    let asked: RedirectUri = asked.parse().ok()?;
    registered.iter().any(|it| it.allows(&asked)).then_some(asked)
}

/// Of the marketplace's own app: `HAGGLE_APP_REDIRECTS`.
#[derive(Clone, Debug, Default)]
pub struct AppRedirects(pub(super) Arc<[RedirectUri]>);

impl AppRedirects {
    /// With commas or spaces between them.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let all: Result<Vec<RedirectUri>, _> =
            text.split([',', ' ']).filter(|it| !it.is_empty()).map(str::parse).collect();
        Ok(AppRedirects(all.map_err(|why| anyhow::anyhow!("HAGGLE_APP_REDIRECTS: {why}"))?.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_a_code_may_go_to_are_read() {
        for good in [
            "https://app.example/done",
            "https://app.example:8443/done?from=market",
            "http://127.0.0.1/done",
            "http://[::1]:3000/",
            "com.example.app:/done",
            "com.example.app://done",
        ] {
            assert!(good.parse::<RedirectUri>().is_ok(), "{good}");
        }
        let long = format!("https://app.example/{}", "x".repeat(500));
        for wrong in [
            "",
            "done",
            "javascript:alert(1)",
            "data:text/html,x",
            "app:/done",
            "com.example.app:done",
            "Com.Example.App:/done",
            "http://app.example/done",
            "http://localhost/done",
            "http://127.0.0.1.evil.example/",
            "http://127.0.0.1@evil.example/",
            "https://user@app.example/",
            "https://",
            "https:///done",
            "https://app.example;script-src/",
            "https://app.example/#done",
            "https://app.example/a b",
            "https://app.example/\r\nset-cookie:a",
            "https://äpp.example/",
            &long,
        ] {
            assert!(wrong.parse::<RedirectUri>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn they_match_exactly_but_for_a_loopbacks_port() {
        let registered: Vec<RedirectUri> =
            ["https://app.example/done", "http://127.0.0.1/done", "http://[::1]/", "org.x:/d"]
                .map(|it| it.parse().unwrap())
                .to_vec();
        for asked in [
            "https://app.example/done",
            "http://127.0.0.1:49152/done",
            "http://127.0.0.1/done",
            "http://[::1]:1/",
            "org.x:/d",
        ] {
            assert!(find(&registered, asked).is_some(), "{asked}");
        }
        for asked in [
            "https://app.example/done/",
            "https://app.example:444/done",
            "https://app.example/done?x=1",
            "https://app.example.evil.example/done",
            "https://app.example/DONE",
            "http://127.0.0.1:49152/other",
            "http://127.0.0.1:49152/done/../x",
            "http://[::1]:1/done",
            "org.x:/other",
        ] {
            assert!(find(&registered, asked).is_none(), "{asked}");
        }
    }

    #[test]
    fn what_is_added_cant_be_anything_else() {
        let uri: RedirectUri = "https://app.example/done?a=b".parse().unwrap();
        let sent = uri.with(&[("state", "x&code=y#\"<é")]);
        assert_eq!(sent, "https://app.example/done?a=b&state=x%26code%3Dy%23%22%3C%C3%A9");
        for (text, source, place) in [
            ("https://app.example:8443/done", "https://app.example:8443", "app.example:8443"),
            ("http://127.0.0.1:80/x", "http://127.0.0.1:80", "127.0.0.1:80"),
            ("http://[::1]:80/x", "http:", "[::1]:80"),
            ("org.x:/d", "org.x:", "org.x"),
        ] {
            let uri: RedirectUri = text.parse().unwrap();
            assert_eq!((uri.csp_source().as_str(), uri.place()), (source, place));
        }
    }
}
