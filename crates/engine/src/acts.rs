//! Everything that is not a movement of money: the institution, its chart, parties and their roles,
//! accounts, limits, holds, days, attachments, marks, notes. `allow_act` says no; `evolve_act` makes it
//! so.

mod adoption;
mod cases;
mod complaints;
mod observation;
mod payees;
mod spending;

use crate::engine::Engine;
use crate::guard::{CaseStatus, Owned};
use crate::ledger::{AccountId128, AccountRow, NOWHERE};
use crate::state::{HoldRow, PartyRow};
use crate::transfer::check_timestamp;
use observation::{allow_access, allow_check, allow_queries};
use terms::limits::{BUSINESS_DAY_GAP_MAX, RATE_PPM_MAX, SEALED_BYTES_MAX, TEXT_BYTES_MAX};
use terms::{
    Account, AccountFlags, AccountId, Act, Amount, Attachment, ChartLine, Command, Day, Event,
    Hold, InterestTerms, Party, Refusal, Role, RoleKind, Screening, Sealed, TimeNs, TransferFlags,
};

impl Engine {
    /// Whether an act is allowed. Commands that fill in fields of their own never come here.
    pub(crate) fn allow_act(&self, command: &Command) -> Result<(), Refusal> {
        match command {
            Command::OpenInstitution(i) => {
                check_text(&i.name)?;
                if i.currency.0 == 0 {
                    Err(Refusal::LedgerMustNotBeZero)
                } else if self.state.institution.is_some() {
                    Err(Refusal::InstitutionAlreadyOpen)
                } else {
                    Ok(())
                }
            }
            Command::DefineChartLine(line) => self.allow_chart_line(line),
            Command::RegisterParty(party) => self.allow_party(party),
            Command::EraseParty { party, reason } => {
                check_text(reason)?;
                self.check_party(party.0)
            }
            Command::GrantRole(role) => self.allow_role(role),
            Command::RevokeRole(role) => {
                let key = (role.party.0, role.account.0, role.kind as u8);
                if self.state.roles.contains_key(&key) {
                    Ok(())
                } else {
                    Err(Refusal::RoleNotFound)
                }
            }
            Command::SetLimits(limits) => self.check_account(limits.account).map(drop),
            Command::SetInterest(terms) => self.allow_interest_terms(terms),
            Command::PlaceHold(hold) => self.allow_hold(hold),
            Command::ReleaseHold { hold } => match self.state.holds.get(&hold.0) {
                None => Err(Refusal::HoldNotFound),
                Some(row) if row.released => Err(Refusal::HoldAlreadyReleased),
                Some(_) => Ok(()),
            },
            Command::CloseDay { day, next } => self.allow_close_day(*day, *next),
            Command::Attach(attachment) => self.allow_attachment(attachment),
            Command::MarkSnapshot(mark) => {
                if mark.records == self.state.records {
                    Ok(())
                } else {
                    Err(Refusal::SnapshotMismatch)
                }
            }
            Command::RecordQueries(queries) => allow_queries(queries),
            Command::RecordCheck(check) => allow_check(check),
            Command::KeepPart(part) => self.allow_part(part),
            Command::AdoptRules(set) => self.allow_rules(set),
            Command::WithdrawRules(end) => self.allow_withdrawal(end),
            Command::WorkCase(act) => self.allow_case(act),
            Command::RecordScreening(screening) => self.allow_screening(screening),
            Command::RecordAccess(notes) => allow_access(notes),
            Command::PlaceOrder(order) => self.allow_order(order),
            Command::EndOrder(end) => self.allow_order_end(end),
            Command::PlanLimits(plan) => self.allow_plan(plan),
            Command::KeepPayee(payee) => self.allow_payee(payee),
            Command::DropPayee(end) => self.allow_payee_end(end),
            Command::FileComplaint(complaint) => self.allow_complaint(complaint),
            Command::WorkComplaint(act) => self.allow_complaint_act(act),
            Command::Transfer(_)
            | Command::CreateAccount(_)
            | Command::PostEntry(_)
            | Command::Reverse { .. }
            | Command::SettleInterest { .. }
            | Command::Expire { .. } => {
                debug_assert!(false, "movements have their own rules");
                Err(Refusal::ReservedField)
            }
        }
    }

