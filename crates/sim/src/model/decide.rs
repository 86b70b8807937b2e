//! The rules, each with the list in hand. The order is the order of refusals.

use super::sums::Balance;
use super::{Done, Model};
use std::collections::BTreeMap;
use terms::Refusal::*;
use terms::limits::{
    BUSINESS_DAY_GAP_MAX, ENTRY_LEGS_MAX, RATE_PPM_MAX, SEALED_BYTES_MAX, TEXT_BYTES_MAX,
    VALUE_DATE_DAYS_AHEAD_MAX, VALUE_DATE_DAYS_BACK_MAX,
};
use terms::*;

type Decided<T> = Result<T, Refusal>;

/// Code of the transfers that settle interest.
const INTEREST_CODE: u16 = 65_001;

/// Refuses where a rule is broken.
fn unless(broken: bool, refusal: Refusal) -> Decided<()> {
    if broken { Err(refusal) } else { Ok(()) }
}

fn check_id(id: u128) -> Decided<()> {
    unless(id == 0, IdMustNotBeZero)?;
    unless(id == u128::MAX, IdMustNotBeIntMax)
}

fn check_text(text: &str) -> Decided<()> {
    unless(text.len() > TEXT_BYTES_MAX, TextTooLong)
}

fn check_sealed(sealed: &Sealed) -> Decided<()> {
    unless(sealed.ciphertext.len() > SEALED_BYTES_MAX, TextTooLong)
}

fn check_time(imported: bool, timestamp: TimeNs, now: TimeNs) -> Decided<()> {
    unless(!imported && timestamp.0 != 0, TimestampMustBeZero)?;
    unless(imported && !(1..1 << 63).contains(&timestamp.0), ImportedEventTimestampOutOfRange)?;
    unless(imported && timestamp >= now, ImportedEventTimestampMustNotAdvance)
}

impl Model {
    /// The command with nothing left open, or the first rule it breaks.
    pub(super) fn decide(&self, time: TimeNs, command: &Command) -> Decided<Command> {
        match command {
            Command::Transfer(t) => return self.transfer_allowed(time, t).map(Command::Transfer),
            Command::CreateAccount(a) => return self.open(time, a).map(Command::CreateAccount),
            Command::PostEntry(entry) => {
                unless(entry.reverses.0 != 0, ReservedField)?;
                self.new_id(entry.id, |model| model.entry_exists(entry))?;
                return self.entry_allowed(time, entry).map(Command::PostEntry);
            }
            Command::Reverse { id, of, value_date } => {
                return self.reversal(time, *id, *of, *value_date);
            }
            Command::SettleInterest { id, account } => {
                return self.settlement(time, *id, *account).map(Command::Transfer);
            }
            Command::SetLimits(limits) => {
                self.account(limits.account).ok_or(AccountNotFound).map(drop)?
            }
            Command::SetInterest(terms) => self.check_interest_terms(terms)?,
            Command::PlaceHold(hold) => self.check_hold_order(hold)?,
            Command::ReleaseHold { hold } => {
                let (_, released) = self.hold(*hold).ok_or(HoldNotFound)?;
                unless(released, HoldAlreadyReleased)?;
            }
            Command::CloseDay { day, next } => {
                let today = self.business_day().ok_or(InstitutionNotOpen)?;
                unless(*day != today, DayNotOpen)?;
                unless(!(1..=BUSINESS_DAY_GAP_MAX).contains(&(next.0 - day.0)), NextDayOutOfRange)?;
            }
            Command::Expire { pending } => self.check_expiry(time, *pending)?,
            Command::MarkSnapshot(mark) => unless(mark.records != self.records, SnapshotMismatch)?,
            _ => self.check_names(command)?,
        }
        Ok(command.clone())
    }

