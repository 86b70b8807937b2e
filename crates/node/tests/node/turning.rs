//! Turns: answers in order, crashes at every operation, views and statements.

use crate::{account, create, open, pay};
use journal::testing::MemoryDisk;
use node::{DateKind, TurnFailed};
use terms::*;

fn requests() -> Vec<Vec<Vec<Command>>> {
    let mut turns = vec![vec![vec![account(1), account(2), account(3)]]];
    for n in 0..6u128 {
        turns.push(vec![
            vec![pay(10 + n, 1, 2, 100)],
            vec![pay(20 + n, 2, 3, 70), pay(30 + n, 2, 3, 1_000)],
        ]);
    }
    turns
}

#[test]
fn answers_come_in_order_and_name_their_place_in_the_journal() {
    let mut node = create(MemoryDisk::new());
    let mut records = 0;
    for (now, turn) in (1u64..).zip(requests()) {
        let answers = node.turn(TimeNs(now * 1_000), &turn).unwrap();
        assert_eq!(answers.len(), turn.len());
        for (answer, command) in answers.iter().flatten().zip(turn.iter().flatten()) {
            assert_eq!(answer.record, records);
            records += 1;
            let bytes = node.journal().record(answer.record).unwrap();
            assert_eq!(journal::record::decode(&bytes).unwrap(), answer.event);
            assert_eq!(node.journal().locate(answer.record).unwrap(), (answer.entry, answer.row));
            if let (Command::Transfer(asked), Event::Transfer(done)) = (command, &answer.event) {
                assert_eq!(asked.id, done.transfer.id);
            }
        }
    }
    assert_eq!(node.views().records(), records);
}

/// INVARIANT (durable), (prefix) and (replay): whichever operation the disk fails at, a restart holds
/// what was answered, and of the unanswered turn all or nothing.
#[test]
fn a_crash_keeps_what_was_answered_and_nothing_else() {
    let whole = MemoryDisk::new();
    let mut node = create(whole.clone());
    let created = whole.operations();
    for (now, turn) in (1u64..).zip(requests()) {
        node.turn(TimeNs(now * 1_000), &turn).unwrap();
    }
    drop(node);
    for fail_at in created..whole.operations() {
        for keep in [0usize, 1, 2, 3] {
            let disk = MemoryDisk::new();
            let mut node = create(disk.clone());
            disk.fail_at(fail_at);
            let mut answered = node.engine().clone();
            let mut attempted = answered.clone();
            for (now, turn) in (1u64..).zip(requests()) {
                attempted = answered.clone();
                let answers = node.turn(TimeNs(now * 1_000), &turn);
                let Ok(answers) = answers else {
                    attempted = node.engine().clone();
                    assert!(matches!(node.turn(TimeNs(1), &turn), Err(TurnFailed::Commit(_))));
                    break;
                };
                answers.iter().flatten().for_each(|answer| answered.evolve(&answer.event));
            }
            drop(node);
            let again = open(disk.crashed(|sector| sector % 4 < keep));
            let found = again.engine().snapshot();
            let expected = [answered.snapshot(), attempted.snapshot()];
            assert!(
                expected.contains(&found),
                "operation {fail_at} failed, {keep} of 4 sectors kept"
            );
            assert_eq!(again.views().records(), again.engine().records());
        }
    }
}

#[test]
fn views_rebuilt_at_a_restart_are_the_views_that_were_shown() {
    let disk = MemoryDisk::new();
    let mut node = create(disk.clone());
    for (now, turn) in (1u64..).zip(requests()) {
        node.turn(TimeNs(now * 1_000), &turn).unwrap();
    }
    let mut pending = pay(50, 1, 2, 5);
    if let Command::Transfer(t) = &mut pending {
        t.flags = TransferFlags::PENDING;
        t.timeout_s = 1;
    }
    node.turn(TimeNs(1_000_000), &[vec![pending]]).unwrap();
    let legs = vec![
        Leg { account: AccountId(1), side: Side::Debit, amount: Amount(9) },
        Leg { account: AccountId(3), side: Side::Credit, amount: Amount(9) },
    ];
    let entry = Entry {
        id: TransferId(60),
        code: 2,
        value_date: Day::BOOKING,
        user_data_128: 0,
        reverses: TransferId(0),
        legs,
    };
    node.turn(TimeNs(2_000_000), &[vec![Command::PostEntry(entry)], vec![pay(61, 1, 2, 3)]])
        .unwrap();
    let shown = node.views().clone();
    assert_eq!(shown.balance(AccountId(2)).unwrap().credits_pending, Amount(5));
    drop(node);
    let mut again = open(disk);
    assert!(*again.views() == shown, "INVARIANT (views): rebuilt views differ from those shown");
    again.turn(TimeNs(5_000_000_000), &[vec![pay(62, 1, 2, 4)]]).unwrap();
    assert_eq!(again.views().balance(AccountId(2)).unwrap().credits_pending, Amount(0), "expired");
}

#[test]
fn a_statement_adds_up_by_booking_and_by_value_date() {
    let mut node = create(MemoryDisk::new());
    let day = Day::parse("2026-03-02").unwrap();
    let institution = Institution {
        name: "B".into(),
        currency: Currency::CNY,
        utc_offset_min: 480,
        first_day: day,
    };
    node.turn(
        TimeNs(1_000),
        &[vec![Command::OpenInstitution(institution), account(1), account(2)]],
    )
    .unwrap();
    let dated = |id, amount, days| {
        let mut command = pay(id, 1, 2, amount);
        if let Command::Transfer(t) = &mut command {
            t.value_date = day.plus(days);
        }
        command
    };
    node.turn(TimeNs(2_000), &[vec![dated(5, 100, 0), dated(6, 20, 9), dated(7, 3, -9)]]).unwrap();
    let booked = node.statement(AccountId(2), day, day, DateKind::Booking).unwrap();
    assert_eq!((booked.opening, booked.lines.len(), booked.closing), (0, 3, 123));
    let valued = node.statement(AccountId(2), day, day, DateKind::Value).unwrap();
    assert_eq!((valued.opening, valued.lines.len(), valued.closing), (3, 1, 103));
    assert_eq!(valued.lines[0].balance, 103);
    assert!(node.statement(AccountId(99), day, day, DateKind::Value).is_err());
}
