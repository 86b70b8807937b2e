//! The memory of the bank: events for good, in order, with proofs. Read in this order: `record` (an
//! event as bytes), `batch` and `segment` (where they lie), `commit` (how they become durable),
//! `recover` (what a start finds), then what is made of them: `scan`, `tiles`, `checkpoint`, `audit`.
//! Beside the journal lie `snapshot`s of the engine's state and the `vault` with the keys of persons.
//! Nothing here decides anything, and nothing reads a clock.

mod cbor;
mod outcome;
pub mod record;
mod act;
mod faults;
pub mod batch;
pub mod segment;
pub mod disk;
pub mod backend;
pub mod journal;
mod index;
pub mod commit;
pub mod recover;
pub mod scan;
mod span;
mod tiles;
pub mod checkpoint;
pub mod sm2_line;
mod receipt;
pub mod audit;
pub mod entropy;
pub mod keys;
pub mod snapshot;
pub mod vault;
#[cfg(feature = "testing")]
pub mod testing;

pub use audit::{AuditReport, Finding, audit_structure};
pub use backend::files::Files;
pub use batch::{BatchHeader, StoredBatch};
pub use cbor::{DecodeError, Fault};
pub use checkpoint::PublishFailed;
pub use commit::{CommitFailed, Committed, PendingBatch};
pub use disk::{Disk, DiskFile};
pub use entropy::{Entropy, OsEntropy};
pub use journal::{Journal, Options, ReadFailed, Reader};
pub use recover::{OpenFailed, Recovered, TornTail};
pub use scan::Scan;
pub use sm2_line::Sm2Key;
pub use span::Span;
pub use vault::{SealFailed, Unreadable, Vault, VaultFailed};
