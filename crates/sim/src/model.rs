//! The naive twin of the ledger: everything that was done lies in one list, and every question is
//! answered by reading the whole list. Slow, short and without a line of the engine, so that the two
//! are wrong in different ways. `decide` has the rules, `sums` what the list adds up to, `history`
//! what people ask about it, `generator` random requests.

#[path = "model/decide.rs"]
mod decide;
#[path = "model/transfer.rs"]
mod transfer;
#[path = "model/entry.rs"]
mod entry;
#[path = "model/orders.rs"]
mod orders;
#[path = "model/sums.rs"]
mod sums;
#[path = "model/history.rs"]
mod history;
#[path = "model/generator.rs"]
mod generator;

pub use generator::{Generator, Seed};
pub use history::{By, Line, Phase, Statement, Stood};
pub use sums::Balance;

use std::collections::BTreeSet;
use terms::{
    AccountFlags, Command, Day, Institution, Outcome, Refusal, TimeNs, TransferFlags, TransferId,
};

/// One thing that was done.
#[derive(Clone, Debug)]
struct Done {
    /// Its number among all answers, refusals counted.
    record: u64,
    /// When.
    time: TimeNs,
    /// Its business day.
    booked: Day,
    /// What was done, nothing left open. A reversal of a transfer and a settlement stand here as the
    /// transfer they made.
    command: Command,
}

/// A bank as a list.
#[derive(Clone, Debug, Default)]
pub struct Model {
    done: Vec<Done>,
    failed: BTreeSet<TransferId>,
    last_time: TimeNs,
    records: u64,
}

impl Model {
    /// What a bank answers to a request at `now`; what is due expires before.
    pub fn apply_request(&mut self, now: TimeNs, request: &[Command]) -> Vec<Outcome> {
        self.expire_due(now);
        let imported = request.iter().find_map(is_imported);
        let mut answers = Vec::new();
        let mut chain: Vec<&Command> = Vec::new();
        for (at, command) in request.iter().enumerate() {
            chain.push(command);
            let open = command.is_linked();
            if !open || at + 1 == request.len() {
                answers.extend(self.apply_chain(now, &chain, open, imported));
                chain.clear();
            }
        }
        answers
    }

    /// All members or none.
    fn apply_chain(
        &mut self,
        now: TimeNs,
        chain: &[&Command],
        open: bool,
        imported: Option<bool>,
    ) -> Vec<Outcome> {
        let before = (self.done.len(), self.last_time, self.records);
        let mut why = None;
        for (at, command) in chain.iter().enumerate() {
            let refusal = if open && at + 1 == chain.len() {
                Some(Refusal::LinkedEventChainOpen)
            } else {
                self.apply(now, command, imported).err()
            };
            if let Some(refusal) = refusal {
                why = Some((at, refusal));
                break;
            }
        }
        let Some((failed_at, refusal)) = why else {
            return vec![Ok(()); chain.len()];
        };
        self.done.truncate(before.0);
        (self.last_time, self.records) = (before.1, before.2);
        let mut answers = Vec::new();
        let mut time = self.next_time(now);
        for (at, command) in chain.iter().enumerate() {
            let refusal = match at {
                _ if open && at + 1 == chain.len() => Refusal::LinkedEventChainOpen,
                _ if at == failed_at => refusal,
                _ => Refusal::LinkedEventFailed,
            };
            self.refuse(time, command, refusal);
            time.0 += 1;
            answers.push(Err(refusal));
        }
        answers
    }

