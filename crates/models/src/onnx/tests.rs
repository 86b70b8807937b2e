//! Operators made by hand, against sums made by hand: regressors, bounds of 64 bits, and version 5.

use super::message::{Graph, Model};
use super::*;

fn ints(name: &str, ints: &[i64]) -> Attribute {
    Attribute { name: name.into(), ints: ints.into(), ..Attribute::default() }
}

fn int(name: &str, i: i64) -> Attribute {
    Attribute { name: name.into(), i, ..Attribute::default() }
}

fn floats(name: &str, floats: &[f32]) -> Attribute {
    Attribute { name: name.into(), floats: floats.into(), ..Attribute::default() }
}

fn text(name: &str, text: &str) -> Attribute {
    Attribute { name: name.into(), s: text.into(), ..Attribute::default() }
}

fn modes(modes: &[&str]) -> Attribute {
    let strings = modes.iter().map(|mode| mode.as_bytes().to_vec()).collect();
    Attribute { name: "nodes_modes".into(), strings, ..Attribute::default() }
}

fn tensor(name: &str, data_type: i32, raw_data: Vec<u8>) -> Attribute {
    let t = Some(Tensor { data_type, raw_data, ..Tensor::default() });
    Attribute { name: name.into(), t, ..Attribute::default() }
}

fn doubles(name: &str, numbers: &[f64]) -> Attribute {
    tensor(name, DOUBLE, numbers.iter().flat_map(|number| number.to_le_bytes()).collect())
}

fn file(op_type: &str, attribute: Vec<Attribute>) -> Vec<u8> {
    let node = Node { op_type: op_type.into(), attribute, ..Node::default() };
    Model { graph: Some(Graph { node: vec![node], ..Graph::default() }) }.encode_to_vec()
}

/// Takes the place of the attribute of that name, or is one more.
fn with(mut all: Vec<Attribute>, one: Attribute) -> Vec<Attribute> {
    all.retain(|other| other.name != one.name);
    all.push(one);
    all
}

fn refused(op_type: &str, attribute: Vec<Attribute>) -> String {
    match read(&file(op_type, attribute)) {
        Ok(_) => "it was read".into(),
        Err(wrong) => wrong.to_string(),
    }
}

/// Two trees for two targets: x0 <= 0.1 ? (1, 10) : x1 < 5 ? (2, 0) : (0, 30), and x1 > 7 ? 100 : 200 for the first.
fn regressor_of(bounds: Attribute) -> Vec<Attribute> {
    vec![
        ints("nodes_treeids", &[0, 0, 0, 0, 0, 1, 1, 1]),
        ints("nodes_nodeids", &[0, 1, 2, 3, 4, 0, 1, 2]),
        ints("nodes_featureids", &[0, 0, 1, 0, 0, 1, 0, 0]),
        ints("nodes_truenodeids", &[1, 0, 3, 0, 0, 1, 0, 0]),
        ints("nodes_falsenodeids", &[2, 0, 4, 0, 0, 2, 0, 0]),
        modes(&["BRANCH_LEQ", "LEAF", "BRANCH_LT", "LEAF", "LEAF", "BRANCH_GT", "LEAF", "LEAF"]),
        bounds,
        int("n_targets", 2),
        ints("target_treeids", &[0, 0, 0, 0, 1, 1]),
        ints("target_nodeids", &[1, 1, 3, 4, 1, 2]),
        ints("target_ids", &[0, 1, 0, 1, 0, 0]),
        floats("target_weights", &[1.0, 10.0, 2.0, 30.0, 100.0, 200.0]),
    ]
}

const BOUNDS: [f64; 8] = [0.1, 0.0, 5.0, 0.0, 0.0, 7.0, 0.0, 0.0];

fn single() -> Vec<Attribute> {
    regressor_of(floats("nodes_values", &BOUNDS.map(|bound| bound as f32)))
}

#[test]
fn a_regressor_with_two_targets_sums_and_averages() {
    let regressor = |more: Vec<Attribute>| {
        let all = single().into_iter().chain(more).collect();
        read(&file("TreeEnsembleRegressor", all)).unwrap()
    };
    let forest = regressor(vec![floats("base_values", &[1_000.0, 2_000.0])]);
    assert_eq!(forest.margins(&[0.0, 8.0]), [1_101.0, 2_010.0]);
    assert_eq!(forest.margins(&[0.2, 4.0]), [1_202.0, 2_000.0]);
    assert_eq!(forest.margins(&[0.2, 5.0]), [1_200.0, 2_030.0]);
    assert_eq!(forest.margins(&[0.2, 7.0]), [1_200.0, 2_030.0]);
    // Nothing is neither below nor above.
    assert_eq!(forest.margins(&[f64::NAN, f64::NAN]), [1_200.0, 2_030.0]);
    let mean = regressor(vec![text("aggregate_function", "AVERAGE")]);
    assert_eq!(mean.margins(&[0.0, 8.0]), [50.5, 5.0]);
    // 32 bits: what is 0.1 in 32 bits is not above 0.1 in 32 bits.
    assert_eq!(forest.margins(&[f64::from(0.1_f32), 0.0]), [1_201.0, 2_010.0]);
}

