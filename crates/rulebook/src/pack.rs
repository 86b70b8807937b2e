//! One pack: a folder with a `pack.toml` and rules, read from the bytes of its files. A rule is a file of SQL
//! whose head is TOML in comments. Nothing of a pack with a fault is used.

use crate::body::{Body, first_word, line_at, one_statement};
use crate::fault::Fault;
use crate::head::Head;
use crate::heading::as_text;
use crate::limits::{FILE_BYTES_MAX, HOLD_HOURS_MAX, LIST_BYTES_MAX, PACK_FILES_MAX};
use crate::list::{BookList, read_list};
use crate::rule::{
    Dimension, Form, HOLD_ENDS, HoldClock, Indicator, QualityRule, RULINGS, RiskForm, RiskRule,
    Rule, Severity, Target, word,
};
use sha2::{Digest, Sha256};
use terms::{Day, Ruling};

/// The name of a pack's head.
pub(crate) const HEAD_FILE: &str = "pack.toml";
/// The ending of a rule's file.
pub(crate) const RULE_ENDING: &str = ".sql";
/// The ending of a list's file.
pub(crate) const LIST_ENDING: &str = ".list";
/// What a line of a rule's head begins with, and of a list's.
const RULE_REMARK: &str = "--";
const LIST_REMARK: &str = "#";
/// The form of packs this reads.
const FORMAT: u32 = 1;
/// What stands behind that on the line that opens and closes the head.
const FENCE: &str = " ---";
/// What a pack's hash begins with, so that it is no hash of anything else.
const HASH_PREFIX: &[u8] = b"tongjian pack v1\0";

/// A pack: rules of one source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// Its folder as it was found.
    pub folder: String,
    /// What it is and whence.
    pub head: PackHead,
    /// In the order of their files' names.
    pub rules: Vec<Rule>,
    /// In the order of their files' names.
    pub lists: Vec<BookList>,
    /// SHA-256 over `tongjian pack v1`, a byte 0x00 and then, in the order of the bytes of their names, each
    /// file's name and bytes, each behind its length as eight little-endian bytes.
    pub hash: [u8; 32],
    /// All its files as one text (`text.rs`), under its id; empty if that is longer than is kept.
    pub text: String,
}

impl Pack {
    /// Whether its rules hold on a day.
    pub fn in_force(&self, day: Day) -> bool {
        self.head.effective_from <= day
            && self.head.effective_until.is_none_or(|until| day <= until)
    }
}

/// The head of a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackHead {
    /// Unique in the rulebook.
    pub id: String,
    /// Grows with each change.
    pub version: u32,
    /// Its name.
    pub title: String,
    /// Its name in Chinese.
    pub title_zh: String,
    /// The law, standard or document its rules come from.
    pub source: String,
    /// Where in it.
    pub clause: String,
    /// The first day on which it holds.
    pub effective_from: Day,
    /// The last day on which it holds; `None` is without end.
    pub effective_until: Option<Day>,
    /// How sure we are that the source says so.
    pub confidence: Confidence,
    /// Scores from which its risk rules ask about, hold and refuse a payment.
    pub cutoffs: [Option<i32>; 3],
    /// A condition that silences its risk rules, but those that refuse: whom the bank knows and trusts.
    pub unless: Option<String>,
}

/// How sure we are that a pack says what its source says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// The source is this project: what its ledger and journal promise.
    Own,
    /// The clause was read, in the source or in a copy that the pack names.
    Read,
    /// From memory; to be checked by whoever relies on it.
    Recalled,
}

impl Confidence {
    /// All, as a pack writes them.
    pub const ALL: &[(&str, Confidence)] =
        &[("own", Confidence::Own), ("read", Confidence::Read), ("recalled", Confidence::Recalled)];

    /// As a pack writes it.
    pub fn word(self) -> &'static str {
        word(Confidence::ALL, self)
    }
}

/// One file: its name within the pack and its bytes.
pub(crate) type File = (String, Vec<u8>);

/// An id and where it stands.
pub(crate) struct Named {
    pub(crate) id: String,
    pub(crate) file: String,
    pub(crate) line: usize,
}

/// The ids of a pack.
pub(crate) struct NamedAll {
    pub(crate) pack: Named,
    pub(crate) rules: Vec<Named>,
    pub(crate) lists: Vec<Named>,
}