    /// The institution, its chart, people and their roles.
    fn check_names(&self, command: &Command) -> Decided<()> {
        match command {
            Command::OpenInstitution(institution) => {
                check_text(&institution.name)?;
                unless(institution.currency.0 == 0, LedgerMustNotBeZero)?;
                unless(self.business_day().is_some(), InstitutionAlreadyOpen)
            }
            Command::DefineChartLine(line) => {
                check_text(&line.name)?;
                let known = self.chart().find(|known| known.code == line.code);
                unless(known == Some(line), Exists)?;
                unless(known.is_some(), ExistsWithDifferentContent)?;
                unless(line.code == 0, CodeMustNotBeZero)
            }
            Command::RegisterParty(party) => {
                check_sealed(&party.identity)?;
                check_id(party.id.0)?;
                let Some((known, erased)) = self.party(party.id) else {
                    return Ok(());
                };
                unless(erased, PartyErased)?;
                Err(if known == party { Exists } else { ExistsWithDifferentContent })
            }
            Command::EraseParty { party, reason } => {
                check_text(reason)?;
                self.check_party(*party)
            }
            Command::GrantRole(role) => {
                unless(self.role(role) == Some(role), Exists)?;
                self.account(role.account).ok_or(AccountNotFound)?;
                self.check_party(role.party)
            }
            Command::RevokeRole(role) => self.role(role).ok_or(RoleNotFound).map(drop),
            Command::Attach(attachment) => {
                check_sealed(&attachment.text)?;
                self.check_party(attachment.party)?;
                unless(!self.is_taken(attachment.subject), SubjectNotFound)
            }
            _ => unreachable!("every other command has rules of its own"),
        }
    }

    fn chart(&self) -> impl Iterator<Item = &ChartLine> {
        self.done.iter().filter_map(|done| match &done.command {
            Command::DefineChartLine(line) => Some(line),
            _ => None,
        })
    }

    /// A party and whether it was erased.
    fn party(&self, id: PartyId) -> Option<(&Party, bool)> {
        let found = self.done.iter().find_map(|done| match &done.command {
            Command::RegisterParty(party) if party.id == id => Some(party),
            _ => None,
        })?;
        let erased = |done: &Done| matches!(&done.command, Command::EraseParty { party, .. } if *party == id);
        Some((found, self.done.iter().any(erased)))
    }

    fn check_party(&self, id: PartyId) -> Decided<()> {
        let (_, erased) = self.party(id).ok_or(PartyNotFound)?;
        unless(erased, PartyErased)
    }

    /// The role in force of the same party, account and kind.
    fn role(&self, like: &Role) -> Option<&Role> {
        let same = |role: &Role| {
            (role.party, role.account, role.kind) == (like.party, like.account, like.kind)
        };
        let last = self.done.iter().rev().find_map(|done| match &done.command {
            Command::GrantRole(role) if same(role) => Some(Some(role)),
            Command::RevokeRole(role) if same(role) => Some(None),
            _ => None,
        });
        last.flatten()
    }

    fn is_taken(&self, id: TransferId) -> bool {
        self.transfer_done(id).is_some() || self.entry_done(id).is_some()
    }

    /// Ids of transfers and entries: not reserved, not taken, not used up.
    fn new_id(&self, id: TransferId, exists: impl Fn(&Model) -> Refusal) -> Decided<()> {
        check_id(id.0)?;
        unless(self.is_taken(id), exists(self))?;
        unless(self.failed.contains(&id), IdAlreadyFailed)
    }

