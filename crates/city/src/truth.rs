//! What the town believes: its own naive books of everything it asked for, kept without the engine.
//! It says of each command what the bank must answer, or that it cannot be sure (a pending payment
//! that may have expired a moment ago); then the town does not ask. `book.rs` holds one account.

mod book;
#[cfg(test)]
mod tests;

use crate::label::Label;
use crate::world::place_of;
use book::{Book, Held, Verdict};
use std::collections::BTreeMap;
use terms::{
    Account, AccountFlags, AccountId, Amount, Day, Entry, Hold, InterestTerms, Leg, Refusal, Side,
    SpendingLimits, TimeNs, Transfer, TransferFlags, TransferId,
};

/// What the bank must answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Expected {
    /// Done.
    Done,
    /// Refused for this reason.
    Refused(Refusal),
}

/// Nearer than this to the end of a pending payment's time, the town is not sure whether it is over:
/// the caller may gather a minute's requests into one turn.
const DOUBT_NS: u64 = 10 * 60 * 1_000_000_000;
/// Millionths of one.
const PPM: i128 = 1_000_000;

/// Where a pending payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Open,
    Posted,
    Voided,
}

/// A pending payment.
#[derive(Clone, Copy, Debug)]
struct Pending {
    debit: usize,
    credit: usize,
    amount: i64,
    ends: u64,
    phase: Phase,
}

/// Interest of one account: the exact sum of balance x rate x days, in millionths of a minor unit-year.
#[derive(Clone, Copy, Debug)]
struct Accrual {
    rate_ppm: i128,
    basis: i128,
    counter: usize,
    accrued: i128,
}

/// The town's books.
#[derive(Clone, Debug, Default)]
pub struct Truth {
    books: Vec<Book>,
    pending: BTreeMap<TransferId, Pending>,
    interest: BTreeMap<usize, Accrual>,
    holds: BTreeMap<TransferId, (usize, Option<Amount>)>,
    business_day: Day,
    accepted: u64,
    refused: BTreeMap<Refusal, u64>,
    moved: u128,
    labels: Vec<Label>,
}

impl Truth {
    /// Posted credits less posted debits of every account, in minor units.
    pub fn balances(&self) -> BTreeMap<AccountId, i128> {
        self.books.iter().map(|book| (book.id, i128::from(book.posted))).collect()
    }

    /// Posted credits less posted debits of one account, or `None` if the town did not open it.
    pub fn balance(&self, account: AccountId) -> Option<i128> {
        self.find(account).map(|at| i128::from(self.books[at].posted))
    }

    /// Requested movements of money that the bank must have done: transfers of either phase, entries,
    /// reversals, interest.
    pub fn accepted(&self) -> u64 {
        self.accepted
    }

    /// Requested movements of money that the bank must have refused, by reason.
    pub fn refused(&self) -> &BTreeMap<Refusal, u64> {
        &self.refused
    }

    /// What thieves did, and every payment to somebody listed, in the order in which they were made.
    pub fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// The label of a payment, if it has one.
    pub fn label_of(&self, transfer: TransferId) -> Option<&Label> {
        // Ids grow, so the labels lie in their order.
        let at = self.labels.binary_search_by_key(&transfer, |label| label.transfer).ok()?;
        self.labels.get(at)
    }

    /// Minor units posted by transfers, all currencies together: a figure for "how much happened".
    pub fn moved(&self) -> u128 {
        self.moved
    }

    /// Pending payments that were neither posted nor voided nor have expired for good, with their amounts.
    pub fn open_pending(&self) -> BTreeMap<TransferId, u128> {
        let open = self.pending.iter().filter(|(_, p)| p.phase == Phase::Open);
        open.map(|(id, p)| (*id, p.amount.unsigned_abs().into())).collect()
    }

    /// The business day on which the next request is booked.
    pub fn business_day(&self) -> Day {
        self.business_day
    }

    /// Writes down what a payment really was.
    pub(crate) fn label(&mut self, label: Label) {
        self.labels.push(label);
    }

    /// Opens the books on `day`.
    pub(crate) fn begin(&mut self, day: Day) {
        self.business_day = day;
    }

    /// Opens an account; accounts come in the order of their places.
    pub(crate) fn open(&mut self, account: &Account) {
        assert!(
            place_of(account.id) == Some(self.books.len()),
            "accounts are opened in the order of their places"
        );
        self.books.push(Book::new(account));
    }

    /// Sets limits.
    pub(crate) fn limit(&mut self, limits: &SpendingLimits) {
        let Some(at) = self.find(limits.account) else { return };
        self.books[at].per_transfer = limits.per_transfer.map_or(i64::MAX, minor);
        self.books[at].per_day = limits.per_day.map_or(i64::MAX, minor);
    }

