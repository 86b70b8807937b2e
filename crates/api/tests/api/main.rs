//! The API over a real socket, a real node and a real journal on the disk. Only the gate is a double, which knows three
//! callers by a word, but in `people`: there it is the real one, with a passkey that is played.

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
mod models;
mod daily;
mod events;
mod webhooks;
mod traces;
mod rules;
mod rights;
mod attacks;
mod people;
mod secret;
mod selfcare;
mod staff;
#[path = "../../../access/src/passkey/device.rs"]
#[allow(dead_code, reason = "the tests of `access` use more of it")]
mod device;
