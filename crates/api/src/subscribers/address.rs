//! Where a message may be sent. A webhook makes the bank call an address that somebody else chose; so addresses inside the
//! bank's own network, and the places where machines keep their secrets, are out of reach unless the bank says otherwise.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

/// Characters of an address.
const URL_BYTES_MAX: usize = 2_048;

/// Which addresses may be called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AddressRules {
    /// Addresses of private networks too. Link-local ones never: clouds keep secrets there.
    pub private_networks: bool,
    /// This machine itself too, and to it also without TLS. For trying.
    pub loopback: bool,
}

/// A receiver's address, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Name or number, as TLS and `Host` want it.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Over TLS.
    pub secure: bool,
    /// Path and query.
    pub path: String,
    /// The number, if it is none that must be looked up.
    pub literal: Option<IpAddr>,
}

impl Target {
    /// Reads an address.
    ///
    /// # Errors
    /// Says in words why it may not be called.
    pub fn read(url: &str, rules: AddressRules) -> Result<Target, String> {
        if url.len() > URL_BYTES_MAX {
            return Err(format!("it is longer than {URL_BYTES_MAX} characters"));
        }
        let parsed = Url::parse(url).map_err(|why| format!("it is no address: {why}"))?;
        let secure = match parsed.scheme() {
            "https" => true,
            "http" if rules.loopback => false,
            _ => return Err("it must begin with https://".to_owned()),
        };
        if !parsed.username().is_empty() || parsed.password().is_some() {
            return Err("it must not hold a name or a password".to_owned());
        }
        if parsed.fragment().is_some() {
            return Err("it must not have a fragment".to_owned());
        }
        let literal = match parsed.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(name)) if local(name) => Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            // Nothing but this machine itself is called without TLS, so that name needs no looking up.
            Some(Host::Domain(_)) if !secure => {
                return Err("it must begin with https://".to_owned());
            }
            Some(Host::Domain(_)) => None,
            None => return Err("it names no host".to_owned()),
        };
        let host = parsed.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let port = parsed.port_or_known_default().unwrap_or(443);
        let query = parsed.query().map(|query| format!("?{query}")).unwrap_or_default();
        let path = format!("{}{query}", parsed.path());
        let target = Target { host, port, secure, path, literal };
        if let Some(address) = literal {
            target.may_be(address, rules)?;
        }
        Ok(target)
    }

    /// Whether it may be called at this number.
    ///
    /// # Errors
    /// Says in words why not.
    pub fn may_be(&self, address: IpAddr, rules: AddressRules) -> Result<(), String> {
        match reach(address) {
            Reach::Public if self.secure => Ok(()),
            Reach::Private if self.secure && rules.private_networks => Ok(()),
            Reach::Loopback if rules.loopback => Ok(()),
            Reach::Public | Reach::Private if !self.secure => {
                Err("only this machine itself is called without TLS".to_owned())
            }
            Reach::Private => Err(format!("{address} is in a private network")),
            Reach::Loopback => Err(format!("{address} is this machine itself")),
            Reach::Public | Reach::Never => Err(format!("{address} is not open to everybody")),
        }
    }

    /// As the header `Host` has it.
    pub fn host_header(&self) -> String {
        let host =
            if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        if self.port == if self.secure { 443 } else { 80 } {
            host
        } else {
            format!("{host}:{}", self.port)
        }
    }
}

fn local(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "localhost" || name.ends_with(".localhost")
}

/// Who can reach an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    Public,
    Private,
    Loopback,
    Never,
}

/// By the registries of special-purpose addresses (RFC 6890 and what was added to them).
fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(address) => reach_of_4(address),
        IpAddr::V6(address) => reach_of_6(address),
    }
}

fn reach_of_4(address: Ipv4Addr) -> Reach {
    match address.octets() {
        [127, ..] => Reach::Loopback,
        [10, ..] | [192, 168, ..] => Reach::Private,
        [172, second, ..] if second & 0xf0 == 16 => Reach::Private,
        // Shared by a carrier's customers (RFC 6598).
        [100, second, ..] if second & 0xc0 == 64 => Reach::Private,
        // This network, link-local, protocols, documentation, measuring, multicast and what is reserved.
        [0, ..] | [169, 254, ..] | [192, 0, 0 | 2, _] | [192, 88, 99, _] => Reach::Never,
        [198, 18 | 19, ..] | [198, 51, 100, _] | [203, 0, 113, _] | [224..=255, ..] => Reach::Never,
        _ => Reach::Public,
    }
}

