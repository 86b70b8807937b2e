//! The trainer: the same bytes twice, weights that count, each refusal, and an early end by the cases held out.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where and ends")]

use models::train::{CASES_MIN, Cases, Fitted, Settings, TrainError, average_precision, train};

/// Cases made up: rows of two features that tell and one that does not, some values missing.
struct Town {
    names: Vec<String>,
    rows: Vec<Vec<f64>>,
    labels: Vec<bool>,
    weights: Vec<f64>,
}

impl Town {
    /// Of `noise` in 100 cases the label is a coin's.
    fn new(cases: usize, noise: u64) -> Town {
        let mut state = 42_u64;
        let mut below = |bound: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) % bound
        };
        let (mut rows, mut labels) = (Vec::new(), Vec::new());
        for _ in 0..cases {
            let (amount, age, other) = (below(1_000), below(60), below(500));
            let sign = amount > 600 && age < 30;
            labels.push(if below(100) < noise { below(2) == 1 } else { sign });
            let value = |value: u64, missing| if missing { f64::NAN } else { value as f64 };
            rows.push(vec![value(amount, below(20) == 0), value(age, false), value(other, false)]);
        }
        let names = ["amount", "age", "other"].map(str::to_owned).to_vec();
        Town { names, rows, labels, weights: Vec::new() }
    }

    fn cases(&self) -> Cases<'_> {
        let Town { names, rows, labels, weights } = self;
        Cases { names, rows, labels, weights }
    }

    fn fit(&self, settings: &Settings) -> Result<Fitted, TrainError> {
        train(&self.cases(), settings)
    }
}

fn few() -> Settings {
    Settings { trees: 20, leaves: 8, held_out: 0.0, ..Settings::default() }
}

#[test]
fn the_same_cases_settings_and_seed_give_the_same_bytes() {
    let town = Town::new(3_000, 10);
    let bytes = |seed| town.fit(&Settings { seed, ..few() }).unwrap().forest.to_bytes();
    assert_eq!(bytes(1), bytes(1));
    assert_ne!(bytes(1), bytes(2), "the seed draws the features of each tree");
    let fitted = town.fit(&few()).unwrap();
    assert_eq!(models::read(&bytes(1)).unwrap(), fitted.forest);
    assert!(fitted.forest.is_covered(), "its scores can be explained");
}

#[test]
fn it_ranks_what_it_learnt() {
    let town = Town::new(3_000, 10);
    let settings = Settings { trees: 60, ..Settings::default() };
    let precision = town.fit(&settings).unwrap().held_out_precision.unwrap();
    let share = town.labels.iter().filter(|label| **label).count() as f64 / 3_000.0;
    assert!(precision > 0.7 && share < 0.3, "average precision {precision}, share {share}");
}

#[test]
fn a_weight_of_three_is_three_copies() {
    let mut weighted = Town::new(1_000, 20);
    let mut copied = Town::new(0, 0);
    weighted.weights = (0..1_000).map(|at| if at % 4 == 0 { 3.0 } else { 1.0 }).collect();
    for at in 0..1_000 {
        for _ in 0..weighted.weights[at] as usize {
            copied.rows.push(weighted.rows[at].clone());
            copied.labels.push(weighted.labels[at]);
        }
    }
    // Cases are counted without their weights, and bins that share values are cut by how many cases they hold, so
    // neither may decide here.
    for row in weighted.rows.iter_mut().chain(&mut copied.rows) {
        row[0] = (row[0] / 10.0).floor();
        row[2] = (row[2] / 10.0).floor();
    }
    let settings = Settings { leaf_cases_min: 0, leaf_hessian_min: 2.0, ..few() };
    let forests = [weighted.fit(&settings), copied.fit(&settings)].map(|it| it.unwrap().forest);
    for row in &weighted.rows {
        let [one, other] = [&forests[0], &forests[1]].map(|forest| forest.score(row));
        assert!((one - other).abs() < 1e-9, "{row:?}: {one} with weights, {other} with copies");
    }
}

#[test]
fn heavier_cases_are_answered_more_like_themselves() {
    let mut town = Town::new(2_000, 30);
    let mean = |town: &Town| {
        let forest = town.fit(&few()).unwrap().forest;
        town.rows.iter().map(|row| forest.score(row)).sum::<f64>() / 2_000.0
    };
    let even = mean(&town);
    town.weights = town.labels.iter().map(|label| if *label { 5.0 } else { 1.0 }).collect();
    let heavy = mean(&town);
    town.weights = town.labels.iter().map(|label| if *label { 0.2 } else { 1.0 }).collect();
    let light = mean(&town);
    assert!(light + 0.05 < even && even + 0.05 < heavy, "{light} {even} {heavy}");
    town.weights = vec![0.0; 2_000];
    assert!((mean(&town) - 0.5).abs() < 1e-12, "cases that count nothing teach nothing");
}