    fn open(&self, time: TimeNs, a: &Account) -> Decided<Account> {
        let imported = a.flags.has(AccountFlags::IMPORTED);
        check_time(imported, a.timestamp, time)?;
        unless(a.flags.0 >= 1 << 6, ReservedFlag)?;
        check_id(a.id.0)?;
        if let Some(e) = self.account(a.id) {
            let known = |flags: AccountFlags| flags.without(AccountFlags::CLOSED);
            unless(known(a.flags) != known(e.flags), ExistsWithDifferentFlags)?;
            unless(a.user_data_128 != e.user_data_128, ExistsWithDifferentUserData128)?;
            unless(a.user_data_64 != e.user_data_64, ExistsWithDifferentUserData64)?;
            unless(a.user_data_32 != e.user_data_32, ExistsWithDifferentUserData32)?;
            unless(a.ledger != e.ledger, ExistsWithDifferentLedger)?;
            unless(a.code != e.code, ExistsWithDifferentCode)?;
            return Err(Exists);
        }
        let both = AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS
            | AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS;
        unless(a.flags.has(both), FlagsAreMutuallyExclusive)?;
        unless(a.ledger.0 == 0, LedgerMustNotBeZero)?;
        unless(a.code == 0, CodeMustNotBeZero)?;
        let after_accounts = self.accounts().all(|other| other.timestamp < a.timestamp);
        let beside_transfers = self.transfers().all(|(_, t)| t.timestamp != a.timestamp);
        unless(
            imported && !(after_accounts && beside_transfers),
            ImportedEventTimestampMustNotRegress,
        )?;
        let known = self.chart().next().is_none() || self.chart().any(|line| line.code == a.code);
        unless(!known, ChartCodeUnknown)?;
        Ok(Account { timestamp: if imported { a.timestamp } else { time }, ..*a })
    }

    fn transfer_allowed(&self, time: TimeNs, t: &Transfer) -> Decided<Transfer> {
        let imported = t.flags.has(TransferFlags::IMPORTED);
        check_time(imported, t.timestamp, time)?;
        unless(t.flags.0 >= 1 << 9, ReservedFlag)?;
        self.new_id(t.id, |model| model.transfer_exists(t))?;
        let (posting, voiding) =
            (t.flags.has(TransferFlags::POST_PENDING), t.flags.has(TransferFlags::VOID_PENDING));
        let mut done =
            if posting || voiding { self.resolved(time, t)? } else { self.first_phase(t)? };
        done.timestamp = if imported { t.timestamp } else { time };
        let booked =
            if imported { t.timestamp.day_at(self.offset_min()) } else { self.booking_date(time) };
        let accounts = [done.debit_account, done.credit_account];
        done.value_date = self.value_date(t.value_date, booked, &accounts)?;
        let [debit, credit] = self.balances(accounts)?;
        unless(debit.closed && !voiding, DebitAccountAlreadyClosed)?;
        unless(credit.closed && !voiding, CreditAccountAlreadyClosed)?;
        if posting || voiding {
            return Ok(done);
        }
        done.amount = self.balanced(&done, &debit, &credit);
        self.check_fits(&done, &debit, &credit)?;
        if !imported {
            self.check_spending(done.debit_account, done.amount.0, booked)?;
        }
        Ok(done)
    }

    /// What a transfer must be that is no second phase.
    fn first_phase(&self, t: &Transfer) -> Decided<Transfer> {
        let pending = t.flags.has(TransferFlags::PENDING);
        let closing =
            t.flags.has(TransferFlags::CLOSING_DEBIT) || t.flags.has(TransferFlags::CLOSING_CREDIT);
        unless(t.debit_account.0 == 0, DebitAccountIdMustNotBeZero)?;
        unless(t.debit_account.0 == u128::MAX, DebitAccountIdMustNotBeIntMax)?;
        unless(t.credit_account.0 == 0, CreditAccountIdMustNotBeZero)?;
        unless(t.credit_account.0 == u128::MAX, CreditAccountIdMustNotBeIntMax)?;
        unless(t.debit_account == t.credit_account, AccountsMustBeDifferent)?;
        unless(t.pending_id.0 != 0, PendingIdMustBeZero)?;
        unless(!pending && t.timeout_s != 0, TimeoutReservedForPendingTransfer)?;
        unless(!pending && closing, ClosingTransferMustBePending)?;
        unless(t.ledger.0 == 0, LedgerMustNotBeZero)?;
        unless(t.code == 0, CodeMustNotBeZero)?;
        let debit = self.account(t.debit_account).ok_or(DebitAccountNotFound)?;
        let credit = self.account(t.credit_account).ok_or(CreditAccountNotFound)?;
        unless(debit.ledger != credit.ledger, AccountsMustHaveTheSameLedger)?;
        unless(t.ledger != debit.ledger, TransferMustHaveTheSameLedgerAsAccounts)?;
        if t.flags.has(TransferFlags::IMPORTED) {
            self.check_import_order(t.timestamp)?;
            unless(t.timestamp <= debit.timestamp, ImportedEventTimestampMustPostdateDebitAccount)?;
            unless(
                t.timestamp <= credit.timestamp,
                ImportedEventTimestampMustPostdateCreditAccount,
            )?;
            unless(t.timeout_s != 0, ImportedEventTimeoutMustBeZero)?;
        }
        Ok(*t)
    }