    /// Opens an account, filling in when.
    pub(crate) fn decide_account(&self, time: TimeNs, asked: &Account) -> Event {
        let imported = asked.flags.has(AccountFlags::IMPORTED);
        match self.allow_account(time, asked) {
            Ok(()) => {
                let timestamp = if imported { asked.timestamp } else { time };
                self.act(time, Command::CreateAccount(Account { timestamp, ..*asked }), Ok(()))
            }
            Err(refusal) => self.act(time, Command::CreateAccount(*asked), Err(refusal)),
        }
    }

    fn allow_account(&self, time: TimeNs, a: &Account) -> Result<(), Refusal> {
        let imported = a.flags.has(AccountFlags::IMPORTED);
        check_timestamp(imported, a.timestamp, time)?;
        if a.flags.0 & !AccountFlags::ALL.0 != 0 {
            return Err(Refusal::ReservedFlag);
        }
        check_id(a.id.0)?;
        if let Some(place) = self.state.account_place(a.id) {
            return Err(self.account_exists(a, place));
        }
        let both = AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS
            | AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS;
        if a.flags.has(both) {
            return Err(Refusal::FlagsAreMutuallyExclusive);
        }
        if a.ledger.0 == 0 {
            return Err(Refusal::LedgerMustNotBeZero);
        }
        if a.code == 0 {
            return Err(Refusal::CodeMustNotBeZero);
        }
        let regressed =
            self.state.accounts.last().is_some_and(|last| a.timestamp <= last.timestamp);
        if imported && (regressed || self.transferred_at(a.timestamp)) {
            return Err(Refusal::ImportedEventTimestampMustNotRegress);
        }
        if !self.state.chart.is_empty() && !self.state.chart.contains_key(&a.code) {
            return Err(Refusal::ChartCodeUnknown);
        }
        Ok(())
    }

    /// Compares an account that exists with one asked for, in the order of precedence.
    fn account_exists(&self, a: &Account, place: u32) -> Refusal {
        let (row, ids) = (self.state.accounts.at(place), self.state.account_ids.at(place));
        // Closing comes later than opening and does not make the account another one.
        if a.flags.without(AccountFlags::CLOSED) != row.flags.without(AccountFlags::CLOSED) {
            Refusal::ExistsWithDifferentFlags
        } else if a.user_data_128 != ids.user_data_128 {
            Refusal::ExistsWithDifferentUserData128
        } else if a.user_data_64 != ids.user_data_64 {
            Refusal::ExistsWithDifferentUserData64
        } else if a.user_data_32 != ids.user_data_32 {
            Refusal::ExistsWithDifferentUserData32
        } else if a.ledger != row.ledger {
            Refusal::ExistsWithDifferentLedger
        } else if a.code != row.code {
            Refusal::ExistsWithDifferentCode
        } else {
            Refusal::Exists
        }
    }

    fn allow_chart_line(&self, line: &ChartLine) -> Result<(), Refusal> {
        check_text(&line.name)?;
        if line.code == 0 {
            return Err(Refusal::CodeMustNotBeZero);
        }
        match self.state.chart.get(&line.code) {
            None => Ok(()),
            Some(known) if known == line => Err(Refusal::Exists),
            Some(_) => Err(Refusal::ExistsWithDifferentContent),
        }
    }

    fn allow_party(&self, party: &Party) -> Result<(), Refusal> {
        check_sealed(&party.identity)?;
        check_id(party.id.0)?;
        match self.state.parties.get(&party.id.0) {
            None => Ok(()),
            Some(row) if row.erased => Err(Refusal::PartyErased),
            Some(row) if row.party == *party => Err(Refusal::Exists),
            Some(_) => Err(Refusal::ExistsWithDifferentContent),
        }
    }

    fn allow_role(&self, role: &Role) -> Result<(), Refusal> {
        if self.state.roles.get(&(role.party.0, role.account.0, role.kind as u8)) == Some(role) {
            return Err(Refusal::Exists);
        }
        self.check_account(role.account)?;
        self.check_party(role.party.0)
    }

