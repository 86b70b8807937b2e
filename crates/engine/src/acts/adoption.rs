//! Artifacts, and rule sets that are adopted and withdrawn.

use super::check_text;
use crate::engine::Engine;
use crate::guard::{Artifact, Owned, SetRow};
use crate::risk::{Model, Program, Tables};
use sha2::{Digest, Sha256};
use terms::limits::{ARTIFACT_BYTES_MAX, PART_BYTES_MAX};
use terms::{ArtifactPart, Refusal, RoleKind, RuleSet, RuleStage, Withdrawal, WithdrawalReason};

/// A whole, in millionths.
const WHOLE_PPM: u32 = 1_000_000;

impl Engine {
    /// A part goes on from what is kept. One that says otherwise than what is kept takes its place, as long as nobody has
    /// the whole: a wrong upload blocks no right one.
    pub(super) fn allow_part(&self, part: &ArtifactPart) -> Result<(), Refusal> {
        let (at, end) = (part.at as usize, part.at as usize + part.bytes.len());
        let kept = self.state.guard.artifacts.get(&part.artifact);
        let same_size = kept.filter(|kept| kept.size == part.size);
        let before = match same_size {
            Some(kept) if at < end && kept.bytes.get(at..end) == Some(&part.bytes[..]) => {
                return Err(Refusal::Exists);
            }
            Some(kept) => kept.bytes.get(..at),
            None => (at == 0).then_some(&[][..]),
        };
        let in_place = !part.bytes.is_empty()
            && part.bytes.len() <= PART_BYTES_MAX
            && part.size <= ARTIFACT_BYTES_MAX
            && !kept.is_some_and(Artifact::is_whole)
            && end <= part.size as usize;
        let Some(before) = before.filter(|_| in_place) else {
            return Err(Refusal::PartOutOfPlace);
        };
        if end == part.size as usize {
            let whole = Sha256::new_with_prefix(before).chain_update(&part.bytes);
            if <[u8; 32]>::from(whole.finalize()) != part.artifact {
                return Err(Refusal::ArtifactBroken);
            }
        }
        Ok(())
    }

    pub(super) fn keep_part(&mut self, part: &ArtifactPart) {
        let begun = Artifact { size: part.size, bytes: Default::default() };
        let artifact = self.state.guard.artifacts.entry(part.artifact).or_insert(begun);
        artifact.size = part.size;
        artifact.bytes.truncate(part.at as usize);
        artifact.bytes.extend_from_slice(&part.bytes);
    }

    pub(super) fn allow_rules(&self, set: &RuleSet) -> Result<(), Refusal> {
        check_text(&set.name)?;
        check_text(&set.by)?;
        if set.name.is_empty() || set.by.is_empty() {
            return Err(Refusal::TextMustNotBeEmpty);
        }
        if self.state.institution.is_none() {
            return Err(Refusal::InstitutionNotOpen);
        }
        let guard = &self.state.guard;
        let program = guard.whole(&set.program).ok_or(Refusal::ArtifactNotWhole)?;
        if guard.whole(&set.words).is_none() {
            return Err(Refusal::ArtifactNotWhole);
        }
        let model = set.model.map(|model| guard.whole(&model).ok_or(Refusal::ArtifactNotWhole));
        let model = model.transpose()?.map(Model::of_bytes);
        let tables = set.tables.map(|tables| guard.whole(&tables).ok_or(Refusal::ArtifactNotWhole));
        let tables = tables.transpose()?.map(Tables::of_bytes);
        let broken = model.is_some_and(|model| model.is_err());
        let program = Program::of_bytes(program).map_err(|_| Refusal::ArtifactBroken)?;
        let tables = tables.unwrap_or_else(|| Ok(Tables::default()));
        let clocks = tables.as_ref().map_or(&[][..], Tables::clocks);
        let strange =
            clocks.last().is_some_and(|last| usize::from(last.line) >= program.lines().len());
        if broken || strange || tables.is_err() {
            return Err(Refusal::ArtifactBroken);
        }
        let canary = set.stage == RuleStage::Canary;
        let shares = if canary { 1..=WHOLE_PPM } else { 0..=0 };
        if !shares.contains(&set.share_ppm) || set.stopped_ppm_max > WHOLE_PPM {
            return Err(Refusal::ShareOutOfRange);
        }
        if guard.sets.len() >= usize::from(u16::MAX) { Err(Refusal::ListTooLong) } else { Ok(()) }
    }

    pub(super) fn adopt_rules(&mut self, set: &RuleSet) {
        let row = SetRow { set: set.clone(), withdrawn: false, judged: 0, stopped: 0, lost: 0 };
        self.state.guard.sets.push(row);
        let number = self.state.guard.sets.len() as u16;
        if set.stage == RuleStage::Active {
            self.state.guard.active.push(number);
            self.state.guard.trial = None;
        } else {
            self.state.guard.trial = Some(number);
        }
        self.state.guard.compile();
        if self.state.guard.tracker.is_none() {
            let owners = self.state.roles.values().filter(|role| role.kind == RoleKind::Owner);
            let owned = owners.filter_map(|role| {
                let account = self.state.account_place(role.account)?;
                Some(Owned { record: 0, account, party: role.party.0 })
            });
            self.state.guard.owned = owned.collect();
            self.track();
        }
    }

    pub(super) fn allow_withdrawal(&self, end: &Withdrawal) -> Result<(), Refusal> {
        check_text(&end.by)?;
        if end.by.is_empty() && end.reason == WithdrawalReason::Asked {
            return Err(Refusal::TextMustNotBeEmpty);
        }
        if !self.state.guard.in_force(end.set) {
            return Err(Refusal::RuleSetNotInForce);
        }
        match end.reason {
            WithdrawalReason::Asked | WithdrawalReason::TooSlow => Ok(()),
            reason if self.budget_broken(end.set) == Some(reason) => Ok(()),
            _ => Err(Refusal::BudgetKept),
        }
    }

    pub(super) fn withdraw_rules(&mut self, end: &Withdrawal) {
        let guard = &mut self.state.guard;
        if let Some(row) = guard.set_mut(end.set) {
            row.withdrawn = true;
        }
        guard.active.retain(|number| *number != end.set);
        guard.trial = guard.trial.filter(|number| *number != end.set);
        // The one before begins with a clean count, or what it did long ago could end it at once.
        if let Some(before) = guard.active.last().copied()
            && let Some(row) = guard.set_mut(before)
        {
            (row.judged, row.stopped) = (0, 0);
        }
        guard.compile();
    }
}
