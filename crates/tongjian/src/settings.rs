//! The settings of one bank, in `bank.toml` beside its journal, with every default written out. All of
//! them may be changed between two starts.

use crate::fail::{Done, Exit, Failure};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use terms::SealingCipher;

/// The file in the bank's folder.
pub const FILE: &str = "bank.toml";
/// What stands above the settings.
const REMARK: &str = "# Settings of this bank. All of them may be changed between two starts.\n";

/// A bank's settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Size of each new segment file of the journal, in MiB.
    pub segment_mib: u32,
    /// A command that leaves at least that many records behind the last snapshot makes a new one.
    pub snapshot_every_records: u64,
    /// What new personal data is sealed with: aes-256-gcm or sm4-gcm.
    pub cipher: Cipher,
    /// Where the tables of the history lie.
    pub history: HistorySettings,
    /// Sanctions lists that whoever is registered is looked up on.
    pub lists: ListSettings,
}

/// Where the bank's sanctions lists lie; relative to the bank's folder. Empty for none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ListSettings {
    /// A folder with sdn.csv, alt.csv, add.csv and perhaps sdn_comments.csv of the United States' Treasury.
    pub ofac: String,
    /// The consolidated list of the United Nations, in XML.
    pub un: String,
    /// A list of the bank's own: CSV with the columns name, kind, born, country, note.
    pub house: String,
}

/// Where the tables of the history lie.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HistorySettings {
    /// `s3://bucket/prefix`, `gs://bucket/prefix` or `az://container/prefix`; empty for the folder `history`
    /// beside the journal.
    pub address: String,
    /// What the address leaves open, by the names `object_store` gives it: `aws_endpoint`, `aws_region`.
    /// Secrets are better in the environment of the program, under the same names in capitals.
    pub options: BTreeMap<String, String>,
}

/// A cipher by its name in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
pub enum Cipher {
    /// AES-256-GCM.
    #[serde(rename = "aes-256-gcm")]
    #[value(name = "aes-256-gcm")]
    Aes256Gcm,
    /// SM4-GCM.
    #[serde(rename = "sm4-gcm")]
    #[value(name = "sm4-gcm")]
    Sm4Gcm,
}

impl Cipher {
    /// The word of the core.
    pub fn sealing(self) -> SealingCipher {
        match self {
            Cipher::Aes256Gcm => SealingCipher::Aes256Gcm,
            Cipher::Sm4Gcm => SealingCipher::Sm4Gcm,
        }
    }
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            segment_mib: 64,
            snapshot_every_records: 200_000,
            cipher: Cipher::Aes256Gcm,
            history: HistorySettings::default(),
            lists: ListSettings::default(),
        }
    }
}

impl Settings {
    /// Reads the file of a bank; a bank without one has the defaults.
    ///
    /// # Errors
    /// A file that is not as it should be.
    pub fn read(folder: &Path) -> Done<Settings> {
        let path = folder.join(FILE);
        let next = format!("correct it, or remove {} to have the defaults again", path.display());
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Settings::default());
            }
            Err(error) => {
                return Err(Failure::because(
                    Exit::Failed,
                    format!("cannot read {}", path.display()),
                    &error,
                    next,
                ));
            }
        };
        let settings: Settings = toml::from_str(&text).map_err(|error| {
            Failure::usage(
                format!("{} is not as it should be: {}", path.display(), error.message()),
                next.clone(),
            )
        })?;
        // The largest chain of linked transfers must fit one segment.
        if !(2..=4_096).contains(&settings.segment_mib) {
            return Err(Failure::usage(
                format!("{}: segment_mib must be 2 to 4096", path.display()),
                next,
            ));
        }
        Ok(settings)
    }

    /// Writes the file of a new bank.
    ///
    /// # Errors
    /// The disk's.
    pub fn write(&self, folder: &Path) -> Done {
        let path = folder.join(FILE);
        let failed = |cause: &dyn std::error::Error| {
            Failure::because(
                Exit::Failed,
                format!("cannot write {}", path.display()),
                cause,
                "see to the disk",
            )
        };
        let text = toml::to_string(self).map_err(|error| failed(&error))?;
        std::fs::write(&path, format!("{REMARK}{text}")).map_err(|error| failed(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_read_back_and_an_unknown_setting_is_an_error() {
        let text = toml::to_string(&Settings::default()).unwrap();
        assert_eq!(toml::from_str::<Settings>(&text).unwrap(), Settings::default());
        assert!(toml::from_str::<Settings>("segment_mb = 3").is_err());
    }
}
