//! The settings: flags and environment, read here and nowhere else.

use std::{net::SocketAddr, num::NonZeroU32, path::PathBuf, sync::Arc, time::Duration};

use anyhow::Context;
use async_nats::ServerAddr;
use clap::Args;

/// What every command may need.
#[derive(Args, Clone, Debug)]
pub struct Config {
    /// Where to listen: an address or a name, and a port
    #[arg(long, env = "HAGGLE_ADDR", default_value = "127.0.0.1:3000", global = true)]
    pub addr: String,

    /// The private database and photos
    #[arg(long, env = "HAGGLE_DATA", value_name = "DIR", default_value = "./data", global = true)]
    pub data: PathBuf,

    /// Started as root, the program becomes this account, if there is one and the data directory is its own
    #[arg(long, env = "HAGGLE_ACCOUNT", value_name = "NAME", default_value = "haggle", global = true)]
    pub account: String,

    /// A PostgreSQL of your own; without it a private one runs
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true, global = true)]
    pub database_url: Option<String>,

    /// A NATS server over which several nodes tell each other what happens, instead of the database
    #[arg(long, env = "NATS_URL", value_name = "URL", hide_env_values = true, global = true)]
    pub nats_url: Option<String>,

    /// Photos, when not under the data directory: a folder, or s3://bucket/prefix with the keys in AWS_… variables
    #[arg(long, env = "HAGGLE_UPLOADS", value_name = "PLACE", global = true)]
    pub uploads: Option<PathBuf>,

    /// The address people type: cookies are `Secure` and links are made for it
    #[arg(long, env = "HAGGLE_PUBLIC_URL", value_name = "URL", global = true)]
    pub public_url: Option<String>,

    /// What the marketplace is called, on its pages and in links to it
    #[arg(long, env = "HAGGLE_NAME", value_name = "NAME", default_value = "Haggle", global = true)]
    pub name: String,

    /// Where people reach whoever runs it: an e-mail address or a page
    #[arg(long, env = "HAGGLE_CONTACT", value_name = "EMAIL|URL", global = true)]
    pub contact: Option<String>,

    /// The mail server: smtps://user:password@host, smtp://…?tls=required, or smtp://host:25 without encryption
    #[arg(long, env = "SMTP_URL", value_name = "URL", hide_env_values = true, global = true)]
    pub smtp_url: Option<String>,

    /// The address that letters come from; without it HAGGLE_CONTACT, if that is an address
    #[arg(long, env = "HAGGLE_MAIL_FROM", value_name = "EMAIL", global = true)]
    pub mail_from: Option<String>,

    /// 64 hexadecimal digits that encrypt second factors; without it a key in the data directory, made at the first start
    #[arg(long, env = "HAGGLE_SECRET_KEY", value_name = "HEX", hide_env_values = true, global = true)]
    pub secret_key: Option<String>,

    /// The one currency that prices are in, like EUR; without it each seller chooses
    #[arg(long, env = "HAGGLE_CURRENCY", value_name = "CODE", global = true)]
    pub currency: Option<String>,

    /// With the private database, don't make a demo marketplace on the first start
    #[arg(long, global = true)]
    pub no_demo: bool,

    /// How many proxies in front may be trusted about the client's address
    #[arg(long, env = "HAGGLE_TRUSTED_PROXIES", value_name = "N", default_value_t = 0, global = true)]
    pub trusted_proxies: usize,

    /// Where to serve metrics for Prometheus, at /metrics: an address that strangers can't reach
    #[arg(long, env = "HAGGLE_METRICS_ADDR", value_name = "ADDR", global = true)]
    pub metrics_addr: Option<String>,

    /// How long a message stays unread before a phone is told, like 10s
    #[arg(long, env = "HAGGLE_PUSH_AFTER", value_name = "TIME", default_value = "10s", value_parser = duration, global = true)]
    pub push_after: Duration,

    /// Private networks that push services may be in, like 10.1.0.0/16, with commas between them
    #[arg(long, env = "HAGGLE_PUSH_ALLOW", value_name = "NETWORKS", default_value = "", global = true)]
    pub push_allow: String,

    /// Where the marketplace's own app may have people sent after they allowed it, with commas between them
    #[arg(long, env = "HAGGLE_APP_REDIRECTS", value_name = "URIS", default_value = "", global = true)]
    pub app_redirects: String,

    /// How long a message stays unread before a letter is sent, like 5m
    #[arg(long, env = "HAGGLE_MAIL_AFTER", value_name = "TIME", default_value = "5m", value_parser = duration, global = true)]
    pub mail_after: Duration,

    /// How many messages one account may write a second, after a burst of three seconds' worth
    #[arg(long, env = "HAGGLE_MESSAGES_PER_SECOND", value_name = "N", default_value = "10", global = true)]
    pub messages_per_second: NonZeroU32,

    /// How many conversations one account may begin a day; in an account's first week a quarter of it. Answers never count
    #[arg(long, env = "HAGGLE_NEW_ROOMS_PER_DAY", value_name = "N", default_value = "20", global = true)]
    pub new_rooms_per_day: NonZeroU32,

    /// How many products one seller may list a day; on an account's first day a fifth of it
    #[arg(long, env = "HAGGLE_PRODUCTS_PER_DAY", value_name = "N", default_value = "50", global = true)]
    pub products_per_day: NonZeroU32,

    /// How many products one seller may have, without deleted ones
    #[arg(long, env = "HAGGLE_PRODUCTS_PER_SELLER", value_name = "N", default_value = "2000", global = true)]
    pub products_per_seller: NonZeroU32,

    /// How many megabytes of photos one account may send a day; on its first day a fifth of it
    #[arg(long, env = "HAGGLE_PHOTO_MB_PER_DAY", value_name = "N", default_value = "200", global = true)]
    pub photo_mb_per_day: NonZeroU32,

    /// How many megabytes of photos one account may have, without those of deleted products
    #[arg(
        long,
        env = "HAGGLE_PHOTO_MB_PER_ACCOUNT",
        value_name = "N",
        default_value = "4000",
        global = true
    )]
    pub photo_mb_per_account: NonZeroU32,

    /// Android apps that may open this site's links: package:SHA256 of the signing certificate, with commas between them
    #[arg(long, env = "HAGGLE_ANDROID_APP", value_name = "APPS", default_value = "", global = true)]
    pub android_app: String,

    /// iOS apps that may open this site's links: TEAM.bundle, with commas between them
    #[arg(long, env = "HAGGLE_IOS_APP", value_name = "APPS", default_value = "", global = true)]
    pub ios_app: String,
}