    fn allow_interest_terms(&self, terms: &InterestTerms) -> Result<(), Refusal> {
        if terms.account == terms.counter_account {
            return Err(Refusal::AccountsMustBeDifferent);
        }
        let account = self.check_account(terms.account)?;
        let counter = self.check_account(terms.counter_account)?;
        if account.ledger != counter.ledger {
            return Err(Refusal::AccountsMustHaveTheSameLedger);
        }
        if self.state.institution.is_none() {
            return Err(Refusal::InstitutionNotOpen);
        }
        if terms.rate_ppm > RATE_PPM_MAX { Err(Refusal::RateOutOfRange) } else { Ok(()) }
    }

    fn allow_hold(&self, hold: &Hold) -> Result<(), Refusal> {
        check_text(&hold.reference)?;
        check_id(hold.id.0)?;
        match self.state.holds.get(&hold.id.0) {
            Some(row) if row.hold == *hold => return Err(Refusal::Exists),
            Some(_) => return Err(Refusal::ExistsWithDifferentContent),
            None => {}
        }
        let account = self.check_account(hold.account)?;
        if !account.flags.has(AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS) {
            return Err(Refusal::HoldNeedsDebitLimit);
        }
        if hold.amount == Some(Amount::ZERO) {
            Err(Refusal::HoldAmountMustNotBeZero)
        } else {
            Ok(())
        }
    }

    fn allow_close_day(&self, day: Day, next: Day) -> Result<(), Refusal> {
        if self.state.institution.is_none() {
            return Err(Refusal::InstitutionNotOpen);
        }
        if day != self.state.business_day {
            return Err(Refusal::DayNotOpen);
        }
        if next <= day || next > day.plus(BUSINESS_DAY_GAP_MAX) {
            Err(Refusal::NextDayOutOfRange)
        } else {
            Ok(())
        }
    }

    fn allow_attachment(&self, attachment: &Attachment) -> Result<(), Refusal> {
        check_sealed(&attachment.text)?;
        self.check_party(attachment.party.0)?;
        if self.state.find(attachment.subject.0).is_some() {
            Ok(())
        } else {
            Err(Refusal::SubjectNotFound)
        }
    }

    fn allow_screening(&self, screening: &Screening) -> Result<(), Refusal> {
        check_text(&screening.entry)?;
        check_text(&screening.by)?;
        self.check_party(screening.party.0)
    }

    /// A party that exists and was not erased.
    pub(crate) fn check_party(&self, id: u128) -> Result<(), Refusal> {
        match self.state.parties.get(&id) {
            None => Err(Refusal::PartyNotFound),
            Some(row) if row.erased => Err(Refusal::PartyErased),
            Some(_) => Ok(()),
        }
    }

    /// An account that exists.
    pub(crate) fn check_account(&self, id: AccountId) -> Result<&AccountRow, Refusal> {
        let place = self.state.account_place(id).ok_or(Refusal::AccountNotFound)?;
        Ok(self.state.accounts.at(place))
    }

