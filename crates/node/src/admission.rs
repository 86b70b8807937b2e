//! What the journal can hold at all. A request that is too large is turned away at the door, before it
//! is decided: it leaves no record, because there is no room for one.

use engine::chain_length;
use journal::segment::SEGMENT_HEADER_BYTES;
use std::fmt;
use terms::limits::{
    ACCESS_NOTE_BYTES, BATCH_BYTES_MAX, BATCH_RECORDS_MAX, CHECK_RESULT_BYTES, ENTRY_LEGS_MAX,
    PART_BYTES_MAX, QUERY_RECORD_BYTES, RECORD_BYTES_MAX, SEALED_BYTES_MAX,
};
use terms::{Act, Command, Event, Sealed, WithdrawalReason};

/// Bytes of clear text a command may bring; the rules refuse less, and that refusal must have room.
const TEXT_BYTES: usize = 8_192;
/// Legs an entry may bring; the rules refuse less.
const LEGS: usize = ENTRY_LEGS_MAX * 2;
/// Bytes of noted queries or of a check that a command may bring; the rules refuse less.
const SEEN_BYTES: usize = RECORD_BYTES_MAX - ACT_BYTES;
/// Bytes of one event in a batch, as an upper bound that is cheap to know.
const ACT_BYTES: usize = 512;

/// Bytes of a batch that are its header and its padding, as an upper bound.
const AROUND_BYTES: usize = 8_192;

// The longest chain, the last member of which may be anything, fits one batch.
const _: () =
    assert!(BATCH_RECORDS_MAX * ACT_BYTES + RECORD_BYTES_MAX <= BATCH_BYTES_MAX - AROUND_BYTES);
const _: () = assert!(TEXT_BYTES + ACT_BYTES <= RECORD_BYTES_MAX);
const _: () = assert!(SEALED_BYTES_MAX * 2 + ACT_BYTES <= RECORD_BYTES_MAX);
const _: () = assert!(PART_BYTES_MAX + ACT_BYTES <= RECORD_BYTES_MAX);
const _: () = assert!(LEGS * 64 + ACT_BYTES <= RECORD_BYTES_MAX);

/// What one caller asks at once: commands, of which linked ones stand or fall together.
pub type Request = Vec<Command>;

/// Why a request cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inadmissible {
    /// No command at all.
    Empty,
    /// More commands than one batch has records.
    TooManyCommands(usize),
    /// A command, by its place, brings more text, sealed data or legs than a record can hold.
    TooLarge(usize),
    /// A command, by its place, is the writer's own: an expiry, a snapshot's mark, a rule set that broke its budget.
    WritersOwn(usize),
}

impl fmt::Display for Inadmissible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Inadmissible::Empty => f.write_str("the request has no command"),
            Inadmissible::TooManyCommands(count) => {
                write!(
                    f,
                    "{count} commands in one request, and at most {BATCH_RECORDS_MAX} fit; send several requests"
                )
            }
            Inadmissible::TooLarge(command) => {
                write!(
                    f,
                    "command {command} of the request is larger than a record; shorten its text or legs"
                )
            }
            Inadmissible::WritersOwn(command) => {
                write!(
                    f,
                    "command {command} of the request is one that only the bank gives itself; leave it out"
                )
            }
        }
    }
}

impl std::error::Error for Inadmissible {}

/// Checks one request.
///
/// # Errors
/// See [`Inadmissible`].
pub(crate) fn check(request: &Request) -> Result<(), Inadmissible> {
    if request.is_empty() {
        return Err(Inadmissible::Empty);
    }
    if request.len() > BATCH_RECORDS_MAX {
        return Err(Inadmissible::TooManyCommands(request.len()));
    }
    for (at, command) in request.iter().enumerate() {
        // A mark that anybody may set would vouch for a state that is not the bank's.
        let own = match command {
            Command::Expire { .. } | Command::MarkSnapshot(_) => true,
            Command::WithdrawRules(end) => end.reason != WithdrawalReason::Asked,
            _ => false,
        };
        if own {
            return Err(Inadmissible::WritersOwn(at));
        }
        if free_bytes(command).is_none() {
            return Err(Inadmissible::TooLarge(at));
        }
    }
    Ok(())
}

