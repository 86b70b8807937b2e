//! The file: one JSON document, written beside the old one, synced, and renamed over it. Secrets are in it, so nobody but the
//! bank's own user may read it.

use crate::wire::HookRef;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

const NAME: &str = "webhooks.json";
const FORMAT: u32 = 1;

/// What is kept of a webhook.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// Which.
    pub id: HookRef,
    /// Who made it, as the journal writes them down.
    pub owner: String,
    /// When, in seconds since 1970.
    pub since_s: u64,
    /// Where it is told.
    pub url: String,
    /// What its owner calls it.
    pub description: String,
    /// Kinds of events; empty for all.
    pub kinds: Vec<String>,
    /// What messages are signed with: `whsec_` and Base64.
    pub secret: String,
    /// The secret before it, and until when messages are signed with it too, in seconds since 1970.
    pub secret_before: Option<(String, u64)>,
    /// The last record that was told or passed over; `None` before the first.
    pub after: Option<u64>,
    /// Whether it is told.
    pub state: HookState,
    /// Attempts in a row that failed.
    pub failures: u32,
    /// Since when nothing succeeds, in seconds since 1970.
    pub failing_since_s: Option<u64>,
}

/// Secrets do not belong in logs.
impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept")
            .field("id", &self.id)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// Whether a webhook is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HookState {
    /// It is.
    Active,
    /// Its owner paused it.
    Paused,
    /// Nothing succeeded for as long as is waited.
    GaveUp,
    /// Its receiver answered 410: it wants no more.
    Gone,
    /// Its owner may not hear of events any more.
    NotAllowed,
    /// The journal has not the record behind which it goes on, or cannot be read.
    Lost,
}

impl HookState {
    /// In a sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            HookState::Active => "it is told of events",
            HookState::Paused => "its owner paused it",
            HookState::GaveUp => {
                "nothing was taken for as long as the bank waits; see to the receiver, then make it active again"
            }
            HookState::Gone => "its receiver answered 410 and wants no more",
            HookState::NotAllowed => "its owner may not hear of events any more",
            HookState::Lost => {
                "the journal has not the record it goes on behind; replay it from one that is there"
            }
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole<T> {
    format: u32,
    webhooks: T,
}

/// The file cannot be used.
#[derive(Debug)]
pub struct KeptFailed {
    doing: &'static str,
    path: PathBuf,
    cause: io::Error,
}

impl fmt::Display for KeptFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {} {}: {}", self.doing, self.path.display(), self.cause)
    }
}

impl std::error::Error for KeptFailed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}

fn failed(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> KeptFailed {
    let path = path.to_owned();
    move |cause| KeptFailed { doing, path, cause }
}

/// All that is kept; nothing if there is no file yet.
pub(super) fn read(folder: &Path) -> Result<Vec<Kept>, KeptFailed> {
    let Some(whole) = read_json::<Whole<Vec<Kept>>>(folder, NAME)? else { return Ok(Vec::new()) };
    must_be_format(&folder.join(NAME), whole.format, FORMAT)?;
    Ok(whole.webhooks)
}

/// Replaces the file; durable when this returns.
pub(super) fn write(folder: &Path, all: &[Kept]) -> Result<(), KeptFailed> {
    replace_json(folder, NAME, &Whole { format: FORMAT, webhooks: all })
}

/// A file of ours that is one JSON document; nothing if there is none yet.
///
/// # Errors
/// It cannot be read or understood.
pub(crate) fn read_json<T: DeserializeOwned>(
    folder: &Path,
    name: &str,
) -> Result<Option<T>, KeptFailed> {
    let path = folder.join(name);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed("read", &path)(error)),
    };
    serde_json::from_slice(&bytes).map(Some).map_err(|why| failed("understand", &path)(why.into()))
}

/// Sees to it that a file has the form that this program knows.
///
/// # Errors
/// It has another.
pub(crate) fn must_be_format(path: &Path, has: u32, known: u32) -> Result<(), KeptFailed> {
    if has == known {
        return Ok(());
    }
    let why = format!("it has format {has}, and this program knows {known}");
    Err(failed("understand", path)(io::Error::other(why)))
}

/// Replaces such a file, which nobody but the bank's own user may read; durable when this returns.
///
/// # Errors
/// The disk.
pub(crate) fn replace_json<T: Serialize>(
    folder: &Path,
    name: &str,
    whole: &T,
) -> Result<(), KeptFailed> {
    let path = folder.join(name);
    let bytes = serde_json::to_vec(whole).map_err(|why| failed("write", &path)(why.into()))?;
    replace_bytes(folder, name, &bytes)
}

/// Replaces a file with bytes, in the same way.
///
/// # Errors
/// The disk.
pub(crate) fn replace_bytes(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), KeptFailed> {
    let (path, new) = (folder.join(name), folder.join(format!("{name}.new")));
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(failed("make", folder))?;
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(true).mode(0o600).open(&new);
    let mut file = file.map_err(failed("write", &new))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed("write", &new))?;
    std::fs::rename(&new, &path).map_err(failed("write", &path))?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed("sync", folder))
}
