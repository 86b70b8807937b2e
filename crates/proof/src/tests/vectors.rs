//! The test vectors beside `docs/formats/proofs.md`: compared with what the code says, written anew with BLESS=1.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use std::path::Path;
use std::{env, fs};

use super::leaves;
use super::receipts::{
    COSIGNED_AT_S, LOG_SEED, ORIGIN, WITNESSES, broken_receipts, full_receipt, log, policy,
    receipt, record, witness_keys,
};
use crate::checkpoint::cosign;
use crate::consistency::{consistency_proof, verify_consistency};
use crate::hash::{Hash, leaf_hash};
use crate::inclusion::{inclusion_path, verify_inclusion};
use crate::note::{Note, NoteSignature, SignerKey, VerifierKey};
use crate::receipt::{Receipt, ReceiptError, VerifierPolicy};
use crate::tile::{encode_entries, path, tiles_of_growth};
use crate::tree::root_of;

/// Compares a vector's file with what the code says now, or writes it when BLESS=1.
fn check_vector(name: &str, expected: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/formats/vectors");
    let file = folder.join(name);
    if env::var_os("BLESS").is_some_and(|value| value == "1") {
        fs::create_dir_all(&folder).unwrap();
        fs::write(&file, expected).unwrap();
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(found, expected, "{name} differs from the code; if that is meant, run with BLESS=1");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn json_string(text: &str) -> String {
    assert!(!text.contains(['"', '\\']), "needs no escape but newlines");
    format!("\"{}\"", text.replace('\n', "\\n"))
}

fn json_bytes(bytes: &[u8]) -> String {
    json_string(&hex(bytes))
}

fn json_list(items: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", items.into_iter().collect::<Vec<_>>().join(", "))
}

fn json_hashes(hashes: &[Hash]) -> String {
    json_list(hashes.iter().map(|hash| json_bytes(hash)))
}

/// A list with one item a line, so that differences are readable.
fn json_lines(items: impl IntoIterator<Item = String>) -> String {
    format!("[\n    {}\n  ]", items.into_iter().collect::<Vec<_>>().join(",\n    "))
}

#[test]
fn the_vectors_of_trees_hold() {
    let all = leaves(8190);
    let sizes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 100, 256, 257, 1000, 8190];
    let roots = sizes.map(|size| {
        format!("{{\"size\": {size}, \"root\": {}}}", json_bytes(&root_of(&all[..size])))
    });
    let inclusions = [(0, 1), (0, 2), (1, 3), (2, 3), (4, 7), (6, 7), (99, 100), (4711, 8190)];
    let inclusions = inclusions.map(|(index, size)| {
        let (root, path) = (root_of(&all[..size]), inclusion_path(&all[..size], index).unwrap());
        verify_inclusion(&all[index as usize], index, size as u64, &path, &root).unwrap();
        format!("{{\"index\": {index}, \"size\": {size}, \"path\": {}}}", json_hashes(&path))
    });
    let growths = [(0, 5), (1, 2), (3, 7), (4, 7), (6, 8), (7, 7), (64, 100), (1000, 8190)];
    let growths = growths.map(|(old, new)| {
        let proof = consistency_proof(&all[..new], old as u64).unwrap();
        let (old_root, new_root) = (root_of(&all[..old]), root_of(&all[..new]));
        verify_consistency(old as u64, &old_root, new as u64, &new_root, &proof).unwrap();
        let proof = json_hashes(&proof);
        format!("{{\"old_size\": {old}, \"new_size\": {new}, \"proof\": {proof}}}")
    });
    let (roots, inclusions, growths) =
        (json_lines(roots), json_lines(inclusions), json_lines(growths));
    let about = "entry i is i as little-endian u32; all hashes in hex";
    check_vector(
        "proof-trees.json",
        &format!(
            "{{\n  \"about\": \"{about}\",\n  \"roots\": {roots},\n  \"inclusion\": {inclusions},\n  \"consistency\": {growths}\n}}\n"
        ),
    );
}

#[test]
fn the_vectors_of_tiles_hold() {
    let paths = [(0, 0, 256), (0, 1_234_067, 8), (1, 999, 255), (2, 1000, 256), (7, u64::MAX, 1)];
    let paths = paths.map(|(level, index, width)| {
        let path = path(level, index, width);
        format!(
            "{{\"level\": {level}, \"index\": \"{index}\", \"width\": {width}, \"path\": \"{path}\"}}"
        )
    });
    let growths = [(0, 1), (0, 256), (255, 257), (256, 256), (65_000, 65_537), (69_600, 70_000)];
    let growths = growths.map(|(old, new)| {
        let tiles = tiles_of_growth(old, new);
        let paths = json_list(tiles.iter().map(|tile| json_string(&tile.path())));
        format!("{{\"old_size\": {old}, \"new_size\": {new}, \"paths\": {paths}}}")
    });
    let entries: [&[u8]; 3] = [b"", b"one", &[0xff; 300]];
    let bundle = json_bytes(&encode_entries(entries).unwrap());
    let entries = json_list(entries.iter().map(|entry| json_bytes(entry)));
    let (paths, growths) = (json_lines(paths), json_lines(growths));
    check_vector(
        "proof-tiles.json",
        &format!(
            "{{\n  \"paths\": {paths},\n  \"growth\": {growths},\n  \"entries\": {entries},\n  \"bundle\": {bundle}\n}}\n"
        ),
    );
}

fn json_key(key: &VerifierKey, seed: &[u8; 32]) -> String {
    let (name, text) = (json_string(key.name()), json_string(&key.to_string()));
    let (seed, public) = (json_bytes(seed), json_bytes(key.public_key()));
    format!(
        "{{\"name\": {name}, \"type\": {}, \"seed\": {seed}, \"public\": {public}, \"id\": \"{:08x}\", \"key\": {text}}}",
        key.kind().type_byte(),
        key.id()
    )
}

#[test]
fn the_vectors_of_notes_hold() {
    let log_key = json_key(&log().verifier(), &LOG_SEED);
    let keys = witness_keys();
    let witnesses = json_lines(keys.iter().zip(&WITNESSES).map(|(key, (_, s))| json_key(key, s)));
    let receipt = receipt(2, 5, 3, 7);
    let plain = log().sign(receipt.checkpoint.text());
    let mut note = Note::new(receipt.checkpoint.text()).unwrap();
    note.add(plain).unwrap();
    let signed = json_string(&note.to_string());
    let (name, seed) = WITNESSES[0];
    let line = cosign(&note, &seed, name, COSIGNED_AT_S).unwrap();
    let cosignature = json_string(&line.to_string());
    note.add(line).unwrap();
    let extra = NoteSignature::extra(ORIGIN, b"example.org/sm2@v1", &[4; 65], [9; 64].to_vec());
    note.add(extra.unwrap()).unwrap();
    note.verify(&[log().verifier(), keys[0].clone()]).unwrap();
    let all = json_string(&note.to_string());
    let secret = json_string(&log().to_secret_text());
    let extra = format!(
        "{{\"name\": \"{ORIGIN}\", \"identifier\": \"example.org/sm2@v1\", \"public\": {}, \"signature\": {}}}",
        json_bytes(&[4; 65]),
        json_bytes(&[9; 64])
    );
    check_vector(
        "proof-notes.json",
        &format!(
            "{{\n  \"log\": {log_key},\n  \"log_secret\": {secret},\n  \"witnesses\": {witnesses},\n  \"signed\": {signed},\n  \"cosigned_at_s\": {COSIGNED_AT_S},\n  \"cosignature\": {cosignature},\n  \"extra\": {extra},\n  \"signed_cosigned_and_extra\": {all}\n}}\n"
        ),
    );
}

#[test]
fn the_vector_of_a_full_receipt_holds() {
    let receipt = full_receipt();
    let text = receipt.to_text().unwrap();
    check_vector("proof-receipt.txt", &text);
    let verified = receipt.verify(&policy(3)).unwrap();
    let log_key = json_string(&log().verifier().to_string());
    let witnesses = json_lines(witness_keys().iter().map(|key| json_string(&key.to_string())));
    let names = json_list(verified.cosigned_by.iter().map(|name| json_string(name)));
    check_vector(
        "proof-receipt.json",
        &format!(
            "{{\n  \"log\": {log_key},\n  \"witnesses\": {witnesses},\n  \"witness_quorum\": 3,\n  \"receipt\": \"proof-receipt.txt\",\n  \"receipt_bytes\": {},\n  \"record\": {},\n  \"row\": {},\n  \"entry\": {},\n  \"origin\": {},\n  \"size\": {},\n  \"root\": {},\n  \"cosigned_by\": {names}\n}}\n",
            text.len(),
            json_bytes(&verified.record),
            verified.row,
            verified.entry,
            json_string(&verified.checkpoint.origin),
            verified.checkpoint.size,
            json_bytes(&verified.checkpoint.root),
        ),
    );
}

#[test]
fn the_vector_of_a_receipt_made_from_scratch_holds() {
    let small = receipt(2, 5, 3, 7);
    let records = json_lines((0..5).map(|row| json_bytes(&record(row))));
    let entry = |i: u32| if i == 3 { small.header.to_vec() } else { i.to_le_bytes().to_vec() };
    let entries = json_lines((0..7).map(|i| json_bytes(&entry(i))));
    let hashes: Vec<Hash> = (0..7).map(|i| leaf_hash(&entry(i))).collect();
    let signed_root = crate::Checkpoint::parse(small.checkpoint.text()).unwrap().root;
    assert_eq!(root_of(&hashes), signed_root);
    let text = json_string(&small.to_text().unwrap());
    check_vector(
        "proof-receipt-small.json",
        &format!(
            "{{\n  \"about\": \"keys in proof-notes.json; witnesses cosigned one second after the other\",\n  \"records\": {records},\n  \"row\": 2,\n  \"entries\": {entries},\n  \"entry\": 3,\n  \"receipt\": {text}\n}}\n"
        ),
    );
}

/// The link of the chain that an error speaks of, as the vectors name it.
fn link(error: &ReceiptError) -> &'static str {
    match error {
        ReceiptError::TooLong | ReceiptError::Malformed(_) | ReceiptError::TooLarge(_) => "format",
        ReceiptError::Checkpoint(_) => "format",
        ReceiptError::RowsDiffer { .. } | ReceiptError::RecordNotInBatch(_) => "record in batch",
        ReceiptError::EntryDiffers { .. } | ReceiptError::BatchNotInLog(_) => "batch in log",
        ReceiptError::OtherLog { .. } | ReceiptError::LogSignature(_) => "log's signature",
        ReceiptError::WitnessSignature(_) | ReceiptError::TooFewWitnesses { .. } => "witnesses",
    }
}

