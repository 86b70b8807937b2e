//! `tj import berka`: parties, accounts, rights and every transaction of the Berka bank at the time it
//! happened, then the ledger's balances beside the file's own.

use super::posting::{Home, Posted, open_institution, post, register};
use crate::bank::{self, Bank};
use crate::cli::Context;
use crate::fail::{Done, Exit, Failure};
use crate::figures::{balance, grouped};
use crate::import::berka::books::{self, UTC_OFFSET_MIN};
use crate::import::berka::files::{Kind, Tables};
use crate::import::berka::order::{ROUNDING, in_order};
use crate::import::berka::reconcile::{Reconciliation, reconcile};
use crate::settings::Settings;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use terms::{Command, Currency, PartyId, TransferId};

/// The Berka bank.
#[derive(Debug, clap::Args)]
pub struct Berka {
    /// The folder with account.asc, client.asc, disp.asc, district.asc, loan.asc and trans.asc.
    folder: PathBuf,
    /// Write every difference into this CSV file.
    #[arg(long)]
    report: Option<PathBuf>,
}

impl Berka {
    /// Does it.
    ///
    /// # Errors
    /// Lines that cannot be read; a bank that holds something else; the disk.
    pub fn run(self, context: &Context) -> Done {
        let tables = Tables::read(&self.folder).map_err(|wrong| {
            let shown = wrong.iter().take(20).map(|w| format!("\n    {w}")).collect::<String>();
            let what = format!(
                "{} lines in {} cannot be read:{shown}",
                wrong.len(),
                self.folder.display()
            );
            Failure::usage(
                what,
                "give the folder with the .asc files as they are published; nothing was imported",
            )
        })?;
        let placed = in_order(&tables.movements);
        let mut bank = if bank::exists(&context.dir) {
            context.bank()?
        } else {
            Bank::create(&context.dir, "berka.example/journal", Settings::default())?
        };
        let mut posted = Posted::default();
        let home = Home { name: "Berka", currency: Currency::CZK, utc_offset_min: UTC_OFFSET_MIN };
        open_institution(&mut bank, &home, books::chart(), &mut posted)?;
        let clients = tables.clients.iter();
        let clients: Vec<_> = clients
            .map(|client| (PartyId(client.id.into()), books::identity(&tables, client)))
            .collect();
        register(context, &mut bank, "clients", &clients, &mut posted)?;
        post(context, &mut bank, "accounts", books::accounts(&tables), &mut posted)?;
        post(context, &mut bank, "rights", books::roles(&tables), &mut posted)?;
        let others = Posted { ..posted };
        let mut transactions = Posted::default();
        let transfers =
            books::transfers(&tables.movements, &placed).into_iter().map(Command::Transfer);
        post(context, &mut bank, "transactions", transfers.collect(), &mut transactions)?;
        let ledger = bank.node.engine().transfers().map(|view| view.transfer);
        let found = reconcile(&tables.movements, &placed, ledger);
        if let Some(path) = &self.report {
            write_report(path, &tables, &found)?;
        }
        let facts = Facts::of(&tables);
        context.out.json(&json_of(&tables, &found, &transactions, &others, &facts));
        print(context, &tables, &found, &transactions, &facts);
        if let Some(path) = &self.report {
            context
                .out
                .line(format_args!("every difference with its line and cause: {}", path.display()));
        }
        bank.close()
    }
}

/// What can be said of the files beside the balances.
struct Facts {
    /// Every amount and balance is a multiple of 0.10.
    all_rounded: bool,
    loans: usize,
    /// Loans granted before the transactions end.
    loans_granted: usize,
    /// Of those, how many have a transaction of just that amount coming in.
    loans_paid_out: usize,
    repayments: usize,
}

impl Facts {
    fn of(tables: &Tables) -> Facts {
        let movements = &tables.movements;
        let last = movements.last().map_or(terms::Day(0), |m| m.day);
        let granted: Vec<_> = tables.loans.iter().filter(|loan| loan.granted <= last).collect();
        let paid_out = |loan: &&&crate::import::berka::files::Loan| {
            movements.iter().any(|m| m.account == loan.account && m.amount == loan.amount)
        };
        Facts {
            all_rounded: movements
                .iter()
                .all(|m| m.amount % ROUNDING == 0 && m.balance % ROUNDING == 0),
            loans: tables.loans.len(),
            loans_granted: granted.len(),
            loans_paid_out: granted.iter().filter(paid_out).count(),
            repayments: movements.iter().filter(|m| m.kind == Kind::LoanPayment).count(),
        }
    }
}

