//! Places of the chart of accounts, and which accounts they have.

use engine::Engine;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use terms::AccountId;

/// Places of which it is kept which accounts they have, and how many of them are kept.
const PLACES_MAX: usize = 16;
const KEPT_MAX: usize = 4_096;

/// Which accounts there are at a place. An account never goes and never changes its place, so that only those are looked at that
/// were opened since the last question.
#[derive(Clone, Default)]
pub struct Places(Arc<Mutex<BTreeMap<u16, Known>>>);

/// The accounts at a place among the first `looked_at` of all.
#[derive(Default)]
struct Known {
    looked_at: usize,
    ids: Vec<AccountId>,
}

impl Places {
    /// All of a place, whoever owns them.
    pub fn of(&self, engine: &Engine, code: u16) -> Vec<AccountId> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut known = kept.remove(&code).unwrap_or_default();
        let new = engine.accounts().skip(known.looked_at);
        known.ids.extend(new.filter(|v| v.account.code == code).map(|v| v.account.id));
        known.looked_at = engine.account_count() as usize;
        if known.ids.len() > KEPT_MAX {
            return known.ids;
        }
        // A place that nobody asked for lately is looked through again.
        if kept.len() >= PLACES_MAX {
            kept.pop_first();
        }
        kept.entry(code).or_insert(known).ids.clone()
    }
}
