//! The same trees laid out for the one who scores. A step of sixteen bytes compares one number and has its two
//! children side by side; a leaf leads to itself; eight trees of about the same depth are walked together, so that
//! no branch depends on the row and the processor always has one to go on with. Missing values, zeros and categories
//! cost nothing on the way: the row is first written down as each kind of split sees it. Made from `tree.rs` when a
//! forest is; never stored.

use crate::link::Width;
use crate::tree::{FEATURES_MAX, Kind, Split, Test, Tree, ZERO_MAX, category};
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

/// Trees walked together.
const LANES: usize = 8;
/// Trees whose leaves are kept until they are added in the order of the trees.
const CHUNK: usize = 256;

/// The bound's bits are a set of the categories 0 to 63.
const NARROW: u16 = 1;
/// The bound's bits say where the words of a set of more begin and how many there are.
const WIDE: u16 = 2;
/// Numbers that are seen of a row at most: each feature in each view, and one that is always there.
const SEEN_MAX: usize = 32_768;
const _: () = assert!(FEATURES_MAX * VIEWS_MAX < SEEN_MAX && SEEN_MAX <= 1 << 16);
/// Six kinds, each with missing values at either end.
const VIEWS_MAX: usize = 12;

/// What a split on many categories sees of a value that is none, and of a missing one that goes left.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct View {
    sees: Sees,
    /// Where a missing value goes.
    missing_left: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Sees {
    /// Numbers; a missing one is below or above all others.
    Numbers,
    /// The same, and zero is missing.
    NumbersButZero,
    /// Categories 0 to 63, one bit each.
    Narrow {
        /// What is not whole is none.
        whole: bool,
    },
    /// Categories by their number, as the bits of a float.
    Wide {
        /// What is not whole is none.
        whole: bool,
    },
}

impl View {
    fn of(split: &Split) -> View {
        let sees = match &split.test {
            Test::AtMost(_) => Sees::Numbers,
            Test::AtMostZeroMissing(_) => Sees::NumbersButZero,
            Test::Among(words) | Test::AmongWhole(words) => {
                let whole = matches!(split.test, Test::AmongWhole(_));
                // A set of none has no bit that a missing value could have.
                if words.len() == 1 { Sees::Narrow { whole } } else { Sees::Wide { whole } }
            }
        };
        View { sees, missing_left: split.missing_left }
    }