fn json_of(
    tables: &Tables,
    found: &Reconciliation,
    posted: &Posted,
    others: &Posted,
    facts: &Facts,
) -> Value {
    let causes: serde_json::Map<String, Value> = found
        .counts()
        .iter()
        .map(|(cause, count)| (cause.word().to_owned(), json!(count)))
        .collect();
    let largest =
        found.differences.iter().map(|d| (d.ledger - tables.movements[d.at].balance).abs()).max();
    json!({
        "transactions": tables.movements.len(), "posted": posted.new, "already_there": posted.known,
        "other_commands": others.new, "other_commands_already_there": others.known,
        "clients": tables.clients.len(), "accounts": tables.accounts.len(), "rights": tables.dispositions.len(),
        "compared": found.compared, "exact": found.exact, "differing": found.differences.len(),
        "steps_exact": found.steps_exact, "moved_within_their_day": found.moved,
        "ambiguous_order": found.ambiguous, "compared_by_day_only": found.day_only,
        "causes": causes, "largest_difference": Currency::CZK.format_signed(largest.unwrap_or(0).into()),
        "cut_line": tables.cut_line, "all_rounded_to_ten": facts.all_rounded,
        "loans": facts.loans, "loans_granted": facts.loans_granted, "loans_paid_out": facts.loans_paid_out,
        "repayments": facts.repayments,
    })
}

fn print(
    context: &Context,
    tables: &Tables,
    found: &Reconciliation,
    posted: &Posted,
    facts: &Facts,
) {
    let out = &context.out;
    let count = |n: usize| grouped(n as u128);
    out.line(format_args!(
        "imported {} clients, {} accounts, {} rights; posted {} transactions ({} were there before)",
        count(tables.clients.len()), count(tables.accounts.len()), count(tables.dispositions.len()),
        count(posted.new), count(posted.known),
    ));
    out.heading("The ledger's balance after each transaction, beside the file's own");
    let line = |n: usize, what: &str| out.line(format_args!("{:>9}  {what}", count(n)));
    line(found.compared, "lines compared");
    line(found.exact, "exact");
    line(found.differences.len(), "differ, every one for a cause that is known:");
    for (cause, n) in found.counts().into_iter().filter(|(_, n)| *n > 0) {
        out.line(format_args!("{:>20}  {}", count(n), cause.sentence()));
    }
    line(
        found.steps_exact,
        "agree exactly with the line before them: balance before + amount = balance after",
    );
    out.heading("How that is known");
    out.line("The file stands by date only; a day's order is the one in which its balances follow from each other.");
    line(found.moved, "lines moved within their day");
    line(found.ambiguous, "lines where several orders fit alike (the file's own order was kept)");
    line(found.day_only, "lines that could only be compared at the end of their day");
    if facts.all_rounded {
        out.line("Every amount and balance of the file is a multiple of 0.10, and no step is off by more than 0.10");
        out.line("unless lines are missing: the file was rounded when it was published, the ledger adds what it says.");
    }
    if let Some(line) = tables.cut_line {
        out.line(format_args!("Line {line}, the last one, was cut off and is not imported."));
    }
    out.line(format_args!(
        "Of {} loans {} were granted before the transactions end; {} of these were paid out through an account, so the",
        facts.loans, facts.loans_granted, facts.loans_paid_out
    ));
    out.line(format_args!(
        "file does not show the loans themselves; its {} repayments stand under loan settlement.",
        facts.repayments
    ));
    if let Some(worst) =
        found.differences.iter().max_by_key(|d| (d.ledger - tables.movements[d.at].balance).abs())
    {
        let m = &tables.movements[worst.at];
        let difference = balance(Currency::CZK, i128::from(worst.ledger) - i128::from(m.balance));
        out.line(format_args!(
            "The largest difference is {difference} CZK, at line {} (account {}, {}): {}.",
            m.line,
            m.account,
            m.day,
            worst.cause.sentence()
        ));
    }
    out.line(format_args!(
        "\nnext: tj --dir {dir} statement {} --from 1993-01-01\n      tj --dir {dir} trial-balance\n      tj verify {dir}",
        tables.movements.first().map_or(1, |m| m.account), dir = context.dir.display()
    ));
}

fn write_report(path: &Path, tables: &Tables, found: &Reconciliation) -> Done {
    let failed = |error: &dyn std::error::Error| {
        let what = format!("cannot write {}", path.display());
        Failure::because(Exit::Failed, what, error, "choose another file with --report")
    };
    let mut writer = csv::Writer::from_path(path).map_err(|error| failed(&error))?;
    let head = [
        "line",
        "trans_id",
        "account",
        "date",
        "amount",
        "file_balance",
        "ledger_balance",
        "difference",
        "cause",
        "since_line",
    ];
    writer.write_record(head).map_err(|error| failed(&error))?;
    let money = |haler: i64| Currency::CZK.format_signed(haler.into());
    for d in &found.differences {
        let m = &tables.movements[d.at];
        let row = [
            m.line.to_string(),
            TransferId(m.id.into()).to_string(),
            m.account.to_string(),
            m.day.to_string(),
            money(m.amount),
            money(m.balance),
            money(d.ledger),
            money(d.ledger - m.balance),
            d.cause.word().to_owned(),
            d.since_line.to_string(),
        ];
        writer.write_record(row).map_err(|error| failed(&error))?;
    }
    writer.flush().map_err(|error| failed(&error))
}
