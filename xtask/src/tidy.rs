//! Reads our own source and lists what readers trip over; contents of `tidy/`.
//! Each rule is one function from the tree to its findings, and each has a test with a planted violation.
//! Findings are facts about the text: nothing is built and nothing is changed.

use std::fmt;
use std::path::Path;

use crate::steps;

mod tree;
mod lexer;
mod source;
mod shape;
mod paths;
mod rings;
mod arrows;
mod invariants;
mod security;
mod words;

use tree::Tree;

/// One thing to mend.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    path: String,
    line: usize,
    says: String,
}

impl Finding {
    fn new(path: &str, line: usize, says: impl Into<String>) -> Finding {
        Finding { path: path.to_owned(), line, says: says.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.says)
    }
}

type Rule = fn(&Tree) -> Vec<Finding>;

/// Every rule with the name it is reported under.
const RULES: [(&str, Rule); 17] = [
    ("header", shape::headers),
    ("long function", shape::long_functions),
    ("long file", shape::long_files),
    ("ring", rings::rings),
    ("arrows", arrows::against_the_arrows),
    ("reasons", arrows::dependencies_without_reason),
    ("map", arrows::crates_missing_from_the_map),
    ("dead path", words::dead_paths),
    ("invariant without code", invariants::without_code),
    ("invariant without test", invariants::without_test),
    ("invariant without sentence", invariants::without_sentence),
    ("test that is not there", security::unknown_tests),
    ("name", words::empty_names),
    ("float", words::floats_in_the_core),
    ("left open", words::left_open),
    ("ignored test", words::ignored_tests),
    ("machine", words::paths_of_a_machine),
];

/// All findings of all rules in reading order, each behind the name of its rule.
fn findings(tree: &Tree) -> Vec<(&'static str, Finding)> {
    let mut all = Vec::new();
    for (name, rule) in RULES {
        let mut found = rule(tree);
        found.sort();
        all.extend(found.into_iter().map(|finding| (name, finding)));
    }
    all
}

/// Prints the findings in the tree under `root`; an error when there are any.
pub fn check(root: &Path) -> Result<(), String> {
    let tree =
        Tree::read(root).map_err(|source| format!("cannot read {}: {source}", root.display()))?;
    let found = findings(&tree);
    for (rule, finding) in &found {
        println!("{finding} [{rule}]");
    }
    println!("tidy: {} files, {} rules, {} findings", tree.len(), RULES.len(), found.len());
    if found.is_empty() { Ok(()) } else { Err(format!("{} findings", found.len())) }
}

/// `cargo xtask tidy`.
pub fn command() -> Result<bool, String> {
    Ok(check(&steps::root()).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clean_tree_has_no_findings() {
        let tree = Tree::of(&[
            ("ARCHITECTURE.md", "`terms` holds the words.\n"),
            ("docs/invariants.md", "| `sealed` | no name in clear |\n"),
            ("crates/terms/Cargo.toml", "[package]\nname = \"terms\"\n"),
            (
                "crates/terms/src/lib.rs",
                "//! Words.\n// INVARIANT (sealed)\nfn f() {}\n#[cfg(test)]\nmod tests {\n#[test]\nfn sealed() {}\n}\n",
            ),
        ]);
        assert_eq!(findings(&tree), []);
    }

    #[test]
    fn a_finding_names_its_rule_and_place() {
        let tree = Tree::of(&[("crates/terms/src/lib.rs", "fn f() {}\n")]);
        let found = findings(&tree);
        let (rule, finding) = &found[0];
        assert_eq!(*rule, "header");
        assert!(finding.to_string().starts_with("crates/terms/src/lib.rs:1: "), "{finding}");
    }
}
