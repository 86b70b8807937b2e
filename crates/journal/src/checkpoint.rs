//! Checkpoints: the log's size and root under the bank's signature, in `log/checkpoint`, with the
//! cosignatures of witnesses. Signed only over what is durable.

use crate::disk::Disk;
use crate::recover::OpenFailed;
use proof::checkpoint::Checkpoint;
use proof::note::{Note, VerifierKey};

/// Where the published checkpoint lies.
pub const FILE: &str = "log/checkpoint";

/// The checkpoint that was published, with all its signature lines.
#[derive(Clone, Debug)]
pub(crate) struct Published {
    pub checkpoint: Checkpoint,
    #[expect(dead_code, reason = "receipts carry it")]
    pub note: Note,
}

/// Reads the published checkpoint and checks the log's signature; `None` if nothing was published.
pub(crate) fn read_published<D: Disk>(
    disk: &D,
    log: &VerifierKey,
) -> Result<Option<Published>, OpenFailed> {
    let bytes = disk.read_whole(FILE);
    let bytes = bytes.map_err(|source| {
        let file = FILE.to_owned();
        OpenFailed::Disk { doing: "read", file, source }
    })?;
    let Some(bytes) = bytes else { return Ok(None) };
    let opened = Checkpoint::open(&bytes, log);
    let (checkpoint, note) =
        opened.map_err(|source| OpenFailed::CheckpointUnreadable { source })?;
    if checkpoint.origin != log.name() {
        let (found, signer) = (checkpoint.origin, log.name().to_owned());
        return Err(OpenFailed::OtherOrigin { found, signer });
    }
    Ok(Some(Published { checkpoint, note }))
}
