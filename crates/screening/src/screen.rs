//! The screen: lists, read once and indexed, and one question to them, "who is that?". A part of it can be asked
//! alone when a list has changed, with the same scores as the whole would give.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::index::{Asked, Index, Listed, Rarity};
use crate::list::{Difference, Entry, Kind, List, ListedName, Source};
use crate::name::{Name, SAME_SOUND};
use crate::score::{self, Alignment, Cell, Facts, Reason, Span, weights};

/// From this score on a name is a hit: tuned for no more than one false hit in a thousand names, see
/// `docs/screening.md`.
pub const THRESHOLD: u16 = 860;

/// Who is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// In any script.
    pub name: String,
    /// What is known beside it.
    pub facts: Facts,
}

impl Query {
    /// A name of which nothing else is known.
    pub fn name(name: &str) -> Query {
        Query { name: name.to_owned(), facts: Facts::default() }
    }

    /// A person's name.
    pub fn person(name: &str) -> Query {
        let facts = Facts { kind: Some(Kind::Person), ..Facts::default() };
        Query { name: name.to_owned(), facts }
    }
}

/// An entry that may be the one who was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit<'a> {
    /// Whose list.
    pub source: &'a Source,
    /// Who.
    pub entry: &'a Entry,
    /// Which of the entry's names.
    pub name: &'a ListedName,
    /// From the threshold to 1000.
    pub score: u16,
    /// What speaks for it and against it.
    pub reasons: Vec<Reason>,
}

/// Lists, indexed.
#[derive(Clone, Debug)]
pub struct Screen {
    entries: Vec<(Arc<Source>, Entry)>,
    index: Index,
    rarity: Arc<Rarity>,
    /// From this score on a name is a hit.
    pub threshold: u16,
}

impl Screen {
    /// Reads the names of lists and indexes them.
    pub fn new(lists: &[&List]) -> Screen {
        let mut rarity = Rarity::default();
        let entries: Vec<(Arc<Source>, Entry)> = lists
            .iter()
            .map(|list| (Arc::new(list.source.clone()), list))
            .flat_map(|(source, list)| {
                list.entries.iter().map(move |entry| (source.clone(), entry.clone()))
            })
            .collect();
        for (_, entry) in &entries {
            rarity.count(names(entry).iter());
        }
        Screen::of(entries, Arc::new(rarity), THRESHOLD)
    }

    fn of(entries: Vec<(Arc<Source>, Entry)>, rarity: Arc<Rarity>, threshold: u16) -> Screen {
        let read: Vec<Vec<Name>> = entries.iter().map(|(_, entry)| names(entry)).collect();
        let numbered = (0..).zip(&read);
        let each = numbered
            .flat_map(|(entry, names)| (0..).zip(names).map(move |(at, name)| (entry, at, name)));
        let index = Index::new(each, &rarity);
        Screen { entries, index, rarity, threshold }
    }

    /// Only what a change of one list brought: everybody is matched again against that and nothing else. Scores
    /// are those of the whole screen, which holds the list's new version.
    pub fn changed(&self, source: &Source, difference: &Difference) -> Screen {
        let ids: BTreeSet<&str> = difference.to_match().collect();
        let among = |entry: &&(Arc<Source>, Entry)| {
            *entry.0 == *source && ids.contains(entry.1.id.as_str())
        };
        let entries = self.entries.iter().filter(among).cloned().collect();
        Screen::of(entries, self.rarity.clone(), self.threshold)
    }

    /// How many names are looked through.
    pub fn names(&self) -> usize {
        self.index.len()
    }

    /// Memory of the index, as far as it can be counted; the entries themselves come on top.
    pub fn index_bytes(&self) -> usize {
        self.index.bytes()
    }

    /// How much a word weighs on these lists.
    pub fn rarity(&self) -> &Rarity {
        &self.rarity
    }

