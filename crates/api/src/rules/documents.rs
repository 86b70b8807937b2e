//! What the bench takes and gives, as JSON.

use crate::bench::drafts::{Draft, DraftState};
use crate::bench::job::{End, Job};
use crate::bench::{Compiled, TextFault, TextList};
use crate::past::Between;
use crate::past::replay::{Found, Tally};
use crate::reasons::{Reason, Words};
use crate::wire::{Date, DraftRef, ModelRef, Money, PaymentRef, ReplayRef, hex};
use engine::RuleSetView;
use engine::risk::{Feature, Unit};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use terms::{Amount, HoldEnd, Ruling, TimeNs};

/// A text of rules.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RulesText {
    /// Packs as one text: a line `=== PACK/FILE ===` begins each file.
    pub text: String,
}

/// Something wrong in a text, or perhaps not meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FaultDocument {
    /// In which of its files.
    pub file: String,
    /// The line of the text, from 1.
    pub line: usize,
    /// The character of that line, from 1; 0 for the line as a whole.
    pub column: usize,
    /// What is wrong.
    pub says: String,
}

impl FaultDocument {
    pub fn of(fault: &TextFault) -> FaultDocument {
        let TextFault { file, line, column, says } = fault.clone();
        FaultDocument { file, line, column, says }
    }
}

/// A rule in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RuleDocument {
    /// Its name.
    pub rule: String,
    /// Its pack.
    pub pack: String,
    /// `approve`, `ask`, `hold` or `refuse`: what it demands by itself.
    pub outcome: String,
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

impl RuleDocument {
    pub fn of(reason: Reason) -> RuleDocument {
        let Reason { rule, pack, ruling, points, says, says_zh, tells, tells_zh, condition } =
            reason;
        RuleDocument {
            rule,
            pack,
            outcome: ruling,
            points,
            says,
            says_zh,
            tells,
            tells_zh,
            condition,
        }
    }
}

/// A list of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ListDocument {
    /// Its name.
    pub list: String,
    /// `accounts` or `parties`.
    pub of: String,
    /// How many names.
    pub names: usize,
    /// Who is on it.
    pub says: String,
    /// The same in Chinese.
    pub says_zh: String,
}

impl ListDocument {
    pub fn of(list: TextList) -> ListDocument {
        let TextList { id, of, names, says, says_zh } = list;
        ListDocument { list: id, of: of.to_owned(), names, says, says_zh }
    }
}

/// What is wrong with a text, or what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CheckedDocument {
    /// Nothing is wrong with it.
    pub sound: bool,
    /// Everything that is wrong, in the order of the text.
    pub faults: Vec<FaultDocument>,
    /// What is allowed and perhaps not meant.
    pub warnings: Vec<FaultDocument>,
    /// Its rules.
    pub rules: Vec<RuleDocument>,
    /// The features they look at.
    pub features: Vec<String>,
    /// Its lists.
    pub lists: Vec<ListDocument>,
    /// SHA-256 of the program it comes to; absent if something is wrong.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub program: Option<String>,
}

impl CheckedDocument {
    pub fn of(read: Result<Compiled, Vec<TextFault>>) -> CheckedDocument {
        let places = |faults: &[TextFault]| faults.iter().map(FaultDocument::of).collect();
        match read {
            Err(faults) => CheckedDocument {
                sound: false,
                faults: places(&faults),
                warnings: Vec::new(),
                rules: Vec::new(),
                features: Vec::new(),
                lists: Vec::new(),
                program: None,
            },
            Ok(Compiled { program, reasons, lists, warnings, .. }) => {
                let wanted = program.wanted().features().iter();
                CheckedDocument {
                    sound: true,
                    faults: Vec::new(),
                    warnings: places(&warnings),
                    features: wanted.map(|(feature, _)| feature.name()).collect(),
                    rules: reasons.into_iter().map(RuleDocument::of).collect(),
                    lists: lists.into_iter().map(ListDocument::of).collect(),
                    program: Some(super::hash_of(&program.to_bytes())),
                }
            }
        }
    }
}

/// Something that rules may look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FeatureDocument {
    /// Its name.
    pub feature: String,
    /// `number`, `money` (in main units), `seconds`, `thousandths` or `flag`.
    pub unit: String,
    /// It may be missing, and then is null.
    pub may_be_missing: bool,
    /// What it means.
    pub meaning: String,
}

