//! How a message is refused: what is wrong, where it stands, and the ISO code a bank answers with. A `Refused`
//! ends the reading of the whole document; a `Fault` belongs to one unit of it, and the others go on.

use std::fmt;
use std::io;

use crate::reason::Reason;

/// A place in a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Line, from 1.
    pub line: u64,
    /// Byte within the line, from 1.
    pub column: u64,
    /// Byte within the document, from 0.
    pub byte: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} column {} (byte {})", self.line, self.column, self.byte)
    }
}

/// Why nothing more of a document is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What is wrong, as a sentence without a full stop.
    pub what: String,
    /// The element it is about, `/Document/CstmrCdtTrfInitn/PmtInf[2]/PmtInfId`; empty outside the root.
    pub path: String,
    /// Where the piece of text begins in which it was seen.
    pub place: Place,
    /// The limit that was exceeded, if it was one.
    pub limit: Option<u64>,
    /// What to answer the sender.
    pub reason: Reason,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.what, self.place)?;
        if !self.path.is_empty() {
            write!(f, ", {}", self.path)?;
        }
        if let Some(limit) = self.limit {
            write!(f, " (limit {limit})")?;
        }
        write!(f, " [{}]", self.reason.code())
    }
}

impl std::error::Error for Refused {}

/// What is wrong with one value, while the document around it can be read on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong, as a sentence without a full stop.
    pub what: String,
    /// The element it is about.
    pub path: String,
    /// Where that element begins; zeros when the fault is about the document as a whole.
    pub place: Place,
    /// What to answer the sender.
    pub reason: Reason,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}, {} [{}]", self.what, self.place, self.path, self.reason.code())
    }
}

impl std::error::Error for Fault {}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Refused {
        let Fault { what, path, place, reason } = fault;
        Refused { what, path, place, limit: None, reason }
    }
}

/// Why a document was not read to its end.
#[derive(Debug)]
pub enum ReadError {
    /// The document is at fault.
    Refused(Box<Refused>),
    /// Its bytes could not be had.
    Io(io::Error),
}

impl ReadError {
    /// The refusal, if it is one.
    pub fn refused(&self) -> Option<&Refused> {
        match self {
            ReadError::Refused(refused) => Some(refused),
            ReadError::Io(_) => None,
        }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Refused(refused) => refused.fmt(f),
            ReadError::Io(source) => write!(f, "cannot read the message: {source}"),
        }
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ReadError::Refused(_) => None,
            ReadError::Io(source) => Some(source),
        }
    }
}

impl From<Refused> for ReadError {
    fn from(refused: Refused) -> ReadError {
        ReadError::Refused(Box::new(refused))
    }
}
