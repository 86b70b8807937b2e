//! From any script to words of small ASCII letters. Chinese becomes pinyin: of a short run the first character (or a
//! family name of two) is one word and the rest another, as passports write it; of a long run each is a word.

use unicode_normalization::UnicodeNormalization;

use super::{LETTERS_MAX, Part, Writing};

/// A name in ASCII words, before the tables are asked.
pub(super) struct Written {
    pub words: Vec<Raw>,
    pub transliterated: bool,
}

/// One word as it came.
#[derive(Clone, Debug)]
pub(super) struct Raw {
    pub text: String,
    pub part: Part,
    pub writing: Writing,
}

/// More characters of one name are not looked at.
const CHARS_MAX: usize = 600;

/// Chinese family names of two characters.
const DOUBLE_NAMES: [&str; 24] = [
    "欧阳", "歐陽", "司马", "司馬", "诸葛", "諸葛", "上官", "司徒", "东方", "東方", "皇甫", "尉迟",
    "尉遲", "公孙", "公孫", "慕容", "令狐", "长孙", "長孫", "宇文", "夏侯", "轩辕", "南宫", "南宮",
];
/// Characters that are read otherwise when they are family names.
const READ_AS_NAMES: [(char, &str); 14] = [
    ('单', "shan"),
    ('單', "shan"),
    ('曾', "zeng"),
    ('仇', "qiu"),
    ('解', "xie"),
    ('查', "zha"),
    ('盖', "ge"),
    ('蓋', "ge"),
    ('区', "ou"),
    ('區', "ou"),
    ('朴', "piao"),
    ('繁', "po"),
    ('华', "hua"),
    ('乐', "yue"),
];

/// Splits a name into words and writes each in ASCII.
pub(super) fn words(text: &str) -> Written {
    let normal: Vec<char> = text.nfkc().take(CHARS_MAX).collect();
    let mut words = Vec::new();
    let mut word = String::new();
    let mut aside = 0_u32;
    for (at, c) in normal.iter().copied().enumerate() {
        let before = at.checked_sub(1).and_then(|at| normal.get(at)).copied().unwrap_or(' ');
        let after = normal.get(at + 1).copied().unwrap_or(' ');
        if is_silent(c, before, after) {
            continue;
        }
        if is_letter(c) {
            if begins_a_word(&word, before, c, after) {
                finish(&mut word, aside, &mut words);
            }
            word.push(c);
            continue;
        }
        finish(&mut word, aside, &mut words);
        match c {
            '(' | '[' | '（' => aside += 1,
            ')' | ']' | '）' => aside = aside.saturating_sub(1),
            '&' | '+' => push("and", Part::Small, Writing::Letters, &mut words),
            _ => {}
        }
    }
    finish(&mut word, aside, &mut words);
    let transliterated = normal.iter().any(|c| c.is_alphabetic() && *c > '\u{24F}');
    Written { words, transliterated }
}

/// Letters, digits and the marks that some scripts set on them.
fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || (!c.is_ascii() && !c.is_whitespace() && is_mark(c))
}

/// Combining marks: what is left of a letter once it is decomposed.
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c) || matches!(c, '\u{200c}' | '\u{200d}')
}

/// Apostrophes and their like are not heard.
fn is_silent(c: char, before: char, after: char) -> bool {
    match c {
        '\'' | '’' | '‘' | '`' | '´' | 'ʿ' | 'ʾ' | 'ʻ' | 'ʼ' | '\u{640}' => true,
        // Where an apostrophe was lost to another encoding.
        '?' => before.is_alphabetic() && after.is_alphabetic(),
        _ => false,
    }
}

/// `RamiMakhlouf` and `RAMIMakhlouf` are two words; `McDonald` and `GmbH` are one.
fn begins_a_word(word: &str, before: char, c: char, after: char) -> bool {
    let turns = before.is_lowercase() || (before.is_uppercase() && after.is_lowercase());
    c.is_uppercase() && turns && after.is_alphabetic() && word.chars().count() >= 3
}

/// Writes a finished word in ASCII and puts it to the others.
fn finish(word: &mut String, aside: u32, words: &mut Vec<Raw>) {
    let taken = std::mem::take(word);
    let part = if aside > 0 { Part::Small } else { Part::Word };
    let syllables = taken.chars().filter(|c| is_syllable(*c)).count();
    if syllables > 0 && syllables == taken.chars().count() {
        chinese(&taken, part, words);
    } else if taken.chars().any(leaves_out_vowels) {
        let rest = taken.strip_prefix("ال").filter(|rest| rest.chars().count() >= 3);
        if rest.is_some() {
            push("al", Part::Small, Writing::Letters, words);
        }
        push(&ascii(rest.unwrap_or(&taken)), part, Writing::Consonants, words);
    } else {
        push(&ascii(&taken), part, Writing::Letters, words);
    }
}

fn push(text: &str, part: Part, writing: Writing, words: &mut Vec<Raw>) {
    if !text.is_empty() {
        let text = text.chars().take(LETTERS_MAX).collect();
        words.push(Raw { text, part, writing });
    }
}

fn ascii(text: &str) -> String {
    let ascii = any_ascii::any_ascii(text);
    ascii.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Chinese and Korean: one sound a character.
fn is_syllable(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ac00}'..='\u{d7a3}' | '\u{20000}'..='\u{3ffff}')
}

/// Arabic, Hebrew, Syriac, Thaana: short vowels are not written.
fn leaves_out_vowels(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{7bf}' | '\u{8a0}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
}

fn chinese(run: &str, part: Part, words: &mut Vec<Raw>) {
    let count = run.chars().count();
    // Korean syllables are spelled in Latin letters in many ways, Chinese ones in one.
    let korean = run.chars().any(|c| matches!(c, '\u{ac00}'..='\u{d7a3}'));
    let writing = if korean { Writing::Letters } else { Writing::Characters };
    if count > 4 {
        run.chars().for_each(|c| push(&ascii(&c.to_string()), part, writing, words));
        return;
    }
    let two = count > 2 && DOUBLE_NAMES.iter().any(|name| run.starts_with(name));
    let family: String = run.chars().take(if two { 2 } else { 1 }).collect();
    let read_as = READ_AS_NAMES.iter().find(|(c, _)| count > 1 && family == c.to_string());
    let sound = read_as.map_or_else(|| ascii(&family), |(_, sound)| (*sound).to_owned());
    push(&sound, part, writing, words);
    let given: String = run.chars().skip(if two { 2 } else { 1 }).collect();
    push(&ascii(&given), part, writing, words);
}
