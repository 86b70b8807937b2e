//! What the state says when asked. Views are copies: nothing here can change the state.

use crate::complaints::ComplaintRow;
use crate::engine::Engine;
use crate::guard::{CaseRow, CaseStatus};
use crate::ledger::{NOWHERE, Terms, TransferPhase};
use crate::payees::PayeeRow;
use crate::risk::Tracker;
use crate::state::Found;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::ops::Bound;
use terms::{
    Account, AccountFlags, AccountId, Amount, CaseMark, ChartClass, ChartLine, Currency, Day,
    Entry, Hold, Institution, Party, PartyId, Payee, Role, RuleSet, ScreeningResult,
    SpendingLimits, StandingOrder, TimeNs, Transfer, TransferId,
};

/// An account with its balances, in minor units of its ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountView {
    /// As it was opened; flags as they are now.
    pub account: Account,
    /// Reserved to go out.
    pub debits_pending: Amount,
    /// Gone out.
    pub debits_posted: Amount,
    /// Reserved to come in.
    pub credits_pending: Amount,
    /// Come in.
    pub credits_posted: Amount,
    /// Posted credits that neither debits nor holds take up.
    pub available: Amount,
    /// Sum of the partial holds in force.
    pub held: Amount,
    /// A hold blocks every debit.
    pub held_whole: bool,
    /// What it may send as of the last event, if somebody set that; see [`Engine::limits_at`].
    pub limits: Option<SpendingLimits>,
    /// Its interest terms, if it has any.
    pub interest: Option<InterestView>,
}

impl AccountView {
    /// Posted credits less posted debits, saturating.
    pub fn balance(&self) -> i128 {
        let credit = i128::try_from(self.credits_posted.0).unwrap_or(i128::MAX);
        credit - i128::try_from(self.debits_posted.0).unwrap_or(i128::MAX)
    }
}

/// Interest terms and what has accrued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InterestView {
    /// Yearly rate in millionths.
    pub rate_ppm: u32,
    /// Days of a year.
    pub basis_days: u16,
    /// The other side of settlements.
    pub counter_account: AccountId,
    /// Whole minor units that settling would book now; negative when the account owes.
    pub due: i128,
}

/// A transfer as accepted, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransferView {
    /// With every open field filled in.
    pub transfer: Transfer,
    /// Its business day.
    pub booking_date: Day,
    /// Pending, resolved or final.
    pub phase: TransferPhase,
    /// Taken back by a later one.
    pub reversed: bool,
    /// The number of the record that brought it.
    pub record: u64,
}

/// A hold and whether it is still in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldView {
    /// As it was placed.
    pub hold: Hold,
    /// Lifted since.
    pub released: bool,
}

/// An order, and when it is next due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderView<'a> {
    /// As it was placed.
    pub order: &'a StandingOrder,
    /// Ended since.
    pub ended: bool,
    /// Something of it is due or will be.
    pub in_force: bool,
    /// The first day after the business day on which it will be due.
    pub next: Option<Day>,
}

/// What an account may send at a moment, and what it will be able to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitsView {
    /// What counts.
    pub now: SpendingLimits,
    /// Hours that a looser limit waits.
    pub cooling_h: u8,
    /// What counts later: from when, the limits, and the hours then.
    pub later: Option<(TimeNs, SpendingLimits, u8)>,
}

/// A payee, and since when it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayeeView<'a> {
    /// As it was kept.
    pub payee: &'a Payee,
    /// Since when.
    pub since: TimeNs,
    /// Kept no longer.
    pub ended: bool,
}

impl<'a> PayeeView<'a> {
    fn of(row: &'a PayeeRow) -> PayeeView<'a> {
        PayeeView { payee: &row.payee, since: row.since, ended: row.ended }
    }
}

/// A rule set, and how it fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleSetView<'a> {
    /// Its number.
    pub number: u16,
    /// As it was adopted.
    pub set: &'a RuleSet,
    /// It judges, is on trial, or would judge if those after it ended.
    pub in_force: bool,
    /// It judges now or is on trial.
    pub judging: bool,
    /// Payments it judged since counting last began anew.
    pub judged: u32,
    /// How many of them it would not just let through.
    pub stopped: u32,
    /// What it let through on trial that the active set would not have, in thousandths of main units.
    pub lost: u64,
}

