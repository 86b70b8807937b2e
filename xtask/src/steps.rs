//! Runs steps one after the other, each under a heading with its time, and counts how they ended.
//! A failing step never stops the ones after it, so that one run shows all there is to mend.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// What one step did.
struct Outcome {
    name: String,
    passed: bool,
    took: Duration,
}

/// The steps run so far. Printing it gives the summary; its last line counts them.
#[derive(Default)]
pub struct Steps {
    outcomes: Vec<Outcome>,
}

impl Steps {
    /// Runs `work` under a heading. `Err` carries the sentence that says what is wrong and what to do.
    pub fn run(&mut self, name: &str, work: impl FnOnce() -> Result<(), String>) {
        println!("\n== {name}");
        let start = Instant::now();
        let result = work();
        let took = start.elapsed();
        match &result {
            Ok(()) => println!("-- {name}: passed in {}", seconds(took)),
            Err(why) => println!("-- {name}: FAILED in {}: {why}", seconds(took)),
        }
        self.outcomes.push(Outcome { name: name.to_owned(), passed: result.is_ok(), took });
    }

    /// Runs a command as a step; its output goes to the terminal as it comes.
    pub fn run_command(&mut self, name: &str, command: &mut Command) {
        self.run(name, || run(command));
    }

    /// True when no step failed.
    pub fn all_passed(&self) -> bool {
        self.outcomes.iter().all(|outcome| outcome.passed)
    }
}

impl fmt::Display for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for outcome in &self.outcomes {
            let word = if outcome.passed { "passed" } else { "FAILED" };
            writeln!(f, "{word}  {:>9}  {}", seconds(outcome.took), outcome.name)?;
        }
        let passed = self.outcomes.iter().filter(|outcome| outcome.passed).count();
        write!(f, "steps: {passed} passed, {} failed", self.outcomes.len() - passed)
    }
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

/// Runs a command to its end, showing what it is and what it prints.
pub fn run(command: &mut Command) -> Result<(), String> {
    let shown = show(command);
    println!("$ {shown}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{shown}` ended with {status}")),
        Err(source) => Err(format!("cannot start `{shown}`: {source}")),
    }
}

/// Runs a command and returns what it wrote to standard output; its standard error stays visible.
pub fn output_of(command: &mut Command) -> Result<String, String> {
    let shown = show(command);
    let output = command
        .stderr(std::process::Stdio::inherit())
        .output()
        .map_err(|source| format!("cannot start `{shown}`: {source}"))?;
    if !output.status.success() {
        return Err(format!("`{shown}` ended with {}", output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// True when the command can be started and succeeds; prints nothing.
pub fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

fn show(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// The folder of the workspace, known when this program was built.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Beginnings of what `cargo run` tells a program about its own package.
const OURS: [&str; 2] = ["CARGO_MANIFEST_", "CARGO_PKG_"];

/// Cargo, started in the workspace: the one that started us, so that toolchains never mix.
pub fn cargo(arguments: &[&str]) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.current_dir(root()).args(arguments);
    // Ours, as `cargo run` sets them; a build script that looks at one (ring's) would be run again, and with it all
    // that stands on it, each time somebody calls cargo by hand in between.
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| OURS.iter().any(|begin| name.starts_with(begin))) {
            command.env_remove(name);
        }
    }
    command
}

/// Where cargo puts what it builds; cargo itself is asked, so that every way of configuring it counts.
pub fn target_folder() -> Result<PathBuf, String> {
    let metadata = output_of(&mut cargo(&["metadata", "--no-deps", "--format-version", "1"]))?;
    let key = "\"target_directory\":\"";
    let path = metadata.split(key).nth(1).and_then(|rest| rest.split('"').next());
    path.map(PathBuf::from).ok_or_else(|| "cargo metadata names no target_directory".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_step_does_not_stop_the_next_and_is_counted() {
        let mut steps = Steps::default();
        steps.run("first", || Err("broken on purpose".to_owned()));
        let mut reached = false;
        steps.run("second", || {
            reached = true;
            Ok(())
        });
        assert!(reached);
        assert!(!steps.all_passed());
        let summary = steps.to_string();
        assert_eq!(summary.lines().last(), Some("steps: 1 passed, 1 failed"), "{summary}");
    }

    #[test]
    fn a_command_that_ends_with_an_error_is_an_error() {
        assert!(run(&mut Command::new("false")).is_err());
        assert!(run(&mut Command::new("no-such-program-anywhere")).is_err());
        assert!(run(&mut Command::new("true")).is_ok());
    }
}
