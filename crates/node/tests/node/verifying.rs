//! Verification: a sound bank is sound, and what no rule allowed is found although every hash is right.

use crate::{ORIGIN, account, create, open, options, pay, signer};
use journal::testing::MemoryDisk;
use journal::{Journal, PendingBatch};
use node::verify;
use terms::*;

fn small_bank(disk: &MemoryDisk) {
    let mut node = create(disk.clone());
    node.turn(TimeNs(10), &[vec![account(1), account(2), account(3)]]).unwrap();
    for n in 0..20u128 {
        let linked = |mut command: Command| {
            if let Command::Transfer(t) = &mut command {
                t.flags |= TransferFlags::LINKED;
            }
            command
        };
        let now = TimeNs(1_000 * (n as u64 + 1));
        let chain = vec![linked(pay(100 + n, 1, 2, 10 * n)), pay(200 + n, 2, 3, 7 * n)];
        node.turn(now, &[chain, vec![pay(300 + n, 2, 3, 1_000)]]).unwrap();
    }
    let mut pending = pay(800, 1, 2, 5);
    if let Command::Transfer(t) = &mut pending {
        (t.flags, t.timeout_s) = (TransferFlags::PENDING, 1);
    }
    node.turn(TimeNs(40_000), &[vec![pending]]).unwrap();
    node.snapshot(TimeNs(2_000_000_000)).unwrap();
    node.turn(TimeNs(3_000_000_000), &[vec![pay(900, 1, 3, 5)]]).unwrap();
    node.publish().unwrap();
}

#[test]
fn a_sound_bank_is_sound_and_a_restart_begins_from_its_snapshot() {
    let disk = MemoryDisk::new();
    small_bank(&disk);
    let report = verify(&disk, &signer().verifier(), &[], |_| {}).unwrap();
    assert!(report.is_sound(), "{:?}", report.findings);
    assert_eq!(report.snapshot_marks, 1);
    assert!(report.refused > 0);
    let (node, started) = node::Node::open(disk.clone(), signer(), options()).unwrap();
    assert_eq!(started.snapshot, node::SnapshotUse::Restored(report.structure.records - 2));
    assert_eq!(started.replayed, 2);
    assert_eq!(node.engine().snapshot(), report.engine.snapshot(), "INVARIANT (replay)");
    let replayed = node::NodeOptions { ignore_snapshots: true, ..options() };
    drop(node);
    let (node, _) = node::Node::open(disk, signer(), replayed).unwrap();
    assert_eq!(node.engine().snapshot(), report.engine.snapshot());
}

#[test]
fn a_snapshot_the_journal_does_not_vouch_for_is_not_believed() {
    let disk = MemoryDisk::new();
    small_bank(&disk);
    let sound = open(disk.clone()).engine().snapshot();
    let records = journal::snapshot::list_snapshots(&disk).unwrap()[0];
    let other = engine::Engine::default().snapshot();
    journal::snapshot::write_snapshot(&disk, records, &other).unwrap();
    let (node, started) = node::Node::open(disk, signer(), options()).unwrap();
    assert!(matches!(started.snapshot, node::SnapshotUse::Distrusted(_)), "{:?}", started.snapshot);
    assert_eq!(node.engine().snapshot(), sound);
}

/// Append-only is not enough: a bank that writes what its rules forbid signs a perfect chain.
#[test]
fn what_no_rule_allowed_is_found_although_every_hash_is_right() {
    let disk = MemoryDisk::new();
    small_bank(&disk);
    let (mut journal, _) = Journal::open(disk.clone(), signer(), options().journal).unwrap();
    let Command::Transfer(mut transfer) = pay(901, 3, 2, 1_000_000) else { unreachable!() };
    transfer.timestamp = TimeNs(4_000_000_000);
    let booking_date = Day(0);
    let forged =
        Event::Transfer(TransferEvent { transfer, booking_date, outcome: Ok(()), verdict: None });
    journal.commit(&[PendingBatch { time: TimeNs(4_000_000_000), events: &[forged] }]).unwrap();
    drop(journal);
    let report = verify(&disk, &signer().verifier(), &[], |_| {}).unwrap();
    assert_eq!(report.findings.len(), 1, "{:?}", report.findings);
    assert!(report.findings[0].what.contains("not enough money"), "{}", report.findings[0]);
    assert_eq!(report.findings[0].record, Some(report.structure.records - 1));
    assert_eq!(report.structure.origin, ORIGIN);
}

#[test]
fn who_looked_and_what_was_checked_stands_in_the_journal_and_is_verified() {
    let disk = MemoryDisk::new();
    let mut node = create(disk.clone());
    let query = |end, result| QueryRecord {
        asker: "supervisor".into(),
        door: QueryDoor::FlightSql,
        text_hash: [1; 32],
        as_of: 1,
        rows: 3,
        result_hash: [result; 32],
        end,
    };
    let result = CheckResult {
        rule: "no_gap".into(),
        kind: CheckKind::Quality,
        rows: 0,
        value: String::new(),
        result_hash: [2; 32],
    };
    let (pack, hash) = ("base".into(), [3; 32]);
    let check = CheckRecord { pack, version: 1, hash, as_of: 1, results: vec![result] };
    let seen = vec![
        Command::RecordQueries(vec![query(QueryEnd::Complete, 1), query(QueryEnd::Cancelled, 0)]),
        Command::RecordCheck(check),
        Command::RecordQueries(vec![query(QueryEnd::Failed, 1)]),
    ];
    let answers = node.turn(TimeNs(10), std::slice::from_ref(&seen)).unwrap();
    let outcomes: Vec<Outcome> = answers[0].iter().map(|answer| answer.event.outcome()).collect();
    assert_eq!(outcomes, [Ok(()), Ok(()), Err(Refusal::ReservedField)]);
    node.snapshot(TimeNs(20)).unwrap();
    node.publish().unwrap();
    let records: Vec<Command> = (0..3)
        .map(|record| {
            let bytes = node.journal().record(record).unwrap();
            match journal::record::decode(&bytes).unwrap() {
                Event::Act(act) => act.command,
                Event::Transfer(transfer) => panic!("a transfer was recorded: {transfer:?}"),
            }
        })
        .collect();
    assert_eq!(records, seen);
    drop(node);
    let report = verify(&disk, &signer().verifier(), &[], |_| {}).unwrap();
    assert!(report.is_sound() && report.refused == 1, "{:?}", report.findings);
    assert_eq!(open(disk).engine().snapshot(), report.engine.snapshot(), "INVARIANT (replay)");
}
