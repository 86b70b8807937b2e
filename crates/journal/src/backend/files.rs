//! The real disk: files under one directory. A lock file keeps two programs from opening one bank. A
//! new segment has its blocks at once and is filled with zeros by a thread in the background, so that
//! no commit waits for it.

use crate::disk::{Disk, DiskFile};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// The file that is locked while a bank is open for writing.
const LOCK: &str = "lock";
/// Folders whose files only their owner may read.
const PRIVATE: [&str; 2] = ["keys", "vault"];
/// Ends the name of a file that is not complete yet.
const UNFINISHED: &str = "unfinished";
/// Zeros are written and synced in pieces of this size, so that few of them ever lie before a commit's
/// own bytes in the disk's queue.
static ZEROS: [u8; 1 << 18] = [0; 1 << 18];
/// A pause after each piece: at most 64 MiB of zeros a second, so that commits keep most of the disk.
const PAUSE: Duration = Duration::from_millis(4);

/// A bank's directory.
#[derive(Clone, Debug)]
pub struct Files {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    root: PathBuf,
    /// Held for as long as any clone lives; `None` when opened to read.
    lock: Option<File>,
    filling: Mutex<Option<Filling>>,
}

/// A file that is being filled with zeros. Every byte of it reads as zero from the start; what the
/// filling saves is the second write that the first sync of a fresh block costs, a third of the
/// throughput of small batches.
#[derive(Debug)]
struct Filling {
    name: String,
    enough: Arc<AtomicBool>,
    thread: JoinHandle<io::Result<()>>,
}

impl Filling {
    fn end(self) {
        self.enough.store(true, Ordering::Relaxed);
        self.thread.thread().unpark();
        // What was not filled is zero all the same.
        let _ = self.thread.join();
    }
}

impl Files {
    /// Makes the directory if it is not there, and locks it.
    ///
    /// # Errors
    /// `WouldBlock` if another program has it open; whatever the file system says.
    pub fn create(root: impl Into<PathBuf>) -> io::Result<Files> {
        let root = root.into();
        make_folders(&root)?;
        Files::open(root)
    }

    /// Locks a directory that is there.
    ///
    /// # Errors
    /// `WouldBlock` if another program has it open; `NotFound`; whatever the file system says.
    pub fn open(root: impl Into<PathBuf>) -> io::Result<Files> {
        let root = root.into();
        let path = root.join(LOCK);
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(&path)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => io::Error::new(
                io::ErrorKind::WouldBlock,
                format!("another program has the bank in {} open; stop it first", root.display()),
            ),
            TryLockError::Error(error) => error,
        })?;
        Ok(Files::with(root, Some(lock)))
    }

    /// A directory to read from, even while a program writes to it. Whatever would write fails.
    ///
    /// # Errors
    /// `NotFound` if there is no such directory; whatever the file system says.
    pub fn read_only(root: impl Into<PathBuf>) -> io::Result<Files> {
        let root = root.into();
        fs::read_dir(&root)?;
        Ok(Files::with(root, None))
    }

    fn with(root: PathBuf, lock: Option<File>) -> Files {
        Files { inner: Arc::new(Inner { root, lock, filling: Mutex::new(None) }) }
    }

    /// The directory.
    pub fn root(&self) -> &Path {
        &self.inner.root
    }

    /// The path of `name`, which cannot lead out of the directory.
    fn path(&self, name: &str) -> io::Result<PathBuf> {
        let inside = Path::new(name).components().all(|c| matches!(c, Component::Normal(_)));
        if inside && !name.is_empty() {
            return Ok(self.inner.root.join(name));
        }
        let text = format!("{name:?} is not a name inside the bank's directory");
        Err(io::Error::new(io::ErrorKind::InvalidInput, text))
    }

    fn path_to_write(&self, name: &str) -> io::Result<PathBuf> {
        if self.inner.lock.is_none() {
            let text = format!("{name} cannot be written: the bank was opened to read");
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, text));
        }
        self.path(name)
    }

    /// Makes the folder of `path` and those above it, durably.
    fn ensure_folder(&self, path: &Path) -> io::Result<PathBuf> {
        let folder = path.parent().unwrap_or(&self.inner.root).to_path_buf();
        make_folders(&folder)?;
        Ok(folder)
    }

    fn filling(&self) -> MutexGuard<'_, Option<Filling>> {
        self.inner.filling.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the background leave `name` alone, as far as it got.
    fn end_filling(&self, name: &str) {
        if let Some(filling) = self.filling().take_if(|filling| filling.name == name) {
            filling.end();
        }
    }

    /// Fills a file with zeros in the background; `make` makes it first.
    fn fill(
        &self,
        name: &str,
        bytes: u64,
        make: impl FnOnce() -> io::Result<File> + Send + 'static,
    ) {
        let mut filling = self.filling();
        if filling.as_ref().is_some_and(|earlier| !earlier.thread.is_finished()) {
            return;
        }
        let enough = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&enough);
        let work = move || fill_with_zeros(&make()?, bytes, &told);
        // Without a thread the file stays as it is, or is made when it is needed; that is only slower.
        if let Ok(thread) = thread::Builder::new().name("segment".to_owned()).spawn(work) {
            *filling = Some(Filling { name: name.to_owned(), enough, thread });
        }
    }
}

