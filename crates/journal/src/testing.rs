//! For tests only: made-up events of every kind, and a disk in memory that fails and crashes on demand.

mod memory;
mod sample;

pub use memory::MemoryDisk;
pub use sample::{
    Dice, sample_act, sample_event, sample_judged, sample_noted, sample_observation, sample_order,
    sample_own, sample_transfer,
};
