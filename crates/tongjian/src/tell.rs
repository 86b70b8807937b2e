//! How an event is told: as one JSON object for programs, as one line for people. Ids and amounts are
//! texts in JSON, because they exceed what many programs' numbers hold exactly.

use base64::prelude::{BASE64_STANDARD, Engine};
use node::Answer;
use serde_json::{Map, Value, json};
use terms::{
    AccessRecord, Account, AccountFlags, AccountId, Act, Amount, CaseAct, CaseMark, CaseStep,
    CheckKind, CheckRecord, CheckResult, Command, Currency, Day, Entry, Event, Outcome,
    QueryRecord, Rhythm, Role, RuleSet, SealingCipher, StandingOrder, Transfer, TransferFlags,
    Verdict, VerdictMarks,
};

/// What has to be known beside the event to tell it.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    /// Minutes east of UTC in which times are told.
    pub utc_offset_min: i16,
    /// The currency of an account, where that is known.
    pub currency_of: &'a dyn Fn(AccountId) -> Option<Currency>,
}

impl Around<'_> {
    /// Nothing is known: times in UTC, amounts of entries in minor units.
    pub const NOTHING: Around<'static> = Around { utc_offset_min: 0, currency_of: &|_| None };
}

/// Where the record of an event stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stands {
    /// Its number.
    pub record: u64,
    /// Its batch.
    pub entry: u64,
    /// Its row there.
    pub row: u32,
}

impl Stands {
    /// Where the record of an answer stands.
    pub fn of(answer: &Answer) -> Stands {
        Stands { record: answer.record, entry: answer.entry, row: answer.row }
    }
}

/// An event for programs.
pub fn json_of(event: &Event, stands: Option<Stands>, around: Around<'_>) -> Value {
    let mut told = Map::new();
    if let Some(Stands { record, entry, row }) = stands {
        told.insert("record".into(), json!(record));
        told.insert("entry".into(), json!(entry));
        told.insert("row".into(), json!(row));
    }
    told.insert("time".into(), json!(event.time().iso_at(around.utc_offset_min)));
    told.insert("time_ns".into(), json!(event.time().0.to_string()));
    outcome(&mut told, event.outcome());
    let (kind, fields) = match event {
        Event::Transfer(t) => {
            told.insert("booking_date".into(), json!(t.booking_date.to_string()));
            if let Some(said) = &t.verdict {
                told.insert("verdict".into(), verdict(said));
            }
            ("transfer", transfer(&t.transfer))
        }
        Event::Act(act) => {
            told.insert("booking_date".into(), json!(act.booking_date.to_string()));
            command(act, around)
        }
    };
    told.insert("kind".into(), json!(kind));
    if let Value::Object(fields) = fields {
        told.extend(fields);
    }
    Value::Object(told)
}

fn outcome(told: &mut Map<String, Value>, outcome: Outcome) {
    match outcome {
        Ok(()) => {
            told.insert("outcome".into(), json!("done"));
        }
        Err(refusal) => {
            told.insert("outcome".into(), json!("refused"));
            told.insert("refusal".into(), json!(refusal.word()));
            told.insert("why".into(), json!(refusal.sentence()));
        }
    }
}

fn transfer(t: &Transfer) -> Value {
    json!({
        "id": t.id.to_string(),
        "debit_account": t.debit_account.to_string(),
        "credit_account": t.credit_account.to_string(),
        "amount": t.ledger.format(t.amount),
        "currency": t.ledger.to_string(),
        "code": t.code,
        "flags": transfer_flags(t.flags),
        "value_date": value_date(t.value_date),
        "pending_id": t.pending_id.to_string(),
        "timeout_s": t.timeout_s,
        "user_data_128": t.user_data_128.to_string(),
        "user_data_64": t.user_data_64.to_string(),
        "user_data_32": t.user_data_32,
    })
}

