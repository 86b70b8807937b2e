//! Risk control in line: what the rule set in force says of a payment that the ledger would take, what follows
//! from that, and what is remembered of it. It speaks last, so that nobody is warned of what would not happen anyway.

use crate::engine::Engine;
use crate::guard::{CaseRow, CaseStatus, Guard, Warned};
use crate::ledger::NOWHERE;
use crate::risk::{Books, Found, Payment, Sides, Tracker, thousandths};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use terms::limits::{BUDGET_PAYMENTS, CONFIRM_S};
use terms::{
    AccountId, Amount, Event, HoldEnd, PartyId, Refusal, Ruling, TimeNs, Transfer, TransferEvent,
    TransferFlags, Verdict, VerdictMarks, WithdrawalReason,
};

/// What is no payment of its own: the second phase of one, what takes one back, interest.
pub(crate) const NOT_PAYING: TransferFlags = TransferFlags(
    TransferFlags::POST_PENDING.0
        | TransferFlags::VOID_PENDING.0
        | TransferFlags::REVERSAL.0
        | TransferFlags::INTEREST.0,
);
/// Warnings that are remembered before those too old to be confirmed are looked for.
const WARNINGS: usize = 1_024;

impl Engine {
    /// A transfer as risk control sees it, if both of its accounts are there.
    pub fn payment(&self, transfer: &Transfer, time: TimeNs) -> Option<Payment> {
        let flags = transfer.flags;
        Some(Payment {
            time,
            payer: self.state.account_place(transfer.debit_account)?,
            payee: self.state.account_place(transfer.credit_account)?,
            ledger: transfer.ledger,
            amount: transfer.amount,
            code: transfer.code,
            device: transfer.user_data_64,
            pending: flags.has(TransferFlags::PENDING) && !flags.has(TransferFlags::PUT_OFF),
            utc_offset_min: self.state.utc_offset_min(),
        })
    }

    /// What the books say of a payment's accounts.
    pub fn books(&self, payment: &Payment) -> Books {
        let rows = [payment.payer, payment.payee].map(|place| self.state.accounts.at(place));
        let balance = rows.map(|row| {
            let balance = row.balance();
            let size = thousandths(Amount(balance.unsigned_abs()), row.ledger) as i64;
            if balance < 0 { -size } else { size }
        });
        Books { opened: rows.map(|row| row.timestamp), balance }
    }

    /// The ids of a payment's accounts and of who owns them.
    pub(crate) fn sides(&self, tracker: &Tracker, payment: &Payment) -> Sides {
        let places = [payment.payer, payment.payee];
        Sides {
            accounts: places.map(|place| self.state.account_id(place).0),
            owners: places.map(|place| tracker.owner_of(place).map(|owner| owner.0)),
        }
    }

    /// The event of a transfer that the ledger would take. `alone` it may be held; what is linked to others cannot.
    pub(crate) fn rule(
        &self,
        time: TimeNs,
        asked: &Transfer,
        mut done: Transfer,
        alone: bool,
    ) -> Event {
        let Some((mut verdict, key, clock)) = self.verdict(&done) else {
            return self.transfer_done(done, time);
        };
        let said = verdict;
        let refused = |refusal| self.transfer_ruled(time, asked, refusal, said);
        match verdict.ruling {
            Ruling::Ask if !verdict.marks.has(VerdictMarks::WARNED) => {
                return refused(Refusal::PayerMustConfirm);
            }
            Ruling::Approve | Ruling::Ask => {}
            Ruling::Hold if !alone => return refused(Refusal::NeedsReview),
            Ruling::Hold => {
                done.flags |= TransferFlags::HELD;
                if !asked.flags.has(TransferFlags::PENDING) {
                    done.flags |= TransferFlags::PENDING | TransferFlags::PUT_OFF;
                    done.timeout_s = clock.0;
                    if clock.1 == HoldEnd::Release {
                        verdict.marks = verdict.marks.with(VerdictMarks::PASSES);
                    }
                }
                let rows = [key.0, key.1].map(|place| self.state.accounts.at(place));
                if let Err(refusal) = self.check_fits(&done, rows[0], rows[1]) {
                    return refused(refusal);
                }
            }
            Ruling::Refuse => return refused(Refusal::RefusedByRiskControl),
        }
        let mut event = self.transfer_done(done, time);
        if let Event::Transfer(event) = &mut event {
            event.verdict = Some(verdict);
        }
        event
    }

