//! Altered names of our own making, from listed ones and a seed: what clerks, forms and people who hide do to a
//! name. Written before the first measurement; the alterations know nothing of how names are matched.

/// How a name is altered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alteration {
    /// One letter more, less, other or swapped.
    Typo,
    /// Two of them, in long names.
    TwoTypos,
    /// Words in another order.
    Turned,
    /// One word left out, of three or more, but not the longest: nobody can be known by "Holding S.A.".
    Dropped,
    /// Another spelling of the same sounds.
    Spelling,
    /// The second of three or more words of a person's name as an initial.
    Initial,
    /// Two neighbours written as one.
    Joined,
}

pub const ALTERATIONS: [Alteration; 7] = [
    Alteration::Typo,
    Alteration::TwoTypos,
    Alteration::Turned,
    Alteration::Dropped,
    Alteration::Spelling,
    Alteration::Initial,
    Alteration::Joined,
];

/// SplitMix64: one number after another from a seed.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % bound.max(1) as u64).expect("below the bound")
    }
}

const SPELLINGS: [(&str, &str); 24] = [
    ("KH", "H"),
    ("OU", "U"),
    ("OO", "U"),
    ("EE", "I"),
    ("PH", "F"),
    ("V", "W"),
    ("W", "V"),
    ("Y", "I"),
    ("J", "DJ"),
    ("SH", "SCH"),
    ("Q", "K"),
    ("K", "Q"),
    ("C", "K"),
    ("U", "O"),
    ("O", "U"),
    ("E", "I"),
    ("I", "E"),
    ("A", "E"),
    ("AL-", "EL-"),
    ("ZH", "J"),
    ("TS", "TZ"),
    ("X", "KS"),
    ("LL", "L"),
    ("SS", "S"),
];

/// The altered name, when the name can be altered so and is another afterwards.
pub fn alter(name: &str, how: Alteration, dice: &mut Dice) -> Option<String> {
    let words: Vec<&str> = name.split_whitespace().collect();
    let altered = match how {
        Alteration::Typo => typo(name, dice)?,
        Alteration::TwoTypos if name.len() >= 14 => typo(&typo(name, dice)?, dice)?,
        Alteration::Turned if words.len() >= 2 => {
            let by = 1 + dice.below(words.len() - 1);
            let turned = words.iter().cycle().skip(by).take(words.len());
            turned.map(|word| word.trim_end_matches(',')).collect::<Vec<_>>().join(" ")
        }
        Alteration::Dropped if words.len() >= 3 => {
            let longest = (0..words.len()).max_by_key(|at| words[*at].len())?;
            let out = (longest + 1 + dice.below(words.len() - 1)) % words.len();
            let rest = words.iter().enumerate().filter(|(at, _)| *at != out);
            rest.map(|(_, word)| *word).collect::<Vec<_>>().join(" ")
        }
        Alteration::Spelling => {
            let fits: Vec<_> = SPELLINGS.iter().filter(|(from, _)| name.contains(from)).collect();
            let (from, to) = fits.get(dice.below(fits.len()))?;
            name.replacen(from, to, 1)
        }
        Alteration::Initial if words.len() >= 3 && name.contains(',') => {
            let first = words.iter().enumerate().map(|(at, word)| match at {
                1 => word.chars().take(1).collect::<String>() + ".",
                _ => (*word).to_owned(),
            });
            first.collect::<Vec<_>>().join(" ")
        }
        Alteration::Joined if words.len() >= 2 => {
            let at = dice.below(words.len() - 1);
            let mut joined = words.clone();
            let both = format!("{}{}", words[at].trim_end_matches(','), words[at + 1]);
            joined.splice(at..at + 2, [both.as_str()]);
            joined.join(" ")
        }
        _ => return None,
    };
    (altered != name).then_some(altered)
}

fn typo(name: &str, dice: &mut Dice) -> Option<String> {
    let mut letters: Vec<char> = name.chars().collect();
    let places: Vec<usize> =
        (0..letters.len()).filter(|at| letters[*at].is_ascii_alphabetic()).collect();
    let at = *places.get(dice.below(places.len()))?;
    let any = char::from(b'A' + u8::try_from(dice.below(26)).expect("a letter"));
    let any = if letters[at].is_lowercase() { any.to_ascii_lowercase() } else { any };
    match dice.below(4) {
        0 => letters.insert(at, any),
        1 => {
            letters.remove(at);
        }
        2 => letters[at] = any,
        _ if at + 1 < letters.len() => letters.swap(at, at + 1),
        _ => return None,
    }
    Some(letters.into_iter().collect())
}
