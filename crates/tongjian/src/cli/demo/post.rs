//! Puts everything a town says to its bank, at the town's own time: what comes within a few minutes is one turn, and some
//! thousand commands share one sync. Where risk control warns, holds or refuses, the payer, the bank's analyst and the town
//! hear of it before anything else happens.

use super::risk::{Became, Risk};
use crate::bank::Bank;
use crate::cli::lists::digest;
use crate::cli::screen::{best_of, screening_of};
use crate::fail::Done;
use crate::out::Out;
use crate::progress;
use city::{City, Expected, Item, Step};
use journal::vault::Fields;
use node::{Decided, Request};
use pages::filling::Gauges;
use screening::{Births, Reason, Screen};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use terms::{
    Amount, Attachment, CaseAct, CaseMark, CaseStep, Command, Event, Party, PartyId, PartyKind,
    Refusal, Screening, ScreeningResult, TimeNs, Transfer, TransferEvent, TransferFlags,
    TransferId,
};

/// What comes within so long of the town's time is one turn; the town allows for up to ten minutes.
const TURN_NS: u64 = 5 * 60 * 1_000_000_000;
/// Commands of one turn.
const TURN_COMMANDS: usize = 4_096;
/// Commands that share a sync.
const SYNC_COMMANDS: usize = 8_000;
/// The part of the days in which rules only learn.
const LEARNING: u32 = 3;
/// Disagreements that are kept to be shown.
const KEPT: usize = 5;
/// In ids that the town does not know: a payment that its payer confirmed, and the second phase of one that was held.
const CONFIRMED_ID: u128 = 1 << 100;
const DECIDED_ID: u128 = 1 << 101;
/// Who decides on cases in the sample bank: four eyes look before money is let go.
const ANALYST: &str = "demo analyst";
const CHIEF: &str = "demo chief analyst";

/// What was posted.
#[derive(Debug, Default)]
pub struct Posted {
    /// Commands put to the bank.
    pub commands: u64,
    /// Transfers and entries that the town counts as done.
    pub done: u64,
    /// Refused, by reason; each as the town expected, or by risk control.
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
    /// What risk control did.
    pub risk: Risk,
}

/// The town at the bank's counter.
struct Counter<'a> {
    bank: &'a mut Bank,
    city: &'a mut City,
    posted: Posted,
    /// The turn that goes on, and when it began.
    turn: Option<(u64, Decided)>,
    waiting: Vec<Decided>,
    /// Who is listed, and who came just now.
    screen: Screen,
    lists: [u8; 32],
    newcomers: Vec<(PartyId, PartyKind, Fields)>,
    /// When the rules begin to judge, until they do: they must know who usually pays whom.
    adopts_at: Option<TimeNs>,
    /// Ids under which payments really happened, where these are not the town's.
    moved: BTreeMap<TransferId, TransferId>,
    /// What did not happen although the town had counted it.
    kept: BTreeSet<TransferId>,
}

/// Posts everything. `risk` knows the rule set that is adopted when a third of the days is over, if any.
///
/// # Errors
/// The bank's.
pub fn post(
    out: &Out,
    bank: &mut Bank,
    city: &mut City,
    risk: Risk,
    gauges: &Gauges,
) -> Done<Posted> {
    let start = Instant::now();
    let people: Vec<PartyId> = city.people().map(|(party, _, _)| party).collect();
    bank.ensure_keys(&people)?;
    let bar = progress::bar(out, "posting", city.plan().transfers);
    let posted = Posted { risk, ..Posted::default() };
    let (waiting, moved) = (Vec::new(), BTreeMap::new());
    let plan = city.plan();
    let adopts_at = Some(TimeNs::start_of(plan.first_day.plus((plan.days / LEARNING) as i32)));
    let list = super::list::read()?;
    let (screen, newcomers) = (Screen::new(&[&list]), Vec::new());
    let lists = digest(&[list]);
    let mut counter = Counter {
        bank,
        city,
        posted,
        turn: None,
        waiting,
        screen,
        lists,
        newcomers,
        adopts_at,
        moved,
        kept: BTreeSet::new(),
    };
    let (mut chain, mut expected) = (Request::new(), Vec::new());
    while let Some(step) = counter.city.next() {
        let (time, expect, linked) = (step.time, step.expect, step.is_linked());
        chain.push(counter.command_of(step)?);
        expected.push(expect);
        if !linked {
            counter.put(time, std::mem::take(&mut chain), &std::mem::take(&mut expected))?;
            bar.set_position(counter.city.movements());
            gauges.done.store(counter.posted.done, Ordering::Relaxed);
            gauges.refused.store(counter.posted.refused.values().sum(), Ordering::Relaxed);
            gauges.records.store(counter.bank.node.engine().records(), Ordering::Relaxed);
        }
    }
    assert!(chain.is_empty(), "the town ends a linked chain before it goes on");
    counter.end_turn()?;
    counter.commit()?;
    bar.finish_and_clear();
    let mut posted = counter.posted;
    posted.took = start.elapsed();
    Ok(posted)
}

