//! `tj bench iso`: one pain.001 of many payments, from its first byte to the status report on the disk: checked against
//! the schema, decided under the rules that come with the program, text sealed beside each payment, durable.

use super::cpu::{load, memory};
use super::ledger::work;
use crate::bank::{self, Bank};
use crate::cli::Context;
use crate::fail::{Done, Exit, Failure};
use crate::figures::grouped;
use crate::messages::at_desk;
use crate::settings::Settings;
use api::messages::{Naming, PAYMENTS_MAX, Sender, Source, Taken, put, write_report};
use iso20022::{
    Account, Agent, Block, Decimal, InitiationHeader, InitiationWriter, Money, Order, Party,
    PaymentIds, PaymentType, Remarks, Remittance, Status, Uetr, WriteError,
};
use node::{Clock, SystemClock};
use serde_json::json;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use terms::{Amount, Currency, Day};

/// The measured bank's log.
const ORIGIN: &str = "bench.example/journal";
/// Accounts that pay and are paid.
const ACCOUNTS: u32 = 10_000;
/// What each payment moves, in minor units.
const AMOUNT: Amount = Amount(12_345);

/// A customer's file of payments.
#[derive(Debug, clap::Args)]
pub struct IsoBench {
    /// Payments of the file.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..=PAYMENTS_MAX))]
    payments: u64,
    /// Accounts that pay, each in a block of its own.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=i64::from(ACCOUNTS)))]
    payers: u32,
    /// No rules judge.
    #[arg(long)]
    unguarded: bool,
}

struct Measured {
    took: Duration,
    taken: Taken,
    file_bytes: u64,
    report_bytes: u64,
    rss: Option<u64>,
    rss_peak: Option<u64>,
}

impl IsoBench {
    /// Does it.
    ///
    /// # Errors
    /// The disk's; a folder that is in use.
    pub fn run(self, context: &Context) -> Done {
        let folder = if context.dir_named {
            context.dir.clone()
        } else {
            PathBuf::from(format!("bench-{}.tj", std::process::id()))
        };
        if bank::exists(&folder) {
            let what = format!("there is a bank in {}", folder.display());
            let next = "measure in a folder of its own: --dir OTHER";
            return Err(Failure::new(Exit::Failed, what, next));
        }
        let before = load();
        let measured = self.measure(&folder);
        if !context.dir_named {
            // Only the folder made for this run; what is left of it after a failure is no bank of anybody's.
            let _ = std::fs::remove_dir_all(&folder);
        }
        self.tell(context, &measured?, before);
        Ok(())
    }

    fn measure(&self, folder: &Path) -> Done<Measured> {
        let bank = self.bank(folder)?;
        let today = bank.node.engine().business_day().unwrap_or(Day::BOOKING);
        let (file, report) = (folder.join("pain.001.xml"), folder.join("pain.002.xml"));
        put(&file, |out| self.write(today, out).map_err(io_of)).map_err(|error| disk(&error))?;
        let source = Source::File(file.clone());
        let rss = memory().0;
        let start = Instant::now();
        let taken = at_desk(bank, folder, Naming::default(), |desk, keeps| {
            let done = desk.take(&source, &Sender::House, keeps);
            let done = done.map_err(|why| {
                Failure::new(Exit::Failed, format!("the file is not taken: {why:?}"), "report it")
            })?;
            let write = |out: &mut BufWriter<_>| {
                write_report(&done.taken, &desk.naming, SystemClock.now(), out)
                    .map(|_| ())
                    .map_err(io_of)
            };
            put(&report, write).map_err(|error| disk(&error))?;
            Ok((done.taken, start.elapsed()))
        });
        let (taken, took) = taken?;
        let bytes = |path: &Path| path.metadata().map_or(0, |known| known.len());
        Ok(Measured {
            took,
            taken,
            file_bytes: bytes(&file),
            report_bytes: bytes(&report),
            rss,
            rss_peak: memory().1,
        })
    }

    fn bank(&self, folder: &Path) -> Done<Bank> {
        let mut bank = Bank::create(folder, ORIGIN, Settings::default())?;
        let opened = work::institution(bank.now());
        for request in opened.chain(work::opening(ACCOUNTS)).chain(work::owners(ACCOUNTS)) {
            crate::answer::must("opening accounts", &bank.ask(request)?)?;
        }
        if !self.unguarded {
            let book = rulebook::shipped();
            let set = crate::cli::risk::compiled(&book)?;
            for request in work::adoption(&set, false) {
                crate::answer::must("adopting rules", &bank.ask(request)?)?;
            }
        }
        Ok(bank)
    }

