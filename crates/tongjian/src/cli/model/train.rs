//! `tj model train`: features of past payments, what they turned out to be, and trees that tell them apart.

use crate::bank::Bank;
use crate::cli::Context;
use crate::cli::forests::{golden_of, load};
use crate::cli::labels::{Labels, labels_of};
use crate::cli::risk::payments;
use crate::fail::{Done, Exit, Failure};
use crate::figures::{grouped, parse_day};
use engine::risk::{Feature, Values, Wanted};
use forest::Forest;
use models::train::{Cases, Settings, train};
use serde_json::json;
use std::path::{Path, PathBuf};
use terms::{Day, TimeNs, TransferId};

/// Golden rows that are written beside a model.
const GOLDEN: usize = 200;

/// Fit a model from the bank's own past.
#[derive(Debug, clap::Args)]
pub struct Train {
    /// What payments were: CSV with the columns transfer, pattern, case, stage. Without it the marks of cases count.
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
    /// More banks to learn from, each with its labels in thieves.csv.
    #[arg(long = "and", value_name = "DIR")]
    more: Vec<PathBuf>,
    /// Where the model goes; its golden rows go beside it, with `.golden.csv` at the end.
    #[arg(long, default_value = "model.forest", value_name = "FILE")]
    output: PathBuf,
    /// Learn only from payments of this day and later; the past before it still counts in features.
    #[arg(long, value_parser = parse_day, value_name = "DAY")]
    from: Option<Day>,
    /// Learn only from payments of this day and earlier.
    #[arg(long, value_parser = parse_day, value_name = "DAY")]
    to: Option<Day>,
    /// Of payments that were nothing, one in so many is learnt from, and counts for all of them.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    sample: u64,
    /// Trees at most.
    #[arg(long, default_value_t = 200)]
    trees: usize,
    /// Leaves of a tree at most.
    #[arg(long, default_value_t = 15)]
    leaves: usize,
    /// Features that are left out.
    #[arg(long, value_name = "FEATURE")]
    without: Vec<String>,
    /// Everything that is drawn follows from it.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// What is learnt from, by time.
#[derive(Default)]
struct Learnt {
    cases: Vec<(TimeNs, Vec<f64>, bool)>,
    stolen: usize,
}

impl Train {
    /// Does it.
    ///
    /// # Errors
    /// Labels that cannot be read; too little to learn from; the bank cannot be opened.
    pub fn run(self, context: &Context) -> Done {
        let features = self.features()?;
        let mut learnt = Learnt::default();
        let bank = context.bank()?;
        let labels = match &self.labels {
            Some(file) => labels_of(file)?,
            None => Labels::of_cases(bank.node.engine()),
        };
        self.learn(context, &bank, (&features, &labels), &mut learnt)?;
        drop(bank);
        for folder in &self.more {
            let other = Context { dir: folder.clone(), dir_named: true, out: context.out };
            let labels = labels_of(&folder.join("thieves.csv"))?;
            self.learn(context, &other.bank()?, (&features, &labels), &mut learnt)?;
        }
        learnt.cases.sort_by_key(|(time, _, _)| *time);
        let names: Vec<String> = features.iter().map(|feature| feature.name()).collect();
        let mut rows = Vec::with_capacity(learnt.cases.len());
        let (mut marks, mut weights) = (Vec::new(), Vec::new());
        for (_, row, stolen) in learnt.cases {
            rows.push(row);
            marks.push(stolen);
            weights.push(if stolen { 1.0 } else { self.sample as f64 });
        }
        let settings = Settings {
            trees: self.trees,
            leaves: self.leaves,
            leaf_cases_min: 30,
            leaf_hessian_min: 1.0,
            l2: 10.0,
            feature_share: 0.3,
            seed: self.seed,
            ..Settings::default()
        };
        let cases = Cases { names: &names, rows: &rows, labels: &marks, weights: &weights };
        let fitted = train(&cases, &settings).map_err(|error| {
            let next = "label more payments: `tj case mark`, or --labels FILE";
            Failure::because(
                Exit::Failed,
                "nothing can be learnt from these payments",
                &error,
                next,
            )
        })?;
        self.write(&fitted.forest, &rows)?;
        // What was written is what was fitted.
        assert!(load(&self.output)? == fitted.forest, "a model reads back as it was written");
        let trees = fitted.forest.parts().trees.len();
        context.out.json(&json!({
            "payments": rows.len(), "stolen": learnt.stolen, "features": names.len(), "trees": trees,
            "held_out_average_precision": fitted.held_out_precision,
            "held_out_loss": fitted.held_out_loss, "model": self.output,
        }));
        context.out.line(format_args!(
            "{trees} trees over {} features, from {} payments of which {} were stolen",
            names.len(),
            grouped(rows.len() as u128),
            grouped(learnt.stolen as u128)
        ));
        if let Some(precision) = fitted.held_out_precision {
            context.out.line(format_args!(
                "on the latest fifth, which it did not see: average precision {precision:.3}, of a sample in which honest payments are one in {}",
                self.sample
            ));
        }
        context.out.line(format_args!("    next: tj risk replay --model {0} --labels FILE, then tj risk rules adopt --model {0}", self.output.display()));
        Ok(())
    }

