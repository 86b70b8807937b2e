//! `tj screen`: is somebody on a sanctions list? One name, or everybody the bank knows; what comes of it is noted in the
//! journal, and what is noted decides on payments.

mod watch;

use super::Context;
use super::lists::{Lists, digest};
use crate::answer::{must, say};
use crate::bank::Known;
use crate::fail::{Done, Failure};
use crate::figures::{grouped, parse_party};
use crate::out::{Align, Table};
use journal::vault::Fields;
use screening::list::{List, difference};
use screening::{Born, Country, Facts, Hit, Kind, Query, Screen};
use serde_json::{Value, json};
use terms::{Command, Party, PartyId, PartyKind, Screening, ScreeningResult};

pub use watch::{Looked, Watch};

/// Screenings that are noted in one request.
const TOGETHER: usize = 500;
/// Hits that are shown of one name.
const SHOWN: usize = 10;
/// What of a party is a name of it.
const NAMES: [&str; 4] = ["name", "name_en", "name_pinyin", "name_latin"];

/// Look names up on sanctions lists.
#[derive(Debug, clap::Args)]
pub struct ScreenCommand {
    /// A name in any script.
    #[arg(required_unless_present_any = ["parties", "decide", "changed"])]
    name: Option<String>,
    #[command(flatten)]
    lists: Lists,
    /// With a name: when born, such as 1971-11-03 or 1971.
    #[arg(long, requires = "name")]
    born: Option<String>,
    /// With a name: of which country, by its code or name.
    #[arg(long, requires = "name")]
    country: Option<String>,
    /// Instead of a name: everybody the bank knows.
    #[arg(long, conflicts_with = "name")]
    parties: bool,
    /// With --parties: note the results in the journal, where rules on payments look at them.
    #[arg(long, requires = "parties")]
    record: bool,
    /// With --parties: an older copy of the same lists, as `ofac=DIR`, `un=FILE` or `house=FILE`; only what changed since is
    /// looked for.
    #[arg(long, requires = "parties", value_name = "KIND=PATH")]
    since: Vec<String>,
    /// Instead of a name: look everybody up in what has changed in the bank's own lists, note it and open cases.
    #[arg(long, conflicts_with_all = ["name", "parties", "decide"])]
    changed: bool,
    /// Instead of a name: decide whether a party is the listed one.
    #[arg(long, value_parser = parse_party, value_name = "PARTY", requires_all = ["as", "by"], conflicts_with_all = ["name", "parties"])]
    decide: Option<PartyId>,
    /// With --decide: confirmed or clear.
    #[arg(long = "as", id = "as", value_parser = parse_result, value_name = "RESULT")]
    result: Option<ScreeningResult>,
    /// With --decide: who decides.
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

fn parse_result(text: &str) -> Result<ScreeningResult, String> {
    let known = ScreeningResult::ALL.into_iter().find(|result| result.word() == text);
    known.ok_or_else(|| format!("{text} is none of clear, possible and confirmed"))
}

impl ScreenCommand {
    /// Does it.
    ///
    /// # Errors
    /// No list; a list or fact that cannot be read; the bank cannot be opened; refused.
    pub fn run(self, context: &Context) -> Done {
        if let (Some(party), Some(result)) = (self.decide, self.result) {
            return self.decided(context, party, result);
        }
        if self.changed {
            return changed(context);
        }
        if self.lists.is_empty() {
            return Err(Failure::usage(
                "no list to look names up on",
                "name lists with --ofac, --un or --house",
            ));
        }
        let lists = self.lists.load()?;
        let screen = Screen::new(&lists.iter().collect::<Vec<_>>());
        match &self.name {
            Some(name) => self.look(context, &screen, name),
            None => self.everybody(context, &screen, &lists),
        }
    }