impl Disk for Files {
    type File = File;

    fn create(&self, name: &str, bytes: u64) -> io::Result<File> {
        self.end_filling(name);
        let path = self.path_to_write(name)?;
        if path.exists() {
            let text = format!("{} exists", path.display());
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, text));
        }
        self.ensure_folder(&path)?;
        let file = create_zeroed(&path, name, bytes)?;
        for at in (0..bytes).step_by(ZEROS.len()) {
            write_zeros(&file, at, bytes)?;
        }
        file.sync_data()?;
        Ok(file)
    }

    fn open(&self, name: &str) -> io::Result<Option<File>> {
        self.end_filling(name);
        let path = self.path(name)?;
        match OpenOptions::new().read(true).write(self.inner.lock.is_some()).open(path) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(self.path(folder)?) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                names.extend(entry.file_name().into_string().ok());
            }
        }
        names.retain(|name| !name.ends_with(UNFINISHED));
        names.sort_unstable();
        Ok(names)
    }

    fn read_whole(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.path(name)?) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.path_to_write(name)?;
        let folder = self.ensure_folder(&path)?;
        let unfinished = path.with_added_extension(UNFINISHED);
        let mut file = options_for(name).truncate(true).open(&unfinished)?;
        file.write_all(bytes)?;
        file.sync_data()?;
        fs::rename(&unfinished, &path)?;
        sync_folder(&folder)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let path = self.path_to_write(name)?;
        let removed = if path.is_dir() { fs::remove_dir(path) } else { fs::remove_file(path) };
        match removed {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }

    fn prepare_ahead(&self, name: String, bytes: u64) {
        let Ok(path) = self.path_to_write(&name) else { return };
        if path.exists() || self.ensure_folder(&path).is_err() {
            return;
        }
        let made = name.clone();
        self.fill(&name, bytes, move || create_zeroed(&path, &made, bytes));
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(filling) = self.filling.get_mut().unwrap_or_else(PoisonError::into_inner).take()
        {
            filling.end();
        }
    }
}

impl DiskFile for File {
    fn len(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn read_at(&self, at: u64, buf: &mut [u8]) -> io::Result<()> {
        self.read_exact_at(buf, at)
    }

    fn write_at(&self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.write_all_at(bytes, at)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }
}

/// A file of `bytes` zeros whose blocks are its own. Only when it is all there does it get its name, so
/// that a crash leaves no short segment.
fn create_zeroed(path: &Path, name: &str, bytes: u64) -> io::Result<File> {
    let unfinished = path.with_added_extension(UNFINISHED);
    let file = options_for(name).read(true).truncate(true).open(&unfinished)?;
    if bytes > 0 {
        match rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, bytes) {
            // A file system that cannot set blocks aside has them when they are written.
            Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) => file.set_len(bytes)?,
            other => other?,
        }
    }
    file.sync_all()?;
    fs::rename(&unfinished, path)?;
    sync_folder(path.parent().unwrap_or(path))?;
    Ok(file)
}

/// Writes the zeros that are there already, piece by piece, until all are written or it is enough.
fn fill_with_zeros(file: &File, bytes: u64, enough: &AtomicBool) -> io::Result<()> {
    for at in (0..bytes).step_by(ZEROS.len()) {
        if enough.load(Ordering::Relaxed) {
            break;
        }
        write_zeros(file, at, bytes)?;
        file.sync_data()?;
        // Woken when it is enough: a commit that arrives here must not wait for the pause.
        thread::park_timeout(PAUSE);
    }
    Ok(())
}

/// One piece of the zeros of a file of `bytes`.
fn write_zeros(file: &File, at: u64, bytes: u64) -> io::Result<()> {
    let piece = (bytes - at).min(ZEROS.len() as u64);
    file.write_all_at(&ZEROS[..piece as usize], at)
}

fn options_for(name: &str) -> OpenOptions {
    let private = PRIVATE.iter().any(|folder| name.split('/').next() == Some(folder));
    let mut options = OpenOptions::new();
    options.create(true).write(true).mode(if private { 0o600 } else { 0o644 });
    options
}

/// Makes a folder and those above it. A new folder is durable when the one it lies in is synced.
fn make_folders(folder: &Path) -> io::Result<()> {
    let missing: Vec<&Path> =
        folder.ancestors().take_while(|f| !f.as_os_str().is_empty() && !f.exists()).collect();
    for made in missing.iter().rev() {
        match fs::create_dir(made) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let above = made.parent().filter(|above| !above.as_os_str().is_empty());
        sync_folder(above.unwrap_or(Path::new(".")))?;
    }
    Ok(())
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