/// Reads a pack from all files of its folder; one of them is its head.
pub(crate) fn read_pack(
    folder: &str,
    mut files: Vec<File>,
) -> Result<(Pack, NamedAll), Vec<Fault>> {
    files.sort();
    if files.len() > PACK_FILES_MAX {
        let says = format!("has more than the {PACK_FILES_MAX} files allowed");
        return Err(vec![Fault::new(folder, 0, says)]);
    }
    let mut faults = Vec::new();
    let mut head = None;
    let (mut rules, mut named) = (Vec::new(), Vec::new());
    let (mut lists, mut named_lists) = (Vec::new(), Vec::new());
    for (name, bytes) in &files {
        let path = format!("{folder}/{name}");
        let text = match text_of(&path, bytes) {
            Ok(text) => text,
            Err(fault) => {
                faults.push(fault);
                continue;
            }
        };
        if name == HEAD_FILE {
            keep(read_head(&path, text), &mut faults, |read| head = Some(read));
        } else if let Some(stem) = name.strip_suffix(RULE_ENDING) {
            keep(read_rule(&path, stem, text), &mut faults, |(rule, line)| {
                named.push(Named { id: rule.id().to_owned(), file: path.clone(), line });
                rules.push(rule);
            });
        } else if let Some(stem) = name.strip_suffix(LIST_ENDING) {
            let read = parts(&path, text, LIST_REMARK)
                .map_err(|fault| vec![fault])
                .and_then(|(toml, line, names)| read_list(&path, stem, (&toml, line, names)));
            keep(read, &mut faults, |list| {
                let (id, line) = (list.id.clone(), list.line);
                named_lists.push(Named { id, file: path.clone(), line });
                lists.push(list);
            });
        } else {
            let says = format!(
                "a pack holds `{HEAD_FILE}` and files ending in `{RULE_ENDING}` or `{LIST_ENDING}`"
            );
            faults.push(Fault::new(&path, 0, says));
        }
    }
    if !files.iter().any(|(name, _)| name.ends_with(RULE_ENDING)) {
        faults.push(Fault::new(folder, 0, "a pack needs at least one rule"));
    }
    match head.filter(|_| faults.is_empty()) {
        Some((head, line)) => {
            let file = format!("{folder}/{HEAD_FILE}");
            let pack = Named { id: head.id.clone(), file, line };
            let (hash, text) = (hash_of(&files), as_text(&head.id, HEAD_FILE, &files));
            let folder = folder.to_owned();
            let named = NamedAll { pack, rules: named, lists: named_lists };
            Ok((Pack { folder, head, rules, lists, hash, text }, named))
        }
        None => Err(faults),
    }
}

/// The hash of a pack's files, which are in the order of their names.
fn hash_of(files: &[File]) -> [u8; 32] {
    let mut hash = Sha256::new_with_prefix(HASH_PREFIX);
    for (name, bytes) in files {
        for part in [name.as_bytes(), bytes] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    hash.finalize().into()
}

/// What was read, or why not.
fn keep<T>(read: Result<T, Vec<Fault>>, faults: &mut Vec<Fault>, use_it: impl FnOnce(T)) {
    match read {
        Ok(read) => use_it(read),
        Err(found) => faults.extend(found),
    }
}

/// Bytes of a file of this name at most.
pub(crate) fn bytes_max(name: &str) -> usize {
    if name.ends_with(LIST_ENDING) { LIST_BYTES_MAX } else { FILE_BYTES_MAX }
}

/// The text of a file that is not too long.
fn text_of<'a>(path: &str, bytes: &'a [u8]) -> Result<&'a str, Fault> {
    let most = bytes_max(path);
    if bytes.len() > most {
        let says = format!("has more than the {most} bytes allowed");
        return Err(Fault::new(path, 0, says));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned();
        Fault::new(path, line_at(&valid, valid.len()), "a byte here is not UTF-8")
    })
}

/// Reads a `pack.toml`; also the line of its id.
fn read_head(path: &str, text: &str) -> Result<(PackHead, usize), Vec<Fault>> {
    let mut head = Head::read(path, 1, text)?;
    let format = head.number("format");
    if format.is_some_and(|format| format != FORMAT) {
        let says = format!("`format` must be {FORMAT}; a newer program may know more");
        head.fault("format", says);
    }
    let id = head.id("id");
    let version = head.number("version");
    let (title, title_zh) = (head.text("title"), head.text("title_zh"));
    let (source, clause) = (head.text("source"), head.text("clause"));
    let effective_from = head.date("effective_from");
    let effective_until = head.optional_date("effective_until");
    if effective_until.zip(effective_from).is_some_and(|(until, from)| until < from) {
        head.fault("effective_until", "`effective_until` lies before `effective_from`");
    }
    let confidence = head.choice("confidence", Confidence::ALL);
    let cutoffs = ["ask_from", "hold_from", "refuse_from"].map(|key| head.optional_points(key));
    let unless = head.optional_sql("unless");
    let line = head.line_of("id");
    let faults = head.finish();
    match (version, effective_from, confidence) {
        (Some(version), Some(effective_from), Some(confidence)) if faults.is_empty() => {
            let read = PackHead {
                id,
                version,
                title,
                title_zh,
                source,
                clause,
                effective_from,
                effective_until,
                confidence,
                cutoffs,
                unless,
            };
            Ok((read, line))
        }
        _ => Err(faults),
    }
}

