//! Values as the few numbers a histogram needs: each feature cut at up to 254 places, by how many cases lie between.

/// Bins of a feature at most, the one for missing values included.
pub const BINS_MAX: usize = 255;

/// A feature of all cases.
pub struct Column {
    /// The bin of each case; the last bin holds the missing values.
    pub bins: Vec<u8>,
    /// The bound between each bin and the next: values up to it lie on the left.
    pub bounds: Vec<f64>,
}

impl Column {
    /// The bin of missing values.
    pub fn missing(&self) -> usize {
        self.bounds.len() + 1
    }

    fn new(values: &[f64]) -> Column {
        let mut sorted: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
        // -0 and 0 are one value.
        sorted.iter_mut().for_each(|value| *value += 0.0);
        sorted.sort_unstable_by(f64::total_cmp);
        let runs: Vec<(f64, usize)> = sorted
            .chunk_by(|one, other| one.total_cmp(other).is_eq())
            .map(|run| (run[0], run.len()))
            .collect();
        let bounds = bounds(&runs, sorted.len());
        let missing = bounds.len() + 1;
        let bin = |value: &f64| {
            if value.is_nan() { missing } else { bounds.partition_point(|bound| bound < value) }
        };
        let bins = values.iter().map(|value| bin(value) as u8).collect();
        Column { bins, bounds }
    }
}

/// Where to cut: everywhere if the values are few, else so that as many cases lie in each bin as can be.
fn bounds(runs: &[(f64, usize)], cases: usize) -> Vec<f64> {
    // The last bin is for missing values, and between n bins are n - 1 bounds.
    let most = BINS_MAX - 1;
    let everywhere = runs.len() <= most;
    let (mut bounds, mut filled, mut left) = (Vec::new(), 0, cases);
    for pair in runs.windows(2) {
        let [(value, count), (next, _)] = [pair[0], pair[1]];
        filled += count;
        let wanted = left as f64 / (most - bounds.len()) as f64;
        if everywhere || filled as f64 >= wanted {
            bounds.push(between(value, next));
            left -= filled;
            filled = 0;
        }
        if bounds.len() == most - 1 {
            break;
        }
    }
    bounds
}

/// A bound that keeps the one on the left and the other on the right.
fn between(one: f64, other: f64) -> f64 {
    let middle = one / 2.0 + other / 2.0;
    if middle >= one && middle < other { middle } else { one }
}

/// All features of all cases.
pub struct Binned {
    /// One for each feature.
    pub columns: Vec<Column>,
    /// How many cases there are.
    pub cases: usize,
}

impl Binned {
    /// Rows as bins.
    pub fn new(rows: &[Vec<f64>], features: usize) -> Binned {
        let column = |at: usize| Column::new(&rows.iter().map(|row| row[at]).collect::<Vec<f64>>());
        Binned { columns: (0..features).map(column).collect(), cases: rows.len() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_have_a_bin_each_and_missing_ones_the_last() {
        let column = Column::new(&[3.0, f64::NAN, -0.0, 0.0, 7.0]);
        assert_eq!(column.bounds, [1.5, 5.0]);
        assert_eq!(column.bins, [1, 3, 0, 0, 2]);
        assert_eq!(Column::new(&[f64::NAN; 2]).bins, [1, 1]);
    }

    #[test]
    fn many_values_share_bins_evenly_and_keep_their_order() {
        let values: Vec<f64> = (0..100_000).map(f64::from).collect();
        let column = Column::new(&values);
        assert_eq!(column.missing(), BINS_MAX - 1);
        assert!(column.bins.is_sorted());
        let mut counts = [0; BINS_MAX];
        column.bins.iter().for_each(|bin| counts[usize::from(*bin)] += 1);
        assert!(
            counts[..BINS_MAX - 1].iter().all(|count| (390..=400).contains(count)),
            "{counts:?}"
        );
    }

    #[test]
    fn a_bound_lies_between_its_neighbours() {
        for (one, other) in
            [(1.0, 1.0_f64.next_up()), (-1e308, 1.7e308), (0.0, 5e-324), (f64::NEG_INFINITY, 0.0)]
        {
            let bound = between(one, other);
            assert!(one <= bound && bound < other, "{one:e} {bound:e} {other:e}");
        }
    }
}
