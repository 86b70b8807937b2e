//! A disk that does everything disks were seen to do. Writes stay in its cache until a sync; a power
//! cut keeps, loses or tears each sector of the cache by itself, so that order between syncs means
//! nothing. It fails by rate, by place in the run or by hand, and can record what was asked of it.
//! `disk/contents.rs` is one file, `disk/platter.rs` all of them, `disk/faults.rs` what goes wrong.

pub mod contents;
pub mod faults;
mod platter;
pub mod trace;

#[cfg(test)]
mod tests;

use crate::chance::Chance;
use contents::Fate;
use faults::{FaultRates, Faults};
use journal::{Disk, DiskFile};
use platter::{FileId, Platter};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use trace::Traced;

/// A simulated disk; clones are the same disk. [`SimDisk::copy`] makes another one.
#[derive(Clone, Debug)]
pub struct SimDisk {
    platter: Arc<Mutex<Platter>>,
    /// Which start of the program this handle belongs to; handles of earlier starts are dead.
    start: u64,
}

/// A sector that was written and not synced.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unsynced {
    /// The file.
    pub file: String,
    /// Number of the sector in it.
    pub sector: u64,
    /// How often it was written since the last sync.
    pub writes: usize,
}

impl SimDisk {
    /// An empty disk without faults, whose power cuts draw from `chance`.
    pub fn new(chance: Chance) -> SimDisk {
        SimDisk { platter: Arc::new(Mutex::new(Platter::new(chance))), start: 0 }
    }

    /// The disk on which all of `trace` was done.
    pub fn replayed(trace: &[Traced]) -> SimDisk {
        let disk = SimDisk::new(Chance::new(0));
        trace.iter().for_each(|done| disk.lock().redo(done));
        disk
    }

    /// Does one more thing that was recorded.
    pub fn redo(&self, done: &Traced) {
        self.lock().redo(done);
    }

    /// Another disk with the same contents, cache included, and no faults.
    pub fn copy(&self) -> SimDisk {
        let mut platter = self.lock().clone();
        platter.faults = Faults::default();
        platter.trace = None;
        let start = platter.start;
        SimDisk { platter: Arc::new(Mutex::new(platter)), start }
    }

    /// From now on faults come at these rates.
    pub fn set_rates(&self, rates: FaultRates) {
        self.lock().faults.rates = rates;
    }

    /// The disk lies: syncs succeed and keep nothing. To prove that the auditor notices.
    pub fn lie_about_syncs(&self) {
        self.lock().faults.lies = true;
    }

    /// No faults until the guard is dropped: the auditor's own looks are not part of the ordeal.
    pub fn calm(&self) -> Calm {
        self.lock().faults.calm += 1;
        Calm { disk: self.clone() }
    }

    /// Bytes of all files together at most; `None` is a disk without end.
    pub fn set_capacity(&self, bytes: Option<u64>) {
        self.lock().faults.capacity = bytes;
    }

    /// Power fails in the middle of the changing operation that is `ahead` away; zero is the next one.
    pub fn cut_power_in(&self, ahead: u64) {
        let mut platter = self.lock();
        platter.faults.cut_at = Some(platter.operations + ahead);
    }

    /// Power is off since [`SimDisk::cut_power_in`] took effect.
    pub fn is_dark(&self) -> bool {
        self.lock().faults.dark
    }

    /// Power fails now, if it did not yet, and comes back: each unsynced sector is kept, lost or torn
    /// by chance. Older handles are dead; returns a new one.
    pub fn power_cycle(&self) -> SimDisk {
        let mut platter = self.lock();
        let mut chance = platter.chance.fork(&format!("cut {}", platter.start));
        platter.settle(|unsynced| Fate::drawn(&mut chance, unsynced.writes));
        self.next_start(&mut platter)
    }

    /// Power fails and `fate` says what becomes of each unsynced sector, which [`SimDisk::unsynced`] lists.
    pub fn power_cycle_with(&self, fate: impl FnMut(&Unsynced) -> Fate) -> SimDisk {
        let mut platter = self.lock();
        platter.settle(fate);
        self.next_start(&mut platter)
    }

    /// Only the program dies: the operating system keeps what was written. Older handles are dead.
    pub fn next_program(&self) -> SimDisk {
        let mut platter = self.lock();
        assert!(!platter.faults.dark, "without power no program starts");
        self.next_start(&mut platter)
    }

    fn next_start(&self, platter: &mut Platter) -> SimDisk {
        platter.start += 1;
        platter.faults.power_on();
        SimDisk { platter: Arc::clone(&self.platter), start: platter.start }
    }

