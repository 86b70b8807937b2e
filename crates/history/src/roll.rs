//! Sealed segments become files. Each batch is checked against its own tree of rows before a row of it is
//! written, files are written before the manifest that names them, and nothing is ever removed: not a
//! segment, because the journal is what everybody verifies, and not a file. A roll that is killed at any
//! point is simply done again; the same segment gives the same bytes.

mod parquet_form;

use crate::ahead::{self, Look};
use crate::archive::Archive;
use crate::convert::{Chunk, Converter};
use crate::directory::Directory;
use crate::failed::HistoryFailed;
use crate::manifest::{Manifest, RolledCheckpoint, RolledFile, RolledSegment};
use crate::stored::StoredTable;
use journal::{Disk, Reader, Span};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use tokio::sync::mpsc::{Receiver, channel};

use parquet_form::to_parquet;

pub use parquet_form::parquet_of;

/// What a roll did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rolled {
    /// Segments.
    pub segments: u32,
    /// Transfers in them.
    pub transfers: u64,
    /// Bytes of the files made of them.
    pub bytes: u64,
}

/// What a roll works with.
pub(crate) struct Roll<'a, D: Disk> {
    pub reader: &'a Reader<D>,
    pub archive: &'a Archive,
    pub tables: &'a Arc<Vec<StoredTable>>,
    pub directory: &'a Arc<Directory>,
    pub zone: &'a str,
}

/// A segment's rows on their way to files.
struct Converted {
    span: Span,
    last_header: String,
    chunk: Chunk,
}

impl<D: Disk> Roll<'_, D> {
    /// Rolls every sealed segment that `manifest` does not have; gives the new manifest, or `None` if there
    /// was nothing to do. The directory must know everybody up to the manifest's end, and knows everybody
    /// up to the last sealed segment afterwards.
    pub async fn run(
        &self,
        manifest: &Manifest,
    ) -> Result<Option<(Manifest, Rolled)>, HistoryFailed> {
        let spans = self.reader.sealed(manifest.next_segment())?;
        if spans.is_empty() {
            return Ok(None);
        }
        // One thread reads and checks, this one sorts, encodes and writes.
        let (to_write, mut converted) = channel::<Result<Converted, HistoryFailed>>(1);
        let mut next = manifest.clone();
        let mut rolled = Rolled::default();
        let (reader, tables, directory) =
            (self.reader.clone(), Arc::clone(self.tables), Arc::clone(self.directory));
        let reading = std::thread::Builder::new().name("roll".to_owned()).spawn(move || {
            for span in spans {
                let made = convert(&reader, &tables, &directory, span);
                let failed = made.is_err();
                if to_write.blocking_send(made).is_err() || failed {
                    return;
                }
            }
        });
        let reading = reading.map_err(HistoryFailed::Thread)?;
        let written = self.write_all(&mut converted, &mut next, &mut rolled).await;
        drop(converted);
        let joined = reading.join();
        written?;
        assert!(joined.is_ok(), "the thread that reads segments ended in a panic");
        next.generation += 1;
        next.zone = self.zone.to_owned();
        next.checkpoints.extend(RolledCheckpoint::published(self.reader));
        if next.publish(self.archive).await? {
            return Ok(Some((next, rolled)));
        }
        // Somebody else rolled meanwhile. Their files have the same bytes, so theirs is as good.
        let theirs = Manifest::newest(self.archive, &manifest.origin).await?;
        Ok(Some((theirs, Rolled::default())))
    }

    async fn write_all(
        &self,
        converted: &mut Receiver<Result<Converted, HistoryFailed>>,
        next: &mut Manifest,
        rolled: &mut Rolled,
    ) -> Result<(), HistoryFailed> {
        while let Some(made) = converted.recv().await {
            let segment = self.write(made?).await?;
            rolled.segments += 1;
            rolled.bytes += segment.files.values().map(|file| file.bytes).sum::<u64>();
            rolled.transfers += segment.files.get("transfers").map_or(0, |file| file.rows);
            next.segments.push(segment);
        }
        Ok(())
    }

    /// One segment's files.
    async fn write(&self, made: Converted) -> Result<RolledSegment, HistoryFailed> {
        let Converted { span, last_header, chunk } = made;
        let mut files = std::collections::BTreeMap::new();
        for (table, rows) in self.tables.iter().zip(chunk.tables) {
            let Some(rows) = rows else { continue };
            let name = format!("{}/{:08}.parquet", table.name, span.segment);
            let bytes = to_parquet(table, &rows)?;
            let file = RolledFile {
                name: name.clone(),
                rows: rows.num_rows() as u64,
                bytes: bytes.len() as u64,
                sha256: crate::convert::hex(&Sha256::digest(&bytes)),
            };
            self.archive.put(&name, bytes).await?;
            files.insert(table.name.to_owned(), file);
        }
        Ok(RolledSegment {
            segment: span.segment,
            first_entry: span.first_entry,
            end_entry: span.end_entry,
            end_record: span.end_record,
            last_header,
            files,
        })
    }
}

/// Reads one segment, checks each batch by its tree, and makes rows of it.
fn convert<D: Disk>(
    reader: &Reader<D>,
    tables: &Arc<Vec<StoredTable>>,
    directory: &Arc<Directory>,
    span: Span,
) -> Result<Converted, HistoryFailed> {
    let mut converter = Converter::new(Arc::clone(tables), Arc::clone(directory), span.first_entry);
    let mut last = None;
    ahead::batches(reader, span.first_entry..span.end_entry, Look::Proving, |header, events| {
        converter.add(header, events)?;
        last = Some(*header);
        Ok(())
    })?;
    let last = last.filter(|header| header.entry + 1 == span.end_entry);
    let last = last.ok_or(HistoryFailed::Journal(journal::ReadFailed::NoEntry {
        entry: span.end_entry - 1,
        entries: reader.entries(),
    }))?;
    let chunk = converter.finish(true)?;
    Ok(Converted { span, last_header: crate::convert::hex(&last.hash()), chunk })
}
