//! Models and lists from the command line: a model is trained on a town's past and vouched for before it may judge; who is
//! listed cannot be paid once somebody has looked.

use crate::run::{Folder, beside};

#[test]
fn a_model_learns_from_a_town_and_judges_only_when_its_rows_vouch_for_it() {
    let at = Folder::new("models");
    at.json("--dir town.tj demo --no-serve --unguarded --customers 600 --days 8 --transfers 9000 --seed 5");
    let trained = at.json(
        "--dir town.tj model train --labels town.tj/thieves.csv --output m.forest --sample 4 --trees 30",
    );
    assert!(trained["stolen"].as_u64().unwrap() > 40, "{trained}");
    assert_eq!(trained["features"], 191, "all but what a model says");
    let shown = at.json("model show m.forest");
    assert_eq!((&shown["may_judge_payments"], &shown["outputs"]), (&true.into(), &1.into()));
    let rows = at.json("model check m.forest --golden m.forest.golden.csv");
    assert!(rows["rows"].as_u64().unwrap() >= 100);

    // It says more of its own town than chance would: thieves are a few in a hundred.
    let replayed =
        at.json("--dir town.tj risk replay --model m.forest --labels town.tj/thieves.csv");
    let precision = &replayed["average_precision"]["model"];
    assert!(precision["value"].as_f64().unwrap() > 0.3, "{precision}");
    assert!(precision["low"].as_f64().unwrap() <= precision["value"].as_f64().unwrap());

    // One answer changed: nobody vouches for it any more.
    let golden = at.read("m.forest.golden.csv");
    let last = golden.trim_end().rfind(',').unwrap();
    at.write("wrong.csv", &format!("{},0.75\n", &golden[..last]));
    let adopt = "--dir town.tj risk rules adopt --by office --model m.forest";
    let refused = at.fails(3, &format!("{adopt} --golden wrong.csv"));
    assert!(refused.err.contains("golden rows do not vouch"), "{refused:?}");
    at.ok(adopt);
    let sets = at.json("--dir town.tj risk sets");
    assert!(sets["rule_sets"][0]["adopted"]["model"].is_string());

    // Each payment is scored now, and what moved the score is told.
    let sql = "SELECT debit_account, credit_account FROM transfers WHERE currency = 'CNY' AND phase = 'single' \
        ORDER BY entry DESC LIMIT 1";
    let last = at.tj(&["--dir", "town.tj", "query", sql, "--format", "csv"]);
    let (from, to) = last.out.lines().nth(1).and_then(|row| row.split_once(',')).unwrap();
    let paid = at.tj(&["--dir", "town.tj", "pay", from, to, "1.00", "--id", "77", "--json"]);
    assert!(paid.out.contains("\"model_ppm\""), "{paid:?}");
    let why = at.json("--dir town.tj risk explain 77");
    assert_eq!(why["recorded"]["model_ppm"], why["model_ppm"]);
    assert!(!why["model_because"].as_array().unwrap().is_empty());
}

#[test]
fn whoever_is_listed_cannot_be_paid_once_somebody_has_looked() {
    let at = Folder::new("listed");
    at.small_bank();
    at.write(
        "house.csv",
        "name,kind,born,country,note\n王小明;Wang Xiaoming,person,1971-11-03,,ours\n",
    );
    let one = at.json("screen Xiaoming-Wang --house house.csv --born 1971-11-03");
    assert_eq!(one["hits"][0]["list"], "house");
    assert!(one["hits"][0]["score"].as_u64().unwrap() >= 900, "{one}");
    assert_eq!(at.json("screen Bo --house house.csv")["hits"].as_array().unwrap().len(), 0);
    assert!(at.fails(2, "screen Bo").err.contains("no list"));

    let added =
        at.tj(&["party", "add", "9", "--name", "王小明", "--field", "birth_date=1971-11-03"]);
    assert_eq!(added.code, 0, "{added:?}");
    at.ok("account open 1009 --code 20111 --owner 9");
    at.ok("risk rules adopt --by office");
    at.ok("pay 1001 1009 1.00 --id 601");
    let looked = at.json("screen --parties --record --house house.csv");
    assert_eq!(looked["hits"][0]["party"], "9");
    // Perhaps: somebody looks first. Surely: it does not happen. Not at all: it goes through.
    assert!(at.ok("pay 1001 1009 1.00 --id 602").contains("held:"));
    at.ok("screen --decide 9 --as confirmed --by anna");
    let refused = at.fails(3, "pay 1001 1009 1.00 --id 603");
    assert!(refused.out.contains("refused_by_risk_control"), "{}", refused.out);
    let why = at.json("risk explain 603");
    assert_eq!(why["features"]["payee_listed"], "2");
    at.ok("screen --decide 9 --as clear --by anna");
    at.ok("pay 1001 1009 1.00 --id 604");

    // The list grew by one: only that one is looked for.
    at.write(
        "new.csv",
        "name,kind,born,country,note\n王小明;Wang Xiaoming,person,1971-11-03,,ours\nBo,person,,,\n",
    );
    let changed = at.json("screen --parties --house new.csv --since house=house.csv");
    let hits = changed["hits"].as_array().unwrap();
    assert_eq!((hits.len(), &hits[0]["party"]), (1, &"2".into()), "{changed}");
}

#[test]
fn published_lists_are_read_as_they_are() {
    let Some(lists) = beside("data/sanctions") else { return };
    let at = Folder::new("sanctions");
    let lists = lists.canonicalize().unwrap();
    let (folder, file) = (lists.display().to_string(), lists.join("UN_consolidated.xml"));
    let un = file.display().to_string();
    let said = at.tj(&["screen", "Usama bin Ladin", "--ofac", &folder, "--un", &un, "--json"]);
    assert_eq!(said.code, 0, "{said:?}");
    let told: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert!(told["names_on_the_lists"].as_u64().unwrap() > 20_000);
    assert!(!told["hits"].as_array().unwrap().is_empty());
}
