//! The file: a head, then records, each with the hash of all before it. A record that was not finished when the process
//! ended is cut off; anything else that does not fit is damage, and named. Never repaired by guessing.

use super::state::Change;
use crate::failed::AccessFailed;
use crate::secret::Hash;
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

const NAME: &str = "access.log";
const NEW: &str = "access.log.new";
const MAGIC: &[u8; 8] = b"TJACCES1";
const VERSION: u16 = 1;
/// Magic, version, six zeros, the hash of the file this one replaced, the hash of the bytes before.
const HEAD_BYTES: usize = 80;
/// Bytes of one record's changes, at most.
const CHANGES_BYTES_MAX: usize = 1 << 20;
/// Changes of one record when the file is written anew.
const CHANGES_AT_ONCE: usize = 256;
/// A file shorter than this is never written anew.
const LONG_BYTES: u64 = 4 << 20;

/// The open file.
pub(super) struct Log {
    folder: PathBuf,
    file: File,
    /// Hash of all records so far.
    head: Hash,
    bytes: u64,
    /// Bytes of the file when it was last written anew.
    compacted: u64,
    /// A write failed: what is on the disk is not known.
    poisoned: bool,
    /// Held for its lock.
    _lock: File,
}

/// What was found at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Opened {
    /// Hash of all records.
    pub(crate) head: Hash,
    /// How many.
    pub(crate) records: u64,
    /// Bytes of an unfinished record that were cut off.
    pub(crate) cut_bytes: u64,
}

fn io_failed(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> AccessFailed {
    let path = path.to_owned();
    move |cause| AccessFailed::Io { doing, path, cause }
}

/// The hash that a record ends with.
fn chain(before: &Hash, changes: &[u8]) -> Hash {
    let length = (changes.len() as u32).to_le_bytes();
    Sha256::new().chain_update(before).chain_update(length).chain_update(changes).finalize().into()
}

impl Log {
    /// Opens the file, or makes it, and hands over what it says, record by record.
    pub(super) fn open(
        folder: &Path,
        mut take: impl FnMut(&[Change]),
    ) -> Result<(Log, Opened), AccessFailed> {
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(io_failed("make", folder))?;
        let lock = lock(folder)?;
        let path = folder.join(NAME);
        if !path.exists() {
            write_new(folder, &[0; 32], std::iter::empty())?;
        }
        // One that was being written when the process ended has never counted.
        let _ = std::fs::remove_file(folder.join(NEW));
        let mut file = OpenOptions::new().read(true).write(true).open(&path);
        let file_ref =
            file.as_mut().map_err(|cause| io::Error::new(cause.kind(), cause.to_string()));
        let mut bytes = Vec::new();
        file_ref.and_then(|file| file.read_to_end(&mut bytes)).map_err(io_failed("read", &path))?;
        let mut file = file.map_err(io_failed("open", &path))?;
        let (opened, good) = read(&path, &bytes, &mut take)?;
        if good < bytes.len() {
            file.set_len(good as u64)
                .and_then(|()| file.sync_all())
                .map_err(io_failed("cut", &path))?;
        }
        file.seek(SeekFrom::End(0)).map_err(io_failed("open", &path))?;
        let (head, bytes) = (opened.head, good as u64);
        let folder = folder.to_owned();
        let log = Log { folder, file, head, bytes, compacted: 0, poisoned: false, _lock: lock };
        Ok((log, opened))
    }

    /// Appends one record; durable when this returns.
    pub(super) fn append(&mut self, changes: &[Change]) -> Result<(), AccessFailed> {
        self.write(changes)?;
        let synced = self.file.sync_data();
        self.settle("sync", synced)
    }

    /// Appends one record that may be lost.
    pub(super) fn append_unsynced(&mut self, changes: &[Change]) -> Result<(), AccessFailed> {
        self.write(changes)
    }

    fn write(&mut self, changes: &[Change]) -> Result<(), AccessFailed> {
        if self.poisoned {
            return Err(AccessFailed::Poisoned);
        }
        let (record, head) = encode(&self.head, changes, &self.folder)?;
        let written = self.file.write_all(&record);
        self.settle("append to", written)?;
        (self.head, self.bytes) = (head, self.bytes + record.len() as u64);
        Ok(())
    }

    /// After a failure nothing is tried again: what is on the disk is not known.
    fn settle(&mut self, doing: &'static str, done: io::Result<()>) -> Result<(), AccessFailed> {
        self.poisoned |= done.is_err();
        done.map_err(io_failed(doing, &self.folder.join(NAME)))
    }

    /// True when most of the file has been overtaken.
    pub(super) fn is_long(&self) -> bool {
        self.bytes > LONG_BYTES.max(self.compacted.saturating_mul(4))
    }

    /// Writes the file anew with nothing but this state. The chain of hashes goes on.
    pub(super) fn compact(&mut self, whole: &[Change]) -> Result<(), AccessFailed> {
        let made = write_new(&self.folder, &self.head, whole.chunks(CHANGES_AT_ONCE));
        match made {
            Ok((file, head, bytes)) => {
                (self.file, self.head, self.bytes, self.compacted) = (file, head, bytes, bytes);
                Ok(())
            }
            Err(failed) => {
                self.poisoned = true;
                Err(failed)
            }
        }
    }
}

/// The folder is ours until this file is closed, by us or by the end of the process.
fn lock(folder: &Path) -> Result<File, AccessFailed> {
    let path = folder.join("lock");
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
    let file = file.map_err(io_failed("open", &path))?;
    let ours = rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive);
    ours.map_err(|_| AccessFailed::InUse(folder.to_owned()))?;
    Ok(file)
}

