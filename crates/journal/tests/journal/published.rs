//! What is published proves what is in the journal, and a journal that lost what was published does not
//! open.

use crate::small_journals::{ORIGIN, commit_groups, events_of, holds, made, signer, small};
use journal::segment::file_name;
use journal::snapshot::{hash_of, keep_latest, list_snapshots, read_snapshot, write_snapshot};
use journal::testing::MemoryDisk;
use journal::{Disk, Journal, OpenFailed, PublishFailed, Sm2Key, sm2_line};
use proof::checkpoint::Checkpoint;
use proof::consistency::verify_consistency;
use proof::note::{Note, SignerKey};
use proof::receipt::{Receipt, VerifierPolicy};
use proof::tile::{encode_entries, parse_entries, tiles_of_growth};
use std::collections::BTreeSet;

fn policy() -> VerifierPolicy {
    VerifierPolicy::new(signer().verifier(), Vec::new(), 0).unwrap()
}

/// Every record of some entries has a receipt that verifies.
fn receipts_verify(journal: &Journal<MemoryDisk>, entries: impl IntoIterator<Item = u64>) {
    for entry in entries {
        let batch = journal.batch(entry).unwrap();
        for (row, record) in batch.records() {
            let text = journal.receipt(entry, row).unwrap().to_text().unwrap();
            let receipt = Receipt::parse(text.as_bytes()).unwrap();
            let verified = receipt.verify(&policy()).unwrap();
            assert_eq!(verified.record, record.unwrap());
            assert_eq!((verified.entry, verified.row), (entry, row));
        }
    }
}

#[test]
fn receipts_verify_before_and_after_publishing_and_after_a_restart() {
    let (disk, mut journal) = made(&[3]);
    let mut published = 0;
    for (round, groups) in [&[1, 2][..], &[], &[250], &[1], &[300, 7], &[1]].iter().enumerate() {
        commit_groups(&mut journal, groups).unwrap();
        let entries = journal.entries();
        let some: BTreeSet<u64> = [0, 1, 5, 253, 255, 256, 511, 512, published, entries - 1]
            .into_iter()
            .filter(|entry| *entry < entries)
            .collect();
        receipts_verify(&journal, some.clone());
        if round % 2 == 0 {
            journal.publish().unwrap();
            published = entries;
            receipts_verify(&journal, some.clone());
        }
        let root = journal.root();
        drop(journal);
        journal = Journal::open(disk.clone(), signer(), small()).unwrap().0;
        assert_eq!(journal.root(), root);
        receipts_verify(&journal, some);
    }
}

#[test]
fn published_files_are_those_of_tlog_tiles() {
    let (disk, mut journal) = made(&[100]);
    journal.publish().unwrap();
    commit_groups(&mut journal, &[200, 230]).unwrap();
    journal.publish().unwrap();
    let mut wanted: BTreeSet<String> = BTreeSet::from(["log/checkpoint".to_owned()]);
    for tile in tiles_of_growth(0, 530) {
        wanted.insert(format!("log/{}", tile.path()));
        if tile.level == 0 {
            wanted.insert(format!("log/{}", tile.entries_path()));
        }
    }
    let found: BTreeSet<String> =
        disk.names().into_iter().filter(|name| name.starts_with("log/")).collect();
    assert_eq!(found, wanted, "superseded partial tiles are gone");
    let bundle = disk.read_whole("log/tile/entries/001").unwrap().unwrap();
    let headers = parse_entries(&bundle).unwrap();
    for (entry, header) in (256..512).zip(&headers) {
        assert_eq!(**header, journal.batch(entry).unwrap().header.encode());
    }
    assert_eq!(encode_entries(headers).unwrap(), bundle);
    let checkpoint = disk.read_whole("log/checkpoint").unwrap().unwrap();
    let (checkpoint, _) = Checkpoint::open(&checkpoint, &signer().verifier()).unwrap();
    assert_eq!((checkpoint.size, checkpoint.root), (530, journal.root()));
}

