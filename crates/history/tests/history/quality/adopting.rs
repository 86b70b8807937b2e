//! A pack that cannot be planned is refused with file, line and reason, and every other pack with it.

use super::script::Script;
use super::stage::{Stage, run};
use history::CheckFailed;
use rulebook::{BookRefused, Pack, Rulebook};
use std::path::{Path, PathBuf};

const PACK: &str = r#"format = 1
id = "ID"
version = 1
title = "For a test"
title_zh = "测试"
source = "This test"
clause = "all of it"
effective_from = 2026-01-01
confidence = "own"
"#;

/// The head of a rule; what is behind it begins on line 12.
const HEAD: &str = r#"-- ---
-- id = "ID"
-- kind = "quality"
-- dimension = "validity"
-- severity = "minor"
-- table = "parties"
-- form = "query"
-- says = "So"
-- says_zh = "是"
-- breaks = "Not so"
-- ---
"#;

/// The head of an indicator; what is behind it begins on line 9.
const INDICATOR: &str = r#"-- ---
-- id = "ID"
-- kind = "indicator"
-- unit = "%"
-- unit_zh = "%"
-- says = "So"
-- says_zh = "是"
-- ---
"#;

const GOOD: &str = "SELECT entry, \"row\", party AS subject, kind\nFROM parties\nWHERE name = ''\n";

/// A rule whose body is a condition: its head is a line longer.
fn condition(sql: &str) -> String {
    let head = HEAD.replace("\"query\"", "\"rows\"");
    let subject = "-- subject = \"party\"\n-- says = \"So\"";
    head.replace("-- says = \"So\"", subject) + sql
}

