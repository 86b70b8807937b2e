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

#[test]
fn quality_is_measured_from_marks_and_lists_and_clocks_are_adopted_with_the_rules() {
    let at = bank("quality");
    at.write("book/own/friends.list", "# ---\n# id = \"friends\"\n# of = \"accounts\"\n# says = \"f\"\n# says_zh = \"友\"\n# ---\n1002\n");
    at.write("book/own/foes.list", "# ---\n# id = \"foes\"\n# of = \"accounts\"\n# says = \"f\"\n# says_zh = \"敌\"\n# ---\n1\n");
    let denied = rule("denied", "refuse", "payer_owned AND on_list(payee_lists, 'foes')");
    at.write("book/own/denied.sql", &denied);
    let waits = rule("waits", "hold", "payer_owned AND amount = 7");
    at.write(
        "book/own/waits.sql",
        &waits.replace("-- points", "-- waits_hours = 2\n-- at_end = \"release\"\n-- points"),
    );
    at.write(
        "book/own/pack.toml",
        &format!("{PACK}unless = \"on_list(payee_lists, 'friends') AND amount = 30\"\n"),
    );
    at.ok("pay 1 1001 400.00 --id 499");
    let checked = at.json("risk rules check --rulebook book");
    assert_eq!(checked["lists"].as_array().unwrap().len(), 2, "{checked}");
    at.ok("risk rules adopt --rulebook book --by office --at-end release --hold-hours 5");

    // Who is on the bank's list of foes is not paid; who is a friend is, however much; others are looked at.
    let refused = at.fails(3, "pay 1001 1 1.00 --id 501");
    assert!(refused.out.contains("denied tells"), "{}", refused.out);
    at.ok("pay 1001 1002 30.00 --id 502");
    at.ok("pay 1001 1002 25.00 --id 503");
    at.ok("pay 1001 1002 26.00 --id 504");
    at.ok("pay 1001 1002 27.00 --id 505");
    at.ok("pay 1001 1002 7.00 --id 506");
    at.ok("pay 1001 1002 1.00 --id 507");
    let sql = "SELECT transfer, timeout_s FROM transfers WHERE transfer IN ('503', '506') ORDER BY transfer";
    let told = at.tj(&["query", sql, "--format", "csv"]);
    assert!(told.out.contains("503,18000") && told.out.contains("506,7200"), "{told:?}");
    let why = at.json("risk explain 502");
    assert_eq!(why["outcome"], "approve", "{why}");
    assert_eq!(why["features"]["payee_lists"].as_str(), Some("2"), "{why}");

    // Two right, one wrong, one nobody marked; one that no rule stopped and somebody found by hand.
    at.ok("case mark 503 fraud --by anna");
    at.ok("case mark 504 laundering --by anna");
    at.ok("case mark 505 mistaken --by anna");
    at.ok("case open 507 --by anna");
    at.ok("case mark 507 fraud --by anna");
    let told = at.json("risk quality");
    assert_eq!((told["known"].as_u64(), told["missed"].as_u64()), (Some(3), Some(1)), "{told}");
    assert_eq!(told["opened_by_hand"], 1);
    let rules = told["rules"].as_array().unwrap();
    let of = |name: &str| rules.iter().find(|rule| rule["rule"] == name).unwrap();
    let looked = of("looked-at");
    let count = |key: &str| looked[key].as_u64().unwrap();
    assert_eq!((count("stopped"), count("marked"), count("right")), (3, 3, 2), "{looked}");
    let share = |key: &str, at: &str| looked[key][at].as_f64().unwrap();
    // Wilson's interval of 2 in 3.
    assert!((share("precision", "low") - 0.2077).abs() < 1e-3, "{looked}");
    assert!((share("precision", "high") - 0.9385).abs() < 1e-3, "{looked}");
    assert!((share("recall", "value") - 2.0 / 3.0).abs() < 1e-9, "{looked}");
    assert_eq!(of("waits")["unmarked"], 1);
    assert!(of("waits")["precision"].is_null());
    assert!(at.ok("risk quality").contains("2 stopped payments are unmarked"));
    let nothing = at.json("risk quality --to 2020-01-01");
    assert_eq!(nothing["known"], 0);
    at.ok("verify");
    at.ok("risk replay --recorded");
}

#[test]
fn whoever_is_registered_is_looked_up_and_a_changed_list_looks_up_only_what_changed() {
    let at = Folder::new("watch");
    at.small_bank();
    let add = |party: &str, name: &str| -> serde_json::Value {
        let said = at.tj(&["party", "add", party, "--name", name, "--json"]);
        assert_eq!(said.code, 0, "{said:?}");
        serde_json::from_str(&said.out).unwrap()
    };
    let before = add("71", "Ruslan Imranovich Temirkhanov");
    assert_eq!(before["more"]["looked_up"], 0, "no list, nobody is looked up: {before}");
    at.write("house.csv", "name,kind,born,country,note\nOttokar Brandauer,person,,,fraud\n");
    let settings = at.read("bank.tj/bank.toml");
    assert!(settings.contains("[lists]"), "{settings}");
    let house = at.path("house.csv").display().to_string();
    at.write(
        "bank.tj/bank.toml",
        &settings.replace("house = \"\"", &format!("house = \"{house}\"")),
    );

    // Somebody new who is listed gets a case, somebody else is cleared; everybody before was looked up first.
    let hit = add("72", "Ottokar Brandauer");
    assert_eq!(
        (hit["more"]["looked_up"].as_u64(), hit["more"]["hits"].as_u64()),
        (Some(1), Some(1)),
        "{hit}"
    );
    let clear = add("73", "Wilhelmine Oberhuber");
    assert_eq!(clear["more"]["hits"], 0, "{clear}");
    let cases = at.json("case list");
    assert_eq!(cases["cases"][0]["party"], "72", "{cases}");
    assert_eq!(cases["cases"].as_array().unwrap().len(), 1);
    let number = cases["cases"][0]["case"].as_str().unwrap().to_owned();
    at.ok(&format!("case claim {number} --by anna"));
    at.fails(3, &format!("case release {number} --by anna"));

    // The list grows by somebody the bank knows: only that is looked for.
    let same = at.json("screen --changed");
    assert_eq!(same["parties"], 0, "{same}");
    at.write("house.csv", "name,kind,born,country,note\nOttokar Brandauer,person,,,fraud\nRuslan Temirkhanov,person,,,new\n");
    let grown = at.json("screen --changed");
    assert_eq!(grown["hits"], 1, "{grown}");
    let cases = at.json("case list");
    assert_eq!(cases["cases"].as_array().unwrap().len(), 2, "{cases}");

    // Somebody decides, and the case is closed.
    at.ok(&format!("screen --decide 72 --as clear --by anna --house {house}"));
    let cases = at.json("case list");
    assert_eq!(cases["cases"].as_array().unwrap().len(), 1, "{cases}");
    assert_eq!(at.json(&format!("case show {number}"))["case"]["status"], "released");

    // A list that is gone: nobody is registered unseen.
    std::fs::remove_file(at.path("house.csv")).unwrap();
    at.fails(1, "party add 74 --name Somebody");
    at.ok("verify");
}
