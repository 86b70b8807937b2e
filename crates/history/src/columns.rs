//! Columns while they grow, of the few kinds the stored tables have. A row is one `push` on each of them.

use crate::stored::MONEY_SCALE;
use arrow::array::{
    ArrayRef, BinaryBuilder, BooleanBuilder, Date32Array, Decimal128Array, Int64Builder,
    PrimitiveArray, StringViewBuilder, TimestampNanosecondArray, UInt8Array, UInt16Array,
    UInt32Array, UInt64Array,
};
use arrow::buffer::{NullBuffer, ScalarBuffer};
use arrow::datatypes::{ArrowPrimitiveType, DataType};
use std::sync::Arc;
use terms::{Amount, Currency, Day, TimeNs};

/// Money as the column carries it: thousandths of the main unit. `None` when it has more digits than a
/// column; such an amount is in the journal and not in the table.
pub fn money(amount: Amount, currency: Currency) -> Option<i128> {
    let digits = MONEY_SCALE as u8 - currency.minor_digits();
    if let Ok(small) = u64::try_from(amount.0) {
        // At most 2^64 thousands: far below the limit.
        return Some(i128::from(small) * i128::from(10_u64.pow(u32::from(digits))));
    }
    let scaled = amount.0.checked_mul(10_u128.pow(u32::from(digits)))?;
    i128::try_from(scaled).ok().filter(|value| *value < MONEY_LIMIT)
}

/// The first value that a column of 38 digits does not hold.
const MONEY_LIMIT: i128 = 10_i128.pow(38);

/// A moment as the column carries it; what lies past the year 2262 stands at its end.
pub fn moment(time: TimeNs) -> i64 {
    i64::try_from(time.0).unwrap_or(i64::MAX)
}

/// A day as the column carries it.
pub fn day(day: Day) -> i32 {
    day.0
}

/// The halves of a 128-bit id.
pub fn halves(id: u128) -> (u64, u64) {
    ((id >> 64) as u64, id as u64)
}

/// A column of numbers of which any may be missing. Most such columns have all or none of their values, and
/// those keep only what they need: no values where all are missing, no marks where none is.
#[derive(Debug)]
pub struct Optional<T> {
    values: Vec<T>,
    valid: Vec<bool>,
    nulls: usize,
    len: usize,
}

impl<T> Default for Optional<T> {
    fn default() -> Optional<T> {
        Optional { values: Vec::new(), valid: Vec::new(), nulls: 0, len: 0 }
    }
}

impl<T: Copy + Default> Optional<T> {
    /// The next row's value.
    #[inline]
    pub fn push(&mut self, value: Option<T>) {
        match value {
            Some(value) => {
                if self.nulls > 0 {
                    self.with_marks();
                    self.valid.push(true);
                }
                self.values.push(value);
            }
            None if self.nulls == self.len => self.nulls += 1,
            None => {
                self.with_marks();
                self.valid.push(false);
                self.values.push(T::default());
                self.nulls += 1;
            }
        }
        self.len += 1;
    }

    /// Values and marks of all rows so far, for a column that has both kinds.
    fn with_marks(&mut self) {
        if self.valid.len() < self.len {
            self.valid.resize(self.len, self.nulls == 0);
            self.values.resize(self.len, T::default());
        }
    }

    /// Its rows in another order.
    pub fn gather(&self, order: &[u32]) -> Optional<T> {
        let of_all = |some: bool| if some { order } else { &[] };
        Optional {
            values: gather(&self.values, of_all(!self.values.is_empty())),
            valid: gather(&self.valid, of_all(!self.valid.is_empty())),
            ..*self
        }
    }

    /// The column and where it is missing.
    pub fn into_parts(self) -> (Vec<T>, Option<NullBuffer>) {
        if self.nulls == 0 {
            return (self.values, None);
        }
        if self.nulls == self.len {
            // Zeros as the system gives them: their pages are never touched unless somebody reads them.
            return (vec![T::default(); self.len], Some(NullBuffer::new_null(self.len)));
        }
        (self.values, Some(NullBuffer::from(self.valid)))
    }
}

/// Rows in another order.
pub fn gather<T: Copy>(values: &[T], order: &[u32]) -> Vec<T> {
    order.iter().map(|at| values[*at as usize]).collect()
}

/// A finished column of numbers.
pub fn numbers<A: ArrowPrimitiveType>(
    values: Vec<A::Native>,
    nulls: Option<NullBuffer>,
) -> PrimitiveArray<A> {
    PrimitiveArray::<A>::new(ScalarBuffer::from(values), nulls)
}

/// A finished column of moments on the clock of `kind`.
pub fn moments(values: Vec<i64>, kind: &DataType) -> ArrayRef {
    let array = TimestampNanosecondArray::new(ScalarBuffer::from(values), None);
    Arc::new(array.with_data_type(kind.clone()))
}

/// A finished column of money.
pub fn moneys(column: Optional<i128>) -> ArrayRef {
    let (values, nulls) = column.into_parts();
    let array = Decimal128Array::new(ScalarBuffer::from(values), nulls);
    Arc::new(array.with_data_type(crate::stored::MONEY))
}

