//! One tree: nodes in preorder, so that the left child of a split is the next node and nothing can point back.
//! What a split asks and where a missing value goes stand here in their plain form; `walk.rs` holds the
//! same in the form that is fast.

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

/// Features that splits can ask for at most.
pub const FEATURES_MAX: usize = 2_048;
/// Splits between the root and a leaf at most.
pub const DEPTH_MAX: usize = 512;
/// Leaves of a tree at most.
pub const LEAVES_MAX: usize = 32_767;
/// Words of 64 categories that one split names at most.
pub const WORDS_MAX: usize = 1_024;
/// Values as near to zero as this count as zero where zero means missing: 1e-35 as a float of 32 bits.
pub const ZERO_MAX: f64 = 1e-35_f32 as f64;

/// What a split asks of a value that is there.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Left up to this bound, inclusive.
    AtMost(f64),
    /// The same, and zero is a missing value.
    AtMostZeroMissing(f64),
    /// Left when the value, cut to a whole number, is one of the categories: bits of words, the last not zero.
    Among(Vec<u64>),
    /// The same, and a value that is not whole is none of them.
    AmongWhole(Vec<u64>),
}

impl Test {
    /// Categories as a test of their own; `None` if one is too large.
    pub fn among(categories: &[u32]) -> Option<Test> {
        let mut words = Vec::new();
        for category in categories {
            let at = *category as usize / 64;
            if at >= WORDS_MAX {
                return None;
            }
            if words.len() <= at {
                words.resize(at + 1, 0_u64);
            }
            words[at] |= 1 << (category % 64);
        }
        Some(Test::Among(words))
    }

    /// True when it can be asked: bounds are numbers, sets have one form.
    fn is_sound(&self) -> bool {
        match self {
            Test::AtMost(bound) | Test::AtMostZeroMissing(bound) => !bound.is_nan(),
            Test::Among(words) | Test::AmongWhole(words) => {
                words.len() <= WORDS_MAX && words.last() != Some(&0)
            }
        }
    }
}

/// A split.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// Which value of the row it looks at.
    pub feature: u16,
    /// What it asks.
    pub test: Test,
    /// Where a missing value goes.
    pub missing_left: bool,
    /// Where its right child stands; the left one is the next node.
    pub right: u32,
}

impl Split {
    /// Where a value goes.
    pub fn goes_left(&self, value: f64) -> bool {
        if value.is_nan() {
            return self.missing_left;
        }
        match &self.test {
            Test::AtMost(bound) => value <= *bound,
            Test::AtMostZeroMissing(bound) => {
                if value.abs() <= ZERO_MAX {
                    self.missing_left
                } else {
                    value <= *bound
                }
            }
            Test::Among(words) => is_among(words, value, false),
            Test::AmongWhole(words) => is_among(words, value, true),
        }
    }
}

/// The category of a value that is there: the value cut towards zero, if a set could name it.
#[inline(always)]
pub(crate) fn category(value: f64, whole: bool) -> Option<u32> {
    let category = value as u32;
    let is_one = value > -1.0 && value < (WORDS_MAX * 64) as f64;
    (is_one && (!whole || (f64::from(category) - value).abs() <= 0.0)).then_some(category)
}

fn is_among(words: &[u64], value: f64, whole: bool) -> bool {
    category(value, whole).is_some_and(|category| {
        words.get(category as usize / 64).is_some_and(|word| word >> (category % 64) & 1 == 1)
    })
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// The end: what it adds.
    Leaf(f64),
    /// A question.
    Split(Split),
}

/// A node of a tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Leaf or split.
    pub kind: Kind,
    /// How much of what the tree was fitted to came by here; 0 when nobody says.
    pub cover: f64,
}

impl Node {
    /// Which value of a row it looks at; none of a leaf.
    pub fn asks_for(&self) -> Option<u16> {
        match &self.kind {
            Kind::Leaf(_) => None,
            Kind::Split(split) => Some(split.feature),
        }
    }
}

