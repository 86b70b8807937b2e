//! What payments turned out to be: from a file, or from the marks of closed cases.

use crate::fail::{Done, Exit, Failure};
use city::read_labels;
use engine::Engine;
use std::collections::BTreeMap;
use std::path::Path;
use terms::{CaseMark, TransferId};

/// Payments that were something, each with its case and what it was called.
#[derive(Clone, Debug, Default)]
pub struct Labels(BTreeMap<TransferId, (u32, &'static str)>);

/// The labels in a file: CSV with the columns transfer, pattern, case, stage.
///
/// # Errors
/// It cannot be read, or a line of it.
pub fn labels_of(path: &Path) -> Done<Labels> {
    let failed = |error: &dyn std::error::Error| {
        let what = format!("the labels in {} cannot be read", path.display());
        Failure::because(Exit::Failed, what, error, "a label's line is transfer,pattern,case,stage")
    };
    let text = std::fs::read_to_string(path).map_err(|error| failed(&error))?;
    let labels = read_labels(&text).map_err(|error| failed(&error))?;
    Ok(Labels(labels.iter().map(|l| (l.transfer, (l.case, l.pattern.word()))).collect()))
}

impl Labels {
    /// What analysts marked: fraud and laundering are something, mistaken is nothing.
    pub fn of_cases(engine: &Engine) -> Labels {
        let marked = engine
            .cases()
            .filter(|case| matches!(case.mark, Some(CaseMark::Fraud | CaseMark::Laundering)));
        let numbered = (1..).zip(marked);
        Labels(
            numbered
                .map(|(number, case)| {
                    (case.transfer, (number, case.mark.map_or("", CaseMark::word)))
                })
                .collect(),
        )
    }

    /// The case of a payment that was something.
    pub fn case_of(&self, id: TransferId) -> Option<u32> {
        self.0.get(&id).map(|(case, _)| *case)
    }

    /// What it was called.
    pub fn word_of(&self, id: TransferId) -> Option<&'static str> {
        self.0.get(&id).map(|(_, word)| *word)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}
