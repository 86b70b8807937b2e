//! What happened in the demo, as a person wants to read it, and the same for programs.

use super::per_second;
use super::post::Posted;
use crate::bank::Bank;
use crate::cli::prove::{receipt_text, record_of_transfer};
use crate::cli::trial;
use crate::cli::verify::{self, Verified};
use crate::cli::{Context, account};
use crate::fail::{Done, Exit, Failure};
use crate::figures::{amount, grouped};
use crate::tell::{Around, hash, line_of};
use city::City;
use proof::{Receipt, VerifierPolicy};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use terms::{AccountId, Amount, Currency, TransferId};

/// Everything that is told.
pub struct Story {
    posted: Posted,
    customers: usize,
    accounts: usize,
    /// Accounts whose balance is not what the town believes.
    different: Vec<AccountId>,
    /// Movements the town counts as done.
    believed: u64,
    receipt: Option<Parts>,
    /// Payments of the last hours that risk control holds, and somebody is to look at.
    pub held_lately: u64,
}

/// One receipt and its parts.
struct Parts {
    id: TransferId,
    record: u64,
    from: AccountId,
    to: AccountId,
    text: String,
    receipt: Receipt,
    verify_ms: f64,
    names: [String; 2],
}

impl Story {
    /// Gathers what is told.
    ///
    /// # Errors
    /// No receipt can be made.
    pub fn of(context: &Context, bank: &Bank, city: &City, posted: Posted) -> Done<Story> {
        let engine = bank.node.engine();
        let truth = city.truth().balances();
        let differs = |(id, believed): (AccountId, i128)| {
            let balance = engine.account(id).map(|view| view.balance());
            (balance != Some(believed)).then_some(id)
        };
        let receipt = posted.example.map(|id| Parts::of(context, bank, id)).transpose()?.flatten();
        Ok(Story {
            customers: city.people().count(),
            accounts: truth.len(),
            different: truth.into_iter().filter_map(differs).collect(),
            believed: city.truth().accepted(),
            receipt,
            held_lately: 0,
            posted,
        })
    }

    /// The bank and the town say the same.
    pub fn agrees(&self) -> bool {
        self.posted.unexpected == 0
            && self.different.is_empty()
            && self.believed == self.posted.done
    }

    /// Tells it.
    pub fn tell(&self, context: &Context, bank: &Bank, verified: &Verified, took: Duration) {
        context.out.json(&self.json_of(context, bank, verified, took));
        if context.out.is_json() {
            return;
        }
        self.tell_posting(context);
        self.posted.risk.tell(&context.out);
        if self.held_lately > 0 {
            context.out.line(format_args!(
                "{} payments of the last hours are held and wait for an analyst: tj case list",
                grouped(self.held_lately.into())
            ));
        }
        context.out.heading("Trial balance");
        trial::print(&context.out, bank, &bank.node.engine().trial_balance());
        self.tell_agreement(context);
        tell_journal(context, bank);
        if let Some(parts) = &self.receipt {
            parts.tell(context, bank);
        }
        context
            .out
            .heading("Verified, as an outsider would: from the first entry, without snapshots");
        verify::print(&context.out, verified);
        self.tell_next(context, took);
    }

    fn tell_posting(&self, context: &Context) {
        let (out, posted) = (&context.out, &self.posted);
        let count = |n: u64| grouped(n.into());
        out.heading("A month in the life of a bank");
        out.line(format_args!(
            "{} customers with {} accounts asked the bank for {} things, and it did them in {:.1} s:",
            count(self.customers as u64), count(self.accounts as u64), count(posted.commands), posted.took.as_secs_f64(),
        ));
        let rate = grouped(per_second(posted.commands, posted.took) as u128);
        out.line(format_args!(
            "{rate} a second on one writer, making up the town included; {} syncs to the disk, and nothing was",
            count(posted.syncs)
        ));
        out.line("answered before the sync that covers it.");
        out.line(format_args!("{:>9}  movements of money were done", count(posted.done)));
        out.line(format_args!(
            "{:>9}  requests were refused, each for one exact reason:",
            count(posted.refused.values().sum())
        ));
        let mut reasons: Vec<_> = posted.refused.iter().collect();
        reasons.sort_by_key(|(_, n)| std::cmp::Reverse(**n));
        for (refusal, n) in reasons.iter().take(6) {
            out.line(format_args!("{:>20}  {}", count(**n), refusal.sentence()));
        }
    }

    fn tell_agreement(&self, context: &Context) {
        let (out, count) = (&context.out, |n: u64| grouped(n.into()));
        out.heading("Beside the town's own books, which know nothing of ours");
        if self.agrees() {
            out.line(format_args!(
                "all {} balances are the same, and so is every one of {} answers.",
                count(self.accounts as u64),
                count(self.posted.commands)
            ));
            return;
        }
        out.line(format_args!(
            "{} balances and {} answers DIFFER",
            self.different.len(),
            self.posted.unexpected
        ));
        self.different.iter().take(5).for_each(|id| out.line(format_args!("    account {id}")));
        self.posted.examples.iter().for_each(|example| out.line(format_args!("    {example}")));
    }

