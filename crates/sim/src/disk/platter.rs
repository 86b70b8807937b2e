//! All files of a disk and their names. Every changing operation counts, asks the faults first and is
//! recorded when somebody wants that.

use super::Unsynced;
use super::contents::{Contents, Fate, SECTOR_BYTES};
use super::faults::Faults;
use super::trace::Traced;
use crate::chance::Chance;
use std::collections::BTreeMap;
use std::io;

/// A file whatever its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FileId(u64);

/// The contents of a disk.
#[derive(Clone, Debug)]
pub(super) struct Platter {
    pub chance: Chance,
    pub faults: Faults,
    pub start: u64,
    pub operations: u64,
    pub trace: Option<Vec<Traced>>,
    pub names: BTreeMap<String, FileId>,
    files: BTreeMap<FileId, Contents>,
    /// Names whose change a power cut may take back, each with what stood there before.
    unsynced_names: BTreeMap<String, Option<FileId>>,
    next_file: u64,
}

impl Platter {
    pub fn new(chance: Chance) -> Platter {
        let faults = Faults { chance: chance.fork("faults"), ..Faults::default() };
        Platter {
            chance,
            faults,
            start: 0,
            operations: 0,
            trace: None,
            names: BTreeMap::new(),
            files: BTreeMap::new(),
            unsynced_names: BTreeMap::new(),
            next_file: 0,
        }
    }

    pub fn by_name(&self, name: &str) -> Option<&Contents> {
        self.files.get(self.names.get(name)?)
    }

    pub fn by_id(&self, file: FileId) -> io::Result<&Contents> {
        self.files.get(&file).ok_or_else(|| io::Error::other("no such file on this disk"))
    }

    fn by_id_mut(&mut self, file: FileId) -> io::Result<&mut Contents> {
        self.files.get_mut(&file).ok_or_else(|| io::Error::other("no such file on this disk"))
    }

    fn name_of(&self, file: FileId) -> String {
        let found = self.names.iter().find(|(_, id)| **id == file);
        found.map_or_else(|| "a removed file".to_owned(), |(name, _)| name.clone())
    }

    /// Counts an operation; true when power fails in the middle of it.
    fn begin(&mut self) -> bool {
        let number = self.operations;
        self.operations += 1;
        self.faults.take_time();
        self.faults.cuts_power(number)
    }

    fn note(&mut self, done: impl FnOnce() -> Traced) {
        if let Some(trace) = &mut self.trace {
            trace.push(done());
        }
    }

