//! One Rust file: its code and comments, its functions, and which of its lines only test.

use super::lexer::{Lexed, Piece, is_word, lex};

/// A function with a body.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    pub name: String,
    /// First line of the signature, and the line of the closing brace.
    pub first: usize,
    pub last: usize,
}

/// A module written inside its file.
#[derive(Debug)]
pub struct Inline {
    pub name: String,
    pub first: usize,
    pub last: usize,
}

/// A Rust file, read once and asked by many rules.
pub struct Source {
    pub lines: Vec<String>,
    pub code: String,
    pub comments: Vec<Piece>,
    pub strings: Vec<Piece>,
    pub functions: Vec<Function>,
    pub inline_modules: Vec<Inline>,
    tests: Vec<(usize, usize)>,
    only_tests: bool,
}

impl Source {
    /// Reads a file; the path tells whether all of it is a test.
    pub fn read(path: &str, text: &str) -> Source {
        let Lexed { code, comments, strings } = lex(text);
        let only_tests =
            path.contains("/tests/") || path.ends_with("tests.rs") || path.starts_with("tests/");
        Source {
            lines: text.lines().map(str::to_owned).collect(),
            functions: functions(&code),
            inline_modules: inline_modules(&code),
            tests: test_regions(&code),
            only_tests,
            code,
            comments,
            strings,
        }
    }

    /// True when the line (from 1) exists only for tests.
    pub fn is_test(&self, line: usize) -> bool {
        self.only_tests || self.tests.iter().any(|&(first, last)| (first..=last).contains(&line))
    }
}

/// Offsets where `word` stands as a whole word.
pub fn find_word<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    code.match_indices(word).map(|(at, _)| at).filter(move |&at| {
        let before = code[..at].chars().next_back();
        let after = code[at + word.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

/// Line of an offset, counted from 1.
pub fn line_of(code: &str, at: usize) -> usize {
    1 + code[..at].matches('\n').count()
}

/// The name that starts at the first non-blank character.
pub fn leading_name(code: &str) -> String {
    code.trim_start().chars().take_while(|&c| is_word(c)).collect()
}

fn functions(code: &str) -> Vec<Function> {
    let mut found = Vec::new();
    for at in find_word(code, "fn") {
        let name = leading_name(&code[at + 2..]);
        if name.is_empty() {
            continue;
        }
        if let Some(end) = end_of_item(code, at).filter(|&end| code[end..].starts_with('}')) {
            found.push(Function { name, first: line_of(code, at), last: line_of(code, end) });
        }
    }
    found
}

fn inline_modules(code: &str) -> Vec<Inline> {
    let mut found = Vec::new();
    for at in find_word(code, "mod") {
        let name = leading_name(&code[at + 3..]);
        let end = end_of_item(code, at).filter(|&end| code[end..].starts_with('}'));
        if let (false, Some(end)) = (name.is_empty(), end) {
            found.push(Inline { name, first: line_of(code, at), last: line_of(code, end) });
        }
    }
    found
}

fn test_regions(code: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for mark in ["#[cfg(test)]", "#[cfg(all(test", "#[test]"] {
        for (at, _) in code.match_indices(mark) {
            let after = at + code[at..].find(']').map_or(mark.len(), |end| end + 1);
            if let Some(end) = end_of_item(code, after) {
                found.push((line_of(code, at), line_of(code, end)));
            }
        }
    }
    found
}

/// Offset of what ends the item at `start`: its `;`, or the brace that closes its body.
fn end_of_item(code: &str, start: usize) -> Option<usize> {
    let (mut braces, mut others) = (0usize, 0usize);
    for (at, c) in code[start..].char_indices() {
        match c {
            '(' | '[' => others += 1,
            ')' | ']' => others = others.checked_sub(1)?,
            '{' => braces += 1,
            '}' => {
                braces = braces.checked_sub(1)?;
                if braces == 0 && others == 0 {
                    return Some(start + at);
                }
            }
            ';' if braces == 0 && others == 0 => return Some(start + at),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_measured_from_signature_to_closing_brace() {
        let text = "trait T {\n    fn none(&self) -> [u8; 4];\n}\nfn two(\n    x: [u8; 2],\n) {\n    g(\"}\");\n}\n";
        let source = Source::read("a.rs", text);
        assert_eq!(source.functions, [Function { name: "two".to_owned(), first: 4, last: 8 }]);
    }

    #[test]
    fn test_modules_and_test_files_are_known() {
        let source = Source::read(
            "a.rs",
            "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\nfn c() {}\n",
        );
        assert!(!source.is_test(1) && source.is_test(2) && source.is_test(5) && !source.is_test(6));
        assert_eq!(source.inline_modules[0].name, "tests");
        assert!(Source::read("crates/x/tests/y.rs", "fn a() {}").is_test(1));
    }

    #[test]
    fn words_are_found_whole() {
        assert_eq!(find_word("fnord fn f32x f32", "fn").collect::<Vec<_>>(), [6]);
        assert_eq!(find_word("fnord fn f32x f32", "f32").count(), 1);
    }
}
