//! What the threads of this process have used, as Linux counts it. On other systems there are no numbers.

use std::collections::BTreeMap;

/// CPU time of each thread, in nanoseconds.
#[derive(Clone, Debug, Default)]
pub struct Threads(BTreeMap<u64, u64>);

impl Threads {
    /// All threads that live now.
    pub fn now() -> Threads {
        let mut threads = BTreeMap::new();
        for entry in std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
            let id: Option<u64> = entry.file_name().to_str().and_then(|name| name.parse().ok());
            // The first number of schedstat is the time spent on a CPU.
            let text = std::fs::read_to_string(entry.path().join("schedstat")).ok();
            let used = text.and_then(|text| text.split_whitespace().next()?.parse().ok());
            threads.extend(id.zip(used));
        }
        Threads(threads)
    }

    /// What the threads that live at both times have used in between, this one not counted.
    pub fn used_until(&self, later: &Threads) -> u64 {
        let own = u64::from(std::process::id());
        let used = |(id, after): (&u64, &u64)| Some(after.saturating_sub(*self.0.get(id)?));
        later.0.iter().filter(|(id, _)| **id != own).filter_map(used).sum()
    }
}

/// CPU time of the thread that asks, in nanoseconds: what a busy machine disturbs less than the clock.
pub fn own_ns() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok()
}

/// Memory of this process in bytes: now, and the most it ever was.
pub fn memory() -> (Option<u64>, Option<u64>) {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let field = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1_024)
    };
    (field("VmRSS"), field("VmHWM"))
}

/// The machine's load average of the last minute.
pub fn load() -> Option<f64> {
    std::fs::read_to_string("/proc/loadavg").ok()?.split(' ').next()?.parse().ok()
}
