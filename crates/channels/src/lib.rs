//! The doors: bytes in, answers out. Today there is one, `flight`: Arrow Flight SQL over the bank's history.
//! What doors share stands beside it: `keeper` (who may come in), `looks` (how the journal learns who looked
//! at what), `as_of` (which moment a caller means). No rule about money lives here, and no door writes to the
//! journal but through `looks`.

pub mod keeper;
pub mod looks;
mod as_of;
pub mod flight;
