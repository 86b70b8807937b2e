//! The two threads: many callers, full lines, deadlines, a disk that fails under load.

use crate::{account, create, open, pay};
use journal::testing::MemoryDisk;
use node::{RunOptions, SystemClock, Unanswered};
use std::time::Duration;
use terms::*;

const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn many_callers_are_answered_and_everything_is_there_after_a_restart() {
    let disk = MemoryDisk::new();
    let mut node = create(disk.clone());
    node.turn(TimeNs(1), &[vec![account(1), account(2), account(3)]]).unwrap();
    let (running, handle) = node.run(SystemClock, RunOptions::default());
    let callers: Vec<_> = (0..8u128)
        .map(|caller| {
            let handle = handle.clone();
            std::thread::spawn(move || {
                for n in 0..50u128 {
                    let id = 1_000 * (caller + 1) + n;
                    let answers =
                        handle.submit(vec![pay(id, 1, 2, 1), pay(id, 1, 2, 1)], PATIENCE).unwrap();
                    assert_eq!(answers[0].event.outcome(), Ok(()));
                    assert_eq!(answers[1].event.outcome(), Err(Refusal::Exists));
                    let shown = handle.views().balance(AccountId(2)).unwrap();
                    assert!(shown.credits_posted.0 > n, "an answer came before the view");
                }
            })
        })
        .collect();
    callers.into_iter().for_each(|caller| caller.join().unwrap());
    let node = running.stop().unwrap();
    assert_eq!(node.engine().account(AccountId(2)).unwrap().balance(), 400);
    let live = node.engine().snapshot();
    drop(node);
    assert_eq!(open(disk).engine().snapshot(), live);
}

#[test]
fn a_pending_transfer_expires_although_nobody_asks_for_anything() {
    let mut node = create(MemoryDisk::new());
    node.turn(TimeNs(1), &[vec![account(1), account(2)]]).unwrap();
    let (running, handle) = node.run(SystemClock, RunOptions::default());
    let mut pending = pay(5, 1, 2, 7);
    if let Command::Transfer(t) = &mut pending {
        (t.flags, t.timeout_s) = (TransferFlags::PENDING, 1);
    }
    handle.submit(vec![pending], PATIENCE).unwrap();
    assert_eq!(handle.views().balance(AccountId(2)).unwrap().credits_pending, Amount(7));
    let waited = std::time::Instant::now();
    while handle.views().balance(AccountId(2)).unwrap().credits_pending != Amount(0) {
        assert!(waited.elapsed() < PATIENCE, "it never expired");
        std::thread::sleep(Duration::from_millis(10));
    }
    running.stop().unwrap();
}

#[test]
fn a_disk_that_fails_stops_the_bank_and_acknowledges_nothing_more() {
    let disk = MemoryDisk::new();
    let mut node = create(disk.clone());
    node.turn(TimeNs(1), &[vec![account(1), account(2)]]).unwrap();
    let (running, handle) = node.run(SystemClock, RunOptions::default());
    handle.submit(vec![pay(5, 1, 2, 7)], PATIENCE).unwrap();
    disk.fail_at(disk.operations());
    let failed = handle.submit(vec![pay(6, 1, 2, 7)], PATIENCE);
    assert!(matches!(failed, Err(Unanswered::Stopped)), "{failed:?}");
    assert_eq!(handle.views().balance(AccountId(2)).unwrap().credits_posted, Amount(7));
    assert!(running.stop().is_err());
    assert!(matches!(handle.submit(vec![pay(7, 1, 2, 7)], PATIENCE), Err(Unanswered::Stopped)));
}

#[test]
fn a_request_that_cannot_be_held_is_turned_away_at_the_door() {
    let node = create(MemoryDisk::new());
    let (running, handle) = node.run(SystemClock, RunOptions::default());
    assert!(matches!(handle.submit(Vec::new(), PATIENCE), Err(Unanswered::Inadmissible(_))));
    let reason = "x".repeat(100_000);
    let large = vec![Command::EraseParty { party: PartyId(1), reason }];
    assert!(matches!(handle.submit(large, PATIENCE), Err(Unanswered::Inadmissible(_))));
    let long = vec![Command::EraseParty { party: PartyId(1), reason: "x".repeat(1_000) }];
    let answers = handle.submit(long, PATIENCE).unwrap();
    assert_eq!(answers[0].event.outcome(), Err(Refusal::TextTooLong));
    running.stop().unwrap();
}
