//! XGBoost's own form, as JSON or as UBJ: boosted trees with or without dropout, one number a leaf. It
//! compares and adds in floats of 32 bits; the bounds here are those that say the same of wider ones.

use crate::error::{Form, ReadError};
use crate::single::below;
use crate::ubj::{self, INFINITE};
use forest::{Forest, Link, Part, Parts, Test, Tree, Width};
use serde_json::{Map, Value};

/// The forest of a JSON file.
pub fn read_json(bytes: &[u8]) -> Result<Forest, ReadError> {
    let text =
        str::from_utf8(bytes).map_err(|_| ReadError::new(Form::XgboostJson, "", "is not UTF-8"))?;
    let root: Value = serde_json::from_str(&finite(text))
        .map_err(|wrong| ReadError::new(Form::XgboostJson, "", wrong.to_string()))?;
    read(&File { form: Form::XgboostJson }, &root)
}

/// The forest of a UBJ file.
pub fn read_ubj(bytes: &[u8]) -> Result<Forest, ReadError> {
    let root = ubj::value(bytes)
        .map_err(|(at, says)| ReadError::new(Form::XgboostUbj, format!("byte {at}"), says))?;
    read(&File { form: Form::XgboostUbj }, &root)
}

/// XGBoost writes numbers that JSON has not, outside of texts: they become ones that round to them.
fn finite(text: &str) -> String {
    let parts = text.split('"').enumerate().map(|(at, part)| {
        // No text in these files has a quotation mark of its own where such a number stands.
        if at % 2 == 1 || !part.contains(['I', 'N']) {
            return part.to_owned();
        }
        part.replace("Infinity", &format!("{INFINITE:e}")).replace("NaN", "null")
    });
    parts.collect::<Vec<_>>().join("\"")
}

/// The file, to say what is wrong with it.
struct File {
    form: Form,
}

impl File {
    fn wrong<T>(&self, place: impl Into<String>, says: impl Into<String>) -> Result<T, ReadError> {
        Err(ReadError::new(self.form, place, says))
    }

    /// The value at the end of a path of keys.
    fn at<'a>(&self, from: &'a Value, path: &str) -> Result<&'a Value, ReadError> {
        let found = path.split('.').try_fold(from, |value, key| value.get(key));
        found.map_or_else(|| self.wrong(path, "is missing"), Ok)
    }

    fn text<'a>(&self, from: &'a Value, path: &str) -> Result<&'a str, ReadError> {
        self.at(from, path)?.as_str().map_or_else(|| self.wrong(path, "is no text"), Ok)
    }

    /// A number that XGBoost writes as a text.
    fn count(&self, from: &Value, path: &str) -> Result<usize, ReadError> {
        let count = self.text(from, path)?.parse();
        count.or_else(|_| self.wrong(path, "is no whole number"))
    }

    fn list<'a>(&self, from: &'a Value, path: &str) -> Result<&'a [Value], ReadError> {
        let list = self.at(from, path)?.as_array();
        list.map_or_else(|| self.wrong(path, "is no list"), |list| Ok(list.as_slice()))
    }

    /// Numbers of a tree, as many as it has nodes.
    fn numbers(&self, tree: &Numbered<'_>, key: &str, count: usize) -> Result<Vec<f64>, ReadError> {
        let numbers = self.some_numbers(tree, key)?;
        if numbers.len() == count {
            return Ok(numbers);
        }
        let says = format!("{} numbers where {count} belong", numbers.len());
        self.wrong(tree.place(key), says)
    }

    fn some_numbers(&self, tree: &Numbered<'_>, key: &str) -> Result<Vec<f64>, ReadError> {
        let Some(list) = tree.fields.get(key).and_then(Value::as_array) else {
            return self.wrong(tree.place(key), "is no list");
        };
        let number = |value: &Value| value.as_f64().or(value.as_bool().map(f64::from));
        let numbers = list.iter().map(number).collect::<Option<Vec<f64>>>();
        numbers.map_or_else(|| self.wrong(tree.place(key), "has what is no number"), Ok)
    }
}

/// A tree's fields and its number.
struct Numbered<'a> {
    number: usize,
    fields: &'a Map<String, Value>,
}

impl Numbered<'_> {
    fn place(&self, key: &str) -> String {
        format!("tree {}, {key}", self.number)
    }
}

