//! The town: a made-up bank with the truth known. [`City`] is an iterator over everything the town asks
//! of its bank, in time order, with the answer it expects; [`Truth`] is its own naive books; a [`Label`] says
//! what a thief's payment really was. Read `world` (who lives here), `agenda` (what a day brings), `acts` (how
//! it becomes commands), `thieves`, `truth`. One seed gives one town on every machine: no floats, no clock.

mod rng;
mod names;
mod chart;
mod habits;
mod identity;
mod label;
mod world;
mod listed;
mod devices;
mod scheme;
mod errand;
mod truth;
mod step;
mod intent;
mod desk;
mod setup;
mod acts;
mod thieves;
mod patterns;
mod agenda;
mod city;

pub use chart::{Channel, purpose};
pub use city::{City, Plan};
pub use identity::{Fields, credit_check, organisation_check, resident_check};
pub use label::{LABEL_COLUMNS, Label, Pattern, WrongLabel, read_labels, write_labels};
pub use listed::{Listed, listed, listed_csv};
pub use scheme::{Schedule, Scheme, Thieves};
pub use step::{Item, Step};
pub use truth::{Expected, Truth};
