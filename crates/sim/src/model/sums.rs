//! What the list adds up to: balances, holds, spending, interest. Nothing is kept between two
//! questions.

use super::{Done, Model};
use terms::{
    Account, AccountFlags, AccountId, Amount, Command, Day, DayBasis, Hold, InterestTerms, Side,
    SpendingLimits, TimeNs, Transfer, TransferFlags, TransferId,
};

/// Millionths of one.
const PPM: i128 = 1_000_000;

/// How an account stands, in minor units of its ledger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// Reserved to go out.
    pub debits_pending: u128,
    /// Gone out.
    pub debits_posted: u128,
    /// Reserved to come in.
    pub credits_pending: u128,
    /// Come in.
    pub credits_posted: u128,
    /// Sum of the partial holds in force.
    pub held: u128,
    /// A hold blocks every debit.
    pub held_whole: bool,
    /// Takes no more transfers.
    pub closed: bool,
    /// Whole minor units of interest that settling would book, if the account bears interest.
    pub interest_due: Option<i128>,
}

impl Model {
    /// An account's balance, added up from everything that was ever done.
    pub fn balance(&self, id: AccountId) -> Option<Balance> {
        let opened = self.account(id)?;
        let mut b =
            Balance { closed: opened.flags.has(AccountFlags::CLOSED), ..Balance::default() };
        for (_, t) in self.transfers() {
            if t.debit_account != id && t.credit_account != id {
                continue;
            }
            if self.is_pending(t) {
                b.debits_pending += amount_if(t.debit_account == id, t);
                b.credits_pending += amount_if(t.credit_account == id, t);
                b.closed |= closes(t, id);
            } else if moves(t) {
                b.debits_posted += amount_if(t.debit_account == id, t);
                b.credits_posted += amount_if(t.credit_account == id, t);
            }
        }
        for leg in self.entries().flat_map(|(_, entry)| &entry.legs).filter(|leg| leg.account == id)
        {
            match leg.side {
                Side::Debit => b.debits_posted += leg.amount.0,
                Side::Credit => b.credits_posted += leg.amount.0,
            }
        }
        for hold in self.holds_in_force().filter(|hold| hold.account == id) {
            match hold.amount {
                Some(amount) => b.held = b.held.saturating_add(amount.0),
                None => b.held_whole = true,
            }
        }
        b.interest_due = self.accrued(id).map(|(accrued, unit)| accrued / unit);
        Some(b)
    }

    /// An account as it was opened.
    pub(super) fn account(&self, id: AccountId) -> Option<&Account> {
        self.accounts().find(|account| account.id == id)
    }

