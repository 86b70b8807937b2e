//! What the Treasury writes into one field of remarks, with semicolons between: dates and places of birth,
//! nationality, papers, and names of low quality in quotes.

use super::input::Place;
use super::{Entry, Rank};
use crate::country::Country;

/// Words with which a remark about a paper begins.
const PAPERS: [&str; 14] = [
    "Passport",
    "Cedula No.",
    "National ID No.",
    "NIT #",
    "Tax ID No.",
    "RUC #",
    "C.U.R.P.",
    "R.F.C.",
    "Registration ID",
    "Registration Number",
    "Identification Number",
    "Vessel Registration Identification",
    "Driver's License No.",
    "D.N.I.",
];

/// Takes what it knows out of an entry's remarks into their own fields; the remarks stay as they are written.
pub(super) fn read(entry: &mut Entry, place: &mut Place) {
    let remarks = entry.remarks.clone();
    for part in remarks.split("; ") {
        let part = part.trim().trim_end_matches(['.', ';']);
        let part = part.strip_prefix("alt. ").unwrap_or(part);
        if let Some(born) = part.strip_prefix("DOB ") {
            place.born(entry, "DOB", born);
        } else if let Some(at) = part.strip_prefix("POB ") {
            place_of_birth(entry, at, place);
        } else if let Some(of) =
            after(part, &["nationality ", "citizen ", "Nationality of Registration "])
        {
            place.country(entry, "nationality", of);
        } else if let Some(name) = after(part, &["a.k.a. ", "f.k.a. "]) {
            let name = name.trim().trim_start_matches('\'').trim_end_matches('\'');
            entry.also_called(name, Rank::Weak);
        } else if PAPERS.iter().any(|paper| part.starts_with(paper)) {
            entry.papers.push(part.to_owned());
        }
    }
}

fn after<'a>(part: &'a str, words: &[&str]) -> Option<&'a str> {
    words.iter().find_map(|word| part.strip_prefix(word))
}

/// The country is the end of the place: `Pyongyang, Korea, North`.
fn place_of_birth(entry: &mut Entry, at: &str, place: &mut Place) {
    let commas = at.match_indices(", ").map(|(comma, _)| comma + 2);
    let ends = std::iter::once(0).chain(commas).filter_map(|from| at.get(from..));
    match ends.into_iter().find_map(Country::named) {
        Some(country) => entry.of_country(country),
        None => place.unread("POB", at),
    }
}
