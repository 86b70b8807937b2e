//! How the program answers: exit codes, what to do next, JSON, pipes, colours.

use crate::run::Folder;
use std::io::Read;

#[test]
fn every_failure_has_its_exit_code_and_says_what_to_do_next() {
    let at = Folder::new("codes");
    let nowhere = at.fails(1, "status");
    assert!(
        nowhere.err.contains("there is no bank in bank.tj") && nowhere.err.contains("tj init"),
        "{nowhere:?}"
    );
    assert!(!at.path("bank.tj").exists(), "looking for a bank makes none");
    at.small_bank();
    at.fails(2, "pay 1001");
    at.fails(2, "no-such-command");
    at.fails(1, "statement 99");
    at.fails(1, "init");
    let refused = at.fails(3, "pay 1002 1001 1.00");
    assert!(refused.out.contains("next: "), "{refused:?}");
    let unknown = at.fails(3, "pay 1001 99 1.00");
    assert!(unknown.out.contains("credit_account_not_found"), "{unknown:?}");

    let lock = std::fs::File::open(at.path("bank.tj/lock")).unwrap();
    lock.lock().unwrap();
    for line in ["status", "pay 1001 1002 1.00", "verify bank.tj"] {
        let busy = at.fails(5, line);
        assert!(busy.err.contains("another program") && busy.err.contains("next: "), "{busy:?}");
    }
    drop(lock);
    at.ok("status");
}

#[test]
fn failures_are_json_too_when_a_program_asks() {
    let at = Folder::new("json-error");
    let said = at.fails(1, "status --json");
    let error: serde_json::Value = serde_json::from_str(&said.err).unwrap();
    assert_eq!((error["error"]["kind"].as_str(), said.out.as_str()), (Some("failed"), ""));
    assert!(!error["error"]["next"].as_str().unwrap().is_empty());
}

#[test]
fn every_command_that_shows_something_answers_with_one_json_document() {
    let at = Folder::new("json");
    at.small_bank();
    let lines = [
        "status",
        "chart list",
        "party list",
        "party show 1",
        "role list",
        "account list",
        "account show 1001",
        "limits 1001",
        "hold list",
        "pending list",
        "day show",
        "interest show",
        "statement 1001",
        "trial-balance",
        "journal tail",
        "journal show 3",
        "prove 500",
        "verify bank.tj",
        "doctor",
    ];
    lines.iter().for_each(|line| assert!(at.json(line).is_object(), "{line}"));
}

#[test]
fn a_reader_that_goes_away_ends_the_program_quietly() {
    let at = Folder::new("pipe");
    at.small_bank();
    let mut child = at.command(&["journal", "export"]).spawn().unwrap();
    let mut first = [0; 16];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    // The read end is closed by now, with most of the records unread.
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (output.status.code(), String::from_utf8(output.stderr).unwrap()),
        (Some(0), String::new())
    );
}

#[test]
fn nothing_is_coloured_without_a_terminal() {
    let at = Folder::new("colour");
    at.small_bank();
    for line in ["status", "account list", "trial-balance", "help"] {
        assert!(!at.ok(line).contains('\x1b'), "{line}");
    }
}

#[test]
fn completions_name_the_commands() {
    let at = Folder::new("completions");
    for shell in ["bash", "zsh", "fish"] {
        assert!(at.ok(&format!("completions {shell}")).contains("trial-balance"), "{shell}");
    }
}

#[test]
fn the_folder_can_be_named_by_the_environment() {
    let at = Folder::new("environment");
    at.init();
    std::fs::rename(at.path("bank.tj"), at.path("other.tj")).unwrap();
    let output = at.command(&["status", "--json"]).env("TJ_DIR", "other.tj").output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    at.fails(1, "status");
}

#[test]
fn a_small_measurement_has_every_field() {
    let at = Folder::new("bench");
    let words = "bench ledger --accounts 50 --transfers 3000 --batch 500 --clients 2 --two-phase";
    let measured = at.json(words);
    let fields = [
        "transfers_per_s",
        "p50_ms",
        "p99_ms",
        "engine_cpu_us_per_transfer",
        "bytes_per_transfer",
        "rss_mb",
        "restart_s",
        "restart_replay_s",
        "snapshot_restart_s",
        "verify_transfers_per_s",
        "receipt_bytes",
        "receipt_verify_ms",
        "journal_syncs",
    ];
    for field in fields {
        assert!(measured[field].as_f64().is_some_and(|number| number > 0.0), "{field}: {measured}");
    }
    assert_eq!(
        (measured["transfers"].as_u64(), measured["refused"].as_u64()),
        (Some(3000), Some(0))
    );
    let left: Vec<_> = std::fs::read_dir(at.path("")).unwrap().collect();
    assert!(left.is_empty(), "the measured bank is gone: {left:?}");
}

#[test]
fn a_measurement_with_rules_has_every_transfer_judged() {
    let at = Folder::new("bench-rules");
    let words = "bench ledger --accounts 50 --transfers 3000 --batch 500";
    let plain = at.json(words);
    assert_eq!((plain["judged"].as_u64(), plain["rules"].as_bool()), (Some(0), Some(false)));
    for more in ["--rules", "--rules --model"] {
        let measured = at.json(&format!("{words} {more}"));
        assert_eq!(measured["judged"].as_u64(), Some(3000), "{more}: {measured}");
        assert!(measured["stopped"].as_u64().is_some_and(|stopped| stopped < 300), "{measured}");
        assert!(measured["verify_transfers_per_s"].as_f64().is_some_and(|rate| rate > 0.0));
    }
    at.fails(2, "bench ledger --model");
}
