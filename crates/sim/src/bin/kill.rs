//! Kills the real program again and again, for good (`kill -9`), and looks whether anything it had
//! acknowledged is gone: `kill --program PATH [--rounds N] [--seed S] [--dir DIR]`. Needs of the program:
//! `internal-post --dir DIR --seed N` makes the bank if there is none, posts without end, and writes the
//! line `ack ID ENTRY` for each transfer as soon as it is durable; `internal-has --dir DIR` reads ids, one a
//! line, and writes `missing ID` for each transfer that is not there; `status` and `verify` exit with 0.

use sim::chance::Chance;
use std::fmt;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitCode, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Rounds unless said otherwise.
const ROUNDS: u64 = 20;
/// The whole journal is verified after so many rounds, and after the last.
const ROUNDS_A_VERIFICATION: u64 = 5;
/// How long the first acknowledgement may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Missing ids that are printed.
const MISSING_SHOWN: usize = 10;

/// What to do.
struct Plan {
    program: PathBuf,
    rounds: u64,
    seed: u64,
    dir: PathBuf,
}

/// Why the loop ended early.
#[derive(Debug)]
enum KillFailed {
    /// The arguments are wrong.
    Usage(String),
    /// The program cannot be started or talked to.
    Program { doing: &'static str, source: io::Error },
    /// The program says no where it must say yes.
    Said { command: String, output: String },
    /// Acknowledged transfers are gone.
    Lost { acked: usize, missing: Vec<String> },
    /// The program never acknowledged anything.
    Silent,
}

impl fmt::Display for KillFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KillFailed::Usage(why) => {
                write!(f, "{why}\nusage: kill --program PATH [--rounds N] [--seed S] [--dir DIR]")
            }
            KillFailed::Program { doing, source } => write!(f, "cannot {doing}: {source}"),
            KillFailed::Said { command, output } => write!(f, "`{command}` failed: {output}"),
            KillFailed::Lost { acked, missing } => {
                let shown: Vec<&str> =
                    missing.iter().take(MISSING_SHOWN).map(String::as_str).collect();
                let count = missing.len();
                write!(f, "{count} of {acked} acknowledged transfers are gone: {}", shown.join(" "))
            }
            KillFailed::Silent => f.write_str("the program never acknowledged anything"),
        }
    }
}

fn main() -> ExitCode {
    let done = plan(std::env::args().skip(1)).and_then(|plan| run(&plan));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed @ KillFailed::Usage(_)) => {
            eprintln!("kill: {failed}");
            ExitCode::from(2)
        }
        Err(failed) => {
            println!("kill: {failed}");
            ExitCode::FAILURE
        }
    }
}

fn plan(arguments: impl Iterator<Item = String>) -> Result<Plan, KillFailed> {
    let number = |value: &str| {
        value.parse().map_err(|_| KillFailed::Usage(format!("{value:?} is not a number")))
    };
    let (mut program, mut dir, mut rounds, mut seed) = (None, None, ROUNDS, 1);
    let arguments: Vec<String> = arguments.collect();
    for pair in arguments.chunks(2) {
        let [flag, value] = pair else {
            return Err(KillFailed::Usage(format!("{} needs a value", pair[0])));
        };
        match flag.as_str() {
            "--program" => program = Some(PathBuf::from(value)),
            "--dir" => dir = Some(PathBuf::from(value)),
            "--rounds" => rounds = number(value)?,
            "--seed" => seed = number(value)?,
            other => return Err(KillFailed::Usage(format!("{other:?} is not known"))),
        }
    }
    let program = program.ok_or_else(|| KillFailed::Usage("which program?".to_owned()))?;
    let name = format!("tongjian-kill-{}", std::process::id());
    let dir = dir.unwrap_or_else(|| std::env::temp_dir().join(name));
    Ok(Plan { program, rounds, seed, dir })
}

/// All rounds. The bank's directory stays where it is when something is lost.
fn run(plan: &Plan) -> Result<(), KillFailed> {
    let mut chance = Chance::new(plan.seed);
    let mut acked: Vec<String> = Vec::new();
    for round in 0..plan.rounds {
        let before = acked.len();
        acked.extend(post_and_kill(plan, round, &mut chance)?);
        let kept = check(plan, &acked, (round + 1) % ROUNDS_A_VERIFICATION == 0);
        if let Err(failed) = kept {
            let dir = plan.dir.display();
            println!("round {round}: {} transfers were acknowledged; see {dir}", acked.len());
            return Err(failed);
        }
        println!(
            "round {round}: killed after {} acknowledgements, all there",
            acked.len() - before
        );
    }
    if acked.is_empty() {
        return Err(KillFailed::Silent);
    }
    check(plan, &acked, true)?;
    println!("{} rounds, {} transfers acknowledged, none lost", plan.rounds, acked.len());
    let removed = std::fs::remove_dir_all(&plan.dir);
    removed.map_err(|source| KillFailed::Program { doing: "remove the bank", source })
}

