//! An outsider's check of a whole bank, without snapshots: from the first byte to the last every hash is
//! made again, and from the first record to the last every decision is taken again by the law of its
//! day. One thread reads and hashes, another judges.

use engine::{Engine, RULES_VERSION};
use journal::audit::{AuditReport, Finding, audit_structure};
use journal::{BatchHeader, Disk, StoredBatch, snapshot};
use proof::VerifierKey;
use std::fmt;
use std::sync::mpsc::{Receiver, sync_channel};
use terms::{Command, Event};

/// What was verified, and what was found.
#[derive(Clone, Debug)]
pub struct VerifyReport {
    /// Bytes, hashes and signatures: what there is.
    pub structure: AuditReport,
    /// Transfers and entries among them that were done.
    pub done: u64,
    /// Records that are refusals.
    pub refused: u64,
    /// Marks of snapshots that were compared with the state at their place.
    pub snapshot_marks: u64,
    /// Everything that is not as it must be; empty for a sound bank.
    pub findings: Vec<Finding>,
    /// The state after the last record that could be judged.
    pub engine: Engine,
}

impl VerifyReport {
    /// Nothing was found.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }
}

/// The judging thread ended in a panic: the program, not the bank, is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifyFailed;

impl fmt::Display for VerifyFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("judging stopped at a broken invariant of this program; report it")
    }
}

impl std::error::Error for VerifyFailed {}

/// A batch on its way to the judge.
struct Sound {
    header: BatchHeader,
    segment: u32,
    offset: u64,
    events: Vec<Event>,
}

/// Verifies the bank on `disk` against the keys of its log and its witnesses. `progress` is told how many
/// records are done. Meant for a bank that is not running.
///
/// # Errors
/// See [`VerifyFailed`]. What is wrong with the bank is not an error but a finding.
pub fn verify<D: Disk>(
    disk: &D,
    log: &VerifierKey,
    witnesses: &[VerifierKey],
    mut progress: impl FnMut(u64),
) -> Result<VerifyReport, VerifyFailed> {
    let (to_judge, batches) = sync_channel::<Sound>(16);
    let judging = std::thread::spawn(move || Judge::default().judge_all(&batches));
    let structure = audit_structure(disk, log, witnesses, |batch, events| {
        progress(batch.header.next_record());
        let StoredBatch { header, segment, offset, .. } = *batch;
        let sound = Sound { header, segment, offset, events: events.to_vec() };
        // The judge reads on until the end whatever it finds, so somebody is there to take it.
        let _ = to_judge.send(sound);
    });
    drop(to_judge);
    let judge = judging.join().map_err(|_| VerifyFailed)?;
    let findings = structure.findings.iter().cloned().chain(judge.finding).collect();
    Ok(VerifyReport {
        structure,
        done: judge.done,
        refused: judge.refused,
        snapshot_marks: judge.marks,
        findings,
        engine: judge.engine,
    })
}

/// Takes every decision again.
#[derive(Default)]
struct Judge {
    engine: Engine,
    done: u64,
    refused: u64,
    marks: u64,
    entries: u64,
    /// Nothing more can be judged.
    blind: bool,
    /// The first wrong decision.
    finding: Option<Finding>,
}

impl Judge {
    fn judge_all(mut self, batches: &Receiver<Sound>) -> Judge {
        while let Ok(batch) = batches.recv() {
            // Behind an entry that was left out as damaged the state is in doubt.
            self.blind |= batch.header.entry != self.entries || self.finding.is_some();
            if !self.blind {
                self.judge(&batch);
                self.entries += 1;
            }
        }
        if !self.blind
            && self.finding.is_none()
            && let Err(broken) = self.engine.audit()
        {
            self.finding = Some(Finding {
                file: "journal".to_owned(),
                offset: None,
                entry: None,
                record: None,
                what: format!("the state after the last record breaks an invariant: {broken}"),
                advice: "keep this journal and report it: the rules let something through"
                    .to_owned(),
            });
        }
        self
    }

    fn judge(&mut self, batch: &Sound) {
        if batch.header.rules_version != RULES_VERSION {
            let version = batch.header.rules_version;
            let what = format!(
                "its records are judged by rules {version}, and this program knows {RULES_VERSION}"
            );
            return self.found(batch, 0, what, "verify with a newer program");
        }
        let events = &batch.events;
        if let Some((row, what)) = self.wrong_mark(events) {
            return self.found(
                batch,
                row,
                what,
                "a snapshot of another state was vouched for; report it",
            );
        }
        if let Err(misjudged) = self.engine.judge(batch.header.time, events) {
            let (row, what) = (misjudged.row, format!("this was not allowed: {misjudged}"));
            let advice = "the journal was written by a program that broke the rules, or forged; compare with a copy and ask the supervisor's witness";
            return self.found(batch, row, what, advice);
        }
        for event in events {
            match (event.outcome(), event) {
                (Err(_), _) => self.refused += 1,
                (Ok(()), Event::Transfer(_)) => self.done += 1,
                (Ok(()), Event::Act(act)) => {
                    self.done += u64::from(matches!(act.command, Command::PostEntry(_)));
                }
            }
        }
    }

    /// A mark must carry the hash of the state at its place. Marks stand alone in their batch's turn, so
    /// the state before the batch is the marked one.
    fn wrong_mark(&mut self, events: &[Event]) -> Option<(usize, String)> {
        let marks = events.iter().enumerate().filter_map(|(row, event)| match event {
            Event::Act(act) if act.outcome.is_ok() => match &act.command {
                Command::MarkSnapshot(mark) => Some((row, mark.hash)),
                _ => None,
            },
            _ => None,
        });
        for (row, hash) in marks {
            if row != 0 {
                return Some((row, "a snapshot is marked in the middle of a turn".to_owned()));
            }
            self.marks += 1;
            if snapshot::hash_of(&self.engine.snapshot()) != hash {
                return Some((
                    row,
                    "the state marked here is not the state at this place".to_owned(),
                ));
            }
        }
        None
    }

    fn found(&mut self, batch: &Sound, row: usize, what: String, advice: &str) {
        self.finding = Some(Finding {
            file: journal::segment::file_name(batch.segment),
            offset: Some(batch.offset),
            entry: Some(batch.header.entry),
            record: Some(batch.header.first_record + row as u64),
            what,
            advice: advice.to_owned(),
        });
    }
}
