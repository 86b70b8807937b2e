//! What the conditions of an adopted rule set say in words. They are kept in the journal beside the program, so that an
//! old verdict can be told by whoever has the journal, whatever the rulebook says today.

use engine::Engine;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use terms::{Ruling, Verdict};

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
