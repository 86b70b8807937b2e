//! What the readers make of small made-up files of each format, and what they refuse.

#![expect(clippy::unwrap_used, reason = "what cannot go on in a test fails it")]

use screening::list::{OfacFiles, difference, house, ofac, un};
use screening::{Born, Country, Entry, Kind, List, Query, Rank, Screen};

const SDN: &[u8] = include_bytes!("fixtures/sdn.csv");
const ALT: &[u8] = include_bytes!("fixtures/alt.csv");
const ADD: &[u8] = include_bytes!("fixtures/add.csv");
const COMMENTS: &[u8] = include_bytes!("fixtures/sdn_comments.csv");
const UN: &[u8] = include_bytes!("fixtures/un.xml");
const HOUSE: &[u8] = include_bytes!("fixtures/house.csv");

fn treasury() -> List {
    let files = OfacFiles { sdn: SDN, alt: ALT, add: ADD, comments: COMMENTS };
    ofac(&files, "2026-01-01").unwrap()
}

fn entry<'a>(list: &'a List, id: &str) -> &'a Entry {
    list.entries.iter().find(|entry| entry.id == id).unwrap()
}

fn names(entry: &Entry) -> Vec<(&str, Rank)> {
    entry.names.iter().map(|name| (name.text.as_str(), name.rank)).collect()
}

fn codes(entry: &Entry) -> Vec<&str> {
    entry.countries.iter().map(Country::code).collect()
}

fn unread(list: &List) -> Vec<String> {
    let said = list.unread.iter();
    said.map(|at| format!("{}:{} {} {}", at.file, at.line, at.field, at.text)).collect()
}

#[test]
fn the_treasurys_four_files_are_one_list() {
    let list = treasury();
    assert_eq!(list.entries.len(), 4);
    let person = entry(&list, "101");
    assert_eq!(
        names(person),
        [
            ("MORVANE, Castiel Ruan", Rank::Primary),
            ("MORWANE, Kastiel", Rank::Strong),
            ("THE FERRYMAN", Rank::Weak)
        ]
    );
    assert_eq!(
        person.births,
        [Born::read("1974-02-17").unwrap(), Born::read("circa 1975").unwrap()]
    );
    assert_eq!(codes(person), ["EG"]);
    assert_eq!(person.programs, ["MADEUP", "OTHER"]);
    assert_eq!(person.papers, ["Passport X12345 (Egypt)"]);
    let company = entry(&list, "102");
    assert_eq!((company.kind, codes(company)), (Kind::Entity, vec!["MT"]));
    assert_eq!(company.addresses, ["7 Made-up Lane, Valletta, Malta"]);
    let ship = entry(&list, "103");
    assert_eq!((ship.kind, codes(ship)), (Kind::Vessel, vec!["PA"]));
    // A remark that goes on in the fourth file is whole again.
    let minister = entry(&list, "104");
    assert!(minister.remarks.contains("Linked To: QUILLON GREY TRADING"), "{}", minister.remarks);
    assert_eq!(codes(minister), ["RU"]);
}

#[test]
fn what_the_treasury_writes_and_we_cannot_read_is_counted() {
    assert_eq!(
        unread(&treasury()),
        [
            "alt.csv:3 alt_type xka",
            "alt.csv:4 ent_num 999",
            "add.csv:2 country Region: Nowhere",
            "sdn.csv:4 DOB 31 Foo 1950",
            "sdn.csv:4 POB Atlantis",
        ]
    );
}

#[test]
fn the_security_councils_list_is_read() {
    let list = un(UN).unwrap();
    assert_eq!(list.version, "2026-01-02T00:00:00Z");
    let person = entry(&list, "7001");
    assert_eq!(
        names(person),
        [
            ("ANDRIEL VOSK & TARN", Rank::Primary),
            ("андриэль воск", Rank::Strong),
            ("Andryel Wosk", Rank::Strong),
            ("A. Wosk", Rank::Strong),
            ("Heron", Rank::Weak)
        ]
    );
    assert_eq!(
        person.births,
        [Born::years(1968, 1970).unwrap(), Born::year(1971).unwrap().about()]
    );
    assert_eq!(codes(person), ["CD", "RW"]);
    for said in ["MUi.001", "Nobody of this name exists.", "Dr.", "Call sign", "in the dry season"]
    {
        assert!(person.remarks.contains(said), "{said} is lost");
    }
    let entity = entry(&list, "7002");
    let called = [
        ("PELLUCID BANKING GROUP", Rank::Primary),
        ("PBG", Rank::Strong),
        ("Lucid Bank", Rank::Strong),
    ];
    assert_eq!((entity.kind, names(entity)), (Kind::Entity, called.to_vec()));
    assert_eq!(
        unread(&list),
        [
            "UN_consolidated.xml:35 INDIVIDUAL_DATE_OF_BIRTH in the dry season",
            "UN_consolidated.xml:40 entry FAVOURITE_COLOUR"
        ]
    );
}

