//! ISO 20022 for a bank: bytes become checked messages, messages become bytes that the standard's schemas accept.
//! Begin with `version` (which messages), `parts` (a document as a stream of parts), `initiation` (a customer's
//! file of payments). Below them: `guard` and `scan` (XML, strictly), `schema` and `checker` (what may stand where),
//! `tree` (one part). It knows no network, no disk and no ledger.

mod limits;
mod reason;
mod refused;
mod decimal;
mod calendar;
mod guard;
mod scan;
mod schema;
mod version;
mod checker;
mod tree;
mod parts;

pub use decimal::Decimal;
pub use limits::Limits;
pub use reason::Reason;
pub use refused::{Fault, Place, ReadError, Refused};
pub use version::{Kind, Version};
