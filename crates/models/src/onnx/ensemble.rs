//! What ONNX's tree operators have in common: splits that ask one thing of a feature, leaves with weights for one or
//! several outputs. A tree whose leaves speak for several outputs becomes one tree for each.

use super::wrong;
use crate::error::{Form, ReadError};
use crate::single::{at_most, below};
use forest::forest::FEATURES_MAX;
use forest::{Forest, Link, Part, Parts, Test, Tree, Width};
use std::collections::{BTreeMap, BTreeSet};

/// What a split asks of a value x.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    AtMost,
    Below,
    AtLeast,
    Above,
    Equal,
    NotEqual,
}

impl Mode {
    pub fn of_name(name: &[u8]) -> Option<Mode> {
        Some(match name {
            b"BRANCH_LEQ" => Mode::AtMost,
            b"BRANCH_LT" => Mode::Below,
            b"BRANCH_GTE" => Mode::AtLeast,
            b"BRANCH_GT" => Mode::Above,
            b"BRANCH_EQ" => Mode::Equal,
            b"BRANCH_NEQ" => Mode::NotEqual,
            _ => return None,
        })
    }

    /// Of version 5; membership, number 6, is not among them.
    pub fn of_number(number: f64) -> Option<Mode> {
        let modes =
            [Mode::AtMost, Mode::Below, Mode::AtLeast, Mode::Above, Mode::Equal, Mode::NotEqual];
        modes.get(number as usize).copied()
    }
}

/// A split of a tree.
#[derive(Clone, Debug)]
pub struct Split {
    pub tree: i64,
    pub id: i64,
    pub feature: i64,
    pub mode: Mode,
    pub bound: f64,
    pub if_true: i64,
    pub if_false: i64,
    pub missing_true: bool,
}

/// What a leaf adds to an output.
#[derive(Clone, Debug)]
pub struct Leaf {
    pub tree: i64,
    pub id: i64,
    pub output: i64,
    pub weight: f64,
}

/// The trees of an operator.
#[derive(Clone, Debug)]
pub struct Ensemble {
    pub splits: Vec<Split>,
    /// Tree and id of each node that is no split.
    pub ends: Vec<(i64, i64)>,
    pub leaves: Vec<Leaf>,
    /// Roots within tree 0; without any, the first node of each tree is its root.
    pub roots: Vec<i64>,
    pub outputs: usize,
    pub base: Vec<f64>,
    pub averages: bool,
    pub link: Link,
    /// True when bounds and sums are of 64 bits.
    pub double: bool,
}

impl Default for Ensemble {
    fn default() -> Ensemble {
        Ensemble {
            splits: Vec::new(),
            ends: Vec::new(),
            leaves: Vec::new(),
            roots: Vec::new(),
            outputs: 1,
            base: Vec::new(),
            averages: false,
            link: Link::Identity,
            double: false,
        }
    }
}

/// A node by its id.
enum Found<'a> {
    Split(&'a Split),
    End,
}

impl Ensemble {
    /// The forest; `columns` is how many values a row has, if the file says so.
    pub fn forest(self, columns: usize) -> Result<Forest, ReadError> {
        if self.outputs == 0 || self.outputs > forest::forest::OUTPUTS_MAX {
            return wrong("", "too few or too many outputs");
        }
        let asked = self.splits.iter().map(|split| split.feature.saturating_add(1)).max();
        let asked = usize::try_from(asked.unwrap_or(0)).unwrap_or(0);
        // A row whose width the file does not say is as wide as the splits ask.
        let features = if columns > 0 { columns } else { asked.min(FEATURES_MAX) };
        if features > FEATURES_MAX {
            return wrong("graph", "too many features");
        }
        let is_there = |feature: i64| usize::try_from(feature).is_ok_and(|at| at < features);
        if let Some(split) = self.splits.iter().find(|split| !is_there(split.feature)) {
            let place = format!("tree {}, node {}", split.tree, split.id);
            return wrong(place, format!("asks for feature {}, which is not there", split.feature));
        }
        let mut nodes = BTreeMap::new();
        nodes.extend(self.splits.iter().map(|split| ((split.tree, split.id), Found::Split(split))));
        nodes.extend(self.ends.iter().map(|end| (*end, Found::End)));
        let mut weights: BTreeMap<(i64, i64), Vec<&Leaf>> = BTreeMap::new();
        for leaf in &self.leaves {
            weights.entry((leaf.tree, leaf.id)).or_default().push(leaf);
        }
        let mut roots: Vec<(i64, i64)> = self.roots.iter().map(|root| (0, *root)).collect();
        if roots.is_empty() {
            let firsts: BTreeMap<i64, i64> = nodes.keys().rev().copied().collect();
            roots.extend(firsts);
        }
        let mut trees = Vec::new();
        for (at, root) in roots.iter().enumerate() {
            let ids = self.reached(&nodes, *root, at)?;
            let leaves = ids.iter().filter_map(|id| weights.get(&(root.0, *id))).flatten();
            let outputs: BTreeSet<i64> = leaves.map(|leaf| leaf.output).collect();
            for output in outputs {
                let parts = self.parts(&nodes, &weights, root.0, &ids, output)?;
                let class = u16::try_from(output).unwrap_or(u16::MAX);
                let tree = Tree::grow(class, &parts);
                trees.push(tree.map_err(|wrong| ReadError::of_tree(Form::Onnx, at, wrong))?);
            }
        }
        let divisor = if self.averages { roots.len().max(1) as u32 } else { 1 };
        if self.averages && self.base.iter().any(|base| base.abs() > 0.0) {
            return wrong("base_values", "are not supported where leaves are averaged");
        }
        let base = match self.base.as_slice() {
            [] => vec![0.0; self.outputs],
            base if base.len() == self.outputs => base.to_vec(),
            base => {
                let says = format!("{} numbers for {} outputs", base.len(), self.outputs);
                return wrong("base_values", says);
            }
        };
        let features = (0..features).map(|at| format!("f{at}")).collect();
        let width = if self.double { Width::Double } else { Width::Single };
        let parts = Parts { features, trees, base, divisor, link: self.link, width };
        Forest::new(parts).map_err(|wrong| ReadError::of_forest(Form::Onnx, wrong))
    }

