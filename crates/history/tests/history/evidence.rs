//! Answers that others can check: from a copy of the journal alone they agree, and after one changed byte,
//! anywhere, they do not.

use crate::bank::{Bank, ask, memory, signer};
use history::{AsOf, AskFailed, CheckAgain, Desk, Disagreement, Limits, QueryProof, provable};
use journal::Disk;
use journal::testing::MemoryDisk;
use proof::note::VerifierKey;

const QUESTION: &str = "SELECT t.debit_account, t.currency, count(*) AS transfers, sum(t.amount) AS total \
    FROM transfers t JOIN accounts a ON a.account = t.debit_account \
    WHERE t.booking_date >= '2026-09-01' GROUP BY 1, 2";

async fn prove(bank: &mut Bank, desk: &Desk<MemoryDisk>, text: &str) -> QueryProof {
    let snapshot = desk.snapshot(AsOf::Now).unwrap();
    let planned = desk.plan(&snapshot, text).await.unwrap();
    provable(&planned).unwrap();
    let columns = planned.schema();
    let (_, told) = planned.answer().await.unwrap().all().await.unwrap();
    bank.node.publish().unwrap();
    let checkpoint = bank.node.journal().checkpoint().unwrap();
    QueryProof::new("tests", &columns, text, &told, "+08:00", checkpoint)
}

fn key() -> VerifierKey {
    signer().verifier()
}

/// A folder with nothing but segments.
fn journal_only(disk: &MemoryDisk) -> MemoryDisk {
    let copy = disk.copy();
    for name in copy.names() {
        if !name.starts_with("journal/") {
            copy.remove(&name).unwrap();
        }
    }
    copy
}

async fn check(proof: &QueryProof, disk: &MemoryDisk) -> Result<u64, Disagreement> {
    let again = CheckAgain { proof, disk, key: &key(), limits: Limits::default() };
    again.run().await.map(|agreed| agreed.rows)
}

#[tokio::test]
async fn a_proof_agrees_elsewhere_and_one_changed_byte_makes_it_disagree() {
    let mut bank = Bank::new(21);
    bank.work(40, 60);
    let history = bank.history(memory()).await;
    history.roll().await.unwrap();
    bank.work(5, 60);
    let desk = bank.desk(&history);
    let proof = prove(&mut bank, &desk, QUESTION).await;
    // The bank goes on; the proof is about the moment it saw.
    bank.work(5, 60);
    let copy = journal_only(&bank.disk);
    assert!(copy.names().iter().all(|name| name.starts_with("journal/")), "{:?}", copy.names());
    assert!(check(&proof, &copy).await.unwrap() > 10);
    // A byte of a record, in a sealed segment and in the last one; in a header; in padding.
    for (segment, at) in [(0, 4_096 + 128 + 70), (1, 5_000), (0, 4_096 + 60), (0, 100)] {
        let name = format!("journal/{segment:08}.seg");
        let broken = copy.copy();
        broken.tamper(&name, |bytes| bytes[at] ^= 4);
        let disagrees = check(&proof, &broken).await;
        assert!(matches!(disagrees, Err(Disagreement::Journal(_))), "{name} {at}: {disagrees:?}");
    }
    // What the proof says, changed in each of its parts.
    let text = String::from_utf8(proof.to_bytes().unwrap()).unwrap();
    let row_count = format!("\"rows\": {}", proof.rows);
    let digest = &proof.result_sha256;
    let flipped = format!("{}{}", if digest.starts_with('0') { '1' } else { '0' }, &digest[1..]);
    for (from, to) in [
        (row_count.as_str(), format!("\"rows\": {}", proof.rows + 1)),
        (digest.as_str(), flipped),
        ("2026-09-01", "2026-09-02".to_owned()),
        ("sum(t.amount)", "max(t.amount)".to_owned()),
    ] {
        let changed = text.replacen(from, &to, 1);
        assert_ne!(changed, text, "{from}");
        let changed = QueryProof::parse(changed.as_bytes()).unwrap();
        let disagrees = check(&changed, &copy).await;
        assert!(disagrees.is_err(), "{from} -> {to}");
    }
    let earlier = QueryProof { last_entry: proof.last_entry - 1, ..proof.clone() };
    assert!(matches!(check(&earlier, &copy).await, Err(Disagreement::Answer { .. })));
    let mut other = Bank::new(22);
    other.work(40, 60);
    let elsewhere = check(&proof, &journal_only(&other.disk)).await;
    assert!(matches!(elsewhere, Err(Disagreement::Journal(_))), "{elsewhere:?}");
    let checkpoint = proof.checkpoint.replace("bank.example", "bank.exampel");
    let unsigned = QueryProof { checkpoint, ..proof };
    assert!(matches!(check(&unsigned, &copy).await, Err(Disagreement::Proof(_))));
}