impl Counter<'_> {
    /// The command of a step, sealed where it must be, about what really happened.
    fn command_of(&mut self, step: Step) -> Done<Command> {
        Ok(match step.item {
            Item::Ask(Command::Transfer(t)) => {
                let mut t = Transfer { pending_id: self.now_called(t.pending_id), ..t };
                // Asked a second time, a confirmed payment is asked for as it was confirmed.
                let confirmed = TransferId(t.id.0 | CONFIRMED_ID);
                if self.bank.node.engine().transfer(confirmed).is_some() {
                    (t.id, t.flags) = (confirmed, t.flags | TransferFlags::CONFIRMED);
                }
                Command::Transfer(t)
            }
            Item::Ask(Command::Reverse { id, of, value_date }) => {
                Command::Reverse { id, of: self.now_called(of), value_date }
            }
            Item::Ask(command) => command,
            Item::Register { party, kind, fields } => {
                let fields: Fields =
                    fields.into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
                let identity = self.bank.seal_fields(party, &fields)?;
                self.newcomers.push((party, kind, fields));
                Command::RegisterParty(Party { id: party, kind, identity })
            }
            Item::Note { subject, party, text } => {
                let (subject, text) = (self.now_called(subject), self.bank.seal_text(party, text)?);
                Command::Attach(Attachment { subject, party, text })
            }
        })
    }

    fn now_called(&self, id: TransferId) -> TransferId {
        self.moved.get(&id).copied().unwrap_or(id)
    }

    /// One request, and what follows from its answers before the town says anything else.
    fn put(&mut self, time: TimeNs, request: Request, expected: &[Expected]) -> Done {
        if self.turn.as_ref().is_some_and(|(began, turn)| {
            turn.len() >= TURN_COMMANDS || time.0 >= began.saturating_add(TURN_NS)
        }) {
            self.end_turn()?;
        }
        if self.adopts_at.is_some_and(|at| time >= at) {
            self.adopts_at = None;
            self.adopt(time);
        }
        let mut request = request;
        // Who was warned in the middle of a chain is asked once for each of its payments.
        for _ in 0..=request.len() {
            let events = self.decide(time, &request);
            let warned = events.iter().position(|event| {
                matches!(event, Event::Transfer(t) if t.outcome == Err(Refusal::PayerMustConfirm))
            });
            let Some(at) = warned.filter(|at| self.confirms(&request[*at], expected[*at])) else {
                self.heed(time, &request, &events, expected);
                self.look_up_newcomers(time);
                break;
            };
            for event in &events {
                self.posted.note(event);
            }
            if let Command::Transfer(t) = &mut request[at] {
                let new = TransferId(t.id.0 | CONFIRMED_ID);
                self.moved.insert(t.id, new);
                (t.id, t.flags) = (new, t.flags | TransferFlags::CONFIRMED);
            }
        }
        Ok(())
    }

    fn decide(&mut self, time: TimeNs, request: &[Command]) -> Vec<Event> {
        self.posted.commands += request.len() as u64;
        let node = &mut self.bank.node;
        let began = Instant::now();
        let (_, turn) = self.turn.get_or_insert_with(|| (time.0, node.decide(time, &[])));
        let events = node.decide_more(turn, &[request.to_vec()]).to_vec();
        self.posted.risk.spent += began.elapsed();
        // What the bank had to do by itself is no answer.
        let own = events.len() - request.len();
        if own == 0 { events } else { events.into_iter().filter(|event| !is_own(event)).collect() }
    }

    /// The payer reads the warning. What the payer believes to be refused anyway, because an earlier payment was not kept
    /// back in the payer's mind yet, nobody confirms.
    fn confirms(&self, command: &Command, expected: Expected) -> bool {
        let Command::Transfer(t) = command else { return false };
        expected == Expected::Done
            && !t.flags.has(TransferFlags::CONFIRMED)
            && self.city.confirms(t.id)
    }

    /// Counts the answers; the town hears of what it did not expect.
    fn heed(&mut self, time: TimeNs, request: &[Command], events: &[Event], expected: &[Expected]) {
        let stopped = events.iter().any(is_stopped);
        for ((command, event), expect) in request.iter().zip(events).zip(expected) {
            self.posted.note(event);
            let payment = match (command, event) {
                (Command::Transfer(asked), Event::Transfer(done)) => Some((asked, done)),
                _ => None,
            };
            match payment {
                Some((asked, done)) if done.verdict.is_some() => {
                    self.judged(time, asked, (done, *expect));
                }
                // It was linked to what was stopped.
                Some((asked, _)) if stopped => self.keep_back(&self.as_town_says(asked), *expect),
                _ if !self.is_about_kept(command) => self.posted.compare(event, *expect),
                _ => {}
            }
        }
    }

    /// A payment as the town knows it.
    fn as_town_says(&self, asked: &Transfer) -> Transfer {
        let id = TransferId(asked.id.0 & !CONFIRMED_ID);
        Transfer { id, flags: asked.flags.without(TransferFlags::CONFIRMED), ..*asked }
    }

    /// The town hears that what it counted as done did not happen.
    fn keep_back(&mut self, town: &Transfer, expected: Expected) {
        if expected == Expected::Done {
            // What would have moved as much as there was did not move as much as was asked for.
            let mut town = *town;
            if town.flags.has(TransferFlags::BALANCING_DEBIT)
                && let Some(payer) = self.bank.node.engine().account(town.debit_account)
            {
                town.amount = town.amount.min(payer.available);
            }
            self.city.kept_back(&town);
            self.kept.insert(town.id);
        }
    }

    /// The town does not know that an id was spent on what did not happen.
    fn is_about_kept(&self, command: &Command) -> bool {
        match command {
            Command::Transfer(t) => self.kept.contains(&t.id) || self.kept.contains(&t.pending_id),
            Command::Attach(attachment) => self.kept.contains(&attachment.subject),
            Command::Reverse { of, .. } => self.kept.contains(of),
            _ => false,
        }
    }

    /// What becomes of a payment that was judged.
    fn judged(
        &mut self,
        time: TimeNs,
        asked: &Transfer,
        (done, expected): (&TransferEvent, Expected),
    ) {
        let town = self.as_town_says(asked);
        let label = self.city.truth().label_of(town.id).copied();
        let held = done.outcome.is_ok() && done.transfer.flags.has(TransferFlags::HELD);
        let became = match done.outcome {
            Ok(()) if held && label.is_some() => Became::SentBack,
            Ok(()) if held => Became::Released,
            Ok(()) => Became::Done,
            Err(Refusal::PayerMustConfirm) => Became::NotConfirmed,
            Err(_) => Became::Refused,
        };
        self.posted.risk.judged(done, label, became);
        if became.moves() {
            self.posted.count_done(done);
        } else {
            self.keep_back(&town, expected);
        }
        if held {
            self.work_case(time, done, label.map(|label| label.pattern));
        }
    }

    /// The bank's analyst looks: in the sample bank with the truth at hand, and at once.
    fn work_case(&mut self, time: TimeNs, held: &TransferEvent, stolen: Option<city::Pattern>) {
        let case = held.transfer.id;
        let act = |by: &str, step, mark| {
            let (by, other) = (by.to_owned(), TransferId(0));
            Command::WorkCase(CaseAct { case, by, step, text: String::new(), other, mark })
        };
        let (step, mark, flags, amount) = match stolen {
            None => {
                let mark = CaseMark::Mistaken;
                (CaseStep::Release, mark, TransferFlags::POST_PENDING, Amount::MAX)
            }
            Some(pattern) => {
                let robbed = matches!(pattern, city::Pattern::Takeover | city::Pattern::Talked);
                let mark = if robbed { CaseMark::Fraud } else { CaseMark::Laundering };
                (CaseStep::Refuse, mark, TransferFlags::VOID_PENDING, Amount::ZERO)
            }
        };
        let mut request = vec![act(ANALYST, step, None), act(ANALYST, CaseStep::Mark, Some(mark))];
        if stolen.is_none() {
            request.push(act(CHIEF, step, None));
        }
        if held.transfer.flags.has(TransferFlags::PUT_OFF) || stolen.is_some() {
            let id = TransferId(case.0 | DECIDED_ID);
            request.push(Command::Transfer(Transfer {
                id,
                pending_id: case,
                flags,
                amount,
                ..Transfer::default()
            }));
            if stolen.is_none() {
                self.moved.insert(TransferId(case.0 & !CONFIRMED_ID), id);
            }
        }
        for event in self.decide(time, &request) {
            self.posted.note(&event);
            if let Err(refusal) = event.outcome() {
                self.posted.disagree(format!("case {case}: {refusal}"));
            }
        }
    }

    /// Everybody who comes is looked up on the town's list. The analyst compares birth dates.
    fn look_up_newcomers(&mut self, time: TimeNs) {
        for (party, kind, fields) in std::mem::take(&mut self.newcomers) {
            let Some(hit) = best_of(&[&self.screen], kind, &fields) else { continue };
            let first = screening_of(party, self.lists, Some(&hit));
            let same = hit.reasons.contains(&Reason::Born(Births::SameDay));
            let result = if same { ScreeningResult::Confirmed } else { ScreeningResult::Clear };
            let decided = Screening { result, by: ANALYST.to_owned(), ..first.clone() };
            let request = [first, decided].map(Command::RecordScreening);
            self.posted.risk.looked_up(same);
            for event in self.decide(time, &request) {
                if let Err(refusal) = event.outcome() {
                    self.posted.disagree(format!("looking up party {party}: {refusal}"));
                }
            }
        }
    }

    /// The rules begin to judge.
    fn adopt(&mut self, time: TimeNs) {
        let request = self.posted.risk.adoption();
        for event in self.decide(time, &request) {
            if let Err(refusal) = event.outcome() {
                self.posted.disagree(format!("adopting the rules: {refusal}"));
            }
        }
    }

    fn end_turn(&mut self) -> Done {
        self.waiting.extend(self.turn.take().map(|(_, turn)| turn));
        if self.waiting.iter().map(Decided::len).sum::<usize>() >= SYNC_COMMANDS {
            self.commit()?;
        }
        Ok(())
    }

    fn commit(&mut self) -> Done {
        let decided = std::mem::take(&mut self.waiting);
        if !decided.is_empty() {
            self.bank.node.commit(decided).map_err(|error| crate::bank::turn_failed(&error))?;
            self.posted.syncs += 1;
        }
        Ok(())
    }
}

