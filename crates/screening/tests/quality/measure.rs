//! What is measured, and how: recall of the right entity, false hits among people who are on no list, F1 of pairs.

use std::collections::{BTreeMap, BTreeSet};

use screening::{Entry, Kind, List, Name, Query, Rarity, Screen, Source, compare};

use super::alter::{ALTERATIONS, Alteration, Dice, alter};
use super::data::{Half, Pair, Person, half};

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    pub of: usize,
    pub found: usize,
}

impl Share {
    pub fn count(&mut self, found: bool) {
        self.of += 1;
        self.found += usize::from(found);
    }

    pub fn add(&mut self, other: Share) {
        self.of += other.of;
        self.found += other.found;
    }

    /// In ten thousandths.
    pub fn per_10k(self) -> usize {
        self.found * 10_000 / self.of.max(1)
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Share { of, found } = self;
        write!(f, "{found}/{of} = {}.{:02}%", self.per_10k() / 100, self.per_10k() % 100)
    }
}

/// Words without case, marks and order: what hardly anybody would call an alteration.
pub fn key(name: &str) -> Vec<String> {
    let name = Name::read(name, Some(Kind::Person));
    let mut words: Vec<String> =
        name.words.into_iter().map(|word| word.meaning().to_owned()).collect();
    words.sort_unstable();
    words
}

/// Recall of the right entity over all names, and over those that still differ in their words.
pub fn recall(
    screen: &Screen,
    list: &List,
    names: &[(Person, Person)],
    ask: impl Fn(&Person) -> Query,
) -> (Share, Share, Vec<String>) {
    let mut by_name: BTreeMap<Vec<String>, BTreeSet<&str>> = BTreeMap::new();
    for entry in &list.entries {
        by_name.entry(key(entry.name())).or_default().insert(&entry.id);
    }
    let (mut all, mut changed, mut missed) = (Share::default(), Share::default(), Vec::new());
    for (original, altered) in names {
        // Names that the list no longer has cannot be found.
        let Some(right) = by_name.get(&key(&original.name)) else { continue };
        let hits = screen.look(&ask(altered));
        let found = hits
            .iter()
            .any(|hit| *hit.source == list.source && right.contains(hit.entry.id.as_str()));
        all.count(found);
        if key(&original.name) != key(&altered.name) {
            changed.count(found);
        }
        if !found {
            missed.push(format!("{} => {}", original.name, altered.name));
        }
    }
    (all, changed, missed)
}

/// How many people who are on no list are hits all the same.
pub fn false_hits(
    screen: &Screen,
    people: &[Person],
    ask: impl Fn(&Person) -> Query,
) -> (Share, Vec<String>) {
    let (mut share, mut which) = (Share::default(), Vec::new());
    for person in people {
        let hits = screen.look(&ask(person));
        share.count(!hits.is_empty());
        if let Some(hit) = hits.first() {
            which.push(format!(
                "{} {} ~ {} ({})",
                hit.score, person.name, hit.name.text, hit.source
            ));
        }
    }
    (share, which)
}

/// Recall of our own alterations of a list's names, by alteration.
pub fn altered_recall(
    screen: &Screen,
    list: &List,
    of: Half,
    step: usize,
) -> (BTreeMap<Alteration, Share>, Vec<String>) {
    let (mut shares, mut missed) = (BTreeMap::<_, Share>::new(), Vec::new());
    let mine = |entry: &&Entry| half(&entry.id) == of && entry.names.len() < 40;
    for (at, entry) in list.entries.iter().filter(mine).enumerate() {
        if at % step != 0 {
            continue;
        }
        let mut dice = Dice(at as u64 + 1);
        for how in ALTERATIONS {
            let Some(altered) = alter(entry.name(), how, &mut dice) else { continue };
            let mut query = Query::name(&altered);
            query.facts.kind = Some(entry.kind);
            let hits = screen.look(&query);
            let found =
                hits.iter().any(|hit| *hit.source == Source::Ofac && hit.entry.id == entry.id);
            shares.entry(how).or_default().count(found);
            if !found {
                missed.push(format!("{how:?}: {} => {altered}", entry.name()));
            }
        }
    }
    (shares, missed)
}

/// Precision, recall and F1 of pairs at a threshold, in ten thousandths; the score of each wrong one.
pub struct Pairs {
    pub right: usize,
    pub false_yes: usize,
    pub false_no: usize,
    pub wrong: Vec<String>,
}

impl Pairs {
    pub fn f1(&self) -> usize {
        2 * self.right * 10_000 / (2 * self.right + self.false_yes + self.false_no).max(1)
    }
}

pub fn score_of(pair: &Pair, rarity: &Rarity) -> u16 {
    let (one, other) = (Name::read(&pair.one, pair.kind), Name::read(&pair.other, pair.kind));
    compare(&one, &other, |word| rarity.weight(word))
}

pub fn judge(pairs: &[Pair], rarity: &Rarity, threshold: u16) -> Pairs {
    let mut found = Pairs { right: 0, false_yes: 0, false_no: 0, wrong: Vec::new() };
    for pair in pairs {
        let score = score_of(pair, rarity);
        match (score >= threshold, pair.same) {
            (true, true) => found.right += 1,
            (false, false) => {}
            (said, _) => {
                found.false_yes += usize::from(said);
                found.false_no += usize::from(!said);
                found.wrong.push(format!("{score} {} {} ~ {}", pair.same, pair.one, pair.other));
            }
        }
    }
    found
}