#[test]
fn tiles_can_be_made_again_from_the_segments() {
    let (disk, mut journal) = made(&[100]);
    journal.publish().unwrap();
    commit_groups(&mut journal, &[500]).unwrap();
    journal.publish().unwrap();
    let tiles: Vec<String> =
        disk.names().into_iter().filter(|name| name.starts_with("log/tile")).collect();
    let before: Vec<_> = tiles.iter().map(|name| disk.read_whole(name).unwrap()).collect();
    tiles.iter().for_each(|name| disk.remove(name).unwrap());
    assert!(matches!(journal.receipt(5, 0), Err(PublishFailed::Tiles)));
    journal.publish_again().unwrap();
    let after: Vec<_> = tiles.iter().map(|name| disk.read_whole(name).unwrap()).collect();
    assert_eq!(before, after);
    receipts_verify(&journal, [5, 599]);
}

#[test]
fn a_crash_while_publishing_leaves_a_checkpoint_whose_tiles_are_all_there() {
    let (disk, mut journal) = made(&[200]);
    journal.publish().unwrap();
    commit_groups(&mut journal, &[100]).unwrap();
    drop(journal);
    for fail_at in 1..20 {
        let disk = disk.copy();
        let (journal, _) = Journal::open(disk.clone(), signer(), small()).unwrap();
        disk.fail_at(disk.operations() + fail_at);
        let done = journal.reader().publish().is_ok();
        let disk = disk.crashed(|_| true);
        let (journal, _) = Journal::open(disk, signer(), small()).unwrap();
        holds(&journal, 300);
        let (checkpoint, _) = journal.published().unwrap();
        assert!(checkpoint.size == 300 || checkpoint.size == 200 && !done);
        receipts_verify(&journal, [0, 199, 299]);
        journal.reader().publish().unwrap();
        receipts_verify(&journal, [0, 199, 299]);
    }
}

#[test]
fn a_log_is_consistent_from_any_size_to_any_other() {
    let (_, mut journal) = made(&[]);
    let mut roots = vec![journal.root()];
    for round in 0..40 {
        commit_groups(&mut journal, &[1; 9]).unwrap();
        if round % 7 == 0 {
            journal.publish().unwrap();
        }
        while (roots.len() as u64) <= journal.entries() {
            let leaves: Vec<_> = (0..roots.len() as u64)
                .map(|entry| journal.header(entry).unwrap().0.leaf())
                .collect();
            roots.push(proof::tree::root_of(&leaves));
        }
    }
    for old in (0..=360).step_by(11) {
        for new in (old..=360).step_by(17) {
            let proof = journal.consistency(old, new).unwrap();
            let (old_root, new_root) = (&roots[old as usize], &roots[new as usize]);
            verify_consistency(old, old_root, new, new_root, &proof).unwrap();
        }
    }
    assert!(journal.consistency(5, 361).is_err() && journal.consistency(5, 4).is_err());
}

#[test]
fn cosignatures_travel_with_receipts_until_the_next_checkpoint() {
    let (_, mut journal) = made(&[5]);
    let witness = SignerKey::from_seed("supervisor.example/w1", &[3; 32]).unwrap();
    journal.publish().unwrap();
    let (_, note) = journal.published().unwrap();
    let line = witness.cosign(note.text(), 1_700_000_000).unwrap().to_string();
    journal.add_cosignatures(&line, &witness.cosigner()).unwrap();
    journal.publish().unwrap();
    let policy = VerifierPolicy::new(signer().verifier(), vec![witness.cosigner()], 1).unwrap();
    let verified = journal.receipt(4, 0).unwrap().verify(&policy).unwrap();
    assert_eq!(verified.cosigned_by, ["supervisor.example/w1"]);
    let stranger = SignerKey::from_seed("supervisor.example/w1", &[4; 32]).unwrap();
    let line = stranger.cosign(note.text(), 1_700_000_000).unwrap().to_string();
    assert!(journal.add_cosignatures(&line, &witness.cosigner()).is_err());
    commit_groups(&mut journal, &[1]).unwrap();
    assert!(journal.receipt(4, 0).unwrap().verify(&policy).is_ok());
    journal.publish().unwrap();
    assert!(journal.receipt(4, 0).unwrap().verify(&policy).is_err());
}

