//! Why a row has its score: what each feature adds to the margin, exactly, by the Shapley value over the paths of
//! each tree (Lundberg and others 2020, "From local explanations to global understanding", algorithm 2).
//! Costs hundreds of scores, so it is asked on demand and never while a payment waits.

use crate::forest::Forest;
use crate::tree::{Kind, Node};
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

/// A forest whose nodes do not say how much came by cannot be explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotCovered;

impl fmt::Display for NotCovered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the model's file does not say how many rows came by each node, so no score can be explained")
    }
}

impl core::error::Error for NotCovered {}

impl Forest {
    /// What each feature adds to each margin: for each output its features in order, then what an unknown row
    /// has. Each output's numbers sum to its margin.
    ///
    /// # Errors
    /// When the nodes do not say how much came by.
    pub fn contributions(&self, row: &[f64]) -> Result<Vec<Vec<f64>>, NotCovered> {
        if !self.is_covered() {
            return Err(NotCovered);
        }
        let parts = self.parts();
        let features = parts.features.len();
        let mut outputs = vec![vec![0.0; features + 1]; self.outputs()];
        let mut paths = Vec::new();
        for tree in &parts.trees {
            let added = &mut outputs[usize::from(tree.class())];
            added[features] += expected(tree.nodes(), 0);
            Explainer { nodes: tree.nodes(), row, paths: &mut paths, added }.visit(0, 0, ROOT);
        }
        for (output, base) in outputs.iter_mut().zip(&parts.base) {
            output[features] += base;
            output.iter_mut().for_each(|share| *share /= f64::from(parts.divisor));
        }
        Ok(outputs)
    }
}

/// What an unknown row would come to below this node.
fn expected(nodes: &[Node], at: usize) -> f64 {
    match &nodes[at].kind {
        Kind::Leaf(value) => *value,
        Kind::Split(split) => {
            let right = split.right as usize;
            let sum = expected(nodes, at + 1) * nodes[at + 1].cover
                + expected(nodes, right) * nodes[right].cover;
            sum / nodes[at].cover
        }
    }
}

/// One feature on the way from the root.
#[derive(Clone, Copy, Debug)]
struct Element {
    /// `None` at the root.
    feature: Option<u16>,
    /// The share of rows that go this way when the feature is unknown.
    share: f64,
    /// Whether the row itself goes this way.
    goes: bool,
    /// The share of orders of the features before it, by how many of them are known.
    weight: f64,
}

const ROOT: Element = Element { feature: None, share: 1.0, goes: true, weight: 0.0 };

struct Explainer<'a> {
    nodes: &'a [Node],
    row: &'a [f64],
    /// The paths to the nodes now being visited, one after the other.
    paths: &'a mut Vec<Element>,
    added: &'a mut [f64],
}

impl Explainer<'_> {
    /// Visits the node to which the path that begins at `parent` and this step lead.
    fn visit(&mut self, at: usize, parent: usize, step: Element) {
        let begin = self.paths.len();
        self.paths.extend_from_within(parent..);
        extend(self.paths, begin, step);
        match &self.nodes[at].kind {
            Kind::Leaf(value) => {
                let path = &self.paths[begin..];
                for (place, element) in path.iter().enumerate() {
                    let Some(feature) = element.feature else { continue };
                    let goes = if element.goes { 1.0 } else { 0.0 };
                    let share = unwound_sum(path, place) * (goes - element.share) * value;
                    self.added[usize::from(feature)] += share;
                }
            }
            Kind::Split(split) => {
                let feature = Some(split.feature);
                let known = |element: &Element| element.feature == feature;
                // A feature asked a second time stands once on the path, with both answers.
                let mut before = Element { feature, ..ROOT };
                if let Some(place) = self.paths[begin..].iter().position(known) {
                    before = self.paths[begin + place];
                    unwind(self.paths, begin, place);
                }
                let value = self.row.get(usize::from(split.feature)).copied().unwrap_or(f64::NAN);
                let left = split.goes_left(value);
                for (child, goes) in [(at + 1, left), (split.right as usize, !left)] {
                    let share = before.share * self.nodes[child].cover / self.nodes[at].cover;
                    let goes = before.goes && goes;
                    self.visit(child, begin, Element { feature, share, goes, weight: 0.0 });
                }
            }
        }
        self.paths.truncate(begin);
    }
}

/// Adds an element to the path that begins at `begin`, and gives each its weight anew.
fn extend(paths: &mut Vec<Element>, begin: usize, step: Element) {
    let last = paths.len() - begin;
    let weight = if last == 0 { 1.0 } else { 0.0 };
    paths.push(Element { weight, ..step });
    let path = &mut paths[begin..];
    let length = (last + 1) as f64;
    for place in (0..last).rev() {
        let weight = path[place].weight;
        if step.goes {
            path[place + 1].weight += weight * (place + 1) as f64 / length;
        }
        path[place].weight = step.share * weight * (last - place) as f64 / length;
    }
}