    fn check_import_order(&self, timestamp: TimeNs) -> Decided<()> {
        let after_transfers = self.transfers().all(|(_, other)| other.timestamp < timestamp);
        let beside_accounts = self.accounts().all(|account| account.timestamp != timestamp);
        unless(!(after_transfers && beside_accounts), ImportedEventTimestampMustNotRegress)
    }

    /// A posting or voiding with every open field filled in.
    fn resolved(&self, time: TimeNs, t: &Transfer) -> Decided<Transfer> {
        let voiding = t.flags.has(TransferFlags::VOID_PENDING);
        let others = [
            TransferFlags::PENDING,
            TransferFlags::BALANCING_DEBIT,
            TransferFlags::BALANCING_CREDIT,
            TransferFlags::CLOSING_DEBIT,
            TransferFlags::CLOSING_CREDIT,
        ];
        unless(voiding && t.flags.has(TransferFlags::POST_PENDING), FlagsAreMutuallyExclusive)?;
        unless(others.iter().any(|flag| t.flags.has(*flag)), FlagsAreMutuallyExclusive)?;
        unless(t.pending_id.0 == 0, PendingIdMustNotBeZero)?;
        unless(t.pending_id.0 == u128::MAX, PendingIdMustNotBeIntMax)?;
        unless(t.pending_id == t.id, PendingIdMustBeDifferent)?;
        unless(t.timeout_s != 0, TimeoutReservedForPendingTransfer)?;
        unless(self.entry_done(t.pending_id).is_some(), PendingTransferNotPending)?;
        let (_, p) = self.transfer_done(t.pending_id).ok_or(PendingTransferNotFound)?;
        unless(!p.flags.has(TransferFlags::PENDING), PendingTransferNotPending)?;
        let differs = |asked: u128, its: u128| asked != 0 && asked != its;
        unless(
            differs(t.debit_account.0, p.debit_account.0),
            PendingTransferHasDifferentDebitAccountId,
        )?;
        unless(
            differs(t.credit_account.0, p.credit_account.0),
            PendingTransferHasDifferentCreditAccountId,
        )?;
        unless(differs(t.ledger.0.into(), p.ledger.0.into()), PendingTransferHasDifferentLedger)?;
        unless(differs(t.code.into(), p.code.into()), PendingTransferHasDifferentCode)?;
        let whole = if voiding { t.amount == Amount::ZERO } else { t.amount == Amount::MAX };
        let amount = if whole { p.amount } else { t.amount };
        unless(amount > p.amount, ExceedsPendingTransferAmount)?;
        unless(voiding && amount < p.amount, PendingTransferHasDifferentAmount)?;
        self.check_phase(p)?;
        unless(self.end_of(p).is_some_and(|end| end <= time), PendingTransferExpired)?;
        if t.flags.has(TransferFlags::IMPORTED) {
            self.check_import_order(t.timestamp)?;
        }
        Ok(Transfer {
            amount,
            debit_account: p.debit_account,
            credit_account: p.credit_account,
            ledger: p.ledger,
            code: p.code,
            user_data_128: if t.user_data_128 == 0 { p.user_data_128 } else { t.user_data_128 },
            user_data_64: if t.user_data_64 == 0 { p.user_data_64 } else { t.user_data_64 },
            user_data_32: if t.user_data_32 == 0 { p.user_data_32 } else { t.user_data_32 },
            ..*t
        })
    }

    /// Resolved at most once.
    fn check_phase(&self, p: &Transfer) -> Decided<()> {
        if let Some(by) = self.resolution_of(p.id) {
            let posted = by.flags.has(TransferFlags::POST_PENDING);
            return Err(if posted {
                PendingTransferAlreadyPosted
            } else {
                PendingTransferAlreadyVoided
            });
        }
        unless(self.is_expired(p.id), PendingTransferExpired)
    }

