//! docs/security.md says of each requirement how it is met and which test would see it broken. A test that it names exists:
//! a test function by its name, or a line of a siege as `script: words of the line`. A row without a test says why.

use super::Finding;
use super::tree::Tree;

const PAGE: &str = "docs/security.md";
const SIEGE: &str = "crates/tongjian/tests/siege/";

/// Tests that the page names and nobody wrote, and rows that name none without saying why.
pub fn unknown_tests(tree: &Tree) -> Vec<Finding> {
    let lines = tree.text(PAGE).unwrap_or_default().lines().enumerate();
    lines
        .filter_map(|(i, line)| Some((i + 1, cells(line)?)))
        .flat_map(|row| faults(tree, row))
        .collect()
}

/// The cells of a row about a requirement: its first names one, such as V1.2.3.
fn cells(line: &str) -> Option<Vec<&str>> {
    let inner = line.trim_end().strip_prefix('|')?.strip_suffix('|')?;
    inner.trim_start().starts_with('V').then(|| inner.split('|').map(str::trim).collect())
}

fn faults(tree: &Tree, (line, cells): (usize, Vec<&str>)) -> Vec<Finding> {
    let [.., how, tests] = cells.as_slice() else {
        return vec![Finding::new(
            PAGE,
            line,
            "a row has what is asked, how it is met, and its tests",
        )];
    };
    let named: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
    let said = |word: &&str| how.starts_with(*word) || tests.starts_with(*word);
    if named.is_empty() && !["**Not met.**", "**In part.**", "**By eye.**"].iter().any(said) {
        return vec![Finding::new(PAGE, line, "the row names no test and does not say why")];
    }
    let unknown = named.into_iter().filter(|name| !exists(tree, name));
    unknown.map(|name| Finding::new(PAGE, line, format!("there is no test `{name}`"))).collect()
}

fn exists(tree: &Tree, name: &str) -> bool {
    if let Some((script, words)) = name.split_once(": ") {
        let text = tree.text(&format!("{SIEGE}{script}.py"));
        return text.is_some_and(|text| text.contains(words));
    }
    tree.sources().any(|(_, source)| {
        source
            .functions
            .iter()
            .any(|function| function.name == name && source.is_test(function.first))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(row: &str) -> Vec<Finding> {
        unknown_tests(&Tree::of(&[
            (PAGE, row),
            ("crates/api/tests/api/a.rs", "#[test]\nfn it_holds() {}\n"),
            ("crates/api/src/a.rs", "fn no_test() {}\n"),
            ("crates/tongjian/tests/siege/wire.py", "TABLE.row(\"TLS 1.3 is spoken\")\n"),
        ]))
    }

    #[test]
    fn a_test_that_nobody_wrote_is_found() {
        assert_eq!(found("| V1.2.3 | a | b | `it_holds`, `wire: TLS 1.3 is spoken` |\n"), []);
        assert_eq!(found("| V1.2.3 | a | b | `it_does_not_hold` |\n").len(), 1);
        assert_eq!(found("| V1.2.3 | a | b | `no_test` |\n").len(), 1);
        assert_eq!(found("| V1.2.3 | a | b | `wire: TLS 1.2 is spoken` |\n").len(), 1);
        assert_eq!(found("| V1.2.3 | a | b | `rights: TLS 1.3 is spoken` |\n").len(), 1);
    }

    #[test]
    fn a_row_without_a_test_says_why() {
        assert_eq!(found("| V1.2.3 | a | b | |\n").len(), 1);
        assert_eq!(found("| V1.2.3 | a | **Not met.** There are no pages. | |\n"), []);
        assert_eq!(found("| V1.2.3 | a |\n").len(), 1);
        assert_eq!(found("| other | a |\n"), []);
    }
}
