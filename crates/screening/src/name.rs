//! A name as it is compared: words in small ASCII letters, each with its part in the name (a word, an article, an
//! initial), without titles; legal forms of companies beside them. `name/script.rs` brings every script into ASCII,
//! `name/words.rs` holds the tables, `name/sound.rs` how a word sounds and how alike two are.

use crate::list::Kind;

mod script;
mod sound;
mod words;

pub use sound::{SAME_SOUND, similar};
pub use words::{Form, is_frequent};

/// A name has at most so many words; what follows is not compared.
pub const WORDS_MAX: usize = 15;
/// A word has at most so many letters; what follows is not compared.
pub const LETTERS_MAX: usize = 40;

/// A name, ready to be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// In the order in which they stand.
    pub words: Vec<Word>,
    /// Legal forms that stood before or after it.
    pub forms: Vec<Form>,
    /// True when it was not written in Latin letters.
    pub transliterated: bool,
}

/// One word of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Small ASCII letters and digits.
    pub text: String,
    /// How it sounds, roughly.
    pub sound: String,
    /// Its consonants.
    pub bones: String,
    /// What it is in the name.
    pub part: Part,
    /// How its script writes.
    pub writing: Writing,
    /// The spelling that stands for it, where one word has many: `muhammad` for `mohamed`.
    pub meaning: Option<&'static str>,
    /// Which letters its text and its sound have, as bits: a quick look before a long one.
    letters: [u32; 2],
    /// True when all of it are digits.
    is_number: bool,
    /// True when it is written as it sounds.
    is_plain: bool,
}

/// How a script writes a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Writing {
    /// Letter by letter.
    Letters,
    /// Without short vowels: Arabic, Hebrew.
    Consonants,
    /// Chinese characters: their letters come from a table, so nobody mistyped one.
    Characters,
}

/// What a word is in a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// A name proper.
    Word,
    /// An article, a "son of", an "and", or what stands in parentheses: it counts little.
    Small,
    /// A single letter.
    Initial,
}

impl Word {
    /// A word from small ASCII letters.
    pub fn new(text: &str, part: Part, writing: Writing) -> Word {
        let text: String = text.chars().take(LETTERS_MAX).collect();
        let sound = sound::sound(&text);
        let bones = sound::bones(&sound);
        let letters = [sound::letters(&text), sound::letters(&sound)];
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        let (meaning, is_plain) = (None, text == sound);
        Word { text, sound, bones, part, writing, meaning, letters, is_number, is_plain }
    }

    /// Two neighbours written as one.
    pub fn joined(&self, next: &Word) -> Word {
        let part = if self.part == Part::Word { self.part } else { next.part };
        let writing = if self.writing == next.writing { self.writing } else { Writing::Letters };
        Word::new(&format!("{}{}", self.text, next.text), part, writing)
    }

    /// The spelling that stands for it, or its own.
    pub fn meaning(&self) -> &str {
        self.meaning.unwrap_or(&self.text)
    }
}

impl Name {
    /// Reads a name. The kind, when it is known, says whether a legal form or a title may stand in it.
    pub fn read(text: &str, kind: Option<Kind>) -> Name {
        let script::Written { words, transliterated } = script::words(text);
        let mut words = words;
        words.truncate(WORDS_MAX + words::FORM_WORDS_MAX);
        let forms = words::take_forms(&mut words, kind);
        if kind != Some(Kind::Person) {
            words::numbers(&mut words);
        }
        words::titles(&mut words, kind);
        words::settle_parts(&mut words);
        words.truncate(WORDS_MAX);
        let word = |raw: &script::Raw| Word {
            meaning: words::meaning(&raw.text),
            ..Word::new(&raw.text, raw.part, raw.writing)
        };
        let words = words.iter().map(word).collect();
        Name { words, forms, transliterated }
    }

    /// How many words proper it has.
    pub fn proper(&self) -> usize {
        self.words.iter().filter(|word| word.part == Part::Word).count()
    }
}

#[cfg(test)]
mod tests;
