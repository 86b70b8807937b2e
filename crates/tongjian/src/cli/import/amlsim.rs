//! `tj import amlsim`: the accounts and payments of a sample of AMLSim's, each payment on the day of its step, and
//! beside the journal the labels that the sample has.

use super::posting::{Home, Posted, open_institution, post, register};
use crate::bank::{self, Bank};
use crate::cli::Context;
use crate::fail::{Done, Exit, Failure};
use crate::figures::{grouped, parse_day};
use crate::import::WrongLine;
use crate::import::amlsim::books::{self, CURRENCY, UTC_OFFSET_MIN};
use crate::import::amlsim::files::Tables;
use crate::settings::Settings;
use serde_json::json;
use std::path::{Path, PathBuf};
use terms::{Command, Day};

/// Wrong lines that are shown.
const WRONG_SHOWN: usize = 20;

/// A sample of AMLSim's.
#[derive(Debug, clap::Args)]
pub struct Amlsim {
    /// The folder with nodes.csv and transactions.csv.
    folder: PathBuf,
    /// The day of step one; it must lie back far enough for the last step to be over.
    #[arg(long, default_value = "2025-01-01", value_parser = parse_day)]
    first_day: Day,
    /// Write what is known of every payment that touches a planted account into this CSV file.
    #[arg(long)]
    labels: Option<PathBuf>,
}

impl Amlsim {
    /// Does it.
    ///
    /// # Errors
    /// Lines that cannot be read; a bank that holds something else; the disk.
    pub fn run(self, context: &Context) -> Done {
        let tables = Tables::read(&self.folder).map_err(|wrong| not_read(&self.folder, &wrong))?;
        let mut bank = if bank::exists(&context.dir) {
            context.bank()?
        } else {
            Bank::create(&context.dir, "amlsim.example/journal", Settings::default())?
        };
        let mut others = Posted::default();
        let home = Home { name: "AMLSim", currency: CURRENCY, utc_offset_min: UTC_OFFSET_MIN };
        open_institution(&mut bank, &home, books::chart(), &mut others)?;
        let owners = tables.nodes.keys();
        let owners: Vec<_> = owners
            .map(|node| (books::owner_of(*node), vec![("name", format!("Node {node}"))]))
            .collect();
        register(context, &mut bank, "owners", &owners, &mut others)?;
        let accounts = books::accounts(&tables, self.first_day);
        post(context, &mut bank, "accounts", accounts, &mut others)?;
        post(context, &mut bank, "rights", books::roles(&tables), &mut others)?;
        let mut payments = Posted::default();
        let transfers = books::transfers(&tables, self.first_day);
        let transfers = transfers.into_iter().map(Command::Transfer).collect();
        post(context, &mut bank, "payments", transfers, &mut payments)?;
        if let Some(path) = &self.labels {
            write_labels(path, &tables)?;
        }
        self.tell(context, &tables, &payments);
        bank.close()
    }

    fn tell(&self, context: &Context, tables: &Tables, posted: &Posted) {
        let fraud = tables.nodes.values().filter(|node| node.is_fraud).count();
        let planted = tables.payments.iter().filter(|p| tables.is_planted(p)).count();
        let to_self = tables.payments.iter().filter(|p| p.payer == p.payee).count();
        let out = &context.out;
        out.json(&json!({
            "accounts": tables.nodes.len(), "accounts_in_cycles": fraud, "payments": tables.payments.len(),
            "planted": planted, "left_out_paying_themselves": to_self,
            "posted": posted.new, "already_there": posted.known,
        }));
        let count = |n: usize| grouped(n as u128);
        out.line(format_args!(
            "imported {} accounts, {} of them in planted cycles; posted {} opening balances and payments ({} were there",
            count(tables.nodes.len()), count(fraud), count(posted.new), count(posted.known),
        ));
        out.line(format_args!(
            "before); {} of the file's {} payments are planted, as far as it tells, and {} pay themselves and were left out.",
            count(planted), count(tables.payments.len()), count(to_self),
        ));
        if let Some(path) = &self.labels {
            out.line(format_args!("what is known of each payment: {}", path.display()));
        }
    }
}

fn not_read(folder: &Path, wrong: &[WrongLine]) -> Failure {
    let shown = wrong.iter().take(WRONG_SHOWN).map(|w| format!("\n    {w}")).collect::<String>();
    let what = format!("{} lines in {} cannot be read:{shown}", wrong.len(), folder.display());
    let next = "give the folder of a sample as it is published; nothing was imported";
    Failure::usage(what, next)
}

/// Every payment with an end in a planted cycle.
fn write_labels(path: &Path, tables: &Tables) -> Done {
    let failed = |error: &dyn std::error::Error| {
        let what = format!("cannot write {}", path.display());
        Failure::because(Exit::Failed, what, error, "choose another file with --labels")
    };
    let mut writer = csv::Writer::from_path(path).map_err(|error| failed(&error))?;
    let head = ["transfer", "payer_in_cycle", "payee_in_cycle", "planted"];
    writer.write_record(head).map_err(|error| failed(&error))?;
    for payment in tables.payments.iter().filter(|p| p.payer != p.payee) {
        let ends = [payment.payer, payment.payee].map(|node| tables.is_fraud(node));
        if ends == [false; 2] {
            continue;
        }
        let row = [
            books::transfer_of(payment).to_string(),
            ends[0].to_string(),
            ends[1].to_string(),
            tables.is_planted(payment).to_string(),
        ];
        writer.write_record(row).map_err(|error| failed(&error))?;
    }
    writer.flush().map_err(|error| failed(&error))
}
