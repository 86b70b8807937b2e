//! An act (every event that is not a transfer) as deterministic CBOR: a map of five keys, the last of
//! them a map of the command's own fields. Keys, tags and codes never change their meaning; a new field
//! takes a new key and a new record version. Reading is in `act/read.rs`, line by line in the same order.

mod read;

pub(crate) use read::decode;

use crate::cbor::Writer;
use crate::outcome::outcome_code;
use terms::{
    AccessRecord, Account, Act, CaseAct, ChartLine, CheckRecord, Command, Complaint, ComplaintAct,
    Entry, Hold, HoldEnd, Institution, InterestTerms, LimitPlan, Party, Payee, QueryRecord, Role,
    RuleSet, Sealed, SpendingLimits, StandingOrder, TransferId,
};

/// Keys of the outer map.
const KEY_TIME: u8 = 1;
const KEY_BOOKING_DATE: u8 = 2;
const KEY_OUTCOME: u8 = 3;
const KEY_COMMAND: u8 = 4;
const KEY_FIELDS: u8 = 5;

/// Tags of commands. Number 1 is a transfer, which has a record of its own.
const CREATE_ACCOUNT: u8 = 2;
const OPEN_INSTITUTION: u8 = 3;
const DEFINE_CHART_LINE: u8 = 4;
const REGISTER_PARTY: u8 = 5;
const ERASE_PARTY: u8 = 6;
const GRANT_ROLE: u8 = 7;
const REVOKE_ROLE: u8 = 8;
const SET_LIMITS: u8 = 9;
const SET_INTEREST: u8 = 10;
const PLACE_HOLD: u8 = 11;
const RELEASE_HOLD: u8 = 12;
const POST_ENTRY: u8 = 13;
const REVERSE: u8 = 14;
const SETTLE_INTEREST: u8 = 15;
const CLOSE_DAY: u8 = 16;
const ATTACH: u8 = 17;
const EXPIRE: u8 = 18;
const MARK_SNAPSHOT: u8 = 19;
const RECORD_QUERIES: u8 = 20;
const RECORD_CHECK: u8 = 21;
const KEEP_PART: u8 = 22;
const ADOPT_RULES: u8 = 23;
const WITHDRAW_RULES: u8 = 24;
const WORK_CASE: u8 = 25;
const RECORD_SCREENING: u8 = 26;
const RECORD_ACCESS: u8 = 27;
const PLACE_ORDER: u8 = 28;
const END_ORDER: u8 = 29;
const PLAN_LIMITS: u8 = 30;
const KEEP_PAYEE: u8 = 31;
const DROP_PAYEE: u8 = 32;
const FILE_COMPLAINT: u8 = 33;
const WORK_COMPLAINT: u8 = 34;

/// Appends the CBOR of `act`. A transfer, which `record::encode` never hands on, has no fields here.
pub(crate) fn encode(act: &Act, out: &mut Vec<u8>) {
    let mut w = Writer(out);
    w.map(5);
    w.key(KEY_TIME).uint(act.time.0);
    w.key(KEY_BOOKING_DATE).int(act.booking_date.0);
    w.key(KEY_OUTCOME).uint(outcome_code(act.outcome));
    w.key(KEY_COMMAND).uint(tag_of(&act.command));
    w.key(KEY_FIELDS);
    fields(&mut w, &act.command);
}

/// The number of a command in the journal.
fn tag_of(command: &Command) -> u8 {
    match command {
        Command::Transfer(_) => 1,
        Command::CreateAccount(_) => CREATE_ACCOUNT,
        Command::OpenInstitution(_) => OPEN_INSTITUTION,
        Command::DefineChartLine(_) => DEFINE_CHART_LINE,
        Command::RegisterParty(_) => REGISTER_PARTY,
        Command::EraseParty { .. } => ERASE_PARTY,
        Command::GrantRole(_) => GRANT_ROLE,
        Command::RevokeRole(_) => REVOKE_ROLE,
        Command::SetLimits(_) => SET_LIMITS,
        Command::SetInterest(_) => SET_INTEREST,
        Command::PlaceHold(_) => PLACE_HOLD,
        Command::ReleaseHold { .. } => RELEASE_HOLD,
        Command::PostEntry(_) => POST_ENTRY,
        Command::Reverse { .. } => REVERSE,
        Command::SettleInterest { .. } => SETTLE_INTEREST,
        Command::CloseDay { .. } => CLOSE_DAY,
        Command::Attach(_) => ATTACH,
        Command::Expire { .. } => EXPIRE,
        Command::MarkSnapshot(_) => MARK_SNAPSHOT,
        Command::RecordQueries(_) => RECORD_QUERIES,
        Command::RecordCheck(_) => RECORD_CHECK,
        Command::KeepPart(_) => KEEP_PART,
        Command::AdoptRules(_) => ADOPT_RULES,
        Command::WithdrawRules(_) => WITHDRAW_RULES,
        Command::WorkCase(_) => WORK_CASE,
        Command::RecordScreening(_) => RECORD_SCREENING,
        Command::RecordAccess(_) => RECORD_ACCESS,
        Command::PlaceOrder(_) => PLACE_ORDER,
        Command::EndOrder(_) => END_ORDER,
        Command::PlanLimits(_) => PLAN_LIMITS,
        Command::KeepPayee(_) => KEEP_PAYEE,
        Command::DropPayee(_) => DROP_PAYEE,
        Command::FileComplaint(_) => FILE_COMPLAINT,
        Command::WorkComplaint(_) => WORK_COMPLAINT,
    }
}

