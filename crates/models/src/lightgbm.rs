//! LightGBM's text: lines of `key=value`, a block for the model and one for each tree. Versions 3 and 4.

use crate::error::{Form, ReadError};
use forest::{Forest, Link, Part, Parts, Test, Tree, Width};
use std::collections::BTreeMap;
use std::str::FromStr;

/// Bits of `decision_type`.
const CATEGORICAL: u8 = 1;
const DEFAULT_LEFT: u8 = 2;
/// The line after the last tree; without it the last tree may be cut within a number.
const END: &str = "end of trees";

/// The forest of a file.
pub fn read(bytes: &[u8]) -> Result<Forest, ReadError> {
    let text = str::from_utf8(bytes).map_err(|_| wrong("", "is not UTF-8"))?;
    if !text.lines().any(|line| line.trim() == END) {
        return Err(wrong(format!("line {}", text.lines().count()), "ends before `end of trees`"));
    }
    let mut blocks = blocks(text).into_iter();
    let head = blocks.next().ok_or_else(|| wrong("", "is empty"))?;
    let version = head.text("version")?;
    if !["v3", "v4"].contains(&version) {
        return Err(head.wrong("version", format!("version {version} is not known; v3 and v4 are")));
    }
    let outputs: usize = head.one("num_tree_per_iteration")?;
    let link = link(&head)?;
    let features: Vec<String> =
        head.text("feature_names")?.split_whitespace().map(str::to_owned).collect();
    let count = head.one::<usize>("max_feature_idx")?.saturating_add(1);
    if features.len() != count {
        let says = format!("{} names for {count} features", features.len());
        return Err(head.wrong("feature_names", says));
    }
    if outputs == 0 || outputs > forest::forest::OUTPUTS_MAX {
        return Err(head.wrong("num_tree_per_iteration", "too few or too many outputs"));
    }
    let mut trees = Vec::new();
    for block in blocks {
        let at = trees.len();
        let parts = parts(&block)?;
        let tree = Tree::grow((at % outputs) as u16, &parts);
        trees.push(tree.map_err(|wrong| ReadError::of_tree(Form::LightGbm, at, wrong))?);
    }
    let sizes = head.text("tree_sizes").map_or(0, |sizes| sizes.split_whitespace().count());
    if sizes != trees.len() {
        let says = format!("{sizes} trees are announced and {} are there", trees.len());
        return Err(head.wrong("tree_sizes", says));
    }
    let average = head.lines.contains_key("average_output");
    let divisor = if average { (trees.len() / outputs).max(1) as u32 } else { 1 };
    let base = vec![0.0; outputs];
    let parts = Parts { features, trees, base, divisor, link, width: Width::Double };
    Forest::new(parts).map_err(|wrong| ReadError::of_forest(Form::LightGbm, wrong))
}

fn wrong(place: impl Into<String>, says: impl Into<String>) -> ReadError {
    ReadError::new(Form::LightGbm, place, says)
}

/// A block of lines, each key with its value and its line's number.
struct Block<'a> {
    /// `None` for the model's own.
    tree: Option<usize>,
    first: usize,
    lines: BTreeMap<&'a str, (&'a str, usize)>,
}

/// The model's block and the trees'; what follows the trees (importances, parameters) is not read.
fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = vec![Block { tree: None, first: 1, lines: BTreeMap::new() }];
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        if line == END {
            break;
        }
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        if key == "Tree" {
            let tree = Some(blocks.len() - 1);
            blocks.push(Block { tree, first: number, lines: BTreeMap::new() });
        } else if let Some(block) = blocks.last_mut().filter(|_| !key.is_empty()) {
            block.lines.insert(key, (value, number));
        }
    }
    blocks
}

impl<'a> Block<'a> {
    fn wrong(&self, key: &str, says: impl Into<String>) -> ReadError {
        let line = self.lines.get(key).map_or(self.first, |(_, line)| *line);
        let tree = self.tree.map_or(String::new(), |tree| format!("tree {tree}, "));
        wrong(format!("{tree}line {line}"), format!("{key}: {}", says.into()))
    }

    fn text(&self, key: &str) -> Result<&'a str, ReadError> {
        let found = self.lines.get(key).map(|(value, _)| *value);
        found.ok_or_else(|| self.wrong(key, "is missing"))
    }

    fn one<T: FromStr>(&self, key: &str) -> Result<T, ReadError> {
        self.text(key)?.trim().parse().map_err(|_| self.wrong(key, "is no number"))
    }

    /// As many numbers as wanted.
    fn many<T: FromStr>(&self, key: &str, count: usize) -> Result<Vec<T>, ReadError> {
        let numbers = self.list(key)?;
        if numbers.len() == count {
            return Ok(numbers);
        }
        Err(self.wrong(key, format!("{} numbers where {count} belong", numbers.len())))
    }

    fn list<T: FromStr>(&self, key: &str) -> Result<Vec<T>, ReadError> {
        let words = self.text(key)?.split_whitespace();
        let numbers = words.map(|word| {
            word.parse().map_err(|_| self.wrong(key, format!("`{word}` is no number that fits")))
        });
        numbers.collect()
    }
}

