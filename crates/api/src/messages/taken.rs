//! What became of a message: one item for each payment of it, as it is kept and as it is told. What a report says is
//! made of it each time anew, so that a payment somebody released since is told as it is now.

use iso20022::{Reason, Status, Uetr};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use terms::TransferId;

/// Longest name that a report may repeat (`Max35Text`).
pub const NAME_MAX: usize = 35;

/// A message that was taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Who sent it, as the door knows it.
    pub sender: String,
    /// Its `MsgId`.
    pub message: String,
    /// What it is, such as `pain.001.001.10`.
    pub definition: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub digest: String,
    /// Its `CreDtTm`.
    pub created: String,
    /// When it was handed in, in nanoseconds since 1970; zero if it was before that was kept.
    #[serde(default)]
    pub received_ns: u64,
    /// Who handed it in; empty for the bank's own folder and command line.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub by: String,
    /// How many payments it says it has.
    pub payments: u64,
    /// The sum it says.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sum: Option<String>,
    /// From which bank it is, of a message between banks.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bank: Option<String>,
    /// Why nothing of it was done, if so; it has no items then.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub refused: Vec<Why>,
    /// Its blocks, in order; none in a message between banks.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub blocks: Vec<BlockTaken>,
    /// Its payments, in order.
    #[serde(default)]
    pub items: Vec<Item>,
}

/// A block of a customer's file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockTaken {
    /// `PmtInfId`.
    pub id: String,
    /// Why none of its payments could be done, if so.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub refused: Vec<Why>,
}

/// A reason, as a report gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// Its code.
    #[serde(serialize_with = "code_of_reason", deserialize_with = "reason_of_code")]
    pub reason: Reason,
    /// The same in words.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub text: String,
}

/// One payment of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its block's place.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub block: Option<u32>,
    /// `InstrId`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub instruction: Option<Box<str>>,
    /// `EndToEndId`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub end_to_end: Option<Box<str>>,
    /// `TxId`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub transaction: Option<Box<str>>,
    /// `UETR`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[serde(serialize_with = "text_of_uetr", deserialize_with = "uetr_of_text")]
    pub uetr: Option<Uetr>,
    /// Its number in the ledger, if it came that far.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[serde(serialize_with = "hex_of_id", deserialize_with = "id_of_hex")]
    pub id: Option<TransferId>,
    /// What became of it.
    #[serde(serialize_with = "code_of_status", deserialize_with = "status_of_code")]
    pub status: Status,
    /// Why.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub why: Vec<Why>,
}

impl Why {
    /// A reason in its own words.
    pub fn of(reason: Reason, text: impl Into<String>) -> Why {
        Why { reason, text: text.into() }
    }
}

impl Item {
    /// One that was not looked at yet.
    pub fn received() -> Item {
        Item {
            block: None,
            instruction: None,
            end_to_end: None,
            transaction: None,
            uetr: None,
            id: None,
            status: Status::RCVD,
            why: Vec::new(),
        }
    }

    /// It is not done.
    pub fn reject(&mut self, why: impl IntoIterator<Item = Why>) {
        self.status = Status::RJCT;
        self.why = why.into_iter().collect();
    }
}

impl Taken {
    /// The status of the whole.
    pub fn group_status(&self) -> Status {
        if !self.refused.is_empty() {
            return Status::RJCT;
        }
        let all = Status::of_group(self.items.iter().map(|item| item.status));
        all.unwrap_or(Status::RJCT)
    }

    /// Payments with this status.
    pub fn count(&self, status: Status) -> usize {
        self.items.iter().filter(|item| item.status == status).count()
    }
}

/// A name that a report may repeat; one that is too long or empty is left out.
pub fn repeatable(name: Option<&str>) -> Option<Box<str>> {
    let name = name?;
    let fits = (1..=NAME_MAX).contains(&name.chars().count());
    fits.then(|| name.into())
}

/// A number of the ledger as messages carry it: 32 hexadecimal digits.
pub fn reference(id: TransferId) -> String {
    format!("{:032x}", id.0)
}

/// Back from a message.
pub fn referenced(text: &str) -> Option<TransferId> {
    let shaped = text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
    shaped.then(|| u128::from_str_radix(text, 16).ok().map(TransferId))?
}

fn wrong<T, E: serde::de::Error>(found: Option<T>, what: &str) -> Result<T, E> {
    found.ok_or_else(|| E::custom(format!("not {what}")))
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn code_of_reason<S: Serializer>(reason: &Reason, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(reason.code())
}

fn reason_of_code<'de, D: Deserializer<'de>>(from: D) -> Result<Reason, D::Error> {
    wrong(Reason::parse(&String::deserialize(from)?), "a reason code")
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn code_of_status<S: Serializer>(status: &Status, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(status.code())
}

fn status_of_code<'de, D: Deserializer<'de>>(from: D) -> Result<Status, D::Error> {
    wrong(Status::parse(&String::deserialize(from)?), "a status")
}

fn text_of_uetr<S: Serializer>(uetr: &Option<Uetr>, to: S) -> Result<S::Ok, S::Error> {
    uetr.map(|uetr| uetr.to_string()).serialize(to)
}

fn uetr_of_text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Uetr>, D::Error> {
    match Option::<String>::deserialize(from)? {
        Some(text) => wrong(Uetr::parse(&text), "a UETR").map(Some),
        None => Ok(None),
    }
}

fn hex_of_id<S: Serializer>(id: &Option<TransferId>, to: S) -> Result<S::Ok, S::Error> {
    id.map(reference).serialize(to)
}

fn id_of_hex<'de, D: Deserializer<'de>>(from: D) -> Result<Option<TransferId>, D::Error> {
    match Option::<String>::deserialize(from)? {
        Some(text) => wrong(referenced(&text), "an id").map(Some),
        None => Ok(None),
    }
}