/// A node as libraries write it: children by their place, in any order. The root is the first.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// The end.
    Leaf {
        /// What it adds.
        value: f64,
        /// See [`Node::cover`].
        cover: f64,
    },
    /// A question.
    Split {
        /// Which value of the row it looks at.
        feature: u16,
        /// What it asks.
        test: Test,
        /// Where a missing value goes.
        missing_left: bool,
        /// Place of the left child.
        left: usize,
        /// Place of the right child.
        right: usize,
        /// See [`Node::cover`].
        cover: f64,
    },
}

/// Why nodes are not a tree: the node, and what is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeError {
    /// Place of the node, as it was given.
    pub node: usize,
    /// What is wrong.
    pub says: &'static str,
}

impl fmt::Display for TreeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "node {}: {}", self.node, self.says)
    }
}

impl core::error::Error for TreeError {}

/// A decision tree that adds to one output.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    class: u16,
    nodes: Vec<Node>,
}

impl Tree {
    /// The tree of these parts; parts that the root does not lead to are left out.
    ///
    /// # Errors
    /// A child that is not there or has two parents, a value that is no number, a tree too deep or too large.
    pub fn grow(class: u16, parts: &[Part]) -> Result<Tree, TreeError> {
        let mut nodes = Vec::with_capacity(parts.len());
        let mut origins = Vec::with_capacity(parts.len());
        let mut seen = vec![false; parts.len()];
        let mut open = vec![0_usize];
        while let Some(at) = open.pop() {
            let wrong = |says| TreeError { node: at, says };
            let part = parts.get(at).ok_or(wrong("is not there"))?;
            if core::mem::replace(&mut seen[at], true) {
                return Err(wrong("has two parents"));
            }
            origins.push(at);
            nodes.push(match part {
                Part::Leaf { value, cover } => Node { kind: Kind::Leaf(*value), cover: *cover },
                Part::Split { feature, test, missing_left, left, right, cover } => {
                    open.extend([*right, *left]);
                    let (feature, missing_left) = (*feature, *missing_left);
                    let split = Split { feature, test: test.clone(), missing_left, right: 0 };
                    Node { kind: Kind::Split(split), cover: *cover }
                }
            });
        }
        let placed = |wrong: TreeError| TreeError { node: origins[wrong.node], ..wrong };
        Tree::of_preorder(class, nodes).map_err(placed)
    }

    /// The tree of nodes in preorder; where right children stand follows from their order.
    ///
    /// # Errors
    /// Nodes that end too early or too late, and as [`Tree::grow`].
    pub fn of_preorder(class: u16, mut nodes: Vec<Node>) -> Result<Tree, TreeError> {
        let mut open: Vec<(usize, usize)> = Vec::new();
        let (mut depth, mut leaves, mut ended) = (0, 0, false);
        for at in 0..nodes.len() {
            let wrong = |says| Err(TreeError { node: at, says });
            if ended {
                return wrong("follows the end of the tree");
            }
            if !(nodes[at].cover >= 0.0 && nodes[at].cover < f64::INFINITY) {
                return wrong("has a cover that is no number");
            }
            match &nodes[at].kind {
                Kind::Leaf(value) if !value.is_finite() => {
                    return wrong("has a value that is no number");
                }
                Kind::Leaf(_) => {
                    leaves += 1;
                    if leaves > LEAVES_MAX {
                        return wrong("is one leaf too many");
                    }
                    let Some((parent, above)) = open.pop() else {
                        ended = true;
                        continue;
                    };
                    depth = above + 1;
                    if let Kind::Split(split) = &mut nodes[parent].kind {
                        split.right = at as u32 + 1;
                    }
                }
                Kind::Split(split) if !split.test.is_sound() => {
                    return wrong("asks what cannot be answered");
                }
                Kind::Split(_) if depth >= DEPTH_MAX => return wrong("is too deep"),
                Kind::Split(_) => {
                    open.push((at, depth));
                    depth += 1;
                }
            }
        }
        if ended {
            Ok(Tree { class, nodes })
        } else {
            Err(TreeError { node: nodes.len().saturating_sub(1), says: "ends before its leaves" })
        }
    }

