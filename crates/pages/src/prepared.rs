//! What a teller prepared for a customer, until the customer takes it up on their own screen: a few minutes in memory, under six
//! digits that only this customer can use. Nothing is done by it; whoever takes it up does it themselves.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long it waits.
pub const WAITS: Duration = Duration::from_secs(900);
/// How many wait at once.
const MOST: usize = 1_000;

/// What was prepared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// For whom: a party, as the API names it.
    pub party: String,
    /// By whom: the name a teller signs in with.
    pub by: String,
    /// What it is, as words call it.
    pub task: &'static str,
    /// The page on which it is done, with what was typed.
    pub path: String,
}

/// All of it.
#[derive(Debug, Default)]
pub struct Waiting(Mutex<HashMap<u32, (Instant, Prepared)>>);

impl Waiting {
    fn all(&self) -> MutexGuard<'_, HashMap<u32, (Instant, Prepared)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps something; its six digits, or nothing if too much waits.
    pub fn keep(&self, prepared: Prepared) -> Option<u32> {
        let mut all = self.all();
        all.retain(|_, (since, _)| since.elapsed() < WAITS);
        if all.len() >= MOST {
            return None;
        }
        // A thousand of a million are taken at most: the first free one is found soon.
        for _ in 0..64 {
            let code = u32::try_from(api::wire::new_id().ok()? % 900_000).ok()? + 100_000;
            if let std::collections::hash_map::Entry::Vacant(free) = all.entry(code) {
                free.insert((Instant::now(), prepared));
                return Some(code);
            }
        }
        None
    }

    /// What waits for this party under these digits.
    pub fn of(&self, code: u32, party: &str) -> Option<Prepared> {
        let all = self.all();
        let (since, prepared) = all.get(&code)?;
        (since.elapsed() < WAITS && prepared.party == party).then(|| prepared.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_found_by_its_digits_and_by_nobody_else() {
        let waiting = Waiting::default();
        let prepared = Prepared {
            party: "pty_1".to_owned(),
            by: "teller".to_owned(),
            task: "pay",
            path: "/pay?to=1".to_owned(),
        };
        let code = waiting.keep(prepared.clone()).unwrap();
        assert!((100_000..1_000_000).contains(&code));
        assert_eq!(waiting.of(code, "pty_1"), Some(prepared.clone()));
        assert_eq!(waiting.of(code, "pty_2"), None, "another's digits open nothing");
        assert_eq!(waiting.of(code ^ 1, "pty_1"), None);
        let more = (1..MOST).map(|_| waiting.keep(prepared.clone())).collect::<Option<Vec<_>>>();
        assert_eq!(more.map(|more| more.len()), Some(MOST - 1));
        assert_eq!(waiting.keep(prepared), None, "more than a thousand do not wait");
    }
}
