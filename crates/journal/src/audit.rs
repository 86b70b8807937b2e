//! Is every byte as it was written? From the first segment to the last: headers, numbers, chain, times,
//! checksums, roots over records, padding, unused space, then tiles, bundles and checkpoint against all
//! of that. It trusts nothing but the log's key, changes nothing and needs no open journal. Whether each
//! event was allowed is for others to say: they are shown every batch.

mod report;
mod segments;
mod tiles;

pub use report::{AuditReport, Finding};

use crate::batch::StoredBatch;
use crate::disk::Disk;
use crate::tiles::CHECKPOINT;
use proof::checkpoint::{Checkpoint, cosignatures};
use proof::note::{Note, VerifierKey};
use report::Findings;
use segments::Segments;
use terms::Event;
use tiles::Tiles;

/// Reads all of the journal `log` signs, and shows each sound batch, with its events, to `visit`, in
/// order; a batch that is not sound is left out, which shows in the entry numbers.
///
/// Meant for a bank that is not running: while one writes, its last batches may look unfinished.
pub fn audit_structure<D: Disk>(
    disk: &D,
    log: &VerifierKey,
    witnesses: &[VerifierKey],
    mut visit: impl FnMut(&StoredBatch, &[Event]),
) -> AuditReport {
    let mut findings = Findings::default();
    let published = read_checkpoint(disk, log, &mut findings);
    let size = published.as_ref().map(|(checkpoint, _)| checkpoint.size);
    let mut tiles = Tiles::new(disk, size);
    let mut segments = Segments::new(disk, log.name());
    segments.walk(&mut tiles, &mut findings, &mut visit);
    let cosigned_by = match &published {
        Some((checkpoint, note)) => {
            compare(checkpoint, &tiles, &segments, &mut findings);
            cosigners(note, witnesses, &mut findings)
        }
        None => Vec::new(),
    };
    let (findings, more_findings) = findings.into_parts();
    AuditReport {
        origin: log.name().to_owned(),
        segments: segments.count(),
        bytes: segments.bytes(),
        entries: segments.entries(),
        records: segments.records(),
        root: tiles.root(),
        checkpoint: published.map(|(checkpoint, _)| checkpoint),
        cosigned_by,
        findings,
        more_findings,
    }
}

/// The published checkpoint, if it is one the log signed.
fn read_checkpoint<D: Disk>(
    disk: &D,
    log: &VerifierKey,
    findings: &mut Findings,
) -> Option<(Checkpoint, Note)> {
    let bytes = match disk.read_whole(CHECKPOINT) {
        Ok(bytes) => bytes?,
        Err(error) => {
            findings.unreadable(CHECKPOINT, &error);
            return None;
        }
    };
    let found = |what| {
        Finding {
        file: CHECKPOINT.to_owned(),
        offset: None,
        entry: None,
 record: None,
        what,
        advice: "restore it, or the right keys/log.pub, from a copy; if nobody can say why, call the supervisor".to_owned(),
    }
    };
    match Checkpoint::open(&bytes, log) {
        Ok((checkpoint, _)) if checkpoint.origin != log.name() => {
            let what = format!("it is the checkpoint of {:?}", checkpoint.origin);
            findings.add(found(what));
            None
        }
        Ok(opened) => Some(opened),
        Err(error) => {
            let mut what = error.to_string();
            let mut source = std::error::Error::source(&error);
            while let Some(error) = source {
                what = format!("{what}: {error}");
                source = error.source();
            }
            findings.add(found(what));
            None
        }
    }
}

/// What was signed must be what stands in the segments.
fn compare<D: Disk>(
    checkpoint: &Checkpoint,
    tiles: &Tiles<'_, D>,
    segments: &Segments<'_, D>,
    findings: &mut Findings,
) {
    let Checkpoint { size, root, .. } = checkpoint;
    let what = match tiles.root_at_checkpoint() {
        Some(found) if found == *root => return,
        Some(_) => {
            format!("the first {size} entries of the segments have another root than it says")
        }
        None if segments.lost_entries() => {
            format!("the damage found keeps its root over {size} entries from being checked")
        }
        None => format!(
            "it was signed over {size} entries and the segments have {}: entries are gone",
            segments.entries()
        ),
    };
    findings.add(Finding {
        file: CHECKPOINT.to_owned(),
        offset: None,
        entry: None,
        record: None,
        what,
        advice: "restore the segment files from a copy; if there is none, call the supervisor"
            .to_owned(),
    });
}

/// Which of the known witnesses cosigned.
fn cosigners(note: &Note, witnesses: &[VerifierKey], findings: &mut Findings) -> Vec<String> {
    match cosignatures(note, witnesses) {
        Ok(signed) => signed.into_iter().map(|signed| signed.name).collect(),
        Err(error) => {
            findings.add(Finding {
                file: CHECKPOINT.to_owned(),
                offset: None,
                entry: None,
                record: None,
                what: format!("a witness's signature is wrong: {error}"),
                advice: "get the witness's line again, or its right key into keys/witnesses"
                    .to_owned(),
            });
            Vec::new()
        }
    }
}
