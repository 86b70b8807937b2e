//! The steps of `cargo xtask test`, in order, and the two simulations that can also be run alone.
//! Cheap checks come first; nothing here is built in release mode, because the dev profile is optimised
//! enough for the ordeal and a second build would double the time of a run. Cargo is always asked for the whole
//! workspace: a package by itself has other features of its dependencies, and the query engine would be built again.
//! The tests' build leaves every program in `target/debug`.

use std::path::PathBuf;
use std::process::Command;

use crate::pages::{self, Pages};
use crate::setup;
use crate::siege::{self, Siege};
use crate::steps::{Steps, cargo, root, run, succeeds, target_folder};
use crate::tidy;

const ORDEAL_SEEDS: &str = "500";
const KILL_ROUNDS: &str = "20";

/// How much of the suite to run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Everything.
    Full,
    /// Everything but the ordeal and the kill loop.
    Quick,
}

/// Runs every check; true when all passed.
pub fn test(depth: Depth) -> Result<bool, String> {
    let mut steps = Steps::default();
    let (mut python, mut clients) = (PathBuf::from("python3"), PathBuf::from("python3"));
    steps.run("tools", || {
        setup::rust_components()?;
        python = setup::python()?;
        clients = setup::clients()?;
        Ok(())
    });
    steps.run_command("format", &mut cargo(&["fmt", "--all", "--check"]));
    let clippy = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    steps.run_command("clippy", &mut cargo(&clippy));
    steps.run("tidy", || tidy::check(&root()));
    licences(&mut steps);
    // The second reader of the journal is a Python script; the tests that compare it with `tj` find it here.
    if succeeds(&mut cargo(&["nextest", "--version"])) {
        let mut nextest = cargo(&["nextest", "run", "--workspace", "--no-fail-fast"]);
        steps.run_command("tests", nextest.env("TJ_PYTHON", &python));
        steps.run_command(
            "documentation tests",
            &mut cargo(&["test", "--workspace", "--doc", "-q"]),
        );
    } else {
        println!("\ncargo-nextest is not installed; cargo test runs the tests, more slowly");
        let mut tests = cargo(&["test", "--workspace", "--no-fail-fast"]);
        steps.run_command("tests", tests.env("TJ_PYTHON", &python));
    }
    let reader = root().join("docs/formats/read_journal.py");
    let vectors = root().join("docs/formats/vectors");
    let mut second_reader = Command::new(&python);
    steps.run_command("second reader", second_reader.arg(reader).arg("selftest").arg(vectors));
    for script in ["api", "flight", "s3"] {
        steps.run(&format!("clients of others: {script}"), || run_client(&clients, script));
    }
    for script in siege::SCRIPTS {
        steps.run(&format!("siege: {script}"), || siege::lay(&clients, script, Siege::Short, None));
    }
    steps.run("pages in a browser", || pages::look(Pages::Sample, None));
    steps.run("models of others", compare_models);
    if depth == Depth::Full {
        steps.run("ordeal", || run_simulation("ordeal", &["--seeds", ORDEAL_SEEDS]));
        steps.run("kill -9 loop", || run_simulation("kill", &["--rounds", KILL_ROUNDS]));
    }
    println!("\n{steps}");
    Ok(steps.all_passed())
}

/// Models, rows and answers that the libraries themselves make; then ours beside theirs.
fn compare_models() -> Result<(), String> {
    let python = setup::libraries()?;
    let folder = target_folder()?.join("tmp").join("libraries");
    let script = root().join("crates/models/tests/libraries/make.py");
    run(Command::new(python).arg(script).arg(&folder))?;
    let mut test = cargo(&["test", "--workspace", "--test", "libraries", "--", "--nocapture"]);
    run(test.env("TJ_LIBRARIES", &folder))
}

/// A script that drives the real program with clients nobody here wrote; Flight SQL is asked of a sample bank with
/// sealed segments.
fn run_client(python: &PathBuf, script: &str) -> Result<(), String> {
    let target = target_folder()?;
    let program = target.join("debug").join("tj");
    let folder = target.join("tmp").join(format!("clients-{script}"));
    if script == "flight" {
        let mut demo = Command::new(&program);
        run(demo.arg("--dir").arg(&folder).args(["demo", "--no-serve", "--customers", "40000"]))?;
    }
    let file = root().join("crates/tongjian/tests/clients").join(format!("{script}.py"));
    run(Command::new(python).arg(file).arg(program).arg(folder))
}

/// Licences, advisories and bans, by cargo-deny where it is installed; its absence is said, not hidden.
fn licences(steps: &mut Steps) {
    if succeeds(&mut cargo(&["deny", "--version"])) {
        steps.run_command("licences and advisories", &mut cargo(&["deny", "check"]));
    } else {
        println!(
            "\ncargo-deny is not installed, so deny.toml is not checked (cargo install cargo-deny)"
        );
    }
}

/// `cargo xtask ordeal` and `cargo xtask kill`: passes on the flags it knows, refuses others.
pub fn simulation(name: &str, arguments: &[&str], flags: &[&str]) -> Result<bool, String> {
    for pair in arguments.chunks(2) {
        let number = pair.get(1).is_some_and(|value| value.parse::<u64>().is_ok());
        if !flags.contains(&pair[0]) || !number {
            return Err(format!("{name} takes {} with a number each", flags.join(" and ")));
        }
    }
    if run(&mut cargo(&["test", "-q", "--workspace", "--no-run"])).is_err() {
        return Ok(false);
    }
    let result = run_simulation(name, arguments);
    if let Err(why) = &result {
        eprintln!("{why}");
    }
    Ok(result.is_ok())
}

fn run_simulation(name: &str, arguments: &[&str]) -> Result<(), String> {
    let programs = target_folder()?.join("debug");
    let mut command = Command::new(programs.join(name));
    command.args(arguments);
    if name == "kill" {
        command.arg("--program").arg(programs.join("tj"));
    }
    run(&mut command)
}
