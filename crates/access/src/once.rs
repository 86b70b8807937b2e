//! What may be shown once: ids of proofs and assertions. Remembers each for as long as it could be shown again, in
//! bounded space; where that is full it says so, and never forgets one early.

use crate::secret::hash_parts;
use hashbrown::HashSet;
use std::sync::{Mutex, PoisonError};

/// Parts with a lock each, so that requests do not wait for each other.
const PARTS: usize = 16;

/// Ids seen in the last one to two windows.
#[derive(Debug)]
pub(crate) struct Once {
    window_s: u64,
    per_part_max: usize,
    parts: [Mutex<Seen>; PARTS],
}

#[derive(Debug, Default)]
struct Seen {
    /// Number of the window that `now` holds.
    window: u64,
    now: HashSet<u128, foldhash::fast::RandomState>,
    before: HashSet<u128, foldhash::fast::RandomState>,
}

/// An id of something that may be shown once, told apart by whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OnceId(u128);

impl OnceId {
    pub(crate) fn of(word: &str, whose: &[u8], id: &[u8]) -> OnceId {
        let hash = hash_parts(word, &[whose, id]);
        // Half of SHA-256: nobody finds a second id with the same one.
        OnceId(hash.iter().take(16).fold(0, |number, byte| number << 8 | u128::from(*byte)))
    }
}

/// What became of an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    First,
    Again,
    Full,
}

impl Once {
    /// Remembers ids for at least `window_s` seconds, at most `ids_max` in each window.
    pub(crate) fn new(window_s: u64, ids_max: usize) -> Once {
        let parts = std::array::from_fn(|_| Mutex::default());
        Once { window_s, per_part_max: ids_max.div_ceil(PARTS), parts }
    }

    /// Takes note of an id.
    pub(crate) fn show(&self, id: OnceId, now_s: u64) -> Shown {
        let part = &self.parts[(id.0 % PARTS as u128) as usize];
        let mut seen = part.lock().unwrap_or_else(PoisonError::into_inner);
        seen.turn(now_s / self.window_s);
        if seen.now.contains(&id.0) || seen.before.contains(&id.0) {
            Shown::Again
        } else if seen.now.len() >= self.per_part_max {
            Shown::Full
        } else {
            seen.now.insert(id.0);
            Shown::First
        }
    }
}

impl Seen {
    /// Goes on to this window. A clock that went back forgets nothing.
    fn turn(&mut self, window: u64) {
        if window <= self.window {
            return;
        }
        let now = std::mem::take(&mut self.now);
        self.before = if window == self.window + 1 { now } else { HashSet::default() };
        self.window = window;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_remembered_for_its_window_and_forgotten_after_two() {
        let once = Once::new(60, 1_000);
        let id = OnceId::of("w", b"a", b"1");
        assert_eq!(once.show(id, 59), Shown::First);
        assert_eq!(once.show(id, 60), Shown::Again);
        assert_eq!(once.show(id, 119), Shown::Again);
        assert_eq!(once.show(id, 59), Shown::Again);
        assert_eq!(once.show(id, 180), Shown::First);
        assert_eq!(once.show(OnceId::of("w", b"b", b"1"), 180), Shown::First);
    }

    #[test]
    fn what_is_full_says_so_and_forgets_nothing() {
        let once = Once::new(60, PARTS);
        let ids = (0..1_000u32).map(|n| OnceId::of("w", b"a", &n.to_le_bytes()));
        let first: Vec<OnceId> = ids.filter(|id| once.show(*id, 0) == Shown::First).collect();
        assert_eq!(first.len(), PARTS);
        assert!(first.iter().all(|id| once.show(*id, 1) == Shown::Again));
    }
}
