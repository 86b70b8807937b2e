//! How a word sounds, roughly, in any language that a clerk may have heard it in, and how alike two words are. All
//! in whole numbers: the same two words are as alike on every machine.

use super::{LETTERS_MAX, Word, Writing};

/// Words less alike than this are different words.
const SIMILAR_MIN: u16 = 690;
/// Alike in sound, not in letters.
pub const SAME_SOUND: u16 = 975;
/// Spellings of one word.
const SAME_MEANING: u16 = 990;
/// The same four consonants, or three, where one script has no vowels.
const SAME_BONES: u16 = 880;
const SAME_FEW_BONES: u16 = 740;
/// Words of up to four letters must be more alike: one letter is much of them.
const SIMILAR_MIN_SHORT: u16 = 740;

/// Words as alike as this in sound are not compared letter by letter.
const ALIKE_ENOUGH: u16 = 930;

/// What an edit costs, in hundredths of a letter.
const VOWEL_FOR_VOWEL: u16 = 55;
const NEAR_CONSONANT: u16 = 60;
const OTHER_LETTER: u16 = 100;
const VOWEL_MORE: u16 = 65;
const BREATH_MORE: u16 = 50;
const LETTER_MORE: u16 = 85;
const SWAPPED: u16 = 60;
/// People seldom get the first letter wrong.
const FIRST_LETTER: u16 = 30;

/// Groups of letters that stand for one sound, longest first; `C` is the sound of "church".
const GROUPS: [(&[u8], &[u8]); 32] = [
    (b"tsch", b"C"),
    (b"shch", b"s"),
    (b"tch", b"C"),
    (b"sch", b"s"),
    (b"dzh", b"j"),
    (b"cks", b"ks"),
    (b"ch", b"C"),
    (b"sh", b"s"),
    (b"zh", b"j"),
    (b"dj", b"j"),
    (b"dh", b"d"),
    (b"th", b"t"),
    (b"kh", b"h"),
    (b"gh", b"g"),
    (b"ph", b"f"),
    (b"ck", b"k"),
    (b"qu", b"ku"),
    (b"ts", b"z"),
    (b"tz", b"z"),
    (b"ou", b"u"),
    (b"oo", b"u"),
    (b"ee", b"i"),
    (b"ie", b"i"),
    (b"ey", b"ei"),
    (b"ay", b"ai"),
    (b"ii", b"i"),
    (b"iy", b"i"),
    (b"ya", b"ia"),
    (b"yo", b"io"),
    (b"yu", b"iu"),
    (b"ye", b"ie"),
    (b"x", b"ks"),
];

/// How a word sounds: one letter a sound, nothing twice in a row.
pub(super) fn sound(text: &str) -> String {
    let bytes = mend_digits(text);
    let mut out: Vec<u8> = Vec::with_capacity(bytes.len());
    let mut rest = bytes.as_slice();
    while let Some((&first, tail)) = rest.split_first() {
        if let Some((group, stands_for)) = GROUPS.iter().find(|(group, _)| rest.starts_with(group))
        {
            stands_for.iter().for_each(|byte| once(&mut out, *byte));
            rest = rest.get(group.len()..).unwrap_or_default();
            continue;
        }
        let next = tail.first().copied().unwrap_or(b' ');
        let byte = match first {
            b'c' if matches!(next, b'e' | b'i' | b'y') => b's',
            b'c' | b'q' => b'k',
            b'w' => b'v',
            b'y' => b'i',
            other => other,
        };
        // An h at the end after a vowel is not heard.
        if !(byte == b'h' && tail.is_empty() && out.last().is_some_and(|last| is_vowel(*last))) {
            once(&mut out, byte);
        }
        rest = tail;
    }
    String::from_utf8(out).unwrap_or_default()
}

/// Appends a letter unless it stands there already; digits may repeat.
fn once(out: &mut Vec<u8>, byte: u8) {
    if out.last() != Some(&byte) || byte.is_ascii_digit() {
        out.push(byte);
    }
}

/// Digits inside a word are letters that somebody hid.
fn mend_digits(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let letters = bytes.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    if letters == bytes.len() || letters * 2 < bytes.len() {
        return bytes.to_vec();
    }
    let mended = bytes.iter().map(|byte| match byte {
        b'0' => b'o',
        b'1' => b'i',
        b'3' => b'e',
        b'4' => b'a',
        b'5' => b's',
        b'9' => b'g',
        other => *other,
    });
    mended.collect()
}

