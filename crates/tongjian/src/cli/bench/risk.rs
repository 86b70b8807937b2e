//! `tj bench risk`: the features and rules of payments, one after the other on one thread, without ledger or
//! journal: what judging a payment costs, and what remembering everybody takes.

use super::cpu::{load, memory};
use crate::cli::Context;
use crate::cli::chance::Chance;
use crate::cli::demo::MODEL;
use crate::fail::{Done, Exit, Failure};
use crate::figures::grouped;
use engine::risk::{
    Books, Feature, Machine, Model, Payment, Program, Single, Tracker, Values, Wanted,
};
use forest::Row;
use serde_json::json;
use std::time::Instant;
use terms::{Amount, Currency, PartyId, PartyKind, TimeNs};

/// Nanoseconds of the month the payments are spread over.
const MONTH_NS: u64 = 30 * 86_400 * 1_000_000_000;
/// Payments that are known before they are judged, as those of a batch are.
const AHEAD: u64 = 32;
/// Where it begins.
const START_NS: u64 = 1_780_000_000 * 1_000_000_000;

/// Judging and remembering payments.
#[derive(Debug, clap::Args)]
pub struct RiskBench {
    /// Payments of a month.
    #[arg(long, default_value_t = 3_000_000, value_parser = clap::value_parser!(u64).range(1_000..))]
    payments: u64,
    /// Accounts that make and get them, each with an owner.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(100..))]
    accounts: u32,
    /// Payees each account pays, so that most payments are not the first to somebody.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    payees: u32,
}

/// What came of a run.
struct Run {
    seconds: f64,
    outcomes: [u64; 4],
    /// Nanoseconds of each judgement, its part of reading ahead and the clock's included.
    took_ns: Vec<u32>,
}

impl RiskBench {
    /// Does it.
    ///
    /// # Errors
    /// The rules that come with the program, if they were broken.
    pub fn run(self, context: &Context) -> Done {
        let book = rulebook::shipped();
        let set = crate::cli::risk::compiled(&book)?;
        let before = load();
        let empty = memory().0.unwrap_or(0);
        let model = Model::of_bytes(MODEL).map_err(|error| {
            Failure::because(Exit::Failed, "the town's model cannot be read", &error, "report it")
        })?;
        let looked_at = set.program.wanted().features().iter().chain(model.wanted().features());
        let both: Wanted = looked_at.map(|(feature, _)| *feature).collect();
        let (tracker, judged) = self.pay((&set.program, Some(&model)), &both, true);
        let held = memory().0.unwrap_or(0).saturating_sub(empty);
        drop(tracker);
        let (_, untimed) = self.pay((&set.program, None), set.program.wanted(), false);
        let (_, all) = self.pay((&set.program, None), &Wanted::all(), false);
        let (_, modelled) = self.pay((&set.program, Some(&model)), &both, false);
        let trees = model.forest().parts().trees.len();
        let mut took = judged.took_ns;
        took.sort_unstable();
        let at = |share: f64| took.get((took.len() as f64 * share) as usize).copied().unwrap_or(0);
        let rate = |run: &Run| self.payments as f64 / run.seconds;
        let told = json!({
            "payments": self.payments, "accounts": self.accounts, "rules": set.rules.len(),
            "features_looked_at": set.program.wanted().features().len(),
            "trees": trees, "with_model_per_s": rate(&modelled),
            "payments_per_s": rate(&untimed), "with_every_feature_per_s": rate(&all),
            "p50_ns": at(0.5), "p99_ns": at(0.99), "p999_ns": at(0.999),
            "memory_bytes": held, "bytes_per_account": held / u64::from(self.accounts),
            "outcomes": { "approve": untimed.outcomes[0], "ask": untimed.outcomes[1],
                "hold": untimed.outcomes[2], "refuse": untimed.outcomes[3] },
            "load_before": before, "load_after": load(),
        });
        context.out.json(&told);
        context.out.line(format_args!(
            "{} payments between {} accounts, {} rules over {} features: {}/s on one thread, {}/s with all features",
            grouped(self.payments.into()),
            grouped(self.accounts.into()),
            set.rules.len(),
            set.program.wanted().features().len(),
            grouped(rate(&untimed) as u128),
            grouped(rate(&all) as u128),
        ));
        context.out.line(format_args!(
            "{}/s with a model of {trees} trees beside the rules",
            grouped(rate(&modelled) as u128)
        ));
        context.out.line(format_args!(
            "a judgement with the model takes {} ns in the middle, {} at 99 %, {} at 99.9 %, clock included",
            at(0.5),
            at(0.99),
            at(0.999)
        ));
        context.out.line(format_args!(
            "{} bytes of memory for each account",
            grouped((held / u64::from(self.accounts)).into())
        ));
        Ok(())
    }

    /// Judges and remembers every payment.
    fn pay(
        &self,
        (program, model): (&Program, Option<&Model>),
        wanted: &Wanted,
        timed: bool,
    ) -> (Tracker, Run) {
        let mut tracker = Tracker::default();
        for account in 0..self.accounts {
            let kind = if account % 50 == 0 { PartyKind::Organisation } else { PartyKind::Person };
            tracker.own(account, PartyId(u128::from(account / 2)), kind);
        }
        let (mut values, mut machine) = (Values::default(), Machine::default());
        let (mut row, said) = (Row::default(), Feature::single(Single::Model));
        let mut run = Run { seconds: 0.0, outcomes: [0; 4], took_ns: Vec::new() };
        let mut chance = Chance(11);
        let step = MONTH_NS / self.payments;
        let books =
            Books { opened: [TimeNs(START_NS - MONTH_NS); 2], balance: [50_000_000, 10_000_000] };
        let start = Instant::now();
        let mut next = 0;
        let mut ahead = Vec::with_capacity(AHEAD as usize);
        while next < self.payments {
            let end = (next + AHEAD).min(self.payments);
            ahead.clear();
            ahead.extend((next..end).map(|n| self.payment(&mut chance, START_NS + n * step)));
            next = end;
            let warmed = Instant::now();
            std::hint::black_box(tracker.warm(&ahead));
            let share = (warmed.elapsed().as_nanos() / ahead.len() as u128) as u32;
            for payment in &ahead {
                let begun = timed.then(Instant::now);
                tracker.fill(payment, &books, wanted, &mut values);
                let ppm = model.map(|model| model.ppm(&values, &mut row));
                values.set(said, ppm.map(i64::from));
                let verdict = program.run(&values, &mut machine);
                tracker.observe(payment);
                if let Some(begun) = begun {
                    run.took_ns.push(share + begun.elapsed().as_nanos() as u32);
                }
                run.outcomes[verdict.ruling as usize] += 1;
            }
        }
        run.seconds = start.elapsed().as_secs_f64();
        (tracker, run)
    }

    fn payment(&self, chance: &mut Chance, now: u64) -> Payment {
        let accounts = u64::from(self.accounts);
        let payer = chance.below(accounts);
        let nth = 1 + chance.below(self.payees.into());
        let payee = (payer * 7 + nth * 7_919) % accounts;
        let payee = if payee == payer { (payer + 1) % accounts } else { payee };
        Payment {
            time: TimeNs(now),
            payer: payer as u32,
            payee: payee as u32,
            ledger: Currency::CNY,
            amount: Amount(u128::from(chance.below(600_000)) + 1),
            code: 1,
            device: payer / 2 + 1,
            pending: false,
            utc_offset_min: 480,
        }
    }
}
