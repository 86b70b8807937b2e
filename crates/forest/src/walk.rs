//! The same trees laid out for the one who scores. A step of sixteen bytes compares one number and has its two
//! children side by side; a leaf leads to itself; eight trees of about the same depth are walked together, so that
//! no branch depends on the row and the processor always has one to go on with. Missing values, zeros and categories
//! cost nothing on the way: the row is first written down as each kind of split sees it. Made from `tree.rs` when a
//! forest is; never stored.

use crate::forest::FEATURES_MAX;
use crate::link::Width;
use crate::tree::{Kind, Split, Test, Tree, ZERO_MAX, category};
use alloc::vec::Vec;

/// Trees walked together.
const LANES: usize = 8;
/// Trees whose leaves are kept until they are added in the order of the trees.
const CHUNK: usize = 256;

/// The bound's bits are a word of categories.
const AMONG: u16 = 1;
/// The bound's bits say where the words of categories begin and how many there are.
const WIDE: u16 = 2;
/// Numbers that are seen of a row at most: each feature in each view.
const SEEN_MAX: usize = 32_768;
const _: () = assert!(FEATURES_MAX * VIEWS_MAX <= SEEN_MAX && SEEN_MAX <= 1 << 16);
/// Four kinds, each with missing values at either end.
const VIEWS_MAX: usize = 8;

/// What a split on categories sees of a value that is none, and of a missing one that goes left.
const NO_CATEGORY: u64 = u64::MAX;
const GOES_LEFT: u64 = u64::MAX - 1;

/// A split, or a leaf: a split that always goes left, to itself.
#[derive(Clone, Copy, Debug)]
struct Step {
    bound: f64,
    /// The left child; the right one follows it.
    left: u32,
    /// Which number it looks at: a feature as one of the views has it.
    seen: u16,
    flags: u16,
}

/// Trees walked together: their roots, the depth of the deepest, and where their leaves are kept.
#[derive(Clone, Copy, Debug)]
struct Group {
    roots: [u32; LANES],
    kept: [u16; LANES],
    depth: u16,
}

/// A row as some splits see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct View {
    sees: Sees,
    /// Where a missing value goes.
    missing_left: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sees {
    /// Numbers; a missing one is below or above all others.
    Numbers,
    /// The same, and zero is missing.
    NumbersButZero,
    /// Numbers of categories, as the bits of a float.
    Categories,
    /// The same, and what is not whole is none.
    WholeCategories,
}

impl View {
    /// The view in which nothing is right of everything.
    const LEAF: View = View { sees: Sees::Numbers, missing_left: true };

    fn of(split: &Split) -> View {
        let sees = match split.test {
            Test::AtMost(_) => Sees::Numbers,
            Test::AtMostZeroMissing(_) => Sees::NumbersButZero,
            Test::Among(_) => Sees::Categories,
            Test::AmongWhole(_) => Sees::WholeCategories,
        };
        View { sees, missing_left: split.missing_left }
    }

    /// A value in this view.
    #[inline(always)]
    fn see(self, value: f64) -> f64 {
        let missing = if self.missing_left { f64::NEG_INFINITY } else { f64::NAN };
        let code = |whole| {
            if value.is_nan() {
                return if self.missing_left { GOES_LEFT } else { NO_CATEGORY };
            }
            category(value, whole).map_or(NO_CATEGORY, u64::from)
        };
        match self.sees {
            Sees::Numbers => {
                if value.is_nan() {
                    missing
                } else {
                    value
                }
            }
            Sees::NumbersButZero => {
                if value.is_nan() | (value.abs() <= ZERO_MAX) {
                    missing
                } else {
                    value
                }
            }
            Sees::Categories => f64::from_bits(code(false)),
            Sees::WholeCategories => f64::from_bits(code(true)),
        }
    }
}

/// All trees of a forest.
#[derive(Clone, Debug)]
pub struct Walk {
    steps: Vec<Step>,
    /// What each leaf adds, at its step's place.
    values: Vec<f64>,
    words: Vec<u64>,
    /// In chunks of trees: their groups, and the outputs they add to.
    chunks: Vec<(Vec<Group>, Vec<u16>)>,
    features: usize,
    /// The views that some split needs, the leaves' first.
    views: Vec<View>,
    /// True when a split asks for categories.
    among: bool,
}

impl Walk {
    /// The trees laid out. They must be sound: `Tree` and `Forest` see to it.
    pub fn new(trees: &[Tree], features: usize) -> Walk {
        let (steps, values, words) = (Vec::new(), Vec::new(), Vec::new());
        let (chunks, views) = (Vec::new(), Vec::from([View::LEAF]));
        let mut walk = Walk { steps, values, words, chunks, features, views, among: false };
        // The root of lanes that have no tree.
        walk.leaf(0.0);
        for chunk in trees.chunks(CHUNK) {
            let mut placed: Vec<(u16, u32, u16)> = Vec::with_capacity(chunk.len());
            for (tree, place) in chunk.iter().zip(0..) {
                let (root, depth) = walk.lay_out(tree);
                placed.push((depth, root, place));
            }
            placed.sort_unstable();
            let groups = placed.chunks(LANES).map(|lanes| {
                let mut group = Group { roots: [0; LANES], kept: [CHUNK as u16; LANES], depth: 0 };
                for (lane, (depth, root, place)) in lanes.iter().enumerate() {
                    group.depth = group.depth.max(*depth);
                    (group.roots[lane], group.kept[lane]) = (*root, *place);
                }
                group
            });
            walk.chunks.push((groups.collect(), chunk.iter().map(Tree::class).collect()));
        }
        walk
    }

