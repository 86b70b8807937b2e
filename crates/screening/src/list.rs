//! A list as one bank's screen uses it: who is on it, under which names, born when, of which country, from which
//! bytes. Readers, one a format: `list/ofac.rs`, `list/un.rs`, `list/house.rs`. `list/difference.rs` says what
//! changed between two versions. Nothing that stands in the bytes is lost in silence: see [`List::unread`].

use std::fmt;

use crate::born::Born;
use crate::country::Country;

mod input;
mod remarks;
mod ofac;
mod tree;
mod un;
mod house;
mod difference;

pub use difference::{Difference, difference};
pub use house::house;
pub use input::Input;
pub use ofac::{OfacFiles, ofac};
pub use un::un;

/// Who publishes a list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// Specially Designated Nationals, of the United States' Office of Foreign Assets Control.
    Ofac,
    /// The consolidated list of the Security Council of the United Nations.
    Un,
    /// A list of the bank's own, by its name.
    House(String),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Ofac => f.write_str("OFAC SDN"),
            Source::Un => f.write_str("UN"),
            Source::House(name) => f.write_str(name),
        }
    }
}

/// One version of one list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// Who publishes it.
    pub source: Source,
    /// The day or moment it speaks of: as the file says, or as whoever fetched it says when the file does not.
    pub version: String,
    /// The files it was read from, each with its SHA-256.
    pub inputs: Vec<Input>,
    /// SHA-256 over the inputs' digests in their order: two lists of the same digest are the same bytes.
    pub digest: [u8; 32],
    /// In the order of the file.
    pub entries: Vec<Entry>,
    /// What stood in the bytes and could not be used: dates that are none, countries that the table does not have.
    pub unread: Vec<Unread>,
}

/// What kind of thing is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A human being.
    Person,
    /// A company, bank, authority, group.
    Entity,
    /// A ship.
    Vessel,
    /// An aircraft.
    Aircraft,
}

/// Somebody or something on a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The publisher's own number.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// Primary name first.
    pub names: Vec<ListedName>,
    /// All dates of birth that are given; several when the publisher is not sure.
    pub births: Vec<Born>,
    /// Nationality, citizenship, places of birth and addresses.
    pub countries: Vec<Country>,
    /// Why it is listed: the publisher's programs.
    pub programs: Vec<String>,
    /// As written.
    pub addresses: Vec<String>,
    /// Passports and other papers, as written.
    pub papers: Vec<String>,
    /// Everything else the publisher says, as written.
    pub remarks: String,
}

/// A name and how much it is worth.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListedName {
    /// As written; a person's family name may stand first with a comma.
    pub text: String,
    /// How much the publisher trusts it.
    pub rank: Rank,
}

/// How much a publisher trusts a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    /// The name of the entry.
    Primary,
    /// Another name of good quality.
    Strong,
    /// A name of low quality: a nickname, a call sign.
    Weak,
}

/// Something in the bytes that could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The file it stands in.
    pub file: String,
    /// From 1.
    pub line: u64,
    /// Which field.
    pub field: &'static str,
    /// What stands there.
    pub text: String,
}

/// A list that was refused: nothing of it was loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListRefused {
    /// The file.
    pub file: String,
    /// From 1; 0 when it is the file as a whole.
    pub line: u64,
    /// The field, or what should stand there.
    pub field: &'static str,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for ListRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ListRefused { file, line, field, reason } = self;
        write!(f, "{file}:{line}: {field}: {reason}; nothing of the list was loaded")
    }
}

impl std::error::Error for ListRefused {}

impl Entry {
    /// An entry of which only the name is known.
    pub fn named(id: &str, kind: Kind, name: &str) -> Entry {
        let names = vec![ListedName { text: name.to_owned(), rank: Rank::Primary }];
        let (births, countries) = (Vec::new(), Vec::new());
        let (programs, addresses, papers) = (Vec::new(), Vec::new(), Vec::new());
        let (id, remarks) = (id.to_owned(), String::new());
        Entry { id, kind, names, births, countries, programs, addresses, papers, remarks }
    }

    /// Its primary name.
    pub fn name(&self) -> &str {
        self.names.first().map_or("", |name| &name.text)
    }

    /// Adds a name unless the entry has it.
    fn also_called(&mut self, text: &str, rank: Rank) {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !text.is_empty() && self.names.iter().all(|name| name.text != text) {
            self.names.push(ListedName { text, rank });
        }
    }

    fn of_country(&mut self, country: Country) {
        if !self.countries.contains(&country) {
            self.countries.push(country);
        }
    }

    fn was_born(&mut self, born: Born) {
        if !self.births.contains(&born) {
            self.births.push(born);
        }
    }
}
