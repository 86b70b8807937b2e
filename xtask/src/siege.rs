//! `cargo xtask siege`: strangers at the doors of the real program, for as long as it takes, and a table of what was seen. The
//! same scripts, shorter, are steps of `cargo xtask test`.

use std::path::Path;
use std::process::Command;

use crate::setup;
use crate::steps::{cargo, root, run, target_folder};

/// The scripts under `crates/tongjian/tests/siege/`, quick ones first.
pub const SCRIPTS: [&str; 5] = ["once", "rights", "sql", "wire", "fuzz"];

/// How long a script takes its time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Siege {
    /// Seconds: beside every other check.
    Short,
    /// Minutes: by hand, before a release.
    Long,
}

/// One script against the program that is built; its rows go to `table` as well, if there is one.
pub fn lay(python: &Path, script: &str, siege: Siege, table: Option<&Path>) -> Result<(), String> {
    let target = target_folder()?;
    let folder = target.join("tmp").join(format!("siege-{script}"));
    let file = root().join("crates/tongjian/tests/siege").join(format!("{script}.py"));
    let mut command = Command::new(python);
    command.arg(file).arg(target.join("debug").join("tj")).arg(folder);
    if siege == Siege::Long {
        command.arg("--long");
    }
    // Nothing of Python's own is left beside the scripts.
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    if let Some(table) = table {
        command.env("TJ_SIEGE_TABLE", table);
    }
    run(&mut command)
}

/// All of them, or those that are named, in their long form; true when everything held.
pub fn command(named: &[&str]) -> Result<bool, String> {
    if let Some(unknown) = named.iter().find(|name| !SCRIPTS.contains(name)) {
        return Err(format!("there is no siege `{unknown}`, only {}", SCRIPTS.join(", ")));
    }
    let prepared = setup::clients().and_then(|python| {
        run(&mut cargo(&["build", "--workspace", "--bin", "tj"])).map(|()| python)
    });
    let python = match prepared {
        Ok(python) => python,
        Err(why) => {
            eprintln!("{why}");
            return Ok(false);
        }
    };
    let table = target_folder()?.join("tmp").join("siege.md");
    let head = "| siege | attack | measured | limit | held |\n|---|---|---|---|---|\n";
    let written = std::fs::create_dir_all(table.parent().unwrap_or(Path::new(".")))
        .and_then(|()| std::fs::write(&table, head));
    written.map_err(|why| format!("cannot write {}: {why}", table.display()))?;
    let mut failed = Vec::new();
    for script in SCRIPTS.iter().filter(|script| named.is_empty() || named.contains(script)) {
        println!("\n== {script}");
        if let Err(why) = lay(&python, script, Siege::Long, Some(&table)) {
            eprintln!("{why}");
            failed.push(*script);
        }
    }
    let seen = std::fs::read_to_string(&table).unwrap_or_default();
    println!("\n{seen}\nthis table is in {}", table.display());
    if failed.is_empty() {
        println!("everything held");
    } else {
        println!("not everything held: {}", failed.join(", "));
    }
    Ok(failed.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_is_there_and_no_other() {
        let folder = root().join("crates/tongjian/tests/siege");
        let mut found: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .filter_map(|file| file.unwrap().file_name().into_string().ok())
            .filter_map(|name| name.strip_suffix(".py").map(str::to_owned))
            .filter(|name| name != "bank" && name != "fuzz_hooks")
            .collect();
        found.sort();
        let mut known = SCRIPTS.map(str::to_owned);
        known.sort();
        assert_eq!(found, known);
        assert!(command(&["sieg"]).is_err());
    }
}