/// Takes an element out of the path that begins at `begin`, as if it had never been added.
fn unwind(paths: &mut Vec<Element>, begin: usize, place: usize) {
    let path = &mut paths[begin..];
    let (out, last) = (path[place], path.len() - 1);
    let mut next = path[last].weight;
    for at in (0..last).rev() {
        let before = path[at].weight;
        path[at].weight = unwound(out, path.len(), at, before, next);
        next = left_over(out, path.len(), at, before, path[at].weight);
    }
    for at in place..last {
        let weight = path[at].weight;
        path[at] = Element { weight, ..path[at + 1] };
    }
    paths.pop();
}

/// The sum of the weights that the path would have without an element.
fn unwound_sum(path: &[Element], place: usize) -> f64 {
    let (out, last) = (path[place], path.len() - 1);
    let (mut sum, mut next) = (0.0, path[last].weight);
    for at in (0..last).rev() {
        let weight = unwound(out, path.len(), at, path[at].weight, next);
        next = left_over(out, path.len(), at, path[at].weight, weight);
        sum += weight;
    }
    sum
}

/// The weight at a place of a path of that length before `out` was added: `before` is what it is now, `next` what
/// of the weight after it came from there.
fn unwound(out: Element, length: usize, at: usize, before: f64, next: f64) -> f64 {
    if out.goes {
        next * length as f64 / (at + 1) as f64
    } else {
        before * length as f64 / (out.share * (length - 1 - at) as f64)
    }
}

/// What of the weight at a place came from the place before it.
fn left_over(out: Element, length: usize, at: usize, before: f64, unwound: f64) -> f64 {
    before - unwound * out.share * (length - 1 - at) as f64 / length as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Part, Test, Tree};
    use crate::{Link, Parts, Width};
    use alloc::format;

    /// What a row comes to when only some features are known: the plain meaning of a missing feature here.
    fn known_only(nodes: &[Node], at: usize, row: &[f64], known: u32) -> f64 {
        match &nodes[at].kind {
            Kind::Leaf(value) => *value,
            Kind::Split(split) => {
                let right = split.right as usize;
                let below = |child| known_only(nodes, child, row, known);
                if known >> split.feature & 1 == 1 {
                    let left = split.goes_left(row[usize::from(split.feature)]);
                    return below(if left { at + 1 } else { right });
                }
                let sum = below(at + 1) * nodes[at + 1].cover + below(right) * nodes[right].cover;
                sum / nodes[at].cover
            }
        }
    }

    /// Shapley's sum itself, over all sets of features.
    fn by_definition(nodes: &[Node], row: &[f64], feature: u32) -> f64 {
        let count = row.len() as u32;
        let factorial = |n: u32| (1..=n).map(f64::from).product::<f64>();
        let sets = (0..1_u32 << count).filter(|set| set >> feature & 1 == 0);
        let shares = sets.map(|set| {
            let size = set.count_ones();
            let orders = factorial(size) * factorial(count - size - 1) / factorial(count);
            let with = known_only(nodes, 0, row, set | 1 << feature);
            orders * (with - known_only(nodes, 0, row, set))
        });
        shares.sum()
    }

    fn split(feature: u16, bound: f64, [left, right]: [usize; 2], cover: f64) -> Part {
        let test = Test::AtMost(bound);
        Part::Split { feature, test, missing_left: false, left, right, cover }
    }

    /// The same feature twice on one path, and a feature nobody asks for.
    fn example() -> Forest {
        let leaf = |value, cover| Part::Leaf { value, cover };
        let parts = [
            split(0, 0.0, [1, 2], 100.0),
            split(1, 0.0, [3, 4], 60.0),
            leaf(8.0, 40.0),
            leaf(1.0, 15.0),
            split(0, -1.0, [5, 6], 45.0),
            leaf(-4.0, 5.0),
            split(2, 3.0, [7, 8], 40.0),
            leaf(2.5, 30.0),
            leaf(0.5, 10.0),
        ];
        Forest::new(Parts {
            features: (0..4).map(|at| format!("f{at}")).collect(),
            trees: vec![Tree::grow(0, &parts).unwrap()],
            base: vec![0.25],
            divisor: 1,
            link: Link::Identity,
            width: Width::Double,
        })
        .unwrap()
    }

    #[test]
    fn contributions_are_what_the_definition_says_and_sum_to_the_margin() {
        let forest = example();
        for number in 0..81 {
            let value = |place: u32| [-2.0, -0.5, 4.0][number / 3_usize.pow(place) % 3];
            let row = [value(0), value(1), value(2), value(3)];
            let shares = &forest.contributions(&row).unwrap()[0];
            for feature in 0..4 {
                let wanted = by_definition(forest.parts().trees[0].nodes(), &row, feature);
                let got = shares[feature as usize];
                assert!((got - wanted).abs() < 1e-12, "{row:?} {feature}: {got} {wanted}");
            }
            let sum: f64 = shares.iter().sum();
            assert!((sum - forest.margins(&row)[0]).abs() < 1e-12);
        }
    }

    #[test]
    fn without_covers_nothing_is_explained() {
        let mut parts = example().parts().clone();
        let leaf = Part::Leaf { value: 1.0, cover: 0.0 };
        parts.trees.push(Tree::grow(0, &[leaf]).unwrap());
        assert_eq!(Forest::new(parts).unwrap().contributions(&[0.0; 4]), Err(NotCovered));
    }
}
