//! Sanctions lists, read from where they lie.

use crate::fail::{Done, Exit, Failure};
use crate::settings::ListSettings;
use screening::list::{List, OfacFiles, house, ofac, un};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// Where lists are.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Lists {
    /// A folder with sdn.csv, alt.csv, add.csv and perhaps sdn_comments.csv of the United States' Treasury.
    #[arg(long, value_name = "DIR")]
    pub ofac: Option<PathBuf>,
    /// The consolidated list of the United Nations, in XML.
    #[arg(long, value_name = "FILE")]
    pub un: Option<PathBuf>,
    /// A list of the bank's own: CSV with the columns name, kind, born, country, note.
    #[arg(long, value_name = "FILE")]
    pub house: Option<PathBuf>,
}

fn read(path: &Path) -> Done<Vec<u8>> {
    std::fs::read(path).map_err(|error| {
        let what = format!("{} cannot be read", path.display());
        Failure::because(Exit::Failed, what, &error, "give the list's own folder or file")
    })
}

fn refused(path: &Path, error: &screening::list::ListRefused) -> Failure {
    let what = format!("the list in {} is refused", path.display());
    Failure::because(Exit::Failed, what, error, "get the list anew from whoever publishes it")
}

impl Lists {
    /// The lists that a bank's settings name; `folder` is the bank's.
    pub fn of_bank(settings: &ListSettings, folder: &Path) -> Lists {
        let place = |text: &String| (!text.is_empty()).then(|| folder.join(text));
        Lists {
            ofac: place(&settings.ofac),
            un: place(&settings.un),
            house: place(&settings.house),
        }
    }

    /// Whether none is named.
    pub fn is_empty(&self) -> bool {
        self.ofac.is_none() && self.un.is_none() && self.house.is_none()
    }

    /// Reads all that are named.
    ///
    /// # Errors
    /// A file that is not there, or is no list.
    pub fn load(&self) -> Done<Vec<List>> {
        let mut lists = Vec::new();
        if let Some(folder) = &self.ofac {
            let comments = folder.join("sdn_comments.csv");
            let comments = if comments.exists() { read(&comments)? } else { Vec::new() };
            let [sdn, alt, add] =
                ["sdn.csv", "alt.csv", "add.csv"].map(|name| read(&folder.join(name)));
            let (sdn, alt, add) = (sdn?, alt?, add?);
            let files = OfacFiles { sdn: &sdn, alt: &alt, add: &add, comments: &comments };
            let version = format!("{:.12}", crate::figures::hex(&Sha256::digest(&sdn)));
            lists.push(ofac(&files, &version).map_err(|error| refused(folder, &error))?);
        }
        if let Some(file) = &self.un {
            lists.push(un(&read(file)?).map_err(|error| refused(file, &error))?);
        }
        if let Some(file) = &self.house {
            let bytes = read(file)?;
            let version = format!("{:.12}", crate::figures::hex(&Sha256::digest(&bytes)));
            let name = file.file_stem().map_or("house".into(), |name| name.to_string_lossy());
            lists.push(house(&bytes, &name, &version).map_err(|error| refused(file, &error))?);
        }
        Ok(lists)
    }
}

/// One hash of several lists, as a screening names them.
pub fn digest(lists: &[List]) -> [u8; 32] {
    let mut all = Sha256::new_with_prefix(b"tongjian lists v1\0");
    lists.iter().for_each(|list| all.update(list.digest));
    all.finalize().into()
}
