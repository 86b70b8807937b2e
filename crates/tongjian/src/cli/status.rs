//! `tj status`: what the bank has, and where its journal stands.

use super::Context;
use crate::fail::Done;
use crate::figures::grouped;
use crate::tell;
use node::SnapshotUse;
use serde_json::json;

/// What the bank has, and where its journal stands.
#[derive(Debug, clap::Args)]
pub struct Status {}

impl Status {
    /// Does it.
    ///
    /// # Errors
    /// The bank cannot be opened.
    pub fn run(self, context: &Context) -> Done {
        let bank = context.bank()?;
        let (engine, journal) = (bank.node.engine(), bank.node.journal());
        let published = journal.published().map(|(checkpoint, _)| checkpoint);
        let institution = engine.institution();
        let offset = institution.map_or(0, |i| i.utc_offset_min);
        let (parties, erased) = engine
            .parties()
            .fold((0u64, 0u64), |(all, gone), (_, erased)| (all + 1, gone + u64::from(erased)));
        let started = bank.started.as_ref();
        let cut = started.and_then(|s| s.recovered.cut.as_ref()).map(|torn| torn.bytes);
        let (snapshot, distrusted) = match started.map(|s| &s.snapshot) {
            Some(SnapshotUse::Restored(records)) => (Some(*records), None),
            Some(SnapshotUse::Distrusted(why)) => (None, Some(why.clone())),
            _ => (None, None),
        };
        let entries = engine.entries().count();
        context.out.json(&json!({
            "dir": context.dir, "name": institution.map(|i| i.name.clone()), "origin": journal.origin(),
            "currency": institution.map(|i| i.currency.to_string()),
            "business_day": engine.business_day().map(|day| day.to_string()),
            "accounts": engine.account_count(), "parties": parties, "erased_parties": erased,
            "transfers": engine.transfer_count(), "entries_of_legs": entries,
            "journal": { "entries": journal.entries(), "records": journal.records(),
                "root": tell::hash(&journal.root()), "last_time": journal.last_time().iso_at(offset) },
            "checkpoint": published.as_ref().map(|c| json!({ "size": c.size, "root": tell::hash(&c.root) })),
            "start": { "snapshot_records": snapshot, "snapshot_distrusted": distrusted,
                "replayed": started.map(|s| s.replayed), "cut_bytes": cut },
            "vault_trouble": bank.vault_trouble(),
        }));
        let out = &context.out;
        let name = institution.map_or("(no institution yet)", |i| i.name.as_str());
        let day = engine.business_day().map_or("none".to_owned(), |day| day.to_string());
        out.line(format_args!("{name} in {}", context.dir.display()));
        out.line(format_args!("    business day  {day}"));
        out.line(format_args!("    accounts      {}", grouped(engine.account_count().into())));
        out.line(format_args!("    parties       {} ({erased} erased)", grouped(parties.into())));
        let transfers = grouped(engine.transfer_count().into());
        out.line(format_args!(
            "    transfers     {transfers}, and {} entries of several legs",
            grouped(entries as u128)
        ));
        let (entries, records) =
            (grouped(journal.entries().into()), grouped(journal.records().into()));
        out.line(format_args!("    journal       {records} records in {entries} batches"));
        out.line(format_args!("    root          {}", tell::hash(&journal.root())));
        match published {
            Some(c) => out.line(format_args!(
                "    checkpoint    signed by {} over {} batches",
                c.origin,
                grouped(c.size.into())
            )),
            None => out.line("    checkpoint    none published yet"),
        }
        if let Some(bytes) = cut {
            out.line(format_args!(
                "    a torn tail of {bytes} bytes was cut; nobody was answered from it"
            ));
        }
        if let Some(why) = distrusted {
            out.line(format_args!(
                "    a snapshot was not trusted ({why}); everything was replayed"
            ));
        }
        if let Some(why) = bank.vault_trouble() {
            out.line(format_args!("    the vault: {why}; run `tj doctor`"));
        }
        Ok(())
    }
}
