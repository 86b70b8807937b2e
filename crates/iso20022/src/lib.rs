//! ISO 20022 for a bank: bytes become checked messages, messages become bytes that the standard's schemas accept.
//! Begin with `version` (which messages), `parts` (a document as a stream of parts), `initiation` (a customer's
//! file of payments). Below them: `guard` and `scan` (XML, strictly), `schema` and `checker` (what may stand where),
//! `tree` (one part). It knows no network, no disk and no ledger.

mod limits;
mod reason;
mod refused;
mod decimal;
mod calendar;
mod text;
mod guard;
mod scan;
mod schema;
mod version;
mod checker;
mod tree;
mod found;
mod writer;
mod ids;
mod party;
mod payment;
mod header;
mod parts;
mod tally;
mod initiation;
mod bank;
mod transfer;
mod status;
mod payback;
mod statement;
mod message;
mod sample;

pub use bank::{BankHeader, BankReader};
pub use decimal::Decimal;
pub use found::{Money, Unfit};
pub use header::Header;
pub use ids::{PaymentName, Uetr};
pub use initiation::{
    Block, InitiationHeader, InitiationItem, InitiationReader, InitiationWriter, Order,
};
pub use limits::Limits;
pub use message::{Message, open};
pub use party::{Account, AccountNumber, Address, Agent, Identity, OtherId, Party};
pub use payback::{Payback, PaybackReader, PaybackWriter};
pub use payment::{ChargeBearer, NOT_PROVIDED, PaymentIds, PaymentType, Remarks, Remittance};
pub use reason::Reason;
pub use refused::{Fault, Place, ReadError, Refused};
pub use sample::sample;
pub use statement::{
    Balance, BalanceKind, BankCode, Detail, Direction, Entry, EntryStatus, Statement,
    StatementHeader, StatementItem, StatementReader, StatementWriter,
};
pub use status::{
    BlockStatus, GroupStatus, PaymentStatus, ReportHeader, Status, StatusItem, StatusReader,
    StatusReason, StatusWriter,
};
pub use tally::Totals;
pub use transfer::{CreditTransfer, TransferReader, TransferWriter};
pub use version::{Kind, Version};
pub use writer::{WriteError, Written};
