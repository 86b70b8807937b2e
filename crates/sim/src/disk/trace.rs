//! What was asked of a disk, in order, so that a run can be done again up to any point.

/// One thing that changed the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Traced {
    /// A file of zeros was made.
    Create {
        /// Its name.
        name: String,
        /// Its length.
        bytes: u64,
    },
    /// Bytes were taken into the cache.
    Write {
        /// The file.
        name: String,
        /// Where.
        at: u64,
        /// What.
        bytes: Vec<u8>,
    },
    /// A file's cache was made safe.
    Sync {
        /// The file.
        name: String,
    },
    /// A small file was replaced whole.
    Replace {
        /// Its name.
        name: String,
        /// All of its bytes.
        bytes: Vec<u8>,
    },
    /// A file was removed.
    Remove {
        /// Its name.
        name: String,
    },
}
