//! A folder of packs is loaded whole or refused with every fault: its file, its line and the reason.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what cannot go on in a test fails it"
)]

use rulebook::{Form, Rule, Rulebook, load};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

const PACK: &str = "format = 1
id = \"books\"
version = 3
title = \"Books\"
title_zh = \"账簿\"
source = \"Our own\"
clause = \"section 8\"
effective_from = 2026-01-01
effective_until = 2027-12-31
confidence = \"own\"
";

const ROWS: &str = "-- ---
-- id = \"named\"
-- kind = \"quality\"
-- dimension = \"completeness\"
-- severity = \"major\"
-- table = \"parties\"
-- form = \"rows\"
-- subject = \"party\"
-- judges = \"NOT erased\"
-- says = \"A party has a name\"
-- says_zh = \"当事人有名称\"
-- breaks = \"A name is left out\"
-- ---
-- Why.
name IS NULL
";

const INDICATOR: &str = "-- ---
-- id = \"transfers\"
-- kind = \"indicator\"
-- unit = \"transfers\"
-- unit_zh = \"笔\"
-- says = \"How many\"
-- says_zh = \"多少\"
-- target = \"99.5\"
-- target_source = \"The board\"
-- ---
SELECT count(*) AS value, count(*) AS sample FROM transfers;
";

