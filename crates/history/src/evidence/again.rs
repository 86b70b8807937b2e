//! Asking again: from a folder with nothing but a journal, and the key of its log.

use super::{QueryProof, provable};
use crate::archive::Archive;
use crate::ask::plan_over;
use crate::convert::{Chunk, Converter, hex};
use crate::directory::Directory;
use crate::failed::HistoryFailed;
use crate::history::{Moment, Rows};
use crate::limits::Limits;
use crate::manifest::Manifest;
use crate::snapshot::{Engine, Parts, Snapshot};
use crate::stored;
use crate::trouble::AskFailed;
use crate::vault::{NoVault, Opener};
use journal::{Disk, audit_structure};
use proof::note::VerifierKey;
use proof::tree::Frontier;
use proof::{Checkpoint, hash::Hash};
use std::fmt;
use std::sync::Arc;
use terms::TimeNs;

/// Transfers and postings after which a part of the tables is finished.
const CHUNK_ROWS: usize = 262_144;

/// What was found to agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreed {
    /// Entries that were verified.
    pub entries: u64,
    /// Rows of the answer.
    pub rows: u64,
}

/// Why a proof is not believed.
#[derive(Debug)]
pub enum Disagreement {
    /// The proof says of itself what is not so.
    Proof(String),
    /// The journal here is damaged, or is not the one the proof is about.
    Journal(String),
    /// The answer is another one.
    Answer {
        /// Rows and digest that were found here.
        found: (u64, String),
        /// Rows and digest that the proof names.
        claimed: (u64, String),
    },
    /// The query could not be asked.
    Ask(AskFailed),
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Disagreement::Proof(what) | Disagreement::Journal(what) => f.write_str(what),
            Disagreement::Answer { found, claimed } => write!(
                f,
                "the answer is another one: {} rows with digest {} here, {} rows with digest {} in the proof",
                found.0, found.1, claimed.0, claimed.1
            ),
            Disagreement::Ask(_) => f.write_str("the query cannot be asked again"),
        }
    }
}

impl std::error::Error for Disagreement {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Disagreement::Ask(source) => Some(source),
            _ => None,
        }
    }
}

impl From<HistoryFailed> for Disagreement {
    fn from(source: HistoryFailed) -> Disagreement {
        Disagreement::Ask(AskFailed::History(source))
    }
}

/// A check of one proof against one journal.
#[derive(Debug)]
pub struct CheckAgain<'a, D: Disk> {
    /// The proof.
    pub proof: &'a QueryProof,
    /// The journal's disk; nothing on it is changed.
    pub disk: &'a D,
    /// The log's key, from somewhere the bank cannot change.
    pub key: &'a VerifierKey,
    /// What the query may use.
    pub limits: Limits,
}

/// The tables of verified records.
struct Verified {
    chunks: Vec<Arc<Chunk>>,
    directory: Arc<Directory>,
    time: TimeNs,
    root: Hash,
    size: u64,
}

