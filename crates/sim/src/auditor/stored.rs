//! What the bytes on the disk say, to a thief and to somebody who cuts the power now.

use super::{Broken, must};
use crate::bank::{self, ORIGIN};
use crate::disk::SimDisk;
use crate::disk::contents::Fate;
use journal::{Journal, keys, vault};
use std::ops::Range;
use terms::{Event, PartyId};

/// The key that verifies the log, from the bytes on the disk.
pub(super) fn log_key(disk: &SimDisk) -> Option<proof::VerifierKey> {
    keys::verifier(disk).ok().filter(|key| key.name() == ORIGIN)
}

/// Where a slot of the vault has its party and its wrapped key: `docs/formats/vault.md`.
const SLOT_BYTES: usize = 128;
const PARTY: Range<usize> = 16..32;
const WRAPPED_KEY: Range<usize> = 44..92;

/// The bytes of a party's key as the vault has wrapped it.
pub(super) fn wrapped_key(disk: &SimDisk, party: PartyId) -> Option<Vec<u8>> {
    let file = disk.bytes(&format!("{}/00000000.keys", vault::COPIES[0]));
    let mut slots = file.chunks_exact(SLOT_BYTES);
    let slot = slots.find(|slot| slot[PARTY] == party.0.to_le_bytes())?;
    Some(slot[WRAPPED_KEY].to_vec())
}

/// How many entries the checkpoint on the disk was signed over.
pub(super) fn published_size(disk: &SimDisk) -> u64 {
    let note = disk.bytes(bank::CHECKPOINT);
    let opened = log_key(disk).and_then(|log| proof::Checkpoint::open(&note, &log).ok());
    opened.map_or(0, |(checkpoint, _)| checkpoint.size)
}

/// A copy of the disk loses all that was never synced; everything acknowledged must be there still.
pub(super) fn check_durable(disk: &SimDisk, acked: &[Event]) -> Result<(), Broken> {
    let broken = |what: String| Broken { invariant: "durable", what };
    let dark = disk.copy().power_cycle_with(|_| Fate::After(0));
    let signer = keys::signer(&dark).map_err(|e| broken(e.to_string()))?;
    let opened = Journal::open(dark, signer, bank::options().journal);
    let (journal, _) = opened.map_err(|e| broken(e.to_string()))?;
    must(journal.records() >= acked.len() as u64, "durable", || {
        let (acked, safe) = (acked.len(), journal.records());
        format!("{acked} records are acknowledged, and a power cut now would leave {safe}")
    })?;
    let mut record = 0;
    for batch in journal.scan(0) {
        let batch = batch.map_err(|e| broken(e.to_string()))?;
        for event in batch.events().map_err(|e| broken(e.to_string()))? {
            let same = acked.get(record).is_none_or(|known| *known == event);
            must(same, "durable", || format!("record {record} is safe as something else"))?;
            record += 1;
        }
    }
    Ok(())
}

/// INVARIANT (sealed, forgotten): no name stands anywhere in clear, and no destroyed key at all.
pub(super) fn check_secrets(
    disk: &SimDisk,
    secrets: &[Vec<u8>],
    destroyed: &[Vec<u8>],
) -> Result<(), Broken> {
    let mut found = None;
    disk.for_each_stored(|file, bytes| {
        let secret = secrets.iter().find(|secret| contains(bytes, secret));
        let key = destroyed.iter().find(|key| contains(bytes, key));
        if let Some(secret) = secret {
            let name = String::from_utf8_lossy(secret).into_owned();
            found = Some(Broken { invariant: "sealed", what: format!("{name} stands in {file}") });
        } else if key.is_some() {
            let what = format!("a destroyed key still stands in {file}");
            found = Some(Broken { invariant: "forgotten", what });
        }
    });
    found.map_or(Ok(()), Err)
}

/// Whether `needle` stands in `bytes`.
fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    let Some(first) = needle.first() else { return false };
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        if rest[at..].starts_with(needle) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}
