//! Messages of ISO 20022 as one more way to the ledger: files of payments in, status reports out; payments from and to
//! other banks over settlement accounts; statements. Read `desk.rs` first, the way of a message; `read.rs` says what is
//! asked of the ledger, `report.rs` and `export.rs` what is told. It knows no network: whoever has a message hands it in.

mod naming;
mod taken;
mod store;
mod lines;
mod beside;
mod read;
mod desk;
mod report;
mod export;

pub use beside::{Beside, Keeps, Side};
pub use desk::{Desk, Done, NotTaken, Sender, Source};
pub use export::{NotMade, Outgoing};
pub use lines::{Line, Seen, Sent, Unreadable, Way};
pub use naming::{Counterpart, IbanRule, Naming};
pub use read::{PAYMENTS_MAX, Unread};
pub use report::write_report;
pub use store::{Began, Store, Work, put, rename};
pub use taken::{BlockTaken, Item, Taken, Why};
