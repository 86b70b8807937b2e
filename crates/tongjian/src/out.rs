//! The one place that prints: text for people, or one JSON document for programs. A reader that goes
//! away ends the program quietly; colour only on a terminal, and never when `NO_COLOR` is set.

use crate::fail::Failure;
use serde::Serialize;
use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal, Write};
use unicode_width::UnicodeWidthStr;

/// How answers are printed.
#[derive(Clone, Copy, Debug)]
pub struct Out {
    json: bool,
    styled: bool,
}

/// Which side a column's text stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// Rows of text under a heading.
#[derive(Clone, Debug)]
pub struct Table {
    columns: Vec<(String, Align)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table with these columns.
    pub fn new(columns: &[(&'static str, Align)]) -> Table {
        Table::named(columns.iter().map(|(name, align)| ((*name).to_owned(), *align)).collect())
    }

    /// An empty table with columns whose names nobody knew before.
    pub fn named(columns: Vec<(String, Align)>) -> Table {
        Table { columns, rows: Vec::new() }
    }

    /// Adds a row, a text for each column.
    pub fn cells(&mut self, cells: Vec<String>) {
        assert!(cells.len() == self.columns.len(), "a row has a text for each column");
        self.rows.push(cells);
    }

    /// The whole table.
    pub fn text(&self) -> String {
        self.lines().into_iter().map(|line| line + "\n").collect()
    }

    /// Adds a row, a text for each column.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        assert!(cells.len() == self.columns.len(), "a row has a text for each column");
        self.rows.push(cells.into());
    }

    fn line(&self, cells: &[&str], widths: &[usize]) -> String {
        let mut line = String::new();
        for (at, ((cell, width), (_, align))) in
            cells.iter().zip(widths).zip(&self.columns).enumerate()
        {
            let space = " ".repeat(width.saturating_sub(cell.width()));
            if at > 0 {
                line.push_str("  ");
            }
            match align {
                Align::Right => line.extend([space.as_str(), cell]),
                Align::Left => line.extend([cell, space.as_str()]),
            }
        }
        line.truncate(line.trim_end().len());
        line
    }

    /// The lines, heading first.
    fn lines(&self) -> Vec<String> {
        let heads: Vec<&str> = self.columns.iter().map(|(head, _)| head.as_str()).collect();
        let mut widths: Vec<usize> = heads.iter().map(|head| head.width()).collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.width());
            }
        }
        let mut lines = vec![self.line(&heads, &widths)];
        for row in &self.rows {
            lines.push(self.line(&row.iter().map(String::as_str).collect::<Vec<_>>(), &widths));
        }
        lines
    }
}

impl Out {
    /// Output for a command line that did or did not ask for JSON.
    pub fn new(json: bool) -> Out {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Out { json, styled: !json && !plain && io::stdout().is_terminal() }
    }

    /// Whether a program reads the answer.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// A line for people; nothing when a program reads.
    pub fn line(&self, text: impl Display) {
        if !self.json {
            write(format_args!("{text}\n"));
        }
    }

    /// A heading for people.
    pub fn heading(&self, text: impl Display) {
        if self.styled {
            self.line(format_args!("\n\x1b[1m{text}\x1b[0m"));
        } else {
            self.line(format_args!("\n{text}"));
        }
    }

    /// A table for people.
    pub fn table(&self, table: &Table) {
        for (at, line) in table.lines().iter().enumerate() {
            if at == 0 && self.styled {
                self.line(format_args!("\x1b[2m{line}\x1b[0m"));
            } else {
                self.line(line);
            }
        }
    }

    /// The answer for programs: one document; nothing when a person reads.
    pub fn json(&self, answer: &impl Serialize) {
        if self.json {
            match serde_json::to_string_pretty(answer) {
                Ok(text) => write(format_args!("{text}\n")),
                Err(error) => write(format_args!("{{\"error\": {:?}}}\n", error.to_string())),
            }
        }
    }

    /// Text that is the answer itself, whoever reads: CSV, a receipt, a list of ids.
    pub fn raw(&self, text: impl Display) {
        write(format_args!("{text}"));
    }

    /// A failure, on standard error.
    pub fn failure(&self, failure: &Failure) {
        if failure.said {
            return;
        }
        let mut stderr = io::stderr().lock();
        let told = if self.json {
            let error = serde_json::json!({ "error": {
                "kind": failure.exit.word(), "what": failure.what, "next": failure.next } });
            writeln!(stderr, "{error}")
        } else {
            writeln!(stderr, "tj: {}\n    next: {}", failure.what, failure.next)
        };
        // Nobody is left to be told that nobody is left.
        let _ = told;
    }
}

/// Writes to standard output. A closed pipe is the reader's way to say "enough".
fn write(text: std::fmt::Arguments<'_>) {
    let mut stdout = io::stdout().lock();
    if let Err(error) = stdout.write_fmt(text).and_then(|()| stdout.flush()) {
        std::process::exit(if error.kind() == ErrorKind::BrokenPipe { 0 } else { 1 });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other_also_in_chinese() {
        let mut table = Table::new(&[("name", Align::Left), ("amount", Align::Right)]);
        table.row(["现金".into(), "1.00".into()]);
        table.row(["fees".into(), "120.00".into()]);
        assert_eq!(table.lines(), ["name  amount", "现金    1.00", "fees  120.00"]);
    }
}
