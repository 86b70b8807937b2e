//! How often somebody guessed wrong, and how long to wait. Guesses from an unknown browser count against the name, those from
//! a known one against that browser alone (OWASP, device cookies): a stranger who guesses on purpose locks out strangers.
//! Passkeys are never locked out.

use crate::secret::hash_parts;
use hashbrown::HashMap;
use std::sync::{Mutex, PoisonError};

/// Counters kept at most.
const COUNTERS_MAX: usize = 65_536;
/// The longest wait, in seconds.
const WAIT_S_MAX: u64 = 900;
/// After so long without a wrong guess, in seconds, all is forgotten.
const FORGET_S: u64 = 3_600;
/// Wrong guesses of a name, or of a browser, that cost no waiting.
pub(crate) const FREE: u32 = 5;
/// The same for an address, behind which many may sit.
pub(crate) const FREE_OF_ADDRESS: u32 = 30;

/// Counters of wrong guesses.
#[derive(Debug, Default)]
pub(crate) struct Guesses(Mutex<HashMap<[u8; 32], Tries, foldhash::fast::RandomState>>);

#[derive(Clone, Copy, Debug, Default)]
struct Tries {
    wrong: u32,
    last_s: u64,
    until_s: u64,
}

/// What a guess counts against.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counter {
    key: [u8; 32],
    free: u32,
}

impl Counter {
    /// A counter of this kind, for this name or address.
    pub(crate) fn of(kind: &str, whose: &[&[u8]], free: u32) -> Counter {
        Counter { key: hash_parts(kind, whose), free }
    }
}

impl Guesses {
    /// Counts a guess before it is tried, so that guesses at the same time count, too; else the seconds to wait.
    pub(crate) fn begin(&self, counters: &[Counter], now_s: u64) -> Result<(), u64> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waits = counters.iter().filter_map(|counter| {
            let tries = all.get(&counter.key)?;
            (now_s < tries.until_s).then(|| tries.until_s - now_s)
        });
        if let Some(wait_s) = waits.max() {
            return Err(wait_s);
        }
        if all.len() + counters.len() > COUNTERS_MAX {
            all.retain(|_, tries| now_s < tries.until_s);
        }
        if all.len() + counters.len() > COUNTERS_MAX {
            // Only whoever has that many addresses gets here; names are still guarded by the work of each guess.
            all.clear();
        }
        for counter in counters {
            let tries = all.entry(counter.key).or_default();
            if now_s.saturating_sub(tries.last_s) > FORGET_S {
                *tries = Tries::default();
            }
            tries.wrong = tries.wrong.saturating_add(1);
            tries.last_s = now_s;
            if let Some(over) = tries.wrong.checked_sub(counter.free) {
                tries.until_s = now_s + WAIT_S_MAX.min(1 << over.min(10));
            }
        }
        Ok(())
    }

    /// It was none: takes back what `begin` counted.
    pub(crate) fn take_back(&self, counters: &[Counter]) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for counter in counters {
            if let Some(tries) = all.get_mut(&counter.key) {
                tries.wrong = tries.wrong.saturating_sub(1);
            }
        }
    }

    /// It was right: forgets what was wrong before of this name or browser. An address is only given back this one guess,
    /// or whoever has one good account could guess on others for ever.
    pub(crate) fn forget(&self, counters: &[Counter]) {
        self.take_back(counters);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for counter in counters.iter().filter(|counter| counter.free != FREE_OF_ADDRESS) {
            all.remove(&counter.key);
        }
    }
}

/// Keeps strangers from flooding the journal: so many notes a second one by one, the rest as a number.
#[derive(Debug, Default)]
pub(crate) struct Flood(Mutex<Second>);

#[derive(Debug, Default)]
struct Second {
    at_s: u64,
    told: u32,
    kept_back: u32,
}

/// Notes of strangers that are told one by one in a second.
const TOLD_MAX: u32 = 32;

impl Flood {
    /// How many events this note stands for; `None`: it is counted and told with a later one.
    pub(crate) fn count(&self, now_s: u64) -> Option<u32> {
        let mut second = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if second.at_s != now_s {
            (second.at_s, second.told) = (now_s, 0);
        }
        if second.told >= TOLD_MAX {
            second.kept_back = second.kept_back.saturating_add(1);
            return None;
        }
        second.told += 1;
        Some(std::mem::take(&mut second.kept_back).saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> Counter {
        Counter::of("name", &[name.as_bytes()], FREE)
    }

    #[test]
    fn guesses_cost_more_and_more_waiting_up_to_a_bound() {
        let guesses = Guesses::default();
        let (mut now_s, mut waits) = (1_000_000, Vec::new());
        for _ in 0..25 {
            match guesses.begin(&[name("anna")], now_s) {
                Ok(()) => {}
                Err(wait_s) => {
                    waits.push(wait_s);
                    now_s += wait_s;
                }
            }
        }
        assert_eq!(waits[..5], [1, 2, 4, 8, 16]);
        assert_eq!(guesses.begin(&[name("bert")], now_s), Ok(()));
        for _ in 0..20 {
            now_s += guesses.begin(&[name("anna")], now_s).err().unwrap_or_default();
        }
        let longest = guesses
            .begin(&[name("anna")], now_s)
            .and_then(|()| guesses.begin(&[name("anna")], now_s));
        assert_eq!(longest, Err(WAIT_S_MAX));
        assert_eq!(guesses.begin(&[name("anna")], now_s + FORGET_S + WAIT_S_MAX), Ok(()));
    }

    #[test]
    fn what_was_right_is_taken_back() {
        let guesses = Guesses::default();
        for _ in 0..100 {
            assert_eq!(guesses.begin(&[name("anna")], 7), Ok(()));
            guesses.forget(&[name("anna")]);
        }
    }

    #[test]
    fn a_flood_is_told_as_a_number() {
        let flood = Flood::default();
        let told = (0..1_000).filter_map(|_| flood.count(5)).sum::<u32>();
        assert_eq!(told, TOLD_MAX);
        assert_eq!(flood.count(6), Some(1_000 - TOLD_MAX + 1));
        assert_eq!(flood.count(6), Some(1));
    }
}
