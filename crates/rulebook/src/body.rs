//! The SQL of a rule and where it stands. Looks at the text only: that there is one statement, that strings,
//! comments and parentheses end. What it means is judged by whoever plans it.

use crate::fault::Fault;
use crate::limits::PARENTHESES_DEEP_MAX;

/// SQL as it stands in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// The file.
    pub file: String,
    /// The line of the file on which the SQL begins, from 1.
    pub line: usize,
    /// The SQL, comments included, without a `;` at its end.
    pub sql: String,
}

impl Body {
    /// The line of the file that holds a line of the SQL, both from 1.
    pub fn line_of(&self, line: usize) -> usize {
        self.line + line.saturating_sub(1)
    }

    /// A fault at a place within the SQL, as a planner names it: line and column, both from 1.
    pub fn fault_at(&self, line: usize, column: usize, reason: &str) -> Fault {
        Fault::at(&self.file, (self.line_of(line), column), reason)
    }
}

/// What stands at a place of a SQL text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Piece {
    /// A character that means itself.
    Plain(char),
    /// Within quotes.
    Quoted,
    /// White space or a comment.
    Between,
}

/// What is wrong with a text, and on which of its lines.
pub(crate) type Wrong = (usize, String);

/// A text that is one statement or expression, without its last `;`.
pub(crate) fn one_statement(text: &str) -> Result<&str, Wrong> {
    let pieces = pieces(text)?;
    let mut end = text.len();
    let mut semicolon = None;
    let mut any = false;
    for &(at, piece) in &pieces {
        match piece {
            Piece::Between => {}
            _ if semicolon.is_some() => {
                let says = "the SQL goes on after a `;`; a rule is one statement";
                return Err((line_at(text, at), says.to_owned()));
            }
            Piece::Plain(';') => {
                semicolon = Some(at);
                end = at;
            }
            _ => any = true,
        }
    }
    if !any {
        return Err((1, "there is no SQL".to_owned()));
    }
    parentheses(text, &pieces)?;
    Ok(text[..end].trim_end())
}

/// A text that fits between parentheses on one line: no comment, no second line.
pub(crate) fn one_line(text: &str) -> Result<(), String> {
    if text.contains(['\n', '\r']) {
        return Err("must be on one line".to_owned());
    }
    let pieces = pieces(text).map_err(|(_, says)| says)?;
    let comment = |&(at, piece): &(usize, Piece)| {
        piece == Piece::Between && !text[at..].starts_with(char::is_whitespace)
    };
    if pieces.iter().any(comment) {
        return Err("must not hold a comment".to_owned());
    }
    if pieces.iter().any(|&(_, piece)| piece == Piece::Plain(';')) {
        return Err("must not hold a `;`".to_owned());
    }
    parentheses(text, &pieces).map_err(|(_, says)| says)
}

/// The first word of a text, comments skipped, in capitals.
pub(crate) fn first_word(text: &str) -> String {
    let pieces = pieces(text).unwrap_or_default();
    let plain = pieces.iter().skip_while(|(_, piece)| *piece == Piece::Between);
    let letters = plain.map_while(|(_, piece)| match piece {
        Piece::Plain(c) if c.is_ascii_alphabetic() => Some(c.to_ascii_uppercase()),
        _ => None,
    });
    letters.collect()
}

/// The line of a place in a text, from 1.
pub(crate) fn line_at(text: &str, at: usize) -> usize {
    1 + text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count()
}

/// Every `(` has its `)`, in order, and not too many stand within each other.
fn parentheses(text: &str, pieces: &[(usize, Piece)]) -> Result<(), Wrong> {
    let mut open = Vec::new();
    for &(at, piece) in pieces {
        match piece {
            Piece::Plain('(') if open.len() == PARENTHESES_DEEP_MAX => {
                let says =
                    format!("more than {PARENTHESES_DEEP_MAX} parentheses stand within each other");
                return Err((line_at(text, at), says));
            }
            Piece::Plain('(') => open.push(at),
            Piece::Plain(')') if open.pop().is_none() => {
                return Err((line_at(text, at), "a `)` without its `(`".to_owned()));
            }
            _ => {}
        }
    }
    match open.last() {
        Some(&at) => Err((line_at(text, at), "a `(` without its `)`".to_owned())),
        None => Ok(()),
    }
}

