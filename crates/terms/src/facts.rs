//! What can be known of the past, as tables: one for each kind of act, declared once in
//! `facts/tables.rs`. History, documentation and whoever reads a journal into columns take names, sorts
//! and classes from here and copy nothing. What moved money (transfers, legs) is told elsewhere.

mod tables;
#[cfg(test)]
mod tests;

use crate::class::Class;
use crate::command::Command;
use crate::money::{Amount, Currency};
use crate::party::Sealed;
use crate::time::{Day, TimeNs};
use tables::*;

/// What kind of value a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sort {
    /// The id of an account.
    Account,
    /// The id of a party.
    Party,
    /// The id of a transfer or compound entry.
    Transfer,
    /// Minor units, in the currency of the row's `Currency` column; without one, of the row's first
    /// account.
    Amount,
    /// A currency by its ISO 4217 number.
    Currency,
    /// A calendar day.
    Day,
    /// A moment.
    Time,
    /// A whole number that fits 64 bits with a sign.
    Number,
    /// One of a closed list of words, `joint_owner`.
    Word,
    /// Clear text.
    Text,
    /// 32 bytes.
    Hash,
    /// Personal data under the key of a party, the row's first one.
    Sealed,
    /// Any other number of up to 128 bits without a sign: ids of other things, the caller's own data.
    Id,
    /// Yes or no.
    Flag,
}

/// One column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// In snake case, unique in its table.
    pub name: &'static str,
    /// What its values are.
    pub sort: Sort,
    /// It may be empty.
    pub nullable: bool,
    /// How much care it needs.
    pub class: Class,
    /// What one of it is, `minor units`; empty where that makes no sense.
    pub unit: &'static str,
    /// One sentence.
    pub meaning: &'static str,
}

/// One kind of act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    /// In snake case, unique; a plural wherever there can be several rows.
    pub name: &'static str,
    /// One sentence: what a row is.
    pub meaning: &'static str,
    /// Its columns, in order.
    pub fields: &'static [Field],
}

