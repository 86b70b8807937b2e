//! What the conditions of a rule set say in words, as they come into the journal. How they are kept part by part and read
//! again, `api` knows, for every door.

pub use api::reasons::{Reason, Words, conditions, parts, reasons};

use rulebook::{RiskSet, SetRule};

/// The conditions of a rule set in the order of its program and the text they come from, as they are kept.
pub fn words_of(set: &RiskSet<'_>) -> Vec<u8> {
    Words { reasons: reasons_of(set), text: set.text(), ..Words::default() }.to_bytes()
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