/// Where photos are.
#[derive(Debug)]
pub enum PhotoPlace {
    Folder(PathBuf),
    S3(S3Settings),
}

/// A bucket, by the names that programs for S3 usually read.
pub struct S3Settings {
    pub bucket: String,
    /// Empty, or a path in it.
    pub prefix: String,
    /// `AWS_ENDPOINT`; Amazon's own if none.
    pub endpoint: Option<String>,
    /// `AWS_REGION`
    pub region: String,
    /// `AWS_ACCESS_KEY_ID`
    pub access_key_id: String,
    /// `AWS_SECRET_ACCESS_KEY`
    pub secret_access_key: String,
    /// `AWS_ALLOW_HTTP`: without HTTPS, for a store on this machine or in one's own network.
    pub allow_http: bool,
}

/// Without the keys.
impl std::fmt::Debug for S3Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.prefix)
    }
}

impl S3Settings {
    /// `url`: `s3://bucket/prefix`. `setting`: a variable, if it is there and not empty.
    fn parse(url: &str, setting: impl Fn(&str) -> Option<String>) -> anyhow::Result<Self> {
        const WANTED: &str = "HAGGLE_UPLOADS must be a folder or look like s3://bucket/prefix";
        let (bucket, prefix) =
            url.strip_prefix("s3://").map(|it| it.split_once('/').unwrap_or((it, ""))).context(WANTED)?;
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-');
        anyhow::ensure!((3..=63).contains(&bucket.len()) && bucket.chars().all(is_name), WANTED);
        anyhow::ensure!(!prefix.contains(['?', '#', '\\']), WANTED);
        let needed = |name: &str| {
            setting(name).with_context(|| format!("HAGGLE_UPLOADS={url} needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and {name} is not set"))
        };
        let endpoint = setting("AWS_ENDPOINT");
        let allow_http = matches!(setting("AWS_ALLOW_HTTP").as_deref(), Some("1" | "true" | "yes"));
        let scheme = endpoint.as_deref().map_or("https", |it| it.split_once("://").map_or("", |it| it.0));
        anyhow::ensure!(
            scheme == "https" || (scheme == "http" && allow_http),
            "AWS_ENDPOINT must begin with https://, or with http:// where AWS_ALLOW_HTTP=true says that this is meant"
        );
        Ok(S3Settings {
            bucket: bucket.to_owned(),
            prefix: prefix.trim_matches('/').to_owned(),
            endpoint,
            region: setting("AWS_REGION").unwrap_or_else(|| "us-east-1".to_owned()),
            access_key_id: needed("AWS_ACCESS_KEY_ID")?,
            secret_access_key: needed("AWS_SECRET_ACCESS_KEY")?,
            allow_http,
        })
    }
}

