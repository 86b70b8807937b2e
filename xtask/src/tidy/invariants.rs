//! An invariant's name stands in docs/invariants.md, at the code that keeps it and at a test that would see it
//! break. In code it is written as a comment `INVARIANT (name)`; in a test as that comment, as the whole
//! string "name", or in the name of a test function.

use std::collections::BTreeMap;

use super::Finding;
use super::source::{Function, Source};
use super::tree::Tree;

const PAGE: &str = "docs/invariants.md";

/// Crates that publish nothing and only test: what they say counts as a test.
const ONLY_TESTS: [&str; 1] = ["crates/sim/"];

/// An invariant that no code claims to keep.
pub fn without_code(tree: &Tree) -> Vec<Finding> {
    let kept: Vec<&str> = marks(tree).filter(|mark| !mark.in_test).map(|mark| mark.name).collect();
    let lost = sentences(tree).into_iter().filter(|(name, _)| !kept.contains(name));
    lost.map(|(name, line)| {
        let says = format!("`{name}` has no INVARIANT ({name}) in the code that keeps it");
        Finding::new(PAGE, line, says)
    })
    .collect()
}

/// An invariant that no test would see break.
pub fn without_test(tree: &Tree) -> Vec<Finding> {
    let unseen = sentences(tree).into_iter().filter(|(name, _)| !is_tested(tree, name));
    unseen
        .map(|(name, line)| Finding::new(PAGE, line, format!("`{name}` is named by no test")))
        .collect()
}

/// A name in the code that the page does not explain.
pub fn without_sentence(tree: &Tree) -> Vec<Finding> {
    let known = sentences(tree);
    let unknown = marks(tree).filter(|mark| !known.contains_key(mark.name));
    unknown
        .map(|mark| Finding::new(mark.path, mark.line, format!("`{}` is not in {PAGE}", mark.name)))
        .collect()
}

/// Name -> line of the rows of the page: each begins with the name in backticks.
fn sentences(tree: &Tree) -> BTreeMap<&str, usize> {
    let lines = tree.text(PAGE).unwrap_or_default().lines().enumerate();
    lines
        .filter_map(|(i, line)| {
            let name = line.strip_prefix("| `")?.split('`').next()?;
            Some((name, i + 1))
        })
        .collect()
}

/// One `INVARIANT (name)` in a comment.
struct Mark<'a> {
    path: &'a str,
    line: usize,
    name: &'a str,
    in_test: bool,
}

fn marks(tree: &Tree) -> impl Iterator<Item = Mark<'_>> {
    let ours = tree.sources().filter(|(path, _)| !path.starts_with("xtask/"));
    ours.flat_map(|(path, source)| {
        source.comments.iter().flat_map(move |comment| {
            let names =
                comment.text.split("INVARIANT (").skip(1).filter_map(|rest| rest.split(')').next());
            let in_test = only_tests(path) || source.is_test(comment.line);
            // One mark may carry several names.
            let names = names.flat_map(|list| list.split(", "));
            names.map(move |name| Mark { path, line: comment.line, name, in_test })
        })
    })
}

fn is_tested(tree: &Tree, name: &str) -> bool {
    let marked = marks(tree).any(|mark| mark.in_test && mark.name == name);
    marked || tree.sources().any(|(path, source)| names_it(path, source, name))
}

fn names_it(path: &str, source: &Source, name: &str) -> bool {
    let in_test = |line: usize| only_tests(path) || source.is_test(line);
    let in_name = |function: &Function| {
        let words = format!("_{}_", function.name);
        words.contains(&format!("_{}_", name.replace('-', "_")))
    };
    let quoted = source.strings.iter().any(|string| string.text == name && in_test(string.line));
    quoted || source.functions.iter().any(|function| in_test(function.first) && in_name(function))
}

fn only_tests(path: &str) -> bool {
    ONLY_TESTS.iter().any(|folder| path.starts_with(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE_TEXT: &str =
        "# Invariants\n\n| `once` | at most once |\n| `monotone-time` | never back |\n";

    #[test]
    fn a_sentence_without_code_or_test_is_found() {
        let tree = Tree::of(&[
            (PAGE, PAGE_TEXT),
            ("crates/engine/src/a.rs", "// INVARIANT (once): ids\n"),
            ("crates/node/tests/t.rs", "#[test]\nfn monotone_time_holds_over_a_restart() {}\n"),
        ]);
        assert_eq!(without_code(&tree).iter().map(|f| f.line).collect::<Vec<_>>(), [4]);
        assert_eq!(without_test(&tree).iter().map(|f| f.line).collect::<Vec<_>>(), [3]);
    }

    #[test]
    fn the_auditor_counts_as_a_test_and_not_as_code() {
        let tree = Tree::of(&[
            (PAGE, PAGE_TEXT),
            (
                "crates/sim/src/auditor.rs",
                "// INVARIANT (monotone-time)\nconst A: &str = \"once\";\n",
            ),
        ]);
        assert_eq!(without_test(&tree), []);
        assert_eq!(without_code(&tree).len(), 2);
    }

    #[test]
    fn a_name_the_page_does_not_explain_is_found() {
        let tree = Tree::of(&[
            (PAGE, PAGE_TEXT),
            ("crates/engine/src/a.rs", "// INVARIANT (once, twice)\n"),
        ]);
        assert_eq!(
            without_sentence(&tree).iter().map(|f| f.says.as_str()).collect::<Vec<_>>(),
            ["`twice` is not in docs/invariants.md"]
        );
    }
}
