//! What screening does to real lists and names: `cargo run --release -p screening --example measure -- tuning`.
//! `tuning` shows what is missed; `test` only counts, because nobody may learn from it; `speed` counts look-ups.

#![expect(clippy::expect_used, reason = "a measurement without its data ends")]

#[path = "../tests/quality/alter.rs"]
mod alter;
#[path = "../tests/quality/data.rs"]
mod data;
#[path = "../tests/quality/measure.rs"]
mod measure;

use std::time::{Duration, Instant};

use data::{Half, Person};
use screening::{Entry, Kind, List, Query, Screen, Source};

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
    if which == "speed" {
        return speed(&ofac, &un);
    }
    quality(&screen, &ofac, &un, of, show);
    if of == Half::Tuning {
        sweep(&screen, &ofac, &un);
    }
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

/// How long this thread has had a processor; zero where the system does not say. On a machine with other work the
/// time that passes says little.
fn on_cpu() -> Duration {
    let said = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let ran = said.split_whitespace().next().and_then(|text| text.parse().ok());
    Duration::from_nanos(ran.unwrap_or(0))
}

/// Look-ups a second on one thread, over both lists and as many more people as make 35,000 names.
fn speed(ofac: &List, un: &List) {
    let more = data::not_listed(Half::Tuning);
    let mut house = un.clone();
    house.source = Source::House("many more".to_owned());
    house.entries = more
        .iter()
        .enumerate()
        .map(|(at, person)| Entry::named(&at.to_string(), Kind::Person, &person.name))
        .collect();
    let people = data::not_listed(Half::Test);
    let names = data::altered(Half::Test);
    let unlisted: Vec<Query> = people.iter().map(Person::alone).collect();
    let listed: Vec<Query> = names.iter().map(|(_, altered)| altered.alone()).collect();
    for (lists, screen) in [
        ("OFAC and UN", Screen::new(&[ofac, un])),
        ("OFAC, UN and more", Screen::new(&[ofac, un, &house])),
    ] {
        println!("{lists}: {} names, index {} KiB", screen.names(), screen.index_bytes() / 1024);
        for (who, queries, rounds) in
            [("not listed", &unlisted, 3), ("listed, altered", &listed, 60)]
        {
            let (began, ran) = (Instant::now(), on_cpu());
            let mut hits = 0;
            for _ in 0..rounds {
                hits += queries.iter().map(|query| screen.look(query).len()).sum::<usize>();
            }
            let (looks, took) = (queries.len() * rounds, began.elapsed());
            let ran = on_cpu().saturating_sub(ran);
            let a_second = |time: Duration| looks as u128 * 1_000_000 / time.as_micros().max(1);
            println!(
                "  {who}: {looks} look-ups, {} a second; {} a second of the processor's time; {hits} hits",
                a_second(took),
                a_second(ran)
            );
        }
    }
}
