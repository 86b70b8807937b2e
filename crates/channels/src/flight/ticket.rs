//! Tickets and the handles of prepared statements. Both hold all there is to know about a query, sealed under
//! a key of this server's and bound to who asked, so that the server keeps nothing, a client can change
//! nothing, and nobody can redeem what was given to another.

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use bytes::Bytes;
use history::AsOf;
use terms::TimeNs;

/// Bytes of a nonce of AES-GCM.
const NONCE_BYTES: usize = 12;

/// What a sealed query is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// To fetch its answer.
    Ticket = 1,
    /// To be run later, perhaps with parameters.
    Prepared = 2,
}

/// A query that somebody asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Tells it from the same query asked again.
    pub id: [u8; 16],
    /// What it is to see.
    pub as_of: AsOf,
    /// Its text.
    pub text: String,
    /// Its parameters, one row as an Arrow stream; empty if there are none.
    pub parameters: Vec<u8>,
}

/// Seals queries; its key dies with the server.
#[derive(Clone)]
pub struct Sealer {
    cipher: Aes256Gcm,
}

impl Sealer {
    /// A sealer with a new key. `None` if the system has no randomness.
    pub fn new() -> Option<Sealer> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).ok()?;
        Some(Sealer { cipher: Aes256Gcm::new((&key).into()) })
    }

    /// A query's new id. `None` if the system has no randomness.
    pub fn id() -> Option<[u8; 16]> {
        let mut id = [0; 16];
        getrandom::fill(&mut id).ok()?;
        Some(id)
    }

    /// A query as bytes for who asked it.
    pub fn seal(&self, asker: &str, good_for: Use, query: &Query) -> Option<Bytes> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).ok()?;
        let (msg, aad) = (encode(query), bound_to(asker, good_for));
        let payload = Payload { msg: &msg, aad: &aad };
        let sealed = self.cipher.encrypt(&nonce.into(), payload).ok()?;
        Some([&nonce[..], &sealed].concat().into())
    }

    /// The query again; `None` if these bytes were not sealed here, for this asker and this use.
    pub fn open(&self, asker: &str, good_for: Use, bytes: &[u8]) -> Option<Query> {
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>()?;
        let aad = bound_to(asker, good_for);
        let payload = Payload { msg: sealed, aad: &aad };
        decode(&self.cipher.decrypt(&(*nonce).into(), payload).ok()?)
    }
}

fn bound_to(asker: &str, good_for: Use) -> Vec<u8> {
    [&[good_for as u8], asker.as_bytes()].concat()
}

/// Id, kind and number of the moment, length of the text, text, parameters.
fn encode(query: &Query) -> Vec<u8> {
    let (kind, number) = match query.as_of {
        AsOf::Now => (0u8, 0),
        AsOf::Entry(entry) => (1, entry),
        AsOf::Time(time) => (2, time.0),
    };
    let mut bytes = Vec::with_capacity(33 + query.text.len() + query.parameters.len());
    bytes.extend_from_slice(&query.id);
    bytes.push(kind);
    bytes.extend_from_slice(&number.to_le_bytes());
    bytes.extend_from_slice(&(query.text.len() as u64).to_le_bytes());
    bytes.extend_from_slice(query.text.as_bytes());
    bytes.extend_from_slice(&query.parameters);
    bytes
}

fn decode(bytes: &[u8]) -> Option<Query> {
    let (id, rest) = bytes.split_first_chunk::<16>()?;
    let (kind, rest) = rest.split_first()?;
    let (number, rest) = rest.split_first_chunk::<8>()?;
    let (length, rest) = rest.split_first_chunk::<8>()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    let (text, parameters) = rest.split_at_checked(length)?;
    let number = u64::from_le_bytes(*number);
    let as_of = match kind {
        0 => AsOf::Now,
        1 => AsOf::Entry(number),
        2 => AsOf::Time(TimeNs(number)),
        _ => return None,
    };
    let text = String::from_utf8(text.to_vec()).ok()?;
    Some(Query { id: *id, as_of, text, parameters: parameters.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(as_of: AsOf) -> Query {
        Query { id: [7; 16], as_of, text: "SELECT '余额'".into(), parameters: vec![1, 2, 3] }
    }

    #[test]
    fn a_ticket_opens_for_its_asker_and_its_use_only() {
        let sealer = Sealer::new().unwrap();
        for as_of in [AsOf::Now, AsOf::Entry(9), AsOf::Time(TimeNs(u64::MAX))] {
            let query = query(as_of);
            let sealed = sealer.seal("ana", Use::Ticket, &query).unwrap();
            assert_eq!(sealer.open("ana", Use::Ticket, &sealed), Some(query));
            assert_eq!(sealer.open("bob", Use::Ticket, &sealed), None);
            assert_eq!(sealer.open("ana", Use::Prepared, &sealed), None);
            assert_eq!(Sealer::new().unwrap().open("ana", Use::Ticket, &sealed), None);
        }
    }

    #[test]
    fn a_changed_or_cut_ticket_opens_for_nobody_and_shows_nothing() {
        let sealer = Sealer::new().unwrap();
        let sealed = sealer.seal("ana", Use::Ticket, &query(AsOf::Entry(9))).unwrap();
        assert!(!sealed.windows(6).any(|part| part == b"SELECT"));
        for at in 0..sealed.len() {
            let mut changed = sealed.to_vec();
            changed[at] ^= 1;
            assert_eq!(sealer.open("ana", Use::Ticket, &changed), None);
            assert_eq!(sealer.open("ana", Use::Ticket, &sealed[..at]), None);
        }
    }
}
