//! Screens of phones that show one message: at most 160 characters of GSM's own alphabet, or 70 of any other (3GPP TS 23.038
//! section 6.2.1 and 6.2.3). What is longer becomes pages, on with 9 and back with 0; nothing is ever cut off.

use crate::words::{Lang, Words};

/// Characters of a screen in GSM's own alphabet.
pub const GSM_MAX: usize = 160;
/// Characters of a screen in UCS-2.
pub const UCS2_MAX: usize = 70;
/// Characters of a line that is kept together.
const LINE_MAX: usize = 28;
/// Characters of a word that are kept together.
const WORD_MAX: usize = 40;
/// GSM's own alphabet (3GPP TS 23.038 section 6.2.1), without letters that no screen of ours has.
const GSM: &str = "@£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ\
                   ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// What takes two places in it (section 6.2.1.1).
const GSM_TWICE: &str = "^{}\\[~]|€";

/// What a screen is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Screen {
    /// What it says, one line or more.
    pub says: Vec<String>,
    /// What may be chosen: the key and its name.
    pub choices: Vec<(String, String)>,
    /// Whether 0 leads back from here.
    pub back: bool,
}

impl Screen {
    /// A screen that only says something.
    pub fn saying(text: impl Into<String>) -> Screen {
        Screen { says: vec![text.into()], choices: Vec::new(), back: true }
    }

    /// The same with one choice more.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, name: impl Into<String>) -> Screen {
        self.choices.push((key.into(), name.into()));
        self
    }

    /// Its pages, each of which fits.
    pub fn pages(&self, words: Words) -> Vec<String> {
        let back = if self.back { words.say("phone-back") } else { "".into() };
        let more = words.say("phone-more");
        let last = joined(&[&back]);
        let on = joined(&[&more, &back]);
        let pieces = self.pieces(words.0);
        let whole = put_together(&pieces);
        if fits(words.0, &with_foot(&whole, &last)) {
            return vec![with_foot(&whole, &last)];
        }
        let mut pages = Vec::new();
        let mut page: Vec<Piece> = Vec::new();
        for piece in pieces {
            let mut longer = page.clone();
            longer.push(piece.clone());
            if !page.is_empty() && !fits(words.0, &with_foot(&put_together(&longer), &on)) {
                pages.push(with_foot(&put_together(&page), &on));
                longer = vec![piece];
            }
            page = longer;
        }
        pages.push(with_foot(&put_together(&page), &last));
        pages
    }

    /// What must not be torn: choices, and the words of a text; in Chinese its characters, but for numbers.
    fn pieces(&self, lang: Lang) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for line in &self.says {
            let line = plain(lang, line);
            let words: Vec<String> = match lang {
                // A line of a list.
                _ if line.chars().count() <= LINE_MAX => vec![line],
                Lang::En => line.split(' ').map(ToOwned::to_owned).collect(),
                Lang::Zh => apart(&line),
            };
            let words = words.into_iter().flat_map(|word| torn(&word));
            for (at, text) in words.enumerate() {
                let glue = match (at, lang) {
                    (0, _) => "\n",
                    (_, Lang::En) => " ",
                    (_, Lang::Zh) => "",
                };
                pieces.push(Piece { glue, text });
            }
        }
        for (key, name) in &self.choices {
            pieces.push(Piece { glue: "\n", text: plain(lang, &format!("{key} {name}")) });
        }
        pieces
    }
}

/// A word that would fill a screen by itself, in parts.
fn torn(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    let parts = letters.chunks(WORD_MAX).map(|part| part.iter().collect());
    if letters.is_empty() { vec![String::new()] } else { parts.collect() }
}

#[derive(Clone, Debug)]
struct Piece {
    /// What stands before it, unless it begins a page.
    glue: &'static str,
    text: String,
}

fn put_together(pieces: &[Piece]) -> String {
    let mut text = String::new();
    for piece in pieces {
        if !text.is_empty() {
            text.push_str(piece.glue);
        }
        text.push_str(&piece.text);
    }
    text
}

