//! What a screen says of made-up names: who is found, why, and that nothing that anybody types ends it.

#![expect(clippy::unwrap_used, reason = "what cannot go on in a test fails it")]

use screening::list::{OfacFiles, house, ofac, un};
use screening::{
    Born, Country, Entry, Facts, Hit, Kind, List, Name, Query, Reason, Screen, compare,
};

fn screen() -> Screen {
    let rows = "name,kind,born,country,note\n\
        \"MORVANE, Castiel Ruan\",person,1974-02-17,Egypt,\n\
        \"AL-TESSALI, Abd al-Rahman Mohammed\",person,,,\n\
        \"BRANDOVSKY, Ilarion\",person,1950,Russia,\n\
        Quillon Grey Trading GmbH,entity,,Malta,\n\
        张建国,person,1960,China,\n";
    let list: List = house(rows.as_bytes(), "made up", "today").unwrap();
    Screen::new(&[&list])
}

fn found<'a>(screen: &'a Screen, name: &str) -> Vec<Hit<'a>> {
    screen.look(&Query::name(name))
}

fn who(name: &str) -> Option<String> {
    found(&screen(), name).first().map(|hit| hit.name.text.clone())
}

#[test]
fn a_name_is_found_however_it_is_turned_spelled_joined_or_cut() {
    let castiel = Some("MORVANE, Castiel Ruan".to_owned());
    for name in [
        "Castiel Ruan Morvane",
        "Morvane Castiel Ruan",
        "Kastiel Ruan Morwane",
        "Castiel Morvane",
        "Castiel R. Morvane",
        "CastielRuan Morvane",
        "Castie lRuan Morvane",
        "Mr Castiel Ruan MORVANE",
        "Кастиель Морване",
    ] {
        assert_eq!(who(name), castiel, "{name}");
    }
    for name in ["Abdulrahman Al Tessali", "Abdurrahman Muhammad Altessali"] {
        assert!(who(name).unwrap().starts_with("AL-TESSALI"), "{name}");
    }
    assert_eq!(who("Zhang Jianguo").unwrap(), "张建国");
    assert_eq!(who("張建國").unwrap(), "张建国");
}

#[test]
fn another_name_is_not_found() {
    for name in
        ["Castiel Brandovsky", "Ruan", "Mohammed", "Grey", "Orsolya Tamberlane", "Zhang Jianmin"]
    {
        assert_eq!(who(name), None, "{name}");
    }
}

#[test]
fn each_hit_says_why_in_two_languages() {
    let screen = screen();
    let hits = found(&screen, "Morvane Kastiel R.");
    let reasons = &hits[0].reasons;
    let sounds = Reason::Sound { asked: "kastiel".to_owned(), listed: "castiel".to_owned() };
    assert!(reasons.contains(&sounds), "{reasons:?}");
    let initial = Reason::Initial { letter: "r".to_owned(), word: "ruan".to_owned() };
    assert!(reasons.contains(&initial), "{reasons:?}");
    assert_eq!(initial.english(), "\"r\" may stand for \"ruan\"");
    assert_eq!(initial.chinese(), "“r”可能是“ruan”的缩写");
    let turned = found(&screen, "Ruan Castiel Morvane").remove(0);
    assert_eq!((turned.score, turned.reasons), (1000, vec![Reason::OtherOrder]));
    let same = found(&screen, "Morvane Castiel Ruan").remove(0);
    assert_eq!((same.score, same.reasons), (1000, vec![Reason::SameName]));
}

#[test]
fn births_countries_and_kinds_speak_for_and_against() {
    let screen = screen();
    let score = |born: Option<&str>, country: Option<&str>, kind: Option<Kind>| {
        let born = born.and_then(Born::read);
        let facts = Facts { kind, born, country: country.and_then(Country::named) };
        let query = Query { name: "Kastiel Morvane".to_owned(), facts };
        screen.look_from(&query, 500).first().map_or(0, |hit| hit.score)
    };
    let alone = score(None, None, None);
    assert!(score(Some("1974-02-17"), None, None) > score(Some("1974"), None, None));
    assert!(score(Some("1974"), None, None) > alone);
    assert!(score(Some("1975"), None, None) < alone);
    assert!(score(Some("1990"), None, None) < score(Some("1975"), None, None));
    assert!(score(None, Some("EG"), None) > alone);
    assert!(score(None, Some("MT"), None) < alone);
    assert!(score(None, None, Some(Kind::Entity)) < alone);
}

