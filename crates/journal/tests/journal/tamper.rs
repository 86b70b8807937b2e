//! Whatever byte somebody changes, a start or an audit notices and names the place.

use crate::small_journals::{ORIGIN, commit_groups, events_of, made, signer, small};
use journal::batch::BatchFault;
use journal::segment::file_name;
use journal::testing::{Dice, MemoryDisk};
use journal::{AuditReport, BatchHeader, Disk, Journal, OpenFailed, Options, audit_structure};
use proof::note::SignerKey;
use terms::Event;

/// Segments of three batches.
fn tiny() -> Options {
    Options { segment_bytes: 4 * 4_096, ..Options::default() }
}

/// Seven entries in three segments, the last one with room left, and an unused segment.
fn tiny_bank() -> MemoryDisk {
    let disk = MemoryDisk::new();
    let mut journal = Journal::create(disk.clone(), ORIGIN, signer(), tiny()).unwrap();
    commit_groups(&mut journal, &[1, 1, 3, 1, 1]).unwrap();
    assert_eq!(disk.list("journal").unwrap().len(), 3);
    disk.create(&file_name(3), tiny().segment_bytes).unwrap();
    disk
}

fn audit(disk: &MemoryDisk) -> AuditReport {
    audit_structure(disk, &signer().verifier(), &[], |_, _| {})
}

#[test]
fn an_audit_finds_nothing_where_nothing_was_changed() {
    let disk = tiny_bank();
    let mut shown: Vec<(u64, Vec<Event>)> = Vec::new();
    let report = audit_structure(&disk, &signer().verifier(), &[], |batch, events| {
        shown.push((batch.header.entry, events.to_vec()));
    });
    assert!(report.is_sound(), "{:?}", report.findings);
    assert_eq!(shown, (0..7).map(|entry| (entry, events_of(entry))).collect::<Vec<_>>());
    let (journal, _) = Journal::open(disk, signer(), tiny()).unwrap();
    assert_eq!((report.entries, report.records), (7, journal.records()));
    assert_eq!((report.root, report.checkpoint.clone()), (journal.root(), None));
    journal.reader().publish().unwrap();
    let report = audit(journal.disk());
    assert!(report.is_sound(), "{:?}", report.findings);
    assert_eq!(report.checkpoint.unwrap().root, journal.root());
}

#[test]
fn an_audit_notices_every_changed_byte_of_every_segment() {
    let disk = tiny_bank();
    let mut dice = Dice(1);
    for segment in 0..4 {
        let name = file_name(segment);
        for at in 0..disk.bytes_of(&name) {
            let bit = 1 << dice.below(8);
            disk.tamper(&name, |bytes| bytes[at] ^= bit);
            let report = audit(&disk);
            // The batch, the segment's header, or the very byte of what is unused.
            let places = [at as u64 / 4_096 * 4_096, at as u64];
            let named = report
                .findings
                .iter()
                .any(|f| f.file == name && f.offset.is_some_and(|offset| places.contains(&offset)));
            assert!(named, "{name} byte {at}: {:?}", report.findings);
            disk.tamper(&name, |bytes| bytes[at] ^= bit);
        }
    }
    assert!(audit(&disk).is_sound());
}

#[test]
fn a_start_notices_every_changed_byte_of_what_was_durable_for_sure() {
    let disk = tiny_bank();
    let mut dice = Dice(2);
    // Entry 6 is the last one; nothing proves yet that it was acknowledged.
    for (segment, used) in [(0, 4), (1, 4)] {
        let name = file_name(segment);
        for at in 0..used * 4_096 {
            let bit = 1 << dice.below(8);
            disk.tamper(&name, |bytes| bytes[at] ^= bit);
            match Journal::open(disk.clone(), signer(), tiny()) {
                Err(OpenFailed::Damaged(damage)) => {
                    assert_eq!(damage.file, name, "byte {at}");
                    assert_eq!(damage.offset, at as u64 / 4_096 * 4_096);
                }
                Err(OpenFailed::SegmentDamaged { .. }) => assert!(segment == 0 && at < 4_096),
                other => panic!("{name} byte {at}: {other:?}"),
            }
            disk.tamper(&name, |bytes| bytes[at] ^= bit);
        }
    }
    Journal::open(disk, signer(), tiny()).unwrap();
}