    /// A value in this view.
    #[inline]
    fn see(self, value: f64) -> f64 {
        let (low, high) = (f64::NEG_INFINITY, f64::NAN);
        let is_missing = match self.sees {
            Sees::NumbersButZero => value.is_nan() | (value.abs() <= ZERO_MAX),
            _ => value.is_nan(),
        };
        let number = |left: u64, right: u64, there: Option<u64>| {
            let missing = if self.missing_left { left } else { right };
            f64::from_bits(if is_missing { missing } else { there.unwrap_or(right) })
        };
        match self.sees {
            Sees::Numbers | Sees::NumbersButZero => {
                number(low.to_bits(), high.to_bits(), Some(value.to_bits()))
            }
            Sees::Narrow { whole } => {
                let bit = |category| if category < 64 { 1_u64 << category } else { 0 };
                number(u64::MAX, 0, category(value, whole).map(bit))
            }
            Sees::Wide { whole } => {
                number(GOES_LEFT, NO_CATEGORY, category(value, whole).map(u64::from))
            }
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
    /// What is seen of a row: after a zero for the leaves, each feature in each view that some split has of it.
    looks: Vec<(View, u16)>,
    /// The same by view: the features of each.
    views: Vec<(View, Vec<u16>)>,
    /// The flags that some split has.
    flags: u16,
}

impl Walk {
    /// The trees laid out. They must be sound: `Tree` and `Forest` see to it.
    pub fn new(trees: &[Tree]) -> Walk {
        let splits = trees.iter().flat_map(Tree::nodes).filter_map(|node| match &node.kind {
            Kind::Split(split) => Some((View::of(split), split.feature)),
            Kind::Leaf(_) => None,
        });
        let looks: Vec<_> = splits.collect::<BTreeSet<_>>().into_iter().collect();
        let views = looks.chunk_by(|(view, _), (next, _)| view == next);
        let views = views.map(|same| (same[0].0, same.iter().map(|(_, of)| *of).collect()));
        let views = views.collect();
        let (steps, values, words) = (Vec::new(), Vec::new(), Vec::new());
        let mut walk = Walk { steps, values, words, chunks: Vec::new(), looks, views, flags: 0 };
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
        // Each split's look is in the list.
        let look = self.looks.binary_search(&(View::of(split), split.feature));
        let seen = look.map_or(0, |at| at as u16 + 1);
        let (bound, flags) = match &split.test {
            Test::AtMost(bound) | Test::AtMostZeroMissing(bound) => (*bound, 0),
            Test::Among(words) | Test::AmongWhole(words) => match words.as_slice() {
                [word] => (f64::from_bits(*word), NARROW),
                words => (self.place(words), WIDE),
            },
        };
        self.flags |= flags;
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
        match self.looks.len() + 1 {
            0..=128 => self.add_seen::<128>(width, row, outputs),
            129..=512 => self.add_seen::<512>(width, row, outputs),
            513..=2048 => self.add_seen::<2048>(width, row, outputs),
            _ => self.add_seen::<SEEN_MAX>(width, row, outputs),
        }
    }

    /// Never inlined: each has the room it needs and no more.
    #[inline(never)]
    fn add_seen<const ROOM: usize>(&self, width: Width, row: &[f64], outputs: &mut [f64]) {
        let seen = self.see::<ROOM>(row);
        let mut kept = [0.0; CHUNK + 1];
        for (groups, classes) in &self.chunks {
            for group in groups {
                match self.flags {
                    0 => self.walk::<ROOM, 0>(group, &seen, &mut kept),
                    NARROW => self.walk::<ROOM, NARROW>(group, &seen, &mut kept),
                    _ => self.walk::<ROOM, { NARROW | WIDE }>(group, &seen, &mut kept),
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

    /// What is seen of the row.
    fn see<const ROOM: usize>(&self, row: &[f64]) -> [f64; ROOM] {
        let mut seen = [0.0; ROOM];
        let value = |feature: &u16| row.get(usize::from(*feature)).copied().unwrap_or(f64::NAN);
        let mut rest = &mut seen[1..];
        for (view, features) in &self.views {
            let (these, others) = rest.split_at_mut(features.len());
            let each = these.iter_mut().zip(features);
            match view.sees {
                // Nearly all. A missing value is already what is above all others.
                Sees::Numbers if !view.missing_left => {
                    each.for_each(|(number, feature)| *number = value(feature));
                }
                Sees::Numbers => each.for_each(|(number, feature)| {
                    let value = value(feature);
                    *number = if value.is_nan() { f64::NEG_INFINITY } else { value };
                }),
                _ => each.for_each(|(number, feature)| *number = view.see(value(feature))),
            }
            rest = others;
        }
        seen
    }

    /// Takes each tree of a group as many splits further as the deepest has; leaves stay where they are.
    #[inline(always)]
    fn walk<const ROOM: usize, const FLAGS: u16>(
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
                if FLAGS & NARROW != 0 {
                    let narrow = u32::from(step.flags & NARROW);
                    let among = u32::from(value.to_bits() & step.bound.to_bits() != 0);
                    left = (left & (narrow ^ 1)) | (among & narrow);
                }
                if FLAGS & WIDE != 0 && step.flags & WIDE != 0 {
                    left = self.is_among(step.bound.to_bits(), value.to_bits());
                }
                *place = step.left.wrapping_add(left ^ 1);
            }
        }
        for (place, keep) in at.iter().zip(group.kept) {
            kept[usize::from(keep).min(CHUNK)] = self.values[*place as usize];
        }
    }

    /// 1 if the category is in the wide set at this place.
    fn is_among(&self, place: u64, category: u64) -> u32 {
        let (begin, count) = ((place >> 32) as usize, place & 0xffff_ffff);
        if category / 64 >= count {
            return u32::from(category == GOES_LEFT);
        }
        (self.words[begin + (category / 64) as usize] >> (category % 64)) as u32 & 1
    }
}
