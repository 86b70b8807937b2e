//! Attacks by name, and what must work beside them. `stage` sets a bank up; each file tells of one door.

mod stage;
mod people;
mod at_counter;
mod machines;
mod guessing;
mod pairs;
mod paying;
mod phone;
mod helping;
mod keeping;
mod visits;
