//! How alike two names are, from 0 to 1000, word by word: who goes with whom, what is missing on one side, what
//! contradicts on both. Only whole numbers, so that a score said once is the same for ever. `score/reason.rs` says
//! it in words, `score/evidence.rs` adds births, countries and kinds.

use crate::name::{Form, Name, Part, Word, similar};

mod evidence;
mod reason;

pub use evidence::Facts;
pub(crate) use evidence::weigh;
pub use reason::Reason;

/// What the numbers of the score are; tuned on the tuning half of the pairs and names, see `docs/screening.md`.
pub(crate) mod weights {
    /// A "son of", an article.
    pub const SMALL: u32 = 2;
    /// A single letter.
    pub const INITIAL: u32 = 5;
    /// A word as rare as can be; the commonest have `WORD_MIN`.
    pub const WORD_MAX: u32 = 30;
    pub const WORD_MIN: u32 = 8;
    /// The most for a name that very many people have, however few of them are listed.
    pub const FREQUENT: u32 = 16;
    /// A word of few letters has at most this, and so much more a letter.
    pub const SHORT: u32 = 6;
    pub const LETTER: u32 = 4;
    /// How alike an initial and its word are.
    pub const INITIAL_ALIKE: u16 = 900;
    /// Taken off where words were written as one.
    pub const JOIN: u16 = 15;
    /// What a lost tenth of a letter, a contradiction and a missing word cost, in percent.
    pub const LOSS: u32 = 100;
    pub const CONFLICT: u32 = 130;
    pub const MISSING: u32 = 15;
    /// A missing word, where what agrees weighs less than two rare words.
    pub const MISSING_COMMON: u32 = 50;
    /// From this weight on, what agrees is taken for two rare words.
    pub const TWO_RARE: u32 = 46;
    /// A missing word, where only one word is left that agrees.
    pub const MISSING_OF_ONE: u32 = 60;
    /// Taken off where legal forms contradict each other.
    pub const FORMS: u32 = 110;
}

/// One word as the score sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub weight: u32,
    pub part: Part,
    /// Its first letter.
    pub first: u8,
}

/// Words of both names that can go together: one or a few neighbours on each side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    pub asked: Span,
    pub listed: Span,
    pub alike: u16,
}

/// One word, or up to three neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span {
    pub at: u8,
    pub count: u8,
}

impl Span {
    fn mask(self) -> u32 {
        ((1_u32 << self.count) - 1) << self.at
    }
}

/// Which words went together, and what that is worth.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Alignment {
    pub score: u32,
    pub together: Vec<Cell>,
    /// Cells of `together` from here on are initials.
    pub initials_from: usize,
    /// Words of each side that found nothing, as bits.
    pub asked_left: u32,
    pub listed_left: u32,
}

/// Puts words together, best first, and weighs the rest. `cells` is sorted on the way.
pub(crate) fn align(asked: &[Piece], listed: &[Piece], cells: &mut [Cell]) -> Alignment {
    let weight = |cell: &Cell| weight_of(asked, cell.asked).min(weight_of(listed, cell.listed));
    let joins = |cell: &Cell| u16::from(cell.asked.count + cell.listed.count - 2);
    let worth = |cell: &Cell| cell.alike.saturating_sub(weights::JOIN * joins(cell));
    // Best first; among equals the heavier, then the earlier, seen from both sides alike.
    cells.sort_unstable_by_key(|cell| {
        let (a, b) = (cell.asked.at, cell.listed.at);
        let place = (a + b, a.abs_diff(b), a);
        (std::cmp::Reverse((worth(cell), weight(cell))), place, cell.asked, cell.listed)
    });
    let mut left = Left { asked: all(asked), listed: all(listed) };
    let mut sums = Sums::default();
    let mut together = Vec::with_capacity(asked.len());
    for cell in cells.iter() {
        if left.take(cell) {
            sums.add(weight(cell), worth(cell));
            together.push(*cell);
        }
    }
    let words = together
        .iter()
        .map(|cell| words_in(asked, cell.asked).max(words_in(listed, cell.listed)))
        .sum();
    let initials_from = together.len();
    initials(asked, listed, &mut left, &mut together);
    let mut turned = Vec::new();
    let mut back = left.turned();
    initials(listed, asked, &mut back, &mut turned);
    left = back.turned();
    together.extend(turned.iter().map(Cell::turned));
    for _ in together.iter().skip(initials_from) {
        sums.add(weights::INITIAL, weights::INITIAL_ALIKE);
    }
    let asked_left = weight_left(asked, left.asked);
    let listed_left = weight_left(listed, left.listed);
    let score = sums.score(asked_left, listed_left, words);
    Alignment { score, together, initials_from, asked_left: left.asked, listed_left: left.listed }
}

