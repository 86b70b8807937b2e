//! `tj iso`: messages of ISO 20022 without a server. A file is looked at, handed in, or made of what the journal has.

mod validate;

use super::Context;
use super::serve::Config;
use crate::fail::{Done, Exit, Failure};
use crate::figures::{parse_account, parse_day};
use crate::messages::at_desk;
use api::messages::{
    Desk, Keeps, NotMade, NotTaken, Sender, Source, Taken, Unread, put, write_report,
};
use clap::{Subcommand, ValueEnum};
use iso20022::{Kind, Status};
use node::{Clock, SystemClock, Unanswered};
use serde_json::json;
use std::io::Write;
use std::path::{Path, PathBuf};
use terms::{AccountId, Day};
use validate::validate;

/// Messages of ISO 20022.
#[derive(Debug, Subcommand)]
pub enum IsoCommand {
    /// Say what a message is, what it has, and what is wrong with it
    Validate {
        /// The message.
        file: PathBuf,
    },
    /// Write an example of a message
    Sample {
        /// Of which.
        #[arg(value_enum)]
        kind: MessageKind,
    },
    /// Hand a message in: pain.001, pacs.008, pacs.004 or pacs.002
    Import {
        /// The message.
        file: PathBuf,
        /// Where the status report goes; to the screen unless given.
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
        /// The file that says how banks and accounts are named, as `tj serve` takes it.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Make a message of what the journal has
    Export(Export),
}

/// What is made.
#[derive(Debug, clap::Args)]
pub struct Export {
    /// Which message.
    #[arg(value_enum)]
    kind: MessageKind,
    /// Of a camt: the account; of a pacs: the settlement account.
    #[arg(long, value_parser = parse_account)]
    account: Option<AccountId>,
    /// Of a camt: the first business day, included.
    #[arg(long, value_parser = parse_day)]
    from: Option<Day>,
    /// Of a camt: the last business day, included; the first one unless given.
    #[arg(long, value_parser = parse_day)]
    to: Option<Day>,
    /// Of a pacs: from which record of the journal on.
    #[arg(long, default_value_t = 0)]
    from_record: u64,
    /// Of a status report: the `MsgId` of the message it is about.
    #[arg(long)]
    message: Option<String>,
    /// Of a status report: who sent it, such as client:acme, bank:WOHNDEFFXXX or house:NAME.
    #[arg(long)]
    sender: Option<String>,
    /// Where it goes; to the screen unless given.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The file that says how banks and accounts are named, as `tj serve` takes it.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// A message, on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MessageKind {
    /// A customer's file of payments.
    #[value(name = "pain.001")]
    Pain001,
    /// Its answer.
    #[value(name = "pain.002")]
    Pain002,
    /// Payments between banks.
    #[value(name = "pacs.008")]
    Pacs008,
    /// Their answer.
    #[value(name = "pacs.002")]
    Pacs002,
    /// Payments that come back.
    #[value(name = "pacs.004")]
    Pacs004,
    /// An account during the day.
    #[value(name = "camt.052")]
    Camt052,
    /// An account at the end of the day.
    #[value(name = "camt.053")]
    Camt053,
    /// An account, entry by entry.
    #[value(name = "camt.054")]
    Camt054,
    /// A header, and a payment between banks behind it.
    #[value(name = "head.001")]
    Head001,
}

impl MessageKind {
    fn kind(self) -> Kind {
        match self {
            MessageKind::Pain001 => Kind::Initiation,
            MessageKind::Pain002 => Kind::CustomerStatus,
            MessageKind::Pacs008 => Kind::CreditTransfer,
            MessageKind::Pacs002 => Kind::BankStatus,
            MessageKind::Pacs004 => Kind::Return,
            MessageKind::Camt052 => Kind::AccountReport,
            MessageKind::Camt053 => Kind::Statement,
            MessageKind::Camt054 => Kind::Notification,
            MessageKind::Head001 => Kind::Header,
        }
    }
}

impl IsoCommand {
    /// Does it.
    ///
    /// # Errors
    /// The file; refused; the bank cannot be opened.
    pub fn run(self, context: &Context) -> Done {
        match self {
            IsoCommand::Validate { file } => validate(context, &file),
            IsoCommand::Sample { kind } => {
                let bytes = iso20022::sample(kind.kind()).map_err(|error| {
                    Failure::because(
                        Exit::Failed,
                        "the example cannot be written",
                        &error,
                        "report it",
                    )
                })?;
                context.out.raw(String::from_utf8_lossy(&bytes));
                Ok(())
            }
            IsoCommand::Import { file, output, config } => {
                import(context, &file, output.as_deref(), config.as_deref())
            }
            IsoCommand::Export(export) => export.run(context),
        }
    }
}

fn import(context: &Context, file: &Path, output: Option<&Path>, config: Option<&Path>) -> Done {
    let naming = Config::of(config)?.iso.naming()?;
    let source = Source::File(file.to_owned());
    let (taken, again, report) = at_desk(context.bank()?, &context.dir, naming, |desk, keeps| {
        let done =
            desk.take(&source, &Sender::House, keeps).map_err(|why| not_taken(file, &why))?;
        let report = write_report(&done.taken, &desk.naming, SystemClock.now(), Vec::new());
        Ok((done.taken, done.again, report.map_err(|why| not_made(NotMade::Write(why)))?))
    })?;
    tell(context, &taken, again);
    match output {
        Some(path) => {
            give(context, Some(path), &report)?;
            context.out.line(format_args!("    the report is in {}", path.display()));
        }
        None => context.out.line(String::from_utf8_lossy(&report)),
    }
    if taken.group_status() == Status::RJCT {
        return Err(Failure::said(Exit::Refused));
    }
    Ok(())
}

fn tell(context: &Context, taken: &Taken, again: bool) {
    let count = |status| taken.count(status);
    let posted = count(Status::ACSC) + count(Status::ACCC);
    let (reserved, waiting) = (count(Status::ACSP), count(Status::PDNG));
    let refused: Vec<_> = taken
        .refused
        .iter()
        .map(|why| json!({ "reason": why.reason.code(), "text": why.text }))
        .collect();
    context.out.json(&json!({
        "message": taken.message, "sender": taken.sender, "definition": taken.definition,
        "status": taken.group_status().code(), "again": again, "payments": taken.items.len(),
        "posted": posted, "reserved": reserved, "waiting": waiting, "rejected": count(Status::RJCT),
        "refused": refused,
    }));
    let before = if again { ", as it was before" } else { "" };
    context.out.line(format_args!(
        "{} {} of {}: {}{before}",
        taken.definition,
        taken.message,
        taken.sender,
        taken.group_status().code()
    ));
    for why in &taken.refused {
        context.out.line(format_args!("    {} {}", why.reason.code(), why.text));
    }
    context.out.line(format_args!(
        "    {} payments: {posted} posted, {waiting} wait, {reserved} reserved, {} rejected",
        taken.items.len(),
        count(Status::RJCT)
    ));
}

/// Why a message was not taken, as a failure.
pub fn not_taken(file: &Path, why: &NotTaken) -> Failure {
    let what = format!("{} is not taken", file.display());
    match why {
        NotTaken::Unread(Unread::Refused(refused)) => Failure::because(
            Exit::Refused,
            what,
            refused,
            "mend the file; `tj iso validate` tells more",
        ),
        NotTaken::Unread(Unread::NotTaken(definition)) => Failure::new(
            Exit::Refused,
            format!("{what}: there is nothing to do with a {definition}"),
            "hand in a pain.001, pacs.008, pacs.004 or pacs.002",
        ),
        NotTaken::Unread(Unread::Disk(error)) | NotTaken::Disk(error) => Failure::because(
            Exit::Failed,
            what,
            error,
            "see to the file and the disk, and hand it in again",
        ),
        NotTaken::InWork | NotTaken::Forbidden => Failure::new(
            Exit::Unavailable,
            format!("{what}: somebody works on it"),
            "hand it in again; nothing is done twice",
        ),
        NotTaken::Unanswered(why) => unanswered(what, why),
    }
}

fn unanswered(what: String, why: &Unanswered) -> Failure {
    Failure::because(Exit::Unavailable, what, why, "hand it in again; nothing is done twice")
}

fn not_made(why: NotMade) -> Failure {
    let what = "the message cannot be made";
    match why {
        NotMade::Unanswered(why) => unanswered(what.to_owned(), &why),
        why => Failure::because(Exit::Failed, what, &why, "see the reason, and try again"),
    }
}

/// Puts bytes into a file, or on the screen.
fn give(context: &Context, output: Option<&Path>, bytes: &[u8]) -> Done {
    let Some(path) = output else {
        context.out.raw(String::from_utf8_lossy(bytes));
        return Ok(());
    };
    put(path, |out| out.write_all(bytes)).map_err(|error| {
        let what = format!("cannot write {}", path.display());
        Failure::because(Exit::Failed, what, &error, "see to the disk, or name another file")
    })
}

impl Export {
    fn run(self, context: &Context) -> Done {
        let naming = Config::of(self.config.as_deref())?.iso.naming()?;
        let bytes =
            at_desk(context.bank()?, &context.dir, naming, |desk, keeps| self.made(desk, keeps))?;
        give(context, self.output.as_deref(), &bytes)
    }

