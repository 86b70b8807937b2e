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

/// Appends each row's value: a kind, then its bytes; 0 alone for what is missing.
fn encode(column: &ArrayRef, rows: &mut [Vec<u8>]) {
    macro_rules! each {
        ($array:expr, $write:expr) => {{
            let array = $array;
            for (row, out) in rows.iter_mut().enumerate() {
                if array.is_null(row) {
                    out.push(0);
                } else {
                    $write(out, array.value(row));
                }
            }
        }};
    }
    let int = |out: &mut Vec<u8>, value: i128| {
        out.push(1);
        out.extend(value.to_le_bytes());
    };
    let moment = |out: &mut Vec<u8>, value: i128| {
        out.push(4);
        out.extend(value.to_le_bytes());
    };
    let text = |out: &mut Vec<u8>, value: &[u8]| {
        out.push(5);
        out.extend((value.len() as u32).to_le_bytes());
        out.extend(value);
    };
    match column.data_type() {
        DataType::Int8 => each!(column.as_primitive::<Int8Type>(), |o, v| int(o, i128::from(v))),
        DataType::Int16 => each!(column.as_primitive::<Int16Type>(), |o, v| int(o, i128::from(v))),
        DataType::Int32 => each!(column.as_primitive::<Int32Type>(), |o, v| int(o, i128::from(v))),
        DataType::Int64 => each!(column.as_primitive::<Int64Type>(), |o, v| int(o, i128::from(v))),
        DataType::UInt8 => each!(column.as_primitive::<UInt8Type>(), |o, v| int(o, i128::from(v))),
        DataType::UInt16 => {
            each!(column.as_primitive::<UInt16Type>(), |o, v| int(o, i128::from(v)));
        }
        DataType::UInt32 => {
            each!(column.as_primitive::<UInt32Type>(), |o, v| int(o, i128::from(v)));
        }
        DataType::UInt64 => {
            each!(column.as_primitive::<UInt64Type>(), |o, v| int(o, i128::from(v)));
        }
        DataType::Decimal128(_, scale) => {
            let scale = *scale as u8;
            each!(column.as_primitive::<Decimal128Type>(), |out: &mut Vec<u8>, value: i128| {
                out.extend([2, scale]);
                out.extend(value.to_le_bytes());
            });
        }
        DataType::Date32 => {
            each!(column.as_primitive::<Date32Type>(), |out: &mut Vec<u8>, value: i32| {
                out.push(3);
                out.extend(value.to_le_bytes());
            });
        }
        DataType::Timestamp(unit, _) => match unit {
            TimeUnit::Second => each!(column.as_primitive::<TimestampSecondType>(), |o, v| {
                moment(o, i128::from(v) * 1_000_000_000);
            }),
            TimeUnit::Millisecond => {
                each!(column.as_primitive::<TimestampMillisecondType>(), |o, v| {
                    moment(o, i128::from(v) * 1_000_000);
                });
            }
            TimeUnit::Microsecond => {
                each!(column.as_primitive::<TimestampMicrosecondType>(), |o, v| {
                    moment(o, i128::from(v) * 1_000);
                });
            }
            TimeUnit::Nanosecond => {
                each!(column.as_primitive::<TimestampNanosecondType>(), |o, v| {
                    moment(o, i128::from(v));
                });
            }
        },
        DataType::Boolean => each!(column.as_boolean(), |out: &mut Vec<u8>, value: bool| {
            out.extend([6, u8::from(value)]);
        }),
        DataType::Utf8 => {
            each!(column.as_string::<i32>(), |out, value: &str| text(out, value.as_bytes()));
        }
        DataType::Binary => each!(column.as_binary::<i32>(), |out: &mut Vec<u8>, value: &[u8]| {
            out.push(7);
            out.extend((value.len() as u32).to_le_bytes());
            out.extend(value);
        }),
        DataType::Float32 => {
            each!(column.as_primitive::<Float32Type>(), |o, v| float(o, f64::from(v)));
        }
        DataType::Float64 => each!(column.as_primitive::<Float64Type>(), float),
        _ => shown(column, rows, text),
    }
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
fn shown(column: &ArrayRef, rows: &mut [Vec<u8>], text: impl Fn(&mut Vec<u8>, &[u8])) {
    let options = FormatOptions::new().with_display_error(true);
    let formatter = ArrayFormatter::try_new(column.as_ref(), &options).ok();
    for (row, out) in rows.iter_mut().enumerate() {
        match &formatter {
            Some(formatter) if !column.is_null(row) => {
                text(out, formatter.value(row).to_string().as_bytes());
            }
            _ => out.push(0),
        }
    }
}
