//! `tj bench features`: the past of a bank as `tj risk replay` goes through it: what computing some features of every
//! payment takes, and what the rules take over features that are there. `bench/risk.py` holds both beside others.

use super::cpu::{load, memory, own_ns};
use crate::bank::Bank;
use crate::cli::Context;
use crate::cli::demo::MODEL;
use crate::cli::risk::{compiled, payments};
use crate::fail::{Done, Exit, Failure};
use crate::figures::grouped;
use engine::risk::{Feature, Found, Machine, Model, Single, Unit, Values, Wanted};
use forest::Row;
use rulebook::RiskSet;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;
use terms::TransferId;

/// Seven that need a sum, a count, a maximum, different accounts and a pair.
const SEVEN: [&str; 7] = [
    "pair_first",
    "payer_out_count_24h",
    "payer_out_sum_24h",
    "payer_out_max_30d",
    "payer_out_counterparties_24h",
    "payee_in_count_7d",
    "payee_in_sum_7d",
];
/// Payments whose features stay in the caches while the rules are timed, as they do right after they were computed,
/// and how often the rules run over them.
const TOGETHER: usize = 64;
const TIMES: u32 = 16;

/// Features and rules over a bank's own past.
#[derive(Debug, clap::Args)]
pub struct FeaturesBench {
    /// Features to compute for every payment.
    #[arg(long, value_delimiter = ',', default_values_t = SEVEN.map(str::to_owned), value_name = "NAMES")]
    features: Vec<String>,
    /// How often the past is gone through.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Payments over whose features the rules are timed, spread over the past.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(1..))]
    sample: u64,
    /// A folder for what came out: every payment's features, and the sample with what the rules said of it.
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
}

/// What something took: by the clock, and of the processor.
#[derive(Clone, Copy, Default)]
struct Took {
    wall_s: f64,
    cpu_s: Option<f64>,
}

impl Took {
    fn by<T>(what: impl FnOnce() -> T) -> (T, Took) {
        let (start, before) = (Instant::now(), own_ns());
        let done = what();
        let wall_s = start.elapsed().as_secs_f64();
        let used = before.zip(own_ns()).map(|(before, after)| after.saturating_sub(before));
        (done, Took { wall_s, cpu_s: used.map(|ns| ns as f64 / 1e9) })
    }
}

/// The features of every payment, a row each, in the order of the journal.
#[derive(Default)]
struct Rows {
    ids: Vec<TransferId>,
    values: Vec<Option<i64>>,
}

/// One payment of the sample.
struct Sampled {
    id: TransferId,
    values: Values,
}

impl FeaturesBench {
    /// Does it.
    ///
    /// # Errors
    /// A feature that does not exist; the bank cannot be opened or read; the folder cannot be written.
    pub fn run(self, context: &Context) -> Done {
        let features = self.named()?;
        let book = rulebook::shipped();
        let set = compiled(&book)?;
        let before = load();
        let opening = Instant::now();
        let bank = context.bank()?;
        let open_s = opening.elapsed().as_secs_f64();
        let (mut rows, mut rounds) = (Rows::default(), Vec::new());
        for _ in 0..self.rounds {
            rows = Rows::default();
            let (done, took) = Took::by(|| compute(context, &bank, &features, &mut rows));
            done?;
            rounds.push(took);
        }
        let held = memory().1;
        let count = rows.ids.len() as u64;
        if count == 0 {
            let what = "nobody ever paid in this bank";
            return Err(Failure::new(Exit::Failed, what, "make one with payments: tj demo"));
        }
        let sample = sampled(context, &bank, &set, count.div_ceil(self.sample))?;
        let (found, rules) = judged(&set, &sample);
        if let Some(folder) = &self.output {
            write(folder, (&features, &rows), &set, (&sample, &found))?;
        }
        let runs = sample.len() as f64 * f64::from(TIMES);
        let rules_ns = rules.wall_s * 1e9 / runs;
        let best = rounds.iter().map(|round| count as f64 / round.wall_s).fold(0.0, f64::max);
        context.out.json(&json!({
            "payments": count, "features": self.features, "threads": 1, "open_s": open_s,
            "seconds": rounds.iter().map(|round| round.wall_s).collect::<Vec<_>>(),
            "cpu_seconds": rounds.iter().map(|round| round.cpu_s).collect::<Vec<_>>(),
            "rules": set.rules.len(), "sample": sample.len(), "rules_ns": rules_ns,
            "rules_cpu_ns": rules.cpu_s.map(|cpu_s| cpu_s * 1e9 / runs),
            "memory_peak_bytes": held, "load_before": before, "load_after": load(),
        }));
        context.out.line(format_args!(
            "{} features of {} payments on one thread: {}/s, reading the journal and keeping the books included",
            features.len(),
            grouped(count.into()),
            grouped(best as u128)
        ));
        context.out.line(format_args!(
            "{} rules take {rules_ns:.0} ns over features that are there, by {} payments",
            set.rules.len(),
            grouped(sample.len() as u128)
        ));
        Ok(())
    }

