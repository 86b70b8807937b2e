//! Vectors as JSON: 64-bit and 128-bit numbers as decimal texts, bytes in hex, names as in journal.md.

use std::path::Path;
use std::{env, fs};
use terms::{
    AccessRecord, Account, Act, Amount, CaseAct, ChartLine, CheckRecord, Command, Entry, Event,
    Hold, HoldEnd, Institution, InterestTerms, Leg, LimitPlan, Outcome, Party, QueryRecord, Role,
    RuleSet, Sealed, SpendingLimits, TransferEvent, Verdict,
};

/// Compares a vector's file with what the code says now, or writes it when BLESS=1.
pub fn check_vector(name: &str, expected: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/formats/vectors");
    let file = folder.join(name);
    if env::var_os("BLESS").is_some_and(|value| value == "1") {
        fs::create_dir_all(&folder).unwrap();
        fs::write(&file, expected).unwrap();
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found == expected,
        "{name} differs from the code; if that is meant, run with BLESS=1 and look at the difference"
    );
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn text(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '\n' => quoted.push_str("\\n"),
            '"' | '\\' => quoted.extend(['\\', c]),
            _ => quoted.push(c),
        }
    }
    quoted + "\""
}

pub fn object(fields: &[(&str, String)]) -> String {
    let fields: Vec<_> =
        fields.iter().map(|(name, value)| format!("\"{name}\": {value}")).collect();
    format!("{{{}}}", fields.join(", "))
}

/// A list with one item a line, so that differences are readable.
pub fn lines(items: impl IntoIterator<Item = String>) -> String {
    format!("[\n  {}\n]", items.into_iter().collect::<Vec<_>>().join(",\n  "))
}

fn large(number: impl Into<u128>) -> String {
    format!("\"{}\"", number.into())
}

fn bytes(bytes: &[u8]) -> String {
    text(&hex(bytes))
}

fn outcome(outcome: Outcome) -> String {
    outcome.err().map_or(0, |refusal| refusal.code()).to_string()
}

/// An event with all its fields.
pub fn event(event: &Event) -> String {
    match event {
        Event::Transfer(event) => transfer(event),
        Event::Act(act) => act_of(act),
    }
}

fn transfer(event: &TransferEvent) -> String {
    let t = &event.transfer;
    let mut fields = vec![
        ("command", text("transfer")),
        ("outcome", outcome(event.outcome)),
        ("flags", t.flags.0.to_string()),
        ("code", t.code.to_string()),
        ("ledger", t.ledger.0.to_string()),
        ("timeout_s", t.timeout_s.to_string()),
        ("id", large(t.id.0)),
        ("debit_account", large(t.debit_account.0)),
        ("credit_account", large(t.credit_account.0)),
        ("amount", large(t.amount.0)),
        ("pending_id", large(t.pending_id.0)),
        ("user_data_128", large(t.user_data_128)),
        ("user_data_64", large(t.user_data_64)),
        ("time", large(t.timestamp.0)),
        ("user_data_32", t.user_data_32.to_string()),
        ("value_date", t.value_date.0.to_string()),
        ("booking_date", event.booking_date.0.to_string()),
    ];
    fields.extend(event.verdict.as_ref().map(|said| ("verdict", verdict(said))));
    object(&fields)
}

fn verdict(v: &Verdict) -> String {
    let optional = |number: Option<u32>| number.map_or("null".to_owned(), |n| n.to_string());
    let reasons = v.reasons.iter().flatten().map(ToString::to_string).collect::<Vec<_>>();
    object(&[
        ("ruling", (v.ruling as u8).to_string()),
        ("marks", v.marks.0.to_string()),
        ("set", v.set.to_string()),
        ("score", v.score.to_string()),
        ("model_ppm", optional(v.model_ppm)),
        ("hits", v.hits.to_string()),
        ("reasons", format!("[{}]", reasons.join(", "))),
    ])
}

fn act_of(act: &Act) -> String {
    let (name, fields) = command(&act.command);
    object(&[
        ("command", text(name)),
        ("time", large(act.time.0)),
        ("booking_date", act.booking_date.0.to_string()),
        ("outcome", outcome(act.outcome)),
        ("fields", fields),
    ])
}

