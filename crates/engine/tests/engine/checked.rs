//! What every run must stand afterwards, whatever was asked: the invariants hold, replay gives the
//! same state, a snapshot reads back to it, and everything decided again comes out the same.

use engine::Engine;
use terms::{AccountFlags, Command, Event, TimeNs, TransferFlags};

/// The events of one request and what the clock said when they were decided.
pub type Decided = (TimeNs, Vec<Event>);

/// Checks a run from the empty engine to `live`.
pub fn check_run(live: &Engine, run: &[Decided]) {
    live.audit().unwrap();
    let bytes = live.snapshot();
    let restored = Engine::restore(&bytes).unwrap();
    assert!(restored.snapshot() == bytes, "the snapshot reads back otherwise");
    assert!(restored.recent() == live.recent(), "what was done lately is made again otherwise");
    // INVARIANT (replay): the state folded from the events equals the live state.
    let mut replayed = Engine::default();
    for event in run.iter().flat_map(|(_, events)| events) {
        let before = replayed.last_time();
        replayed.evolve(event);
        // INVARIANT (monotone-time): only what happened elsewhere may be earlier.
        assert!(is_imported(event) || before < event.time(), "not later than before: {event:?}");
    }
    assert!(replayed.snapshot() == bytes, "replay gives another state");
    assert!(replayed.recent() == live.recent(), "what was done lately is replayed otherwise");
    let mut judge = Engine::default();
    for (now, events) in run {
        let judged = judge.judge(*now, events);
        assert!(judged.is_ok(), "decided again: {judged:?}, was {events:?}");
    }
}

fn is_imported(event: &Event) -> bool {
    match event {
        Event::Transfer(t) => t.transfer.flags.has(TransferFlags::IMPORTED),
        Event::Act(act) => match &act.command {
            Command::CreateAccount(account) => account.flags.has(AccountFlags::IMPORTED),
            _ => false,
        },
    }
}
