//! A forest as bytes and back: one forest has one form. Nodes stand in preorder, so no node names another and
//! none can be lost, shared or led in a circle. `docs/formats/forest.md`.

use crate::forest::{FEATURES_MAX, Forest, ForestError, NODES_MAX, OUTPUTS_MAX, Parts, TREES_MAX};
use crate::link::{Link, Width};
use crate::tree::{Kind, Node, Split, Test, Tree};
use alloc::string::String;
use alloc::vec::Vec;

/// What the bytes of a forest begin with: its name and version.
const MAGIC: &[u8; 9] = b"TJFOREST\x01";

const LEAF: u8 = 0;
const AT_MOST: u8 = 1;
const AT_MOST_ZERO_MISSING: u8 = 2;
const AMONG: u8 = 3;
const AMONG_WHOLE: u8 = 4;

impl Forest {
    /// As bytes; one forest has one form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let parts = self.parts();
        let mut out = MAGIC.to_vec();
        let (link, scale) = match parts.link {
            Link::Identity => (0, 1.0),
            Link::Sigmoid { scale } => (1, scale),
            Link::Softmax => (2, 1.0),
            Link::Exponential => (3, 1.0),
        };
        out.extend([link, u8::from(parts.width == Width::Single), self.is_covered().into()]);
        out.extend(scale.to_le_bytes());
        out.extend(parts.divisor.to_le_bytes());
        out.extend((parts.base.len() as u16).to_le_bytes());
        out.extend((parts.features.len() as u16).to_le_bytes());
        out.extend((parts.trees.len() as u32).to_le_bytes());
        parts.base.iter().for_each(|base| out.extend(base.to_le_bytes()));
        for name in &parts.features {
            out.push(name.len() as u8);
            out.extend(name.as_bytes());
        }
        for tree in &parts.trees {
            out.extend(tree.class().to_le_bytes());
            out.extend((tree.nodes().len() as u32).to_le_bytes());
            tree.nodes().iter().for_each(|node| write_node(node, self.is_covered(), &mut out));
        }
        out
    }

    /// The forest of these bytes.
    ///
    /// # Errors
    /// See [`ForestError`].
    pub fn of_bytes(bytes: &[u8]) -> Result<Forest, ForestError> {
        let mut rest = bytes.strip_prefix(MAGIC).ok_or(ForestError::Form)?;
        let [link, width, covered] = take(&mut rest)?;
        let scale = f64::from_le_bytes(take(&mut rest)?);
        let link = match link {
            0 => Link::Identity,
            1 => Link::Sigmoid { scale },
            2 => Link::Softmax,
            3 => Link::Exponential,
            _ => return Err(ForestError::Form),
        };
        let width = if width == 0 { Width::Double } else { Width::Single };
        let divisor = u32::from_le_bytes(take(&mut rest)?);
        let outputs = usize::from(u16::from_le_bytes(take(&mut rest)?));
        let features = usize::from(u16::from_le_bytes(take(&mut rest)?));
        let trees = u32::from_le_bytes(take(&mut rest)?) as usize;
        if outputs > OUTPUTS_MAX || features > FEATURES_MAX || trees > TREES_MAX {
            return Err(ForestError::TooLarge);
        }
        let base = (0..outputs).map(|_| take(&mut rest).map(f64::from_le_bytes));
        let base = base.collect::<Result<_, _>>()?;
        let names = (0..features).map(|_| read_name(&mut rest));
        let features = names.collect::<Result<_, _>>()?;
        let trees = (0..trees as u32).map(|place| read_tree(place, covered != 0, &mut rest));
        let trees = trees.collect::<Result<_, _>>()?;
        let forest = Forest::new(Parts { features, trees, base, divisor, link, width })?;
        // One forest has one form, so whatever was not read as it would be written is refused.
        if rest.is_empty() && forest.to_bytes() == bytes {
            Ok(forest)
        } else {
            Err(ForestError::Form)
        }
    }
}

fn write_node(node: &Node, covered: bool, out: &mut Vec<u8>) {
    let split = match &node.kind {
        Kind::Leaf(value) => {
            out.push(LEAF);
            out.extend(value.to_le_bytes());
            None
        }
        Kind::Split(split) => {
            let kind = match &split.test {
                Test::AtMost(_) => AT_MOST,
                Test::AtMostZeroMissing(_) => AT_MOST_ZERO_MISSING,
                Test::Among(_) => AMONG,
                Test::AmongWhole(_) => AMONG_WHOLE,
            };
            out.extend([kind, split.missing_left.into()]);
            out.extend(split.feature.to_le_bytes());
            Some(split)
        }
    };
    match split.map(|split| &split.test) {
        None => {}
        Some(Test::AtMost(bound) | Test::AtMostZeroMissing(bound)) => {
            out.extend(bound.to_le_bytes());
        }
        Some(Test::Among(words) | Test::AmongWhole(words)) => {
            out.extend((words.len() as u16).to_le_bytes());
            words.iter().for_each(|word| out.extend(word.to_le_bytes()));
        }
    }
    if covered {
        out.extend(node.cover.to_le_bytes());
    }
}

fn read_name(rest: &mut &[u8]) -> Result<String, ForestError> {
    let [length] = take(rest)?;
    let name = rest.split_off(..usize::from(length)).ok_or(ForestError::Form)?;
    String::from_utf8(name.to_vec()).map_err(|_| ForestError::Form)
}

fn read_tree(place: u32, covered: bool, rest: &mut &[u8]) -> Result<Tree, ForestError> {
    let class = u16::from_le_bytes(take(rest)?);
    let count = u32::from_le_bytes(take(rest)?) as usize;
    if count > NODES_MAX {
        return Err(ForestError::TooLarge);
    }
    // Room for what the bytes can hold, whatever their count says.
    let mut nodes = Vec::with_capacity(count.min(rest.len() / 9));
    for _ in 0..count {
        nodes.push(read_node(covered, rest)?);
    }
    Tree::of_preorder(class, nodes).map_err(|wrong| ForestError::Tree {
        tree: place,
        node: wrong.node as u32,
        says: wrong.says,
    })
}

fn read_node(covered: bool, rest: &mut &[u8]) -> Result<Node, ForestError> {
    let [kind] = take(rest)?;
    let kind = if kind == LEAF {
        Kind::Leaf(f64::from_le_bytes(take(rest)?))
    } else {
        let [missing_left] = take(rest)?;
        let feature = u16::from_le_bytes(take(rest)?);
        let test = match kind {
            AT_MOST => Test::AtMost(f64::from_le_bytes(take(rest)?)),
            AT_MOST_ZERO_MISSING => Test::AtMostZeroMissing(f64::from_le_bytes(take(rest)?)),
            AMONG => Test::Among(read_words(rest)?),
            AMONG_WHOLE => Test::AmongWhole(read_words(rest)?),
            _ => return Err(ForestError::Form),
        };
        Kind::Split(Split { feature, test, missing_left: missing_left != 0, right: 0 })
    };
    let cover = if covered { f64::from_le_bytes(take(rest)?) } else { 0.0 };
    Ok(Node { kind, cover })
}

fn read_words(rest: &mut &[u8]) -> Result<Vec<u64>, ForestError> {
    let count = u16::from_le_bytes(take(rest)?);
    (0..count).map(|_| take(rest).map(u64::from_le_bytes)).collect()
}

/// The next bytes.
fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], ForestError> {
    let (first, others) = rest.split_first_chunk().ok_or(ForestError::Form)?;
    *rest = others;
    Ok(*first)
}