#[test]
fn with_a_checkpoint_no_header_and_no_end_can_be_changed_unnoticed() {
    let disk = tiny_bank();
    Journal::open(disk.clone(), signer(), tiny()).unwrap().0.publish().unwrap();
    let name = file_name(2);
    for at in (0..128).chain(4_096..4_096 + 128) {
        let disk = disk.copy();
        disk.tamper(&name, |bytes| bytes[at] ^= 1);
        assert!(Journal::open(disk, signer(), tiny()).is_err(), "byte {at}");
    }
    disk.tamper(&name, |bytes| bytes[4_096 + 130] ^= 1);
    let (journal, _) = Journal::open(disk, signer(), tiny()).unwrap();
    assert!(journal.batch(6).is_err() && journal.scan(0).any(|batch| batch.is_err()));
}

#[test]
fn a_swapped_lost_or_repeated_batch_is_noticed() {
    let disk = tiny_bank();
    let name = file_name(0);
    let slot = |n: usize| n * 4_096..(n + 1) * 4_096;
    type Change = fn(&mut Vec<u8>, std::ops::Range<usize>, std::ops::Range<usize>);
    let changes: [(&str, Change); 3] = [
        ("swapped", |bytes, a, b| {
            let (one, two) = (bytes[a.clone()].to_vec(), bytes[b.clone()].to_vec());
            bytes[a].copy_from_slice(&two);
            bytes[b].copy_from_slice(&one);
        }),
        ("lost", |bytes, a, _| bytes[a].fill(0)),
        ("repeated", |bytes, a, b| bytes.copy_within(a, b.start)),
    ];
    for (what, change) in changes {
        let disk = disk.copy();
        disk.tamper(&name, |bytes| change(bytes, slot(1), slot(2)));
        let report = audit(&disk);
        assert!(!report.is_sound() && report.findings[0].file == name, "{what}");
        let opened = Journal::open(disk, signer(), tiny());
        assert!(matches!(opened, Err(OpenFailed::Damaged(_))), "{what}");
    }
}

#[test]
fn a_forger_without_the_log_key_is_noticed() {
    // Somebody writes another history with right checksums and chain, and keeps the checkpoint.
    let disk = tiny_bank();
    Journal::open(disk.clone(), signer(), tiny()).unwrap().0.publish().unwrap();
    let forged = MemoryDisk::new();
    let mut journal = Journal::create(forged.clone(), ORIGIN, signer(), tiny()).unwrap();
    for time in 0..7 {
        let events = events_of(time + 1);
        let time = terms::TimeNs(1_000 + time);
        journal.commit(&[journal::PendingBatch { time, events: &events }]).unwrap();
    }
    for name in disk.names().iter().filter(|name| name.starts_with("log/")) {
        forged.replace(name, &disk.read_whole(name).unwrap().unwrap()).unwrap();
    }
    let report = audit(&forged);
    let files: Vec<&str> = report.findings.iter().map(|f| f.file.as_str()).collect();
    assert_eq!(files, ["log/tile/0/000.p/7", "log/tile/entries/000.p/7", "log/checkpoint"]);
}

#[test]
fn changed_missing_and_foreign_published_files_are_noticed() {
    let (disk, mut journal) = made(&[300]);
    journal.publish().unwrap();
    for name in disk.names().iter().filter(|name| name.starts_with("log/")) {
        let length = disk.bytes_of(name);
        for at in [0, length / 2, length - 2] {
            let disk = disk.copy();
            disk.tamper(name, |bytes| bytes[at] ^= 1);
            let report = audit(&disk);
            assert_eq!(report.findings.len(), 1, "{name} {at}: {:?}", report.findings);
            assert_eq!(&report.findings[0].file, name);
        }
        let disk = disk.copy();
        disk.remove(name).unwrap();
        assert_eq!(audit(&disk).is_sound(), name == "log/checkpoint", "{name}");
    }
    let stranger = SignerKey::from_seed(ORIGIN, &[8; 32]).unwrap();
    let report = audit_structure(&disk, &stranger.verifier(), &[], |_, _| {});
    assert_eq!(report.findings[0].file, "log/checkpoint");
}

