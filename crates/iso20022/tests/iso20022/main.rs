//! What the messages must hold: `samples` (ours, against `xmllint`), `fixtures` (other people's), `initiation` (faults
//! of a customer's file), `hostile` (files made to hurt), `random` (made and changed by chance), `reasons`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "what cannot go on in a test fails it")]

mod chance;
mod samples;
mod fixtures;
mod initiation;
mod hostile;
mod random;
mod reasons;
