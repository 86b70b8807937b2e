//! `tj case`: payments that somebody must look at. Each step is an entry of the journal; releasing a held payment posts it
//! and refusing it gives the money back, in the same request.

use super::{Context, new_id};
use crate::answer::{advice, say, with_around};
use crate::bank::Bank;
use crate::fail::{Done, Exit, Failure};
use crate::figures::{self, parse_transfer};
use crate::out::{Align, Table};
use crate::reasons::reasons;
use crate::tell::{json_of, line_of, verdict};
use engine::{CaseView, TransferPhase};
use serde_json::{Value, json};
use terms::{
    Amount, CaseAct, CaseMark, CaseStep, Command, Event, Refusal, Transfer, TransferFlags,
    TransferId,
};

/// Payments that somebody must look at.
#[derive(Debug, clap::Subcommand)]
pub enum CaseCommand {
    /// The inbox: who works on what, and until when
    List {
        /// Decided ones too.
        #[arg(long)]
        all: bool,
        /// Only what this person claimed.
        #[arg(long, value_name = "NAME")]
        of: Option<String>,
        /// Only what nobody claimed.
        #[arg(long)]
        unclaimed: bool,
    },
    /// One case: the payment, the reasons, every step
    Show {
        /// The payment's number.
        #[arg(value_parser = parse_transfer)]
        case: TransferId,
    },
    /// Open a case on a payment that was not held
    Open(Step),
    /// Take a case
    Claim(Step),
    /// Give it to somebody
    Assign(Spoken),
    /// Note something; nothing about a customer that does not belong in clear
    Note(Spoken),
    /// Keep evidence: what it is and how to find it again
    Evidence(Spoken),
    /// Say that another payment belongs to the same story
    Link {
        #[command(flatten)]
        step: Step,
        /// The other payment's number.
        #[arg(value_parser = parse_transfer)]
        other: TransferId,
    },
    /// Let a held payment go; where four eyes are asked for, the second person's word counts
    Release(Step),
    /// Send a held payment back
    Refuse(Step),
    /// Say what the payment turned out to be
    Mark {
        #[command(flatten)]
        step: Step,
        /// fraud, laundering or mistaken.
        #[arg(value_parser = parse_mark)]
        mark: CaseMark,
    },
    /// Note that it was reported to an authority
    Report(Spoken),
    /// The customer objects
    Appeal(Spoken),
}

/// Who does something about which case.
#[derive(Debug, clap::Args)]
pub struct Step {
    /// The payment's number.
    #[arg(value_parser = parse_transfer)]
    case: TransferId,
    /// Who.
    #[arg(long, env = "USER", value_name = "NAME")]
    by: String,
}

/// A step that says something.
#[derive(Debug, clap::Args)]
pub struct Spoken {
    #[command(flatten)]
    step: Step,
    /// What is said: a name, a note, a number.
    text: String,
}

fn parse_mark(text: &str) -> Result<CaseMark, String> {
    let known = CaseMark::ALL.into_iter().find(|mark| mark.word() == text);
    known.ok_or_else(|| format!("{text} is none of fraud, laundering and mistaken"))
}

impl CaseCommand {
    /// Does it.
    ///
    /// # Errors
    /// Refused, unknown, or the bank cannot be opened.
    pub fn run(self, context: &Context) -> Done {
        let mut bank = context.bank()?;
        let act = match self {
            CaseCommand::List { all, of, unclaimed } => {
                let wanted = |case: &CaseView<'_>| {
                    (all || case.status.is_open())
                        && of.as_ref().is_none_or(|name| case.claimed_by == name)
                        && (!unclaimed || case.claimed_by.is_empty())
                };
                list(context, &bank, wanted);
                return Ok(());
            }
            CaseCommand::Show { case } => return show(context, &bank, case),
            CaseCommand::Open(step) => step.act(CaseStep::Open),
            CaseCommand::Claim(step) => step.act(CaseStep::Claim),
            CaseCommand::Assign(said) => said.act(CaseStep::Assign),
            CaseCommand::Note(said) => said.act(CaseStep::Note),
            CaseCommand::Evidence(said) => said.act(CaseStep::Evidence),
            CaseCommand::Link { step, other } => CaseAct { other, ..step.act(CaseStep::Link) },
            CaseCommand::Release(step) => step.act(CaseStep::Release),
            CaseCommand::Refuse(step) => step.act(CaseStep::Refuse),
            CaseCommand::Mark { step, mark } => {
                CaseAct { mark: Some(mark), ..step.act(CaseStep::Mark) }
            }
            CaseCommand::Report(said) => said.act(CaseStep::Report),
            CaseCommand::Appeal(said) => said.act(CaseStep::Appeal),
        };
        let said = work(context, &mut bank, act);
        bank.close()?;
        said
    }
}

impl Step {
    fn act(self, step: CaseStep) -> CaseAct {
        let Step { case, by } = self;
        CaseAct { case, by, step, text: String::new(), other: TransferId(0), mark: None }
    }
}

impl Spoken {
    fn act(self, step: CaseStep) -> CaseAct {
        CaseAct { text: self.text, ..self.step.act(step) }
    }
}

