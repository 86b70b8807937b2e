//! Receipts: what an honest one proves, and that no change of it goes unnoticed.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use std::println;

use super::{Numbers, leaves};
use crate::checkpoint::{Checkpoint, CheckpointError, cosign};
use crate::hash::leaf_hash;
use crate::inclusion::{ProofError, inclusion_path};
use crate::note::{NoteSignature, SignerKey, VerifierKey};
use crate::receipt::{PolicyError, Receipt, ReceiptError, VerifierPolicy};
use crate::text::to_base64;
use crate::tree::root_of;

pub(super) const ORIGIN: &str = "bank.example/journal";
pub(super) const LOG_SEED: [u8; 32] = [1; 32];
/// Names and seeds of the witnesses.
pub(super) const WITNESSES: [(&str, [u8; 32]); 3] = [
    ("supervisor.example/witness", [2; 32]),
    ("auditor.example/witness", [3; 32]),
    ("university.example/witness", [4; 32]),
];
pub(super) const COSIGNED_AT_S: u64 = 1_760_000_000;

pub(super) fn log() -> SignerKey {
    SignerKey::from_seed(ORIGIN, &LOG_SEED).unwrap()
}

pub(super) fn witness_keys() -> Vec<VerifierKey> {
    let key =
        |(name, seed): &(&str, [u8; 32])| SignerKey::from_seed(name, seed).unwrap().cosigner();
    WITNESSES.iter().map(key).collect()
}

pub(super) fn policy(quorum: usize) -> VerifierPolicy {
    VerifierPolicy::new(log().verifier(), witness_keys(), quorum).unwrap()
}

/// Record `row` of the test batches: 160 bytes, all of them different from row to row.
pub(super) fn record(row: u32) -> Vec<u8> {
    let mut numbers = Numbers(u64::from(row));
    (0..20).flat_map(|_| numbers.next().to_le_bytes()).collect()
}

/// A batch header whose bytes outside the three fields a receipt needs are 0x5a.
pub(super) fn header(entry: u64, records: &[Vec<u8>]) -> [u8; 128] {
    let hashes: Vec<_> = records.iter().map(|record| leaf_hash(record)).collect();
    let mut header = [0x5a; 128];
    header[16..24].copy_from_slice(&entry.to_le_bytes());
    header[40..44].copy_from_slice(&(records.len() as u32).to_le_bytes());
    header[56..88].copy_from_slice(&root_of(&hashes));
    header
}

/// An honest receipt for `row` of a batch of `rows`, which is entry `entry` of a log of `size` entries.
///
/// The log's other entries are their index as little-endian u32.
pub(super) fn receipt(row: u32, rows: u32, entry: u64, size: u32) -> Receipt {
    let records: Vec<Vec<u8>> = (0..rows).map(record).collect();
    let row_leaves: Vec<_> = records.iter().map(|record| leaf_hash(record)).collect();
    let header = header(entry, &records);
    let mut entries = leaves(size);
    entries[entry as usize] = leaf_hash(&header);
    let root = root_of(&entries);
    let checkpoint = Checkpoint { origin: ORIGIN.to_string(), size: size.into(), root };
    let mut note = checkpoint.sign(&log()).unwrap();
    for (seconds, (name, seed)) in (0..).zip(&WITNESSES) {
        note.add(cosign(&note, seed, name, COSIGNED_AT_S + seconds).unwrap()).unwrap();
    }
    Receipt {
        record: records[row as usize].clone(),
        row,
        rows,
        row_path: inclusion_path(&row_leaves, row.into()).unwrap(),
        header,
        entry,
        entry_path: inclusion_path(&entries, entry).unwrap(),
        checkpoint: note,
    }
}

/// The receipt of the test vector: 13 hashes within a full batch, 17 within the log, 3 cosignatures.
pub(super) fn full_receipt() -> Receipt {
    let receipt = receipt(4711, 8190, 73_894, 109_482);
    assert_eq!((receipt.row_path.len(), receipt.entry_path.len()), (13, 17));
    receipt
}

