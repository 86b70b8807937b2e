//! Money counted without the engine: an account's sums, limits and holds from accepted events alone,
//! and each id once. Simpler than the engine and slower, so that both are hardly wrong together.

#[cfg(test)]
mod tests;

use super::{Broken, must};
use engine::Engine;
use node::Views;
use std::collections::{BTreeMap, BTreeSet};
use terms::{
    AccountFlags, AccountId, Command, Currency, Day, Event, Hold, Side, SpendingLimits, TimeNs,
    Transfer, TransferEvent, TransferFlags, TransferId,
};

/// One account as the auditor counts it.
#[derive(Clone, Debug, Default)]
struct Line {
    ledger: Currency,
    flags: AccountFlags,
    debits_pending: u128,
    debits_posted: u128,
    credits_pending: u128,
    credits_posted: u128,
    limits: Option<SpendingLimits>,
    /// What it sent since it has limits: by business day and transfer.
    spent: BTreeMap<(Day, TransferId), u128>,
    counts_spending: bool,
}

impl Line {
    fn debits(&self) -> u128 {
        self.debits_pending + self.debits_posted
    }

    fn parts(&self) -> [u128; 4] {
        [self.debits_pending, self.debits_posted, self.credits_pending, self.credits_posted]
    }
}

/// All accounts, and every id that took effect.
#[derive(Clone, Debug, Default)]
pub(super) struct Book {
    lines: BTreeMap<AccountId, Line>,
    pending: BTreeMap<TransferId, (Transfer, Day)>,
    holds: BTreeMap<TransferId, Hold>,
    done: BTreeSet<TransferId>,
    last_time: TimeNs,
}

impl Book {
    /// Counts one more event of the journal.
    pub fn take(&mut self, event: &Event) -> Result<(), Broken> {
        self.check_time(event)?;
        if event.outcome().is_err() {
            return Ok(());
        }
        match event {
            Event::Transfer(event) => {
                self.once(event.transfer.id)?;
                self.take_transfer(event)
            }
            Event::Act(act) => self.take_act(&act.command, act.booking_date),
        }
    }

    /// INVARIANT (monotone-time): what was not imported is later than all before it.
    fn check_time(&mut self, event: &Event) -> Result<(), Broken> {
        let imported = match event {
            Event::Transfer(t) => t.transfer.flags.has(TransferFlags::IMPORTED),
            Event::Act(act) => {
                matches!(&act.command, Command::CreateAccount(a) if a.flags.has(AccountFlags::IMPORTED))
            }
        };
        if imported {
            return Ok(());
        }
        must(event.time() > self.last_time, "monotone-time", || {
            format!("{:?} comes after {:?}: {event:?}", event.time(), self.last_time)
        })?;
        self.last_time = event.time();
        Ok(())
    }

    /// INVARIANT (once): an id takes effect at most once.
    fn once(&mut self, id: TransferId) -> Result<(), Broken> {
        must(self.done.insert(id), "once", || format!("transfer {id} took effect twice"))
    }

