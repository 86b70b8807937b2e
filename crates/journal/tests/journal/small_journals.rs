//! Small journals for the tests.

use journal::testing::{MemoryDisk, sample_event};
use journal::{Disk, Journal, Options, PendingBatch};
use proof::note::SignerKey;
use terms::{Event, TimeNs};

pub const ORIGIN: &str = "bank.example/journal";

pub fn signer() -> SignerKey {
    SignerKey::from_seed(ORIGIN, &[7; 32]).unwrap()
}

pub fn small() -> Options {
    Options { segment_bytes: 16 * 4_096, ..Options::default() }
}

/// The events of entry `entry`: one to seven, of every kind.
pub fn events_of(entry: u64) -> Vec<Event> {
    (0..1 + entry * 5 % 7).map(|row| sample_event(entry * 100 + row)).collect()
}

/// Commits the entries of `groups`, each group with one sync.
pub fn commit_groups<D: Disk>(
    journal: &mut Journal<D>,
    groups: &[u64],
) -> Result<(), journal::CommitFailed> {
    for size in groups {
        let first = journal.entries();
        let batches: Vec<Vec<Event>> = (first..first + size).map(events_of).collect();
        let pending: Vec<PendingBatch<'_>> = (first..)
            .zip(&batches)
            .map(|(entry, events)| PendingBatch { time: TimeNs(1_000 + entry), events })
            .collect();
        let done = journal.commit(&pending)?;
        assert_eq!((done.first_entry, done.entries), (first, first + size));
    }
    Ok(())
}

pub fn made(groups: &[u64]) -> (MemoryDisk, Journal<MemoryDisk>) {
    let disk = MemoryDisk::new();
    let mut journal = Journal::create(disk.clone(), ORIGIN, signer(), small()).unwrap();
    commit_groups(&mut journal, groups).unwrap();
    (disk, journal)
}

/// Checks that a journal holds exactly its first `entries` entries.
pub fn holds<D: Disk>(journal: &Journal<D>, entries: u64) {
    assert_eq!(journal.entries(), entries);
    let mut record = 0;
    let mut seen = 0;
    for batch in journal.scan(0) {
        let batch = batch.unwrap();
        assert_eq!(batch.events().unwrap(), events_of(seen));
        assert_eq!((batch.header.entry, batch.header.first_record), (seen, record));
        batch.check_body().unwrap();
        record += u64::from(batch.header.record_count);
        seen += 1;
    }
    assert_eq!((seen, record), (entries, journal.records()));
}
