//! The Berka bank, imported whole: every balance of its file is met, or the difference has a cause.

use crate::run::{Folder, beside};
use serde_json::json;

#[test]
fn the_berka_bank_is_imported_once_and_every_difference_has_a_cause() {
    let Some(folder) = beside("data/berka") else { return };
    let at = Folder::new("berka");
    let line = format!("import berka {} --report differences.csv", folder.display());
    let first = at.json(&line);
    let transactions = first["transactions"].as_u64().unwrap();
    assert_eq!(first["posted"].as_u64(), Some(transactions));
    assert_eq!((first["clients"].as_u64(), first["accounts"].as_u64()), (Some(5_369), Some(4_500)));
    assert_eq!(first["compared"].as_u64(), Some(transactions));
    let count = |cause: &str| first["causes"][cause].as_u64().unwrap();
    let causes = ["rounding", "rounding_carried", "cut_off", "missing_carried"].map(count);
    let differing = first["differing"].as_u64().unwrap();
    assert_eq!(
        causes.iter().sum::<u64>(),
        differing,
        "no difference is left without a cause that is known"
    );
    assert_eq!((count("missing"), count("not_posted")), (0, 0));
    assert_eq!(first["exact"].as_u64().unwrap() + differing, transactions);
    assert!(first["steps_exact"].as_u64().unwrap() * 100 > transactions * 95, "{first}");
    assert_eq!((&first["ambiguous_order"], &first["compared_by_day_only"]), (&json!(0), &json!(0)));

    let report = at.read("differences.csv");
    assert_eq!(report.lines().count() as u64, differing + 1);
    let cut: Vec<&str> = report.lines().filter(|line| line.contains(",cut_off,")).collect();
    assert!(
        cut.iter().all(|line| line.contains(",1994-03-31,")),
        "only the file's last day is cut off"
    );

    // A line of the report against the file itself: 2881 has 14.60 taken on its last day.
    let statement = at.json("statement 2881 --from 1994-03-31");
    assert_eq!(statement["lines"][0]["amount"], "14.60");
    assert_eq!(at.json("trial-balance")["differences"]["CZK"], "0.00");
    at.ok("verify bank.tj");

    let records = at.json("status")["journal"]["records"].clone();
    let second = at.json(&line);
    assert_eq!(
        (second["posted"].as_u64(), second["already_there"].as_u64()),
        (Some(0), Some(transactions))
    );
    assert_eq!(at.json("status")["journal"]["records"], records, "a second run writes nothing");
    assert_eq!(second["exact"], first["exact"]);
    at.ok("pay 10012000 2 100.00");
}

#[test]
fn a_small_bank_in_the_same_form_reconciles_to_the_last_haler() {
    let at = Folder::new("berka-small");
    let folder = at.path("asc");
    std::fs::create_dir(&folder).unwrap();
    let put = |name: &str, text: &str| {
        std::fs::write(folder.join(name), text.replace('\n', "\r\n")).unwrap();
    };
    put("district.asc", "A1;A2\n1;\"Praha\"\n");
    put(
        "client.asc",
        "\"client_id\";\"birth_number\";\"district_id\"\n1;\"706213\";1\n2;\"450204\";1\n",
    );
    put(
        "account.asc",
        "\"a\";\"b\";\"c\";\"d\"\n1;1;\"POPLATEK MESICNE\";930101\n2;1;\"POPLATEK TYDNE\";930102\n",
    );
    put(
        "disp.asc",
        "\"a\";\"b\";\"c\";\"d\"\n1;1;1;\"OWNER\"\n2;2;1;\"DISPONENT\"\n3;2;2;\"OWNER\"\n",
    );
    put("loan.asc", "\"a\";\"b\";\"c\";\"d\"\n1;1;930201;1000\n");
    let head = "\"t\";\"a\";\"d\";\"ty\";\"op\";\"am\";\"ba\";\"k\";\"b\";\"ac\"\n";
    let lines = "11;1;930105;\"VYDAJ\";\"VYBER\";300.00;700.00;\"\";;\n\
                 10;1;930105;\"PRIJEM\";\"VKLAD\";1000.00;1000.00;\"\";;\n\
                 12;1;930106;\"VYDAJ\";\"PREVOD NA UCET\";800.00;-100.00;\"SIPO\";\"CD\";\"123\"\n";
    put("trans.asc", &format!("{head}{lines}13;1;930107;\"PRI"));
    let found = at.json("import berka asc");
    assert_eq!(
        (&found["exact"], &found["differing"], &found["posted"]),
        (&json!(3), &json!(0), &json!(3))
    );
    assert_eq!((&found["cut_line"], &found["moved_within_their_day"]), (&json!(5), &json!(2)));
    assert_eq!(at.balance("1"), "-100.00", "the file's own balance is below zero, and so is ours");
    let shown = at.json("party show 1");
    let fields = json!({ "birth_date": "1970-12-13", "district": "Praha", "sex": "female" });
    assert_eq!(shown["fields"], fields);
    assert_eq!(at.json("role list --account 1")["roles"].as_array().unwrap().len(), 2);

    put(
        "trans.asc",
        &format!("{head}{lines}13;1;930107;\"PRIJEM\";\"FOO\";1.00;1.00;\"\";;\n14;1;x\n"),
    );
    let said = at.fails(2, "import berka asc");
    assert!(said.err.contains("trans.asc line 5") && said.err.contains("line 6"), "{said:?}");
}