#[test]
fn bounds_of_64_bits_are_kept_to_the_last_bit() {
    let bounds = doubles("nodes_values_as_tensor", &BOUNDS);
    let forest = read(&file("TreeEnsembleRegressor", regressor_of(bounds))).unwrap();
    assert_eq!(forest.margins(&[0.1, 0.0]), [201.0, 10.0]);
    assert_eq!(forest.margins(&[0.1_f64.next_up(), 0.0]), [202.0, 0.0]);
    assert_eq!(forest.margins(&[f64::from(0.1_f32), 0.0]), [202.0, 0.0], "that is more than 0.1");
    assert_eq!(forest.margins(&[1.0, 5.0_f64.next_down()]), [202.0, 0.0]);
    assert_eq!(forest.margins(&[1.0, 5.0]), [200.0, 30.0]);
    assert_eq!(forest.margins(&[1.0, 7.0_f64.next_up()]), [100.0, 30.0]);
}

/// x0 <= 0.1 ? 1 : x1 >= 5 ? 2 : 4; a tree that is 100 whatever comes; and x1 <> 3 ? 10 : 20 for the second target.
fn version_5_of(splits: Attribute, weights: Attribute) -> Vec<Attribute> {
    vec![
        int("n_targets", 2),
        ints("tree_roots", &[0, 2, 3]),
        ints("nodes_featureids", &[0, 1, 0, 1]),
        splits,
        tensor("nodes_modes", UINT8, vec![0, 2, 0, 5]),
        ints("nodes_truenodeids", &[0, 1, 3, 4]),
        ints("nodes_trueleafs", &[1, 1, 1, 1]),
        ints("nodes_falsenodeids", &[1, 2, 3, 5]),
        ints("nodes_falseleafs", &[0, 1, 1, 1]),
        ints("leaf_targetids", &[0, 0, 0, 0, 1, 1]),
        weights,
    ]
}

fn version_5_double() -> Vec<Attribute> {
    version_5_of(
        doubles("nodes_splits", &[0.1, 5.0, 0.0, 3.0]),
        doubles("leaf_weights", &[1.0, 2.0, 4.0, 100.0, 10.0, 20.0]),
    )
}

#[test]
fn version_5_has_leaves_of_its_own_and_trees_that_are_one_leaf() {
    let forest = read(&file("TreeEnsemble", version_5_double())).unwrap();
    assert_eq!(forest.margins(&[0.1, 3.0]), [101.0, 20.0]);
    assert_eq!(forest.margins(&[0.1_f64.next_up(), 4.0]), [104.0, 10.0]);
    assert_eq!(forest.margins(&[1.0, 5.0]), [102.0, 10.0]);
    let single = |numbers: &[f32]| numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
    let of_32_bits = version_5_of(
        tensor("nodes_splits", FLOAT, single(&[0.1, 5.0, 0.0, 3.0])),
        tensor("leaf_weights", FLOAT, single(&[1.0, 2.0, 4.0, 100.0, 10.0, 20.0])),
    );
    let forest = read(&file("TreeEnsemble", of_32_bits)).unwrap();
    assert_eq!(forest.margins(&[f64::from(0.1_f32), 3.0]), [101.0, 20.0]);
    // 0: the mean; left out: the sum. 1: softmax of the two.
    let mean = with(version_5_double(), int("aggregate_function", 0));
    let mean = read(&file("TreeEnsemble", mean)).unwrap();
    assert!((mean.margins(&[0.1, 3.0])[0] - 101.0 / 3.0).abs() < 1e-12);
    let soft = with(version_5_double(), int("post_transform", 1));
    let soft = read(&file("TreeEnsemble", soft)).unwrap();
    assert!(soft.scores(&[0.1, 3.0])[0] > 0.999_999);
}

#[test]
fn what_trees_of_ours_cannot_is_refused_in_words() {
    let regressor = |one| refused("TreeEnsembleRegressor", with(single(), one));
    for function in ["MIN", "MAX"] {
        let says = regressor(text("aggregate_function", function));
        assert!(says.contains(&format!("{function} is not supported")), "{says}");
    }
    let says = regressor(text("post_transform", "PROBIT"));
    assert!(says.contains("PROBIT is not supported"), "{says}");
    let says = regressor(int("n_targets", 0));
    assert!(says.contains("too few or too many outputs"), "{says}");
    let says = regressor(modes(&["BRANCH_LEQ", "LEAF"]));
    assert!(says.contains("not equally long"), "{says}");
    let says = regressor(floats("target_weights", &[1.0]));
    assert!(says.contains("not equally long"), "{says}");
    let mean = with(single(), text("aggregate_function", "AVERAGE"));
    let says = refused("TreeEnsembleRegressor", with(mean, floats("base_values", &[1.0, 1.0])));
    assert!(says.contains("where leaves are averaged"), "{says}");

    let five = |one| refused("TreeEnsemble", with(version_5_double(), one));
    let says = five(tensor("nodes_modes", UINT8, vec![0, 6, 0, 5]));
    assert!(says.contains("6 is not supported"), "membership: {says}");
    let says = five(tensor("nodes_splits", 10, vec![0; 8]));
    assert!(says.contains("type 10 is not supported"), "16 bits: {says}");
    for (name, number) in [("aggregate_function", 2), ("post_transform", 4), ("post_transform", 9)]
    {
        let says = five(int(name, number));
        assert!(says.contains("is not supported"), "{name}: {says}");
    }
    let says = five(ints("nodes_trueleafs", &[1, 1]));
    assert!(says.contains("not equally long"), "{says}");
    let says = five(ints("nodes_falsenodeids", &[0, 2, 3, 5]));
    assert!(says.contains("circle"), "{says}");
    let says = five(ints("leaf_targetids", &[0, 0, 0, 0, 1, 2]));
    assert!(!says.contains("it was read"), "a target that is not there: {says}");
}
