//! Where pushes may go: strangers name these addresses, so none may lie inside the house (SSRF).
//!
//! A name is resolved by [`PublicResolver`], whose answers are what is connected to: a name that changes its address
//! between the check and the connection gains nothing. Redirects aren't followed (`client.rs`).

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use anyhow::Context as _;
use https_client::{
    Url,
    dns::{Addrs, Name, Resolve, Resolving},
};
use ipnet::IpNet;

const MAX_LENGTH: usize = 1_000;

/// Private networks that push may reach all the same: `HAGGLE_PUSH_ALLOW`.
#[derive(Clone, Debug, Default)]
pub struct AllowedNetworks(Arc<[IpNet]>);

impl AllowedNetworks {
    /// Several, with commas between them.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        const WANTED: &str = "HAGGLE_PUSH_ALLOW is networks like 10.1.0.0/16,fd00::/8";
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let network = |part: &str| {
            let address = part.parse::<IpAddr>().ok().map(IpNet::from);
            part.parse().ok().or(address).context(WANTED)
        };
        Ok(AllowedNetworks(parts.map(network).collect::<anyhow::Result<Vec<_>>>()?.into()))
    }

    fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    fn may_reach(&self, address: IpAddr) -> bool {
        is_public(address) || self.contains(address)
    }
}

/// A push service's address for one browser.
#[derive(Clone, Debug)]
pub struct Endpoint(Url);

impl Endpoint {
    /// None for what can't be one: not https, no host, a way into the house. By http only within the networks that
    /// are allowed.
    pub fn parse(text: &str, allowed: &AllowedNetworks) -> Option<Self> {
        let url: Url = text.parse().ok()?;
        let is_plain = text.len() <= MAX_LENGTH && url.username().is_empty() && url.password().is_none();
        let address = literal_address(&url);
        let may_go = match (url.scheme(), address) {
            ("https", Some(address)) => allowed.may_reach(address),
            ("https", None) => url.host_str().is_some_and(|host| host.contains('.') && !host.ends_with('.')),
            ("http", Some(address)) => allowed.contains(address),
            _ => false,
        };
        (is_plain && may_go).then_some(Endpoint(url))
    }

    pub fn url(&self) -> &Url {
        &self.0
    }

    /// `https://push.example`, for VAPID's audience.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }
}

fn literal_address(url: &Url) -> Option<IpAddr> {
    url.host_str()?.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Names are looked up as always; what lies inside the house is left out of the answer.
#[derive(Debug)]
pub struct PublicResolver(pub AllowedNetworks);

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = self.0.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| allowed.may_reach(address.ip())).collect();
            if public.is_empty() {
                return Err("no public address has this name".into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is one of the open internet (IANA's special-purpose registries).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b)) // shared by carriers
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99) // 6to4 relays
        || (a == 198 && (18..20).contains(&b)); // measurements
    !is_special
}

/// Only what is given out as global unicast, without what carries an IPv4 address in it.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let is_global = (first & 0xe000) == 0x2000;
    let is_special = first == 0x2002 // 6to4
        || (first == 0x2001 && second < 0x0200) // Teredo, benchmarks, ORCHID
        || (first == 0x2001 && second == 0x0db8)
        || (first == 0x3fff && second < 0x1000); // documentation
    is_global && !is_special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_https_and_not_inside_the_house() {
        let nothing = AllowedNetworks::default();
        for good in [
            "https://fcm.googleapis.com/fcm/send/abc",
            "https://updates.push.services.mozilla.com/wpush/v2/x",
            "https://web.push.apple.com/QO",
            "https://up.example:8443/UP?token=1",
            "https://1.1.1.1/x",
            "https://[2606:4700::1111]/x",
        ] {
            assert!(Endpoint::parse(good, &nothing).is_some(), "{good}");
        }
        for wrong in [
            "",
            "fcm.googleapis.com",
            "http://fcm.googleapis.com/x",
            "ftp://push.example/",
            "https://",
            "https://localhost/x",
            "https://me@push.example/",
            "https://:secret@push.example/",
            "https://intranet/x",
            "https://push.example./",
            "https://127.0.0.1/x",
            "https://2130706433/x",
            "https://0x7f.1/x",
            "https://10.0.0.1/",
            "https://172.16.0.1/",
            "https://192.168.1.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://100.64.0.1/",
            "https://0.0.0.0/",
            "https://224.0.0.1/",
            "https://255.255.255.255/",
            "https://[::1]/",
            "https://[::]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:7f00:1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[2002:7f00:1::]/",
            "https://[fd00::1]/",
            "https://[fe80::1]/",
            "https://[2001:db8::1]/",
        ] {
            assert!(Endpoint::parse(wrong, &nothing).is_none(), "{wrong}");
        }
        assert!(Endpoint::parse(&format!("https://push.example/{}", "x".repeat(1_000)), &nothing).is_none());
    }

    #[test]
    fn the_operator_can_open_a_network_of_their_own() {
        let allowed = AllowedNetworks::parse("127.0.0.0/8, fd00::/8,10.0.0.7").unwrap();
        for good in
            ["http://127.0.0.1:8080/x", "https://127.0.0.2/x", "http://[fd00::1]/x", "http://10.0.0.7/x"]
        {
            assert!(Endpoint::parse(good, &allowed).is_some(), "{good}");
        }
        for wrong in ["http://10.0.0.8/x", "http://localhost/x", "http://1.1.1.1/x", "https://[::1]/x"] {
            assert!(Endpoint::parse(wrong, &allowed).is_none(), "{wrong}");
        }
        assert!(AllowedNetworks::parse("ten").is_err());
    }

    #[tokio::test]
    async fn a_name_of_the_house_has_no_address() {
        let look = async |allowed: &str| {
            let resolver = PublicResolver(AllowedNetworks::parse(allowed).unwrap());
            resolver.resolve("localhost".parse().unwrap()).await.map(Iterator::count).ok()
        };
        assert_eq!(look("").await, None);
        assert!(look("127.0.0.0/8,::1").await > Some(0));
    }
}
