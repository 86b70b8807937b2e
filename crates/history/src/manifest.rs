//! Which segments are in files, and which files those are: one small JSON document for each roll, numbered,
//! made once and never changed. The highest number counts; a roll that was killed leaves files that no
//! manifest names, and they mean nothing.

use crate::archive::Archive;
use crate::failed::HistoryFailed;
use journal::{Disk, Reader};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The folder of manifests in an archive.
const FOLDER: &str = "manifest";
/// The format of manifests and of the files they name.
pub const FORMAT: u32 = 1;

/// What is in files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: u32,
    /// The log the entries are of.
    pub origin: String,
    /// Its own number, from 1; each roll makes the next.
    pub generation: u64,
    /// The institution's clock when it was made, such as `+08:00`.
    pub zone: String,
    /// Rolled segments, in order, from number 0 without a gap.
    pub segments: Vec<RolledSegment>,
    /// What was signed over the log at the rolls.
    pub checkpoints: Vec<RolledCheckpoint>,
}

/// One segment in files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RolledSegment {
    /// Its number.
    pub segment: u32,
    /// Its first entry.
    pub first_entry: u64,
    /// The entry behind its last.
    pub end_entry: u64,
    /// The record behind its last.
    pub end_record: u64,
    /// SHA-256 of its last batch header: with it all before it are fixed, by the chain.
    pub last_header: String,
    /// Its files, by table; a table without rows has none.
    pub files: BTreeMap<String, RolledFile>,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RolledFile {
    /// Its name in the archive.
    pub name: String,
    /// Its rows.
    pub rows: u64,
    /// Its bytes.
    pub bytes: u64,
    /// SHA-256 of them.
    pub sha256: String,
}

/// A checkpoint that was published when a roll ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RolledCheckpoint {
    /// How many entries it covers.
    pub size: u64,
    /// The root over them, in hexadecimal.
    pub root: String,
    /// Who signed it.
    pub signers: Vec<String>,
}

impl RolledCheckpoint {
    /// The checkpoint that is published now, if one is.
    pub fn published<D: Disk>(reader: &Reader<D>) -> Option<RolledCheckpoint> {
        let (checkpoint, note) = reader.published()?;
        let signers = note.signatures().iter().map(|line| line.name().to_owned()).collect();
        let root = crate::convert::hex(&checkpoint.root);
        Some(RolledCheckpoint { size: checkpoint.size, root, signers })
    }
}

impl Manifest {
    /// The entry behind the last one that is in files.
    pub fn end_entry(&self) -> u64 {
        self.segments.last().map_or(0, |segment| segment.end_entry)
    }

    /// The segment behind the last one that is in files.
    pub fn next_segment(&self) -> u32 {
        self.segments.last().map_or(0, |segment| segment.segment + 1)
    }

    /// The newest manifest; an empty one of `origin` if nothing was ever rolled.
    ///
    /// # Errors
    /// The store's; a manifest of another log, of a later format, or one that cannot be read.
    pub async fn newest(archive: &Archive, origin: &str) -> Result<Manifest, HistoryFailed> {
        let names = archive.list(FOLDER).await?;
        let numbered = |name: &str| name.strip_suffix(".json")?.parse::<u64>().ok();
        let newest = names.iter().filter_map(|(name, _)| numbered(name)).max();
        let Some(generation) = newest else {
            let empty =
                Manifest { format: FORMAT, origin: origin.to_owned(), ..Manifest::default() };
            return Ok(empty);
        };
        let name = file_name(generation);
        let damaged = |what: String| HistoryFailed::Damaged { name: name.clone(), what };
        let bytes = archive.read(&name).await?;
        let bytes = bytes.ok_or_else(|| damaged("was there and is gone".into()))?;
        let manifest: Manifest = serde_json::from_slice(&bytes).map_err(|error| {
            damaged(format!("is no manifest this program reads: {error}; restore it from a copy"))
        })?;
        if manifest.format != FORMAT {
            return Err(damaged(format!(
                "has format {}, and this program reads {FORMAT}",
                manifest.format
            )));
        }
        if manifest.origin != origin {
            let what = format!("they are of {:?}, and this is {origin:?}", manifest.origin);
            return Err(HistoryFailed::Foreign { what });
        }
        manifest.check(&name)?;
        Ok(manifest)
    }

    /// Segments and entries follow each other.
    fn check(&self, name: &str) -> Result<(), HistoryFailed> {
        let (mut segment, mut entry) = (0, 0);
        for rolled in &self.segments {
            if rolled.segment != segment || rolled.first_entry != entry || rolled.end_entry <= entry
            {
                let what = format!(
                    "names segment {} where segment {segment} from entry {entry} on must follow",
                    rolled.segment
                );
                return Err(HistoryFailed::Damaged { name: name.to_owned(), what });
            }
            (segment, entry) = (segment + 1, rolled.end_entry);
        }
        Ok(())
    }

    /// Makes this manifest the newest, if nobody else was faster.
    ///
    /// # Errors
    /// The store's.
    pub async fn publish(&self, archive: &Archive) -> Result<bool, HistoryFailed> {
        let bytes = serde_json::to_vec_pretty(self).map_err(|error| HistoryFailed::Archive {
            doing: "write",
            name: file_name(self.generation),
            source: error.into(),
        })?;
        archive.create(&file_name(self.generation), bytes).await
    }
}

fn file_name(generation: u64) -> String {
    format!("{FOLDER}/{generation:012}.json")
}
