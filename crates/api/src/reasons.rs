//! What the conditions of an adopted rule set say in words, and the text they were made of. They are kept in the journal beside
//! the program, so that an old verdict can be told by whoever has the journal, whatever the rulebook says today.

use engine::Engine;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use terms::limits::PART_BYTES_MAX;
use terms::{ArtifactPart, Command, Ruling, Verdict};

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

/// All that is kept in words beside a program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// The conditions in the order of the program.
    pub reasons: Vec<Reason>,
    /// The packs as one text; nothing if it was too long, or adopted when texts were not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Who proposed it, if that was somebody else than who adopted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed_by: Option<String>,
}

/// Before texts were kept, words were the list of conditions alone.
#[derive(Deserialize)]
#[serde(untagged)]
enum Kept {
    Conditions(Vec<Reason>),
    Words(Words),
}

impl Words {
    /// As they are kept.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// As they were kept; nothing at all if that cannot be read.
    pub fn of_bytes(bytes: &[u8]) -> Words {
        match serde_json::from_slice(bytes) {
            Ok(Kept::Words(words)) => words,
            Ok(Kept::Conditions(reasons)) => Words { reasons, ..Words::default() },
            Err(_) => Words::default(),
        }
    }
}

/// What is kept in words beside the program of an adopted set, by its number; nothing if that cannot be read.
pub fn words(engine: &Engine, set: u16) -> Words {
    let set = engine.rule_sets().find(|view| view.number == set);
    let words = set.and_then(|view| engine.artifact(&view.set.words));
    words.map(Words::of_bytes).unwrap_or_default()
}

/// The conditions of an adopted set, by its number; none if its words cannot be read.
pub fn conditions(engine: &Engine, set: u16) -> Vec<Reason> {
    words(engine, set).reasons
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

/// The reasons that a verdict names, in words.
pub fn reasons(engine: &Engine, verdict: &Verdict) -> Vec<Reason> {
    let all = conditions(engine, verdict.set);
    let named = verdict.reasons.iter().flatten();
    named.filter_map(|at| all.get(usize::from(*at)).cloned()).collect()
}

/// What a payer is told of one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Told {
    /// The rule's name.
    pub rule: String,
    /// In English.
    pub en: String,
    /// In Chinese.
    pub zh: String,
}

/// What risk control said of a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Judged {
    /// `approve`, `ask`, `hold` or `refuse`.
    pub ruling: String,
    /// The number of the rule set that judged.
    pub rule_set: u16,
    /// The sum of its points.
    pub score: i32,
    /// What its model says, in millionths.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_ppm: Option<u32>,
    /// Its reasons, for the payer.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub reasons: Vec<Told>,
}

impl Judged {
    /// A verdict and its reasons.
    pub fn of(verdict: &Verdict, reasons: &[Reason]) -> Judged {
        let told = |reason: &Reason| Told {
            rule: reason.rule.clone(),
            en: reason.tells.clone(),
            zh: reason.tells_zh.clone(),
        };
        // What was let through with points has nothing to tell its payer.
        let warned = verdict.ruling != Ruling::Approve;
        Judged {
            ruling: verdict.ruling.word().to_owned(),
            rule_set: verdict.set,
            score: verdict.score,
            model_ppm: verdict.model_ppm,
            reasons: if warned { reasons.iter().map(told).collect() } else { Vec::new() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Journals hold words as they were kept when only conditions were.
    #[test]
    fn words_of_both_forms_are_read() {
        let text = |name: &str| name.to_owned();
        let reason = Reason {
            rule: text("large"),
            pack: text("own"),
            ruling: text("hold"),
            points: 5,
            says: text("a"),
            says_zh: text("b"),
            tells: text("c"),
            tells_zh: text("d"),
            condition: text("amount > 1"),
        };
        let old = serde_json::to_vec(&vec![reason.clone()]).unwrap();
        assert_eq!(Words::of_bytes(&old).reasons, std::slice::from_ref(&reason));
        let new = Words {
            reasons: vec![reason],
            text: Some(text("=== own/large.sql ===\n")),
            proposed_by: Some(text("user:lin")),
        };
        assert_eq!(Words::of_bytes(&new.to_bytes()), new);
        assert_eq!(Words::of_bytes(b"no words"), Words::default());
    }
}