/// Lets the program post for a moment, kills it, and returns what it had acknowledged.
fn post_and_kill(plan: &Plan, round: u64, chance: &mut Chance) -> Result<Vec<String>, KillFailed> {
    let seed = plan.seed.wrapping_mul(1_000_003).wrapping_add(round);
    let mut child = Command::new(&plan.program)
        .args(["internal-post", "--dir"])
        .arg(&plan.dir)
        .args(["--seed", &seed.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|source| KillFailed::Program { doing: "start the program", source })?;
    let heard = Arc::new(AtomicBool::new(false));
    let listening = child.stdout.take().map(|stdout| listen(stdout, Arc::clone(&heard)));
    // One round in five dies while it starts, the others in the middle of their work.
    let at_work = chance.below(5) != 0;
    let begun = Instant::now();
    while at_work && !heard.load(Ordering::SeqCst) && begun.elapsed() < PATIENCE {
        let ended = child.try_wait();
        let ended =
            ended.map_err(|source| KillFailed::Program { doing: "watch the program", source })?;
        if ended.is_some() {
            return Err(said(&["internal-post"], child));
        }
        thread::sleep(Duration::from_millis(2));
    }
    thread::sleep(Duration::from_micros(chance.below(200_000)));
    // On Unix this is SIGKILL: the program gets no chance to put anything right.
    let killed = child.kill().and_then(|()| child.wait());
    killed.map_err(|source| KillFailed::Program { doing: "kill the program", source })?;
    let heard = listening.and_then(|listening| listening.join().ok());
    Ok(heard.unwrap_or_default())
}

/// Gathers whole lines `ack ID ENTRY` until the program is gone.
fn listen(stdout: ChildStdout, heard: Arc<AtomicBool>) -> JoinHandle<Vec<String>> {
    thread::spawn(move || {
        let mut ids = Vec::new();
        let mut lines = BufReader::new(stdout);
        let mut line = String::new();
        while matches!(lines.read_line(&mut line), Ok(1..)) {
            // A line without its end was cut by the kill and acknowledges nothing.
            if let Some(ack) = line.strip_suffix('\n').and_then(|line| line.strip_prefix("ack ")) {
                ids.extend(ack.split(' ').next().map(str::to_owned));
                heard.store(true, Ordering::SeqCst);
            }
            line.clear();
        }
        ids
    })
}

/// The bank comes up, and everything acknowledged is there.
fn check(plan: &Plan, acked: &[String], whole: bool) -> Result<(), KillFailed> {
    let dir = plan.dir.as_path();
    if acked.is_empty() && !is_made(dir) {
        // Killed while it made the bank: the next round makes it anew.
        let _ = std::fs::remove_dir_all(dir);
        return Ok(());
    }
    let missing = missing(plan, acked)?;
    if !missing.is_empty() {
        return Err(KillFailed::Lost { acked: acked.len(), missing });
    }
    let dir_text = dir.display().to_string();
    tell(plan, &["status", "--json", "--dir", &dir_text])?;
    if whole {
        tell(plan, &["verify", &dir_text])?;
    }
    Ok(())
}

/// The bank was made as far as its first segment; before that nothing can have been acknowledged.
fn is_made(dir: &Path) -> bool {
    std::fs::read(dir.join("journal/00000000.seg"))
        .is_ok_and(|bytes| bytes.starts_with(b"TJSEGMT1"))
}

/// Asks the program which of these ids it does not have.
fn missing(plan: &Plan, ids: &[String]) -> Result<Vec<String>, KillFailed> {
    let mut child = Command::new(&plan.program)
        .args(["internal-has", "--dir"])
        .arg(&plan.dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|source| KillFailed::Program { doing: "start the program", source })?;
    let (stdin, asked) = (child.stdin.take(), ids.join("\n") + "\n");
    // In a thread of its own, so that neither side waits for the other with a full pipe.
    let asking = thread::spawn(move || stdin.map_or(Ok(()), |mut s| s.write_all(asked.as_bytes())));
    let output = child.wait_with_output();
    let output =
        output.map_err(|source| KillFailed::Program { doing: "hear the program", source })?;
    let _ = asking.join();
    let text = String::from_utf8_lossy(&output.stdout);
    let missing: Vec<String> =
        text.lines().filter_map(|line| line.strip_prefix("missing ")).map(str::to_owned).collect();
    if missing.is_empty() && !output.status.success() {
        return Err(refused("internal-has", &output));
    }
    Ok(missing)
}

/// Runs a command of the program, which must succeed.
fn tell(plan: &Plan, arguments: &[&str]) -> Result<(), KillFailed> {
    let output = Command::new(&plan.program).args(arguments).stdin(Stdio::null()).output();
    let output =
        output.map_err(|source| KillFailed::Program { doing: "start the program", source })?;
    if output.status.success() { Ok(()) } else { Err(refused(&arguments.join(" "), &output)) }
}

fn refused(command: &str, output: &Output) -> KillFailed {
    let mut text = format!("{}: ", output.status);
    text.push_str(String::from_utf8_lossy(&output.stdout).trim());
    text.push_str(String::from_utf8_lossy(&output.stderr).trim());
    KillFailed::Said { command: command.to_owned(), output: text }
}

/// The program ended by itself while it should have been posting.
fn said(command: &[&str], child: Child) -> KillFailed {
    match child.wait_with_output() {
        Ok(output) => refused(&command.join(" "), &output),
        Err(source) => KillFailed::Program { doing: "hear the program", source },
    }
}
