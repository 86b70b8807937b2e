//! A disk in memory. What was written and not synced lies apart, write by write, so that a crash can
//! keep any part of it; any operation can be made to fail.

use crate::disk::{Disk, DiskFile};
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The smallest piece a crash keeps or loses.
const SECTOR_BYTES: usize = 512;

/// A disk in memory; clones are the same disk.
#[derive(Clone, Debug, Default)]
pub struct MemoryDisk {
    state: Arc<Mutex<State>>,
}

#[derive(Clone, Debug, Default)]
struct State {
    files: BTreeMap<String, Contents>,
    /// Writing operations so far: create, write, sync, replace, remove.
    operations: u64,
    /// The operation that fails, and all after it.
    fail_at: Option<u64>,
}

#[derive(Clone, Debug, Default)]
struct Contents {
    durable: Vec<u8>,
    /// What a reader sees.
    seen: Vec<u8>,
    /// Sectors written since the last sync, in order: where and what.
    unsynced: Vec<(usize, Vec<u8>)>,
}

impl MemoryDisk {
    /// An empty disk.
    pub fn new() -> MemoryDisk {
        MemoryDisk::default()
    }

    /// Writing operations so far.
    pub fn operations(&self) -> u64 {
        self.lock().operations
    }

    /// Operation number `at` and all later ones fail.
    pub fn fail_at(&self, at: u64) {
        self.lock().fail_at = Some(at);
    }

    /// How many sectors were written and not synced.
    pub fn unsynced_sectors(&self) -> usize {
        self.lock().files.values().map(|f| f.unsynced.len()).sum()
    }

    /// The disk after a power cut: what was synced, and of the rest the sectors for which `keep` says
    /// so, asked file by file in the order of writing. This disk stays as it is.
    pub fn crashed(&self, mut keep: impl FnMut(usize) -> bool) -> MemoryDisk {
        let mut state = self.lock().clone();
        let mut number = 0;
        for file in state.files.values_mut() {
            file.seen = file.durable.clone();
            for (at, sector) in file.unsynced.drain(..) {
                if keep(number) {
                    file.seen[at..at + sector.len()].copy_from_slice(&sector);
                }
                number += 1;
            }
            file.durable = file.seen.clone();
        }
        (state.fail_at, state.operations) = (None, 0);
        MemoryDisk { state: Arc::new(Mutex::new(state)) }
    }

    /// A copy of everything as readers see it.
    pub fn copy(&self) -> MemoryDisk {
        self.crashed(|_| true)
    }

    /// Names of all files.
    pub fn names(&self) -> Vec<String> {
        self.lock().files.keys().cloned().collect()
    }

    /// Length of a file; zero if there is none.
    pub fn bytes_of(&self, name: &str) -> usize {
        self.lock().files.get(name).map_or(0, |f| f.seen.len())
    }

    /// Changes bytes behind the journal's back: `change` gets the whole file.
    pub fn tamper(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        if let Some(file) = self.lock().files.get_mut(name) {
            change(&mut file.seen);
            file.durable = file.seen.clone();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a writing operation, or fails it.
    fn operate(&self) -> io::Result<MutexGuard<'_, State>> {
        let mut state = self.lock();
        state.operations += 1;
        if state.fail_at.is_some_and(|at| state.operations >= at) {
            return Err(io::Error::other("the disk was told to fail"));
        }
        Ok(state)
    }
}

impl Disk for MemoryDisk {
    type File = MemoryFile;

    fn create(&self, name: &str, bytes: u64) -> io::Result<MemoryFile> {
        let mut state = self.operate()?;
        if state.files.contains_key(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let durable = vec![0; bytes as usize];
        let seen = durable.clone();
        state.files.insert(name.to_owned(), Contents { durable, seen, unsynced: Vec::new() });
        Ok(MemoryFile { disk: self.clone(), name: name.to_owned() })
    }

    fn open(&self, name: &str) -> io::Result<Option<MemoryFile>> {
        let known = self.lock().files.contains_key(name);
        Ok(known.then(|| MemoryFile { disk: self.clone(), name: name.to_owned() }))
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let start = format!("{folder}/");
        let state = self.lock();
        let inside = state.files.keys().filter_map(|name| name.strip_prefix(&start));
        Ok(inside.filter(|name| !name.contains('/')).map(str::to_owned).collect())
    }

    fn read_whole(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        Ok(self.lock().files.get(name).map(|f| f.seen.clone()))
    }

    fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.operate()?;
        let (durable, seen) = (bytes.to_vec(), bytes.to_vec());
        state.files.insert(name.to_owned(), Contents { durable, seen, unsynced: Vec::new() });
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.operate()?.files.remove(name);
        Ok(())
    }
}

/// A file of a [`MemoryDisk`].
#[derive(Clone, Debug)]
pub struct MemoryFile {
    disk: MemoryDisk,
    name: String,
}

impl MemoryFile {
    fn gone(&self) -> io::Error {
        io::Error::new(io::ErrorKind::NotFound, self.name.clone())
    }
}

impl DiskFile for MemoryFile {
    fn len(&self) -> io::Result<u64> {
        let state = self.disk.lock();
        state.files.get(&self.name).map(|f| f.seen.len() as u64).ok_or(self.gone())
    }

    fn read_at(&self, at: u64, buf: &mut [u8]) -> io::Result<()> {
        let state = self.disk.lock();
        let file = state.files.get(&self.name).ok_or(self.gone())?;
        let found = file.seen.get(at as usize..at as usize + buf.len());
        buf.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn write_at(&self, at: u64, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.disk.operate()?;
        let file = state.files.get_mut(&self.name).ok_or(self.gone())?;
        let at = at as usize;
        let room = file.seen.get_mut(at..at + bytes.len());
        room.ok_or(io::ErrorKind::StorageFull)?.copy_from_slice(bytes);
        let (first, end) = (at / SECTOR_BYTES, (at + bytes.len()).div_ceil(SECTOR_BYTES));
        for sector in first..end {
            let start = sector * SECTOR_BYTES;
            let stop = (start + SECTOR_BYTES).min(file.seen.len());
            file.unsynced.push((start, file.seen[start..stop].to_vec()));
        }
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = self.disk.operate()?;
        let file = state.files.get_mut(&self.name).ok_or(self.gone())?;
        file.durable = file.seen.clone();
        file.unsynced.clear();
        Ok(())
    }
}
