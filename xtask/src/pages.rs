//! `cargo xtask pages`: a real browser looks at every page of the real program and does what people come for. A fair sample of
//! it is a step of `cargo xtask test`.

use std::path::Path;
use std::process::Command;

use crate::setup;
use crate::steps::{cargo, root, run, target_folder};

/// How much is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Pages {
    /// Each page in a few looks.
    Sample,
    /// Each page in every language, colour, mode and width.
    All,
}

/// Against the program that is built; screenshots go to `shots`, if it is given.
pub fn look(pages: Pages, shots: Option<&Path>) -> Result<(), String> {
    let modules = setup::browser()?;
    let target = target_folder()?;
    let folder = target.join("tmp").join("pages");
    let script = root().join("crates/tongjian/tests/pages/pages.mjs");
    let mut command = Command::new("node");
    command.env("TJ_BROWSER_MODULES", &modules);
    command.arg(script).arg(target.join("debug").join("tj")).arg(folder);
    if pages == Pages::All {
        setup::lighthouse(&modules)?;
        // The pictures of README are made anew with them.
        command.args(["--all", "--pictures"]).arg(root().join("docs/images"));
    }
    if let Some(shots) = shots {
        command.arg("--shots").arg(shots);
    }
    run(&mut command)
}

/// All of it; true when everything was well.
pub fn command() -> Result<bool, String> {
    let built = run(&mut cargo(&["test", "-q", "--workspace", "--no-run", "--test", "tj"]));
    let shots = target_folder()?.join("tmp").join("shots");
    let looked = built.and_then(|()| look(Pages::All, Some(&shots)));
    println!("screenshots are in {}", shots.display());
    if let Err(why) = &looked {
        eprintln!("{why}");
    }
    Ok(looked.is_ok())
}
