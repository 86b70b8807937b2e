//! A proposal becomes a rule set: its program, words and tables are kept in the journal part by part, then it is adopted, by
//! somebody else than who proposed it. And the end of a rule set.

use super::documents::{AdoptOrder, RuleSetDocument, StageName};
use super::{bench, set_of};
use crate::accounts::done;
use crate::bench::drafts::{Draft, DraftState};
use crate::bench::job::model_in_force;
use crate::bench::models::Kept;
use crate::call::{Call, Reply};
use crate::problem::{Kind, Problem};
use crate::reasons::{Words, parts, words};
use crate::table::CREATED;
use crate::wire::{DraftRef, Nothing};
use axum::http::StatusCode;
use sha2::{Digest, Sha256};
use std::time::{Duration, Instant};
use terms::{Command, RuleSet, RuleStage, Withdrawal, WithdrawalReason};

/// How long an adoption may take: it is a dozen turns of the writer.
const PATIENCE: Duration = Duration::from_secs(60);
/// What is left out, as the command line has it.
const LOSS_MAX: u64 = 100_000;
const STOPPED_PPM_MAX: u32 = 200_000;
const HOLD_HOURS: u32 = 24;
const HOLD_HOURS_MAX: u32 = 8_760;
const WHOLE_PPM: u32 = 1_000_000;

impl AdoptOrder {
    fn stage(&self) -> RuleStage {
        match self.stage {
            StageName::Shadow => RuleStage::Shadow,
            StageName::Canary => RuleStage::Canary,
            StageName::Active => RuleStage::Active,
        }
    }

    /// What the shape of it does not say.
    fn must_fit(&self) -> Result<(), Problem> {
        let canary = self.stage == StageName::Canary;
        if canary != self.share_ppm.is_some() {
            return Err(Problem::field("/share_ppm", "a canary, and nothing else, has a share"));
        }
        if self.loss_max.is_some() && !canary {
            return Err(Problem::field("/loss_max", "only a canary has such a bound"));
        }
        if self.share_ppm.is_some_and(|share| !(1..=WHOLE_PPM).contains(&share)) {
            return Err(Problem::field("/share_ppm", "1 to 1000000"));
        }
        if self.stopped_ppm_max.is_some_and(|share| share > WHOLE_PPM) {
            return Err(Problem::field("/stopped_ppm_max", "0 to 1000000"));
        }
        if self.hold_hours.is_some_and(|hours| !(1..=HOLD_HOURS_MAX).contains(&hours)) {
            return Err(Problem::field("/hold_hours", format!("1 to {HOLD_HOURS_MAX}")));
        }
        Ok(())
    }
}

/// Adopts.
pub async fn adopt(mut call: Call) -> Result<Reply, Problem> {
    let id = call.path("draft", DraftRef::parse)?;
    let order: AdoptOrder = call.json()?;
    order.must_fit()?;
    call.deadline = Instant::now() + PATIENCE;
    let bench = bench(&call.bank)?;
    let _alone = bench.adopting.lock().await;
    let draft = bench.draft(id)?;
    may_adopt(&call, &draft)?;
    if let Some(model) = draft.model {
        model_fits(&call, &bench.vouched_model(model)?, &order)?;
    }
    let number = into_force(&call, &draft, &order).await?;
    let (by, active) = (call.who.id.to_string(), order.stage == StageName::Active);
    let kept = std::sync::Arc::clone(&bench);
    call.blocking(move |_| {
        kept.change(id, |draft| {
            draft.sets.push(number);
            draft.decided_by = Some(by);
            if active {
                draft.state = DraftState::Adopted;
            }
            Ok(())
        })
    })
    .await?;
    told(&call, number, CREATED).await
}

/// Whoever proposed it is not who adopts it.
fn may_adopt(call: &Call, draft: &Draft) -> Result<(), Problem> {
    if draft.by == *call.who.id {
        call.denied(None);
        let says = "who proposed rules does not adopt them; somebody else must";
        return Err(Problem::new(Kind::Forbidden, says).code("own_proposal"));
    }
    if draft.state != DraftState::Open {
        return Err(Problem::new(Kind::Conflict, "the proposal is not open any more"));
    }
    Ok(())
}

