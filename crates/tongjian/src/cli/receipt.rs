//! `tj receipt verify`: checks a receipt offline. It needs the file and the bank's public key, no bank.

use super::Context;
use crate::fail::{Done, Exit, Failure, chain};
use crate::tell::{Around, hash, json_of, line_of};
use clap::Subcommand;
use proof::{Receipt, VerifierKey, VerifierPolicy};
use serde_json::json;
use std::path::{Path, PathBuf};
use terms::TimeNs;

/// Receipts.
#[derive(Debug, Subcommand)]
pub enum ReceiptCommand {
    /// Check a receipt
    Verify {
        /// The receipt.
        file: PathBuf,
        /// The bank's public key, as `tj init` printed it (keys/log.pub).
        #[arg(long)]
        key: PathBuf,
        /// Public keys of witnesses, one a line.
        #[arg(long)]
        witnesses: Option<PathBuf>,
        /// How many of them must have cosigned.
        #[arg(long, default_value_t = 0, requires = "witnesses")]
        quorum: usize,
    },
}

fn read(path: &Path) -> Done<Vec<u8>> {
    std::fs::read(path).map_err(|error| {
        let what = format!("cannot read {}", path.display());
        Failure::because(Exit::Failed, what, &error, "check the file's name")
    })
}

/// The keys in a file, one a line; lines that begin with # are remarks.
///
/// # Errors
/// Something in it is no key.
pub fn keys_in(path: &Path) -> Done<Vec<VerifierKey>> {
    let text = String::from_utf8_lossy(&read(path)?).into_owned();
    let lines =
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            VerifierKey::parse(line).map_err(|error| {
                let what = format!("{} does not hold a public key", path.display());
                Failure::because(
                    Exit::Usage,
                    what,
                    &error,
                    "a public key looks like name+0123abcd+AQ...=",
                )
            })
        })
        .collect()
}

/// The one key in a file.
///
/// # Errors
/// There is none, or several.
pub fn key_in(path: &Path) -> Done<VerifierKey> {
    let mut keys = keys_in(path)?;
    match (keys.pop(), keys.is_empty()) {
        (Some(key), true) => Ok(key),
        _ => Err(Failure::usage(
            format!("{} does not hold one public key", path.display()),
            "give the bank's keys/log.pub",
        )),
    }
}

impl ReceiptCommand {
    /// Does it.
    ///
    /// # Errors
    /// It cannot be read, or it does not verify.
    pub fn run(self, context: &Context) -> Done {
        let ReceiptCommand::Verify { file, key, witnesses, quorum } = self;
        let log = key_in(&key)?;
        let witnesses = witnesses.map_or(Ok(Vec::new()), |path| keys_in(&path))?;
        let policy = VerifierPolicy::new(log, witnesses, quorum).map_err(|error| {
            Failure::because(
                Exit::Usage,
                "the keys do not fit",
                &error,
                "check --key and --witnesses",
            )
        })?;
        let text = read(&file)?;
        let refused = |error: &dyn std::error::Error| {
            context.out.json(&json!({ "verified": false, "why": chain(error) }));
            let next = "do not rely on it; ask the bank for a new receipt of the same record, and the bank's key again";
            Failure::because(
                Exit::NotVerified,
                format!("{} does not verify", file.display()),
                error,
                next,
            )
        };
        let receipt = Receipt::parse(&text).map_err(|error| refused(&error))?;
        let verified = receipt.verify(&policy).map_err(|error| refused(&error))?;
        let event = journal::record::decode(&verified.record).map_err(|error| refused(&error))?;
        let header =
            journal::BatchHeader::decode(&verified.header).map_err(|error| refused(&error))?;
        let decided = TimeNs(header.time.0).iso_at(0);
        let record = header.first_record + u64::from(verified.row);
        let checkpoint = &verified.checkpoint;
        context.out.json(&json!({
            "verified": true, "origin": checkpoint.origin, "record": record, "row": verified.row,
            "entry": verified.entry, "size": checkpoint.size, "root": hash(&checkpoint.root),
            "batch_time": decided, "cosigned_by": verified.cosigned_by,
            "event": json_of(&event, None, Around::NOTHING),
        }));
        let out = &context.out;
        out.line(format_args!("verified: {}", line_of(&event, Around::NOTHING)));
        out.line(format_args!(
            "    it is record {record} of {}, row {} of batch {}",
            checkpoint.origin, verified.row, verified.entry
        ));
        out.line(format_args!(
            "    decided at {decided}, in a log of {} batches with the root",
            checkpoint.size
        ));
        out.line(format_args!("    {}", hash(&checkpoint.root)));
        let signed = match verified.cosigned_by.len() {
            0 => "signed by the bank; no witness was asked for".to_owned(),
            _ => format!("signed by the bank and by {}", verified.cosigned_by.join(", ")),
        };
        out.line(format_args!("    {signed}"));
        Ok(())
    }
}