/// A command's name and its fields.
fn command(act: &Act, around: Around<'_>) -> (&'static str, Value) {
    let name = name_of(&act.command);
    let money = |account: AccountId, amount: Amount| match (around.currency_of)(account) {
        Some(currency) => {
            json!({ "amount": currency.format(amount), "currency": currency.to_string() })
        }
        None => json!({ "amount_minor": amount.to_string() }),
    };
    let limit = |account, amount: Option<Amount>| {
        amount.map_or(Value::Null, |amount| money(account, amount))
    };
    let fields = match &act.command {
        Command::Transfer(t) => transfer(t),
        Command::CreateAccount(a) => account(a),
        Command::OpenInstitution(i) => json!({
            "name": i.name, "currency": i.currency.to_string(), "utc_offset_min": i.utc_offset_min,
            "first_day": i.first_day.to_string(),
        }),
        Command::DefineChartLine(line) => json!({
            "code": line.code, "class": line.class.word(), "name": line.name,
        }),
        Command::RegisterParty(party) => json!({
            "party": party.id.to_string(), "party_kind": party.kind.word(),
            "identity": sealed(&party.identity),
        }),
        Command::EraseParty { party, reason } => {
            json!({ "party": party.to_string(), "reason": reason })
        }
        Command::GrantRole(r) | Command::RevokeRole(r) => role(r),
        Command::SetLimits(l) => json!({
            "account": l.account.to_string(), "per_transfer": limit(l.account, l.per_transfer),
            "per_day": limit(l.account, l.per_day),
        }),
        Command::SetInterest(t) => json!({
            "account": t.account.to_string(), "rate_percent": rate_percent(t.rate_ppm),
            "basis_days": t.basis as u16, "counter_account": t.counter_account.to_string(),
        }),
        Command::PlaceHold(h) => json!({
            "hold": h.id.to_string(), "account": h.account.to_string(),
            "amount": limit(h.account, h.amount), "order": h.order.word(), "reference": h.reference,
        }),
        Command::ReleaseHold { hold } => json!({ "hold": hold.to_string() }),
        Command::PostEntry(e) => entry(e, &money),
        Command::Reverse { id, of, value_date: day } => {
            json!({ "id": id.to_string(), "of": of.to_string(), "value_date": value_date(*day) })
        }
        Command::SettleInterest { id, account } => {
            json!({ "id": id.to_string(), "account": account.to_string() })
        }
        Command::CloseDay { day, next } => {
            json!({ "day": day.to_string(), "next": next.to_string() })
        }
        Command::Attach(a) => json!({
            "subject": a.subject.to_string(), "party": a.party.to_string(), "text": sealed(&a.text),
        }),
        Command::Expire { pending } => json!({ "pending": pending.to_string() }),
        Command::MarkSnapshot(mark) => json!({ "records": mark.records, "hash": hex(&mark.hash) }),
        Command::PlaceOrder(o) => order(o, &money),
        Command::EndOrder(end) => json!({ "order": end.order.to_string(), "by": end.by }),
        Command::PlanLimits(l) => json!({
            "account": l.account.to_string(), "per_transfer": limit(l.account, l.per_transfer),
            "per_day": limit(l.account, l.per_day), "cooling_h": l.cooling_h, "by": l.by,
        }),
        _ => seen_fields(&act.command),
    };
    (name, fields)
}

/// The fields of a note of what was seen.
fn seen_fields(command: &Command) -> Value {
    match command {
        Command::RecordQueries(queries) => {
            json!({ "queries": queries.iter().map(query).collect::<Vec<_>>() })
        }
        Command::RecordAccess(notes) => {
            json!({ "notes": notes.iter().map(access_note).collect::<Vec<_>>() })
        }
        Command::RecordCheck(c) => json!({
            "pack": c.pack, "version": c.version, "hash": hex(&c.hash), "as_of": c.as_of,
            "results": c.results.iter().map(check_result).collect::<Vec<_>>(),
        }),
        _ => own_fields(command),
    }
}

/// The fields of what customers do for themselves.
fn own_fields(command: &Command) -> Value {
    match command {
        Command::KeepPayee(p) => json!({
            "payee": p.id.to_string(), "party": p.party.to_string(), "account": p.account.to_string(),
            "name": sealed(&p.name), "by": p.by,
        }),
        Command::DropPayee(end) => {
            json!({ "payee": end.payee.to_string(), "party": end.party.to_string(), "by": end.by })
        }
        Command::FileComplaint(c) => json!({
            "complaint": c.id.to_string(), "party": c.party.to_string(), "account": c.account.to_string(),
            "subject": c.subject.to_string(), "days": c.days, "text": sealed(&c.text), "by": c.by,
        }),
        Command::WorkComplaint(a) => json!({
            "complaint": a.complaint.to_string(), "party": a.party.to_string(), "step": a.step.word(),
            "days": a.days, "text": sealed(&a.text), "by": a.by,
        }),
        _ => risk_fields(command),
    }
}

