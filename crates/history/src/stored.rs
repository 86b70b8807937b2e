//! What lies in the files: the tables as they are stored, with integers for machines where people see ids
//! and words. Three are filled from transfers and entries by hand, because they are many; one is about
//! batches; each other one is a kind of act, from its declaration in `terms::facts`. `views.rs` makes of
//! them what people ask for.

use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit};
use std::sync::Arc;
use terms::facts::{self, Sort};

/// The places of the tables that are filled by hand; the acts' tables follow in their own order.
pub const TRANSFERS: usize = 0;
/// Posted amounts, two of each transfer and one of each leg.
pub const POSTINGS: usize = 1;
/// What was refused.
pub const REFUSALS: usize = 2;
/// Batches of the journal.
pub const ENTRIES: usize = 3;
/// What risk control said of payments.
pub const VERDICTS: usize = 4;
/// Where the acts' tables begin.
pub const ACTS: usize = 5;

/// Digits of money: all that a column of 128 bits has, three of them after the point, which is what the
/// currencies with the smallest units need (ISO 4217: KWD, BHD and others).
pub const MONEY: DataType = DataType::Decimal128(38, MONEY_SCALE);
/// The same in a file whose amounts are all below 10^15; 64 bits are half the bytes.
pub const NARROW_MONEY: DataType = DataType::Decimal128(18, MONEY_SCALE);
/// Text while it is asked: a join or a grouping copies where a text is, not the text. Files have it as plain
/// strings, which everybody reads.
pub const TEXT: DataType = DataType::Utf8View;
/// Digits after the point.
pub const MONEY_SCALE: i8 = 3;

/// One table as it is stored.
#[derive(Clone, Debug)]
pub struct StoredTable {
    /// Its name, also its folder in the archive.
    pub name: &'static str,
    /// Its columns.
    pub schema: SchemaRef,
    /// By which column the rows of each file are sorted, if not only in the order of the journal.
    pub sorted_by: Option<&'static str>,
}

/// Every stored table of a bank whose institution's clock is `zone`, such as `+08:00`.
pub fn tables(zone: &str) -> Vec<StoredTable> {
    let stored = |name, fields: Vec<Field>| {
        let schema = Arc::new(Schema::new(Fields::from(fields)));
        let sorted_by = (name == "postings").then_some("account_key");
        StoredTable { name, schema, sorted_by }
    };
    let mut all = vec![
        stored("transfers", transfers(zone)),
        stored("postings", postings()),
        stored("refusals", refusals(zone)),
        stored("entries", entries(zone)),
        stored("verdicts", verdicts()),
    ];
    all.extend(facts::TABLES.iter().map(|table| stored(table.name, act(table, zone))));
    all
}

/// The type of a moment on the institution's clock.
pub fn time_type(zone: &str) -> DataType {
    DataType::Timestamp(TimeUnit::Nanosecond, Some(zone.into()))
}

fn must(name: &str, kind: DataType) -> Field {
    Field::new(name, kind, false)
}

fn may(name: &str, kind: DataType) -> Field {
    Field::new(name, kind, true)
}

/// Where a row stands, which every table begins with.
fn place() -> Vec<Field> {
    vec![must("entry", DataType::UInt64), must("row", DataType::UInt32)]
}

fn place_and_time(zone: &str) -> Vec<Field> {
    let mut fields = place();
    fields.extend([must("time", time_type(zone)), must("booking_date", DataType::Date32)]);
    fields
}

fn transfers(zone: &str) -> Vec<Field> {
    use DataType::{UInt8, UInt16, UInt32, UInt64};
    let mut fields = place_and_time(zone);
    fields.extend([
        must("value_date", DataType::Date32),
        must("transfer_hi", UInt64),
        must("transfer_lo", UInt64),
        must("debit_key", UInt32),
        must("credit_key", UInt32),
        may("amount", MONEY),
        must("currency_no", UInt32),
        must("code", UInt16),
        must("phase_no", UInt8),
        must("flags", UInt16),
        must("timeout_s", UInt32),
        may("pending_hi", UInt64),
        may("pending_lo", UInt64),
        may("reverses_hi", UInt64),
        may("reverses_lo", UInt64),
        may("user_data_128_hi", UInt64),
        may("user_data_128_lo", UInt64),
        may("user_data_64", UInt64),
        may("user_data_32", UInt32),
    ]);
    fields
}

