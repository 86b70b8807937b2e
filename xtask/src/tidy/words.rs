//! Words that must not stand where they stand: empty names, floats in the core, work left open, tests that do
//! not run, paths of one machine, and paths in the docs that lead nowhere.

use super::Finding;
use super::lexer::is_word;
use super::source::{find_word, leading_name, line_of};
use super::tree::Tree;

/// A name that needs one of these has not found its thing yet.
const EMPTY_NAMES: [&str; 4] = ["manager", "helper", "util", "common"];

/// Crates where money and proofs are computed: integers only.
const CORE: [&str; 3] = ["crates/terms/", "crates/engine/", "crates/proof/"];

/// Modules, types and files under an empty name; in the docs, such a name in backticks.
pub fn empty_names(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    let says = |name: &str| format!("`{name}` is an empty name; say what the thing is");
    for (path, source) in tree.sources() {
        for keyword in ["mod", "struct", "enum", "trait", "type"] {
            for at in find_word(&source.code, keyword) {
                let name = leading_name(&source.code[at + keyword.len()..]);
                if is_empty_name(&name) {
                    found.push(Finding::new(path, line_of(&source.code, at), says(&name)));
                }
            }
        }
        let stem = path.rsplit('/').next().unwrap_or(path);
        if is_empty_name(stem.trim_end_matches(".rs")) {
            found.push(Finding::new(path, 1, says(stem)));
        }
    }
    for (path, line, name) in quoted_in_docs(tree) {
        if name.chars().all(is_word) && is_empty_name(name) && !EMPTY_NAMES.contains(&name) {
            found.push(Finding::new(path, line, says(name)));
        }
    }
    found
}

/// `PathUtil`, `string_utils` and `Helpers` are empty names; `utility` (the company that sells water) is not.
fn is_empty_name(name: &str) -> bool {
    let mut words = String::new();
    for c in name.chars() {
        if c.is_uppercase() {
            words.push('_');
        }
        words.extend(c.to_lowercase());
    }
    words.split('_').any(|word| EMPTY_NAMES.contains(&word.trim_end_matches('s')))
}

/// Floating point where only integers may decide.
pub fn floats_in_the_core(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, source) in
        tree.sources().filter(|(path, _)| CORE.iter().any(|home| path.starts_with(home)))
    {
        for float in ["f32", "f64"] {
            for at in find_word(&source.code, float) {
                found.push(Finding::new(
                    path,
                    line_of(&source.code, at),
                    format!("`{float}` in the core"),
                ));
            }
        }
    }
    found
}

/// Work left open. Issues hold what is to be done; the tree holds what is.
pub fn left_open(tree: &Tree) -> Vec<Finding> {
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
    let mut found = Vec::new();
    let mut look = |path: &str, line: usize, text: &str| {
        for mark in marks.iter().filter(|mark| find_word(text, mark).next().is_some()) {
            found.push(Finding::new(
                path,
                line,
                format!("{mark} leaves something open: do it or file it"),
            ));
        }
    };
    for (path, source) in tree.sources() {
        source.comments.iter().for_each(|comment| look(path, comment.line, &comment.text));
    }
    for (path, text) in tree.texts().filter(|(path, _)| !path.ends_with(".rs")) {
        text.lines().enumerate().for_each(|(i, line)| look(path, i + 1, line));
    }
    found
}

/// Tests that do not run.
pub fn ignored_tests(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, source) in tree.sources() {
        for (at, _) in source.code.match_indices("#[ignore") {
            let says = "an ignored test; assert what happens today and say so";
            found.push(Finding::new(path, line_of(&source.code, at), says));
        }
    }
    found
}

/// Absolute paths that exist on one machine only.
pub fn paths_of_a_machine(tree: &Tree) -> Vec<Finding> {
    let folders = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/tmp/", "target-")];
    let mut found = Vec::new();
    for (path, text) in tree.texts() {
        for (i, line) in text.lines().enumerate() {
            // A folder of that name inside a relative path may stand.
            let absolute = |folder: &&&str| {
                let mut places = line.match_indices(**folder);
                places.any(|(at, _)| {
                    !line[..at].ends_with(|c: char| is_word(c) || "./-}".contains(c))
                })
            };
            for folder in folders.iter().filter(absolute) {
                found.push(Finding::new(
                    path,
                    i + 1,
                    format!("`{folder}` is a path of one machine"),
                ));
            }
        }
    }
    found
}

