//! Time that never goes back. The only place of the whole system that reads the clock.

use std::time::{SystemTime, UNIX_EPOCH};
use terms::TimeNs;

/// Tells the time; the writer makes it monotone.
pub trait Clock: Send + 'static {
    /// Now.
    fn now(&self) -> TimeNs;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> TimeNs {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        TimeNs(u64::try_from(since.as_nanos()).unwrap_or(u64::MAX))
    }
}
