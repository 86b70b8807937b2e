//! The line before the writer: who waits always learns something, and never something that is not so.

use crate::{account, create, pay};
use journal::testing::MemoryDisk;
use node::{Clock, DateKind, Handle, Known, RunFailed, RunOptions, Running, SystemClock, Ticket};
use node::{Node, Unanswered};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use terms::*;

const PATIENCE: Duration = Duration::from_secs(30);

fn bank(disk: &MemoryDisk) -> Node<MemoryDisk> {
    let mut node = create(disk.clone());
    node.turn(TimeNs(1), &[vec![account(1), account(2), account(3)]]).unwrap();
    node
}

fn running() -> (Running<MemoryDisk>, Handle) {
    bank(&MemoryDisk::new()).run(SystemClock, RunOptions::default())
}

#[test]
fn what_was_unknown_is_known_once_it_is_asked_for() {
    let (running, handle) = running();
    for id in 10..60 {
        let ticket = handle.submit_later(vec![pay(id, 1, 2, 1)]).unwrap();
        // Whatever the ticket says now, the question waits behind the request.
        let _ = ticket.wait(Duration::ZERO);
        let known = handle.find(TransferId(id), PATIENCE).unwrap();
        let Known::Transfer(transfer) = known else { panic!("{known:?}") };
        assert!(transfer.record < running.reader().records(), "told before it was durable");
    }
    handle.submit(vec![pay(5, 2, 3, 1 << 99)], PATIENCE).unwrap();
    assert_eq!(handle.find(TransferId(5), PATIENCE).unwrap(), Known::Failed);
    handle.submit(vec![pay(6, 2, 2, 1)], PATIENCE).unwrap();
    assert_eq!(handle.find(TransferId(6), PATIENCE).unwrap(), Known::NotDone);
    let leg = |account, side| Leg { account: AccountId(account), side, amount: Amount(4) };
    let entry = Entry {
        id: TransferId(7),
        code: 2,
        value_date: Day::BOOKING,
        user_data_128: 0,
        reverses: TransferId(0),
        legs: vec![
            leg(1, Side::Debit),
            leg(2, Side::Credit),
            leg(2, Side::Debit),
            leg(1, Side::Credit),
        ],
    };
    handle.submit(vec![Command::PostEntry(entry)], PATIENCE).unwrap();
    assert!(matches!(handle.find(TransferId(7), PATIENCE), Ok(Known::Entry { .. })));
    let seen = handle.account(AccountId(2), PATIENCE).unwrap().unwrap();
    assert_eq!((seen.credits_posted, seen.debits_posted), (Amount(54), Amount(4)));
    assert_eq!(handle.views().line_count(AccountId(2)), 51, "an entry is one line of an account");
    let all = (Day(i32::MIN), Day(i32::MAX));
    let statement = running.statement(AccountId(2), all, DateKind::Booking, PATIENCE).unwrap();
    assert_eq!((statement.lines.len(), statement.closing), (52, 50));
    running.stop().unwrap();
}

#[test]
fn what_is_still_in_line_at_its_deadline_is_not_done_and_the_caller_learns_it() {
    let (running, handle) = running();
    let ticket = handle.submit_until(vec![pay(5, 1, 2, 1)], Instant::now()).unwrap();
    assert!(matches!(ticket.wait(PATIENCE), Err(Unanswered::Expired)));
    assert_eq!(handle.find(TransferId(5), PATIENCE).unwrap(), Known::NotDone);
    let far = Instant::now() + PATIENCE;
    let ticket = handle.submit_until(vec![pay(5, 1, 2, 1)], far).unwrap();
    assert_eq!(ticket.wait(PATIENCE).unwrap()[0].event.outcome(), Ok(()));
    assert!(handle.submit(vec![pay(6, 1, 2, 1)], Duration::MAX).is_ok());
    running.stop().unwrap();
}

/// While the views are held nothing can be shown, so nothing is answered and the line fills.
#[test]
fn a_full_line_says_busy_and_answers_later_what_it_took() {
    let options =
        RunOptions { inbox_commands: 10, in_flight: 1, full_turn: 1, ..RunOptions::default() };
    let (running, handle) = bank(&MemoryDisk::new()).run(SystemClock, options);
    let held = handle.views();
    let mut tickets: Vec<Ticket> = Vec::new();
    let mut id = 10u128;
    let deadline = Instant::now() + PATIENCE;
    loop {
        assert!(Instant::now() < deadline, "the line never fills");
        match handle.submit_later((0..4).map(|n| pay(id + n, 1, 2, 1)).collect()) {
            Ok(ticket) => tickets.push(ticket),
            // Three times in a row: the writer is stuck, not slow.
            Err(Unanswered::Busy { .. }) if tickets.len() > 2 => break,
            Err(other) => assert!(matches!(other, Unanswered::Busy { .. }), "{other:?}"),
        }
        id += 4;
        std::thread::sleep(Duration::from_millis(30));
    }
    assert!(tickets.len() < 20, "{} requests of four in a line for ten", tickets.len());
    drop(held);
    for ticket in &tickets {
        assert_eq!(ticket.wait(PATIENCE).unwrap().len(), 4);
    }
    let large = (0..50).map(|n| pay(90_000 + n, 1, 2, 1)).collect();
    assert_eq!(handle.submit(large, PATIENCE).unwrap().len(), 50, "too large to ever fit the line");
    running.stop().unwrap();
}