/// The consonants of a sound; a vowel at the beginning is kept as one sign.
pub(super) fn bones(sound: &str) -> String {
    let mut out = String::new();
    for c in sound.bytes() {
        let bone = match c {
            c if is_vowel(c) => continue,
            b'z' => 's',
            b'h' if out.is_empty() => 'h',
            b'j' => 'g',
            b'C' => 'k',
            c => char::from(c),
        };
        if !out.ends_with(bone) {
            out.push(bone);
        }
    }
    out
}

const fn is_vowel(byte: u8) -> bool {
    matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u')
}

/// How alike two words are, from 0 to 1000; 0 when they are different words.
pub fn similar(a: &Word, b: &Word) -> u16 {
    if a.letters == b.letters && a.text == b.text {
        return 1000;
    }
    if (a.meaning.is_some() || b.meaning.is_some()) && a.meaning() == b.meaning() {
        return SAME_MEANING;
    }
    if a.is_number || b.is_number {
        return 0;
    }
    let one_bare = (a.writing == Writing::Consonants) != (b.writing == Writing::Consonants);
    let bones = if one_bare { same_bones(a, b) } else { 0 };
    let mut alike = if bones > 0 { bones } else { by_sound(a, b) };
    let both = [a.writing, b.writing];
    // A letter that nobody typed is no slip: it is another character.
    if both.contains(&Writing::Characters) && alike < SAME_SOUND {
        alike = alike.saturating_sub(1000 - alike);
    }
    let short = !both.contains(&Writing::Consonants) && a.text.len().min(b.text.len()) <= 4;
    let least = if short { SIMILAR_MIN_SHORT } else { SIMILAR_MIN };
    if alike < least { 0 } else { alike }
}

/// Consonants only, where one of the two has no others.
fn same_bones(a: &Word, b: &Word) -> u16 {
    match a.bones.len() {
        0..=2 => 0,
        _ if a.bones != b.bones => 0,
        3 => SAME_FEW_BONES,
        _ => SAME_BONES,
    }
}

fn by_sound(a: &Word, b: &Word) -> u16 {
    if a.letters[1] == b.letters[1] && a.sound == b.sound {
        return SAME_SOUND;
    }
    let short = a.text.len().min(b.text.len());
    if short <= 2 {
        return 0;
    }
    let [text, sound] = [0, 1].map(|at| a.letters[at] ^ b.letters[at]);
    let sound = alike(a.sound.as_bytes(), b.sound.as_bytes(), sound).min(SAME_SOUND);
    // A second look at the letters costs as much as the first and can only help.
    if sound >= ALIKE_ENOUGH || (a.is_plain && b.is_plain) {
        return sound;
    }
    sound.max(alike(a.text.as_bytes(), b.text.as_bytes(), text))
}

/// Which letters a text has, as bits.
pub(super) fn letters(text: &str) -> u32 {
    text.bytes().fold(0, |bits, byte| bits | 1 << (byte % 32))
}

/// 1000 less the cost of the cheapest edits a letter; 0 when that is less than any words need. `only_one_has` are the
/// letters, as bits, that only one of the two has.
fn alike(a: &[u8], b: &[u8], only_one_has: u32) -> u16 {
    let letters = a.len() + b.len();
    if letters == 0 || a.len().abs_diff(b.len()) > 4 {
        return 0;
    }
    let most = letters * usize::from(1000 - SIMILAR_MIN) / 20;
    // The cheapest edit changes two letters at half a letter's cost.
    if only_one_has.count_ones() as usize * usize::from(VOWEL_FOR_VOWEL / 2) > most {
        return 0;
    }
    let cost = usize::from(distance(a, b, u16::try_from(most).unwrap_or(u16::MAX)));
    u16::try_from(1000_usize.saturating_sub(cost * 20 / letters)).unwrap_or(0)
}

