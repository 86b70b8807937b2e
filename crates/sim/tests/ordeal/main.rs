//! The ordeal as tests, one program: a sample of seeds, a crash at every operation, a flip of every
//! byte, planted bugs that the auditor must catch, and every decoder fed what nobody would write.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on says where and ends"
)]

mod seeds;
mod plants;
mod crash;
mod tamper;
mod names;
mod decoders;
mod kill;
mod recorded;