/// A case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseView<'a> {
    /// The payment it is about; of a party's case, its number.
    pub transfer: TransferId,
    /// The party it is about, and then no payment.
    pub party: Option<PartyId>,
    /// Since when.
    pub opened: TimeNs,
    /// The rule set that held the payment; zero if somebody opened the case.
    pub set: u16,
    /// Who works on it; empty for nobody.
    pub claimed_by: &'a str,
    /// Where it stands.
    pub status: &'a CaseStatus,
    /// What the payment turned out to be.
    pub mark: Option<CaseMark>,
    /// It was reported to an authority.
    pub reported: bool,
    /// The records of the steps of work on it, the first first.
    pub steps: &'a [u64],
}

impl<'a> CaseView<'a> {
    fn of(id: u128, row: &'a CaseRow) -> CaseView<'a> {
        CaseView {
            transfer: TransferId(id),
            party: row.party.map(PartyId),
            opened: row.opened,
            set: row.set,
            claimed_by: &row.claimed_by,
            status: &row.status,
            mark: row.mark,
            reported: row.reported,
            steps: &row.steps,
        }
    }
}

/// One line of the trial balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrialLine {
    /// Currency.
    pub ledger: Currency,
    /// Chart code.
    pub code: u16,
    /// Its class, if the chart has the code.
    pub class: Option<ChartClass>,
    /// Accounts on it.
    pub accounts: u64,
    /// Sum of posted debits.
    pub debits: u128,
    /// Sum of posted credits.
    pub credits: u128,
}

impl Engine {
    /// The account with this id.
    pub fn account(&self, id: AccountId) -> Option<AccountView> {
        self.state.account_place(id).map(|place| self.account_at(place))
    }

