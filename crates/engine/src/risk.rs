//! Risk control in line. Features first (`tiles`, `features`, `tracker`), then what is made of
//! them (`program`), and the bank as it was before each payment (`follower`).

mod features;
mod follower;
mod program;
mod tiles;
mod tracker;

pub use features::{
    Direction, FEATURES, Feature, Kind, Measure, NAMED, Single, Subject, Unit, Values, Wanted, Way,
};
pub use follower::Follower;
pub use program::{
    LINES_MAX, Line, Machine, Outcome, Program, ProgramError, REASONS, REGISTERS_MAX, Register,
    STEPS_MAX, Step, Verdict,
};
pub use tiles::{COUNTERPARTIES_MAX, MONEY_MAX, WINDOWS, Window};
pub use tracker::{Books, NEAR, Payment, Tracker, thousandths};