    fn named(&self) -> Done<Vec<Feature>> {
        let model = Feature::single(Single::Model);
        let named = self.features.iter().map(|name| {
            Feature::named(name).filter(|feature| *feature != model).ok_or_else(|| {
                let what = format!("{name} is no feature of the past");
                Failure::usage(what, "see `tj risk features`")
            })
        });
        named.collect()
    }
}

/// The features of every payment of the past.
fn compute(context: &Context, bank: &Bank, features: &[Feature], rows: &mut Rows) -> Done {
    let wanted: Wanted = features.iter().copied().collect();
    let mut values = Values::default();
    payments(context, bank, |follower, payment, transfer| {
        follower.fill(payment, &wanted, &mut values);
        rows.ids.push(transfer.id);
        rows.values.extend(features.iter().map(|feature| values.get(*feature)));
    })
}

/// Every `step`th payment with all that rules and the town's model look at.
fn sampled(context: &Context, bank: &Bank, set: &RiskSet<'_>, step: u64) -> Done<Vec<Sampled>> {
    let model = Model::of_bytes(MODEL).map_err(|error| {
        Failure::because(Exit::Failed, "the town's model cannot be read", &error, "report it")
    })?;
    let looked_at = set.program.wanted().features().iter().chain(model.wanted().features());
    let wanted: Wanted = looked_at.map(|(feature, _)| *feature).collect();
    let (mut sample, mut row, mut seen) = (Vec::new(), Row::default(), 0);
    payments(context, bank, |follower, payment, transfer| {
        if seen % step == 0 {
            let mut values = Values::default();
            follower.fill(payment, &wanted, &mut values);
            let ppm = i64::from(model.ppm(&values, &mut row));
            values.set(Feature::single(Single::Model), Some(ppm));
            sample.push(Sampled { id: transfer.id, values });
        }
        seen += 1;
    })?;
    Ok(sample)
}

/// What the rules say of the sample, and what running them [`TIMES`] times over it took.
fn judged(set: &RiskSet<'_>, sample: &[Sampled]) -> (Vec<Found>, Took) {
    let mut machine = Machine::default();
    let ((), took) = Took::by(|| {
        for together in sample.chunks(TOGETHER) {
            for _ in 0..TIMES {
                for one in together {
                    std::hint::black_box(set.program.run(&one.values, &mut machine));
                }
            }
        }
    });
    (sample.iter().map(|one| set.program.run(&one.values, &mut machine)).collect(), took)
}

/// Writes `features.csv`, in which what is missing is empty, and `judged.jsonl`.
fn write(
    folder: &Path,
    (features, rows): (&[Feature], &Rows),
    set: &RiskSet<'_>,
    (sample, found): (&[Sampled], &[Found]),
) -> Done {
    let failed = |error: &std::io::Error| crate::bank::disk_failed(folder, error);
    let written = || -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let mut csv = BufWriter::new(File::create(folder.join("features.csv"))?);
        let names: Vec<String> = features.iter().map(|feature| feature.name()).collect();
        writeln!(csv, "transfer,{}", names.join(","))?;
        for (id, values) in rows.ids.iter().zip(rows.values.chunks(features.len())) {
            write!(csv, "{id}")?;
            for value in values {
                match value {
                    Some(value) => write!(csv, ",{value}")?,
                    None => write!(csv, ",")?,
                }
            }
            writeln!(csv)?;
        }
        csv.flush()?;
        let mut lines = BufWriter::new(File::create(folder.join("judged.jsonl"))?);
        let mut machine = Machine::default();
        for (one, found) in sample.iter().zip(found) {
            set.program.run_steps(&one.values, &mut machine);
            writeln!(lines, "{}", line_of(set, one, found, &machine))?;
        }
        lines.flush()
    };
    written().map_err(|error| failed(&error))
}

/// One payment of the sample: what the rules looked at, in the units in which conditions are written, and what they said.
fn line_of(set: &RiskSet<'_>, one: &Sampled, found: &Found, machine: &Machine) -> Value {
    let looked_at = set.program.wanted().features().iter();
    let features: serde_json::Map<_, _> = looked_at
        .map(|(feature, _)| {
            let value = one.values.get(*feature).map(|value| match feature.unit() {
                Unit::Money => json!(value as f64 / 1e3),
                Unit::Flag => json!(value != 0),
                _ => json!(value),
            });
            (feature.name(), value.into())
        })
        .collect();
    let spoke: Vec<&str> = set
        .program
        .lines()
        .iter()
        .zip(&set.rules)
        .filter(|(line, _)| machine.get(line.condition).is_some_and(|truth| truth != 0))
        .map(|(_, rule)| rule.id.as_str())
        .collect();
    json!({
        "transfer": one.id.to_string(), "ruling": found.ruling.word(), "score": found.score,
        "rules": spoke, "features": features,
    })
}
