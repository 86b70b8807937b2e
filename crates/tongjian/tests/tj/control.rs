//! Risk control in line, from the command line: rules are adopted, payers warned, payments held and decided on, and all
//! of it can be judged again, explained and asked for in SQL.

use crate::run::Folder;

const PACK: &str = "format = 1\nid = \"own-risk\"\nversion = 1\ntitle = \"Ours\"\ntitle_zh = \"本行\"\n\
    source = \"us\"\nclause = \"1\"\neffective_from = 2026-01-01\nconfidence = \"own\"\n";

fn rule(id: &str, outcome: &str, sql: &str) -> String {
    format!(
        "-- ---\n-- id = \"{id}\"\n-- kind = \"risk\"\n-- outcome = \"{outcome}\"\n-- points = 5\n\
         -- says = \"{id} says\"\n-- says_zh = \"说\"\n-- tells = \"{id} tells\"\n-- tells_zh = \"告诉\"\n-- ---\n{sql}\n"
    )
}

/// From 10 the payer is warned, from 20 somebody looks, from 50 it does not happen; for payers somebody owns.
fn bank(name: &str) -> Folder {
    let at = Folder::new(name);
    at.small_bank();
    std::fs::create_dir_all(at.path("book/own")).unwrap();
    at.write("book/own/pack.toml", PACK);
    for (id, outcome, from) in
        [("warned", "ask", 10), ("looked-at", "hold", 20), ("too-much", "refuse", 50)]
    {
        let sql = format!("payer_owned AND amount >= {from}");
        at.write(&format!("book/own/{id}.sql"), &rule(id, outcome, &sql));
    }
    at
}

#[test]
fn payments_are_judged_before_they_post_and_people_decide_on_what_is_held() {
    let at = bank("control");
    at.ok("pay 1 1001 400.00 --id 499");
    let set = at.json("risk rules adopt --rulebook book --by office --four-eyes");
    assert_eq!(
        (set["more"]["rule_set"].as_u64(), set["more"]["rules"].as_u64()),
        (Some(1), Some(3))
    );
    let again = at.json("risk sets");
    assert_eq!(again["rule_sets"][0]["now"], "judges");

    // Small goes through; larger is warned of, and confirmed; the largest does not happen.
    at.ok("pay 1001 1002 9.99 --id 501");
    let warned = at.fails(3, "pay 1001 1002 12.00 --id 502");
    assert!(warned.out.contains("warned tells\n    告诉"), "{}", warned.out);
    assert!(warned.out.contains("--confirmed"), "{}", warned.out);
    let done = at.json("pay 1001 1002 12.00 --id 503 --confirmed");
    assert_eq!(done["answers"][0]["verdict"]["warned"], true);
    let refused = at.fails(3, "pay 1001 1002 55.00 --id 504");
    assert!(refused.out.contains("too-much tells"), "{}", refused.out);
    let held = at.ok("pay 1001 1002 25.00 --id 505");
    assert!(held.contains("held: the money is reserved"), "{held}");
    at.ok("pay 1001 1002 21.00 --id 506");

    // Two pairs of eyes release, one sends back.
    let open = at.json("case list --unclaimed");
    assert_eq!(open["cases"].as_array().unwrap().len(), 2);
    at.ok("case claim 505 --by anna");
    let second = at.fails(3, "case release 505 --by bert");
    assert!(second.out.contains("case_is_anothers"), "{}", second.out);
    let one = at.ok("case release 505 --by anna");
    assert!(one.contains("one of two"), "{one}");
    let same = at.fails(3, "case release 505 --by anna");
    assert!(same.out.contains("needs_other_eyes"), "{}", same.out);
    let two = at.json("case release 505 --by bert");
    assert_eq!(two["answers"][1]["amount"], "25.00");
    at.ok("case refuse 506 --by carl");
    at.ok("case mark 506 fraud --by carl");
    at.ok("case open 504 --by carl");
    at.ok("case appeal 504 letter --by carl");
    let shown = at.json("case show 506");
    assert_eq!(shown["case"]["status"], "refused");
    assert_eq!(shown["reasons"][0]["rule"], "looked-at");
    let steps: Vec<&str> = shown["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["kind"].as_str().unwrap())
        .collect();
    assert_eq!(steps, ["transfer", "work_case", "transfer", "work_case"]);

    // Why, also of what did not happen.
    let why = at.json("risk explain 504");
    assert_eq!(
        (why["outcome"].as_str(), why["recorded"]["ruling"].as_str()),
        (Some("refuse"), Some("refuse"))
    );
    assert_eq!(why["features"]["amount"], "55.000");

    // The same comes out again, in whole and by table.
    let same = at.json("risk replay --recorded");
    assert_eq!((same["verdicts"].as_u64(), same["same"].as_u64()), (Some(6), Some(6)));
    at.ok("verify");
    let sql = "SELECT transfer, ruling, warned, reason_1 FROM verdicts ORDER BY entry, \"row\"";
    let told = at.tj(&["query", sql, "--format", "csv"]);
    let rows: Vec<&str> = told.out.lines().skip(1).collect();
    assert_eq!(
        rows,
        [
            "501,approve,false,",
            "502,ask,false,2",
            "503,ask,true,2",
            "504,refuse,false,1",
            "505,hold,false,0",
            "506,hold,false,0"
        ],
        "{told:?}"
    );
    // Adopted again: what is kept stays, and the set is another one.
    let again = at.json("risk rules adopt --rulebook book --by office");
    assert_eq!(again["more"]["rule_set"], 2);
    at.ok("risk withdraw 2 --by office");
    at.ok("risk withdraw 1 --by office");
    at.ok("pay 1001 1002 55.00 --id 507");
}
