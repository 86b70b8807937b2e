//! Whatever moment the power fails at, a start finds all that was acknowledged, in order, and nothing
//! that was never asked.

use crate::small_journals::{ORIGIN, commit_groups, events_of, holds, made, signer, small};
use journal::testing::{Dice, MemoryDisk};
use journal::{Files, Journal, OpenFailed, Options, PendingBatch};
use terms::TimeNs;

const GROUPS: [u64; 9] = [1, 3, 2, 5, 1, 1, 4, 6, 2];

/// Opens after a crash, checks that at least `acknowledged` entries are there, and goes on.
fn restart(disk: &MemoryDisk, acknowledged: u64, at_most: u64) -> u64 {
    let (journal, recovered) = Journal::open(disk.clone(), signer(), small()).unwrap();
    let entries = journal.entries();
    assert_eq!(recovered.entries, entries);
    assert!(
        (acknowledged..=at_most).contains(&entries),
        "{acknowledged} <= {entries} <= {at_most}"
    );
    holds(&journal, entries);
    drop(journal);
    // What was found is durable now: a second power cut takes nothing of it.
    let (mut journal, again) = Journal::open(disk.crashed(|_| false), signer(), small()).unwrap();
    assert_eq!((again.entries, again.cut), (entries, None));
    commit_groups(&mut journal, &[2, 1]).unwrap();
    holds(&journal, entries + 3);
    entries
}

#[test]
fn a_clean_stop_loses_nothing() {
    let (disk, journal) = made(&GROUPS);
    holds(&journal, 25);
    let root = journal.root();
    drop(journal);
    let (journal, recovered) = Journal::open(disk, signer(), small()).unwrap();
    assert_eq!((recovered.entries, recovered.cut), (25, None));
    assert_eq!(journal.root(), root);
    holds(&journal, 25);
}

#[test]
fn a_crash_at_every_operation_keeps_what_was_acknowledged() {
    let (disk, journal) = made(&GROUPS);
    drop(journal);
    for fail_at in 2..=disk.operations() {
        for luck in 0..12 {
            let disk = MemoryDisk::new();
            disk.fail_at(fail_at);
            let Ok(mut journal) = Journal::create(disk.clone(), ORIGIN, signer(), small()) else {
                // The bank was never made: a start says so, or finds it empty.
                let crashed = disk.crashed(|_| luck % 2 == 0);
                match Journal::open(crashed, signer(), small()) {
                    Ok((journal, _)) => holds(&journal, 0),
                    Err(error) => assert!(matches!(
                        error,
                        OpenFailed::NoJournal | OpenFailed::SegmentDamaged { .. }
                    )),
                }
                continue;
            };
            let mut acknowledged = 0;
            for group in GROUPS {
                if commit_groups(&mut journal, &[group]).is_err() {
                    break;
                }
                acknowledged = journal.entries();
            }
            assert_eq!(journal.entries(), acknowledged, "readers see only what is durable");
            assert!(commit_groups(&mut journal, &[1]).is_err(), "a failed journal takes no more");
            // Sectors in flight arrive in any combination, or all, or none.
            let mut dice = Dice(fail_at * 100 + luck);
            let crashed = disk.crashed(|_| match luck {
                0 => false,
                1 => true,
                _ => dice.below(luck) == 0,
            });
            restart(&crashed, acknowledged, acknowledged + 6);
        }
    }
}

#[test]
fn each_prefix_of_the_sectors_in_flight_recovers() {
    for groups in [&[2, 3][..], &[4, 1], &[1, 7]] {
        let (durable, group) = (groups[0], groups[1]);
        let disk = MemoryDisk::new();
        let mut journal = Journal::create(disk.clone(), ORIGIN, signer(), small()).unwrap();
        commit_groups(&mut journal, &[durable]).unwrap();
        let operations = disk.operations();
        // The write succeeds, the sync does not.
        disk.fail_at(operations + 2);
        assert!(commit_groups(&mut journal, &[group]).is_err());
        let sectors = disk.unsynced_sectors();
        assert!(sectors > 8 * group as usize - 8);
        let mut most = 0;
        for kept in 0..=sectors {
            let ahead = restart(&disk.crashed(|n| n < kept), durable, durable + group);
            let behind = restart(&disk.crashed(|n| n >= kept), durable, durable + group);
            assert!(ahead >= most, "more sectors in order never give fewer entries");
            (most, _) = (ahead, behind);
        }
        assert_eq!(most, durable + group);
        for lost in 0..sectors {
            restart(&disk.crashed(|n| n != lost), durable, durable + group);
            restart(&disk.crashed(|n| n == lost), durable, durable + group);
        }
    }
}

