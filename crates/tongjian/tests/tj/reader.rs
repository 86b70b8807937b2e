//! The second reader, in Python and written from the documents alone, agrees with the program on root,
//! balances and receipts.

use crate::run::Folder;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// A Python that has what the reader needs; `None`, said loudly, if there is none.
fn python() -> Option<String> {
    let python = std::env::var("TJ_PYTHON").unwrap_or_else(|_| "python3".into());
    let found = Command::new(&python).args(["-c", "import cryptography"]).output();
    if found.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    eprintln!(
        "SKIPPED: {python} lacks the package `cryptography`, so the second reader read nothing (set TJ_PYTHON)"
    );
    None
}

fn read(python: &str, at: &Folder, words: &[&str]) -> (i32, Value) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/formats/read_journal.py");
    let output =
        Command::new(python).arg(script).args(words).current_dir(at.path("")).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let code = output.status.code().unwrap_or(-1);
    (code, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}{output:?}")))
}

#[test]
fn the_second_reader_agrees_on_root_balances_and_receipts() {
    let Some(python) = python() else { return };
    let at = Folder::new("reader");
    at.small_bank();
    at.ok("pay 1001 1002 33.00 --id 41 --pending");
    at.ok("pending post 41 22.00");
    at.ok("pay 1001 1002 5.00 --pending");
    at.ok("account open 2 --code 30021");
    at.ok("account open 3 --code 30021 --currency USD");
    at.ok("account open 2001 --code 20111 --currency USD --owner 1");
    at.ok("exchange 1001 2001 7.00 0.98 --id 42");
    at.fails(3, "pay 1002 1001 999.00");
    at.ok("day close");
    at.ok("party erase 2 --yes");

    let (code, theirs) = read(&python, &at, &["bank.tj", "--key", "bank.tj/keys/log.pub"]);
    assert_eq!(code, 0, "{theirs}");
    let status = at.json("status");
    assert_eq!(theirs["root"], status["journal"]["root"]);
    assert_eq!(theirs["records"], status["journal"]["records"]);
    assert_eq!(theirs["checkpoint"]["valid"], true);
    let ours = at.json("account list");
    let accounts = theirs["accounts"].as_object().unwrap();
    assert_eq!(accounts.len(), ours["accounts"].as_array().unwrap().len());
    for account in ours["accounts"].as_array().unwrap() {
        let their = &accounts[account["account"].as_str().unwrap()];
        for sum in ["debits_posted", "credits_posted", "debits_pending", "credits_pending"] {
            let minor =
                account[sum].as_str().unwrap().replace('.', "").trim_start_matches('0').to_owned();
            let minor = if minor.is_empty() { "0".to_owned() } else { minor };
            assert_eq!(their[sum].as_str().unwrap(), minor, "{sum} of {account}");
        }
    }

    for what in ["500", "41", "42"] {
        at.ok(&format!("prove {what} -o receipt.txt"));
        let (code, proved) =
            read(&python, &at, &["receipt", "receipt.txt", "--key", "bank.tj/keys/log.pub"]);
        let ours = at.json("receipt verify receipt.txt --key bank.tj/keys/log.pub");
        assert_eq!(code, 0, "{proved}");
        assert_eq!(
            (&proved["checkpoint"]["root"], &proved["entry"]),
            (&ours["root"], &ours["entry"])
        );
    }
    at.ok("--dir other.tj init --segment-mib 2");
    let (code, _) =
        read(&python, &at, &["receipt", "receipt.txt", "--key", "other.tj/keys/log.pub"]);
    assert_ne!(code, 0, "another bank's key verifies nothing");
}
