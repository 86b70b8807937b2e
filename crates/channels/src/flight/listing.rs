//! What there is to ask, for clients that look around: the catalogue, its schemas and tables with their
//! columns, the types, and what this server can do. None of it is a look at anybody's data, so none of it is
//! recorded.

use super::desk::Asks;
use super::words;
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow_flight::sql::metadata::{
    SqlInfoData, SqlInfoDataBuilder, XdbcTypeInfo, XdbcTypeInfoData, XdbcTypeInfoDataBuilder,
};
use arrow_flight::sql::{
    CommandGetCatalogs, CommandGetDbSchemas, CommandGetTableTypes, CommandGetTables, Nullable,
    Searchable, SqlInfo, SqlSupportedTransaction, XdbcDataType,
};
use history::views::{self, View};
use history::{AsOf, Snapshot};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::OnceCell;
use tonic::Status;

/// The one catalogue.
const CATALOG: &str = "tongjian";
/// What the tables of the schemas `bank` and `events` are.
const VIEW: &str = "VIEW";
/// What the tables of the schema `stored` are.
const TABLE: &str = "TABLE";
/// By which key clients of Flight SQL look for a column's meaning.
const REMARKS: &str = "ARROW:FLIGHT:SQL:REMARKS";

/// One table.
struct Table {
    schema: &'static str,
    name: String,
    kind: &'static str,
    columns: SchemaRef,
}

/// What there is to ask.
pub struct Listing {
    abilities: SqlInfoData,
    types: XdbcTypeInfoData,
    /// Found out when somebody first asks; it is the same until the program is another one.
    tables: OnceCell<Vec<Table>>,
}

impl Listing {
    /// For this program.
    ///
    /// # Errors
    /// The lists cannot be made into columns.
    pub fn new() -> Result<Listing, arrow_flight::error::FlightError> {
        let (abilities, types) = (abilities()?, types()?);
        Ok(Listing { abilities, types, tables: OnceCell::new() })
    }

    /// What this server can do.
    pub fn abilities(&self) -> &SqlInfoData {
        &self.abilities
    }

    /// Its types.
    pub fn types(&self) -> &XdbcTypeInfoData {
        &self.types
    }

    /// The tables that are asked for.
    pub async fn tables(
        &self,
        desk: &Arc<dyn Asks>,
        threads: &Handle,
        question: CommandGetTables,
    ) -> Result<RecordBatch, Status> {
        let all = self.tables.get_or_try_init(|| async {
            let desk = Arc::clone(desk);
            let found = threads.spawn(async move { find(&desk).await }).await;
            found.unwrap_or_else(|_| Err(Status::internal("the tables cannot be listed")))
        });
        let mut builder = question.into_builder();
        for table in all.await? {
            builder.append(CATALOG, table.schema, &table.name, table.kind, &table.columns)?;
        }
        Ok(builder.build()?)
    }
}

/// All tables.
async fn find(desk: &Arc<dyn Asks>) -> Result<Vec<Table>, Status> {
    let taker = Arc::clone(desk);
    let snapshot = tokio::task::spawn_blocking(move || taker.taken(AsOf::Now, "")).await;
    let snapshot = snapshot.map_err(|_| Status::internal("the tables cannot be listed"))?;
    let snapshot = snapshot.map_err(|error| words::status(&error))?;
    let mut tables = Vec::new();
    for (schema, views) in [(views::BANK, views::bank()), (views::EVENTS, views::events())] {
        for (name, view) in views {
            let columns = columns(&**desk, &snapshot, schema, name).await?;
            let columns = Arc::new(explained(&columns, view));
            tables.push(Table { schema, name: name.clone(), kind: VIEW, columns });
        }
    }
    let stored: BTreeSet<String> = desk.stored().into_iter().collect();
    for name in stored {
        let columns = columns(&**desk, &snapshot, views::STORED, &name).await?;
        tables.push(Table { schema: views::STORED, name, kind: TABLE, columns });
    }
    Ok(tables)
}

async fn columns(
    desk: &dyn Asks,
    snapshot: &Snapshot,
    schema: &str,
    name: &str,
) -> Result<SchemaRef, Status> {
    let text = format!("SELECT * FROM \"{schema}\".\"{name}\"");
    let planned = desk.plan(snapshot, &text).await.map_err(|error| words::status(&error))?;
    Ok(planned.schema())
}

/// The columns, each with its meaning.
fn explained(columns: &Schema, view: &View) -> Schema {
    let fields = columns.fields().iter().map(|field| {
        let meaning = view.columns.iter().find(|column| column.name == *field.name());
        let meaning = meaning.map(|column| (REMARKS.to_owned(), column.meaning.clone()));
        field.as_ref().clone().with_metadata(HashMap::from_iter(meaning))
    });
    Schema::new(fields.collect::<Vec<_>>())
}

/// The one catalogue.
pub fn catalogs(question: CommandGetCatalogs) -> Result<RecordBatch, Status> {
    let mut builder = question.into_builder();
    builder.append(CATALOG);
    Ok(builder.build()?)
}

/// Its schemas.
pub fn schemas(question: CommandGetDbSchemas) -> Result<RecordBatch, Status> {
    let mut builder = question.into_builder();
    for schema in [views::BANK, views::EVENTS, views::STORED] {
        builder.append(CATALOG, schema);
    }
    Ok(builder.build()?)
}

/// What tables are.
pub fn table_types(question: CommandGetTableTypes) -> Result<RecordBatch, Status> {
    let mut builder = question.into_builder();
    builder.append(TABLE);
    builder.append(VIEW);
    Ok(builder.build()?)
}

