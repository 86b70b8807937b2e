//! Files of an archive that is a folder, read where they lie: their footers are kept from question to question,
//! and a page is one read. Through the object store's interface each of the few small reads of a statement would
//! be handed to another thread, and each footer's schema made again.

use arrow::datatypes::{Field, Schema};
use arrow::error::ArrowError;
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, RowSelection};
use parquet::errors::ParquetError;
use parquet::file::metadata::PageIndexPolicy;
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::reader::{ChunkReader, Length};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Footers that are kept at most; with more files they are forgotten and read again.
const FOOTERS_MAX: usize = 1_024;

/// The folder, and footers of its files by name. A file never changes, so neither does its footer.
#[derive(Debug)]
pub struct Footers {
    folder: PathBuf,
    known: Mutex<HashMap<String, Arc<Filed>>>,
}

impl Footers {
    /// None yet, of the files in a folder.
    pub fn of(folder: &Path) -> Footers {
        Footers { folder: folder.to_owned(), known: Mutex::default() }
    }

    /// A file and its footer; `key` is the column it is sorted by.
    ///
    /// # Errors
    /// The file cannot be read, or is not one of ours.
    pub fn open(&self, name: &str, key: &str) -> Result<(InPlace, Arc<Filed>), ParquetError> {
        let file = InPlace(Arc::new(File::open(self.folder.join(name))?));
        let known = self.lock().get(name).cloned();
        if let Some(filed) = known {
            return Ok((file, filed));
        }
        let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional);
        let filed = Arc::new(Filed::new(ArrowReaderMetadata::load(&file, options)?, key)?);
        let mut known = self.lock();
        if known.len() >= FOOTERS_MAX {
            known.clear();
        }
        known.insert(name.to_owned(), Arc::clone(&filed));
        Ok((file, filed))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Filed>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A file whose parts are read by their places.
#[derive(Clone, Debug)]
pub struct InPlace(Arc<File>);

impl Length for InPlace {
    fn len(&self) -> u64 {
        self.0.metadata().map_or(0, |metadata| metadata.len())
    }
}

impl ChunkReader for InPlace {
    type T = BufReader<Onwards>;

    fn get_read(&self, start: u64) -> parquet::errors::Result<BufReader<Onwards>> {
        Ok(BufReader::new(Onwards { file: Arc::clone(&self.0), at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        let mut bytes = vec![0; length];
        self.0.read_exact_at(&mut bytes, start)?;
        Ok(bytes.into())
    }
}

/// A file from a place on.
#[derive(Debug)]
pub struct Onwards {
    file: Arc<File>,
    at: u64,
}

impl Read for Onwards {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read_at(into, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

/// Rows of a file that are read together: those of one page of the key's column.
#[derive(Debug)]
struct Page {
    group: usize,
    rows: Range<usize>,
    /// The least and the most key; everything if the file does not say.
    keys: (u32, u32),
}

/// A file's footer, and what a look-up needs of it.
#[derive(Debug)]
pub struct Filed {
    /// The footer.
    pub footer: ArrowReaderMetadata,
    /// The key's place among the columns.
    key: usize,
    /// Its pages, in order.
    pages: Vec<Page>,
}

impl Filed {
    /// Of a file that is sorted by the column `key`.
    ///
    /// # Errors
    /// There is no such column.
    pub fn new(footer: ArrowReaderMetadata, key: &str) -> Result<Filed, ParquetError> {
        let key = footer.schema().index_of(key)?;
        let metadata = footer.metadata();
        let mut pages = Vec::new();
        for (at, group) in metadata.row_groups().iter().enumerate() {
            let rows = group.num_rows() as usize;
            let index = metadata.column_index().and_then(|index| index.get(at)?.get(key));
            let places = metadata.offset_index().and_then(|index| index.get(at)?.get(key));
            let (Some(ColumnIndexMetaData::INT32(index)), Some(places)) = (index, places) else {
                pages.push(Page { group: at, rows: 0..rows, keys: (0, u32::MAX) });
                continue;
            };
            let starts: Vec<usize> = places
                .page_locations()
                .iter()
                .map(|page| page.first_row_index as usize)
                .chain([rows])
                .collect();
            let bounds = index.min_values().iter().zip(index.max_values());
            pages.extend(starts.windows(2).zip(bounds).map(|(rows, (least, most))| Page {
                group: at,
                rows: rows[0]..rows[1],
                // Numbers without a sign are compared as such.
                keys: (*least as u32, *most as u32),
            }));
        }
        Ok(Filed { footer, key, pages })
    }

    /// Groups of rows and rows of them that have a key between a least and a most one for which `can` says
    /// yes, if there are any.
    pub fn places(&self, can: impl Fn(u32, u32) -> bool) -> Option<(Vec<usize>, RowSelection)> {
        let (mut groups, mut ranges, mut before): (Vec<usize>, Vec<Range<usize>>, usize) =
            (Vec::new(), Vec::new(), 0);
        let rows_of = |group: usize| self.footer.metadata().row_group(group).num_rows() as usize;
        for page in self.pages.iter().filter(|page| can(page.keys.0, page.keys.1)) {
            if groups.last() != Some(&page.group) {
                before += groups.last().map_or(0, |last| rows_of(*last));
                groups.push(page.group);
            }
            let rows = page.rows.start + before..page.rows.end + before;
            match ranges.last_mut() {
                // No border between those that touch.
                Some(last) if last.end == rows.start => last.end = rows.end,
                _ => ranges.push(rows),
            }
        }
        let all = before + rows_of(*groups.last()?);
        Some((groups, RowSelection::from_consecutive_ranges(ranges.into_iter(), all)))
    }

    /// The columns of `schema` and the key.
    ///
    /// # Errors
    /// The file lacks one.
    pub fn mask(&self, schema: &Schema) -> Result<ProjectionMask, ArrowError> {
        let place = |field: &Arc<Field>| self.footer.schema().index_of(field.name());
        let mut wanted: Vec<usize> = schema.fields().iter().map(place).collect::<Result<_, _>>()?;
        wanted.push(self.key);
        Ok(ProjectionMask::roots(self.footer.parquet_schema(), wanted))
    }
}