fn encode(before: &Hash, changes: &[Change], at: &Path) -> Result<(Vec<u8>, Hash), AccessFailed> {
    let text = serde_json::to_vec(changes).map_err(|cause| AccessFailed::Io {
        doing: "write a change into",
        path: at.to_owned(),
        cause: cause.into(),
    })?;
    if text.len() > CHANGES_BYTES_MAX {
        let cause = io::Error::other("a change is too long");
        return Err(AccessFailed::Io { doing: "write a change into", path: at.to_owned(), cause });
    }
    let head = chain(before, &text);
    Ok(([&(text.len() as u32).to_le_bytes(), &text[..], &head].concat(), head))
}

/// Writes a whole file aside, syncs it, and puts it in the place of the old one.
fn write_new<'a>(
    folder: &Path,
    before: &Hash,
    records: impl Iterator<Item = &'a [Change]>,
) -> Result<(File, Hash, u64), AccessFailed> {
    let path = folder.join(NEW);
    let mut bytes = [&MAGIC[..], &VERSION.to_le_bytes(), &[0; 6], before].concat();
    let mut head: Hash = Sha256::digest(&bytes).into();
    bytes.extend(head);
    for changes in records {
        let (record, next) = encode(&head, changes, folder)?;
        (bytes, head) = ([bytes, record].concat(), next);
    }
    let _ = std::fs::remove_file(&path);
    let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path);
    let mut file = file.map_err(io_failed("make", &path))?;
    let written = file.write_all(&bytes).and_then(|()| file.sync_all());
    written.map_err(io_failed("write", &path))?;
    std::fs::rename(&path, folder.join(NAME)).map_err(io_failed("rename", &path))?;
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(io_failed("sync", folder))?;
    Ok((file, head, bytes.len() as u64))
}

/// Reads the file; also says where what is finished ends.
fn read(
    path: &Path,
    bytes: &[u8],
    take: &mut impl FnMut(&[Change]),
) -> Result<(Opened, usize), AccessFailed> {
    let damaged =
        |at: usize, says| AccessFailed::Damaged { path: path.to_owned(), at: at as u64, says };
    let head_bytes = bytes.get(..HEAD_BYTES).ok_or_else(|| damaged(0, "it is too short"))?;
    if &head_bytes[..8] != MAGIC {
        return Err(damaged(0, "it is no file of access"));
    }
    let version = u16::from_le_bytes([head_bytes[8], head_bytes[9]]);
    if version != VERSION {
        return Err(AccessFailed::Newer { path: path.to_owned(), version });
    }
    let mut head: Hash = Sha256::digest(&head_bytes[..48]).into();
    if head != head_bytes[48..] {
        return Err(damaged(48, "its head was changed"));
    }
    let (mut at, mut records) = (HEAD_BYTES, 0);
    while let Some((text, hash, next)) = record(bytes, at).map_err(|says| damaged(at, says))? {
        head = chain(&head, text);
        if head != hash {
            return Err(damaged(at, "a record was changed, left out or moved"));
        }
        let changes: Vec<Change> = serde_json::from_slice(text)
            .map_err(|_| damaged(at, "a record is not what this program knows"))?;
        take(&changes);
        (at, records) = (next, records + 1);
    }
    Ok((Opened { head, records, cut_bytes: (bytes.len() - at) as u64 }, at))
}

/// A record's text, its hash and where it ends; `None` at the end, or before a record that was not finished: one
/// that is cut, or whose hash, which is written last, is still zeros.
#[expect(clippy::type_complexity, reason = "three parts of one record")]
fn record(bytes: &[u8], at: usize) -> Result<Option<(&[u8], &[u8], usize)>, &'static str> {
    let rest = &bytes[at..];
    if rest.iter().all(|byte| *byte == 0) {
        return Ok(None);
    }
    let Some((length, rest)) = rest.split_first_chunk::<4>() else { return Ok(None) };
    let length = u32::from_le_bytes(*length) as usize;
    if length == 0 || length > CHANGES_BYTES_MAX {
        return Err("the length of a record makes no sense");
    }
    let Some((text, rest)) = rest.split_at_checked(length) else { return Ok(None) };
    let Some((hash, after)) = rest.split_at_checked(32) else { return Ok(None) };
    if hash.iter().all(|byte| *byte == 0) && after.is_empty() {
        return Ok(None);
    }
    Ok(Some((text, hash, at + 4 + length + 32)))
}