    /// Who that may be, the likeliest first; each entry once, by its best name.
    pub fn look(&self, query: &Query) -> Vec<Hit<'_>> {
        self.look_from(query, self.threshold)
    }

    /// The same from another score on.
    pub fn look_from(&self, query: &Query, threshold: u16) -> Vec<Hit<'_>> {
        let name = Name::read(&query.name, query.facts.kind);
        if name.words.is_empty() {
            return Vec::new();
        }
        let asked = self.index.ask(name, &self.rarity);
        let least = u32::from(threshold).saturating_sub(query.facts.most());
        let mut cells = Vec::new();
        let mut hits: Vec<Hit<'_>> = Vec::new();
        for at in self.index.candidates(&asked, least) {
            let Some(listed) = self.index.name(at) else { continue };
            asked.cells(listed, &mut cells);
            let alignment = score::align(&asked.pieces, &listed.pieces, &mut cells);
            if alignment.score >= least {
                hits.extend(self.hit(&asked, listed, &alignment, &query.facts));
            }
        }
        hits.retain(|hit| hit.score >= threshold);
        best_of_each(hits)
    }

    fn hit(
        &self,
        asked: &Asked,
        listed: &Listed,
        alignment: &Alignment,
        facts: &Facts,
    ) -> Option<Hit<'_>> {
        let (source, entry) = self.entries.get(listed.entry as usize)?;
        let name = entry.names.get(listed.name as usize)?;
        let mut reasons = self.reasons(asked, listed, alignment);
        let mut score = i32::try_from(alignment.score).unwrap_or(0);
        if score::forms_contradict(&asked.name.forms, &listed.forms) {
            reasons.push(Reason::OtherForm);
            score -= i32::try_from(weights::FORMS).unwrap_or(0);
        }
        score += score::weigh(facts, entry, name.rank, &mut reasons);
        let score = u16::try_from(score.clamp(0, 1000)).unwrap_or(0);
        Some(Hit { source, entry, name, score, reasons })
    }

    /// What the words say.
    fn reasons(&self, asked: &Asked, listed: &Listed, alignment: &Alignment) -> Vec<Reason> {
        let ours = |span: Span| text(span, |at| asked.name.words.get(at).map(|w| w.text.as_str()));
        let theirs = |span: Span| text(span, |at| self.listed_word(listed, at));
        let mut reasons = Vec::new();
        let mut initial = 0;
        for cell in &alignment.together {
            initial += 1;
            let (asked, listed) = (ours(cell.asked), theirs(cell.listed));
            if initial > alignment.initials_from {
                let (letter, word) =
                    if asked.len() == 1 { (asked, listed) } else { (listed, asked) };
                reasons.push(Reason::Initial { letter, word });
            } else if cell.asked.count + cell.listed.count > 2 {
                reasons.push(Reason::Joined { asked, listed });
            } else if cell.alike == SAME_SOUND {
                reasons.push(Reason::Sound { asked, listed });
            } else if cell.alike < 1000 {
                reasons.push(Reason::Spelling { asked, listed, alike: cell.alike });
            }
        }
        let single = |at: usize| Span { at: u8::try_from(at).unwrap_or(0), count: 1 };
        let left = |bits: u32, count: usize| (0..count).filter(move |at| bits & (1 << at) != 0);
        for at in left(alignment.listed_left, listed.pieces.len()) {
            reasons.push(Reason::NotAsked { listed: theirs(single(at)) });
        }
        for at in left(alignment.asked_left, asked.pieces.len()) {
            reasons.push(Reason::NotListed { asked: ours(single(at)) });
        }
        if is_turned(&alignment.together) {
            reasons.push(Reason::OtherOrder);
        } else if reasons.is_empty() {
            reasons.push(Reason::SameName);
        }
        if asked.name.transliterated || listed.transliterated {
            reasons.push(Reason::Transliterated);
        }
        reasons
    }

    fn listed_word(&self, listed: &Listed, at: usize) -> Option<&str> {
        let single = |(span, _): &&(Span, u32)| span.count == 1 && usize::from(span.at) == at;
        listed.units.iter().find(single).map(|(_, word)| self.index.word(*word))
    }
}

/// The names of an entry, read.
fn names(entry: &Entry) -> Vec<Name> {
    entry.names.iter().map(|name| Name::read(&name.text, Some(entry.kind))).collect()
}

/// The words of a span with spaces between.
fn text<'a>(span: Span, word: impl Fn(usize) -> Option<&'a str>) -> String {
    let from = usize::from(span.at);
    (from..from + usize::from(span.count)).filter_map(word).collect::<Vec<_>>().join(" ")
}

/// True when words that went together stand in another order.
fn is_turned(together: &[Cell]) -> bool {
    let mut places: Vec<(u8, u8)> =
        together.iter().map(|cell| (cell.asked.at, cell.listed.at)).collect();
    places.sort_unstable();
    !places.is_sorted_by_key(|(_, listed)| *listed)
}

/// Each entry by its best name, the best entries first.
fn best_of_each(mut hits: Vec<Hit<'_>>) -> Vec<Hit<'_>> {
    hits.sort_by(|a, b| {
        let key = |hit: &Hit<'_>| (Reverse(hit.score), hit.name.rank);
        key(a).cmp(&key(b)).then_with(|| a.entry.id.cmp(&b.entry.id))
    });
    let mut seen = BTreeSet::new();
    hits.retain(|hit| seen.insert((hit.source, hit.entry.id.as_str())));
    hits
}
