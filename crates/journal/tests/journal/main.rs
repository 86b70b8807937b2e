//! The journal as its users meet it: on a real disk, on a disk that fails, and after somebody changed it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod small_journals;
mod records;
mod crash;
mod vault;
mod published;
mod tamper;
mod golden;
mod together;
