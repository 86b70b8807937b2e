//! Every test of the engine from outside, as one program. `plays` runs the texts under `scenarios/`;
//! `checked` is what every run must stand afterwards.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on says where and ends"
)]

mod bank;
mod checked;
mod smoke;
mod edges;
mod vectors;
mod precedence;
mod twin;
mod plays;
mod risky;
