//! Batches of the journal, read and decoded on a thread of their own while the last ones become rows: for a roll,
//! and for a question that is the first after many payments.

use crate::failed::HistoryFailed;
use journal::{BatchHeader, Disk, Reader};
use std::ops::Range;
use std::sync::mpsc::{SyncSender, sync_channel};
use terms::Event;

/// Batches that are decoded before anybody takes them.
const AHEAD: usize = 4;
/// Entries that are read without a second thread: it would take longer to start.
const FEW: u64 = 4;

/// How closely a batch is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// By checksums and chain.
    Reading,
    /// By the tree of its rows too.
    Proving,
}

/// Hands the batches of these entries to `take`, in order; nothing more after the first that fails.
pub fn batches<D: Disk>(
    reader: &Reader<D>,
    entries: Range<u64>,
    look: Look,
    mut take: impl FnMut(&BatchHeader, &[Event]) -> Result<(), HistoryFailed>,
) -> Result<(), HistoryFailed> {
    if entries.end.saturating_sub(entries.start) <= FEW {
        for batch in decoded(reader, entries, look) {
            let (header, events) = batch?;
            take(&header, &events)?;
        }
        return Ok(());
    }
    std::thread::scope(|threads| {
        let (give, given) = sync_channel(AHEAD);
        let reading = std::thread::Builder::new().name("ahead".to_owned());
        let reading = reading.spawn_scoped(threads, move || read(reader, entries, look, &give));
        reading.map_err(HistoryFailed::Thread)?;
        for batch in given {
            let (header, events) = batch?;
            take(&header, &events)?;
        }
        Ok(())
    })
}

type Decoded = Result<(BatchHeader, Vec<Event>), HistoryFailed>;

fn read<D: Disk>(reader: &Reader<D>, entries: Range<u64>, look: Look, give: &SyncSender<Decoded>) {
    for batch in decoded(reader, entries, look) {
        let failed = batch.is_err();
        if give.send(batch).is_err() || failed {
            return;
        }
    }
}

fn decoded<D: Disk>(
    reader: &Reader<D>,
    entries: Range<u64>,
    look: Look,
) -> impl Iterator<Item = Decoded> {
    let count = entries.end.saturating_sub(entries.start) as usize;
    reader.scan(entries.start).take(count).map(move |batch| {
        let batch = batch?;
        let wrong = |source| HistoryFailed::Batch { entry: batch.header.entry, source };
        if look == Look::Proving {
            batch.check_body().map_err(wrong)?;
        }
        let events = batch.events().map_err(wrong)?;
        Ok((batch.header, events))
    })
}
