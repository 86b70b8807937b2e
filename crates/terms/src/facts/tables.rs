//! The declarations: for each kind of act its table, and for each column in one place its name, sort,
//! class, unit and meaning and where its value comes from. What is zero because it was left open is
//! empty here. A new kind of act is one more declaration, and its lines in `facts.rs`.

use super::{Class, Field, Sort, Table, Value};
use crate::account::{Account, AccountFlags, ChartLine, InterestTerms, LimitPlan, SpendingLimits};
use crate::command::{Attachment, Hold, Institution, SnapshotMark};
use crate::complaint::{Complaint, ComplaintAct};
use crate::entry::Entry;
use crate::money::Amount;
use crate::observation::{AccessRecord, CheckRecord, CheckResult, QueryRecord};
use crate::order::{OrderEnd, StandingOrder};
use crate::party::{Party, PartyId, Role};
use crate::payee::{Payee, PayeeEnd};
use crate::risk::{ArtifactPart, CaseAct, RuleSet, Screening, Withdrawal};
use crate::time::{Day, TimeNs};
use crate::transfer::TransferId;

/// A module for each table: `TABLE`, and `row`, which hands on the values of one act or a part of one.
macro_rules! tables {
    ($($table:ident($($of:ident: $part:ty),+) $what:literal {
        $($name:ident: $sort:ident $($or:ident)*, $class:ident, $unit:literal, $meaning:literal = $value:expr;)+
    })+) => {
        $(pub(super) mod $table {
            use super::*;

            pub(in super::super) static TABLE: Table = Table {
                name: stringify!($table),
                meaning: $what,
                fields: &[$(Field {
                    name: stringify!($name),
                    sort: Sort::$sort,
                    nullable: nullable!($($or)*),
                    class: Class::$class,
                    unit: $unit,
                    meaning: $meaning,
                },)+],
            };

            pub(in super::super) fn row<'a>($($of: &'a $part,)+ row: &mut dyn FnMut(&[Value<'a>])) {
                row(&[$($value,)+]);
            }
        })+
    };
}

/// Whether `or_null` stands behind a sort.
macro_rules! nullable {
    () => {
        false
    };
    (or_null) => {
        true
    };
}

