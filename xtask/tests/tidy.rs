//! Holds the tree to its own rules: the command `cargo xtask tidy` must find nothing in it.

use std::process::Command;

#[test]
fn the_tree_is_tidy() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_xtask")).arg("tidy").output().expect("xtask starts");
    let findings = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{findings}");
}

#[test]
fn an_unknown_command_is_wrong_usage_and_shows_the_help() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_xtask")).arg("tidyy").output().expect("xtask starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cargo xtask <command>"));
}