/// The map of the command's own fields.
fn fields(w: &mut Writer<'_>, command: &Command) {
    match command {
        Command::Transfer(_) => w.map(0),
        Command::CreateAccount(account) => account_fields(w, account),
        Command::OpenInstitution(institution) => institution_fields(w, institution),
        Command::DefineChartLine(line) => chart_line_fields(w, line),
        Command::RegisterParty(party) => party_fields(w, party),
        Command::EraseParty { party, reason } => {
            w.map(2);
            w.key(1).uint128(party.0);
            w.key(2).text(reason);
        }
        Command::GrantRole(role) | Command::RevokeRole(role) => role_fields(w, role),
        Command::SetLimits(limits) => limits_fields(w, limits),
        Command::SetInterest(terms) => interest_fields(w, terms),
        Command::PlaceHold(hold) => hold_fields(w, hold),
        Command::ReleaseHold { hold: id } | Command::Expire { pending: id } => {
            w.map(1);
            w.key(1).uint128(id.0);
        }
        Command::PostEntry(entry) => entry_fields(w, entry),
        Command::Reverse { id, of, value_date } => {
            w.map(3);
            w.key(1).uint128(id.0);
            w.key(2).uint128(of.0);
            w.key(3).int(value_date.0);
        }
        Command::SettleInterest { id, account } => {
            w.map(2);
            w.key(1).uint128(id.0);
            w.key(2).uint128(account.0);
        }
        Command::CloseDay { day, next } => {
            w.map(2);
            w.key(1).int(day.0);
            w.key(2).int(next.0);
        }
        Command::Attach(attachment) => {
            w.map(3);
            w.key(1).uint128(attachment.subject.0);
            w.key(2).uint128(attachment.party.0);
            w.key(3);
            sealed_fields(w, &attachment.text);
        }
        Command::MarkSnapshot(mark) => {
            w.map(2);
            w.key(1).uint(mark.records);
            w.key(2).bytes(&mark.hash);
        }
        Command::RecordQueries(queries) => queries_fields(w, queries),
        Command::RecordCheck(check) => check_fields(w, check),
        Command::RecordAccess(notes) => access_fields(w, notes),
        Command::PlaceOrder(order) => order_fields(w, order),
        Command::EndOrder(end) => {
            w.map(2);
            w.key(1).uint128(end.order.0);
            w.key(2).text(&end.by);
        }
        Command::PlanLimits(_)
        | Command::KeepPayee(_)
        | Command::DropPayee(_)
        | Command::FileComplaint(_)
        | Command::WorkComplaint(_) => own_fields(w, command),
        Command::KeepPart(_)
        | Command::AdoptRules(_)
        | Command::WithdrawRules(_)
        | Command::WorkCase(_)
        | Command::RecordScreening(_) => risk_fields(w, command),
    }
}

/// The fields of what customers do for themselves; no other command has any here.
fn own_fields(w: &mut Writer<'_>, command: &Command) {
    match command {
        Command::PlanLimits(plan) => plan_fields(w, plan),
        Command::KeepPayee(payee) => payee_fields(w, payee),
        Command::DropPayee(end) => {
            w.map(3);
            w.key(1).uint128(end.payee.0);
            w.key(2).uint128(end.party.0);
            w.key(3).text(&end.by);
        }
        Command::FileComplaint(complaint) => complaint_fields(w, complaint),
        Command::WorkComplaint(act) => complaint_act_fields(w, act),
        _ => w.map(0),
    }
}

fn plan_fields(w: &mut Writer<'_>, plan: &LimitPlan) {
    w.map(3 + u8::from(plan.per_transfer.is_some()) + u8::from(plan.per_day.is_some()));
    w.key(1).uint128(plan.account.0);
    if let Some(most) = plan.per_transfer {
        w.key(2).uint128(most.0);
    }
    if let Some(most) = plan.per_day {
        w.key(3).uint128(most.0);
    }
    w.key(4).uint(plan.cooling_h);
    w.key(5).text(&plan.by);
}