/// Whoever handed in the model that a proposal names is not who adopts it either.
fn model_fits(call: &Call, model: &Kept, order: &AdoptOrder) -> Result<(), Problem> {
    if model.by == *call.who.id {
        call.denied(None);
        let says = "who handed in a model does not put it into force; somebody else must";
        return Err(Problem::new(Kind::Forbidden, says).code("own_model"));
    }
    if order.without_model == Some(true) {
        return Err(Problem::field("/without_model", "the proposal names a model"));
    }
    Ok(())
}

/// Everything of it into the journal; the number of the rule set.
async fn into_force(call: &Call, draft: &Draft, order: &AdoptOrder) -> Result<u16, Problem> {
    let (bench, text) = (bench(&call.bank)?, draft.text.clone());
    let read = call
        .blocking(move |_| bench.compile(&text).map_err(|faults| super::faulty(&faults)))
        .await?;
    let (model, four_eyes) = call
        .ask(|engine| {
            let mut active = engine.rule_sets().filter(|view| view.judging);
            let four_eyes = active.find(|view| view.set.stage == RuleStage::Active);
            (model_in_force(engine), four_eyes.is_none_or(|view| view.set.four_eyes))
        })
        .await?;
    let said = Words {
        reasons: read.reasons,
        text: Some(draft.text.clone()),
        proposed_by: Some(draft.by.clone()),
    };
    let model = match draft.model {
        Some(own) => {
            let bench = super::bench(&call.bank)?;
            let bytes = call.blocking(move |_| bench.model_bytes(own)).await?;
            Some(keep(call, &bytes).await?)
        }
        None => model.filter(|_| order.without_model != Some(true)),
    };
    let program = keep(call, &read.program.to_bytes()).await?;
    let words = keep(call, &said.to_bytes()).await?;
    let tables = match &read.tables {
        tables if tables.is_empty() => None,
        tables => Some(keep(call, &tables.to_bytes()).await?),
    };
    let canary = order.stage == StageName::Canary;
    let loss = order.loss_max.unwrap_or(LOSS_MAX).saturating_mul(1_000);
    let set = RuleSet {
        name: draft.name.clone(),
        program,
        words,
        model,
        stage: order.stage(),
        share_ppm: order.share_ppm.unwrap_or(0),
        loss_max: if canary { loss } else { 0 },
        stopped_ppm_max: order.stopped_ppm_max.unwrap_or(STOPPED_PPM_MAX),
        hold_s: order.hold_hours.unwrap_or(HOLD_HOURS) * 3_600,
        at_end: order.at_end.map_or_else(Default::default, |end| end.end()),
        tables,
        four_eyes: order.four_eyes.unwrap_or(four_eyes),
        by: call.who.id.to_string(),
    };
    done(&call.submit(vec![Command::AdoptRules(set)], Vec::new()).await?)?;
    let number = call.ask(|engine| engine.rule_sets().map(|view| view.number).last()).await?;
    number.ok_or_else(|| Problem::new(Kind::Failed, "the rule set is not there"))
}

/// Keeps something in the journal, part by part; what is there already, whole or from an adoption that was broken off, stays.
async fn keep(call: &Call, bytes: &[u8]) -> Result<[u8; 32], Problem> {
    let artifact: [u8; 32] = Sha256::digest(bytes).into();
    if call.ask(move |engine| engine.artifact(&artifact).is_some()).await? {
        return Ok(artifact);
    }
    for part in parts(bytes) {
        done(&call.submit(vec![part], Vec::new()).await?)?;
    }
    Ok(artifact)
}

/// Ends a rule set.
pub async fn withdraw(call: Call) -> Result<Reply, Problem> {
    let number = set_of(&call)?;
    let Nothing {} = call.json()?;
    let by = call.who.id.to_string();
    let end = Withdrawal { set: number, reason: WithdrawalReason::Asked, by };
    done(&call.submit(vec![Command::WithdrawRules(end)], Vec::new()).await?)?;
    told(&call, number, StatusCode::OK).await
}

async fn told(call: &Call, number: u16, status: StatusCode) -> Result<Reply, Problem> {
    let found = call
        .ask(move |engine| {
            let view = engine.rule_sets().find(|view| view.number == number)?;
            Some((RuleSetDocument::of(&view, &words(engine, number)), engine.records()))
        })
        .await?;
    let (document, records) =
        found.ok_or_else(|| Problem::missing(format_args!("rule set {number}")))?;
    Ok(Reply::json(status, &document)?.at_entry(call.bank.entries_of(records)?))
}