/// A path in the docs that leads nowhere in the tree.
pub fn dead_paths(tree: &Tree) -> Vec<Finding> {
    let homes =
        ["crates/", "docs/", "bench/", "xtask/", "scenarios/", "rulebook/", "fuzz/", ".ci/"];
    let plain = |name: &str| name.chars().all(|c| is_word(c) || "./-".contains(c));
    quoted_in_docs(tree)
        .filter(|(_, _, name)| homes.iter().any(|home| name.starts_with(home)) && plain(name))
        .filter(|(_, _, name)| !tree.has(name))
        .map(|(path, line, name)| Finding::new(path, line, format!("`{name}` is not in the tree")))
        .collect()
}

/// Everything in single backticks in our Markdown: file, line, text.
fn quoted_in_docs(tree: &Tree) -> impl Iterator<Item = (&str, usize, &str)> {
    tree.texts().filter(|(path, _)| path.ends_with(".md")).flat_map(|(path, text)| {
        let lines = text.lines().enumerate().filter(|(_, line)| !line.starts_with("```"));
        lines.flat_map(move |(i, line)| {
            line.split('`').skip(1).step_by(2).map(move |name| (path, i + 1, name))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(found: &[Finding]) -> Vec<usize> {
        found.iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn empty_names_are_found_in_code_files_and_docs() {
        let tree = Tree::of(&[
            (
                "a/src/x.rs",
                "mod string_utils;\nstruct AccountManager;\nstruct Utility;\nfn helper() {}\n",
            ),
            ("a/src/helpers.rs", ""),
            ("docs/a.md", "The `PathHelper` does it; `manager` is a word we avoid.\n"),
        ]);
        let mut found = empty_names(&tree);
        found.sort();
        let places: Vec<_> = found.iter().map(|f| (f.path.as_str(), f.line)).collect();
        assert_eq!(
            places,
            [("a/src/helpers.rs", 1), ("a/src/x.rs", 1), ("a/src/x.rs", 2), ("docs/a.md", 1)]
        );
    }

    #[test]
    fn floats_are_found_in_the_core_only() {
        let code = "// f64 in a comment\nfn f(x: f64) -> f32 {}\n";
        let tree = Tree::of(&[("crates/engine/src/a.rs", code), ("crates/city/src/a.rs", code)]);
        assert_eq!(lines(&floats_in_the_core(&tree)), [2, 2]);
    }

    #[test]
    fn work_left_open_is_found_in_comments_and_text() {
        let code =
            format!("// {}: later\nlet s = \"{}\";\n", concat!("TO", "DO"), concat!("FIX", "ME"));
        let text = format!("fine\n# {}\n", concat!("FIX", "ME"));
        let tree = Tree::of(&[("a.rs", &code), ("b.sh", &text)]);
        let found = left_open(&tree);
        assert_eq!(lines(&found), [1, 2]);
    }

    #[test]
    fn ignored_tests_are_found() {
        let tree = Tree::of(&[("a.rs", "#[test]\n#[ignore = \"slow\"]\nfn f() {}\n")]);
        assert_eq!(lines(&ignored_tests(&tree)), [2]);
    }

    #[test]
    fn paths_of_a_machine_are_found_and_relative_ones_are_not() {
        let text = format!("see {}x\nsee a{}x\n", concat!("/wo", "rk/"), concat!("/wo", "rk/"));
        let tree = Tree::of(&[("docs/a.md", &text)]);
        assert_eq!(lines(&paths_of_a_machine(&tree)), [1]);
    }

    #[test]
    fn a_path_in_the_docs_that_leads_nowhere_is_found() {
        let text = "`docs/a.md` `docs/` `crates/gone.rs` `crates/{a,b}` `cargo run`\n";
        let tree = Tree::of(&[("docs/a.md", text)]);
        let found = dead_paths(&tree);
        assert_eq!(found, [Finding::new("docs/a.md", 1, "`crates/gone.rs` is not in the tree")]);
    }
}
