//! A small bank that did everything once, for tests that crash or damage it in every way.

use node::{NodeOptions, Request};
use sim::bank::{self, Bank};
use sim::chance::Chance;
use sim::customers::{Customers, Wish};
use sim::disk::SimDisk;
use sim::disk::trace::Traced;
use sim::model::Model;
use terms::{Event, PartyId, TimeNs};

/// Segments so small that a short run fills several.
pub const SEGMENT_BYTES: u64 = 24 << 10;

/// How the recorded bank is kept.
pub fn options() -> NodeOptions {
    let mut options = bank::options();
    options.journal.segment_bytes = SEGMENT_BYTES;
    options
}

/// What was done to the disk, and after how many operations how much had been acknowledged.
pub struct Recorded {
    pub trace: Vec<Traced>,
    /// After so many operations of the trace, so many records were acknowledged.
    pub acked: Vec<(usize, u64)>,
    /// Every event, by record.
    pub events: Vec<Event>,
    pub disk: SimDisk,
}

/// The chance that the bank's keys came from.
pub fn chance() -> Chance {
    Chance::new(77)
}

/// A run of `turns` commits of one to three turns each; now and then it publishes and takes a snapshot.
pub fn run(turns: usize) -> Recorded {
    let disk = SimDisk::new(chance().fork("disk"));
    disk.record();
    let mut bank = Bank::create(&disk, &chance(), options()).unwrap();
    let mut customers = Customers::new(chance().fork("customers"));
    let mut acked = vec![(disk.trace().len(), 0)];
    let mut now = TimeNs(1_795_424_400_000_000_000);
    let mut twin = Model::default();
    for turn in 0..turns {
        let mut decided = Vec::new();
        let mut asked: Vec<Request> = Vec::new();
        for _ in 0..=turn % 3 {
            let wish = match turn % 6 {
                2 => Wish::Register(
                    PartyId(9_000 + decided.len() as u128 + 10 * turn as u128),
                    "Li".into(),
                ),
                _ => customers.wish(&twin, now),
            };
            let request = request_of(&mut bank, wish);
            twin.apply_request(now, &request);
            decided.push(bank.node.decide(now, std::slice::from_ref(&request)));
            asked.push(request);
            now.0 += 700_000_000;
        }
        let answers = bank.node.commit(decided).unwrap();
        for (request, answers) in asked.iter().zip(answers.iter().flatten()) {
            customers.heard(request, answers).unwrap();
        }
        acked.push((disk.trace().len(), bank.node.journal().records()));
        if turn % 5 == 4 {
            bank.node.publish().unwrap();
        }
        if turn % 7 == 6 {
            bank.node.snapshot(now).unwrap();
            acked.push((disk.trace().len(), bank.node.journal().records()));
        }
    }
    let mut events = Vec::new();
    for batch in bank.node.journal().scan(0) {
        events.extend(batch.unwrap().events().unwrap());
    }
    drop(bank);
    Recorded { trace: disk.trace(), acked, events, disk: disk.copy() }
}

fn request_of(bank: &mut Bank, wish: Wish) -> Request {
    match wish {
        Wish::Ask(request) => request,
        Wish::Register(id, name) => {
            bank.vault.ensure_keys(&[id]).unwrap();
            let identity = bank.vault.seal(id, name.as_bytes()).unwrap();
            let kind = terms::PartyKind::Person;
            vec![terms::Command::RegisterParty(terms::Party { id, kind, identity })]
        }
        Wish::Remark(_, party, _) | Wish::Forget(party) => {
            vec![terms::Command::EraseParty { party, reason: "asked".to_owned() }]
        }
    }
}
