//! Our forests against the libraries that made the models: `make.py` writes models, rows and answers into a folder,
//! named by `TJ_LIBRARIES`; here they are read and compared. Where none is named it says so and does nothing; one that
//! is named must be there, with every model.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says where and ends"
)]

use forest::Forest;
use std::path::{Path, PathBuf};

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("TJ_LIBRARIES").map(PathBuf::from);
    if folder.is_none() {
        eprintln!(
            "SKIPPED: TJ_LIBRARIES names no folder that make.py wrote; cargo xtask test makes one"
        );
    }
    // Named and not there is no reason to skip: somebody meant to compare.
    if let Some(folder) = &folder {
        let list = folder.join("list.txt");
        assert!(list.is_file(), "{} is not there; run make.py", list.display());
    }
    folder
}

fn numbers(path: &Path) -> Vec<f64> {
    let bytes = std::fs::read(path).unwrap();
    bytes.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect()
}

/// How far apart two numbers are, of 1 or of their own size.
fn apart(one: f64, other: f64) -> f64 {
    let apart = (one - other).abs() / other.abs().max(1.0);
    if apart.is_nan() { f64::INFINITY } else { apart }
}

fn largest(ours: &[f64], theirs: &[f64]) -> f64 {
    assert_eq!(ours.len(), theirs.len());
    ours.iter().zip(theirs).map(|(one, other)| apart(*one, *other)).fold(0.0, f64::max)
}

/// Most that margins, answers and contributions may differ.
fn bounds(name: &str, kind: &str) -> [f64; 3] {
    match kind {
        // An average taken and undone costs a bit.
        _ if name == "lightgbm-rf" => [1e-15, 1e-15, 1e-9],
        "lightgbm" => [0.0, 1e-15, 1e-9],
        "xgboost" => [0.0, 2e-7, 2e-5],
        _ => [1e-5; 3],
    }
}

#[test]
fn answers_are_the_libraries_own() {
    let Some(folder) = folder() else { return };
    let list = std::fs::read_to_string(folder.join("list.txt")).unwrap();
    let kinds =
        ["lightgbm", "xgboost", "onnx"].map(|kind| list.matches(&format!(" {kind}\n")).count());
    assert_eq!(kinds, [8, 6, 3], "models that make.py writes, by who reads their rows");
    let mut wrong = Vec::new();
    for line in list.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let [name, file, columns, rows, _, explained, kind] = words[..] else { panic!("{line}") };
        let forest = models::read(&std::fs::read(folder.join(file)).unwrap()).unwrap();
        let of = |suffix: &str| folder.join(format!("{name}.{suffix}"));
        let values = numbers(&of("rows"));
        let table: Vec<&[f64]> = values.chunks(columns.parse().unwrap()).collect();
        assert_eq!(table.len(), rows.parse::<usize>().unwrap());
        let all = |each: &dyn Fn(&[f64]) -> Vec<f64>| -> Vec<f64> {
            table.iter().flat_map(|row| each(row)).collect()
        };
        let times = f64::from(forest.parts().divisor);
        let margins = if kind == "onnx" {
            0.0
        } else {
            largest(
                &all(&|row| forest.margins(row).into_iter().map(|margin| margin * times).collect()),
                &numbers(&of("raw")),
            )
        };
        let answers = largest(&all(&|row| forest.scores(row)), &numbers(&of("pred")));
        let explained: usize = explained.parse().unwrap();
        let shares = if explained == 0 {
            0.0
        } else {
            contributions(&forest, &table[..explained], &numbers(&of("shap")))
        };
        println!("{name}: margins {margins:e}, answers {answers:e}, contributions {shares:e}");
        let found = [margins, answers, shares];
        if found.iter().zip(bounds(name, kind)).any(|(found, bound)| *found > bound) {
            wrong.push(format!("{name}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// LightGBM sums margins and contributions of a random forest without averaging them.
fn contributions(forest: &Forest, table: &[&[f64]], theirs: &[f64]) -> f64 {
    let times = f64::from(forest.parts().divisor);
    let ours = table.iter().flat_map(|row| forest.contributions(row).unwrap()).flatten();
    largest(&ours.map(|share| share * times).collect::<Vec<_>>(), theirs)
}

#[test]
fn our_trainer_ranks_about_as_well() {
    let Some(folder) = folder() else { return };
    let rows: Vec<Vec<f64>> =
        numbers(&folder.join("train.rows")).chunks(12).map(<[f64]>::to_vec).collect();
    let labels: Vec<bool> =
        numbers(&folder.join("train.label")).into_iter().map(|label| label > 0.5).collect();
    let part = rows.len() * 7 / 10;
    let names: Vec<String> = (0..12).map(|at| format!("f{at}")).collect();
    let cases = models::train::Cases {
        names: &names,
        rows: &rows[..part],
        labels: &labels[..part],
        weights: &[],
    };
    let fitted = models::train::train(&cases, &models::train::Settings::default()).unwrap();
    let scores: Vec<f64> = rows[part..].iter().map(|row| fitted.forest.score(row)).collect();
    let precision =
        |scores: &[f64]| models::train::average_precision(scores, &labels[part..]).unwrap();
    let (ours, theirs) = (precision(&scores), precision(&numbers(&folder.join("train.pred"))));
    println!("average precision {ours:.4}, LightGBM {theirs:.4}, ratio {:.4}", ours / theirs);
    assert!(ours >= 0.97 * theirs, "{ours} {theirs}");
}
