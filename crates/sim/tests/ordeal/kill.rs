//! The kill loop is proved on programs of a few lines: one that keeps what it acknowledges, and one that
//! keeps every other transfer only.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output};

/// A program that does what `kill` needs of `tj`, and writes down what `keeps` says.
fn program(name: &str, keeps: &str) -> PathBuf {
    let dir =
        std::env::temp_dir().join(format!("tongjian-kill-test-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let path = dir.join("program");
    let script = format!(
        r#"#!/bin/sh
case $1 in
internal-post)
    mkdir -p "$3/journal" && printf TJSEGMT1 > "$3/journal/00000000.seg"
    id=$(($5 % 1000 * 1000000))
    while :; do
        id=$((id + 1))
        {keeps} && echo $id >> "$3/ids"
        echo "ack $id 1"
        sleep 0.01
    done ;;
internal-has)
    while read -r id; do grep -qx "$id" "$3/ids" || echo "missing $id"; done ;;
status | verify) test -f "$3/ids" || test -f "$2/ids" || test -f "$4/ids" ;;
esac
"#
    );
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn kill(program: &PathBuf) -> Output {
    let dir = program.with_file_name("bank");
    let output = Command::new(env!("CARGO_BIN_EXE_kill"))
        .args(["--rounds", "4", "--program"])
        .arg(program)
        .arg("--dir")
        .arg(dir)
        .output()
        .unwrap();
    let _ = std::fs::remove_dir_all(program.parent().unwrap());
    output
}

#[test]
fn a_program_that_keeps_its_word_survives_the_loop() {
    let output = kill(&program("honest", "true"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && text.contains("none lost"), "{text}");
}

#[test]
fn a_program_that_loses_what_it_acknowledged_is_caught() {
    let output = kill(&program("forgetful", "test $((id % 2)) = 0"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("acknowledged transfers are gone"), "{text}");
}
