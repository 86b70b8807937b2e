//! Which listed names are worth a closer look. Every different word of the lists is kept once; a word that was asked
//! for finds its like by shared deletions of its sound and by its consonants, and the names that have them are
//! weighed by how rare those words are. No look-up reads the whole list.

use std::collections::{BTreeMap, HashMap};

use crate::name::{Form, Name, Part, WORDS_MAX, Word, Writing, is_frequent, similar};
use crate::score::{Cell, Piece, Span, may_go_together, piece, units, weights};

mod keys;

use keys::Keys;

/// So many names at most are looked at closely.
const CANDIDATES_MAX: usize = 128;
/// Names whose first estimate lies further below the threshold are not looked at.
const ESTIMATE_SLACK: u32 = 70;

/// A short list does not make its words common: rarity is that of a list of so many entries at least.
const ENTRIES_MIN: u32 = 8_000;

/// How many entries have a word; the rarer, the heavier.
#[derive(Clone, Debug, Default)]
pub struct Rarity {
    entries: u32,
    /// Looked up by word, never iterated.
    having: HashMap<String, u32>,
}

impl Rarity {
    /// Counts the words of one more entry.
    pub(crate) fn count<'a>(&mut self, names: impl Iterator<Item = &'a Name>) {
        let mut words: Vec<&str> = names.flat_map(|name| &name.words).map(Word::meaning).collect();
        words.sort_unstable();
        words.dedup();
        self.entries += 1;
        for word in words {
            *self.having.entry(word.to_owned()).or_default() += 1;
        }
    }

    /// What a word weighs: the most when no more than one entry has it, less with each doubling.
    pub fn weight(&self, word: &str) -> u32 {
        let having = self.having.get(word).copied().unwrap_or(1).max(1);
        // Few letters make few words: a short one says less.
        let short = weights::SHORT + weights::LETTER * number(word.len());
        let most = if is_frequent(word) { weights::FREQUENT } else { weights::WORD_MAX };
        let most = most.min(short);
        // In half doublings: the square of the ratio has twice as many bits.
        let ratio = u64::from((self.entries.max(ENTRIES_MIN) / having).max(1));
        let doublings = (ratio * ratio).ilog2();
        (weights::WORD_MIN + doublings).min(most).max(weights::WORD_MIN)
    }

    /// How many entries were counted.
    pub fn entries(&self) -> u32 {
        self.entries
    }
}

/// One listed name.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub entry: u32,
    /// Which of the entry's names.
    pub name: u32,
    pub pieces: Vec<Piece>,
    /// One word or two neighbours, by their number among all words.
    pub units: Vec<(Span, u32)>,
    pub forms: Vec<Form>,
    pub transliterated: bool,
}

/// What the search reads of every name that shares a word, close together in memory.
#[derive(Clone, Copy, Debug)]
struct Brief {
    weight: u16,
    initials: u16,
}

/// All names of a screen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    names: Vec<Listed>,
    briefs: Vec<Brief>,
    words: Vec<Word>,
    /// For each word, whether it stands alone in some name or is always two neighbours.
    alone: Vec<bool>,
    keys: Keys,
    /// Names that have a word, from `postings[starts[word]]` to the next start.
    starts: Vec<u32>,
    postings: Vec<u32>,
}

/// A name that was asked for, and which words of the lists are like its words.
pub(crate) struct Asked {
    pub name: Name,
    pub pieces: Vec<Piece>,
    /// Number of a listed word, one of ours, how alike; in order.
    alike: Vec<(u32, Span, u16)>,
    /// The same, single words first and the most alike first; small words, which say nothing, are left out.
    by_worth: Vec<(Span, u16, u32)>,
}

/// What a listed name has of the name that was asked for, as far as the search has come.
#[derive(Clone, Copy, Default)]
struct Seen {
    /// Our words that it has, as bits; the highest says that one of them was two neighbours there.
    ours: u16,
    gained: u16,
}

/// Two neighbours of the listed name are one word of ours.
const JOINED: u16 = 1 << 15;

// A bit for each word and one more, and room for the weight of all of them.
const _: () = assert!(WORDS_MAX <= 15 && weights::WORD_MAX <= 4_000);

impl Seen {
    /// Counts each of our words once, by its best like.
    fn add(&mut self, pieces: &[Piece], span: Span, alike: u16) {
        let from = usize::from(span.at);
        let ours = pieces.iter().enumerate().skip(from).take(usize::from(span.count));
        for (at, piece) in ours {
            if self.ours & (1 << at) == 0 {
                self.ours |= 1 << at;
                let gained = piece.weight * u32::from(alike) / 1000;
                self.gained += u16::try_from(gained).unwrap_or(0);
            }
        }
    }
}

