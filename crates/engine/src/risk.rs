//! Risk control in line. Features first (`tiles`, `features`, `tracker`), then what is made of
//! them: what a model says (`model`), what rules do (`program`) and what they look up (`tables`).

mod features;
mod model;
mod program;
mod tables;
mod tiles;
mod tracker;

/// Numbers below what is asked for, the same for the same seed.
#[cfg(test)]
fn dice(mut seed: u64) -> impl FnMut(u64) -> u64 {
    move |below| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 8) % below
    }
}

pub use features::{
    Direction, FEATURES, Feature, Kind, Measure, NAMED, Single, Subject, Unit, Values, Wanted, Way,
};
pub use forest::Row;
pub use model::{Model, ModelError};
pub use program::{
    Found, LINES_MAX, Line, Machine, Program, ProgramError, REGISTERS_MAX, Register, STEPS_MAX,
    Step,
};
pub use tables::{
    HoldClock, LISTED_MAX, LISTS_MAX, ListOf, NameList, Sides, Tables, TablesError, listed_hash,
};
pub use tiles::{COUNTERPARTIES_MAX, MONEY_MAX, WINDOWS, Window};
pub(crate) use tracker::Past;
pub use tracker::{Books, NEAR, Payment, Tracker, thousandths};
