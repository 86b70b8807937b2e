//! Keys under which words that are alike meet: the sound of a word with one letter left out (two, when it is long),
//! its letters with one left out, and its consonants. Keys are hashes in one sorted table; a false meeting costs a comparison, no more.

use crate::name::Word;

/// From how many letters of sound two may be left out.
const TWO_OUT_FROM: usize = 8;
/// Longer sounds leave out one only: their keys would be too many.
const TWO_OUT_TO: usize = 14;
/// From how many consonants one may be left out.
const BONE_OUT_FROM: usize = 5;

/// The table.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys {
    /// Key and word, in order.
    rows: Vec<(u32, u32)>,
    /// Where keys with these upper bits begin in `rows`.
    begins: Vec<u32>,
}

const UPPER_BITS: u32 = 16;

impl Keys {
    /// Of words, each with whether it stands alone in some name or is always two neighbours.
    pub fn new(words: &[Word], alone: &[bool]) -> Keys {
        let mut rows = Vec::new();
        for (at, (word, alone)) in words.iter().zip(alone).enumerate() {
            let at = u32::try_from(at).unwrap_or(u32::MAX);
            each_key(word, *alone, &mut |key| rows.push((key, at)));
        }
        rows.sort_unstable();
        rows.dedup();
        rows.shrink_to_fit();
        let mut begins = Vec::with_capacity((1 << UPPER_BITS) + 1);
        let mut from = 0;
        for upper in 0..=(1_u64 << UPPER_BITS) {
            let upper = upper << (32 - UPPER_BITS);
            from += rows.iter().skip(from).take_while(|(key, _)| u64::from(*key) < upper).count();
            begins.push(u32::try_from(from).unwrap_or(u32::MAX));
        }
        Keys { rows, begins }
    }

    pub fn bytes(&self) -> usize {
        self.rows.capacity() * size_of::<(u32, u32)>() + self.begins.capacity() * size_of::<u32>()
    }

    /// Words that share a key with this one, some more than once.
    pub fn near(&self, word: &Word, alone: bool, found: &mut Vec<u32>) {
        each_key(word, alone, &mut |key| {
            let upper = (key >> (32 - UPPER_BITS)) as usize;
            let from = self.begins.get(upper).copied().unwrap_or(0) as usize;
            let to = self.begins.get(upper + 1).copied().unwrap_or(0) as usize;
            let rows = self.rows.get(from..to).unwrap_or_default();
            let at = rows.partition_point(|(of, _)| *of < key);
            let same = rows.iter().skip(at).take_while(|(of, _)| *of == key);
            found.extend(same.map(|(_, word)| *word));
        });
    }
}

/// Gives every key of a word to `take`. Two neighbours as one word have fewer: they are long, and many.
fn each_key(word: &Word, alone: bool, take: &mut impl FnMut(u32)) {
    let sound = word.sound.as_bytes();
    take(hash(b'=', sound, usize::MAX, usize::MAX));
    let two = alone && (TWO_OUT_FROM..=TWO_OUT_TO).contains(&sound.len());
    if sound.len() >= 3 {
        for out in 0..sound.len() {
            take(hash(b'=', sound, out, usize::MAX));
            if two {
                (out + 1..sound.len()).for_each(|also| take(hash(b'=', sound, out, also)));
            }
        }
    }
    if !alone {
        return;
    }
    if let Some(meaning) = word.meaning {
        take(hash(b'~', meaning.as_bytes(), usize::MAX, usize::MAX));
    }
    // A slip of the finger may change more of the sound than of the letters.
    let text = word.text.as_bytes();
    if (3..=TWO_OUT_TO).contains(&text.len()) {
        take(hash(b'*', text, usize::MAX, usize::MAX));
        (0..text.len()).for_each(|out| take(hash(b'*', text, out, usize::MAX)));
    }
    let bones = word.bones.as_bytes();
    if bones.len() >= 3 {
        take(hash(b'#', bones, usize::MAX, usize::MAX));
    }
    if bones.len() >= BONE_OUT_FROM {
        (0..bones.len()).for_each(|out| take(hash(b'#', bones, out, usize::MAX)));
    }
}

/// FNV-1a over the letters that are not left out, under a mark for the kind of key.
fn hash(mark: u8, letters: &[u8], out: usize, also: usize) -> u32 {
    let mut hash = (0x811c_9dc5_u32 ^ u32::from(mark)).wrapping_mul(0x0100_0193);
    for (at, letter) in letters.iter().enumerate() {
        if at != out && at != also {
            hash = (hash ^ u32::from(*letter)).wrapping_mul(0x0100_0193);
        }
    }
    // The upper bits of FNV move late in short words; fold the lower ones in.
    hash ^ hash.rotate_left(15).wrapping_mul(0x85eb_ca6b)
}
