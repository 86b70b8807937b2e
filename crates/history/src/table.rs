//! A stored table as one moment saw it: the files that end before it, the one file in which it lies, cut
//! there, and the rows that are not in files yet. Each row of the journal is in exactly one of them.

use crate::footers::Footers;
use crate::lookup::{self, Lookup};
use crate::manifest::RolledFile;
use crate::stored::StoredTable;
use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{SchemaRef, UInt64Type};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DFSchema, Result, Statistics, stats::Precision};
use datafusion::datasource::TableType;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::datasource::physical_plan::parquet::CachedParquetFileReaderFactory;
use datafusion::datasource::physical_plan::{
    FileGroup, FileScanConfigBuilder, ParquetFileReaderFactory, ParquetSource,
};
use datafusion::datasource::source::DataSourceExec;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, col, lit};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::union::UnionExec;
use std::sync::Arc;

/// A stored table at a moment.
#[derive(Debug)]
pub struct Stored {
    /// What it is.
    pub table: StoredTable,
    /// Where its files lie.
    pub store: ObjectStoreUrl,
    /// The same, if it is a folder.
    pub near: Option<Arc<Footers>>,
    /// Files whose rows all lie before the moment.
    pub whole: Vec<RolledFile>,
    /// The file the moment lies in.
    pub cut: Option<RolledFile>,
    /// Rows that are in no file, each batch in the order of entries.
    pub tail: Vec<RecordBatch>,
    /// The entry behind the last one that is in files: the tail is seen from it on.
    pub filed: u64,
    /// Entries before this one are seen.
    pub entries: u64,
}

#[async_trait]
impl TableProvider for Stored {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.table.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>> {
        // Files skip what they can by them; the plan filters again.
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let limit = if filters.is_empty() { limit } else { None };
        let mut parts: Vec<Arc<dyn ExecutionPlan>> = Vec::with_capacity(3);
        if !self.whole.is_empty() {
            let threads = state.config().target_partitions();
            let looked_up = self.looked_up(state, threads, projection, filters, limit)?;
            parts.push(match looked_up {
                Some(plan) => plan,
                None => {
                    let predicate = self.predicate(state, filters.to_vec())?;
                    self.files(state, self.groups(threads), projection, predicate, limit)?
                }
            });
        }
        if let Some(cut) = &self.cut {
            parts.push(self.cut_file(state, cut, projection, filters)?);
        }
        let tail = self.seen_tail();
        if !tail.is_empty() || parts.is_empty() {
            let source = MemorySourceConfig::try_new(&[tail], self.schema(), projection.cloned())?;
            parts.push(DataSourceExec::from_data_source(source.with_limit(limit)));
        }
        match parts.len() {
            1 => Ok(parts.remove(0)),
            _ => UnionExec::try_new(parts),
        }
    }
}

impl Stored {
    /// The rows of a few keys in the whole files, if these are sorted by it and the conditions name them.
    fn looked_up(
        &self,
        state: &dyn Session,
        threads: usize,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let Some(sorted_by) = self.table.sorted_by else { return Ok(None) };
        let Some(keys) = lookup::keys(filters, sorted_by) else { return Ok(None) };
        let columns = projection.cloned();
        let columns = columns.unwrap_or_else(|| (0..self.table.schema.fields().len()).collect());
        let lookup = Lookup {
            factory: self.reader_factory(state)?,
            near: self.near.clone(),
            table: self.schema(),
            key: self.table.schema.index_of(sorted_by)?,
            keys: keys.into(),
            columns: columns.into(),
        };
        let files = self.whole.iter().map(|file| PartitionedFile::new(&file.name, file.bytes));
        let files: Vec<PartitionedFile> = files.collect();
        lookup.plan(&files, threads, limit).map(Some)
    }

    /// Reads files of the archive; their footers are kept for the next question.
    fn reader_factory(&self, state: &dyn Session) -> Result<Arc<dyn ParquetFileReaderFactory>> {
        let cache = state.runtime_env().cache_manager.get_file_metadata_cache();
        let store = state.runtime_env().object_store(&self.store)?;
        Ok(Arc::new(CachedParquetFileReaderFactory::new(store, cache)))
    }

