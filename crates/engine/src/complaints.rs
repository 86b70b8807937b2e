//! Complaints: by when each is answered, by whom, and that the second answer is somebody else's. What is said stays in the
//! journal, under the customer's key; the state knows the records.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;
use terms::{AccountId, PartyId, TimeNs, TransferId};

/// Where a complaint stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum ComplaintStatus {
    /// It waits for the first answer.
    Open = 1,
    /// It was answered once.
    Answered = 2,
    /// The customer was not satisfied: it waits for the answer of somebody else.
    Raised = 3,
    /// It was answered by somebody else, for good.
    Closed = 4,
    /// The customer took it back.
    Withdrawn = 5,
}

impl ComplaintStatus {
    /// All, in the order of their numbers.
    pub const ALL: [ComplaintStatus; 5] = [
        ComplaintStatus::Open,
        ComplaintStatus::Answered,
        ComplaintStatus::Raised,
        ComplaintStatus::Closed,
        ComplaintStatus::Withdrawn,
    ];

    /// One word for programs, `answered`.
    pub fn word(self) -> &'static str {
        match self {
            ComplaintStatus::Open => "open",
            ComplaintStatus::Answered => "answered",
            ComplaintStatus::Raised => "raised",
            ComplaintStatus::Closed => "closed",
            ComplaintStatus::Withdrawn => "withdrawn",
        }
    }

    /// It waits for an answer.
    pub fn waits(self) -> bool {
        matches!(self, ComplaintStatus::Open | ComplaintStatus::Raised)
    }
}

/// A complaint as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComplaintRow {
    /// Whose it is.
    pub party: PartyId,
    /// The account it is about; zero for none.
    pub account: AccountId,
    /// The payment it is about; zero for none.
    pub subject: TransferId,
    /// When it was filed.
    pub filed: TimeNs,
    /// By when it is answered, or was to be.
    pub due: TimeNs,
    /// Where it stands.
    pub status: ComplaintStatus,
    /// Who answered last; empty for nobody.
    pub answered_by: String,
    /// Its time was extended.
    pub extended: bool,
    /// The records of the complaint itself and of what was done about it, the first first.
    pub steps: Vec<u64>,
}

/// All complaints; those of a party, and those that wait, by when they are due.
#[derive(Clone, Debug, Default)]
pub(crate) struct Complaints {
    pub(crate) rows: BTreeMap<u128, ComplaintRow>,
    of: BTreeSet<(u128, u128)>,
    pub(crate) waiting: BTreeSet<(TimeNs, u128)>,
}

impl Complaints {
    pub(crate) fn insert(&mut self, id: u128, row: ComplaintRow) {
        self.of.insert((row.party.0, id));
        if row.status.waits() {
            self.waiting.insert((row.due, id));
        }
        self.rows.insert(id, row);
    }

    /// Whoever was forgotten waits for no answer.
    pub(crate) fn forget(&mut self, party: u128) {
        let ids: Vec<u128> = self.of(PartyId(party)).map(|(id, _)| id.0).collect();
        for id in ids {
            let Some(row) = self.rows.get_mut(&id).filter(|row| row.status.waits()) else {
                continue;
            };
            self.waiting.remove(&(row.due, id));
            row.status = ComplaintStatus::Withdrawn;
        }
    }

    pub(crate) fn of(
        &self,
        party: PartyId,
    ) -> impl DoubleEndedIterator<Item = (TransferId, &ComplaintRow)> {
        let ids = self.of.range((party.0, 0)..=(party.0, u128::MAX));
        ids.filter_map(|(_, id)| Some((TransferId(*id), self.rows.get(id)?)))
    }
}
