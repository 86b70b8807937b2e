//! Models in files: read whichever library made them, and held against rows that vouch for them.

use crate::fail::{Done, Exit, Failure};
use engine::risk::Model;
use forest::Forest;
use models::golden;
use std::path::{Path, PathBuf};

/// A file's bytes.
///
/// # Errors
/// It cannot be read.
fn bytes_of(path: &Path) -> Done<Vec<u8>> {
    std::fs::read(path).map_err(|error| {
        let what = format!("{} cannot be read", path.display());
        Failure::because(Exit::Failed, what, &error, "give the model's file")
    })
}

/// The model in a file, whichever library made it.
///
/// # Errors
/// It cannot be read, or is no model that is understood.
pub fn load(path: &Path) -> Done<Forest> {
    let bytes = bytes_of(path)?;
    let refused = |error: &dyn std::error::Error| {
        let what = format!("{} is no model that can be read", path.display());
        Failure::because(Exit::Refused, what, error, "export it as docs/formats/forest.md lists")
    };
    match Forest::of_bytes(&bytes) {
        Ok(forest) => Ok(forest),
        Err(error) if bytes.starts_with(b"TJFOREST") => Err(refused(&error)),
        Err(_) => models::read(&bytes).map_err(|error| refused(&error)),
    }
}

/// The bytes of a model that may judge payments.
///
/// # Errors
/// Inputs that are no features; several answers.
pub fn judging_bytes(forest: &Forest) -> Done<Vec<u8>> {
    let bytes = forest.to_bytes();
    Model::of_bytes(&bytes).map_err(|error| {
        let next = "train it on features by their names: see `tj risk features`";
        Failure::because(Exit::Refused, "this model cannot judge payments", &error, next)
    })?;
    Ok(bytes)
}

/// How many golden rows vouch for a model.
///
/// # Errors
/// They cannot be read, are too few, or are answered otherwise.
pub fn vouched(forest: &Forest, path: &Path) -> Done<usize> {
    let text = String::from_utf8(bytes_of(path)?).map_err(|error| {
        let what = format!("{} is no text", path.display());
        Failure::because(Exit::Failed, what, &error, "give golden rows as CSV or JSON")
    })?;
    let next = "get golden rows from whoever made the model: docs/formats/forest.md";
    let rows = golden::read(&text, forest).map_err(|error| {
        let what = format!("{} holds no golden rows for this model", path.display());
        Failure::because(Exit::Refused, what, &error, next)
    })?;
    golden::check(forest, &rows).map_err(|error| {
        Failure::because(Exit::Refused, "golden rows do not vouch for this model", &error, next)
    })?;
    Ok(rows.len())
}

/// Where a model's golden rows are.
pub fn golden_of(model: &Path) -> PathBuf {
    let mut name = model.as_os_str().to_owned();
    name.push(".golden.csv");
    name.into()
}
