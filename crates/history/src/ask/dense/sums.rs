//! What is counted and summed of each group. Counts and sums of money are added up in place; the engine's own
//! accumulators, which also mark which group has seen a value, do the rest.

use arrow::array::{Array, ArrayRef, AsArray, Decimal128Array, Int64Array, RecordBatch};
use arrow::buffer::{NullBuffer, ScalarBuffer};
use arrow::datatypes::{DataType, Decimal128Type};
use datafusion::common::{DataFusionError, Result};
use datafusion::logical_expr::{ColumnarValue, EmitTo, GroupsAccumulator};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::aggregate::AggregateFunctionExpr;
use std::sync::Arc;

/// One column of an answer, of all groups.
pub enum Sums {
    /// How many rows have a value.
    Count {
        /// Of what.
        of: Arc<dyn PhysicalExpr>,
        /// Of each group.
        counts: Vec<i64>,
    },
    /// Sums of money.
    Money {
        /// Of what.
        of: Arc<dyn PhysicalExpr>,
        /// The column's type.
        kind: DataType,
        /// Of each group; what overflows 128 bits wraps, as the engine's own do.
        sums: Vec<i128>,
        /// Which groups have a value at all; empty while all have.
        seen: Vec<bool>,
    },
    /// Anything else.
    Other {
        /// Of what.
        of: Vec<Arc<dyn PhysicalExpr>>,
        /// The engine's.
        accumulator: Box<dyn GroupsAccumulator>,
    },
}

impl Sums {
    /// Whether a column can be made so.
    pub fn suit(of: &AggregateFunctionExpr) -> bool {
        matches!(of.fun().name(), "count" | "sum" | "min" | "max" | "avg")
            && !of.is_distinct()
            && of.order_bys().is_empty()
            && of.expressions().len() == 1
            && of.groups_accumulator_supported()
    }

    /// Of no rows yet.
    ///
    /// # Errors
    /// The engine's.
    pub fn of(of: &AggregateFunctionExpr) -> Result<Sums> {
        let mut all = of.expressions();
        let state = of.state_fields()?;
        let kind = state.first().map(|field| field.data_type().clone());
        Ok(match (of.fun().name(), kind, all.len()) {
            ("count", Some(DataType::Int64), 1) => {
                Sums::Count { of: all.remove(0), counts: Vec::new() }
            }
            ("sum", Some(kind @ DataType::Decimal128(..)), 1) => {
                Sums::Money { of: all.remove(0), kind, sums: Vec::new(), seen: Vec::new() }
            }
            _ => Sums::Other { of: all, accumulator: of.create_groups_accumulator()? },
        })
    }

    /// Bytes of one group, about.
    pub fn bytes_each(&self) -> usize {
        match self {
            Sums::Count { .. } => 8,
            Sums::Money { .. } => 17,
            Sums::Other { .. } => 32,
        }
    }

    /// Adds the rows of a batch, of which each is in one of `groups`; there are `all` groups now.
    ///
    /// # Errors
    /// The engine's.
    pub fn add(&mut self, groups: &[usize], all: usize, batch: &RecordBatch) -> Result<()> {
        match self {
            Sums::Count { of, counts } => {
                counts.resize(all, 0);
                let value = of.evaluate(batch)?;
                count(groups, &value, counts);
            }
            Sums::Money { of, sums, seen, .. } => {
                let before = sums.len();
                sums.resize(all, 0);
                let values = of.evaluate(batch)?.into_array(batch.num_rows())?;
                let values = values.as_primitive_opt::<Decimal128Type>().ok_or_else(|| {
                    DataFusionError::Internal("money is a decimal of 128 bits".to_owned())
                })?;
                if values.null_count() == 0 && seen.is_empty() {
                    for (group, value) in groups.iter().zip(values.values()) {
                        let sum = &mut sums[*group];
                        *sum = sum.wrapping_add(*value);
                    }
                    return Ok(());
                }
                if seen.is_empty() {
                    // Every group came to be by a row, and so far every row had a value.
                    seen.resize(before, true);
                }
                seen.resize(all, false);
                for (group, value) in groups.iter().zip(values) {
                    let Some(value) = value else { continue };
                    sums[*group] = sums[*group].wrapping_add(value);
                    seen[*group] = true;
                }
            }
            Sums::Other { of, accumulator } => {
                let values: Vec<ArrayRef> = of
                    .iter()
                    .map(|of| of.evaluate(batch)?.into_array(batch.num_rows()))
                    .collect::<Result<_>>()?;
                accumulator.update_batch(&values, groups, None, all)?;
            }
        }
        Ok(())
    }

    /// What the second half of a grouping takes.
    ///
    /// # Errors
    /// The engine's.
    pub fn state(&mut self) -> Result<Vec<ArrayRef>> {
        match self {
            Sums::Count { counts, .. } => {
                Ok(vec![Arc::new(Int64Array::from(std::mem::take(counts)))])
            }
            Sums::Money { kind, sums, seen, .. } => {
                let nulls = (!seen.is_empty()).then(|| NullBuffer::from(std::mem::take(seen)));
                let sums = ScalarBuffer::from(std::mem::take(sums));
                let sums = Decimal128Array::new(sums, nulls).with_data_type(kind.clone());
                Ok(vec![Arc::new(sums)])
            }
            Sums::Other { accumulator, .. } => accumulator.state(EmitTo::All),
        }
    }
}

/// Counts the rows that have a value.
fn count(groups: &[usize], value: &ColumnarValue, counts: &mut [i64]) {
    let nulls = match value {
        ColumnarValue::Scalar(value) if value.is_null() => return,
        ColumnarValue::Scalar(_) => None,
        ColumnarValue::Array(values) => values.logical_nulls().filter(|n| n.null_count() > 0),
    };
    match nulls {
        None => groups.iter().for_each(|group| counts[*group] += 1),
        Some(nulls) => {
            for (at, group) in groups.iter().enumerate() {
                counts[*group] += i64::from(nulls.is_valid(at));
            }
        }
    }
}