    /// Sets interest terms, once per account.
    pub(crate) fn set_interest(&mut self, terms: &InterestTerms) {
        let (Some(at), Some(counter)) =
            (self.find(terms.account), self.find(terms.counter_account))
        else {
            return;
        };
        let (rate_ppm, basis) = (terms.rate_ppm.into(), i128::from(terms.basis as u16));
        self.interest.insert(at, Accrual { rate_ppm, basis, counter, accrued: 0 });
    }

    /// Blocks money.
    pub(crate) fn place_hold(&mut self, hold: &Hold) {
        let Some(at) = self.find(hold.account) else { return };
        self.holds.insert(hold.id, (at, hold.amount));
        self.books[at].held = hold.amount.map_or(Held::Whole, |amount| Held::Part(minor(amount)));
    }

    /// Lifts a block.
    pub(crate) fn release_hold(&mut self, hold: TransferId) {
        if let Some((at, _)) = self.holds.remove(&hold) {
            self.books[at].held = Held::Nothing;
        }
    }

    /// Ends a business day: every day up to `next` earns interest on the balance that stands now.
    pub(crate) fn close_day(&mut self, next: Day) {
        let days = i128::from(next.0 - self.business_day.0);
        for (at, terms) in &mut self.interest {
            terms.accrued += i128::from(self.books[*at].posted) * terms.rate_ppm * days;
        }
        self.business_day = next;
    }

    /// What the bank must answer to one transfer; `None` when that is not sure, and nothing is booked.
    pub(crate) fn transfer(&mut self, t: &Transfer, now: TimeNs) -> Option<Expected> {
        let verdict = if t
            .flags
            .any(TransferFlags(TransferFlags::POST_PENDING.0 | TransferFlags::VOID_PENDING.0))
        {
            self.resolve(t, now)
        } else {
            self.move_money(t, now)
        };
        self.count(verdict)
    }

    /// What the bank must answer to two linked transfers.
    pub(crate) fn chain(
        &mut self,
        first: &Transfer,
        then: &Transfer,
        now: TimeNs,
    ) -> Option<[Expected; 2]> {
        let places =
            [first.debit_account, first.credit_account, then.debit_account, then.credit_account];
        let before = places.map(|id| self.find(id).map(|at| (at, self.books[at])));
        let moved = self.moved;
        let verdicts = match self.move_money(first, now) {
            Verdict::Done => [Verdict::Done, self.move_money(then, now)],
            refused => [refused, Verdict::Refused(Refusal::LinkedEventFailed)],
        };
        if verdicts == [Verdict::Done; 2] {
            return Some([self.count(verdicts[0])?, self.count(verdicts[1])?]);
        }
        for (at, book) in before.into_iter().flatten() {
            self.books[at] = book;
        }
        self.moved = moved;
        match verdicts {
            [_, Verdict::Unsure] | [Verdict::Unsure, _] => None,
            [Verdict::Done, refused] => {
                let failed = self.count(Verdict::Refused(Refusal::LinkedEventFailed))?;
                Some([failed, self.count(refused)?])
            }
            [refused, failed] => Some([self.count(refused)?, self.count(failed)?]),
        }
    }

    /// What the bank must answer to an entry. The town only asks for entries that will be done.
    pub(crate) fn entry(&mut self, entry: &Entry) -> Option<Expected> {
        for leg in entry.legs.iter().filter(|leg| leg.side == Side::Debit) {
            let book = &self.books[self.find(leg.account)?];
            if book.closed || book.may_debit(minor(leg.amount), self.business_day) != Verdict::Done
            {
                return None;
            }
        }
        for Leg { account, side, amount } in &entry.legs {
            let at = self.find(*account)?;
            let amount = minor(*amount);
            self.books[at].posted += if *side == Side::Debit { -amount } else { amount };
            if *side == Side::Debit {
                self.books[at].spend_perhaps(amount, self.business_day);
            }
        }
        self.count(Verdict::Done)
    }

    /// What the bank must answer when `of` is to be taken back.
    pub(crate) fn reverse(&mut self, of: &Transfer) -> Option<Expected> {
        let (from, to) = (self.find(of.credit_account)?, self.find(of.debit_account)?);
        let amount = minor(of.amount);
        let verdict = self.weigh(from, to, amount);
        // Whether limits bind a reversal is for the bank to say, so the town keeps within them.
        if matches!(
            verdict,
            Verdict::Refused(Refusal::ExceedsTransferLimit | Refusal::ExceedsDailyLimit)
        ) {
            return None;
        }
        if verdict == Verdict::Done {
            self.post(from, to, amount);
            self.books[from].spend_perhaps(amount, self.business_day);
            self.books[to].unspend(amount, self.business_day);
        }
        self.count(verdict)
    }

