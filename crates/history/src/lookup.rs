//! The rows of a few keys out of files that are sorted by that key: the postings of one account. Of each file
//! only the pages are read in which the key can be. The engine's own scan can do that too, but prepares every
//! file for any condition there is, which took most of a statement (`bench/README.md`).

use crate::footers::{Filed, Footers};
use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::buffer::BooleanBuffer;
use arrow::compute::{cast, concat_batches, filter_record_batch};
use arrow::datatypes::{Schema, SchemaRef, UInt32Type};
use arrow::error::ArrowError;
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
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::arrow::async_reader::{AsyncFileReader, ParquetRecordBatchStreamBuilder};
use parquet::file::metadata::PageIndexPolicy;
use std::fmt;
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
    /// The same for files in a folder.
    pub near: Option<Arc<Footers>>,
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

    fn any_in(&self, least: u32, most: u32) -> bool {
        let first = self.keys.partition_point(|key| *key < least);
        self.keys.get(first).is_some_and(|key| *key <= most)
    }

    /// The rows of one file in a folder. It is read at once: a few pages, which are in memory most of the time.
    fn rows_near(
        &self,
        near: &Footers,
        name: &str,
        schema: &SchemaRef,
    ) -> Result<Vec<RecordBatch>> {
        let key = self.table.field(self.key).name();
        let (file, filed) = near.open(name, key)?;
        let places = filed.places(|least, most| self.any_in(least, most));
        let Some((groups, selection)) = places else { return Ok(Vec::new()) };
        let mask = filed.mask(schema).map_err(|error| lacking(name, &error))?;
        let rows = ParquetRecordBatchReaderBuilder::new_with_metadata(file, filed.footer.clone())
            .with_projection(mask)
            .with_batch_size(BATCH_ROWS)
            .with_row_groups(groups)
            .with_row_selection(selection)
            .build()?;
        self.found(rows.map(|batch| Ok(batch?)), schema)
    }

    /// The rows of one file of any archive.
    async fn rows(self, file: PartitionedFile, schema: SchemaRef) -> Result<Vec<RecordBatch>> {
        let name = file.object_meta.location.to_string();
        let metrics = ExecutionPlanMetricsSet::new();
        let mut reader: Box<dyn AsyncFileReader> =
            self.factory.create_reader(0, file, None, &metrics)?;
        let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional);
        let footer = ArrowReaderMetadata::load_async(&mut reader, options).await?;
        let filed = Filed::new(footer, self.table.field(self.key).name())?;
        let places = filed.places(|least, most| self.any_in(least, most));
        let Some((groups, selection)) = places else { return Ok(Vec::new()) };
        let mask = filed.mask(&schema).map_err(|error| lacking(&name, &error))?;
        let rows = ParquetRecordBatchStreamBuilder::new_with_metadata(reader, filed.footer.clone())
            .with_projection(mask)
            .with_batch_size(BATCH_ROWS)
            .with_row_groups(groups)
            .with_row_selection(selection)
            .build()?;
        let rows: Vec<RecordBatch> = rows.try_collect().await?;
        self.found(rows.into_iter().map(Ok), &schema)
    }

    /// What of the rows read has one of the keys, in the form that is asked for.
    fn found(
        &self,
        rows: impl Iterator<Item = Result<RecordBatch>>,
        schema: &SchemaRef,
    ) -> Result<Vec<RecordBatch>> {
        let mut found = Vec::with_capacity(1);
        for batch in rows {
            let kept = self.kept(&batch?)?;
            if kept.num_rows() > 0 {
                found.push(in_form(&kept, schema)?);
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
        let keys = column.values();
        let kept = BooleanBuffer::collect_bool(keys.len(), |at| self.has(keys[at]));
        Ok(filter_record_batch(batch, &BooleanArray::new(kept, None))?)
    }

    fn has(&self, key: u32) -> bool {
        match *self.keys {
            [one] => key == one,
            _ => self.keys.binary_search(&key).is_ok(),
        }
    }
}

fn lacking(name: &str, error: &ArrowError) -> DataFusionError {
    DataFusionError::External(format!("{name} lacks a column: {error}").into())
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
        let files = stream::iter(self.files.clone());
        let found = if let Some(near) = of.near.clone() {
            let found = files.then(move |file| {
                let rows = of.rows_near(&near, file.object_meta.location.as_ref(), &schema);
                // Whoever wants the query stopped is heard after each file.
                async move {
                    tokio::task::yield_now().await;
                    rows
                }
            });
            found.left_stream()
        } else {
            let found = files.map(move |file| of.clone().rows(file, Arc::clone(&schema)));
            found.buffered(AHEAD).right_stream()
        };
        let rows = in_batches(found, Arc::clone(&self.schema));
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
