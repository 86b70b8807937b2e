//! Decide and evolve. `decide` speaks of the future and may change with every release; `evolve`
//! replays the past and cannot fail: whatever could go wrong was refused by `decide`.

use crate::guard::Scratch;
use crate::state::State;
use alloc::boxed::Box;
use alloc::string::String;
use core::cell::RefCell;
use terms::{Act, Command, Day, Event, Outcome, Refusal, TimeNs, TransferId, Withdrawal};

/// The law that `decide` follows. A batch names the version its events were decided under, and is
/// judged by that version for ever.
pub const RULES_VERSION: u16 = 1;

/// The bank's state and its rules.
#[derive(Clone, Debug, Default)]
pub struct Engine {
    pub(crate) state: State,
    /// What judging a payment needs while it runs; never a part of the state.
    pub(crate) scratch: RefCell<Scratch>,
}

impl Engine {
    /// The time the next event gets when the clock says `now`: later than every event before it, until
    /// the numbers end in the year 2554.
    #[inline]
    pub fn next_time(&self, now: TimeNs) -> TimeNs {
        TimeNs(now.0.max(self.state.last_time.0.saturating_add(1)))
    }

    /// Decides one command by itself and changes nothing: same state, time and command, same event,
    /// on every machine. `LINKED` is not looked at; that is
    /// `decide_chain`'s part.
    ///
    /// `time` comes from [`Engine::next_time`].
    pub fn decide(&self, time: TimeNs, command: &Command) -> Event {
        self.decide_among(time, command, true)
    }

    /// The same for a command that stands `alone`, or is linked to others.
    pub(crate) fn decide_among(&self, time: TimeNs, command: &Command, alone: bool) -> Event {
        match command {
            Command::Transfer(transfer) => self.decide_transfer(time, transfer, alone),
            Command::Reverse { id, of, value_date } => {
                self.decide_reversal(time, *id, *of, *value_date)
            }
            Command::SettleInterest { id, account } => self.decide_interest(time, *id, *account),
            Command::Expire { pending } => self.decide_expiry(time, *pending),
            Command::CreateAccount(account) => self.decide_account(time, account),
            Command::PostEntry(entry) => self.decide_entry(time, entry),
            other => self.act(time, other.clone(), self.allow_act(other)),
        }
    }

    /// What the writer itself must ask for before it decides anything else at `now`: what is overdue, then the expiry of
    /// the pending transfer whose time was over first.
    pub fn due(&self, now: TimeNs) -> Option<Command> {
        if let Some(command) = self.overdue() {
            return Some(command);
        }
        let (expires, place) = self.state.expiries.first()?;
        let pending = TransferId(self.state.transfers.at(*place).id);
        (*expires <= now).then_some(Command::Expire { pending })
    }

    /// What the writer itself must ask for before the next command, in the middle of a request too: the end of a rule
    /// set that broke its budget.
    #[inline]
    pub fn overdue(&self) -> Option<Command> {
        let guard = &self.state.guard;
        if guard.sets.is_empty() {
            return None;
        }
        let mut in_force = guard.trial.into_iter().chain(guard.active.last().copied());
        in_force.find_map(|set| {
            let reason = self.budget_broken(set)?;
            Some(Command::WithdrawRules(Withdrawal { set, reason, by: String::new() }))
        })
    }

    /// Makes an event so. Never asks a rule, a model or a clock.
    pub fn evolve(&mut self, event: &Event) {
        match event {
            Event::Transfer(transfer) => self.evolve_transfer(transfer),
            Event::Act(act) => self.evolve_act(act),
        }
        self.state.records += 1;
    }

    /// An event for a command that is not a transfer, as it was asked.
    pub(crate) fn act(&self, time: TimeNs, command: Command, outcome: Outcome) -> Event {
        let booking_date = self.state.booking_date(time);
        Event::Act(Box::new(Act { time, booking_date, command, outcome }))
    }

    /// Refuses whatever command it is, for `refusal`.
    pub(crate) fn refuse(&self, time: TimeNs, command: &Command, refusal: Refusal) -> Event {
        match command {
            Command::Transfer(transfer) => self.transfer_refused(time, transfer, refusal),
            other => self.act(time, other.clone(), Err(refusal)),
        }
    }

    /// Records evolved so far.
    pub fn records(&self) -> u64 {
        self.state.records
    }

    /// The time of the latest event.
    pub fn last_time(&self) -> TimeNs {
        self.state.last_time
    }

    /// The business day, once the institution is open.
    pub fn business_day(&self) -> Option<Day> {
        self.state.institution.as_ref().map(|_| self.state.business_day)
    }
}
