//! What is wrong with a model's file, said by its place: line, tree, or key.

use forest::{ForestError, TreeError};
use std::fmt;

/// The forms models come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Text that LightGBM saves.
    LightGbm,
    /// JSON that XGBoost saves.
    XgboostJson,
    /// Universal Binary JSON that XGBoost saves.
    XgboostUbj,
    /// An ONNX file with one tree ensemble.
    Onnx,
    /// Bytes of a forest of ours.
    Forest,
    /// None of these.
    Unknown,
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Form::LightGbm => "LightGBM text",
            Form::XgboostJson => "XGBoost JSON",
            Form::XgboostUbj => "XGBoost UBJ",
            Form::Onnx => "ONNX",
            Form::Forest => "a forest's bytes",
            Form::Unknown => "a model's file",
        })
    }
}

/// Why a file is no model that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// What the file was taken for.
    pub form: Form,
    /// Where in it: a line, a tree, a key. Empty when it is all of it.
    pub place: String,
    /// What is wrong there.
    pub says: String,
}

impl ReadError {
    pub(crate) fn new(form: Form, place: impl Into<String>, says: impl Into<String>) -> ReadError {
        ReadError { form, place: place.into(), says: says.into() }
    }

    pub(crate) fn of_tree(form: Form, tree: usize, wrong: TreeError) -> ReadError {
        ReadError::new(form, format!("tree {tree}, node {}", wrong.node), wrong.says)
    }

    pub(crate) fn of_forest(form: Form, wrong: ForestError) -> ReadError {
        ReadError::new(form, "", wrong.to_string())
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ReadError { form, place, says } = self;
        if place.is_empty() {
            write!(f, "{form}: {says}")
        } else {
            write!(f, "{form}, {place}: {says}")
        }
    }
}

impl std::error::Error for ReadError {}
