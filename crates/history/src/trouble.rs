//! Why a question has no answer, in words for who asked.

pub(crate) mod words;

use crate::failed::HistoryFailed;
use std::fmt;
use std::time::Duration;

/// Why there is no answer, in words for who asked.
#[derive(Debug)]
pub enum AskFailed {
    /// The query is not one, names what is not there, or would do more than read.
    Query(String),
    /// It took longer than it may.
    TooLong(Duration),
    /// It needs more memory or disk than it may have.
    TooLarge(String),
    /// The tables cannot be read.
    History(HistoryFailed),
    /// What it asks for could not be worked out, such as a division by zero.
    Running(String),
    /// Something of ours failed while it ran.
    Broken(String),
}

impl fmt::Display for AskFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AskFailed::Query(why) | AskFailed::Running(why) | AskFailed::Broken(why) => {
                f.write_str(why)
            }
            AskFailed::TooLong(limit) => write!(
                f,
                "the query was ended after {} s, which is as long as one may run; ask for less, or raise the limit",
                limit.as_secs()
            ),
            AskFailed::TooLarge(why) => write!(
                f,
                "the query needs more memory or disk than it may have ({why}); ask for less, or raise the limit"
            ),
            AskFailed::History(_) => f.write_str("the tables cannot be read"),
        }
    }
}

impl std::error::Error for AskFailed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            AskFailed::History(source) => Some(source),
            _ => None,
        }
    }
}

impl From<HistoryFailed> for AskFailed {
    fn from(source: HistoryFailed) -> AskFailed {
        AskFailed::History(source)
    }
}