impl Config {
    /// Where photos are: a folder, or a bucket.
    pub fn uploads(&self) -> anyhow::Result<PhotoPlace> {
        let Some(place) = &self.uploads else { return Ok(PhotoPlace::Folder(self.data.join("uploads"))) };
        match place.to_str().filter(|place| place.contains("://")) {
            Some(url) => {
                let setting = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
                Ok(PhotoPlace::S3(S3Settings::parse(url, setting)?))
            }
            None => Ok(PhotoPlace::Folder(place.clone())),
        }
    }

    /// The NATS servers, several with commas between them; none if nodes tell each other by the database.
    pub fn nats(&self) -> anyhow::Result<Vec<ServerAddr>> {
        let Some(urls) = &self.nats_url else { return Ok(Vec::new()) };
        urls.split(',').map(nats_server).collect()
    }

    /// `scheme://host[:port]` of the public address, as a browser writes an Origin.
    pub fn public_origin(&self, listening: SocketAddr) -> anyhow::Result<Arc<str>> {
        let Some(url) = &self.public_url else {
            return Ok(format!("http://{listening}").into());
        };
        const WANTED: &str = "HAGGLE_PUBLIC_URL must look like https://market.example";
        let url: axum::http::Uri = url.parse().ok().context(WANTED)?;
        let (Some(scheme @ ("http" | "https")), Some(authority)) = (url.scheme_str(), url.authority()) else {
            anyhow::bail!(WANTED);
        };
        anyhow::ensure!(!authority.as_str().contains('@') && !authority.host().is_empty(), WANTED);
        // Browsers leave out the port that a scheme has anyway (case 22).
        let port = authority.port_u16().filter(|&port| port != if scheme == "https" { 443 } else { 80 });
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        Ok(format!("{scheme}://{}{port}", authority.host().to_lowercase()).into())
    }
}

/// `10s`, `5m`, `2h`: a whole number and its unit, up to a day.
fn duration(text: &str) -> anyhow::Result<Duration> {
    const WANTED: &str = "a time is written like 10s, 5m or 2h, up to a day";
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).context(WANTED)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        _ => anyhow::bail!(WANTED),
    };
    let duration = Duration::from_secs(number.parse::<u32>().ok().context(WANTED)?.into()) * seconds;
    anyhow::ensure!(duration <= Duration::from_secs(24 * 60 * 60), WANTED);
    Ok(duration)
}