    /// Does one command, or says why not.
    fn apply(
        &mut self,
        now: TimeNs,
        command: &Command,
        imported: Option<bool>,
    ) -> Result<(), Refusal> {
        match (imported, is_imported(command)) {
            (Some(true), Some(false)) => return Err(Refusal::ImportedEventExpected),
            (Some(false), Some(true)) => return Err(Refusal::ImportedEventNotExpected),
            _ => {}
        }
        let time = self.next_time(now);
        let command = self.decide(time, command)?;
        let own_time = match &command {
            Command::Transfer(t) => t.timestamp,
            Command::CreateAccount(a) => a.timestamp,
            _ => time,
        };
        let booked = if is_imported(&command) == Some(true) && is_transfer(&command) {
            own_time.day_at(self.offset_min())
        } else {
            self.booking_date(time)
        };
        self.done.push(Done { record: self.records, time, booked, command });
        self.records += 1;
        self.last_time = self.last_time.max(own_time);
        Ok(())
    }

    /// A refusal is an answer like any other: it has its time and its number.
    fn refuse(&mut self, time: TimeNs, command: &Command, refusal: Refusal) {
        self.records += 1;
        if is_imported(command) != Some(true) {
            self.last_time = time;
        }
        let id = match command {
            Command::Transfer(t) => Some(t.id),
            Command::PostEntry(entry) => Some(entry.id),
            Command::Reverse { id, .. } | Command::SettleInterest { id, .. } => Some(*id),
            _ => None,
        };
        if may_pass(refusal) {
            self.failed.extend(id);
        }
    }

    /// Expires what is due, the earliest end first, then the earliest made.
    fn expire_due(&mut self, now: TimeNs) {
        loop {
            let pending = self.transfers().filter(|(_, t)| t.timeout_s > 0 && self.is_pending(t));
            let ends = pending.filter_map(|(done, t)| Some((self.end_of(t)?, done.record, t.id)));
            match ends.min() {
                Some((end, _, pending)) if end <= now => {
                    let expired = self.apply(now, &Command::Expire { pending }, None);
                    assert_eq!(expired, Ok(()), "what is due can expire");
                }
                _ => return,
            }
        }
    }

    /// How many answers were given so far.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// The time of the latest answer.
    pub fn last_time(&self) -> TimeNs {
        self.last_time
    }

    /// The business day, once the institution is open.
    pub fn business_day(&self) -> Option<Day> {
        self.institution()?;
        self.done.iter().rev().find_map(|done| match &done.command {
            Command::CloseDay { next, .. } => Some(*next),
            Command::OpenInstitution(institution) => Some(institution.first_day),
            _ => None,
        })
    }

    fn institution(&self) -> Option<&Institution> {
        self.done.iter().find_map(|done| match &done.command {
            Command::OpenInstitution(institution) => Some(institution),
            _ => None,
        })
    }

    fn offset_min(&self) -> i16 {
        self.institution().map_or(0, |institution| institution.utc_offset_min)
    }

    fn next_time(&self, now: TimeNs) -> TimeNs {
        TimeNs(now.0.max(self.last_time.0 + 1))
    }

    fn booking_date(&self, time: TimeNs) -> Day {
        self.business_day().unwrap_or(time.day_at(0))
    }
}

/// Whether a command is imported, where that has a meaning.
fn is_imported(command: &Command) -> Option<bool> {
    match command {
        Command::Transfer(t) => Some(t.flags.has(TransferFlags::IMPORTED)),
        Command::CreateAccount(a) => Some(a.flags.has(AccountFlags::IMPORTED)),
        _ => None,
    }
}

fn is_transfer(command: &Command) -> bool {
    matches!(command, Command::Transfer(_))
}

/// Reasons that may pass by themselves use up the id.
fn may_pass(refusal: Refusal) -> bool {
    use Refusal::*;
    [
        DebitAccountNotFound,
        CreditAccountNotFound,
        PendingTransferNotFound,
        AccountNotFound,
        ReversedNotFound,
        InterestTermsMissing,
        NoInterestDue,
        DebitAccountAlreadyClosed,
        CreditAccountAlreadyClosed,
        ExceedsCredits,
        ExceedsDebits,
        ExceedsHold,
        ExceedsTransferLimit,
        ExceedsDailyLimit,
    ]
    .contains(&refusal)
}
