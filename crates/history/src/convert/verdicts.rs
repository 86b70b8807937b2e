//! What risk control said, one row for each payment it was asked about, done or refused.

use super::Place;
use crate::columns::{Optional, halves, numbers};
use arrow::array::{
    ArrayRef, Int32Array, RecordBatch, UInt8Array, UInt16Array, UInt32Array, UInt64Array,
};
use arrow::datatypes::{SchemaRef, UInt16Type, UInt32Type};
use arrow::error::ArrowError;
use std::sync::Arc;
use terms::limits::REASONS;
use terms::{TransferId, Verdict};

/// Rows of `verdicts`.
#[derive(Debug, Default)]
pub(super) struct VerdictRows {
    entry: Vec<u64>,
    row: Vec<u32>,
    transfer_hi: Vec<u64>,
    transfer_lo: Vec<u64>,
    ruling_no: Vec<u8>,
    marks: Vec<u8>,
    rule_set: Vec<u16>,
    score: Vec<i32>,
    model_ppm: Optional<u32>,
    conditions: Vec<u16>,
    reasons: [Optional<u16>; REASONS],
}

impl VerdictRows {
    pub fn add(&mut self, place: Place, transfer: TransferId, verdict: &Verdict) {
        let (hi, lo) = halves(transfer.0);
        self.entry.push(place.entry);
        self.row.push(place.row);
        self.transfer_hi.push(hi);
        self.transfer_lo.push(lo);
        self.ruling_no.push(verdict.ruling as u8);
        self.marks.push(verdict.marks.0);
        self.rule_set.push(verdict.set);
        self.score.push(verdict.score);
        self.model_ppm.push(verdict.model_ppm);
        self.conditions.push(verdict.hits);
        for (column, reason) in self.reasons.iter_mut().zip(verdict.reasons) {
            column.push(reason);
        }
    }

    pub fn finish(self, schema: SchemaRef) -> Result<Option<RecordBatch>, ArrowError> {
        if self.entry.is_empty() {
            return Ok(None);
        }
        let (model, model_nulls) = self.model_ppm.into_parts();
        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(UInt64Array::from(self.entry)),
            Arc::new(UInt32Array::from(self.row)),
            Arc::new(UInt64Array::from(self.transfer_hi)),
            Arc::new(UInt64Array::from(self.transfer_lo)),
            Arc::new(UInt8Array::from(self.ruling_no)),
            Arc::new(UInt8Array::from(self.marks)),
            Arc::new(UInt16Array::from(self.rule_set)),
            Arc::new(Int32Array::from(self.score)),
            Arc::new(numbers::<UInt32Type>(model, model_nulls)),
            Arc::new(UInt16Array::from(self.conditions)),
        ];
        for reason in self.reasons {
            let (numbered, nulls) = reason.into_parts();
            columns.push(Arc::new(numbers::<UInt16Type>(numbered, nulls)));
        }
        RecordBatch::try_new(schema, columns).map(Some)
    }
}
