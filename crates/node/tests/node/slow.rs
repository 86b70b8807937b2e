//! Rule sets that take too long: the clock is a double that says how long each turn took.

use crate::{account, create, open, pay};
use engine::risk::Program;
use journal::testing::MemoryDisk;
use node::{Clock, Handle, RunOptions};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use terms::limits::PACE_PAYMENTS;
use terms::*;

const PATIENCE: Duration = Duration::from_secs(30);
/// Payments of a request.
const REQUEST: u32 = 100;
/// SHA-256 of a program without conditions.
const PROGRAM: [u8; 32] = [
    0x08, 0xbd, 0xf2, 0x28, 0x3d, 0x5f, 0xf3, 0x0a, 0x12, 0xc9, 0x53, 0x6b, 0x64, 0x8b, 0xf3, 0x12,
    0x47, 0xc8, 0xec, 0x46, 0xae, 0xf1, 0xfc, 0xdc, 0x9a, 0x2c, 0xf8, 0x65, 0x6c, 0x80, 0x8c, 0xaa,
];

/// Each look at it comes so many nanoseconds after the one before.
#[derive(Clone, Default)]
struct Steps {
    each_ns: Arc<AtomicU64>,
    now_ns: Arc<AtomicU64>,
}

impl Clock for Steps {
    fn now(&self) -> TimeNs {
        TimeNs(1_780_000_000_000_000_000)
    }

    fn steady(&self) -> Duration {
        let each = self.each_ns.load(Ordering::SeqCst);
        Duration::from_nanos(self.now_ns.fetch_add(each, Ordering::SeqCst))
    }
}

/// A bank with its part of the rules in place.
fn commands() -> Vec<Command> {
    let bytes = Program::default().to_bytes();
    let part = ArtifactPart { artifact: PROGRAM, size: bytes.len() as u32, at: 0, bytes };
    let institution = Institution {
        name: "Bank".into(),
        currency: Currency::CNY,
        utc_offset_min: 480,
        first_day: Day::from_ymd(2026, 1, 5).unwrap(),
    };
    vec![Command::OpenInstitution(institution), account(1), account(2), Command::KeepPart(part)]
}

fn adopt(stage: RuleStage) -> Command {
    Command::AdoptRules(RuleSet {
        name: "one".into(),
        program: PROGRAM,
        words: PROGRAM,
        model: None,
        stage,
        share_ppm: if stage == RuleStage::Canary { 1 } else { 0 },
        loss_max: 0,
        stopped_ppm_max: 1_000_000,
        hold_s: 60,
        at_end: HoldEnd::Refuse,
        tables: None,
        four_eyes: false,
        by: "risk office".into(),
    })
}

/// As many payments, each answered, and which set judged the last of them.
fn paid(handle: &Handle, next: &mut u128, payments: u32) -> Option<u16> {
    let mut judged_by = None;
    for _ in 0..payments / REQUEST {
        let request: Vec<Command> =
            (0..REQUEST).map(|at| pay(*next + u128::from(at), 1, 2, 1)).collect();
        let answers = handle.submit(request, PATIENCE).unwrap();
        for (answer, id) in answers.iter().zip(*next..) {
            let Event::Transfer(event) = &answer.event else {
                unreachable!("a payment is answered with a payment: {answer:?}")
            };
            assert_eq!((event.transfer.id, event.outcome), (TransferId(id), Ok(())));
            judged_by = event.verdict.map(|verdict| verdict.set);
        }
        *next += u128::from(REQUEST);
    }
    judged_by
}

fn in_force(node: &node::Node<MemoryDisk>) -> Vec<bool> {
    node.engine().rule_sets().map(|set| set.in_force).collect()
}

#[test]
fn a_set_that_takes_too_long_ends_and_the_one_before_judges_again() {
    let disk = MemoryDisk::new();
    let mut node = create(disk.clone());
    node.turn(TimeNs(1), &[commands()]).unwrap();
    let sets = [RuleStage::Active, RuleStage::Active, RuleStage::Canary].map(adopt);
    node.turn(TimeNs(2), &[sets.to_vec()]).unwrap();
    let clock = Steps::default();
    let (slow, next) = (Arc::clone(&clock.each_ns), &mut 10_u128);
    let most = Duration::from_micros(20);
    let options = RunOptions { judging_max: most, ..RunOptions::default() };
    let (running, handle) = node.run(clock, options);
    let of_request = |micros: u64| micros * 1_000 * u64::from(REQUEST);
    // As long as allowed, for as long as one likes.
    slow.store(of_request(20), Ordering::SeqCst);
    assert_eq!(paid(&handle, next, 3 * PACE_PAYMENTS), Some(2));
    // One turn that takes a thousand times as long is none the others do not make up for.
    slow.store(of_request(1), Ordering::SeqCst);
    paid(&handle, next, PACE_PAYMENTS / 2);
    slow.store(of_request(150), Ordering::SeqCst);
    paid(&handle, next, REQUEST);
    slow.store(of_request(1), Ordering::SeqCst);
    assert_eq!(paid(&handle, next, PACE_PAYMENTS / 2 - REQUEST), Some(2));
    // A little more than allowed: the canary ends first, then the active set, and the last one stays.
    slow.store(of_request(21), Ordering::SeqCst);
    assert_eq!(paid(&handle, next, PACE_PAYMENTS), Some(2));
    assert_eq!(paid(&handle, next, PACE_PAYMENTS), Some(2));
    assert_eq!(paid(&handle, next, PACE_PAYMENTS), Some(1));
    assert_eq!(paid(&handle, next, 3 * PACE_PAYMENTS), Some(1));
    let node = running.stop().unwrap();
    assert_eq!(in_force(&node), [true, false, false]);
    let live = node.engine().snapshot();
    drop(node);
    let again = open(disk);
    assert_eq!(again.engine().snapshot(), live, "what the writer asked for is in the journal");
    let mut ends = Vec::new();
    for entry in 0..again.journal().entries() {
        for event in again.reader().batch(entry).unwrap().events().unwrap() {
            if let Event::Act(act) = &event
                && let Command::WithdrawRules(end) = &act.command
            {
                assert_eq!(act.outcome, Ok(()));
                ends.push(end.clone());
            }
        }
    }
    let end = |set| Withdrawal { set, reason: WithdrawalReason::TooSlow, by: String::new() };
    assert_eq!(ends, [end(3), end(2)]);
}

#[test]
fn a_bank_without_another_set_to_fall_back_to_keeps_the_one_it_has() {
    let mut node = create(MemoryDisk::new());
    node.turn(TimeNs(1), &[commands()]).unwrap();
    let clock = Steps::default();
    clock.each_ns.store(u64::from(u32::MAX), Ordering::SeqCst);
    let (running, handle) = node.run(clock, RunOptions::default());
    let next = &mut 10_u128;
    // Without rules nothing is judged, so nothing is slow.
    assert_eq!(paid(&handle, next, 2 * PACE_PAYMENTS), None);
    handle.submit(vec![adopt(RuleStage::Active)], PATIENCE).unwrap();
    assert_eq!(paid(&handle, next, 3 * PACE_PAYMENTS), Some(1));
    assert_eq!(in_force(&running.stop().unwrap()), [true]);
}