fn read(file: &File, root: &Value) -> Result<Forest, ReadError> {
    let learner = file.at(root, "learner")?;
    let booster = file.at(learner, "gradient_booster")?;
    let (model, drops) = match file.text(booster, "name")? {
        "gbtree" => (file.at(booster, "model")?, None),
        "dart" => (file.at(booster, "gbtree.model")?, Some(file.list(booster, "weight_drop")?)),
        other => {
            return file.wrong("gradient_booster.name", format!("`{other}` is not made of trees"));
        }
    };
    let features = features(file, learner)?;
    let outputs = file.count(learner, "learner_model_param.num_class")?.max(1);
    let targets = learner.get("learner_model_param").and_then(|param| param.get("num_target"));
    if targets.and_then(Value::as_str).is_some_and(|targets| targets != "1") {
        return file
            .wrong("learner_model_param.num_target", "more than one target is not supported");
    }
    if outputs > forest::forest::OUTPUTS_MAX {
        return file.wrong("learner_model_param.num_class", "too many outputs");
    }
    let objective = file.text(learner, "objective.name")?;
    let link = link(file, objective)?;
    let base = base(file, learner, objective, outputs)?;
    let classes = file.list(model, "tree_info")?;
    let list = file.list(model, "trees")?;
    if classes.len() != list.len() || drops.is_some_and(|drops| drops.len() != list.len()) {
        return file.wrong("tree_info", "not as many as there are trees");
    }
    let mut trees = Vec::with_capacity(list.len());
    for (number, value) in list.iter().enumerate() {
        let Some(fields) = value.as_object() else {
            return file.wrong(format!("tree {number}"), "is no object");
        };
        let drop = drops.and_then(|drops| drops[number].as_f64()).unwrap_or(1.0) as f32;
        let parts = parts(file, &Numbered { number, fields }, drop)?;
        let class = classes[number].as_u64().and_then(|class| u16::try_from(class).ok());
        let Some(class) = class else { return file.wrong("tree_info", "is no list of classes") };
        let tree = Tree::grow(class, &parts);
        trees.push(tree.map_err(|wrong| ReadError::of_tree(file.form, number, wrong))?);
    }
    let parts = Parts { features, trees, base, divisor: 1, link, width: Width::Single };
    Forest::new(parts).map_err(|wrong| ReadError::of_forest(file.form, wrong))
}

/// Names of the features; a model that has none calls them f0, f1 and so on, as XGBoost does.
fn features(file: &File, learner: &Value) -> Result<Vec<String>, ReadError> {
    let count = file.count(learner, "learner_model_param.num_feature")?;
    if count > forest::forest::FEATURES_MAX {
        return file.wrong("learner_model_param.num_feature", "too many features");
    }
    let names = learner.get("feature_names").and_then(Value::as_array);
    match names.filter(|names| !names.is_empty()) {
        None => Ok((0..count).map(|at| format!("f{at}")).collect()),
        Some(names) if names.len() == count => {
            let names = names.iter().map(|name| name.as_str().map(str::to_owned));
            let names: Option<Vec<String>> = names.collect();
            names.map_or_else(|| file.wrong("feature_names", "has what is no name"), Ok)
        }
        Some(names) => {
            file.wrong("feature_names", format!("{} names for {count} features", names.len()))
        }
    }
}

fn link(file: &File, objective: &str) -> Result<Link, ReadError> {
    match objective {
        "binary:logistic" | "reg:logistic" => Ok(Link::Sigmoid { scale: 1.0 }),
        "multi:softprob" | "multi:softmax" => Ok(Link::Softmax),
        "count:poisson" | "reg:gamma" | "reg:tweedie" | "survival:cox" => Ok(Link::Exponential),
        "binary:logitraw"
        | "reg:squarederror"
        | "reg:squaredlogerror"
        | "reg:absoluteerror"
        | "reg:pseudohubererror"
        | "reg:quantileerror"
        | "rank:pairwise"
        | "rank:ndcg"
        | "rank:map" => Ok(Link::Identity),
        other => file.wrong("objective.name", format!("`{other}` is not supported")),
    }
}

