//! What the conditions of an adopted rule set say in words. They are kept in the journal beside the program, so that an
//! old verdict can be told by whoever has the journal, whatever the rulebook says today.

use engine::Engine;
use rulebook::{RiskSet, SetRule};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use terms::limits::PART_BYTES_MAX;
use terms::{ArtifactPart, Command, Verdict};

/// One condition, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The rule's name.
    pub rule: String,
    /// Its pack.
    pub pack: String,
    /// What it demands by itself.
    pub ruling: String,
    /// What it adds to the score.
    pub points: i32,
    /// What the analyst reads.
    pub says: String,
    /// The same in Chinese.
    pub says_zh: String,
    /// What the customer is told.
    pub tells: String,
    /// The same in Chinese.
    pub tells_zh: String,
    /// The condition as it was written.
    pub condition: String,
}

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

/// The conditions of an adopted set, by its number; none if its words cannot be read.
pub fn conditions(engine: &Engine, set: u16) -> Vec<Reason> {
    let set = engine.rule_sets().find(|view| view.number == set);
    let words = set.and_then(|view| engine.artifact(&view.set.words));
    words.and_then(|words| serde_json::from_slice(words).ok()).unwrap_or_default()
}

/// The reasons that a verdict names, in words.
pub fn reasons(engine: &Engine, verdict: &Verdict) -> Vec<Reason> {
    let all = conditions(engine, verdict.set);
    let named = verdict.reasons.iter().flatten();
    named.filter_map(|at| all.get(usize::from(*at)).cloned()).collect()
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
