//! What may be done to files behind the journal's back, by somebody who knows the archive and writes a
//! manifest that agrees with it: rows lost, doubled or changed.

use super::script::Line;
use arrow::array::{ArrayRef, RecordBatch, StringArray, UInt32Array};
use arrow::compute::{cast, concat, concat_batches, take_record_batch};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use history::{Archive, Manifest};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// What becomes of a row.
#[derive(Clone, Copy)]
enum Deed {
    Lose,
    Double,
    Change,
}

/// One deed to the rows of a stored table that have these values.
pub struct Damage {
    place: String,
    table: String,
    deed: Deed,
    of: Vec<(String, String)>,
    to: Vec<(String, String)>,
}

impl Damage {
    /// `archive postings loses entry=1 row=0 leg=1`, `archive entries doubles entry=1`, or
    /// `archive entries changes entry=1 to records=3`; columns as they are stored.
    pub fn read(line: &Line) -> Damage {
        let place = line.place.clone();
        let [_, table, verb, values @ ..] = &line.words[..] else {
            panic!("{place}: which table, and what becomes of it?");
        };
        let deed = match verb.as_str() {
            "loses" => Deed::Lose,
            "doubles" => Deed::Double,
            "changes" => Deed::Change,
            other => panic!("{place}: nobody knows how an archive {other}"),
        };
        let pairs = |words: &[String]| -> Vec<(String, String)> {
            let pair = |word: &String| word.split_once('=').map(|(a, b)| (a.into(), b.into()));
            words.iter().map(|w| pair(w).unwrap_or_else(|| panic!("{place}: {w}"))).collect()
        };
        let mut parts = values.split(|word| word == "to").map(pairs);
        let (of, to) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        assert_eq!(matches!(deed, Deed::Change), !to.is_empty(), "{place}: changes … to …");
        Damage { place: place.clone(), table: table.clone(), deed, of, to }
    }

    /// Does it, and enters what the files are then into the manifest.
    pub async fn apply(&self, archive: &Archive, manifest: &mut Manifest) {
        let mut hit = 0;
        for segment in &mut manifest.segments {
            let Some(file) = segment.files.get_mut(&self.table) else { continue };
            let bytes = archive.read(&file.name).await.unwrap().unwrap();
            let rows = self.rows(read(bytes), &mut hit);
            let bytes = history::parquet_of(&rows.schema(), std::slice::from_ref(&rows)).unwrap();
            file.rows = rows.num_rows() as u64;
            file.bytes = bytes.len() as u64;
            file.sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            archive.put(&file.name, bytes).await.unwrap();
        }
        assert!(hit == 1, "{}: there are {hit} such rows in files", self.place);
    }

    /// The rows as they are then.
    fn rows(&self, rows: RecordBatch, hit: &mut u32) -> RecordBatch {
        let mut rows = rows;
        let mut kept: Vec<u32> = Vec::new();
        for row in 0..rows.num_rows() {
            let meant = self.of.iter().all(|(column, value)| text(&rows, column, row) == *value);
            *hit += u32::from(meant);
            let times = match (meant, self.deed) {
                (true, Deed::Lose) => 0,
                (true, Deed::Double) => 2,
                _ => 1,
            };
            kept.extend(std::iter::repeat_n(row as u32, times));
            if meant {
                for (column, value) in &self.to {
                    rows = changed(&rows, column, row, value);
                }
            }
        }
        take_record_batch(&rows, &UInt32Array::from(kept)).unwrap()
    }
}

fn read(bytes: Vec<u8>) -> RecordBatch {
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes)).unwrap();
    let schema = Arc::clone(builder.schema());
    let batches: Result<Vec<RecordBatch>, _> = builder.build().unwrap().collect();
    concat_batches(&schema, &batches.unwrap()).unwrap()
}

fn text(rows: &RecordBatch, column: &str, row: usize) -> String {
    let column = rows.column_by_name(column).unwrap_or_else(|| panic!("no column {column}"));
    let options = FormatOptions::new();
    ArrayFormatter::try_new(column.as_ref(), &options).unwrap().value(row).to_string()
}

fn changed(rows: &RecordBatch, column: &str, row: usize, value: &str) -> RecordBatch {
    let at = rows.schema().index_of(column).unwrap();
    let mut columns: Vec<ArrayRef> = rows.columns().to_vec();
    let old = Arc::clone(&columns[at]);
    let new = cast(&StringArray::from(vec![value]), old.data_type()).unwrap();
    let behind = old.slice(row + 1, rows.num_rows() - row - 1);
    columns[at] = concat(&[old.slice(0, row).as_ref(), new.as_ref(), behind.as_ref()]).unwrap();
    RecordBatch::try_new(rows.schema(), columns).unwrap()
}
