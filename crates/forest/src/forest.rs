//! The forest: names of features, trees, and what becomes of their sum. What is built here is sound, so
//! that scoring cannot fail: whatever the row, it answers, at once, without allocating, the same everywhere.

use crate::link::{Link, Width, millionths};
use crate::tree::{Kind, Tree};
use crate::walk::Walk;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

pub use crate::tree::FEATURES_MAX;
/// Bytes of a feature's name at most.
pub const NAME_BYTES_MAX: usize = 255;
/// Outputs at most.
pub const OUTPUTS_MAX: usize = 64;
/// Trees at most.
pub const TREES_MAX: usize = 16_384;
/// Nodes of all trees together at most.
pub const NODES_MAX: usize = 1 << 22;
/// Words of categories of all trees together at most.
pub const WORDS_MAX: usize = 1 << 22;

/// Why parts are not a forest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForestError {
    /// Other bytes than a forest of this version begins with, too few, too many, or not as they would be written.
    Form,
    /// More than allowed.
    TooLarge,
    /// A name that is empty, too long, or stands twice.
    Name(u16),
    /// No output, more than allowed, or numbers that are none.
    Outputs,
    /// A tree with a node that is wrong.
    Tree {
        /// Its place.
        tree: u32,
        /// The node's place.
        node: u32,
        /// What is wrong.
        says: &'static str,
    },
}

impl fmt::Display for ForestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ForestError::Form => f.write_str("these bytes are no forest of this version"),
            ForestError::TooLarge => write!(
                f,
                "a forest has at most {FEATURES_MAX} features, {TREES_MAX} trees and {NODES_MAX} nodes"
            ),
            ForestError::Name(at) => {
                write!(f, "the name of feature {at} is empty, too long, or stands twice")
            }
            ForestError::Outputs => {
                write!(f, "a forest has 1 to {OUTPUTS_MAX} outputs, each with numbers")
            }
            ForestError::Tree { tree, node, says } => write!(f, "tree {tree}, node {node}: {says}"),
        }
    }
}

impl core::error::Error for ForestError {}

/// What a forest is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts {
    /// Names of the features, in the order of a row.
    pub features: Vec<String>,
    /// The trees, in the order in which their leaves are added.
    pub trees: Vec<Tree>,
    /// Where the sum of each output begins.
    pub base: Vec<f64>,
    /// What sums are divided by: how many trees are averaged, or 1.
    pub divisor: u32,
    /// What becomes of margins.
    pub link: Link,
    /// How wide numbers are while they are added.
    pub width: Width,
}

/// An ensemble of decision trees.
#[derive(Clone, Debug)]
pub struct Forest {
    parts: Parts,
    /// True when each node says how much came by, so that scores can be explained.
    covered: bool,
    walk: Walk,
}

/// The walk follows from the parts.
impl PartialEq for Forest {
    fn eq(&self, other: &Forest) -> bool {
        self.parts == other.parts
    }
}

impl Forest {
    /// A forest of these parts.
    ///
    /// # Errors
    /// See [`ForestError`].
    pub fn new(parts: Parts) -> Result<Forest, ForestError> {
        let nodes: usize = parts.trees.iter().map(|tree| tree.nodes().len()).sum();
        let many = parts.features.len() > FEATURES_MAX || parts.trees.len() > TREES_MAX;
        if many || nodes > NODES_MAX || words(&parts.trees) > WORDS_MAX {
            return Err(ForestError::TooLarge);
        }
        let mut names = BTreeSet::new();
        for (at, name) in (0..).zip(&parts.features) {
            if name.is_empty() || name.len() > NAME_BYTES_MAX || !names.insert(name) {
                return Err(ForestError::Name(at));
            }
        }
        let scale = if let Link::Sigmoid { scale } = parts.link { scale } else { 1.0 };
        let numbers = parts.base.iter().all(|base| base.is_finite()) && scale.is_finite();
        if !(1..=OUTPUTS_MAX).contains(&parts.base.len()) || !numbers || parts.divisor == 0 {
            return Err(ForestError::Outputs);
        }
        let mut covered = true;
        for (tree, place) in parts.trees.iter().zip(0..) {
            let wrong = |node, says| Err(ForestError::Tree { tree: place, node, says });
            if usize::from(tree.class()) >= parts.base.len() {
                return wrong(0, "adds to an output that is not there");
            }
            for (node, at) in tree.nodes().iter().zip(0..) {
                covered &= node.cover > 0.0;
                match &node.kind {
                    Kind::Split(split) if usize::from(split.feature) >= parts.features.len() => {
                        return wrong(at, "asks for a feature that is not there");
                    }
                    _ => {}
                }
            }
        }
        let walk = Walk::new(&parts.trees);
        Ok(Forest { parts, covered, walk })
    }

