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

#[cfg(test)]
mod tests {
    use super::*;
    use terms::{Command, Party, PartyId, PartyKind, Sealed, SealingCipher, TransferId};

    const DAY_NS: u64 = 86_400_000_000_000;

    struct Try(Engine, u64);

    impl Try {
        fn new() -> Try {
            let mut one = Try(Engine::default(), DAY_NS);
            let (id, kind) = (PartyId(5), PartyKind::Person);
            one.does(&Command::RegisterParty(Party { id, kind, identity: sealed() }));
            one
        }

        fn does(&mut self, command: &Command) {
            let event = self.0.decide(self.0.next_time(TimeNs(self.1)), command);
            assert_eq!(event.outcome(), Ok(()), "{command:?}");
            self.0.evolve(&event);
            self.1 = event.time().0;
        }

        fn step(&mut self, step: ComplaintStep, days: u8, by: &str) {
            let (complaint, party) = (TransferId(10), PartyId(5));
            let (by, text) = (String::from(by), sealed());
            let act = ComplaintAct { complaint, party, step, days, text, by };
            self.does(&Command::WorkComplaint(act));
        }

        fn waits(&mut self, days: u64) {
            self.1 += days * DAY_NS;
        }

        fn due(&self) -> u64 {
            self.0.complaint(TransferId(10)).unwrap().due.0
        }

        /// When the first complaint that waits is due.
        fn first_due(&self) -> Option<u64> {
            self.0.complaints_waiting().next().map(|(_, row)| row.due.0)
        }
    }

    fn sealed() -> Sealed {
        let (commitment, nonce, ciphertext) = ([1; 32], [0; 12], vec![0; 64]);
        Sealed { commitment, cipher: SealingCipher::Aes256Gcm, nonce, ciphertext }
    }

    #[test]
    fn more_time_counts_from_the_promise_and_a_second_promise_from_its_own_day() {
        let mut one = Try::new();
        let (id, party, by) = (TransferId(10), PartyId(5), String::from("user:anna"));
        let (account, subject, text) = (terms::AccountId(0), TransferId(0), sealed());
        let days = 15;
        let complaint = Complaint { id, party, account, subject, days, text, by };
        one.does(&Command::FileComplaint(complaint));
        let first = one.1 + 15 * DAY_NS;
        assert_eq!((one.due(), one.first_due()), (first, Some(first)));
        one.waits(3);
        one.step(ComplaintStep::Extend, 10, "user:ola");
        assert_eq!((one.due(), one.first_due()), (first + 10 * DAY_NS, Some(first + 10 * DAY_NS)));
        one.step(ComplaintStep::Answer, 0, "user:ola");
        assert_eq!(one.first_due(), None, "what was answered waits for nobody");
        one.waits(4);
        one.step(ComplaintStep::Raise, 15, "user:anna");
        let second = one.1 + 15 * DAY_NS;
        assert_eq!((one.due(), one.first_due()), (second, Some(second)));
        one.step(ComplaintStep::Answer, 0, "user:max");
        assert_eq!(one.first_due(), None);
    }
}