impl Index {
    /// From names, each with its entry and its place among the entry's names.
    pub fn new<'a>(names: impl Iterator<Item = (u32, u32, &'a Name)>, rarity: &Rarity) -> Index {
        let mut index = Index::default();
        let mut numbers: BTreeMap<(String, Writing, Option<&str>), u32> = BTreeMap::new();
        let mut having: Vec<(u32, u32)> = Vec::new();
        for (entry, name, read) in names {
            let at = number(index.names.len());
            let pieces: Vec<Piece> =
                read.words.iter().map(|word| piece(word, rarity.weight(word.meaning()))).collect();
            let mut listed_units = Vec::new();
            for (span, word) in units(read) {
                let next = number(index.words.len());
                let key = (word.text.clone(), word.writing, word.meaning);
                let word_at = *numbers.entry(key).or_insert(next);
                if word_at == next {
                    index.words.push(word);
                    index.alone.push(false);
                }
                if let Some(alone) = index.alone.get_mut(word_at as usize) {
                    *alone |= span.count == 1;
                }
                listed_units.push((span, word_at));
                having.push((word_at, at));
            }
            index.briefs.push(Brief::of(&pieces));
            let (forms, transliterated) = (read.forms.clone(), read.transliterated);
            let units = listed_units;
            index.names.push(Listed { entry, name, pieces, units, forms, transliterated });
        }
        having.sort_unstable();
        having.dedup();
        index.keys = Keys::new(&index.words, &index.alone);
        index.starts = starts(&having, index.words.len());
        index.postings = having.into_iter().map(|(_, name)| name).collect();
        index
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// A listed name by its number.
    pub fn name(&self, at: u32) -> Option<&Listed> {
        self.names.get(at as usize)
    }

    /// A word by its number.
    pub fn word(&self, at: u32) -> &str {
        self.words.get(at as usize).map_or("", |word| &word.text)
    }

    /// Memory held, as far as it can be counted.
    pub fn bytes(&self) -> usize {
        let words = self.words.iter().map(|word| {
            size_of::<Word>() + word.text.capacity() + word.sound.capacity() + word.bones.capacity()
        });
        let names = self.names.iter().map(|name| {
            size_of::<Listed>()
                + name.pieces.capacity() * size_of::<Piece>()
                + name.units.capacity() * size_of::<(Span, u32)>()
        });
        let briefs = self.alone.capacity() + self.briefs.capacity() * size_of::<Brief>();
        let numbers = (self.starts.capacity() + self.postings.capacity()) * size_of::<u32>();
        words.sum::<usize>() + names.sum::<usize>() + briefs + numbers + self.keys.bytes()
    }

    /// Finds, for each word and pair of neighbours of a name, the listed words that are like it.
    pub fn ask(&self, name: Name, rarity: &Rarity) -> Asked {
        let pieces: Vec<Piece> =
            name.words.iter().map(|word| piece(word, rarity.weight(word.meaning()))).collect();
        let mut alike = Vec::new();
        let mut near = Vec::new();
        for (span, word) in units(&name) {
            near.clear();
            self.keys.near(&word, span.count == 1, &mut near);
            near.sort_unstable();
            near.dedup();
            for at in &near {
                let Some(listed) = self.words.get(*at as usize) else { continue };
                let degree = similar(&word, listed);
                if degree > 0 && may_go_together(&word, listed) {
                    alike.push((*at, span, degree));
                }
            }
        }
        alike.sort_unstable();
        let by_worth = by_worth(&alike, &pieces);
        Asked { name, pieces, alike, by_worth }
    }

    /// Names worth a closer look at a threshold, the likeliest first.
    pub fn candidates(&self, asked: &Asked, threshold: u32) -> Vec<u32> {
        let mut seen = vec![Seen::default(); self.names.len()];
        let mut touched = Vec::new();
        for (span, degree, word) in &asked.by_worth {
            let alone = self.alone.get(*word as usize).copied().unwrap_or(true);
            for name in self.having(*word) {
                let Some(seen) = seen.get_mut(*name as usize) else { continue };
                if seen.ours == 0 {
                    touched.push(*name);
                }
                let before = seen.ours;
                seen.add(&asked.pieces, *span, *degree);
                // Only where none of the name's single words was like ours.
                if span.count == 1 && !alone && seen.ours != before {
                    seen.ours |= JOINED;
                }
            }
        }
        let whole = weight_without_small(&asked.pieces);
        let initials = asked.pieces.iter().filter(|piece| piece.part == Part::Initial).count();
        let at_least = threshold.saturating_sub(ESTIMATE_SLACK);
        let mut found: Vec<(u32, u32)> = Vec::new();
        for at in touched {
            let at_name = at as usize;
            let (Some(brief), Some(seen)) = (self.briefs.get(at_name), seen.get(at_name)) else {
                continue;
            };
            let estimate = brief.estimate(*seen, whole, number(initials));
            if estimate >= at_least {
                found.push((estimate, at));
            }
        }
        found.sort_unstable_by_key(|(estimate, at)| (std::cmp::Reverse(*estimate), *at));
        found.truncate(CANDIDATES_MAX);
        found.into_iter().map(|(_, at)| at).collect()
    }

    fn having(&self, word: u32) -> &[u32] {
        let start = self.starts.get(word as usize).copied().unwrap_or(0) as usize;
        let end = self.starts.get(word as usize + 1).copied().unwrap_or(0) as usize;
        self.postings.get(start..end).unwrap_or_default()
    }
}

