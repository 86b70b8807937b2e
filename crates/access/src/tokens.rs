//! Tokens of machines: random, kept as hashes in memory, short-lived, bound to a key or a certificate. A restart forgets
//! them; clients ask anew.

use crate::principal::Principal;
use crate::secret::Hash;
use hashbrown::HashMap;
use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, RwLock};

/// Tokens of one client at once; the oldest ends when there would be more.
const OF_CLIENT_MAX: usize = 1_024;

/// What a token is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    /// Thumbprint of the key of DPoP proofs.
    Key(Hash),
    /// SHA-256 of a certificate.
    Certificate(Hash),
}

/// A token.
#[derive(Debug)]
pub(crate) struct Token {
    pub(crate) principal: Arc<Principal>,
    /// Name of the client.
    pub(crate) client: Arc<str>,
    /// The client's version when it was issued; with another it is void.
    pub(crate) version: u64,
    pub(crate) bound: Bound,
    pub(crate) until_s: u64,
}

/// All tokens that live.
#[derive(Debug, Default)]
pub(crate) struct Tokens(RwLock<All>);

#[derive(Debug, Default)]
struct All {
    by_hash: HashMap<Hash, Arc<Token>, foldhash::fast::RandomState>,
    /// Hashes of a client's tokens, oldest first.
    of_client: HashMap<Arc<str>, VecDeque<Hash>, foldhash::fast::RandomState>,
}

impl Tokens {
    /// The token of this hash.
    pub(crate) fn get(&self, hash: &Hash) -> Option<Arc<Token>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).by_hash.get(hash).cloned()
    }

    /// Keeps a token; those of the same client that ended are forgotten.
    pub(crate) fn keep(&self, hash: Hash, token: Token, now_s: u64) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let All { by_hash, of_client } = &mut *all;
        let hashes = of_client.entry(token.client.clone()).or_default();
        // All of a client live equally long, so the oldest end first.
        while let Some(oldest) = hashes.front() {
            let ended = by_hash.get(oldest).is_none_or(|token| token.until_s <= now_s);
            if !ended && hashes.len() < OF_CLIENT_MAX {
                break;
            }
            by_hash.remove(oldest);
            hashes.pop_front();
        }
        hashes.push_back(hash);
        by_hash.insert(hash, Arc::new(token));
    }

    /// Ends all tokens of a client.
    pub(crate) fn end(&self, client: &str) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for hash in all.of_client.remove(client).unwrap_or_default() {
            all.by_hash.remove(&hash);
        }
    }
}
