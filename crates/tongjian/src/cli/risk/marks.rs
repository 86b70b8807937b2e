//! `tj risk quality`: how well rules and models did, by what analysts marked closed cases as. What is counted, and how,
//! `api::past::marks` says.

use super::past::every_event;
use crate::cli::Context;
use crate::fail::{Done, Failure};
use crate::figures::{grouped, parse_day};
use crate::out::{Align, Table};
use crate::reasons::conditions;
use api::past::Between;
use api::past::marks::{BAND_PPM, Figures, Past, Tally};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use terms::Day;

/// How well rules and models did, by what closed cases were marked as.
#[derive(Debug, clap::Args)]
pub struct Quality {
    /// Only payments of this day and later.
    #[arg(long, value_parser = parse_day, value_name = "DAY")]
    from: Option<Day>,
    /// Only payments of this day and earlier.
    #[arg(long, value_parser = parse_day, value_name = "DAY")]
    to: Option<Day>,
}

impl Quality {
    /// Does it.
    ///
    /// # Errors
    /// The days are not in order; the bank cannot be opened or read.
    pub fn run(self, context: &Context) -> Done {
        if self.from.zip(self.to).is_some_and(|(from, to)| to < from) {
            return Err(Failure::usage("--to lies before --from", "give the days in order"));
        }
        let bank = context.bank()?;
        let mut past = Past::default();
        every_event(context, &bank, |event| past.see(event))?;
        let in_time = |day: Day| {
            self.from.is_none_or(|from| day >= from) && self.to.is_none_or(|to| day <= to)
        };
        let figures = Figures::of(&past, in_time);
        let sets: BTreeSet<u16> = figures.rules.keys().map(|(set, _)| *set).collect();
        let names: BTreeMap<(u16, u16), String> = sets
            .iter()
            .flat_map(|set| {
                let all = conditions(bank.node.engine(), *set);
                (0..).zip(all).map(|(at, reason)| ((*set, at), reason.rule))
            })
            .collect();
        tell(context, &past, &figures, &names);
        Ok(())
    }
}

fn cells(tally: &Tally, known: u64) -> [String; 6] {
    [
        grouped(tally.stopped.into()),
        grouped(tally.marked.into()),
        grouped((tally.stopped - tally.marked).into()),
        grouped(tally.right().into()),
        text(tally.precision()),
        text(Between::share(tally.right(), known)),
    ]
}

fn text(share: Option<Between>) -> String {
    share.map_or("–".to_owned(), Between::text)
}

/// What a band is called, in millionths of what the model says.
fn band_name(band: u32) -> String {
    let (from, to) = (band * BAND_PPM, (band + 1) * BAND_PPM);
    format!(
        "{}.{} to {}.{}",
        from / 1_000_000,
        from / 100_000 % 10,
        to / 1_000_000,
        to / 100_000 % 10
    )
}

fn tell(context: &Context, past: &Past, figures: &Figures, names: &BTreeMap<(u16, u16), String>) {
    let known = figures.known;
    let nameless = |at: &u16| format!("condition {at}");
    let name = |key: &(u16, u16)| names.get(key).cloned().unwrap_or_else(|| nameless(&key.1));
    let with = |mut told: Value, more: [(&str, Value); 2]| {
        for (key, value) in more {
            told[key] = value;
        }
        told
    };
    context.out.json(&json!({
        "all": figures.all.json(known), "known": known, "missed": figures.missed,
        "opened_by_hand": past.by_hand.len(),
        "rules": figures.rules.iter().map(|(key, tally)| {
            with(tally.json(known), [("rule_set", key.0.into()), ("rule", name(key).into())])
        }).collect::<Vec<_>>(),
        "model_bands": figures.bands.iter().map(|((set, band), tally)| {
            let of = [("rule_set", (*set).into()), ("from_ppm", (band * BAND_PPM).into())];
            let mut told = with(tally.json(known), of);
            told["payments"] = told["stopped"].take();
            told
        }).collect::<Vec<_>>(),
    }));
    let columns = |first: &'static str, payments: &'static str| {
        [
            ("set", Align::Right),
            (first, Align::Left),
            (payments, Align::Right),
            ("marked", Align::Right),
            ("unmarked", Align::Right),
            ("right", Align::Right),
            ("precision", Align::Left),
            ("recall", Align::Left),
        ]
    };
    let row = |set: String, name: String, tally: &Tally| {
        let [a, b, c, d, e, f] = cells(tally, known);
        [set, name, a, b, c, d, e, f]
    };
    let mut table = Table::new(&columns("rule", "stopped"));
    for (key, tally) in &figures.rules {
        table.row(row(key.0.to_string(), name(key), tally));
    }
    table.row(row(String::new(), "all together".to_owned(), &figures.all));
    context.out.table(&table);
    if !figures.bands.is_empty() {
        let mut table = Table::new(&columns("model says", "payments"));
        for ((set, band), tally) in &figures.bands {
            table.row(row(set.to_string(), band_name(*band), tally));
        }
        context.out.table(&table);
    }
    context.out.line(format_args!(
        "{} payments were marked as fraud or laundering, {} of which nothing had stopped; {} cases were opened by hand",
        grouped(known.into()),
        grouped(figures.missed.into()),
        grouped(past.by_hand.len() as u128)
    ));
    context.out.line(format_args!(
        "{} stopped payments are unmarked: they count in neither share",
        grouped((figures.all.stopped - figures.all.marked).into())
    ));
    context.out.line("shares with Wilson's interval at 95 %; a verdict names three reasons, so a rule behind them is not counted; recall knows only what somebody marked");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_is_called_by_its_ends() {
        assert_eq!((band_name(0), band_name(9)), ("0.0 to 0.1".into(), "0.9 to 1.0".into()));
    }
}