#[test]
fn a_banks_own_list_is_read() {
    let list = house(HOUSE, "do not serve", "2026-03-01").unwrap();
    let person = entry(&list, "2");
    assert_eq!(person.name(), "Orsolya Tamberlane");
    assert_eq!((person.births.len(), codes(person)), (1, vec!["HU"]));
    assert_eq!(unread(&list), ["house.csv:4 born someday", "house.csv:4 country Atlantis"]);
}

#[test]
fn what_cannot_be_read_is_refused_by_file_line_and_field() {
    let sdn = |sdn: &[u8]| {
        let files = OfacFiles { sdn, alt: b"", add: b"", comments: b"" };
        ofac(&files, "").unwrap_err().to_string()
    };
    assert!(sdn(b"1,\"A\"\n").starts_with("sdn.csv:1: row: has 2 fields instead of 12"));
    let row = b"x,\"A\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n";
    assert!(sdn(row).starts_with("sdn.csv:1: ent_num: is not a number"));
    assert!(sdn(b"\n\xff\n").starts_with("sdn.csv:2: text: byte 1 is not UTF-8"));
    let xml = |text: &str| un(text.as_bytes()).unwrap_err().to_string();
    assert!(xml("<CONSOLIDATED_LIST>\n<A>").contains(": XML: "));
    assert!(xml("<HTML/>").contains("CONSOLIDATED_LIST: begins with HTML"));
    assert!(xml("<A>&mine;</A>").contains("`&mine` means nothing here"));
    let csv = |text: &str| house(text.as_bytes(), "", "").unwrap_err().to_string();
    assert!(csv("a,b\n").starts_with("house.csv:1: head: the columns must be"));
    let row = "name,kind,born,country,note\nX,ghost,,,\n";
    assert!(csv(row).starts_with("house.csv:2: kind: `ghost` is not person"));
}

#[test]
fn the_same_bytes_have_the_same_digest_and_others_another() {
    let (one, two) = (treasury(), treasury());
    assert_eq!(one.digest, two.digest);
    let files = OfacFiles { sdn: SDN, alt: b"", add: ADD, comments: COMMENTS };
    assert_ne!(one.digest, ofac(&files, "2026-01-01").unwrap().digest);
    assert_eq!(
        one.inputs.iter().map(|input| input.bytes).sum::<usize>(),
        SDN.len() + ALT.len() + ADD.len() + COMMENTS.len()
    );
}

#[test]
fn only_what_a_new_version_changed_is_matched_again_and_scores_as_the_whole_would() {
    let old = treasury();
    let mut new = old.clone();
    new.entries.remove(0);
    new.entries[0].remarks.push_str("; a new remark");
    new.entries.push(Entry::named("105", Kind::Person, "TESSALINE, Bertrand"));
    let changes = difference(&old, &new);
    let ids = |entries: &[Entry]| entries.iter().map(|e| e.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&changes.added), ["105"]);
    assert_eq!(ids(&changes.changed), ["102"]);
    assert_eq!(ids(&changes.removed), ["101"]);
    let whole = Screen::new(&[&new]);
    let part = whole.changed(&new.source, &changes);
    for name in ["Bertrand Tesaline", "Quillon Grey", "Ilarion Brandovsky", "Castiel Morvane"] {
        let query = Query::name(name);
        let among = |id: &str| id == "105" || id == "102";
        let expected: Vec<_> =
            whole.look(&query).into_iter().filter(|hit| among(&hit.entry.id)).collect();
        assert_eq!(part.look(&query), expected, "{name}");
    }
    assert_eq!(part.look(&Query::name("Bertrand Tesaline")).len(), 1);
    assert_eq!(difference(&new, &new), screening::list::Difference::default());
}
