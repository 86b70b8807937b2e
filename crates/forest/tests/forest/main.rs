//! Forests made at random, held to what forests promise: one form as bytes, no other bytes that harm, the fast way
//! equal to the plain one, contributions that sum to the margin.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where and ends")]

mod random;

use forest::{Forest, ForestError, Link, Part, Parts, Test, Tree, Width};
use random::Random;

/// Rows with whole numbers, parts, zeros, missing values and values beyond all bounds.
fn row(random: &mut Random, features: usize) -> Vec<f64> {
    let value = |random: &mut Random| match random.below(8) {
        0 => f64::NAN,
        1 => 0.0,
        2 => 1e-36,
        3 => -1e300,
        4 => f64::INFINITY,
        _ => random.below(1_000) as f64 / 4.0 - 100.0,
    };
    (0..features).map(|_| value(random)).collect()
}

#[test]
fn the_fast_way_is_the_plain_way_to_the_last_bit() {
    for seed in 0..300 {
        let mut random = Random(seed);
        let forest = random.forest();
        for _ in 0..20 {
            let features = random.below(forest.features().len() as u64 + 2) as usize;
            let row = row(&mut random, features);
            let bits =
                |margins: Vec<f64>| margins.into_iter().map(f64::to_bits).collect::<Vec<_>>();
            assert_eq!(bits(forest.margins(&row)), bits(forest.plain_margins(&row)), "seed {seed}");
            assert!(forest.millionths(&row) <= 1_000_000);
        }
    }
}

#[test]
fn a_forest_has_one_form() {
    for seed in 0..300 {
        let forest = Random(seed).forest();
        let bytes = forest.to_bytes();
        let read = Forest::of_bytes(&bytes).unwrap();
        assert_eq!(read, forest, "seed {seed}");
        assert_eq!(Forest::of_bytes(&[&bytes[..], &[0]].concat()), Err(ForestError::Form));
    }
}

#[test]
fn flipped_bits_are_refused_or_are_another_forest_that_answers() {
    let (mut read, mut refused) = (0, 0);
    for seed in 0..6 {
        let mut random = Random(seed);
        let bytes = random.forest().to_bytes();
        for length in 0..bytes.len() {
            assert!(Forest::of_bytes(&bytes[..length]).is_err(), "seed {seed} cut at {length}");
        }
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut other = bytes.clone();
                other[at] ^= 1 << bit;
                let Ok(forest) = Forest::of_bytes(&other) else {
                    refused += 1;
                    continue;
                };
                read += 1;
                assert_eq!(forest.to_bytes(), other);
                let row = row(&mut random, forest.features().len());
                forest.millionths(&row);
                let _ = forest.contributions(&row);
            }
        }
    }
    assert!(read > 1_000 && refused > 1_000, "{read} {refused}");
}

#[test]
fn contributions_sum_to_the_margin() {
    let mut explained = 0;
    for seed in 0..200 {
        let mut random = Random(seed);
        let forest = random.forest();
        let row = row(&mut random, forest.features().len());
        let Ok(outputs) = forest.contributions(&row) else { continue };
        explained += 1;
        for (shares, margin) in outputs.iter().zip(forest.margins(&row)) {
            let sum: f64 = shares.iter().sum();
            assert!((sum - margin).abs() < 1e-4, "seed {seed}: {sum} {margin}");
        }
    }
    assert!(explained > 50, "{explained}");
}

fn one_tree(part: Part) -> Parts {
    Parts {
        features: vec!["amount".to_owned()],
        trees: vec![Tree::grow(0, &[part]).unwrap()],
        base: vec![0.0],
        divisor: 1,
        link: Link::Identity,
        width: Width::Double,
    }
}

#[test]
fn what_is_no_forest_is_refused_and_says_where() {
    let parts = one_tree(Part::Leaf { value: 0.25, cover: 0.0 });
    let says = |change: &dyn Fn(&mut Parts)| {
        let mut parts = parts.clone();
        change(&mut parts);
        Forest::new(parts).err()
    };
    assert_eq!(says(&|_| ()), None);
    assert_eq!(says(&|parts| parts.base.clear()), Some(ForestError::Outputs));
    assert_eq!(says(&|parts| parts.base = vec![0.0; 65]), Some(ForestError::Outputs));
    assert_eq!(says(&|parts| parts.divisor = 0), Some(ForestError::Outputs));
    assert_eq!(says(&|parts| parts.base[0] = f64::NAN), Some(ForestError::Outputs));
    let twice = |parts: &mut Parts| parts.features.push("amount".to_owned());
    assert_eq!(says(&twice), Some(ForestError::Name(1)));
    let class = |parts: &mut Parts| {
        parts.trees.push(Tree::grow(1, &[Part::Leaf { value: 0.0, cover: 0.0 }]).unwrap());
    };
    assert!(matches!(says(&class), Some(ForestError::Tree { tree: 1, node: 0, .. })));
    let feature = |parts: &mut Parts| {
        let leaf = Part::Leaf { value: 0.0, cover: 0.0 };
        let test = Test::AtMost(0.0);
        let split =
            Part::Split { feature: 1, test, missing_left: false, left: 1, right: 2, cover: 0.0 };
        parts.trees.push(Tree::grow(0, &[split, leaf.clone(), leaf]).unwrap());
    };
    assert!(matches!(says(&feature), Some(ForestError::Tree { tree: 1, node: 0, .. })));
}

#[test]
fn averages_and_classes_become_one_score() {
    let leaf = |class, value| Tree::grow(class, &[Part::Leaf { value, cover: 1.0 }]).unwrap();
    let mut parts = one_tree(Part::Leaf { value: 1.0, cover: 1.0 });
    parts.trees = vec![leaf(0, 0.5), leaf(0, 0.25), leaf(0, 0.75)];
    parts.divisor = 3;
    assert_eq!(Forest::new(parts.clone()).unwrap().millionths(&[]), 500_000);
    parts.divisor = 1;
    parts.base = vec![0.0; 4];
    parts.trees = vec![leaf(1, 0.0), leaf(3, 0.0)];
    parts.link = Link::Softmax;
    assert_eq!(Forest::new(parts).unwrap().millionths(&[]), 750_000);
}