fn postings() -> Vec<Field> {
    use DataType::{UInt8, UInt16, UInt32};
    let mut fields = place();
    fields.extend([
        must("leg", UInt8),
        must("account_key", UInt32),
        must("is_credit", DataType::Boolean),
        may("amount", MONEY),
        must("currency_no", UInt32),
        may("counter_key", UInt32),
        must("code", UInt16),
        must("booking_date", DataType::Date32),
        must("value_date", DataType::Date32),
    ]);
    fields
}

fn refusals(zone: &str) -> Vec<Field> {
    use DataType::UInt16;
    let mut fields = place_and_time(zone);
    fields.extend([
        must("command", TEXT),
        must("refusal", TEXT),
        must("refusal_no", UInt16),
        may("subject", TEXT),
        may("debit_account", TEXT),
        may("credit_account", TEXT),
        may("amount", MONEY),
        may("currency", TEXT),
    ]);
    fields
}

fn verdicts() -> Vec<Field> {
    use DataType::{Int32, UInt8, UInt16, UInt32, UInt64};
    let mut fields = place();
    fields.extend([
        must("transfer_hi", UInt64),
        must("transfer_lo", UInt64),
        must("ruling_no", UInt8),
        must("marks", UInt8),
        must("rule_set", UInt16),
        must("score", Int32),
        may("model_ppm", UInt32),
        must("conditions", UInt16),
        may("reason_1", UInt16),
        may("reason_2", UInt16),
        may("reason_3", UInt16),
    ]);
    fields
}

fn entries(zone: &str) -> Vec<Field> {
    use DataType::{UInt16, UInt32, UInt64};
    let mut fields = place();
    fields.extend([
        must("time", time_type(zone)),
        must("records", UInt32),
        must("body_bytes", UInt32),
        must("rules_version", UInt16),
        must("first_record", UInt64),
        must("rows_root", TEXT),
        must("previous", TEXT),
    ]);
    fields
}

/// A table of acts: each declared field becomes the columns its sort needs.
fn act(table: &facts::Table, zone: &str) -> Vec<Field> {
    let mut fields = place_and_time(zone);
    for field in table.fields {
        let (name, nullable) = (field.name, field.nullable);
        let mut column = |suffix: &str, kind| {
            fields.push(Field::new(format!("{name}{suffix}"), kind, nullable));
        };
        match field.sort {
            // Who is opened here needs the id itself; everywhere else its key says who it is.
            Sort::Account | Sort::Party if opens(table, field) => {
                column("_key", DataType::UInt32);
                column("_hi", DataType::UInt64);
                column("_lo", DataType::UInt64);
            }
            Sort::Account | Sort::Party => column("_key", DataType::UInt32),
            Sort::Transfer | Sort::Id => {
                column("_hi", DataType::UInt64);
                column("_lo", DataType::UInt64);
            }
            // It may be too large for the column, and then it is null.
            Sort::Amount => fields.push(may(name, MONEY)),
            Sort::Day => column("", DataType::Date32),
            Sort::Time => column("", time_type(zone)),
            Sort::Number => column("", DataType::Int64),
            Sort::Flag => column("", DataType::Boolean),
            Sort::Currency | Sort::Word | Sort::Text | Sort::Hash => column("", TEXT),
            Sort::Sealed => {
                column("_commitment", TEXT);
                column("_cipher", DataType::UInt8);
                column("_nonce", DataType::Binary);
                column("_ciphertext", DataType::Binary);
            }
        }
    }
    fields
}

/// Whether the table's acts open the account or register the party this field names.
pub fn opens(table: &facts::Table, field: &facts::Field) -> bool {
    matches!((table.name, field.name), ("accounts", "account") | ("parties", "party"))
}