#[test]
fn a_receipt_is_read_back_and_proves_its_record() {
    let receipt = full_receipt();
    let text = receipt.to_text().unwrap();
    println!("a receipt with 13 + 17 hashes and 3 cosignatures has {} bytes", text.len());
    assert!(text.len() <= 2500);
    let read = Receipt::parse(text.as_bytes()).unwrap();
    assert_eq!(read, receipt);
    let verified = read.verify(&policy(3)).unwrap();
    assert_eq!(verified.record, record(4711));
    assert_eq!((verified.row, verified.entry, verified.checkpoint.size), (4711, 73_894, 109_482));
    assert_eq!(verified.header, receipt.header);
    assert_eq!(verified.cosigned_by, WITNESSES.map(|(name, _)| name));
}

#[test]
fn receipts_of_all_small_shapes_verify() {
    for rows in 1..=9 {
        for size in 1..=9 {
            for (row, entry) in (0..rows).zip((0..u64::from(size)).rev().cycle()) {
                let receipt = receipt(row, rows, entry, size);
                let text = receipt.to_text().unwrap();
                assert_eq!(Receipt::parse(text.as_bytes()), Ok(receipt.clone()));
                receipt.verify(&policy(0)).unwrap();
            }
        }
    }
}

/// Flips every bit of the text. Whatever still parses must print as the changed text and must not verify.
#[test]
fn every_flipped_bit_of_a_receipt_is_noticed() {
    let text = full_receipt().to_text().unwrap().into_bytes();
    let policy = policy(3);
    assert!(Receipt::parse(&text).unwrap().verify(&policy).is_ok());
    for at in 0..text.len() {
        for bit in 0..8 {
            let mut flipped = text.clone();
            flipped[at] ^= 1 << bit;
            let Ok(receipt) = Receipt::parse(&flipped) else { continue };
            assert_eq!(receipt.to_text().unwrap().into_bytes(), flipped, "byte {at} bit {bit}");
            assert!(receipt.verify(&policy).is_err(), "byte {at} bit {bit}");
        }
    }
}

#[test]
fn every_byte_left_out_doubled_or_put_in_is_noticed() {
    let text = receipt(2, 5, 3, 7).to_text().unwrap().into_bytes();
    let policy = policy(3);
    let accepts = |text: &[u8]| Receipt::parse(text).is_ok_and(|r| r.verify(&policy).is_ok());
    assert!(accepts(&text));
    for at in 0..text.len() {
        let without = [&text[..at], &text[at + 1..]].concat();
        let doubled = [&text[..=at], &text[at..]].concat();
        let newline = [&text[..at], b"\n", &text[at..]].concat();
        let space = [&text[..at], b" ", &text[at..]].concat();
        for changed in [without, doubled, newline, space, text[..at].to_vec()] {
            // Leaving out one of two equal neighbours, or doubling a byte, may give the same text again.
            assert!(changed == text || !accepts(&changed), "byte {at}");
        }
    }
}

#[test]
fn other_spellings_of_base64_and_numbers_are_refused() {
    let text = receipt(4, 5, 3, 7).to_text().unwrap();
    let extra = text.lines().nth(1).unwrap().to_string();
    let hash = text.lines().nth(3).unwrap().to_string();
    // The last character before the padding carries bits that decode to nothing.
    let next = |line: &str| {
        let at = line.trim_end_matches('=').len() - 1;
        let stray = char::from(line.as_bytes()[at] + 1);
        format!("{}{stray}{}", &line[..at], &line[at + 1..])
    };
    assert!(extra.ends_with('=') && hash.ends_with('='), "both have padding");
    let bad = [
        text.replace(&extra, &next(&extra)),
        text.replace(&hash, &next(&hash)),
        text.replace(&extra, extra.trim_end_matches('=')),
        text.replace(&hash, hash.trim_end_matches('=')),
        text.replace(&hash, &format!("{hash}=")),
        text.replace("index 3", "index 03"),
        text.replace("index 3", "index +3"),
        text.replace("index 3", "index  3"),
        text.replace("extra ", "extra  "),
        text.replace('\n', "\r\n"),
        text.replace("proof@v1", "proof@v2"),
        format!("{text}\n"),
        format!("\n{text}"),
        format!("\u{feff}{text}"),
    ];
    for changed in bad {
        assert_ne!(changed, text);
        assert!(Receipt::parse(changed.as_bytes()).is_err(), "{changed}");
    }
}