fn schema_of(columns: &[(&str, DataType, bool)]) -> SchemaRef {
    let field = |(name, kind, nullable): &(&str, DataType, bool)| {
        Field::new(*name, kind.clone(), *nullable)
    };
    Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()))
}

/// The columns of a list of primary keys. There are none: a row's key is its place in the journal.
pub fn primary_keys() -> SchemaRef {
    schema_of(&[
        ("catalog_name", DataType::Utf8, true),
        ("db_schema_name", DataType::Utf8, true),
        ("table_name", DataType::Utf8, false),
        ("column_name", DataType::Utf8, false),
        ("key_name", DataType::Utf8, true),
        ("key_sequence", DataType::Int32, false),
    ])
}

/// The columns of a list of foreign keys, of which there are none either.
pub fn foreign_keys() -> SchemaRef {
    schema_of(&[
        ("pk_catalog_name", DataType::Utf8, true),
        ("pk_db_schema_name", DataType::Utf8, true),
        ("pk_table_name", DataType::Utf8, false),
        ("pk_column_name", DataType::Utf8, false),
        ("fk_catalog_name", DataType::Utf8, true),
        ("fk_db_schema_name", DataType::Utf8, true),
        ("fk_table_name", DataType::Utf8, false),
        ("fk_column_name", DataType::Utf8, false),
        ("key_sequence", DataType::Int32, false),
        ("fk_key_name", DataType::Utf8, true),
        ("pk_key_name", DataType::Utf8, true),
        ("update_rule", DataType::UInt8, false),
        ("delete_rule", DataType::UInt8, false),
    ])
}

fn abilities() -> Result<SqlInfoData, arrow_flight::error::FlightError> {
    let mut builder = SqlInfoDataBuilder::new();
    builder.append(SqlInfo::FlightSqlServerName, "Tongjian");
    builder.append(SqlInfo::FlightSqlServerVersion, env!("CARGO_PKG_VERSION"));
    builder.append(SqlInfo::FlightSqlServerArrowVersion, "1.5");
    builder.append(SqlInfo::FlightSqlServerReadOnly, true);
    builder.append(SqlInfo::FlightSqlServerSql, true);
    builder.append(SqlInfo::FlightSqlServerSubstrait, false);
    builder.append(SqlInfo::FlightSqlServerTransaction, SqlSupportedTransaction::None as i32);
    builder.append(SqlInfo::FlightSqlServerCancel, true);
    builder.append(SqlInfo::FlightSqlServerBulkIngestion, false);
    builder.append(SqlInfo::SqlIdentifierQuoteChar, "\"");
    builder.append(SqlInfo::SqlDdlCatalog, false);
    builder.append(SqlInfo::SqlDdlSchema, false);
    builder.append(SqlInfo::SqlDdlTable, false);
    builder.build()
}

fn types() -> Result<XdbcTypeInfoData, arrow_flight::error::FlightError> {
    // Name, number, size in digits, bits or letters, quote, whether it has a sign.
    let known = [
        ("BOOLEAN", XdbcDataType::XdbcBit, Some(1), None, None),
        ("INTEGER", XdbcDataType::XdbcInteger, Some(32), None, Some(false)),
        ("INTEGER UNSIGNED", XdbcDataType::XdbcInteger, Some(32), None, Some(true)),
        ("BIGINT", XdbcDataType::XdbcBigint, Some(64), None, Some(false)),
        ("BIGINT UNSIGNED", XdbcDataType::XdbcBigint, Some(64), None, Some(true)),
        ("DECIMAL", XdbcDataType::XdbcDecimal, Some(38), None, Some(false)),
        ("VARCHAR", XdbcDataType::XdbcVarchar, None, Some("'"), None),
        ("BYTEA", XdbcDataType::XdbcVarbinary, None, None, None),
        ("DATE", XdbcDataType::XdbcDate, Some(10), Some("'"), None),
        ("TIMESTAMP", XdbcDataType::XdbcTimestamp, Some(35), Some("'"), None),
    ];
    let mut builder = XdbcTypeInfoDataBuilder::new();
    for (name, number, size, quote, unsigned) in known {
        builder.append(XdbcTypeInfo {
            type_name: name.into(),
            data_type: number,
            sql_data_type: number,
            column_size: size,
            literal_prefix: quote.map(Into::into),
            literal_suffix: quote.map(Into::into),
            nullable: Nullable::NullabilityNullable,
            case_sensitive: true,
            searchable: Searchable::Full,
            unsigned_attribute: unsigned,
            auto_increment: Some(false),
            local_type_name: Some(name.into()),
            num_prec_radix: unsigned.map(|_| if name == "DECIMAL" { 10 } else { 2 }),
            ..XdbcTypeInfo::default()
        });
    }
    builder.build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_that_need_no_bank_are_well_formed() {
        let listing = Listing::new().unwrap();
        assert!(listing.abilities().record_batch([]).unwrap().num_rows() >= 10);
        assert_eq!(listing.types().record_batch(None).unwrap().num_rows(), 10);
        assert_eq!(catalogs(CommandGetCatalogs {}).unwrap().num_rows(), 1);
        assert_eq!(table_types(CommandGetTableTypes {}).unwrap().num_rows(), 2);
        let bank =
            CommandGetDbSchemas { catalog: None, db_schema_filter_pattern: Some("ban%".into()) };
        assert_eq!(schemas(bank).unwrap().num_rows(), 1);
    }
}
