//! Fits gradient-boosted trees to closed cases, so that a bank without a model can begin with one of its own: the
//! logistic loss, trees grown leaf by leaf over histograms (`train/grow.rs`, `train/bins.rs`), stopped early by
//! the latest cases, which are held out. The same cases, settings and seed give the same bytes on every machine.

mod bins;
mod grow;

use bins::Binned;
use forest::{Forest, Link, Parts, Tree, Width};
use grow::{Gradients, grow};
use std::fmt;

/// Cases to learn from, in the order of their time.
#[derive(Clone, Copy, Debug)]
pub struct Cases<'a> {
    /// Names of the features.
    pub names: &'a [String],
    /// A row for each case, its values in the order of the names; NaN is missing.
    pub rows: &'a [Vec<f64>],
    /// What each case turned out to be.
    pub labels: &'a [bool],
    /// What each case counts; empty when all count the same.
    pub weights: &'a [f64],
}

/// How to fit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Trees at most.
    pub trees: usize,
    /// Leaves of a tree at most.
    pub leaves: usize,
    /// The share of a tree's answer that is added.
    pub shrinkage: f64,
    /// Cases in a leaf at least.
    pub leaf_cases_min: u32,
    /// The sum of second derivatives in a leaf at least.
    pub leaf_hessian_min: f64,
    /// What is added to that sum: the larger, the smaller the leaves' answers.
    pub l2: f64,
    /// The share of the features that each tree may look at.
    pub feature_share: f64,
    /// The share of the cases, the latest, that are held out to see when to stop. 0 never stops early.
    pub held_out: f64,
    /// Trees without a better answer to the cases held out after which it stops.
    pub patience: usize,
    /// From which the features of each tree are drawn.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            trees: 300,
            leaves: 31,
            shrinkage: 0.05,
            leaf_cases_min: 20,
            leaf_hessian_min: 1e-3,
            l2: 1.0,
            feature_share: 0.8,
            held_out: 0.2,
            patience: 30,
            seed: 1,
        }
    }
}

/// Cases at least of each kind.
pub const CASES_MIN: usize = 20;

/// Why nothing can be learnt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrainError {
    /// Rows, labels, weights or names are not equally many, or there are too many features.
    Shape,
    /// Too few cases of a kind among those that are not held out.
    Cases {
        /// How many that were something.
        positive: usize,
        /// How many that were nothing.
        negative: usize,
    },
    /// A weight that is no number from 0 on.
    Weight(usize),
    /// A setting that is none.
    Setting(&'static str),
}

impl fmt::Display for TrainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TrainError::Shape => f.write_str(
                "rows, labels, weights and names do not fit each other, or are too many",
            ),
            TrainError::Cases { positive, negative } => write!(
                f,
                "{positive} cases were something and {negative} nothing, of those to learn from; \
                 {CASES_MIN} of each are needed"
            ),
            TrainError::Weight(at) => write!(f, "the weight of case {at} is no number from 0 on"),
            TrainError::Setting(name) => write!(f, "{name} is out of its range"),
        }
    }
}

impl std::error::Error for TrainError {}

/// A model and how it came about.
#[derive(Clone, Debug)]
pub struct Fitted {
    /// The model.
    pub forest: Forest,
    /// Trees that were grown; those after the best are not in the model.
    pub grown: usize,
    /// The mean logistic loss on the cases held out, if there are any.
    pub held_out_loss: Option<f64>,
    /// How well it ranks the cases held out: average precision, if there are cases of both kinds.
    pub held_out_precision: Option<f64>,
}

/// Fits a model.
///
/// # Errors
/// See [`TrainError`].
pub fn train(cases: &Cases<'_>, settings: &Settings) -> Result<Fitted, TrainError> {
    check(cases, settings)?;
    let learnt = cases.rows.len() - (cases.rows.len() as f64 * settings.held_out) as usize;
    let positive = cases.labels[..learnt].iter().filter(|label| **label).count();
    let negative = learnt - positive;
    if positive.min(negative) < CASES_MIN {
        return Err(TrainError::Cases { positive, negative });
    }
    let binned = Binned::new(&cases.rows[..learnt], cases.names.len());
    let base = base(cases, learnt);
    let mut margins = vec![base; cases.rows.len()];
    let mut gradients = Gradients::new(learnt);
    let mut trees: Vec<Tree> = Vec::new();
    let (mut best, mut best_loss) = (0, f64::INFINITY);
    while trees.len() < settings.trees {
        for (at, margin) in margins.iter().take(learnt).enumerate() {
            let share = share(*margin);
            let label = if cases.labels[at] { 1.0 } else { 0.0 };
            gradients.set(
                at,
                cases.weight(at) * (share - label),
                cases.weight(at) * share * (1.0 - share),
            );
        }
        let features = draw(cases.names.len(), settings, trees.len());
        let Some(tree) = grow(&binned, &gradients, &features, settings) else { break };
        for (margin, row) in margins.iter_mut().zip(cases.rows) {
            *margin += tree.leaf(row);
        }
        trees.push(tree);
        let loss = cases.loss(&margins, learnt);
        if loss.is_none_or(|loss| loss < best_loss) {
            (best, best_loss) = (trees.len(), loss.unwrap_or(best_loss));
        }
        if trees.len() - best >= settings.patience {
            break;
        }
    }
    let grown = trees.len();
    trees.truncate(best);
    let parts = Parts {
        features: cases.names.to_vec(),
        trees,
        base: vec![base],
        divisor: 1,
        link: Link::Sigmoid { scale: 1.0 },
        width: Width::Double,
    };
    let forest = Forest::new(parts).map_err(|_| TrainError::Shape)?;
    let scores: Vec<f64> = cases.rows[learnt..].iter().map(|row| forest.score(row)).collect();
    let held_out_precision = average_precision(&scores, &cases.labels[learnt..]);
    let held_out_loss = best_loss.is_finite().then_some(best_loss);
    Ok(Fitted { forest, grown, held_out_loss, held_out_precision })
}

