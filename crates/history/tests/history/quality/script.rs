//! How a text is read: an opening that every scenario of the file begins with, then scenarios, each with
//! what happened and, behind `=>`, what the rules find. Words stand apart by blanks, quotes keep blanks
//! together, `#` begins a comment.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// One file.
pub struct Script {
    /// What every scenario begins with.
    pub opening: Vec<Line>,
    /// In order; at least one.
    pub scenarios: Vec<Scenario>,
}

/// One bank and what is found in it.
#[derive(Clone)]
pub struct Scenario {
    /// File and line of its title.
    pub place: String,
    /// What is broken.
    pub title: String,
    /// What happened after the opening.
    pub facts: Vec<Line>,
    /// Every row that any quality rule finds; no rule finds another.
    pub findings: Vec<Finding>,
    /// Indicators that are looked at, as `4.0000 of 12`; `nothing of 0` without a value.
    pub values: BTreeMap<String, String>,
}

/// Words with the place they stand at.
#[derive(Clone)]
pub struct Line {
    /// File and line.
    pub place: String,
    /// At least one.
    pub words: Vec<String>,
}

/// A row that a rule finds: `id-once finds entry 2 row 0: 100`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The rule.
    pub rule: String,
    /// The entry it leads to; none if it is about no single one.
    pub entry: Option<u64>,
    /// The row in that entry, if it is about one.
    pub row: Option<u64>,
    /// What it is about; `-` for nothing.
    pub subject: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} finds", self.rule)?;
        match self.entry {
            Some(entry) => write!(f, " entry {entry}")?,
            None => f.write_str(" no entry")?,
        }
        if let Some(row) = self.row {
            write!(f, " row {row}")?;
        }
        write!(f, ": {}", self.subject)
    }
}

/// Where the texts lie.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/2-data/quality")
}

impl Script {
    /// The file of this name.
    pub fn named(name: &str) -> Script {
        let text = std::fs::read_to_string(folder().join(name));
        Script::read(name, &text.unwrap_or_else(|error| panic!("{name}: {error}")))
    }

    fn read(name: &str, text: &str) -> Script {
        let mut script = Script { opening: Vec::new(), scenarios: Vec::new() };
        for (at, line) in text.lines().enumerate() {
            let place = format!("{name}:{}", at + 1);
            if let Some(title) = line.strip_prefix("scenario ") {
                script.scenarios.push(Scenario {
                    place,
                    title: title.trim().to_owned(),
                    facts: Vec::new(),
                    findings: Vec::new(),
                    values: BTreeMap::new(),
                });
                continue;
            }
            if let Some(said) = line.trim_start().strip_prefix("=>") {
                let scenario = script.scenarios.last_mut();
                scenario
                    .unwrap_or_else(|| panic!("{place}: before any scenario"))
                    .say(&place, said);
                continue;
            }
            let words = words_of(&place, line);
            if words.is_empty() {
                continue;
            }
            let line = Line { place, words };
            match script.scenarios.last_mut() {
                Some(scenario) => scenario.facts.push(line),
                None => script.opening.push(line),
            }
        }
        assert!(!script.scenarios.is_empty(), "{name} has no scenario");
        script
    }
}

impl Scenario {
    /// `id-once finds entry 2 row 0: 100`, or `refusal-rate is 12.5000 of 8`.
    fn say(&mut self, place: &str, said: &str) {
        let said = said.split(" #").next().unwrap_or(said).trim();
        if let Some((indicator, value)) = said.split_once(" is ") {
            let twice = self.values.insert(indicator.trim().into(), value.trim().into());
            assert!(twice.is_none(), "{place}: said twice");
            return;
        }
        let finding = read_finding(said);
        self.findings.push(finding.unwrap_or_else(|| panic!("{place}: {said:?} is no finding")));
    }
}

fn read_finding(said: &str) -> Option<Finding> {
    let (where_, subject) = said.split_once(": ")?;
    let (rule, where_) = where_.split_once(" finds ")?;
    let words: Vec<&str> = where_.split_whitespace().collect();
    let (entry, row) = match words[..] {
        ["no", "entry"] => (None, None),
        ["entry", entry] => (Some(entry.parse().ok()?), None),
        ["entry", entry, "row", row] => (Some(entry.parse().ok()?), Some(row.parse().ok()?)),
        _ => return None,
    };
    Some(Finding { rule: rule.trim().into(), entry, row, subject: subject.trim().into() })
}

/// The words of a line, without its comment.
fn words_of(place: &str, line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), None::<String>, false);
    for c in line.chars() {
        match c {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            '#' if !quoted && word.is_none() => break,
            c if c.is_whitespace() && !quoted => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    assert!(!quoted, "{place}: a quote stays open");
    words.extend(word);
    words
}