#[test]
fn the_cases_held_out_end_it_early() {
    let town = Town::new(2_000, 60);
    let settings = Settings { trees: 300, leaves: 31, shrinkage: 0.3, patience: 10, ..few() };
    let all = town.fit(&settings).unwrap();
    assert_eq!((all.grown, all.forest.parts().trees.len()), (300, 300));
    assert_eq!((all.held_out_loss, all.held_out_precision), (None, None));
    let early = town.fit(&Settings { held_out: 0.25, ..settings }).unwrap();
    let kept = early.forest.parts().trees.len();
    assert_eq!(early.grown, kept + settings.patience);
    assert!(kept > 0 && early.grown < 100, "{kept} kept of {}", early.grown);
    // What was kept is what was best: its loss is the one that is told.
    let (mut sum, held_out) = (0.0, 1_500..2_000);
    for at in held_out {
        let score = early.forest.score(&town.rows[at]);
        sum -= if town.labels[at] { score.ln() } else { (1.0 - score).ln() };
    }
    assert!((sum / 500.0 - early.held_out_loss.unwrap()).abs() < 1e-9);
}

#[test]
fn what_does_not_fit_is_refused() {
    let town = Town::new(200, 50);
    let refused = |change: &dyn Fn(&mut Town)| {
        let mut changed = Town { weights: vec![1.0; 200], ..Town::new(200, 50) };
        change(&mut changed);
        changed.fit(&few()).unwrap_err()
    };
    let shapes: [&dyn Fn(&mut Town); 6] = [
        &|town| town.labels.truncate(199),
        &|town| town.weights.truncate(199),
        &|town| town.rows[7].truncate(2),
        &|town| town.names.truncate(2),
        &|town| {
            town.names.clear();
            town.rows.iter_mut().for_each(Vec::clear);
        },
        &|town| town.names[1] = "amount".to_owned(),
    ];
    for (at, change) in shapes.into_iter().enumerate() {
        assert_eq!(refused(change), TrainError::Shape, "shape {at}");
    }
    for weight in [-1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(refused(&|town| town.weights[3] = weight), TrainError::Weight(3));
    }
    let one = refused(&|town| {
        town.labels = (0..200).map(|at| at < CASES_MIN - 1).collect();
    });
    assert_eq!(one, TrainError::Cases { positive: 19, negative: 181 });
    assert_eq!(
        one.to_string(),
        "19 cases were something and 181 nothing, of those to learn from; 20 of each are needed"
    );
    // Those held out are not learnt from, and no case at all is no panic.
    let mut late = Town::new(200, 50);
    late.labels = (0..200).map(|at| at >= 150).collect();
    let settings = Settings { held_out: 0.2, ..few() };
    assert_eq!(late.fit(&settings).unwrap_err(), TrainError::Cases { positive: 10, negative: 150 });
    let none = Town::new(0, 0).fit(&few()).unwrap_err();
    assert_eq!(none, TrainError::Cases { positive: 0, negative: 0 });
    assert!(town.fit(&few()).is_ok());
}

#[test]
fn a_setting_out_of_its_range_is_refused_by_its_name() {
    let town = Town::new(200, 50);
    let settings = [
        ("trees", Settings { trees: 0, ..few() }),
        ("trees", Settings { trees: 16_385, ..few() }),
        ("leaves", Settings { leaves: 1, ..few() }),
        ("shrinkage", Settings { shrinkage: 0.0, ..few() }),
        ("shrinkage", Settings { shrinkage: f64::NAN, ..few() }),
        ("l2", Settings { l2: -1.0, ..few() }),
        ("feature_share", Settings { feature_share: 1.1, ..few() }),
        ("held_out", Settings { held_out: 0.9, ..few() }),
        ("leaf_hessian_min", Settings { leaf_hessian_min: f64::NAN, ..few() }),
        ("patience", Settings { patience: 0, ..few() }),
    ];
    for (name, settings) in settings {
        let wrong = town.fit(&settings).unwrap_err();
        assert_eq!(wrong, TrainError::Setting(name), "{settings:?}");
        assert_eq!(wrong.to_string(), format!("{name} is out of its range"));
    }
}

#[test]
fn precision_is_the_share_found_at_each_step() {
    let labels = [true, false, true, false];
    let precision = |scores: &[f64]| average_precision(scores, &labels).unwrap();
    assert!((precision(&[0.9, 0.1, 0.8, 0.2]) - 1.0).abs() < 1e-12);
    // Found first, then at the third place: (1 + 2/3) / 2.
    assert!((precision(&[0.9, 0.8, 0.7, 0.1]) - 5.0 / 6.0).abs() < 1e-12);
    assert!((precision(&[0.5; 4]) - 0.5).abs() < 1e-12, "equal scores are one step");
    assert_eq!(average_precision(&[0.5; 2], &[true, true]), None);
    assert_eq!(average_precision(&[], &[]), None);
}