/// Each broken link of the chain, with the error that names it.
pub(super) fn broken_receipts() -> Vec<(&'static str, Receipt, ReceiptError)> {
    let good = || receipt(2, 5, 3, 7);
    let mut broken = vec![];
    let mut add = |what, change: &dyn Fn(&mut Receipt), error| {
        let mut receipt = good();
        change(&mut receipt);
        broken.push((what, receipt, error));
    };
    let differs = ProofError::RootDiffers;
    let record_error = ReceiptError::RecordNotInBatch;
    let batch_error = ReceiptError::BatchNotInLog;
    add("another record", &|r| r.record = record(3), record_error(differs));
    add("another row", &|r| r.row = 1, record_error(differs));
    add("a row path cut short", &|r| r.row_path.truncate(2), record_error(ProofError::WrongLength));
    let outside = ProofError::IndexOutsideTree { index: 5, size: 5 };
    add("a row outside the batch", &|r| r.row = 5, record_error(outside));
    let rows = ReceiptError::RowsDiffer { receipt: 6, header: 5 };
    add("another number of rows", &|r| r.rows = 6, rows);
    let entry = ReceiptError::EntryDiffers { receipt: 2, header: 3 };
    add("another entry", &|r| r.entry = 2, entry);
    add("another batch", &|r| r.header[127] ^= 1, batch_error(differs));
    add("an entry path of another tree", &|r| r.entry_path[1][0] ^= 1, batch_error(differs));
    let signature = |name: &str| crate::NoteError::WrongSignature { name: name.to_string() };
    let forge =
        |name: &str, id: u32, length: usize| NoteSignature::new(name, id, vec![7; length]).unwrap();
    let log_key = log().verifier();
    add(
        "a forged signature of the log",
        &|r| r.checkpoint.add(forge(ORIGIN, log_key.id(), 64)).unwrap(),
        ReceiptError::LogSignature(signature(ORIGIN)),
    );
    let witness = &witness_keys()[0];
    add(
        "a forged cosignature",
        &|r| r.checkpoint.add(forge(witness.name(), witness.id(), 72)).unwrap(),
        ReceiptError::WitnessSignature(CheckpointError::Note(signature(witness.name()))),
    );
    let other_checkpoint = Checkpoint { origin: ORIGIN.into(), size: 8, root: leaf_hash(b"") };
    add(
        "a checkpoint that does not contain the batch",
        &|r| r.checkpoint = other_checkpoint.sign(&log()).unwrap(),
        batch_error(differs),
    );
    broken
}

#[test]
fn a_broken_link_is_named() {
    for (what, receipt, error) in broken_receipts() {
        let text = receipt.to_text().unwrap();
        let read = Receipt::parse(text.as_bytes()).unwrap();
        assert_eq!(read.verify(&policy(1)), Err(error), "{what}");
    }
}

#[test]
fn whom_one_trusts_decides_what_is_accepted() {
    let receipt = receipt(2, 5, 3, 7);
    let log_key = log().verifier();
    let nobody = VerifierPolicy::new(log_key.clone(), vec![], 0).unwrap();
    assert_eq!(receipt.verify(&nobody).unwrap().cosigned_by, Vec::<String>::new());

    let stranger = SignerKey::from_seed("stranger.example", &[9; 32]).unwrap().cosigner();
    let keys = [witness_keys(), vec![stranger]].concat();
    let four = VerifierPolicy::new(log_key.clone(), keys, 4).unwrap();
    let too_few = ReceiptError::TooFewWitnesses { found: 3, quorum: 4 };
    assert_eq!(receipt.verify(&four), Err(too_few));

    let other_name = SignerKey::from_seed("other.example", &LOG_SEED).unwrap().verifier();
    let other = VerifierPolicy::new(other_name, vec![], 0).unwrap();
    assert!(matches!(receipt.verify(&other), Err(ReceiptError::OtherLog { .. })));
    let other_key = SignerKey::from_seed(ORIGIN, &[8; 32]).unwrap().verifier();
    let other = VerifierPolicy::new(other_key, vec![], 0).unwrap();
    let not_signed = ReceiptError::LogSignature(crate::NoteError::NotSigned);
    assert_eq!(receipt.verify(&other), Err(not_signed));
}