fn check(cases: &Cases<'_>, settings: &Settings) -> Result<(), TrainError> {
    let count = cases.rows.len();
    let weighted = cases.weights.is_empty() || cases.weights.len() == count;
    let wide = cases.names.is_empty() || cases.names.len() > forest::forest::FEATURES_MAX;
    let even = cases.rows.iter().all(|row| row.len() == cases.names.len());
    if cases.labels.len() != count || !weighted || wide || !even || count > u32::MAX as usize {
        return Err(TrainError::Shape);
    }
    let is_weight = |weight: &f64| *weight >= 0.0 && weight.is_finite();
    if let Some(at) = cases.weights.iter().position(|weight| !is_weight(weight)) {
        return Err(TrainError::Weight(at));
    }
    let Settings { trees, leaves, shrinkage, l2, feature_share, held_out, patience, .. } =
        *settings;
    let hessian = settings.leaf_hessian_min;
    let settings = [
        ("trees", (1..=forest::forest::TREES_MAX).contains(&trees)),
        ("leaves", (2..=1_024).contains(&leaves)),
        ("shrinkage", shrinkage > 0.0 && shrinkage <= 1.0),
        ("leaf_hessian_min", hessian >= 0.0 && hessian.is_finite()),
        ("l2", l2 >= 0.0 && l2.is_finite()),
        ("feature_share", feature_share > 0.0 && feature_share <= 1.0),
        ("held_out", (0.0..0.9).contains(&held_out)),
        ("patience", patience > 0),
    ];
    let wrong = settings.iter().find(|(_, fits)| !fits);
    wrong.map_or(Ok(()), |(name, _)| Err(TrainError::Setting(name)))
}

impl Cases<'_> {
    fn weight(&self, at: usize) -> f64 {
        self.weights.get(at).copied().unwrap_or(1.0)
    }

    /// The mean loss on the cases held out.
    fn loss(&self, margins: &[f64], learnt: usize) -> Option<f64> {
        let (mut sum, mut weights) = (0.0, 0.0);
        for (at, margin) in margins.iter().enumerate().skip(learnt) {
            let towards = if self.labels[at] { -margin } else { *margin };
            // ln(1 + exp(x)) without overflow.
            let loss = towards.max(0.0) + libm::log1p(libm::exp(-towards.abs()));
            sum += self.weight(at) * loss;
            weights += self.weight(at);
        }
        (weights > 0.0).then(|| sum / weights)
    }
}

/// The margin of the share of cases that were something.
fn base(cases: &Cases<'_>, learnt: usize) -> f64 {
    let (mut positive, mut all) = (0.0, 0.0);
    for at in 0..learnt {
        all += cases.weight(at);
        positive += if cases.labels[at] { cases.weight(at) } else { 0.0 };
    }
    let share = (positive / all).clamp(1e-9, 1.0 - 1e-9);
    // Weights that are all zero leave no share.
    if share.is_nan() { 0.0 } else { libm::log(share / (1.0 - share)) }
}

fn share(margin: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-margin))
}

/// The features a tree may look at, in their order.
fn draw(count: usize, settings: &Settings, tree: usize) -> Vec<usize> {
    let wanted = ((count as f64 * settings.feature_share) as usize).clamp(1, count);
    let mut features: Vec<usize> = (0..count).collect();
    let mut state = settings.seed ^ (tree as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for at in 0..wanted {
        let other = at + (mix(&mut state) % (count - at) as u64) as usize;
        features.swap(at, other);
    }
    features.truncate(wanted);
    features.sort_unstable();
    features
}

/// The next number of SplitMix64.
fn mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// The mean, over the cases that were something, of the precision at their score; equal scores count as one step.
/// `None` unless there are cases of both kinds.
pub fn average_precision(scores: &[f64], labels: &[bool]) -> Option<f64> {
    let mut ranked: Vec<(f64, bool)> = scores.iter().copied().zip(labels.iter().copied()).collect();
    ranked.sort_by(|one, other| other.0.total_cmp(&one.0));
    let all = labels.iter().filter(|label| **label).count();
    if all == 0 || all == labels.len() {
        return None;
    }
    let (mut seen, mut found, mut sum) = (0, 0, 0.0);
    for step in ranked.chunk_by(|one, other| one.0.total_cmp(&other.0).is_eq()) {
        seen += step.len();
        let positive = step.iter().filter(|(_, label)| *label).count();
        found += positive;
        sum += positive as f64 * found as f64 / seen as f64;
    }
    Some(sum / all as f64)
}