/// Bytes of a command that have no fixed length; `None` if they are more than a record can hold.
fn free_bytes(command: &Command) -> Option<usize> {
    let (bytes, most) = match command {
        Command::OpenInstitution(institution) => (institution.name.len(), TEXT_BYTES),
        Command::DefineChartLine(line) => (line.name.len(), TEXT_BYTES),
        Command::EraseParty { reason, .. } => (reason.len(), TEXT_BYTES),
        Command::PlaceHold(hold) => (hold.reference.len(), TEXT_BYTES),
        Command::RegisterParty(party) => (party.identity.ciphertext.len(), SEALED_BYTES_MAX * 2),
        Command::Attach(attachment) => (attachment.text.ciphertext.len(), SEALED_BYTES_MAX * 2),
        Command::PostEntry(entry) => (entry.legs.len() * 64, LEGS * 64),
        Command::RecordQueries(queries) => {
            (queries.iter().map(|q| QUERY_RECORD_BYTES + q.asker.len()).sum(), SEEN_BYTES)
        }
        Command::RecordCheck(check) => {
            let results = check.results.iter();
            let texts = results.map(|r| CHECK_RESULT_BYTES + r.rule.len() + r.value.len());
            (check.pack.len() + texts.sum::<usize>(), SEEN_BYTES)
        }
        Command::PlaceOrder(order) => (order.by.len(), TEXT_BYTES),
        Command::EndOrder(end) => (end.by.len(), TEXT_BYTES),
        Command::PlanLimits(_)
        | Command::KeepPayee(_)
        | Command::DropPayee(_)
        | Command::FileComplaint(_)
        | Command::WorkComplaint(_) => own_bytes(command),
        Command::RecordAccess(notes) => {
            let texts = notes.iter().map(|n| n.who.len() + n.about.len() + n.says.len());
            (texts.map(|bytes| ACCESS_NOTE_BYTES + bytes).sum(), SEEN_BYTES)
        }
        Command::KeepPart(part) => (part.bytes.len(), PART_BYTES_MAX),
        Command::AdoptRules(set) => (set.name.len() + set.by.len(), TEXT_BYTES),
        Command::WithdrawRules(end) => (end.by.len(), TEXT_BYTES),
        Command::WorkCase(act) => (act.by.len() + act.text.len(), TEXT_BYTES),
        Command::RecordScreening(s) => (s.entry.len() + s.by.len(), TEXT_BYTES),
        _ => (0, 0),
    };
    (bytes <= most).then_some(bytes)
}

/// The same of what customers do for themselves, with the most that it may be.
fn own_bytes(command: &Command) -> (usize, usize) {
    match command {
        Command::PlanLimits(plan) => (plan.by.len(), TEXT_BYTES),
        Command::KeepPayee(payee) => own_sealed(&payee.by, &payee.name),
        Command::DropPayee(end) => (end.by.len(), TEXT_BYTES),
        Command::FileComplaint(complaint) => own_sealed(&complaint.by, &complaint.text),
        Command::WorkComplaint(act) => own_sealed(&act.by, &act.text),
        _ => (0, 0),
    }
}

fn own_sealed(by: &str, text: &Sealed) -> (usize, usize) {
    (by.len() + text.ciphertext.len(), SEALED_BYTES_MAX * 2)
}

/// Bytes of records that a batch may hold when it must fit a batch and a segment file of that size.
pub(crate) fn body_bytes(segment_bytes: u64) -> usize {
    let segment = usize::try_from(segment_bytes).unwrap_or(usize::MAX);
    BATCH_BYTES_MAX.min(segment.saturating_sub(SEGMENT_HEADER_BYTES)).saturating_sub(AROUND_BYTES)
}

/// Events in runs that each fit one batch. A chain is never cut: after a crash a batch is there as a
/// whole or not at all, and so are those that stand or fall together. `body_bytes` is what a batch may
/// hold; a chain alone may be larger.
pub(crate) fn split_for_batches(
    mut events: &[Event],
    body_bytes: usize,
) -> impl Iterator<Item = &[Event]> {
    std::iter::from_fn(move || {
        if events.is_empty() {
            return None;
        }
        let (mut count, mut bytes) = (0, 0);
        while count < events.len() {
            let chain = &events[count..][..chain_length(&events[count..])];
            let more: usize = chain.iter().map(event_bytes).sum();
            let full = count + chain.len() > BATCH_RECORDS_MAX || bytes + more > body_bytes;
            if count > 0 && full {
                break;
            }
            (count, bytes) = (count + chain.len(), bytes + more);
        }
        let (run, rest) = events.split_at(count);
        events = rest;
        Some(run)
    })
}

