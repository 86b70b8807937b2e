//! What an audit says.

use proof::checkpoint::Checkpoint;
use proof::hash::Hash;
use std::fmt;
use std::io;

/// Findings that are kept; of more only the number is.
const FINDINGS_MAX: usize = 100;

/// Something that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The file.
    pub file: String,
    /// Where in the file, in bytes.
    pub offset: Option<u64>,
    /// The entry concerned.
    pub entry: Option<u64>,
    /// The record concerned; only whoever judges records knows it.
    pub record: Option<u64>,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub advice: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(offset) = self.offset {
            write!(f, " at byte {offset}")?;
        }
        if let Some(entry) = self.entry {
            write!(f, ", entry {entry}")?;
        }
        if let Some(record) = self.record {
            write!(f, ", record {record}")?;
        }
        write!(f, ": {}", self.what)
    }
}

/// The whole of an audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditReport {
    /// The log's name.
    pub origin: String,
    /// How many segment files there are, unused ones included.
    pub segments: u32,
    /// How many bytes of segment files were read.
    pub bytes: u64,
    /// How many entries there are.
    pub entries: u64,
    /// How many records there are.
    pub records: u64,
    /// The root over all entries; means nothing if something was found.
    pub root: Hash,
    /// The published checkpoint, if it is one the log signed.
    pub checkpoint: Option<Checkpoint>,
    /// The known witnesses that cosigned it.
    pub cosigned_by: Vec<String>,
    /// What is not as it was written, in the order it was met; at most a hundred.
    pub findings: Vec<Finding>,
    /// How many more there are.
    pub more_findings: u64,
}

impl AuditReport {
    /// Nothing was found.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }
}

/// Gathers findings.
#[derive(Debug, Default)]
pub(super) struct Findings {
    kept: Vec<Finding>,
    more: u64,
}

impl Findings {
    pub fn add(&mut self, finding: Finding) {
        if self.kept.len() < FINDINGS_MAX {
            self.kept.push(finding);
        } else {
            self.more += 1;
        }
    }

    pub fn unreadable(&mut self, file: &str, error: &io::Error) {
        self.add(Finding {
            file: file.to_owned(),
            offset: None,
            entry: None,
            record: None,
            what: format!("it cannot be read: {error}"),
            advice: "see to the disk, or restore the file from a copy".to_owned(),
        });
    }

    pub fn into_parts(self) -> (Vec<Finding>, u64) {
        (self.kept, self.more)
    }
}
