//! Tells code, comments and string literals of a Rust file apart, without understanding more than that.
//! What is not code is blanked out in place, so that every offset and line number stays true.

/// A piece of text and the line it starts on, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub line: usize,
    pub text: String,
}

/// The three kinds of text in a file.
pub struct Lexed {
    /// Same lines as the file; comments and the insides of literals are spaces.
    pub code: String,
    pub comments: Vec<Piece>,
    pub strings: Vec<Piece>,
}

/// Splits a file.
pub fn lex(text: &str) -> Lexed {
    let mut lexer = Lexer {
        chars: text.chars().collect(),
        at: 0,
        line: 1,
        lexed: Lexed { code: String::new(), comments: Vec::new(), strings: Vec::new() },
    };
    while lexer.at < lexer.chars.len() {
        lexer.step();
    }
    lexer.lexed
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    line: usize,
    lexed: Lexed,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn step(&mut self) {
        match (self.peek(0), self.peek(1)) {
            ('/', '/') => self.line_comment(),
            ('/', '*') => self.block_comment(),
            ('"', _) => self.string(None),
            ('r', '"' | '#') if self.starts_a_word() || self.after_byte_prefix() => {
                self.raw_string();
            }
            ('\'', _) => self.quote(),
            _ => self.keep(),
        }
    }

    /// Takes one character over as code.
    fn keep(&mut self) {
        let c = self.peek(0);
        self.line += usize::from(c == '\n');
        self.lexed.code.push(c);
        self.at += 1;
    }

    /// Takes one character away from the code, into `piece`.
    fn blank(&mut self, piece: &mut String) {
        let c = self.peek(0);
        self.line += usize::from(c == '\n');
        self.lexed.code.push(if c == '\n' { '\n' } else { ' ' });
        piece.push(c);
        self.at += 1;
    }

    fn line_comment(&mut self) {
        let (line, mut text) = (self.line, String::new());
        while self.at < self.chars.len() && self.peek(0) != '\n' {
            self.blank(&mut text);
        }
        self.lexed.comments.push(Piece { line, text });
    }

    fn block_comment(&mut self) {
        let (line, mut text, mut depth) = (self.line, String::new(), 0usize);
        while self.at < self.chars.len() {
            let step = match (self.peek(0), self.peek(1)) {
                ('/', '*') => {
                    depth += 1;
                    2
                }
                ('*', '/') => {
                    depth -= 1;
                    2
                }
                _ => 1,
            };
            (0..step).for_each(|_| self.blank(&mut text));
            if depth == 0 {
                break;
            }
        }
        self.lexed.comments.push(Piece { line, text });
    }

    /// A string from its opening quote; raw strings end at a quote and their number of `#`.
    fn string(&mut self, raw_hashes: Option<usize>) {
        let (line, mut text) = (self.line, String::new());
        self.keep();
        while self.at < self.chars.len() {
            match (self.peek(0), raw_hashes) {
                ('\\', None) => {
                    self.blank(&mut text);
                    self.blank(&mut text);
                }
                ('"', None) => break,
                ('"', Some(hashes)) if (1..=hashes).all(|i| self.peek(i) == '#') => break,
                _ => self.blank(&mut text),
            }
        }
        self.lexed.strings.push(Piece { line, text });
        if self.at < self.chars.len() {
            self.keep();
        }
    }

    fn raw_string(&mut self) {
        let hashes = (1..).take_while(|&i| self.peek(i) == '#').count();
        let is_string = self.peek(hashes + 1) == '"';
        (0..=hashes).for_each(|_| self.keep());
        if is_string {
            self.string(Some(hashes));
        }
    }

    fn starts_a_word(&self) -> bool {
        self.at == 0 || !is_word(self.chars[self.at - 1])
    }

    /// The `r` of `br"..."` and `cr"..."`.
    fn after_byte_prefix(&self) -> bool {
        let prefix = |back: usize| self.at.checked_sub(back).map(|at| self.chars[at]);
        matches!(prefix(1), Some('b' | 'c')) && !prefix(2).is_some_and(is_word)
    }

    /// A character literal is blanked, a lifetime stays.
    fn quote(&mut self) {
        let escaped = self.peek(1) == '\\';
        if !escaped && self.peek(2) != '\'' {
            self.keep();
            return;
        }
        let mut inside = String::new();
        self.keep();
        if escaped {
            self.blank(&mut inside);
        }
        self.blank(&mut inside);
        while self.at < self.chars.len() && self.peek(0) != '\'' {
            self.blank(&mut inside);
        }
        if self.at < self.chars.len() {
            self.keep();
        }
    }
}

/// A character of a name.
pub fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_comments_and_strings_are_told_apart() {
        let lexed =
            lex("let a = \"x // no\"; // yes {\nlet b = r#\"q\" {\"#; /* a /* b */ c */ end");
        assert_eq!(lexed.comments[0], Piece { line: 1, text: "// yes {".to_owned() });
        assert_eq!(lexed.comments[1], Piece { line: 2, text: "/* a /* b */ c */".to_owned() });
        assert_eq!(lexed.strings[0].text, "x // no");
        assert_eq!(lexed.strings[1].text, "q\" {");
        assert!(!lexed.code.contains('{') && lexed.code.ends_with("end"), "{}", lexed.code);
        assert_eq!(lexed.code.lines().count(), 2);
    }

    #[test]
    fn braces_in_character_literals_are_not_code_and_lifetimes_are() {
        let lexed = lex(
            "fn f<'a>(x: &'a str) { let c = '{'; let d = '\\''; let e = '\\u{7f}'; let g = b'}'; }",
        );
        assert_eq!(lexed.code.matches('{').count(), 1);
        assert_eq!(lexed.code.matches('}').count(), 1);
        assert!(lexed.code.contains("<'a>"));
    }

    #[test]
    fn escaped_quotes_do_not_end_a_string() {
        let lexed = lex(r#"f("a\"b\\"); g("c")"#);
        assert_eq!(lexed.strings[0].text, r#"a\"b\\"#);
        assert_eq!(lexed.strings[1].text, "c");
    }
}
