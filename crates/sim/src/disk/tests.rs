//! The disk does what it says: nothing is safe before a sync, everything after it, and each fault is
//! the one it is named for.

use super::contents::{Fate, SECTOR_BYTES};
use super::faults::FaultRates;
use super::{SimDisk, Unsynced};
use crate::chance::Chance;
use journal::{Disk, DiskFile};
use std::collections::BTreeSet;
use std::io::ErrorKind;

const FILE: &str = "journal/a";

fn disk() -> SimDisk {
    SimDisk::new(Chance::new(1))
}

fn ones(sectors: usize) -> Vec<u8> {
    vec![1; sectors * SECTOR_BYTES]
}

#[test]
fn what_was_synced_survives_and_what_was_not_may_be_lost() {
    let disk = disk();
    let file = disk.create(FILE, 4_096).unwrap();
    file.write_at(0, &ones(1)).unwrap();
    file.sync().unwrap();
    file.write_at(512, &ones(1)).unwrap();
    let lost = disk.copy().power_cycle_with(|_| Fate::After(0));
    assert_eq!(lost.bytes(FILE), [ones(1), vec![0; 7 * 512]].concat());
    let kept = disk.power_cycle_with(|unsynced| Fate::After(unsynced.writes));
    assert_eq!(kept.bytes(FILE), [ones(2), vec![0; 6 * 512]].concat());
}

#[test]
fn each_sector_has_its_own_fate_whatever_the_order_of_writing() {
    let disk = disk();
    let file = disk.create(FILE, 4_096).unwrap();
    file.write_at(0, &ones(1)).unwrap();
    file.write_at(512, &ones(2)).unwrap();
    let sectors: Vec<u64> = disk.unsynced().iter().map(|u| u.sector).collect();
    assert_eq!(sectors, [0, 1, 2]);
    let after = disk.power_cycle_with(|u| Fate::After(usize::from(u.sector != 0)));
    assert_eq!(after.bytes(FILE)[..1536], [vec![0; 512], ones(2)].concat());
}

#[test]
fn a_sector_written_twice_may_hold_either_writing_or_a_torn_one() {
    let disk = disk();
    let file = disk.create(FILE, 512).unwrap();
    file.write_at(0, &[1; 512]).unwrap();
    file.write_at(0, &[2; 512]).unwrap();
    let first = disk.copy().power_cycle_with(|_| Fate::After(1));
    assert_eq!(first.bytes(FILE), [1; 512]);
    let torn = disk.power_cycle_with(|_| Fate::Torn(100));
    assert_eq!(torn.bytes(FILE), [vec![2; 100], vec![1; 412]].concat());
}

#[test]
fn chance_finds_every_fate() {
    let mut seen = BTreeSet::new();
    for seed in 0..200 {
        let disk = SimDisk::new(Chance::new(seed));
        let file = disk.create(FILE, 1_024).unwrap();
        file.write_at(0, &ones(2)).unwrap();
        let bytes = disk.power_cycle().bytes(FILE);
        let of = |sector: &[u8]| match sector.iter().filter(|b| **b == 1).count() {
            0 => "lost",
            SECTOR_BYTES => "kept",
            _ => "torn",
        };
        seen.insert((of(&bytes[..512]), of(&bytes[512..])));
    }
    assert_eq!(seen.len(), 9, "{seen:?}");
}

#[test]
fn power_fails_in_the_operation_it_was_told_to_and_older_handles_are_dead() {
    let disk = disk();
    let file = disk.create(FILE, 512).unwrap();
    disk.cut_power_in(1);
    file.write_at(0, &[1; 512]).unwrap();
    assert!(!disk.is_dark());
    assert!(file.sync().is_err() && disk.is_dark());
    assert!(file.len().is_err() && disk.open(FILE).is_err());
    let again = disk.power_cycle();
    assert!(again.open(FILE).unwrap().is_some());
    assert!(file.write_at(0, &[1; 512]).is_err(), "of a program that ended");
    assert!(disk.list("journal").is_err());
}

#[test]
fn a_replacement_interrupted_by_a_power_cut_leaves_one_of_the_two_whole() {
    let mut found = BTreeSet::new();
    for seed in 0..50 {
        let disk = SimDisk::new(Chance::new(seed));
        disk.replace("log/c", &[1; 700]).unwrap();
        disk.cut_power_in(0);
        assert!(disk.replace("log/c", &[2; 900]).is_err());
        found.insert(disk.power_cycle().bytes("log/c"));
    }
    assert_eq!(found, BTreeSet::from([vec![1; 700], vec![2; 900]]));
}

#[test]
fn a_removed_file_may_come_back_until_its_folder_is_synced() {
    let disk = disk();
    disk.replace("log/c", b"old").unwrap();
    disk.remove("log/c").unwrap();
    let names: Vec<Unsynced> = disk.unsynced();
    assert_eq!(names.iter().map(|u| u.file.as_str()).collect::<Vec<_>>(), ["log/c"]);
    let back = disk.copy().power_cycle_with(|_| Fate::After(0));
    assert_eq!(back.bytes("log/c"), b"old");
    disk.replace("log/d", b"new").unwrap();
    let gone = disk.power_cycle_with(|_| Fate::After(0));
    assert_eq!(gone.names(), ["log/d"]);
}

