//! Why a rulebook is refused: every fault with its file, its line and a reason in plain words.

use std::fmt;

/// One fault of one file. Whoever plans the rules adds faults of their own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file as it was found, from the folder that was asked for.
    pub file: String,
    /// From 1; 0 when the fault is the file or folder as a whole.
    pub line: usize,
    /// The character of that line, from 1; 0 when it is the line as a whole.
    pub column: usize,
    /// What is wrong, for whoever wrote the pack.
    pub reason: String,
}

impl Fault {
    /// A fault at a line.
    pub fn new(file: &str, line: usize, reason: impl Into<String>) -> Fault {
        Fault { file: file.to_owned(), line, column: 0, reason: reason.into() }
    }

    /// A fault at a character of a line.
    pub fn at(file: &str, (line, column): (usize, usize), reason: impl Into<String>) -> Fault {
        Fault { column, ..Fault::new(file, line, reason) }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fault { file, line, column, reason } = self;
        match (line, column) {
            (0, _) => write!(f, "{file}: {reason}"),
            (line, 0) => write!(f, "{file}:{line}: {reason}"),
            (line, column) => write!(f, "{file}:{line}: column {column}: {reason}"),
        }
    }
}

/// A rulebook that was refused: nothing of it was loaded. It has at least one fault, and names all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookRefused {
    /// In the order of files and lines.
    pub faults: Vec<Fault>,
}

impl BookRefused {
    /// Puts the faults in order.
    pub fn new(mut faults: Vec<Fault>) -> BookRefused {
        faults.sort();
        faults.dedup();
        BookRefused { faults }
    }
}

impl fmt::Display for BookRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.faults.len();
        let faults = if count == 1 { "fault" } else { "faults" };
        write!(f, "the rulebook has {count} {faults}, so nothing of it was loaded")?;
        self.faults.iter().try_for_each(|fault| write!(f, "\n{fault}"))
    }
}

impl std::error::Error for BookRefused {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_told_in_the_order_of_files_and_lines() {
        let refused = BookRefused::new(vec![
            Fault::new("b.sql", 2, "second"),
            Fault::new("b.sql", 0, "is a folder"),
            Fault::new("a.sql", 9, "first"),
        ]);
        let says = "the rulebook has 3 faults, so nothing of it was loaded\n\
            a.sql:9: first\nb.sql: is a folder\nb.sql:2: second";
        assert_eq!(refused.to_string(), says);
    }
}
