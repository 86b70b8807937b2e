//! What a list says of each message, in and out. A message may be large, so a line is made of it once and remembered;
//! what is kept of a message never changes,
//! but for who saw to it, which is said once.

use crate::messages::taken::{Taken, Why};
use crate::wire::AccountRef;
use iso20022::Status;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;
use std::time::UNIX_EPOCH;
use terms::TimeNs;

/// Which way a message went.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// It came.
    In,
    /// It went out to another bank.
    Out,
    /// A file came that nothing could be read of, so that nobody could be answered.
    Unread,
}

impl Way {
    /// The ending of the file that is kept of it.
    pub(super) fn ending(self) -> &'static str {
        match self {
            Way::In => "json",
            Way::Out => "out",
            Way::Unread => "unread",
        }
    }

    fn of(file: &Path) -> Option<Way> {
        let ending = file.extension()?.to_str()?;
        [Way::In, Way::Out, Way::Unread].into_iter().find(|way| way.ending() == ending)
    }
}

/// What a list says of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it is found by.
    pub key: String,
    /// Which way it went.
    pub way: Way,
    /// When it was taken, sent or put aside.
    pub time: TimeNs,
    /// Who sent it, as the door knows it; of one that went out, to which bank.
    pub sender: String,
    /// Its `MsgId`; the file's name if it could not be read.
    pub message: String,
    /// What it is; empty if it could not be read.
    pub definition: String,
    /// Who handed it in; empty for the folder.
    pub by: String,
    /// The status of the whole; `None` of what goes out or could not be read.
    pub status: Option<Status>,
    /// How many payments it has.
    pub payments: usize,
    /// Payments that are posted.
    pub posted: usize,
    /// Payments that wait or are reserved.
    pub waiting: usize,
    /// Payments that are not done.
    pub rejected: usize,
    /// Why nothing of it was done.
    pub refused: Vec<Why>,
    /// Who saw to what was refused, if somebody did.
    pub seen: Option<Seen>,
}

/// That somebody saw to a message of which something was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Who: `user:anna`.
    pub by: String,
    /// What was done about it.
    pub note: String,
    /// When, in nanoseconds since 1970.
    pub time_ns: u64,
}

/// A message that went to another bank. What it says can be written again from the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// Its `MsgId`.
    pub message: String,
    /// What it is.
    pub definition: String,
    /// To which bank.
    pub bank: String,
    /// Over which account.
    pub account: AccountRef,
    /// From which record of the journal on.
    pub from: u64,
    /// Up to which record, not included.
    pub until: u64,
    /// How many payments it has.
    pub payments: usize,
    /// When it was written, in nanoseconds since 1970.
    pub time_ns: u64,
}

/// A file that nothing could be read of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreadable {
    /// What it was called.
    pub file: String,
    /// Why.
    pub says: String,
    /// When it was put aside, in nanoseconds since 1970.
    pub time_ns: u64,
}

impl Line {
    /// Of a message that came.
    pub fn of_taken(key: &str, taken: &Taken) -> Line {
        let waiting = taken.count(Status::PDNG) + taken.count(Status::ACSP);
        Line {
            key: key.to_owned(),
            way: Way::In,
            time: TimeNs(taken.received_ns),
            sender: taken.sender.clone(),
            message: taken.message.clone(),
            definition: taken.definition.clone(),
            by: taken.by.clone(),
            status: Some(taken.group_status()),
            payments: taken.items.len(),
            posted: taken.count(Status::ACSC) + taken.count(Status::ACCC),
            waiting,
            rejected: taken.count(Status::RJCT),
            refused: taken.refused.clone(),
            seen: None,
        }
    }

    fn of_sent(key: &str, sent: Sent) -> Line {
        Line {
            key: key.to_owned(),
            way: Way::Out,
            time: TimeNs(sent.time_ns),
            sender: sent.bank,
            message: sent.message,
            definition: sent.definition,
            by: String::new(),
            status: None,
            payments: sent.payments,
            posted: sent.payments,
            waiting: 0,
            rejected: 0,
            refused: Vec::new(),
            seen: None,
        }
    }

    fn of_unreadable(key: &str, unreadable: Unreadable) -> Line {
        Line {
            key: key.to_owned(),
            way: Way::Unread,
            time: TimeNs(unreadable.time_ns),
            sender: String::new(),
            message: unreadable.file,
            definition: String::new(),
            by: String::new(),
            status: None,
            payments: 0,
            posted: 0,
            waiting: 0,
            rejected: 0,
            refused: vec![Why::of(iso20022::Reason::FF01, unreadable.says)],
            seen: None,
        }
    }

    /// Something of it was not done.
    pub fn is_refused(&self) -> bool {
        self.rejected > 0 || !self.refused.is_empty()
    }

    /// Something of it was not done, and nobody saw to it.
    pub fn waits_for_somebody(&self) -> bool {
        self.is_refused() && self.seen.is_none()
    }
}

/// Lines of messages that were read before, by their files.
#[derive(Debug, Default)]
pub(super) struct Known(HashMap<String, Line>);

/// The ending of what is kept of somebody who saw to a message, behind the name of the message's own file.
pub(super) const SEEN: &str = ".seen";

impl Known {
    /// The lines of all messages of a folder, the newest first.
    ///
    /// # Errors
    /// The disk's; a file that is damaged is named.
    pub(super) fn of_folder(&mut self, folder: &Path) -> io::Result<Vec<Line>> {
        let mut before = std::mem::take(&mut self.0);
        let mut seen = Vec::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if let Some(of) = name.strip_suffix(SEEN).filter(|name| !name.starts_with('.')) {
                seen.push(of.to_owned());
                continue;
            }
            let Some(way) = Way::of(&path).filter(|_| !name.starts_with('.')) else { continue };
            let line = match before.remove(name) {
                Some(line) => line,
                None => read(&path, name, way)?,
            };
            self.0.insert(name.to_owned(), line);
        }
        for of in seen {
            let Some(line) = self.0.get_mut(&of).filter(|line| line.seen.is_none()) else {
                continue;
            };
            let name = format!("{of}{SEEN}");
            let bytes = fs::read(folder.join(&name))?;
            let read = serde_json::from_slice(&bytes);
            line.seen = Some(read.map_err(|why| io::Error::other(format!("{name}: {why}")))?);
        }
        let mut lines: Vec<Line> = self.0.values().cloned().collect();
        lines.sort_unstable_by(|a, b| (b.time, &b.key).cmp(&(a.time, &a.key)));
        Ok(lines)
    }
}

fn read(path: &Path, name: &str, way: Way) -> io::Result<Line> {
    let damaged = |why: serde_json::Error| io::Error::other(format!("{name}: {why}"));
    let bytes = fs::read(path)?;
    let mut line = match way {
        Way::In => Line::of_taken(name, &serde_json::from_slice(&bytes).map_err(damaged)?),
        Way::Out => Line::of_sent(name, serde_json::from_slice(&bytes).map_err(damaged)?),
        Way::Unread => Line::of_unreadable(name, serde_json::from_slice(&bytes).map_err(damaged)?),
    };
    if line.time == TimeNs(0) {
        // It was kept before messages said when they came.
        let since = fs::metadata(path)?.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        line.time = TimeNs(u64::try_from(since.as_nanos()).unwrap_or(u64::MAX));
    }
    Ok(line)
}
