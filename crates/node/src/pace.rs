//! How long deciding a payment takes while rule sets judge it. A set that makes it too long ends by itself and the one before
//! it judges again (`run.rs`). The engine has no clock: what it is told is a withdrawal like any other, in the journal.

use engine::Engine;
use std::time::Duration;
use terms::Event;
use terms::limits::PACE_PAYMENTS;

/// The mean over [`PACE_PAYMENTS`] judged payments, one such number after the other.
#[derive(Debug)]
pub(crate) struct Pace {
    /// What a payment may take in the mean.
    most: Duration,
    /// The set that would end; another one begins with a clean count.
    set: Option<u16>,
    payments: u32,
    spent: Duration,
}

impl Pace {
    pub(crate) fn new(most: Duration) -> Pace {
        Pace { most, set: None, payments: 0, spent: Duration::ZERO }
    }

    /// These events took so long to decide. Each is taken to have cost the same, because the clock is read twice a
    /// turn and not twice a payment. Gives the set that must end.
    pub(crate) fn took(
        &mut self,
        took: Duration,
        events: &[Event],
        engine: &Engine,
    ) -> Option<u16> {
        let set = engine.ends_when_slow();
        if self.set != set {
            *self = Pace { set, ..Pace::new(self.most) };
        }
        // Where nothing could end, nothing is counted.
        let set = set?;
        let judged = events.iter().filter(|event| is_judged(event)).count() as u32;
        let all = events.len().max(1) as u32;
        self.spent = self.spent.saturating_add(took.saturating_mul(judged) / all);
        self.payments = self.payments.saturating_add(judged);
        if self.payments < PACE_PAYMENTS {
            return None;
        }
        let mean = self.spent / self.payments;
        (self.payments, self.spent) = (0, Duration::ZERO);
        (mean > self.most).then_some(set)
    }
}

fn is_judged(event: &Event) -> bool {
    matches!(event, Event::Transfer(event) if event.verdict.is_some())
}