    /// Makes an act so.
    pub(crate) fn evolve_act(&mut self, act: &Act) {
        match &act.command {
            Command::CreateAccount(a) if a.flags.has(AccountFlags::IMPORTED) => {
                if act.outcome.is_ok() {
                    self.state.last_time = self.state.last_time.max(a.timestamp);
                }
            }
            _ => self.state.last_time = act.time,
        }
        if let Err(refusal) = act.outcome {
            self.remember_refused(&act.command, refusal);
            return;
        }
        match &act.command {
            Command::OpenInstitution(institution) => {
                self.state.business_day = institution.first_day;
                self.state.institution = Some(institution.clone());
            }
            Command::DefineChartLine(line) => {
                self.state.chart.insert(line.code, line.clone());
            }
            Command::RegisterParty(party) => {
                self.state
                    .parties
                    .insert(party.id.0, PartyRow { party: party.clone(), erased: false });
            }
            Command::EraseParty { party, reason } => self.erase_party(party.0, reason),
            Command::GrantRole(role) => {
                self.state.grant(*role);
                if role.kind == RoleKind::Owner {
                    let (record, account) = (self.state.records, self.place_of(role.account));
                    let kind = self.state.party_kind(role.party);
                    self.state.guard.own(Owned { record, account, party: role.party.0 }, kind);
                }
            }
            Command::RevokeRole(role) => self.state.revoke(role),
            Command::CreateAccount(account) => self.open_account(account),
            Command::SetLimits(limits) => self.set_limits(limits, act.time),
            Command::SetInterest(terms) => self.set_interest(terms),
            Command::PlaceHold(hold) => {
                self.count_hold(hold, true);
                self.state.holds.insert(hold.id.0, HoldRow { hold: hold.clone(), released: false });
            }
            Command::ReleaseHold { hold } => self.release_hold(hold.0),
            Command::PlaceOrder(order) => self.place_order(order),
            Command::EndOrder(end) => self.end_order(end),
            Command::PostEntry(entry) => self.evolve_entry(act.time, act.booking_date, entry),
            Command::CloseDay { day, next } => self.close_day(*day, *next),
            Command::Expire { pending } => self.expire(pending.0),
            Command::PlanLimits(_)
            | Command::KeepPayee(_)
            | Command::DropPayee(_)
            | Command::FileComplaint(_)
            | Command::WorkComplaint(_) => self.evolve_own(act),
            Command::KeepPart(_)
            | Command::AdoptRules(_)
            | Command::WithdrawRules(_)
            | Command::WorkCase(_)
            | Command::RecordScreening(_) => self.evolve_risk(act),
            Command::Attach(_)
            | Command::MarkSnapshot(_)
            | Command::RecordQueries(_)
            | Command::RecordAccess(_)
            | Command::RecordCheck(_) => {}
            Command::Transfer(_) | Command::Reverse { .. } | Command::SettleInterest { .. } => {
                debug_assert!(false, "a movement that was done is a transfer event");
            }
        }
    }

    /// What customers do for themselves.
    fn evolve_own(&mut self, act: &Act) {
        match &act.command {
            Command::PlanLimits(plan) => self.plan_limits(plan, act.time),
            Command::KeepPayee(payee) => self.keep_payee(payee, act.time),
            Command::DropPayee(end) => self.drop_payee(end),
            Command::FileComplaint(complaint) => self.file_complaint(complaint, act.time),
            Command::WorkComplaint(work) => self.work_complaint(work, act.time),
            _ => debug_assert!(false, "everything else is made so elsewhere"),
        }
    }

    /// What is done about risk control.
    fn evolve_risk(&mut self, act: &Act) {
        match &act.command {
            Command::KeepPart(part) => self.keep_part(part),
            Command::AdoptRules(set) => self.adopt_rules(set),
            Command::WithdrawRules(end) => self.withdraw_rules(end),
            Command::WorkCase(work) => self.work_case(work, act.time),
            Command::RecordScreening(screening) => {
                let (party, result) = (screening.party, screening.result);
                self.settle_listed(screening);
                self.state.guard.screened.insert(party.0, result);
                if let Some(tracker) = &mut self.state.guard.tracker {
                    tracker.screen(party, result);
                }
            }
            _ => debug_assert!(false, "everything else is made so elsewhere"),
        }
    }

    /// An id refused for a passing reason stays refused, whatever it was for.
    fn remember_refused(&mut self, command: &Command, refusal: Refusal) {
        if !refusal.is_transient() {
            return;
        }
        match command {
            Command::PostEntry(entry) => self.state.failed.insert(entry.id.0),
            Command::Reverse { id, .. } | Command::SettleInterest { id, .. } => {
                self.state.failed.insert(id.0)
            }
            _ => false,
        };
    }

    fn open_account(&mut self, account: &Account) {
        let flags = account.flags;
        let place = self.state.accounts.push(AccountRow {
            debits_pending: 0,
            debits_posted: 0,
            credits_pending: 0,
            credits_posted: 0,
            timestamp: account.timestamp,
            ledger: account.ledger,
            code: account.code,
            flags,
            extras: NOWHERE,
        });
        self.state.account_ids.push(AccountId128 {
            id: account.id.0,
            user_data_128: account.user_data_128,
            user_data_64: account.user_data_64,
            user_data_32: account.user_data_32,
        });
        self.state.account_places.insert(account.id.0, place);
    }