    fn check_expiry(&self, time: TimeNs, pending: TransferId) -> Decided<()> {
        unless(self.entry_done(pending).is_some(), PendingTransferNotPending)?;
        let (_, p) = self.transfer_done(pending).ok_or(PendingTransferNotFound)?;
        unless(!p.flags.has(TransferFlags::PENDING), PendingTransferNotPending)?;
        self.check_phase(p)?;
        unless(self.end_of(p).is_none_or(|end| end > time), NotDueYet)
    }

    /// The value date in force: near the booking date, in no settled period.
    fn value_date(&self, asked: Day, booked: Day, accounts: &[AccountId]) -> Decided<Day> {
        let date = if asked == Day::BOOKING { booked } else { asked };
        let window = -VALUE_DATE_DAYS_BACK_MAX..=VALUE_DATE_DAYS_AHEAD_MAX;
        unless(!window.contains(&(date.0 - booked.0)), ValueDateOutOfRange)?;
        let settled = |id: &AccountId| self.open_since(*id).is_some_and(|since| date < since);
        unless(accounts.iter().any(settled), ValueDateBeforeInterestSettled)?;
        Ok(date)
    }

    fn balances(&self, accounts: [AccountId; 2]) -> Decided<[Balance; 2]> {
        let [debit, credit] = accounts.map(|id| self.balance(id));
        Ok([debit.ok_or(DebitAccountNotFound)?, credit.ok_or(CreditAccountNotFound)?])
    }

    fn balanced(&self, t: &Transfer, debit: &Balance, credit: &Balance) -> Amount {
        let mut amount = t.amount.0;
        if t.flags.has(TransferFlags::BALANCING_DEBIT) {
            let out = debit.debits_pending + debit.debits_posted;
            let free = debit.credits_posted.saturating_sub(out).saturating_sub(debit.held);
            amount = amount.min(if debit.held_whole { 0 } else { free });
        }
        if t.flags.has(TransferFlags::BALANCING_CREDIT) {
            let into = credit.credits_pending + credit.credits_posted;
            amount = amount.min(credit.debits_posted.saturating_sub(into));
        }
        Amount(amount)
    }

    /// Sums, limits of the balance, holds.
    fn check_fits(&self, t: &Transfer, d: &Balance, c: &Balance) -> Decided<()> {
        let passes = |sum: u128| sum.checked_add(t.amount.0).is_none();
        let pending = t.flags.has(TransferFlags::PENDING);
        let (debits, credits) =
            (d.debits_pending + d.debits_posted, c.credits_pending + c.credits_posted);
        unless(pending && passes(d.debits_pending), OverflowsDebitsPending)?;
        unless(pending && passes(c.credits_pending), OverflowsCreditsPending)?;
        unless(passes(d.debits_posted), OverflowsDebitsPosted)?;
        unless(passes(c.credits_posted), OverflowsCreditsPosted)?;
        unless(passes(debits), OverflowsDebits)?;
        unless(passes(credits), OverflowsCredits)?;
        unless(t.timeout_s != 0 && t.timestamp.plus_s(t.timeout_s).is_none(), OverflowsTimeout)?;
        let limited = |id, flag| self.account(id).is_some_and(|account| account.flags.has(flag));
        let no_overdraft = limited(t.debit_account, AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS);
        let no_overfill = limited(t.credit_account, AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS);
        unless(no_overdraft && debits + t.amount.0 > d.credits_posted, ExceedsCredits)?;
        unless(no_overfill && credits + t.amount.0 > c.debits_posted, ExceedsDebits)?;
        check_held(d, t.amount.0, debits + t.amount.0, d.credits_posted)
    }

