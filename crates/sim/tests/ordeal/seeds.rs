//! A sample of the ordeal; `cargo xtask ordeal --seeds N` runs more.

use sim::world::{self, Plant, Tally};

#[test]
fn thirty_seeds_keep_every_invariant() {
    let mut tally = Tally::default();
    for seed in 0..30 {
        let run = world::run(seed, 60, Plant::Nothing);
        tally.add(&run.unwrap_or_else(|broken| panic!("{broken}")));
    }
    // A run in which nothing happens proves nothing.
    assert!(tally.crashes > 200 && tally.acked > 5_000 && tally.damages > 60, "{tally:?}");
    for fault in ["power cut", "read error", "sync error", "short write", "lost by a failed sync"] {
        assert!(tally.faults.contains_key(fault), "no {fault} in thirty seeds");
    }
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let run = || world::run(11, 60, Plant::Nothing).map(|tally| format!("{tally:?}"));
    assert_eq!(run().unwrap(), run().unwrap());
}
