//! Reads the head of a file: TOML with known keys, each asked for by name. Whatever is missing, wrong or
//! unknown becomes a fault with its line; reading goes on, so that all faults are told at once.

use crate::body::{line_at, one_line};
use crate::fault::Fault;
use crate::limits::{ID_BYTES_MAX, POINTS_MAX, TEXT_BYTES_MAX};
use std::collections::BTreeMap;
use terms::Day;
use toml::de::{DeTable, DeValue};

/// A value and the line of the file it stands on.
struct Found<'a> {
    line: usize,
    value: DeValue<'a>,
}

/// The keys of one head. What is not asked for before [`Head::finish`] is unknown.
pub(crate) struct Head<'a> {
    file: &'a str,
    /// The line of the file on which the head begins, from 1.
    first_line: usize,
    found: BTreeMap<String, Found<'a>>,
    /// What was asked for.
    known: Vec<String>,
    faults: Vec<Fault>,
}

impl<'a> Head<'a> {
    /// Reads TOML that begins on `first_line` of `file`; nothing when it is no TOML.
    pub(crate) fn read(
        file: &'a str,
        first_line: usize,
        toml: &'a str,
    ) -> Result<Head<'a>, Vec<Fault>> {
        let line = |at: usize| first_line + line_at(toml, at.min(toml.len())) - 1;
        let (table, errors) = DeTable::parse_recoverable(toml);
        if !errors.is_empty() {
            let fault = |error: &toml::de::Error| {
                let at = error.span().map_or(0, |span| span.start);
                Fault::new(file, line(at), format!("this is not TOML: {}", error.message()))
            };
            return Err(errors.iter().map(fault).collect());
        }
        let keys = table.into_inner().into_iter().map(|(key, value)| {
            let line = line(key.span().start);
            (key.into_inner().into_owned(), Found { line, value: value.into_inner() })
        });
        Ok(Head { file, first_line, found: keys.collect(), known: Vec::new(), faults: Vec::new() })
    }

    /// The line of a key, or the head's own.
    pub(crate) fn line_of(&self, key: &str) -> usize {
        self.found.get(key).map_or(self.first_line, |found| found.line)
    }

    /// A fault beside the head.
    pub(crate) fn add(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// The faults so far, when it is not known which keys belong here.
    pub(crate) fn faults(self) -> Vec<Fault> {
        self.faults
    }

    /// A fault at a key.
    pub(crate) fn fault(&mut self, key: &str, reason: impl Into<String>) {
        let line = self.line_of(key);
        self.faults.push(Fault::new(self.file, line, reason));
    }

    /// Whether the key is there.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.found.contains_key(key)
    }

    /// A text that must be there.
    pub(crate) fn text(&mut self, key: &str) -> String {
        self.must_be_there(key);
        self.optional_text(key).unwrap_or_default()
    }

    /// A text that may be left out.
    pub(crate) fn optional_text(&mut self, key: &str) -> Option<String> {
        self.known.push(key.to_owned());
        let text = match &self.found.get(key)?.value {
            DeValue::String(text) => text.to_string(),
            other => {
                let says = format!("`{key}` must be a text, not {}", a(other.type_str()));
                self.fault(key, says);
                return None;
            }
        };
        if text.trim().is_empty() {
            self.fault(key, format!("`{key}` is empty"));
            return None;
        }
        if text.len() > TEXT_BYTES_MAX {
            let says = format!("`{key}` has {} bytes; {TEXT_BYTES_MAX} are allowed", text.len());
            self.fault(key, says);
            return None;
        }
        Some(text)
    }

    /// A name in small letters, digits and hyphens.
    pub(crate) fn id(&mut self, key: &str) -> String {
        let id = self.text(key);
        let plain = id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let fits = id.starts_with(|c: char| c.is_ascii_lowercase()) && id.len() <= ID_BYTES_MAX;
        let well_formed = plain && fits;
        if !id.is_empty() && !well_formed {
            let says = format!(
                "`{key}` is \"{id}\"; an id has small letters, digits and hyphens, begins with a letter \
                 and has at most {ID_BYTES_MAX} characters"
            );
            self.fault(key, says);
        }
        id
    }

    /// The name of a table: words in small letters, digits and underscores, with its schema or without.
    pub(crate) fn table(&mut self, key: &str) -> String {
        let name = self.text(key);
        let word = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_lowercase())
                && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        let well_formed = name.split('.').all(word) && name.split('.').count() <= 2;
        if !name.is_empty() && !well_formed {
            self.fault(key, format!("`{key}` is \"{name}\", which is not the name of a table"));
        }
        name
    }

    /// A piece of SQL that may be left out and fits on one line.
    pub(crate) fn optional_sql(&mut self, key: &str) -> Option<String> {
        let text = self.optional_text(key)?;
        if let Err(says) = one_line(&text) {
            self.fault(key, format!("`{key}`: {says}"));
        }
        Some(text)
    }

    /// One of some words.
    pub(crate) fn choice<T: Copy>(&mut self, key: &str, all: &[(&str, T)]) -> Option<T> {
        let word = self.text(key);
        let chosen = all.iter().find(|(name, _)| *name == word);
        if chosen.is_none() && !word.is_empty() {
            let names: Vec<String> = all.iter().map(|(name, _)| format!("\"{name}\"")).collect();
            let says = format!("`{key}` is \"{word}\"; it is one of {}", names.join(", "));
            self.fault(key, says);
        }
        chosen.map(|(_, value)| *value)
    }

    /// A whole number from 1 that must be there.
    pub(crate) fn number(&mut self, key: &str) -> Option<u32> {
        self.must_be_there(key);
        self.optional_number(key)
    }

    /// A whole number from 1 that may be left out.
    pub(crate) fn optional_number(&mut self, key: &str) -> Option<u32> {
        self.known.push(key.to_owned());
        let found = &self.found.get(key)?.value;
        let digits = found.as_integer().filter(|integer| integer.radix() == 10);
        let number = digits.and_then(|integer| integer.as_str().replace('_', "").parse().ok());
        let number = number.filter(|number: &u32| *number >= 1);
        if number.is_none() {
            self.fault(key, format!("`{key}` must be a whole number from 1 to {}", u32::MAX));
        }
        number
    }

    /// A whole number with or without a sign that may be left out.
    pub(crate) fn optional_points(&mut self, key: &str) -> Option<i32> {
        self.known.push(key.to_owned());
        let found = &self.found.get(key)?.value;
        let digits = found.as_integer().filter(|integer| integer.radix() == 10);
        let points = digits.and_then(|integer| integer.as_str().replace('_', "").parse().ok());
        let points = points.filter(|points: &i32| points.unsigned_abs() <= POINTS_MAX);
        if points.is_none() {
            self.fault(key, format!("`{key}` must be a whole number, at most {POINTS_MAX}"));
        }
        points
    }

    /// A date that must be there.
    pub(crate) fn date(&mut self, key: &str) -> Option<Day> {
        self.must_be_there(key);
        self.optional_date(key)
    }

    /// A date that may be left out.
    pub(crate) fn optional_date(&mut self, key: &str) -> Option<Day> {
        self.known.push(key.to_owned());
        let found = &self.found.get(key)?.value;
        let date = found.as_datetime().filter(|at| at.time.is_none() && at.offset.is_none());
        let date = date.and_then(|at| at.date);
        let day = date.and_then(|date| {
            Day::from_ymd(i32::from(date.year), u32::from(date.month), u32::from(date.day))
        });
        if day.is_none() {
            self.fault(key, format!("`{key}` must be a date like 2026-12-01, without quotes"));
        }
        day
    }

    /// All faults, unknown keys among them.
    pub(crate) fn finish(mut self) -> Vec<Fault> {
        for (key, found) in &self.found {
            if !self.known.contains(key) {
                let says = format!("`{key}` is not a key of this head");
                self.faults.push(Fault::new(self.file, found.line, says));
            }
        }
        self.faults
    }

    fn must_be_there(&mut self, key: &str) {
        if !self.has(key) {
            self.fault(key, format!("`{key}` is missing"));
        }
    }
}

/// A noun with its article.
fn a(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {noun}")
}
