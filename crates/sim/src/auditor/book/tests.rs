//! The auditor's own counting is proved on events that no engine would write.

use super::Book;
use engine::Engine;
use terms::{
    Account, AccountFlags, AccountId, Act, Amount, Command, Currency, Day, Event, Hold, HoldOrder,
    SpendingLimits, TimeNs, Transfer, TransferEvent, TransferFlags, TransferId,
};

const DAY: Day = Day(20_000);

fn act(time: u64, command: Command) -> Event {
    let (time, booking_date, outcome) = (TimeNs(time), DAY, Ok(()));
    Event::Act(Box::new(Act { time, booking_date, command, outcome }))
}

fn opened(time: u64, id: u128, flags: AccountFlags) -> Event {
    let ledger = Currency::CNY;
    let account = Account { id: AccountId(id), ledger, code: 1, flags, ..Account::default() };
    act(time, Command::CreateAccount(account))
}

fn paid(time: u64, id: u128, debit: u128, credit: u128, amount: u128) -> Event {
    let transfer = Transfer {
        id: TransferId(id),
        debit_account: AccountId(debit),
        credit_account: AccountId(credit),
        amount: Amount(amount),
        ledger: Currency::CNY,
        code: 1,
        timestamp: TimeNs(time),
        ..Transfer::default()
    };
    Event::Transfer(TransferEvent { transfer, booking_date: DAY, outcome: Ok(()), verdict: None })
}

/// Two accounts, the second of which must not be overdrawn and has 100.
fn book() -> Book {
    let mut book = Book::default();
    let limited = AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS;
    for event in [opened(1, 1, AccountFlags(0)), opened(2, 2, limited), paid(3, 10, 1, 2, 100)] {
        book.take(&event).unwrap();
    }
    book
}

/// The invariant that an event breaks after `before`.
fn broken_by(before: &[Event], event: &Event) -> Option<&'static str> {
    let mut book = book();
    before.iter().for_each(|event| book.take(event).unwrap());
    book.take(event).err().map(|broken| broken.invariant)
}

#[test]
fn an_id_that_takes_effect_twice_is_caught() {
    assert_eq!(broken_by(&[], &paid(4, 11, 1, 2, 5)), None);
    assert_eq!(broken_by(&[], &paid(4, 10, 1, 2, 5)), Some("once"));
    assert_eq!(broken_by(&[], &opened(4, 1, AccountFlags(0))), Some("once"));
    let expired = act(4, Command::Expire { pending: TransferId(10) });
    assert_eq!(broken_by(&[], &expired), Some("once"), "what was never pending cannot end");
}

#[test]
fn time_that_stands_still_or_goes_back_is_caught() {
    assert_eq!(broken_by(&[], &paid(3, 11, 1, 2, 5)), Some("monotone-time"));
    let mut imported = paid(1, 11, 1, 2, 5);
    if let Event::Transfer(event) = &mut imported {
        event.transfer.flags = TransferFlags::IMPORTED;
    }
    assert_eq!(broken_by(&[], &imported), None);
}

#[test]
fn an_overdraft_a_broken_hold_and_a_passed_spending_limit_are_caught() {
    assert_eq!(broken_by(&[], &paid(4, 11, 2, 1, 100)), None);
    assert_eq!(broken_by(&[], &paid(4, 11, 2, 1, 101)), Some("limits"));
    let hold = act(
        4,
        Command::PlaceHold(Hold {
            id: TransferId(50),
            account: AccountId(2),
            amount: Some(Amount(60)),
            order: HoldOrder::Court,
            reference: String::new(),
        }),
    );
    let hold = std::slice::from_ref(&hold);
    assert_eq!(broken_by(hold, &paid(5, 11, 2, 1, 40)), None);
    assert_eq!(broken_by(hold, &paid(5, 11, 2, 1, 41)), Some("limits"));
    let limits = SpendingLimits {
        account: AccountId(2),
        per_transfer: Some(Amount(30)),
        per_day: Some(Amount(50)),
    };
    let limited = [act(4, Command::SetLimits(limits)), paid(5, 11, 2, 1, 30)];
    assert_eq!(broken_by(&limited, &paid(6, 12, 2, 1, 20)), None);
    assert_eq!(broken_by(&limited, &paid(6, 12, 2, 1, 21)), Some("limits"), "on one day");
    assert_eq!(broken_by(&limited[..1], &paid(5, 12, 2, 1, 31)), Some("limits"), "at once");
}

#[test]
fn an_engine_that_counts_otherwise_is_caught() {
    let mut engine = Engine::default();
    let (mut book, mut behind) = (Book::default(), Book::default());
    let events =
        [opened(1, 1, AccountFlags(0)), opened(2, 2, AccountFlags(0)), paid(3, 10, 1, 2, 7)];
    for (at, event) in events.iter().enumerate() {
        engine.evolve(event);
        book.take(event).unwrap();
        if at < 2 {
            behind.take(event).unwrap();
        }
    }
    book.compare(&engine).unwrap();
    assert_eq!(behind.compare(&engine).unwrap_err().invariant, "postings");
}

#[test]
fn money_made_from_nothing_is_caught() {
    let mut book = book();
    book.balanced().unwrap();
    book.line(AccountId(1)).credits_posted += 1;
    assert_eq!(book.balanced().unwrap_err().invariant, "conservation");
}
