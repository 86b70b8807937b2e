//! What the journal needs of a disk: files of a fixed size that are overwritten in place, and small
//! files that are replaced whole. `backend/files.rs` is the real one; tests bring disks that fail.
//! Names are relative to the bank's directory, with `/` between folders.

use std::io;

/// A place that keeps files. Cheap to clone; all clones are the same place.
pub trait Disk: Clone + Send + Sync + 'static {
    /// An open file of this disk.
    type File: DiskFile;

    /// Makes a new file of `bytes` zeros; when this returns, data and directory entry are durable.
    ///
    /// # Errors
    /// `AlreadyExists` if there is such a file; whatever the disk says.
    fn create(&self, name: &str, bytes: u64) -> io::Result<Self::File>;

    /// Opens a file for reading and writing; `None` if there is none.
    ///
    /// # Errors
    /// Whatever the disk says.
    fn open(&self, name: &str) -> io::Result<Option<Self::File>>;

    /// Names of the files in `folder`, without the folder, sorted; empty if there is no such folder.
    ///
    /// # Errors
    /// Whatever the disk says.
    fn list(&self, folder: &str) -> io::Result<Vec<String>>;

    /// All bytes of a file; `None` if there is none.
    ///
    /// # Errors
    /// Whatever the disk says.
    fn read_whole(&self, name: &str) -> io::Result<Option<Vec<u8>>>;

    /// Puts `bytes` under `name`: after a crash there is the old file or the new one, whole. Durable
    /// when this returns.
    ///
    /// # Errors
    /// Whatever the disk says; the old file or the new one then stands, whole.
    fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()>;

    /// Removes a file or an empty folder; what is not there is removed already.
    ///
    /// # Errors
    /// Whatever the disk says.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// A hint that `create(name, bytes)` comes soon. A disk may do it in the background; `open` of that
    /// name then waits until it is done.
    fn prepare_ahead(&self, name: String, bytes: u64) {
        let _ = (name, bytes);
    }
}

/// An open file.
#[expect(clippy::len_without_is_empty, reason = "a file of a fixed size is not a collection")]
pub trait DiskFile: Send + Sync {
    /// Its length in bytes.
    ///
    /// # Errors
    /// Whatever the disk says.
    fn len(&self) -> io::Result<u64>;

    /// Fills `buf` from position `at`.
    ///
    /// # Errors
    /// `UnexpectedEof` if the file ends before; whatever the disk says.
    fn read_at(&self, at: u64, buf: &mut [u8]) -> io::Result<()>;

    /// Writes all of `bytes` at position `at`. Not durable before `sync`; until then any part of it may
    /// be lost, in any order.
    ///
    /// # Errors
    /// Whatever the disk says.
    fn write_at(&self, at: u64, bytes: &[u8]) -> io::Result<()>;

    /// Makes durable all that was written. An error means that what was written may be lost, whatever a
    /// later call says.
    ///
    /// # Errors
    /// Whatever the disk says.
    fn sync(&self) -> io::Result<()>;
}
