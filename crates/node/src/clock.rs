//! Time that never goes back. The only place of the whole system that reads the clock.

use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use terms::TimeNs;

/// Tells the time; the writer makes it monotone.
pub trait Clock: Send + 'static {
    /// Now.
    fn now(&self) -> TimeNs;

    /// How long it has run, to measure with: nobody sets it.
    fn steady(&self) -> Duration;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> TimeNs {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        TimeNs(u64::try_from(since.as_nanos()).unwrap_or(u64::MAX))
    }

    fn steady(&self) -> Duration {
        static BEGAN: OnceLock<Instant> = OnceLock::new();
        BEGAN.get_or_init(Instant::now).elapsed()
    }
}
