//! The test vectors beside `docs/formats/journal.md`: compared with what the code says, written anew
//! with BLESS=1. `json.rs` is how they are written, the others what is in them.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says where")]

mod json;
mod records;
mod refused;
mod bank;
mod bank_events;
