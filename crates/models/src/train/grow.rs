//! Grows one tree: always the leaf whose best split gains most, until there are enough leaves or none gains. The
//! histogram of a node's larger child is its own less the smaller child's, so only the smaller is counted.

use super::Settings;
use super::bins::{BINS_MAX, Binned};
use forest::{Part, Test, Tree};

/// First and second derivatives of the loss, for each case.
pub struct Gradients {
    pairs: Vec<[f64; 2]>,
}

impl Gradients {
    pub fn new(cases: usize) -> Gradients {
        Gradients { pairs: vec![[0.0; 2]; cases] }
    }

    pub fn set(&mut self, at: usize, first: f64, second: f64) {
        self.pairs[at] = [first, second];
    }
}

/// Sums over cases.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    first: f64,
    second: f64,
    cases: u32,
}

impl Sum {
    fn plus(self, other: Sum) -> Sum {
        let (first, second) = (self.first + other.first, self.second + other.second);
        Sum { first, second, cases: self.cases + other.cases }
    }

    fn less(self, other: Sum) -> Sum {
        let (first, second) = (self.first - other.first, self.second - other.second);
        Sum { first, second, cases: self.cases - other.cases }
    }

    /// How much loss a leaf of these cases takes away, twice.
    fn gain(self, l2: f64) -> f64 {
        self.first * self.first / (self.second + l2)
    }

    fn fits(self, settings: &Settings) -> bool {
        self.cases >= settings.leaf_cases_min && self.second >= settings.leaf_hessian_min
    }
}

/// The best split of a leaf.
#[derive(Clone, Copy, Debug)]
struct Best {
    gain: f64,
    /// Its place among the tree's features.
    feature: usize,
    /// The last bin that goes left.
    bin: usize,
    missing_left: bool,
}

/// A leaf that may yet be split.
struct Leaf {
    /// Its place among the tree's nodes.
    node: usize,
    /// The cases in it.
    cases: Vec<u32>,
    sum: Sum,
    histogram: Vec<[Sum; BINS_MAX]>,
    best: Option<Best>,
}

/// A tree fitted to the gradients, or none when no split gains anything.
pub fn grow(
    binned: &Binned,
    gradients: &Gradients,
    features: &[usize],
    settings: &Settings,
) -> Option<Tree> {
    let grower = Grower { binned, gradients, features, settings };
    let root = grower.leaf(0, (0..binned.cases as u32).collect(), None);
    let mut parts = vec![grower.end(root.sum)];
    let mut leaves = vec![root];
    while leaves.len() < settings.leaves {
        let gain = |leaf: &Leaf| leaf.best.map_or(0.0, |best| best.gain);
        // Of equal ones the first.
        let widest = (0..leaves.len())
            .rev()
            .max_by(|one, other| gain(&leaves[*one]).total_cmp(&gain(&leaves[*other])))?;
        let Some(best) = leaves[widest].best else { break };
        let parent = leaves.swap_remove(widest);
        let (node, cover) = (parent.node, f64::from(parent.sum.cases));
        let (left, right) = grower.split(parent, best, parts.len());
        let feature = features[best.feature];
        parts[node] = Part::Split {
            feature: feature as u16,
            test: Test::AtMost(binned.columns[feature].bounds[best.bin]),
            missing_left: best.missing_left,
            left: left.node,
            right: right.node,
            cover,
        };
        parts.extend([grower.end(left.sum), grower.end(right.sum)]);
        leaves.extend([left, right]);
    }
    if parts.len() == 1 { None } else { Tree::grow(0, &parts).ok() }
}

struct Grower<'a> {
    binned: &'a Binned,
    gradients: &'a Gradients,
    features: &'a [usize],
    settings: &'a Settings,
}

impl Grower<'_> {
    fn end(&self, sum: Sum) -> Part {
        let value = -sum.first / (sum.second + self.settings.l2) * self.settings.shrinkage;
        // Without weight and penalty there is nothing to divide by.
        let value = if value.is_finite() { value } else { 0.0 };
        Part::Leaf { value, cover: f64::from(sum.cases) }
    }

    /// A leaf of these cases, its histogram counted unless it is known.
    fn leaf(&self, node: usize, cases: Vec<u32>, known: Option<Vec<[Sum; BINS_MAX]>>) -> Leaf {
        let histogram = known.unwrap_or_else(|| self.histogram(&cases));
        // The first feature's bins hold all cases, as each feature's do.
        let sum = histogram[0].iter().fold(Sum::default(), |sum, bin| sum.plus(*bin));
        let best = self.best(&histogram, sum);
        Leaf { node, cases, sum, histogram, best }
    }

    fn histogram(&self, cases: &[u32]) -> Vec<[Sum; BINS_MAX]> {
        let count = |feature: &usize| {
            let bins = &self.binned.columns[*feature].bins;
            let mut sums = [Sum::default(); BINS_MAX];
            for case in cases {
                let [first, second] = self.gradients.pairs[*case as usize];
                let sum = &mut sums[usize::from(bins[*case as usize])];
                sum.first += first;
                sum.second += second;
                sum.cases += 1;
            }
            sums
        };
        self.features.iter().map(count).collect()
    }

    /// The split that gains most; of equal ones the first.
    fn best(&self, histogram: &[[Sum; BINS_MAX]], all: Sum) -> Option<Best> {
        let l2 = self.settings.l2;
        let mut best: Option<Best> = None;
        for (feature, sums) in histogram.iter().enumerate() {
            let column = &self.binned.columns[self.features[feature]];
            let missing = sums[column.missing()];
            let mut below = Sum::default();
            for (bin, sum) in sums.iter().enumerate().take(column.bounds.len()) {
                below = below.plus(*sum);
                for missing_left in [false, true] {
                    // Where nothing is missing both are the same split.
                    if missing_left && missing.cases == 0 {
                        continue;
                    }
                    let left = if missing_left { below.plus(missing) } else { below };
                    let right = all.less(left);
                    let gain = left.gain(l2) + right.gain(l2) - all.gain(l2);
                    let better = gain > best.map_or(1e-12, |best| best.gain);
                    if better && left.fits(self.settings) && right.fits(self.settings) {
                        // A value that was never missing goes, when it is, where most went.
                        let more = missing.cases == 0 && left.cases > right.cases;
                        best =
                            Some(Best { gain, feature, bin, missing_left: missing_left || more });
                    }
                }
            }
        }
        best
    }

    /// The two leaves a leaf becomes; their nodes are the next two.
    fn split(&self, parent: Leaf, best: Best, next: usize) -> (Leaf, Leaf) {
        let column = &self.binned.columns[self.features[best.feature]];
        let goes_left = |case: &u32| {
            let bin = usize::from(column.bins[*case as usize]);
            if bin == column.missing() { best.missing_left } else { bin <= best.bin }
        };
        let (lefts, rights): (Vec<u32>, Vec<u32>) =
            parent.cases.iter().partition(|case| goes_left(case));
        let smaller = self.histogram(if lefts.len() <= rights.len() { &lefts } else { &rights });
        let mut larger = parent.histogram;
        for (sums, others) in larger.iter_mut().zip(&smaller) {
            sums.iter_mut().zip(others).for_each(|(sum, other)| *sum = sum.less(*other));
        }
        let (left, right) =
            if lefts.len() <= rights.len() { (smaller, larger) } else { (larger, smaller) };
        (self.leaf(next, lefts, Some(left)), self.leaf(next + 1, rights, Some(right)))
    }
}