#[test]
fn a_crash_while_a_torn_tail_is_cut_is_harmless() {
    let disk = MemoryDisk::new();
    let mut journal = Journal::create(disk.clone(), ORIGIN, signer(), small()).unwrap();
    commit_groups(&mut journal, &[2]).unwrap();
    disk.fail_at(disk.operations() + 2);
    assert!(commit_groups(&mut journal, &[5]).is_err());
    // Everything of the group arrives except the first sector of its first batch.
    let torn = disk.crashed(|n| n != 0);
    for fail_at in 1..5 {
        let disk = torn.copy();
        disk.fail_at(fail_at);
        let opened = Journal::open(disk.clone(), signer(), small());
        assert_eq!(opened.is_err(), fail_at <= 3, "what is not proved, zeros, and one sync");
        for seed in 0..40 {
            let mut dice = Dice(seed);
            restart(&disk.crashed(|_| dice.below(2) == 0), 2, 2);
        }
    }
}

#[test]
fn what_is_cut_is_reported() {
    let disk = MemoryDisk::new();
    let mut journal = Journal::create(disk.clone(), ORIGIN, signer(), small()).unwrap();
    commit_groups(&mut journal, &[2]).unwrap();
    disk.fail_at(disk.operations() + 2);
    assert!(commit_groups(&mut journal, &[2]).is_err());
    let torn = disk.crashed(|n| n != 0);
    let (_, recovered) = Journal::open(torn, signer(), small()).unwrap();
    let cut = recovered.cut.unwrap();
    assert_eq!((recovered.entries, cut.segment, cut.offset), (2, 0, 3 * 4_096));
    assert!(cut.bytes > 128);
}

#[test]
fn empty_batches_are_left_out_and_time_does_not_go_back() {
    let (_, mut journal) = made(&[1]);
    let nothing = PendingBatch { time: TimeNs(5_000), events: &[] };
    let done = journal.commit(&[nothing, nothing]).unwrap();
    assert_eq!((done.first_entry, done.entries), (1, 1));
    let events = events_of(1);
    let late = PendingBatch { time: TimeNs(999), events: &events };
    assert!(journal.commit(&[late]).is_err());
    let right = PendingBatch { time: TimeNs(9_999), events: &events };
    assert!(journal.commit(&[right]).is_err(), "the first error is the last");
}

#[test]
fn a_batch_larger_than_a_segment_is_refused() {
    let (_, mut journal) = made(&[1]);
    let events: Vec<_> = (0..500).map(journal::testing::sample_transfer).collect();
    let large = PendingBatch { time: TimeNs(5_000), events: &events };
    let error = journal.commit(&[large]).unwrap_err();
    assert!(error.to_string().contains("does not fit a segment"), "{error}");
}

#[test]
fn records_are_found_by_their_number() {
    let (_, journal) = made(&[40, 13]);
    let mut number = 0;
    for entry in 0..53 {
        for row in 0..events_of(entry).len() as u32 {
            assert_eq!(journal.locate(number).unwrap(), (entry, row));
            let batch = journal.batch(entry).unwrap();
            assert_eq!(journal.record(number).unwrap(), batch.record(row).unwrap());
            number += 1;
        }
    }
    assert_eq!(number, journal.records());
    assert!(journal.locate(number).is_err() && journal.batch(53).is_err());
    let from_middle: Vec<u64> = journal.scan(31).map(|b| b.unwrap().header.entry).collect();
    assert_eq!(from_middle, (31..53).collect::<Vec<_>>());
}

#[test]
fn a_real_disk_keeps_a_journal_and_one_program_at_a_time() {
    let folder = std::env::temp_dir().join(format!("tj-journal-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    let options = Options { segment_bytes: 32 * 4_096, ..Options::default() };
    let disk = Files::create(&folder).unwrap();
    let mut journal = Journal::create(disk, ORIGIN, signer(), options).unwrap();
    commit_groups(&mut journal, &[20, 1, 30, 7]).unwrap();
    let busy = Files::open(&folder).unwrap_err();
    assert_eq!(busy.kind(), std::io::ErrorKind::WouldBlock);
    let root = journal.root();
    drop(journal);
    let (mut journal, recovered) =
        Journal::open(Files::open(&folder).unwrap(), signer(), options).unwrap();
    assert_eq!((recovered.entries, recovered.cut, journal.root()), (58, None, root));
    commit_groups(&mut journal, &[40]).unwrap();
    holds(&journal, 98);
    drop(journal);
    let again = Journal::create(Files::open(&folder).unwrap(), ORIGIN, signer(), options);
    assert!(matches!(again, Err(OpenFailed::Exists)));
    std::fs::remove_dir_all(&folder).unwrap();
}
