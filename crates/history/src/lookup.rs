//! The rows of a few keys out of files that are sorted by that key: the postings of one account. Of each file
//! only the pages are read in which the key can be. The engine's own scan can do that too, but prepares every
//! file for any condition there is, which took most of a statement (`bench/README.md`).

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use arrow::compute::{cast, concat_batches, filter_record_batch};
use arrow::datatypes::{Schema, SchemaRef, UInt32Type};
use datafusion::common::{DataFusionError, Result, ScalarValue};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::ParquetFileReaderFactory;
use datafusion::execution::TaskContext;
use datafusion::logical_expr::expr::InList;
use datafusion::logical_expr::{BinaryExpr, Expr, Operator};
use datafusion::physical_plan::metrics::ExecutionPlanMetricsSet;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::PartitionStream;
use datafusion::physical_plan::streaming::StreamingTableExec;
use datafusion::physical_plan::{ExecutionPlan, SendableRecordBatchStream};
use futures::{Stream, StreamExt, TryStreamExt, stream};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, RowSelection};
use parquet::arrow::async_reader::{AsyncFileReader, ParquetRecordBatchStreamBuilder};
use parquet::file::metadata::PageIndexPolicy;
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// Keys that are looked up one by one at most; more of them are a scan.
const KEYS_MAX: usize = 64;
/// Files that are read ahead.
const AHEAD: usize = 2;
/// Rows that are handed on at once, at least, if there are more to come.
const BATCH_ROWS: usize = 4_096;

/// The keys that a conjunction of conditions leaves possible, if it names them one by one.
pub fn keys(filters: &[Expr], column: &str) -> Option<Vec<u32>> {
    let mut keys = filters.iter().find_map(|filter| keys_of(filter, column))?;
    keys.sort_unstable();
    keys.dedup();
    (keys.len() <= KEYS_MAX).then_some(keys)
}

fn keys_of(filter: &Expr, column: &str) -> Option<Vec<u32>> {
    let names = |expr: &Expr| matches!(expr, Expr::Column(named) if named.name == column);
    match filter {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) => {
            match (names(left), names(right)) {
                (true, _) => key_of(right).map(|key| vec![key]),
                (_, true) => key_of(left).map(|key| vec![key]),
                _ => None,
            }
        }
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Or, right }) => {
            let mut keys = keys_of(left, column)?;
            keys.extend(keys_of(right, column)?);
            Some(keys)
        }
        Expr::InList(InList { expr, list, negated: false }) if names(expr) => {
            list.iter().map(key_of).collect()
        }
        _ => None,
    }
}

fn key_of(expr: &Expr) -> Option<u32> {
    match expr {
        Expr::Literal(ScalarValue::UInt32(key), _) => *key,
        _ => None,
    }
}

/// What is looked up.
#[derive(Clone)]
pub struct Lookup {
    /// Reads files, and keeps their footers.
    pub factory: Arc<dyn ParquetFileReaderFactory>,
    /// The table's columns.
    pub table: SchemaRef,
    /// Which column the files are sorted by.
    pub key: usize,
    /// The keys, sorted.
    pub keys: Arc<[u32]>,
    /// Which columns are wanted.
    pub columns: Arc<[usize]>,
}

impl fmt::Debug for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.table.field(self.key).name();
        write!(f, "Lookup {{ {key} in {:?} }}", self.keys)
    }
}

impl Lookup {
    /// The plan that finds the rows in these files, on so many threads.
    ///
    /// # Errors
    /// A column that the table does not have.
    pub fn plan(
        self,
        files: &[PartitionedFile],
        threads: usize,
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let schema = Arc::new(self.table.project(&self.columns)?);
        let size = files.len().div_ceil(threads.max(1)).max(1);
        let parts = files.chunks(size).map(|files| {
            let part =
                Part { of: self.clone(), files: files.to_vec(), schema: Arc::clone(&schema) };
            Arc::new(part) as Arc<dyn PartitionStream>
        });
        let plan = StreamingTableExec::try_new(
            Arc::clone(&schema),
            parts.collect(),
            None,
            [],
            false,
            limit,
        )?;
        Ok(Arc::new(plan))
    }

    /// Groups of rows and rows of them in which a key can be.
    fn places(&self, footer: &ArrowReaderMetadata, key: usize) -> (Vec<usize>, RowSelection) {
        let metadata = footer.metadata();
        let (mut groups, mut ranges, mut before) = (Vec::new(), Vec::new(), 0);
        for (at, group) in metadata.row_groups().iter().enumerate() {
            let rows = group.num_rows() as usize;
            let index = metadata.column_index().and_then(|index| index.get(at)?.get(key));
            let pages = metadata.offset_index().and_then(|index| index.get(at)?.get(key));
            let found: Vec<Range<usize>> = match (index, pages) {
                (Some(ColumnIndexMetaData::INT32(index)), Some(pages)) => {
                    let starts: Vec<usize> = pages
                        .page_locations()
                        .iter()
                        .map(|page| page.first_row_index as usize)
                        .chain([rows])
                        .collect();
                    let bounds = index.min_values().iter().zip(index.max_values());
                    // Numbers without a sign are compared as such.
                    let can =
                        |(least, most): (&i32, &i32)| self.any_in(*least as u32, *most as u32);
                    let pages = starts.windows(2).zip(bounds);
                    let pages = pages.filter(|(_, bounds)| can(*bounds));
                    pages.map(|(rows, _)| rows[0]..rows[1]).collect()
                }
                _ => std::iter::once(0..rows).collect(),
            };
            if !found.is_empty() {
                groups.push(at);
                ranges.extend(found.into_iter().map(|rows| rows.start + before..rows.end + before));
                before += rows;
            }
        }
        (groups, RowSelection::from_consecutive_ranges(joined(ranges).into_iter(), before))
    }

