//! `tj model`: trees that say how likely a payment is a thief's. `show` and `check` read others' models, `train` fits one
//! from the journal's own features and from what cases, or a file, say of payments.

mod train;

pub use train::golden_of;

use super::Context;
use crate::fail::{Done, Exit, Failure};
use engine::risk::Model;
use forest::Forest;
use models::golden;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Models.
#[derive(Debug, clap::Subcommand)]
pub enum ModelCommand {
    /// What a model is: LightGBM text, XGBoost JSON or UBJ, ONNX, or our own form
    Show {
        /// Its file.
        model: PathBuf,
    },
    /// Hold a model against golden rows, as adopting it does
    Check {
        /// Its file.
        model: PathBuf,
        /// Rows and what the model's own library answers, CSV or JSON.
        #[arg(long, value_name = "FILE")]
        golden: PathBuf,
    },
    /// Fit a model from the bank's own past
    Train(train::Train),
}

impl ModelCommand {
    /// Does it.
    ///
    /// # Errors
    /// A file that is no model; rows it does not answer; nothing to learn from.
    pub fn run(self, context: &Context) -> Done {
        match self {
            ModelCommand::Show { model } => show(context, &model),
            ModelCommand::Check { model, golden } => {
                let rows = vouched(&load(&model)?, &golden)?;
                context.out.json(&json!({ "rows": rows }));
                context
                    .out
                    .line(format_args!("all {rows} golden rows are answered as they must be"));
                Ok(())
            }
            ModelCommand::Train(train) => train.run(context),
        }
    }
}

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

fn show(context: &Context, path: &Path) -> Done {
    let forest = load(path)?;
    let trees = &forest.parts().trees;
    let nodes: usize = trees.iter().map(|tree| tree.nodes().len()).sum();
    let judges = Model::of_bytes(&forest.to_bytes());
    let bytes = forest.to_bytes().len();
    context.out.json(&json!({
        "trees": trees.len(), "nodes": nodes, "features": forest.features(), "outputs": forest.outputs(),
        "can_be_explained": forest.is_covered(), "bytes": bytes,
        "may_judge_payments": judges.is_ok(),
        "why_not": judges.as_ref().err().map(ToString::to_string),
    }));
    context.out.line(format_args!(
        "{} trees with {nodes} nodes over {} features, {} outputs; {bytes} bytes",
        trees.len(),
        forest.features().len(),
        forest.outputs()
    ));
    match judges {
        Ok(_) => context.out.line("it may judge payments"),
        Err(error) => context.out.line(format_args!("it may not judge payments: {error}")),
    }
    Ok(())
}
