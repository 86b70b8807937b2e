//! A row of whole numbers of which some are missing, for callers that have no numbers with a point.

use crate::forest::Forest;
use crate::link::Link;
use alloc::vec::Vec;

/// Values in the order of a forest's features; kept from one row to the next, so that no room is made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row(Vec<f64>);

impl Row {
    /// As many values, the new ones missing.
    #[inline]
    pub fn resize(&mut self, values: usize) {
        self.0.resize(values, f64::NAN);
    }

    /// All values, in order: each with whether it is there.
    #[inline]
    pub fn fill(&mut self, values: impl Iterator<Item = (i64, bool)>) {
        self.0.clear();
        self.0
            .extend(values.map(|(value, is_there)| if is_there { value as f64 } else { f64::NAN }));
    }

    /// A value, by its place; what lies outside the row is left out. Above 2^53 the nearest number with a point.
    pub fn set(&mut self, at: usize, value: Option<i64>) {
        if let Some(place) = self.0.get_mut(at) {
            *place = value.map_or(f64::NAN, |value| value as f64);
        }
    }

    /// The values as forests read them.
    pub fn values(&self) -> &[f64] {
        &self.0
    }
}

impl Forest {
    /// Whether it gives a probability, or some that sum to one.
    pub fn is_probability(&self) -> bool {
        matches!(self.parts().link, Link::Sigmoid { .. } | Link::Softmax)
    }

    /// [`Forest::millionths`] of a row of whole numbers.
    pub fn millionths_of(&self, row: &Row) -> u32 {
        self.millionths(row.values())
    }
}