#[test]
fn lost_entries_and_files_are_noticed() {
    let disk = tiny_bank();
    Journal::open(disk.clone(), signer(), tiny()).unwrap().0.publish().unwrap();
    let cut = disk.copy();
    cut.tamper(&file_name(2), |bytes| bytes[4_096..].fill(0));
    let report = audit(&cut);
    assert!(report.findings[0].what.contains("entries are gone"), "{:?}", report.findings);
    for number in 0..3 {
        let missing = disk.copy();
        missing.remove(&file_name(number)).unwrap();
        assert_eq!(audit(&missing).findings[0].file, file_name(number));
        assert!(Journal::open(missing, signer(), tiny()).is_err());
    }
    let short = disk.copy();
    short.tamper(&file_name(1), |bytes| bytes.truncate(5_000));
    assert_eq!(audit(&short).findings[0].file, file_name(1));
    assert!(matches!(
        Journal::open(short, signer(), tiny()),
        Err(OpenFailed::SegmentLength { bytes: 5_000, .. })
    ));
}

#[test]
fn random_damage_never_panics() {
    let disk = tiny_bank();
    Journal::open(disk.clone(), signer(), tiny()).unwrap().0.publish().unwrap();
    let names = disk.names();
    for seed in 0..3_000 {
        let mut dice = Dice(seed);
        let disk = disk.copy();
        for _ in 0..=dice.below(4) {
            let name = &names[dice.below(names.len() as u64) as usize];
            let length = disk.bytes_of(name).max(1);
            let (at, count) = (dice.below(length as u64) as usize, dice.below(9_000) as usize);
            disk.tamper(name, |bytes| match dice.below(4) {
                0 => bytes.truncate(at),
                1 => bytes.iter_mut().skip(at).take(count).for_each(|byte| *byte = 0),
                2 => bytes.iter_mut().skip(at).take(count).for_each(|b| *b = dice.roll() as u8),
                _ => bytes.rotate_left(at),
            });
        }
        let _ = audit(&disk);
        if let Ok((journal, _)) = Journal::open(disk, signer(), tiny()) {
            journal.scan(0).for_each(drop);
        }
    }
}

/// Entry `entry` of a bank like `tiny_bank`, as it stands in segment 0.
fn slot_of(entry: usize) -> std::ops::Range<usize> {
    (entry + 1) * 4_096..(entry + 2) * 4_096
}

