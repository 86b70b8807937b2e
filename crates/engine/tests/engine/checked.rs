//! What every run must stand afterwards, whatever was asked: the invariants hold, replay gives the
//! same state, a snapshot reads back to it, and each event decided again comes out the same.

use engine::Engine;
use terms::{AccountFlags, Command, Event, Refusal, TimeNs, TransferFlags};

/// One event and what the clock said when it was decided.
pub type Decided = (TimeNs, Event);

/// Checks a run from the empty engine to `live`.
pub fn check_run(live: &Engine, run: &[Decided]) {
    live.audit().unwrap();
    let bytes = live.snapshot();
    assert!(
        Engine::restore(&bytes).unwrap().snapshot() == bytes,
        "the snapshot reads back otherwise"
    );
    // INVARIANT (replay): the state folded from the events equals the live state.
    let mut replayed = Engine::default();
    for (at, (now, event)) in run.iter().enumerate() {
        if let Some(command) = asked(event) {
            let again = replayed.decide(decision_time(&replayed, *now, event), &command);
            assert_eq!(&again, event, "event {at} decided again is another one");
        }
        let before = replayed.last_time();
        replayed.evolve(event);
        // INVARIANT (monotone-time): only what happened elsewhere may be earlier.
        assert!(
            is_imported(event) || before < event.time(),
            "event {at} is not later than the one before"
        );
    }
    assert!(replayed.snapshot() == bytes, "replay gives another state");
}

/// When an event was decided: an imported transfer does not carry it.
fn decision_time(engine: &Engine, now: TimeNs, event: &Event) -> TimeNs {
    match event {
        Event::Transfer(_) if is_imported(event) => engine.next_time(now),
        _ => event.time(),
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

/// The command that leads to this event when it stands alone; `None` for what only its request
/// explains.
pub fn asked(event: &Event) -> Option<Command> {
    let of_request = [
        Refusal::LinkedEventFailed,
        Refusal::LinkedEventChainOpen,
        Refusal::ImportedEventExpected,
        Refusal::ImportedEventNotExpected,
    ];
    if event.outcome().is_err_and(|refusal| of_request.contains(&refusal)) {
        return None;
    }
    Some(match event {
        Event::Transfer(event) => {
            let mut t = event.transfer;
            if event.outcome.is_ok() && t.flags.has(TransferFlags::REVERSAL) {
                return Some(Command::Reverse {
                    id: t.id,
                    of: t.pending_id,
                    value_date: t.value_date,
                });
            }
            if event.outcome.is_ok() && t.flags.has(TransferFlags::INTEREST) {
                let account = terms::AccountId(t.user_data_128);
                return Some(Command::SettleInterest { id: t.id, account });
            }
            if event.outcome == Err(Refusal::TimestampMustBeZero) {
                // The event carries the time of the decision, not the one that was asked.
                return None;
            }
            if !t.flags.has(TransferFlags::IMPORTED) {
                t.timestamp = TimeNs(0);
            }
            Command::Transfer(t)
        }
        Event::Act(act) => match (&act.command, act.outcome) {
            (Command::CreateAccount(account), Ok(()))
                if !account.flags.has(AccountFlags::IMPORTED) =>
            {
                Command::CreateAccount(terms::Account { timestamp: TimeNs(0), ..*account })
            }
            (Command::PostEntry(entry), Ok(())) if entry.reverses.0 != 0 => {
                Command::Reverse { id: entry.id, of: entry.reverses, value_date: entry.value_date }
            }
            (command, _) => command.clone(),
        },
    })
}
