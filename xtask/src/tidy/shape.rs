//! The shape of a file: it opens by saying what it is for, and neither it nor a function outgrows its reader.

use super::Finding;
use super::tree::Tree;

const HEADER_LINES_MAX: usize = 6;
const FUNCTION_LINES_MAX: usize = 70;
const FILE_LINES_MAX: usize = 800;

/// Each file opens with one to six lines of `//!`, after inner attributes if it has any.
pub fn headers(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, source) in tree.sources() {
        let skipped = |line: &&String| line.trim().is_empty() || line.starts_with("#!");
        let lines = source.lines.iter().skip_while(skipped);
        let header = lines.take_while(|line| line.starts_with("//!")).count();
        if header == 0 {
            found.push(Finding::new(
                path,
                1,
                "does not open with a `//!` line that says what it is for",
            ));
        }
        if header > HEADER_LINES_MAX {
            let says = format!(
                "the header has {header} lines; {HEADER_LINES_MAX} are enough to say what to read"
            );
            found.push(Finding::new(path, 1, says));
        }
    }
    found
}

/// A function fits a screen; tests may be longer, because a play is read from top to bottom.
pub fn long_functions(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, source) in tree.sources() {
        for function in source.functions.iter().filter(|function| !source.is_test(function.first)) {
            let lines = function.last - function.first + 1;
            if lines > FUNCTION_LINES_MAX {
                let says = format!(
                    "`{}` has {lines} lines; a screen is {FUNCTION_LINES_MAX}",
                    function.name
                );
                found.push(Finding::new(path, function.first, says));
            }
        }
    }
    found
}

/// A file is one thing.
pub fn long_files(tree: &Tree) -> Vec<Finding> {
    let long = tree.sources().filter(|(_, source)| source.lines.len() > FILE_LINES_MAX);
    let says = |lines: usize| {
        format!("has {lines} lines; above {FILE_LINES_MAX} it is more than one thing")
    };
    long.map(|(path, source)| Finding::new(path, 1, says(source.lines.len()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function_of(lines: usize) -> String {
        format!("//! Header.\nfn f() {{\n{}}}\n", "    g();\n".repeat(lines - 2))
    }

    #[test]
    fn a_file_without_header_is_found_and_attributes_may_stand_before_it() {
        let tree = Tree::of(&[
            ("a.rs", "fn f() {}\n"),
            ("b.rs", "#![no_std]\n\n//! Words.\n"),
            ("c.rs", &"//! Too much.\n".repeat(7)),
        ]);
        let found = headers(&tree);
        assert_eq!(found.iter().map(|f| f.path.as_str()).collect::<Vec<_>>(), ["a.rs", "c.rs"]);
    }

    #[test]
    fn a_function_longer_than_a_screen_is_found_unless_it_tests() {
        let test = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", function_of(90));
        let tree =
            Tree::of(&[("a.rs", &function_of(70)), ("b.rs", &function_of(71)), ("c.rs", &test)]);
        let found = long_functions(&tree);
        assert_eq!(found, [Finding::new("b.rs", 2, "`f` has 71 lines; a screen is 70")]);
    }

    #[test]
    fn a_file_that_is_more_than_one_thing_is_found() {
        let tree = Tree::of(&[("a.rs", &"\n".repeat(800)), ("b.rs", &"\n".repeat(801))]);
        assert_eq!(long_files(&tree).len(), 1);
    }
}
