//! The consolidated list of the Security Council, as XML. Persons have up to four names and one in their own script;
//! aliases are good or low; births are exact, about or between two years.

use super::input::{Input, Place, digest, text};
use super::tree::{self, Element};
use super::{Entry, Kind, List, ListRefused, ListedName, Rank, Source};
use crate::born::Born;

const FILE: &str = "UN_consolidated.xml";

/// Elements of an entry that say nothing a bank matches or reads.
const SORTING: [&str; 5] =
    ["VERSIONNUM", "LIST_TYPE", "SORT_KEY", "SORT_KEY_LAST_MOD", "LAST_DAY_UPDATED"];
/// Elements that are read, of a person and of an entity alike.
const READ: [&str; 13] = [
    "DATAID",
    "FIRST_NAME",
    "SECOND_NAME",
    "THIRD_NAME",
    "FOURTH_NAME",
    "NAME_ORIGINAL_SCRIPT",
    "UN_LIST_TYPE",
    "REFERENCE_NUMBER",
    "LISTED_ON",
    "GENDER",
    "COMMENTS1",
    "NATIONALITY",
    "DESIGNATION",
];

/// Reads the list; its version is the moment the file says it was made.
pub fn un(bytes: &[u8]) -> Result<List, ListRefused> {
    let inputs = vec![Input::of(FILE, bytes)];
    let top = tree::read(FILE, text(FILE, bytes)?)?;
    let mut place = Place::in_file(FILE);
    place.line = top.line;
    if top.name != "CONSOLIDATED_LIST" {
        return Err(place.refuse("CONSOLIDATED_LIST", format!("begins with {}", top.name)));
    }
    let version = top.attributes.get("dateGenerated").cloned();
    let version = version.ok_or_else(|| place.refuse("dateGenerated", "is not given"))?;
    let mut entries = Vec::new();
    for group in &top.children {
        place.line = group.line;
        let kind = match group.name.as_str() {
            "INDIVIDUALS" => Kind::Person,
            "ENTITIES" => Kind::Entity,
            other => {
                place.unread("CONSOLIDATED_LIST", other);
                continue;
            }
        };
        for element in &group.children {
            entries.push(entry(element, kind, &mut place)?);
        }
    }
    let digest = digest(&inputs);
    Ok(List { source: Source::Un, version, inputs, digest, entries, unread: place.unread })
}

fn entry(element: &Element, kind: Kind, place: &mut Place) -> Result<Entry, ListRefused> {
    place.line = element.line;
    let id = element.get("DATAID").ok_or_else(|| place.refuse("DATAID", "is empty"))?;
    let parts = ["FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME"];
    let name: Vec<&str> = parts.iter().filter_map(|part| element.get(part)).collect();
    let name = name.join(" ");
    // An entity's names may stand in one field, as an alias's may.
    let mut names = split(&name, kind == Kind::Entity);
    let Some(primary) = names.next() else {
        return Err(place.refuse("FIRST_NAME", "is empty"));
    };
    let mut entry = Entry::named(id, kind, primary);
    names.for_each(|name| entry.also_called(name, Rank::Strong));
    if let Some(name) = element.get("NAME_ORIGINAL_SCRIPT") {
        split(name, true).for_each(|name| entry.also_called(name, Rank::Strong));
    }
    entry.programs.extend(element.get("UN_LIST_TYPE").map(str::to_owned));
    for child in &element.children {
        place.line = child.line;
        read(&mut entry, child, place);
    }
    let said = ["REFERENCE_NUMBER", "LISTED_ON", "GENDER", "COMMENTS1"];
    let said = said.iter().filter_map(|field| element.get(field)).map(str::to_owned);
    let said = said.chain(values(element, "TITLE")).chain(values(element, "DESIGNATION"));
    let said: Vec<String> = said.chain(notes(element)).collect();
    entry.remarks = said.join("; ");
    Ok(entry)
}