    /// Accounts in the order they were opened.
    pub fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.done.iter().filter_map(|done| match &done.command {
            Command::CreateAccount(account) => Some(account),
            _ => None,
        })
    }

    /// Transfers as they were done.
    pub(super) fn transfers(&self) -> impl Iterator<Item = (&Done, &Transfer)> {
        self.done.iter().filter_map(|done| match &done.command {
            Command::Transfer(t) => Some((done, t)),
            _ => None,
        })
    }

    /// Entries as they were done.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&Done, &terms::Entry)> {
        self.done.iter().filter_map(|done| match &done.command {
            Command::PostEntry(entry) => Some((done, entry)),
            _ => None,
        })
    }

    /// A pending transfer that nobody posted, voided or let expire.
    pub(super) fn is_pending(&self, t: &Transfer) -> bool {
        t.flags.has(TransferFlags::PENDING)
            && self.resolution_of(t.id).is_none()
            && !self.is_expired(t.id)
    }

    /// Everything that is still pending.
    pub fn pending_ids(&self) -> Vec<TransferId> {
        let pending = self.transfers().filter(|(_, t)| self.is_pending(t));
        pending.map(|(_, t)| t.id).collect()
    }

    /// What posted or voided a pending transfer.
    pub(super) fn resolution_of(&self, id: TransferId) -> Option<&Transfer> {
        self.transfers().map(|(_, t)| t).find(|t| t.pending_id == id && is_resolution(t))
    }

    pub(super) fn is_expired(&self, id: TransferId) -> bool {
        let expiry =
            |done: &Done| matches!(done.command, Command::Expire { pending } if pending == id);
        self.done.iter().any(expiry)
    }

    pub(super) fn transfer_done(&self, id: TransferId) -> Option<(&Done, &Transfer)> {
        self.transfers().find(|(_, t)| t.id == id)
    }

    pub(super) fn entry_done(&self, id: TransferId) -> Option<(&Done, &terms::Entry)> {
        self.entries().find(|(_, entry)| entry.id == id)
    }

    /// When a pending transfer ends by itself.
    pub(super) fn end_of(&self, t: &Transfer) -> Option<TimeNs> {
        if t.timeout_s == 0 { None } else { t.timestamp.plus_s(t.timeout_s) }
    }

    pub(super) fn hold(&self, id: TransferId) -> Option<(&Hold, bool)> {
        let hold = self.holds().find(|hold| hold.id == id)?;
        Some((hold, self.is_released(id)))
    }

    fn holds(&self) -> impl Iterator<Item = &Hold> {
        self.done.iter().filter_map(|done| match &done.command {
            Command::PlaceHold(hold) => Some(hold),
            _ => None,
        })
    }

    fn holds_in_force(&self) -> impl Iterator<Item = &Hold> {
        self.holds().filter(|hold| !self.is_released(hold.id))
    }

    fn is_released(&self, id: TransferId) -> bool {
        let release =
            |done: &Done| matches!(done.command, Command::ReleaseHold { hold } if hold == id);
        self.done.iter().any(release)
    }

    /// The limits in force at a moment.
    pub(super) fn limits(&self, id: AccountId, time: TimeNs) -> Option<SpendingLimits> {
        self.limits_over_time(id)
            .iter()
            .rfind(|(from, ..)| *from <= time)
            .map(|(_, limits, _)| *limits)
    }

    /// What an account's limits were and will be, each with the moment from which it counts and the hours that a looser
    /// one waits then.
    fn limits_over_time(&self, id: AccountId) -> Vec<(TimeNs, SpendingLimits, u8)> {
        let none = SpendingLimits { account: id, per_transfer: None, per_day: None };
        let mut all: Vec<(TimeNs, SpendingLimits, u8)> = Vec::new();
        for done in &self.done {
            let now = done.time;
            // Whatever is said ends what would have counted later.
            let said = all.iter().filter(|(from, ..)| *from <= now).copied().collect::<Vec<_>>();
            let (_, old, hours) = said.last().copied().unwrap_or((now, none, 0));
            match &done.command {
                Command::SetLimits(limits) if limits.account == id => {
                    all = said;
                    all.push((now, *limits, hours));
                }
                Command::PlanLimits(plan) if plan.account == id => {
                    let per =
                        |old: Option<Amount>, new: Option<Amount>| old.into_iter().chain(new).min();
                    let wanted = SpendingLimits {
                        account: id,
                        per_transfer: plan.per_transfer,
                        per_day: plan.per_day,
                    };
                    let tight = SpendingLimits {
                        account: id,
                        per_transfer: per(old.per_transfer, wanted.per_transfer),
                        per_day: per(old.per_day, wanted.per_day),
                    };
                    all = said;
                    all.push((now, tight, hours.max(plan.cooling_h)));
                    let from = TimeNs(now.0 + u64::from(hours) * 3_600_000_000_000);
                    all.push((from, wanted, plan.cooling_h));
                }
                _ => {}
            }
        }
        all
    }

    /// The record that first set limits.
    fn limited_since(&self, id: AccountId) -> Option<u64> {
        let first = self.done.iter().find(|done| match &done.command {
            Command::SetLimits(limits) => limits.account == id,
            Command::PlanLimits(plan) => plan.account == id,
            _ => false,
        });
        first.map(|done| done.record)
    }

    /// What an account sent on a business day since it first got limits.
    pub(super) fn spent(&self, id: AccountId, day: Day) -> u128 {
        let Some(since) = self.limited_since(id) else {
            return 0;
        };
        let counts = |done: &Done| done.record > since && done.booked == day;
        let transfers = self.transfers().filter(|(done, t)| {
            let own = TransferFlags(
                TransferFlags::IMPORTED.0 | TransferFlags::REVERSAL.0 | TransferFlags::INTEREST.0,
            );
            counts(done) && t.debit_account == id && !t.flags.any(own) && !is_resolution(t)
        });
        let sent = |t: &Transfer| match self.resolution_of(t.id) {
            Some(posted) if posted.flags.has(TransferFlags::POST_PENDING) => posted.amount.0,
            Some(_) => 0,
            None if self.is_expired(t.id) => 0,
            None => t.amount.0,
        };
        let entries = self.entries().filter(|(done, entry)| counts(done) && entry.reverses.0 == 0);
        let debits = entries.flat_map(|(_, entry)| &entry.legs);
        let debits = debits.filter(|leg| leg.account == id && leg.side == Side::Debit);
        transfers.map(|(_, t)| sent(t)).sum::<u128>() + debits.map(|leg| leg.amount.0).sum::<u128>()
    }

    /// The interest terms in force.
    pub(super) fn interest_terms(&self, id: AccountId) -> Option<InterestTerms> {
        self.done.iter().rev().find_map(|done| match &done.command {
            Command::SetInterest(terms) if terms.account == id => Some(*terms),
            _ => None,
        })
    }

    /// The first value date that is still open on an account.
    pub(super) fn open_since(&self, id: AccountId) -> Option<Day> {
        self.done.iter().rev().find_map(|done| match &done.command {
            Command::SetInterest(terms) if terms.account == id => Some(done.booked),
            Command::Transfer(t) if settles(t, id) => Some(done.booked),
            _ => None,
        })
    }

    /// Interest accrued, and what one minor unit of it weighs: day by day, on what counts that day.
    pub(super) fn accrued(&self, id: AccountId) -> Option<(i128, i128)> {
        self.interest_terms(id)?;
        let mut counting: Vec<(Day, i128)> = Vec::new();
        let mut terms: Option<InterestTerms> = None;
        let (mut accrued, mut today) = (0i128, None);
        for done in &self.done {
            let rate = terms.map_or(0, |terms| i128::from(terms.rate_ppm));
            match &done.command {
                Command::OpenInstitution(institution) => today = Some(institution.first_day),
                Command::SetInterest(new) if new.account == id => {
                    if let Some(old) = terms.filter(|old| old.basis != new.basis) {
                        accrued = accrued * days_of(new.basis) / days_of(old.basis);
                    }
                    terms = Some(*new);
                }
                Command::CloseDay { day, next } => {
                    for passed in (day.0..next.0).map(Day) {
                        let counts = counting.iter().filter(|(from, _)| *from <= passed);
                        accrued += rate * counts.map(|(_, amount)| amount).sum::<i128>();
                    }
                    today = Some(*next);
                }
                _ => {}
            }
            for (value_date, amount) in movements(&done.command, id) {
                let late = today.map_or(0, |today| i128::from((today.0 - value_date.0).max(0)));
                accrued += rate * amount * late;
                counting.push((value_date, amount));
            }
            if let (Command::Transfer(t), Some(terms)) = (&done.command, terms)
                && settles(t, id)
            {
                let weight = to_i128(t.amount.0) * PPM * days_of(terms.basis);
                accrued -= if t.credit_account == id { weight } else { -weight };
            }
        }
        terms.map(|terms| (accrued, PPM * days_of(terms.basis)))
    }
}