fn reach_of_6(address: Ipv6Addr) -> Reach {
    let parts = address.segments();
    let inner = |high: u16, low: u16| {
        let bytes = [high.to_be_bytes(), low.to_be_bytes()].concat();
        reach_of_4(Ipv4Addr::new(bytes[0], bytes[1], bytes[2], bytes[3]))
    };
    match parts {
        [0, 0, 0, 0, 0, 0, 0, 1] => Reach::Loopback,
        // An address of IPv4 in one of IPv6: mapped, translated (RFC 6052), 6to4.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            inner(high, low)
        }
        [0x2002, high, low, ..] => inner(high, low),
        [first, ..] if first & 0xfe00 == 0xfc00 => Reach::Private,
        // Teredo and protocols, documentation.
        [0x2001, second, ..] if second < 0x200 => Reach::Never,
        [0x2001, 0xdb8, ..] | [0x3fff, ..] => Reach::Never,
        // Only these are given out to the world.
        [first, ..] if first & 0xe000 == 0x2000 => Reach::Public,
        _ => Reach::Never,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRICT: AddressRules = AddressRules { private_networks: false, loopback: false };

    #[test]
    fn only_the_open_internet_over_tls_is_reached() {
        for right in [
            "https://example.com/a?b=c",
            "https://8.8.8.8/",
            "https://[2606:4700::1111]:8443/x",
            "https://xn--bcher-kva.example",
        ] {
            assert!(Target::read(right, STRICT).is_ok(), "{right}");
        }
        for wrong in [
            "http://example.com/",
            "ftp://example.com/",
            "file:///etc/passwd",
            "example.com",
            "https://",
            "https://anna:secret@example.com/",
            "https://example.com/#there",
            "https://localhost/",
            "https://x.localhost./",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://127.1/",
            "https://10.1.2.3/",
            "https://172.16.0.1/",
            "https://172.31.255.255/",
            "https://192.168.1.1/",
            "https://100.64.0.1/",
            "https://169.254.169.254/latest/meta-data/",
            "https://0.0.0.0/",
            "https://192.0.0.1/",
            "https://198.18.0.1/",
            "https://224.0.0.1/",
            "https://255.255.255.255/",
            "https://[::1]/",
            "https://[::]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://[64:ff9b::a00:1]/",
            "https://[2002:a00:1::]/",
            "https://[fe80::1]/",
            "https://[fd00::1]/",
            "https://[ff02::1]/",
            "https://[2001:db8::1]/",
            "https://[2001::1]/",
        ] {
            assert!(Target::read(wrong, STRICT).is_err(), "{wrong}");
        }
        assert!(
            Target::read(&format!("https://example.com/{}", "a".repeat(2_048)), STRICT).is_err()
        );
    }

    #[test]
    fn what_the_bank_opens_is_open_and_link_local_never_is() {
        let open = AddressRules { private_networks: true, loopback: true };
        for right in [
            "http://127.0.0.1:8080/",
            "http://localhost/",
            "https://10.0.0.1/",
            "https://[fd00::1]/",
            "https://[::1]/",
        ] {
            assert!(Target::read(right, open).is_ok(), "{right}");
        }
        for wrong in [
            "http://10.0.0.1/",
            "http://8.8.8.8/",
            "http://example.com/",
            "https://169.254.169.254/",
            "https://[fe80::1]/",
        ] {
            assert!(Target::read(wrong, open).is_err(), "{wrong}");
        }
        let inside = AddressRules { loopback: false, ..open };
        assert!(Target::read("https://[::ffff:127.0.0.1]/", inside).is_err());
    }

    #[test]
    fn a_name_that_leads_inside_is_refused_when_it_is_looked_up() {
        let target = Target::read("https://example.com/", STRICT).unwrap();
        assert_eq!(target.literal, None);
        assert!(target.may_be("93.184.216.34".parse().unwrap(), STRICT).is_ok());
        for inside in
            ["10.0.0.1", "127.0.0.1", "169.254.169.254", "::1", "fe80::1", "::ffff:10.0.0.1"]
        {
            assert!(target.may_be(inside.parse().unwrap(), STRICT).is_err(), "{inside}");
        }
    }

    #[test]
    fn the_header_names_host_and_port() {
        let header = |url| Target::read(url, STRICT).unwrap().host_header();
        assert_eq!(header("https://Example.com/"), "example.com");
        assert_eq!(header("https://example.com:444/"), "example.com:444");
        assert_eq!(header("https://[2606:4700::1]/"), "[2606:4700::1]");
    }
}
