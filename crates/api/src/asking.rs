//! Questions in SQL about everything that ever happened, as the API passes them on; who answers knows the tables.

use crate::problem::Problem;
use futures::future::BoxFuture;
use schemars::JsonSchema;
use serde::Serialize;

/// A question.
#[derive(Clone, Debug)]
pub struct Question {
    /// One query that only reads.
    pub text: String,
    /// Everything as of that many entries; of now if `None`.
    pub as_of: Option<u64>,
    /// Rows at most.
    pub rows_max: usize,
    /// Who asks, as the journal writes it down.
    pub asker: String,
    /// Personal data is shown in clear; otherwise it is not there.
    pub personal: bool,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Answered {
    /// The columns, in order.
    pub columns: Vec<Column>,
    /// Rows, each with a value for each column; numbers that exceed 53 bits and money are texts.
    pub rows: Vec<Vec<serde_json::Value>>,
    /// Whether there were more rows than were asked for.
    pub more: bool,
    /// How many entries of the journal the answer rests on.
    pub as_of: u64,
    /// SHA-256 over the canonical rows, in hexadecimal; empty if there were more.
    pub digest: String,
    /// The record of the journal that noted the question, with the hash of its text and this digest.
    pub record: u64,
}

/// A column of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type, as Arrow calls it.
    pub kind: String,
}

/// Answers questions.
pub trait Asking: Send + Sync + 'static {
    /// Answers one. The journal knows of it before the answer is given.
    fn ask(&self, question: Question) -> BoxFuture<'_, Result<Answered, Problem>>;
}