    /// Accounts in the order they were opened.
    pub fn accounts(&self) -> impl Iterator<Item = AccountView> + '_ {
        (0..self.account_count()).map(|place| self.account_at(place))
    }

    /// How many accounts there are.
    pub fn account_count(&self) -> u32 {
        u32::try_from(self.state.accounts.len()).unwrap_or(NOWHERE)
    }

    fn account_at(&self, place: u32) -> AccountView {
        let (row, ids) = (self.state.accounts.at(place), self.state.account_ids.at(place));
        let id = AccountId(ids.id);
        let extras = self.state.extras_of(row);
        AccountView {
            account: Account {
                id,
                user_data_128: ids.user_data_128,
                user_data_64: ids.user_data_64,
                user_data_32: ids.user_data_32,
                ledger: row.ledger,
                code: row.code,
                flags: row.flags,
                timestamp: row.timestamp,
            },
            debits_pending: Amount(row.debits_pending),
            debits_posted: Amount(row.debits_posted),
            credits_pending: Amount(row.credits_pending),
            credits_posted: Amount(row.credits_posted),
            available: Amount(self.available(row)),
            held: Amount(extras.map_or(0, |e| e.held)),
            held_whole: extras.is_some_and(|e| e.held_whole > 0),
            limits: extras
                .map(|extras| extras.terms_at(self.state.last_time))
                .filter(|terms| terms.per_transfer.is_some() || terms.per_day.is_some())
                .map(|terms| SpendingLimits {
                    account: id,
                    per_transfer: terms.per_transfer,
                    per_day: terms.per_day,
                }),
            interest: extras.and_then(|e| e.interest).map(|i| InterestView {
                rate_ppm: i.rate_ppm,
                basis_days: i.basis as u16,
                counter_account: self.state.account_id(i.counter),
                due: i.accrued / i.unit(),
            }),
        }
    }

    /// The transfer with this id, if it was accepted.
    pub fn transfer(&self, id: TransferId) -> Option<TransferView> {
        match self.state.find(id.0)? {
            Found::Transfer(place) => Some(self.transfer_at(place)),
            Found::Entry(_) => None,
        }
    }

    /// Accepted transfers in the order they happened.
    pub fn transfers(&self) -> impl Iterator<Item = TransferView> + '_ {
        (0..self.transfer_count()).map(|place| self.transfer_at(place))
    }

    /// Reserved transfers that end by themselves, with when; the one that ends first comes first.
    pub fn ending(&self) -> impl Iterator<Item = (TimeNs, TransferView)> + '_ {
        self.state.expiries.iter().map(|(ends, place)| (*ends, self.transfer_at(*place)))
    }

    /// How many there are of those.
    pub fn ending_count(&self) -> usize {
        self.state.expiries.len()
    }

    /// The accepted transfer that a record brought; `None` if that record brought something else.
    pub fn transfer_of_record(&self, record: u64) -> Option<TransferView> {
        let (mut low, mut high) = (0, self.transfer_count());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.state.transfers.at(middle).record.cmp(&record) {
                core::cmp::Ordering::Less => low = middle + 1,
                core::cmp::Ordering::Greater => high = middle,
                core::cmp::Ordering::Equal => return Some(self.transfer_at(middle)),
            }
        }
        None
    }

    /// How many transfers were accepted.
    pub fn transfer_count(&self) -> u32 {
        u32::try_from(self.state.transfers.len()).unwrap_or(NOWHERE)
    }

    fn transfer_at(&self, place: u32) -> TransferView {
        let row = self.state.transfers.at(place);
        let pending =
            if row.pending == NOWHERE { 0 } else { self.state.transfers.at(row.pending).id };
        let transfer = Transfer {
            id: TransferId(row.id),
            debit_account: self.state.account_id(row.debit),
            credit_account: self.state.account_id(row.credit),
            amount: Amount(row.amount),
            pending_id: TransferId(pending),
            user_data_128: row.user_data_128,
            user_data_64: row.user_data_64,
            user_data_32: row.user_data_32,
            timeout_s: row.timeout_s,
            ledger: self.state.accounts.at(row.debit).ledger,
            code: row.code,
            flags: row.flags,
            value_date: row.value_date,
            timestamp: row.timestamp,
        };
        TransferView {
            transfer,
            booking_date: row.booking_date,
            phase: row.phase,
            reversed: row.reversed,
            record: row.record,
        }
    }

    /// The entry with this id: the entry, its booking date, its time, its record, whether it was reversed.
    pub fn entry(&self, id: TransferId) -> Option<(Entry, Day, TimeNs, u64, bool)> {
        let Found::Entry(place) = self.state.find(id.0)? else {
            return None;
        };
        Some(self.entry_at(place as usize))
    }

    /// Accepted entries in the order they happened, as [`Engine::entry`] gives them.
    pub fn entries(&self) -> impl Iterator<Item = (Entry, Day, TimeNs, u64, bool)> + '_ {
        (0..self.state.entries.len()).map(|place| self.entry_at(place))
    }

    fn entry_at(&self, place: usize) -> (Entry, Day, TimeNs, u64, bool) {
        let e = &self.state.entries[place];
        let entry = Entry {
            id: TransferId(e.id),
            code: e.code,
            value_date: e.value_date,
            user_data_128: e.user_data_128,
            reverses: TransferId(e.reverses),
            legs: e.legs.clone(),
        };
        (entry, e.booking_date, e.timestamp, e.record, e.reversed)
    }

    /// Debits and credits per currency and chart code; they sum to zero per currency.
    pub fn trial_balance(&self) -> Vec<TrialLine> {
        let mut lines: BTreeMap<(Currency, u16), TrialLine> = BTreeMap::new();
        for row in self.state.accounts.iter() {
            let class = self.state.chart.get(&row.code).map(|line| line.class);
            let line = lines.entry((row.ledger, row.code)).or_insert(TrialLine {
                ledger: row.ledger,
                code: row.code,
                class,
                accounts: 0,
                debits: 0,
                credits: 0,
            });
            line.accounts += 1;
            line.debits = line.debits.saturating_add(row.debits_posted);
            line.credits = line.credits.saturating_add(row.credits_posted);
        }
        lines.into_values().collect()
    }

    /// The institution, once it is open.
    pub fn institution(&self) -> Option<&Institution> {
        self.state.institution.as_ref()
    }

    /// The chart of accounts by code.
    pub fn chart(&self) -> impl Iterator<Item = &ChartLine> {
        self.state.chart.values()
    }

    /// A party and whether it was erased. An erased party's ciphertext is gone.
    pub fn party(&self, id: PartyId) -> Option<(&Party, bool)> {
        self.state.parties.get(&id.0).map(|row| (&row.party, row.erased))
    }

    /// Parties by id, each with whether it was erased.
    pub fn parties(&self) -> impl Iterator<Item = (&Party, bool)> {
        self.state.parties.values().map(|row| (&row.party, row.erased))
    }

    /// Parties behind this one, by id; all of them behind none.
    pub fn parties_after(&self, after: Option<PartyId>) -> impl Iterator<Item = (&Party, bool)> {
        let from = after.map_or(Bound::Unbounded, |party| Bound::Excluded(party.0));
        self.state.parties.range((from, Bound::Unbounded)).map(|(_, row)| (&row.party, row.erased))
    }

    /// Roles in force, by party, account and kind.
    pub fn roles(&self) -> impl Iterator<Item = &Role> {
        self.state.roles.values()
    }

    /// Roles of one party.
    pub fn roles_of(&self, party: PartyId) -> impl Iterator<Item = &Role> {
        self.state
            .roles
            .range((party.0, 0, 0)..=(party.0, u128::MAX, u8::MAX))
            .map(|(_, role)| role)
    }

    /// Roles on one account, by party and kind.
    pub fn roles_on(&self, account: AccountId) -> impl Iterator<Item = &Role> {
        let keys = self.state.holders.range((account.0, 0, 0)..=(account.0, u128::MAX, u8::MAX));
        keys.filter_map(|(account, party, kind)| self.state.roles.get(&(*party, *account, *kind)))
    }

    /// What an account may send at a moment, which is not before the last event.
    pub fn limits_at(&self, account: AccountId, time: TimeNs) -> Option<LimitsView> {
        let row = self.state.accounts.at(self.state.account_place(account)?);
        let extras = self.state.extras_of(row).copied().unwrap_or_default();
        let limits = |terms: Terms| SpendingLimits {
            account,
            per_transfer: terms.per_transfer,
            per_day: terms.per_day,
        };
        let now = extras.terms_at(time);
        let later = extras.later.filter(|later| later.from > time);
        let later = later.map(|later| (later.from, limits(later.terms), later.terms.cooling_h));
        Some(LimitsView { now: limits(now), cooling_h: now.cooling_h, later })
    }

    /// The payees that a party keeps, by id.
    pub fn payees_of(&self, party: PartyId) -> impl Iterator<Item = PayeeView<'_>> {
        let payees = &self.state.payees;
        payees.ids_of(party.0).filter_map(|id| payees.rows.get(&id)).map(PayeeView::of)
    }

    /// A payee by its id, also one that is kept no longer.
    pub fn payee(&self, id: TransferId) -> Option<PayeeView<'_>> {
        self.state.payees.rows.get(&id.0).map(PayeeView::of)
    }

    /// A complaint.
    pub fn complaint(&self, id: TransferId) -> Option<&ComplaintRow> {
        self.state.complaints.rows.get(&id.0)
    }

    /// The complaints of a party, by id.
    pub fn complaints_of(
        &self,
        party: PartyId,
    ) -> impl Iterator<Item = (TransferId, &ComplaintRow)> {
        self.state.complaints.of(party)
    }

    /// Those that wait for an answer, what is due first first.
    pub fn complaints_waiting(&self) -> impl Iterator<Item = (TransferId, &ComplaintRow)> {
        let complaints = &self.state.complaints;
        let waiting = complaints.waiting.iter();
        waiting.filter_map(|(_, id)| Some((TransferId(*id), complaints.rows.get(id)?)))
    }

    /// All complaints, by id.
    pub fn complaints(&self) -> impl Iterator<Item = (TransferId, &ComplaintRow)> {
        self.state.complaints.rows.iter().map(|(id, row)| (TransferId(*id), row))
    }

    /// Holds by id.
    pub fn holds(&self) -> impl Iterator<Item = HoldView> + '_ {
        self.state
            .holds
            .values()
            .map(|row| HoldView { hold: row.hold.clone(), released: row.released })
    }

    /// Rule sets in the order of their numbers.
    pub fn rule_sets(&self) -> impl Iterator<Item = RuleSetView<'_>> {
        let guard = &self.state.guard;
        (1..).zip(&guard.sets).map(move |(number, row)| RuleSetView {
            number,
            set: &row.set,
            in_force: guard.in_force(number),
            judging: guard.active.last() == Some(&number) || guard.trial == Some(number),
            judged: row.judged,
            stopped: row.stopped,
            lost: row.lost,
        })
    }

    /// What everybody did lately, once a rule set was adopted.
    pub fn recent(&self) -> Option<&Tracker> {
        self.state.guard.tracker.as_deref()
    }

    /// A whole artifact by its hash.
    pub fn artifact(&self, hash: &[u8; 32]) -> Option<&[u8]> {
        self.state.guard.whole(hash)
    }

    /// Cases by the numbers of their payments.
    pub fn cases(&self) -> impl Iterator<Item = CaseView<'_>> {
        self.state.guard.cases.iter().map(|(id, row)| CaseView::of(*id, row))
    }

    /// What looking a party up on lists came to, if it ever was.
    pub fn screened(&self, party: PartyId) -> Option<ScreeningResult> {
        self.state.guard.screened.get(&party.0).copied()
    }

    /// The case of a payment, if it has one.
    pub fn case(&self, payment: TransferId) -> Option<CaseView<'_>> {
        self.state.guard.cases.get(&payment.0).map(|row| CaseView::of(payment.0, row))
    }

    /// Whether an account takes no more transfers.
    pub fn is_closed(&self, id: AccountId) -> bool {
        let row = self.state.account_place(id).map(|place| self.state.accounts.at(place));
        row.is_some_and(|row| row.flags.has(AccountFlags::CLOSED))
    }

    /// Whether an id was refused for a passing reason.
    pub fn has_failed(&self, id: TransferId) -> bool {
        self.state.failed.contains(&id.0)
    }
}