/// Never repeats what was given: it may hold a password.
fn nats_server(url: &str) -> anyhow::Result<ServerAddr> {
    const WANTED: &str = "NATS_URL must look like nats://host:4222 or tls://user:password@host:4222; \
                          several servers are separated by commas";
    let url = url.trim();
    anyhow::ensure!(url.starts_with("nats://") || url.starts_with("tls://"), WANTED);
    let server: ServerAddr = url.parse().ok().context(WANTED)?;
    anyhow::ensure!(!server.host().is_empty(), WANTED);
    Ok(server)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_address_is_written_as_browsers_write_origins() {
        #[derive(clap::Parser)]
        struct Flags {
            #[command(flatten)]
            config: Config,
        }
        let origin = |url: &str| {
            let flags = <Flags as clap::Parser>::parse_from(["haggle", "--public-url", url]);
            flags.config.public_origin(([127, 0, 0, 1], 3000).into())
        };
        for (url, expected) in [
            ("https://market.example:443", "https://market.example"),
            ("http://market.example:80/", "http://market.example"),
            ("https://Market.Example:8443/x", "https://market.example:8443"),
            ("http://[::1]:3000", "http://[::1]:3000"),
        ] {
            assert_eq!(&*origin(url).unwrap(), expected);
        }
        for wrong in
            ["market.example", "ftp://market.example", "https://", "https://a b", "https://me@market.example"]
        {
            let refused = origin(wrong).unwrap_err().to_string();
            assert!(refused.starts_with("HAGGLE_PUBLIC_URL must"), "{wrong}: {refused}");
        }
    }

    #[test]
    fn a_bucket_is_named_by_url_and_its_keys_by_variables() {
        let keys = |name: &str| match name {
            "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("secret".to_owned()),
            _ => None,
        };
        let s3 = S3Settings::parse("s3://photos/a/b/", keys).unwrap();
        assert_eq!((&*s3.bucket, &*s3.prefix, &*s3.region), ("photos", "a/b", "us-east-1"));
        assert!(!format!("{s3:?}").contains("secret"));
        for wrong in ["gs://photos", "s3://", "s3://x", "s3://Photos", "s3://me@photos", "s3://photos/a?b"] {
            let refused = S3Settings::parse(wrong, keys).unwrap_err().to_string();
            assert!(refused.starts_with("HAGGLE_UPLOADS must be a folder or"), "{wrong}: {refused}");
        }
        let refused = S3Settings::parse("s3://photos", |_| None).unwrap_err().to_string();
        assert!(refused.contains("AWS_ACCESS_KEY_ID is not set"), "{refused}");
        for (endpoint, allowed, is_fine) in [
            ("http://store:9000", "", false),
            ("http://store:9000", "true", true),
            ("store:9000", "true", false),
        ] {
            let setting = |name: &str| match name {
                "AWS_ENDPOINT" => Some(endpoint.to_owned()),
                "AWS_ALLOW_HTTP" => Some(allowed.to_owned()),
                _ => keys(name),
            };
            assert_eq!(S3Settings::parse("s3://photos", setting).is_ok(), is_fine, "{endpoint} {allowed}");
        }
    }

    #[test]
    fn times_are_a_number_and_a_unit() {
        for (text, seconds) in [("10s", 10), ("5m", 300), ("24h", 86_400), ("0s", 0)] {
            assert_eq!(duration(text).unwrap(), Duration::from_secs(seconds));
        }
        for wrong in ["", "s", "10", "1.5h", "-1s", "25h", "5 m", "99999999999s", "1d", "ü"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_wrong_nats_address_is_said_to_be_one_without_its_password() {
        for good in ["nats://127.0.0.1:4222", "tls://me:secret@nats.example", "nats://[::1]:4222"] {
            assert!(nats_server(good).is_ok(), "{good}");
        }
        for wrong in ["", "127.0.0.1:4222", "http://there", "nats://", "nats://me:secret@", "nats://a:port"] {
            let refused = nats_server(wrong).unwrap_err().to_string();
            assert!(
                refused.starts_with("NATS_URL must look like") && !refused.contains("secret"),
                "{refused}"
            );
        }
    }
}