/// Where sums begin: one number, or since version 3.1 a list in a text, as margins.
fn base(
    file: &File,
    learner: &Value,
    objective: &str,
    outputs: usize,
) -> Result<Vec<f64>, ReadError> {
    let place = "learner_model_param.base_score";
    let text = file.text(learner, place)?.trim_matches(['[', ']']);
    let numbers = text.split(',').map(|number| number.trim().parse::<f32>());
    let Ok(numbers) = numbers.collect::<Result<Vec<f32>, _>>() else {
        return file.wrong(place, "is no list of numbers");
    };
    let margin = |score: f32| match objective {
        "binary:logistic" | "reg:logistic" | "binary:logitraw" => {
            -f64::from(1.0 / score - 1.0).ln()
        }
        "count:poisson" | "reg:gamma" | "reg:tweedie" | "survival:cox" => f64::from(score).ln(),
        _ => f64::from(score),
    };
    let margins: Vec<f64> = numbers.iter().map(|score| f64::from(margin(*score) as f32)).collect();
    match margins.as_slice() {
        [one] => Ok(vec![*one; outputs]),
        all if all.len() == outputs => Ok(margins),
        all => file.wrong(place, format!("{} numbers for {outputs} outputs", all.len())),
    }
}

/// Nodes of a tree. Leaves are those without a left child; their value stands among the bounds.
fn parts(file: &File, tree: &Numbered<'_>, drop: f32) -> Result<Vec<Part>, ReadError> {
    let lefts = file.some_numbers(tree, "left_children")?;
    let count = lefts.len();
    let numbers = |key| file.numbers(tree, key, count);
    let (rights, features) = (numbers("right_children")?, numbers("split_indices")?);
    let (bounds, defaults) = (numbers("split_conditions")?, numbers("default_left")?);
    let covers = if tree.fields.contains_key("sum_hessian") {
        numbers("sum_hessian")?
    } else {
        vec![0.0; count]
    };
    if file.some_numbers(tree, "base_weights")?.len() != count {
        return file
            .wrong(tree.place("base_weights"), "leaves of several numbers are not supported");
    }
    let mut sets = sets(file, tree, count)?;
    let mut parts = Vec::with_capacity(count);
    for at in 0..count {
        let (bound, cover) = (bounds[at] as f32, f64::from(covers[at] as f32));
        if lefts[at] < 0.0 {
            parts.push(Part::Leaf { value: f64::from(bound * drop), cover });
            continue;
        }
        if !(0.0..=65_535.0).contains(&features[at]) {
            return file.wrong(tree.place("split_indices"), "names a feature that is not there");
        }
        let feature = features[at] as u16;
        let (left, right) = (lefts[at] as usize, rights[at] as usize);
        let default_left = defaults[at] > 0.0;
        parts.push(match sets[at].take() {
            // What is among the categories goes right.
            Some(test) => Part::Split {
                feature,
                test,
                missing_left: !default_left,
                left: right,
                right: left,
                cover,
            },
            None => {
                let test = Test::AtMost(below(bound));
                Part::Split { feature, test, missing_left: default_left, left, right, cover }
            }
        });
    }
    Ok(parts)
}

/// For each node that asks for categories, their set.
fn sets(file: &File, tree: &Numbered<'_>, count: usize) -> Result<Vec<Option<Test>>, ReadError> {
    let mut sets = vec![None; count];
    if !tree.fields.contains_key("split_type") {
        return Ok(sets);
    }
    let kinds = file.numbers(tree, "split_type", count)?;
    let nodes = file.some_numbers(tree, "categories_nodes")?;
    let begins = file.numbers(tree, "categories_segments", nodes.len())?;
    let sizes = file.numbers(tree, "categories_sizes", nodes.len())?;
    let categories = file.some_numbers(tree, "categories")?;
    for ((node, begin), size) in nodes.iter().zip(begins).zip(sizes) {
        let (begin, size) = (begin as usize, size as usize);
        let set = begin.checked_add(size).and_then(|end| categories.get(begin..end));
        let set = set.map(|set| set.iter().map(|category| *category as u32).collect::<Vec<u32>>());
        let test = set.and_then(|set| Test::among(&set));
        let (Some(test), Some(place)) = (test, sets.get_mut(*node as usize)) else {
            return file.wrong(tree.place("categories"), "a set is missing or too large");
        };
        *place = Some(test);
    }
    let missing = kinds.iter().zip(&sets).any(|(kind, set)| (*kind > 0.0) != set.is_some());
    if missing {
        file.wrong(tree.place("split_type"), "does not fit the sets of categories")
    } else {
        Ok(sets)
    }
}
