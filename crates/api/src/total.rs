//! What an upload of payments comes to: as much as its payer signs.

use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use terms::{Amount, Currency};

/// What an upload comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Total {
    /// Payments that can be read.
    pub payments: u64,
    /// What they add up to in each currency, in minor units.
    pub sums: BTreeMap<Currency, u128>,
    /// SHA-256 of the upload.
    pub sha256: [u8; 32],
}

impl Total {
    /// Of an upload, before its payments are added.
    pub fn of(upload: &[u8]) -> Total {
        Total { payments: 0, sums: BTreeMap::new(), sha256: Sha256::digest(upload).into() }
    }

    /// Adds a payment. More than can be counted is as much as can be: no bank has it.
    pub fn add(&mut self, currency: Currency, amount: Amount) {
        let sum = self.sums.entry(currency).or_default();
        *sum = sum.saturating_add(amount.0);
        self.payments += 1;
    }
}