fn payee_fields(w: &mut Writer<'_>, payee: &Payee) {
    w.map(5);
    w.key(1).uint128(payee.id.0);
    w.key(2).uint128(payee.party.0);
    w.key(3).uint128(payee.account.0);
    w.key(4);
    sealed_fields(w, &payee.name);
    w.key(5).text(&payee.by);
}

fn complaint_fields(w: &mut Writer<'_>, complaint: &Complaint) {
    w.map(7);
    w.key(1).uint128(complaint.id.0);
    w.key(2).uint128(complaint.party.0);
    w.key(3).uint128(complaint.account.0);
    w.key(4).uint128(complaint.subject.0);
    w.key(5).uint(complaint.days);
    w.key(6);
    sealed_fields(w, &complaint.text);
    w.key(7).text(&complaint.by);
}

fn complaint_act_fields(w: &mut Writer<'_>, act: &ComplaintAct) {
    w.map(6);
    w.key(1).uint128(act.complaint.0);
    w.key(2).uint128(act.party.0);
    w.key(3).uint(act.step as u8);
    w.key(4).uint(act.days);
    w.key(5);
    sealed_fields(w, &act.text);
    w.key(6).text(&act.by);
}

/// The fields of commands of risk control; no other command has any here.
fn risk_fields(w: &mut Writer<'_>, command: &Command) {
    match command {
        Command::KeepPart(part) => {
            w.map(4);
            w.key(1).bytes(&part.artifact);
            w.key(2).uint(part.size);
            w.key(3).uint(part.at);
            w.key(4).bytes(&part.bytes);
        }
        Command::AdoptRules(set) => rule_set_fields(w, set),
        Command::WithdrawRules(end) => {
            w.map(3);
            w.key(1).uint(end.set);
            w.key(2).uint(end.reason as u8);
            w.key(3).text(&end.by);
        }
        Command::WorkCase(act) => case_fields(w, act),
        Command::RecordScreening(screening) => {
            w.map(6);
            w.key(1).uint128(screening.party.0);
            w.key(2).bytes(&screening.lists);
            w.key(3).uint(screening.result as u8);
            w.key(4).text(&screening.entry);
            w.key(5).uint(screening.score);
            w.key(6).text(&screening.by);
        }
        _ => w.map(0),
    }
}

fn institution_fields(w: &mut Writer<'_>, institution: &Institution) {
    w.map(4);
    w.key(1).text(&institution.name);
    w.key(2).uint(institution.currency.0);
    w.key(3).int(institution.utc_offset_min.into());
    w.key(4).int(institution.first_day.0);
}

fn chart_line_fields(w: &mut Writer<'_>, line: &ChartLine) {
    w.map(3);
    w.key(1).uint(line.code);
    w.key(2).uint(line.class as u8);
    w.key(3).text(&line.name);
}

fn limits_fields(w: &mut Writer<'_>, limits: &SpendingLimits) {
    w.map(1 + u8::from(limits.per_transfer.is_some()) + u8::from(limits.per_day.is_some()));
    w.key(1).uint128(limits.account.0);
    if let Some(most) = limits.per_transfer {
        w.key(2).uint128(most.0);
    }
    if let Some(most) = limits.per_day {
        w.key(3).uint128(most.0);
    }
}

fn interest_fields(w: &mut Writer<'_>, terms: &InterestTerms) {
    w.map(4);
    w.key(1).uint128(terms.account.0);
    w.key(2).uint(terms.rate_ppm);
    w.key(3).uint(terms.basis as u16);
    w.key(4).uint128(terms.counter_account.0);
}

fn account_fields(w: &mut Writer<'_>, account: &Account) {
    w.map(8);
    w.key(1).uint128(account.id.0);
    w.key(2).uint128(account.user_data_128);
    w.key(3).uint(account.user_data_64);
    w.key(4).uint(account.user_data_32);
    w.key(5).uint(account.ledger.0);
    w.key(6).uint(account.code);
    w.key(7).uint(account.flags.0);
    w.key(8).uint(account.timestamp.0);
}

fn party_fields(w: &mut Writer<'_>, party: &Party) {
    w.map(3);
    w.key(1).uint128(party.id.0);
    w.key(2).uint(party.kind as u8);
    w.key(3);
    sealed_fields(w, &party.identity);
}

fn sealed_fields(w: &mut Writer<'_>, sealed: &Sealed) {
    w.map(4);
    w.key(1).bytes(&sealed.commitment);
    w.key(2).uint(sealed.cipher as u8);
    w.key(3).bytes(&sealed.nonce);
    w.key(4).bytes(&sealed.ciphertext);
}

