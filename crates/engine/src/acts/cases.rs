//! Cases: payments that somebody must look at, and what is done about them.

use super::check_text;
use crate::engine::Engine;
use crate::guard::{CaseRow, CaseStatus, party_case};
use alloc::string::String;
use alloc::vec;
use terms::{CaseAct, CaseStep, PartyId, Refusal, Screening, ScreeningResult, TimeNs, TransferId};

impl Engine {
    pub(super) fn allow_case(&self, act: &CaseAct) -> Result<(), Refusal> {
        let (step, linked) = (act.step, act.other != TransferId(0));
        let names = step == CaseStep::Link || step == CaseStep::Open && linked;
        if linked != names || act.mark.is_some() != (step == CaseStep::Mark) {
            return Err(Refusal::ReservedField);
        }
        check_text(&act.by)?;
        check_text(&act.text)?;
        let speaks = matches!(
            step,
            CaseStep::Assign
                | CaseStep::Note
                | CaseStep::Evidence
                | CaseStep::Report
                | CaseStep::Appeal
        );
        if act.by.is_empty() || speaks && act.text.is_empty() {
            return Err(Refusal::TextMustNotBeEmpty);
        }
        let case = self.state.guard.cases.get(&act.case.0);
        match (step, case) {
            (CaseStep::Open, Some(_)) => Err(Refusal::Exists),
            (CaseStep::Open, None) if linked => self.check_listed(act),
            (CaseStep::Open, None) => self.check_subject(act.case),
            (_, None) => Err(Refusal::CaseNotFound),
            (CaseStep::Claim, Some(case)) if case.claimed_by == act.by => Err(Refusal::Exists),
            (CaseStep::Claim, Some(case)) if !case.claimed_by.is_empty() => {
                Err(Refusal::CaseIsAnothers)
            }
            (CaseStep::Link, Some(_)) => self.check_subject(act.other),
            (CaseStep::Release | CaseStep::Refuse, Some(case)) => allow_decision(act, case),
            _ => Ok(()),
        }
    }

    /// A party of whom nobody has said yet whether it is the listed one, under the number that its case has.
    fn check_listed(&self, act: &CaseAct) -> Result<(), Refusal> {
        let result = self.state.guard.screened.get(&act.other.0);
        if result == Some(&ScreeningResult::Possible)
            && act.case == party_case(PartyId(act.other.0))
        {
            Ok(())
        } else {
            Err(Refusal::SubjectNotFound)
        }
    }

    /// Somebody said whether a party is the listed one: that is what its case was for. A program that finds the party
    /// again after that opens it anew.
    pub(super) fn settle_listed(&mut self, screening: &Screening) {
        let case = self.state.guard.cases.get_mut(&party_case(screening.party).0);
        let Some(case) = case.filter(|case| case.party == Some(screening.party.0)) else { return };
        case.status = match screening.result {
            ScreeningResult::Clear => CaseStatus::Released,
            ScreeningResult::Confirmed => CaseStatus::Refused,
            ScreeningResult::Possible => CaseStatus::Open,
        };
    }

    /// A payment that happened, or was refused for a passing reason.
    fn check_subject(&self, id: TransferId) -> Result<(), Refusal> {
        if self.state.find(id.0).is_some() || self.state.failed.contains(&id.0) {
            Ok(())
        } else {
            Err(Refusal::SubjectNotFound)
        }
    }

    pub(super) fn work_case(&mut self, act: &CaseAct, time: TimeNs) {
        // Of the event that is being made so.
        let record = self.state.records;
        let guard = &mut self.state.guard;
        if act.step == CaseStep::Open {
            let party = Some(act.other.0).filter(|party| *party != 0);
            let status = if party.is_some() { CaseStatus::Open } else { CaseStatus::Noted };
            let case = CaseRow {
                opened: time,
                set: 0,
                claimed_by: String::new(),
                status,
                mark: None,
                reported: false,
                passes: false,
                party,
                steps: vec![record],
            };
            guard.cases.insert(act.case.0, case);
            return;
        }
        let Some(set) = guard.cases.get(&act.case.0).map(|case| case.set) else { return };
        let four_eyes = guard.set(set).is_some_and(|row| row.set.four_eyes);
        let Some(case) = guard.cases.get_mut(&act.case.0) else { return };
        case.steps.push(record);
        match act.step {
            CaseStep::Claim => case.claimed_by.clone_from(&act.by),
            CaseStep::Assign => case.claimed_by.clone_from(&act.text),
            CaseStep::Release if four_eyes && case.status == CaseStatus::Open => {
                case.status = CaseStatus::Proposed(act.by.clone());
            }
            CaseStep::Release => case.status = CaseStatus::Released,
            CaseStep::Refuse => case.status = CaseStatus::Refused,
            CaseStep::Mark => case.mark = act.mark,
            CaseStep::Report => case.reported = true,
            CaseStep::Open
            | CaseStep::Note
            | CaseStep::Evidence
            | CaseStep::Link
            | CaseStep::Appeal => {}
        }
    }

    /// What the case of a held payment says of posting or voiding it.
    pub(crate) fn check_review(&self, held: u128, posting: bool) -> Result<(), Refusal> {
        match self.state.guard.cases.get(&held).map(|case| &case.status) {
            Some(CaseStatus::Released) if posting => Ok(()),
            Some(CaseStatus::Released | CaseStatus::Refused) if !posting => Ok(()),
            _ => Err(Refusal::HeldForReview),
        }
    }

    /// Whether a held payment is posted when its time is over: its verdict says so, and nobody has refused it.
    pub(crate) fn passes_at_end(&self, held: u128) -> bool {
        let case = self.state.guard.cases.get(&held).filter(|case| case.passes);
        case.is_some_and(|case| case.status.is_open() || case.status == CaseStatus::Released)
    }

    /// The time of a held payment was over, and `status` is what became of it if nobody had decided.
    pub(crate) fn end_case(&mut self, held: u128, status: CaseStatus) {
        if let Some(case) = self.state.guard.cases.get_mut(&held)
            && case.status.is_open()
        {
            case.status = status;
        }
    }
}

fn allow_decision(act: &CaseAct, case: &CaseRow) -> Result<(), Refusal> {
    if case.party.is_some() {
        // Whether it is the listed one is a screening's result, and no payment waits for it.
        return Err(Refusal::PendingTransferNotPending);
    }
    match &case.status {
        CaseStatus::Proposed(by) if act.step == CaseStep::Release => {
            if *by == act.by {
                Err(Refusal::NeedsOtherEyes)
            } else {
                Ok(())
            }
        }
        CaseStatus::Open | CaseStatus::Proposed(_) => {
            if case.claimed_by.is_empty() || case.claimed_by == act.by {
                Ok(())
            } else {
                Err(Refusal::CaseIsAnothers)
            }
        }
        CaseStatus::Released | CaseStatus::Refused | CaseStatus::Lapsed | CaseStatus::Passed => {
            Err(Refusal::CaseDecided)
        }
        CaseStatus::Noted => Err(Refusal::PendingTransferNotPending),
    }
}
