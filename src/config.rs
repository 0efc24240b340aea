//! The settings: flags and environment, read here and nowhere else.

use std::{net::SocketAddr, num::NonZeroU32, path::PathBuf, sync::Arc};

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

    /// Photos, when not under the data directory
    #[arg(long, env = "HAGGLE_UPLOADS", value_name = "DIR", global = true)]
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

    /// How many messages one account may write a second, after a burst of three seconds' worth
    #[arg(long, env = "HAGGLE_MESSAGES_PER_SECOND", value_name = "N", default_value = "10", global = true)]
    pub messages_per_second: NonZeroU32,

    /// How many products one seller may list a day; on an account's first day a fifth of it
    #[arg(long, env = "HAGGLE_PRODUCTS_PER_DAY", value_name = "N", default_value = "50", global = true)]
    pub products_per_day: NonZeroU32,

    /// How many products one seller may have, without deleted ones
    #[arg(long, env = "HAGGLE_PRODUCTS_PER_SELLER", value_name = "N", default_value = "2000", global = true)]
    pub products_per_seller: NonZeroU32,
}

impl Config {
    /// The folder of photos. Object storage (`s3://…`) is refused in words until it exists.
    pub fn uploads(&self) -> anyhow::Result<PathBuf> {
        match &self.uploads {
            Some(folder) if folder.to_string_lossy().contains("://") => anyhow::bail!(
                "HAGGLE_UPLOADS={} is not a folder; this version keeps photos in folders only",
                folder.display()
            ),
            Some(folder) => Ok(folder.clone()),
            None => Ok(self.data.join("uploads")),
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