    /// The event of a transfer that risk control refused.
    fn transfer_ruled(
        &self,
        time: TimeNs,
        asked: &Transfer,
        refusal: Refusal,
        verdict: Verdict,
    ) -> Event {
        let mut event = self.transfer_refused(time, asked, refusal);
        if let Event::Transfer(event) = &mut event {
            event.verdict = Some(verdict);
        }
        event
    }

    /// INVARIANT (judged): the state alone decides, so the same comes out again.
    ///
    /// What the rule set in force says of a payment whose open fields are filled in, and what a warning of it would be
    /// remembered under, and the clock of a hold. Nothing if no set is in force, or if it is no payment that this bank decides on.
    fn verdict(&self, done: &Transfer) -> Option<(Verdict, Warned, (u32, HoldEnd))> {
        let guard = &self.state.guard;
        let tracker = guard.tracker.as_deref()?;
        if (guard.judging.is_none() && guard.trying.is_none())
            || done.flags.any(NOT_PAYING)
            || done.flags.has(TransferFlags::IMPORTED)
        {
            return None;
        }
        let payment = self.payment(done, done.timestamp)?;
        let about = (payment, self.books(&payment));
        let trying =
            guard.trying.as_ref().filter(|judge| tries(guard, judge.number, done.debit_account));
        let judge = trying.or(guard.judging.as_ref())?;
        let mut scratch = self.scratch.borrow_mut();
        let sides = || self.sides(tracker, &about.0);
        let (found, model_ppm) = scratch.run(judge, tracker, &about, sides);
        let clock = match (found.ruling, guard.set(judge.number)) {
            (Ruling::Hold, Some(row)) => scratch.clock(judge, &found, &row.set),
            _ => (0, HoldEnd::Refuse),
        };
        let mut marks = VerdictMarks::default();
        if trying.is_some() {
            marks = marks.with(VerdictMarks::TRIAL);
            if let Some(active) = &guard.judging
                && found.ruling == Ruling::Approve
                && scratch.run(active, tracker, &about, sides).0.ruling > Ruling::Approve
            {
                marks = marks.with(VerdictMarks::RISKED);
            }
        }
        let key = (payment.payer, payment.payee, done.amount.0);
        let in_time = |(_, then): (Warned, TimeNs)| {
            then.plus_s(CONFIRM_S).is_some_and(|until| done.timestamp <= until)
        };
        if done.flags.has(TransferFlags::CONFIRMED)
            && guard.warning_of(key, done.flags).is_some_and(in_time)
        {
            marks = marks.with(VerdictMarks::WARNED);
        }
        let Found { ruling, score, hits, reasons, .. } = found;
        let verdict = Verdict { ruling, marks, set: judge.number, score, model_ppm, hits, reasons };
        Some((verdict, key, clock))
    }

    /// Remembers what risk control said, and what became of it.
    pub(crate) fn evolve_verdict(&mut self, event: &TransferEvent) {
        let Some(verdict) = event.verdict else { return };
        let t = &event.transfer;
        if let Some(row) = self.state.guard.set_mut(verdict.set) {
            if row.judged >= BUDGET_PAYMENTS.end {
                (row.judged, row.stopped) = (0, 0);
            }
            row.judged += 1;
            row.stopped += u32::from(verdict.ruling > Ruling::Approve);
            if verdict.marks.has(VerdictMarks::RISKED) {
                row.lost = row.lost.saturating_add(thousandths(t.amount, t.ledger));
            }
        }
        let places = [t.debit_account, t.credit_account].map(|id| self.state.account_place(id));
        let [Some(payer), Some(payee)] = places else { return };
        let warned = &mut self.state.guard.warned;
        let key = (payer, payee, t.amount.0);
        if event.outcome == Err(Refusal::PayerMustConfirm) {
            if warned.len() >= WARNINGS {
                warned.retain(|_, then| {
                    then.plus_s(CONFIRM_S).is_some_and(|until| t.timestamp <= until)
                });
            }
            warned.insert(key, t.timestamp);
        } else if event.outcome.is_ok()
            && verdict.marks.has(VerdictMarks::WARNED)
            && let Some((key, _)) = self.state.guard.warning_of(key, t.flags)
        {
            self.state.guard.warned.remove(&key);
        }
        if event.outcome.is_ok() && t.flags.has(TransferFlags::HELD) {
            let case = CaseRow {
                opened: t.timestamp,
                set: verdict.set,
                claimed_by: String::new(),
                status: CaseStatus::Open,
                mark: None,
                reported: false,
                passes: verdict.marks.has(VerdictMarks::PASSES),
                party: None,
                steps: Vec::new(),
            };
            self.state.guard.cases.insert(t.id.0, case);
        }
    }