    fn take_act(&mut self, command: &Command, booked: Day) -> Result<(), Broken> {
        match command {
            Command::CreateAccount(account) => {
                let (ledger, flags) = (account.ledger, account.flags);
                let line = Line { ledger, flags, ..Line::default() };
                let new = self.lines.insert(account.id, line).is_none();
                must(new, "once", || format!("account {} was opened twice", account.id))
            }
            Command::SetLimits(limits) => {
                let line = self.line(limits.account);
                line.limits = Some(*limits);
                line.counts_spending = true;
                Ok(())
            }
            // What waits for its hour is for the twin to judge.
            Command::PlanLimits(plan) => {
                let line = self.line(plan.account);
                line.limits = None;
                line.counts_spending = true;
                Ok(())
            }
            Command::PlaceHold(hold) => {
                let new = self.holds.insert(hold.id, hold.clone()).is_none();
                must(new, "once", || format!("hold {} was placed twice", hold.id))
            }
            Command::ReleaseHold { hold } => {
                self.holds.remove(hold);
                Ok(())
            }
            Command::Expire { pending } => self.release(*pending, 0),
            Command::PostEntry(entry) => {
                self.once(entry.id)?;
                let counts = entry.reverses == TransferId(0);
                for leg in &entry.legs {
                    let line = self.line(leg.account);
                    match leg.side {
                        Side::Debit => {
                            line.debits_posted += leg.amount.0;
                            if counts && line.counts_spending {
                                let spent = line.spent.entry((booked, entry.id)).or_default();
                                *spent = spent.saturating_add(leg.amount.0);
                            }
                        }
                        Side::Credit => line.credits_posted += leg.amount.0,
                    }
                }
                for leg in &entry.legs {
                    let debited = leg.side == Side::Debit;
                    self.check_limits(leg.account, debited)?;
                    if debited && counts {
                        self.check_spending(leg.account, entry.id, booked)?;
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn take_transfer(&mut self, event: &TransferEvent) -> Result<(), Broken> {
        let t = &event.transfer;
        let resolves = TransferFlags(TransferFlags::POST_PENDING.0 | TransferFlags::VOID_PENDING.0);
        if t.flags.any(resolves) {
            let posts = t.flags.has(TransferFlags::POST_PENDING);
            self.release(t.pending_id, if posts { t.amount.0 } else { 0 })?;
            if posts {
                self.line(t.debit_account).debits_posted += t.amount.0;
                self.line(t.credit_account).credits_posted += t.amount.0;
            }
            return self.check_limits(t.debit_account, false);
        }
        if t.flags.has(TransferFlags::PENDING) {
            self.line(t.debit_account).debits_pending += t.amount.0;
            self.line(t.credit_account).credits_pending += t.amount.0;
            self.pending.insert(t.id, (*t, event.booking_date));
        } else {
            self.line(t.debit_account).debits_posted += t.amount.0;
            self.line(t.credit_account).credits_posted += t.amount.0;
        }
        self.check_limits(t.debit_account, t.amount.0 > 0)?;
        self.check_limits(t.credit_account, false)?;
        let free = TransferFlags(
            TransferFlags::REVERSAL.0 | TransferFlags::INTEREST.0 | TransferFlags::IMPORTED.0,
        );
        if t.flags.any(free) {
            return Ok(());
        }
        let line = self.line(t.debit_account);
        if line.counts_spending {
            line.spent.insert((event.booking_date, t.id), t.amount.0);
        }
        self.check_spending(t.debit_account, t.id, event.booking_date)
    }

    /// A reservation ends; `posted` of it counts as spent.
    fn release(&mut self, id: TransferId, posted: u128) -> Result<(), Broken> {
        let pending = self.pending.remove(&id);
        must(pending.is_some(), "once", || format!("pending {id} was resolved twice"))?;
        let Some((t, booked)) = pending else { return Ok(()) };
        self.line(t.credit_account).credits_pending -= t.amount.0;
        let debit = self.line(t.debit_account);
        debit.debits_pending -= t.amount.0;
        if let Some(spent) = debit.spent.get_mut(&(booked, id)) {
            *spent = posted;
        }
        Ok(())
    }

    /// INVARIANT (limits): neither an account's own limit nor a hold is passed.
    fn check_limits(&self, account: AccountId, debited: bool) -> Result<(), Broken> {
        let Some(line) = self.lines.get(&account) else { return Ok(()) };
        let has = |flag| line.flags.has(flag);
        let over = has(AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS)
            && line.debits() > line.credits_posted;
        let under = has(AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS)
            && line.credits_pending + line.credits_posted > line.debits_posted;
        must(!over && !under, "limits", || format!("account {account}: {line:?}"))?;
        if !debited {
            return Ok(());
        }
        let holds = self.holds.values().filter(|hold| hold.account == account);
        let (mut held, mut whole) = (0u128, false);
        for hold in holds {
            held = held.saturating_add(hold.amount.map_or(0, |amount| amount.0));
            whole |= hold.amount.is_none();
        }
        let blocked = whole || held > 0 && line.debits().saturating_add(held) > line.credits_posted;
        must(!blocked, "limits", || format!("account {account} sent what {held} holds: {line:?}"))
    }

    /// INVARIANT (limits): what an account may send at once and on one day.
    fn check_spending(&self, account: AccountId, id: TransferId, day: Day) -> Result<(), Broken> {
        let Some(line) = self.lines.get(&account) else { return Ok(()) };
        let Some(limits) = line.limits else { return Ok(()) };
        let sent = line.spent.get(&(day, id)).copied().unwrap_or(0);
        let on_day = line.spent.iter().filter(|((on, _), _)| *on == day);
        let spent = on_day.fold(0u128, |sum, (_, amount)| sum.saturating_add(*amount));
        let within = limits.per_transfer.is_none_or(|most| sent <= most.0)
            && limits.per_day.is_none_or(|most| spent <= most.0);
        must(within, "limits", || {
            format!("account {account} sent {sent}, {spent} on {day}, with {limits:?}")
        })
    }

    /// The engine's sums are those counted here, and they balance.
    pub fn compare(&self, engine: &Engine) -> Result<(), Broken> {
        for (id, line) in &self.lines {
            let view = engine.account(*id);
            let same = view.is_some_and(|view| {
                [view.debits_pending, view.debits_posted, view.credits_pending, view.credits_posted]
                    .map(|amount| amount.0)
                    == line.parts()
            });
            must(same, "postings", || {
                format!("account {id} counts {:?} and has {view:?}", line.parts())
            })?;
        }
        self.balanced()
    }

    /// INVARIANT (conservation): in every currency debits are credits, posted and pending. Sums of many
    /// accounts may pass the end of numbers; both sides pass it alike.
    fn balanced(&self) -> Result<(), Broken> {
        let mut sums: BTreeMap<Currency, [u128; 4]> = BTreeMap::new();
        for line in self.lines.values() {
            let sum = sums.entry(line.ledger).or_default();
            let parts = sum.iter_mut().zip(line.parts());
            parts.for_each(|(sum, part)| *sum = sum.wrapping_add(part));
        }
        for (ledger, [debits_pending, debits_posted, credits_pending, credits_posted]) in sums {
            let balanced = debits_pending == credits_pending && debits_posted == credits_posted;
            must(balanced, "conservation", || {
                format!("ledger {ledger}: {debits_posted} debits, {credits_posted} credits")
            })?;
        }
        Ok(())
    }

    /// What people may see are the durable sums.
    pub fn compare_views(&self, views: &Views) -> Result<(), Broken> {
        for (id, line) in &self.lines {
            let shown = views.balance(*id);
            let same = shown.is_some_and(|shown| {
                (shown.debits_pending.0, shown.debits_posted.0)
                    == (line.debits_pending, line.debits_posted)
                    && (shown.credits_pending.0, shown.credits_posted.0)
                        == (line.credits_pending, line.credits_posted)
            });
            must(same, "durable", || {
                format!("account {id} is shown as {shown:?}, and is {line:?}")
            })?;
        }
        Ok(())
    }

    fn line(&mut self, account: AccountId) -> &mut Line {
        self.lines.entry(account).or_default()
    }
}
