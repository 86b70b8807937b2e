//! What one score costs: 200 trees of 31 leaves, rows one at a time, each another one. `cargo run --release -p
//! forest --example score`.

use forest::{Forest, Link, Part, Parts, Test, Tree, Width};
use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

const TREES: usize = 200;
const LEAVES: usize = 31;
const ROWS: usize = 20_000;

fn main() -> Result<(), Box<dyn Error>> {
    for (features, categories) in [(24, false), (60, false), (190, false), (190, true)] {
        let mut random = Random(7);
        let forest = forest(&mut random, features, categories)?;
        let mut row = || (0..features).map(|_| random.value()).collect::<Vec<f64>>();
        let rows: Vec<Vec<f64>> = (0..ROWS).map(|_| row()).collect();
        let mut nanoseconds = Vec::with_capacity(ROWS);
        let mut whole = u128::MAX;
        for _ in 0..5 {
            let start = Instant::now();
            rows.iter().for_each(|row| {
                black_box(forest.millionths(row));
            });
            whole = whole.min(start.elapsed().as_nanos());
        }
        for row in &rows {
            let start = Instant::now();
            black_box(forest.millionths(row));
            nanoseconds.push(start.elapsed().as_nanos());
        }
        nanoseconds.sort_unstable();
        let start = Instant::now();
        rows.iter().take(50).for_each(|row| {
            black_box(forest.contributions(row).is_ok());
        });
        let explained = start.elapsed().as_micros() / 50;
        println!(
            "{features} features, categories {categories}: {} ns a score (best of 5), alone p50 {} p99 {} ns; explained {explained} us",
            whole / ROWS as u128,
            nanoseconds[ROWS / 2],
            nanoseconds[ROWS * 99 / 100],
        );
    }
    Ok(())
}

/// xorshift64*.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11
    }

    /// From 0 to 50; one in twenty is missing.
    fn value(&mut self) -> f64 {
        if self.next().is_multiple_of(20) {
            f64::NAN
        } else {
            (self.next() % 50_000) as f64 / 1_000.0
        }
    }
}

/// Trees that grow at a leaf chosen at random, as leaf-wise growth leaves them: some ways short, some long.
fn forest(
    random: &mut Random,
    features: usize,
    categories: bool,
) -> Result<Forest, Box<dyn Error>> {
    let mut trees = Vec::new();
    for _ in 0..TREES {
        let mut parts = vec![Part::Leaf { value: 0.0, cover: 1.0 }];
        let mut leaves = vec![0];
        while leaves.len() < LEAVES {
            let at = leaves.swap_remove(random.next() as usize % leaves.len());
            let (left, right) = (parts.len(), parts.len() + 1);
            for _ in 0..2 {
                let value = (random.next() % 1_000) as f64 / 20_000.0 - 0.025;
                leaves.push(parts.len());
                parts.push(Part::Leaf { value, cover: 1.0 });
            }
            let feature = (random.next() as usize % features) as u16;
            let test = if categories && feature.is_multiple_of(8) {
                Test::Among(vec![random.next() | 1])
            } else {
                Test::AtMost((random.next() % 50_000) as f64 / 1_000.0)
            };
            let missing_left = random.next().is_multiple_of(2);
            parts[at] = Part::Split { feature, test, missing_left, left, right, cover: 1.0 };
        }
        trees.push(Tree::grow(0, &parts)?);
    }
    Ok(Forest::new(Parts {
        features: (0..features).map(|at| format!("f{at}")).collect(),
        trees,
        base: vec![0.0],
        divisor: 1,
        link: Link::Sigmoid { scale: 1.0 },
        width: Width::Double,
    })?)
}
