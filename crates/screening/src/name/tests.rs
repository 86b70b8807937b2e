//! What names become, and how alike words are.

use super::*;

fn words(text: &str, kind: Option<Kind>) -> Vec<String> {
    Name::read(text, kind).words.into_iter().map(|word| word.text).collect()
}

fn person(text: &str) -> Vec<String> {
    words(text, Some(Kind::Person))
}

fn company(text: &str) -> Vec<String> {
    words(text, Some(Kind::Entity))
}

fn degree(a: &str, b: &str) -> u16 {
    let word = |text: &str| Word::new(text, Part::Word, Writing::Letters);
    similar(&word(a), &word(b))
}

#[test]
fn every_script_becomes_ascii_words() {
    assert_eq!(person("Владимир Путин"), ["vladimir", "putin"]);
    assert_eq!(person("习近平"), ["xi", "jinping"]);
    assert_eq!(person("欧阳修文"), ["ouyang", "xiuwen"]);
    assert_eq!(person("曾国藩"), ["zeng", "guofan"]);
    assert_eq!(person("محمد التكريتي"), ["mhmd", "al", "tkryty"]);
    assert_eq!(person("Đặng Łukasz Åse"), ["dang", "lukasz", "ase"]);
    assert_eq!(person("Ｆｕｌｌ　Ｗｉｄｔｈ"), ["full", "width"]);
    assert_eq!(person("Jose\u{301}"), person("José"));
}

#[test]
fn marks_and_lost_spaces_do_not_matter() {
    assert_eq!(person("Mus’ab Al-Qa'ida"), ["musab", "al", "qaida"]);
    assert_eq!(person("Mus?ab"), ["musab"]);
    assert_eq!(person("RamiMakhlouf"), ["rami", "makhlouf"]);
    assert_eq!(person("OMARMohammed"), ["omar", "mohammed"]);
    assert_eq!(company("A.B.C. Company"), ["abc"]);
}

#[test]
fn legal_forms_stand_beside_the_name() {
    let read = |text: &str| Name::read(text, Some(Kind::Entity));
    assert_eq!(company("OOO Quillon Grey"), ["quillon", "grey"]);
    assert_eq!(company("Quillon Grey S. de R.L. de C.V."), ["quillon", "grey"]);
    assert_eq!(company("QUILLON GREYLTDA"), ["quillon", "grey"]);
    assert_eq!(read("Quillon GmbH").forms, [Form::Limited]);
    assert_eq!(read("Quillon Joint Stock Company").forms, [Form::Shares]);
    // A name that is nothing but a form stays a name.
    assert_eq!(company("Company Limited"), ["company"]);
    assert_eq!(company("First Quillon Bank"), ["1", "quillon", "bank"]);
}

#[test]
fn titles_and_articles_count_little_wherever_they_stand() {
    let small = |text: &str| {
        let name = Name::read(text, Some(Kind::Person));
        let small = name.words.into_iter().filter(|word| word.part == Part::Small);
        small.map(|word| word.text).collect::<Vec<_>>()
    };
    assert_eq!(small("Dr. Castiel bin Morvane"), ["dr", "bin"]);
    assert_eq!(small("MORVANE, Haji (Castiel)"), ["haji", "castiel"]);
    // Names of small words only are names.
    assert_eq!(small("De La"), [""; 0]);
}

#[test]
fn words_that_sound_alike_are_alike_and_others_are_not() {
    assert_eq!(degree("morvane", "morvane"), 1000);
    assert_eq!(degree("khalid", "halid"), SAME_SOUND);
    assert_eq!(degree("emmanuel", "emanuel"), SAME_SOUND);
    assert!(degree("lakhal", "lakahl") >= 850);
    assert!(degree("sechin", "sech1n") >= 850);
    assert!(degree("morvane", "morvene") > degree("morvane", "mortane"));
    assert_eq!(degree("morvane", "quillon"), 0);
    assert_eq!(degree("44", "45"), 0);
    assert_eq!(degree("li", "lu"), 0);
}

#[test]
fn spellings_of_one_name_are_one_name() {
    let read = |text: &str| Name::read(text, Some(Kind::Person)).words[0].clone();
    assert!(similar(&read("Mohamed"), &read("Muhammad")) >= 990);
    assert!(similar(&read("Mohd"), &read("Mohammed")) >= 990);
}

#[test]
fn likeness_is_the_same_both_ways_and_never_more_than_all() {
    let mut dice = 7_u64;
    let mut next = |below: u64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) % below
    };
    let mut word = || {
        let letters = 1 + next(12);
        let letter = |at: u64| char::from(b"abdehiklmnorstuyz0"[at as usize]);
        let text: String = (0..letters).map(|_| letter(next(18))).collect();
        Word::new(&text, Part::Word, Writing::Letters)
    };
    for _ in 0..20_000 {
        let (a, b) = (word(), word());
        let degree = similar(&a, &b);
        assert_eq!(degree, similar(&b, &a), "{} {}", a.text, b.text);
        assert!(degree <= 1000);
    }
}
