//! How the words of a rule set come into the journal, part by part, as whatever is larger than a record does. How they are
//! read again, `api` knows, for every door.

pub use api::reasons::{Reason, conditions, reasons};

use rulebook::{RiskSet, SetRule};
use sha2::{Digest, Sha256};
use terms::limits::PART_BYTES_MAX;
use terms::{ArtifactPart, Command};

/// The conditions of a rule set in the order of its program, as they are kept.
pub fn words_of(set: &RiskSet<'_>) -> Vec<u8> {
    serde_json::to_vec(&reasons_of(set)).unwrap_or_default()
}

/// The conditions of a rule set in the order of its program.
pub fn reasons_of(set: &RiskSet<'_>) -> Vec<Reason> {
    let reasons = set.rules.iter().map(|SetRule { pack, rule, id, ruling, sql }| Reason {
        rule: id.clone(),
        pack: pack.head.id.clone(),
        ruling: ruling.word().to_owned(),
        points: rule.points,
        says: rule.says.clone(),
        says_zh: rule.says_zh.clone(),
        tells: rule.tells.clone(),
        tells_zh: rule.tells_zh.clone(),
        condition: sql.clone(),
    });
    reasons.collect()
}

/// What keeps something large in the journal, part by part.
pub fn parts(bytes: &[u8]) -> Vec<Command> {
    let artifact: [u8; 32] = Sha256::digest(bytes).into();
    let size = bytes.len() as u32;
    let part = |(at, part): (usize, &[u8])| {
        let at = (at * PART_BYTES_MAX) as u32;
        Command::KeepPart(ArtifactPart { artifact, size, at, bytes: part.to_vec() })
    };
    bytes.chunks(PART_BYTES_MAX).enumerate().map(part).collect()
}
