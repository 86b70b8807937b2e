//! The sample bank: the same from the same seed, in agreement with its town, and never over anything else.

use crate::run::Folder;
use serde_json::json;

const SMALL: &str = "demo --no-serve --customers 300 --days 4 --transfers 3000";

#[test]
fn the_same_seed_makes_the_same_bank_and_another_makes_another() {
    let at = Folder::new("demo");
    let first = at.json(&format!("--dir a.tj {SMALL} --seed 7"));
    assert_eq!(
        (&first["agrees_with_the_town"], &first["verified"]["verified"]),
        (&json!(true), &json!(true))
    );
    assert!(first["movements_done"].as_u64().unwrap() > 2_000, "{first}");
    assert!(first["refused"].as_object().unwrap().len() > 2, "a town's life has refusals");
    let second = at.json(&format!("--dir b.tj {SMALL} --seed 7"));
    for part in ["trial_balance", "refused", "commands", "movements_done", "customers"] {
        assert_eq!(first[part], second[part], "{part}");
    }
    assert_eq!(first["journal"]["records"], second["journal"]["records"]);
    // Risk control judged what was paid after the days of learning, and stopped some of the thieves.
    let risk = &first["risk"];
    assert_eq!(risk, &{
        let mut same = second["risk"].clone();
        same["microseconds_per_decision"] = risk["microseconds_per_decision"].clone();
        same
    });
    assert!(risk["judged"].as_u64().unwrap() > 1_000, "{risk}");
    assert!(risk["thieves"]["payments"].as_u64().unwrap() > 10, "{risk}");
    let replayed = at.json("--dir a.tj risk replay --recorded");
    assert_eq!(replayed["verdicts"], replayed["same"]);
    assert!(replayed["verdicts"].as_u64().unwrap() >= risk["judged"].as_u64().unwrap());
    let third = at.json(&format!("--dir c.tj {SMALL} --seed 8"));
    assert_ne!(first["trial_balance"], third["trial_balance"]);
}

#[test]
fn what_the_demo_says_to_try_next_works() {
    let at = Folder::new("demo-next");
    let said = at.ok(SMALL);
    let lines: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix("    tj ")).collect();
    assert!(lines.len() >= 7, "{said}");
    lines.iter().for_each(|line| drop(at.ok(line)));
}

#[test]
fn the_demo_replaces_its_own_folder_and_nobody_elses() {
    let at = Folder::new("demo-folder");
    at.ok(&format!("{SMALL} --seed 3"));
    assert!(at.ok(&format!("{SMALL} --seed 3")).contains("is replaced"));
    std::fs::create_dir(at.path("mine")).unwrap();
    at.write("mine/letter.txt", "dear");
    let said = at.fails(1, &format!("--dir mine {SMALL}"));
    assert!(said.err.contains("--dir OTHER"), "{said:?}");
    assert_eq!(at.read("mine/letter.txt"), "dear");
    at.init();
    at.fails(1, &format!("--dir bank.tj {SMALL}"));
    at.ok("status");
}
