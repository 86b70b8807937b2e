//! Rules on payments, over the past: what they would have done, why, and what is wrong with them.

use crate::run::Folder;

const PACK: &str = "format = 1\nid = \"own-risk\"\nversion = 1\ntitle = \"Ours\"\ntitle_zh = \"本行\"\n\
    source = \"us\"\nclause = \"1\"\neffective_from = 2026-01-01\nconfidence = \"own\"\nhold_from = 30\n";

/// A rule's file.
fn rule(id: &str, head: &str, sql: &str) -> String {
    format!(
        "-- ---\n-- id = \"{id}\"\n-- kind = \"risk\"\n{head}-- says = \"s\"\n-- says_zh = \"说\"\n\
         -- tells = \"t\"\n-- tells_zh = \"告\"\n-- ---\n{sql}\n"
    )
}

pub fn book(at: &Folder, large: &str) {
    std::fs::create_dir_all(at.path("book/own")).unwrap();
    at.write("book/own/pack.toml", PACK);
    at.write("book/own/large.sql", &rule("large", "-- outcome = \"ask\"\n-- points = 20\n", large));
    let again = rule("again", "-- points = 15\n", "pair_count_24h >= 1");
    at.write("book/own/again.sql", &again);
}

#[test]
fn rules_are_run_over_the_past_and_each_payment_is_explained() {
    let at = Folder::new("risky");
    at.small_bank();
    for (id, amount) in [(501, "12.50"), (502, "3.00"), (503, "40.00")] {
        at.ok(&format!("pay 1001 1002 {amount} --id {id}"));
    }
    book(&at, "payer_owned AND amount >= 10\nAND code > 0 AND currency = 'CNY'");
    let told = at.json("risk replay --rulebook book --examples 9");
    let found = |list: &str, name: &str| {
        let all = told[list].as_array().unwrap();
        all.iter().find(|found| found["name"] == name).unwrap().clone()
    };
    let examples = |list: &str, name: &str| {
        let found = found(list, name);
        let ids = found["examples"].as_array().unwrap().iter();
        ids.map(|id| id.as_str().unwrap().to_owned())
            .filter(|id| id.starts_with("50"))
            .collect::<Vec<_>>()
    };
    assert_eq!(examples("rules", "large"), ["501", "503"]);
    assert_eq!(examples("rules", "again"), ["502", "503"]);
    assert_eq!(examples("outcomes", "ask"), ["501"]);
    assert_eq!(examples("outcomes", "hold"), ["503"], "20 and 15 reach the 30 from which it holds");
    assert_eq!(examples("outcomes", "approve").last().unwrap(), "502");
    let all = told["outcomes"].as_array().unwrap().iter().map(|o| o["payments"].as_u64().unwrap());
    assert_eq!(all.sum::<u64>(), told["judged"].as_u64().unwrap());
    // Of no day, no payment.
    let none = at.json("risk replay --rulebook book --to 2000-01-01");
    assert_eq!(none["judged"], 0);

    let why = at.json("risk explain 503 --rulebook book");
    assert_eq!((why["outcome"].as_str(), why["score"].as_i64()), (Some("hold"), Some(35)));
    assert_eq!(why["features"]["amount"], "40.000");
    assert_eq!(why["features"]["pair_count_24h"], "2");
    let every = at.json("risk explain 501 --rulebook book --all");
    assert_eq!(every["features"].as_object().unwrap().len(), 194);
    assert_eq!(every["features"]["pair_first"], "true");
    assert_eq!(every["features"]["pair_age"], serde_json::Value::Null);
    let said = at.fails(3, "risk explain 999 --rulebook book");
    assert!(said.err.contains("999 is not a payment that was made"), "{}", said.err);
}

#[test]
fn rules_that_are_wrong_are_refused_with_file_line_and_column() {
    let at = Folder::new("riskless");
    book(&at, "amount >= 10 AND\n  payer_out_cuont_1h > 2");
    let said = at.fails(2, "risk rules check --rulebook book");
    let place =
        "large.sql:12: column 3: there is no feature payer_out_cuont_1h; is it payer_out_count_1h?";
    assert!(said.err.contains(place), "{}", said.err);
    book(&at, "hour < 24");
    let said = at.ok("risk rules check --rulebook book");
    assert!(said.contains("large.sql:11: is always true"), "{said}");
    let shipped = at.json("risk rules check");
    assert!(shipped["rules"].as_u64().unwrap() >= 25);
}

#[test]
fn features_of_the_past_come_out_as_rules_saw_them_and_as_their_queries_give_them() {
    let at = Folder::new("featured");
    at.small_bank();
    for (id, amount) in [(501, "12.50"), (502, "3.00"), (503, "40.00")] {
        at.ok(&format!("pay 1001 1002 {amount} --id {id}"));
    }
    let names = "amount,pair_first,pair_age,pair_count_24h";
    let told = at.json(&format!("bench features --features {names} --sample 1000 --output out"));
    let csv = at.read("out/features.csv");
    let rows: Vec<&str> = csv
        .lines()
        .filter(|row| ["501,", "502,", "503,"].iter().any(|id| row.starts_with(id)))
        .collect();
    assert_eq!((csv.lines().next(), rows.len()), (Some(&*format!("transfer,{names}")), 3));
    assert_eq!(rows[0], "501,12500,1,,0", "money in thousandths, and nothing for what is missing");
    assert!(rows[2].starts_with("503,40000,0,") && rows[2].ends_with(",2"), "{}", rows[2]);
    assert_eq!(told["payments"], csv.lines().count() - 1);
    // All of them are the sample; each says what explaining it says.
    let sample = at.read("out/judged.jsonl");
    assert_eq!(told["sample"], sample.lines().count());
    let line = sample.lines().find(|line| line.contains("\"transfer\":\"503\"")).unwrap();
    let judged: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(
        (&judged["features"]["amount"], &judged["ruling"]),
        (&40.0.into(), &"approve".into())
    );
    assert!(judged["features"]["model_ppm"].is_u64(), "{judged}");

    let queries = at.json("risk features --queries");
    let all = queries.as_array().unwrap();
    let count: usize = all.iter().map(|twin| twin["features"].as_array().unwrap().len()).sum();
    assert_eq!(count, 191, "all but what a model says");
    let pair = |twin: &&serde_json::Value| twin["features"][0] == "pair_first";
    let sql = all.iter().find(pair).unwrap()["sql"].as_str().unwrap();
    let said = at.tj(&["query", sql, "--format", "csv"]);
    let firsts: Vec<&str> =
        said.out.lines().skip(1).map(|row| row.split(',').nth(2).unwrap()).collect();
    let ours = csv.lines().skip(1).map(|row| row.split(',').nth(2).unwrap());
    assert!(ours.eq(firsts.iter().copied()), "{}{}", said.out, said.err);

    let said = at.fails(2, "bench features --features payer_mood");
    assert!(said.err.contains("payer_mood is no feature of the past"), "{}", said.err);
}