fn joined(parts: &[&str]) -> String {
    parts.iter().copied().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn with_foot(text: &str, foot: &str) -> String {
    if foot.is_empty() { text.to_owned() } else { format!("{text}\n{foot}") }
}

/// Characters of Chinese one by one, numbers and words of other letters whole.
fn apart(line: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut open = false;
    for c in line.chars() {
        let whole = c.is_ascii_graphic();
        match parts.last_mut() {
            Some(part) if open && whole => part.push(c),
            _ => parts.push(c.to_string()),
        }
        open = whole;
    }
    parts
}

/// In letters that a phone has: what GSM's alphabet lacks becomes what comes nearest.
pub fn plain(lang: Lang, text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{a0}' | '\t' => plain.push(' '),
            '\u{2212}' | '\u{2010}'..='\u{2014}' => plain.push('-'),
            '\u{2018}' | '\u{2019}' if lang == Lang::En => plain.push('\''),
            '\u{201c}' | '\u{201d}' if lang == Lang::En => plain.push('"'),
            '\u{2026}' if lang == Lang::En => plain.push_str("..."),
            c if lang == Lang::En && !GSM.contains(c) && !GSM_TWICE.contains(c) => plain.push('?'),
            c if u32::from(c) > 0xffff => plain.push('?'),
            c => plain.push(c),
        }
    }
    plain
}

/// How long a text is in the alphabet it needs, and how long one may be: in septets, or in units of UCS-2.
pub fn length(text: &str) -> (usize, usize) {
    let gsm = text.chars().all(|c| GSM.contains(c) || GSM_TWICE.contains(c));
    if gsm {
        let places = text.chars().map(|c| if GSM_TWICE.contains(c) { 2 } else { 1 });
        (places.sum(), GSM_MAX)
    } else {
        (text.encode_utf16().count(), UCS2_MAX)
    }
}

/// Whether a text is one screen. In Chinese the short form counts also where digits alone would fit the long one: the next
/// page may have a character.
fn fits(lang: Lang, text: &str) -> bool {
    match lang {
        Lang::En => {
            let (long, most) = length(text);
            long <= most
        }
        Lang::Zh => text.encode_utf16().count() <= UCS2_MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_counted_in_the_alphabet_that_a_text_needs() {
        assert_eq!(length("¥12.50"), (6, GSM_MAX));
        assert_eq!(length("a^b"), (4, GSM_MAX));
        assert_eq!(length("余额 12"), (5, UCS2_MAX));
        assert_eq!(length("it’s"), (4, UCS2_MAX));
        assert_eq!(length(&plain(Lang::En, "it’s… –")), (9, GSM_MAX));
    }

    #[test]
    fn a_long_text_becomes_pages_and_loses_nothing() {
        for (lang, text) in [
            (Lang::En, "Somebody you never paid before asks for a large sum. ".repeat(9)),
            (Lang::Zh, "第一次付给这个人，金额比平时大得多。".repeat(9)),
        ] {
            let screen = Screen::saying(text.trim_end()).with("1", "yes").with("2", "no");
            let pages = screen.pages(Words(lang));
            assert!(pages.len() > 2);
            let mut told = String::new();
            for page in &pages {
                let (long, most) = length(page);
                assert!(long <= most, "{long}: {page}");
                let (text, foot) = page.rsplit_once('\n').unwrap();
                assert!(foot.contains('0'), "{page}");
                told.push_str(text);
                told.push(' ');
            }
            let bare = |text: &str| text.replace([' ', '\n'], "");
            assert_eq!(bare(&told), bare(&format!("{text}1yes2no")));
            assert!(pages.last().unwrap().contains("1 yes"));
            assert!(pages[0].contains('9'));
        }
    }

    #[test]
    fn a_number_stays_whole_on_a_page() {
        assert_eq!(apart("付给6299 0000号"), ["付", "给", "6299", " ", "0000", "号"]);
    }
}