impl Cell {
    fn turned(&self) -> Cell {
        Cell { asked: self.listed, listed: self.asked, alike: self.alike }
    }
}

/// Words that have found nobody yet, as bits.
#[derive(Clone, Copy)]
struct Left {
    asked: u32,
    listed: u32,
}

impl Left {
    fn take(&mut self, cell: &Cell) -> bool {
        let (asked, listed) = (cell.asked.mask(), cell.listed.mask());
        let free = self.asked & asked == asked && self.listed & listed == listed;
        if free {
            self.asked &= !asked;
            self.listed &= !listed;
        }
        free
    }

    fn turned(self) -> Left {
        Left { asked: self.listed, listed: self.asked }
    }
}

/// Initials of `asked` that still look for their word find the first one that begins with them.
fn initials(asked: &[Piece], listed: &[Piece], left: &mut Left, together: &mut Vec<Cell>) {
    for (i, initial) in asked.iter().enumerate() {
        if initial.part != Part::Initial || left.asked & (1 << i) == 0 {
            continue;
        }
        let fits = |(j, word): &(usize, &Piece)| {
            left.listed & (1 << j) != 0 && word.part == Part::Word && word.first == initial.first
        };
        if let Some((j, _)) = listed.iter().enumerate().find(fits) {
            let (asked, listed) = (span(i), span(j));
            let cell = Cell { asked, listed, alike: weights::INITIAL_ALIKE };
            left.take(&cell);
            together.push(cell);
        }
    }
}

fn span(at: usize) -> Span {
    Span { at: u8::try_from(at).unwrap_or(u8::MAX), count: 1 }
}

fn all(pieces: &[Piece]) -> u32 {
    (1_u32 << pieces.len()) - 1
}

/// Words proper in a span: two neighbours that are written as one on the other side count as two.
fn words_in(pieces: &[Piece], span: Span) -> usize {
    let pieces = pieces.iter().skip(usize::from(span.at)).take(usize::from(span.count));
    pieces.filter(|piece| piece.part == Part::Word).count()
}

fn weight_of(pieces: &[Piece], span: Span) -> u32 {
    let pieces = pieces.iter().skip(usize::from(span.at)).take(usize::from(span.count));
    pieces.map(|piece| piece.weight).sum()
}

fn weight_left(pieces: &[Piece], left: u32) -> u32 {
    let unmatched = pieces.iter().enumerate().filter(|(i, _)| left & (1 << i) != 0);
    unmatched.map(|(_, piece)| piece.weight).sum()
}

/// What went together, weighed.
#[derive(Default)]
struct Sums {
    /// In thousandths.
    gained: u32,
    lost: u32,
}

impl Sums {
    fn add(&mut self, weight: u32, alike: u16) {
        let alike = u32::from(alike);
        self.gained += weight * alike;
        self.lost += weight * (1000 - alike);
    }

