//! What an operator alarms on, in the form Prometheus reads (OpenMetrics text). docs/operate.md says how.

use axum::http::StatusCode;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answered {
    operation: Word,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Of {
    operation: Word,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq)]
struct Word(&'static str);

impl EncodeLabelValue for Word {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        encoder.write_str(self.0)
    }
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Ended {
    outcome: Word,
}

/// All answers together.
#[derive(Debug, Default)]
pub struct Totals {
    /// Answers by the class of their latency; the last class has no upper edge.
    classes: [AtomicU64; SECONDS.len() + 1],
    failed: AtomicU64,
}

impl Totals {
    /// All answers.
    pub fn answers(&self) -> u64 {
        self.classes.iter().map(|class| class.load(Ordering::Relaxed)).sum()
    }

    /// Answers that say that something is wrong in the bank (5xx).
    pub fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }

    /// The time within which so many thousandths of the answers went out, in seconds, rounded up to the edge of its class.
    /// `None` if there was none, or some took longer than the last edge.
    pub fn within_s(&self, thousandths: u64) -> Option<f64> {
        let wanted = self.answers().saturating_mul(thousandths).div_ceil(1_000);
        let mut seen = 0;
        let found = self.classes.iter().position(|class| {
            seen += class.load(Ordering::Relaxed);
            seen >= wanted
        });
        (wanted > 0).then(|| SECONDS.get(found?).copied())?
    }

    fn count(&self, status: StatusCode, took: Duration) {
        let seconds = took.as_secs_f64();
        let class = SECONDS.iter().position(|edge| seconds <= *edge).unwrap_or(SECONDS.len());
        if let Some(class) = self.classes.get(class) {
            class.fetch_add(1, Ordering::Relaxed);
        }
        if status.is_server_error() {
            self.failed.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The API's own figures.
pub struct Metrics {
    registry: Registry,
    /// All answers together.
    pub totals: Totals,
    answered: Family<Answered, Counter>,
    seconds: Family<Of, Histogram, fn() -> Histogram>,
    /// Connections that are open.
    pub connections: Gauge,
    /// Connections that were turned away because too many were open.
    pub turned_away: Counter,
    /// Payments that came in uploads.
    pub batch_payments: Counter,
    /// Traced requests that no collector took.
    pub traces_dropped: Counter,
    hook_attempts: Family<Ended, Counter>,
    hooks_paused: Gauge,
    hooks_failing: Gauge,
    hooks_behind: Gauge,
    entries: Gauge,
    records: Gauge,
    last_record_age_s: Gauge,
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

/// Upper edges of the classes of a latency, in seconds.
const SECONDS: [f64; 12] =
    [0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

impl Metrics {
    /// All of them at zero.
    pub fn new() -> Metrics {
        let mut registry = Registry::with_prefix("tj");
        let answered = Family::<Answered, Counter>::default();
        registry.register("http_answers", "Answers by operation and status", answered.clone());
        let seconds: Family<Of, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(SECONDS));
        registry.register("http_seconds", "Time from request to answer", seconds.clone());
        let mut gauge = |name: &str, help: &str| {
            let gauge = Gauge::default();
            registry.register(name, help, gauge.clone());
            gauge
        };
        let connections = gauge("http_connections", "Connections that are open");
        let entries = gauge("journal_entries", "Entries of the journal");
        let records = gauge("journal_records", "Records of the journal");
        let last_record_age_s = gauge("journal_last_record_age_seconds", "Since the latest record");
        let hooks_paused = gauge("webhooks_paused", "Webhooks that are told of nothing");
        let hooks_failing = gauge("webhooks_failing", "Webhooks whose latest attempt failed");
        let hooks_behind =
            gauge("webhooks_behind_records", "Records the slowest active webhook is behind");
        let hook_attempts = Family::<Ended, Counter>::default();
        registry.register("webhook_attempts", "Attempts by outcome", hook_attempts.clone());
        let traces_dropped = Counter::default();
        let says = "Traced requests that no collector took";
        registry.register("traces_dropped", says, traces_dropped.clone());
        let turned_away = Counter::default();
        registry.register("http_turned_away", "Connections beyond the cap", turned_away.clone());
        let batch_payments = Counter::default();
        registry.register(
            "batch_payments",
            "Payments that came in uploads",
            batch_payments.clone(),
        );
        Metrics {
            registry,
            totals: Totals::default(),
            answered,
            seconds,
            connections,
            turned_away,
            batch_payments,
            traces_dropped,
            hook_attempts,
            hooks_paused,
            hooks_failing,
            hooks_behind,
            entries,
            records,
            last_record_age_s,
        }
    }

    /// An answer went out.
    pub fn answered(&self, operation: &'static str, status: StatusCode, took: Duration) {
        self.totals.count(status, took);
        let operation = Word(operation);
        self.seconds
            .get_or_create(&Of { operation: operation.clone() })
            .observe(took.as_secs_f64());
        self.answered.get_or_create(&Answered { operation, status: status.as_u16() }).inc();
    }

    /// Where the journal stands.
    pub fn journal(&self, entries: u64, records: u64, age_s: u64) {
        for (gauge, value) in
            [(&self.entries, entries), (&self.records, records), (&self.last_record_age_s, age_s)]
        {
            gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
        }
    }

    /// A receiver of a webhook took a message, or did not.
    pub fn hook_attempted(&self, taken: bool) {
        let outcome = Word(if taken { "taken" } else { "failed" });
        self.hook_attempts.get_or_create(&Ended { outcome }).inc();
    }

    /// How the webhooks are doing.
    pub fn hooks(&self, paused: usize, failing: usize, behind_records: u64) {
        self.hooks_paused.set(i64::try_from(paused).unwrap_or(i64::MAX));
        self.hooks_failing.set(i64::try_from(failing).unwrap_or(i64::MAX));
        self.hooks_behind.set(i64::try_from(behind_records).unwrap_or(i64::MAX));
    }

    /// All of them as text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a text cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

impl Default for Metrics {
    fn default() -> Metrics {
        Metrics::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_most_answers_is_the_edge_of_its_class() {
        let totals = Totals::default();
        assert_eq!((totals.answers(), totals.within_s(990)), (0, None));
        for _ in 0..98 {
            totals.count(StatusCode::OK, Duration::from_micros(400));
        }
        totals.count(StatusCode::INTERNAL_SERVER_ERROR, Duration::from_millis(15));
        totals.count(StatusCode::OK, Duration::from_millis(90));
        assert_eq!((totals.answers(), totals.failed()), (100, 1));
        assert_eq!(totals.within_s(500), Some(0.000_5));
        assert_eq!(totals.within_s(990), Some(0.02));
        assert_eq!(totals.within_s(1_000), Some(0.1));
    }
}