    fn check_spending(&self, id: AccountId, amount: u128, booked: Day) -> Decided<()> {
        let limits = self.limits(id);
        let once = limits.and_then(|limits| limits.per_transfer);
        unless(once.is_some_and(|most| amount > most.0), ExceedsTransferLimit)?;
        let daily = limits.and_then(|limits| limits.per_day);
        let over = |most: Amount| self.spent(id, booked).saturating_add(amount) > most.0;
        unless(daily.is_some_and(over), ExceedsDailyLimit)
    }

    fn transfer_exists(&self, t: &Transfer) -> Refusal {
        let Some((done, e)) = self.transfer_done(t.id) else {
            return ExistsWithDifferentContent;
        };
        // What a resolution left open was taken from the pending transfer.
        let resolving = super::sums::is_resolution(e);
        let p = self.transfer_done(e.pending_id).map(|(_, p)| *p).unwrap_or_default();
        let same = |asked: u128, its: u128, pendings: u128| {
            asked == its || resolving && asked == 0 && its == pendings
        };
        let bound =
            TransferFlags(TransferFlags::BALANCING_DEBIT.0 | TransferFlags::BALANCING_CREDIT.0);
        let whole =
            if e.flags.has(TransferFlags::VOID_PENDING) { Amount::ZERO } else { Amount::MAX };
        let same_amount = match t.amount {
            amount if e.flags.any(bound) => amount >= e.amount,
            amount if resolving && amount == whole => e.amount == p.amount,
            amount => amount == e.amount,
        };
        let value_date = if t.value_date == Day::BOOKING { done.booked } else { t.value_date };
        let comparisons = [
            (t.flags == e.flags, ExistsWithDifferentFlags),
            (t.pending_id == e.pending_id, ExistsWithDifferentPendingId),
            (t.timeout_s == e.timeout_s, ExistsWithDifferentTimeout),
            (
                same(t.debit_account.0, e.debit_account.0, p.debit_account.0),
                ExistsWithDifferentDebitAccountId,
            ),
            (
                same(t.credit_account.0, e.credit_account.0, p.credit_account.0),
                ExistsWithDifferentCreditAccountId,
            ),
            (same_amount, ExistsWithDifferentAmount),
            (
                same(t.user_data_128, e.user_data_128, p.user_data_128),
                ExistsWithDifferentUserData128,
            ),
            (
                same(t.user_data_64.into(), e.user_data_64.into(), p.user_data_64.into()),
                ExistsWithDifferentUserData64,
            ),
            (
                same(t.user_data_32.into(), e.user_data_32.into(), p.user_data_32.into()),
                ExistsWithDifferentUserData32,
            ),
            (
                same(t.ledger.0.into(), e.ledger.0.into(), p.ledger.0.into()),
                ExistsWithDifferentLedger,
            ),
            (same(t.code.into(), e.code.into(), p.code.into()), ExistsWithDifferentCode),
            (value_date == e.value_date, ExistsWithDifferentValueDate),
        ];
        comparisons.iter().find(|(same, _)| !same).map_or(Exists, |(_, differs)| *differs)
    }

    fn entry_exists(&self, asked: &Entry) -> Refusal {
        let Some((done, e)) = self.entry_done(asked.id) else {
            return ExistsWithDifferentContent;
        };
        let value_date =
            if asked.value_date == Day::BOOKING { done.booked } else { asked.value_date };
        if *e == (Entry { value_date, ..asked.clone() }) {
            Exists
        } else {
            ExistsWithDifferentContent
        }
    }

