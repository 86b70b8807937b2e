//! The ordeal: the whole system on one seed. Read `world` first: one step of a run. Around it stand the
//! `customers` who ask, the `nemesis` who breaks things, and the `auditor` who checks every invariant
//! after every step. `disk` is the simulated disk, `bank` what stands on it, `chance` where it all
//! comes from.

pub mod chance;
pub mod disk;
pub mod bank;
pub mod auditor;
pub mod customers;
pub mod nemesis;
pub mod model;
pub mod world;
pub mod decoders;
