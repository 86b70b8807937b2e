//! The tables people name, out of what is stored: those of `bank.sql`, and one for each kind of act, which
//! its declaration makes. Each says what it is and what its columns mean.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::OnceLock;
use terms::facts::{self, Sort};

/// What a column means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// How sensitive it is: 1 to 5, the levels of JR/T 0197.
    pub level: u8,
    /// What one of it is; empty where that makes no sense.
    pub unit: String,
    /// A sentence.
    pub meaning: String,
}

/// A table people may name.
#[derive(Clone, Debug)]
pub struct View {
    /// Its name.
    pub name: String,
    /// A sentence or more.
    pub meaning: String,
    /// Its columns, `entry` and `row` first.
    pub columns: Vec<Column>,
    /// The query behind it.
    pub sql: String,
}

/// The schema that is meant when none is named.
pub const BANK: &str = "bank";
/// The schema of what happened, one table for each kind of act.
pub const EVENTS: &str = "events";
/// The schema of what lies in files.
pub const STORED: &str = "stored";

const SQL: &str = include_str!("bank.sql");

/// The tables of the schema `bank`, by name.
pub fn bank() -> &'static BTreeMap<String, View> {
    static VIEWS: OnceLock<BTreeMap<String, View>> = OnceLock::new();
    VIEWS.get_or_init(|| {
        let parts = SQL.split("\n-- table ").skip(1);
        let named = parts.map(parse).map(|view| (view.name.clone(), view));
        let mut views: BTreeMap<String, View> = named.collect();
        // Kinds of act that nothing better is made of are tables as they are.
        for table in facts::TABLES {
            if !RENAMED.contains(&table.name) && !views.contains_key(table.name) {
                views.insert(table.name.to_owned(), event(table));
            }
        }
        views
    })
}

/// Kinds of act that stand under another name in the schema `bank`.
const RENAMED: [&str; 3] = ["chart_lines", "role_grants", "role_revocations"];

/// The tables of the schema `events`, by name.
pub fn events() -> &'static BTreeMap<String, View> {
    static VIEWS: OnceLock<BTreeMap<String, View>> = OnceLock::new();
    VIEWS.get_or_init(|| {
        facts::TABLES.iter().map(|table| (table.name.to_owned(), event(table))).collect()
    })
}

fn column(name: &str, level: u8, unit: &str, meaning: &str) -> Column {
    Column { name: name.into(), level, unit: unit.into(), meaning: meaning.into() }
}

/// Where a row stands.
fn place() -> Vec<Column> {
    vec![
        column("entry", 2, "", "The entry of the journal it stands in."),
        column("row", 2, "", "Its row in that entry, from 0."),
    ]
}

/// One part of `bank.sql`: a line with the name, lines that say what it is, lines of columns, the query.
fn parse(part: &str) -> View {
    let (name, rest) = part.split_once('\n').unwrap_or((part, ""));
    let mut view = View {
        name: name.trim().to_owned(),
        meaning: String::new(),
        columns: place(),
        sql: String::new(),
    };
    for line in rest.lines() {
        let Some(said) = line.strip_prefix("-- ") else {
            view.sql.push_str(line);
            view.sql.push('\n');
            continue;
        };
        let cells: Vec<&str> = said.split('|').map(str::trim).collect();
        match cells[..] {
            [name, level, unit, meaning] => {
                view.columns.push(column(name, level.parse().unwrap_or(0), unit, meaning));
            }
            _ => view.meaning.push_str(said.trim()),
        }
    }
    let end = view.sql.trim_end().trim_end_matches(';').len();
    view.sql.truncate(end);
    view
}

/// The table of a kind of act, ids and words as text.
fn event(table: &facts::Table) -> View {
    let mut columns = place();
    columns.push(column("time", 3, "", "When it was decided."));
    columns.push(column("booking_date", 3, "", "The business day it was decided on."));
    let mut sql = "SELECT entry, \"row\", time, booking_date".to_owned();
    for field in table.fields {
        let name = field.name;
        let level = field.class as u8;
        let text = match field.sort {
            Sort::Account => format!("account_text({name}_key) AS {name}, {name}_key"),
            Sort::Party => format!("party_text({name}_key) AS {name}, {name}_key"),
            Sort::Transfer | Sort::Id => format!("id_text({name}_hi, {name}_lo) AS {name}"),
            Sort::Sealed => sealed(table, field),
            _ => format!("\"{name}\""),
        };
        let _ = write!(sql, ", {text}");
        let unit =
            if field.sort == Sort::Amount { "main units of the currency" } else { field.unit };
        columns.push(column(name, level, unit, field.meaning));
        match field.sort {
            Sort::Account => {
                let meaning = "The account's number in order of opening, for machines.";
                columns.push(column(&format!("{name}_key"), 2, "", meaning));
            }
            Sort::Party => {
                let meaning = "The party's number in order of registration, for machines.";
                columns.push(column(&format!("{name}_key"), 2, "", meaning));
            }
            Sort::Sealed => {
                let meaning = "The commitment to it, which stays when the party is erased.";
                columns.push(column(&format!("{name}_commitment"), 2, "", meaning));
            }
            _ => {}
        }
    }
    let _ = write!(sql, " FROM {STORED}.{}", table.name);
    let (name, meaning) = (table.name.to_owned(), table.meaning.to_owned());
    View { name, meaning, columns, sql }
}

/// A sealed text opened, and its commitment. A map of fields is opened by `bank.parties`, not here.
fn sealed(table: &facts::Table, field: &facts::Field) -> String {
    let name = field.name;
    let party = table.fields.iter().find(|other| other.sort == Sort::Party);
    let party = party.map_or("party", |party| party.name);
    let opened = format!(
        "unsealed({party}_key, {name}_commitment, {name}_cipher, {name}_nonce, {name}_ciphertext)"
    );
    format!("personal({opened}, '') AS {name}, {name}_commitment")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_and_column_says_what_it_is() {
        for view in bank().values().chain(events().values()) {
            assert!(view.meaning.ends_with('.'), "{}: {:?}", view.name, view.meaning);
            assert!(view.sql.contains("SELECT"), "{}", view.name);
            for column in &view.columns {
                let whole = column.meaning.ends_with('.') && (1..=5).contains(&column.level);
                assert!(whole, "{}.{}: {:?}", view.name, column.name, column.meaning);
            }
        }
        for name in [
            "transfers",
            "postings",
            "balances",
            "holds",
            "limits",
            "refusals",
            "entries",
            "checkpoints",
            "parties",
            "accounts",
            "account_roles",
            "day_closes",
        ] {
            assert!(bank().contains_key(name), "{name}");
        }
    }
}