    /// What it may look at: every feature but what a rule set says, less those left out.
    fn features(&self) -> Done<Vec<Feature>> {
        for name in &self.without {
            if Feature::named(name).is_none() {
                return Err(Failure::usage(
                    format!("there is no feature {name}"),
                    "see `tj risk features`",
                ));
            }
        }
        let kept =
            |feature: &Feature| !feature.is_of_the_set() && !self.without.contains(&feature.name());
        Ok(Feature::all().filter(kept).collect())
    }

    fn learn(
        &self,
        context: &Context,
        bank: &Bank,
        (features, labels): (&[Feature], &Labels),
        learnt: &mut Learnt,
    ) -> Done {
        let wanted: Wanted = features.iter().copied().collect();
        let mut values = Values::default();
        payments(context, bank, |before, payment, transfer| {
            let day = payment.time.day_at(payment.utc_offset_min);
            let in_time =
                self.from.is_none_or(|from| day >= from) && self.to.is_none_or(|to| day <= to);
            let stolen = labels.case_of(transfer.id).is_some();
            if !in_time || !(stolen || drawn(transfer.id, self.sample)) {
                return;
            }
            before.fill(payment, &wanted, &mut values);
            let number = |feature: &Feature| values.get(*feature).map_or(f64::NAN, |v| v as f64);
            learnt.stolen += usize::from(stolen);
            learnt.cases.push((payment.time, features.iter().map(number).collect(), stolen));
        })
    }

    /// The model, and rows that vouch for it.
    fn write(&self, forest: &Forest, rows: &[Vec<f64>]) -> Done {
        let failed = |error: &dyn std::error::Error, path: &Path| {
            let what = format!("{} cannot be written", path.display());
            Failure::because(Exit::Failed, what, error, "choose another --output")
        };
        let path = &self.output;
        std::fs::write(path, forest.to_bytes()).map_err(|error| failed(&error, path))?;
        let golden = golden_of(path);
        let mut text = forest.features().join(",");
        text.push_str(",score\n");
        let step = rows.len().div_ceil(GOLDEN).max(1);
        for row in rows.iter().step_by(step) {
            for value in row {
                if !value.is_nan() {
                    text.push_str(&value.to_string());
                }
                text.push(',');
            }
            text.push_str(&format!("{}\n", forest.score(row)));
        }
        std::fs::write(&golden, text).map_err(|error| failed(&error, &golden))
    }
}

/// One in so many, the same whenever it is asked.
fn drawn(id: TransferId, one_in: u64) -> bool {
    let mixed = (id.0 as u64 ^ (id.0 >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 32).is_multiple_of(one_in)
}
