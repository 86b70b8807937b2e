//! A first look at decide and evolve: money moves, limits hold, chains stand or fall, snapshots read back.

use engine::Engine;
use terms::*;

const CNY: Currency = Currency::CNY;

fn account(id: u128, flags: AccountFlags) -> Command {
    Command::CreateAccount(Account {
        id: AccountId(id),
        ledger: CNY,
        code: 1,
        flags,
        ..Account::default()
    })
}

fn transfer(id: u128, debit: u128, credit: u128, amount: u128, flags: TransferFlags) -> Transfer {
    Transfer {
        id: TransferId(id),
        debit_account: AccountId(debit),
        credit_account: AccountId(credit),
        amount: Amount(amount),
        ledger: CNY,
        code: 1,
        flags,
        ..Transfer::default()
    }
}

fn bank() -> Engine {
    let mut engine = Engine::default();
    let limited = AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS;
    let opened = engine.submit(
        TimeNs(1_000),
        &[account(1, AccountFlags::default()), account(2, limited), account(3, limited)],
    );
    assert!(opened.iter().all(|e| e.outcome().is_ok()), "{opened:?}");
    engine
}

fn pay(engine: &mut Engine, t: Transfer) -> Outcome {
    engine.submit(TimeNs(2_000), &[Command::Transfer(t)])[0].outcome()
}

#[test]
fn a_failed_chain_leaves_no_trace_and_a_whole_one_posts() {
    let mut engine = bank();
    assert_eq!(pay(&mut engine, transfer(9, 1, 2, 100, TransferFlags::default())), Ok(()));
    let before = engine.snapshot();
    let chain = [
        Command::Transfer(transfer(10, 2, 3, 60, TransferFlags::LINKED)),
        Command::Transfer(transfer(11, 2, 3, 60, TransferFlags::default())),
    ];
    let mut events = Vec::new();
    for part in engine::chains(&chain) {
        engine.decide_chain(TimeNs(3_000), &part, &mut events);
    }
    assert_eq!(engine.snapshot(), before, "deciding changed the state");
    let outcomes: Vec<_> = events.iter().map(Event::outcome).collect();
    assert_eq!(outcomes, [Err(Refusal::LinkedEventFailed), Err(Refusal::ExceedsCredits)]);
    let done = engine.submit(
        TimeNs(3_000),
        &[
            Command::Transfer(transfer(
                12,
                2,
                3,
                60,
                TransferFlags::LINKED | TransferFlags::PENDING,
            )),
            Command::Transfer(transfer(13, 3, 2, 0, TransferFlags::default())),
        ],
    );
    assert!(done.iter().all(|e| e.outcome().is_ok()), "{done:?}");
    assert_eq!(engine.account(AccountId(2)).unwrap().debits_pending, Amount(60));
    engine.audit().unwrap();
}

#[test]
fn a_snapshot_reads_back_to_the_same_state_and_future() {
    let mut engine = bank();
    for n in 0..50 {
        let flags = if n % 3 == 0 { TransferFlags::PENDING } else { TransferFlags::default() };
        let mut t = transfer(100 + n, if n % 2 == 0 { 1 } else { 2 }, 3, 7 * n, flags);
        t.timeout_s = if n % 6 == 0 { 5 } else { 0 };
        let _ = pay(&mut engine, t);
    }
    let bytes = engine.snapshot();
    let mut again = Engine::restore(&bytes).unwrap();
    assert_eq!(again.snapshot(), bytes);
    let mut events = (Vec::new(), Vec::new());
    engine.submit_due(TimeNs(10_000_000_000), &mut events.0);
    again.submit_due(TimeNs(10_000_000_000), &mut events.1);
    assert!(!events.0.is_empty());
    assert_eq!(events.0, events.1);
    assert_eq!(again.snapshot(), engine.snapshot());
    for cut in [0, 1, 40, bytes.len() - 1] {
        assert!(Engine::restore(&bytes[..cut]).is_err());
    }
}

#[test]
fn interest_counts_from_the_value_date() {
    let mut engine = bank();
    let first_day = Day::parse("2026-01-01").unwrap();
    let institution =
        Institution { name: "Test".into(), currency: CNY, utc_offset_min: 480, first_day };
    let terms = InterestTerms {
        account: AccountId(3),
        rate_ppm: 36_500,
        basis: DayBasis::Actual365,
        counter_account: AccountId(1),
    };
    let done = engine.submit(
        TimeNs(3_000),
        &[Command::OpenInstitution(institution), Command::SetInterest(terms)],
    );
    assert!(done.iter().all(|e| e.outcome().is_ok()), "{done:?}");
    // 1,000,000 for ten days at 3.65 % is 1,000; value-dated five days later it is half of that.
    let mut t = transfer(20, 1, 3, 1_000_000, TransferFlags::default());
    t.value_date = first_day.plus(5);
    assert_eq!(pay(&mut engine, t), Ok(()));
    let close = Command::CloseDay { day: first_day, next: first_day.plus(10) };
    assert_eq!(engine.submit(TimeNs(4_000), &[close])[0].outcome(), Ok(()));
    assert_eq!(engine.account(AccountId(3)).unwrap().interest.unwrap().due, 500);
    let settle = Command::SettleInterest { id: TransferId(21), account: AccountId(3) };
    assert_eq!(engine.submit(TimeNs(5_000), std::slice::from_ref(&settle))[0].outcome(), Ok(()));
    assert_eq!(engine.account(AccountId(3)).unwrap().balance(), 1_000_500);
    assert_eq!(engine.submit(TimeNs(6_000), &[settle])[0].outcome(), Err(Refusal::Exists));
    engine.audit().unwrap();
}

#[test]
fn the_past_is_judged_as_it_was_decided_and_a_forged_event_is_not() {
    let mut engine = bank();
    let mut judge = engine.clone();
    let linked = TransferFlags::LINKED;
    let now = TimeNs(7_000);
    let request = [
        Command::Transfer(transfer(30, 1, 2, 60, TransferFlags::default())),
        Command::Transfer(transfer(31, 2, 3, 50, linked)),
        Command::Transfer(transfer(32, 2, 3, 50, TransferFlags::default())),
        Command::Transfer(transfer(33, 2, 3, 10, TransferFlags::default())),
        Command::Transfer(transfer(34, 9, 3, 10, linked)),
        Command::Transfer(transfer(35, 2, 3, 10, linked)),
    ];
    let events = engine.submit(now, &request);
    let outcomes: Vec<_> = events.iter().map(Event::outcome).collect();
    assert_eq!(
        outcomes[4..],
        [Err(Refusal::DebitAccountNotFound), Err(Refusal::LinkedEventChainOpen)]
    );
    judge.judge(now, &events).unwrap();
    assert_eq!(judge.snapshot(), engine.snapshot());
    for row in 0..events.len() {
        let mut forged = events.clone();
        if let Event::Transfer(t) = &mut forged[row] {
            t.outcome = if t.outcome.is_ok() { Err(Refusal::ExceedsCredits) } else { Ok(()) };
        }
        let mut judge = bank();
        assert!(judge.judge(now, &forged).is_err(), "event {row} was forged and nobody noticed");
    }
}
