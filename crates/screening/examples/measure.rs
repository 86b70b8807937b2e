//! What screening does to real lists and names: `cargo run --release -p screening --example measure -- tuning`.
//! `tuning` shows what is missed; `test` only counts, because nobody may learn from it.

#![expect(clippy::expect_used, reason = "a measurement without its data ends")]

#[path = "../tests/quality/alter.rs"]
mod alter;
#[path = "../tests/quality/data.rs"]
mod data;
#[path = "../tests/quality/measure.rs"]
mod measure;

use std::time::Instant;

use data::{Half, Person};
use screening::{List, Screen};

fn main() {
    let which = std::env::args().nth(1).unwrap_or_default();
    let Some(_) = data::folder() else {
        println!("SKIPPED: no ../shared/data beside the project and no SCREENING_DATA");
        return;
    };
    let (of, show) = if which == "test" { (Half::Test, 0) } else { (Half::Tuning, 60) };
    let began = Instant::now();
    let (ofac, un) = data::lists();
    println!("lists read in {:?}", began.elapsed());
    [&ofac, &un].iter().for_each(|list| said(list));
    let began = Instant::now();
    let screen = Screen::new(&[&ofac, &un]);
    println!(
        "{} names indexed in {:?}; index {} KiB",
        screen.names(),
        began.elapsed(),
        screen.index_bytes() / 1024
    );
    quality(&screen, &ofac, &un, of, show);
    if of == Half::Tuning {
        sweep(&screen, &ofac, &un);
    }
    speed(&screen);
}

fn said(list: &List) {
    println!("{}: {} entries, {} unread", list.source, list.entries.len(), list.unread.len());
}

fn quality(screen: &Screen, ofac: &List, un: &List, of: Half, show: usize) {
    let alone = Screen::new(&[un]);
    let (names, people, pairs) = (data::altered(of), data::not_listed(of), data::pairs(of));
    let print = |lines: &[String]| lines.iter().take(show).for_each(|line| println!("    {line}"));
    for (what, ask) in [
        ("name alone", Person::alone as fn(&Person) -> screening::Query),
        ("with birth and nationality", Person::known),
    ] {
        println!("\n{what}, threshold {}", screen.threshold);
        let (all, changed, missed) = measure::recall(screen, un, &names, ask);
        println!("  recall {all}; of changed names {changed}");
        print(&missed);
        let (share, which) = measure::false_hits(screen, &people, ask);
        println!("  false hits, OFAC and UN: {share}");
        print(&which);
        let (share, _) = measure::false_hits(&alone, &people, ask);
        println!("  false hits, UN alone: {share}");
    }
    println!("\naltered by us, from OFAC");
    let (shares, missed) = measure::altered_recall(screen, ofac, of, 2);
    let mut all = measure::Share::default();
    for (how, share) in shares {
        println!("  {how:?}: {share}");
        all.add(share);
    }
    println!("  all: {all}");
    missed.iter().step_by(7).take(show).for_each(|line| println!("    {line}"));
    println!(
        "\npairs: {} of which {} the same",
        pairs.len(),
        pairs.iter().filter(|p| p.same).count()
    );
    for threshold in (600..=900).step_by(20) {
        let judged = measure::judge(&pairs, screen.rarity(), threshold);
        println!("  {threshold}: F1 {} (+{} -{})", judged.f1(), judged.false_yes, judged.false_no);
    }
    print(&measure::judge(&pairs, screen.rarity(), 760).wrong);
}

/// Recall and false hits by threshold, names alone: how the threshold is chosen, on the tuning half.
fn sweep(screen: &Screen, ofac: &List, un: &List) {
    let (names, people) = (data::altered(Half::Tuning), data::not_listed(Half::Tuning));
    for threshold in (810..=890).step_by(10) {
        let mut screen = screen.clone();
        screen.threshold = threshold;
        let (all, changed, _) = measure::recall(&screen, un, &names, Person::alone);
        let (share, _) = measure::false_hits(&screen, &people, Person::alone);
        let (shares, _) = measure::altered_recall(&screen, ofac, Half::Tuning, 4);
        let mut ours = measure::Share::default();
        shares.values().for_each(|share| ours.add(*share));
        println!("  {threshold}: recall {all}, changed {changed}, ours {ours}; false hits {share}");
    }
}

fn speed(screen: &Screen) {
    let people = data::not_listed(Half::Test);
    let names = data::altered(Half::Test);
    for (what, queries) in [
        ("people who are on no list", people.iter().map(Person::alone).collect::<Vec<_>>()),
        ("listed people, altered", names.iter().map(|(_, altered)| altered.alone()).collect()),
    ] {
        let began = Instant::now();
        let hits: usize = queries.iter().map(|query| screen.look(query).len()).sum();
        let took = began.elapsed();
        let each = took.as_micros() / queries.len().max(1) as u128;
        println!("{what}: {} look-ups in {took:?}, {each} us each; {hits} hits", queries.len());
    }
}
