//! One bank from its first command to a receipt somebody else checks.

use crate::run::Folder;
use serde_json::json;

#[test]
fn a_bank_goes_from_nothing_to_a_receipt_anybody_can_check() {
    let at = Folder::new("whole");
    at.small_bank();
    at.ok("pay 1001 1002 12.50 --id 501 --value-date 2026-03-01");
    assert_eq!((at.balance("1001"), at.balance("1002")), ("87.50".into(), "12.50".into()));

    let statement = at.json("statement 1001");
    assert_eq!(statement["closing"], "87.50");
    let lines = statement["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 2);
    assert_eq!(
        (&lines[1]["amount"], &lines[1]["value_date"]),
        (&json!("12.50"), &json!("2026-03-01"))
    );
    assert_eq!(lines[1]["booking_date"], "2026-03-02");

    at.ok("prove 501 -o receipt.txt");
    let key = "--key bank.tj/keys/log.pub";
    let verified = at.json(&format!("receipt verify receipt.txt {key}"));
    assert_eq!(verified["verified"], true);
    assert_eq!(
        (&verified["event"]["id"], &verified["event"]["amount"]),
        (&json!("501"), &json!("12.50"))
    );
    assert_eq!(verified["record"], lines[1]["record"]);

    let report = at.json("verify bank.tj");
    assert_eq!((&report["verified"], &report["findings"]), (&json!(true), &json!([])));
    assert_eq!(report["root"], at.json("status")["journal"]["root"]);
    assert_eq!(report["root"], verified["root"], "the receipt is against the latest checkpoint");
}

#[test]
fn a_statement_by_value_date_orders_and_bounds_by_it() {
    let at = Folder::new("value-date");
    at.small_bank();
    at.ok("pay 1001 1002 1.00 --id 601");
    at.ok("pay 1001 1002 2.00 --id 602 --value-date 2026-02-20");
    let booked: Vec<_> = ids(&at.json("statement 1001"));
    assert_eq!(booked, ["500", "601", "602"]);
    let by_value = at.json("statement 1001 --by value");
    assert_eq!(ids(&by_value), ["602", "500", "601"]);
    assert_eq!(by_value["lines"][0]["balance"], "-2.00");
    let february = at.json("statement 1001 --by value --to 2026-02-28");
    assert_eq!((ids(&february), &february["closing"]), (vec!["602".to_owned()], &json!("-2.00")));
    let march = at.json("statement 1001 --by value --from 2026-03-01");
    assert_eq!((&march["opening"], &march["closing"]), (&json!("-2.00"), &json!("97.00")));
    let csv = at.ok("statement 1001 --format csv");
    assert!(
        csv.starts_with("booking_date,value_date,record,id,") && csv.lines().count() == 4,
        "{csv}"
    );
}

fn ids(statement: &serde_json::Value) -> Vec<String> {
    let lines = statement["lines"].as_array().unwrap().iter();
    lines.map(|line| line["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_journal_shows_every_record_refusals_too() {
    let at = Folder::new("journal");
    at.small_bank();
    at.fails(3, "pay 1002 1001 5.00 --id 700");
    let tail = at.json("journal tail -n 1");
    let last = &tail["records"][0];
    assert_eq!(
        (&last["outcome"], &last["refusal"]),
        (&json!("refused"), &json!("exceeds_credits"))
    );
    let record = last["record"].as_u64().unwrap();
    let shown = at.json(&format!("journal show {record}"));
    assert_eq!((&shown["bytes"], &shown["id"]), (&json!(160), &json!("700")));
    at.ok(&format!("prove #{record} -o refusal.txt"));
    let verified = at.json("receipt verify refusal.txt --key bank.tj/keys/log.pub");
    assert_eq!(verified["event"]["refusal"], "exceeds_credits", "a refusal has a receipt too");

    at.ok("journal export -o all.jsonl");
    let exported = at.read("all.jsonl");
    assert_eq!(exported.lines().count() as u64, record + 1);
    let numbers: Vec<u64> = exported
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["record"].as_u64().unwrap()
        })
        .collect();
    assert!(numbers.iter().enumerate().all(|(at, number)| at as u64 == *number));
}

#[test]
fn the_trial_balance_is_zero_in_every_currency() {
    let at = Folder::new("trial");
    at.small_bank();
    at.ok("account open 2 --code 30021");
    at.ok("account open 3 --code 30021 --currency USD");
    at.ok("account open 2001 --code 20111 --currency USD --owner 1");
    at.ok("exchange 1001 2001 70.00 9.80");
    assert_eq!((at.balance("1001"), at.balance("2001")), ("30.00".into(), "9.80".into()));
    let trial = at.json("trial-balance");
    assert_eq!(trial["differences"], json!({ "CNY": "0.00", "USD": "0.00" }));
    let till = &trial["lines"].as_array().unwrap()[0];
    assert_eq!((&till["code"], &till["balance"]), (&json!(10012), &json!("-100.00")));
    assert!(till["name"].as_str().unwrap().contains("柜员"));
}
