//! Whoever changes a byte of a bank is found out: a verification names the file, and a start refuses or
//! has everything that the disk proves to have been durable.

use crate::recorded::{chance, options, run};
use journal::keys;
use sim::auditor::Auditor;
use sim::bank::Bank;
use sim::disk::SimDisk;
use std::thread;

fn findings(disk: &SimDisk) -> Vec<node::Finding> {
    let log = keys::verifier(disk).unwrap();
    node::verify(disk, &log, &[], |_| ()).unwrap().findings
}

/// Flips `bit` of byte `at`, and says which files a verification names.
fn flipped(disk: &SimDisk, name: &str, at: usize, bit: u8) -> Vec<node::Finding> {
    disk.tamper(name, |bytes| bytes[at] ^= 1 << bit);
    let found = findings(disk);
    disk.tamper(name, |bytes| bytes[at] ^= 1 << bit);
    found
}

/// Verifies after a flip of each byte of `names` that `pick` wants, on both cores.
fn sweep(disk: &SimDisk, names: &[String], pick: impl Fn(usize, u8) -> bool) -> usize {
    let mut places: Vec<(&String, usize)> = Vec::new();
    for name in names {
        let bytes = disk.bytes(name);
        let wanted = bytes.iter().enumerate().filter(|(at, byte)| pick(*at, **byte));
        places.extend(wanted.map(|(at, _)| (name, at)));
    }
    thread::scope(|scope| {
        for part in places.chunks(places.len().div_ceil(2)) {
            let disk = disk.copy();
            scope.spawn(move || {
                for (name, at) in part {
                    let found = flipped(&disk, name, *at, (at % 8) as u8);
                    let named = found.iter().any(|finding| finding.file == **name);
                    assert!(named, "byte {at} of {name}: {found:?}");
                }
            });
        }
    });
    places.len()
}

fn published_bank() -> SimDisk {
    let disk = run(9).disk;
    let (mut bank, _) = Bank::open(&disk, &chance(), options()).unwrap();
    bank.node.publish().unwrap();
    drop(bank);
    assert_eq!(findings(&disk), []);
    disk.copy()
}

fn names_in(disk: &SimDisk, folder: &str) -> Vec<String> {
    disk.names().into_iter().filter(|name| name.starts_with(folder)).collect()
}

#[test]
fn every_flipped_byte_of_the_journal_is_found_and_its_file_named() {
    let disk = published_bank();
    let names = names_in(&disk, "journal/");
    assert!(names.len() > 1, "{names:?}");
    // Every byte that says something, and a sample of the zeros between and behind.
    let swept = sweep(&disk, &names, |at, byte| byte != 0 || at % 61 == 0);
    assert!(swept > 4_000, "{swept}");
}

#[test]
fn every_flipped_byte_of_what_is_published_is_found_and_its_file_named() {
    let disk = published_bank();
    let names: Vec<String> = Auditor::published_files(&disk).into_iter().collect();
    assert!(names.len() >= 3, "{names:?}");
    let swept = sweep(&disk, &names, |_, _| true);
    assert!(swept > 500, "{swept}");
}

#[test]
fn the_place_that_is_named_is_the_place_that_was_changed() {
    let disk = published_bank();
    let (bank, _) = Bank::open(&disk, &chance(), options()).unwrap();
    let journal = bank.node.journal();
    for entry in 0..journal.entries() {
        let (header, place) = journal.header(entry).unwrap();
        let name = journal::segment::file_name(place.segment);
        for inside in [0, 20, 127, 128, 128 + header.body_bytes as usize - 1] {
            let at = place.offset as usize + inside;
            let first = flipped(&disk, &name, at, 3).into_iter().next().unwrap();
            assert_eq!((first.file, first.entry), (name.clone(), Some(entry)), "byte {at}");
            let offset = first.offset.unwrap();
            assert!((place.offset..=at as u64).contains(&offset), "byte {at} is named {offset}");
        }
    }
}

#[test]
fn a_batch_gone_from_the_end_of_a_segment_is_named_there() {
    let disk = run(12).disk;
    let (bank, _) = Bank::open(&disk, &chance(), options()).unwrap();
    let journal = bank.node.journal();
    let entry = (1..journal.entries())
        .find(|entry| journal.header(*entry).unwrap().1.segment > 0)
        .map(|first_of_second| first_of_second - 1)
        .unwrap();
    let (header, place) = journal.header(entry).unwrap();
    drop(bank);
    let name = journal::segment::file_name(place.segment);
    disk.tamper(&name, |bytes| {
        let start = place.offset as usize;
        bytes[start..start + header.stored_bytes() as usize].fill(0);
    });
    let found = findings(&disk);
    assert_eq!(found[0].file, name);
    assert_eq!((found[0].offset, found[0].entry), (Some(place.offset), Some(entry)));
    let failed = Bank::open(&disk, &chance(), options()).unwrap_err().text();
    assert!(failed.contains(&format!("{name} is damaged at byte {}", place.offset)), "{failed}");
}

#[test]
fn a_flipped_byte_of_one_vault_copy_costs_no_name() {
    let disk = run(24).disk;
    let names = names_in(&disk, "vault/");
    assert_eq!(names.len(), 2);
    let readable = Auditor::readable_names(&Bank::open(&disk, &chance(), options()).unwrap().0);
    assert!(!readable.is_empty());
    let mut swept = 0;
    for name in &names {
        let bytes = disk.bytes(name);
        let used = bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1;
        for at in (0..used).step_by(13) {
            let copy = disk.copy();
            copy.tamper(name, |bytes| bytes[at] ^= 0x10);
            let (bank, _) = Bank::open(&copy, &chance(), options()).unwrap();
            assert_eq!(Auditor::readable_names(&bank), readable, "byte {at} of {name}");
            assert_eq!(copy.bytes(name), bytes, "byte {at} of {name} is put right");
            swept += 1;
        }
    }
    assert!(swept > 20, "{swept}");
}

#[test]
fn a_flipped_byte_of_a_key_file_never_makes_another_bank() {
    let disk = published_bank();
    let (signer, log) = (keys::signer(&disk).unwrap(), keys::verifier(&disk).unwrap());
    let readable =
        Auditor::readable_names(&Bank::open(&disk.copy(), &chance(), options()).unwrap().0);
    let names = names_in(&disk, "keys/");
    assert_eq!(names, [keys::LOG_KEY, keys::LOG_PUB, keys::MASTER_KEY]);
    for name in &names {
        for at in 0..disk.bytes(name).len() {
            let copy = disk.copy();
            copy.tamper(name, |bytes| bytes[at] ^= 1);
            // Who verifies with another key hears that it is not the log's.
            if let Ok(other) = keys::verifier(&copy)
                && other != log
            {
                let report = node::verify(&copy, &other, &[], |_| ()).unwrap();
                assert!(!report.is_sound(), "byte {at} of {name}");
            }
            if let Ok((bank, _)) = Bank::open(&copy, &chance(), options()) {
                let same = keys::signer(&copy).unwrap().verifier() == signer.verifier();
                assert!(same, "byte {at} of {name} signs with another key");
                assert_eq!(Auditor::readable_names(&bank), readable, "byte {at} of {name}");
            }
        }
    }
}