    /// An accepted payment becomes part of what everybody did lately.
    pub(crate) fn observe(&mut self, transfer: &Transfer) {
        if self.state.guard.tracker.is_none() || transfer.flags.any(NOT_PAYING) {
            return;
        }
        let payment = self.payment(transfer, transfer.timestamp);
        if let (Some(payment), Some(tracker)) = (payment, &mut self.state.guard.tracker) {
            tracker.observe(&payment);
        }
    }

    /// Makes what everybody did lately from the transfers in memory and from who owned what: what following the
    /// journal since the first adoption would have made.
    pub(crate) fn track(&mut self) {
        let mut tracker = Box::<Tracker>::default();
        let mut owned = self.state.guard.owned.iter().peekable();
        let utc_offset_min = self.state.utc_offset_min();
        for row in self.state.transfers.iter() {
            while let Some(grant) = owned.next_if(|grant| grant.record <= row.record) {
                let party = PartyId(grant.party);
                tracker.own(grant.account, party, self.state.party_kind(party));
            }
            if row.flags.any(NOT_PAYING) || row.debit == NOWHERE {
                continue;
            }
            let flags = row.flags;
            tracker.observe(&Payment {
                time: row.timestamp,
                payer: row.debit,
                payee: row.credit,
                ledger: self.state.accounts.at(row.debit).ledger,
                amount: Amount(row.amount),
                code: row.code,
                device: row.user_data_64,
                pending: flags.has(TransferFlags::PENDING) && !flags.has(TransferFlags::PUT_OFF),
                utc_offset_min,
            });
        }
        owned.for_each(|grant| {
            let party = PartyId(grant.party);
            tracker.own(grant.account, party, self.state.party_kind(party));
        });
        for (party, result) in &self.state.guard.screened {
            tracker.screen(PartyId(*party), *result);
        }
        self.state.guard.tracker = Some(tracker);
    }

    /// The set that ends if judging takes too long: the one on trial if it judges, else the active one if there is one
    /// before it. The last one stays, because slow is better than nothing.
    pub fn ends_when_slow(&self) -> Option<u16> {
        let guard = &self.state.guard;
        let trying = guard.trying.as_ref().map(|judge| judge.number);
        let later = guard.active.get(1..).and_then(|later| later.last()).copied();
        trying.or(later)
    }

    /// The budget that the set has broken, if any.
    pub(crate) fn budget_broken(&self, number: u16) -> Option<WithdrawalReason> {
        let row = self.state.guard.set(number)?;
        let most = u64::from(row.set.stopped_ppm_max) * u64::from(row.judged);
        if row.judged >= BUDGET_PAYMENTS.start && u64::from(row.stopped) * 1_000_000 > most {
            Some(WithdrawalReason::StoppedTooMany)
        } else if self.state.guard.trial == Some(number) && row.lost > row.set.loss_max {
            Some(WithdrawalReason::LostTooMuch)
        } else {
            None
        }
    }
}

/// Whether a canary judges what this account pays: the same accounts for as long as it is on trial, and others for another
/// program.
fn tries(guard: &Guard, number: u16, account: AccountId) -> bool {
    let Some(row) = guard.set(number) else { return false };
    let salt = row.set.program[..8].iter().fold(0, |salt, byte| salt << 8 | u64::from(*byte));
    let mut mixed = account.0 as u64 ^ (account.0 >> 64) as u64 ^ salt;
    for factor in [0xff51_afd7_ed55_8ccd, 0xc4ce_b9fe_1a85_ec53] {
        mixed = (mixed ^ mixed >> 33).wrapping_mul(factor);
    }
    (mixed >> 33) % 1_000_000 < u64::from(row.set.share_ppm)
}
