//! The list of the United States' Treasury as it is published in CSV: `sdn.csv` (who), `alt.csv` (other names),
//! `add.csv` (addresses) and `sdn_comments.csv` (remarks that found no room). They have no head; `-0-` is nothing;
//! the last line is a single end-of-file character.

use std::collections::BTreeMap;

use super::input::{Input, Lines, Place, digest, text};
use super::remarks;
use super::{Entry, Kind, List, ListRefused, Rank, Source};

/// The four files; an empty one is taken for "there are none".
#[derive(Clone, Copy, Debug)]
pub struct OfacFiles<'a> {
    /// `sdn.csv`.
    pub sdn: &'a [u8],
    /// `alt.csv`.
    pub alt: &'a [u8],
    /// `add.csv`.
    pub add: &'a [u8],
    /// `sdn_comments.csv`.
    pub comments: &'a [u8],
}

/// Reads the list. The files do not say of which day they are, so whoever fetched them does, as `version`.
pub fn ofac(files: &OfacFiles<'_>, version: &str) -> Result<List, ListRefused> {
    let named = [
        ("sdn.csv", files.sdn),
        ("alt.csv", files.alt),
        ("add.csv", files.add),
        ("sdn_comments.csv", files.comments),
    ];
    let inputs: Vec<Input> = named.iter().map(|(file, bytes)| Input::of(file, bytes)).collect();
    let mut book = Book { entries: Vec::new(), at: BTreeMap::new(), unread: Vec::new() };
    book.read("sdn.csv", files.sdn, 12, Book::sdn)?;
    book.read("sdn_comments.csv", files.comments, 2, Book::comment)?;
    book.read("alt.csv", files.alt, 5, Book::alt)?;
    book.read("add.csv", files.add, 6, Book::address)?;
    let mut place = Place::in_file("sdn.csv");
    for (at, entry) in book.entries.iter_mut().enumerate() {
        place.line = at as u64 + 1;
        remarks::read(entry, &mut place);
    }
    book.unread.append(&mut place.unread);
    let (digest, version) = (digest(&inputs), version.to_owned());
    let Book { entries, unread, .. } = book;
    Ok(List { source: Source::Ofac, version, inputs, digest, entries, unread })
}

/// Entries as far as they are read, and where the next file finds them.
struct Book {
    entries: Vec<Entry>,
    at: BTreeMap<String, usize>,
    unread: Vec<super::Unread>,
}

impl Book {
    /// Gives each row of a file to `take`.
    fn read(
        &mut self,
        file: &'static str,
        bytes: &[u8],
        fields: usize,
        take: fn(&mut Book, &Row<'_>, &mut Place) -> Result<(), ListRefused>,
    ) -> Result<(), ListRefused> {
        let mut place = Place::in_file(file);
        let body = text(file, bytes)?;
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(body.as_bytes());
        let mut lines = Lines::default();
        for row in reader.records() {
            let row = row.map_err(|error| place.refuse("row", error.to_string()))?;
            place.line = lines.of(body, &row);
            if row.len() == 1 && row.get(0).is_some_and(|field| matches!(field, "" | "\u{1a}")) {
                continue;
            }
            if row.len() != fields {
                let reason = format!("has {} fields instead of {fields}", row.len());
                return Err(place.refuse("row", reason));
            }
            take(self, &Row(&row), &mut place)?;
        }
        self.unread.append(&mut place.unread);
        Ok(())
    }

    fn sdn(&mut self, row: &Row<'_>, place: &mut Place) -> Result<(), ListRefused> {
        let id = row.number(0, place)?;
        let name = row.get(1).ok_or_else(|| place.refuse("SDN_Name", "is empty"))?;
        let kind = match row.get(2) {
            Some("individual") => Kind::Person,
            Some("vessel") => Kind::Vessel,
            Some("aircraft") => Kind::Aircraft,
            None => Kind::Entity,
            // Better matched as an entity than not at all.
            Some(other) => {
                place.unread("SDN_Type", other);
                Kind::Entity
            }
        };
        let mut entry = Entry::named(id, kind, name);
        let programs = row.get(3).unwrap_or_default().split("] [");
        entry.programs = programs.filter(|text| !text.is_empty()).map(str::to_owned).collect();
        if let Some(flag) = row.get(9) {
            place.country(&mut entry, "Vess_flag", flag);
        }
        let words = [
            (4, "Title"),
            (5, "Call sign"),
            (6, "Type"),
            (7, "Tonnage"),
            (8, "GRT"),
            (10, "Owner"),
        ];
        let said = words.iter().filter_map(|(at, word)| Some(format!("{word} {}", row.get(*at)?)));
        let said: Vec<String> = said.chain(row.get(11).map(str::to_owned)).collect();
        entry.remarks = said.join("; ");
        if self.at.insert(id.to_owned(), self.entries.len()).is_some() {
            return Err(place.refuse("ent_num", format!("{id} stands twice")));
        }
        self.entries.push(entry);
        Ok(())
    }

    /// Remarks longer than a thousand characters go on here, in the middle of a word.
    fn comment(&mut self, row: &Row<'_>, place: &mut Place) -> Result<(), ListRefused> {
        let id = row.number(0, place)?;
        let more = row.get(1).unwrap_or_default();
        match self.entry(id) {
            Some(entry) => entry.remarks.push_str(more),
            None => place.unread("ent_num", id),
        }
        Ok(())
    }

    fn alt(&mut self, row: &Row<'_>, place: &mut Place) -> Result<(), ListRefused> {
        let id = row.number(0, place)?;
        let name = row.get(3).ok_or_else(|| place.refuse("alt_name", "is empty"))?;
        match self.entry(id) {
            Some(entry) => entry.also_called(name, Rank::Strong),
            None => place.unread("ent_num", id),
        }
        if !matches!(row.get(2), Some("aka" | "fka" | "nka")) {
            place.unread("alt_type", row.get(2).unwrap_or_default());
        }
        if let Some(remark) = row.get(4) {
            place.unread("alt_remarks", remark);
        }
        Ok(())
    }

    fn address(&mut self, row: &Row<'_>, place: &mut Place) -> Result<(), ListRefused> {
        let id = row.number(0, place)?;
        let parts: Vec<&str> = (2..5).filter_map(|at| row.get(at)).collect();
        let Some(entry) = self.entry(id) else {
            place.unread("ent_num", id);
            return Ok(());
        };
        if !parts.is_empty() {
            entry.addresses.push(parts.join(", "));
        }
        if let Some(country) = row.get(4) {
            place.country(entry, "country", country);
        }
        if let Some(remark) = row.get(5) {
            place.unread("add_remarks", remark);
        }
        Ok(())
    }

    fn entry(&mut self, id: &str) -> Option<&mut Entry> {
        let at = *self.at.get(id)?;
        self.entries.get_mut(at)
    }
}

/// A row whose `-0-` are nothing.
struct Row<'a>(&'a csv::StringRecord);

impl Row<'_> {
    fn get(&self, at: usize) -> Option<&str> {
        self.0.get(at).filter(|field| !matches!(*field, "-0-" | ""))
    }

    /// The number of the entry that the row speaks of.
    fn number(&self, at: usize, place: &Place) -> Result<&str, ListRefused> {
        let id = self.get(at).filter(|id| id.bytes().all(|byte| byte.is_ascii_digit()));
        id.ok_or_else(|| place.refuse("ent_num", "is not a number"))
    }
}
