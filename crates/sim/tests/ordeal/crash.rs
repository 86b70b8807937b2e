//! A crash at every operation of a run, with every sector in flight lost, alone or torn: a start finds
//! all that was acknowledged, in order, and of the rest whole turns or nothing.

use crate::recorded::{Recorded, chance, options, run};
use sim::bank::Bank;
use sim::disk::contents::Fate;
use sim::disk::{SimDisk, Unsynced};

/// What a power cut makes of the sectors in flight: every legal outcome that differs in kind.
fn fates(unsynced: &[Unsynced]) -> Vec<Vec<Fate>> {
    let all = |fate: Fate| vec![fate; unsynced.len()];
    let kept = Fate::After(usize::MAX);
    let mut fates = vec![all(kept)];
    if unsynced.is_empty() {
        return fates;
    }
    fates.push(all(Fate::After(0)));
    for at in 0..unsynced.len() {
        let mut only_lost = all(kept);
        only_lost[at] = Fate::After(0);
        let mut only_torn = all(kept);
        only_torn[at] = Fate::Torn(1 + at * 37 % 511);
        let mut prefix = all(Fate::After(0));
        prefix[..at].fill(kept);
        let mut suffix = all(kept);
        suffix[..at].fill(Fate::After(0));
        fates.extend([only_lost, only_torn, prefix, suffix]);
    }
    fates
}

fn crashed(disk: &SimDisk, unsynced: &[Unsynced], fates: &[Fate]) -> SimDisk {
    disk.copy().power_cycle_with(|asked| {
        let at = unsynced.iter().position(|u| (&u.file, u.sector) == (&asked.file, asked.sector));
        fates[at.unwrap()]
    })
}

/// A start on what a crash left. Returns how many records it found.
fn start(recorded: &Recorded, disk: &SimDisk, acked: u64, at: usize) -> u64 {
    let (bank, _) = match Bank::open(disk, &chance(), options()) {
        Ok(opened) => opened,
        Err(failed) => {
            let unmade = acked == 0 && failed.was_never_made();
            assert!(unmade, "operation {at}: {}", failed.text());
            return 0;
        }
    };
    let journal = bank.node.journal();
    let found = journal.records();
    assert!(found >= acked, "operation {at}: {acked} acknowledged and {found} found");
    let mut record = 0;
    let mut engine = engine::Engine::default();
    for batch in journal.scan(0) {
        for event in batch.unwrap().events().unwrap() {
            assert_eq!(event, recorded.events[record], "operation {at}, record {record}");
            engine.evolve(&event);
            record += 1;
        }
    }
    assert_eq!(bank.node.engine().snapshot(), engine.snapshot(), "operation {at}: replay");
    found
}

#[test]
fn a_crash_at_every_operation_keeps_what_was_acknowledged() {
    let recorded = run(24);
    let disk = SimDisk::replayed(&[]);
    let (mut starts, mut partial) = (0, 0);
    for (at, done) in recorded.trace.iter().enumerate() {
        disk.redo(done);
        let acked = recorded.acked.iter().rev().find(|(operations, _)| *operations <= at + 1);
        let acked = acked.map_or(0, |(_, records)| *records);
        let unsynced = disk.unsynced();
        for fates in fates(&unsynced) {
            let found = start(&recorded, &crashed(&disk, &unsynced, &fates), acked, at);
            partial += usize::from(found > acked);
            starts += 1;
        }
    }
    assert!(starts > 1_000 && partial > 100, "{starts} starts, {partial} found more");
}

#[test]
fn a_crash_of_a_start_after_a_crash_is_harmless() {
    let recorded = run(12);
    let disk = SimDisk::replayed(&[]);
    let mut cuts = 0;
    for (at, done) in recorded.trace.iter().enumerate() {
        disk.redo(done);
        let acked = recorded.acked.iter().rev().find(|(operations, _)| *operations <= at + 1);
        let acked = acked.map_or(0, |(_, records)| *records);
        let unsynced = disk.unsynced();
        if unsynced.is_empty() {
            continue;
        }
        // Everything in flight arrives but the first sector, so that there is a tail to cut.
        let mut torn = vec![Fate::After(usize::MAX); unsynced.len()];
        torn[0] = Fate::After(0);
        let torn = crashed(&disk, &unsynced, &torn);
        for ahead in 0..6 {
            let again = torn.copy();
            again.cut_power_in(ahead);
            let opened = Bank::open(&again, &chance(), options());
            drop(opened);
            if again.is_dark() {
                cuts += 1;
                start(&recorded, &again.power_cycle(), acked, at);
            }
        }
    }
    assert!(cuts > 50, "{cuts} starts were cut short");
}

#[test]
fn what_a_failed_sync_forgot_is_not_lost_after_it_was_acknowledged() {
    use sim::disk::faults::FaultRates;
    let disk = SimDisk::new(chance().fork("disk"));
    let mut bank = Bank::create(&disk, &chance(), options()).unwrap();
    let ask = |id: u32| {
        let line =
            terms::ChartLine { code: id as u16, class: terms::ChartClass::Asset, name: "x".into() };
        vec![vec![terms::Command::DefineChartLine(line)]]
    };
    bank.node.turn(terms::TimeNs(1), &ask(1)).unwrap();
    disk.set_rates(FaultRates { sync_error: 10_000, ..FaultRates::default() });
    let mut disk = disk;
    let mut id = 2;
    // The program stops and is started again until a failed sync made the system forget a batch that
    // it still shows.
    while !disk.fault_counts().contains_key("lost by a failed sync") {
        assert!(bank.node.turn(terms::TimeNs(id.into()), &ask(id)).is_err());
        drop(bank);
        let forgot = disk.fault_counts().contains_key("lost by a failed sync");
        disk = disk.next_program();
        disk.set_rates(FaultRates::default());
        bank = Bank::open(&disk, &chance(), options()).unwrap().0;
        if !forgot {
            disk.set_rates(FaultRates { sync_error: 10_000, ..FaultRates::default() });
        }
        id += 1;
    }
    bank.node.turn(terms::TimeNs(1_000), &ask(id)).unwrap();
    let acked = bank.node.journal().records();
    drop(bank);
    let dark = disk.power_cycle_with(|_| Fate::After(0));
    let (bank, _) = Bank::open(&dark, &chance(), options()).unwrap();
    assert_eq!(bank.node.journal().records(), acked);
}
