//! Readers beside a writer: whatever they see is durable, whole and proved.

use crate::small_journals::{ORIGIN, commit_groups, events_of, signer, small};
use journal::Journal;
use journal::testing::MemoryDisk;
use proof::receipt::VerifierPolicy;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

#[test]
fn readers_and_publishers_work_beside_the_writer() {
    let disk = MemoryDisk::new();
    let mut journal = Journal::create(disk.clone(), ORIGIN, signer(), small()).unwrap();
    commit_groups(&mut journal, &[1]).unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for kind in 0..3_u64 {
            let (reader, done) = (journal.reader(), &done);
            scope.spawn(move || {
                let policy = VerifierPolicy::new(signer().verifier(), vec![], 0).unwrap();
                let mut rounds = 0_u64;
                while !done.load(Ordering::Relaxed) || rounds < 3 {
                    rounds += 1;
                    let (entries, records) = (reader.entries(), reader.records());
                    match kind {
                        0 => {
                            let from = entries.saturating_sub(40);
                            for (entry, batch) in (from..).zip(reader.scan(from)) {
                                assert_eq!(batch.unwrap().events().unwrap(), events_of(entry));
                            }
                        }
                        1 => {
                            let record = rounds * 7919 % records;
                            let (entry, row) = reader.locate(record).unwrap();
                            let receipt = reader.receipt(entry, row).unwrap();
                            assert_eq!(receipt.verify(&policy).unwrap().entry, entry);
                        }
                        _ => reader.publish().unwrap(),
                    }
                }
            });
        }
        for size in 0..250 {
            commit_groups(&mut journal, &[1 + size % 4]).unwrap();
        }
        done.store(true, Ordering::Relaxed);
    });
    journal.publish().unwrap();
    let (entries, root) = (journal.entries(), journal.root());
    drop(journal);
    let (journal, _) = Journal::open(disk, signer(), small()).unwrap();
    assert_eq!((journal.entries(), journal.root()), (entries, root));
}