tables! {
    accounts(account: Account) "An account was opened." {
        account: Account, Confidential, "", "The account's id." = Value::Id(account.id.0);
        currency: Currency, Internal, "",
            "The currency of the account, which is its ledger." = Value::Currency(account.ledger);
        code: Number, Internal, "",
            "Its place in the chart of accounts." = Value::Number(account.code.into());
        debits_must_not_exceed_credits: Flag, Internal, "",
            "It must not be overdrawn."
                = flag(account, AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS);
        credits_must_not_exceed_debits: Flag, Internal, "",
            "It must not go below zero on the other side, like a till."
                = flag(account, AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS);
        history: Flag, Internal, "",
            "Its owner asked for balances after each transfer."
                = flag(account, AccountFlags::HISTORY);
        imported: Flag, Internal, "",
            "It was opened elsewhere, at the given time."
                = flag(account, AccountFlags::IMPORTED);
        closed: Flag, Internal, "",
            "It was opened as one that takes no transfers."
                = flag(account, AccountFlags::CLOSED);
        linked: Flag, Internal, "",
            "It stood or fell together with the record after it."
                = flag(account, AccountFlags::LINKED);
        opened_at: Time or_null, Confidential, "",
            "When it was opened, here or elsewhere; empty if it was refused with no time given."
                = time_if_any(account.timestamp);
        user_data_128: Id or_null, Confidential, "",
            "A number of the caller's own; empty if zero." = id_if_any(account.user_data_128);
        user_data_64: Id or_null, Confidential, "",
            "A second number of the caller's own; empty if zero."
                = id_if_any(account.user_data_64.into());
        user_data_32: Number or_null, Confidential, "",
            "A third number of the caller's own; empty if zero."
                = number_if_any(account.user_data_32.into());
    }

    institution(opened: Institution) "The institution was opened." {
        name: Text, Public, "", "The institution's name." = Value::Text(&opened.name);
        currency: Currency, Public, "",
            "The currency it reports in." = Value::Currency(opened.currency);
        utc_offset: Number, Public, "minutes east of UTC",
            "The time zone of its business calendar." = Value::Number(opened.utc_offset_min.into());
        first_day: Day, Internal, "", "Its first business day." = Value::Day(opened.first_day);
    }

    chart_lines(line: ChartLine) "A line was added to the chart of accounts." {
        code: Number, Internal, "",
            "The code that accounts of this kind carry." = Value::Number(line.code.into());
        class: Word, Internal, "",
            "Its side of the books: asset, liability, equity, income, expense, common or off_balance."
                = Value::Word(line.class.word());
        name: Text, Internal, "", "What accounts of this code are." = Value::Text(&line.name);
    }

    parties(party: Party) "A person or organisation was made known." {
        party: Party, Confidential, "", "The party's id." = Value::Id(party.id.0);
        kind: Word, Confidential, "",
            "A person or an organisation." = Value::Word(party.kind.word());
        identity: Sealed, Confidential, "",
            "What identifies the party, under its own key." = Value::Sealed(&party.identity);
    }

    erasures(party: PartyId, reason: str) "A party was forgotten: its key was destroyed." {
        party: Party, Confidential, "", "Who was forgotten." = Value::Id(party.0);
        reason: Text, Internal, "", "On what ground; not personal data." = Value::Text(reason);
    }

    role_grants(role: Role) "A party was given a role on an account." {
        party: Party, Confidential, "", "Who may act." = Value::Id(role.party.0);
        account: Account, Confidential, "", "On which account." = Value::Id(role.account.0);
        role: Word, Confidential, "",
            "As what: owner, joint_owner, disponent, viewer or guardian."
                = Value::Word(role.kind.word());
        last_day: Day or_null, Confidential, "",
            "The last day it holds; empty if without end." = day_if_any(role.until);
    }

    role_revocations(role: Role) "A role on an account was taken back." {
        party: Party, Confidential, "", "Who may no longer act." = Value::Id(role.party.0);
        account: Account, Confidential, "", "On which account." = Value::Id(role.account.0);
        role: Word, Confidential, "",
            "As what: owner, joint_owner, disponent, viewer or guardian."
                = Value::Word(role.kind.word());
        last_day: Day or_null, Confidential, "",
            "The last day that was named when it was taken back; empty if none was."
                = day_if_any(role.until);
    }

    limits(limits: SpendingLimits) "It was set what an account may send." {
        account: Account, Confidential, "", "Whose limits these are." = Value::Id(limits.account.0);
        per_transfer: Amount or_null, Confidential, "minor units",
            "Most for one transfer, in the account's currency; empty if there is no limit."
                = amount_if_any(limits.per_transfer);
        per_day: Amount or_null, Confidential, "minor units",
            "Most for all debits of one business day together, in the account's currency; empty if there is no limit."
                = amount_if_any(limits.per_day);
    }

    interest_terms(terms: InterestTerms) "It was set how an account earns or owes interest." {
        account: Account, Confidential, "", "Whose interest it is." = Value::Id(terms.account.0);
        rate: Number, Confidential, "millionths a year",
            "The yearly rate: 25,000 is 2.5 %." = Value::Number(terms.rate_ppm.into());
        basis: Word, Internal, "",
            "The days of an interest year: actual_360 or actual_365."
                = Value::Word(terms.basis.word());
        counter_account: Account, Internal, "",
            "The account that pays what is earned and takes what is owed."
                = Value::Id(terms.counter_account.0);
    }

    holds(hold: Hold) "Money was blocked by order." {
        hold: Id, Confidential, "", "The hold's id." = Value::Id(hold.id.0);
        account: Account, Confidential, "",
            "The account whose money is blocked." = Value::Id(hold.account.0);
        amount: Amount or_null, Confidential, "minor units",
            "How much is blocked, in the account's currency; empty if every debit is."
                = amount_if_any(hold.amount);
        ordered_by: Word, Confidential, "",
            "Whose order it is: court, aml, tax or bank." = Value::Word(hold.order.word());
        reference: Text, Confidential, "",
            "The order's file number; not personal data." = Value::Text(&hold.reference);
    }

    hold_releases(hold: TransferId) "A hold was lifted." {
        hold: Id, Confidential, "", "The hold's id." = Value::Id(hold.0);
    }

    compound_entries(entry: Entry) "An entry of several legs was posted; its legs stand among the legs." {
        compound_entry: Transfer, Confidential, "",
            "The entry's id, from the same numbers as those of transfers." = Value::Id(entry.id.0);
        code: Number, Internal, "",
            "Why it was posted; the bank's own numbers." = Value::Number(entry.code.into());
        value_date: Day or_null, Confidential, "",
            "From when it counts for interest; empty if as booked, which happens only when it was refused."
                = day_if_any(entry.value_date);
        user_data_128: Id or_null, Confidential, "",
            "A number of the caller's own; empty if zero." = id_if_any(entry.user_data_128);
        reverses: Transfer or_null, Confidential, "",
            "The entry that this one takes back; empty if none." = id_if_any(entry.reverses.0);
        legs: Number, Confidential, "legs",
            "How many legs it has." = count(entry.legs.len() as u64);
    }

    day_closes(day: Day, next: Day) "A business day was closed." {
        day: Day, Internal, "", "The business day that ended." = Value::Day(*day);
        next_day: Day, Internal, "", "The business day that began." = Value::Day(*next);
    }

    attachments(attachment: Attachment) "Sealed text was put beside a transfer or entry." {
        subject: Transfer, Confidential, "",
            "The transfer or entry it belongs to." = Value::Id(attachment.subject.0);
        party: Party, Confidential, "",
            "The party under whose key the text lies." = Value::Id(attachment.party.0);
        text: Sealed, Confidential, "",
            "The text, such as what a payment is for." = Value::Sealed(&attachment.text);
    }

    expirations(pending: TransferId) "The time of a pending transfer was over, and its amount was given back." {
        pending: Transfer, Confidential, "", "The pending transfer." = Value::Id(pending.0);
    }

    snapshots(mark: SnapshotMark) "The state of the bank after all earlier records was given a hash." {
        records: Number or_null, Internal, "records",
            "How many records the state had seen; empty if that passes 2^63 - 1, which only a refused mark can say."
                = count(mark.records);
        hash: Hash, Internal, "", "SHA-256 of the snapshot." = Value::Hash(&mark.hash);
    }

    queries(query: QueryRecord) "A query was answered." {
        asker: Text, Internal, "", "The token or operator that asked." = Value::Text(&query.asker);
        door: Word, Internal, "",
            "By which way it came: command_line, flight_sql or program."
                = Value::Word(query.door.word());
        text_hash: Hash, Internal, "",
            "SHA-256 of the query's text." = Value::Hash(&query.text_hash);
        as_of: Number or_null, Internal, "entries",
            "How many entries of the log the answer covers; empty if that passes 2^63 - 1."
                = count(query.as_of);
        row_count: Number or_null, Internal, "rows",
            "How many rows were handed out; empty if that passes 2^63 - 1." = count(query.rows);
        result_hash: Hash or_null, Internal, "",
            "The digest of the canonical result; empty unless the query came to its end."
                = hash_if_any(&query.result_hash);
        ended: Word, Internal, "",
            "How it ended: complete, cancelled or failed." = Value::Word(query.end.word());
    }

    check_results(check: CheckRecord, result: CheckResult) "A rule of a pack was run." {
        pack: Text, Internal, "", "The pack the rule is from." = Value::Text(&check.pack);
        version: Number, Internal, "",
            "The version of the pack." = Value::Number(check.version.into());
        pack_hash: Hash, Internal, "", "SHA-256 of the pack." = Value::Hash(&check.hash);
        as_of: Number or_null, Internal, "entries",
            "How many entries of the log were looked at; empty if that passes 2^63 - 1."
                = count(check.as_of);
        rule: Text, Internal, "", "The name of the rule." = Value::Text(&result.rule);
        kind: Word, Internal, "",
            "Whether it looks for wrong rows or computes a number: quality or indicator."
                = Value::Word(result.kind.word());
        row_count: Number or_null, Internal, "rows",
            "How many rows break it, or how many an indicator was computed from; empty if that passes 2^63 - 1."
                = count(result.rows);
        value: Text or_null, Internal, "",
            "The indicator as decimal text; empty for a quality rule." = text_if_any(&result.value);
        result_hash: Hash or_null, Internal, "",
            "The digest of the canonical result; empty if there is none."
                = hash_if_any(&result.result_hash);
    }

    artifact_parts(part: ArtifactPart) "A part of a program, of its words or of a model was kept." {
        artifact: Hash, Internal, "", "SHA-256 of the whole." = Value::Hash(&part.artifact);
        size: Number, Internal, "bytes", "How large the whole is." = Value::Number(part.size.into());
        starts_at: Number, Internal, "bytes",
            "Where in the whole this part begins." = Value::Number(part.at.into());
        part_size: Number or_null, Internal, "bytes",
            "How large the part is." = count(part.bytes.len() as u64);
    }

    rule_sets(set: RuleSet) "A rule set was adopted: it judges payments, or is on trial." {
        name: Text, Internal, "", "What people call it." = Value::Text(&set.name);
        program: Hash, Internal, "", "SHA-256 of its program." = Value::Hash(&set.program);
        words: Hash, Internal, "",
            "SHA-256 of what its conditions say in words." = Value::Hash(&set.words);
        model: Hash or_null, Internal, "",
            "SHA-256 of the model it looks at; empty if it looks at none."
                = set.model.as_ref().map_or(Value::Null, Value::Hash);
        tables: Hash or_null, Internal, "",
            "SHA-256 of the lists and clocks it looks up; empty if there are none."
                = set.tables.as_ref().map_or(Value::Null, Value::Hash);
        stage: Word, Internal, "",
            "How far it may go: shadow, canary or active." = Value::Word(set.stage.word());
        share: Number or_null, Internal, "millionths",
            "The share of accounts that a canary judges; empty for others."
                = number_if_any(set.share_ppm.into());
        loss_limit: Number or_null, Internal, "thousandths of main units",
            "What a canary may let through that the active set would not have, all currencies together; empty if that passes 2^63 - 1."
                = count(set.loss_max);
        stopped_limit: Number, Internal, "millionths",
            "The share of payments it may stop before it ends by itself."
                = Value::Number(set.stopped_ppm_max.into());
        hold_time: Number, Internal, "seconds",
            "How long a held payment waits for somebody to decide." = Value::Number(set.hold_s.into());
        hold_end: Word, Internal, "",
            "What becomes of it then: refuse (it goes back to its payer) or release (it is posted)."
                = Value::Word(set.at_end.word());
        four_eyes: Flag, Internal, "",
            "Whether two people must agree to release a held payment." = Value::Flag(set.four_eyes);
        adopted_by: Text, Internal, "", "Who adopted it." = Value::Text(&set.by);
    }

    rule_withdrawals(end: Withdrawal) "A rule set was ended." {
        rule_set: Number, Internal, "", "Its number." = Value::Number(end.set.into());
        reason: Word, Internal, "",
            "Why: asked, stopped_too_many, lost_too_much or too_slow." = Value::Word(end.reason.word());
        withdrawn_by: Text or_null, Internal, "",
            "Who ended it; empty if the bank itself did." = text_if_any(&end.by);
    }

    case_steps(act: CaseAct) "Somebody worked on a case." {
        transfer: Transfer, Confidential, "",
            "The payment the case is about, or the number of a party's case." = Value::Id(act.case.0);
        worked_by: Text, Internal, "", "Who did it." = Value::Text(&act.by);
        step: Word, Internal, "",
            "What: open, claim, assign, note, evidence, link, release, refuse, mark, report or appeal."
                = Value::Word(act.step.word());
        text: Text or_null, Confidential, "",
            "What the step says; empty if nothing." = text_if_any(&act.text);
        other: Transfer or_null, Confidential, "",
            "The payment a link names, or the party that a case is opened on; empty for other steps." = id_if_any(act.other.0);
        mark: Word or_null, Confidential, "",
            "What the payment turned out to be: fraud, laundering or mistaken; empty for other steps."
                = act.mark.map_or(Value::Null, |mark| Value::Word(mark.word()));
    }

    screenings(screening: Screening) "A party was looked up on lists." {
        party: Party, Confidential, "", "Who was looked up." = Value::Id(screening.party.0);
        lists: Hash, Internal, "", "SHA-256 of the lists." = Value::Hash(&screening.lists);
        result: Word, Confidential, "",
            "What came of it: clear, possible or confirmed." = Value::Word(screening.result.word());
        list_entry: Text or_null, Confidential, "",
            "The entry that fits best; empty if none does." = text_if_any(&screening.entry);
        score: Number, Confidential, "thousandths",
            "How well it fits." = Value::Number(screening.score.into());
        decided_by: Text or_null, Internal, "",
            "Who decided; empty if a program looked it up." = text_if_any(&screening.by);
    }

    access_notes(note: AccessRecord) "A door noted something of somebody: a denial, a sign-in, a look at personal data." {
        what: Word, Internal, "",
            "What happened: denied, not_recognised, personal_read, signed_in, session_ended, token_issued, directory_changed, role_changed, credential_changed, link, recovery, break_glass or stepped_up."
                = Value::Word(note.kind.word());
        who: Text or_null, Confidential, "",
            "Who did it, as user:anna or client:acme; empty where nobody was recognised."
                = text_if_any(&note.who);
        about: Text or_null, Confidential, "",
            "To whom or what, as user:bert or account:17; empty if nothing else is meant." = text_if_any(&note.about);
        says: Text or_null, Confidential, "",
            "The action, the reason given or what changed, in words." = text_if_any(&note.says);
        times: Number, Internal, "",
            "How often, since the last such note." = Value::Number(note.times.into());
    }

    orders(order: StandingOrder) "A payment was ordered for a later day, or for many." {
        order_id: Id, Confidential, "",
            "The order's id; the 128-bit user data of the transfers it brings." = Value::Id(order.id.0);
        account: Account, Confidential, "", "The account that pays." = Value::Id(order.debit_account.0);
        other_account: Account, Confidential, "",
            "The account that is paid." = Value::Id(order.credit_account.0);
        amount: Amount, Confidential, "minor units", "How much, each time." = Value::Amount(order.amount);
        code: Number, Internal, "", "The kind of its transfers." = Value::Number(order.code.into());
        first_day: Day, Confidential, "", "The first day it is due." = Value::Day(order.first);
        last_day: Day or_null, Confidential, "",
            "The last day it may be due; empty for no end, and for what happens once." = day_if_any(order.last);
        rhythm: Word, Internal, "",
            "How it repeats: once, weekly or monthly." = Value::Word(order.rhythm.word());
        every: Number, Internal, "weeks or months", "Every so many." = Value::Number(order.every.into());
        ordered_by: Text or_null, Internal, "", "Who ordered it." = text_if_any(&order.by);
    }

    order_ends(end: OrderEnd) "An order was ended." {
        order_id: Id, Confidential, "", "The order that was ended." = Value::Id(end.order.0);
        ended_by: Text or_null, Internal, "", "Who ended it." = text_if_any(&end.by);
    }

    limit_plans(plan: LimitPlan) "Whoever holds an account said what it may send; what is looser waited." {
        account: Account, Confidential, "", "Whose limits these are." = Value::Id(plan.account.0);
        per_transfer: Amount or_null, Confidential, "minor units",
            "Most for one transfer, in the account's currency; empty if there is to be no limit."
                = amount_if_any(plan.per_transfer);
        per_day: Amount or_null, Confidential, "minor units",
            "Most for all debits of one business day together, in the account's currency; empty if there is to be no limit."
                = amount_if_any(plan.per_day);
        cooling_off: Number, Confidential, "hours",
            "How long a looser limit waits from then on." = Value::Number(plan.cooling_h.into());
        planned_by: Text or_null, Internal, "", "Who asked for it." = text_if_any(&plan.by);
    }

    payees(payee: Payee) "A customer kept a payee under a name of their own." {
        payee_id: Id, Confidential, "", "The payee's id." = Value::Id(payee.id.0);
        party: Party, Confidential, "", "Who keeps it." = Value::Id(payee.party.0);
        account: Account, Confidential, "", "The account that is meant." = Value::Id(payee.account.0);
        name: Sealed, Confidential, "",
            "What the customer calls it, under the customer's key." = Value::Sealed(&payee.name);
        kept_by: Text or_null, Internal, "", "Who asked for it." = text_if_any(&payee.by);
    }

    payee_ends(end: PayeeEnd) "A customer keeps a payee no longer." {
        payee_id: Id, Confidential, "", "The payee's id." = Value::Id(end.payee.0);
        party: Party, Confidential, "", "Who kept it." = Value::Id(end.party.0);
        ended_by: Text or_null, Internal, "", "Who asked for it." = text_if_any(&end.by);
    }

    complaints(complaint: Complaint) "A customer complained." {
        complaint_id: Id, Confidential, "", "The complaint's id." = Value::Id(complaint.id.0);
        party: Party, Confidential, "", "Who complains." = Value::Id(complaint.party.0);
        account: Account or_null, Confidential, "",
            "The account it is about; empty for none." = id_if_any(complaint.account.0);
        transfer: Transfer or_null, Confidential, "",
            "The payment it is about; empty for none." = id_if_any(complaint.subject.0);
        promised: Number, Internal, "days",
            "In how many days the bank promised to answer." = Value::Number(complaint.days.into());
        text: Sealed, Confidential, "",
            "What is said, under the customer's key." = Value::Sealed(&complaint.text);
        filed_by: Text or_null, Internal, "", "Who filed it." = text_if_any(&complaint.by);
    }

    complaint_steps(act: ComplaintAct) "Something was done about a complaint." {
        complaint_id: Id, Confidential, "", "The complaint's id." = Value::Id(act.complaint.0);
        party: Party, Confidential, "", "Whose complaint it is." = Value::Id(act.party.0);
        step: Word, Internal, "",
            "What: answer, extend, raise or withdraw." = Value::Word(act.step.word());
        promised: Number or_null, Internal, "days",
            "In how many days an answer was promised from then on; empty where none was."
                = number_if_any(act.days.into());
        text: Sealed, Confidential, "",
            "What is said, under the customer's key." = Value::Sealed(&act.text);
        worked_by: Text or_null, Internal, "", "Who did it." = text_if_any(&act.by);
    }
}

