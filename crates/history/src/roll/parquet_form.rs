//! The form of the files: what is compressed how, how long row groups and pages are, and which columns get
//! which encoding. `bench/README.md` has what a transfer takes and what other forms took.

use crate::failed::HistoryFailed;
use crate::stored::{MONEY, NARROW_MONEY, StoredTable, TEXT};
use arrow::array::{Array, AsArray, Decimal128Array, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Decimal128Type, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::schema::types::ColumnPath;
use std::sync::Arc;

/// Rows of a row group: what is skipped at once, and what one thread takes.
const ROW_GROUP_ROWS: usize = 131_072;
/// Rows of a page.
const PAGE_ROWS: usize = 8_192;
/// Rows of a page where files are sorted by account: what a look at one account reads of each.
const LOOKUP_PAGE_ROWS: usize = 2_048;
/// Values of the money column that fit 18 digits.
const NARROW_LIMIT: i128 = 10_i128.pow(18);

/// The rows as a Parquet file.
///
/// # Errors
/// What the writer says.
pub fn to_parquet(table: &StoredTable, rows: &RecordBatch) -> Result<Vec<u8>, HistoryFailed> {
    let rows = as_filed(rows)?;
    let failed = |source: parquet::errors::ParquetError| HistoryFailed::Archive {
        doing: "encode",
        name: table.name.to_owned(),
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

fn properties(table: &StoredTable, schema: &Schema) -> WriterProperties {
    let page_rows = if table.sorted_by.is_some() { LOOKUP_PAGE_ROWS } else { PAGE_ROWS };
    let many = has_most_rows(table);
    // Differences are small already, and making what Zstandard needs to unpack a page was a third of what the
    // threads of a statement did.
    let compression = if many {
        Compression::UNCOMPRESSED
    } else {
        Compression::ZSTD(ZstdLevel::try_new(1).unwrap_or_default())
    };
    let mut properties = WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_2_0)
        .set_compression(compression)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_data_page_row_count_limit(page_rows)
        .set_write_batch_size(page_rows)
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_created_by("tongjian".to_owned());
    for field in schema.fields() {
        let path = ColumnPath::from(field.name().as_str());
        if many && !skipped_by(field) {
            properties =
                properties.set_column_statistics_enabled(path.clone(), EnabledStatistics::None);
        }
        if let Some(encoding) = encoding(many, field) {
            properties = properties
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path, encoding);
        }
    }
    properties.build()
}

/// How a column is encoded. Transfers and postings are most of an archive: their numbers lie as differences, which
/// is faster to write than a dictionary and never has to be read whole for a page that is looked into (with
/// dictionaries of amounts and counterparties a statement of 217 rows read 13 MB). The other tables' columns
/// repeat, and a dictionary suits them.
fn encoding(many: bool, field: &Field) -> Option<Encoding> {
    let rises = matches!(field.name().as_str(), "entry" | "row" | "time" | "first_record");
    let number = field.data_type().is_integer()
        || matches!(field.data_type(), DataType::Date32 | DataType::Timestamp(..))
        || *field.data_type() == NARROW_MONEY;
    (rises || many && number).then_some(Encoding::DELTA_BINARY_PACKED)
}

/// The tables with a row or two for each payment.
fn has_most_rows(table: &StoredTable) -> bool {
    matches!(table.name, "transfers" | "postings")
}

/// Whether anybody skips rows of a large table by this column: by where a row stands, when it was and whose it
/// is. The least and the most of the other columns' pages would be found for nobody.
fn skipped_by(field: &Field) -> bool {
    let name = field.name().as_str();
    let skips = ["entry", "time", "booking_date", "value_date", "transfer_hi", "transfer_lo"];
    skips.contains(&name) || name.ends_with("_key")
}

/// Money in 64 bits where every amount of the file fits, texts as plain strings.
fn as_filed(rows: &RecordBatch) -> Result<RecordBatch, HistoryFailed> {
    let schema = rows.schema();
    let mut fields = Vec::with_capacity(schema.fields().len());
    let mut columns = Vec::with_capacity(fields.capacity());
    for (field, column) in schema.fields().iter().zip(rows.columns()) {
        if *field.data_type() == MONEY && fits(column.as_primitive::<Decimal128Type>()) {
            let narrow = column.as_primitive::<Decimal128Type>().clone();
            columns.push(Arc::new(narrow.with_data_type(NARROW_MONEY)) as _);
            fields.push(Arc::new(field.as_ref().clone().with_data_type(NARROW_MONEY)));
        } else if *field.data_type() == TEXT {
            columns.push(cast(column, &DataType::Utf8)?);
            fields.push(Arc::new(field.as_ref().clone().with_data_type(DataType::Utf8)));
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
