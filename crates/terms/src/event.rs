//! All that can have happened. An event carries the facts `evolve` needs, so that replay never asks
//! a rule, a model or a clock; a variant never changes its meaning. A refusal is an event too.

use crate::command::Command;
use crate::refusal::Refusal;
use crate::time::{Day, TimeNs};
use crate::transfer::Transfer;
use crate::verdict::Verdict;
use alloc::boxed::Box;

/// Done, or refused for one reason.
pub type Outcome = Result<(), Refusal>;

/// One record of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A transfer, a reversal of one, or an interest settlement: 160 bytes in the journal.
    Transfer(TransferEvent),
    /// Everything else: deterministic CBOR in the journal.
    Act(Box<Act>),
}

impl Event {
    /// Done or refused.
    pub fn outcome(&self) -> Outcome {
        match self {
            Event::Transfer(t) => t.outcome,
            Event::Act(a) => a.outcome,
        }
    }

    /// When it was decided; for what was imported, when it happened elsewhere.
    pub fn time(&self) -> TimeNs {
        match self {
            Event::Transfer(t) => t.transfer.timestamp,
            Event::Act(a) => a.time,
        }
    }
}

/// A transfer as decided: accepted with every open field filled in, or refused as it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransferEvent {
    /// The transfer; its timestamp is the decision's, or the given one when it was imported.
    pub transfer: Transfer,
    /// The business day it was decided on.
    pub booking_date: Day,
    /// Done or refused.
    pub outcome: Outcome,
    /// What risk control said, if it was asked.
    pub verdict: Option<Verdict>,
}

/// Any other command as decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// When it was decided.
    pub time: TimeNs,
    /// The business day it was decided on.
    pub booking_date: Day,
    /// What was asked, with open fields filled in when it was done.
    pub command: Command,
    /// Done or refused.
    pub outcome: Outcome,
}
