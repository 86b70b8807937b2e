//! The journal, followed for the marks of cases as far as it goes, a few seconds' worth a request: the first request after a start
//! of a large bank tells what was read so far, and says so.

use crate::past::marks::Past;
use crate::problem::{Kind, Problem};
use journal::{Files, Reader};
use std::time::{Duration, Instant};

/// How long one request reads on.
const READS_FOR: Duration = Duration::from_secs(4);

/// The journal as far as it was read for this.
pub struct Followed {
    /// How many entries.
    pub entries: u64,
    /// What they say of verdicts and marks.
    pub past: Past,
}

impl Default for Followed {
    fn default() -> Followed {
        Followed { entries: 0, past: Past::of_what_was_stopped() }
    }
}

impl Followed {
    /// Reads on; whether it came to the end.
    pub fn read_on(&mut self, reader: &Reader<Files>) -> Result<bool, Problem> {
        let until = Instant::now() + READS_FOR;
        let failed = |why: &dyn std::fmt::Display| Problem::new(Kind::Failed, why.to_string());
        for batch in reader.scan(self.entries) {
            if Instant::now() >= until {
                return Ok(false);
            }
            let batch = batch.map_err(|why| failed(&why))?;
            let events = batch.events().map_err(|why| failed(&why))?;
            events.iter().for_each(|event| self.past.see(event));
            self.entries = batch.header.entry + 1;
        }
        Ok(true)
    }
}
