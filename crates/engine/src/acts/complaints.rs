//! Complaints are filed, answered, and found wanting once.

use super::{check_id, check_sealed, check_text};
use crate::complaints::{ComplaintRow, ComplaintStatus};
use crate::engine::Engine;
use alloc::string::String;
use alloc::vec;
use terms::limits::{COMPLAINT_DAYS, COMPLAINTS_OF_PARTY_MAX};
use terms::{Complaint, ComplaintAct, ComplaintStep, Refusal, TimeNs};

const DAY_S: u32 = 86_400;

fn promised(time: TimeNs, days: u8) -> TimeNs {
    time.plus_s(u32::from(days) * DAY_S).unwrap_or(TimeNs(u64::MAX))
}

impl Engine {
    pub(crate) fn allow_complaint(&self, complaint: &Complaint) -> Result<(), Refusal> {
        check_text(&complaint.by)?;
        check_sealed(&complaint.text)?;
        check_id(complaint.id.0)?;
        if let Some(row) = self.state.complaints.rows.get(&complaint.id.0) {
            let same = (row.party, row.account, row.subject)
                == (complaint.party, complaint.account, complaint.subject);
            return Err(if same { Refusal::Exists } else { Refusal::ExistsWithDifferentContent });
        }
        if complaint.account.0 != 0 {
            self.check_account(complaint.account)?;
        }
        self.check_party(complaint.party.0)?;
        let subject = complaint.subject.0;
        if subject != 0
            && self.state.find(subject).is_none()
            && !self.state.failed.contains(&subject)
        {
            return Err(Refusal::SubjectNotFound);
        }
        if !COMPLAINT_DAYS.contains(&complaint.days) {
            return Err(Refusal::PromiseOutOfRange);
        }
        let own = self.state.complaints.of(complaint.party);
        let waiting = own.filter(|(_, row)| row.status.waits()).count();
        if waiting < COMPLAINTS_OF_PARTY_MAX { Ok(()) } else { Err(Refusal::TooManyComplaints) }
    }

    pub(crate) fn allow_complaint_act(&self, act: &ComplaintAct) -> Result<(), Refusal> {
        let promises = matches!(act.step, ComplaintStep::Extend | ComplaintStep::Raise);
        if !promises && act.days != 0 {
            return Err(Refusal::ReservedField);
        }
        check_text(&act.by)?;
        check_sealed(&act.text)?;
        if act.by.is_empty() {
            return Err(Refusal::TextMustNotBeEmpty);
        }
        self.check_party(act.party.0)?;
        let row = self.state.complaints.rows.get(&act.complaint.0);
        let row = row.filter(|row| row.party == act.party).ok_or(Refusal::ComplaintNotFound)?;
        match act.step {
            ComplaintStep::Answer | ComplaintStep::Extend | ComplaintStep::Withdraw
                if !row.status.waits() =>
            {
                return Err(Refusal::ComplaintNotOpen);
            }
            ComplaintStep::Extend if row.extended => return Err(Refusal::ComplaintExtended),
            ComplaintStep::Raise if row.status != ComplaintStatus::Answered => {
                return Err(Refusal::ComplaintNotAnswered);
            }
            _ => {}
        }
        if promises && !COMPLAINT_DAYS.contains(&act.days) {
            return Err(Refusal::PromiseOutOfRange);
        }
        let again = act.step == ComplaintStep::Answer && row.status == ComplaintStatus::Raised;
        if again && row.answered_by == act.by { Err(Refusal::NeedsOtherEyes) } else { Ok(()) }
    }

    pub(crate) fn file_complaint(&mut self, complaint: &Complaint, time: TimeNs) {
        let row = ComplaintRow {
            party: complaint.party,
            account: complaint.account,
            subject: complaint.subject,
            filed: time,
            due: promised(time, complaint.days),
            status: ComplaintStatus::Open,
            answered_by: String::new(),
            extended: false,
            steps: vec![self.state.records],
        };
        self.state.complaints.insert(complaint.id.0, row);
    }

    pub(crate) fn work_complaint(&mut self, act: &ComplaintAct, time: TimeNs) {
        let (id, record) = (act.complaint.0, self.state.records);
        let complaints = &mut self.state.complaints;
        let Some(row) = complaints.rows.get_mut(&id) else { return };
        complaints.waiting.remove(&(row.due, id));
        row.steps.push(record);
        match act.step {
            ComplaintStep::Answer => {
                row.status = match row.status {
                    ComplaintStatus::Raised => ComplaintStatus::Closed,
                    _ => ComplaintStatus::Answered,
                };
                row.answered_by.clone_from(&act.by);
            }
            ComplaintStep::Extend => {
                row.extended = true;
                row.due = promised(row.due, act.days);
            }
            ComplaintStep::Raise => {
                row.status = ComplaintStatus::Raised;
                row.due = promised(time, act.days);
            }
            ComplaintStep::Withdraw => row.status = ComplaintStatus::Withdrawn,
        }
        if row.status.waits() {
            complaints.waiting.insert((row.due, id));
        }
    }
}