    /// INVARIANT (forgotten): what identified an erased party leaves the state too; the commitment stays.
    fn erase_party(&mut self, party: u128, reason: &str) {
        if let Some(row) = self.state.parties.get_mut(&party) {
            row.erased = true;
            row.party.identity.ciphertext.clear();
        }
        self.state.payees.forget(party);
        self.state.complaints.forget(party);
        self.state.erasures.insert(party, reason.into());
    }

    fn release_hold(&mut self, id: u128) {
        let Some(row) = self.state.holds.get_mut(&id) else {
            return;
        };
        row.released = true;
        let hold = row.hold.clone();
        self.count_hold(&hold, false);
    }

    /// The sum of the partial holds in force on an account.
    fn held_on(&self, account: AccountId) -> u128 {
        let in_force =
            self.state.holds.values().filter(|row| row.hold.account == account && !row.released);
        in_force.filter_map(|row| row.hold.amount).fold(0, |sum, part| sum.saturating_add(part.0))
    }

    /// Adds a hold to its account's extras, or takes it away.
    fn count_hold(&mut self, hold: &Hold, placed: bool) {
        let place = self.place_of(hold.account);
        let held = self.state.extras_mut(place).held;
        let held = match (hold.amount, placed) {
            (Some(amount), true) => held.saturating_add(amount.0),
            // A sum at the end of numbers may have lost something: what is left is counted anew.
            (Some(_), false) if held == u128::MAX => self.held_on(hold.account),
            (Some(amount), false) => held - amount.0,
            (None, _) => held,
        };
        let extras = self.state.extras_mut(place);
        extras.held = held;
        match (hold.amount, placed) {
            (Some(_), _) => {}
            (None, true) => extras.held_whole += 1,
            (None, false) => extras.held_whole -= 1,
        }
    }

    /// A pending transfer's time is over.
    fn expire(&mut self, id: u128) {
        if let Some(crate::state::Found::Transfer(place)) = self.state.find(id) {
            let p = *self.state.transfers.at(place);
            self.release(place, crate::ledger::TransferPhase::Expired);
            self.give_back_spending(&p, p.amount);
            if p.flags.has(TransferFlags::HELD) {
                self.end_case(id, CaseStatus::Lapsed);
            }
        }
    }

    /// Whether an account was opened exactly then. Accounts stand in the order of their times.
    pub(crate) fn account_opened_at(&self, time: TimeNs) -> bool {
        stands_at(self.state.accounts.len(), time, |at| self.state.accounts.at(at).timestamp)
    }

    /// Whether a transfer happened exactly then. Transfers stand in the order of their times.
    pub(crate) fn transferred_at(&self, time: TimeNs) -> bool {
        stands_at(self.state.transfers.len(), time, |at| self.state.transfers.at(at).timestamp)
    }
}

/// Binary search among `len` rows in the order of time.
fn stands_at(len: usize, time: TimeNs, time_at: impl Fn(u32) -> TimeNs) -> bool {
    let (mut low, mut high) = (0u32, u32::try_from(len).unwrap_or(u32::MAX));
    while low < high {
        let middle = low + (high - low) / 2;
        if time_at(middle) < time {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    (low as usize) < len && time_at(low) == time
}

/// Neither zero nor the largest number.
fn check_id(id: u128) -> Result<(), Refusal> {
    match id {
        0 => Err(Refusal::IdMustNotBeZero),
        u128::MAX => Err(Refusal::IdMustNotBeIntMax),
        _ => Ok(()),
    }
}

/// Clear text has a bound.
fn check_text(text: &str) -> Result<(), Refusal> {
    if text.len() > TEXT_BYTES_MAX { Err(Refusal::TextTooLong) } else { Ok(()) }
}

/// Sealed text has a bound.
fn check_sealed(sealed: &Sealed) -> Result<(), Refusal> {
    if sealed.ciphertext.len() > SEALED_BYTES_MAX { Err(Refusal::TextTooLong) } else { Ok(()) }
}
