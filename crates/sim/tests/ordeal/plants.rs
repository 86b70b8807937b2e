//! The auditor is proved by planting bugs: each must be caught, under the right name and soon.

use sim::auditor::Broken;
use sim::nemesis::Nemesis;
use sim::world::{Plant, World};

/// What the auditor says of a bank with this bug, on the first seed on which it says anything.
fn caught(plant: Plant) -> Broken {
    let mut unnoticed = 0;
    for seed in 0..20 {
        let nemesis = Nemesis::new(sim::chance::Chance::new(seed).fork("nemesis"));
        let mut world = match World::new(seed, nemesis, plant) {
            Ok(world) => world,
            Err(broken) => return broken,
        };
        for _ in 0..100 {
            if let Err(broken) = world.step() {
                return broken;
            }
        }
        unnoticed += 1;
    }
    panic!("{plant:?} went unnoticed on {unnoticed} seeds");
}

#[test]
fn an_early_acknowledgement_is_caught() {
    assert_eq!(caught(Plant::AnswersEarly).invariant, "durable");
}

#[test]
fn a_disk_that_lies_about_syncs_is_caught() {
    let broken = caught(Plant::SyncsAreLies);
    assert!(["durable", "prefix"].contains(&broken.invariant), "{broken}");
}

#[test]
fn an_event_skipped_at_replay_is_caught() {
    let broken = caught(Plant::SkipsAnEvent);
    assert!(["postings", "replay"].contains(&broken.invariant), "{broken}");
}

#[test]
fn a_name_in_clear_is_caught() {
    assert_eq!(caught(Plant::NamesInClear).invariant, "sealed");
}

#[test]
fn a_key_that_outlives_its_party_is_caught() {
    assert_eq!(caught(Plant::KeysAreKept).invariant, "forgotten");
}

#[test]
fn a_start_that_cuts_too_much_is_caught() {
    let broken = caught(Plant::CutsTooMuch);
    // Where a torn batch behind it still proves the one that was cut, the start itself refuses.
    assert!(["durable", "prefix"].contains(&broken.invariant), "{broken}");
}
