//! What stands or falls together is written together, what is due comes first, and only the bank itself
//! gives the commands that are its own.

use crate::{ORIGIN, account, create, options, pay, signer};
use journal::testing::MemoryDisk;
use journal::{Journal, PendingBatch};
use node::{Inadmissible, Node, NodeOptions, TurnFailed, VerifyReport, verify};
use terms::limits::BATCH_RECORDS_MAX;
use terms::*;

fn linked(mut command: Command) -> Command {
    if let Command::Transfer(t) = &mut command {
        t.flags |= TransferFlags::LINKED;
    }
    command
}

fn pending(mut command: Command, timeout_s: u32) -> Command {
    if let Command::Transfer(t) = &mut command {
        t.flags |= TransferFlags::PENDING;
        t.timeout_s = timeout_s;
    }
    command
}

fn verified(disk: &MemoryDisk) -> VerifyReport {
    verify(disk, &signer().verifier(), &[], |_| {}).unwrap()
}

/// Were a chain in two batches, a crash could keep its first half.
#[test]
fn a_chain_lies_in_one_batch_even_where_the_batch_is_full() {
    let disk = MemoryDisk::new();
    let mut node = Node::create(disk.clone(), ORIGIN, signer(), NodeOptions::default()).unwrap();
    node.turn(TimeNs(1), &[vec![account(1), account(2), account(3)]]).unwrap();
    node.turn(TimeNs(2), &[(5..8).map(|id| pending(pay(id, 1, 2, 1), 1)).collect()]).unwrap();
    // Three expiries come before the request, which would fill a batch by itself.
    let mut request: Vec<Command> =
        (0..BATCH_RECORDS_MAX as u128 - 8).map(|n| pay(100 + n, 1, 2, 1)).collect();
    for n in 0..4 {
        request.push(linked(pay(90_000 + n, 1, 2, 1)));
        request.push(pay(91_000 + n, 2, 3, if n % 2 == 0 { 1 } else { 1 << 100 }));
    }
    assert_eq!(request.len(), BATCH_RECORDS_MAX);
    let answers = node.turn(TimeNs(5_000_000_000), &[request]).unwrap().remove(0);
    let chains = &answers[BATCH_RECORDS_MAX - 8..];
    assert_ne!(chains[0].entry, chains[7].entry, "all of it fits one batch and nothing is shown");
    for chain in chains.chunks(2) {
        assert_eq!(chain[0].entry, chain[1].entry, "a chain was cut");
    }
    node.publish().unwrap();
    drop(node);
    let report = verified(&disk);
    assert!(report.is_sound(), "{:?}", report.findings);
}

/// Writes records that a bank with other rules might write, with every hash right.
fn write(disk: &MemoryDisk, time: TimeNs, events: &[Event]) {
    let (mut journal, _) = Journal::open(disk.clone(), signer(), options().journal).unwrap();
    journal.commit(&[PendingBatch { time, events }]).unwrap();
    journal.publish().unwrap();
}

#[test]
fn an_expiry_that_was_left_out_is_noticed() {
    let disk = MemoryDisk::new();
    let mut node = create(disk.clone());
    node.turn(TimeNs(1), &[vec![account(1), account(2)]]).unwrap();
    node.turn(TimeNs(2), &[vec![pending(pay(5, 1, 2, 7), 1)]]).unwrap();
    let mut ahead = node.engine().clone();
    drop(node);
    let later = TimeNs(3_000_000_000);
    let events = ahead.submit(later, &[pay(6, 1, 2, 1)]);
    write(&disk, later, &events);
    let report = verified(&disk);
    let found = report.findings.first().unwrap();
    assert!(found.what.contains("pending transfer 5 expire"), "{found}");
    assert_eq!(found.record, Some(3));
}

#[test]
fn half_a_chain_is_noticed() {
    let disk = MemoryDisk::new();
    let mut node = create(disk.clone());
    node.turn(TimeNs(1), &[vec![account(1), account(2), account(3)]]).unwrap();
    let mut ahead = node.engine().clone();
    drop(node);
    let events = ahead.submit(TimeNs(5), &[linked(pay(5, 1, 2, 7)), pay(6, 2, 3, 7)]);
    assert!(events.iter().all(|event| event.outcome().is_ok()));
    write(&disk, TimeNs(5), &events[..1]);
    assert_eq!(verified(&disk).findings.first().unwrap().record, Some(3));
}

#[test]
fn nobody_marks_a_snapshot_or_expires_a_transfer_but_the_bank_itself() {
    let disk = MemoryDisk::new();
    let mut node = create(disk.clone());
    let mark = Command::MarkSnapshot(SnapshotMark { records: 2, hash: [0; 32] });
    let expire = Command::Expire { pending: TransferId(1) };
    for own in [mark, expire] {
        let turned_away = node.turn(TimeNs(1), &[vec![account(1), own]]);
        assert!(matches!(
            turned_away,
            Err(TurnFailed::Inadmissible { request: 0, source: Inadmissible::WritersOwn(1) })
        ));
    }
    assert_eq!(node.journal().records(), 0);
    node.turn(TimeNs(2), &[vec![account(1), account(2)]]).unwrap();
    node.snapshot(TimeNs(3)).unwrap();
    node.publish().unwrap();
    drop(node);
    assert_eq!((verified(&disk).snapshot_marks, verified(&disk).findings), (1, Vec::new()));
}

#[test]
fn a_clock_that_goes_back_between_two_starts_moves_no_record_back() {
    let disk = MemoryDisk::new();
    let mut node = create(disk.clone());
    let late = TimeNs(9_000_000_000);
    node.turn(late, &[vec![account(1), account(2)]]).unwrap();
    drop(node);
    let mut node = crate::open(disk.clone());
    let answers = node.turn(TimeNs(1), &[vec![pay(5, 1, 2, 7)]]).unwrap();
    assert!(answers[0][0].event.time() > late);
    node.publish().unwrap();
    drop(node);
    assert!(verified(&disk).is_sound());
}