#[test]
fn one_key_is_one_voice() {
    let (log_key, keys) = (log().verifier(), witness_keys());
    let refused = |log: &VerifierKey, keys: &[VerifierKey], quorum| {
        VerifierPolicy::new(log.clone(), keys.to_vec(), quorum).unwrap_err()
    };
    let alias = SignerKey::from_seed("alias.example", &WITNESSES[0].1).unwrap().cosigner();
    let shared = PolicyError::SharedKey { name: "alias.example".to_string() };
    assert_eq!(refused(&log_key, &[keys[0].clone(), alias], 1), shared);
    assert_eq!(
        refused(&log_key, &[log().cosigner()], 1),
        PolicyError::SharedKey { name: ORIGIN.to_string() }
    );
    let kind = PolicyError::WitnessKeyKind { name: ORIGIN.to_string() };
    assert_eq!(refused(&log_key, core::slice::from_ref(&log_key), 1), kind);
    let kind = PolicyError::LogKeyKind { name: WITNESSES[0].0.to_string() };
    assert_eq!(refused(&keys[0], &[], 0), kind);
    let too_large = PolicyError::QuorumTooLarge { witnesses: 3, quorum: 4 };
    assert_eq!(refused(&log_key, &keys, 4), too_large);
}

#[test]
fn what_exceeds_the_limits_is_neither_written_nor_read() {
    let good = receipt(2, 5, 3, 7);
    let long_record = Receipt { record: vec![0; 65_536], ..good.clone() };
    assert_eq!(long_record.to_text(), Err(ReceiptError::TooLarge("the record")));
    let long_path = Receipt { row_path: vec![[0; 32]; 33], ..good.clone() };
    assert_eq!(long_path.to_text(), Err(ReceiptError::TooLarge("the path in the batch")));
    let long_path = Receipt { entry_path: vec![[0; 32]; 65], ..good.clone() };
    assert_eq!(long_path.to_text(), Err(ReceiptError::TooLarge("the path in the log")));

    let largest = Receipt {
        record: vec![0xff; 65_535],
        row_path: vec![[0xff; 32]; 32],
        entry_path: vec![[0xff; 32]; 64],
        ..good.clone()
    };
    let text = largest.to_text().unwrap();
    assert_eq!(Receipt::parse(text.as_bytes()), Ok(largest));
    let hash = format!("{}\n", to_base64(&[0xff; 32]));
    let one_more = text.replacen(&hash, &hash.repeat(2), 1);
    let malformed = ReceiptError::Malformed("the length of the path in the log");
    assert_eq!(Receipt::parse(one_more.as_bytes()), Err(malformed));
    assert_eq!(Receipt::parse(&[b'x'; 700_000]), Err(ReceiptError::TooLong));
}

#[test]
fn an_extra_line_of_the_wrong_shape_is_refused() {
    let text = receipt(2, 5, 3, 7).to_text().unwrap();
    let extra = text.lines().nth(1).unwrap();
    let bytes = crate::text::from_base64(extra.strip_prefix("extra ").unwrap()).unwrap();
    let with = |bytes: &[u8]| text.replace(extra, &format!("extra {}", to_base64(bytes)));
    assert!(Receipt::parse(with(&bytes).as_bytes()).is_ok());
    let malformed = Err(ReceiptError::Malformed("the extra line"));
    for length in 0..bytes.len() {
        assert_eq!(Receipt::parse(with(&bytes[..length]).as_bytes()), malformed, "{length} bytes");
    }
    let longer = [&bytes[..], &[0]].concat();
    assert_eq!(Receipt::parse(with(&longer).as_bytes()), malformed);
    assert_eq!(Receipt::parse(text.replace(&format!("{extra}\n"), "").as_bytes()), malformed);
}

#[test]
fn any_bytes_at_all_are_refused_without_a_panic() {
    let mut numbers = Numbers(4);
    let text = receipt(2, 5, 3, 7).to_text().unwrap().into_bytes();
    for _ in 0..3000 {
        let mut bytes = text.clone();
        for _ in 0..=numbers.below(5) {
            let (from, to) = (numbers.below(bytes.len() as u64), numbers.below(text.len() as u64));
            let length = numbers.below(40) as usize;
            let piece = text[to as usize..].iter().take(length).copied().collect::<Vec<u8>>();
            let end = (from as usize + numbers.below(40) as usize).min(bytes.len());
            bytes.splice(from as usize..end, piece);
            if bytes.is_empty() {
                break;
            }
        }
        if bytes != text {
            let accepted = Receipt::parse(&bytes).is_ok_and(|r| r.verify(&policy(3)).is_ok());
            assert!(!accepted, "{}", String::from_utf8_lossy(&bytes));
        }
    }
}
