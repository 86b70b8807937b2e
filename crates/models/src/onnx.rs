//! ONNX files with one tree ensemble, as converters write them: `TreeEnsembleClassifier`, `TreeEnsembleRegressor`,
//! and the `TreeEnsemble` of version 5 that replaces both. `message.rs` has the messages, `ensemble.rs` what the
//! three have in common; here their attributes become that. Around the trees only casts and names of classes.

mod message;
mod ensemble;

use crate::error::{Form, ReadError};
use ensemble::{Ensemble, Leaf, Mode, Split};
use forest::{Forest, Link};
use message::{Attribute, Model, Node, Tensor};
use prost::Message;

/// Operators that do not change a score.
const HARMLESS: [&str; 3] = ["Cast", "Identity", "ZipMap"];
const FLOAT: i32 = 1;
const UINT8: i32 = 2;
const DOUBLE: i32 = 11;

fn wrong<T>(place: impl Into<String>, says: impl Into<String>) -> Result<T, ReadError> {
    Err(ReadError::new(Form::Onnx, place, says))
}

/// The forest of a file.
pub fn read(bytes: &[u8]) -> Result<Forest, ReadError> {
    let Ok(Model { graph: Some(graph) }) = Model::decode(bytes) else {
        return wrong("", "is no message of that form, or has no graph");
    };
    let is_trees = |node: &&Node| node.op_type.starts_with("TreeEnsemble");
    let mut ensembles = graph.node.iter().filter(is_trees);
    let (Some(node), None) = (ensembles.next(), ensembles.next()) else {
        return wrong("graph", "has not exactly one tree ensemble");
    };
    let others = graph.node.iter().filter(|node| !is_trees(node));
    for other in others {
        if !HARMLESS.contains(&other.op_type.as_str()) && !is_times_one(other, &graph.initializer) {
            return wrong("graph", format!("operator {} is not supported", other.op_type));
        }
    }
    let shape =
        graph.input.first().and_then(|input| input.kind.as_ref()?.tensor.as_ref()?.shape.as_ref());
    let columns = shape.and_then(|shape| shape.dim.get(1)).map_or(0, |dim| dim.dim_value);
    let attributes = Attributes { node };
    let ensemble = match node.op_type.as_str() {
        "TreeEnsembleClassifier" => classifier(&attributes)?,
        "TreeEnsembleRegressor" => regressor(&attributes)?,
        "TreeEnsemble" => version_5(&attributes)?,
        other => return wrong("graph", format!("operator {other} is not supported")),
    };
    ensemble.forest(usize::try_from(columns).unwrap_or(0))
}

/// A product with a constant that is one, which a converter puts after LightGBM's probabilities.
fn is_times_one(node: &Node, constants: &[Tensor]) -> bool {
    let one = 1.0_f32;
    let is_one = |constant: &&Tensor| {
        let bits = constant.raw_data == one.to_le_bytes() || constant.float_data == [one];
        constant.data_type == FLOAT && bits && node.input.contains(&constant.name)
    };
    node.op_type == "Mul" && constants.iter().any(|constant| is_one(&constant))
}

/// The attributes of the ensemble.
struct Attributes<'a> {
    node: &'a Node,
}

impl Attributes<'_> {
    fn get(&self, name: &str) -> Option<&Attribute> {
        self.node.attribute.iter().find(|attribute| attribute.name == name)
    }

    fn place(&self, name: &str) -> String {
        format!("{}, {name}", self.node.op_type)
    }

    fn ints(&self, name: &str) -> &[i64] {
        self.get(name).map_or(&[], |attribute| &attribute.ints)
    }

    fn int(&self, name: &str) -> Option<i64> {
        self.get(name).map(|attribute| attribute.i)
    }

    fn text(&self, name: &str) -> String {
        let bytes = self.get(name).map_or(&[][..], |attribute| &attribute.s);
        String::from_utf8_lossy(bytes).into_owned()
    }

    /// Numbers as floats, or under the same name as a tensor; true when they are of 64 bits.
    fn numbers(&self, name: &str) -> Result<(Vec<f64>, bool), ReadError> {
        if let Some(attribute) = self.get(&format!("{name}_as_tensor")) {
            return self.tensor(name, attribute.t.as_ref());
        }
        match self.get(name) {
            Some(Attribute { t: Some(tensor), .. }) => self.tensor(name, Some(tensor)),
            Some(attribute) => {
                Ok((attribute.floats.iter().map(|number| f64::from(*number)).collect(), false))
            }
            None => Ok((Vec::new(), false)),
        }
    }

    fn tensor(&self, name: &str, tensor: Option<&Tensor>) -> Result<(Vec<f64>, bool), ReadError> {
        let Some(tensor) = tensor else { return wrong(self.place(name), "has no tensor") };
        let raw = &tensor.raw_data;
        let numbers = match tensor.data_type {
            FLOAT if raw.is_empty() => tensor.float_data.iter().map(|x| f64::from(*x)).collect(),
            FLOAT => {
                raw.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes).into()).collect()
            }
            DOUBLE if raw.is_empty() => tensor.double_data.clone(),
            DOUBLE => raw.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect(),
            UINT8 if raw.is_empty() => tensor.int32_data.iter().map(|x| f64::from(*x)).collect(),
            UINT8 => raw.iter().map(|x| f64::from(*x)).collect(),
            other => {
                let says = format!("a tensor of type {other} is not supported");
                return wrong(self.place(name), says);
            }
        };
        Ok((numbers, tensor.data_type == DOUBLE))
    }

    /// What becomes of margins.
    fn link(&self, name: &str) -> Result<Link, ReadError> {
        match name {
            "" | "NONE" => Ok(Link::Identity),
            "LOGISTIC" => Ok(Link::Sigmoid { scale: 1.0 }),
            "SOFTMAX" => Ok(Link::Softmax),
            other => wrong(self.place("post_transform"), format!("{other} is not supported")),
        }
    }

    /// True when leaves are averaged.
    fn averages(&self, name: &str) -> Result<bool, ReadError> {
        match name {
            "" | "SUM" => Ok(false),
            "AVERAGE" => Ok(true),
            other => wrong(self.place("aggregate_function"), format!("{other} is not supported")),
        }
    }
}

