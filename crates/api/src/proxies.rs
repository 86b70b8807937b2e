//! Whose request it is behind a proxy. `X-Forwarded-For` is a list to which each proxy adds the address that it was called
//! from, so its end is true as far as those who wrote it are trusted, and its beginning is what the client says.

use axum::http::{HeaderMap, HeaderName};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, SocketAddr};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Proxies whose word on an address counts; none unless the configuration names some.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Proxies(Vec<Network>);

/// Addresses that begin with the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    /// `10.0.0.7`, or `10.0.0.0/8` for all that begin so.
    fn parse(text: &str) -> Option<Network> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(a, b)| (a, Some(b)));
        let address: IpAddr = address.parse().ok()?;
        let all = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Some(all), |bits| bits.parse().ok().filter(|bits| *bits <= all))?;
        let network = Network { address, bits };
        // 10.0.0.7/8 may be meant as either: whoever writes it is asked.
        (network.cut(address) == bits_of(address)).then_some(network)
    }

    fn has(&self, address: IpAddr) -> bool {
        address.is_ipv4() == self.address.is_ipv4() && self.cut(address) == bits_of(self.address)
    }

    /// The first bits of an address, the others zero.
    fn cut(&self, address: IpAddr) -> u128 {
        let all: u32 = if address.is_ipv4() { 32 } else { 128 };
        let zeros = all - u32::from(self.bits).min(all);
        bits_of(address).checked_shr(zeros).and_then(|bits| bits.checked_shl(zeros)).unwrap_or(0)
    }
}

fn bits_of(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(four) => four.to_bits().into(),
        IpAddr::V6(six) => six.to_bits(),
    }
}

impl TryFrom<Vec<String>> for Proxies {
    type Error = String;
    fn try_from(texts: Vec<String>) -> Result<Proxies, String> {
        let one = |text: &String| {
            let wrong = "is no address and no network, such as 10.0.0.7 or 10.0.0.0/8";
            Network::parse(text).ok_or_else(|| format!("{text:?} {wrong}"))
        };
        texts.iter().map(one).collect::<Result<_, _>>().map(Proxies)
    }
}

impl From<Proxies> for Vec<String> {
    fn from(proxies: Proxies) -> Vec<String> {
        let one = |Network { address, bits }: &Network| format!("{address}/{bits}");
        proxies.0.iter().map(one).collect()
    }
}

impl Proxies {
    /// Whether this address is one of theirs.
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.has(address))
    }

    /// The address that a request counts as coming from: the last of those it went through that is not a trusted proxy.
    /// Where a trusted proxy names something that is no address, it is the proxy's.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer;
        let lines: Vec<&[u8]> =
            headers.get_all(FORWARDED_FOR).iter().map(|line| line.as_bytes()).collect();
        for hop in lines.iter().rev().flat_map(|line| line.rsplit(|byte| *byte == b',')) {
            if !self.trusts(client) {
                break;
            }
            let Some(address) = hop_of(hop) else { break };
            client = address;
        }
        client
    }
}

/// An address as proxies write it, perhaps with a port.
fn hop_of(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    let in_brackets = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    text.parse().ok().or_else(with_port).or_else(in_brackets)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(texts: &[&str]) -> Result<Proxies, String> {
        texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>().try_into()
    }

    fn client(trusted: &[&str], peer: &str, lines: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, line.parse().unwrap());
        }
        proxies(trusted).unwrap().client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn what_a_client_writes_itself_counts_for_nothing() {
        let said = &["203.0.113.9"][..];
        assert_eq!(client(&[], "198.51.100.1", said), "198.51.100.1", "nobody is trusted");
        assert_eq!(client(&["10.0.0.1"], "198.51.100.1", said), "198.51.100.1");
        let trusted = &["10.0.0.1"][..];
        assert_eq!(client(trusted, "10.0.0.1", said), "203.0.113.9");
        let forged = &["192.0.2.7, 10.0.0.1 ,203.0.113.9"][..];
        assert_eq!(client(trusted, "10.0.0.1", forged), "203.0.113.9");
        let two_lines = &["192.0.2.7", "203.0.113.9"][..];
        assert_eq!(client(trusted, "10.0.0.1", two_lines), "203.0.113.9", "lines are one list");
    }

    #[test]
    fn a_chain_of_proxies_is_followed_to_the_first_that_is_not_trusted() {
        let trusted = &["10.0.0.0/8", "2001:db8::/32"][..];
        let chain = &["203.0.113.9, 10.9.9.9", "2001:db8::7"][..];
        assert_eq!(client(trusted, "10.0.0.1", chain), "203.0.113.9");
        assert_eq!(client(trusted, "::ffff:10.0.0.1", chain), "203.0.113.9");
        assert_eq!(client(trusted, "10.0.0.1", &["10.1.1.1, 10.2.2.2"]), "10.1.1.1");
        assert_eq!(client(trusted, "10.0.0.1", &[]), "10.0.0.1");
        for nothing in ["203.0.113.9, unknown", "203.0.113.9,", "203.0.113.9, _hidden"] {
            assert_eq!(client(trusted, "10.0.0.1", &[nothing]), "10.0.0.1", "{nothing}");
        }
    }

    #[test]
    fn addresses_may_bring_a_port() {
        for (said, is) in [
            ("203.0.113.9:4711", "203.0.113.9"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
        ] {
            assert_eq!(client(&["127.0.0.1"], "127.0.0.1", &[said]), is);
        }
    }

    #[test]
    fn networks_are_read_back_and_what_is_none_is_named() {
        let all = proxies(&["10.0.0.0/8", "0.0.0.0/0", "::1", "::/0", "192.0.2.1"]).unwrap();
        assert_eq!(Proxies::try_from(Vec::from(all.clone())), Ok(all));
        for wrong in ["", "10.0.0.7/8", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "proxy.example"] {
            assert!(proxies(&[wrong]).is_err_and(|why| why.contains(&format!("{wrong:?}"))));
        }
        assert!(proxies(&["0.0.0.0/0"]).unwrap().trusts("203.0.113.9".parse().unwrap()));
        assert!(!proxies(&["0.0.0.0/0"]).unwrap().trusts("::1".parse().unwrap()));
    }
}
