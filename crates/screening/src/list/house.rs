//! A bank's own list: a CSV with the columns name, kind, born, country and note. A name may have more names after
//! semicolons. Only the name must be given.

use super::input::{Input, Lines, Place, digest, text};
use super::{Entry, Kind, List, ListRefused, Rank, Source};

const FILE: &str = "house.csv";
const COLUMNS: [&str; 5] = ["name", "kind", "born", "country", "note"];

/// Reads a list of the bank's own. `list` is its name, `version` the day it speaks of; an entry's id is its line.
pub fn house(bytes: &[u8], list: &str, version: &str) -> Result<List, ListRefused> {
    let inputs = vec![Input::of(FILE, bytes)];
    let mut place = Place::in_file(FILE);
    place.line = 1;
    let body = text(FILE, bytes)?;
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(body.as_bytes());
    let head = reader.headers().map_err(|error| place.refuse("head", error.to_string()))?;
    if !head.iter().map(str::to_lowercase).eq(COLUMNS) {
        return Err(place.refuse("head", format!("the columns must be {}", COLUMNS.join(","))));
    }
    let mut entries = Vec::new();
    let mut lines = Lines::default();
    for row in reader.records() {
        let row = row.map_err(|error| place.refuse("row", error.to_string()))?;
        place.line = lines.of(body, &row);
        entries.push(entry(&row, &mut place)?);
    }
    let digest = digest(&inputs);
    let (source, version) = (Source::House(list.to_owned()), version.to_owned());
    Ok(List { source, version, inputs, digest, entries, unread: place.unread })
}

fn entry(row: &csv::StringRecord, place: &mut Place) -> Result<Entry, ListRefused> {
    let field = |at: usize| row.get(at).unwrap_or_default();
    let kind = match field(1).to_lowercase().as_str() {
        "person" | "" => Kind::Person,
        "entity" => Kind::Entity,
        "vessel" => Kind::Vessel,
        "aircraft" => Kind::Aircraft,
        other => {
            let reason = format!("`{other}` is not person, entity, vessel or aircraft");
            return Err(place.refuse("kind", reason));
        }
    };
    let mut names = field(0).split(';').map(str::trim).filter(|name| !name.is_empty());
    let Some(primary) = names.next() else {
        return Err(place.refuse("name", "is empty"));
    };
    let mut entry = Entry::named(&place.line.to_string(), kind, primary);
    names.for_each(|name| entry.also_called(name, Rank::Strong));
    if !field(2).is_empty() {
        place.born(&mut entry, "born", field(2));
    }
    if !field(3).is_empty() {
        place.country(&mut entry, "country", field(3));
    }
    entry.remarks = field(4).to_owned();
    Ok(entry)
}
