//! How the bank is made and how it comes up again after each blow, with the disk still failing.

use super::{Plant, World};
use crate::auditor::{Broken, must};
use crate::bank::{self, Bank};
use crate::disk::SimDisk;
use crate::disk::faults::FaultRates;
use node::SnapshotUse;

/// Starts that may fail before the disk is repaired.
const FAILING_STARTS: u32 = 3;

impl World {
    /// Makes the bank. Power may fail meanwhile; what was never finished is made again elsewhere.
    pub(super) fn make(&mut self) -> Result<(), Broken> {
        if let Some(ahead) = self.nemesis.strikes_again() {
            self.disk.cut_power_in(ahead * 4);
        }
        let made = Bank::create(&self.disk, &self.chance, self.options);
        if !self.disk.is_dark() {
            let bank = made.map_err(|failed| cannot("be made", &failed.text()))?;
            self.auditor.restarted(&bank)?;
            self.bank = Some(bank);
            return Ok(());
        }
        self.tally.crashes += 1;
        self.disk = self.disk.power_cycle();
        match Bank::open(&self.disk, &self.chance, self.options) {
            Ok((bank, _)) => {
                self.auditor.restarted(&bank)?;
                self.bank = Some(bank);
                Ok(())
            }
            Err(failed) => {
                must(failed.was_never_made(), "prefix", || {
                    format!("a bank whose making was interrupted says: {}", failed.text())
                })?;
                self.disk = SimDisk::new(self.chance.fork("another disk"));
                let made = Bank::create(&self.disk, &self.chance, self.options);
                self.bank = Some(made.map_err(|failed| cannot("be made", &failed.text()))?);
                Ok(())
            }
        }
    }

    /// The bank comes up again: after a power cut, a kill, or a stop. A start may fail as long as the
    /// disk fails; once it works, so must the start.
    pub(super) fn start_again(&mut self) -> Result<(), Broken> {
        self.bank = None;
        for attempt in 0.. {
            self.come_back();
            if attempt >= FAILING_STARTS {
                self.disk.set_rates(FaultRates::default());
                self.disk.set_capacity(None);
            } else if let Some(ahead) = self.nemesis.strikes_again() {
                self.disk.cut_power_in(ahead);
            }
            if self.plant == Plant::CutsTooMuch {
                self.cut_the_last_batch();
            }
            let faults = self.faults();
            match Bank::open(&self.disk, &self.chance, self.options) {
                Ok((bank, started)) => {
                    self.tally.starts += 1;
                    self.tally.from_snapshot +=
                        u64::from(matches!(started.snapshot, SnapshotUse::Restored(_)));
                    self.auditor.restarted(&bank)?;
                    self.bank = Some(bank);
                    return Ok(());
                }
                Err(failed) => must(self.faults() > faults, "prefix", || {
                    format!("the disk works and the bank does not start: {}", failed.text())
                })?,
            }
        }
        Ok(())
    }

    /// Power or program come back.
    fn come_back(&mut self) {
        let power_failed = self.disk.is_dark() || self.chance.below(2) == 0;
        self.tally.crashes += 1;
        if power_failed {
            self.disk = self.disk.power_cycle();
            return;
        }
        self.disk = self.disk.next_program();
        if self.chance.below(3) == 0 {
            self.disk.evict();
        }
    }

    fn faults(&self) -> u64 {
        self.disk
            .fault_counts()
            .iter()
            .filter(|(kind, _)| **kind != "slow disk")
            .map(|(_, n)| n)
            .sum()
    }

    /// The planted bug: the last batch is gone as if it had been a torn tail.
    fn cut_the_last_batch(&mut self) {
        let disk = self.disk.copy();
        let Ok((bank, _)) = Bank::open(&disk, &self.chance, bank::options()) else { return };
        let journal = bank.node.journal();
        let Some(last) = journal.entries().checked_sub(1) else { return };
        let Ok((header, place)) = journal.header(last) else { return };
        self.disk.tamper(&journal::segment::file_name(place.segment), |bytes| {
            let start = place.offset as usize;
            bytes[start..start + header.stored_bytes() as usize].fill(0);
        });
        // And nothing is left that could prove it.
        let removed = journal::Disk::remove(&self.disk, bank::CHECKPOINT);
        assert!(removed.is_ok(), "a bug is planted while the disk works");
    }
}

fn cannot(what: &str, why: &str) -> Broken {
    Broken {
        invariant: "durable",
        what: format!("nothing failed, and the bank cannot {what}: {why}"),
    }
}