    /// The output it adds to.
    pub fn class(&self) -> u16 {
        self.class
    }

    /// Its nodes, in preorder.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The leaf a row comes to, by the plain way. Values the row does not have are missing.
    pub fn leaf(&self, row: &[f64]) -> f64 {
        let mut at = 0;
        loop {
            match &self.nodes[at].kind {
                Kind::Leaf(value) => return *value,
                Kind::Split(split) => {
                    let value = row.get(usize::from(split.feature)).copied().unwrap_or(f64::NAN);
                    at = if split.goes_left(value) { at + 1 } else { split.right as usize };
                }
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "exact on purpose")]
mod tests {
    use super::*;

    fn leaf(value: f64) -> Part {
        Part::Leaf { value, cover: 0.0 }
    }

    fn split(left: usize, right: usize) -> Part {
        let test = Test::AtMost(1.0);
        Part::Split { feature: 0, test, missing_left: true, left, right, cover: 0.0 }
    }

    #[test]
    fn parts_in_any_order_become_preorder() {
        let tree = Tree::grow(0, &[split(3, 1), leaf(5.0), leaf(6.0), leaf(7.0)]).unwrap();
        assert_eq!([1.0, 1.1, f64::NAN].map(|x| tree.leaf(&[x])), [7.0, 5.0, 7.0]);
        assert_eq!(tree.nodes().len(), 3);
        assert_eq!(tree.leaf(&[]), 7.0);
    }

    #[test]
    fn what_is_no_tree_is_refused_by_its_node() {
        let says = |parts: &[Part]| Tree::grow(0, parts).unwrap_err();
        assert_eq!(says(&[]), TreeError { node: 0, says: "is not there" });
        assert_eq!(says(&[split(0, 1), leaf(1.0)]).says, "has two parents");
        assert_eq!(says(&[split(1, 1), leaf(1.0)]), TreeError { node: 1, says: "has two parents" });
        assert_eq!(says(&[split(2, 1), leaf(f64::NAN), leaf(0.0)]).node, 1);
        let chain = |depth: usize| {
            let mut parts: Vec<Part> = (0..depth).map(|at| split(at + 1, depth + 1 + at)).collect();
            parts.extend((0..=depth).map(|_| leaf(1.0)));
            parts
        };
        assert!(Tree::grow(0, &chain(DEPTH_MAX)).is_ok());
        assert_eq!(says(&chain(DEPTH_MAX + 1)).says, "is too deep");
    }

    #[test]
    fn values_go_where_each_test_says() {
        let goes = |test: Test, missing_left, values: &[f64]| {
            let split = Split { feature: 0, test, missing_left, right: 0 };
            values.iter().map(|value| split.goes_left(*value)).collect::<Vec<_>>()
        };
        let nan = f64::NAN;
        assert_eq!(
            goes(Test::AtMost(0.0), false, &[-1.0, 0.0, 0.1, nan]),
            [true, true, false, false]
        );
        let zero = Test::AtMostZeroMissing(-1.0);
        assert_eq!(
            goes(zero, true, &[0.0, 9e-36, 2e-35, -1.0, nan]),
            [true, true, false, true, true]
        );
        let among = Test::among(&[0, 3, 64]).unwrap();
        let values = [0.0, -0.5, -1.0, 3.9, 4.0, 64.0, 128.0, 1e300, nan];
        let left = [true, true, false, true, false, true, false, false, false];
        assert_eq!(goes(among, false, &values), left);
        assert_eq!(goes(Test::AmongWhole(vec![8]), true, &[3.0, 3.5, nan]), [true, false, true]);
        assert_eq!(Test::among(&[WORDS_MAX as u32 * 64]), None);
    }
}
