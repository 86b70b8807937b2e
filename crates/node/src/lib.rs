//! The shell: the one writer, and what people may see now. Read `turn.rs` first: it is the whole write
//! path. `start.rs` brings a bank up, `inbox.rs` is the line before the writer,
//! `run.rs` gives the writer and the commit each a thread, `views.rs`
//! shows what is durable, `verify.rs` is an outsider's check of everything. The only clock is here.

mod turn;
mod admission;
mod start;
mod inbox;
mod pace;
mod run;
mod clock;
mod views;
mod statement;
mod verify;

pub use admission::{Inadmissible, Request};
pub use clock::{Clock, SystemClock};
pub use inbox::{Bar, Handle, Known, Ticket, Unanswered};
pub use journal::audit::Finding;
pub use run::{RunFailed, RunOptions, Running};
pub use start::{NodeOptions, SnapshotFailed, SnapshotUse, StartFailed, Started};
pub use statement::{DateKind, Statement, StatementFailed, StatementLine};
pub use turn::{Answer, Decided, Node, SharedViews, TurnFailed};
pub use verify::{VerifyFailed, VerifyReport, verify};
pub use views::{Balance, Views};