    /// Gained, over gained and lost. What is left on both sides contradicts; on one side it is missing.
    fn score(&self, asked_left: u32, listed_left: u32, words: usize) -> u32 {
        let conflict = asked_left.min(listed_left);
        let missing = asked_left.max(listed_left) - conflict;
        let missing_costs = match words {
            0 | 1 => weights::MISSING_OF_ONE,
            _ if self.gained < weights::TWO_RARE * 1000 => weights::MISSING_COMMON,
            _ => weights::MISSING,
        };
        let against = self.lost / 100 * weights::LOSS
            + conflict * 10 * weights::CONFLICT
            + missing * 10 * missing_costs;
        let whole = u64::from(self.gained) + u64::from(against);
        let score = (u64::from(self.gained) * 1000).checked_div(whole).unwrap_or(0);
        u32::try_from(score).unwrap_or(0)
    }
}

/// True when forms are given on both sides and none of one fits any of the other.
pub(crate) fn forms_contradict(asked: &[Form], listed: &[Form]) -> bool {
    let fits = |a: &Form, b: &Form| a == b || *a == Form::Any || *b == Form::Any;
    let any = asked.iter().any(|a| listed.iter().any(|b| fits(a, b)));
    !asked.is_empty() && !listed.is_empty() && !any
}

/// How much a word of that part weighs, when its rarity gives a word proper `rare`.
pub(crate) fn weight(part: Part, rare: u32) -> u32 {
    match part {
        Part::Word => rare,
        Part::Small => weights::SMALL,
        Part::Initial => weights::INITIAL,
    }
}

pub(crate) fn piece(word: &Word, rare: u32) -> Piece {
    let first = word.text.bytes().next().unwrap_or(b' ');
    Piece { weight: weight(word.part, rare), part: word.part, first }
}

/// Single words and neighbours of a name, each as one word: `Abdul Rahman` may be written `Abdulrahman`, and so may
/// `Abd al-Rahman`, where a small word stands between.
pub(crate) fn units(name: &Name) -> Vec<(Span, Word)> {
    let words = &name.words;
    let single = words.iter().enumerate().map(|(i, word)| (span(i), word.clone()));
    let pairs = words.windows(2).enumerate().filter_map(|(i, pair)| {
        let [a, b] = pair else { return None };
        let both = |part: Part| a.part == part && b.part == part;
        let joined = !both(Part::Small) && (!both(Part::Initial) || words.len() > 2);
        joined.then(|| (Span { count: 2, ..span(i) }, a.joined(b)))
    });
    let across = words.windows(3).enumerate().filter_map(|(i, three)| {
        let [a, between, c] = three else { return None };
        let joined = between.part == Part::Small && a.part == Part::Word && c.part == Part::Word;
        joined.then(|| (Span { count: 3, ..span(i) }, a.joined(c)))
    });
    single.chain(pairs).chain(across).collect()
}

/// How alike two names are by themselves, with `rare` for how much a word weighs.
pub fn compare(asked: &Name, listed: &Name, rare: impl Fn(&str) -> u32) -> u16 {
    let (asked_units, listed_units) = (units(asked), units(listed));
    let mut cells = Vec::new();
    for (a, asked) in &asked_units {
        for (b, listed) in &listed_units {
            let alike = similar(asked, listed);
            if alike > 0 && may_go_together(asked, listed) {
                cells.push(Cell { asked: *a, listed: *b, alike });
            }
        }
    }
    let pieces = |name: &Name| -> Vec<Piece> {
        name.words.iter().map(|word| piece(word, rare(word.meaning()))).collect()
    };
    let found = align(&pieces(asked), &pieces(listed), &mut cells);
    let forms = forms_contradict(&asked.forms, &listed.forms);
    let score = found.score.saturating_sub(if forms { weights::FORMS } else { 0 });
    u16::try_from(score).unwrap_or(u16::MAX)
}

/// A single letter goes with the same letter only; small words with small words or their like.
pub(crate) fn may_go_together(asked: &Word, listed: &Word) -> bool {
    asked.part == Part::Word || listed.part == Part::Word || asked.text == listed.text || {
        asked.part == Part::Small && listed.part == Part::Small
    }
}