/// The kinds of rule there are.
#[derive(Clone, Copy)]
enum Kind {
    Quality,
    Indicator,
    Risk,
    Scorecard,
    Limits,
}

/// Reads the file of a rule; also the line of its id.
fn read_rule(path: &str, stem: &str, text: &str) -> Result<(Rule, usize), Vec<Fault>> {
    let (toml, body_line, sql) = parts(path, text, RULE_REMARK).map_err(|fault| vec![fault])?;
    let body =
        one_statement(sql).map_err(|(line, says)| Fault::new(path, body_line + line - 1, says));
    let mut head = match Head::read(path, 2, &toml) {
        Ok(head) => head,
        Err(mut faults) => {
            faults.extend(body.err());
            return Err(faults);
        }
    };
    let id = head.id("id");
    if !id.is_empty() && id != stem {
        head.fault("id", format!("`id` is \"{id}\"; the file of that rule is {id}{RULE_ENDING}"));
    }
    let body = body.map(|sql| Body { file: path.to_owned(), line: body_line, sql: sql.to_owned() });
    let line = head.line_of("id");
    let kinds = [
        ("quality", Kind::Quality),
        ("indicator", Kind::Indicator),
        ("risk", Kind::Risk),
        ("scorecard", Kind::Scorecard),
        ("limits", Kind::Limits),
    ];
    let rule = match head.choice("kind", &kinds) {
        Some(Kind::Quality) => read_quality(head, id, body)?,
        Some(Kind::Indicator) => read_indicator(head, id, body)?,
        Some(kind @ (Kind::Risk | Kind::Scorecard | Kind::Limits)) => {
            read_risk(head, kind, id, body)?
        }
        // Which keys belong here depends on the kind.
        None => return Err(head.faults().into_iter().chain(body.err()).collect()),
    };
    Ok((rule, line))
}

/// Reads the rest of a quality rule.
fn read_quality(
    mut head: Head<'_>,
    id: String,
    body: Result<Body, Fault>,
) -> Result<Rule, Vec<Fault>> {
    #[derive(Clone, Copy, PartialEq)]
    enum Shape {
        Rows,
        Query,
    }
    let dimension = head.choice("dimension", Dimension::ALL);
    let severity = head.choice("severity", Severity::ALL);
    let table = head.table("table");
    let shape = head.choice("form", &[("rows", Shape::Rows), ("query", Shape::Query)]);
    let (says, says_zh) = (head.text("says"), head.text("says_zh"));
    let breaks = head.text("breaks");
    let judges = head.optional_sql("judges");
    let subject = head.optional_sql("subject");
    if shape == Some(Shape::Rows) && !head.has("subject") {
        head.fault("subject", "`subject` is missing: what a row of this table is about");
    }
    for key in ["subject", "judges"] {
        if shape == Some(Shape::Query) && head.has(key) {
            head.fault(
                key,
                format!("`{key}` belongs to the form \"rows\"; a query says it itself"),
            );
        }
    }
    let body = checked(body, shape.map(|shape| shape == Shape::Query), &mut head);
    let faults = head.finish();
    match (dimension, severity, shape, body) {
        (Some(dimension), Some(severity), Some(shape), Some(body)) if faults.is_empty() => {
            let form = match shape {
                Shape::Rows => Form::Rows { judges, subject: subject.unwrap_or_default() },
                Shape::Query => Form::Query,
            };
            Ok(Rule::Quality(QualityRule {
                id,
                says,
                says_zh,
                breaks,
                dimension,
                severity,
                table,
                form,
                body,
            }))
        }
        _ => Err(faults),
    }
}