impl Asked {
    /// What of this name can go with what of a listed one.
    pub fn cells(&self, listed: &Listed, cells: &mut Vec<Cell>) {
        cells.clear();
        for (span, word) in &listed.units {
            let from = self.alike.partition_point(|(at, ..)| at < word);
            for (at, ours, alike) in self.alike.iter().skip(from) {
                if at != word {
                    break;
                }
                cells.push(Cell { asked: *ours, listed: *span, alike: *alike });
            }
        }
    }
}

impl Brief {
    fn of(pieces: &[Piece]) -> Brief {
        let weight = weight_without_small(pieces);
        let initials = pieces.iter().filter(|piece| piece.part == Part::Initial).count();
        let small = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
        Brief { weight: small(weight), initials: small(number(initials)) }
    }

    /// Hardly less than the score can be: initials are taken to fit.
    fn estimate(self, seen: Seen, whole: u32, initials: u32) -> u32 {
        let weight = u32::from(self.weight);
        // One word of ours may stand for two there, whose weight is not all in what is gained.
        let joined = if seen.ours & JOINED != 0 { weights::WORD_MAX } else { 0 };
        let bonus = (initials + u32::from(self.initials)) * weights::WORD_MAX + joined;
        let gained = u32::from(seen.gained);
        let asked_left = whole.saturating_sub(gained);
        let listed_left = weight.saturating_sub(gained);
        let conflict = asked_left.min(listed_left).saturating_sub(bonus);
        let missing = asked_left.abs_diff(listed_left).saturating_sub(joined);
        let gained = gained.min(whole).min(weight);
        let missing_costs = match seen.ours.count_ones() {
            0 | 1 => weights::MISSING_OF_ONE,
            _ if gained < weights::TWO_RARE => weights::MISSING_COMMON,
            _ => weights::MISSING,
        };
        let against = conflict * weights::CONFLICT + missing * missing_costs;
        gained * 100_000 / (gained * 100 + against).max(1)
    }
}

/// What the search counts: small words are not looked for.
fn weight_without_small(pieces: &[Piece]) -> u32 {
    let counted = pieces.iter().filter(|piece| piece.part != Part::Small);
    counted.map(|piece| piece.weight).sum()
}

/// Single words before pairs, the most alike first.
fn by_worth(alike: &[(u32, Span, u16)], pieces: &[Piece]) -> Vec<(Span, u16, u32)> {
    let says = |span: &Span| {
        let ours = pieces.iter().skip(usize::from(span.at)).take(usize::from(span.count));
        ours.map(|piece| piece.weight).sum::<u32>() > weights::SMALL
    };
    let mut worth: Vec<(Span, u16, u32)> = alike
        .iter()
        .filter(|(_, span, _)| says(span))
        .map(|(word, span, degree)| (*span, *degree, *word))
        .collect();
    worth.sort_unstable_by_key(|(span, degree, word)| {
        (span.count, span.at, std::cmp::Reverse(*degree), *word)
    });
    worth
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Where each word's names begin.
fn starts(having: &[(u32, u32)], words: usize) -> Vec<u32> {
    let mut starts = Vec::with_capacity(words + 1);
    let mut at = 0;
    for word in 0..words {
        starts.push(number(at));
        at += having.iter().skip(at).take_while(|(of, _)| *of as usize == word).count();
    }
    starts.push(number(at));
    starts
}