#[test]
fn a_disk_that_fails_under_load_stops_everybody_in_line_at_once() {
    let disk = MemoryDisk::new();
    let (running, handle) = bank(&disk).run(SystemClock, RunOptions::default());
    let held = handle.views();
    let mut tickets = vec![handle.submit_later(vec![pay(5, 1, 2, 7)]).unwrap()];
    while running.reader().records() < 4 {
        std::thread::yield_now();
    }
    disk.fail_at(disk.operations());
    tickets.extend((10..200).map(|id| handle.submit_later(vec![pay(id, 1, 2, 7)]).unwrap()));
    drop(held);
    assert!(tickets.remove(0).wait(PATIENCE).is_ok(), "it was durable before the disk failed");
    for ticket in &tickets {
        assert!(matches!(ticket.wait(PATIENCE), Err(Unanswered::Stopped)));
    }
    assert!(matches!(handle.find(TransferId(5), PATIENCE), Err(Unanswered::Stopped)));
    let since = Instant::now();
    while !running.has_stopped() {
        assert!(since.elapsed() < PATIENCE, "the writer goes on although nothing can be committed");
    }
    assert!(matches!(running.stop(), Err(RunFailed::Commit(_))));
}

/// A clock that breaks stands for any broken invariant in the deciding thread.
struct Broken(AtomicBool);

impl Clock for Broken {
    fn now(&self) -> TimeNs {
        assert!(!self.0.swap(true, Ordering::SeqCst), "the clock is broken");
        TimeNs(5)
    }

    fn steady(&self) -> Duration {
        Duration::ZERO
    }
}

#[test]
fn a_panic_in_the_deciding_thread_stops_the_bank_and_whoever_waits_is_told() {
    let clock = Broken(AtomicBool::new(false));
    let (running, handle) = bank(&MemoryDisk::new()).run(clock, RunOptions::default());
    let tickets: Vec<_> =
        (10..20).filter_map(|id| handle.submit_later(vec![pay(id, 1, 2, 7)]).ok()).collect();
    for ticket in &tickets {
        assert!(!matches!(ticket.wait(PATIENCE), Err(Unanswered::Unknown)));
    }
    let stopped = handle.submit(vec![pay(30, 1, 2, 7)], PATIENCE);
    assert!(matches!(stopped, Err(Unanswered::Stopped)), "{stopped:?}");
    assert!(matches!(running.stop(), Err(RunFailed::Panicked("deciding thread"))));
}

#[test]
fn a_bank_stops_although_callers_never_do_and_leaves_nobody_without_an_answer() {
    let (running, handle) = running();
    let stopped = std::sync::Arc::new(AtomicBool::new(false));
    let callers: Vec<_> = (1..4u128)
        .map(|caller| {
            let (handle, stopped) = (handle.clone(), std::sync::Arc::clone(&stopped));
            std::thread::spawn(move || {
                let (mut id, mut done) = (caller << 64, Vec::new());
                let mut tickets = Vec::new();
                while !stopped.load(Ordering::SeqCst) {
                    id += 1;
                    match handle.submit_later(vec![pay(id, 1, 2, 1)]) {
                        Ok(ticket) => tickets.push((id, ticket)),
                        Err(Unanswered::Stopped) => break,
                        Err(_) => std::thread::yield_now(),
                    }
                }
                for (id, ticket) in tickets {
                    match ticket.wait(PATIENCE) {
                        Ok(_) => done.push(id),
                        Err(error) => assert!(matches!(error, Unanswered::Stopped), "{error:?}"),
                    }
                }
                done
            })
        })
        .collect();
    std::thread::sleep(Duration::from_millis(50));
    let node = running.stop().unwrap();
    stopped.store(true, Ordering::SeqCst);
    let done: Vec<u128> = callers.into_iter().flat_map(|caller| caller.join().unwrap()).collect();
    assert!(done.iter().all(|id| node.engine().transfer(TransferId(*id)).is_some()));
    assert_eq!(node.engine().transfer_count() as usize, done.len(), "done and not answered");
}

/// What is decided while the last turn is not durable yet becomes one turn, and one batch.
#[test]
fn small_requests_that_wait_for_the_disk_share_a_batch() {
    let (running, handle) = bank(&MemoryDisk::new()).run(SystemClock, RunOptions::default());
    let before = running.reader().entries();
    let held = handle.views();
    let tickets: Vec<Ticket> =
        (10..210).map(|id| handle.submit_later(vec![pay(id, 1, 2, 1)]).unwrap()).collect();
    std::thread::sleep(Duration::from_millis(50));
    drop(held);
    for ticket in &tickets {
        assert_eq!(ticket.wait(PATIENCE).unwrap()[0].event.outcome(), Ok(()));
    }
    let batches = running.reader().entries() - before;
    assert!(batches <= 20, "{batches} batches for 200 requests that came together");
    running.stop().unwrap();
}
