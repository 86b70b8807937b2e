//! Which messages were taken, and what became of them: two small files a message in the bank's folder; and one for each
//! that went to another bank, or could not be read. They are what a
//! sender's second copy is compared with; that no payment is made twice rests on the ledger alone, which knows each by the
//! name its sender gave it. So they may be removed when nobody will ask any more.

use crate::messages::lines::{Known, Line, SEEN, Seen, Sent, Unreadable, Way};
use crate::messages::taken::Taken;
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The messages of a bank.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    working: Arc<Mutex<HashSet<String>>>,
    known: Mutex<Known>,
}

/// What is known of a message before anything of it is done.
#[derive(Debug)]
pub enum Began {
    /// It is to be worked on; new, or broken off before.
    Work(Work),
    /// It was done before; it is only told again.
    Done(Box<Taken>),
    /// Another message came under its name.
    Other,
    /// Somebody works on it.
    InWork,
}

/// A message that is being worked on, until this is dropped.
#[derive(Debug)]
pub struct Work {
    working: Arc<Mutex<HashSet<String>>>,
    stem: String,
}

impl Drop for Work {
    fn drop(&mut self) {
        self.working.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.stem);
    }
}

/// What a message's files are called: a hash of its sender and its `MsgId`.
fn stem_of(sender: &str, message: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(b"tongjian message 1\n");
    for name in [sender, message] {
        hash.update((name.len() as u64).to_be_bytes());
        hash.update(name.as_bytes());
    }
    crate::wire::hex(&hash.finalize()[..16])
}

impl Store {
    /// In a folder, which is made.
    ///
    /// # Errors
    /// The disk's.
    pub fn open(folder: &Path) -> io::Result<Store> {
        fs::create_dir_all(folder)?;
        Ok(Store { folder: folder.to_owned(), working: Arc::default(), known: Mutex::default() })
    }

    /// Begins to work on a message; that it came, and its digest, are durable when this returns.
    ///
    /// # Errors
    /// The disk's.
    pub fn begin(&self, sender: &str, message: &str, digest: &str) -> io::Result<Began> {
        let stem = stem_of(sender, message);
        let fresh =
            self.working.lock().unwrap_or_else(PoisonError::into_inner).insert(stem.clone());
        if !fresh {
            return Ok(Began::InWork);
        }
        let work = Work { working: Arc::clone(&self.working), stem };
        let claim = self.file(&work.stem, "digest");
        match fs::read_to_string(&claim) {
            Ok(known) if known.trim() != digest => return Ok(Began::Other),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {
                put(&claim, |out| out.write_all(digest.as_bytes()))?;
            }
            Err(error) => return Err(error),
        }
        match self.read_stem(&work.stem)? {
            Some(taken) => Ok(Began::Done(Box::new(taken))),
            None => Ok(Began::Work(work)),
        }
    }

    /// Keeps what became of it; durable when this returns.
    ///
    /// # Errors
    /// The disk's.
    pub fn keep(&self, work: &Work, taken: &Taken) -> io::Result<()> {
        put(&self.file(&work.stem, "json"), |out| {
            serde_json::to_writer(out, taken).map_err(io::Error::from)
        })
    }

    /// What became of a message; `None` if it did not come or is not done.
    ///
    /// # Errors
    /// The disk's.
    pub fn read(&self, sender: &str, message: &str) -> io::Result<Option<Taken>> {
        self.read_stem(&stem_of(sender, message))
    }

    fn read_stem(&self, stem: &str) -> io::Result<Option<Taken>> {
        match fs::read(self.file(stem, "json")) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Keeps that a message went to another bank; durable when this returns. The same again changes nothing.
    ///
    /// # Errors
    /// The disk's.
    pub fn keep_sent(&self, sent: &Sent) -> io::Result<()> {
        let file = self.file(&stem_of("out", &sent.message), Way::Out.ending());
        if file.exists() {
            return Ok(());
        }
        put(&file, |out| serde_json::to_writer(out, sent).map_err(io::Error::from))
    }

    /// What went to another bank under a `MsgId`; `None` if nothing did.
    ///
    /// # Errors
    /// The disk's.
    pub fn sent(&self, message: &str) -> io::Result<Option<Sent>> {
        match fs::read(self.file(&stem_of("out", message), Way::Out.ending())) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Keeps that a file could not be taken, and nobody could be told; durable when this returns.
    ///
    /// # Errors
    /// The disk's.
    pub fn keep_unreadable(&self, what: &Unreadable) -> io::Result<()> {
        let file = self.file(&stem_of(&what.file, &what.time_ns.to_string()), Way::Unread.ending());
        put(&file, |out| serde_json::to_writer(out, what).map_err(io::Error::from))
    }

    /// All messages, the newest first.
    ///
    /// # Errors
    /// The disk's; a file that is damaged is named.
    pub fn lines(&self) -> io::Result<Vec<Line>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).of_folder(&self.folder)
    }

    /// Keeps that somebody saw to a message; durable when this returns. The first word stays.
    ///
    /// # Errors
    /// The disk's.
    pub fn keep_seen(&self, line: &Line, seen: &Seen) -> io::Result<()> {
        let file = self.folder.join(format!("{}{SEEN}", line.key));
        if file.exists() {
            return Ok(());
        }
        put(&file, |out| serde_json::to_writer(out, seen).map_err(io::Error::from))
    }

    /// A number that is kept under a name; zero if there is none.
    ///
    /// # Errors
    /// The disk's; it is no number.
    pub fn mark(&self, name: &str) -> io::Result<u64> {
        match fs::read_to_string(self.folder.join(name)) {
            Ok(text) => text.trim().parse().map_err(io::Error::other),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(0),
            Err(error) => Err(error),
        }
    }

    /// Keeps a number under a name; durable when this returns.
    ///
    /// # Errors
    /// The disk's.
    pub fn set_mark(&self, name: &str, number: u64) -> io::Result<()> {
        put(&self.folder.join(name), |out| writeln!(out, "{number}"))
    }

    fn file(&self, stem: &str, kind: &str) -> PathBuf {
        self.folder.join(format!("{stem}.{kind}"))
    }
}

/// Puts a file in its place whole or not at all; durable when this returns.
///
/// # Errors
/// The disk's, or what `write` says.
pub fn put(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let aside = path.with_file_name(format!(".{name}.part"));
    let mut out = BufWriter::new(File::create(&aside)?);
    write(&mut out)?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.sync_all()?;
    rename(&aside, path)
}

/// Moves a file; durable when this returns.
///
/// # Errors
/// The disk's.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    let (old, new) = (folder_of(from), folder_of(to));
    File::open(new)?.sync_all()?;
    if old == new { Ok(()) } else { File::open(old)?.sync_all() }
}

/// The folder of a file; of one that is named without any, the one the program works in.
fn folder_of(path: &Path) -> &Path {
    let named = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    named.unwrap_or(Path::new("."))
}