    /// An entry with its value date, or the first rule it breaks anywhere.
    fn entry_allowed(&self, time: TimeNs, entry: &Entry) -> Decided<Entry> {
        unless(entry.code == 0, CodeMustNotBeZero)?;
        unless(entry.legs.len() < 2, EntryNeedsTwoLegs)?;
        unless(entry.legs.len() > ENTRY_LEGS_MAX, EntryHasTooManyLegs)?;
        unless(entry.legs.iter().any(|leg| leg.amount.0 == 0), LegAmountMustNotBeZero)?;
        // Per account the sums of its legs, per ledger what is left over; no sum of 64 legs of this
        // twin passes the end of numbers unless a leg is near it.
        let mut touched: BTreeMap<AccountId, (Account, u128, u128)> = BTreeMap::new();
        for leg in &entry.legs {
            let account = self.account(leg.account).ok_or(AccountNotFound)?;
            let (_, debited, credited) = touched.entry(leg.account).or_insert((*account, 0, 0));
            let sum = if leg.side == Side::Debit { debited } else { credited };
            *sum = sum.saturating_add(leg.amount.0);
        }
        let mut left: BTreeMap<Currency, (u128, u128)> = BTreeMap::new();
        for (account, debited, credited) in touched.values() {
            let sums = left.entry(account.ledger).or_default();
            *sums = (sums.0.saturating_add(*debited), sums.1.saturating_add(*credited));
        }
        unless(left.values().any(|(debits, credits)| debits != credits), EntryUnbalanced)?;
        let booked = self.booking_date(time);
        let accounts: Vec<AccountId> = touched.keys().copied().collect();
        let value_date = self.value_date(entry.value_date, booked, &accounts)?;
        let reversal = entry.reverses.0 != 0;
        let refusals = touched.values().filter_map(|(account, debited, credited)| {
            self.check_touched(account, *debited, *credited, booked, reversal).err()
        });
        match refusals.min_by_key(|refusal| refusal.precedence()) {
            Some(refusal) => Err(refusal),
            None => Ok(Entry { value_date, ..entry.clone() }),
        }
    }

    /// What an entry may do to one account.
    fn check_touched(
        &self,
        account: &Account,
        debited: u128,
        credited: u128,
        booked: Day,
        reversal: bool,
    ) -> Decided<()> {
        let b = self.balance(account.id).unwrap_or_default();
        let (closed_debit, closed_credit) = (b.closed && debited > 0, b.closed && debited == 0);
        unless(closed_debit, DebitAccountAlreadyClosed)?;
        unless(closed_credit, CreditAccountAlreadyClosed)?;
        let debits_posted = b.debits_posted.checked_add(debited).ok_or(OverflowsDebitsPosted)?;
        let credits_posted =
            b.credits_posted.checked_add(credited).ok_or(OverflowsCreditsPosted)?;
        let debits = b.debits_pending.checked_add(debits_posted).ok_or(OverflowsDebits)?;
        let credits = b.credits_pending.checked_add(credits_posted).ok_or(OverflowsCredits)?;
        let no_overdraft = account.flags.has(AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS);
        let no_overfill = account.flags.has(AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS);
        unless(no_overdraft && debits > credits_posted, ExceedsCredits)?;
        unless(no_overfill && credits > debits_posted, ExceedsDebits)?;
        check_held(&b, debited, debits, credits_posted)?;
        if debited > 0 && !reversal {
            self.check_spending(account.id, debited, booked)?;
        }
        Ok(())
    }

    /// The transfer or entry that takes another one back.
    fn reversal(
        &self,
        time: TimeNs,
        id: TransferId,
        of: TransferId,
        asked: Day,
    ) -> Decided<Command> {
        self.new_id(id, |model| model.reversal_exists(id, of, asked))?;
        if let Some((_, e)) = self.entry_done(of) {
            unless(self.is_reversed(of), AlreadyReversed)?;
            let legs = e.legs.iter().map(|leg| Leg { side: leg.side.opposite(), ..*leg }).collect();
            let back = Entry { id, value_date: asked, reverses: of, legs, ..e.clone() };
            return self.entry_allowed(time, &back).map(Command::PostEntry);
        }
        let (_, o) = self.transfer_done(of).ok_or(ReversedNotFound)?;
        unless(!super::sums::moves(o), ReversedNotPosted)?;
        unless(self.is_reversed(of), AlreadyReversed)?;
        let accounts = [o.credit_account, o.debit_account];
        let value_date = self.value_date(asked, self.booking_date(time), &accounts)?;
        let back = Transfer {
            id,
            debit_account: o.credit_account,
            credit_account: o.debit_account,
            pending_id: of,
            timeout_s: 0,
            flags: TransferFlags::REVERSAL,
            value_date,
            timestamp: time,
            ..*o
        };
        self.check_by_the_bank(&back).map(|()| Command::Transfer(back))
    }

