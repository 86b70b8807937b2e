//! The sample bank's own list of people whom it must not serve: the town's listed. It lies where the bank's settings name it,
//! so that whoever is registered later is looked up on it too.

use crate::bank;
use crate::fail::{Done, Exit, Failure};
use crate::settings::ListSettings;
use screening::list::{List, house};
use std::path::Path;

/// Where it lies in the bank's folder, and the copy that says that everybody was looked up on it.
const FILES: [&str; 2] = ["lists/town.csv", "lists/house.csv"];

/// The settings that name it.
pub fn settings() -> ListSettings {
    ListSettings { house: FILES[0].to_owned(), ..ListSettings::default() }
}

fn text() -> String {
    let mut text = String::from("name,kind,born,country,note\n");
    for listed in city::listed() {
        text.push_str(&format!(
            "{};{},person,{},,\n",
            listed.name, listed.name_latin, listed.birth_date
        ));
    }
    text
}

/// Reads it.
///
/// # Errors
/// Our fault.
pub fn read() -> Done<List> {
    house(text().as_bytes(), "town", "1").map_err(|error| {
        Failure::because(Exit::Failed, "the town's list cannot be read", &error, "report it")
    })
}

/// Writes it. The town's people are looked up as they come.
///
/// # Errors
/// The disk's.
pub fn write(folder: &Path) -> Done {
    let failed = |error: &std::io::Error| bank::disk_failed(folder, error);
    std::fs::create_dir_all(folder.join("lists")).map_err(|error| failed(&error))?;
    for file in FILES {
        std::fs::write(folder.join(file), text()).map_err(|error| failed(&error))?;
    }
    Ok(())
}
