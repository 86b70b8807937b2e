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

#[test]
fn risk_rules_are_many_and_compile_without_a_warning() {
    let book = shipped();
    let set = book.risk_set().unwrap_or_else(|refused| panic!("{refused}"));
    assert!(set.rules.len() >= 25 && set.warnings.is_empty(), "{:?}", set.warnings);
    assert_eq!(set.program.lines().len(), set.rules.len());
    let chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    for (_, rule) in &set.rules {
        for (plain, zh) in [(&rule.says, &rule.says_zh), (&rule.tells, &rule.tells_zh)] {
            assert!(chinese(zh) && !chinese(plain), "{}", rule.id);
        }
    }
    // Another pack, another set.
    let mut other = book.clone();
    let pack = other.packs.iter_mut().find(|pack| pack.head.id == "risk-payments");
    pack.unwrap_or_else(|| panic!("the pack is there")).hash[0] ^= 1;
    let changed = other.risk_set().unwrap_or_else(|refused| panic!("{refused}")).hash;
    assert_ne!(changed, set.hash);
}

#[test]
fn a_broken_condition_refuses_all_of_them_with_its_place() {
    let mut book = shipped();
    for (id, sql) in [("known-payee", "pair_age >\n  amont"), ("just-below", "hour > 23")] {
        for pack in &mut book.packs {
            for rule in &mut pack.rules {
                if let rulebook::Rule::Risk(rule) = rule
                    && rule.id == id
                {
                    rule.body.sql = sql.to_owned();
                }
            }
        }
    }
    let refused = book.risk_set().err().map(|refused| refused.to_string()).unwrap_or_default();
    assert!(refused.contains("2 faults"), "{refused}");
    assert!(refused.contains("just-below.sql:10: column 1: this can never be true"), "{refused}");
    assert!(
        refused.contains("known-payee.sql:11: column 3: there is no feature amont; is it amount?"),
        "{refused}"
    );
}

#[test]
fn the_page_of_features_is_what_they_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/features.md");
    let page = rulebook::features_page();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &page).unwrap_or_else(|error| panic!("{error}"));
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(written, page, "BLESS=1 writes docs/features.md anew");
}
