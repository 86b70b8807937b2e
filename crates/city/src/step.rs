//! What the town says to its bank, one item at a time, with the answer it expects.

use crate::identity::Fields;
pub use crate::truth::Expected;
use terms::{Command, PartyId, PartyKind, TimeNs, TransferId};

/// One item. Whoever takes it makes exactly one command of it, and `expect` is the bank's answer.
///
/// A linked command and the step behind it have the same time and belong into one request: see
/// [`Step::is_linked`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// When; never earlier than the step before.
    pub time: TimeNs,
    /// The bank's answer.
    pub expect: Expected,
    /// What is said.
    pub item: Item,
}

impl Step {
    /// Stands or falls with the next step, so that the two must not be parted.
    #[inline]
    pub fn is_linked(&self) -> bool {
        match &self.item {
            Item::Ask(command) => command.is_linked(),
            Item::Register { .. } | Item::Note { .. } => false,
        }
    }
}

/// What is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A command as it stands.
    Ask(Command),
    /// A newcomer: the caller seals the fields and registers the party.
    Register {
        /// Who.
        party: PartyId,
        /// Person or organisation.
        kind: PartyKind,
        /// Name, numbers, address.
        fields: Fields,
    },
    /// A text beside a transfer: the caller seals it under the party's key and attaches it.
    Note {
        /// The transfer.
        subject: TransferId,
        /// Who wrote it.
        party: PartyId,
        /// The text.
        text: &'static str,
    },
}
