//! Which addresses may be reached: public ones, and private ones only where a setting opens them.
//!
//! The check stands in the resolver, so the address that was checked is the address connected to and a
//! name that changes its mind (DNS rebinding) gains nothing. Addresses written as literals never reach
//! a resolver; [`Guard::literal`] checks those before every request and every redirect.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::str::FromStr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use url::{Host, Url};

/// How long an answer of the resolver is used again.
const LOOKUP_TTL: Duration = Duration::from_secs(60);
/// Names remembered at once; past it the store is emptied.
const LOOKUPS_KEPT: usize = 10_000;
/// Lookups under way at once: each holds a blocking thread.
const LOOKUPS_IN_FLIGHT: usize = 8;

/// A range of addresses, such as `127.0.0.0/8` or `fd00::/8`; a single address is a range of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cidr {
    address: IpAddr,
    prefix: u8,
}

impl Cidr {
    /// Whether `address` lies in the range; IPv4 written as IPv6 counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(net), IpAddr::V4(ip)) => {
                same_prefix(net.to_bits().into(), ip.to_bits().into(), self.prefix, 32)
            }
            (IpAddr::V6(net), IpAddr::V6(ip)) => same_prefix(net.to_bits(), ip.to_bits(), self.prefix, 128),
            _ => false,
        }
    }
}

fn same_prefix(a: u128, b: u128, prefix: u8, width: u8) -> bool {
    let free = u32::from(width - prefix);
    (a ^ b).checked_shr(free).unwrap_or(0) == 0
}

impl FromStr for Cidr {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (address, prefix) = match text.trim().split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text.trim(), None),
        };
        let wrong = || format!("`{text}` is no address range; write it like `127.0.0.0/8` or `fd00::/8`");
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(prefix) => prefix.parse().ok().filter(|p| *p <= width).ok_or_else(wrong)?,
            None => width,
        };
        Ok(Cidr { address, prefix })
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

/// Whether an address belongs to the public internet: not loopback, private, link-local (the metadata
/// services of clouds live there), shared (CGNAT), multicast, reserved or for documentation, and no
/// IPv6 form that wraps such an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo).
///
/// After the IANA special-purpose registries (RFC 6890 and its updates).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !(a == 0                                            // "this network"
        || a == 10 || a == 127                          // private, loopback
        || (a == 100 && (64..128).contains(&b))         // CGNAT
        || (a == 169 && b == 254)                       // link-local, metadata
        || (a == 172 && (16..32).contains(&b))          // private
        || (a == 192 && b == 168)                       // private
        || (a == 192 && b == 0 && (c == 0 || c == 2))   // IETF assignments, documentation
        || (a == 192 && b == 88 && c == 99)             // 6to4 relays, withdrawn
        || (a == 198 && (b == 18 || b == 19))           // benchmarks
        || (a == 198 && b == 51 && c == 100)            // documentation
        || (a == 203 && b == 0 && c == 113)             // documentation
        || a >= 224) // multicast, reserved, broadcast
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let s = ip.segments();
    let tail = || Ipv4Addr::from_bits(u32::from(s[6]) << 16 | u32::from(s[7]));
    if s[..5] == [0; 5] && (s[5] == 0xffff || s[5] == 0) {
        // Mapped; compatible, which also holds `::` and `::1`.
        return s[5] == 0xffff && is_public_v4(tail());
    }
    if s[..6] == [0x64, 0xff9b, 0, 0, 0, 0] {
        return is_public_v4(tail());
    }
    if s[0] == 0x2002 {
        return is_public_v4(Ipv4Addr::from_bits(u32::from(s[1]) << 16 | u32::from(s[2])));
    }
    // Only 2000::/3 is given out; inside it documentation, Teredo, benchmarks and ORCHID are not for hosts.
    s[0] & 0xe000 == 0x2000
        && !(s[0] == 0x2001 && s[1] < 0x0200)
        && !(s[0] == 0x2001 && s[1] == 0x0db8)
        && !(s[0] == 0x3fff && s[1] < 0x1000)
}

/// How a name becomes addresses; tests bring their own.
pub(crate) type Lookup =
    Arc<dyn Fn(String) -> Pin<Box<dyn Future<Output = std::io::Result<Vec<IpAddr>>> + Send>> + Send + Sync>;

/// Asks the system, as every other program on the machine does.
pub(crate) fn system_lookup() -> Lookup {
    Arc::new(|name: String| {
        Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect()) })
    })
}

/// Decides over addresses and resolves names to those allowed; cheap to clone.
#[derive(Clone)]
pub(crate) struct Guard(Arc<Inner>);

struct Inner {
    allowed: Vec<Cidr>,
    hosts: BTreeMap<String, IpAddr>,
    lookup: Lookup,
    known: Mutex<HashMap<String, (Instant, Vec<IpAddr>)>>,
    in_flight: Semaphore,
}

