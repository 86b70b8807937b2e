//! The engine and its naive twin get the same random requests and must give the same answers, the
//! same balances and the same history. A failure names the seed and the request.

#[path = "../../../sim/src/model.rs"]
mod model;

use crate::bank::{FREE, MONDAY, account, institution};
use crate::checked::{Decided, check_run};
use engine::{DueTransfer, Engine, TransferPhase};
use model::{By, Generator, Line, Model, Phase, Seed, Statement};
use std::collections::BTreeSet;
use terms::limits::ORDERS_OF_ACCOUNT_MAX;
use terms::*;

const SEEDS: u64 = 100;
/// Seeds of runs in which payments are ordered for later.
const WITH_ORDERS: u64 = 25;
const REQUESTS: usize = 500;

/// One run of both on one seed.
struct Twins {
    engine: Engine,
    model: Model,
    run: Vec<Decided>,
    answered: BTreeSet<Refusal>,
    /// Payments of orders that were due, each as often as it was looked at.
    due_seen: usize,
}

impl Twins {
    fn new() -> Twins {
        Twins {
            engine: Engine::default(),
            model: Model::default(),
            run: Vec::new(),
            answered: BTreeSet::new(),
            due_seen: 0,
        }
    }

    fn run(seed: u64) -> Twins {
        let mut twins = Twins::new();
        let orders = seed >= SEEDS;
        let mut generator = Generator::new(seed);
        if orders {
            generator = generator.with_orders();
        }
        let mut now = TimeNs(TimeNs::start_of(Day(20_458)).0 + 28_800_000_000_000);
        for at in 0..REQUESTS {
            now = generator.next_now(now);
            let request = generator.random_request(&twins.model, now);
            let place = format!("seed {seed}, request {at}");
            if at % 4 == 0 {
                twins.deciding_changes_nothing(&place, now, &request);
            }
            twins.ask(&place, now, &request);
            if orders && at % 3 == 0 {
                twins.pay_due(&place, now);
            }
            if at % 50 == 49 {
                twins.compare_history(&place);
                twins.engine.audit().unwrap();
            }
        }
        twins
    }

    /// An account with as many orders as it may have, while some end and some run out.
    fn run_of_many_orders() -> Twins {
        let mut twins = Twins::new();
        let place = "many orders";
        let mut now = TimeNs(TimeNs::start_of(MONDAY).0 + 43_200_000_000_000);
        let accounts = [1, 2, 3].map(|id| Command::CreateAccount(account(id, FREE)));
        twins.ask(place, now, &accounts);
        twins.ask(place, now, &[institution()]);
        let fill: Vec<Command> = (0..ORDERS_OF_ACCOUNT_MAX as u128 + 3)
            .map(|at| match at % 4 {
                0 => order(100 + at, 1, 0, Rhythm::Once),
                1 => order(100 + at, 1, 2, Rhythm::Weekly),
                2 => order(100 + at, 1, 3, Rhythm::Once),
                _ => order(100 + at, 1, 0, Rhythm::Monthly),
            })
            .collect();
        twins.ask(place, now, &fill);
        twins.ask(place, now, &[order(5_000, 2, 0, Rhythm::Once)]);
        let end = OrderEnd { order: TransferId(101), by: String::new() };
        twins.ask(place, now, &[Command::EndOrder(end)]);
        for next in 1..15_u128 {
            let one_more = |at: u128| order(6_000 + 10 * next + at, 1, 20, Rhythm::Once);
            twins.ask(place, now, &[one_more(0), one_more(1)]);
            let day = twins.engine.business_day().unwrap();
            now = TimeNs(now.0 + 86_400_000_000_000);
            twins.ask(place, now, &[Command::CloseDay { day, next: day.plus(1) }]);
            // Half of what is due is paid; the rest is tried until it is given up.
            let due: Vec<DueTransfer> = twins.engine.orders_due().step_by(2).collect();
            for due in due {
                twins.ask(place, now, &[Command::Transfer(due.transfer)]);
            }
        }
        twins
    }

    fn deciding_changes_nothing(&mut self, place: &str, now: TimeNs, request: &[Command]) {
        let before = self.engine.snapshot();
        for chain in engine::chains(request) {
            self.engine.decide_chain(now, &chain, &mut Vec::new());
        }
        assert!(
            self.engine.snapshot() == before,
            "{place}: deciding changed the state: {request:?}"
        );
    }

    fn ask(&mut self, place: &str, now: TimeNs, request: &[Command]) {
        let mut due = Vec::new();
        self.engine.submit_due(now, &mut due);
        let events = self.engine.submit(now, request);
        let answers: Vec<Outcome> = events.iter().map(Event::outcome).collect();
        let expected = self.model.apply_request(now, request);
        assert_eq!(answers, expected, "{place}: {request:#?}");
        assert_eq!(self.engine.records(), self.model.records(), "{place}");
        assert_eq!(self.engine.last_time(), self.model.last_time(), "{place}");
        assert_eq!(self.engine.business_day(), self.model.business_day(), "{place}");
        self.answered.extend(answers.iter().filter_map(|answer| answer.err()));
        self.run.push((now, due));
        self.run.push((now, events));
        self.compare_balances(place);
    }