fn role_fields(w: &mut Writer<'_>, role: &Role) {
    w.map(4);
    w.key(1).uint128(role.party.0);
    w.key(2).uint128(role.account.0);
    w.key(3).uint(role.kind as u8);
    w.key(4).int(role.until.0);
}

fn hold_fields(w: &mut Writer<'_>, hold: &Hold) {
    w.map(4 + u8::from(hold.amount.is_some()));
    w.key(1).uint128(hold.id.0);
    w.key(2).uint128(hold.account.0);
    if let Some(amount) = hold.amount {
        w.key(3).uint128(amount.0);
    }
    w.key(4).uint(hold.order as u8);
    w.key(5).text(&hold.reference);
}

fn entry_fields(w: &mut Writer<'_>, entry: &Entry) {
    w.map(6);
    w.key(1).uint128(entry.id.0);
    w.key(2).uint(entry.code);
    w.key(3).int(entry.value_date.0);
    w.key(4).uint128(entry.user_data_128);
    w.key(5).uint128(entry.reverses.0);
    w.key(6).array(entry.legs.len());
    for leg in &entry.legs {
        w.array(3);
        w.uint128(leg.account.0);
        w.uint(leg.side as u8);
        w.uint128(leg.amount.0);
    }
}

fn queries_fields(w: &mut Writer<'_>, queries: &[QueryRecord]) {
    w.map(1);
    w.key(1).array(queries.len());
    for query in queries {
        w.array(7);
        w.text(&query.asker);
        w.uint(query.door as u8);
        w.bytes(&query.text_hash);
        w.uint(query.as_of);
        w.uint(query.rows);
        w.bytes(&query.result_hash);
        w.uint(query.end as u8);
    }
}

fn access_fields(w: &mut Writer<'_>, notes: &[AccessRecord]) {
    w.map(1);
    w.key(1).array(notes.len());
    for note in notes {
        w.array(5);
        w.uint(note.kind as u8);
        w.text(&note.who);
        w.text(&note.about);
        w.text(&note.says);
        w.uint(note.times);
    }
}

fn order_fields(w: &mut Writer<'_>, order: &StandingOrder) {
    w.map(10);
    w.key(1).uint128(order.id.0);
    w.key(2).uint128(order.debit_account.0);
    w.key(3).uint128(order.credit_account.0);
    w.key(4).uint128(order.amount.0);
    w.key(5).uint(order.code);
    w.key(6).int(order.first.0);
    w.key(7).int(order.last.0);
    w.key(8).uint(order.rhythm as u8);
    w.key(9).uint(order.every);
    w.key(10).text(&order.by);
}

fn check_fields(w: &mut Writer<'_>, check: &CheckRecord) {
    w.map(5);
    w.key(1).text(&check.pack);
    w.key(2).uint(check.version);
    w.key(3).bytes(&check.hash);
    w.key(4).uint(check.as_of);
    w.key(5).array(check.results.len());
    for result in &check.results {
        w.array(5);
        w.text(&result.rule);
        w.uint(result.kind as u8);
        w.uint(result.rows);
        w.text(&result.value);
        w.bytes(&result.result_hash);
    }
}

fn rule_set_fields(w: &mut Writer<'_>, set: &RuleSet) {
    let releases = set.at_end != HoldEnd::Refuse;
    let more = [set.model.is_some(), releases, set.tables.is_some()];
    w.map(10 + more.into_iter().map(u8::from).sum::<u8>());
    w.key(1).text(&set.name);
    w.key(2).bytes(&set.program);
    w.key(3).bytes(&set.words);
    if let Some(model) = &set.model {
        w.key(4).bytes(model);
    }
    w.key(5).uint(set.stage as u8);
    w.key(6).uint(set.share_ppm);
    w.key(7).uint(set.loss_max);
    w.key(8).uint(set.stopped_ppm_max);
    w.key(9).uint(set.hold_s);
    w.key(10).uint(u8::from(set.four_eyes));
    w.key(11).text(&set.by);
    if releases {
        w.key(12).uint(set.at_end as u8);
    }
    if let Some(tables) = &set.tables {
        w.key(13).bytes(tables);
    }
}

fn case_fields(w: &mut Writer<'_>, act: &CaseAct) {
    let linked = act.other != TransferId(0);
    w.map(4 + u8::from(linked) + u8::from(act.mark.is_some()));
    w.key(1).uint128(act.case.0);
    w.key(2).text(&act.by);
    w.key(3).uint(act.step as u8);
    w.key(4).text(&act.text);
    if linked {
        w.key(5).uint128(act.other.0);
    }
    if let Some(mark) = act.mark {
        w.key(6).uint(mark as u8);
    }
}
