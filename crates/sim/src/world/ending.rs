//! The last day of a run: everything is verified from the first byte, then copies of the disk are
//! damaged in the ways of disks and thieves, and each damage must be noticed and named. What one copy
//! alone cannot tell from a commit that never ended may be cut, and nothing else.

use super::{Tally, World};
use crate::auditor::{Auditor, Broken, must};
use crate::bank::{self, Bank};
use crate::chance::Chance;
use crate::customers::Wish;
use crate::disk::SimDisk;
use crate::disk::faults::FaultRates;
use journal::{keys, vault};
use node::VerifyReport;

/// Damages planted on copies of each disk.
const DAMAGES: u64 = 3;
/// The piece a misdirected write moves, and an erased one loses.
const PIECE: usize = 4_096;

/// A damage to a disk at rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// One bit of one byte is another.
    Bit,
    /// A sector reads as zeros.
    ZeroedSector,
    /// A piece stands where another should.
    MisplacedPiece,
    /// A file is shorter than it was.
    CutFile,
}

impl World {
    /// Ends the run: verifies, damages, verifies again.
    ///
    /// # Errors
    /// The first broken invariant.
    pub fn end(mut self) -> Result<Tally, Broken> {
        if self.chance.below(3) == 0 {
            self.publish();
        }
        self.start_again()?;
        self.audit()?;
        self.auditor.check_secrets(&self.disk)?;
        self.bank = None;
        self.verify_all()?;
        for damage in 0..DAMAGES {
            let mut chance = self.chance.fork(&format!("damage {damage}"));
            self.damage(&mut chance)?;
            self.tally.damages += 1;
        }
        self.misdirect()?;
        self.tally.acked = self.auditor.acked_records();
        self.tally.faults = self.disk.fault_counts();
        Ok(self.tally)
    }

    /// An outsider's verification finds nothing, and comes to the same state.
    fn verify_all(&self) -> Result<(), Broken> {
        let report = verified(&self.disk)?;
        must(report.is_sound(), "chain", || {
            format!("nobody damaged anything, and verifying finds {:?}", report.findings)
        })?;
        let same = report.engine.snapshot() == self.auditor.state().snapshot();
        must(same, "replay", || "verifying comes to another state".to_owned())
    }

    /// One damage at rest on a copy.
    fn damage(&self, chance: &mut Chance) -> Result<(), Broken> {
        let disk = self.disk.copy();
        let Some(name) = damaged_file(&disk, chance) else { return Ok(()) };
        let damage = chance.one_of(&[
            Damage::Bit,
            Damage::Bit,
            Damage::ZeroedSector,
            Damage::MisplacedPiece,
            Damage::CutFile,
        ]);
        let before = disk.bytes(&name);
        disk.tamper(&name, |bytes| inflict(damage, chance, bytes));
        let in_vault = name.starts_with("vault/");
        if disk.bytes(&name) == before || in_vault && damage == Damage::CutFile {
            return Ok(());
        }
        let told = |what: String| Broken {
            invariant: "prefix",
            what: format!("{damage:?} in {name}: {what}"),
        };
        if in_vault {
            return self.names_survive(&disk).map_err(told);
        }
        if !name.starts_with("snapshots/") {
            let report = verified(&disk)?;
            let named = report.findings.iter().any(|finding| finding.file == name);
            // Of a last commit that is gone to the last byte, nothing is left to find.
            let entries = report.structure.entries;
            let gone = report.is_sound()
                && entries < self.auditor.entries()
                && entries >= self.auditor.witnessed_entries(&self.disk);
            if !named && !gone {
                return Err(told(format!("verifying names only {:?}", report.findings)));
            }
        }
        self.opens_or_refuses(&disk, &name).map_err(told)
    }

    /// One copy of the vault is enough to read every name.
    fn names_survive(&self, damaged: &SimDisk) -> Result<(), String> {
        let names = |disk: &SimDisk| {
            let opened = Bank::open(disk, &self.chance, bank::options());
            let (bank, _) = opened.map_err(|failed| failed.text())?;
            Ok::<_, String>(Auditor::readable_names(&bank))
        };
        let (before, after) = (names(&self.disk.copy())?, names(damaged)?);
        if before == after {
            Ok(())
        } else {
            Err(format!("of the names {before:?}, {after:?} remain"))
        }
    }

