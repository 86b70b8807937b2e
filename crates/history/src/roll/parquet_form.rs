//! The form of the files: what is compressed how, how long row groups and pages are, and which columns get
//! which encoding. `bench/README.md` has what a transfer takes; other forms were not measured against this one.

use crate::failed::HistoryFailed;
use crate::stored::{MONEY, NARROW_MONEY};
use arrow::array::{Array, AsArray, Decimal128Array, RecordBatch};
use arrow::datatypes::{DataType, Decimal128Type, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::schema::types::ColumnPath;
use std::sync::Arc;

/// Rows of a row group: what is skipped at once, and what one thread takes.
const ROW_GROUP_ROWS: usize = 131_072;
/// Rows of a page: what a look at one account reads.
const PAGE_ROWS: usize = 8_192;
/// Values of the money column that fit 18 digits.
const NARROW_LIMIT: i128 = 10_i128.pow(18);

/// The rows as a Parquet file.
///
/// # Errors
/// What the writer says.
pub fn to_parquet(table: &str, rows: &RecordBatch) -> Result<Vec<u8>, HistoryFailed> {
    let rows = narrow(rows)?;
    let failed = |source: parquet::errors::ParquetError| HistoryFailed::Archive {
        doing: "encode",
        name: table.to_owned(),
        source: source.into(),
    };
    let properties = properties(table, &rows.schema());
    let mut bytes = Vec::with_capacity(rows.num_rows() * 24);
    let mut writer =
        ArrowWriter::try_new(&mut bytes, rows.schema(), Some(properties)).map_err(failed)?;
    writer.write(&rows).map_err(failed)?;
    writer.close().map_err(failed)?;
    Ok(bytes)
}

/// The rows of an answer as a Parquet file, with the writer's own choices.
///
/// # Errors
/// What the writer says.
pub fn parquet_of(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<Vec<u8>, HistoryFailed> {
    let failed = |source: parquet::errors::ParquetError| HistoryFailed::Archive {
        doing: "encode",
        name: "the answer".to_owned(),
        source: source.into(),
    };
    let compression = Compression::ZSTD(ZstdLevel::try_new(1).unwrap_or_default());
    let properties = WriterProperties::builder().set_compression(compression).build();
    let mut bytes = Vec::new();
    let mut writer =
        ArrowWriter::try_new(&mut bytes, Arc::clone(schema), Some(properties)).map_err(failed)?;
    for batch in batches {
        writer.write(batch).map_err(failed)?;
    }
    writer.close().map_err(failed)?;
    Ok(bytes)
}

fn properties(table: &str, schema: &Schema) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_2_0)
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).unwrap_or_default()))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_write_batch_size(PAGE_ROWS)
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_created_by("tongjian".to_owned());
    for field in schema.fields() {
        let path = ColumnPath::from(field.name().as_str());
        if let Some(encoding) = encoding(table, field) {
            properties = properties
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path, encoding);
        }
    }
    properties.build()
}

/// Columns that rise or differ in every row; all others repeat, and a dictionary suits them.
fn encoding(table: &str, field: &Field) -> Option<Encoding> {
    let rises = match field.name().as_str() {
        "entry" | "row" | "time" | "transfer_hi" | "transfer_lo" | "first_record" => true,
        "account_key" => table == "postings",
        _ => false,
    };
    rises.then_some(Encoding::DELTA_BINARY_PACKED)
}

/// Money in 64 bits where every amount of the file fits.
fn narrow(rows: &RecordBatch) -> Result<RecordBatch, HistoryFailed> {
    let schema = rows.schema();
    let mut fields = Vec::with_capacity(schema.fields().len());
    let mut columns = Vec::with_capacity(fields.capacity());
    for (field, column) in schema.fields().iter().zip(rows.columns()) {
        if *field.data_type() == MONEY && fits(column.as_primitive::<Decimal128Type>()) {
            let narrow = column.as_primitive::<Decimal128Type>().clone();
            columns.push(Arc::new(narrow.with_data_type(NARROW_MONEY)) as _);
            fields.push(Arc::new(field.as_ref().clone().with_data_type(NARROW_MONEY)));
        } else {
            columns.push(Arc::clone(column));
            fields.push(Arc::clone(field));
        }
    }
    let schema = Schema::new_with_metadata(fields, schema.metadata().clone());
    Ok(RecordBatch::try_new(Arc::new(schema), columns)?)
}

fn fits(column: &Decimal128Array) -> bool {
    debug_assert!(matches!(column.data_type(), DataType::Decimal128(..)));
    column.values().iter().all(|value| value.unsigned_abs() < NARROW_LIMIT as u128)
}