#[test]
fn a_batch_of_another_history_is_noticed_at_the_next_one() {
    let disk = tiny_bank();
    let other = MemoryDisk::new();
    let mut journal = Journal::create(other.clone(), ORIGIN, signer(), tiny()).unwrap();
    commit_groups(&mut journal, &[1]).unwrap();
    let mut events = events_of(1);
    events.reverse();
    let pending = journal::PendingBatch { time: terms::TimeNs(1_001), events: &events };
    journal.commit(&[pending]).unwrap();
    let forged = other.read_whole(&file_name(0)).unwrap().unwrap()[slot_of(1)].to_vec();
    disk.tamper(&file_name(0), |bytes| bytes[slot_of(1)].copy_from_slice(&forged));
    let report = audit(&disk);
    assert_eq!(report.findings[0].entry, Some(2), "{:?}", report.findings);
    assert!(report.findings[0].what.contains("chain"));
    match Journal::open(disk, signer(), tiny()) {
        Err(OpenFailed::Damaged(damage)) => {
            assert_eq!((damage.entry, damage.fault), (2, BatchFault::Chain));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_time_that_goes_back_is_noticed() {
    let disk = tiny_bank();
    let name = file_name(0);
    let bytes = disk.read_whole(&name).unwrap().unwrap();
    let header = bytes[slot_of(1)].first_chunk().unwrap();
    let early = BatchHeader { time: terms::TimeNs(3), ..BatchHeader::decode(header).unwrap() };
    disk.tamper(&name, |bytes| bytes[slot_of(1)][..128].copy_from_slice(&early.encode()));
    let report = audit(&disk);
    assert!(report.findings[0].what.contains("older"), "{:?}", report.findings);
    match Journal::open(disk, signer(), tiny()) {
        Err(OpenFailed::Damaged(damage)) => assert_eq!(damage.fault, BatchFault::TimeGoesBack),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_scan_notices_what_it_reads_over() {
    let disk = tiny_bank();
    let (journal, _) = Journal::open(disk.clone(), signer(), tiny()).unwrap();
    for at in [4_096 + 20, 4_096 + 140, 2 * 4_096 - 1, 2 * 4_096 + 60] {
        disk.tamper(&file_name(0), |bytes| bytes[at] ^= 1);
        let read: Vec<_> = journal.scan(0).collect();
        assert!(read.last().unwrap().is_err(), "byte {at}");
        assert_eq!(read.len(), at / 4_096, "nothing is handed out behind it");
        disk.tamper(&file_name(0), |bytes| bytes[at] ^= 1);
    }
    assert_eq!(journal.scan(0).flatten().count(), 7);
}

#[test]
fn a_record_that_imitates_a_header_does_not_pass_for_a_later_entry() {
    let (disk, journal) = made(&[2]);
    let (last, _) = journal.header(1).unwrap();
    drop(journal);
    // A crash left a broken batch 2, and three slots behind it bytes that look like a header.
    for (entry, synced_entries, cut) in
        [(900, 900, true), (6, 3, true), (5, 2, true), (2, 2, true), (5, 3, false), (3, 3, false)]
    {
        let disk = disk.copy();
        let lookalike = BatchHeader { entry, synced_entries, ..last };
        disk.tamper(&file_name(0), |bytes| {
            bytes[3 * 4_096 + 7] = 1;
            bytes[6 * 4_096..6 * 4_096 + 128].copy_from_slice(&lookalike.encode());
        });
        match Journal::open(disk, signer(), small()) {
            Ok((_, recovered)) => assert!(cut && recovered.cut.is_some(), "{entry}"),
            Err(OpenFailed::Damaged(damage)) => assert!(!cut && damage.entry == 2, "{entry}"),
            Err(other) => panic!("{other}"),
        }
    }
}

/// A program that is older than the one that wrote the last batch must not take it for a torn tail.
#[test]
fn a_last_batch_of_a_later_version_is_refused_and_stays() {
    let later_header = |bytes: &mut [u8]| bytes[8] = 2;
    let later_record = |bytes: &mut [u8]| bytes[129] = 2;
    for (change, body) in [(later_header as fn(&mut [u8]), false), (later_record, true)] {
        let (disk, journal) = made(&[1, 1, 1]);
        let (header, place) = journal.reader().header(2).unwrap();
        drop(journal);
        let name = file_name(place.segment);
        disk.tamper(&name, |bytes| {
            let batch = &mut bytes[place.offset as usize..][..header.stored_bytes() as usize];
            change(batch);
            if body {
                let crc = crc32c::crc32c(&batch[128..128 + header.body_bytes as usize]);
                batch[120..124].copy_from_slice(&crc.to_le_bytes());
            }
            let crc = crc32c::crc32c(&batch[..124]);
            batch[124..128].copy_from_slice(&crc.to_le_bytes());
        });
        let before = disk.read_whole(&name).unwrap();
        let refused = Journal::open(disk.clone(), signer(), small()).unwrap_err();
        assert!(matches!(refused, OpenFailed::Damaged(_)), "{refused}");
        assert!(refused.to_string().contains("written whole"), "{refused}");
        assert_eq!(disk.read_whole(&name).unwrap(), before, "something was cut");
    }
}
