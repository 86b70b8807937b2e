//! `tj sql`: a shell for questions, with a history of them, completion of tables and columns, and answers a
//! screen at a time. The bank is opened once; every question is an entry, as everywhere.

use super::Context;
use super::query::{Bounds, Format, answer_to, parse_as_of};
use crate::bank::Bank;
use crate::fail::{Done, Exit, Failure};
use crate::tables::Tables;
use history::table_functions::FUNCTIONS;
use history::views::{self, View};
use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context as LineContext, Editor, Helper, Highlighter, Hinter};
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::{Command as Process, Stdio};

/// Ask one question after the other.
#[derive(Debug, clap::Args)]
pub struct Sql {
    #[command(flatten)]
    bounds: Bounds,
}

const HELP: &str = "\
A question ends with a semicolon; it may have several lines. What begins with a backslash is for the shell:
    \\d            the tables                  \\d TABLE      its columns, and what they mean
    \\f            functions that give tables  \\as-of MOMENT  the bank as it was; without one, as it is
    \\format NAME  table, json or csv          \\q            leave";

/// What the shell remembers between questions.
struct Shell {
    as_of: Option<String>,
    format: Format,
    paged: bool,
}

impl Sql {
    /// Does it.
    ///
    /// # Errors
    /// The bank cannot be opened; questions that fail are said and the shell goes on.
    pub fn run(self, context: &Context) -> Done {
        let mut bank = context.bank()?;
        let (tables, rolled) = Tables::open(&bank, &context.dir, self.bounds.limits())?;
        super::history::say_rolled(&rolled);
        let failed = |error: &ReadlineError| {
            Failure::because(Exit::Failed, "no line can be read", error, "use `tj query`")
        };
        let mut editor = Editor::new().map_err(|error| failed(&error))?;
        editor.set_helper(Some(Words::new()));
        let past = past_questions();
        if let Some(file) = &past {
            // A first time has no history.
            let _ = editor.load_history(file);
        }
        let paged = std::io::stdout().is_terminal();
        let mut shell = Shell { as_of: None, format: Format::Table, paged };
        if paged {
            context.out.line("\\? for help, \\q to leave");
        }
        loop {
            let line = match editor.readline("tj> ") {
                Ok(line) => line,
                Err(ReadlineError::Interrupted) => continue,
                Err(ReadlineError::Eof) => break,
                Err(error) => return Err(failed(&error)),
            };
            let said = line.trim();
            if said.is_empty() {
                continue;
            }
            let _ = editor.add_history_entry(said);
            if said == "\\q" {
                break;
            }
            if let Err(failure) = shell.one(context, &mut bank, &tables, said) {
                context.out.failure(&failure);
            }
        }
        if let Some(file) = &past {
            let _ = editor.save_history(file);
        }
        bank.close()
    }
}

/// Where questions are kept for the next time; they may name accounts, so nobody else may read them.
fn past_questions() -> Option<PathBuf> {
    let home = std::env::var_os("XDG_STATE_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/state")))?;
    let folder = home.join("tongjian");
    std::fs::create_dir_all(&folder).ok()?;
    Some(folder.join("questions"))
}

