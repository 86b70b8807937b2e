//! Every word stands in every language, is used, and is read without a fault.

use super::*;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn names(text: &str) -> BTreeSet<String> {
    let line = |line: &str| Some(line.split_once(" = ")?.0.to_owned());
    text.lines()
        .filter(|l| l.starts_with(|c: char| c.is_ascii_lowercase()))
        .filter_map(line)
        .collect()
}

fn sources(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|end| end == "rs")
            && !path.ends_with("words/tests.rs")
        {
            all.push(path);
        }
    }
}

/// The texts between quotes of all sources: what could name a word.
fn quoted() -> BTreeSet<String> {
    let mut all = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
    let texts = all.iter().map(|path| fs::read_to_string(path).unwrap());
    texts.flat_map(|text| text.split('"').map(ToOwned::to_owned).collect::<Vec<_>>()).collect()
}

#[test]
fn files_are_read_without_a_fault() {
    for (lang, text) in FILES {
        let read = FluentResource::try_new(text.to_owned());
        assert!(read.is_ok(), "{lang:?}: {:?}", read.err().map(|(_, why)| why));
        let mut bundle = FluentBundle::new_concurrent(vec!["en".parse().unwrap()]);
        let added = bundle.add_resource(read.unwrap());
        assert!(added.is_ok(), "{lang:?}: a word stands twice: {added:?}");
    }
}

#[test]
fn both_languages_have_the_same_words() {
    let [(_, en), (_, zh)] = FILES;
    let (en, zh) = (names(en), names(zh));
    let missing: Vec<_> = en.symmetric_difference(&zh).collect();
    assert!(missing.is_empty(), "in one language only: {missing:?}");
    assert!(en.len() > 200);
}

/// A word is named whole, or by a beginning that ends in `{}`; one that nothing names is one too many.
#[test]
fn every_word_is_used_and_every_word_used_is_there() {
    let [(_, en), _] = FILES;
    let (known, quoted) = (names(en), quoted());
    let begun: Vec<String> = quoted
        .iter()
        .filter_map(|text| Some(text.split_once('{')?.0.to_owned()))
        .filter(|begin| begin.ends_with('-') && begin.len() > 3)
        .collect();
    let unused: Vec<_> = known
        .iter()
        .filter(|word| {
            !quoted.contains(*word) && !begun.iter().any(|begin| word.starts_with(begin.as_str()))
        })
        .collect();
    assert!(unused.is_empty(), "nothing says {unused:?}");
    let missing = said().into_iter().filter(|word| !known.contains(word)).collect::<Vec<_>>();
    assert!(missing.is_empty(), "no file has {missing:?}");
}

/// Words that sources say by name: what stands behind `say(` and `with(` in quotes.
fn said() -> BTreeSet<String> {
    let mut all = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
    let mut found = BTreeSet::new();
    for path in all {
        let text = fs::read_to_string(path).unwrap();
        for call in ["say(\"", "with(\""] {
            for part in text.split(call).skip(1) {
                let name = part.split('"').next().unwrap_or_default();
                if name.contains('-')
                    || name.chars().all(|c| c.is_ascii_lowercase()) && !name.is_empty()
                {
                    found.insert(name.to_owned());
                }
            }
        }
    }
    found
}

#[test]
fn plurals_follow_the_language() {
    let said = |lang, n| Words(lang).with("home-says", &[("waiting", count(n))]);
    assert_ne!(said(Lang::En, 1), said(Lang::En, 2));
    assert!(said(Lang::En, 2).contains('2'));
    assert!(said(Lang::Zh, 2).contains('2'));
}