/// Every character of a text with what it is; of a string or comment, its beginning.
fn pieces(text: &str) -> Result<Vec<(usize, Piece)>, Wrong> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let (piece, length) = if rest.starts_with("--") {
            (Piece::Between, rest.find('\n').unwrap_or(rest.len()))
        } else if rest.starts_with("/*") {
            let end = rest.find("*/").ok_or((line_at(text, at), unended("a comment", "`*/`")))?;
            (Piece::Between, end + 2)
        } else if c == '\'' || c == '"' {
            // A doubled quote is two strings side by side here, which comes to the same.
            let end = rest[1..]
                .find(c)
                .ok_or((line_at(text, at), unended("a quoted text", &format!("`{c}`"))))?;
            (Piece::Quoted, end + 2)
        } else if c.is_whitespace() {
            (Piece::Between, c.len_utf8())
        } else {
            (Piece::Plain(c), c.len_utf8())
        };
        found.push((at, piece));
        at += length;
    }
    Ok(found)
}

fn unended(what: &str, end: &str) -> String {
    format!("{what} begins here and no {end} ends it")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> (usize, String) {
        one_statement(text).unwrap_err()
    }

    #[test]
    fn one_statement_stands_and_loses_its_last_semicolon() {
        assert_eq!(one_statement("a > 1 ;\n-- so\n"), Ok("a > 1"));
        assert_eq!(one_statement("a = ';' -- ; (\n /* ) ; */"), Ok("a = ';' -- ; (\n /* ) ; */"));
        assert_eq!(one_statement("a = 'it''s)'"), Ok("a = 'it''s)'"));
    }

    #[test]
    fn a_second_statement_and_an_empty_one_are_named_with_their_line() {
        let (line, says) = wrong("SELECT 1;\n\nDROP TABLE t");
        assert_eq!(
            (line, says.as_str()),
            (3, "the SQL goes on after a `;`; a rule is one statement")
        );
        assert_eq!(wrong("a;;").0, 1);
        assert_eq!(wrong("-- only words\n").1, "there is no SQL");
        assert_eq!(wrong(" ; ").1, "there is no SQL");
    }

    #[test]
    fn what_is_opened_must_end() {
        assert_eq!(
            wrong("a\n= 'b"),
            (2, "a quoted text begins here and no `'` ends it".to_owned())
        );
        assert_eq!(wrong("a /* b"), (1, "a comment begins here and no `*/` ends it".to_owned()));
        assert_eq!(wrong("(a\n(b)"), (1, "a `(` without its `)`".to_owned()));
        assert_eq!(wrong("a\n) OR (b"), (2, "a `)` without its `(`".to_owned()));
        let deep = format!("{}1{}", "(".repeat(65), ")".repeat(65));
        assert_eq!(wrong(&deep).1, "more than 64 parentheses stand within each other");
    }

    #[test]
    fn a_line_of_a_head_holds_nothing_that_could_swallow_what_follows() {
        assert_eq!(one_line("a IS NOT NULL AND (b = '--')"), Ok(()));
        assert_eq!(one_line("a -- b"), Err("must not hold a comment".to_owned()));
        assert_eq!(one_line("a\nb"), Err("must be on one line".to_owned()));
        assert_eq!(one_line("a; b"), Err("must not hold a `;`".to_owned()));
    }

    #[test]
    fn the_first_word_is_found_behind_comments() {
        assert_eq!(first_word("-- why\n /* so */ with x AS (SELECT 1)"), "WITH");
        assert_eq!(first_word("'text'"), "");
    }

    #[test]
    fn a_place_within_the_sql_becomes_a_line_of_the_file() {
        let body = Body { file: "r.sql".to_owned(), line: 12, sql: "SELECT\nx".to_owned() };
        assert_eq!(
            body.fault_at(2, 1, "no column x").to_string(),
            "r.sql:13: column 1: no column x"
        );
    }
}