/// The fields of a command of risk control.
fn risk_fields(command: &Command) -> Value {
    match command {
        Command::KeepPart(part) => json!({
            "artifact": hex(&part.artifact), "size": part.size, "at": part.at, "bytes": part.bytes.len(),
        }),
        Command::AdoptRules(set) => rule_set(set),
        Command::WithdrawRules(end) => json!({
            "rule_set": end.set, "reason": end.reason.word(), "by": end.by,
        }),
        Command::WorkCase(act) => json!({
            "case": act.case.to_string(), "by": act.by, "step": act.step.word(), "text": act.text,
            "other": act.other.to_string(), "mark": act.mark.map(CaseMark::word),
        }),
        Command::RecordScreening(s) => json!({
            "party": s.party.to_string(), "lists": hex(&s.lists), "result": s.result.word(),
            "list_entry": s.entry, "score": s.score, "by": s.by,
        }),
        _ => Value::Null,
    }
}

/// A rule set for programs.
pub fn rule_set(set: &RuleSet) -> Value {
    json!({
        "name": set.name, "program": hex(&set.program), "words": hex(&set.words),
        "model": set.model.as_ref().map(|model| hex(model)), "tables": set.tables.as_ref().map(|tables| hex(tables)), "stage": set.stage.word(),
        "share_ppm": set.share_ppm, "loss_max_thousandths": set.loss_max,
        "stopped_ppm_max": set.stopped_ppm_max, "hold_s": set.hold_s,
        "at_end": set.at_end.word(), "four_eyes": set.four_eyes,
        "by": set.by,
    })
}

/// A verdict for programs.
pub fn verdict(said: &Verdict) -> Value {
    json!({
        "ruling": said.ruling.word(), "rule_set": said.set, "score": said.score,
        "model_ppm": said.model_ppm, "conditions": said.hits,
        "reasons": said.reasons.iter().flatten().collect::<Vec<_>>(),
        "warned": said.marks.has(VerdictMarks::WARNED), "on_trial": said.marks.has(VerdictMarks::TRIAL),
        "risked": said.marks.has(VerdictMarks::RISKED),
    })
}

fn account(a: &Account) -> Value {
    json!({
        "account": a.id.to_string(),
        "currency": a.ledger.to_string(),
        "code": a.code,
        "flags": account_flags(a.flags),
        "user_data_128": a.user_data_128.to_string(),
        "user_data_64": a.user_data_64.to_string(),
        "user_data_32": a.user_data_32,
    })
}

fn entry(e: &Entry, money: &dyn Fn(AccountId, Amount) -> Value) -> Value {
    let legs: Vec<Value> = e
        .legs
        .iter()
        .map(|leg| {
            json!({ "account": leg.account.to_string(), "side": leg.side.word(), "money": money(leg.account, leg.amount) })
        })
        .collect();
    json!({
        "id": e.id.to_string(), "code": e.code, "value_date": value_date(e.value_date),
        "reverses": e.reverses.to_string(), "user_data_128": e.user_data_128.to_string(), "legs": legs,
    })
}

fn sealed(text: &terms::Sealed) -> Value {
    let cipher = match text.cipher {
        SealingCipher::Aes256Gcm => "aes-256-gcm",
        SealingCipher::Sm4Gcm => "sm4-gcm",
    };
    json!({ "commitment": hex(&text.commitment), "cipher": cipher, "ciphertext_bytes": text.ciphertext.len() })
}

fn query(q: &QueryRecord) -> Value {
    json!({
        "asker": q.asker, "door": q.door.word(), "text_hash": hex(&q.text_hash), "as_of": q.as_of,
        "rows": q.rows, "result_hash": hash_if_any(&q.result_hash), "ended": q.end.word(),
    })
}

/// How an order repeats, in words.
pub fn rhythm(order: &StandingOrder) -> String {
    match (order.rhythm, order.every) {
        (Rhythm::Once, _) => "once".to_owned(),
        (Rhythm::Weekly, 1) => "every week".to_owned(),
        (Rhythm::Weekly, every) => format!("every {every} weeks"),
        (Rhythm::Monthly, 1) => "every month".to_owned(),
        (Rhythm::Monthly, every) => format!("every {every} months"),
    }
}

