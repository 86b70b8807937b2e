//! The history of one bank: which files there are, the rows that are in none yet, and who has which number.
//! It follows the journal when somebody asks, so that an answer sees all that is durable at that moment.

use crate::ahead::{self, Look};
use crate::archive::Archive;
use crate::convert::{Chunk, Converter};
use crate::directory::Directory;
use crate::failed::HistoryFailed;
use crate::load;
use crate::manifest::Manifest;
use crate::roll::{Roll, Rolled};
use crate::stored::{self, StoredTable};
use journal::{Disk, Reader};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use terms::TimeNs;

/// Transfers and postings after which a chunk of the tail ends.
const CHUNK_ROWS: usize = 262_144;
/// Entries after which small chunks of the tail are made one.
const SMALL_CHUNKS: usize = 64;

/// Everything up to an entry: what an answer saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// How many entries it covers: those before this number.
    pub entries: u64,
    /// When the last of them was decided.
    pub time: TimeNs,
}

/// Which moment somebody asks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AsOf {
    /// All that is durable now.
    Now,
    /// Up to this entry, it included.
    Entry(u64),
    /// Up to the last entry that was decided at this time or before.
    Time(TimeNs),
}

/// Rows of a moment: files and what is in none.
#[derive(Clone, Debug)]
pub struct Rows {
    /// The moment.
    pub moment: Moment,
    /// What is in files.
    pub manifest: Arc<Manifest>,
    /// What is not, in order.
    pub tail: Vec<Arc<Chunk>>,
}

/// What changes while the journal grows.
#[derive(Debug)]
struct Followed {
    manifest: Arc<Manifest>,
    tail: Vec<Arc<Chunk>>,
    /// The entry that the tail does not have yet.
    next: u64,
}

/// The history of one bank.
pub struct History<D: Disk> {
    reader: Reader<D>,
    archive: Archive,
    zone: String,
    tables: Arc<Vec<StoredTable>>,
    directory: Arc<Directory>,
    followed: Mutex<Followed>,
    rolling: tokio::sync::Mutex<()>,
}

impl<D: Disk> fmt::Debug for History<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("History").field("archive", &self.archive).finish_non_exhaustive()
    }
}

impl<D: Disk> History<D> {
    /// The history of the journal that `reader` reads, with its files in `archive`; `zone` is the
    /// institution's clock, such as `+08:00`.
    ///
    /// # Errors
    /// The archive cannot be read, or belongs to another journal.
    pub async fn open(
        reader: Reader<D>,
        archive: Archive,
        zone: &str,
    ) -> Result<History<D>, HistoryFailed> {
        let manifest = Manifest::newest(&archive, reader.origin()).await?;
        check_same_journal(&reader, &manifest)?;
        let directory = Arc::new(Directory::default());
        load::directory(&archive, &manifest, &directory).await?;
        let next = manifest.end_entry();
        let followed =
            Mutex::new(Followed { manifest: Arc::new(manifest), tail: Vec::new(), next });
        Ok(History {
            reader,
            archive,
            zone: zone.to_owned(),
            tables: Arc::new(stored::tables(zone)),
            directory,
            followed,
            rolling: tokio::sync::Mutex::new(()),
        })
    }

    /// The journal.
    pub fn reader(&self) -> &Reader<D> {
        &self.reader
    }

    /// Where the files lie.
    pub fn archive(&self) -> &Archive {
        &self.archive
    }

    /// The stored tables.
    pub fn tables(&self) -> &Arc<Vec<StoredTable>> {
        &self.tables
    }

    /// Who has which number.
    pub fn directory(&self) -> &Arc<Directory> {
        &self.directory
    }

    /// The institution's clock.
    pub fn zone(&self) -> &str {
        &self.zone
    }

    /// What is in files now.
    pub fn manifest(&self) -> Arc<Manifest> {
        Arc::clone(&self.lock().manifest)
    }

    /// Makes files of every sealed segment that has none.
    ///
    /// # Errors
    /// A segment or the archive cannot be read or written; nothing is lost, and the next roll tries again.
    pub async fn roll(&self) -> Result<Rolled, HistoryFailed> {
        let _alone = self.rolling.lock().await;
        let manifest = self.manifest();
        let roll = Roll {
            reader: &self.reader,
            archive: &self.archive,
            tables: &self.tables,
            directory: &self.directory,
            zone: &self.zone,
        };
        let Some((next, rolled)) = roll.run(&manifest).await? else {
            return Ok(Rolled::default());
        };
        let mut followed = self.lock();
        let end = next.end_entry();
        followed.manifest = Arc::new(next);
        // A chunk that reaches over the end is kept whole and cut when it is read.
        followed.tail.retain(|chunk| chunk.end_entry > end);
        followed.next = followed.next.max(end);
        Ok(rolled)
    }