    /// The operating system forgets its cache: what it took for written and was not is gone from sight.
    pub fn evict(&self) {
        self.lock().evict();
    }

    /// Sectors that a power cut now could lose.
    pub fn unsynced(&self) -> Vec<Unsynced> {
        self.lock().unsynced()
    }

    /// Changing operations so far: create, write, sync, replace, remove.
    pub fn operations(&self) -> u64 {
        self.lock().operations
    }

    /// Faults so far, by kind.
    pub fn fault_counts(&self) -> faults::Counts {
        self.lock().faults.counts.clone()
    }

    /// Nanoseconds that operations took since this was last asked; a slow disk takes longer.
    pub fn take_delay_ns(&self) -> u64 {
        std::mem::take(&mut self.lock().faults.delay_ns)
    }

    /// Records what is done from now on.
    pub fn record(&self) {
        self.lock().trace = Some(Vec::new());
    }

    /// What was recorded so far.
    pub fn trace(&self) -> Vec<Traced> {
        self.lock().trace.clone().unwrap_or_default()
    }

    /// Names of all files.
    pub fn names(&self) -> Vec<String> {
        self.lock().names.keys().cloned().collect()
    }

    /// A file's bytes as a program sees them, past all faults; empty if there is none.
    pub fn bytes(&self, name: &str) -> Vec<u8> {
        self.lock().by_name(name).map(|file| file.seen().to_vec()).unwrap_or_default()
    }

    /// Changes a file at rest, behind everyone's back: `change` gets what is stored and seen.
    ///
    /// # Panics
    /// If there is no such file.
    pub fn tamper(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        self.lock().tamper(name, change);
    }

    /// Every byte string a thief could read from the disk: each file as seen and as stored.
    pub fn for_each_stored(&self, mut look: impl FnMut(&str, &[u8])) {
        self.lock().for_each_stored(&mut look);
    }

    fn lock(&self) -> MutexGuard<'_, Platter> {
        self.platter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Refuses handles from before the last start, and everything while power is off.
    fn alive(&self) -> io::Result<MutexGuard<'_, Platter>> {
        let platter = self.lock();
        if platter.start != self.start {
            return Err(io::Error::other("this handle is of a program that ended"));
        }
        if platter.faults.dark {
            return Err(io::Error::other("power is off"));
        }
        Ok(platter)
    }
}

/// While this lives its disk has no faults by rate.
#[derive(Debug)]
pub struct Calm {
    disk: SimDisk,
}

impl Drop for Calm {
    fn drop(&mut self) {
        self.disk.lock().faults.calm -= 1;
    }
}

impl Disk for SimDisk {
    type File = SimFile;

    fn create(&self, name: &str, bytes: u64) -> io::Result<SimFile> {
        let file = self.alive()?.create(name, bytes)?;
        Ok(SimFile { disk: self.clone(), file })
    }

    fn open(&self, name: &str) -> io::Result<Option<SimFile>> {
        let mut platter = self.alive()?;
        platter.faults.before_read(name)?;
        let file = platter.names.get(name).copied();
        Ok(file.map(|file| SimFile { disk: self.clone(), file }))
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let mut platter = self.alive()?;
        platter.faults.before_read(folder)?;
        let start = format!("{folder}/");
        let inside = platter.names.keys().filter_map(|name| name.strip_prefix(&start));
        Ok(inside.filter(|name| !name.contains('/')).map(str::to_owned).collect())
    }

    fn read_whole(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        let mut platter = self.alive()?;
        platter.faults.before_read(name)?;
        Ok(platter.by_name(name).map(|file| file.seen().to_vec()))
    }

    fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.alive()?.replace(name, bytes)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.alive()?.remove(name)
    }

    /// Here, what a real disk does in the background is done at once; it may fail like everything else.
    fn prepare_ahead(&self, name: String, bytes: u64) {
        let _ = self.alive().and_then(|mut platter| platter.create(&name, bytes));
    }
}

/// An open file of a [`SimDisk`].
#[derive(Clone, Debug)]
pub struct SimFile {
    disk: SimDisk,
    file: FileId,
}

impl DiskFile for SimFile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.disk.alive()?.by_id(self.file)?.seen().len() as u64)
    }

    fn read_at(&self, at: u64, buf: &mut [u8]) -> io::Result<()> {
        let mut platter = self.disk.alive()?;
        platter.faults.before_read("a file")?;
        platter.by_id(self.file)?.read(at, buf)
    }

    fn write_at(&self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.disk.alive()?.write(self.file, at, bytes)
    }

    fn sync(&self) -> io::Result<()> {
        self.disk.alive()?.sync(self.file)
    }
}
