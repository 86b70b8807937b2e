//! How well scores and rules tell thieves' payments from others, with how sure that is: average precision with an interval
//! drawn over cases, shares with Wilson's interval. All at 95 %.

use std::collections::BTreeMap;

/// Draws for an interval.
const DRAWS: usize = 400;
/// The normal distribution's 97.5 % point.
const Z: f64 = 1.959_964;

/// A number and between which ones it probably lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Between {
    /// As measured.
    pub value: f64,
    /// The interval.
    pub low: f64,
    /// The interval.
    pub high: f64,
}

impl Between {
    /// A share of `all`, by Wilson's interval; nothing of nothing.
    pub fn share(part: u64, all: u64) -> Option<Between> {
        if all == 0 {
            return None;
        }
        let (n, value) = (all as f64, part as f64 / all as f64);
        let middle = value + Z * Z / (2.0 * n);
        let half = Z * (value * (1.0 - value) / n + Z * Z / (4.0 * n * n)).sqrt();
        let whole = 1.0 + Z * Z / n;
        let (low, high) = ((middle - half) / whole, (middle + half) / whole);
        Some(Between { value, low: low.max(0.0), high: high.min(1.0) })
    }

    /// As people read it.
    pub fn text(self) -> String {
        format!("{:.3} ({:.3} to {:.3})", self.value, self.low, self.high)
    }

    /// As programs read it.
    pub fn json(self) -> serde_json::Value {
        serde_json::json!({ "value": self.value, "low": self.low, "high": self.high })
    }
}

/// Scores of payments, and of those that were something, their cases.
#[derive(Clone, Debug, Default)]
pub struct Scored {
    honest: Vec<i64>,
    stolen: Vec<(i64, u32)>,
}

impl Scored {
    /// A payment's score; of what was something, its case.
    pub fn add(&mut self, score: i64, case: Option<u32>) {
        match case {
            Some(case) => self.stolen.push((score, case)),
            None => self.honest.push(score),
        }
    }

    /// The mean, over the payments that were something, of the precision at their score. Equal scores count against it:
    /// the honest ones first. The interval draws cases anew, because payments of one case are found or missed together.
    pub fn average_precision(&self) -> Option<Between> {
        if self.stolen.is_empty() || self.honest.is_empty() {
            return None;
        }
        let mut honest = self.honest.clone();
        honest.sort_unstable();
        let above = |score: i64| honest.len() - honest.partition_point(|other| *other < score);
        let mut cases: BTreeMap<u32, Vec<(i64, usize)>> = BTreeMap::new();
        for (score, case) in &self.stolen {
            cases.entry(*case).or_default().push((*score, above(*score)));
        }
        let cases: Vec<Vec<(i64, usize)>> = cases.into_values().collect();
        let value = precision_of(cases.iter().flatten().copied().collect());
        let mut seed = 7_u64;
        let mut draws: Vec<f64> = (0..DRAWS)
            .map(|_| {
                let drawn = (0..cases.len()).flat_map(|_| {
                    seed = seed
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1_442_695_040_888_963_407);
                    cases[(seed >> 33) as usize % cases.len()].iter().copied()
                });
                precision_of(drawn.collect())
            })
            .collect();
        draws.sort_by(f64::total_cmp);
        let at = |share: f64| draws[((DRAWS - 1) as f64 * share).round() as usize];
        Some(Between { value, low: at(0.025), high: at(0.975) })
    }
}

/// Average precision of payments by their scores and how many honest ones score as much or more.
fn precision_of(mut stolen: Vec<(i64, usize)>) -> f64 {
    stolen.sort_unstable_by_key(|(score, _)| std::cmp::Reverse(*score));
    let all = stolen.len() as f64;
    let (mut seen, mut sum) = (0_usize, 0.0);
    for step in stolen.chunk_by(|one, other| one.0 == other.0) {
        seen += step.len();
        sum += step.len() as f64 * seen as f64 / (seen + step[0].1) as f64;
    }
    sum / all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn average_precision_is_what_its_definition_says() {
        let scored = |pairs: &[(i64, bool)]| {
            let mut scored = Scored::default();
            for (at, (score, stolen)) in (0..).zip(pairs) {
                scored.add(*score, stolen.then_some(at));
            }
            scored.average_precision().unwrap()
        };
        let perfect = scored(&[(9, true), (8, true), (1, false), (0, false)]);
        assert_eq!((perfect.value, perfect.low, perfect.high), (1.0, 1.0, 1.0));
        // Found second and fourth: (1/2 + 2/4) / 2.
        let mixed = scored(&[(9, false), (8, true), (7, false), (6, true)]);
        assert!((mixed.value - 0.5).abs() < 1e-12, "{mixed:?}");
        // The same score as an honest one is not better than it.
        let tied = scored(&[(5, true), (5, false)]);
        assert!((tied.value - 0.5).abs() < 1e-12, "{tied:?}");
        assert!(mixed.low <= mixed.value && mixed.value <= mixed.high);
        assert!(Scored::default().average_precision().is_none());
    }

    #[test]
    fn a_share_of_few_is_less_sure_than_of_many() {
        let (few, many) = (Between::share(5, 10).unwrap(), Between::share(500, 1_000).unwrap());
        assert!(few.high - few.low > 4.0 * (many.high - many.low));
        assert!((many.low - 0.469).abs() < 0.001 && (many.high - 0.531).abs() < 0.001, "{many:?}");
        assert_eq!(Between::share(0, 0), None);
        assert!(Between::share(0, 20).unwrap().high > 0.1);
    }
}
