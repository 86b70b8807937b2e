//! The program `tj`: puts the parts together and holds no rule. Read `cli.rs` for the commands, `bank.rs` for
//! how a bank is opened, `out.rs` and `fail.rs` for everything it says.

mod answer;
mod bank;
mod cli;
mod fail;
mod figures;
mod import;
mod messages;
mod out;
mod progress;
mod reasons;
mod settings;
mod tables;
mod roller;
mod tell;

use clap::{CommandFactory, FromArgMatches};
use std::process::ExitCode;

fn main() -> ExitCode {
    let matches = cli::Line::command().get_matches();
    let dir_named = matches.value_source("dir") != Some(clap::parser::ValueSource::DefaultValue);
    let line = match cli::Line::from_arg_matches(&matches) {
        Ok(line) => line,
        Err(error) => error.exit(),
    };
    let out = out::Out::new(line.json);
    let context = cli::Context { dir: line.dir.clone(), dir_named, out };
    match line.run(&context) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            out.failure(&failure);
            ExitCode::from(failure.exit as u8)
        }
    }
}