/// The name of a command in the vectors, and its fields.
fn command(command: &Command) -> (&'static str, String) {
    let (name, fields) = match command {
        Command::Transfer(_) => ("transfer", Vec::new()),
        Command::CreateAccount(a) => ("create_account", account(a)),
        Command::OpenInstitution(i) => ("open_institution", institution(i)),
        Command::DefineChartLine(l) => ("define_chart_line", chart_line(l)),
        Command::RegisterParty(p) => ("register_party", party(p)),
        Command::EraseParty { party, reason } => {
            ("erase_party", vec![("party", large(party.0)), ("reason", text(reason))])
        }
        Command::GrantRole(r) => ("grant_role", role(r)),
        Command::RevokeRole(r) => ("revoke_role", role(r)),
        Command::SetLimits(l) => ("set_limits", limits(l)),
        Command::SetInterest(i) => ("set_interest", interest(i)),
        Command::PlaceHold(h) => ("place_hold", hold(h)),
        Command::ReleaseHold { hold } => ("release_hold", vec![("hold", large(hold.0))]),
        Command::PostEntry(e) => ("post_entry", entry(e)),
        Command::Reverse { id, of, value_date } => {
            let value_date = value_date.0.to_string();
            ("reverse", vec![("id", large(id.0)), ("of", large(of.0)), ("value_date", value_date)])
        }
        Command::SettleInterest { id, account } => {
            ("settle_interest", vec![("id", large(id.0)), ("account", large(account.0))])
        }
        Command::CloseDay { day, next } => {
            ("close_day", vec![("day", day.0.to_string()), ("next", next.0.to_string())])
        }
        Command::Attach(a) => {
            let (subject, party) = (large(a.subject.0), large(a.party.0));
            ("attach", vec![("subject", subject), ("party", party), ("text", sealed(&a.text))])
        }
        Command::Expire { pending } => ("expire", vec![("pending", large(pending.0))]),
        Command::MarkSnapshot(mark) => {
            ("mark_snapshot", vec![("records", large(mark.records)), ("hash", bytes(&mark.hash))])
        }
        Command::RecordQueries(q) => ("record_queries", queries(q)),
        Command::RecordCheck(c) => ("record_check", check(c)),
        Command::KeepPart(p) => {
            let (size, at) = (p.size.to_string(), p.at.to_string());
            let artifact = bytes(&p.artifact);
            let fields = [("artifact", artifact), ("size", size), ("at", at)];
            ("keep_part", fields.into_iter().chain([("bytes", bytes(&p.bytes))]).collect())
        }
        Command::AdoptRules(set) => ("adopt_rules", rule_set(set)),
        Command::WithdrawRules(end) => {
            let reason = (end.reason as u8).to_string();
            let set = end.set.to_string();
            ("withdraw_rules", vec![("set", set), ("reason", reason), ("by", text(&end.by))])
        }
        Command::WorkCase(act) => ("work_case", case(act)),
        Command::PlaceOrder(o) => {
            let fields = vec![
                ("id", large(o.id.0)),
                ("debit_account", large(o.debit_account.0)),
                ("credit_account", large(o.credit_account.0)),
                ("amount", large(o.amount.0)),
                ("code", o.code.to_string()),
                ("first", o.first.0.to_string()),
                ("last", o.last.0.to_string()),
                ("rhythm", (o.rhythm as u8).to_string()),
                ("every", o.every.to_string()),
                ("by", text(&o.by)),
            ];
            ("place_order", fields)
        }
        Command::EndOrder(e) => {
            ("end_order", vec![("order", large(e.order.0)), ("by", text(&e.by))])
        }
        Command::RecordAccess(notes) => ("record_access", access(notes)),
        Command::PlanLimits(p) => ("plan_limits", plan(p)),
        Command::KeepPayee(p) => {
            let fields = vec![
                ("id", large(p.id.0)),
                ("party", large(p.party.0)),
                ("account", large(p.account.0)),
                ("name", sealed(&p.name)),
                ("by", text(&p.by)),
            ];
            ("keep_payee", fields)
        }
        Command::DropPayee(e) => {
            let fields =
                vec![("payee", large(e.payee.0)), ("party", large(e.party.0)), ("by", text(&e.by))];
            ("drop_payee", fields)
        }
        Command::FileComplaint(c) => {
            let fields = vec![
                ("id", large(c.id.0)),
                ("party", large(c.party.0)),
                ("account", large(c.account.0)),
                ("subject", large(c.subject.0)),
                ("days", c.days.to_string()),
                ("text", sealed(&c.text)),
                ("by", text(&c.by)),
            ];
            ("file_complaint", fields)
        }
        Command::WorkComplaint(a) => {
            let fields = vec![
                ("complaint", large(a.complaint.0)),
                ("party", large(a.party.0)),
                ("step", (a.step as u8).to_string()),
                ("days", a.days.to_string()),
                ("text", sealed(&a.text)),
                ("by", text(&a.by)),
            ];
            ("work_complaint", fields)
        }
        Command::RecordScreening(s) => {
            let (result, score) = ((s.result as u8).to_string(), s.score.to_string());
            let fields = vec![
                ("party", large(s.party.0)),
                ("lists", bytes(&s.lists)),
                ("result", result),
                ("entry", text(&s.entry)),
                ("score", score),
                ("by", text(&s.by)),
            ];
            ("record_screening", fields)
        }
    };
    (name, object(&fields))
}