    /// Ids of the nodes that a root leads to, the root first.
    fn reached(
        &self,
        nodes: &BTreeMap<(i64, i64), Found<'_>>,
        (tree, root): (i64, i64),
        at: usize,
    ) -> Result<Vec<i64>, ReadError> {
        let (mut ids, mut open) = (Vec::new(), vec![root]);
        while let Some(id) = open.pop() {
            // More than there are: some are met twice.
            if ids.len() >= nodes.len() {
                return wrong(format!("tree {at}"), "goes round in a circle");
            }
            ids.push(id);
            match nodes.get(&(tree, id)) {
                Some(Found::Split(split)) => open.extend([split.if_false, split.if_true]),
                Some(Found::End) => {}
                None => return wrong(format!("tree {at}"), format!("node {id} is not there")),
            }
        }
        Ok(ids)
    }

    /// The nodes of a tree as it speaks for one output.
    fn parts(
        &self,
        nodes: &BTreeMap<(i64, i64), Found<'_>>,
        weights: &BTreeMap<(i64, i64), Vec<&Leaf>>,
        tree: i64,
        ids: &[i64],
        output: i64,
    ) -> Result<Vec<Part>, ReadError> {
        let places: BTreeMap<i64, usize> = ids.iter().copied().zip(0..).collect();
        let parts = ids.iter().map(|id| match nodes.get(&(tree, *id)) {
            Some(Found::Split(split)) => {
                let place = |id: i64| places.get(&id).copied().unwrap_or(usize::MAX);
                self.split(split, place(split.if_true), place(split.if_false))
            }
            _ => {
                let leaves = weights.get(&(tree, *id)).into_iter().flatten();
                let own = leaves.filter(|leaf| leaf.output == output);
                Ok(Part::Leaf { value: own.map(|leaf| leaf.weight).sum(), cover: 0.0 })
            }
        });
        parts.collect()
    }

    fn split(&self, split: &Split, if_true: usize, if_false: usize) -> Result<Part, ReadError> {
        let Split { mode, bound, missing_true, .. } = *split;
        let single = bound as f32;
        // x >= b is not x < b, and x > b not x <= b; so is a set for what is not equal.
        let negated = matches!(mode, Mode::AtLeast | Mode::Above | Mode::NotEqual);
        let test = match mode {
            Mode::AtMost | Mode::Above => {
                Test::AtMost(if self.double { bound } else { at_most(single) })
            }
            Mode::Below | Mode::AtLeast => {
                Test::AtMost(if self.double { bound.next_down() } else { below(single) })
            }
            Mode::Equal | Mode::NotEqual => equal(bound)?,
        };
        let (left, right) = if negated { (if_false, if_true) } else { (if_true, if_false) };
        let missing_left = missing_true != negated;
        let feature = split.feature as u16;
        Ok(Part::Split { feature, test, missing_left, left, right, cover: 0.0 })
    }
}

/// Equal to one whole number: converters write sets of categories so.
fn equal(bound: f64) -> Result<Test, ReadError> {
    let category = bound as u32;
    let whole = (f64::from(category) - bound).abs() <= 0.0;
    match Test::among(&[category]) {
        Some(Test::Among(words)) if whole => Ok(Test::AmongWhole(words)),
        _ => wrong("nodes_values", format!("equality with {bound} is not supported")),
    }
}