fn order(o: &StandingOrder, money: &dyn Fn(AccountId, Amount) -> Value) -> Value {
    json!({
        "id": o.id.to_string(), "debit_account": o.debit_account.to_string(),
        "credit_account": o.credit_account.to_string(), "money": money(o.debit_account, o.amount),
        "code": o.code, "first": o.first.to_string(),
        "last": (o.last != Day::BOOKING).then(|| o.last.to_string()), "rhythm": o.rhythm.word(),
        "every": o.every, "by": o.by,
    })
}

fn access_note(n: &AccessRecord) -> Value {
    json!({
        "what": n.kind.word(), "who": n.who, "about": n.about, "says": n.says, "times": n.times,
    })
}

fn check_result(r: &CheckResult) -> Value {
    let value = if r.value.is_empty() { Value::Null } else { json!(r.value) };
    json!({
        "rule": r.rule, "kind": r.kind.word(), "rows": r.rows, "value": value,
        "result_hash": hash_if_any(&r.result_hash),
    })
}

fn hash_if_any(hash: &[u8; 32]) -> Value {
    if *hash == [0; 32] { Value::Null } else { json!(hex(hash)) }
}

/// A role for programs.
pub fn role(r: &Role) -> Value {
    let until = if r.until == Day::BOOKING { Value::Null } else { json!(r.until.to_string()) };
    json!({
        "party": r.party.to_string(), "account": r.account.to_string(), "role": r.kind.word(), "until": until,
    })
}

/// What kind of command, in one word.
pub fn name_of(command: &Command) -> &'static str {
    match command {
        Command::Transfer(_) => "transfer",
        Command::CreateAccount(_) => "open_account",
        Command::OpenInstitution(_) => "open_institution",
        Command::DefineChartLine(_) => "define_chart_line",
        Command::RegisterParty(_) => "register_party",
        Command::EraseParty { .. } => "erase_party",
        Command::GrantRole(_) => "grant_role",
        Command::RevokeRole(_) => "revoke_role",
        Command::SetLimits(_) => "set_limits",
        Command::SetInterest(_) => "set_interest",
        Command::PlaceHold(_) => "place_hold",
        Command::ReleaseHold { .. } => "release_hold",
        Command::PostEntry(_) => "entry",
        Command::Reverse { .. } => "reverse",
        Command::SettleInterest { .. } => "settle_interest",
        Command::CloseDay { .. } => "close_day",
        Command::Attach(_) => "attach",
        Command::Expire { .. } => "expire",
        Command::MarkSnapshot(_) => "mark_snapshot",
        Command::RecordQueries(_) => "record_queries",
        Command::RecordCheck(_) => "record_check",
        Command::KeepPart(_) => "keep_part",
        Command::AdoptRules(_) => "adopt_rules",
        Command::WithdrawRules(_) => "withdraw_rules",
        Command::WorkCase(_) => "work_case",
        Command::RecordScreening(_) => "record_screening",
        Command::RecordAccess(_) => "record_access",
        Command::PlaceOrder(_) => "place_order",
        Command::EndOrder(_) => "end_order",
        Command::PlanLimits(_) => "plan_limits",
        Command::KeepPayee(_) => "keep_payee",
        Command::DropPayee(_) => "drop_payee",
        Command::FileComplaint(_) => "file_complaint",
        Command::WorkComplaint(_) => "work_complaint",
    }
}

/// The flags of an account, in words.
pub fn account_flags(flags: AccountFlags) -> Vec<&'static str> {
    let words = [
        (AccountFlags::LINKED, "linked"),
        (AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS, "debits_must_not_exceed_credits"),
        (AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS, "credits_must_not_exceed_debits"),
        (AccountFlags::HISTORY, "history"),
        (AccountFlags::IMPORTED, "imported"),
        (AccountFlags::CLOSED, "closed"),
    ];
    words.into_iter().filter(|(flag, _)| flags.has(*flag)).map(|(_, word)| word).collect()
}