    /// What orders bring is asked for.
    fn pay_due(&mut self, place: &str, now: TimeNs) {
        let due: Vec<DueTransfer> = self.engine.orders_due().collect();
        let mut seen: Vec<_> = due.iter().map(|due| (due.order, due.day, due.tries)).collect();
        seen.sort_unstable();
        assert_eq!(seen, self.model.orders_due(engine::ordered_transfer), "{place}");
        self.due_seen += seen.len();
        for due in due {
            self.ask(place, now, &[Command::Transfer(due.transfer)]);
        }
    }

    fn compare_balances(&self, place: &str) {
        assert_eq!(self.engine.accounts().count(), self.model.accounts().count(), "{place}");
        for view in self.engine.accounts() {
            let balance = self.model.balance(view.account.id);
            let seen = model::Balance {
                debits_pending: view.debits_pending.0,
                debits_posted: view.debits_posted.0,
                credits_pending: view.credits_pending.0,
                credits_posted: view.credits_posted.0,
                held: view.held.0,
                held_whole: view.held_whole,
                closed: view.account.flags.has(AccountFlags::CLOSED),
                interest_due: view.interest.map(|interest| interest.due),
            };
            assert_eq!(Some(seen), balance, "{place}: account {}", view.account.id);
        }
    }

    /// Every transfer and entry, and statements that add up to the balance.
    fn compare_history(&self, place: &str) {
        let transfers = self.engine.transfers().map(|view| view.transfer.id);
        let ids: Vec<_> = transfers.chain(self.engine.entries().map(|entry| entry.0.id)).collect();
        assert_eq!(ids, self.model.movement_ids(), "{place}");
        let failed = ids.iter().filter(|id| self.model.has_failed(**id)).count();
        assert_eq!(failed, 0, "{place}: an id is done or failed, never both");
        for view in self.engine.transfers() {
            let stood = self.model.transfer(view.transfer.id).unwrap();
            let phase = match view.phase {
                TransferPhase::Final => Phase::Final,
                TransferPhase::Pending => Phase::Pending,
                TransferPhase::Posted => Phase::Posted,
                TransferPhase::Voided => Phase::Voided,
                TransferPhase::Expired => Phase::Expired,
            };
            let (transfer, booking_date) = (view.transfer, view.booking_date);
            let seen = model::Stood {
                transfer,
                booking_date,
                phase,
                reversed: view.reversed,
                record: view.record,
            };
            assert_eq!(seen, stood, "{place}");
        }
        for (entry, booked, _, _, reversed) in self.engine.entries() {
            assert_eq!(self.model.entry(entry.id), Some((&entry, booked, reversed)), "{place}");
        }
        let mut seed = Seed(self.engine.records());
        for view in self.engine.accounts().filter(|view| view.account.id.0 < 9) {
            let (first, last) = (Day(i32::MIN), Day(i32::MAX));
            for by in [By::Booking, By::Value] {
                let statement = |from, to| self.model.statement(view.account.id, from, to, by);
                let whole: Statement = statement(first, last);
                assert_eq!((whole.opening, whole.closing), (0, view.balance()), "{place}");
                if whole.lines.is_empty() {
                    continue;
                }
                let line: Line = whole.lines[seed.below(whole.lines.len() as u64) as usize];
                let day = if by == By::Booking { line.booking_date } else { line.value_date };
                let (before, after) = (statement(first, day.plus(-1)), statement(day, last));
                assert_eq!(before.closing, after.opening, "{place}");
                assert_eq!([before.lines, after.lines].concat(), whole.lines, "{place}");
            }
        }
    }
}

fn order(id: u128, debit: u128, first: i32, rhythm: Rhythm) -> Command {
    Command::PlaceOrder(StandingOrder {
        id: TransferId(id),
        debit_account: AccountId(debit),
        credit_account: AccountId(3),
        amount: Amount(1),
        code: 1,
        first: MONDAY.plus(first),
        last: if rhythm == Rhythm::Weekly { MONDAY.plus(9) } else { Day::BOOKING },
        rhythm,
        every: 1,
        by: String::new(),
    })
}

#[test]
fn the_engine_and_its_naive_twin_agree() {
    let (mut answered, mut due_seen) = (BTreeSet::new(), 0);
    for seed in 0..SEEDS + WITH_ORDERS {
        let mut twins = Twins::run(seed);
        twins.compare_history(&format!("seed {seed}"));
        check_run(&twins.engine, &twins.run);
        answered.append(&mut twins.answered);
        due_seen += twins.due_seen;
    }
    let mut crowded = Twins::run_of_many_orders();
    crowded.compare_history("many orders");
    check_run(&crowded.engine, &crowded.run);
    answered.append(&mut crowded.answered);
    assert!(due_seen > 200, "orders were due {due_seen} times");
    // The twin knows no rule sets: numbers from 106 to 120 are for risk control, which `risky.rs` tries. Nor does it know
    // payees and complaints, which move no money and have their plays.
    let elsewhere = |code: u16| (106..=120).contains(&code) || (127..=134).contains(&code);
    let known = Refusal::ALL.iter().filter(|refusal| !elsewhere(refusal.code()));
    let unseen: Vec<&Refusal> = known.filter(|r| !answered.contains(r)).collect();
    // Only a clock near the end of time gets that answer.
    assert_eq!(unseen, [&Refusal::OverflowsTimeout], "random requests reach every rule");
}