    fn account(&self) -> Done<AccountId> {
        let missing = || Failure::usage("of which account is not said", "give --account");
        self.account.ok_or_else(missing)
    }

    fn made(&self, desk: &Desk, keeps: &dyn Keeps) -> Done<Vec<u8>> {
        match self.kind {
            MessageKind::Camt052 | MessageKind::Camt053 | MessageKind::Camt054 => {
                let missing = || Failure::usage("of which day is not said", "give --from");
                let from = self.from.ok_or_else(missing)?;
                let days = (from, self.to.unwrap_or(from));
                let made = desk.write_statement(
                    keeps,
                    self.account()?,
                    self.kind.kind(),
                    days,
                    Vec::new(),
                );
                made.map_err(not_made)
            }
            MessageKind::Pacs008 | MessageKind::Pacs004 => {
                let sent = desk.outgoing(keeps, self.account()?, self.from_record, None);
                let nothing = || {
                    Failure::new(
                        Exit::Failed,
                        "there is nothing to send",
                        "choose an earlier --from-record",
                    )
                };
                let sent = sent.map_err(not_made)?.ok_or_else(nothing)?;
                let made = match self.kind {
                    MessageKind::Pacs008 if !sent.transfers.is_empty() => {
                        sent.write_transfers(desk, Vec::new())
                    }
                    MessageKind::Pacs004 if !sent.paybacks.is_empty() => {
                        sent.write_paybacks(desk, Vec::new())
                    }
                    _ => return Err(nothing()),
                };
                made.map_err(|why| not_made(NotMade::Write(why)))
            }
            MessageKind::Pain002 | MessageKind::Pacs002 => self.report(desk),
            MessageKind::Pain001 | MessageKind::Head001 => Err(Failure::usage(
                "this bank makes no such message",
                "`tj iso sample` writes an example",
            )),
        }
    }

    fn report(&self, desk: &Desk) -> Done<Vec<u8>> {
        let (Some(message), Some(sender)) = (&self.message, &self.sender) else {
            let next = "give --message and --sender";
            return Err(Failure::usage("about which message is not said", next));
        };
        let told = desk.told(sender, message).map_err(|why| not_taken(Path::new(message), &why))?;
        let taken = told.ok_or_else(|| {
            let what = format!("{sender} has handed in no message {message}");
            Failure::new(Exit::Failed, what, "`tj iso import` says both names when it takes one")
        })?;
        let report = write_report(&taken, &desk.naming, SystemClock.now(), Vec::new());
        report.map_err(|why| not_made(NotMade::Write(why)))
    }
}