    fn predicate(
        &self,
        state: &dyn Session,
        filters: Vec<Expr>,
    ) -> Result<Option<Arc<dyn PhysicalExpr>>> {
        let Some(all) = conjunction(filters) else { return Ok(None) };
        let schema = DFSchema::try_from(self.schema())?;
        state.create_physical_expr(all, &schema).map(Some)
    }

    /// The whole files, in as many groups as there are threads.
    fn groups(&self, threads: usize) -> Vec<FileGroup> {
        let size = self.whole.len().div_ceil(threads.max(1)).max(1);
        let group = |files: &[RolledFile]| files.iter().map(|f| self.file(f)).collect::<Vec<_>>();
        self.whole.chunks(size).map(|files| FileGroup::new(group(files))).collect()
    }

    fn file(&self, file: &RolledFile) -> PartitionedFile {
        let mut statistics = Statistics::new_unknown(&self.table.schema);
        statistics.num_rows = Precision::Exact(file.rows as usize);
        PartitionedFile::new(&file.name, file.bytes).with_statistics(Arc::new(statistics))
    }

    fn files(
        &self,
        state: &dyn Session,
        groups: Vec<FileGroup>,
        projection: Option<&Vec<usize>>,
        predicate: Option<Arc<dyn PhysicalExpr>>,
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let options = state.config_options().execution.parquet.clone();
        let options =
            datafusion::config::TableParquetOptions { global: options, ..Default::default() };
        let mut source = ParquetSource::new(self.schema()).with_table_parquet_options(options);
        source = source.with_parquet_file_reader_factory(self.reader_factory(state)?);
        if let Some(predicate) = predicate {
            source = source.with_predicate(predicate);
        }
        let rows: u64 = groups.iter().flat_map(FileGroup::iter).map(rows_of).sum();
        let mut statistics = Statistics::new_unknown(&self.table.schema);
        statistics.num_rows = Precision::Exact(rows as usize);
        let config = FileScanConfigBuilder::new(self.store.clone(), Arc::new(source))
            .with_file_groups(groups)
            .with_statistics(statistics)
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }

    /// The rows before the moment of the file it lies in.
    fn cut_file(
        &self,
        state: &dyn Session,
        file: &RolledFile,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let before = col("entry").lt(lit(self.entries));
        let mut all = filters.to_vec();
        all.push(before.clone());
        let predicate = self.predicate(state, all)?;
        let group = FileGroup::new(vec![self.file(file)]);
        // The place of the moment must be read, asked for or not; the projection comes after it.
        let plan = self.files(state, vec![group], None, predicate, None)?;
        let schema = DFSchema::try_from(self.schema())?;
        let before = state.create_physical_expr(before, &schema)?;
        let filtered: Arc<dyn ExecutionPlan> = Arc::new(FilterExec::try_new(before, plan)?);
        let Some(projection) = projection else { return Ok(filtered) };
        let mut columns = Vec::with_capacity(projection.len());
        for at in projection {
            let name = self.table.schema.field(*at).name();
            let column = datafusion::physical_expr::expressions::Column::new(name, *at);
            columns.push((Arc::new(column) as Arc<dyn PhysicalExpr>, name.clone()));
        }
        Ok(Arc::new(ProjectionExec::try_new(columns, filtered)?))
    }

    fn seen_tail(&self) -> Vec<RecordBatch> {
        let seen = |batch: &RecordBatch| {
            let entries = batch.column(0).as_primitive::<UInt64Type>().values();
            let start = entries.partition_point(|entry| *entry < self.filed);
            let end = entries.partition_point(|entry| *entry < self.entries);
            (start < end).then(|| batch.slice(start, end - start))
        };
        self.tail.iter().filter_map(seen).collect()
    }
}

fn rows_of(file: &PartitionedFile) -> u64 {
    let rows = file.statistics.as_ref().and_then(|s| s.num_rows.get_value().copied());
    rows.unwrap_or(0) as u64
}