/// One element of an entry.
fn read(entry: &mut Entry, element: &Element, place: &mut Place) {
    match element.name.as_str() {
        "NATIONALITY" => {
            for of in element.all("VALUE").map(|value| value.text.trim()) {
                if !of.is_empty() {
                    place.country(entry, "NATIONALITY", of);
                }
            }
        }
        "INDIVIDUAL_ALIAS" | "ENTITY_ALIAS" => alias(entry, element, place),
        "INDIVIDUAL_ADDRESS" | "ENTITY_ADDRESS" => address(entry, element, place),
        "INDIVIDUAL_PLACE_OF_BIRTH" => country_of(entry, element, place),
        "INDIVIDUAL_DATE_OF_BIRTH" => born(entry, element, place),
        "INDIVIDUAL_DOCUMENT" => {
            let paper = joined(element);
            entry.papers.extend(Some(paper).filter(|paper| !paper.is_empty()));
        }
        "TITLE" => {}
        name if SORTING.contains(&name) || READ.contains(&name) => {}
        other => place.unread("entry", other),
    }
}

fn alias(entry: &mut Entry, element: &Element, place: &mut Place) {
    let rank = match element.get("QUALITY") {
        Some("Low") => Rank::Weak,
        Some("Good" | "a.k.a." | "f.k.a.") | None => Rank::Strong,
        Some(other) => {
            place.unread("QUALITY", other);
            Rank::Strong
        }
    };
    let names: Vec<ListedName> = element
        .get("ALIAS_NAME")
        .map(|names| split(names, true).map(|text| ListedName { text: text.to_owned(), rank }))
        .into_iter()
        .flatten()
        .collect();
    names.iter().for_each(|name| entry.also_called(&name.text, rank));
    if let Some(date) = element.get("DATE_OF_BIRTH") {
        place.born(entry, "DATE_OF_BIRTH", date);
    }
    if let Some(country) = element.get("COUNTRY_OF_BIRTH") {
        place.country(entry, "COUNTRY_OF_BIRTH", country);
    }
}

fn address(entry: &mut Entry, element: &Element, place: &mut Place) {
    country_of(entry, element, place);
    let text = joined(element);
    entry.addresses.extend(Some(text).filter(|text| !text.is_empty()));
}

fn country_of(entry: &mut Entry, element: &Element, place: &mut Place) {
    if let Some(country) = element.get("COUNTRY") {
        place.country(entry, "COUNTRY", country);
    }
}

/// `EXACT` with a date or a year, `APPROXIMATELY`, `BETWEEN` two years; or only a note.
fn born(entry: &mut Entry, element: &Element, place: &mut Place) {
    let field = "INDIVIDUAL_DATE_OF_BIRTH";
    let between = (element.get("FROM_YEAR"), element.get("TO_YEAR"));
    let text = match (element.get("DATE").or(element.get("YEAR")), between) {
        (Some(date), _) => date.to_owned(),
        (None, (Some(from), Some(to))) => format!("{from} to {to}"),
        (None, _) => match element.get("NOTE") {
            Some(note) => note.replace(". ", " "),
            None => return,
        },
    };
    match Born::read(&text) {
        Some(born) if element.get("TYPE_OF_DATE") == Some("APPROXIMATELY") => {
            entry.was_born(born.about());
        }
        Some(born) => entry.was_born(born),
        None => place.unread(field, &text),
    }
}

/// Several names in one field stand between semicolons, some with a letter before them: `b) M. Sabet`.
fn split(names: &str, several: bool) -> impl Iterator<Item = &str> {
    let names = names.split(move |c| several && c == ';').map(str::trim);
    let bare = names.map(|name| match name.split_once(") ") {
        Some((letter, rest)) if letter.len() == 1 => rest,
        _ => name,
    });
    bare.filter(|name| !name.is_empty())
}

fn values(element: &Element, name: &str) -> Vec<String> {
    element.all(name).flat_map(|child| child.all("VALUE")).map(|value| value.text.clone()).collect()
}

/// What is noted beside names and dates.
fn notes(element: &Element) -> Vec<String> {
    let noted = ["INDIVIDUAL_ALIAS", "ENTITY_ALIAS", "INDIVIDUAL_DATE_OF_BIRTH"];
    let children = element.children.iter().filter(|child| noted.contains(&child.name.as_str()));
    children.filter_map(|child| child.get("NOTE")).map(str::to_owned).collect()
}

/// All that an element's children say, with commas.
fn joined(element: &Element) -> String {
    let texts = element.children.iter().map(|child| child.text.trim());
    texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
}