/// What becomes of margins, by the objective: a name and words of `key:value`.
fn link(head: &Block<'_>) -> Result<Link, ReadError> {
    // A model of an objective of its maker's own has none here, and answers with margins.
    let Ok(objective) = head.text("objective") else { return Ok(Link::Identity) };
    let mut words = objective.split_whitespace();
    let name = words.next().unwrap_or_default();
    let mut scale = 1.0;
    for word in words {
        match word.split_once(':') {
            Some(("sigmoid", value)) => {
                scale =
                    value.parse().map_err(|_| head.wrong("objective", "sigmoid is no number"))?;
            }
            None if word == "sqrt" => {
                return Err(head.wrong("objective", "squares of margins are not supported"));
            }
            _ => {}
        }
    }
    match name {
        "binary" | "multiclassova" => Ok(Link::Sigmoid { scale }),
        "cross_entropy" => Ok(Link::Sigmoid { scale: 1.0 }),
        "multiclass" => Ok(Link::Softmax),
        "poisson" | "gamma" | "tweedie" => Ok(Link::Exponential),
        "regression" | "regression_l1" | "huber" | "fair" | "quantile" | "mape" | "lambdarank"
        | "rank_xendcg" | "custom" => Ok(Link::Identity),
        _ => Err(head.wrong("objective", format!("`{name}` is not supported"))),
    }
}

/// Nodes of a tree: its splits as LightGBM numbers them, then its leaves.
fn parts(block: &Block<'_>) -> Result<Vec<Part>, ReadError> {
    if block.lines.get("is_linear").is_some_and(|(value, _)| *value != "0") {
        return Err(block
            .wrong("is_linear", "linear trees are not supported; train with linear_tree=false"));
    }
    let leaves: usize = block.one("num_leaves")?;
    if leaves == 0 || leaves > forest::tree::LEAVES_MAX {
        return Err(block.wrong("num_leaves", "too few or too many leaves"));
    }
    let values: Vec<f64> = block.many("leaf_value", leaves)?;
    if leaves == 1 {
        // All that came by came to the only leaf, whether the file says so or not.
        return Ok(vec![Part::Leaf { value: values[0], cover: 1.0 }]);
    }
    let splits = leaves - 1;
    let counts = |key, count| {
        if block.lines.contains_key(key) { block.many(key, count) } else { Ok(vec![0.0; count]) }
    };
    let (split_counts, leaf_counts) =
        (counts("internal_count", splits)?, counts("leaf_count", leaves)?);
    let features: Vec<u16> = block.many("split_feature", splits)?;
    let decisions: Vec<u8> = block.many("decision_type", splits)?;
    let bounds: Vec<f64> = block.many("threshold", splits)?;
    let lefts: Vec<i64> = block.many("left_child", splits)?;
    let rights: Vec<i64> = block.many("right_child", splits)?;
    let sets = Sets::of(block)?;
    // A negative child is a leaf: the complement of its number.
    let place = |child: i64| {
        if child >= 0 { child as usize } else { splits.saturating_add(!child as usize) }
    };
    let mut parts = Vec::with_capacity(splits + leaves);
    for at in 0..splits {
        let (test, missing_left) = test(block, &sets, decisions[at], bounds[at])?;
        let (left, right) = (place(lefts[at]), place(rights[at]));
        let (feature, cover) = (features[at], split_counts[at]);
        parts.push(Part::Split { feature, test, missing_left, left, right, cover });
    }
    let leaves = values.into_iter().zip(leaf_counts);
    parts.extend(leaves.map(|(value, cover)| Part::Leaf { value, cover }));
    Ok(parts)
}

/// What a split asks, and where a missing value goes.
fn test(
    block: &Block<'_>,
    sets: &Sets,
    decision: u8,
    bound: f64,
) -> Result<(Test, bool), ReadError> {
    if decision & CATEGORICAL != 0 {
        let set = sets.set(bound as usize);
        return Ok((set.ok_or_else(|| block.wrong("cat_boundaries", "a set is missing"))?, false));
    }
    let default_left = decision & DEFAULT_LEFT != 0;
    match decision >> 2 & 3 {
        // No value counts as missing: one that is counts as zero.
        0 => Ok((Test::AtMost(bound), 0.0 <= bound)),
        1 => Ok((Test::AtMostZeroMissing(bound), default_left)),
        2 => Ok((Test::AtMost(bound), default_left)),
        _ => Err(block.wrong("decision_type", "names a kind of missing value that is not known")),
    }
}

/// Sets of categories: words of 32 bits and where each set begins.
struct Sets {
    bounds: Vec<usize>,
    words: Vec<u32>,
}

impl Sets {
    fn of(block: &Block<'_>) -> Result<Sets, ReadError> {
        if block.lines.get("num_cat").is_none_or(|(value, _)| *value == "0") {
            return Ok(Sets { bounds: Vec::new(), words: Vec::new() });
        }
        Ok(Sets { bounds: block.list("cat_boundaries")?, words: block.list("cat_threshold")? })
    }

    fn set(&self, at: usize) -> Option<Test> {
        let (begin, end) = (*self.bounds.get(at)?, *self.bounds.get(at.checked_add(1)?)?);
        let pairs =
            self.words.get(begin..end)?.chunks(2).map(|pair| {
                u64::from(pair[0]) | u64::from(pair.get(1).copied().unwrap_or(0)) << 32
            });
        let mut words: Vec<u64> = pairs.collect();
        while words.last() == Some(&0) {
            words.pop();
        }
        Some(Test::Among(words))
    }
}
