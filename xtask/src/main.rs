//! `cargo xtask`: sets up what is missing, then runs every check and measurement of the project.
//! Read `suite.rs` for the steps of `cargo xtask test`, `tidy.rs` for what the tree is held to.
//! Uses the standard library only, so that it builds in seconds on a machine that has nothing else.

use std::process::ExitCode;

mod steps;
mod setup;
mod tidy;
mod siege;
mod pages;
mod suite;
mod bench;

const HELP: &str = "\
cargo xtask <command>

  test [--quick]              install what tests need, then run every check
                              --quick leaves out the ordeal and the kill loop
  tidy                        read our own source and list what readers trip over
  ordeal --seeds N [--seed S] simulate the whole system on N seeds, from seed S on
  kill --rounds N             kill -9 the real program N times and compare with what it answered
  siege [NAME...]             attack the doors of the real program for some twenty minutes: once, rights, sql, wire, fuzz
  pages                       look at every page in a real browser, in every language, colour and width
  bench [--quick]             measure tj and PostgreSQL in the same run and print the ratios
                              --quick takes a tenth of the transfers: to try the command, not to publish
  help                        this text

CARGO_TARGET_DIR is respected. Exit codes: 0 all passed, 1 something failed, 2 wrong usage.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["test"] => suite::test(suite::Depth::Full),
        ["test", "--quick"] => suite::test(suite::Depth::Quick),
        ["tidy"] => tidy::command(),
        ["ordeal", rest @ ..] => suite::simulation("ordeal", rest, &["--seeds", "--seed"]),
        ["kill", rest @ ..] => suite::simulation("kill", rest, &["--rounds"]),
        ["siege", named @ ..] => siege::command(named),
        ["pages"] => pages::command(),
        ["bench"] => bench::command(&bench::FULL),
        ["bench", "--quick"] => bench::command(&bench::QUICK),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(true)
        }
        _ => Err(format!("`{}` is not a command of xtask", words.join(" "))),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(usage) => {
            eprintln!("{usage}\n\n{HELP}");
            ExitCode::from(2)
        }
    }
}