/// A column of any kind, for tables with few rows.
#[derive(Debug)]
pub enum Column {
    /// Small codes.
    U8(Optional<u8>),
    /// Codes.
    U16(Optional<u16>),
    /// Numbers of accounts and parties, counts.
    U32(Optional<u32>),
    /// Halves of ids, entries.
    U64(Optional<u64>),
    /// Counts with a sign.
    I64(Int64Builder),
    /// Days.
    Day(Optional<i32>),
    /// Moments on the institution's clock.
    Moment(Optional<i64>, DataType),
    /// Money.
    Money(Optional<i128>),
    /// Yes or no.
    Flag(BooleanBuilder),
    /// Text.
    Text(StringViewBuilder),
    /// Bytes.
    Bytes(BinaryBuilder),
}

impl Column {
    /// An empty column of a type that stored tables have.
    pub fn of(kind: &DataType) -> Column {
        match kind {
            DataType::UInt8 => Column::U8(Optional::default()),
            DataType::UInt16 => Column::U16(Optional::default()),
            DataType::UInt32 => Column::U32(Optional::default()),
            DataType::UInt64 => Column::U64(Optional::default()),
            DataType::Int64 => Column::I64(Int64Builder::new()),
            DataType::Date32 => Column::Day(Optional::default()),
            DataType::Timestamp(..) => Column::Moment(Optional::default(), kind.clone()),
            DataType::Decimal128(..) => Column::Money(Optional::default()),
            DataType::Boolean => Column::Flag(BooleanBuilder::new()),
            DataType::Binary => Column::Bytes(BinaryBuilder::new()),
            DataType::Utf8View => Column::Text(StringViewBuilder::new()),
            other => unreachable!("no stored table has a column of type {other}"),
        }
    }

    /// A small number.
    pub fn number(&mut self, value: Option<u64>) {
        match self {
            Column::U8(column) => column.push(value.map(|n| n as u8)),
            Column::U16(column) => column.push(value.map(|n| n as u16)),
            Column::U32(column) => column.push(value.map(|n| n as u32)),
            Column::U64(column) => column.push(value),
            _ => unreachable!("a number goes into a column of numbers"),
        }
    }

    /// A count with a sign.
    pub fn signed(&mut self, value: Option<i64>) {
        let Column::I64(column) = self else { unreachable!("a count goes into its column") };
        column.append_option(value);
    }

    /// A day.
    pub fn day(&mut self, value: Option<Day>) {
        let Column::Day(column) = self else { unreachable!("a day goes into a column of days") };
        column.push(value.map(day));
    }

    /// A moment.
    pub fn moment(&mut self, value: Option<TimeNs>) {
        let Column::Moment(column, _) = self else { unreachable!("a moment goes into its column") };
        column.push(value.map(moment));
    }

    /// Money, as [`money`] gives it.
    pub fn money(&mut self, value: Option<i128>) {
        let Column::Money(column) = self else { unreachable!("money goes into its column") };
        column.push(value);
    }

    /// Yes or no.
    pub fn flag(&mut self, value: Option<bool>) {
        let Column::Flag(column) = self else { unreachable!("a flag goes into its column") };
        column.append_option(value);
    }

    /// Text.
    pub fn text(&mut self, value: Option<&str>) {
        let Column::Text(column) = self else { unreachable!("text goes into a column of text") };
        column.append_option(value);
    }

    /// Bytes.
    pub fn bytes(&mut self, value: Option<&[u8]>) {
        let Column::Bytes(column) = self else { unreachable!("bytes go into their column") };
        column.append_option(value);
    }

    /// The finished column.
    pub fn finish(self) -> ArrayRef {
        fn of<T, A>(
            column: Optional<T>,
            make: impl Fn(ScalarBuffer<T>, Option<NullBuffer>) -> A,
        ) -> ArrayRef
        where
            T: arrow::datatypes::ArrowNativeType,
            A: arrow::array::Array + 'static,
        {
            let (values, nulls) = column.into_parts();
            Arc::new(make(ScalarBuffer::from(values), nulls))
        }
        match self {
            Column::U8(column) => of(column, UInt8Array::new),
            Column::U16(column) => of(column, UInt16Array::new),
            Column::U32(column) => of(column, UInt32Array::new),
            Column::U64(column) => of(column, UInt64Array::new),
            Column::Day(column) => of(column, Date32Array::new),
            Column::Moment(column, kind) => {
                let make = |v, n| TimestampNanosecondArray::new(v, n).with_data_type(kind.clone());
                of(column, make)
            }
            Column::Money(column) => moneys(column),
            Column::I64(mut column) => Arc::new(column.finish()),
            Column::Flag(mut column) => Arc::new(column.finish()),
            Column::Text(mut column) => Arc::new(column.finish()),
            Column::Bytes(mut column) => Arc::new(column.finish()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Optional;

    #[test]
    fn a_column_gives_back_what_was_pushed_whatever_is_missing() {
        for pattern in 0..64_u32 {
            let pushed: Vec<Option<u32>> =
                (0..6).map(|bit| (pattern >> bit & 1 == 1).then_some(bit + 1)).collect();
            for rows in 0..=pushed.len() {
                let mut column = Optional::default();
                pushed[..rows].iter().for_each(|value| column.push(*value));
                let order: Vec<u32> = (0..rows as u32).rev().collect();
                let turned = column.gather(&order);
                let shown = |column: Optional<u32>| -> Vec<Option<u32>> {
                    let (values, nulls) = column.into_parts();
                    let valid = |at| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(at));
                    (0..values.len()).map(|at| valid(at).then_some(values[at])).collect()
                };
                assert_eq!(shown(column), pushed[..rows]);
                let backwards: Vec<_> = pushed[..rows].iter().rev().copied().collect();
                assert_eq!(shown(turned), backwards);
            }
        }
    }
}
