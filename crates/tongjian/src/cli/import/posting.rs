//! What imports of whole banks have in common: an institution with its chart, people sealed under keys of their
//! own, and commands that are posted unless they are there already.

use crate::answer::must;
use crate::bank::Bank;
use crate::cli::Context;
use crate::cli::screen::Watch;
use crate::fail::{Done, Failure};
use crate::progress;
use journal::vault::Fields;
use node::{Clock, SystemClock};
use terms::limits::BATCH_RECORDS_MAX;
use terms::{Command, Currency, Institution, Party, PartyId, PartyKind, Refusal};

/// Parties whose keys are made durable together.
const PARTIES_AT_ONCE: usize = 2_000;

/// How many of each were posted by this run, and how many were there before.
#[derive(Default)]
pub(super) struct Posted {
    pub(super) new: usize,
    pub(super) known: usize,
}

/// Where a bank is at home.
pub(super) struct Home {
    pub(super) name: &'static str,
    pub(super) currency: Currency,
    pub(super) utc_offset_min: i16,
}

/// Opens the institution and its chart, unless they are there.
pub(super) fn open_institution(
    bank: &mut Bank,
    home: &Home,
    mut chart: Vec<Command>,
    posted: &mut Posted,
) -> Done {
    if bank.node.engine().institution().is_none() {
        let institution = Institution {
            name: home.name.to_owned(),
            currency: home.currency,
            utc_offset_min: home.utc_offset_min,
            first_day: SystemClock.now().day_at(home.utc_offset_min),
        };
        must("opening the institution", &bank.ask(vec![Command::OpenInstitution(institution)])?)?;
    }
    let known: Vec<u16> = bank.node.engine().chart().map(|line| line.code).collect();
    chart.retain(
        |line| !matches!(line, Command::DefineChartLine(line) if known.contains(&line.code)),
    );
    posted.new += chart.len();
    if chart.is_empty() { Ok(()) } else { must("the chart of accounts", &bank.ask(chart)?) }
}

/// People who are not known yet, each sealed under a key of its own.
pub(super) fn register(
    context: &Context,
    bank: &mut Bank,
    what: &str,
    people: &[(PartyId, Vec<(&'static str, String)>)],
    posted: &mut Posted,
) -> Done {
    let is_new = |id: PartyId| bank.node.engine().party(id).is_none();
    let new: Vec<_> = people.iter().filter(|(id, _)| is_new(*id)).collect();
    posted.known += people.len() - new.len();
    let watch = if new.is_empty() { None } else { Watch::of(context, bank)? };
    let bar = progress::bar(&context.out, what, new.len() as u64);
    for some in new.chunks(PARTIES_AT_ONCE) {
        let ids: Vec<PartyId> = some.iter().map(|(id, _)| *id).collect();
        bank.ensure_keys(&ids)?;
        let mut request = Vec::with_capacity(some.len());
        for (id, fields) in some {
            let fields = fields.iter().map(|(name, text)| ((*name).to_owned(), text.clone()));
            let identity = bank.seal_fields(*id, &fields.collect())?;
            request.push(Command::RegisterParty(Party {
                id: *id,
                kind: PartyKind::Person,
                identity,
            }));
        }
        must(&format!("registering {what}"), &bank.ask(request)?)?;
        if let Some((watch, _)) = &watch {
            let fields = |fields: &[(&'static str, String)]| -> Fields {
                fields.iter().map(|(name, text)| ((*name).to_owned(), text.clone())).collect()
            };
            let people = some.iter().map(|(id, all)| (*id, PartyKind::Person, fields(all)));
            watch.look_up(bank, &people.collect::<Vec<_>>())?;
        }
        posted.new += some.len();
        bar.inc(some.len() as u64);
    }
    bar.finish_and_clear();
    Ok(())
}

/// Asks for whatever is not there already, in order.
pub(super) fn post(
    context: &Context,
    bank: &mut Bank,
    what: &str,
    commands: Vec<Command>,
    posted: &mut Posted,
) -> Done {
    let total = commands.len();
    let engine = bank.node.engine();
    let time = engine.next_time(bank.now());
    let new: Vec<Command> = commands
        .into_iter()
        .filter(|command| engine.decide(time, command).outcome() != Err(Refusal::Exists))
        .collect();
    posted.known += total - new.len();
    posted.new += new.len();
    let bar = progress::bar(&context.out, what, new.len() as u64);
    for request in new.chunks(BATCH_RECORDS_MAX) {
        let answers = bank.ask(request.to_vec())?;
        must(&format!("importing {what}"), &answers).map_err(|failure| Failure {
            next: "import into a folder of its own with --dir: what was imported must come before anything else".into(),
            ..failure
        })?;
        bar.inc(request.len() as u64);
    }
    bar.finish_and_clear();
    Ok(())
}