    /// Takes a payment of one phase, or a reservation, out of the books: the bank kept it back after all.
    pub(crate) fn keep_back(&mut self, t: &Transfer) {
        self.accepted -= 1;
        if let Some(pending) = self.pending.remove(&t.id) {
            return self.release(&pending);
        }
        let (Some(from), Some(to)) = (self.find(t.debit_account), self.find(t.credit_account))
        else {
            return;
        };
        let amount = minor(t.amount);
        self.post(to, from, amount);
        self.moved -= 2 * u128::from(amount.unsigned_abs());
        self.books[from].unspend(amount, self.business_day);
    }

    /// What the bank must answer when the interest of an account is settled: whole minor units are
    /// booked, the rest stays.
    pub(crate) fn settle_interest(&mut self, account: AccountId) -> Option<Expected> {
        let at = self.find(account)?;
        let terms = self.interest.get_mut(&at)?;
        let whole = terms.accrued / (PPM * terms.basis);
        if whole == 0 {
            return self.count(Verdict::Refused(Refusal::NoInterestDue));
        }
        terms.accrued -= whole * PPM * terms.basis;
        let counter = terms.counter;
        self.post(counter, at, i64::try_from(whole).ok()?);
        self.count(Verdict::Done)
    }

    /// Counts the answer to a repeated request, which changes nothing.
    pub(crate) fn repeated(&mut self, refusal: Refusal) -> Expected {
        *self.refused.entry(refusal).or_default() += 1;
        Expected::Refused(refusal)
    }

    /// By now the bank has surely noticed that the payment's time was over; forgets it if it was resolved.
    pub(crate) fn let_expire(&mut self, pending: TransferId) {
        if let Some(p) = self.pending.remove(&pending)
            && p.phase == Phase::Open
        {
            self.release(&p);
        }
    }

    /// What the account may surely spend at once.
    pub(crate) fn room(&self, place: u32) -> u64 {
        self.books[place as usize].room(self.business_day).max(0).unsigned_abs()
    }

    /// Posted credits less posted debits.
    pub(crate) fn posted(&self, place: u32) -> i64 {
        self.books[place as usize].posted
    }

    /// Whether nothing is pending, blocked, limited or closed on the account.
    pub(crate) fn is_plain(&self, place: u32) -> bool {
        self.books[place as usize].is_plain()
    }

    /// Whether money of the account is blocked by order.
    pub(crate) fn is_held(&self, place: u32) -> bool {
        self.books[place as usize].held != Held::Nothing
    }

    /// Whether the account can be paid.
    pub(crate) fn is_open(&self, place: u32) -> bool {
        !self.books[place as usize].closed
    }

    /// The last business day on which somebody paid from the account or into it.
    pub(crate) fn quiet_since(&self, place: u32) -> Day {
        self.books[place as usize].quiet_since
    }

    /// The account's limits per transfer and per day, where it has them.
    pub(crate) fn limits(&self, place: u32) -> (Option<u64>, Option<u64>) {
        let some = |limit: i64| if limit == i64::MAX { None } else { Some(limit.unsigned_abs()) };
        let book = &self.books[place as usize];
        (some(book.per_transfer), some(book.per_day))
    }

    fn find(&self, id: AccountId) -> Option<usize> {
        place_of(id).filter(|at| self.books.get(*at).is_some_and(|book| book.id == id))
    }

    fn count(&mut self, verdict: Verdict) -> Option<Expected> {
        match verdict {
            Verdict::Unsure => None,
            Verdict::Done => {
                self.accepted += 1;
                Some(Expected::Done)
            }
            Verdict::Refused(refusal) => Some(self.repeated(refusal)),
        }
    }

    /// A transfer of one phase, or the first of two.
    fn move_money(&mut self, t: &Transfer, now: TimeNs) -> Verdict {
        if t.debit_account == t.credit_account {
            return Verdict::Refused(Refusal::AccountsMustBeDifferent);
        }
        let Some(from) = self.find(t.debit_account) else {
            return Verdict::Refused(Refusal::DebitAccountNotFound);
        };
        let Some(to) = self.find(t.credit_account) else {
            return Verdict::Refused(Refusal::CreditAccountNotFound);
        };
        if self.books[from].currency != self.books[to].currency {
            return Verdict::Refused(Refusal::AccountsMustHaveTheSameLedger);
        }
        let mut amount = minor(t.amount);
        if t.flags.has(TransferFlags::BALANCING_DEBIT) {
            if !self.books[from].is_plain() {
                return Verdict::Unsure;
            }
            amount = amount.min(self.books[from].posted.max(0));
        }
        let verdict = self.weigh(from, to, amount);
        if verdict == Verdict::Done {
            for at in [from, to] {
                self.books[at].quiet_since = self.business_day;
            }
            if t.flags.has(TransferFlags::PENDING) {
                self.reserve(t, from, to, amount, now);
            } else {
                self.post(from, to, amount);
                self.books[from].spend(amount, self.business_day);
            }
        }
        verdict
    }