type Fields = Vec<(&'static str, String)>;

fn rule_set(set: &RuleSet) -> Fields {
    let mut fields = vec![
        ("name", text(&set.name)),
        ("program", bytes(&set.program)),
        ("words", bytes(&set.words)),
    ];
    fields.extend(set.model.as_ref().map(|model| ("model", bytes(model))));
    fields.extend([
        ("stage", (set.stage as u8).to_string()),
        ("share_ppm", set.share_ppm.to_string()),
        ("loss_max", large(set.loss_max)),
        ("stopped_ppm_max", set.stopped_ppm_max.to_string()),
        ("hold_s", set.hold_s.to_string()),
        ("four_eyes", u8::from(set.four_eyes).to_string()),
        ("by", text(&set.by)),
    ]);
    if set.at_end != HoldEnd::Refuse {
        fields.push(("at_end", (set.at_end as u8).to_string()));
    }
    fields.extend(set.tables.as_ref().map(|tables| ("tables", bytes(tables))));
    fields
}

fn case(act: &CaseAct) -> Fields {
    let mut fields = vec![
        ("case", large(act.case.0)),
        ("by", text(&act.by)),
        ("step", (act.step as u8).to_string()),
        ("text", text(&act.text)),
    ];
    if act.other.0 != 0 {
        fields.push(("other", large(act.other.0)));
    }
    fields.extend(act.mark.map(|mark| ("mark", (mark as u8).to_string())));
    fields
}

fn account(a: &Account) -> Fields {
    vec![
        ("id", large(a.id.0)),
        ("user_data_128", large(a.user_data_128)),
        ("user_data_64", large(a.user_data_64)),
        ("user_data_32", a.user_data_32.to_string()),
        ("ledger", a.ledger.0.to_string()),
        ("code", a.code.to_string()),
        ("flags", a.flags.0.to_string()),
        ("time", large(a.timestamp.0)),
    ]
}

fn institution(i: &Institution) -> Fields {
    vec![
        ("name", text(&i.name)),
        ("currency", i.currency.0.to_string()),
        ("utc_offset_min", i.utc_offset_min.to_string()),
        ("first_day", i.first_day.0.to_string()),
    ]
}

fn chart_line(l: &ChartLine) -> Fields {
    let class = (l.class as u8).to_string();
    vec![("code", l.code.to_string()), ("class", class), ("name", text(&l.name))]
}

fn party(p: &Party) -> Fields {
    let kind = (p.kind as u8).to_string();
    vec![("id", large(p.id.0)), ("kind", kind), ("identity", sealed(&p.identity))]
}

fn role(r: &Role) -> Fields {
    vec![
        ("party", large(r.party.0)),
        ("account", large(r.account.0)),
        ("kind", (r.kind as u8).to_string()),
        ("until", r.until.0.to_string()),
    ]
}

fn limits(l: &SpendingLimits) -> Fields {
    let mut fields = vec![("account", large(l.account.0))];
    fields.extend(l.per_transfer.map(|most| ("per_transfer", large(most.0))));
    fields.extend(l.per_day.map(|most| ("per_day", large(most.0))));
    fields
}

fn plan(p: &LimitPlan) -> Fields {
    let mut fields = vec![("account", large(p.account.0))];
    fields.extend(p.per_transfer.map(|most| ("per_transfer", large(most.0))));
    fields.extend(p.per_day.map(|most| ("per_day", large(most.0))));
    fields.extend([("cooling_h", p.cooling_h.to_string()), ("by", text(&p.by))]);
    fields
}

fn interest(i: &InterestTerms) -> Fields {
    vec![
        ("account", large(i.account.0)),
        ("rate_ppm", i.rate_ppm.to_string()),
        ("basis", (i.basis as u16).to_string()),
        ("counter_account", large(i.counter_account.0)),
    ]
}

fn hold(h: &Hold) -> Fields {
    let mut fields = vec![("id", large(h.id.0)), ("account", large(h.account.0))];
    fields.extend(h.amount.map(|Amount(amount)| ("amount", large(amount))));
    fields.push(("order", (h.order as u8).to_string()));
    fields.push(("reference", text(&h.reference)));
    fields
}

fn entry(e: &Entry) -> Fields {
    let leg = |leg: &Leg| {
        object(&[
            ("account", large(leg.account.0)),
            ("side", (leg.side as u8).to_string()),
            ("amount", large(leg.amount.0)),
        ])
    };
    let legs: Vec<String> = e.legs.iter().map(leg).collect();
    vec![
        ("id", large(e.id.0)),
        ("code", e.code.to_string()),
        ("value_date", e.value_date.0.to_string()),
        ("user_data_128", large(e.user_data_128)),
        ("reverses", large(e.reverses.0)),
        ("legs", format!("[{}]", legs.join(", "))),
    ]
}

fn queries(queries: &[QueryRecord]) -> Fields {
    let query = |query: &QueryRecord| {
        object(&[
            ("asker", text(&query.asker)),
            ("door", (query.door as u8).to_string()),
            ("text_hash", bytes(&query.text_hash)),
            ("as_of", large(query.as_of)),
            ("rows", large(query.rows)),
            ("result_hash", bytes(&query.result_hash)),
            ("end", (query.end as u8).to_string()),
        ])
    };
    vec![("queries", format!("[{}]", queries.iter().map(query).collect::<Vec<_>>().join(", ")))]
}

fn access(notes: &[AccessRecord]) -> Fields {
    let note = |note: &AccessRecord| {
        object(&[
            ("kind", (note.kind as u8).to_string()),
            ("who", text(&note.who)),
            ("about", text(&note.about)),
            ("says", text(&note.says)),
            ("times", note.times.to_string()),
        ])
    };
    vec![("notes", format!("[{}]", notes.iter().map(note).collect::<Vec<_>>().join(", ")))]
}

fn check(check: &CheckRecord) -> Fields {
    let results = check.results.iter().map(|result| {
        object(&[
            ("rule", text(&result.rule)),
            ("kind", (result.kind as u8).to_string()),
            ("rows", large(result.rows)),
            ("value", text(&result.value)),
            ("result_hash", bytes(&result.result_hash)),
        ])
    });
    let results: Vec<String> = results.collect();
    vec![
        ("pack", text(&check.pack)),
        ("version", check.version.to_string()),
        ("hash", bytes(&check.hash)),
        ("as_of", large(check.as_of)),
        ("results", format!("[{}]", results.join(", "))),
    ]
}

fn sealed(s: &Sealed) -> String {
    object(&[
        ("commitment", bytes(&s.commitment)),
        ("cipher", (s.cipher as u8).to_string()),
        ("nonce", bytes(&s.nonce)),
        ("ciphertext", bytes(&s.ciphertext)),
    ])
}