/// Risk control kept it back.
fn is_stopped(event: &Event) -> bool {
    let Event::Transfer(t) = event else { return false };
    t.verdict.is_some() && t.outcome.is_err()
}

/// A rule set that broke its budget, ended by the bank itself.
fn is_own(event: &Event) -> bool {
    let Event::Act(act) = event else { return false };
    matches!(&act.command, Command::WithdrawRules(end) if end.by.is_empty())
}

impl Posted {
    /// Counts refusals.
    fn note(&mut self, event: &Event) {
        if let Err(refusal) = event.outcome() {
            *self.refused.entry(refusal).or_default() += 1;
        }
    }

    fn compare(&mut self, event: &Event, expected: Expected) {
        let got = event.outcome().map_or_else(Expected::Refused, |()| Expected::Done);
        if got == Expected::Done {
            match event {
                Event::Transfer(t) => self.count_done(t),
                Event::Act(act) => {
                    self.done += u64::from(matches!(act.command, Command::PostEntry(_)));
                }
            }
        }
        if got != expected {
            self.disagree(format!("{got:?}, and the town expected {expected:?}: {event:?}"));
        }
    }

    fn disagree(&mut self, how: String) {
        self.unexpected += 1;
        if self.examples.len() < KEPT {
            self.examples.push(how);
        }
    }

    fn count_done(&mut self, t: &TransferEvent) {
        self.done += 1;
        if t.transfer.flags == TransferFlags::default() {
            let is_salary = t.transfer.code == city::purpose::SALARY;
            if is_salary || !self.example_is_salary {
                (self.example, self.example_is_salary) = (Some(t.transfer.id), is_salary);
            }
        }
    }
}
