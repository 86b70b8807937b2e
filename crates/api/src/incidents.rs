//! What went wrong since the bank is served, as it is noted where it happens: the latest of it, in memory. The log has all of it;
//! the journal has what was denied to whom.

use node::{Clock, SystemClock};
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use terms::TimeNs;

/// Incidents that are remembered; the oldest go first.
const KEPT_MAX: usize = 200;
/// The same again within so long is counted and not noted anew.
const SAME_NS: u64 = 60 * 1_000_000_000;

/// Something that went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// When it was last seen.
    pub time: TimeNs,
    /// What kind of thing, as the log calls it.
    pub event: String,
    /// More about it; no personal data.
    pub says: String,
    /// How often in a row.
    pub times: u32,
}

/// The latest of them.
#[derive(Debug, Default)]
pub struct Incidents(Mutex<VecDeque<Incident>>);

impl Incidents {
    /// Notes one.
    pub fn note(&self, event: &str, says: &str) {
        self.note_at(SystemClock.now(), event, says);
    }

    fn note_at(&self, time: TimeNs, event: &str, says: &str) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = |one: &&mut Incident| time.0.saturating_sub(one.time.0) <= SAME_NS;
        let same = kept
            .iter_mut()
            .rev()
            .take_while(recent)
            .find(|one| one.event == event && one.says == says);
        if let Some(same) = same {
            (same.time, same.times) = (time, same.times.saturating_add(1));
            return;
        }
        if kept.len() == KEPT_MAX {
            kept.pop_front();
        }
        kept.push_back(Incident { time, event: event.to_owned(), says: says.to_owned(), times: 1 });
    }

    /// All that are remembered, the latest first.
    pub fn latest(&self) -> Vec<Incident> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<Incident> = kept.iter().cloned().collect();
        all.sort_by_key(|one| std::cmp::Reverse(one.time));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_in_a_row_is_counted_and_the_oldest_go_first() {
        let incidents = Incidents::default();
        let second = |n: u64| TimeNs(n * 1_000_000_000);
        incidents.note_at(second(1), "answered", "create_payment: 500");
        incidents.note_at(second(2), "webhook", "gave up");
        incidents.note_at(second(30), "answered", "create_payment: 500");
        let told: Vec<(u32, String)> =
            incidents.latest().into_iter().map(|one| (one.times, one.event)).collect();
        assert_eq!(told, [(2, "answered".to_owned()), (1, "webhook".to_owned())]);
        for n in 0..300 {
            incidents.note_at(second(100 + n), "answered", &n.to_string());
        }
        let all = incidents.latest();
        assert_eq!((all.len(), all[0].says.as_str()), (KEPT_MAX, "299"));
    }
}