/// The error inside a refused lookup, found again by [`crate::Error`] in the chain of causes.
#[derive(Debug)]
pub(crate) struct Blocked(pub(crate) IpAddr);

impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the address {} is private", self.0)
    }
}

impl std::error::Error for Blocked {}

/// The error inside a lookup that found nothing.
#[derive(Debug)]
pub(crate) struct NoAddress(pub(crate) String);

impl fmt::Display for NoAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl std::error::Error for NoAddress {}

impl Guard {
    pub(crate) fn new(allowed: Vec<Cidr>, hosts: BTreeMap<String, IpAddr>, lookup: Lookup) -> Self {
        Guard(Arc::new(Inner {
            allowed,
            hosts,
            lookup,
            known: Mutex::new(HashMap::new()),
            in_flight: Semaphore::new(LOOKUPS_IN_FLIGHT),
        }))
    }

    /// Whether this address may be reached.
    pub(crate) fn allows(&self, address: IpAddr) -> bool {
        is_public(address) || self.0.allowed.iter().any(|range| range.contains(address))
    }

    /// Checks a URL whose host is an address written out; names pass, the resolver decides over them.
    pub(crate) fn literal(&self, url: &Url) -> Result<(), IpAddr> {
        let address = match url.host() {
            Some(Host::Ipv4(ip)) => IpAddr::V4(ip),
            Some(Host::Ipv6(ip)) => IpAddr::V6(ip),
            Some(Host::Domain(_)) | None => return Ok(()),
        };
        if self.allows(address) { Ok(()) } else { Err(address) }
    }

    /// The address the settings fix for a name.
    fn fixed(&self, name: &str) -> Option<IpAddr> {
        self.0.hosts.get(&name.trim_end_matches('.').to_ascii_lowercase()).copied()
    }

    async fn addresses(&self, name: String) -> std::io::Result<Vec<IpAddr>> {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        if let Some((at, addresses)) = self.known().get(&name)
            && at.elapsed() < LOOKUP_TTL
        {
            return Ok(addresses.clone());
        }
        let _turn = self.0.in_flight.acquire().await.expect("the semaphore is never closed");
        let addresses = (self.0.lookup)(name.clone()).await?;
        let mut known = self.known();
        if known.len() >= LOOKUPS_KEPT {
            known.clear();
        }
        known.insert(name, (Instant::now(), addresses.clone()));
        Ok(addresses)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<String, (Instant, Vec<IpAddr>)>> {
        self.0.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Guard {
    /// The addresses of a name that may be reached; at least one.
    pub(crate) async fn resolved(
        &self,
        name: &str,
    ) -> Result<Vec<SocketAddr>, Box<dyn std::error::Error + Send + Sync>> {
        if let Some(address) = self.fixed(name) {
            return Ok(vec![SocketAddr::new(address, 0)]);
        }
        let found = self.addresses(name.to_owned()).await.map_err(|e| NoAddress(format!("`{name}`: {e}")))?;
        let allowed: Vec<SocketAddr> =
            found.iter().filter(|ip| self.allows(**ip)).map(|ip| SocketAddr::new(*ip, 0)).collect();
        match found.first() {
            Some(first) if allowed.is_empty() => Err(Box::new(Blocked(*first))),
            None => Err(Box::new(NoAddress(format!("`{name}` has no address")))),
            Some(_) => Ok(allowed),
        }
    }
}

impl reqwest::dns::Resolve for Guard {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let guard = self.clone();
        let name = name.as_str().to_owned();
        Box::pin(async move { Ok(Box::new(guard.resolved(&name).await?.into_iter()) as reqwest::dns::Addrs) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_public_internet_are_public() {
        let check = |address: &str, expected: bool| {
            assert_eq!(is_public(address.parse().unwrap()), expected, "{address}");
        };
        for private in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.1",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "100::1",
        ] {
            check(private, false);
        }
        for public in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.0.1",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "2606:4700::1111",
            "2a00:1450::1",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
        ] {
            check(public, true);
        }
    }

    #[test]
    fn ranges_hold_what_their_prefix_says() {
        let check = |range: &str, address: &str, expected: bool| {
            let range: Cidr = range.parse().unwrap();
            assert_eq!(range.contains(address.parse().unwrap()), expected, "{range} {address}");
        };
        check("127.0.0.0/8", "127.200.1.1", true);
        check("127.0.0.0/8", "128.0.0.1", false);
        check("127.0.0.0/8", "::ffff:127.0.0.1", true);
        check("10.1.2.3", "10.1.2.3", true);
        check("10.1.2.3", "10.1.2.4", false);
        check("0.0.0.0/0", "10.1.2.4", true);
        check("fd00::/8", "fd12::1", true);
        check("::/0", "fe80::1", true);
        check("::1/128", "::2", false);
        for wrong in ["", "127.0.0.1/33", "::1/129", "localhost", "1.2.3", "1.2.3.4/x"] {
            assert!(wrong.parse::<Cidr>().is_err(), "{wrong}");
        }
    }
}
