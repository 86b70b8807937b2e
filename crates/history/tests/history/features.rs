//! The features of payments against their second definitions, which are queries: to the last unit.

use crate::bank::{Bank, memory};
use arrow::array::{ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Decimal128Type, Int64Type, UInt32Type, UInt64Type};
use engine::Follower;
use engine::risk::{Feature, Single, Unit, Values, Wanted};
use history::AsOf;
use std::collections::{BTreeMap, BTreeSet};
use terms::ScreeningResult;

/// The features of every payment of the bank, by its place.
fn followed(bank: &Bank) -> BTreeMap<(u64, u32), Values> {
    let (mut follower, wanted) = (Follower::default(), Wanted::all());
    let mut all = BTreeMap::new();
    for (entry, row, event) in &bank.answered {
        follower.follow(event, |before, payment, _| {
            let mut values = Values::default();
            before.fill(payment, &wanted, &mut values);
            all.insert((*entry, *row), values);
        });
    }
    all
}

/// A column as features count: money in thousandths.
fn numbers(column: &ArrayRef, unit: Unit) -> Vec<Option<i64>> {
    if unit == Unit::Money {
        let money = cast(column, &DataType::Decimal128(38, 3)).unwrap();
        return money
            .as_primitive::<Decimal128Type>()
            .iter()
            .map(|v| v.map(|v| v as i64))
            .collect();
    }
    cast(column, &DataType::Int64).unwrap().as_primitive::<Int64Type>().iter().collect()
}

#[tokio::test]
async fn every_feature_is_what_its_query_gives_to_the_last_unit() {
    let mut bank = Bank::new(33);
    let results = [ScreeningResult::Confirmed, ScreeningResult::Clear, ScreeningResult::Possible];
    for (at, rest) in [40, 500, 3_000, 20_000, 90_000, 400_000].into_iter().enumerate() {
        bank.screen(1 + at as u128 % 5, results[at % 3]);
        bank.screen(1 + at as u128 % 2, results[(at + 1) % 3]);
        for _ in 0..5 {
            bank.work(1, 50);
            bank.rest(rest);
        }
        bank.close_day();
    }
    let followed = followed(&bank);
    assert!(followed.len() > 400, "{} payments", followed.len());
    let history = bank.history(memory()).await;
    history.roll().await.unwrap();
    let desk = bank.desk(&history);
    let mut known = BTreeSet::new();
    for twin in rulebook::twins(480) {
        let (batches, _) = desk.ask(AsOf::Now, &twin.sql).await.unwrap().all().await.unwrap();
        let mut rows = 0;
        for batch in &batches {
            let entries = batch.column(0).as_primitive::<UInt64Type>();
            let places = batch.column(1).as_primitive::<UInt32Type>();
            for (at, feature) in twin.features.iter().enumerate() {
                let column = numbers(batch.column(2 + at), feature.unit());
                for (row, value) in column.into_iter().enumerate() {
                    let place = (entries.value(row), places.value(row));
                    let fast = followed[&place].get(*feature);
                    assert_eq!(fast, value, "{} of {place:?}", feature.name());
                    known.extend(value.filter(|value| *value != 0).map(|_| *feature));
                }
            }
            rows += batch.num_rows();
        }
        assert_eq!(rows, followed.len(), "{:?}", twin.features.first().map(|f| f.name()));
    }
    // What a model says is of the rule set, not of the past.
    let model = Feature::single(Single::Model);
    let never: Vec<String> = Feature::all()
        .filter(|feature| !known.contains(feature) && *feature != model)
        .map(Feature::name)
        .collect();
    assert!(never.len() < 24, "never anything: {never:?}");
}