    fn tell_next(&self, context: &Context, took: Duration) {
        let out = &context.out;
        let dir = context.dir.display();
        out.heading(format_args!("All of this took {:.1} s. Try next", took.as_secs_f64()));
        if let Some(parts) = &self.receipt {
            let Parts { id, from, to, record, .. } = parts;
            out.line(format_args!("    tj --dir {dir} statement {to}"));
            out.line(format_args!("    tj --dir {dir} pay {to} {from} 12.50"));
            out.line(format_args!("    tj --dir {dir} prove {id} -o receipt.txt"));
            out.line(format_args!("    tj receipt verify receipt.txt --key {dir}/keys/log.pub"));
            out.line(format_args!("    tj --dir {dir} journal show {record}"));
        }
        out.line(format_args!("    tj --dir {dir} party list"));
        out.line(format_args!("    tj verify {dir}"));
        out.line("    tj help");
        out.line("(from the source tree, `cargo run --release --` stands for `tj`)");
    }

    fn json_of(
        &self,
        context: &Context,
        bank: &Bank,
        verified: &Verified,
        took: Duration,
    ) -> Value {
        let posted = &self.posted;
        let journal = bank.node.journal();
        let refused: BTreeMap<&str, u64> =
            posted.refused.iter().map(|(refusal, n)| (refusal.word(), *n)).collect();
        json!({
            "dir": context.dir, "customers": self.customers, "accounts": self.accounts,
            "commands": posted.commands, "movements_done": posted.done, "refused": refused,
            "seconds_posting": posted.took.as_secs_f64(), "seconds": took.as_secs_f64(),
            "commands_per_s": per_second(posted.commands, posted.took), "syncs": posted.syncs,
            "agrees_with_the_town": self.agrees(), "unexpected_answers": posted.unexpected,
            "different_balances": self.different.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "risk": posted.risk.json(), "held_lately": self.held_lately,
            "trial_balance": trial::json_of(bank, &bank.node.engine().trial_balance()),
            "journal": { "origin": journal.origin(), "entries": journal.entries(), "records": journal.records(),
                "root": hash(&journal.root()) },
            "receipt": self.receipt.as_ref().map(|parts| json!({
                "transfer": parts.id.to_string(), "record": parts.record, "bytes": parts.text.len(),
                "from": parts.from.to_string(), "to": parts.to.to_string(), "verify_ms": parts.verify_ms })),
            "verified": verify::json_of(verified),
        })
    }
}

fn tell_journal(context: &Context, bank: &Bank) {
    let (out, journal) = (&context.out, bank.node.journal());
    out.heading("Journal");
    let (records, entries) = (grouped(journal.records().into()), grouped(journal.entries().into()));
    out.line(format_args!("{records} records in {entries} batches, under one root:"));
    out.line(format_args!("    {}", hash(&journal.root())));
    if let Some((checkpoint, _)) = journal.published() {
        let size = grouped(checkpoint.size.into());
        out.line(format_args!(
            "    the checkpoint over {size} batches is signed by {}",
            checkpoint.origin
        ));
    }
}

impl Parts {
    fn of(context: &Context, bank: &Bank, id: TransferId) -> Done<Option<Parts>> {
        let (Some(record), Some(view)) =
            (record_of_transfer(bank, id), bank.node.engine().transfer(id))
        else {
            return Ok(None);
        };
        let text = receipt_text(context, bank, record)?;
        let failed = |error: &dyn std::error::Error| {
            Failure::because(
                Exit::NotVerified,
                "the receipt does not verify",
                error,
                "report it with the seed",
            )
        };
        let receipt = Receipt::parse(text.as_bytes()).map_err(|error| failed(&error))?;
        let key =
            journal::keys::verifier(bank.node.journal().disk()).map_err(|error| failed(&error))?;
        let policy = VerifierPolicy::new(key, Vec::new(), 0).map_err(|error| failed(&error))?;
        let start = Instant::now();
        receipt.verify(&policy).map_err(|error| failed(&error))?;
        let verify_ms = start.elapsed().as_secs_f64() * 1e3;
        let (from, to) = (view.transfer.debit_account, view.transfer.credit_account);
        let name = |of: AccountId| {
            account::owners(bank, of)
                .into_iter()
                .next()
                .map_or_else(|| "the bank".to_owned(), |(_, name)| name)
        };
        let names = [name(from), name(to)];
        Ok(Some(Parts { id, record, from, to, text, receipt, verify_ms, names }))
    }

    fn tell(&self, context: &Context, bank: &Bank) {
        let (out, r) = (&context.out, &self.receipt);
        out.heading("One receipt");
        let money =
            |currency: Currency, minor: Amount| format!("{currency} {}", amount(currency, minor));
        if let Some(view) = bank.node.engine().transfer(self.id) {
            let [payer, payee] = &self.names;
            let t = &view.transfer;
            let what = city::purpose::words(t.code).unwrap_or("");
            out.line(format_args!(
                "{payer} paid {payee} {} ({what}) on {}.",
                money(t.ledger, t.amount),
                view.booking_date
            ));
        }
        if let Ok(event) = journal::record::decode(&r.record) {
            out.line(format_args!(
                "    the record      {} bytes: {}",
                r.record.len(),
                line_of(&event, Around::NOTHING)
            ));
        }
        out.line(format_args!(
            "    its batch       row {} of {}, proved by {} hashes up to the batch's root",
            r.row,
            r.rows,
            r.row_path.len()
        ));
        out.line(format_args!(
            "    the log         batch {}, proved by {} hashes up to the log's root",
            r.entry,
            r.entry_path.len()
        ));
        out.line("    the checkpoint  size and root of the log, signed by the bank (Ed25519)");
        out.line(format_args!(
            "{} bytes of text in all, checked in {:.2} ms by anybody who has the bank's public key. The names are not in",
            self.text.len(), self.verify_ms
        ));
        out.line("it: they lie sealed under each person's own key, and can be forgotten without breaking a proof.");
    }
}
