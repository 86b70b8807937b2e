//! Snapshots of the engine's state, so that a start does not replay everything. A snapshot file is the
//! state's bytes and nothing else; its name says after how many records the state stood. It may only be
//! used if the journal carries its hash (`Command::MarkSnapshot`). `docs/formats/snapshot.md`.

use crate::disk::Disk;
use proof::hash::Hash;
use sha2::{Digest, Sha256};
use std::io;

/// The folder of snapshots.
pub const FOLDER: &str = "snapshots";

/// A state as it was stored. Nothing of it can be trusted before its hash was found in the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// How many records the state had seen.
    pub records: u64,
    /// The state.
    pub bytes: Vec<u8>,
    /// SHA-256 of `bytes`.
    pub hash: Hash,
}

/// The hash that must stand in the journal.
pub fn hash_of(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// Stores a state after `records` records; durable when this returns. Returns its hash.
///
/// # Errors
/// Whatever the disk says; earlier snapshots stand.
pub fn write_snapshot<D: Disk>(disk: &D, records: u64, bytes: &[u8]) -> io::Result<Hash> {
    disk.replace(&file_name(records), bytes)?;
    Ok(hash_of(bytes))
}

/// After how many records there are snapshots, the latest first.
///
/// # Errors
/// Whatever the disk says.
pub fn list_snapshots<D: Disk>(disk: &D) -> io::Result<Vec<u64>> {
    let names = disk.list(FOLDER)?;
    let mut found: Vec<u64> = names.iter().filter_map(|name| records_of(name)).collect();
    found.sort_unstable_by(|a, b| b.cmp(a));
    Ok(found)
}

/// The snapshot after `records` records; `None` if there is none.
///
/// # Errors
/// Whatever the disk says.
pub fn read_snapshot<D: Disk>(disk: &D, records: u64) -> io::Result<Option<Snapshot>> {
    let bytes = disk.read_whole(&file_name(records))?;
    Ok(bytes.map(|bytes| Snapshot { records, hash: hash_of(&bytes), bytes }))
}

/// Removes all but the latest `count` snapshots. Call it when the latest one's mark is durable, and with
/// a `count` of at least 2: then there is always an earlier one that the journal vouches for.
///
/// # Errors
/// Whatever the disk says.
pub fn keep_latest<D: Disk>(disk: &D, count: usize) -> io::Result<()> {
    list_snapshots(disk)?.iter().skip(count).try_for_each(|old| disk.remove(&file_name(*old)))
}

/// Removes one snapshot: one whose hash is not that of the journal.
///
/// # Errors
/// Whatever the disk says.
pub fn remove_snapshot<D: Disk>(disk: &D, records: u64) -> io::Result<()> {
    disk.remove(&file_name(records))
}

/// Twenty digits, so that names sort as numbers do.
pub fn file_name(records: u64) -> String {
    format!("{FOLDER}/{records:020}.snap")
}

fn records_of(name: &str) -> Option<u64> {
    let records = name.strip_suffix(".snap")?.parse().ok()?;
    file_name(records).ends_with(name).then_some(records)
}