#[test]
fn the_program_alone_dies_without_loss() {
    let disk = disk();
    let file = disk.create(FILE, 512).unwrap();
    file.write_at(0, &[7; 512]).unwrap();
    let again = disk.next_program();
    assert_eq!(again.bytes(FILE), [7; 512]);
    assert!(file.sync().is_err());
    let lost = again.power_cycle_with(|_| Fate::After(0));
    assert_eq!(lost.bytes(FILE), [0; 512], "it was seen and still not safe");
}

#[test]
fn what_a_failed_sync_forgot_is_seen_until_power_fails_and_synced_only_if_written_again() {
    let failing = |again: bool| {
        let disk = disk();
        let file = disk.create(FILE, 512).unwrap();
        file.write_at(0, &[1; 512]).unwrap();
        disk.set_rates(FaultRates { sync_error: 10_000, ..FaultRates::default() });
        while !disk.fault_counts().contains_key("lost by a failed sync") {
            assert!(file.sync().is_err());
        }
        disk.set_rates(FaultRates::default());
        assert_eq!(disk.bytes(FILE), [1; 512]);
        if again {
            file.write_at(0, &[1; 512]).unwrap();
        }
        file.sync().unwrap();
        disk.power_cycle_with(|_| Fate::After(0)).bytes(FILE)
    };
    assert_eq!(failing(false), [0; 512]);
    assert_eq!(failing(true), [1; 512]);
}

#[test]
fn every_fault_shows_as_itself_and_is_counted() {
    let with = |rates: FaultRates| {
        let disk = disk();
        let file = disk.create(FILE, 4_096).unwrap();
        disk.set_rates(rates);
        (disk, file)
    };
    let always = 10_000;
    let (disk, file) = with(FaultRates { read_error: always, ..FaultRates::default() });
    assert!(file.read_at(0, &mut [0; 4]).is_err() && disk.read_whole(FILE).is_err());
    let (disk, file) = with(FaultRates { write_error: always, ..FaultRates::default() });
    assert!(file.write_at(0, &[1; 4_096]).is_err());
    assert_eq!(disk.bytes(FILE), [0; 4_096]);
    let (disk, file) = with(FaultRates { short_write: always, ..FaultRates::default() });
    let error = file.write_at(0, &[1; 4_096]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WriteZero);
    assert!(disk.bytes(FILE).contains(&1) && disk.bytes(FILE).ends_with(&[0]));
    let (disk, _) = with(FaultRates { no_space: always, ..FaultRates::default() });
    assert_eq!(disk.create("b", 1).unwrap_err().kind(), ErrorKind::StorageFull);
    let (disk, _) = with(FaultRates { replace_error: always, ..FaultRates::default() });
    assert!(disk.replace("log/c", b"1").is_err());
    let (disk, file) = with(FaultRates { slow: always, ..FaultRates::default() });
    disk.take_delay_ns();
    file.sync().unwrap();
    assert!(disk.take_delay_ns() >= 1_000_000_000);
    assert_eq!(disk.fault_counts()["slow disk"], 1);
}

#[test]
fn a_full_disk_takes_no_new_file_but_lets_old_ones_be_overwritten() {
    let disk = disk();
    let file = disk.create(FILE, 4_096).unwrap();
    disk.set_capacity(Some(4_096));
    assert_eq!(disk.create("b", 1).unwrap_err().kind(), ErrorKind::StorageFull);
    assert_eq!(disk.replace("c", b"1").unwrap_err().kind(), ErrorKind::StorageFull);
    file.write_at(0, &[1; 4_096]).unwrap();
    assert!(file.write_at(1, &[1; 4_096]).is_err(), "files do not grow");
    disk.set_capacity(None);
    disk.create("b", 1).unwrap();
}

#[test]
fn a_misdirected_write_lands_elsewhere_and_says_nothing() {
    let disk = disk();
    let file = disk.create(FILE, 65_536).unwrap();
    disk.set_rates(FaultRates { misdirected: 10_000, ..FaultRates::default() });
    while !disk.fault_counts().contains_key("misdirected write") {
        file.write_at(0, &ones(8)).unwrap();
    }
    assert!(disk.bytes(FILE)[4_096..].contains(&1));
}

#[test]
fn a_lying_disk_says_yes_and_keeps_nothing() {
    let disk = disk();
    let file = disk.create(FILE, 512).unwrap();
    disk.lie_about_syncs();
    file.write_at(0, &[1; 512]).unwrap();
    file.sync().unwrap();
    assert_eq!(disk.power_cycle_with(|_| Fate::After(0)).bytes(FILE), [0; 512]);
}

#[test]
fn a_recorded_run_can_be_done_again() {
    let disk = disk();
    disk.record();
    let file = disk.create(FILE, 1_024).unwrap();
    file.write_at(3, b"abc").unwrap();
    file.sync().unwrap();
    file.write_at(600, b"def").unwrap();
    disk.replace("log/c", b"1").unwrap();
    disk.remove("log/c").unwrap();
    let again = SimDisk::replayed(&disk.trace());
    assert_eq!((again.names(), again.bytes(FILE)), (disk.names(), disk.bytes(FILE)));
    assert_eq!(again.unsynced(), disk.unsynced());
}

#[test]
fn names_in_a_folder_are_listed_sorted_and_without_deeper_ones() {
    let disk = disk();
    for name in ["log/b", "log/a", "log/tile/x", "b"] {
        disk.replace(name, b"").unwrap();
    }
    assert_eq!(disk.list("log").unwrap(), ["a", "b"]);
    assert!(disk.list("none").unwrap().is_empty());
}
