//! Association files: the native apps that may open this site's links and fill in its passwords (Android's Digital Asset
//! Links, Apple's Universal Links).
//!
//! `HAGGLE_ANDROID_APP`, `HAGGLE_IOS_APP` → [`NativeApps`], read once at the start → `/.well-known/assetlinks.json` and
//! `/.well-known/apple-app-site-association`, asked for by the systems themselves. Invariant: what is served was whole when
//! the program started; without an app there is no file.

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

/// What an app may open by itself.
const LINKS: [&str; 3] = ["/products/*", "/rooms/*", "/oauth/callback*"];

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NativeApps {
    android: Vec<AndroidApp>,
    /// `TEAM.bundle`
    ios: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct AndroidApp {
    package: String,
    /// SHA-256 of the certificates that sign it, as Android writes them: `AB:CD:…`
    fingerprints: Vec<String>,
}

impl NativeApps {
    /// Each list with commas between; empty for none.
    pub fn parse(android: &str, ios: &str) -> anyhow::Result<Self> {
        let mut apps = NativeApps::default();
        for app in list(android) {
            let (package, fingerprint) = android_app(app)?;
            match apps.android.iter_mut().find(|known| known.package == package) {
                Some(known) => known.fingerprints.push(fingerprint),
                None => apps.android.push(AndroidApp { package, fingerprints: vec![fingerprint] }),
            }
        }
        apps.ios = list(ios).map(ios_app).collect::<anyhow::Result<_>>()?;
        Ok(apps)
    }

    /// Of Android; nothing where there is no app for it.
    pub(super) fn asset_links(&self) -> Option<Value> {
        let statements = self.android.iter().map(|app| {
            json!({
                "relation": ["delegate_permission/common.handle_all_urls", "delegate_permission/common.get_login_creds"],
                "target": {
                    "namespace": "android_app",
                    "package_name": app.package,
                    "sha256_cert_fingerprints": app.fingerprints,
                },
            })
        });
        (!self.android.is_empty()).then(|| statements.collect())
    }

    /// Of iPhones; nothing where there is no app for them.
    pub(super) fn site_association(&self) -> Option<Value> {
        let links = LINKS.map(|path| json!({ "/": path }));
        (!self.ios.is_empty()).then(|| {
            json!({
                "applinks": { "details": [{ "appIDs": self.ios, "components": links }] },
                "webcredentials": { "apps": self.ios },
            })
        })
    }
}

fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|app| !app.is_empty())
}

fn android_app(text: &str) -> anyhow::Result<(String, String)> {
    const WANTED: &str = "HAGGLE_ANDROID_APP must look like com.example.market:AB:CD:… with the 64 hexadecimal digits of the \
                          signing certificate's SHA-256; several apps are separated by commas";
    let (package, fingerprint) = text.split_once(':').context(WANTED)?;
    let digits: Vec<char> =
        fingerprint.chars().filter(|&c| c != ':').map(|c| c.to_ascii_uppercase()).collect();
    ensure!(is_dotted(package) && digits.len() == 64 && digits.iter().all(char::is_ascii_hexdigit), WANTED);
    let pairs: Vec<String> = digits.chunks(2).map(|pair| pair.iter().collect()).collect();
    Ok((package.to_owned(), pairs.join(":")))
}

fn ios_app(text: &str) -> anyhow::Result<String> {
    const WANTED: &str = "HAGGLE_IOS_APP must look like ABCDE12345.com.example.market: the team's ten letters and digits, and \
                          the app's bundle; several apps are separated by commas";
    let (team, bundle) = text.split_once('.').context(WANTED)?;
    let is_team = team.len() == 10 && team.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    ensure!(is_team && is_dotted(bundle), WANTED);
    Ok(text.to_owned())
}

/// `com.example.market`
fn is_dotted(name: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-'))
    };
    name.contains('.') && name.len() <= 200 && name.split('.').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apps_are_read_as_their_systems_name_them() {
        let plain = "ab".repeat(32);
        let colons = vec!["CD"; 32].join(":");
        let android =
            format!("com.example.market:{plain}, com.example.market:{colons},com.example.two:{plain}");
        let apps = NativeApps::parse(&android, "ABCDE12345.com.example.market").unwrap();
        let links = apps.asset_links().unwrap();
        let first = &links[0]["target"];
        assert_eq!(first["package_name"], "com.example.market");
        assert_eq!(first["sha256_cert_fingerprints"], json!([vec!["AB"; 32].join(":"), colons]));
        assert_eq!(links.as_array().unwrap().len(), 2);
        let association = apps.site_association().unwrap();
        assert_eq!(association["webcredentials"]["apps"], json!(["ABCDE12345.com.example.market"]));
        assert_eq!(association["applinks"]["details"][0]["components"][1], json!({ "/": "/rooms/*" }));
        let none = NativeApps::parse("", " , ").unwrap();
        assert_eq!((none.asset_links(), none.site_association()), (None, None));
    }

    #[test]
    fn what_isnt_an_app_is_refused_with_what_one_looks_like() {
        let plain = "ab".repeat(32);
        for wrong in [
            "com.example",
            "com.example:12",
            &format!("market:{plain}"),
            &format!("a..b:{plain}"),
            &format!("a.b:{plain}0"),
        ] {
            let refused = NativeApps::parse(wrong, "").unwrap_err().to_string();
            assert!(refused.starts_with("HAGGLE_ANDROID_APP must look like"), "{wrong}: {refused}");
        }
        for wrong in [
            "com.example.market",
            "ABCDE12345",
            "abcde12345.com.example",
            "ABCDE12345.market",
            "ABCDE12345.a b.c",
        ] {
            let refused = NativeApps::parse("", wrong).unwrap_err().to_string();
            assert!(refused.starts_with("HAGGLE_IOS_APP must look like"), "{wrong}: {refused}");
        }
    }
}
