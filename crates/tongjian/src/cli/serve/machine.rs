//! What only this process knows of the machine it runs on: room on the disk, how far the files of the tables are, when the
//! certificate ends, the latest copy, and what the start found.

use super::config::ApiConfig;
use crate::bank::Bank;
use crate::cli::backup;
use api::facts::{DiskRoom, Facts, Machine, Start};
use history::History;
use journal::Files;
use node::SnapshotUse;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a start found.
pub fn start_of(bank: &Bank) -> Option<Start> {
    let started = bank.started.as_ref()?;
    let cut_bytes = started.recovered.cut.as_ref().map(|torn| torn.bytes);
    let snapshot_distrusted = match &started.snapshot {
        SnapshotUse::Distrusted(why) => Some(why.clone()),
        SnapshotUse::None | SnapshotUse::Restored(_) => None,
    };
    let vault_trouble = bank.vault_trouble();
    Some(Start { replayed: started.replayed, cut_bytes, snapshot_distrusted, vault_trouble })
}

/// Whoever can say it anew.
pub fn facts(
    folder: &Path,
    config: &ApiConfig,
    secured: bool,
    history: Arc<History<Files>>,
    start: Option<Start>,
) -> Facts {
    let folder = folder.to_owned();
    let certificate: Option<PathBuf> =
        secured.then(|| super::tls::certificate_of(config, &folder)).flatten();
    Facts::of(move || Machine {
        disk: room(&folder),
        in_files: Some(history.manifest().end_entry()),
        certificate_until: certificate.as_deref().and_then(super::tls::until),
        secured,
        backup: backup::latest(&folder),
        start: start.clone(),
    })
}

/// Room on the disk that a folder lies on.
fn room(folder: &Path) -> Option<DiskRoom> {
    let seen = rustix::fs::statvfs(folder).ok()?;
    let bytes = |blocks: u64| blocks.saturating_mul(seen.f_frsize);
    Some(DiskRoom { free_bytes: bytes(seen.f_bavail), total_bytes: bytes(seen.f_blocks) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_has_room_and_what_is_none_has_not() {
        let room = room(&std::env::temp_dir()).unwrap();
        assert!(room.total_bytes > 0 && room.free_bytes <= room.total_bytes);
        assert_eq!(super::room(Path::new("/there/is/nothing")), None);
    }
}