    fn look(&self, context: &Context, screen: &Screen, name: &str) -> Done {
        let wrong = |what: &str, text: &str| {
            Failure::usage(format!("{text} is no {what}"), "see `tj screen --help`")
        };
        let born = match &self.born {
            Some(text) => Some(Born::read(text).ok_or_else(|| wrong("birth date", text))?),
            None => None,
        };
        let country = match &self.country {
            Some(text) => Some(Country::named(text).ok_or_else(|| wrong("country", text))?),
            None => None,
        };
        let query = Query { name: name.to_owned(), facts: Facts { kind: None, born, country } };
        let hits = screen.look(&query);
        context.out.json(&json!({
            "name": name, "names_on_the_lists": screen.names(), "threshold": screen.threshold,
            "hits": hits.iter().map(hit_json).collect::<Vec<_>>(),
        }));
        for hit in hits.iter().take(SHOWN) {
            context.out.line(format_args!(
                "{:>4}  {} ({} {})",
                hit.score, hit.name.text, hit.source, hit.entry.id
            ));
            for reason in &hit.reasons {
                context.out.line(format_args!("      {}  {}", reason.english(), reason.chinese()));
            }
        }
        let names = grouped(screen.names() as u128);
        let all = hits.len();
        context.out.line(format_args!(
            "{all} of {names} names are at least {} of 1000 alike",
            screen.threshold
        ));
        Ok(())
    }

    /// Only what changed, if an older copy is given.
    fn narrowed(&self, screen: &Screen, lists: &[List]) -> Done<Option<Vec<Screen>>> {
        if self.since.is_empty() {
            return Ok(None);
        }
        let mut older = Lists::default();
        for since in &self.since {
            let wrong = || {
                let what = format!("--since {since} is none of ofac=DIR, un=FILE and house=FILE");
                Failure::usage(what, "name the older copy of a list that is also given")
            };
            let (kind, path) = since.split_once('=').ok_or_else(wrong)?;
            let place = match kind {
                "ofac" => &mut older.ofac,
                "un" => &mut older.un,
                "house" => &mut older.house,
                _ => return Err(wrong()),
            };
            *place = Some(path.into());
        }
        let older = older.load()?;
        let changed = lists.iter().map(|new| match older.iter().find(|old| same(old, new)) {
            Some(old) => screen.changed(&new.source, &difference(old, new)),
            None => Screen::new(&[new]),
        });
        Ok(Some(changed.collect()))
    }

    fn everybody(&self, context: &Context, screen: &Screen, lists: &[List]) -> Done {
        let mut bank = context.bank()?;
        let narrowed = self.narrowed(screen, lists)?;
        let screens: Vec<&Screen> =
            narrowed.as_ref().map_or_else(|| vec![screen], |some| some.iter().collect());
        let parties: Vec<Party> = bank
            .node
            .engine()
            .parties()
            .filter(|(_, erased)| !erased)
            .map(|(party, _)| party.clone())
            .collect();
        let lists_hash = digest(lists);
        let columns = [
            ("party", Align::Right),
            ("score", Align::Right),
            ("listed", Align::Left),
            ("entry", Align::Left),
        ];
        let (mut table, mut told, mut found) = (Table::new(&columns), Vec::new(), Vec::new());
        for party in &parties {
            let Known::Fields(fields) = bank.known(party, false) else { continue };
            let best = best_of(&screens, party.kind, &fields);
            if let Some(hit) = &best {
                told.push(json!({ "party": party.id.to_string(), "hit": hit_json(hit) }));
                table.row([
                    party.id.to_string(),
                    hit.score.to_string(),
                    hit.name.text.clone(),
                    entry_of(hit),
                ]);
            }
            // Where only what changed is looked for, nobody is cleared of what did not change.
            if best.is_some() || narrowed.is_none() {
                found.push(screening_of(party.id, lists_hash, best.as_ref()));
            }
        }
        let hits = told.len();
        if self.record {
            for some in found.chunks(TOGETHER) {
                let request = some.iter().cloned().map(Command::RecordScreening).collect();
                must("noting what was found", &bank.ask(request)?)?;
            }
        }
        context.out.json(&json!({
            "parties": parties.len(), "hits": told, "recorded": if self.record { found.len() } else { 0 },
        }));
        context.out.table(&table);
        let noted = if self.record { ", noted in the journal" } else { "" };
        context.out.line(format_args!(
            "{hits} of {} parties resemble somebody listed{noted}",
            grouped(parties.len() as u128)
        ));
        bank.close()
    }

