//! What is known beside the name: births, countries, the kind, how much the list trusts the name. Each moves the
//! score by a fixed amount and gives a reason; none of them alone makes a hit.

use crate::born::{Births, Born};
use crate::country::Country;
use crate::list::{Entry, Kind, Rank};

use super::Reason;

/// What each fact adds to the score, or takes off.
const SAME_DAY: i32 = 60;
const AGREE: i32 = 20;
const NEAR: i32 = -10;
const DIFFER: i32 = -60;
const SAME_COUNTRY: i32 = 10;
const OTHER_COUNTRY: i32 = -15;
const OTHER_KIND: i32 = -120;
const WEAK_NAME: i32 = -40;

/// What is known of whoever is asked for, beside the name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Person, entity, vessel or aircraft.
    pub kind: Option<Kind>,
    /// When born.
    pub born: Option<Born>,
    /// Of which country.
    pub country: Option<Country>,
}

impl Facts {
    /// The most that these facts can add to a score.
    pub(crate) fn most(&self) -> u32 {
        let born = if self.born.is_some() { SAME_DAY } else { 0 };
        let country = if self.country.is_some() { SAME_COUNTRY } else { 0 };
        (born + country).unsigned_abs()
    }
}

/// What the facts add to a name's score; their reasons go to `say`.
pub fn weigh(facts: &Facts, entry: &Entry, rank: Rank, say: &mut Vec<Reason>) -> i32 {
    let mut sum = 0;
    let mut fact = |worth: i32, reason: Reason| {
        sum += worth;
        say.push(reason);
    };
    match rank {
        Rank::Weak => fact(WEAK_NAME, Reason::WeakName),
        Rank::Strong => fact(0, Reason::OtherName),
        Rank::Primary => {}
    }
    if facts.kind.is_some_and(|kind| kind != entry.kind) {
        fact(OTHER_KIND, Reason::OtherKind { listed: entry.kind });
    }
    let births = facts.born.and_then(|born| best(born, &entry.births));
    match births {
        Some(births @ Births::SameDay) => fact(SAME_DAY, Reason::Born(births)),
        Some(births @ Births::Agree) => fact(AGREE, Reason::Born(births)),
        Some(births @ Births::Near) => fact(NEAR, Reason::Born(births)),
        Some(births @ Births::Differ) => fact(DIFFER, Reason::Born(births)),
        None => {}
    }
    match facts.country {
        Some(country) if entry.countries.contains(&country) => {
            fact(SAME_COUNTRY, Reason::SameCountry);
        }
        Some(_) if !entry.countries.is_empty() => fact(OTHER_COUNTRY, Reason::OtherCountry),
        _ => {}
    }
    sum
}

/// The best that any listed birth says.
fn best(born: Born, listed: &[Born]) -> Option<Births> {
    listed.iter().map(|listed| born.beside(*listed)).min()
}