    /// Reads what the journal has gained, so that the next question need not.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn keep_up(&self) -> Result<(), HistoryFailed> {
        self.follow(&mut self.lock(), self.reader.entries())
    }

    /// Whether every file is what was written there. Returns how many they are.
    ///
    /// # Errors
    /// The first that is not.
    pub async fn verify(&self) -> Result<usize, HistoryFailed> {
        let manifest = self.manifest();
        let files = || manifest.segments.iter().flat_map(|segment| segment.files.values());
        for file in files() {
            load::checked(&self.archive, file).await?;
        }
        Ok(files().count())
    }

    /// The rows of a moment. Reads what the journal has gained since the last time.
    ///
    /// # Errors
    /// The journal cannot be read; there is no such moment.
    pub fn rows(&self, as_of: AsOf) -> Result<Rows, HistoryFailed> {
        let durable = self.reader.entries();
        let entries = self.resolve(as_of, durable)?;
        let mut followed = self.lock();
        self.follow(&mut followed, durable)?;
        let time = match entries.checked_sub(1) {
            Some(last) => self.reader.header(last)?.0.time,
            None => TimeNs(0),
        };
        let (manifest, tail) = (Arc::clone(&followed.manifest), followed.tail.clone());
        Ok(Rows { moment: Moment { entries, time }, manifest, tail })
    }

    /// How many entries a moment covers.
    fn resolve(&self, as_of: AsOf, durable: u64) -> Result<u64, HistoryFailed> {
        match as_of {
            AsOf::Now => Ok(durable),
            AsOf::Entry(entry) if entry < durable => Ok(entry + 1),
            AsOf::Entry(entry) => Err(HistoryFailed::NoSuchMoment(format!(
                "there is no entry {entry}; the journal has {durable}, the last is {}",
                durable.saturating_sub(1)
            ))),
            AsOf::Time(time) => {
                // Times of entries never go back, so the one that is sought divides them.
                let (mut before, mut after) = (0, durable);
                while before < after {
                    let middle = before + (after - before) / 2;
                    if self.reader.header(middle)?.0.time <= time {
                        before = middle + 1;
                    } else {
                        after = middle;
                    }
                }
                match before {
                    0 => Err(HistoryFailed::NoSuchMoment(
                        "there is no entry as early as that".to_owned(),
                    )),
                    entries => Ok(entries),
                }
            }
        }
    }

    /// Brings the tail up to `durable` entries.
    fn follow(&self, followed: &mut Followed, durable: u64) -> Result<(), HistoryFailed> {
        if followed.next >= durable {
            return Ok(());
        }
        let start =
            |entry| Converter::new(Arc::clone(&self.tables), Arc::clone(&self.directory), entry);
        let mut converter = start(followed.next);
        let Followed { tail, next, .. } = &mut *followed;
        ahead::batches(&self.reader, *next..durable, Look::Reading, |header, events| {
            converter.add(header, events)?;
            if converter.rows() >= CHUNK_ROWS {
                let end = converter.end_entry();
                let full = std::mem::replace(&mut converter, start(end));
                tail.push(Arc::new(full.finish(false)?));
                *next = end;
            }
            Ok(())
        })?;
        let end = converter.end_entry();
        if end > *next {
            tail.push(Arc::new(converter.finish(false)?));
            *next = end;
        }
        if followed.tail.len() > SMALL_CHUNKS {
            followed.tail = merged(&followed.tail)?;
        }
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Followed> {
        self.followed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Many small chunks as fewer large ones.
fn merged(tail: &[Arc<Chunk>]) -> Result<Vec<Arc<Chunk>>, HistoryFailed> {
    let mut out: Vec<Arc<Chunk>> = Vec::new();
    for chunk in tail {
        let small = |chunk: &Chunk| {
            let rows = chunk.tables.iter().flatten().map(arrow::array::RecordBatch::num_rows);
            rows.sum::<usize>() < CHUNK_ROWS
        };
        match out.last_mut() {
            Some(last) if small(last) && small(chunk) => *last = Arc::new(joined(last, chunk)?),
            _ => out.push(Arc::clone(chunk)),
        }
    }
    Ok(out)
}

fn joined(first: &Chunk, second: &Chunk) -> Result<Chunk, HistoryFailed> {
    let mut tables = Vec::with_capacity(first.tables.len());
    for pair in first.tables.iter().zip(&second.tables) {
        tables.push(match pair {
            (Some(a), Some(b)) => Some(arrow::compute::concat_batches(&a.schema(), [a, b])?),
            (a, b) => a.clone().or_else(|| b.clone()),
        });
    }
    Ok(Chunk { first_entry: first.first_entry, end_entry: second.end_entry, tables })
}

/// The last header that is in files is the one the journal has there: with it, by the chain, all before.
fn check_same_journal<D: Disk>(
    reader: &Reader<D>,
    manifest: &Manifest,
) -> Result<(), HistoryFailed> {
    let Some(last) = manifest.segments.last() else { return Ok(()) };
    let entry = last.end_entry - 1;
    if entry >= reader.entries() {
        let what = format!(
            "they reach to entry {entry}, and this journal has {} entries",
            reader.entries()
        );
        return Err(HistoryFailed::Foreign { what });
    }
    let (header, _) = reader.header(entry)?;
    if crate::convert::hex(&header.hash()) == last.last_header {
        Ok(())
    } else {
        Err(HistoryFailed::Foreign { what: format!("entry {entry} is another one there") })
    }
}