impl<D: Disk> CheckAgain<'_, D> {
    /// Does it.
    ///
    /// # Errors
    /// What does not agree.
    pub async fn run(self) -> Result<Agreed, Disagreement> {
        let proof = self.proof;
        let (checkpoint, _) =
            Checkpoint::open(proof.checkpoint.as_bytes(), self.key).map_err(|error| {
                Disagreement::Proof(format!(
                    "its checkpoint was not signed by the log's key: {error}"
                ))
            })?;
        let entries = proof.last_entry + 1;
        if checkpoint.size < entries {
            return Err(Disagreement::Proof(format!(
                "its checkpoint covers {} entries, and the answer saw {entries}",
                checkpoint.size
            )));
        }
        let tables = Arc::new(stored::tables(&proof.zone));
        let verified = self.read(&tables, entries, checkpoint.size)?;
        if verified.size < checkpoint.size {
            return Err(Disagreement::Journal(format!(
                "this journal has {} sound entries, and the proof's checkpoint covers {}",
                verified.size, checkpoint.size
            )));
        }
        if verified.root != checkpoint.root {
            return Err(Disagreement::Journal(format!(
                "the first {} entries here have root {}, and the proof's checkpoint says {}",
                checkpoint.size,
                hex(&verified.root),
                hex(&checkpoint.root)
            )));
        }
        let moment = Moment { entries, time: verified.time };
        let rows = Rows { moment, manifest: Arc::new(Manifest::default()), tail: verified.chunks };
        let nowhere = Archive::of(Arc::new(object_store::memory::InMemory::new()), "memory");
        let ask = |error: AskFailed| Disagreement::Ask(error);
        let engine = Engine::new(self.limits.clone(), &nowhere)
            .map_err(|error| ask(crate::trouble::words::of(&error)))?;
        let opener: Arc<dyn Opener> = Arc::new(NoVault);
        let parts = Parts {
            tables: &tables,
            directory: &verified.directory,
            opener: &opener,
            published: None,
        };
        let snapshot = Snapshot::of(&engine, &parts, &rows, None)?;
        let planned = plan_over(&snapshot, &proof.query, &engine).await.map_err(ask)?;
        provable(&planned).map_err(ask)?;
        let mut answer = planned.answer().await.map_err(ask)?;
        while answer.next().await.map_err(ask)?.is_some() {}
        let told = answer.told();
        if hex(&told.text_hash) != proof.query_sha256 {
            let what = "the query is not the one whose hash it names".to_owned();
            return Err(Disagreement::Proof(what));
        }
        let found = (told.rows, hex(&told.result_hash));
        let claimed = (proof.rows, proof.result_sha256.clone());
        if found != claimed {
            return Err(Disagreement::Answer { found, claimed });
        }
        Ok(Agreed { entries: checkpoint.size, rows: told.rows })
    }

    /// Verifies every byte of the journal, and makes rows of the entries the answer saw.
    fn read(
        &self,
        tables: &Arc<Vec<stored::StoredTable>>,
        entries: u64,
        size: u64,
    ) -> Result<Verified, Disagreement> {
        let directory = Arc::new(Directory::default());
        let start = |entry| Converter::new(Arc::clone(tables), Arc::clone(&directory), entry);
        let mut converter = start(0);
        let mut chunks = Vec::new();
        let mut trouble: Option<HistoryFailed> = None;
        let mut time = TimeNs(0);
        let mut tree = Frontier::new();
        let report = audit_structure(self.disk, self.key, &[], |batch, events| {
            if tree.size() < size && batch.header.entry == tree.size() {
                tree.push(batch.header.leaf());
            }
            let next = batch.header.entry == converter.end_entry() && trouble.is_none();
            if !next || batch.header.entry >= entries {
                return;
            }
            if let Err(error) = converter.add(&batch.header, events) {
                trouble = trouble.take().or(Some(error));
                return;
            }
            time = batch.header.time;
            if converter.rows() >= CHUNK_ROWS {
                let next = converter.end_entry();
                match std::mem::replace(&mut converter, start(next)).finish(false) {
                    Ok(chunk) => chunks.push(Arc::new(chunk)),
                    Err(error) => trouble = Some(error.into()),
                }
            }
        });
        let damaged = report
            .findings
            .iter()
            .find(|finding| finding.file.starts_with(journal::segment::FOLDER));
        if let Some(finding) = damaged {
            let place = finding.offset.map(|at| format!(" at byte {at}")).unwrap_or_default();
            return Err(Disagreement::Journal(format!(
                "{}{place} is damaged: {}",
                finding.file, finding.what
            )));
        }
        if let Some(error) = trouble {
            return Err(error.into());
        }
        let last = converter.finish(false).map_err(HistoryFailed::Columns)?;
        chunks.push(Arc::new(last));
        Ok(Verified { chunks, directory, time, root: tree.root(), size: tree.size() })
    }
}
