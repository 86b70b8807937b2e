//! `tj demo`: a sample bank with a made-up town as its customers. Everything goes through the real
//! journal, is compared with what the town itself believes, and is verified from the first entry.

mod post;
mod risk;
mod story;
mod visitors;
mod filling;
mod lately;
mod list;

use super::Context;
use super::serve::{Serve, Visitor, write_visitors};
use super::verify::verify_folder;
use crate::bank::{self, Bank};
use crate::fail::{Done, Exit, Failure};
use crate::settings::Settings;
use city::{City, Plan, Thieves, listed_csv, write_labels};
use clap::Parser;
use filling::Filling;
use journal::Files;
use post::post;
use risk::Risk;

pub use risk::MODEL;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Instant;
use story::Story;
use terms::PartyId;

/// Where the sample bank lies unless said otherwise.
const FOLDER: &str = "demo.tj";
/// In a folder that the demo made, and may replace.
const MARKER: &str = "made-by-tj-demo";
/// The truth about the town's thieves, which no journal knows.
const LABELS: &str = "thieves.csv";
const LISTED: &str = "listed.csv";
/// The sample bank's log.
const ORIGIN: &str = "mingjing.example/journal";

/// Make a sample bank, post its transfers, verify everything, and say what to try next.
#[derive(Debug, clap::Args)]
pub struct Demo {
    /// Everything follows from it.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Persons and organisations together.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(100..=2_000_000))]
    customers: u32,
    /// Calendar days.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3_650))]
    days: u32,
    /// How many movements of money to aim at; 25 a customer for 30 days unless given.
    #[arg(long)]
    transfers: Option<u64>,
    /// A town without thieves.
    #[arg(long)]
    honest: bool,
    /// No rules judge payments.
    #[arg(long)]
    unguarded: bool,
    /// End when everything is said, and serve nothing.
    #[arg(long)]
    no_serve: bool,
}

/// `tj serve` as it is without any flag.
#[derive(Debug, clap::Parser)]
struct Usual {
    #[command(flatten)]
    serve: Serve,
}

impl Demo {
    /// Does it.
    ///
    /// # Errors
    /// The folder, the disk; or the bank and the town disagree, which would be our fault.
    pub fn run(self, context: &Context) -> Done {
        let start = Instant::now();
        let folder = if context.dir_named { context.dir.clone() } else { PathBuf::from(FOLDER) };
        let context = Context { dir: folder.clone(), ..*context };
        let replaced = make_room(&folder)?;
        let out = &context.out;
        let about =
            self.transfers.unwrap_or(u64::from(self.customers) * u64::from(self.days) * 25 / 30);
        if replaced {
            out.line(format_args!("the sample bank that was in {} is replaced", folder.display()));
        }
        let (customers, days) = (self.customers, self.days);
        let mut city = City::new(Plan {
            seed: self.seed,
            customers,
            days,
            transfers: about,
            thieves: if self.honest { Thieves::none() } else { Thieves::usual() },
            ..Plan::default()
        });
        let book = rulebook::shipped();
        let set = super::risk::compiled(&book)?;
        let risk = if self.unguarded { Risk::none() } else { Risk::of(&set) };
        let watched = if self.no_serve { None } else { Filling::open(about) };
        let settings = Settings { lists: list::settings(), ..Settings::default() };
        let mut bank = Bank::create(&folder, ORIGIN, settings)?;
        mark(&folder)?;
        list::write(&folder)?;
        let gauges = watched.as_ref().map(Filling::gauges).unwrap_or_default();
        let posted = post(out, &mut bank, &mut city, risk, &gauges)?;
        gauges.verifying.store(1, Ordering::Relaxed);
        keep_truth(&folder, &city)?;
        let visitors = visitors::choose(&bank, &city);
        visitors::let_help(&mut bank, &visitors)?;
        write_visitors(&folder, &visitors)?;
        bank.publish()?;
        let mut story = Story::of(&context, &bank, &city, posted)?;
        // After the town's books were compared: it knows nothing of these hours.
        if !self.unguarded && !self.honest {
            let party = |visitor: &Visitor| Some(PartyId(visitor.party.as_deref()?.parse().ok()?));
            let visitors: Vec<PartyId> = visitors.iter().filter_map(party).collect();
            story.held_lately = lately::happen(&mut bank, &city, &visitors)?;
        }
        bank.publish()?;
        bank.snapshot()?;
        bank.publish()?;
        drop(bank);
        let verified = verify_folder(out, &folder, None)?;
        // A second reading of the folder, as the next command does it.
        let bank = Bank::open(&folder)?;
        story.tell(&context, &bank, &verified, start.elapsed());
        if story.agrees() && verified.report.is_sound() {
            drop(bank);
            return if self.no_serve { Ok(()) } else { serve(&context, watched) };
        }
        let what = "the sample bank does not agree with its town, or does not verify";
        Err(Failure::new(
            Exit::NotVerified,
            what,
            format!("keep {} and report it with the seed", folder.display()),
        ))
    }
}

/// The sample bank stays, with its doors open, until it is told to stop.
fn serve(context: &Context, watched: Option<Filling>) -> Done {
    let Usual { serve } = Usual::parse_from(["tj"]);
    context.out.line("");
    context.out.line("the bank is being served now; Ctrl-C ends that, and the commands above work (`--no-serve` ends by itself)");
    let serve = match watched {
        Some(watched) => {
            let listener = watched.listener();
            serve.instead_of(listener, Box::new(move || drop(watched)))
        }
        None => serve,
    };
    serve.on_free_ports().run(context)
}

/// Sees to it that the folder is free. Only what the demo itself made is removed.
fn make_room(folder: &Path) -> Done<bool> {
    let failed = |error: &std::io::Error| bank::disk_failed(folder, error);
    let mut inside = match std::fs::read_dir(folder) {
        Ok(inside) => inside,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(failed(&error)),
    };
    if inside.next().is_none() {
        return Ok(false);
    }
    if !folder.join(MARKER).exists() {
        let what = format!(
            "{} holds something that is not a sample bank of ours, so it stays",
            folder.display()
        );
        return Err(Failure::new(Exit::Failed, what, "choose another folder: tj demo --dir OTHER"));
    }
    // Whoever has it open keeps it.
    let lock = Files::open(folder).map_err(|error| failed(&error))?;
    std::fs::remove_dir_all(folder).map_err(|error| failed(&error))?;
    drop(lock);
    Ok(true)
}

fn mark(folder: &Path) -> Done {
    let text = "`tj demo` made this folder and replaces it when it runs again. Remove this file to keep the folder.\n";
    std::fs::write(folder.join(MARKER), text).map_err(|error| bank::disk_failed(folder, &error))
}

/// What stands in no journal: which payments were thieves', and who is listed.
fn keep_truth(folder: &Path, city: &City) -> Done {
    let files = [(LABELS, write_labels(city.labels())), (LISTED, listed_csv())];
    for (name, text) in files {
        std::fs::write(folder.join(name), text)
            .map_err(|error| bank::disk_failed(folder, &error))?;
    }
    Ok(())
}

/// What posting took, for both of its tellers.
pub(crate) fn per_second(count: u64, took: std::time::Duration) -> f64 {
    count as f64 / took.as_secs_f64().max(1e-9)
}
