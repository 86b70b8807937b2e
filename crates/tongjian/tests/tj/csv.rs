//! Anybody's CSV file: whole or not at all, and never twice.

use crate::run::Folder;
use serde_json::json;

const MAP: &str = "id = { column = \"Reference\" }\nnamespace = \"partner\"\n\
    account = { column = \"Account\" }\ncontra = { column = \"Type\", table = { CASH = \"1\" }, otherwise = \"1002\" }\n\
    currency = { value = \"CNY\" }\n[amount]\ncolumn = \"Amount\"\nthousands = \",\"\n";

const GOOD: &str = "Reference,Account,Type,Amount\nA1,1001,CASH,\"1,000.00\"\nA2,1001,CARD,-12.50\nA3,1001,CARD,-1,\n";

#[test]
fn a_good_file_is_imported_once_however_often_it_is_given() {
    let at = Folder::new("csv");
    at.small_bank();
    at.write("map.toml", MAP);
    at.write("good.csv", GOOD);
    let dry = at.json("import csv good.csv --map map.toml --dry-run");
    assert_eq!((&dry["posted"], &dry["would_post"]), (&json!(0), &json!(3)));
    assert_eq!(at.balance("1001"), "100.00");
    let first = at.json("import csv good.csv --map map.toml");
    assert_eq!((&first["posted"], &first["already_there"]), (&json!(3), &json!(0)));
    assert_eq!((at.balance("1001"), at.balance("1002")), ("1086.50".into(), "13.50".into()));
    let records = at.json("status")["journal"]["records"].clone();
    let second = at.json("import csv good.csv --map map.toml");
    assert_eq!((&second["posted"], &second["already_there"]), (&json!(0), &json!(3)));
    assert_eq!(at.json("status")["journal"]["records"], records);

    at.write("more.csv", &format!("{GOOD}A4,1001,CARD,-2.00\n"));
    assert_eq!(at.json("import csv more.csv --map map.toml")["posted"], 1, "what is new is posted");
}

#[test]
fn a_file_with_a_wrong_line_changes_nothing_until_it_is_told_to_skip_it() {
    let at = Folder::new("csv-wrong");
    at.small_bank();
    at.write("map.toml", MAP);
    let bad = "Reference,Account,Type,Amount\nB1,1001,CASH,5.00\nB2,77,CARD,-1.00\nB3,1001,CARD,one\n\
               B4,1001,CARD,-9999.00\nB1,1001,CASH,5.00\n";
    at.write("bad.csv", bad);
    let records = at.json("status")["journal"]["records"].clone();
    let said = at.fails(3, "import csv bad.csv --map map.toml");
    for wrong in ["line 3: ", "line 4: ", "line 5: ", "line 6: ", "nothing was imported"] {
        assert!(said.out.contains(wrong), "{wrong}: {said:?}");
    }
    assert_eq!(at.json("status")["journal"]["records"], records, "not even a refusal is written");
    let skipped = at.json("import csv bad.csv --map map.toml --skip-wrong");
    assert_eq!((&skipped["posted"], skipped["wrong"].as_array().unwrap().len()), (&json!(1), 4));
    assert_eq!(at.balance("1001"), "105.00");
}

#[test]
fn a_file_of_the_past_is_booked_when_it_happened() {
    let at = Folder::new("csv-past");
    at.init();
    let map = "debit = { column = 2 }\ncredit = { column = 3 }\ncurrency = { column = 5 }\n\
               [file]\nheader = false\ndelimiter = \";\"\nencoding = \"gb18030\"\n[amount]\ncolumn = 4\ndecimal = \",\"\n\
               [date]\ncolumn = 1\nform = \"%d.%m.%Y\"\nuse = \"imported\"\nutc_offset = \"+08:00\"\n\
               [open]\ncode = 20111\noverdraft = true\n";
    at.write("map.toml", map);
    at.write("past.csv", "02.01.2020;5;6;10,50;CNY\n01.01.2020;6;5;1,00;CNY\n");
    let first = at.json("import csv past.csv --map map.toml");
    assert_eq!((&first["posted"], &first["accounts_opened"]), (&json!(2), &json!(2)));
    let statement = at.json("statement 5");
    let dates: Vec<_> =
        statement["lines"].as_array().unwrap().iter().map(|l| l["booking_date"].clone()).collect();
    assert_eq!(dates, [json!("2020-01-01"), json!("2020-01-02")]);
    assert_eq!(at.json("import csv past.csv --map map.toml")["already_there"], 2);
}

#[test]
fn a_map_that_does_not_fit_is_named_before_anything_is_read() {
    let at = Folder::new("csv-map");
    at.small_bank();
    at.write("good.csv", GOOD);
    at.write("map.toml", &MAP.replace("\"Amount\"", "\"Betrag\""));
    let said = at.fails(2, "import csv good.csv --map map.toml");
    assert!(said.err.contains("Betrag") && said.err.contains("Reference"), "{said:?}");
    at.write("map.toml", "colour = 1\n");
    at.fails(2, "import csv good.csv --map map.toml");
    at.fails(2, "import csv missing.csv --map map.toml");
}