fn classifier(attributes: &Attributes<'_>) -> Result<Ensemble, ReadError> {
    let labels = attributes.ints("classlabels_int64s").len();
    let names = attributes.get("classlabels_strings").map_or(0, |names| names.strings.len());
    let mut ensemble = nodes(attributes, "class", labels.max(names))?;
    let first = ensemble.leaves.first().map_or(0, |leaf| leaf.output);
    // Of two classes often only one has weights: then there is one margin, and it is the second class's.
    if ensemble.outputs == 2 && ensemble.leaves.iter().all(|leaf| leaf.output == first) {
        ensemble.outputs = 1;
        ensemble.leaves.iter_mut().for_each(|leaf| leaf.output = 0);
        ensemble.base = ensemble.base.last().copied().into_iter().collect();
        if ensemble.link == Link::Softmax {
            return wrong(
                attributes.place("post_transform"),
                "SOFTMAX of one class is not supported",
            );
        }
    }
    Ok(ensemble)
}

fn regressor(attributes: &Attributes<'_>) -> Result<Ensemble, ReadError> {
    let targets = attributes.int("n_targets").unwrap_or(1);
    nodes(attributes, "target", usize::try_from(targets).unwrap_or(0))
}

/// What classifier and regressor call the same, but for how the attributes of leaves begin.
fn nodes(attributes: &Attributes<'_>, leaf: &str, outputs: usize) -> Result<Ensemble, ReadError> {
    let trees = attributes.ints("nodes_treeids");
    let (bounds, double) = attributes.numbers("nodes_values")?;
    let modes = attributes.get("nodes_modes").map_or(&[][..], |modes| &modes.strings);
    let ints = ["nodes_nodeids", "nodes_featureids", "nodes_truenodeids", "nodes_falsenodeids"];
    let [ids, features, trues, falses] = ints.map(|name| attributes.ints(name));
    let lengths = [ids, features, trues, falses].map(<[i64]>::len);
    if lengths.iter().any(|length| *length != trees.len())
        || bounds.len() != trees.len()
        || modes.len() != trees.len()
    {
        return wrong(attributes.place("nodes"), "lists of nodes are not equally long");
    }
    let tracks = attributes.ints("nodes_missing_value_tracks_true");
    let mut ensemble = Ensemble {
        outputs,
        link: attributes.link(&attributes.text("post_transform"))?,
        averages: attributes.averages(&attributes.text("aggregate_function"))?,
        base: attributes.numbers("base_values")?.0,
        double,
        ..Ensemble::default()
    };
    for at in 0..trees.len() {
        if modes[at] == b"LEAF" {
            ensemble.ends.push((trees[at], ids[at]));
            continue;
        }
        let Some(mode) = Mode::of_name(&modes[at]) else {
            let name = String::from_utf8_lossy(&modes[at]);
            return wrong(attributes.place("nodes_modes"), format!("{name} is not supported"));
        };
        ensemble.splits.push(Split {
            tree: trees[at],
            id: ids[at],
            feature: features[at],
            mode,
            bound: bounds[at],
            if_true: trues[at],
            if_false: falses[at],
            missing_true: tracks.get(at) == Some(&1),
        });
    }
    let list = |name: &str| attributes.ints(&format!("{leaf}_{name}"));
    let [trees, nodes, outputs] = ["treeids", "nodeids", "ids"].map(list);
    let (weights, _) = attributes.numbers(&format!("{leaf}_weights"))?;
    if [nodes.len(), outputs.len(), weights.len()].iter().any(|length| *length != trees.len()) {
        return wrong(attributes.place(leaf), "lists of leaves are not equally long");
    }
    ensemble.leaves = (0..trees.len())
        .map(|at| Leaf { tree: trees[at], id: nodes[at], output: outputs[at], weight: weights[at] })
        .collect();
    Ok(ensemble)
}