/// The flags of a transfer, in words.
pub fn transfer_flags(flags: TransferFlags) -> Vec<&'static str> {
    let words = [
        (TransferFlags::LINKED, "linked"),
        (TransferFlags::PENDING, "pending"),
        (TransferFlags::POST_PENDING, "post_pending"),
        (TransferFlags::VOID_PENDING, "void_pending"),
        (TransferFlags::BALANCING_DEBIT, "balancing_debit"),
        (TransferFlags::BALANCING_CREDIT, "balancing_credit"),
        (TransferFlags::CLOSING_DEBIT, "closing_debit"),
        (TransferFlags::CLOSING_CREDIT, "closing_credit"),
        (TransferFlags::IMPORTED, "imported"),
        (TransferFlags::CONFIRMED, "confirmed"),
        (TransferFlags::PUT_OFF, "put_off"),
        (TransferFlags::HELD, "held"),
        (TransferFlags::INTEREST, "interest"),
        (TransferFlags::REVERSAL, "reversal"),
    ];
    words.into_iter().filter(|(flag, _)| flags.has(*flag)).map(|(_, word)| word).collect()
}

fn value_date(day: Day) -> String {
    if day == Day::BOOKING { "booking".to_owned() } else { day.to_string() }
}

/// Millionths as percent, exactly: 25,000 is `2.5`.
pub fn rate_percent(rate_ppm: u32) -> String {
    let text = terms::format_minor(rate_ppm.into(), 4);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A hash as checkpoints and receipts write it.
pub fn hash(hash: &proof::Hash) -> String {
    BASE64_STANDARD.encode(hash)
}

/// Bytes as hex digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An event on one line for people, without its place and time.
pub fn line_of(event: &Event, around: Around<'_>) -> String {
    let said = match event {
        Event::Transfer(t) => transfer_line(&t.transfer),
        Event::Act(act) => act_line(act, around),
    };
    match event.outcome() {
        Ok(()) => said,
        Err(refusal) => format!("{said}: refused, {} ({})", refusal.sentence(), refusal.word()),
    }
}

fn transfer_line(t: &Transfer) -> String {
    let flags = transfer_flags(t.flags).join(", ");
    let flags = if flags.is_empty() { flags } else { format!(" [{flags}]") };
    let amount = if t.amount == Amount::MAX { "all".to_owned() } else { t.ledger.format(t.amount) };
    format!(
        "transfer {}: {} {amount} from {} to {}{flags}",
        t.id, t.ledger, t.debit_account, t.credit_account
    )
}

fn act_line(act: &Act, around: Around<'_>) -> String {
    let money = |account: AccountId, amount: Amount| match (around.currency_of)(account) {
        Some(currency) => format!("{currency} {}", currency.format(amount)),
        None => format!("{amount} minor units"),
    };
    match &act.command {
        Command::Transfer(t) => transfer_line(t),
        Command::CreateAccount(a) => {
            format!("account {} opened in {} under code {}", a.id, a.ledger, a.code)
        }
        Command::OpenInstitution(i) => {
            format!("institution {:?} opened, first day {}", i.name, i.first_day)
        }
        Command::DefineChartLine(line) => format!("chart code {}: {}", line.code, line.name),
        Command::RegisterParty(party) => {
            format!("{} {} registered", party.kind.word(), party.id)
        }
        Command::EraseParty { party, reason } => format!("party {party} erased: {reason}"),
        Command::GrantRole(r) => {
            format!("party {} is {} of account {}", r.party, r.kind.word(), r.account)
        }
        Command::RevokeRole(r) => {
            format!("party {} is no longer {} of account {}", r.party, r.kind.word(), r.account)
        }
        Command::SetLimits(l) => format!("limits of account {} set", l.account),
        Command::SetInterest(t) => {
            format!("account {} bears {} % a year", t.account, rate_percent(t.rate_ppm))
        }
        Command::PlaceHold(h) => {
            let amount =
                h.amount.map_or("everything".to_owned(), |amount| money(h.account, amount));
            format!(
                "hold {} on account {}: {amount}, by order of {}",
                h.id,
                h.account,
                h.order.word()
            )
        }
        Command::ReleaseHold { hold } => format!("hold {hold} released"),
        Command::PostEntry(e) => {
            let legs = e.legs.iter().map(|leg| {
                let side = leg.side.word();
                format!("{side} {} {}", leg.account, money(leg.account, leg.amount))
            });
            format!("entry {}: {}", e.id, legs.collect::<Vec<_>>().join(", "))
        }
        Command::Reverse { id, of, .. } => format!("reversal {id} of {of}"),
        Command::SettleInterest { id, account } => {
            format!("settlement {id} of the interest of account {account}")
        }
        Command::CloseDay { day, next } => format!("business day {day} closed, {next} begins"),
        Command::Attach(a) => format!("sealed text of party {} beside {}", a.party, a.subject),
        Command::Expire { pending } => format!("pending transfer {pending} expired"),
        Command::MarkSnapshot(mark) => format!("snapshot of the first {} records", mark.records),
        Command::RecordQueries(queries) => queries_line(queries),
        Command::RecordCheck(check) => check_line(check),
        Command::RecordAccess(notes) => access_line(notes),
        Command::PlaceOrder(o) => format!(
            "order {}: {} from account {} to {}, {} from {}",
            o.id,
            money(o.debit_account, o.amount),
            o.debit_account,
            o.credit_account,
            rhythm(o),
            o.first
        ),
        Command::EndOrder(end) => format!("order {} ended", end.order),
        other => own_line(other),
    }
}

/// What customers do for themselves.
fn own_line(command: &Command) -> String {
    match command {
        Command::PlanLimits(l) => format!(
            "limits of account {} said by {:?}; a looser one waits {} hours from then on",
            l.account, l.by, l.cooling_h
        ),
        Command::KeepPayee(p) => {
            format!("party {} keeps account {} as payee {}", p.party, p.account, p.id)
        }
        Command::DropPayee(end) => format!("payee {} is kept no longer", end.payee),
        Command::FileComplaint(c) => format!("complaint {} of party {}", c.id, c.party),
        Command::WorkComplaint(a) => {
            format!("complaint {}: {} by {:?}", a.complaint, a.step.word(), a.by)
        }
        other => risk_line(other),
    }
}

fn risk_line(command: &Command) -> String {
    match command {
        Command::KeepPart(part) => format!(
            "bytes {} to {} of {} of artifact {}",
            part.at,
            part.at as usize + part.bytes.len(),
            part.size,
            &hex(&part.artifact)[..12]
        ),
        Command::AdoptRules(set) => {
            format!("rule set {:?} adopted by {:?}: {}", set.name, set.by, set.stage.word())
        }
        Command::WithdrawRules(end) => {
            let by = if end.by.is_empty() { "the bank itself" } else { &end.by };
            format!("rule set {} ended by {by:?}: {}", end.set, end.reason.word())
        }
        Command::WorkCase(act) => case_line(act),
        Command::RecordScreening(s) => {
            let entry =
                if s.entry.is_empty() { "" } else { &format!(", {} at {}", s.entry, s.score) };
            format!("party {} looked up on lists: {}{entry}", s.party, s.result.word())
        }
        _ => name_of(command).to_owned(),
    }
}

fn case_line(act: &CaseAct) -> String {
    let CaseAct { case, by, step, text, other, mark } = act;
    let what = match (step, mark) {
        (CaseStep::Link, _) => format!(" {other}"),
        (_, Some(mark)) => format!(" {}", mark.word()),
        _ if text.is_empty() => String::new(),
        _ => format!(" {text:?}"),
    };
    format!("case {case}: {by:?} {}{what}", step.word())
}

fn queries_line(queries: &[QueryRecord]) -> String {
    let told = queries.iter().map(|q| {
        let (who, door, end) = (&q.asker, q.door.word(), q.end.word());
        format!("{who:?} by {door} of {} entries, {} rows, {end}", q.as_of, q.rows)
    });
    format!("queries answered: {}", told.collect::<Vec<_>>().join("; "))
}

fn access_line(notes: &[AccessRecord]) -> String {
    let told = notes.iter().map(|n| {
        let who = if n.who.is_empty() { "somebody" } else { &n.who };
        let about = if n.about.is_empty() { "" } else { &format!(" {}", n.about) };
        let says = if n.says.is_empty() { "" } else { &format!(" ({})", n.says) };
        let times = if n.times == 1 { "" } else { &format!(", {} times", n.times) };
        format!("{who} {}{about}{says}{times}", n.kind.word())
    });
    format!("noted of access: {}", told.collect::<Vec<_>>().join("; "))
}

fn check_line(check: &CheckRecord) -> String {
    let told = check.results.iter().map(|r| match r.kind {
        CheckKind::Quality => format!("{} {} rows", r.rule, r.rows),
        CheckKind::Indicator => format!("{} = {}", r.rule, r.value),
    });
    let told = told.collect::<Vec<_>>().join(", ");
    let CheckRecord { pack, version, as_of, .. } = check;
    format!("pack {pack:?} version {version} run over {as_of} entries: {told}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use terms::{Refusal, TimeNs, TransferEvent, TransferId};

    #[test]
    fn a_transfer_is_told_with_exact_texts_and_its_refusal() {
        let transfer = Transfer {
            id: TransferId(u128::MAX - 1),
            debit_account: AccountId(1),
            credit_account: AccountId(2),
            amount: Amount(1_205),
            ledger: Currency::CNY,
            code: 9,
            flags: TransferFlags::PENDING,
            timestamp: TimeNs(16 * 3_600_000_000_000),
            ..Transfer::default()
        };
        let event = TransferEvent {
            transfer,
            booking_date: Day(1),
            outcome: Err(Refusal::ExceedsCredits),
            verdict: None,
        };
        let around = Around { utc_offset_min: 480, currency_of: &|_| None };
        let told =
            json_of(&Event::Transfer(event), Some(Stands { record: 7, entry: 3, row: 1 }), around);
        assert_eq!(told["id"], "340282366920938463463374607431768211454");
        assert_eq!(
            (&told["amount"], &told["refusal"]),
            (&json!("12.05"), &json!("exceeds_credits"))
        );
        assert_eq!(
            (&told["time"], &told["record"]),
            (&json!("1970-01-02T00:00:00+08:00"), &json!(7))
        );
        let line = line_of(&Event::Transfer(event), around);
        assert!(line.starts_with("transfer 340") && line.ends_with("(exceeds_credits)"), "{line}");
        assert_eq!(rate_percent(25_000), "2.5");
        assert_eq!(rate_percent(0), "0");
    }

    #[test]
    fn what_was_seen_is_told_with_who_looked_and_what_was_found() {
        let query = QueryRecord {
            asker: "supervisor".into(),
            door: terms::QueryDoor::FlightSql,
            text_hash: [1; 32],
            as_of: 300,
            rows: 25,
            result_hash: [0; 32],
            end: terms::QueryEnd::Cancelled,
        };
        let result = CheckResult {
            rule: "liquidity".into(),
            kind: CheckKind::Indicator,
            rows: 12,
            value: "0.25".into(),
            result_hash: [3; 32],
        };
        let (pack, hash) = ("base".into(), [4; 32]);
        let check = CheckRecord { pack, version: 2, hash, as_of: 300, results: vec![result] };
        let event = |command| {
            let (time, booking_date) = (TimeNs(1), Day(1));
            Event::Act(Box::new(Act { time, booking_date, command, outcome: Ok(()) }))
        };
        let looked = event(Command::RecordQueries(vec![query]));
        let told = json_of(&looked, None, Around::NOTHING);
        assert_eq!(told["kind"], "record_queries");
        assert_eq!(
            (&told["queries"][0]["door"], &told["queries"][0]["result_hash"]),
            (&json!("flight_sql"), &Value::Null)
        );
        assert_eq!(
            line_of(&looked, Around::NOTHING),
            "queries answered: \"supervisor\" by flight_sql of 300 entries, 25 rows, cancelled"
        );
        let note = AccessRecord {
            kind: terms::AccessKind::PersonalRead,
            who: "user:anna".into(),
            about: "account:17".into(),
            says: "balance.read".into(),
            times: 3,
        };
        let noted = event(Command::RecordAccess(vec![note]));
        assert_eq!(json_of(&noted, None, Around::NOTHING)["notes"][0]["what"], "personal_read");
        assert_eq!(
            line_of(&noted, Around::NOTHING),
            "noted of access: user:anna personal_read account:17 (balance.read), 3 times"
        );
        let checked = event(Command::RecordCheck(check));
        assert_eq!(json_of(&checked, None, Around::NOTHING)["results"][0]["value"], "0.25");
        assert_eq!(
            line_of(&checked, Around::NOTHING),
            "pack \"base\" version 2 run over 300 entries: liquidity = 0.25"
        );
    }
}
