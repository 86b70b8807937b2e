//! Who breaks things. Each seed has its own temper: calm, clumsy with power, hard on disks, or all of it.

use crate::chance::{Chance, PARTS};
use crate::disk::faults::FaultRates;

/// What happens to the bank in one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blow {
    /// Nothing.
    Nothing,
    /// Power fails in the changing operation of the disk that is so many away.
    PowerCut {
        /// Zero is the next one.
        ahead: u64,
    },
    /// The program is killed after it decided and before it commits.
    KillBeforeCommit,
    /// The program is killed after it committed and before it answers.
    KillBeforeAnswer,
    /// The disk fails at these rates.
    FaultyDisk(FaultRates),
    /// There is no room for another file.
    FullDisk,
    /// The machine's clock is set back by so many seconds.
    ClockBack {
        /// How many.
        seconds: u64,
    },
}

/// The adversary of one run.
#[derive(Debug)]
pub struct Nemesis {
    chance: Chance,
    /// Blows in 10,000 steps.
    eagerness: u64,
    /// How much of each kind of blow: power, kill, disk, full, clock.
    weights: [u64; 5],
}

impl Nemesis {
    /// The adversary of this seed.
    pub fn new(mut chance: Chance) -> Nemesis {
        let eagerness = chance.one_of(&[0, PARTS / 20, PARTS / 5, PARTS / 3, PARTS / 2]);
        let weights = match chance.below(4) {
            0 => [1, 0, 0, 0, 0],
            1 => [1, 1, 0, 0, 1],
            2 => [1, 0, 4, 2, 0],
            _ => [4, 2, 3, 1, 1],
        };
        Nemesis { chance, eagerness, weights }
    }

    /// Nobody who breaks anything.
    pub fn asleep() -> Nemesis {
        Nemesis { chance: Chance::new(0), eagerness: 0, weights: [1; 5] }
    }

    /// What happens in the next step.
    pub fn blow(&mut self) -> Blow {
        if !self.chance.hits(self.eagerness) {
            return Blow::Nothing;
        }
        let mut at = self.chance.below(self.weights.iter().sum());
        let kind = self.weights.iter().position(|weight| match at.checked_sub(*weight) {
            Some(rest) => {
                at = rest;
                false
            }
            None => true,
        });
        match kind {
            Some(0) => Blow::PowerCut { ahead: self.chance.below(6) },
            Some(1) if self.chance.below(2) == 0 => Blow::KillBeforeCommit,
            Some(1) => Blow::KillBeforeAnswer,
            Some(2) => {
                let parts = self.chance.one_of(&[200, 1_000, 3_000]);
                Blow::FaultyDisk(FaultRates::honest(parts))
            }
            Some(3) => Blow::FullDisk,
            _ => Blow::ClockBack { seconds: self.chance.one_of(&[1, 3_600, 86_400 * 400]) },
        }
    }

    /// Whether power fails once more while the bank starts, and after how many operations.
    pub fn strikes_again(&mut self) -> Option<u64> {
        let again = self.eagerness > 0 && self.weights[0] > 0 && self.chance.below(8) == 0;
        again.then(|| self.chance.below(4))
    }
}
