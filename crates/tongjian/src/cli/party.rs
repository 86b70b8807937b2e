//! `tj party`: persons and organisations. What identifies them is sealed under a key of their own before
//! it comes near the journal; erasing somebody destroys that key.

use super::Context;
use super::screen::{Looked, Watch};
use crate::answer::{say, say_with};
use crate::bank::{Bank, Known};
use crate::fail::{Done, Exit, Failure};
use crate::figures::parse_party;
use crate::out::{Align, Table};
use crate::tell;
use clap::Subcommand;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use terms::{Command, PartyId, PartyKind, Refusal};

/// Persons and organisations.
#[derive(Debug, Subcommand)]
pub enum Party {
    /// Register somebody
    Add {
        /// The party's number.
        #[arg(value_parser = parse_party)]
        party: PartyId,
        /// The name.
        #[arg(long)]
        name: Option<String>,
        /// Whatever else identifies the party, as NAME=TEXT; may be repeated.
        #[arg(long = "field", value_name = "NAME=TEXT", value_parser = parse_field)]
        fields: Vec<(String, String)>,
        /// An organisation; otherwise a person.
        #[arg(long)]
        organisation: bool,
    },
    /// Who somebody is and what they have
    Show {
        /// The party's number.
        #[arg(value_parser = parse_party)]
        party: PartyId,
    },
    /// List parties
    List {
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: usize,
        /// Begin behind this party.
        #[arg(long, value_parser = parse_party)]
        after: Option<PartyId>,
    },
    /// Forget somebody for good: destroys the party's key
    Erase {
        /// The party's number.
        #[arg(value_parser = parse_party)]
        party: PartyId,
        /// On what ground; stands in the journal, so no personal data.
        #[arg(long, default_value = "at the party's request")]
        reason: String,
        /// There is no way back; without this nothing is done.
        #[arg(long)]
        yes: bool,
    },
}

fn parse_field(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("not of the form NAME=TEXT")?;
    if name.is_empty() { Err("the name is empty".into()) } else { Ok((name.into(), value.into())) }
}

impl Party {
    /// Does it.
    ///
    /// # Errors
    /// Refused, or bank or vault cannot be used.
    pub fn run(self, context: &Context) -> Done {
        match self {
            Party::Add { party, name, fields, organisation } => {
                let kind = if organisation { PartyKind::Organisation } else { PartyKind::Person };
                add(
                    context,
                    party,
                    kind,
                    name.map(|name| ("name".to_owned(), name)).into_iter().chain(fields),
                )
            }
            Party::Show { party } => show(context, party),
            Party::List { limit, after } => list(context, limit, after),
            Party::Erase { party, reason, yes } => erase(context, party, reason, yes),
        }
    }
}

fn add(
    context: &Context,
    party: PartyId,
    kind: PartyKind,
    fields: impl Iterator<Item = (String, String)>,
) -> Done {
    let fields: BTreeMap<String, String> = fields.collect();
    if fields.is_empty() {
        return Err(Failure::usage(
            "nothing identifies the party",
            "give --name, or --field NAME=TEXT",
        ));
    }
    let mut bank = context.bank()?;
    if let Some(refusal) = taken(&bank, party) {
        let what = format!("party {party} is not registered: {}", refusal.sentence());
        return Err(Failure::new(
            Exit::Refused,
            what,
            "choose another number; `tj party list` shows those that are taken",
        ));
    }
    // Whoever cannot be looked up is not registered.
    let watch = Watch::of(context, &mut bank)?;
    bank.ensure_keys(&[party])?;
    let identity = bank.seal_fields(party, &fields)?;
    let answers =
        bank.ask(vec![Command::RegisterParty(terms::Party { id: party, kind, identity })])?;
    let done = answers.iter().all(|answer| answer.event.outcome().is_ok());
    let looked = match &watch {
        Some((watch, _)) if done => watch.look_up(&mut bank, &[(party, kind, fields)])?,
        _ => Looked::default(),
    };
    let more = json!({ "looked_up": looked.parties, "hits": looked.hits });
    let said = say_with(&context.out, &bank, &answers, more);
    looked.tell(context);
    bank.close()?;
    said
}