impl FeatureDocument {
    pub fn of(feature: Feature) -> FeatureDocument {
        let unit = match feature.unit() {
            Unit::Number => "number",
            Unit::Money => "money",
            Unit::Seconds => "seconds",
            Unit::Permille => "thousandths",
            Unit::Flag => "flag",
        };
        FeatureDocument {
            feature: feature.name(),
            unit: unit.to_owned(),
            may_be_missing: feature.nullable(),
            meaning: feature.meaning(),
        }
    }
}

/// Everything that rules may look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FeaturesDocument {
    /// In the order of their numbers.
    pub items: Vec<FeatureDocument>,
}

/// A rule set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RuleSetDocument {
    /// Its number: the first adopted one is 1.
    pub number: u16,
    /// What people call it.
    pub name: String,
    /// `shadow`, `canary` or `active`.
    pub stage: String,
    /// Of a canary: the share of accounts it judges, in millionths.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub share_ppm: Option<u32>,
    /// It judges, is on trial, or would judge if those after it ended.
    pub in_force: bool,
    /// It judges now or is on trial.
    pub judging: bool,
    /// Payments it judged since counting began anew.
    pub judged: u32,
    /// How many of them it would not just let through.
    pub stopped: u32,
    /// It ends by itself when it stops more than this share of payments, in millionths; a million is never.
    pub stopped_ppm_max: u32,
    /// Of a canary: what it let through that the active set would not have, in thousandths of main units.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub lost: Option<String>,
    /// How many conditions it has.
    pub rules: usize,
    /// Hours that a held payment waits for somebody to decide.
    pub hold_hours: u32,
    /// What becomes of it then: `refuse` or `release`.
    pub at_end: String,
    /// Two people must agree to release a held payment.
    pub four_eyes: bool,
    /// SHA-256 of its program.
    pub program: String,
    /// SHA-256 of its model, if it has one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub model: Option<String>,
    /// Who adopted it.
    pub adopted_by: String,
    /// Who proposed it, if it was proposed on the bench.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub proposed_by: Option<String>,
}

impl RuleSetDocument {
    pub fn of(view: &RuleSetView<'_>, words: &Words) -> RuleSetDocument {
        let canary = view.set.stage == terms::RuleStage::Canary;
        RuleSetDocument {
            number: view.number,
            name: view.set.name.clone(),
            stage: view.set.stage.word().to_owned(),
            share_ppm: canary.then_some(view.set.share_ppm),
            in_force: view.in_force,
            judging: view.judging,
            judged: view.judged,
            stopped: view.stopped,
            stopped_ppm_max: view.set.stopped_ppm_max,
            lost: canary.then(|| view.lost.to_string()),
            rules: words.reasons.len(),
            hold_hours: view.set.hold_s / 3_600,
            at_end: view.set.at_end.word().to_owned(),
            four_eyes: view.set.four_eyes,
            program: hex(&view.set.program),
            model: view.set.model.as_ref().map(|model| hex(model)),
            adopted_by: view.set.by.clone(),
            proposed_by: words.proposed_by.clone(),
        }
    }
}

/// Rule sets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RuleSetsDocument {
    /// In the order they were adopted.
    pub items: Vec<RuleSetDocument>,
}

/// A rule set with its rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RuleTextDocument {
    /// The set.
    pub set: RuleSetDocument,
    /// Its rules in words, in the order of its program.
    pub rules: Vec<RuleDocument>,
    /// Its lists, as its text has them.
    pub lists: Vec<ListDocument>,
    /// Its text; absent if it was not kept when the set was adopted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub text: Option<String>,
    /// Whence the text: `journal`, or `program` if the rules that come with the program compile to the same.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub text_from: Option<String>,
}

/// Rules that somebody proposes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftOrder {
    /// What people call the set.
    #[schemars(length(min = 1, max = 60))]
    pub name: String,
    /// Why it is proposed.
    #[serde(default)]
    #[schemars(length(max = 2000))]
    pub says: String,
    /// Packs as one text: a line `=== PACK/FILE ===` begins each file.
    pub text: String,
    /// A model that was handed in and that golden rows vouch for; the one in force unless given.
    #[serde(default)]
    pub model: Option<ModelRef>,
}