/// Reads the rest of an indicator.
fn read_indicator(
    mut head: Head<'_>,
    id: String,
    body: Result<Body, Fault>,
) -> Result<Rule, Vec<Fault>> {
    let (says, says_zh) = (head.text("says"), head.text("says_zh"));
    let (unit, unit_zh) = (head.text("unit"), head.text("unit_zh"));
    let value = head.optional_text("target");
    let source = head.optional_text("target_source");
    if value.as_deref().is_some_and(|value| !is_decimal(value)) {
        head.fault("target", "`target` must be a decimal number in quotes, like \"99.5\"");
    }
    if head.has("target") != head.has("target_source") {
        let key = if head.has("target") { "target" } else { "target_source" };
        head.fault(key, "`target` and `target_source` stand together: a target is somebody's");
    }
    let body = checked(body, Some(true), &mut head);
    let faults = head.finish();
    match body {
        Some(body) if faults.is_empty() => {
            let target = value.zip(source).map(|(value, source)| Target { value, source });
            Ok(Rule::Indicator(Indicator { id, says, says_zh, unit, unit_zh, target, body }))
        }
        _ => Err(faults),
    }
}

/// Reads the rest of a risk rule.
fn read_risk(
    mut head: Head<'_>,
    kind: Kind,
    id: String,
    body: Result<Body, Fault>,
) -> Result<Rule, Vec<Fault>> {
    let (says, says_zh) = (head.text("says"), head.text("says_zh"));
    let (tells, tells_zh) = (head.text("tells"), head.text("tells_zh"));
    let form = read_form(&mut head, kind);
    let card = matches!(form, RiskForm::Scorecard(_));
    let (mut outcome, mut points) = (None, None);
    // A scorecard's outcomes are those of its cut-offs, and its points are its own.
    if !card {
        outcome = head.has("outcome").then(|| head.choice("outcome", RULINGS)).flatten();
        points = head.optional_points("points");
        if !head.has("outcome") && !head.has("points") {
            head.fault("id", "a risk rule has an `outcome`, `points` for the score, or both");
        }
    }
    let holds = card && head.has("hold_from") || outcome == Some(Ruling::Hold);
    let clock = read_clock(&mut head, holds);
    let body = checked(body, Some(false), &mut head);
    let faults = head.finish();
    let (ruling, points) = (outcome.unwrap_or_default(), points.unwrap_or(0));
    match body {
        Some(body) if faults.is_empty() => Ok(Rule::Risk(RiskRule {
            id,
            says,
            says_zh,
            tells,
            tells_zh,
            ruling,
            points,
            form,
            clock,
            body,
        })),
        _ => Err(faults),
    }
}

/// What a risk rule's SQL is, and what belongs to it.
fn read_form(head: &mut Head<'_>, kind: Kind) -> RiskForm {
    match kind {
        Kind::Scorecard => {
            let keys = ["ask_from", "hold_from", "refuse_from"];
            let cutoffs = keys.map(|key| Some((head.optional_points(key)?, head.line_of(key))));
            let given: Vec<i32> = cutoffs.iter().flatten().map(|(points, _)| *points).collect();
            if !keys.iter().any(|key| head.has(key)) {
                let says = "a scorecard has `ask_from`, `hold_from`, `refuse_from`, or several";
                head.fault("id", says);
            } else if given.windows(2).any(|two| two[0] >= two[1]) {
                head.fault(
                    "id",
                    "`ask_from`, `hold_from` and `refuse_from` must rise in this order",
                );
            }
            RiskForm::Scorecard(cutoffs)
        }
        Kind::Limits => {
            if !head.has("limits") {
                head.fault("limits", "`limits` is missing: what must not be more than the limit");
            }
            RiskForm::Limits { of: head.optional_sql("limits").unwrap_or_default() }
        }
        Kind::Risk | Kind::Quality | Kind::Indicator => RiskForm::Condition,
    }
}

/// How long a rule holds, if it says so; only what holds may.
fn read_clock(head: &mut Head<'_>, holds: bool) -> Option<HoldClock> {
    let hours = head.optional_number("waits_hours");
    let at_end = head.has("at_end").then(|| head.choice("at_end", HOLD_ENDS));
    if !holds || at_end.is_some() != hours.is_some() {
        for key in ["waits_hours", "at_end"] {
            if head.has(key) {
                let says =
                    "`waits_hours` and `at_end` stand together in a rule that holds payments";
                head.fault(key, says);
            }
        }
        return None;
    }
    let hours = hours?;
    if hours > HOLD_HOURS_MAX {
        head.fault("waits_hours", format!("`waits_hours` is at most {HOLD_HOURS_MAX}"));
        return None;
    }
    Some(HoldClock { hold_s: hours * 3_600, at_end: at_end.flatten()? })
}

