//! Payees: whom customers pay, by names of their own. The engine keeps the sealed name and never knows it.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use terms::{Payee, TimeNs};

/// A payee as kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PayeeRow {
    pub(crate) payee: Payee,
    pub(crate) since: TimeNs,
    /// Kept no longer; its name is gone from here.
    pub(crate) ended: bool,
}

/// All of them, and those in force by party.
#[derive(Clone, Debug, Default)]
pub(crate) struct Payees {
    pub(crate) rows: BTreeMap<u128, PayeeRow>,
    of: BTreeSet<(u128, u128)>,
}

impl Payees {
    pub(crate) fn insert(&mut self, row: PayeeRow) {
        let id = row.payee.id.0;
        if !row.ended {
            self.of.insert((row.payee.party.0, id));
        }
        self.rows.insert(id, row);
    }

    pub(crate) fn end(&mut self, id: u128) {
        if let Some(row) = self.rows.get_mut(&id) {
            self.of.remove(&(row.payee.party.0, id));
            row.ended = true;
            row.payee.name.ciphertext.clear();
        }
    }

    pub(crate) fn ids_of(&self, party: u128) -> impl Iterator<Item = u128> + '_ {
        self.of.range((party, 0)..=(party, u128::MAX)).map(|(_, id)| *id)
    }

    /// INVARIANT (forgotten): the names an erased party gave leave the state with it.
    pub(crate) fn forget(&mut self, party: u128) {
        let ids: Vec<u128> = self.ids_of(party).collect();
        ids.into_iter().for_each(|id| self.end(id));
    }
}