    pub fn create(&mut self, name: &str, bytes: u64) -> io::Result<FileId> {
        let cut = self.begin();
        if self.names.contains_key(name) {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, name.to_owned()));
        }
        self.check_room(name, bytes)?;
        let file = self.add(vec![0; bytes as usize]);
        self.names.insert(name.to_owned(), file);
        self.unsynced_names.insert(name.to_owned(), None);
        if cut {
            return Err(dark());
        }
        self.sync_folder(name);
        self.note(|| Traced::Create { name: name.to_owned(), bytes });
        Ok(file)
    }

    pub fn replace(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let cut = self.begin();
        self.check_room(name, bytes.len() as u64)?;
        let failed = !cut && self.faults.chance.hits(self.faults.rates.replace_error);
        if failed && self.faults.chance.hits(5_000) {
            return Err(self.faults.fail("replace error", io::ErrorKind::Other, name));
        }
        let file = self.add(bytes.to_vec());
        let before = self.names.insert(name.to_owned(), file);
        self.unsynced_names.entry(name.to_owned()).or_insert(before);
        if cut {
            return Err(dark());
        }
        if failed {
            return Err(self.faults.fail("replace error", io::ErrorKind::Other, name));
        }
        self.sync_folder(name);
        self.note(|| Traced::Replace { name: name.to_owned(), bytes: bytes.to_vec() });
        Ok(())
    }

    pub fn remove(&mut self, name: &str) -> io::Result<()> {
        let cut = self.begin();
        if let Some(before) = self.names.remove(name) {
            self.unsynced_names.entry(name.to_owned()).or_insert(Some(before));
        }
        if cut {
            return Err(dark());
        }
        self.note(|| Traced::Remove { name: name.to_owned() });
        Ok(())
    }

    pub fn write(&mut self, file: FileId, at: u64, bytes: &[u8]) -> io::Result<()> {
        let cut = self.begin();
        let rates = self.faults.rates;
        let name = self.name_of(file);
        if !cut && self.faults.chance.hits(rates.write_error) {
            return Err(self.faults.fail("write error", io::ErrorKind::Other, &name));
        }
        if !cut && self.faults.chance.hits(rates.short_write) {
            let taken = self.faults.chance.place(bytes.len().max(1));
            self.by_id_mut(file)?.write(at, &bytes[..taken])?;
            return Err(self.faults.fail("short write", io::ErrorKind::WriteZero, &name));
        }
        let at = self.misdirect(file, at, bytes.len())?;
        self.by_id_mut(file)?.write(at, bytes)?;
        if cut {
            return Err(dark());
        }
        self.note(|| Traced::Write { name, at, bytes: bytes.to_vec() });
        Ok(())
    }

    pub fn sync(&mut self, file: FileId) -> io::Result<()> {
        if self.begin() {
            return Err(dark());
        }
        let name = self.name_of(file);
        if self.faults.chance.hits(self.faults.rates.sync_error) {
            if self.faults.chance.hits(5_000) {
                self.faults.note("lost by a failed sync");
                self.by_id_mut(file)?.forget();
            }
            return Err(self.faults.fail("sync error", io::ErrorKind::Other, &name));
        }
        if !self.faults.lies {
            self.by_id_mut(file)?.sync();
        }
        self.note(|| Traced::Sync { name });
        Ok(())
    }

    /// Where a write really lands.
    fn misdirect(&mut self, file: FileId, at: u64, bytes: usize) -> io::Result<u64> {
        if !self.faults.chance.hits(self.faults.rates.misdirected) {
            return Ok(at);
        }
        let room = self.by_id(file)?.seen().len().saturating_sub(bytes);
        // Half the time exactly where another batch could stand.
        let align = self.faults.chance.one_of(&[SECTOR_BYTES, 8 * SECTOR_BYTES]);
        let landed = (self.faults.chance.place(room / align + 1) * align) as u64;
        if landed != at {
            self.faults.note("misdirected write");
        }
        Ok(landed)
    }

    /// Does again what was recorded.
    pub fn redo(&mut self, done: &Traced) {
        let redone = match done {
            Traced::Create { name, bytes } => self.create(name, *bytes).map(|_| ()),
            Traced::Replace { name, bytes } => self.replace(name, bytes),
            Traced::Remove { name } => self.remove(name),
            Traced::Write { name, at, bytes } => match self.names.get(name) {
                Some(file) => self.write(*file, *at, bytes),
                None => Err(io::ErrorKind::NotFound.into()),
            },
            Traced::Sync { name } => match self.names.get(name) {
                Some(file) => self.sync(*file),
                None => Err(io::ErrorKind::NotFound.into()),
            },
        };
        assert!(redone.is_ok(), "what was done once can be done again: {done:?}: {redone:?}");
    }

    /// Power fails: names and sectors that were not safe get their fate.
    pub fn settle(&mut self, mut fate: impl FnMut(&Unsynced) -> Fate) {
        for (name, before) in std::mem::take(&mut self.unsynced_names) {
            let asked = Unsynced { file: name.clone(), sector: NAME, writes: 1 };
            if fate(&asked) == Fate::After(0) {
                match before {
                    Some(file) => self.names.insert(name, file),
                    None => self.names.remove(&name),
                };
            }
        }
        let named: BTreeMap<FileId, &String> =
            self.names.iter().map(|(name, file)| (*file, name)).collect();
        self.files.retain(|file, _| named.contains_key(file));
        for (file, contents) in &mut self.files {
            contents.settle(|sector, writes| {
                fate(&Unsynced { file: named[file].clone(), sector, writes })
            });
        }
        self.faults.dark = true;
    }

    pub fn unsynced(&self) -> Vec<Unsynced> {
        let names = self.unsynced_names.keys();
        let mut all: Vec<Unsynced> =
            names.map(|name| Unsynced { file: name.clone(), sector: NAME, writes: 1 }).collect();
        for (file, contents) in &self.files {
            let name = self.name_of(*file);
            all.extend(contents.unsynced().map(|(sector, writes)| Unsynced {
                file: name.clone(),
                sector,
                writes,
            }));
        }
        all
    }

    pub fn evict(&mut self) {
        self.files.values_mut().for_each(Contents::evict);
    }

    pub fn tamper(&mut self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let file = self.names.get(name).copied();
        let contents = file.and_then(|file| self.files.get_mut(&file));
        assert!(contents.is_some(), "there is no file {name} to tamper with");
        if let Some(contents) = contents {
            contents.tamper(change);
        }
    }

    pub fn for_each_stored(&self, look: &mut dyn FnMut(&str, &[u8])) {
        for (file, contents) in &self.files {
            let name = self.name_of(*file);
            look(&name, contents.seen());
            let stored = contents.stored();
            if stored != contents.seen() {
                look(&name, &stored);
            }
        }
    }

    fn add(&mut self, bytes: Vec<u8>) -> FileId {
        let file = FileId(self.next_file);
        self.next_file += 1;
        self.files.insert(file, Contents::new(bytes));
        file
    }

    fn check_room(&mut self, name: &str, bytes: u64) -> io::Result<()> {
        let used: u64 = self.names.values().map(|f| self.files[f].seen().len() as u64).sum();
        let full = self.faults.capacity.is_some_and(|capacity| used + bytes > capacity);
        if full || self.faults.chance.hits(self.faults.rates.no_space) {
            return Err(self.faults.fail("disk full", io::ErrorKind::StorageFull, name));
        }
        Ok(())
    }

    /// The folder of `name` is safe on the disk, and with it every change of a name in it.
    fn sync_folder(&mut self, name: &str) {
        let folder =
            |name: &str| name.rsplit_once('/').map_or(String::new(), |(f, _)| f.to_owned());
        let synced = folder(name);
        self.unsynced_names.retain(|other, _| folder(other) != synced);
        self.drop_nameless();
    }

    /// Files without a name that no power cut can bring back, unless a program may have them open.
    fn drop_nameless(&mut self) {
        let Platter { files, names, unsynced_names, .. } = self;
        files.retain(|file, _| {
            names.values().any(|named| named == file)
                || unsynced_names.values().flatten().any(|before| before == file)
        });
    }
}

/// In [`Unsynced::sector`]: not a sector but the file's name is unsafe.
pub(super) const NAME: u64 = u64::MAX;

fn dark() -> io::Error {
    io::Error::other("power failed")
}