/// A body that begins as its form demands; whether it is a whole query is not always known.
fn checked(body: Result<Body, Fault>, query: Option<bool>, head: &mut Head<'_>) -> Option<Body> {
    let body = match body {
        Ok(body) => body,
        Err(fault) => {
            head.add(fault);
            return None;
        }
    };
    let begins = matches!(first_word(&body.sql).as_str(), "SELECT" | "WITH");
    match query {
        Some(true) if !begins => {
            head.add(Fault::new(&body.file, body.line, "a query begins with SELECT or WITH"));
        }
        Some(false) if begins => {
            let says = "a condition is wanted here, not a query";
            head.add(Fault::new(&body.file, body.line, says));
        }
        _ => {}
    }
    Some(body)
}

/// The TOML of a head in remarks, the line on which the rest begins, and the rest.
fn parts<'a>(path: &str, text: &'a str, remark: &str) -> Result<(String, usize, &'a str), Fault> {
    let fence = format!("{remark}{FENCE}");
    let what = if remark == RULE_REMARK { "a rule" } else { "a list" };
    let mut toml = String::new();
    let mut at = 0;
    for (number, whole) in text.split_inclusive('\n').enumerate() {
        at += whole.len();
        let line = whole.trim_end();
        match (number, line) {
            (0, line) if line == fence => {}
            (0, _) => {
                let says = format!("{what} begins with a line `{fence}` and its head");
                return Err(Fault::new(path, 1, says));
            }
            (_, line) if line == fence => return Ok((toml, number + 2, &text[at..])),
            _ => {
                let Some(inner) = line.strip_prefix(remark) else {
                    let says = format!(
                        "a line of the head begins with `{remark}`; `{fence}` ends the head"
                    );
                    return Err(Fault::new(path, number + 1, says));
                };
                toml.push_str(inner);
                toml.push('\n');
            }
        }
    }
    let says = if text.is_empty() {
        format!("{what} begins with a line `{fence}` and its head")
    } else {
        format!("the head has no end; a line `{fence}` ends it")
    };
    Err(Fault::new(path, 1, says))
}

/// Digits with a decimal point or without, and a sign or none.
fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let mut parts = digits.split('.');
    let number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    parts.next().is_some_and(number) && parts.next().is_none_or(number) && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "format = 1\nid = \"p\"\nversion = 1\ntitle = \"t\"\ntitle_zh = \"题\"\nsource = \"s\"\n\
        clause = \"c\"\neffective_from = 2026-01-01\nconfidence = \"own\"\n";
    const RULE: &str = "-- ---\n-- id = \"r\"\n-- kind = \"indicator\"\n-- unit = \"u\"\n-- unit_zh = \"单\"\n\
        -- says = \"s\"\n-- says_zh = \"说\"\n-- ---\nSELECT 'a' /* b */ AS value, \"c\" -- d\nFROM (t);\n";

    /// Bytes that mean something to a reader, or nothing at all.
    const ODD: &[u8] = b"\n\"'-/*();=\xff0";

    /// The next number of a sequence that is the same in every run.
    fn next(state: &mut u64, below: usize) -> usize {
        *state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*state >> 33) as usize % below
    }

    #[test]
    fn whatever_bytes_a_file_holds_the_answer_is_a_pack_or_its_faults() {
        let mut state = 1;
        let (mut packs, mut refused) = (0, 0);
        for _ in 0..20_000 {
            let mut files: Vec<File> = vec![
                (HEAD_FILE.to_owned(), HEAD.as_bytes().to_vec()),
                ("r.sql".to_owned(), RULE.as_bytes().to_vec()),
            ];
            let bytes = &mut files[next(&mut state, 2)].1;
            for _ in 0..next(&mut state, 4) {
                let at = next(&mut state, bytes.len());
                match next(&mut state, 3) {
                    0 => bytes[at] = ODD[next(&mut state, ODD.len())],
                    1 => bytes.truncate(at.max(1)),
                    _ => drop(bytes.remove(at)),
                }
                if bytes.is_empty() {
                    break;
                }
            }
            match read_pack("f", files) {
                Ok(_) => packs += 1,
                Err(faults) => {
                    assert!(!faults.is_empty(), "a refusal has a reason");
                    refused += 1;
                }
            }
        }
        assert!(packs > 1_000 && refused > 1_000, "{packs} packs, {refused} refused");
    }
}