    fn decided(self, context: &Context, party: PartyId, result: ScreeningResult) -> Done {
        let mut bank = context.bank()?;
        let (by, entry) = (self.by.unwrap_or_default(), String::new());
        let lists = digest(&self.lists.load()?);
        let screening = Screening { party, lists, result, entry, score: 0, by };
        let answers = bank.ask(vec![Command::RecordScreening(screening)])?;
        let said = say(&context.out, &bank, &answers);
        bank.close()?;
        said
    }
}

/// Looks everybody up in what has changed in the bank's own lists.
fn changed(context: &Context) -> Done {
    let mut bank = context.bank()?;
    let Some((_, looked)) = Watch::of(context, &mut bank)? else {
        let what = "the bank's settings name no list";
        return Err(Failure::usage(what, "name lists under [lists] in bank.toml"));
    };
    context.out.json(&json!({ "parties": looked.parties, "hits": looked.hits }));
    if looked.parties == 0 {
        context.out.line("the lists are those that everybody was looked up on last");
    }
    looked.tell(context);
    bank.close()
}

/// Both are copies of one list, whatever its file is called.
fn same(old: &List, new: &List) -> bool {
    std::mem::discriminant(&old.source) == std::mem::discriminant(&new.source)
}

/// The hit that fits best, by the party's names.
pub fn best_of<'a>(screens: &[&'a Screen], kind: PartyKind, fields: &Fields) -> Option<Hit<'a>> {
    hits_of(screens, kind, fields).max_by_key(|hit| hit.score)
}

/// All hits, by each of the party's names.
fn hits_of<'a>(
    screens: &[&'a Screen],
    kind: PartyKind,
    fields: &Fields,
) -> impl Iterator<Item = Hit<'a>> {
    let kind = Some(if kind == PartyKind::Person { Kind::Person } else { Kind::Entity });
    let born = fields.get("birth_date").and_then(|text| Born::read(text));
    let country = ["nationality", "country"].into_iter().find_map(|key| fields.get(key));
    let country = country.and_then(|text| Country::named(text));
    let facts = Facts { kind, born, country };
    let names = NAMES.into_iter().filter_map(|key| fields.get(key));
    names.flat_map(move |name| {
        let query = Query { name: name.clone(), facts };
        screens.iter().flat_map(|screen| screen.look(&query)).collect::<Vec<_>>()
    })
}

fn entry_of(hit: &Hit<'_>) -> String {
    format!("{} {}", hit.source, hit.entry.id)
}

/// What is noted of a party: that somebody like that is listed, for a person to decide, or nobody.
pub fn screening_of(party: PartyId, lists: [u8; 32], hit: Option<&Hit<'_>>) -> Screening {
    let result = if hit.is_some() { ScreeningResult::Possible } else { ScreeningResult::Clear };
    let entry = hit.map(entry_of).unwrap_or_default();
    let score = hit.map_or(0, |hit| hit.score);
    Screening { party, lists, result, entry, score, by: String::new() }
}

fn hit_json(hit: &Hit<'_>) -> Value {
    json!({
        "list": hit.source.to_string(), "entry": hit.entry.id, "name": hit.name.text, "score": hit.score,
        "programs": hit.entry.programs,
        "reasons": hit.reasons.iter().map(|reason| {
            json!({ "en": reason.english(), "zh": reason.chinese() })
        }).collect::<Vec<_>>(),
    })
}