    fn reversal_exists(&self, id: TransferId, of: TransferId, asked: Day) -> Refusal {
        let found = match (self.transfer_done(id), self.entry_done(id)) {
            (Some((done, t)), _) if t.flags.has(TransferFlags::REVERSAL) && t.pending_id == of => {
                Some((done.booked, t.value_date))
            }
            (_, Some((done, entry))) if entry.reverses == of => {
                Some((done.booked, entry.value_date))
            }
            _ => None,
        };
        match found {
            None => ExistsWithDifferentContent,
            Some((booked, date))
                if date != (if asked == Day::BOOKING { booked } else { asked }) =>
            {
                ExistsWithDifferentValueDate
            }
            Some(_) => Exists,
        }
    }

    /// The transfer that books what has accrued.
    fn settlement(&self, time: TimeNs, id: TransferId, account: AccountId) -> Decided<Transfer> {
        self.new_id(id, |model| {
            let found = model.transfer_done(id);
            let same = found.is_some_and(|(_, t)| {
                t.flags.has(TransferFlags::INTEREST) && t.user_data_128 == account.0
            });
            if same { Exists } else { ExistsWithDifferentContent }
        })?;
        let ledger = self.account(account).ok_or(AccountNotFound)?.ledger;
        let terms = self.interest_terms(account).ok_or(InterestTermsMissing)?;
        let (accrued, unit) = self.accrued(account).ok_or(InterestTermsMissing)?;
        let due = accrued / unit;
        unless(due == 0, NoInterestDue)?;
        let (debit_account, credit_account) = if due > 0 {
            (terms.counter_account, account)
        } else {
            (account, terms.counter_account)
        };
        let t = Transfer {
            id,
            debit_account,
            credit_account,
            amount: Amount(due.unsigned_abs()),
            user_data_128: account.0,
            ledger,
            code: INTEREST_CODE,
            flags: TransferFlags::INTEREST,
            value_date: self.booking_date(time),
            timestamp: time,
            ..Transfer::default()
        };
        self.check_by_the_bank(&t).map(|()| t)
    }

    /// What binds transfers that the bank makes by itself: closing, sums, balances, holds.
    fn check_by_the_bank(&self, t: &Transfer) -> Decided<()> {
        let [debit, credit] = self.balances([t.debit_account, t.credit_account])?;
        unless(debit.closed, DebitAccountAlreadyClosed)?;
        unless(credit.closed, CreditAccountAlreadyClosed)?;
        self.check_fits(t, &debit, &credit)
    }

    fn check_interest_terms(&self, terms: &InterestTerms) -> Decided<()> {
        unless(terms.account == terms.counter_account, AccountsMustBeDifferent)?;
        let account = self.account(terms.account).ok_or(AccountNotFound)?;
        let counter = self.account(terms.counter_account).ok_or(AccountNotFound)?;
        unless(account.ledger != counter.ledger, AccountsMustHaveTheSameLedger)?;
        unless(self.business_day().is_none(), InstitutionNotOpen)?;
        unless(terms.rate_ppm > RATE_PPM_MAX, RateOutOfRange)
    }

    fn check_hold_order(&self, hold: &Hold) -> Decided<()> {
        check_text(&hold.reference)?;
        check_id(hold.id.0)?;
        if let Some((known, _)) = self.hold(hold.id) {
            return Err(if known == hold { Exists } else { ExistsWithDifferentContent });
        }
        let account = self.account(hold.account).ok_or(AccountNotFound)?;
        let limited = account.flags.has(AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS);
        unless(!limited, HoldNeedsDebitLimit)?;
        unless(hold.amount == Some(Amount::ZERO), HoldAmountMustNotBeZero)
    }
}

/// Money blocked by order stays, whatever else comes in with the same entry.
fn check_held(b: &Balance, moved: u128, debits_after: u128, credits_after: u128) -> Decided<()> {
    let part = b.held > 0 && debits_after > credits_after.saturating_sub(b.held);
    unless(moved > 0 && (b.held_whole || part), ExceedsHold)
}
