//! An XML file as elements with text and children, each with the line it begins on. What is deeper or larger than
//! any list needs is refused before memory ends.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::ListRefused;
use super::input::Place;

const DEPTH_MAX: usize = 32;

/// One element.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub name: String,
    pub line: u64,
    pub text: String,
    pub attributes: BTreeMap<String, String>,
    pub children: Vec<Element>,
}

impl Element {
    /// Children of that name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text of the first child of that name, when it is not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        let texts = self.children.iter().filter(|child| child.name == name);
        texts.map(|child| child.text.trim()).find(|text| !text.is_empty())
    }
}

/// Reads the whole file; the answer is its outermost element.
pub(super) fn read(file: &'static str, body: &str) -> Result<Element, ListRefused> {
    let mut place = Place::in_file(file);
    place.line = 1;
    let mut reader = Reader::from_str(body);
    let mut open = vec![Element::default()];
    let mut counted = 0;
    loop {
        let event = reader.read_event().map_err(|error| place.refuse("XML", error.to_string()))?;
        let here = usize::try_from(reader.buffer_position()).unwrap_or(body.len());
        let newlines = body.get(counted..here).unwrap_or_default().matches('\n').count();
        match event {
            Event::Start(start) => {
                if open.len() > DEPTH_MAX {
                    return Err(place.refuse("XML", "elements lie too deep in each other"));
                }
                open.push(element(&start, &place)?);
            }
            Event::Empty(start) => put(&mut open, element(&start, &place)?),
            Event::End(_) => {
                let done = open.pop().unwrap_or_default();
                put(&mut open, done);
            }
            Event::Text(text) => say(&mut open, &text.xml10_content()),
            Event::CData(text) => say(&mut open, &text.xml10_content()),
            Event::GeneralRef(reference) => say(&mut open, &resolve(&reference, &place)?),
            Event::Eof => break,
            Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Comment(_) => {}
        }
        counted = here;
        place.line += newlines as u64;
    }
    let whole = open.len() == 1;
    let outermost = open.pop().and_then(|mut top| top.children.pop());
    outermost.filter(|_| whole).ok_or_else(|| place.refuse("XML", "ends before it is closed"))
}

fn element(start: &BytesStart<'_>, place: &Place) -> Result<Element, ListRefused> {
    let mut attributes = BTreeMap::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| place.refuse("attribute", error.to_string()))?;
        let name: &str = attribute.key.as_ref();
        attributes.insert(name.to_owned(), attribute.value.to_string());
    }
    let name: &str = start.name().into_inner();
    Ok(Element { name: name.to_owned(), line: place.line, attributes, ..Element::default() })
}

/// Under the innermost open element.
fn put(open: &mut [Element], done: Element) {
    if let Some(parent) = open.last_mut() {
        parent.children.push(done);
    }
}

fn say(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

/// `&amp;` and `&#233;`; entities that a file defines for itself are refused.
fn resolve(reference: &BytesRef<'_>, place: &Place) -> Result<String, ListRefused> {
    let refused = || place.refuse("XML", format!("`&{}` means nothing here", &**reference));
    match reference.resolve_char_ref() {
        Ok(Some(character)) => Ok(character.to_string()),
        Ok(None) => resolve_predefined_entity(reference).map(str::to_owned).ok_or_else(refused),
        Err(_) => Err(refused()),
    }
}
