//! Public lists and names beside the project, and the fixed split into a tuning half and a test half.

use std::path::PathBuf;

use screening::list::{OfacFiles, ofac, un};
use screening::{Born, Country, Facts, Kind, List, Query};

/// The folder of the data: `SCREENING_DATA`, or `../shared/data` beside the project. Nothing when it is not there.
pub fn folder() -> Option<PathBuf> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let beside = || PathBuf::from(root).join("../shared/data");
    let folder = std::env::var_os("SCREENING_DATA").map_or_else(beside, PathBuf::from);
    folder.join("sanctions/sdn.csv").exists().then_some(folder)
}

fn bytes(file: &str) -> Vec<u8> {
    std::fs::read(folder().expect("the folder was found").join(file)).expect(file)
}

/// Both public lists.
pub fn lists() -> (List, List) {
    let of = |file: &str| bytes(&format!("sanctions/{file}.csv"));
    let (sdn, alt, add, comments) = (of("sdn"), of("alt"), of("add"), of("sdn_comments"));
    let files = OfacFiles { sdn: &sdn, alt: &alt, add: &add, comments: &comments };
    let ofac = ofac(&files, "as stored").expect("OFAC");
    let un = un(&bytes("sanctions/UN_consolidated.xml")).expect("UN");
    (ofac, un)
}

/// Which half something belongs to. Only the tuning half may be looked at while anything is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    Tuning,
    Test,
}

/// FNV-1a of a text: the same half on every machine, whatever the order of the file.
pub fn half(text: &str) -> Half {
    let hash = text.to_lowercase().bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    if (hash >> 32) % 2 == 0 { Half::Tuning } else { Half::Test }
}

/// A labelled pair.
pub struct Pair {
    pub kind: Option<Kind>,
    pub one: String,
    pub other: String,
    pub same: bool,
}

/// Labelled pairs of a half. Pairs about one target share a half, so that none is known from another.
pub fn pairs(of: Half) -> Vec<Pair> {
    let bytes = bytes("names/pairs_first_half.csv");
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let pairs = reader.records().map(|row| {
        let row = row.expect("a pair");
        let kind = match &row[1] {
            "Person" => Some(Kind::Person),
            "Vessel" => Some(Kind::Vessel),
            "LegalEntity" => None,
            _ => Some(Kind::Entity),
        };
        Pair { kind, one: row[2].to_owned(), other: row[3].to_owned(), same: &row[4] == "true" }
    });
    pairs.filter(|pair| half(&pair.other) == of).collect()
}

/// A person of a file of names: the name alone, and with birth and nationality.
pub struct Person {
    pub name: String,
    pub facts: Facts,
}

impl Person {
    pub fn alone(&self) -> Query {
        Query::person(&self.name)
    }

    pub fn known(&self) -> Query {
        Query { name: self.name.clone(), facts: self.facts }
    }
}

fn people(file: &str) -> Vec<Person> {
    let bytes = bytes(file);
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let rows = reader.records().map(|row| {
        let row = row.expect("a person");
        let (born, country) = (Born::read(&row[5]), Country::named(&row[7]));
        let facts = Facts { kind: Some(Kind::Person), born, country };
        Person { name: row[0].to_owned(), facts }
    });
    rows.collect()
}

/// People who are on no list.
pub fn not_listed(of: Half) -> Vec<Person> {
    let mut people = people("names/not_listed_20k.csv");
    people.retain(|person| half(&person.name) == of);
    people
}

/// Listed names as the list has them, each beside an altered spelling.
pub fn altered(of: Half) -> Vec<(Person, Person)> {
    let originals = people("names/un_original_first_300.csv");
    let altered = people("names/un_altered_first_300.csv");
    let mut both: Vec<_> = originals.into_iter().zip(altered).collect();
    both.retain(|(original, _)| half(&original.name) == of);
    both
}
