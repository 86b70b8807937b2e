//! The last day.

use super::{Tally, World};
use crate::auditor::Broken;

/// A damage.
#[derive(Clone, Debug)]
pub struct Damage;

impl World {
    /// Ends the run.
    ///
    /// # Errors
    /// The first broken invariant.
    pub fn end(mut self) -> Result<Tally, Broken> {
        self.start_again()?;
        self.audit()?;
        self.tally.acked = self.auditor.acked_records();
        self.tally.faults = self.disk.fault_counts();
        Ok(self.tally)
    }
}