/// A folder of packs that goes when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let name = format!("tongjian-packs-{}-{name}", std::process::id());
        let folder = Folder(std::env::temp_dir().join(name));
        let _ = std::fs::remove_dir_all(&folder.0);
        folder
    }

    /// A pack of these rules, each by its id.
    fn pack(self, id: &str, rules: &[(&str, String)]) -> Folder {
        let folder = self.0.join(id);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("pack.toml"), PACK.replace("ID", id)).unwrap();
        for (rule, text) in rules {
            std::fs::write(folder.join(format!("{rule}.sql")), text.replace("ID", rule)).unwrap();
        }
        self
    }

    fn book(&self) -> Result<Rulebook, BookRefused> {
        rulebook::load(&self.0)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What is said of a refused book, with its files as they are named below the folder.
fn said(refused: &BookRefused, folder: &Path) -> String {
    refused.to_string().replace(&format!("{}/", folder.display()), "")
}

fn bank() -> Stage {
    let script = Script::named("clean.scenario");
    Stage::after(&script.opening, &script.scenarios[0])
}

fn adopted(folder: &Folder) -> Result<(), BookRefused> {
    let book = folder.book().unwrap_or_else(|refused| panic!("{refused}"));
    run(async {
        let bank = bank();
        let desk = bank.desk(false).await;
        desk.adopt(&bank.snapshot(&desk), &book).await
    })
}

/// Why one rule of an otherwise good pack is refused.
fn why(name: &str, text: String) -> String {
    let good = || HEAD.to_owned() + GOOD;
    let folder = Folder::new(name);
    let folder = folder.pack("one", &[("first", good()), ("rule", text), ("third", good())]);
    let refused = adopted(&folder).unwrap_err();
    said(&refused, &folder.0)
}

const NO_TABLE: &str = "there is no table partys; did you mean parties or payees? \
    `SELECT table_name FROM information_schema.tables` lists all";

const ONE: &str = "the rulebook has 1 fault, so nothing of it was loaded\none/rule.sql:";

#[test]
fn a_good_pack_is_taken() {
    let rules =
        [("first", HEAD.to_owned() + GOOD), ("second", condition("kind = 'robot' -- or so\n"))];
    let folder = Folder::new("good").pack("one", &rules);
    assert_eq!(adopted(&folder), Ok(()));
}

#[test]
fn an_unknown_column_is_named_with_its_place() {
    let text =
        HEAD.to_owned() + "SELECT entry, \"row\", party AS subject\nFROM parties\nWHERE nam = ''\n";
    assert_eq!(
        why("column", text),
        format!("{ONE}14: column 7: there is no column nam here; did you mean name, row, entry?")
    );
    let text = condition("kind = 'person'\n    AND nam = ''\n");
    assert_eq!(
        why("column-of-rows", text),
        format!("{ONE}14: column 9: there is no column nam here; did you mean name, row, entry?")
    );
}

#[test]
fn an_unknown_table_is_named() {
    let text = HEAD.to_owned() + "SELECT entry, \"row\", party AS subject\nFROM partys\n";
    assert_eq!(why("table", text), format!("{ONE}13: column 6: {NO_TABLE}"));
    let text = condition("name = ''\n").replace("\"parties\"", "\"partys\"");
    assert_eq!(why("table-of-rows", text), format!("{ONE}12: {NO_TABLE}"));
}

#[test]
fn what_is_no_sql_is_shown_where_it_ends() {
    let text =
        HEAD.to_owned() + "SELECT entry, \"row\", party AS subject\nFROM parties\nWHER name = ''\n";
    assert_eq!(
        why("sql", text),
        format!(
            "{ONE}14: column 6: the query cannot be read: Expected: end of statement, found: name"
        )
    );
}

#[test]
fn other_columns_than_a_rule_must_give_are_refused() {
    let text = HEAD.to_owned() + "SELECT entry, party AS subject, \"row\" FROM parties\n";
    assert_eq!(
        why("columns", text),
        format!(
            "{ONE}12: column 1: a quality rule gives entry, \"row\" and subject first, and this gives entry, subject, row"
        )
    );
    let text = INDICATOR.to_owned() + "SELECT count(*) AS value FROM parties\n";
    assert_eq!(
        why("indicator", text),
        format!(
            "{ONE}9: column 1: an indicator gives the numbers value and sample, and this gives value"
        )
    );
    let text =
        INDICATOR.to_owned() + "SELECT max(kind) AS value, count(*) AS sample FROM parties\n";
    assert_eq!(
        why("indicator-of-text", text),
        format!(
            "{ONE}9: column 1: an indicator gives the numbers value and sample, and this gives value, sample"
        )
    );
}

#[test]
fn whatever_would_change_something_is_refused() {
    let text = HEAD.to_owned() + "DELETE FROM parties\n";
    let folder = Folder::new("delete").pack("one", &[("rule", text)]);
    assert_eq!(
        said(&folder.book().unwrap_err(), &folder.0),
        format!("{ONE}12: a query begins with SELECT or WITH")
    );
    let text = HEAD.to_owned()
        + "WITH gone AS (DELETE FROM parties RETURNING party)\nSELECT 0 AS entry, 0 AS \"row\", party AS subject FROM gone\n";
    assert_eq!(
        why("hidden-delete", text),
        format!(
            "{ONE}12: column 1: queries here only read: one SELECT (or VALUES, or WITH … SELECT), nothing that creates, changes, copies or sets anything"
        )
    );
}

#[test]
fn one_bad_rule_among_good_ones_refuses_all_and_every_fault_is_told() {
    let good = || HEAD.to_owned() + GOOD;
    let bad = HEAD.to_owned() + "SELECT entry, \"row\", party AS subject\nFROM partys\n";
    let worse = condition("nam = ''\n    AND kind = 'person'\n");
    let folder = Folder::new("among")
        .pack("a-good", &[("alpha", good()), ("beta", good())])
        .pack("b-bad", &[("delta", bad), ("gamma", good()), ("epsilon", worse)])
        .pack("c-good", &[("zeta", good())]);
    assert_eq!(
        said(&adopted(&folder).unwrap_err(), &folder.0),
        format!(
            "the rulebook has 2 faults, so nothing of it was loaded\n\
         b-bad/delta.sql:13: column 6: {NO_TABLE}\n\
         b-bad/epsilon.sql:13: column 1: there is no column nam here; did you mean name, row, entry?"
        )
    );
    // And whoever runs it without asking first gets no verdict either, not even of the good ones.
    let book = folder.book().unwrap();
    let packs: Vec<&Pack> = book.packs.iter().collect();
    run(async {
        let bank = bank();
        let desk = bank.desk(false).await;
        let checked = desk.check(&bank.snapshot(&desk), &packs, 10).await;
        assert!(matches!(checked, Err(CheckFailed::Refused(refused)) if refused.faults.len() == 2));
        let good = desk.check(&bank.snapshot(&desk), &packs[..1], 10).await.unwrap();
        assert_eq!(good[0].verdicts.len(), 2);
    });
}
