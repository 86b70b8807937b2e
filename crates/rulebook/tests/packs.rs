//! The packs that are shipped: they are the folder's, they are many enough, and each says what it must.

use rulebook::{Confidence, Dimension, Form, fuse, load, shipped};
use std::collections::BTreeSet;
use std::path::Path;
use terms::Refusal;
use terms::limits::{VALUE_DATE_DAYS_AHEAD_MAX, VALUE_DATE_DAYS_BACK_MAX};

#[test]
fn the_program_holds_what_the_folder_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rulebook");
    let read = load(&folder).unwrap_or_else(|refused| panic!("{refused}"));
    let inside = shipped();
    let what = |book: &rulebook::Rulebook| -> Vec<_> {
        book.packs.iter().map(|pack| (pack.head.id.clone(), pack.rules.len(), pack.hash)).collect()
    };
    assert_eq!(what(&inside), what(&read));
    assert_eq!(inside.packs[0].folder, "rulebook/indicators/operation");
}

#[test]
fn there_are_enough_rules_and_every_dimension_has_one() {
    let book = shipped();
    assert!(book.quality().count() >= 15);
    assert_eq!(book.indicators().count(), 5);
    let dimensions: BTreeSet<_> = book.quality().map(|(_, rule)| rule.dimension).collect();
    assert_eq!(dimensions.len(), Dimension::ALL.len());
}

#[test]
fn every_text_stands_in_both_languages() {
    let chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    let book = shipped();
    for pack in &book.packs {
        assert!(chinese(&pack.head.title_zh) && !chinese(&pack.head.title), "{}", pack.head.id);
    }
    for (_, rule) in book.quality() {
        assert!(chinese(&rule.says_zh) && !chinese(&rule.says), "{}", rule.id);
    }
    for (_, indicator) in book.indicators() {
        assert!(chinese(&indicator.says_zh) && !chinese(&indicator.says), "{}", indicator.id);
    }
}

#[test]
fn the_text_of_a_standard_is_never_called_our_own_and_no_target_is_set() {
    let book = shipped();
    for pack in &book.packs {
        let standard = pack.head.source.starts_with("GB ");
        assert_eq!(standard, pack.head.confidence != Confidence::Own, "{}", pack.head.id);
    }
    assert!(book.indicators().all(|(_, indicator)| indicator.target.is_none()));
}

#[test]
fn every_condition_is_in_one_scan_of_its_table() {
    let book = shipped();
    let rules: Vec<_> = book.quality().map(|(_, rule)| rule).collect();
    let fused = fuse(&rules);
    let tables: Vec<_> = fused.iter().map(|fused| fused.table).collect();
    assert_eq!(tables, ["parties", "postings", "transfers"]);
    let conditions = rules.iter().filter(|rule| rule.form != Form::Query).count();
    assert_eq!(fused.iter().map(|fused| fused.rules.len()).sum::<usize>(), conditions);
}

#[test]
fn numbers_that_rules_repeat_are_those_of_the_ledger() {
    let book = shipped();
    let sql = |id: &str| book.rule(id).map_or("", |(_, rule)| rule.body().sql.as_str());
    let bounds = sql("value-date-in-bounds");
    for (sign, days) in [("-", VALUE_DATE_DAYS_BACK_MAX), ("+", VALUE_DATE_DAYS_AHEAD_MAX)] {
        let bound = format!("booking_date {sign} INTERVAL '{days} days'");
        assert!(bounds.contains(&bound), "{bound}");
    }
    let not_refused = format!("refusal_no <> {}", Refusal::Exists.code());
    for id in ["refusal-rate", "straight-through-rate"] {
        assert!(sql(id).contains(&not_refused), "{id}");
    }
}