#[test]
fn an_sm2_line_stands_beside_the_ed25519_line() {
    let (_, mut journal) = made(&[2]);
    let key = Sm2Key::from_bytes(&[5; 32]).unwrap();
    let public_key = key.public_key();
    journal.also_sign_with(key);
    journal.publish().unwrap();
    let note = Note::parse(journal.checkpoint().unwrap().as_bytes()).unwrap();
    let [ours, extra] = note.signatures() else { panic!("two lines") };
    assert_eq!(ours.name(), ORIGIN);
    assert!(note.verify(&[signer().verifier()]).is_ok());
    assert!(sm2_line::verify(extra, ORIGIN, &public_key, note.text()));
    assert!(!sm2_line::verify(extra, ORIGIN, &public_key, "another text\n"));
    assert!(!sm2_line::verify(ours, ORIGIN, &public_key, note.text()));
    receipts_verify(&journal, [0, 1]);
}

#[test]
fn a_journal_that_lost_published_entries_does_not_open() {
    let (disk, mut journal) = made(&[3]);
    let old = disk.copy();
    commit_groups(&mut journal, &[2]).unwrap();
    journal.publish().unwrap();
    drop(journal);
    // Somebody puts yesterday's segments back.
    let segment = old.read_whole(&file_name(0)).unwrap().unwrap();
    disk.replace(&file_name(0), &segment).unwrap();
    let error = Journal::open(disk.clone(), signer(), small()).unwrap_err();
    assert!(matches!(error, OpenFailed::RolledBack { entries: 3, published: 5 }), "{error}");
}

#[test]
fn a_journal_that_disagrees_with_its_checkpoint_does_not_open() {
    let (disk, mut journal) = made(&[3, 2]);
    journal.publish().unwrap();
    drop(journal);
    let other = MemoryDisk::new();
    let mut journal = Journal::create(other.clone(), ORIGIN, signer(), small()).unwrap();
    let events = events_of(99);
    for time in 0..6 {
        let time = terms::TimeNs(time);
        journal.commit(&[journal::PendingBatch { time, events: &events }]).unwrap();
    }
    drop(journal);
    let checkpoint = disk.read_whole("log/checkpoint").unwrap().unwrap();
    other.replace("log/checkpoint", &checkpoint).unwrap();
    let error = Journal::open(other, signer(), small()).unwrap_err();
    assert!(matches!(error, OpenFailed::CheckpointDisagrees { size: 5 }), "{error}");
    disk.tamper("log/checkpoint", |bytes| bytes[ORIGIN.len() + 1] = b'4');
    let error = Journal::open(disk.clone(), signer(), small()).unwrap_err();
    assert!(matches!(error, OpenFailed::CheckpointUnreadable { .. }), "{error}");
    let stranger = SignerKey::from_seed("other.example/journal", &[7; 32]).unwrap();
    let error = Journal::open(disk, stranger, small()).unwrap_err();
    assert!(matches!(error, OpenFailed::OtherOrigin { .. }), "{error}");
}

#[test]
fn snapshots_are_found_by_their_place_and_known_by_their_hash() {
    let disk = MemoryDisk::new();
    for records in [5, 100, 20] {
        let hash = write_snapshot(&disk, records, &[records as u8; 1000]).unwrap();
        assert_eq!(hash, hash_of(&[records as u8; 1000]));
        assert_eq!(read_snapshot(&disk, records).unwrap().unwrap().hash, hash);
    }
    assert_eq!(list_snapshots(&disk).unwrap(), [100, 20, 5]);
    keep_latest(&disk, 2).unwrap();
    assert_eq!(list_snapshots(&disk).unwrap(), [100, 20]);
    assert_eq!(read_snapshot(&disk, 5).unwrap(), None);
}
