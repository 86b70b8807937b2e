//! Which rules a transfer breaks, each asked for itself and in no order. Nothing here stops at the
//! first one.

use super::books::{Books, SPENT_BY_9};
use crate::bank::*;
use engine::{AccountView, TransferPhase, TransferView};
use terms::Refusal::*;
use terms::*;

/// Every refusal that holds for `t`.
pub fn broken(books: &Books, t: &Transfer) -> Vec<Refusal> {
    let mut all = of_itself(books, t);
    all.extend(of_its_id(books, t));
    if t.flags.any(POST | VOID) {
        all.extend(of_a_resolution(t));
        if let Some(p) = books.bank.engine.transfer(t.pending_id) {
            all.extend(of_its_pending_transfer(books, t, &p));
        }
        let entry = books.bank.engine.entry(t.pending_id).is_some();
        let unknown = books.bank.engine.transfer(t.pending_id).is_none();
        all.extend(entry.then_some(PendingTransferNotPending));
        all.extend((unknown && !entry).then_some(PendingTransferNotFound));
        return all;
    }
    all.extend(of_a_first_phase(t));
    let engine = &books.bank.engine;
    let (debit, credit) = (engine.account(t.debit_account), engine.account(t.credit_account));
    all.extend(debit.is_none().then_some(DebitAccountNotFound));
    all.extend(credit.is_none().then_some(CreditAccountNotFound));
    if let (Some(debit), Some(credit)) = (debit, credit) {
        all.extend(of_its_accounts(books, t, &debit, &credit));
        all.extend(of_its_amount(books, t, &debit, &credit));
    }
    all
}

/// Pairs of a rule and whether it is broken.
fn those_that_hold<const N: usize>(rules: [(Refusal, bool); N]) -> impl Iterator<Item = Refusal> {
    rules.into_iter().filter(|(_, holds)| *holds).map(|(refusal, _)| refusal)
}

fn of_itself(books: &Books, t: &Transfer) -> Vec<Refusal> {
    let (imported, at) = (t.flags.has(IMPORTED), t.timestamp.0);
    those_that_hold([
        (TimestampMustBeZero, !imported && at != 0),
        (ImportedEventTimestampOutOfRange, imported && (at == 0 || at >= 1 << 63)),
        (ImportedEventTimestampMustNotAdvance, imported && at >= books.bank.now.0),
        (ReservedFlag, t.flags.0 >= 1 << 9),
        (IdMustNotBeZero, t.id.0 == 0),
        (IdMustNotBeIntMax, t.id.0 == u128::MAX),
        (IdAlreadyFailed, books.bank.engine.has_failed(t.id)),
    ])
    .collect()
}

/// What differs from the transfer that has the id, or that nothing does.
fn of_its_id(books: &Books, t: &Transfer) -> Vec<Refusal> {
    if books.bank.engine.entry(t.id).is_some() {
        return vec![ExistsWithDifferentContent];
    }
    let Some(found) = books.bank.engine.transfer(t.id) else {
        return vec![];
    };
    let e = &found.transfer;
    // Zero takes over what the pending transfer has, where the flags are the same.
    let resolving = e.flags.any(POST | VOID);
    let pending = books.bank.engine.transfer(e.pending_id).map(|p| p.transfer);
    let p = pending.filter(|_| resolving).unwrap_or_default();
    let open =
        |asked: u128, taken_over: u128| if resolving && asked == 0 { taken_over } else { asked };
    let whole = match () {
        () if resolving && e.flags.has(VOID) => t.amount == Amount::ZERO,
        () => resolving && t.amount == Amount::MAX,
    };
    let amount = if whole { p.amount } else { t.amount };
    let balancing = e.flags.any(TransferFlags::BALANCING_DEBIT | TransferFlags::BALANCING_CREDIT);
    let value_date = if t.value_date == Day::BOOKING { found.booking_date } else { t.value_date };
    let mut all: Vec<Refusal> = those_that_hold([
        (ExistsWithDifferentFlags, t.flags != e.flags),
        (ExistsWithDifferentPendingId, t.pending_id != e.pending_id),
        (ExistsWithDifferentTimeout, t.timeout_s != e.timeout_s),
        (
            ExistsWithDifferentDebitAccountId,
            open(t.debit_account.0, p.debit_account.0) != e.debit_account.0,
        ),
        (
            ExistsWithDifferentCreditAccountId,
            open(t.credit_account.0, p.credit_account.0) != e.credit_account.0,
        ),
        (ExistsWithDifferentAmount, if balancing { amount < e.amount } else { amount != e.amount }),
        (ExistsWithDifferentUserData128, open(t.user_data_128, p.user_data_128) != e.user_data_128),
        (
            ExistsWithDifferentUserData64,
            open(t.user_data_64.into(), p.user_data_64.into()) != e.user_data_64.into(),
        ),
        (
            ExistsWithDifferentUserData32,
            open(t.user_data_32.into(), p.user_data_32.into()) != e.user_data_32.into(),
        ),
        (
            ExistsWithDifferentLedger,
            open(t.ledger.0.into(), p.ledger.0.into()) != e.ledger.0.into(),
        ),
        (ExistsWithDifferentCode, open(t.code.into(), p.code.into()) != e.code.into()),
        (ExistsWithDifferentValueDate, value_date != found.transfer.value_date),
    ])
    .collect();
    if all.is_empty() {
        all.push(Exists);
    }
    all
}

