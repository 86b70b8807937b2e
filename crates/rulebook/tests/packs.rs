//! The packs that are shipped: they are the folder's, they are many enough, and each says what it must.

use engine::risk::{Feature, Machine, Values};
use rulebook::{Confidence, Dimension, Form, SetRule, fuse, load, shipped};
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
    assert_eq!(book.indicators().count(), 6);
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
    for SetRule { rule, .. } in &set.rules {
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

/// The shipped packs and the example of a bank's own.
fn with_example() -> rulebook::Rulebook {
    let mut book = shipped();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/rulebook");
    match load(&folder) {
        Ok(own) => book.packs.extend(own.packs),
        Err(refused) => assert_eq!(refused.to_string(), ""),
    }
    book
}

#[test]
fn the_example_of_a_banks_own_rules_says_what_it_means() {
    let book = with_example();
    let set = book.risk_set().unwrap_or_else(|refused| panic!("{refused}"));
    assert!(set.warnings.is_empty(), "{:?}", set.warnings);
    assert_eq!(set.lists, ["allowed-payees", "denied-parties", "seniors"]);
    let place = |id: &str| set.rules.iter().position(|rule| rule.id == id).expect(id);
    let clocks: Vec<(usize, u32)> =
        set.tables.clocks().iter().map(|clock| (clock.line.into(), clock.hold_s)).collect();
    let mut cooling = vec![place("new-account-cooling-off"), place("payee-cooling-off")];
    cooling.sort_unstable();
    assert_eq!(clocks, cooling.into_iter().map(|at| (at, 86_400)).collect::<Vec<_>>());
    let again = engine::risk::Tables::of_bytes(&set.tables.to_bytes());
    assert_eq!(again.as_ref(), Ok(&set.tables));

    let (mut values, mut machine) = (Values::default(), Machine::default());
    let feature = |name: &str| Feature::named(name).expect(name);
    for known in Feature::all().filter(|feature| !feature.nullable()) {
        values.set(known, Some(0));
    }
    let mut spoke = |set_to: &[(&str, i64)]| -> Vec<String> {
        for (name, value) in set_to {
            values.set(feature(name), Some(*value));
        }
        set.program.run_steps(&values, &mut machine);
        let own = set.rules.iter().zip(set.program.lines());
        own.filter(|(rule, line)| {
            rule.pack.head.id == "bank-own"
                && machine.get(line.condition).is_some_and(|truth| truth != 0)
        })
        .map(|(rule, _)| rule.id.clone())
        .collect()
    };
    let day = 86_400;
    let known =
        [("payer_owned", 1), ("payer_age", 400 * day), ("payee_age", 400 * day), ("hour", 12)];
    assert_eq!(spoke(&known), Vec::<String>::new());
    assert_eq!(spoke(&[("payer_lists", 0), ("payee_lists", 0)]), Vec::<String>::new());
    // Limits: by age of the account, lower for whoever asked for it, none for whom nobody owns.
    assert_eq!(spoke(&[("amount", 1_000_001_000)]), ["daily-limits"]);
    assert_eq!(spoke(&[("payer_owned", 0)]), Vec::<String>::new());
    assert_eq!(spoke(&[("payer_owned", 1), ("amount", 20_000_001)]), Vec::<String>::new());
    assert_eq!(spoke(&[("payer_lists", 0b100)]), ["daily-limits"]);
    // The scorecard: 15 + 20 + 25 at noon asks, 15 more at night is not enough to hold, 30 for the amount is.
    let young = [("payer_lists", 0), ("pair_first", 1), ("payer_age", 6 * day)];
    assert_eq!(spoke(&young), ["payment-card/ask"]);
    assert_eq!(spoke(&[("amount", 50_000_000), ("hour", 23)]), ["payment-card/hold"]);
    // Whom the bank trusts is not asked about; what refuses still refuses.
    assert_eq!(spoke(&[("payee_lists", 0b001)]), Vec::<String>::new());
    assert_eq!(spoke(&[("payee_lists", 0b011)]), ["party-denied"]);
    let cooling =
        [("payee_lists", 0), ("payee_owned", 1), ("payee_age", day), ("amount", 5_000_001)];
    assert_eq!(spoke(&cooling), ["payee-cooling-off", "payment-card/ask"]);
    let program = set.program.to_bytes().len();
    assert!(program < 8_192, "{program}");
}

#[test]
fn cards_limits_and_lists_are_refused_by_file_line_and_column() {
    let faults = |id: &str, change: &dyn Fn(&mut rulebook::RiskRule)| -> String {
        let mut book = with_example();
        for rule in book.packs.iter_mut().flat_map(|pack| &mut pack.rules) {
            if let rulebook::Rule::Risk(rule) = rule
                && rule.id == id
            {
                change(rule);
            }
        }
        book.risk_set().err().map(|refused| refused.to_string()).unwrap_or_default()
    };
    let sql = |id: &str, sql: &str| faults(id, &|rule| rule.body.sql = sql.to_owned());
    let says = sql("payment-card", "CASE WHEN amount > 5 THEN 70 ELSE 0 END\n+ pair_agee");
    assert!(
        says.contains("payment-card.sql:12: column 3: there is no feature pair_agee"),
        "{says}"
    );
    let says = sql("payment-card", "CASE WHEN amount > 5 THEN 70 END");
    assert!(says.contains("payment-card.sql:11: column 1: the points may be missing"), "{says}");
    let says = sql("payment-card", "CASE WHEN amount > 5 THEN 70.5 ELSE 0 END");
    assert!(says.contains("a whole number of points"), "{says}");
    let says = sql("payment-card", "amount");
    assert!(says.contains("a whole number of points"), "{says}");
    let says = sql("payment-card", "CASE WHEN amount > 5 THEN 70 ELSE 0 END");
    assert!(
        says.contains("payment-card.sql:5: 90 points are never reached: there are at most 70"),
        "{says}"
    );
    let says = sql("payment-card", "CASE WHEN amount > 5 THEN 95 ELSE 60 END");
    assert!(says.contains("payment-card.sql:4: 60 points are always reached"), "{says}");
    let says = sql("daily-limits", "CASE WHEN payer_firm\n THEN pair_age ELSE 5 END");
    assert!(says.contains("daily-limits.sql:"), "{says}");
    assert!(says.contains("money and seconds are not of one kind"), "{says}");
    let says = sql("party-denied", "on_list(payee_lists,\n  'denied-party')");
    assert!(
        says.contains(
            "party-denied.sql:11: column 4: there is no list denied-party; there are allowed-payees"
        ),
        "{says}"
    );
    let mut book = with_example();
    book.packs.iter_mut().for_each(|pack| {
        pack.head.unless =
            pack.head.unless.as_ref().map(|_| "on_list(payee_lists, 'alowed')".to_owned());
    });
    let says = book.risk_set().err().map(|refused| refused.to_string()).unwrap_or_default();
    assert!(
        says.contains("payee-cooling-off.sql:") && says.contains("there is no list alowed"),
        "{says}"
    );
    book.packs.iter_mut().for_each(|pack| pack.head.unless = None);
    let warnings = book.risk_set().unwrap_or_else(|refused| panic!("{refused}")).warnings;
    let warnings: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(
        warnings[0].ends_with("allowed-payees.list:2: no rule asks for this list"),
        "{warnings:?}"
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
