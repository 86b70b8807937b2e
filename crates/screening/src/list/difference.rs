//! What changed between two versions of a list, so that only that is matched again.

use std::collections::BTreeMap;

use super::{Entry, List};

/// Entries by what happened to them, each in the order of its list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// On the new list only.
    pub added: Vec<Entry>,
    /// On both and not the same; as the new list has them.
    pub changed: Vec<Entry>,
    /// On the old list only.
    pub removed: Vec<Entry>,
}

impl Difference {
    /// Ids of the entries against which everybody is matched again.
    pub fn to_match(&self) -> impl Iterator<Item = &str> {
        self.added.iter().chain(&self.changed).map(|entry| entry.id.as_str())
    }
}

/// From `old` to `new`: entries are the same when their ids are, and changed when anything else of them is not.
pub fn difference(old: &List, new: &List) -> Difference {
    let before: BTreeMap<&str, &Entry> =
        old.entries.iter().map(|entry| (entry.id.as_str(), entry)).collect();
    let after: BTreeMap<&str, &Entry> =
        new.entries.iter().map(|entry| (entry.id.as_str(), entry)).collect();
    let mut found = Difference::default();
    for entry in &new.entries {
        match before.get(entry.id.as_str()) {
            None => found.added.push(entry.clone()),
            Some(was) if *was != entry => found.changed.push(entry.clone()),
            Some(_) => {}
        }
    }
    let gone = |entry: &&Entry| !after.contains_key(entry.id.as_str());
    found.removed = old.entries.iter().filter(gone).cloned().collect();
    found
}
