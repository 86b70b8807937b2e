//! Judging the past: was each event what the law of its day demanded? A journal that only ever grew
//! could still have grown by what was never allowed; here every decision is taken again and compared.

use crate::chain::Chain;
use crate::engine::Engine;
use crate::exists::as_asked;
use crate::resolve::LET_GO;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use terms::{
    Account, AccountFlags, AccountId, Command, Day, Event, Refusal, TimeNs, Transfer,
    TransferEvent, TransferFlags, TransferId,
};

/// An event that the rules would have decided otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misjudged {
    /// Which event of those judged together.
    pub row: usize,
    /// What the rules demand.
    pub expected: Box<Event>,
}

impl fmt::Display for Misjudged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Event::Act(act) = &*self.expected
            && let Command::Expire { pending } = act.command
        {
            return write!(f, "the rules would have let pending transfer {pending} expire here");
        }
        if let Event::Act(act) = &*self.expected
            && let Command::WithdrawRules(end) = &act.command
        {
            return write!(f, "the rules would have ended rule set {} here", end.set);
        }
        match self.expected.outcome() {
            Ok(()) => f.write_str("the rules would have done it, or done it otherwise"),
            Err(refusal) => write!(f, "the rules would have refused it: {refusal}"),
        }
    }
}

impl core::error::Error for Misjudged {}

impl Engine {
    /// Decides again the events of one turn, decided at `now`, and evolves them. What is due comes
    /// first, and no chain ends outside the events given together.
    ///
    /// # Errors
    /// The first event that is not what the rules demand; the state then stands before its chain.
    pub fn judge(&mut self, now: TimeNs, events: &[Event]) -> Result<(), Misjudged> {
        let mut again = Vec::with_capacity(1);
        let mut at = 0;
        while at < events.len()
            && let Some(command) = self.due(now)
        {
            self.judge_own(now, &command, (at, &events[at]))?;
            at += 1;
        }
        while at < events.len() {
            if let Some(command) = self.overdue() {
                self.judge_own(now, &command, (at, &events[at]))?;
                at += 1;
                continue;
            }
            let length = chain_length(&events[at..]);
            let chain = &events[at..at + length];
            self.judge_chain(now, at, chain, &mut again)?;
            chain.iter().for_each(|event| self.evolve(event));
            at += length;
        }
        Ok(())
    }

    /// What the writer itself had to ask for.
    fn judge_own(
        &mut self,
        now: TimeNs,
        command: &Command,
        (row, event): (usize, &Event),
    ) -> Result<(), Misjudged> {
        let expected = self.decide(self.next_time(now), command);
        if *event != expected {
            return Err(Misjudged { row, expected: Box::new(expected) });
        }
        self.evolve(&expected);
        Ok(())
    }

    fn judge_chain(
        &mut self,
        now: TimeNs,
        at: usize,
        chain: &[Event],
        again: &mut Vec<Event>,
    ) -> Result<(), Misjudged> {
        again.clear();
        let open = chain.last().is_some_and(is_linked);
        if let Some(broken) = chain.iter().position(|event| is_about_the_request(event.outcome())) {
            self.expect_chain_refused(now, chain, (broken, open), again);
        } else if let ([event], false) = (chain, open) {
            again.push(self.decide(self.next_time(now), &command_of(event)));
        } else {
            let commands: Vec<Command> = chain.iter().map(command_of).collect();
            let chain = if open { Chain::open(&commands) } else { Chain::closed(&commands) };
            self.decide_chain(now, &chain, again);
        }
        for (row, (event, expected)) in chain.iter().zip(again.iter()).enumerate() {
            if event != expected {
                return Err(Misjudged { row: at + row, expected: Box::new(expected.clone()) });
            }
        }
        Ok(())
    }

    /// Whether a request mixed what may not be mixed cannot be told from its events; that such a refusal
    /// carries the time it must and took its whole chain along can.
    fn expect_chain_refused(
        &self,
        now: TimeNs,
        chain: &[Event],
        (broken, open): (usize, bool),
        again: &mut Vec<Event>,
    ) {
        let mut time = self.next_time(now);
        for (row, event) in chain.iter().enumerate() {
            let why = match event.outcome() {
                _ if open && row + 1 == chain.len() => Refusal::LinkedEventChainOpen,
                Err(refusal) if row == broken => refusal,
                _ => Refusal::LinkedEventFailed,
            };
            again.push(self.refuse(time, &command_of(event), why));
            time.0 = time.0.saturating_add(1);
        }
    }
}

/// Refusals for the shape of the request rather than for its content.
fn is_about_the_request(outcome: terms::Outcome) -> bool {
    matches!(
        outcome,
        Err(Refusal::TimestampMustBeZero
            | Refusal::ImportedEventExpected
            | Refusal::ImportedEventNotExpected)
    )
}

/// How many of the events stand or fall together with the first: a batch holds all of them or none.
pub fn chain_length(events: &[Event]) -> usize {
    let ends =
        |event: &Event| !is_linked(event) || event.outcome() == Err(Refusal::LinkedEventChainOpen);
    events.iter().position(ends).map_or(events.len(), |last| last + 1)
}

/// Stands or falls together with the next event, if its request had one.
fn is_linked(event: &Event) -> bool {
    match event {
        Event::Transfer(t) => t.transfer.flags.has(TransferFlags::LINKED),
        Event::Act(act) => act.command.is_linked(),
    }
}

/// The command that an event answers.
fn command_of(event: &Event) -> Command {
    match event {
        Event::Transfer(event) => transfer_command(event),
        Event::Act(act) => match &act.command {
            Command::CreateAccount(account)
                if act.outcome.is_ok() && !account.flags.has(AccountFlags::IMPORTED) =>
            {
                Command::CreateAccount(Account { timestamp: TimeNs(0), ..*account })
            }
            Command::PostEntry(entry) if act.outcome.is_ok() && entry.reverses != TransferId(0) => {
                Command::Reverse { id: entry.id, of: entry.reverses, value_date: entry.value_date }
            }
            command => command.clone(),
        },
    }
}

fn transfer_command(event: &TransferEvent) -> Command {
    let t = &event.transfer;
    if event.outcome.is_ok() && t.flags.has(TransferFlags::REVERSAL) {
        let value_date =
            if t.value_date == event.booking_date { Day::BOOKING } else { t.value_date };
        return Command::Reverse { id: t.id, of: t.pending_id, value_date };
    }
    if event.outcome.is_ok() && t.flags.has(TransferFlags::INTEREST) {
        return Command::SettleInterest { id: t.id, account: AccountId(t.user_data_128) };
    }
    if event.outcome.is_ok() && t.flags.has(LET_GO) {
        return Command::Expire { pending: t.pending_id };
    }
    let timestamp = if t.flags.has(TransferFlags::IMPORTED) { t.timestamp } else { TimeNs(0) };
    // What a hold added was not asked for; what was refused stands as it was asked for, senseless flags included.
    let done = event.outcome.is_ok();
    let put_off = done && t.flags.has(TransferFlags::PUT_OFF);
    let timeout_s = if put_off { 0 } else { t.timeout_s };
    let flags = if done { as_asked(t.flags) } else { t.flags };
    Command::Transfer(Transfer { timestamp, timeout_s, flags, ..*t })
}