#[test]
fn the_vectors_of_refused_receipts_hold() {
    let mut refused: Vec<(&str, String)> = broken_receipts()
        .into_iter()
        .map(|(what, receipt, _)| (what, receipt.to_text().unwrap()))
        .collect();
    let good = receipt(2, 5, 3, 7).to_text().unwrap();
    refused.push(("an index with a leading zero", good.replace("index 3", "index 03")));
    refused.push(("carriage returns", good.replace("index 3\n", "index 3\r\n")));
    let without_padding = good.replacen("=\n", "\n", 1);
    refused.push(("base64 without padding", without_padding));
    let (kept, _) = good.trim_end().rsplit_once('\n').unwrap();
    refused.push(("a missing cosignature", format!("{kept}\n")));
    let refused = refused.into_iter().map(|(what, text)| {
        let result = Receipt::parse(text.as_bytes()).and_then(|r| r.verify(&policy(3)));
        let broken = link(&result.unwrap_err());
        // \r cannot stand in JSON as it is.
        let text = json_string(&text).replace('\r', "\\r");
        format!("{{\"what\": \"{what}\", \"broken\": \"{broken}\", \"receipt\": {text}}}")
    });
    let refused = json_lines(refused);
    check_vector(
        "proof-receipt-refused.json",
        &format!(
            "{{\n  \"about\": \"keys in proof-notes.json, all three witnesses wanted\",\n  \"refused\": {refused}\n}}\n"
        ),
    );
}

#[test]
fn a_stranger_verifies_the_vector_with_nothing_but_its_files() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/formats/vectors");
    let text = fs::read(folder.join("proof-receipt.txt")).unwrap();
    let facts = fs::read_to_string(folder.join("proof-receipt.json")).unwrap();
    let keys: Vec<VerifierKey> =
        facts.split('"').filter_map(|word| VerifierKey::parse(word).ok()).collect();
    let (log, witnesses) = keys.split_first().unwrap();
    let policy = VerifierPolicy::new(log.clone(), witnesses.to_vec(), 3).unwrap();
    let verified = Receipt::parse(&text).unwrap().verify(&policy).unwrap();
    assert!(facts.contains(&hex(&verified.record)));
    let made = SignerKey::from_seed(ORIGIN, &LOG_SEED).unwrap().verifier().to_string();
    assert_eq!(log.to_string(), made.to_string());
}
