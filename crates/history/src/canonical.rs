//! Rows as canonical bytes, and the digest of a result: the same for everybody who finds the same rows, in
//! whatever order, batches and threads they came. `docs/formats/history.md` specifies it.

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type, SchemaRef, TimeUnit, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use sha2::{Digest, Sha256};

/// What the digest of a result begins with.
const RESULT_PREFIX: &[u8] = b"tongjian result v1\0";

/// Digest of the rows so far.
#[derive(Debug)]
pub struct RowDigest {
    schema: [u8; 32],
    rows: Vec<[u8; 32]>,
}

impl RowDigest {
    /// Of no rows yet.
    pub fn new(schema: &SchemaRef) -> RowDigest {
        let mut hash = Sha256::new();
        for field in schema.fields() {
            hash.update((field.name().len() as u32).to_le_bytes());
            hash.update(field.name().as_bytes());
        }
        RowDigest { schema: hash.finalize().into(), rows: Vec::new() }
    }

    /// How many rows there were.
    pub fn rows(&self) -> u64 {
        self.rows.len() as u64
    }

    /// Adds rows.
    pub fn add(&mut self, batch: &RecordBatch) {
        let mut bytes: Vec<Vec<u8>> = vec![Vec::new(); batch.num_rows()];
        for column in batch.columns() {
            encode(column, &mut bytes);
        }
        self.rows.extend(bytes.iter().map(|row| <[u8; 32]>::from(Sha256::digest(row))));
    }

    /// The digest: over the names of the columns, the number of rows, and the hashes of the rows in their
    /// own order.
    pub fn finish(&self) -> [u8; 32] {
        let mut sorted = self.rows.clone();
        sorted.sort_unstable();
        let mut hash = Sha256::new();
        hash.update(RESULT_PREFIX);
        hash.update(self.schema);
        hash.update(self.rows().to_le_bytes());
        for row in &sorted {
            hash.update(row);
        }
        hash.finalize().into()
    }
}

/// Whether a column's values have one canonical form. Sums of binary fractions depend on their order.
pub fn is_exact(kind: &DataType) -> bool {
    !matches!(kind, DataType::Float16 | DataType::Float32 | DataType::Float64)
}

/// Calls `$write` with each row's bytes and value; a zero alone stands for what is missing.
macro_rules! each {
    ($rows:expr, $array:expr, $write:expr) => {{
        let array = $array;
        for (row, out) in $rows.iter_mut().enumerate() {
            if array.is_null(row) {
                out.push(0);
            } else {
                $write(out, array.value(row));
            }
        }
    }};
}

/// Appends each row's value: a kind, then its bytes; 0 alone for what is missing.
fn encode(column: &ArrayRef, rows: &mut [Vec<u8>]) {
    match column.data_type() {
        kind if kind.is_integer() => integers(column, rows),
        DataType::Decimal128(_, scale) => {
            let scale = *scale as u8;
            let decimal = |out: &mut Vec<u8>, value: i128| {
                out.extend([2, scale]);
                out.extend(value.to_le_bytes());
            };
            each!(rows, column.as_primitive::<Decimal128Type>(), decimal);
        }
        DataType::Date32 => {
            let day = |out: &mut Vec<u8>, value: i32| {
                out.push(3);
                out.extend(value.to_le_bytes());
            };
            each!(rows, column.as_primitive::<Date32Type>(), day);
        }
        DataType::Timestamp(unit, _) => moments(column, *unit, rows),
        DataType::Boolean => {
            let flag = |out: &mut Vec<u8>, value: bool| out.extend([6, u8::from(value)]);
            each!(rows, column.as_boolean(), flag);
        }
        DataType::Utf8 => {
            each!(rows, column.as_string::<i32>(), |out, value: &str| bytes(
                5,
                out,
                value.as_bytes()
            ));
        }
        DataType::Binary => {
            each!(rows, column.as_binary::<i32>(), |out, value: &[u8]| bytes(7, out, value));
        }
        DataType::Float32 => {
            each!(rows, column.as_primitive::<Float32Type>(), |o, v| float(o, f64::from(v)));
        }
        DataType::Float64 => each!(rows, column.as_primitive::<Float64Type>(), float),
        _ => shown(column, rows),
    }
}

/// Integers of every width have one form.
fn integers(column: &ArrayRef, rows: &mut [Vec<u8>]) {
    fn write<T: Into<i128>>(out: &mut Vec<u8>, value: T) {
        out.push(1);
        out.extend(value.into().to_le_bytes());
    }
    match column.data_type() {
        DataType::Int8 => each!(rows, column.as_primitive::<Int8Type>(), write),
        DataType::Int16 => each!(rows, column.as_primitive::<Int16Type>(), write),
        DataType::Int32 => each!(rows, column.as_primitive::<Int32Type>(), write),
        DataType::Int64 => each!(rows, column.as_primitive::<Int64Type>(), write),
        DataType::UInt8 => each!(rows, column.as_primitive::<UInt8Type>(), write),
        DataType::UInt16 => each!(rows, column.as_primitive::<UInt16Type>(), write),
        DataType::UInt32 => each!(rows, column.as_primitive::<UInt32Type>(), write),
        _ => each!(rows, column.as_primitive::<UInt64Type>(), write),
    }
}

/// Moments of every unit are nanoseconds.
fn moments(column: &ArrayRef, unit: TimeUnit, rows: &mut [Vec<u8>]) {
    let write = |factor: i128| {
        move |out: &mut Vec<u8>, value: i64| {
            out.push(4);
            out.extend((i128::from(value) * factor).to_le_bytes());
        }
    };
    match unit {
        TimeUnit::Second => {
            each!(rows, column.as_primitive::<TimestampSecondType>(), write(1_000_000_000));
        }
        TimeUnit::Millisecond => {
            each!(rows, column.as_primitive::<TimestampMillisecondType>(), write(1_000_000));
        }
        TimeUnit::Microsecond => {
            each!(rows, column.as_primitive::<TimestampMicrosecondType>(), write(1_000));
        }
        TimeUnit::Nanosecond => {
            each!(rows, column.as_primitive::<TimestampNanosecondType>(), write(1));
        }
    }
}

fn bytes(kind: u8, out: &mut Vec<u8>, value: &[u8]) {
    out.push(kind);
    out.extend((value.len() as u32).to_le_bytes());
    out.extend(value);
}

fn float(out: &mut Vec<u8>, value: f64) {
    out.push(8);
    // Zero has two signs and there are many things that are not a number: one of each.
    let value = if value == 0.0 {
        0.0
    } else if value.is_nan() {
        f64::NAN
    } else {
        value
    };
    out.extend(value.to_bits().to_le_bytes());
}

/// Any other kind of value (intervals, lists) as the text that is shown of it.
fn shown(column: &ArrayRef, rows: &mut [Vec<u8>]) {
    let options = FormatOptions::new().with_display_error(true);
    let formatter = ArrayFormatter::try_new(column.as_ref(), &options).ok();
    for (row, out) in rows.iter_mut().enumerate() {
        match &formatter {
            Some(formatter) if !column.is_null(row) => {
                bytes(5, out, formatter.value(row).to_string().as_bytes());
            }
            _ => out.push(0),
        }
    }
}