/// A proposal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DraftDocument {
    /// Its id.
    pub id: DraftRef,
    /// What people call the set.
    pub name: String,
    /// Why it is proposed.
    pub says: String,
    /// Who proposed it.
    pub by: String,
    /// When, in UTC.
    pub since: String,
    /// Where it stands.
    pub state: DraftState,
    /// The rule sets it became.
    pub sets: Vec<u16>,
    /// Who adopted it or turned it down.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub decided_by: Option<String>,
    /// The model it wants instead of the one in force.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub model: Option<ModelRef>,
    /// Its text; not in lists.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub text: Option<String>,
}

fn utc(seconds: u64) -> String {
    TimeNs(seconds.saturating_mul(1_000_000_000)).iso_at(0)
}

impl DraftDocument {
    pub fn of(draft: &Draft, whole: bool) -> DraftDocument {
        DraftDocument {
            id: draft.id,
            name: draft.name.clone(),
            says: draft.says.clone(),
            by: draft.by.clone(),
            since: utc(draft.since_s),
            state: draft.state,
            sets: draft.sets.clone(),
            decided_by: draft.decided_by.clone(),
            model: draft.model,
            text: whole.then(|| draft.text.clone()),
        }
    }
}

/// Proposals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DraftsDocument {
    /// The newest first.
    pub items: Vec<DraftDocument>,
}

/// How far a rule set may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StageName {
    /// It judges nothing; what it would have done is counted.
    Shadow,
    /// It judges the payments of some accounts.
    Canary,
    /// It judges every payment.
    Active,
}

/// What becomes of a held payment when its time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EndName {
    /// It goes back to its payer.
    Refuse,
    /// It is posted.
    Release,
}

impl EndName {
    pub fn end(self) -> HoldEnd {
        match self {
            EndName::Refuse => HoldEnd::Refuse,
            EndName::Release => HoldEnd::Release,
        }
    }
}

/// How a proposal is put into force. What is left out is as in the set that judges every payment, or as the command line has it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdoptOrder {
    /// How far it may go.
    pub stage: StageName,
    /// Of a canary, and of nothing else: the share of accounts it judges, in millionths.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub share_ppm: Option<u32>,
    /// Of a canary: what it may let through that the active set would not have, in main units; 100,000 unless given.
    #[serde(default)]
    pub loss_max: Option<u64>,
    /// It ends by itself when it stops more than this share of payments, in millionths; 200,000 unless given.
    #[serde(default)]
    #[schemars(range(max = 1_000_000))]
    pub stopped_ppm_max: Option<u32>,
    /// Hours that a held payment waits for somebody to decide; 24 unless given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 8760))]
    pub hold_hours: Option<u32>,
    /// What becomes of it then; `refuse` unless given.
    #[serde(default)]
    pub at_end: Option<EndName>,
    /// Two people must agree to release a held payment; as in the set in force unless given.
    #[serde(default)]
    pub four_eyes: Option<bool>,
    /// Without the model of the set in force, which is kept otherwise.
    #[serde(default)]
    pub without_model: Option<bool>,
}

/// What is to be run over the past: a text, a proposal or an adopted set.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayOrder {
    /// A text.
    #[serde(default)]
    pub text: Option<String>,
    /// A proposal.
    #[serde(default)]
    pub draft: Option<DraftRef>,
    /// A set that was adopted, by its number, with its own model.
    #[serde(default)]
    pub rule_set: Option<u16>,
    /// Judge only payments of this day and later; the past before it still counts in features.
    #[serde(default)]
    pub from: Option<Date>,
    /// Judge only payments of this day and earlier.
    #[serde(default)]
    pub to: Option<Date>,
    /// Of a text or proposal: without the model of the set in force.
    #[serde(default)]
    pub without_model: Option<bool>,
    /// Of a text: with a model that was handed in. A proposal has its own.
    #[serde(default)]
    pub model: Option<ModelRef>,
}

/// A share, and between which numbers it probably lies: Wilson's interval at 95 %.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ShareDocument {
    /// As counted.
    pub value: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl ShareDocument {
    pub fn of(Between { value, low, high }: Between) -> ShareDocument {
        ShareDocument { value, low, high }
    }
}

/// Payments that something was true of.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FoundDocument {
    /// The rule, or the outcome: `approve`, `ask`, `hold` or `refuse`.
    pub name: String,
    /// How many.
    pub payments: u64,
    /// Of a rule: of which no other rule spoke.
    pub alone: u64,
    /// From how many accounts.
    pub payers: usize,
    /// How much they come to.
    pub money: Vec<Money>,
    /// Marked as fraud or laundering.
    pub right: u64,
    /// Marked as stopped by mistake.
    pub mistaken: u64,
    /// Of those that were marked, the share that was something.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub precision: Option<ShareDocument>,
    /// Some of them, the first first.
    pub examples: Vec<PaymentRef>,
}