/// A folder of its own that is gone when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("rulebook-{}-{n}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    /// A folder with one good pack in `books`.
    fn good() -> Folder {
        let folder = Folder::new();
        folder.write("books/pack.toml", PACK);
        folder.write("books/named.sql", ROWS);
        folder.write("books/transfers.sql", INDICATOR);
        folder
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn load(&self) -> Rulebook {
        load(&self.0).unwrap_or_else(|refused| panic!("{refused}"))
    }

    /// The faults, with their files named from this folder.
    fn faults(&self) -> Vec<String> {
        let refused = load(&self.0).expect_err("the rulebook has a fault");
        let prefix = format!("{}/", self.0.display());
        refused.faults.iter().map(|fault| fault.to_string().replace(&prefix, "")).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The faults of a good folder whose `pack.toml` was changed.
fn faults_of_head(from: &str, to: &str) -> Vec<String> {
    let folder = Folder::good();
    assert!(PACK.contains(from), "{from} stands in the pack");
    folder.write("books/pack.toml", PACK.replace(from, to));
    folder.faults()
}

/// The faults of a good folder whose quality rule was changed.
fn faults_of_rule(from: &str, to: &str) -> Vec<String> {
    let folder = Folder::good();
    assert!(ROWS.contains(from), "{from} stands in the rule");
    folder.write("books/named.sql", ROWS.replace(from, to));
    folder.faults()
}

#[test]
fn good_packs_are_loaded_with_their_heads_and_the_place_of_their_sql() {
    let folder = Folder::good();
    folder.write("README.md", "no pack");
    let book = folder.load();
    let [pack] = &book.packs[..] else { panic!("one pack") };
    assert_eq!((pack.head.id.as_str(), pack.head.version), ("books", 3));
    assert_eq!(pack.head.effective_until.unwrap().to_string(), "2027-12-31");
    let days = ["2025-12-31", "2026-01-01", "2027-12-31", "2028-01-01"];
    let holds = days.map(|day| pack.in_force(terms::Day::parse(day).unwrap()));
    assert_eq!(holds, [false, true, true, false]);

    let (_, rule) = book.quality().next().unwrap();
    assert_eq!((rule.body.line, rule.body.sql.as_str()), (14, "-- Why.\nname IS NULL"));
    assert_eq!((rule.dimension.word(), rule.severity.word()), ("completeness", "major"));
    let form = Form::Rows { judges: Some("NOT erased".to_owned()), subject: "party".to_owned() };
    assert_eq!(rule.form, form);
    let fault = rule.fault_at(3, 1, "no such column");
    assert_eq!((fault.line, fault.column, fault.reason.as_str()), (15, 1, "no such column"));

    let (_, indicator) = book.indicators().next().unwrap();
    assert_eq!(indicator.query(), "SELECT count(*) AS value, count(*) AS sample FROM transfers");
    assert_eq!(indicator.target.as_ref().unwrap().value, "99.5");
    assert!(matches!(book.rule("transfers"), Some((_, Rule::Indicator(_)))));
    assert!(book.rule("unknown").is_none());
}

#[test]
fn one_byte_or_one_name_more_is_another_hash() {
    let folder = Folder::good();
    let first = folder.load().packs[0].hash;
    assert_eq!(folder.load().packs[0].hash, first, "the same files have the same hash");
    folder.write("books/named.sql", format!("{ROWS} "));
    let second = folder.load().packs[0].hash;
    assert_ne!(second, first);
    folder.write("books/named.sql", ROWS);
    assert_eq!(folder.load().packs[0].hash, first);
    fs::remove_file(folder.0.join("books/transfers.sql")).unwrap();
    assert_ne!(folder.load().packs[0].hash, first);
}

#[test]
fn the_hash_is_the_one_its_description_gives() {
    use sha2::{Digest, Sha256};
    let folder = Folder::new();
    folder.write("books/pack.toml", PACK);
    folder.write("books/named.sql", ROWS);
    let mut bytes = b"tongjian pack v1\0".to_vec();
    for (name, text) in [("named.sql", ROWS), ("pack.toml", PACK)] {
        for part in [name, text] {
            bytes.extend((part.len() as u64).to_le_bytes());
            bytes.extend(part.as_bytes());
        }
    }
    assert_eq!(folder.load().packs[0].hash[..], Sha256::digest(&bytes)[..]);
}

#[test]
fn a_head_is_refused_with_file_line_and_reason() {
    let cases = [
        (
            "format = 1",
            "format = 2",
            "books/pack.toml:1: `format` must be 1; a newer program may know more",
        ),
        ("id = \"books\"\n", "", "books/pack.toml:1: `id` is missing"),
        (
            "\"books\"",
            "\"The Books\"",
            "books/pack.toml:2: `id` is \"The Books\"; an id has small letters, digits and hyphens, begins with a \
             letter and has at most 64 characters",
        ),
        (
            "version = 3",
            "version = 0",
            "books/pack.toml:3: `version` must be a whole number from 1 to 4294967295",
        ),
        (
            "version = 3",
            "version = \"3\"",
            "books/pack.toml:3: `version` must be a whole number from 1 to 4294967295",
        ),
        ("title = \"Books\"", "title = \"\"", "books/pack.toml:4: `title` is empty"),
        (
            "title = \"Books\"",
            "title = 7",
            "books/pack.toml:4: `title` must be a text, not an integer",
        ),
        ("title_zh", "title_cn", "books/pack.toml:1: `title_zh` is missing"),
        ("clause", "clauze", "books/pack.toml:1: `clause` is missing"),
        (
            "2026-01-01",
            "\"2026-01-01\"",
            "books/pack.toml:8: `effective_from` must be a date like 2026-12-01, without quotes",
        ),
        (
            "2026-01-01",
            "2026-01-01T00:00:00",
            "books/pack.toml:8: `effective_from` must be a date like 2026-12-01, without quotes",
        ),
        (
            "2027-12-31",
            "2025-12-31",
            "books/pack.toml:9: `effective_until` lies before `effective_from`",
        ),
        (
            "\"own\"",
            "\"sure\"",
            "books/pack.toml:10: `confidence` is \"sure\"; it is one of \"own\", \"read\", \"recalled\"",
        ),
    ];
    for (from, to, says) in cases {
        assert_eq!(faults_of_head(from, to)[0], says);
    }
    let twice = faults_of_head("version = 3", "version = 3\nversion = 4");
    assert_eq!(twice, ["books/pack.toml:4: this is not TOML: duplicate key"]);
    let february = faults_of_head("2026-01-01", "2026-02-30");
    assert!(february[0].starts_with("books/pack.toml:8: "), "{february:?}");
    let long = faults_of_head("\"Our own\"", &format!("\"{}\"", "x".repeat(1_025)));
    assert_eq!(long, ["books/pack.toml:6: `source` has 1025 bytes; 1024 are allowed"]);
}

#[test]
fn a_quality_rule_is_refused_with_file_line_and_reason() {
    let cases = [
        (
            "-- ---\n-- id",
            "-- id",
            "books/named.sql:1: a rule begins with a line `-- ---` and its head",
        ),
        (
            "-- ---\n-- Why.",
            "-- Why.",
            "books/named.sql:14: a line of the head begins with `--`; `-- ---` ends the head",
        ),
        (
            "id = \"named\"",
            "id = \"other\"",
            "books/named.sql:2: `id` is \"other\"; the file of that rule is other.sql",
        ),
        (
            "\"quality\"",
            "\"control\"",
            "books/named.sql:3: `kind` is \"control\"; it is one of \"quality\", \"indicator\", \"risk\", \"scorecard\", \"limits\"",
        ),
        (
            "\"completeness\"",
            "\"beauty\"",
            "books/named.sql:4: `dimension` is \"beauty\"; it is one of \"completeness\", \"uniqueness\", \
             \"validity\", \"consistency\", \"timeliness\", \"accuracy\"",
        ),
        (
            "\"major\"",
            "\"fatal\"",
            "books/named.sql:5: `severity` is \"fatal\"; it is one of \"blocking\", \"major\", \"minor\"",
        ),
        (
            "\"parties\"",
            "\"parties p\"",
            "books/named.sql:6: `table` is \"parties p\", which is not the name of a table",
        ),
        (
            "\"rows\"",
            "\"row\"",
            "books/named.sql:7: `form` is \"row\"; it is one of \"rows\", \"query\"",
        ),
        (
            "-- subject = \"party\"\n",
            "",
            "books/named.sql:2: `subject` is missing: what a row of this table is about",
        ),
        (
            "\"NOT erased\"",
            "\"NOT erased --\"",
            "books/named.sql:9: `judges`: must not hold a comment",
        ),
        (
            "\"NOT erased\"",
            "\"erased) OR (TRUE\"",
            "books/named.sql:9: `judges`: a `)` without its `(`",
        ),
        ("-- says_zh = \"当事人有名称\"\n", "", "books/named.sql:2: `says_zh` is missing"),
        ("breaks", "brakes", "books/named.sql:2: `breaks` is missing"),
        ("name IS NULL", "", "books/named.sql:14: there is no SQL"),
        (
            "name IS NULL",
            "name IS NULL;\nDELETE",
            "books/named.sql:16: the SQL goes on after a `;`; a rule is one statement",
        ),
        ("name IS NULL", "(name IS NULL", "books/named.sql:15: a `(` without its `)`"),
        (
            "name IS NULL",
            "name = 'x",
            "books/named.sql:15: a quoted text begins here and no `'` ends it",
        ),
        (
            "name IS NULL",
            "SELECT party FROM parties",
            "books/named.sql:14: a condition is wanted here, not a query",
        ),
    ];
    for (from, to, says) in cases {
        assert_eq!(faults_of_rule(from, to)[0], says);
    }
    let query = faults_of_rule("\"rows\"", "\"query\"");
    let expected = [
        "books/named.sql:8: `subject` belongs to the form \"rows\"; a query says it itself",
        "books/named.sql:9: `judges` belongs to the form \"rows\"; a query says it itself",
        "books/named.sql:14: a query begins with SELECT or WITH",
    ];
    assert_eq!(query, expected);
    let folder = Folder::good();
    folder.write("books/named.sql", "-- ---\n-- id = \"named\"\n");
    assert_eq!(
        folder.faults(),
        ["books/named.sql:1: the head has no end; a line `-- ---` ends it"]
    );
}

#[test]
fn a_target_is_a_number_and_somebodys() {
    let faults = |from: &str, to: &str| {
        let folder = Folder::good();
        folder.write("books/transfers.sql", INDICATOR.replace(from, to));
        folder.faults()
    };
    assert_eq!(
        faults("\"99.5\"", "\"most\""),
        ["books/transfers.sql:8: `target` must be a decimal number in quotes, like \"99.5\""]
    );
    assert_eq!(
        faults("-- target_source = \"The board\"\n", ""),
        [
            "books/transfers.sql:8: `target` and `target_source` stand together: a target is somebody's"
        ]
    );
    assert_eq!(
        faults("-- unit = ", "-- severity = "),
        [
            "books/transfers.sql:2: `unit` is missing",
            "books/transfers.sql:4: `severity` is not a key of this head"
        ]
    );
}

#[test]
fn ids_are_taken_once() {
    let folder = Folder::good();
    folder.write("more/pack.toml", PACK.replace("format = 1\n", "# Again.\nformat = 1\n"));
    folder.write("more/named.sql", ROWS);
    let prefix = folder.0.display();
    let faults: Vec<String> = folder.faults();
    let expected = [
        format!("more/named.sql:2: the rule id \"named\" is taken by {prefix}/books/named.sql:2"),
        format!("more/pack.toml:3: the pack id \"books\" is taken by {prefix}/books/pack.toml:2"),
    ];
    let expected = expected.map(|says| says.replace(&format!("{prefix}/"), ""));
    assert_eq!(faults, expected);
}

#[test]
fn what_lies_where_it_should_not_is_refused() {
    let folder = Folder::good();
    folder.write("books/notes.txt", "notes");
    folder.write("books/below/x.sql", "x");
    folder.write("lost/x.sql", "x");
    folder.write("empty/pack.toml", PACK.replace("books", "empty"));
    folder.write("1/2/3/4/5/6/7/8/x.md", "x");
    let expected = [
        "1/2/3/4/5/6/7/8: lies deeper than 8 folders",
        "books/below: a pack holds no folder",
        "books/notes.txt: a pack holds `pack.toml` and files ending in `.sql` or `.list`",
        "empty: a pack needs at least one rule",
        "lost/x.sql: belongs to no pack: there is no `pack.toml` beside it",
    ];
    assert_eq!(folder.faults(), expected);
}

#[test]
fn a_folder_without_packs_and_one_that_is_not_there_are_refused() {
    let folder = Folder::new();
    let refused = load(&folder.0).unwrap_err().to_string();
    assert!(refused.ends_with(": holds no pack: no `pack.toml` in it or below it"), "{refused}");
    let refused = load(Path::new("no/such/folder")).unwrap_err();
    assert!(refused.faults[0].to_string().starts_with("no/such/folder: cannot be read: "));
}

#[test]
fn bytes_that_are_no_text_and_files_that_are_too_long_are_refused() {
    let folder = Folder::good();
    folder.write("books/named.sql", b"-- ---\n-- id = \"\xff\"\n");
    folder.write("books/transfers.sql", format!("{INDICATOR}{}", " ".repeat(64 * 1024)));
    let expected = [
        "books/named.sql:2: a byte here is not UTF-8",
        "books/transfers.sql: has more than the 65536 bytes allowed",
    ];
    assert_eq!(folder.faults(), expected);
}

#[test]
fn all_faults_of_all_files_are_told_and_nothing_is_loaded() {
    let folder = Folder::good();
    folder.write(
        "books/pack.toml",
        PACK.replace("version = 3", "version = 0").replace("own", "sure"),
    );
    let broken = ROWS.replace("\"major\"", "\"fatal\"").replace("breaks", "brakes");
    folder.write("books/named.sql", broken.replace("name IS NULL", "; x"));
    folder.write("good/pack.toml", PACK.replace("books", "good"));
    folder.write("good/many.sql", INDICATOR.replace("\"transfers\"\n-- kind", "\"many\"\n-- kind"));
    let places: Vec<String> = folder
        .faults()
        .iter()
        .map(|fault| fault.split(": ").next().unwrap_or_default().to_owned())
        .collect();
    let expected = [
        "books/named.sql:2",
        "books/named.sql:5",
        "books/named.sql:12",
        "books/named.sql:15",
        "books/pack.toml:3",
        "books/pack.toml:10",
    ];
    assert_eq!(places, expected);
}