/// An upper bound of an event's bytes.
fn event_bytes(event: &Event) -> usize {
    match event {
        Event::Transfer(_) => terms::limits::TRANSFER_RECORD_BYTES,
        Event::Act(act) => {
            let Act { command, .. } = &**act;
            ACT_BYTES + free_bytes(command).unwrap_or(RECORD_BYTES_MAX)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use terms::limits::{
        ACCESS_NOTES_MAX, CHECK_RESULTS_MAX, INDICATOR_BYTES_MAX, QUERIES_PER_RECORD_MAX,
    };
    use terms::limits::{RULE_NAME_BYTES_MAX, TEXT_BYTES_MAX};
    use terms::{AccessKind, AccessRecord};
    use terms::{Amount, CheckKind, CheckRecord, CheckResult, Entry, Leg, QueryDoor, QueryEnd};
    use terms::{QueryRecord, Side, Transfer};

    #[test]
    fn what_no_record_can_hold_is_turned_away_and_named() {
        assert_eq!(check(&Vec::new()), Err(Inadmissible::Empty));
        let fine = Command::Transfer(Transfer::default());
        assert_eq!(check(&vec![fine.clone(); BATCH_RECORDS_MAX]), Ok(()));
        assert!(matches!(
            check(&vec![fine.clone(); BATCH_RECORDS_MAX + 1]),
            Err(Inadmissible::TooManyCommands(_))
        ));
        let leg = Leg { account: terms::AccountId(1), side: Side::Debit, amount: Amount(1) };
        let entry = Command::PostEntry(Entry {
            id: terms::TransferId(1),
            code: 1,
            value_date: terms::Day::BOOKING,
            user_data_128: 0,
            reverses: terms::TransferId(0),
            legs: vec![leg; LEGS + 1],
        });
        assert_eq!(check(&vec![fine, entry]), Err(Inadmissible::TooLarge(1)));
    }

    fn queries(count: usize, asker_bytes: usize) -> Command {
        let query = QueryRecord {
            asker: "x".repeat(asker_bytes),
            door: QueryDoor::FlightSql,
            text_hash: [255; 32],
            as_of: u64::MAX,
            rows: u64::MAX,
            result_hash: [255; 32],
            end: QueryEnd::Complete,
        };
        Command::RecordQueries(vec![query; count])
    }

    fn access(count: usize, text_bytes: usize) -> Command {
        let text = "x".repeat(text_bytes);
        let note = AccessRecord {
            kind: AccessKind::SteppedUp,
            who: text.clone(),
            about: text.clone(),
            says: text,
            times: u32::MAX,
        };
        Command::RecordAccess(vec![note; count])
    }

    fn results(count: usize, rule_bytes: usize) -> Command {
        let result = CheckResult {
            rule: "x".repeat(rule_bytes),
            kind: CheckKind::Indicator,
            rows: u64::MAX,
            value: "9".repeat(INDICATOR_BYTES_MAX),
            result_hash: [255; 32],
        };
        Command::RecordCheck(CheckRecord {
            pack: "x".repeat(TEXT_BYTES_MAX),
            version: u32::MAX,
            hash: [255; 32],
            as_of: u64::MAX,
            results: vec![result; count],
        })
    }

    #[test]
    fn what_is_admitted_of_queries_and_checks_fits_its_record() {
        let largest = [
            access(ACCESS_NOTES_MAX, TEXT_BYTES_MAX),
            queries(QUERIES_PER_RECORD_MAX, TEXT_BYTES_MAX),
            results(CHECK_RESULTS_MAX, RULE_NAME_BYTES_MAX),
        ];
        for command in largest {
            assert_eq!(check(&vec![command]), Ok(()), "what the rules allow is let in");
        }
        for command in (0..200).flat_map(|count| {
            [0, 30, 300, 3_000]
                .map(|bytes| [queries(count, bytes), results(count, bytes), access(count, bytes)])
        }) {
            for command in command {
                let (time, booking_date) = (terms::TimeNs(u64::MAX), terms::Day(i32::MAX));
                let act = Act { time, booking_date, command, outcome: Ok(()) };
                let Some(free) = free_bytes(&act.command) else { continue };
                let mut record = Vec::new();
                let bytes = journal::record::encode(&Event::Act(Box::new(act)), &mut record);
                assert!(bytes.is_ok_and(|bytes| bytes <= ACT_BYTES + free));
            }
        }
    }
}
