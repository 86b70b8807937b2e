//! Puts everything a town says to its bank, turn by turn, at the town's own time: what comes within a few
//! minutes is one turn, and some thousand commands share one sync.

use crate::bank::Bank;
use crate::fail::Done;
use crate::out::Out;
use crate::progress;
use city::{City, Expected, Item, Step};
use journal::vault::Fields;
use node::{Answer, Decided, Request};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use terms::{
    Attachment, Command, Event, Party, PartyId, Refusal, TimeNs, TransferFlags, TransferId,
};

/// What comes within so long of the town's time is one turn; the town allows for up to ten minutes.
const TURN_NS: u64 = 5 * 60 * 1_000_000_000;
/// Commands of one turn.
const TURN_COMMANDS: usize = 4_096;
/// Commands that share a sync.
const SYNC_COMMANDS: usize = 8_000;
/// Disagreements that are kept to be shown.
const KEPT: usize = 5;

/// What was posted.
#[derive(Debug, Default)]
pub struct Posted {
    /// Commands put to the bank.
    pub commands: u64,
    /// Transfers and entries done.
    pub done: u64,
    /// Refused, by reason; each as the town expected.
    pub refused: BTreeMap<Refusal, u64>,
    /// Answers that were not what the town expected.
    pub unexpected: u64,
    /// Some of these.
    pub examples: Vec<String>,
    /// Syncs of the journal.
    pub syncs: u64,
    /// How long it took, making the town included.
    pub took: Duration,
    /// A transfer to make a receipt of: the last salary, or what else was paid.
    pub example: Option<TransferId>,
    example_is_salary: bool,
}

/// What waits to be posted.
#[derive(Default)]
struct Turn {
    requests: Vec<Request>,
    expected: Vec<Expected>,
    /// The linked commands of a request that is not whole yet.
    chain: Request,
    first: u64,
    last: TimeNs,
}

/// Posts everything.
///
/// # Errors
/// The bank's.
pub fn post(out: &Out, bank: &mut Bank, city: &mut City) -> Done<Posted> {
    let start = Instant::now();
    let mut posted = Posted::default();
    let people: Vec<PartyId> = city.people().map(|(party, _, _)| party).collect();
    bank.ensure_keys(&people)?;
    let bar = progress::bar(out, "posting", city.plan().transfers);
    let mut turn = Turn::default();
    let mut waiting: Vec<(Decided, Vec<Expected>)> = Vec::new();
    while let Some(step) = city.next() {
        if turn.ends_before(&step) {
            decide(bank, &mut turn, &mut waiting);
            if waiting.iter().map(|(decided, _)| decided.len()).sum::<usize>() >= SYNC_COMMANDS {
                commit(bank, &mut waiting, &mut posted)?;
                bar.set_position(city.movements());
            }
        }
        turn.take(bank, step)?;
    }
    decide(bank, &mut turn, &mut waiting);
    commit(bank, &mut waiting, &mut posted)?;
    bar.finish_and_clear();
    posted.took = start.elapsed();
    Ok(posted)
}

impl Turn {
    /// The step belongs into the next turn.
    fn ends_before(&self, step: &Step) -> bool {
        let full = self.expected.len() >= TURN_COMMANDS
            || step.time.0 >= self.first.saturating_add(TURN_NS);
        full && self.chain.is_empty() && !self.requests.is_empty()
    }

    fn take(&mut self, bank: &mut Bank, step: Step) -> Done {
        if self.expected.is_empty() {
            self.first = step.time.0;
        }
        self.last = step.time;
        self.expected.push(step.expect);
        let linked = step.is_linked();
        self.chain.push(command_of(bank, step.item)?);
        if !linked {
            self.requests.push(std::mem::take(&mut self.chain));
        }
        Ok(())
    }
}

/// Seals what has to be sealed.
fn command_of(bank: &mut Bank, item: Item) -> Done<Command> {
    Ok(match item {
        Item::Ask(command) => command,
        Item::Register { party, kind, fields } => {
            let fields: Fields =
                fields.into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
            Command::RegisterParty(Party {
                id: party,
                kind,
                identity: bank.seal_fields(party, &fields)?,
            })
        }
        Item::Note { subject, party, text } => {
            Command::Attach(Attachment { subject, party, text: bank.seal_text(party, text)? })
        }
    })
}

fn decide(bank: &mut Bank, turn: &mut Turn, waiting: &mut Vec<(Decided, Vec<Expected>)>) {
    assert!(turn.chain.is_empty(), "the town ends a linked chain before it goes on");
    let whole = std::mem::take(turn);
    if !whole.requests.is_empty() {
        waiting.push((bank.node.decide(whole.last, &whole.requests), whole.expected));
    }
}

fn commit(
    bank: &mut Bank,
    waiting: &mut Vec<(Decided, Vec<Expected>)>,
    posted: &mut Posted,
) -> Done {
    let (decided, expected): (Vec<_>, Vec<_>) = waiting.drain(..).unzip();
    if decided.is_empty() {
        return Ok(());
    }
    let answered = bank.node.commit(decided).map_err(|error| crate::bank::turn_failed(&error))?;
    posted.syncs += 1;
    for (answers, expected) in answered.iter().zip(expected) {
        let answers: Vec<&Answer> = answers.iter().flatten().collect();
        assert!(answers.len() == expected.len(), "each command has one answer");
        for (answer, expected) in answers.into_iter().zip(expected) {
            posted.compare(answer, expected);
        }
    }
    Ok(())
}

impl Posted {
    fn compare(&mut self, answer: &Answer, expected: Expected) {
        self.commands += 1;
        let got = match answer.event.outcome() {
            Ok(()) => Expected::Done,
            Err(refusal) => {
                *self.refused.entry(refusal).or_default() += 1;
                Expected::Refused(refusal)
            }
        };
        if got == Expected::Done && is_movement(&answer.event) {
            self.done += 1;
        }
        if let Event::Transfer(t) = &answer.event
            && got == Expected::Done
            && t.transfer.flags == TransferFlags::default()
        {
            let is_salary = t.transfer.code == city::purpose::SALARY;
            if is_salary || !self.example_is_salary {
                (self.example, self.example_is_salary) = (Some(t.transfer.id), is_salary);
            }
        }
        if got != expected {
            self.unexpected += 1;
            if self.examples.len() < KEPT {
                self.examples.push(format!(
                    "record {}: {got:?}, and the town expected {expected:?}",
                    answer.record
                ));
            }
        }
    }
}

fn is_movement(event: &Event) -> bool {
    match event {
        Event::Transfer(_) => true,
        Event::Act(act) => matches!(act.command, Command::PostEntry(_)),
    }
}