#[tokio::test]
async fn the_digest_is_of_the_rows_and_not_of_their_order_or_origin() {
    let mut bank = Bank::new(23);
    bank.work(40, 60);
    let history = bank.history(memory()).await;
    let desk = bank.desk(&history);
    let digest = async |text: &str| {
        let (_, told) = desk.ask(AsOf::Now, text).await.unwrap().all().await.unwrap();
        (told.rows, told.result_hash)
    };
    let all = "SELECT entry, \"row\", transfer, amount, time, linked, pending FROM transfers";
    let tail = digest(all).await;
    assert_eq!(digest(&format!("{all} ORDER BY amount DESC")).await, tail);
    history.roll().await.unwrap();
    assert_eq!(digest(all).await, tail);
    assert_ne!(
        digest(&format!("{all} WHERE amount <> 1")).await.1,
        digest("SELECT 1 AS entry").await.1
    );
    let twice = format!("{all} UNION ALL {all}");
    assert_ne!(digest(&twice).await, tail);
    assert_ne!(digest("SELECT 1 AS a").await.1, digest("SELECT 1 AS b").await.1);
    assert_ne!(digest("SELECT '1' AS a").await.1, digest("SELECT 1 AS a").await.1);
    // Computed by hand from docs/formats/history.md: one column `a`, one row, the integer 1.
    let mut row = vec![1_u8];
    row.extend(1_i128.to_le_bytes());
    let by_hand = {
        use sha2::{Digest, Sha256};
        let columns = Sha256::digest([&1_u32.to_le_bytes()[..], b"a"].concat());
        let parts = [
            b"tongjian result v1\0",
            &columns[..],
            &1_u64.to_le_bytes(),
            &Sha256::digest(&row)[..],
        ];
        <[u8; 32]>::from(Sha256::digest(parts.concat()))
    };
    assert_eq!(digest("SELECT 1 AS a").await.1, by_hand);
}

#[tokio::test]
async fn what_differs_without_anybodys_fault_has_no_proof() {
    let mut bank = Bank::new(24);
    bank.work(2, 10);
    let history = bank.history(memory()).await;
    let desk = bank.desk(&history);
    let snapshot = desk.snapshot(AsOf::Now).unwrap();
    for (text, word) in [
        ("SELECT CAST(sum(amount) AS DOUBLE) AS s FROM transfers", "binary fraction"),
        ("SELECT name FROM parties", "personal data"),
        ("SELECT count(*) FROM parties WHERE name = 'x'", "personal data"),
        ("SELECT count(*) FROM transfers WHERE time < now()", "another one each time"),
        ("SELECT random() < 0.5", "another one each time"),
        ("SELECT (SELECT count(*) FROM ledger_balances)", "ledger_balances"),
        ("SELECT * FROM checkpoints", "checkpoints"),
    ] {
        let planned = desk.plan(&snapshot, text).await.unwrap();
        match provable(&planned) {
            Err(AskFailed::Query(why)) => assert!(why.contains(word), "{text}: {why}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    let fine = "SELECT commitment, kind FROM parties";
    provable(&desk.plan(&snapshot, fine).await.unwrap()).unwrap();
    assert_eq!(ask(&desk, AsOf::Now, fine).await.len(), 5);
}
