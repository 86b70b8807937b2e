//! `cargo xtask bench`: PostgreSQL and `tj` on the same machine in the same run, and the ratios between them.
//! Prints what was measured, with the load and the memory beside it; it asserts nothing about speed.

use std::path::Path;
use std::process::Command;

use crate::steps::{cargo, output_of, root, run, target_folder};

/// How much work to measure.
pub struct Size {
    postgres: &'static [&'static str],
    batched_transfers: &'static str,
    single_transfers: &'static str,
}

/// What the published numbers are made with.
pub const FULL: Size =
    Size { postgres: &[], batched_transfers: "1000000", single_transfers: "200000" };

/// A tenth of it, to see that the command works.
pub const QUICK: Size = Size {
    postgres: &["--batches", "12", "--seconds", "2"],
    batched_transfers: "100000",
    single_transfers: "20000",
};

/// One load on `tj` and the field of the rival's answer it is compared with.
struct Load {
    name: &'static str,
    arguments: Vec<&'static str>,
    rival: &'static str,
}

/// Runs everything and prints the table; false when a measurement could not be made.
pub fn command(size: &Size) -> Result<bool, String> {
    match measure(size) {
        Ok(()) => Ok(true),
        Err(why) => {
            eprintln!("bench: {why}");
            Ok(false)
        }
    }
}

fn measure(size: &Size) -> Result<(), String> {
    run(&mut cargo(&["build", "--release", "-p", "tongjian"]))?;
    let program = target_folder()?.join("release").join("tj");
    println!("load average before: {}", load_average());
    println!("measuring PostgreSQL");
    let postgres = output_of(Command::new(root().join("bench/postgres.sh")).args(size.postgres))?;
    let mut rows = vec![
        rival_row("PostgreSQL, batches of 8,190", &postgres, "set_based"),
        rival_row("PostgreSQL, single, 32 clients", &postgres, "single"),
    ];
    for load in loads(size) {
        println!("measuring {}", load.name);
        rows.push(measured_row(&program, &load, &postgres)?);
    }
    println!("load average after: {}\n\n{}", load_average(), table(&rows));
    Ok(())
}

fn loads(size: &Size) -> [Load; 3] {
    let batched = vec!["--transfers", size.batched_transfers];
    let two_phase = vec!["--transfers", size.batched_transfers, "--two-phase"];
    let single = vec!["--transfers", size.single_transfers, "--batch", "1", "--clients", "32"];
    [
        Load { name: "tj, batches of 8,190", arguments: batched, rival: "set_based_per_s" },
        Load { name: "tj, two-phase", arguments: two_phase, rival: "set_based_per_s" },
        Load { name: "tj, single, 32 clients", arguments: single, rival: "single_per_s" },
    ]
}

const COLUMNS: [&str; 10] = [
    "load",
    "transfers/s",
    "x PostgreSQL",
    "p50 ms",
    "p99 ms",
    "CPU us",
    "bytes",
    "memory MB",
    "restart s",
    "verified/s",
];

type Row = [String; COLUMNS.len()];

fn rival_row(name: &str, answer: &str, load: &str) -> Row {
    let field = |name: &str| shown(number(answer, name));
    let of_load = |name: &str| field(&format!("{load}_{name}"));
    let unknown = String::new;
    [
        name.to_owned(),
        of_load("per_s"),
        "1.0".to_owned(),
        of_load("p50_ms"),
        of_load("p99_ms"),
        unknown(),
        field("bytes_per_transfer"),
        field("memory_mb"),
        unknown(),
        unknown(),
    ]
}

fn measured_row(program: &Path, load: &Load, postgres: &str) -> Result<Row, String> {
    let mut command = Command::new(program);
    let answer = output_of(command.args(["bench", "ledger", "--json"]).args(&load.arguments))?;
    let field = |name: &str| shown(number(&answer, name));
    let ratio = match (number(&answer, "transfers_per_s"), number(postgres, load.rival)) {
        (Some(ours), Some(theirs)) if theirs > 0.0 => Some(ours / theirs),
        _ => None,
    };
    Ok([
        load.name.to_owned(),
        field("transfers_per_s"),
        shown(ratio),
        field("p50_ms"),
        field("p99_ms"),
        field("engine_cpu_us_per_transfer"),
        field("bytes_per_transfer"),
        field("rss_mb"),
        field("restart_s"),
        field("verify_transfers_per_s"),
    ])
}

/// The number under a key of a JSON object, wherever it stands; keys are not repeated in what we read.
fn number(json: &str, key: &str) -> Option<f64> {
    let after =
        json.split(&format!("\"{key}\"")).nth(1)?.trim_start().strip_prefix(':')?.trim_start();
    let end =
        after.find(|c: char| !(c.is_ascii_digit() || "+-.eE".contains(c))).unwrap_or(after.len());
    after[..end].parse().ok()
}

fn shown(number: Option<f64>) -> String {
    match number {
        None => "?".to_owned(),
        Some(large) if large >= 1_000.0 => grouped(&format!("{large:.0}")),
        Some(small) => format!("{small:.2}"),
    }
}

/// `1234567` as `1,234,567`.
fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A Markdown table, so that it can be pasted into bench/README.md as it stands.
fn table(rows: &[Row]) -> String {
    let mut text = format!("| {} |\n|{}\n", COLUMNS.join(" | "), "---|".repeat(COLUMNS.len()));
    rows.iter().for_each(|row| text += &format!("| {} |\n", row.join(" | ")));
    text
}

fn load_average() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().filter(|load| !load.is_empty()).unwrap_or("unknown").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_from_json_by_their_key() {
        let json = "{ \"p99_ms\": 12.5,\n \"inner\": {\"per_s\":1e3}, \"text\": \"x\" }";
        assert_eq!(number(json, "p99_ms"), Some(12.5));
        assert_eq!(number(json, "per_s"), Some(1000.0));
        assert_eq!(number(json, "text"), None);
        assert_eq!(number(json, "absent"), None);
    }

    #[test]
    fn large_numbers_are_grouped_and_unknown_ones_are_not_invented() {
        assert_eq!(shown(Some(1_234_567.4)), "1,234,567");
        assert_eq!(shown(Some(999.5)), "999.50");
        assert_eq!(shown(None), "?");
    }
}
