//! What only whoever opened the bank knows of the machine it runs on, asked anew each time. What is not known is absent.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;
use terms::TimeNs;

/// What only whoever opened the bank knows.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    /// Room on the disk that the bank's folder lies on.
    pub disk: Option<DiskRoom>,
    /// Entries of the journal that lie in files of the tables.
    pub in_files: Option<u64>,
    /// When the API's certificate ends.
    pub certificate_until: Option<TimeNs>,
    /// Connections of the API are secured.
    pub secured: bool,
    /// The latest copy that was made with `tj backup` and verified.
    pub backup: Option<Backup>,
    /// What the start found.
    pub start: Option<Start>,
}

/// Asks for it anew; may wait for the disk.
#[derive(Clone, Default)]
pub struct Facts(Option<Arc<dyn Fn() -> Machine + Send + Sync>>);

impl fmt::Debug for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Facts").finish_non_exhaustive()
    }
}

impl Facts {
    /// By whoever knows.
    pub fn of(ask: impl Fn() -> Machine + Send + Sync + 'static) -> Facts {
        Facts(Some(Arc::new(ask)))
    }

    /// As it is now.
    pub fn now(&self) -> Machine {
        self.0.as_ref().map(|ask| ask()).unwrap_or_default()
    }
}

/// Room on a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DiskRoom {
    /// Bytes that the bank may still write.
    pub free_bytes: u64,
    /// Bytes in all.
    pub total_bytes: u64,
}

/// A copy that was made and verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Backup {
    /// When it was verified, in UTC.
    pub time: String,
    /// Where it lies.
    pub folder: String,
    /// How many entries it holds.
    pub entries: u64,
}

/// What a start found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Start {
    /// Records that were replayed.
    pub replayed: u64,
    /// Bytes of a torn tail that were cut; nobody was answered from them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cut_bytes: Option<u64>,
    /// Why no snapshot was trusted, if there are some.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub snapshot_distrusted: Option<String>,
    /// What is wrong with the vault of people's keys.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub vault_trouble: Option<String>,
}