impl Shell {
    /// One line: something for the shell, or a question.
    fn one(&mut self, context: &Context, bank: &mut Bank, tables: &Tables, said: &str) -> Done {
        let Some(command) = said.strip_prefix('\\') else {
            return self.ask(bank, tables, said.trim_end_matches(';'));
        };
        let (word, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
        let rest = rest.trim().trim_end_matches(';');
        let out = &context.out;
        match word {
            "?" | "h" | "help" => out.line(HELP),
            "d" if rest.is_empty() => list_tables(context),
            "d" => describe(context, rest)?,
            "f" => {
                for function in &FUNCTIONS {
                    out.line(format_args!("{}\n    {}", function.usage, function.meaning));
                }
            }
            "as-of" => {
                let as_of = (!rest.is_empty()).then(|| rest.to_owned());
                parse_as_of(as_of.as_deref(), tables.desk.history().zone())?;
                self.as_of = as_of;
            }
            "format" => {
                self.format = <Format as clap::ValueEnum>::from_str(rest, true)
                    .ok()
                    .filter(|format| *format != Format::Parquet)
                    .ok_or_else(|| Failure::usage("no such format", "say table, json or csv"))?;
            }
            _ => {
                return Err(Failure::usage(
                    format!("\\{word} means nothing"),
                    "\\? lists what does",
                ));
            }
        }
        Ok(())
    }

    fn ask(&self, bank: &mut Bank, tables: &Tables, text: &str) -> Done {
        let as_of = parse_as_of(self.as_of.as_deref(), tables.desk.history().zone())?;
        let planned = tables.plan(as_of, text)?;
        let Some(mut pager) = self.pager() else {
            return answer_to(bank, tables, planned, self.format, None);
        };
        let shown = match pager.stdin.take() {
            Some(pipe) => answer_to(bank, tables, planned, self.format, Some(Box::new(pipe))),
            None => Ok(()),
        };
        let _ = pager.wait();
        shown
    }

    /// `PAGER`, or less; it leaves by itself when everything fits the screen.
    fn pager(&self) -> Option<std::process::Child> {
        if !self.paged {
            return None;
        }
        let pager = std::env::var("PAGER").unwrap_or_else(|_| "less".to_owned());
        let mut words = pager.split_whitespace();
        let mut process = Process::new(words.next()?);
        process.args(words).env("LESS", "-FRSX").stdin(Stdio::piped());
        process.spawn().ok()
    }
}

fn list_tables(context: &Context) {
    for view in views::bank().values() {
        let first = view.meaning.split_inclusive(". ").next().unwrap_or_default();
        context.out.line(format_args!("{:<20} {first}", view.name));
    }
    context
        .out
        .line("\nevents.NAME is every kind of act as it happened; docs/tables.md has all of it");
}

fn describe(context: &Context, name: &str) -> Done {
    let found: Option<&View> = match name.split_once('.') {
        Some(("events", name)) => views::events().get(name),
        Some(("bank", name)) => views::bank().get(name),
        _ => views::bank().get(name),
    };
    let view = found
        .ok_or_else(|| Failure::usage(format!("there is no table {name}"), "\\d lists them"))?;
    context.out.line(&view.meaning);
    for column in &view.columns {
        let unit =
            if column.unit.is_empty() { String::new() } else { format!(" ({})", column.unit) };
        context.out.line(format_args!("    {:<32} {}{unit}", column.name, column.meaning));
    }
    Ok(())
}

/// Every word that can be completed.
#[derive(Helper, Highlighter, Hinter)]
struct Words {
    words: Vec<String>,
}

impl Words {
    fn new() -> Words {
        let mut words: Vec<String> = Vec::new();
        for view in views::bank().values() {
            words.push(view.name.clone());
            words.extend(view.columns.iter().map(|column| column.name.clone()));
        }
        words.extend(views::events().keys().map(|name| format!("events.{name}")));
        words.extend(FUNCTIONS.iter().map(|function| format!("{}(", function.name)));
        words.extend(
            [
                "select",
                "from",
                "where",
                "group by",
                "order by",
                "having",
                "limit",
                "join",
                "using",
                "count(*)",
                "sum(",
                "distinct",
                "between",
                "date_trunc(",
                "information_schema.tables",
            ]
            .map(str::to_owned),
        );
        words.sort();
        words.dedup();
        Words { words }
    }
}

impl Completer for Words {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        at: usize,
        _: &LineContext<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        let before = &line[..at];
        let part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        let start = before
            .rfind(|c| !part(c))
            .map_or(0, |found| found + before[found..].chars().next().map_or(1, char::len_utf8));
        let begun = before[start..].to_lowercase();
        if begun.is_empty() {
            return Ok((start, Vec::new()));
        }
        let fits = self.words.iter().filter(|word| word.starts_with(&begun));
        let pairs = fits.map(|word| Pair { display: word.clone(), replacement: word.clone() });
        Ok((start, pairs.collect()))
    }
}

impl Validator for Words {
    /// A question goes on until its semicolon.
    fn validate(&self, line: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let said = line.input().trim();
        let whole = said.is_empty() || said.starts_with('\\') || said.ends_with(';');
        Ok(if whole { ValidationResult::Valid(None) } else { ValidationResult::Incomplete })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_columns_and_functions_are_completed() {
        let words = Words::new();
        let history = rustyline::history::DefaultHistory::new();
        let line = "SELECT 余额, debi";
        let (start, pairs) = words.complete(line, line.len(), &LineContext::new(&history)).unwrap();
        assert_eq!(&line[start..], "debi");
        let found: Vec<&str> = pairs.iter().map(|pair| pair.replacement.as_str()).collect();
        assert!(found.contains(&"debit_account") && found.contains(&"debits_posted"), "{found:?}");
        let (_, none) = words.complete("x ", 2, &LineContext::new(&history)).unwrap();
        assert!(none.is_empty());
    }
}