    /// The rules of money in the order of precedence of `terms::Refusal`.
    fn weigh(&self, from: usize, to: usize, amount: i64) -> Verdict {
        let (debit, credit) = (&self.books[from], &self.books[to]);
        if debit.closed {
            return Verdict::Refused(Refusal::DebitAccountAlreadyClosed);
        }
        if credit.closed {
            return Verdict::Refused(Refusal::CreditAccountAlreadyClosed);
        }
        debit
            .covers(amount)
            .and(|| credit.takes(amount))
            .and(|| debit.may_debit(amount, self.business_day))
    }

    fn reserve(&mut self, t: &Transfer, debit: usize, credit: usize, amount: i64, now: TimeNs) {
        self.books[debit].pending_debits += amount;
        self.books[credit].pending_credits += amount;
        self.books[debit].spend_perhaps(amount, self.business_day);
        self.books[debit].closed |= t.flags.has(TransferFlags::CLOSING_DEBIT);
        let ends = if t.timeout_s == 0 {
            u64::MAX
        } else {
            now.plus_s(t.timeout_s).map_or(u64::MAX, |end| end.0)
        };
        self.pending.insert(t.id, Pending { debit, credit, amount, ends, phase: Phase::Open });
    }

    /// Posting in whole or in part, or voiding.
    fn resolve(&mut self, t: &Transfer, now: TimeNs) -> Verdict {
        let Some(mut p) = self.pending.get(&t.pending_id).copied() else {
            return Verdict::Refused(Refusal::PendingTransferNotFound);
        };
        let posting = t.flags.has(TransferFlags::POST_PENDING);
        let amount = if !posting || t.amount == Amount::MAX { p.amount } else { minor(t.amount) };
        if amount > p.amount {
            return Verdict::Refused(Refusal::ExceedsPendingTransferAmount);
        }
        match p.phase {
            Phase::Posted => return Verdict::Refused(Refusal::PendingTransferAlreadyPosted),
            Phase::Voided => return Verdict::Refused(Refusal::PendingTransferAlreadyVoided),
            Phase::Open if now.0 > p.ends.saturating_add(DOUBT_NS) => {
                return Verdict::Refused(Refusal::PendingTransferExpired);
            }
            Phase::Open if now.0.saturating_add(DOUBT_NS) > p.ends => return Verdict::Unsure,
            Phase::Open => {}
        }
        self.release(&p);
        if posting {
            self.post(p.debit, p.credit, amount);
            self.books[p.debit].spend_perhaps(amount, self.business_day);
        }
        p.phase = if posting { Phase::Posted } else { Phase::Voided };
        self.pending.insert(t.pending_id, p);
        Verdict::Done
    }

    fn release(&mut self, p: &Pending) {
        self.books[p.debit].pending_debits -= p.amount;
        self.books[p.credit].pending_credits -= p.amount;
    }

    fn post(&mut self, from: usize, to: usize, amount: i64) {
        self.books[from].posted -= amount;
        self.books[to].posted += amount;
        self.moved += u128::from(amount.unsigned_abs());
    }

    /// Every account that broke its own limit, for tests: deposits below zero, tills above.
    pub fn overdrawn(&self) -> Vec<AccountId> {
        let broken = |book: &&Book| {
            (book.flags.has(AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS)
                && book.posted < book.pending_debits)
                || (book.flags.has(AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS)
                    && -book.posted < book.pending_credits)
        };
        self.books.iter().filter(broken).map(|book| book.id).collect()
    }

    /// Balances summed per currency: zero in each, or money came from nowhere.
    pub fn sums(&self) -> BTreeMap<terms::Currency, i128> {
        let mut sums = BTreeMap::new();
        for book in &self.books {
            *sums.entry(book.currency).or_default() += i128::from(book.posted);
        }
        sums
    }
}

/// An amount of the town as a signed number; the town knows no larger ones.
fn minor(amount: Amount) -> i64 {
    i64::try_from(amount.0).unwrap_or(i64::MAX)
}
