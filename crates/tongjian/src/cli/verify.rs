//! `tj verify`: an outsider's check of a whole bank, from its first entry, without snapshots. Needs no
//! secret, changes nothing, and names the place of whatever does not hold.

use super::Context;
use super::receipt::{key_in, keys_in};
use crate::bank;
use crate::fail::{Done, Exit, Failure};
use crate::figures::grouped;
use crate::out::Out;
use crate::{progress, tell};
use journal::Files;
use node::VerifyReport;
use proof::VerifierKey;
use serde_json::{Value, json};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Verify a bank from its first entry on.
#[derive(Debug, clap::Args)]
pub struct Verify {
    /// The bank's folder; --dir unless given.
    folder: Option<PathBuf>,
    /// The bank's public key from elsewhere; its own keys/log.pub unless given.
    #[arg(long)]
    key: Option<PathBuf>,
}

/// A report and how long it took.
pub struct Verified {
    /// What was found.
    pub report: VerifyReport,
    /// How long it took.
    pub took: Duration,
}

impl Verified {
    /// Records a second.
    pub fn per_second(&self) -> f64 {
        self.report.structure.records as f64 / self.took.as_secs_f64().max(1e-9)
    }
}

/// Verifies the bank in `folder`.
///
/// # Errors
/// It cannot be read at all. What does not hold is in the report.
pub fn verify_folder(out: &Out, folder: &Path, key: Option<&Path>) -> Done<Verified> {
    if !bank::exists(folder) {
        let what = format!("there is no bank in {}", folder.display());
        return Err(Failure::new(
            Exit::Failed,
            what,
            "give the folder of a bank, the one with journal/ in it",
        ));
    }
    let log: VerifierKey =
        key_in(&key.map_or_else(|| folder.join(journal::keys::LOG_PUB), Path::to_owned))?;
    let own_witnesses = folder.join(journal::keys::WITNESSES);
    let witnesses = if own_witnesses.exists() { keys_in(&own_witnesses)? } else { Vec::new() };
    let _unchanged = held_still(folder)?;
    let disk = Files::read_only(folder).map_err(|error| bank::disk_failed(folder, &error))?;
    let bar = progress::bar(out, "verifying", 0);
    let start = Instant::now();
    let report = node::verify(&disk, &log, &witnesses, |records| {
        bar.set_length(records);
        bar.set_position(records);
    });
    bar.finish_and_clear();
    let report = report.map_err(|error| {
        Failure::because(
            Exit::Failed,
            "the bank cannot be verified",
            &error,
            "see to the disk, then verify again",
        )
    })?;
    Ok(Verified { report, took: start.elapsed() })
}

/// Keeps writers away while we read, without writing anything ourselves: the folder may be evidence.
fn held_still(folder: &Path) -> Done<Option<File>> {
    let Ok(lock) = File::open(folder.join("lock")) else { return Ok(None) };
    match lock.try_lock_shared() {
        Err(TryLockError::WouldBlock) => {
            let what = format!("another program has the bank in {} open", folder.display());
            let next = "stop it first, or verify a copy of the folder";
            Err(Failure::new(Exit::Unavailable, what, next))
        }
        // A file system without locks has no lockers either.
        _ => Ok(Some(lock)),
    }
}

impl Verify {
    /// Does it.
    ///
    /// # Errors
    /// Something does not hold, or nothing can be read.
    pub fn run(self, context: &Context) -> Done {
        let folder = self.folder.as_deref().unwrap_or(&context.dir);
        let verified = verify_folder(&context.out, folder, self.key.as_deref())?;
        context.out.json(&json_of(&verified));
        print(&context.out, &verified);
        if verified.report.is_sound() {
            return Ok(());
        }
        let next = "stop using this bank, keep it as evidence, and see docs/operate.md, \"The journal is damaged\"";
        let what = format!(
            "{} does not verify: {} findings",
            folder.display(),
            verified.report.findings.len()
        );
        Err(Failure::new(Exit::NotVerified, what, next))
    }
}

/// The report for programs.
pub fn json_of(verified: &Verified) -> Value {
    let Verified { report, took } = verified;
    let findings: Vec<Value> = report
        .findings
        .iter()
        .map(|f| {
            json!({ "file": f.file, "offset": f.offset, "entry": f.entry, "record": f.record,
                "what": f.what, "advice": f.advice })
        })
        .collect();
    json!({
        "verified": report.is_sound(), "origin": report.structure.origin, "entries": report.structure.entries,
        "records": report.structure.records, "done": report.done, "refused": report.refused,
        "root": tell::hash(&report.structure.root), "snapshot_marks": report.snapshot_marks,
        "seconds": took.as_secs_f64(), "findings": findings,
    })
}

/// The report for people.
pub fn print(out: &Out, verified: &Verified) {
    let Verified { report, took } = verified;
    let (records, entries) =
        (grouped(report.structure.records.into()), grouped(report.structure.entries.into()));
    let per_second = grouped(verified.per_second() as u128);
    out.line(format_args!(
        "read {records} records in {entries} batches of {} in {:.2} s ({per_second}/s)",
        report.structure.origin,
        took.as_secs_f64()
    ));
    for finding in &report.findings {
        out.line(format_args!("    FOUND  {finding}"));
        out.line(format_args!("           {}", finding.advice));
    }
    if report.is_sound() {
        let (done, refused) = (grouped(report.done.into()), grouped(report.refused.into()));
        out.line("verified: every byte is as it was written, every hash as it must be, and every decision was");
        out.line(format_args!("    allowed by the law of its day ({done} movements of money done, {refused} requests refused)"));
        out.line(format_args!("    root {}", tell::hash(&report.structure.root)));
    }
}