    /// A start on a damaged disk refuses and names the file, or has all that anything on the disk proves
    /// to have been durable, unchanged.
    fn opens_or_refuses(&self, disk: &SimDisk, name: &str) -> Result<(), String> {
        let witnessed = self.auditor.witnessed_entries(&self.disk);
        match Bank::open(disk, &self.chance, bank::options()) {
            Err(failed) if failed.text().contains(name) => Ok(()),
            // Where nothing stands at all, the number of the first entry that is gone names the place.
            Err(failed) if failed.text().contains("the journal ends at entry") => Ok(()),
            Err(failed) => Err(format!("the start does not name it: {}", failed.text())),
            Ok((bank, _)) => self.auditor.has_at_least(&bank, witnessed),
        }
    }

    /// A write lands at another place and is reported as done; later ones go where they should.
    fn misdirect(&mut self) -> Result<(), Broken> {
        let disk = self.disk.copy().next_program();
        let told =
            |what: String| Broken { invariant: "prefix", what: format!("misdirected: {what}") };
        let (mut bank, _) = Bank::open(&disk, &self.chance, bank::options())
            .map_err(|failed| told(failed.text()))?;
        let before = bank.node.journal().entries();
        let later = self.chance.below(3);
        disk.set_rates(FaultRates { misdirected: 10_000, ..FaultRates::default() });
        for _ in 0..=later {
            let wish = self.customers.wish(self.auditor.model(), self.now);
            let Wish::Ask(request) = wish else { continue };
            let turned = bank.node.turn(self.now, &[request]);
            disk.set_rates(FaultRates::default());
            if turned.is_err() {
                break;
            }
        }
        // A later commit knows what was durable before the misdirected one; without one, only what the
        // last intact entry knows is proved.
        let proved_later = bank.node.journal().entries() > before + 1;
        let witnessed =
            if proved_later { before } else { self.auditor.witnessed_entries(&self.disk) };
        drop(bank);
        disk.set_rates(FaultRates::default());
        if !disk.fault_counts().contains_key("misdirected write") {
            return Ok(());
        }
        self.tally.damages += 1;
        let report = verified(&disk)?;
        if report.is_sound() {
            return Err(told("verifying finds nothing".to_owned()));
        }
        match Bank::open(&disk, &self.chance, bank::options()) {
            Err(failed) if failed.text().contains("journal/") => Ok(()),
            Err(failed) => Err(told(format!("the start names no place: {}", failed.text()))),
            Ok((bank, _)) => self.auditor.has_at_least(&bank, witnessed).map_err(told),
        }
    }
}

fn verified(disk: &SimDisk) -> Result<VerifyReport, Broken> {
    let broken = |what: String| Broken { invariant: "chain", what };
    let log = keys::verifier(disk).map_err(|error| broken(error.to_string()))?;
    node::verify(disk, &log, &[], |_| ()).map_err(|error| broken(error.to_string()))
}

/// A file that somebody relies on; most of the time one of the journal's.
fn damaged_file(disk: &SimDisk, chance: &mut Chance) -> Option<String> {
    let one = "journal/";
    let folder = chance.one_of(&[one, one, one, "log/", "snapshots/", vault::COPIES[1]]);
    let mut names = disk.names();
    names.retain(|name| name.starts_with(folder));
    if folder == "log/" {
        // Tiles of earlier checkpoints may lie there still; nobody needs them any more.
        let needed = Auditor::published_files(disk);
        names.retain(|name| needed.contains(name));
    }
    (!names.is_empty()).then(|| names[chance.place(names.len())].clone())
}

fn inflict(damage: Damage, chance: &mut Chance, bytes: &mut Vec<u8>) {
    // Where something is written, most of the time: half of a segment is zeros.
    let used = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let range = if chance.below(8) == 0 { bytes.len() } else { used };
    if range == 0 {
        return;
    }
    let at = chance.place(range);
    match damage {
        Damage::Bit => bytes[at] ^= 1 << chance.below(8),
        Damage::ZeroedSector => {
            let start = at / 512 * 512;
            let end = (start + 512).min(bytes.len());
            bytes[start..end].fill(0);
        }
        Damage::MisplacedPiece => {
            let (from, to) = (at / PIECE * PIECE, chance.place(range) / PIECE * PIECE);
            if from.max(to) + PIECE <= bytes.len() {
                bytes.copy_within(from..from + PIECE, to);
            }
        }
        Damage::CutFile => bytes.truncate(at),
    }
}