    fn any_in(&self, least: u32, most: u32) -> bool {
        let first = self.keys.partition_point(|key| *key < least);
        self.keys.get(first).is_some_and(|key| *key <= most)
    }

    /// The rows of one file.
    async fn rows(self, file: PartitionedFile, schema: SchemaRef) -> Result<Vec<RecordBatch>> {
        let file_name = file.object_meta.location.clone();
        let metrics = ExecutionPlanMetricsSet::new();
        let mut reader: Box<dyn AsyncFileReader> =
            self.factory.create_reader(0, file, None, &metrics)?;
        let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional);
        let footer = ArrowReaderMetadata::load_async(&mut reader, options).await?;
        let filed = Arc::clone(footer.schema());
        let place = |column: &str| {
            filed.index_of(column).map_err(|error| {
                DataFusionError::External(format!("{file_name} lacks a column: {error}").into())
            })
        };
        let key = place(self.table.field(self.key).name())?;
        let (groups, selection) = self.places(&footer, key);
        if groups.is_empty() {
            return Ok(Vec::new());
        }
        let mut wanted: Vec<usize> =
            schema.fields().iter().map(|field| place(field.name())).collect::<Result<_>>()?;
        wanted.push(key);
        let mask = ProjectionMask::roots(footer.parquet_schema(), wanted);
        let rows = ParquetRecordBatchStreamBuilder::new_with_metadata(reader, footer)
            .with_projection(mask)
            .with_row_groups(groups)
            .with_row_selection(selection)
            .build()?;
        let rows: Vec<RecordBatch> = rows.try_collect().await?;
        let mut found = Vec::with_capacity(1);
        for batch in rows {
            let kept = self.kept(&batch)?;
            if kept.num_rows() > 0 {
                found.push(in_form(&kept, &schema)?);
            }
        }
        Ok(found)
    }

    /// The rows of a batch that have one of the keys.
    fn kept(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        let name = self.table.field(self.key).name();
        let column = batch.column_by_name(name).and_then(|c| c.as_primitive_opt::<UInt32Type>());
        let column = column.ok_or_else(|| {
            DataFusionError::External(format!("{name} is not a column of keys").into())
        })?;
        let kept = column.values().iter().map(|key| self.keys.binary_search(key).is_ok());
        Ok(filter_record_batch(batch, &BooleanArray::from_iter(kept.map(Some)))?)
    }
}

/// Ranges without borders between those that touch.
fn joined(ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match out.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => out.push(range),
        }
    }
    out
}

/// The columns in the order and of the types of `schema`.
fn in_form(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch> {
    let column = |field: &Arc<arrow::datatypes::Field>| {
        let column = batch.column(batch.schema_ref().index_of(field.name())?);
        if column.data_type() == field.data_type() {
            return Ok(Arc::clone(column));
        }
        cast(column, field.data_type())
    };
    let columns: Result<Vec<_>, _> = schema.fields().iter().map(column).collect();
    let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(RecordBatch::try_new_with_options(Arc::clone(schema), columns?, &options)?)
}

/// The files of one thread.
#[derive(Debug)]
struct Part {
    of: Lookup,
    files: Vec<PartitionedFile>,
    schema: SchemaRef,
}

impl PartitionStream for Part {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let (of, schema) = (self.of.clone(), Arc::clone(&self.schema));
        let rows = stream::iter(self.files.clone())
            .map(move |file| of.clone().rows(file, Arc::clone(&schema)))
            .buffered(AHEAD);
        let rows = in_batches(rows, Arc::clone(&self.schema));
        Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), rows))
    }
}

/// A few rows of each file, handed on together.
fn in_batches(
    files: impl Stream<Item = Result<Vec<RecordBatch>>> + Send,
    schema: Arc<Schema>,
) -> impl Stream<Item = Result<RecordBatch>> + Send {
    let waiting: Vec<RecordBatch> = Vec::new();
    let state = Some((Box::pin(files), waiting));
    stream::try_unfold(state, move |state| {
        let schema = Arc::clone(&schema);
        async move {
            let Some((mut files, mut waiting)) = state else { return Ok(None) };
            loop {
                let more = files.next().await.transpose()?;
                let ended = more.is_none();
                waiting.extend(more.into_iter().flatten());
                let rows: usize = waiting.iter().map(RecordBatch::num_rows).sum();
                if ended && rows == 0 {
                    return Ok(None);
                }
                if ended || rows >= BATCH_ROWS {
                    let batch = concat_batches(&schema, &waiting)?;
                    let rest = (!ended).then_some((files, Vec::new()));
                    return Ok(Some((batch, rest)));
                }
            }
        }
    })
}