    fn write<W: Write>(&self, today: Day, out: W) -> Result<(), WriteError> {
        let money = Money { currency: Currency::CNY, amount: AMOUNT };
        let sum = Decimal::of_minor(
            AMOUNT.0.saturating_mul(self.payments.into()),
            Currency::CNY.minor_digits(),
        );
        let mut writer = InitiationWriter::begin(
            out,
            &InitiationHeader {
                message: "BENCH-1".to_owned(),
                created: "2026-11-28T09:30:00Z".to_owned(),
                payments: self.payments,
                sum,
                initiator: Party::named("Bench & Sons"),
            },
        )?;
        let of_each = self.payments.div_ceil(u64::from(self.payers));
        for n in 0..self.payments {
            let payer = 1 + n / of_each;
            if n % of_each == 0 {
                writer.block(&Block {
                    id: format!("BENCH-1-{payer}"),
                    execution: today,
                    debtor: Party::named(format!("Payer {payer}")),
                    debtor_account: Some(Account::other(payer.to_string())),
                    debtor_agent: Agent::bic("TJANDEFFXXX"),
                    ..Block::default()
                })?;
            }
            // Never the payer itself: at most 9,998 accounts further on, round the circle.
            let payee = 1 + (payer + n % u64::from(ACCOUNTS - 1)) % u64::from(ACCOUNTS);
            writer.order(&Order {
                ids: PaymentIds {
                    instruction: Some(format!("PAY-{n:07}")),
                    uetr: Some(Uetr::from_random(u128::from(n) << 80 | 1)),
                    ..PaymentIds::end_to_end(format!("WAGE-2026-11-{n:07}"))
                },
                repeat: 0,
                payment_type: PaymentType::default(),
                amount: money,
                charges: None,
                ultimate_debtor: None,
                creditor_agent: None,
                creditor: Some(Party::named(format!("Payee {payee}"))),
                creditor_account: Some(Account::other(payee.to_string())),
                ultimate_creditor: None,
                purpose: Some("SALA".to_owned()),
                remittance: Remittance::text("Wages of November"),
                remarks: Remarks::default(),
            })?;
        }
        writer.finish().map(|_| ())
    }

    fn tell(&self, context: &Context, measured: &Measured, before: Option<f64>) {
        let Measured { took, taken, .. } = measured;
        let per_s = self.payments as f64 / took.as_secs_f64();
        let grown = measured.rss_peak.zip(measured.rss).map(|(peak, rss)| peak.saturating_sub(rss));
        let count = |status| taken.count(status);
        context.out.json(&json!({
            "payments": self.payments, "rules": !self.unguarded, "seconds": took.as_secs_f64(),
            "payments_per_s": per_s, "posted": count(Status::ACSC), "waiting": count(Status::PDNG),
            "rejected": count(Status::RJCT), "file_bytes": measured.file_bytes,
            "report_bytes": measured.report_bytes, "memory_before": measured.rss,
            "memory_peak": measured.rss_peak, "memory_grown": grown,
            "load_before": before, "load_after": load(),
        }));
        context.out.line(format_args!(
            "{} payments in {:.2} s: {}/s, read, decided, durable and answered",
            grouped(self.payments.into()),
            took.as_secs_f64(),
            grouped(per_s as u128)
        ));
        context.out.line(format_args!(
            "{} posted, {} wait, {} rejected",
            count(Status::ACSC),
            count(Status::PDNG),
            count(Status::RJCT)
        ));
        if let Some(grown) = grown {
            context.out.line(format_args!("{} MiB of memory more than before", grown >> 20));
        }
    }
}

fn io_of(error: WriteError) -> io::Error {
    match error {
        WriteError::Io(error) => error,
        unfit @ WriteError::Unfit { .. } => io::Error::other(unfit.to_string()),
    }
}

fn disk(error: &io::Error) -> Failure {
    Failure::because(Exit::Failed, "the bench's files cannot be written", error, "see to the disk")
}
