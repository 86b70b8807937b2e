//! `journal-records.json`: records of every command, and what they say.

use crate::json::{check_vector, event, hex, lines, object, text};
use journal::record::{decode, encode};
use journal::testing::{
    sample_event, sample_judged, sample_noted, sample_observation, sample_order, sample_own,
};
use std::collections::HashMap;
use std::mem::{Discriminant, discriminant};
use terms::{Command, Event};

/// Records of each command.
const OF_EACH: usize = 4;
/// Kinds of commands, transfers included.
const COMMAND_KINDS: usize = 34;
/// Enough seeds for `OF_EACH` records of every command.
const SEEDS: u64 = 400;

#[test]
fn the_vectors_of_records_hold() {
    let mut seen: HashMap<(Option<Discriminant<Command>>, bool), usize> = HashMap::new();
    let mut records = Vec::new();
    let made = (0..SEEDS).map(sample_event).chain((0..SEEDS).map(sample_observation));
    let made = made.chain((0..SEEDS).map(sample_judged));
    let made = made.chain((0..SEEDS).map(sample_noted));
    let made = made.chain((0..SEEDS).map(sample_order));
    for made in made.chain((0..SEEDS).map(sample_own)) {
        let kind = match &made {
            Event::Transfer(transfer) => (None, transfer.verdict.is_some()),
            Event::Act(act) => (Some(discriminant(&act.command)), false),
        };
        let count = seen.entry(kind).or_default();
        *count += 1;
        if *count > OF_EACH {
            continue;
        }
        let mut record = Vec::new();
        encode(&made, &mut record).unwrap();
        assert_eq!(decode(&record).as_ref(), Ok(&made));
        let fields = [("event", event(&made)), ("record", text(&hex(&record)))];
        records.push(object(&fields));
    }
    // Transfers twice: judged and not.
    assert_eq!(seen.len(), COMMAND_KINDS + 1, "every command is there");
    assert!(seen.values().all(|count| *count >= OF_EACH), "and often enough");
    let about = "each record and its fields; the events make no sense to a ledger and reach the edges of every field";
    let vector = object(&[("about", text(about)), ("records", lines(records))]);
    check_vector("journal-records.json", &(vector + "\n"));
}
