//! The rules, each with the list in hand; those of transfers are in `transfer.rs`, those of entries and of
//! what the bank books by itself in `entry.rs`. The order is the order of refusals.

use super::{Done, Model};
use terms::Refusal::*;
use terms::limits::{
    ACCESS_NOTES_MAX, BUSINESS_DAY_GAP_MAX, CHECK_RESULTS_MAX, INDICATOR_BYTES_MAX,
    QUERIES_PER_RECORD_MAX, RATE_PPM_MAX, RULE_NAME_BYTES_MAX, SEALED_BYTES_MAX, TEXT_BYTES_MAX,
};
use terms::*;

pub(super) type Decided<T> = Result<T, Refusal>;

/// Refuses where a rule is broken.
pub(super) fn unless(broken: bool, refusal: Refusal) -> Decided<()> {
    if broken { Err(refusal) } else { Ok(()) }
}

pub(super) fn check_id(id: u128) -> Decided<()> {
    unless(id == 0, IdMustNotBeZero)?;
    unless(id == u128::MAX, IdMustNotBeIntMax)
}

pub(super) fn check_text(text: &str) -> Decided<()> {
    unless(text.len() > TEXT_BYTES_MAX, TextTooLong)
}

fn check_sealed(sealed: &Sealed) -> Decided<()> {
    unless(sealed.ciphertext.len() > SEALED_BYTES_MAX, TextTooLong)
}

fn check_queries(queries: &[QueryRecord]) -> Decided<()> {
    let mut unfinished = queries.iter().filter(|query| query.end != QueryEnd::Complete);
    unless(!unfinished.all(|query| query.result_hash == [0; 32]), ReservedField)?;
    queries.iter().try_for_each(|query| check_text(&query.asker))?;
    unless(queries.is_empty(), ListMustNotBeEmpty)?;
    unless(queries.len() > QUERIES_PER_RECORD_MAX, ListTooLong)
}

fn check_access(notes: &[AccessRecord]) -> Decided<()> {
    unless(notes.iter().any(|note| note.times == 0), ReservedField)?;
    for note in notes {
        check_text(&note.who)?;
        check_text(&note.about)?;
        check_text(&note.says)?;
    }
    unless(notes.is_empty(), ListMustNotBeEmpty)?;
    unless(notes.len() > ACCESS_NOTES_MAX, ListTooLong)
}

fn check_check(check: &CheckRecord) -> Decided<()> {
    let mut of_quality = check.results.iter().filter(|result| result.kind == CheckKind::Quality);
    unless(!of_quality.all(|result| result.value.is_empty()), ReservedField)?;
    check_text(&check.pack)?;
    for result in &check.results {
        unless(result.rule.len() > RULE_NAME_BYTES_MAX, TextTooLong)?;
        unless(result.value.len() > INDICATOR_BYTES_MAX, TextTooLong)?;
    }
    unless(check.results.is_empty(), ListMustNotBeEmpty)?;
    unless(check.results.len() > CHECK_RESULTS_MAX, ListTooLong)
}

pub(super) fn check_time(imported: bool, timestamp: TimeNs, now: TimeNs) -> Decided<()> {
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
                self.account(limits.account).ok_or(AccountNotFound).map(drop)?;
            }
            Command::PlanLimits(plan) => {
                check_text(&plan.by)?;
                self.account(plan.account).ok_or(AccountNotFound).map(drop)?;
                unless(plan.cooling_h > 72, CoolingOutOfRange)?;
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
            Command::RecordQueries(queries) => check_queries(queries)?,
            Command::RecordCheck(check) => check_check(check)?,
            Command::RecordAccess(notes) => check_access(notes)?,
            Command::PlaceOrder(order) => self.check_order(order)?,
            Command::EndOrder(end) => self.check_order_end(end)?,
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
            // No customer here adopts rules; the engine's own tests try what follows from them.
            Command::KeepPart(_)
            | Command::AdoptRules(_)
            | Command::WithdrawRules(_)
            | Command::WorkCase(_)
            | Command::RecordScreening(_) => Err(ReservedField),
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

    pub(super) fn is_taken(&self, id: TransferId) -> bool {
        self.transfer_done(id).is_some() || self.entry_done(id).is_some()
    }

    /// Ids of transfers and entries: not reserved, not taken, not used up.
    pub(super) fn new_id(&self, id: TransferId, exists: impl Fn(&Model) -> Refusal) -> Decided<()> {
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
