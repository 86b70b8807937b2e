//! Runs the whole system on many seeds: `ordeal --seeds N [--seed S] [--steps N]`. The first broken
//! invariant ends it with exit code 1, the seed and the step, and the command that shows it again.

use sim::world::{self, Plant, Tally};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Instant;

/// Steps of a run unless said otherwise.
const STEPS: u64 = 100;
/// A line is printed after so many seeds.
const SEEDS_A_LINE: u64 = 50;

/// What to run.
struct Plan {
    first: u64,
    seeds: u64,
    steps: u64,
}

fn main() -> ExitCode {
    let plan = match plan(std::env::args().skip(1)) {
        Ok(plan) => plan,
        Err(why) => {
            eprintln!("ordeal: {why}\nusage: ordeal [--seeds N] [--seed FIRST] [--steps N]");
            return ExitCode::from(2);
        }
    };
    match run_all(&plan) {
        Ok(tally) => {
            print_summary(&plan, &tally);
            ExitCode::SUCCESS
        }
        Err((seed, broken)) => {
            println!("{broken}");
            let steps = plan.steps;
            println!(
                "see it again: cargo run -p sim --bin ordeal -- --seed {seed} --seeds 1 --steps {steps}"
            );
            ExitCode::FAILURE
        }
    }
}

/// Runs the seeds on all cores: a seed's run is the same wherever it happens. The first that breaks ends it.
fn run_all(plan: &Plan) -> Result<Tally, (u64, String)> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let (next, begun) = (AtomicU64::new(0), Instant::now());
    let (tell, told) = mpsc::channel();
    std::thread::scope(|threads| {
        for _ in 0..cores {
            let (tell, next) = (tell.clone(), &next);
            threads.spawn(move || {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= plan.seeds {
                        return;
                    }
                    let seed = plan.first + at;
                    let run = world::run(seed, plan.steps, Plant::Nothing);
                    // Nobody listens any more once a seed broke.
                    if tell.send((seed, run.map_err(|broken| broken.to_string()))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(tell);
        let mut tally = Tally::default();
        for (done, (seed, run)) in (1..).zip(told) {
            tally.add(&run.map_err(|broken| (seed, broken))?);
            if done % SEEDS_A_LINE == 0 || done == plan.seeds {
                println!(
                    "{done:>6} seeds, {} s: {} records acknowledged, {} crashes, nothing lost",
                    begun.elapsed().as_secs(),
                    tally.acked,
                    tally.crashes
                );
            }
        }
        Ok(tally)
    })
}

fn plan(arguments: impl Iterator<Item = String>) -> Result<Plan, String> {
    let mut plan = Plan { first: 0, seeds: 1, steps: STEPS };
    let arguments: Vec<String> = arguments.collect();
    for pair in arguments.chunks(2) {
        let [flag, value] = pair else { return Err(format!("{} needs a number", pair[0])) };
        let number = value.parse().map_err(|_| format!("{value:?} is not a number"))?;
        match flag.as_str() {
            "--seed" => plan.first = number,
            "--seeds" => plan.seeds = number,
            "--steps" => plan.steps = number,
            other => return Err(format!("{other:?} is not known")),
        }
    }
    Ok(plan)
}

fn print_summary(plan: &Plan, tally: &Tally) {
    println!(
        "seeds {} to {}: {} steps, {} records acknowledged, {} crashes, {} starts ({} from a snapshot), {} receipts verified, {} damages planted and noticed",
        plan.first,
        plan.first + plan.seeds.saturating_sub(1),
        tally.steps,
        tally.acked,
        tally.crashes,
        tally.starts,
        tally.from_snapshot,
        tally.receipts,
        tally.damages
    );
    let faults: Vec<String> =
        tally.faults.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    println!("faults: {}", faults.join(", "));
}