fn of_a_first_phase(t: &Transfer) -> Vec<Refusal> {
    let (debit, credit, pending) = (t.debit_account.0, t.credit_account.0, t.flags.has(PENDING));
    let closing = t.flags.any(TransferFlags::CLOSING_DEBIT | TransferFlags::CLOSING_CREDIT);
    those_that_hold([
        (DebitAccountIdMustNotBeZero, debit == 0),
        (DebitAccountIdMustNotBeIntMax, debit == u128::MAX),
        (CreditAccountIdMustNotBeZero, credit == 0),
        (CreditAccountIdMustNotBeIntMax, credit == u128::MAX),
        (AccountsMustBeDifferent, debit == credit),
        (PendingIdMustBeZero, t.pending_id.0 != 0),
        (TimeoutReservedForPendingTransfer, !pending && t.timeout_s != 0),
        (ClosingTransferMustBePending, !pending && closing),
        (LedgerMustNotBeZero, t.ledger.0 == 0),
        (CodeMustNotBeZero, t.code == 0),
    ])
    .collect()
}

fn of_a_resolution(t: &Transfer) -> Vec<Refusal> {
    let alone = !t.flags.any(TransferFlags(0b1111_0010)) && t.flags.has(POST) != t.flags.has(VOID);
    those_that_hold([
        (FlagsAreMutuallyExclusive, !alone),
        (PendingIdMustNotBeZero, t.pending_id.0 == 0),
        (PendingIdMustNotBeIntMax, t.pending_id.0 == u128::MAX),
        (PendingIdMustBeDifferent, t.pending_id == t.id),
        (TimeoutReservedForPendingTransfer, t.timeout_s != 0),
    ])
    .collect()
}

fn of_its_pending_transfer(books: &Books, t: &Transfer, p: &TransferView) -> Vec<Refusal> {
    let (voiding, due) = (t.flags.has(VOID), p.transfer.id.0 == 507);
    let whole = if voiding { t.amount == Amount::ZERO } else { t.amount == Amount::MAX };
    let amount = if whole { p.transfer.amount } else { t.amount };
    let differs = |asked: u128, its: u128| asked != 0 && asked != its;
    let closed = |id| books.bank.engine.is_closed(id) && !voiding;
    let mut all: Vec<Refusal> = those_that_hold([
        (PendingTransferNotPending, !p.transfer.flags.has(PENDING)),
        (
            PendingTransferHasDifferentDebitAccountId,
            differs(t.debit_account.0, p.transfer.debit_account.0),
        ),
        (
            PendingTransferHasDifferentCreditAccountId,
            differs(t.credit_account.0, p.transfer.credit_account.0),
        ),
        (PendingTransferHasDifferentLedger, differs(t.ledger.0.into(), p.transfer.ledger.0.into())),
        (PendingTransferHasDifferentCode, differs(t.code.into(), p.transfer.code.into())),
        (ExceedsPendingTransferAmount, amount > p.transfer.amount),
        (PendingTransferHasDifferentAmount, voiding && amount < p.transfer.amount),
        (PendingTransferAlreadyPosted, p.phase == TransferPhase::Posted),
        (PendingTransferAlreadyVoided, p.phase == TransferPhase::Voided),
        (PendingTransferExpired, p.phase == TransferPhase::Expired || due),
        (DebitAccountAlreadyClosed, closed(p.transfer.debit_account)),
        (CreditAccountAlreadyClosed, closed(p.transfer.credit_account)),
    ])
    .collect();
    all.extend(of_its_dates(books, t, [p.transfer.debit_account, p.transfer.credit_account]));
    all
}

