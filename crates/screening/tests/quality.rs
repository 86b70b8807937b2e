//! How well names are matched, on public lists and names beside the project. Half of everything, by a fixed hash,
//! was looked at while the numbers of the score were chosen; these tests ask the other half. Without the data they
//! say so and pass: `../shared/data` beside the project, or `SCREENING_DATA`.

#![expect(clippy::expect_used, reason = "what cannot go on in a test fails it")]

#[path = "quality/alter.rs"]
mod alter;
#[path = "quality/data.rs"]
mod data;
#[path = "quality/measure.rs"]
mod measure;

use data::{Half, Person};
use measure::Share;
use screening::{List, Screen};

/// Both lists and their screen, or nothing, loudly.
fn lists() -> Option<(List, List, Screen)> {
    if data::folder().is_none() {
        println!("SKIPPED: no ../shared/data beside the project and no SCREENING_DATA");
        return None;
    }
    let (ofac, un) = data::lists();
    let screen = Screen::new(&[&ofac, &un]);
    Some((ofac, un, screen))
}

#[test]
fn altered_names_of_listed_people_are_found() {
    let Some((_, un, screen)) = lists() else { return };
    let names = data::altered(Half::Test);
    let (all, changed, missed) = measure::recall(&screen, &un, &names, Person::alone);
    println!("recall {all}; of names whose words differ {changed}");
    assert!(all.of > 100 && changed.of > 25, "too few to say anything: {all}, {changed}");
    assert!(all.per_10k() >= 9_500, "{all}: {missed:?}");
    assert!(changed.per_10k() >= 9_500, "{changed}: {missed:?}");
}

#[test]
fn people_who_are_on_no_list_are_left_alone() {
    let Some((_, un, screen)) = lists() else { return };
    let people = data::not_listed(Half::Test);
    let (alone, _) = measure::false_hits(&screen, &people, Person::alone);
    let (known, _) = measure::false_hits(&screen, &people, Person::known);
    let (of_un, _) = measure::false_hits(&Screen::new(&[&un]), &people, Person::alone);
    println!("false hits: {alone}; with birth and nationality {known}; UN alone {of_un}");
    assert!(alone.of > 9_000);
    assert!(alone.per_10k() <= 10, "{alone}");
    assert!(known.per_10k() <= 10, "{known}");
    assert!(of_un.per_10k() <= 10, "{of_un}");
}

#[test]
fn our_own_alterations_are_found() {
    let Some((ofac, _, screen)) = lists() else { return };
    let (shares, _) = measure::altered_recall(&screen, &ofac, Half::Test, 2);
    let mut all = Share::default();
    for (how, share) in &shares {
        println!("{how:?}: {share}");
        all.add(*share);
    }
    println!("all: {all}");
    assert!(all.of > 5_000);
    assert!(all.per_10k() >= 8_800, "{all}");
}

#[test]
fn labelled_pairs_are_judged_as_people_judge_them() {
    let Some((_, _, screen)) = lists() else { return };
    let pairs = data::pairs(Half::Test);
    let judged = measure::judge(&pairs, screen.rarity(), screening::THRESHOLD);
    let same = pairs.iter().filter(|pair| pair.same).count();
    let yes_to_all = 2 * same * 10_000 / (pairs.len() + same);
    println!("F1 {} of 10000 over {} pairs; yes to all is {yes_to_all}", judged.f1(), pairs.len());
    assert!(pairs.len() > 150);
    assert!(judged.f1() >= 8_000, "F1 {}", judged.f1());
}