    /// What it is made of.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// Names of its features, in the order of a row.
    pub fn features(&self) -> &[String] {
        &self.parts.features
    }

    /// How many outputs it has.
    pub fn outputs(&self) -> usize {
        self.parts.base.len()
    }

    /// True when its scores can be explained: each node says how much came by.
    pub fn is_covered(&self) -> bool {
        self.covered
    }

    /// The margins of a row, the sums before the link, into as many places as there are outputs. Values stand in
    /// the order of the features; NaN, and what a short row does not have, is missing.
    pub fn margins_into(&self, row: &[f64], outputs: &mut [f64; OUTPUTS_MAX]) {
        let outputs = &mut outputs[..self.parts.base.len()];
        outputs.copy_from_slice(&self.parts.base);
        self.walk.add(self.parts.width, row, outputs);
        if self.parts.divisor > 1 {
            let divisor = f64::from(self.parts.divisor);
            outputs.iter_mut().for_each(|sum| *sum = self.parts.width.divide(*sum, divisor));
        }
    }

    /// The margins of a row as a list.
    pub fn margins(&self, row: &[f64]) -> Vec<f64> {
        let mut outputs = [0.0; OUTPUTS_MAX];
        self.margins_into(row, &mut outputs);
        outputs[..self.outputs()].to_vec()
    }

    /// The answers of a row: margins after the link.
    pub fn scores_into(&self, row: &[f64], outputs: &mut [f64; OUTPUTS_MAX]) {
        self.margins_into(row, outputs);
        self.parts.link.apply(self.parts.width, &mut outputs[..self.parts.base.len()]);
    }

    /// The answers of a row as a list.
    pub fn scores(&self, row: &[f64]) -> Vec<f64> {
        let mut outputs = [0.0; OUTPUTS_MAX];
        self.scores_into(row, &mut outputs);
        outputs[..self.outputs()].to_vec()
    }

    /// The one number that rules and cases speak of: of one output its answer, of several the sum of all but the
    /// first, because the first class is "nothing wrong".
    pub fn score(&self, row: &[f64]) -> f64 {
        let mut outputs = [0.0; OUTPUTS_MAX];
        self.scores_into(row, &mut outputs);
        match &outputs[..self.parts.base.len()] {
            [only] => *only,
            [_, others @ ..] => others.iter().sum(),
            [] => 0.0,
        }
    }

    /// The score in parts per million, rounded, from 0 to 1,000,000: what the ledger keeps.
    pub fn millionths(&self, row: &[f64]) -> u32 {
        millionths(self.score(row))
    }

    /// The margins by the plain way, node by node; what the fast one is held against.
    pub fn plain_margins(&self, row: &[f64]) -> Vec<f64> {
        let (width, mut outputs) = (self.parts.width, self.parts.base.clone());
        for tree in &self.parts.trees {
            let output = &mut outputs[usize::from(tree.class())];
            *output = width.add(*output, tree.leaf(row));
        }
        if self.parts.divisor > 1 {
            let divisor = f64::from(self.parts.divisor);
            outputs.iter_mut().for_each(|sum| *sum = width.divide(*sum, divisor));
        }
        outputs
    }
}

/// Words of categories of all trees.
fn words(trees: &[Tree]) -> usize {
    use crate::tree::Test::{Among, AmongWhole};
    let nodes = trees.iter().flat_map(Tree::nodes);
    let of_node = nodes.map(|node| match &node.kind {
        Kind::Split(split) => match &split.test {
            Among(words) | AmongWhole(words) => words.len(),
            _ => 0,
        },
        Kind::Leaf(_) => 0,
    });
    of_node.sum()
}