fn flag<'a>(account: &Account, flag: AccountFlags) -> Value<'a> {
    Value::Flag(account.flags.has(flag))
}

fn id_if_any<'a>(id: u128) -> Value<'a> {
    if id == 0 { Value::Null } else { Value::Id(id) }
}

fn number_if_any<'a>(number: i64) -> Value<'a> {
    if number == 0 { Value::Null } else { Value::Number(number) }
}

fn time_if_any<'a>(time: TimeNs) -> Value<'a> {
    if time == TimeNs(0) { Value::Null } else { Value::Time(time) }
}

fn day_if_any<'a>(day: Day) -> Value<'a> {
    if day == Day::BOOKING { Value::Null } else { Value::Day(day) }
}

fn text_if_any(text: &str) -> Value<'_> {
    if text.is_empty() { Value::Null } else { Value::Text(text) }
}

fn hash_if_any(hash: &[u8; 32]) -> Value<'_> {
    if *hash == [0; 32] { Value::Null } else { Value::Hash(hash) }
}

fn amount_if_any<'a>(amount: Option<Amount>) -> Value<'a> {
    amount.map_or(Value::Null, Value::Amount)
}

/// A number of 64 bits without a sign; no false one where it has no room.
fn count<'a>(number: u64) -> Value<'a> {
    i64::try_from(number).map_or(Value::Null, Value::Number)
}