    /// Its root's place and its depth.
    fn lay_out(&mut self, tree: &Tree) -> (u32, u16) {
        let root = self.steps.len();
        self.leaf(0.0);
        let (mut open, mut deepest) = (Vec::from([(0_usize, root, 0_u16)]), 0);
        while let Some((node, place, depth)) = open.pop() {
            deepest = deepest.max(depth);
            match &tree.nodes()[node].kind {
                Kind::Leaf(value) => self.values[place] = *value,
                Kind::Split(split) => {
                    let left = self.steps.len();
                    self.leaf(0.0);
                    self.leaf(0.0);
                    self.steps[place] = self.step(split, left as u32);
                    open.push((split.right as usize, left + 1, depth + 1));
                    open.push((node + 1, left, depth + 1));
                }
            }
        }
        (root as u32, deepest)
    }

    fn leaf(&mut self, value: f64) {
        let left = self.steps.len() as u32;
        self.steps.push(Step { bound: f64::INFINITY, left, seen: 0, flags: 0 });
        self.values.push(value);
    }

    fn step(&mut self, split: &Split, left: u32) -> Step {
        let view = View::of(split);
        let known = self.views.iter().position(|known| *known == view);
        let at = known.unwrap_or(self.views.len());
        if known.is_none() {
            self.views.push(view);
        }
        let seen = (at * self.features) as u16 + split.feature;
        let (bound, flags) = match &split.test {
            Test::AtMost(bound) | Test::AtMostZeroMissing(bound) => (*bound, 0),
            Test::Among(words) | Test::AmongWhole(words) => match words.as_slice() {
                [] => (f64::from_bits(0), AMONG),
                [word] => (f64::from_bits(*word), AMONG),
                words => (self.place(words), AMONG | WIDE),
            },
        };
        self.among |= flags != 0;
        Step { bound, left, seen, flags }
    }

    /// Keeps words of categories and says where, in the bits of a bound.
    fn place(&mut self, words: &[u64]) -> f64 {
        let place = (self.words.len() as u64) << 32 | words.len() as u64;
        self.words.extend(words);
        f64::from_bits(place)
    }

    /// Adds the leaves a row comes to, tree after tree, to the outputs. Values the row does not have are missing.
    pub fn add(&self, width: Width, row: &[f64], outputs: &mut [f64]) {
        // As little room as the row needs, because it is cleared each time.
        match self.features * self.views.len() {
            0..=128 => self.add_seen::<128>(width, row, outputs),
            129..=512 => self.add_seen::<512>(width, row, outputs),
            513..=2048 => self.add_seen::<2048>(width, row, outputs),
            _ => self.add_seen::<SEEN_MAX>(width, row, outputs),
        }
    }

    fn add_seen<const ROOM: usize>(&self, width: Width, row: &[f64], outputs: &mut [f64]) {
        let seen = self.see::<ROOM>(row);
        let mut kept = [0.0; CHUNK + 1];
        for (groups, classes) in &self.chunks {
            for group in groups {
                if self.among {
                    self.walk::<ROOM, true>(group, &seen, &mut kept);
                } else {
                    self.walk::<ROOM, false>(group, &seen, &mut kept);
                }
            }
            match (&mut *outputs, width) {
                ([output], Width::Double) => {
                    kept.iter().zip(classes).for_each(|(leaf, _)| *output += leaf);
                }
                (outputs, width) => {
                    for (leaf, class) in kept.iter().zip(classes) {
                        let output = &mut outputs[usize::from(*class)];
                        *output = width.add(*output, *leaf);
                    }
                }
            }
        }
    }

    /// The row in each view.
    fn see<const ROOM: usize>(&self, row: &[f64]) -> [f64; ROOM] {
        let mut seen = [0.0; ROOM];
        let room = seen.chunks_exact_mut(self.features.max(1));
        for (numbers, view) in room.zip(&self.views) {
            let row = row.iter().copied().chain(core::iter::repeat(f64::NAN));
            numbers.iter_mut().zip(row).for_each(|(number, value)| *number = view.see(value));
        }
        seen
    }

    /// Takes each tree of a group as many splits further as the deepest has; leaves stay where they are.
    #[inline(always)]
    fn walk<const ROOM: usize, const AMONG_TOO: bool>(
        &self,
        group: &Group,
        seen: &[f64; ROOM],
        kept: &mut [f64; CHUNK + 1],
    ) {
        let mut at = group.roots;
        for _ in 0..group.depth {
            for place in &mut at {
                let step = &self.steps[*place as usize];
                // ROOM is a power of two and each number seen lies within it.
                let value = seen[usize::from(step.seen) % ROOM];
                let mut left = u32::from(value <= step.bound);
                if AMONG_TOO {
                    let among = u32::from(step.flags & AMONG);
                    let is_among = self.is_among(step, value.to_bits());
                    left = (left & (among ^ 1)) | (is_among & among);
                }
                *place = step.left.wrapping_add(left ^ 1);
            }
        }
        for (place, keep) in at.iter().zip(group.kept) {
            kept[usize::from(keep).min(CHUNK)] = self.values[*place as usize];
        }
    }

    /// 1 if it is; without a branch, unless the set is wide.
    #[inline(always)]
    fn is_among(&self, step: &Step, category: u64) -> u32 {
        let mut is_bit = u32::from(category < 64);
        let mut word = step.bound.to_bits();
        if step.flags & WIDE != 0 {
            (word, is_bit) = (self.word(word, category), 1);
        }
        ((word >> (category % 64)) as u32 & is_bit) | u32::from(category == GOES_LEFT)
    }

    /// The word of a wide set that has the bit of this category.
    fn word(&self, place: u64, category: u64) -> u64 {
        let (begin, count) = ((place >> 32) as usize, place & 0xffff_ffff);
        if category / 64 >= count {
            return 0;
        }
        self.words[begin + (category / 64) as usize]
    }
}