/// What version 5 says of all trees together: outputs, what becomes of sums.
fn begun_5(attributes: &Attributes<'_>, double: bool) -> Result<Ensemble, ReadError> {
    let links = ["NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"];
    let link =
        attributes.int("post_transform").map_or(Some(&links[0]), |at| links.get(at as usize));
    let sums = ["AVERAGE", "SUM", "MIN", "MAX"];
    let sum =
        attributes.int("aggregate_function").map_or(Some(&sums[1]), |at| sums.get(at as usize));
    Ok(Ensemble {
        outputs: attributes
            .int("n_targets")
            .and_then(|count| usize::try_from(count).ok())
            .unwrap_or(0),
        link: attributes.link(link.unwrap_or(&"?"))?,
        averages: attributes.averages(sum.unwrap_or(&"?"))?,
        double,
        ..Ensemble::default()
    })
}

/// The place of a leaf, of so many.
fn leaf_at(attributes: &Attributes<'_>, leaf: i64, leaves: usize) -> Result<usize, ReadError> {
    match usize::try_from(leaf) {
        Ok(at) if at < leaves => Ok(at),
        _ => wrong(attributes.place("nodes"), format!("leaf {leaf} is not there")),
    }
}

/// The operator of version 5: splits and leaves are numbered apart, in one list for all trees.
fn version_5(attributes: &Attributes<'_>) -> Result<Ensemble, ReadError> {
    let (bounds, double) = attributes.numbers("nodes_splits")?;
    let (modes, _) = attributes.numbers("nodes_modes")?;
    let (weights, _) = attributes.numbers("leaf_weights")?;
    let ints = [
        "nodes_featureids",
        "nodes_truenodeids",
        "nodes_trueleafs",
        "nodes_falsenodeids",
        "nodes_falseleafs",
    ];
    let [features, trues, true_leaves, falses, false_leaves] =
        ints.map(|name| attributes.ints(name));
    let outputs = attributes.ints("leaf_targetids");
    let lists = [features, trues, true_leaves, falses, false_leaves].map(<[i64]>::len);
    let even = lists.iter().all(|length| *length == bounds.len()) && modes.len() == bounds.len();
    if !even || outputs.len() != weights.len() {
        return wrong(attributes.place("nodes"), "lists of nodes or leaves are not equally long");
    }
    let mut ensemble = begun_5(attributes, double)?;
    let tracks = attributes.ints("nodes_missing_value_tracks_true");
    let splits = bounds.len() as i64;
    // Leaves are numbered after the splits, as if all were one tree with several roots.
    let place =
        |child: i64, is_leaf: i64| if is_leaf == 1 { splits.saturating_add(child) } else { child };
    for at in 0..bounds.len() {
        // A tree that is one leaf is written as a split whose both sides are that leaf.
        if trues[at] == falses[at] && true_leaves[at] == 1 && false_leaves[at] == 1 {
            let leaf = leaf_at(attributes, trues[at], weights.len())?;
            let id = at as i64;
            ensemble.ends.push((0, id));
            let (output, weight) = (outputs[leaf], weights[leaf]);
            ensemble.leaves.push(Leaf { tree: 0, id, output, weight });
            continue;
        }
        // Numbers behind the splits are the leaves', and no split's.
        let sides = [(trues[at], true_leaves[at]), (falses[at], false_leaves[at])];
        if let Some((child, _)) = sides.iter().find(|(child, leaf)| *leaf != 1 && *child >= splits)
        {
            return wrong(attributes.place("nodes"), format!("node {child} is not there"));
        }
        let Some(mode) = Mode::of_number(modes[at]) else {
            return wrong(
                attributes.place("nodes_modes"),
                format!("{} is not supported", modes[at]),
            );
        };
        ensemble.splits.push(Split {
            tree: 0,
            id: at as i64,
            feature: features[at],
            mode,
            bound: bounds[at],
            if_true: place(trues[at], true_leaves[at]),
            if_false: place(falses[at], false_leaves[at]),
            missing_true: tracks.get(at) == Some(&1),
        });
    }
    ensemble.ends.extend((splits..).take(weights.len()).map(|id| (0, id)));
    let leaves = (splits..).zip(outputs).zip(&weights);
    let leaf = |((id, output), weight): ((i64, &i64), &f64)| Leaf {
        tree: 0,
        id,
        output: *output,
        weight: *weight,
    };
    ensemble.leaves.extend(leaves.map(leaf));
    ensemble.roots = attributes.ints("tree_roots").to_vec();
    Ok(ensemble)
}

#[cfg(test)]
mod tests;