/// The value date, and for an import that its time comes after all others.
fn of_its_dates(books: &Books, t: &Transfer, accounts: [AccountId; 2]) -> Vec<Refusal> {
    let imported = t.flags.has(IMPORTED);
    let booked = if imported { t.timestamp.day_at(0) } else { books.today };
    let value_date = if t.value_date == Day::BOOKING { booked } else { t.value_date };
    let accounts_at = books.bank.engine.accounts().any(|a| a.account.timestamp == t.timestamp);
    those_that_hold([
        (
            ImportedEventTimestampMustNotRegress,
            imported && (t.timestamp <= books.last_transfer || accounts_at),
        ),
        (ValueDateOutOfRange, (i64::from(value_date.0) - i64::from(booked.0)).abs() > 366),
        (
            ValueDateBeforeInterestSettled,
            accounts.contains(&AccountId(7)) && value_date < books.today,
        ),
    ])
    .collect()
}

fn of_its_accounts(
    books: &Books,
    t: &Transfer,
    debit: &AccountView,
    credit: &AccountView,
) -> Vec<Refusal> {
    let imported = t.flags.has(IMPORTED);
    let (its, other) = (&debit.account, &credit.account);
    let mut all: Vec<Refusal> = those_that_hold([
        (AccountsMustHaveTheSameLedger, its.ledger != other.ledger),
        (TransferMustHaveTheSameLedgerAsAccounts, t.ledger != its.ledger),
        (ImportedEventTimestampMustPostdateDebitAccount, imported && t.timestamp <= its.timestamp),
        (
            ImportedEventTimestampMustPostdateCreditAccount,
            imported && t.timestamp <= other.timestamp,
        ),
        (ImportedEventTimeoutMustBeZero, imported && t.timeout_s != 0),
        (DebitAccountAlreadyClosed, its.flags.has(AccountFlags::CLOSED)),
        (CreditAccountAlreadyClosed, other.flags.has(AccountFlags::CLOSED)),
    ])
    .collect();
    all.extend(of_its_dates(books, t, [its.id, other.id]));
    all
}

fn of_its_amount(books: &Books, t: &Transfer, d: &AccountView, c: &AccountView) -> Vec<Refusal> {
    let mut amount = t.amount.0;
    let debits = d.debits_pending.0 + d.debits_posted.0;
    let credits = c.credits_pending.0 + c.credits_posted.0;
    if t.flags.has(TransferFlags::BALANCING_DEBIT) {
        let free = d.credits_posted.0.saturating_sub(debits).saturating_sub(d.held.0);
        amount = amount.min(free);
    }
    if t.flags.has(TransferFlags::BALANCING_CREDIT) {
        amount = amount.min(c.debits_posted.0.saturating_sub(credits));
    }
    let passes = |sum: u128| sum.checked_add(amount).is_none();
    let above = |sum: u128, most: u128| sum.checked_add(amount).is_none_or(|sum| sum > most);
    let (pending, imported) = (t.flags.has(PENDING), t.flags.has(IMPORTED));
    let end_ns = u128::from(books.bank.now.0) + u128::from(t.timeout_s) * 1_000_000_000;
    let limited = |view: &AccountView, flag| view.account.flags.has(flag);
    let limits = d.limits.filter(|_| !imported);
    let once = limits.and_then(|l| l.per_transfer).is_some_and(|most| amount > most.0);
    let daily = limits.and_then(|l| l.per_day).is_some_and(|most| above(SPENT_BY_9, most.0));
    let free_of_hold = d.credits_posted.0.saturating_sub(d.held.0);
    those_that_hold([
        (OverflowsDebitsPending, pending && passes(d.debits_pending.0)),
        (OverflowsCreditsPending, pending && passes(c.credits_pending.0)),
        (OverflowsDebitsPosted, passes(d.debits_posted.0)),
        (OverflowsCreditsPosted, passes(c.credits_posted.0)),
        (OverflowsDebits, passes(debits)),
        (OverflowsCredits, passes(credits)),
        (OverflowsTimeout, end_ns > u128::from(u64::MAX)),
        (ExceedsCredits, limited(d, DEPOSIT) && above(debits, d.credits_posted.0)),
        (ExceedsDebits, limited(c, TILL) && above(credits, c.debits_posted.0)),
        (ExceedsHold, d.held.0 > 0 && amount > 0 && above(debits, free_of_hold)),
        (ExceedsTransferLimit, once),
        (ExceedsDailyLimit, daily),
    ])
    .collect()
}
