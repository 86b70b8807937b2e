//! `tj model`: trees that say how likely a payment is a thief's. `show` and `check` read others' models, `train` fits one
//! from the journal's own features and from what cases, or a file, say of payments.

mod train;

use super::Context;
use super::forests::{load, vouched};
use crate::fail::Done;
use engine::risk::Model;
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
