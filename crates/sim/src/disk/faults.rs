//! What goes wrong with a disk, and how often.

use crate::chance::Chance;
use std::collections::BTreeMap;
use std::io;

/// Cases out of 10,000 operations of its kind in which something goes wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FaultRates {
    /// A read fails.
    pub read_error: u64,
    /// A write fails, and nothing of it was taken.
    pub write_error: u64,
    /// A write fails after a part of it was taken.
    pub short_write: u64,
    /// A sync fails; half the time the system forgets what it had not written.
    pub sync_error: u64,
    /// There is no room for a new file.
    pub no_space: u64,
    /// A small file cannot be replaced; half the time the new one stands there nevertheless.
    pub replace_error: u64,
    /// An operation takes seconds.
    pub slow: u64,
    /// A write lands at another place of its file and is reported as done.
    pub misdirected: u64,
}

impl FaultRates {
    /// What a failing disk does, `parts` times in 10,000 operations, without ever lying.
    pub fn honest(parts: u64) -> FaultRates {
        FaultRates {
            read_error: parts / 8,
            write_error: parts,
            short_write: parts,
            sync_error: parts,
            no_space: parts,
            replace_error: parts,
            slow: parts * 4,
            misdirected: 0,
        }
    }
}

/// How many faults there were, by kind.
pub type Counts = BTreeMap<&'static str, u64>;

/// The state of what goes wrong.
#[derive(Clone, Debug)]
pub(super) struct Faults {
    pub rates: FaultRates,
    pub chance: Chance,
    pub capacity: Option<u64>,
    /// Syncs succeed and keep nothing.
    pub lies: bool,
    /// Power fails in this operation.
    pub cut_at: Option<u64>,
    /// Power is off.
    pub dark: bool,
    /// How many look at the disk who want no faults.
    pub calm: u32,
    pub delay_ns: u64,
    pub counts: Counts,
}

impl Default for Faults {
    fn default() -> Faults {
        Faults {
            rates: FaultRates::default(),
            chance: Chance::new(0),
            capacity: None,
            lies: false,
            cut_at: None,
            dark: false,
            calm: 0,
            delay_ns: 0,
            counts: Counts::new(),
        }
    }
}

/// Nanoseconds an operation takes on a disk that is well.
const OPERATION_NS: u64 = 50_000;
/// Nanoseconds an operation takes when the disk is slow.
const SLOW_NS: u64 = 3_000_000_000;

impl Faults {
    pub fn power_on(&mut self) {
        (self.dark, self.cut_at) = (false, None);
    }

    /// Counts the fault `kind` and makes the error a program gets.
    pub fn fail(&mut self, kind: &'static str, error: io::ErrorKind, name: &str) -> io::Error {
        *self.counts.entry(kind).or_default() += 1;
        io::Error::new(error, format!("simulated fault: {kind} ({name})"))
    }

    /// Counts the fault `kind`, of which the program hears nothing.
    pub fn note(&mut self, kind: &'static str) {
        *self.counts.entry(kind).or_default() += 1;
    }

    pub fn before_read(&mut self, name: &str) -> io::Result<()> {
        if self.calm > 0 {
            return Ok(());
        }
        self.take_time();
        if self.chance.hits(self.rates.read_error) {
            return Err(self.fail("read error", io::ErrorKind::Other, name));
        }
        Ok(())
    }

    pub fn take_time(&mut self) {
        let slow = self.chance.hits(self.rates.slow);
        if slow {
            self.note("slow disk");
        }
        self.delay_ns += if slow { SLOW_NS } else { OPERATION_NS };
    }

    /// Whether power fails in operation `number`.
    pub fn cuts_power(&mut self, number: u64) -> bool {
        if self.cut_at.is_some_and(|at| number >= at) {
            self.dark = true;
            self.note("power cut");
        }
        self.dark
    }
}
