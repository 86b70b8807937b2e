//! What can go wrong between the journal and its tables.

use journal::ReadFailed;
use std::error::Error;
use std::fmt;

/// Why the history could not do what was asked of it.
#[derive(Debug)]
pub enum HistoryFailed {
    /// The journal cannot be read.
    Journal(ReadFailed),
    /// A batch in the journal is not what its header says, so nothing is made of it.
    Batch {
        /// Which.
        entry: u64,
        /// What is wrong.
        source: journal::batch::BatchFault,
    },
    /// Something done in the journal names an account that nobody opened.
    Impossible {
        /// The entry.
        entry: u64,
        /// Its row.
        row: u32,
        /// The account.
        account: terms::AccountId,
    },
    /// A file cannot be written or read.
    Archive {
        /// What was tried.
        doing: &'static str,
        /// The file.
        name: String,
        /// What the store said.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A file of the archive is not what was written there.
    Damaged {
        /// Which.
        name: String,
        /// What is wrong, and what to do.
        what: String,
    },
    /// The files belong to another journal.
    Foreign {
        /// What does not fit.
        what: String,
    },
    /// The system gives no thread.
    Thread(std::io::Error),
    /// Rows could not be made into columns.
    Columns(arrow::error::ArrowError),
    /// The entry or time that was asked for is not there.
    NoSuchMoment(String),
}

impl fmt::Display for HistoryFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HistoryFailed::Journal(_) => f.write_str("the journal cannot be read"),
            HistoryFailed::Batch { entry, .. } => write!(
                f,
                "entry {entry} of the journal is not what its header says, so no table is made of it; run `tj verify`"
            ),
            HistoryFailed::Impossible { entry, row, account } => write!(
                f,
                "row {row} of entry {entry} was done on account {account}, which nobody opened; run `tj verify`"
            ),
            HistoryFailed::Archive { doing, name, .. } => write!(f, "cannot {doing} {name}"),
            HistoryFailed::Damaged { name, what } => write!(f, "{name} {what}"),
            HistoryFailed::Foreign { what } => write!(
                f,
                "the tables were made from another journal: {what}; name another archive, or remove this one"
            ),
            HistoryFailed::Thread(_) => f.write_str("the system gives no thread to read ahead on"),
            HistoryFailed::Columns(_) => f.write_str("the rows cannot be made into columns"),
            HistoryFailed::NoSuchMoment(what) => f.write_str(what),
        }
    }
}

impl Error for HistoryFailed {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            HistoryFailed::Journal(source) => Some(source),
            HistoryFailed::Batch { source, .. } => Some(source),
            HistoryFailed::Archive { source, .. } => Some(&**source),
            HistoryFailed::Thread(source) => Some(source),
            HistoryFailed::Columns(source) => Some(source),
            _ => None,
        }
    }
}

impl From<ReadFailed> for HistoryFailed {
    fn from(source: ReadFailed) -> HistoryFailed {
        HistoryFailed::Journal(source)
    }
}

impl From<arrow::error::ArrowError> for HistoryFailed {
    fn from(source: arrow::error::ArrowError) -> HistoryFailed {
        HistoryFailed::Columns(source)
    }
}