/// The cheapest way from one word to another by more, less, other and swapped letters; `u16::MAX` as soon as it is
/// clear that it costs more than `most`.
fn distance(a: &[u8], b: &[u8], most: u16) -> u16 {
    const ROW: usize = LETTERS_MAX + 1;
    let (a, b) = (a.get(..LETTERS_MAX).unwrap_or(a), b.get(..LETTERS_MAX).unwrap_or(b));
    let (a, b, begun) = unlike(a, b);
    // Three rows in turn: this one, the last, the one before.
    let mut rows = [[0_u16; ROW]; 3];
    for (at, letter) in b.iter().enumerate() {
        rows[0][at + 1] =
            rows[0][at] + more(*letter, at.checked_sub(1).map_or(begun, |at| Some(b[at])));
    }
    let mut least_before = 0;
    for (i, x) in a.iter().enumerate() {
        let (this, last, before) = ((i + 1) % 3, i % 3, (i + 2) % 3);
        let x_before = i.checked_sub(1).map_or(begun, |at| Some(a[at]));
        let x_more = more(*x, x_before);
        rows[this][0] = rows[last][0] + x_more;
        let mut least = rows[this][0];
        for (j, y) in b.iter().enumerate() {
            let y_before = j.checked_sub(1).map_or(begun, |at| Some(b[at]));
            let first = if i + j == 0 && x != y && begun.is_none() { FIRST_LETTER } else { 0 };
            let mut cost = rows[last][j] + swap_cost(*x, *y) + first;
            cost = cost.min(rows[last][j + 1] + x_more).min(rows[this][j] + more(*y, y_before));
            if i > 0 && j > 0 && x != y && x_before == Some(*y) && y_before == Some(*x) {
                cost = cost.min(rows[before][j - 1] + SWAPPED);
            }
            rows[this][j + 1] = cost;
            least = least.min(cost);
        }
        // Swapped letters look two rows back, so both must be too dear.
        if least > most && least_before > most {
            return u16::MAX;
        }
        least_before = least;
    }
    rows[a.len() % 3][b.len()]
}

/// Two words without the letters that they share at the beginning and the end, and the last of those at the
/// beginning. What is left is what costs.
fn unlike<'a>(a: &'a [u8], b: &'a [u8]) -> (&'a [u8], &'a [u8], Option<u8>) {
    let begin = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (rest_a, rest_b) = (&a[begin..], &b[begin..]);
    let ends = rest_a.iter().rev().zip(rest_b.iter().rev());
    let end = ends.take_while(|(x, y)| x == y).count();
    let begun = begin.checked_sub(1).map(|at| a[at]);
    (&rest_a[..rest_a.len() - end], &rest_b[..rest_b.len() - end], begun)
}

/// What one letter more costs: less when it stands twice.
fn more(letter: u8, before: Option<u8>) -> u16 {
    match letter {
        _ if before == Some(letter) => BREATH_MORE,
        b'h' => BREATH_MORE,
        letter if is_vowel(letter) => VOWEL_MORE,
        _ => LETTER_MORE,
    }
}

/// What one letter for another costs, by the lower five bits of both: looked up for every pair of letters.
const OTHER: [[u8; 32]; 32] = {
    let mut table = [[OTHER_LETTER as u8; 32]; 32];
    let mut x = b'a';
    while x <= b'z' {
        let mut y = b'a';
        while y <= b'z' {
            let cost = if is_vowel(x) && is_vowel(y) {
                VOWEL_FOR_VOWEL
            } else if near(x, y) || near(y, x) {
                NEAR_CONSONANT
            } else {
                OTHER_LETTER
            };
            table[(x % 32) as usize][(y % 32) as usize] = cost as u8;
            y += 1;
        }
        x += 1;
    }
    table
};

fn swap_cost(x: u8, y: u8) -> u16 {
    if x == y { 0 } else { u16::from(OTHER[usize::from(x % 32)][usize::from(y % 32)]) }
}

/// Consonants that one ear takes for the other; `c` is also the sound of "church".
const fn near(x: u8, y: u8) -> bool {
    matches!(
        (x, y),
        (b's', b'z' | b'c')
            | (b'd', b't')
            | (b'b', b'p' | b'v')
            | (b'g', b'k' | b'j' | b'h')
            | (b'f', b'v' | b'p')
            | (b'k', b'h' | b'c')
            | (b'l', b'r')
            | (b'j', b'z' | b'c' | b'i' | b'y')
            | (b'm', b'n')
            | (b'v', b'u' | b'w')
    )
}