/// Sealing the same fields twice gives other bytes, so a number that is taken is told before.
fn taken(bank: &Bank, party: PartyId) -> Option<Refusal> {
    bank.node.engine().party(party).map(|(_, erased)| {
        if erased { Refusal::PartyErased } else { Refusal::ExistsWithDifferentContent }
    })
}

fn unknown(party: PartyId) -> Failure {
    Failure::new(
        Exit::Failed,
        format!("there is no party {party}"),
        "see who is known with `tj party list`",
    )
}

fn show(context: &Context, id: PartyId) -> Done {
    let bank = context.bank()?;
    let engine = bank.node.engine();
    let (party, erased) = engine.party(id).ok_or_else(|| unknown(id))?;
    let known = bank.known(party, erased);
    let roles: Vec<_> = engine.roles_of(id).copied().collect();
    let fields = match &known {
        Known::Fields(fields) => json!(fields),
        Known::Erased | Known::Unreadable(_) => Value::Null,
    };
    let unreadable = match &known {
        Known::Unreadable(why) => json!(why),
        Known::Erased | Known::Fields(_) => Value::Null,
    };
    context.out.json(&json!({
        "party": id.to_string(), "kind": party.kind.word(), "erased": erased,
        "fields": fields, "unreadable": unreadable, "roles": roles.iter().map(tell::role).collect::<Vec<_>>(),
        "commitment": tell::hex(&party.identity.commitment),
    }));
    let out = &context.out;
    out.line(format_args!("{} {id}: {}", party.kind.word(), known.name()));
    match &known {
        Known::Fields(fields) => {
            fields.iter().for_each(|(name, text)| out.line(format_args!("    {name}: {text}")));
        }
        Known::Erased => {
            out.line(
                "    who this was can no longer be read; accounts, entries and receipts stand",
            );
        }
        Known::Unreadable(why) => out.line(format_args!("    cannot be read: {why}")),
    }
    for role in roles {
        out.line(format_args!("    {} of account {}", role.kind.word(), role.account));
    }
    Ok(())
}

fn list(context: &Context, limit: usize, after: Option<PartyId>) -> Done {
    let bank = context.bank()?;
    let mut table =
        Table::new(&[("party", Align::Right), ("kind", Align::Left), ("name", Align::Left)]);
    let mut told = Vec::new();
    let parties = bank.node.engine().parties();
    let mut wanted = parties.filter(|(party, _)| after.is_none_or(|after| party.id > after));
    for (party, erased) in wanted.by_ref().take(limit) {
        let (kind, name) = (party.kind.word(), bank.known(party, erased).name());
        told.push(
            json!({ "party": party.id.to_string(), "kind": kind, "name": name, "erased": erased }),
        );
        table.row([party.id.to_string(), kind.to_owned(), name]);
    }
    let more = wanted.count();
    context.out.json(&json!({ "parties": told, "more": more }));
    context.out.table(&table);
    if more > 0 {
        context.out.line(format_args!("and {more} more: use --after and --limit"));
    }
    Ok(())
}

fn erase(context: &Context, party: PartyId, reason: String, yes: bool) -> Done {
    if !yes {
        let what = format!("erasing party {party} cannot be undone");
        return Err(Failure::usage(what, "say the same with --yes if it is meant"));
    }
    let mut bank = context.bank()?;
    let answers = bank.ask(vec![Command::EraseParty { party, reason }])?;
    // The act is durable first; a crash before the key is gone is made good by the next start.
    let done = answers.iter().all(|answer| answer.event.outcome().is_ok());
    if done {
        bank.destroy_key(party)?;
    }
    let said = say(&context.out, &bank, &answers);
    if done {
        context
            .out
            .line("    the key is destroyed; accounts, entries and receipts stand and verify");
    }
    bank.close()?;
    said
}
