//! The archive: all that ever happened, as tables anyone can ask, each row leading back to its entry.
//! Read in this order: `stored` (what lies in files), `convert` (from events to rows), `roll` (from sealed
//! segments to files), `history` (files and what is in none yet, at a moment), `views` (the tables people
//! name), `ask` (a query and its answer), `proof` (an answer that others can check). Nothing here writes to
//! the journal, and no table is trusted against it.

mod failed;
mod archive;
mod vault;
mod directory;
mod columns;
mod stored;
mod ahead;
mod convert;
mod manifest;
mod load;
mod roll;
mod history;
mod footers;
mod lookup;
mod table;
mod functions;
mod exchange;
mod small_money;
pub mod views;
mod statement;
pub mod table_functions;
pub mod docs;
mod limits;
mod snapshot;
mod canonical;
mod trouble;
mod answer;
mod ask;
mod check;
mod evidence;

pub use answer::{Answer, Told};
pub use archive::Archive;
pub use ask::{Desk, Planned};
pub use check::{CheckFailed, Checked, Verdict};
pub use evidence::{Agreed, CheckAgain, Disagreement, PROOF_BYTES_MAX, QueryProof, provable};
pub use failed::HistoryFailed;
pub use history::{AsOf, History, Moment};
pub use journal::Disk;
pub use limits::Limits;
pub use manifest::{Manifest, RolledCheckpoint, RolledFile, RolledSegment};
pub use roll::{Rolled, parquet_of};
pub use snapshot::{Ledger, Snapshot, Sums};
pub use trouble::AskFailed;
pub use vault::{NoVault, Opened, Opener};
