//! Questions on the command line: every form of answer, moments, proofs that a copy of the journal agrees
//! with, and who looked.

use crate::run::Folder;
use serde_json::Value;
use std::path::Path;

fn query(at: &Folder, words: &[&str]) -> String {
    let said = at.tj(&[&["query"], words].concat());
    assert_eq!(said.code, 0, "{words:?}: {said:?}");
    said.out
}

fn refused(at: &Folder, code: i32, words: &[&str]) -> String {
    let said = at.tj(&[&["query"], words].concat());
    assert_eq!(said.code, code, "{words:?}: {said:?}");
    said.err
}

/// A copy of the bank's segments and nothing else.
fn journal_only(at: &Folder, name: &str) {
    let (from, to) = (at.path("bank.tj/journal"), at.path(name).join("journal"));
    std::fs::create_dir_all(&to).unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

#[test]
fn a_question_is_answered_in_every_form_and_remembered() {
    let at = Folder::new("asking");
    at.small_bank();
    at.ok("pay 1001 1002 12.50 --id 501");
    let text =
        "SELECT transfer, debit_account, amount, currency FROM transfers ORDER BY entry, row";
    let table = query(&at, &[text]);
    assert!(table.contains("501       1001            12.50  CNY"), "{table}");
    let csv = query(&at, &[text, "--format", "csv"]);
    assert_eq!(
        csv.lines().collect::<Vec<_>>(),
        ["transfer,debit_account,amount,currency", "500,1,100.000,CNY", "501,1001,12.500,CNY",]
    );
    let json: Value = serde_json::from_str(&query(&at, &[text, "--format", "json"])).unwrap();
    assert_eq!(json["rows"][1]["amount"], "12.500");
    assert_eq!(json["row_count"], 2);
    query(&at, &[text, "--format", "parquet", "--output", "answer.parquet"]);
    assert_eq!(&std::fs::read(at.path("answer.parquet")).unwrap()[..4], b"PAR1");
    assert!(refused(&at, 2, &[text, "--format", "parquet"]).contains("--output"));
    assert!(query(&at, &[text, "--explain"]).contains("Sort"));
    // Names are opened by the vault, and one question sees them.
    let names = query(&at, &["SELECT name FROM parties ORDER BY party", "--format", "csv"]);
    assert_eq!(names, "name\nAda 王\nBo\n");
    let looked = "SELECT asker, row_count, ended FROM queries ORDER BY entry";
    let looked = query(&at, &[looked, "--format", "csv"]);
    // Four answers were given, the explained and the refused ones were not; then the names.
    assert_eq!(looked.lines().count(), 6, "{looked}");
    assert!(looked.lines().skip(1).all(|line| line.ends_with(",2,complete")), "{looked}");
    at.ok("verify bank.tj");
}

#[test]
fn moments_and_mistakes_are_told_apart() {
    let at = Folder::new("moments");
    at.small_bank();
    let count = "SELECT count(*) AS n FROM transfers";
    let entries: u64 = query(&at, &["SELECT max(entry) FROM entries", "--format", "csv"])
        .lines()
        .nth(1)
        .unwrap()
        .parse()
        .unwrap();
    at.ok("pay 1001 1002 1.00");
    let then = entries.to_string();
    assert_eq!(query(&at, &[count, "--as-of", &then, "--format", "csv"]), "n\n1\n");
    assert_eq!(query(&at, &[count, "--format", "csv"]), "n\n2\n");
    assert!(refused(&at, 2, &[count, "--as-of", "999999"]).contains("there is no entry 999999"));
    assert!(
        refused(&at, 2, &[count, "--as-of", "soon"]).contains("neither an entry, a day nor a time")
    );
    assert!(refused(&at, 2, &[count, "--as-of", "2001-01-01"]).contains("no entry as early"));
    assert!(refused(&at, 2, &["DROP VIEW transfers"]).contains("only read"));
    assert!(refused(&at, 2, &["SELECT nam FROM parties"]).contains("did you mean name"));
    let slow = "SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 1000000) b";
    assert!(refused(&at, 1, &[slow, "--timeout-s", "1"]).contains("ended after 1 s"));
}

#[test]
fn a_proof_agrees_with_a_copy_of_the_journal_and_not_after_one_changed_byte() {
    let at = Folder::new("evidence");
    at.small_bank();
    at.ok("pay 1001 1002 12.50 --id 501");
    let text = "SELECT account, sum(signed_amount) AS net FROM postings GROUP BY account";
    let said = at.tj(&["query", text, "--proof", "proof.json"]);
    assert_eq!(said.code, 0, "{said:?}");
    at.ok("pay 1001 1002 1.00 --id 502");
    journal_only(&at, "copy.tj");
    let key = at.path("bank.tj/keys/log.pub");
    let check = |folder: &str| {
        let key = key.to_str().unwrap();
        at.tj(&["--dir", folder, "query", "--check", "proof.json", "--key", key])
    };
    let agrees = check("copy.tj");
    assert_eq!(agrees.code, 0, "{agrees:?}");
    assert!(agrees.out.starts_with("agrees: "), "{agrees:?}");
    assert!(!Path::new(&at.path("copy.tj/lock")).exists(), "a check writes nothing");
    let segment = at.path("copy.tj/journal/00000000.seg");
    let mut bytes = std::fs::read(&segment).unwrap();
    bytes[4_096 + 128 + 3] ^= 1;
    std::fs::write(&segment, &bytes).unwrap();
    let differs = check("copy.tj");
    assert_eq!(differs.code, 4, "{differs:?}");
    assert!(differs.err.contains("00000000.seg"), "{differs:?}");
    // The proof itself, changed by one letter.
    journal_only(&at, "copy.tj");
    let proof = at.read("proof.json");
    let digest = proof.split("\"result_sha256\": \"").nth(1).unwrap();
    let flipped = if digest.starts_with('a') { 'b' } else { 'a' };
    let at_digest = proof.len() - digest.len();
    let changed = format!("{}{flipped}{}", &proof[..at_digest], &digest[1..]);
    at.write("proof.json", &changed);
    let differs = check("copy.tj");
    assert_eq!(differs.code, 4, "{differs:?}");
    assert!(differs.err.contains("the answer is another one"), "{differs:?}");
    at.write("proof.json", "{}");
    assert_eq!(check("copy.tj").code, 4);
    assert!(
        refused(&at, 2, &["SELECT name FROM parties", "--proof", "p.json"])
            .contains("personal data")
    );
}

#[test]
fn a_row_leads_to_a_receipt_that_anybody_checks() {
    let at = Folder::new("leads-back");
    at.small_bank();
    let place = "SELECT entry, row FROM transfers WHERE transfer = '500'";
    let place = query(&at, &[place, "--format", "csv"]);
    let (entry, row) = place.lines().nth(1).unwrap().split_once(',').unwrap();
    at.ok(&format!("prove --entry {entry} --row {row} -o receipt.txt"));
    let verified = at.ok("receipt verify receipt.txt --key bank.tj/keys/log.pub");
    assert!(verified.contains("500"), "{verified}");
    let said = at.fails(2, &format!("prove --entry {entry} --row 4000"));
    assert!(said.err.contains("there is no row 4000"), "{said:?}");
}

#[test]
fn the_rulebook_runs_and_its_verdicts_are_entries() {
    let at = Folder::new("rulebook");
    at.small_bank();
    let said = at.tj(&["check", "--json", "--pack", "quality-ledger"]);
    let told: Value = serde_json::from_str(&said.out).unwrap();
    let verdicts = told["packs"][0]["verdicts"].as_array().unwrap();
    assert!(verdicts.len() >= 8, "{told}");
    let balance = verdicts.iter().find(|v| v["rule"] == "balance-is-its-postings").unwrap();
    assert_eq!(
        (&balance["passed"], &balance["not_judged"]),
        (&Value::Bool(true), &Value::Null),
        "{told}"
    );
    let kept = "SELECT pack, count(*) AS rules FROM check_results GROUP BY pack";
    let kept = query(&at, &[kept, "--format", "csv"]);
    assert_eq!(kept, format!("pack,rules\nquality-ledger,{}\n", verdicts.len()));
    assert!(at.ok("check --list").contains("postings-balance"));
    std::fs::create_dir_all(at.path("mine/broken")).unwrap();
    at.write("mine/broken/pack.toml", "format = 1\nid = \"broken\"\n");
    let refused = at.fails(2, "check --rulebook mine");
    assert!(
        refused.err.contains("pack.toml") && refused.err.contains("nothing was run"),
        "{refused:?}"
    );
    assert!(at.fails(2, "check --pack nobody").err.contains("the packs are"));
    at.ok("verify bank.tj");
}

#[test]
fn the_shell_answers_one_question_after_the_other() {
    use std::io::Write;
    use std::process::Stdio;
    let at = Folder::new("shell");
    at.small_bank();
    let mut command = at.command(&["sql"]);
    command.env("XDG_STATE_HOME", at.path("state")).stdin(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let lines = "SELECT count(*) AS transfers\nFROM transfers;\n\\d transfers\nSELECT x FROM transfers;\n\\format csv\nSELECT 1 AS one;\n\\q\n";
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let (out, err) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{out}{err}");
    assert!(out.contains("transfers\n        1\n"), "{out}");
    assert!(out.contains("debit_account") && out.ends_with("one\n1\n"), "{out}");
    assert!(err.contains("there is no column x here"), "{err}");
}