#[test]
fn legal_forms_that_contradict_each_other_count_against() {
    let screen = screen();
    let score = |name: &str| {
        let mut query = Query::name(name);
        query.facts.kind = Some(Kind::Entity);
        screen.look_from(&query, 500).remove(0).score
    };
    assert_eq!(score("Quillon Grey Trading"), 1000);
    assert_eq!(score("Quillon Grey Trading Company"), 1000);
    assert_eq!(score("OOO Quillon Grey Trading"), 1000);
    assert!(score("Quillon Grey Trading AG") < 900);
}

#[test]
fn order_does_not_matter_to_a_score() {
    let read = |text: &str| Name::read(text, Some(Kind::Person));
    let score = |one: &str, other: &str| compare(&read(one), &read(other), |_| 20);
    let pairs = [
        ("Castiel Ruan Morvane", "Morvane Ruan Kastiel"),
        ("Castiel Morvane", "Castiel Ruan Morvane"),
        ("C. Morvane", "Castiel Morvane"),
        ("AbdulRahman Tessali", "Abdul Rahman al-Tessali"),
        ("Ilarion Brandovsky", "Castiel Morvane"),
    ];
    for (one, other) in pairs {
        assert_eq!(score(one, other), score(other, one), "{one} ~ {other}");
        let turned: Vec<&str> = one.split(' ').rev().collect();
        assert_eq!(score(one, other), score(&turned.join(" "), other), "{one} turned ~ {other}");
    }
}

/// Numbers from a seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    /// Characters of every plane, with those that names are full of more often.
    fn text(&mut self) -> String {
        let count = self.below(60);
        let any = |dice: &mut Dice| match dice.below(4) {
            0 => char::from_u32(u32::try_from(dice.below(0x11_0000)).unwrap()).unwrap_or(' '),
            1 => char::from_u32(u32::try_from(dice.below(0x3000)).unwrap()).unwrap_or('.'),
            2 => [' ', '.', '-', '\'', '(', ')', ',', '&'][usize::try_from(dice.below(8)).unwrap()],
            _ => char::from(b'A' + u8::try_from(dice.below(58)).unwrap()),
        };
        (0..count).map(|_| any(self)).collect()
    }
}

#[test]
fn nothing_that_anybody_types_ends_the_screen() {
    let mut dice = Dice(1);
    let screen = screen();
    for _ in 0..3_000 {
        let (one, other) = (dice.text(), dice.text());
        for hit in screen.look_from(&Query::name(&one), 0) {
            assert!(hit.score <= 1000);
        }
        let (a, b) = (Name::read(&one, None), Name::read(&other, Some(Kind::Entity)));
        assert_eq!(compare(&a, &b, |_| 20), compare(&b, &a, |_| 20), "{one:?} ~ {other:?}");
        if !a.words.is_empty() {
            assert_eq!(compare(&a, &a, |_| 20), 1000, "{one:?}");
        }
        // What is on a list is found by its own name.
        let entry = Entry::named("1", Kind::Entity, &other);
        let mut list = house(b"name,kind,born,country,note\n", "one", "").unwrap();
        list.entries.push(entry);
        let hits = Screen::new(&[&list]);
        let mut query = Query::name(&other);
        query.facts.kind = Some(Kind::Entity);
        let found = hits.look(&query).len();
        assert_eq!(found, usize::from(!b.words.is_empty()), "{other:?} {b:?}");
    }
}

#[test]
fn broken_bytes_are_refused_and_end_nothing() {
    let files: [&[u8]; 6] = [
        include_bytes!("fixtures/sdn.csv"),
        include_bytes!("fixtures/alt.csv"),
        include_bytes!("fixtures/add.csv"),
        include_bytes!("fixtures/sdn_comments.csv"),
        include_bytes!("fixtures/un.xml"),
        include_bytes!("fixtures/house.csv"),
    ];
    let mut dice = Dice(2);
    for _ in 0..4_000 {
        let broken = files.map(|file| {
            let mut bytes = file.to_vec();
            for _ in 0..dice.below(4) {
                let at = usize::try_from(dice.below(bytes.len() as u64)).unwrap();
                match dice.below(3) {
                    0 => bytes[at] = u8::try_from(dice.below(256)).unwrap(),
                    1 => bytes.truncate(at.max(1)),
                    _ => bytes.insert(at, b"<>\",;\n-&"[usize::try_from(dice.below(8)).unwrap()]),
                }
            }
            bytes
        });
        let [sdn, alt, add, comments, xml, csv] = broken.each_ref().map(Vec::as_slice);
        drop(ofac(&OfacFiles { sdn, alt, add, comments }, ""));
        drop(un(xml));
        drop(house(csv, "", ""));
    }
}
