//! The API over a real socket, a real node and a real journal on the disk. Only the gate is a double here: it knows three
//! callers by a word. The tests of the program use the real one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test ends where something is not as it should be"
)]

mod house;
mod paying;
mod accounts;
mod batches;
mod message_parts;
mod messages;
mod events;
mod rights;
mod attacks;