/// Does the step; once a decision stands, carries it out. A payment that was asked for in two phases waits for its own
/// second one.
fn work(context: &Context, bank: &mut Bank, act: CaseAct) -> Done {
    let (case, step) = (act.case, act.step);
    let mut answers = bank.ask(vec![Command::WorkCase(act)])?;
    let decided = matches!(step, CaseStep::Release | CaseStep::Refuse)
        && answers.iter().all(|answer| answer.event.outcome().is_ok());
    let engine = bank.node.engine();
    let open = engine.cases().find(|view| view.transfer == case);
    let proposed = open.is_some_and(|view| view.status.is_open());
    let held = engine.transfer(case).filter(|view| view.phase == TransferPhase::Pending);
    if decided
        && !proposed
        && let Some(held) = held
        && (held.transfer.flags.has(TransferFlags::PUT_OFF) || step == CaseStep::Refuse)
    {
        let (flags, amount) = match step {
            CaseStep::Release => (TransferFlags::POST_PENDING, Amount::MAX),
            _ => (TransferFlags::VOID_PENDING, Amount::ZERO),
        };
        let id = new_id::or_new(None)?;
        let second = Transfer { id, pending_id: case, flags, amount, ..Transfer::default() };
        answers.extend(bank.ask(vec![Command::Transfer(second)])?);
    }
    let said = say(&context.out, bank, &answers);
    if proposed && decided {
        context.out.line("    one of two: another person must release it as well");
    }
    said
}

fn list(context: &Context, bank: &Bank, wanted: impl Fn(&CaseView<'_>) -> bool) {
    let engine = bank.node.engine();
    let offset = engine.institution().map_or(0, |i| i.utc_offset_min);
    let columns = [
        ("payment", Align::Right),
        ("status", Align::Left),
        ("amount", Align::Right),
        ("currency", Align::Left),
        ("from", Align::Right),
        ("to", Align::Right),
        ("with", Align::Left),
        ("until", Align::Left),
    ];
    let (mut table, mut told) = (Table::new(&columns), Vec::new());
    for case in engine.cases().filter(|case| wanted(case)) {
        let view = engine.transfer(case.transfer);
        let until = view.and_then(|view| {
            let t = view.transfer;
            let waits = t.timeout_s > 0 && case.status.is_open();
            t.timestamp.plus_s(t.timeout_s).filter(|_| waits)
        });
        let until = until.map(|end| end.iso_at(offset));
        told.push(case_json(&case, until.as_deref()));
        let cells = view.map(|view| {
            let t = view.transfer;
            let amount = figures::amount(t.ledger, t.amount);
            [
                amount,
                t.ledger.to_string(),
                t.debit_account.to_string(),
                t.credit_account.to_string(),
            ]
        });
        let whose = case
            .party
            .map(|party| [String::new(), String::new(), format!("party {party}"), String::new()]);
        let [amount, currency, from, to] = cells.or(whose).unwrap_or_default();
        table.row([
            case.transfer.to_string(),
            case.status.word().to_owned(),
            amount,
            currency,
            from,
            to,
            case.claimed_by.to_owned(),
            until.unwrap_or_default(),
        ]);
    }
    let count = told.len();
    context.out.json(&json!({ "cases": told }));
    context.out.table(&table);
    context.out.line(format_args!("{count} cases"));
}

fn case_json(case: &CaseView<'_>, until: Option<&str>) -> Value {
    json!({
        "case": case.transfer.to_string(), "party": case.party.map(|party| party.to_string()), "status": case.status.word(), "rule_set": case.set,
        "claimed_by": case.claimed_by, "mark": case.mark.map(CaseMark::word),
        "reported": case.reported, "until": until,
    })
}

/// The payment as it was judged, its reasons and every step, from the journal.
fn show(context: &Context, bank: &Bank, id: TransferId) -> Done {
    let engine = bank.node.engine();
    let Some(case) = engine.cases().find(|case| case.transfer == id) else {
        let what = format!("there is no case {id}");
        return Err(Failure::new(Exit::Refused, what, advice(Refusal::CaseNotFound)));
    };
    let mut events: Vec<Event> = Vec::new();
    super::risk::every_event(context, bank, |event| {
        let ours = match event {
            Event::Transfer(t) => t.transfer.id == id || t.transfer.pending_id == id,
            Event::Act(act) => match &act.command {
                Command::WorkCase(work) => work.case == id || work.other == id,
                Command::Expire { pending } => *pending == id,
                Command::RecordScreening(screening) => case.party == Some(screening.party),
                _ => false,
            },
        };
        if ours {
            events.push(event.clone());
        }
    })?;
    let judged = events.iter().find_map(|event| match event {
        Event::Transfer(t) if t.transfer.id == id => t.verdict,
        _ => None,
    });
    let why = judged.as_ref().map(|said| reasons(engine, said)).unwrap_or_default();
    with_around(bank, |around| {
        context.out.json(&json!({
            "case": case_json(&case, None), "verdict": judged.as_ref().map(verdict), "reasons": why,
            "steps": events.iter().map(|event| json_of(event, None, around)).collect::<Vec<_>>(),
        }));
        context.out.line(format_args!("case {id}: {}", case.status.word()));
        if let Some(said) = &judged {
            context.out.line(format_args!(
                "    {} by rule set {}, score {}, {} conditions true",
                said.ruling.word(),
                said.set,
                said.score,
                said.hits
            ));
        }
        for reason in &why {
            context.out.line(format_args!("    {}: {}", reason.rule, reason.says));
        }
        for event in &events {
            let time = event.time().iso_at(around.utc_offset_min);
            context.out.line(format_args!("{time}  {}", line_of(event, around)));
        }
    });
    Ok(())
}