impl FoundDocument {
    fn of(found: &Found, name: &str) -> FoundDocument {
        let marked = found.stolen + found.mistaken;
        FoundDocument {
            name: name.to_owned(),
            payments: found.payments,
            alone: found.alone,
            payers: found.payers.len(),
            money: found.money.iter().map(|(c, sum)| Money::of(*c, Amount(*sum))).collect(),
            right: found.stolen,
            mistaken: found.mistaken,
            precision: Between::share(found.stolen, marked).map(ShareDocument::of),
            examples: found.examples.iter().map(|id| PaymentRef(*id)).collect(),
        }
    }
}

/// Payments of which something else would become.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ChangedDocument {
    /// What was ruled; absent if nobody judged then.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub was: Option<String>,
    /// Them, under what would be ruled.
    pub would: FoundDocument,
}

/// What a run found.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FoundAllDocument {
    /// Payments that were judged: those that happened or wait. What was refused then did not happen, and is not among them.
    pub judged: u64,
    /// By what would be ruled, the mildest first.
    pub outcomes: Vec<FoundDocument>,
    /// What would be ruled otherwise than it was.
    pub changed: Vec<ChangedDocument>,
    /// By rule, in the order of the program.
    pub rules: Vec<FoundDocument>,
}

impl FoundAllDocument {
    fn of(tally: &Tally, reasons: &[Reason]) -> FoundAllDocument {
        let outcomes = Ruling::ALL.iter().zip(&tally.outcomes);
        let rules = reasons.iter().zip(&tally.rules);
        let changed = tally.changed.iter().map(|((was, would), found)| ChangedDocument {
            was: was.map(|was| was.word().to_owned()),
            would: FoundDocument::of(found, would.word()),
        });
        FoundAllDocument {
            judged: tally.judged,
            outcomes: outcomes.map(|(of, found)| FoundDocument::of(found, of.word())).collect(),
            changed: changed.collect(),
            rules: rules.map(|(of, found)| FoundDocument::of(found, &of.rule)).collect(),
        }
    }
}

/// A run over the past.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ReplayDocument {
    /// Its id.
    pub id: ReplayRef,
    /// `running`, `done`, `stopped` or `failed`.
    pub status: String,
    /// Who began it.
    pub by: String,
    /// When, in UTC.
    pub since: String,
    /// Of which proposal.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub draft: Option<DraftRef>,
    /// Of which adopted set.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rule_set: Option<u16>,
    /// Only payments of this day and later.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from: Option<Date>,
    /// Only payments of this day and earlier.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub to: Option<Date>,
    /// Entries of the journal it runs over.
    pub entries: u64,
    /// How many of them are done.
    pub entries_done: u64,
    /// With which model that was handed in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub model: Option<ModelRef>,
    /// Of a text that was given with the request: it; not in lists.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub text: Option<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<String>,
    /// What it found; absent until it is done, and in lists.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub found: Option<FoundAllDocument>,
}

impl ReplayDocument {
    pub fn of(job: &Job, whole: bool) -> ReplayDocument {
        let end = job.end();
        let (status, why, found) = match &*end {
            None => ("running", None, None),
            Some(End::Stopped) => ("stopped", None, None),
            Some(End::Failed(why)) => ("failed", Some(why.clone()), None),
            Some(End::Done(tally)) => {
                ("done", None, whole.then(|| FoundAllDocument::of(tally, &job.reasons)))
            }
        };
        let (from, to) = job.asked.days;
        ReplayDocument {
            id: job.id,
            status: status.to_owned(),
            by: job.asked.by.clone(),
            since: utc(job.since_s),
            draft: job.asked.of.draft,
            rule_set: job.asked.of.rule_set,
            from: from.map(Date),
            to: to.map(Date),
            model: job.asked.model,
            text: job.asked.text.clone().filter(|_| whole),
            entries: job.entries,
            entries_done: job.done(),
            why,
            found,
        }
    }
}

/// Runs over the past.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ReplaysDocument {
    /// The newest first.
    pub items: Vec<ReplayDocument>,
}
