//! Forests made from a seed, with everything a forest can have in it: all tests, links, widths, trees of one leaf,
//! features asked twice on one way.

use forest::{Forest, Link, Part, Parts, Test, Tree, Width};

/// SplitMix64.
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below the limit.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn chance(&mut self, of: u64) -> bool {
        self.below(of) == 0
    }

    /// A forest of a few small trees.
    pub fn forest(&mut self) -> Forest {
        let features = 1 + self.below(6) as u16;
        let outputs = if self.chance(3) { 1 + self.below(4) as u16 } else { 1 };
        let (covered, plain) = (!self.chance(3), self.chance(2));
        let count = self.below(20);
        let trees = (0..count).map(|_| self.tree(features, outputs, covered, plain)).collect();
        let link = match self.below(4) {
            0 => Link::Identity,
            1 => Link::Sigmoid { scale: 1.5 },
            2 => Link::Softmax,
            _ => Link::Exponential,
        };
        Forest::new(Parts {
            features: (0..features).map(|at| format!("feature {at}")).collect(),
            trees,
            base: (0..outputs).map(|_| self.value()).collect(),
            divisor: if self.chance(4) { 7 } else { 1 },
            link,
            width: if self.chance(2) { Width::Single } else { Width::Double },
        })
        .unwrap()
    }

    fn value(&mut self) -> f64 {
        self.below(2_000) as f64 / 512.0 - 2.0
    }

    fn tree(&mut self, features: u16, outputs: u16, covered: bool, plain: bool) -> Tree {
        let splits = self.below(8) as usize;
        let leaf = |value| Part::Leaf { value, cover: 1.0 };
        let mut parts = vec![leaf(self.value())];
        for _ in 0..splits {
            let leaves: Vec<usize> =
                (0..parts.len()).filter(|at| matches!(parts[*at], Part::Leaf { .. })).collect();
            let at = leaves[self.below(leaves.len() as u64) as usize];
            let (left, right) = (parts.len(), parts.len() + 1);
            let (one, other) = (leaf(self.value()), leaf(self.value()));
            parts.extend([one, other]);
            let feature = self.below(features.into()) as u16;
            let test = self.test(plain);
            let missing_left = self.chance(2);
            parts[at] = Part::Split { feature, test, missing_left, left, right, cover: 0.0 };
        }
        cover(&mut parts, 0, covered);
        Tree::grow(self.below(outputs.into()) as u16, &parts).unwrap()
    }

    fn test(&mut self, plain: bool) -> Test {
        let bound = if self.chance(10) { f64::NEG_INFINITY } else { self.value() * 50.0 };
        if plain {
            return Test::AtMost(bound);
        }
        let categories: Vec<u32> = (0..self.below(9)).map(|_| self.below(150) as u32).collect();
        match (self.below(4), Test::among(&categories)) {
            (0, _) => Test::AtMost(bound),
            (1, _) => Test::AtMostZeroMissing(bound),
            (2, Some(Test::Among(words))) => Test::AmongWhole(words),
            (_, among) => among.unwrap(),
        }
    }
}

/// What came by a node is what came by its children.
fn cover(parts: &mut Vec<Part>, at: usize, covered: bool) -> f64 {
    let sum = match &parts[at] {
        Part::Leaf { .. } => (at + 3) as f64,
        Part::Split { left, right, .. } => {
            let (left, right) = (*left, *right);
            cover(parts, left, covered) + cover(parts, right, covered)
        }
    };
    match &mut parts[at] {
        Part::Leaf { cover, .. } | Part::Split { cover, .. } => {
            *cover = if covered { sum } else { 0.0 };
        }
    }
    sum
}