/// What a command posts on an account: from which day, and credits less debits.
fn movements(command: &Command, id: AccountId) -> Vec<(Day, i128)> {
    match command {
        Command::Transfer(t) if moves(t) => {
            let amount = to_i128(t.amount.0);
            let sign = i128::from(t.credit_account == id) - i128::from(t.debit_account == id);
            if sign == 0 { vec![] } else { vec![(t.value_date, sign * amount)] }
        }
        Command::PostEntry(entry) => {
            let legs = entry.legs.iter().filter(|leg| leg.account == id);
            legs.map(|leg| {
                let amount = to_i128(leg.amount.0);
                (entry.value_date, if leg.side == Side::Credit { amount } else { -amount })
            })
            .collect()
        }
        _ => vec![],
    }
}

/// Amounts that bear interest are small; others saturate, and nobody asks for their interest.
fn to_i128(amount: u128) -> i128 {
    i128::try_from(amount.min(u128::from(u64::MAX))).unwrap_or(0)
}

fn days_of(basis: DayBasis) -> i128 {
    match basis {
        DayBasis::Actual360 => 360,
        DayBasis::Actual365 => 365,
    }
}

/// A transfer that moves money at once.
pub(super) fn moves(t: &Transfer) -> bool {
    !t.flags.any(TransferFlags(TransferFlags::PENDING.0 | TransferFlags::VOID_PENDING.0))
}

pub(super) fn is_resolution(t: &Transfer) -> bool {
    t.flags.any(TransferFlags(TransferFlags::POST_PENDING.0 | TransferFlags::VOID_PENDING.0))
}

fn settles(t: &Transfer, id: AccountId) -> bool {
    t.flags.has(TransferFlags::INTEREST) && t.user_data_128 == id.0
}

fn closes(t: &Transfer, id: AccountId) -> bool {
    t.flags.has(TransferFlags::CLOSING_DEBIT) && t.debit_account == id
        || t.flags.has(TransferFlags::CLOSING_CREDIT) && t.credit_account == id
}

fn amount_if(condition: bool, t: &Transfer) -> u128 {
    if condition { t.amount.0 } else { 0 }
}
