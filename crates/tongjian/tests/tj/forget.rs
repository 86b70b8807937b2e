//! A person is erased: nothing shows who it was, and everything still verifies.

use crate::run::Folder;
use std::path::Path;

/// Names of files under `folder` that hold `text` somewhere.
fn files_with(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_with(&path, text));
        } else if std::fs::read(&path)
            .unwrap()
            .windows(text.len())
            .any(|bytes| bytes == text.as_bytes())
        {
            found.push(path.display().to_string());
        }
    }
    found
}

#[test]
fn an_erased_party_is_forgotten_and_everything_still_verifies() {
    let at = Folder::new("forget");
    at.small_bank();
    at.ok("pay 1001 1002 12.00 --id 31 --note rent-of-flat-7 --party 1");
    at.ok("prove 31 -o before.txt");
    assert!(at.ok("party show 1").contains("Ada 王"));
    assert!(at.ok("account show 1001").contains("Ada 王"));
    // Personal data never stands on the disk in clear, not even before.
    for secret in ["Ada 王", "990101", "rent-of-flat-7"] {
        assert_eq!(files_with(&at.path("bank.tj"), secret), [""; 0], "{secret}");
    }

    at.fails(2, "party erase 1");
    assert!(at.ok("party show 1").contains("Ada 王"), "without --yes nothing is erased");
    at.ok("party erase 1 --yes --reason at-request");
    at.fails(3, "party erase 1 --yes");
    at.fails(3, "party add 1 --name Ada");

    let shown = at.json("party show 1");
    assert_eq!(
        (shown["erased"].as_bool(), &shown["fields"]),
        (Some(true), &serde_json::Value::Null)
    );
    for line in
        ["party show 1", "party list", "account show 1001", "statement 1001", "journal tail -n 99"]
    {
        let text = at.ok(line);
        assert!(!text.contains("Ada") && !text.contains("990101"), "{line}: {text}");
    }
    let export = at.ok("journal export");
    assert!(!export.contains("Ada") && !export.contains("rent-of"), "{export}");
    let notes = (0..40).filter_map(|record| {
        let said = at.tj(&["journal", "show", &record.to_string()]);
        said.out.lines().find(|line| line.contains("    text ")).map(str::to_owned)
    });
    assert!(notes.collect::<Vec<_>>().iter().all(|line| line.contains("cannot be read")));

    assert_eq!(at.balance("1001"), "88.00");
    at.ok("verify bank.tj");
    at.ok("receipt verify before.txt --key bank.tj/keys/log.pub");
    at.ok("pay 1002 1001 2.00");
    at.ok("prove 31 -o after.txt");
    at.ok("receipt verify after.txt --key bank.tj/keys/log.pub");
}

#[test]
fn an_erasure_that_a_crash_cut_short_is_carried_out_at_the_next_start() {
    let at = Folder::new("forget-crash");
    at.small_bank();
    // The vault as it was before the erasure: what a crash between journal and vault leaves.
    let copies = ["bank.tj/vault/a/00000000.keys", "bank.tj/vault/b/00000000.keys"];
    let before = copies.map(|file| std::fs::read(at.path(file)).unwrap());
    at.ok("party erase 1 --yes");
    let after = copies.map(|file| std::fs::read(at.path(file)).unwrap());
    assert_ne!(before, after);
    for (file, bytes) in copies.iter().zip(&before) {
        std::fs::write(at.path(file), bytes).unwrap();
    }
    at.ok("status");
    for (file, bytes) in copies.iter().zip(&after) {
        assert_eq!(
            &std::fs::read(at.path(file)).unwrap(),
            bytes,
            "the key is destroyed again in {file}"
        );
    }
}

#[test]
fn a_lost_vault_loses_names_and_no_money() {
    let at = Folder::new("vault-lost");
    at.small_bank();
    std::fs::remove_dir_all(at.path("bank.tj/vault")).unwrap();
    assert_eq!(at.balance("1001"), "100.00");
    at.ok("pay 1001 1002 1.00");
    assert!(at.ok("party show 1").contains("(sealed)"));
    let said = at.fails(1, "party add 9 --name Cy");
    assert!(said.err.contains("vault"), "{said:?}");
    at.fails(1, "doctor");
    at.ok("verify bank.tj");
}