/// What stands in one column of one row. Ids of every sort are `Id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Nothing.
    Null,
    /// A number of 128 bits, for `Account`, `Party`, `Transfer` and `Id`.
    Id(u128),
    /// For `Amount`.
    Amount(Amount),
    /// For `Currency`.
    Currency(Currency),
    /// For `Day`.
    Day(Day),
    /// For `Time`.
    Time(TimeNs),
    /// For `Number`.
    Number(i64),
    /// For `Word`.
    Word(&'static str),
    /// For `Text`.
    Text(&'a str),
    /// For `Hash`.
    Hash(&'a [u8; 32]),
    /// For `Sealed`.
    Sealed(&'a Sealed),
    /// For `Flag`.
    Flag(bool),
}

impl Value<'_> {
    /// It may stand in a column like `field`.
    pub fn fits(&self, field: &Field) -> bool {
        match self {
            Value::Null => field.nullable,
            Value::Id(_) => {
                matches!(field.sort, Sort::Account | Sort::Party | Sort::Transfer | Sort::Id)
            }
            Value::Amount(_) => field.sort == Sort::Amount,
            Value::Currency(_) => field.sort == Sort::Currency,
            Value::Day(_) => field.sort == Sort::Day,
            Value::Time(_) => field.sort == Sort::Time,
            Value::Number(_) => field.sort == Sort::Number,
            Value::Word(_) => field.sort == Sort::Word,
            Value::Text(_) => field.sort == Sort::Text,
            Value::Hash(_) => field.sort == Sort::Hash,
            Value::Sealed(_) => field.sort == Sort::Sealed,
            Value::Flag(_) => field.sort == Sort::Flag,
        }
    }
}

/// Every table, in the order of the commands' numbers in the journal.
pub static TABLES: &[&Table] = &[
    &accounts::TABLE,
    &institution::TABLE,
    &chart_lines::TABLE,
    &parties::TABLE,
    &erasures::TABLE,
    &role_grants::TABLE,
    &role_revocations::TABLE,
    &limits::TABLE,
    &interest_terms::TABLE,
    &holds::TABLE,
    &hold_releases::TABLE,
    &compound_entries::TABLE,
    &day_closes::TABLE,
    &attachments::TABLE,
    &expirations::TABLE,
    &snapshots::TABLE,
    &queries::TABLE,
    &check_results::TABLE,
    &artifact_parts::TABLE,
    &rule_sets::TABLE,
    &rule_withdrawals::TABLE,
    &case_steps::TABLE,
    &screenings::TABLE,
    &access_notes::TABLE,
    &orders::TABLE,
    &order_ends::TABLE,
    &limit_plans::TABLE,
    &payees::TABLE,
    &payee_ends::TABLE,
    &complaints::TABLE,
    &complaint_steps::TABLE,
];

/// The table in which acts of this kind are rows. A transfer has none, and neither have a reversal and
/// an interest settlement: done, these are transfers and entries.
pub fn table_of(command: &Command) -> Option<&'static Table> {
    let table = match command {
        Command::Transfer(_) | Command::Reverse { .. } | Command::SettleInterest { .. } => {
            return None;
        }
        Command::CreateAccount(_) => &accounts::TABLE,
        Command::OpenInstitution(_) => &institution::TABLE,
        Command::DefineChartLine(_) => &chart_lines::TABLE,
        Command::RegisterParty(_) => &parties::TABLE,
        Command::EraseParty { .. } => &erasures::TABLE,
        Command::GrantRole(_) => &role_grants::TABLE,
        Command::RevokeRole(_) => &role_revocations::TABLE,
        Command::SetLimits(_) => &limits::TABLE,
        Command::SetInterest(_) => &interest_terms::TABLE,
        Command::PlaceHold(_) => &holds::TABLE,
        Command::ReleaseHold { .. } => &hold_releases::TABLE,
        Command::PostEntry(_) => &compound_entries::TABLE,
        Command::CloseDay { .. } => &day_closes::TABLE,
        Command::Attach(_) => &attachments::TABLE,
        Command::Expire { .. } => &expirations::TABLE,
        Command::MarkSnapshot(_) => &snapshots::TABLE,
        Command::RecordQueries(_) => &queries::TABLE,
        Command::RecordCheck(_) => &check_results::TABLE,
        Command::KeepPart(_) => &artifact_parts::TABLE,
        Command::AdoptRules(_) => &rule_sets::TABLE,
        Command::WithdrawRules(_) => &rule_withdrawals::TABLE,
        Command::WorkCase(_) => &case_steps::TABLE,
        Command::RecordScreening(_) => &screenings::TABLE,
        Command::RecordAccess(_) => &access_notes::TABLE,
        Command::PlaceOrder(_) => &orders::TABLE,
        Command::EndOrder(_) => &order_ends::TABLE,
        Command::PlanLimits(_) => &limit_plans::TABLE,
        Command::KeepPayee(_) => &payees::TABLE,
        Command::DropPayee(_) => &payee_ends::TABLE,
        Command::FileComplaint(_) => &complaints::TABLE,
        Command::WorkComplaint(_) => &complaint_steps::TABLE,
    };
    Some(table)
}

/// Calls `row` with the values of each row of this act, one for each field of its table and in their
/// order. Of noted queries, of a check and of notes of access there is a row for each query, result and note, of
/// other acts one, of a command without a table none. Acts that were refused stand as they were asked for, so
/// that ids may be zero and days in no calendar.
pub fn rows<'a>(command: &'a Command, row: &mut dyn FnMut(&[Value<'a>])) {
    match command {
        Command::Transfer(_) | Command::Reverse { .. } | Command::SettleInterest { .. } => {}
        Command::CreateAccount(account) => accounts::row(account, row),
        Command::OpenInstitution(opened) => institution::row(opened, row),
        Command::DefineChartLine(line) => chart_lines::row(line, row),
        Command::RegisterParty(party) => parties::row(party, row),
        Command::EraseParty { party, reason } => erasures::row(party, reason, row),
        Command::GrantRole(role) => role_grants::row(role, row),
        Command::RevokeRole(role) => role_revocations::row(role, row),
        Command::SetLimits(set) => limits::row(set, row),
        Command::SetInterest(terms) => interest_terms::row(terms, row),
        Command::PlaceHold(hold) => holds::row(hold, row),
        Command::ReleaseHold { hold } => hold_releases::row(hold, row),
        Command::PostEntry(entry) => compound_entries::row(entry, row),
        Command::CloseDay { day, next } => day_closes::row(day, next, row),
        Command::Attach(attachment) => attachments::row(attachment, row),
        Command::Expire { pending } => expirations::row(pending, row),
        Command::MarkSnapshot(mark) => snapshots::row(mark, row),
        Command::RecordQueries(asked) => asked.iter().for_each(|query| queries::row(query, row)),
        Command::RecordCheck(check) => {
            check.results.iter().for_each(|result| check_results::row(check, result, row));
        }
        Command::KeepPart(part) => artifact_parts::row(part, row),
        Command::AdoptRules(set) => rule_sets::row(set, row),
        Command::WithdrawRules(end) => rule_withdrawals::row(end, row),
        Command::WorkCase(act) => case_steps::row(act, row),
        Command::RecordScreening(screening) => screenings::row(screening, row),
        Command::RecordAccess(notes) => notes.iter().for_each(|note| access_notes::row(note, row)),
        Command::PlaceOrder(order) => orders::row(order, row),
        Command::EndOrder(end) => order_ends::row(end, row),
        Command::PlanLimits(plan) => limit_plans::row(plan, row),
        Command::KeepPayee(payee) => payees::row(payee, row),
        Command::DropPayee(end) => payee_ends::row(end, row),
        Command::FileComplaint(complaint) => complaints::row(complaint, row),
        Command::WorkComplaint(act) => complaint_steps::row(act, row),
    }
}
