//! The desk where everything the town wants becomes a command: it gives out ids, asks the town's own
//! books what the answer must be, and remembers what is to be said later.

use crate::chart::Channel;
use crate::devices::device_of;
use crate::errand::Errand;
use crate::habits::{Clock, NS_PER_S, UTC_OFFSET_MIN};
use crate::intent::Intent;
use crate::names::REMARKS;
use crate::rng::Rng;
use crate::step::{Expected, Item, Step};
use crate::truth::Truth;
use crate::world::World;
use std::collections::{BTreeMap, VecDeque};
use terms::{Amount, Command, Day, Refusal, TimeNs, Transfer, TransferFlags, TransferId};

/// How many of 10,000 payments are asked for a second time, because the first answer got lost.
const RETRIES: u64 = 25;

/// What is to be said later.
#[derive(Clone, Copy, Debug)]
pub(crate) enum After {
    /// The same request again.
    Retry(Transfer, Refusal),
    /// Post the pending payment, up to this amount.
    Post(TransferId, Amount),
    /// Void it.
    Void(TransferId),
    /// By now it has expired at the latest; nothing is said.
    Expired(TransferId),
    /// Take back a mistaken payment.
    Reverse(Transfer),
    /// Lift a hold.
    Release(TransferId),
    /// Do what a person does.
    Act(Intent),
    /// The next payment of an errand.
    Errand(u32),
}

/// The desk.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    pub(crate) world: World,
    pub(crate) truth: Truth,
    pub(crate) rng: Rng,
    pub(crate) clock: Clock,
    /// Nanoseconds since 1970.
    pub(crate) now: u64,
    /// Earliest value date in use.
    pub(crate) first_day: Day,
    /// Indexes of persons who closed their account.
    pub(crate) closed: Vec<u32>,
    /// Of 1,000 payments between people, how many carry a text.
    pub(crate) notes_per_mille: u64,
    /// Movements of money asked for.
    pub(crate) moves: u64,
    /// Those of errands among them.
    pub(crate) errand_moves: u64,
    /// Errands on their way, by case.
    pub(crate) errands: BTreeMap<u32, Errand>,
    /// The case that pays somebody listed at this moment.
    pub(crate) listed_case: Option<u32>,
    out: VecDeque<Step>,
    later: BTreeMap<(u64, u64), After>,
    date_digits: u128,
    serial: u128,
    queued: u64,
}

impl Desk {
    /// An empty desk in a town.
    pub(crate) fn new(world: World, rng: Rng, first_day: Day, notes_per_mille: u32) -> Desk {
        let mut truth = Truth::default();
        truth.begin(first_day);
        Desk {
            world,
            truth,
            rng,
            clock: Clock::new(),
            now: 0,
            first_day,
            closed: Vec::new(),
            notes_per_mille: notes_per_mille.into(),
            moves: 0,
            errand_moves: 0,
            errands: BTreeMap::new(),
            listed_case: None,
            out: VecDeque::new(),
            later: BTreeMap::new(),
            date_digits: 0,
            serial: 0,
            queued: 0,
        }
    }

    /// The next step that is ready.
    #[inline]
    pub(crate) fn take(&mut self) -> Option<Step> {
        self.out.pop_front()
    }

    /// Ids given out from now on begin with this date: a serial number as banks print it.
    pub(crate) fn date(&mut self, day: Day) {
        let (year, month, dom) = day.ymd();
        let digits = year.unsigned_abs() * 10_000 + month * 100 + dom;
        self.date_digits = u128::from(digits) * 10_000_000_000;
    }

    /// The calendar day where the bank is.
    pub(crate) fn today(&self) -> Day {
        TimeNs(self.now).day_at(UTC_OFFSET_MIN)
    }

    /// An id nobody has.
    #[inline]
    pub(crate) fn new_id(&mut self) -> TransferId {
        self.serial += 1;
        TransferId(self.date_digits + self.serial)
    }

    /// Says a command whose answer is known.
    #[inline]
    pub(crate) fn say(&mut self, command: Command, expect: Expected) {
        self.push(Item::Ask(command), expect);
    }

    /// Says any item.
    #[inline]
    pub(crate) fn push(&mut self, item: Item, expect: Expected) {
        self.out.push_back(Step { time: TimeNs(self.now), expect, item });
    }

    /// Remembers to say something `seconds` later.
    pub(crate) fn after(&mut self, seconds: u64, what: After) {
        self.at(self.now + seconds * NS_PER_S, what);
    }

    /// Remembers to say something at a time.
    pub(crate) fn at(&mut self, time: u64, what: After) {
        self.queued += 1;
        self.later.insert((time, self.queued), what);
    }

    /// When the next remembered thing is due.
    #[inline]
    pub(crate) fn next_due(&self) -> Option<u64> {
        self.later.first_key_value().map(|((time, _), _)| *time)
    }

    /// The first remembered thing.
    pub(crate) fn take_due(&mut self) -> Option<After> {
        self.later.pop_first().map(|(_, what)| what)
    }

    /// A transfer with a new id between two places of the town's table.
    #[inline]
    pub(crate) fn draft(
        &mut self,
        from: u32,
        to: u32,
        amount: u64,
        code: u16,
        channel: Channel,
    ) -> Transfer {
        Transfer {
            id: self.new_id(),
            debit_account: self.world.id(from),
            credit_account: self.world.id(to),
            amount: Amount(amount.into()),
            user_data_64: device_of(&self.world, from, channel, self.today()),
            user_data_32: channel as u32,
            ledger: self.world.accounts[from as usize].currency,
            code,
            ..Transfer::default()
        }
    }

    /// Asks for one transfer, unless the town cannot be sure of the answer.
    #[inline]
    pub(crate) fn ask(&mut self, transfer: Transfer) -> Option<Expected> {
        let expect = self.truth.transfer(&transfer, TimeNs(self.now))?;
        self.moves += 1;
        if expect == Expected::Done
            && let Some(label) = self.world.listed_label(&transfer, self.listed_case)
        {
            self.truth.label(label);
        }
        self.say(Command::Transfer(transfer), expect);
        Some(expect)
    }

    /// Pays, and now and then asks a second time. Gives the id when the bank must have done it.
    #[inline]
    pub(crate) fn pay(
        &mut self,
        from: u32,
        to: u32,
        amount: u64,
        code: u16,
        channel: Channel,
    ) -> Option<TransferId> {
        let transfer = self.draft(from, to, amount, code, channel);
        self.pay_as(transfer)
    }

    /// Pays as drafted.
    pub(crate) fn pay_as(&mut self, transfer: Transfer) -> Option<TransferId> {
        let expect = self.ask(transfer)?;
        if self.rng.chance(RETRIES) {
            self.retry_later(transfer, expect);
        }
        (expect == Expected::Done).then_some(transfer.id)
    }

    /// The first answer got lost, so the request comes again; or somebody types it again, wrongly.
    fn retry_later(&mut self, mut transfer: Transfer, expect: Expected) {
        let again = match expect {
            Expected::Done if self.rng.chance(800) => {
                transfer.amount.0 += 100;
                Refusal::ExistsWithDifferentAmount
            }
            Expected::Done => Refusal::Exists,
            // A refusal for a lasting reason is not remembered, so it would be given again.
            Expected::Refused(refusal) if refusal.is_transient() => Refusal::IdAlreadyFailed,
            Expected::Refused(_) => return,
        };
        let seconds = self.rng.between(2, 90);
        self.after(seconds, After::Retry(transfer, again));
    }

    /// Pays together with a second transfer: both or neither.
    pub(crate) fn pay_both(
        &mut self,
        mut first: Transfer,
        then: Transfer,
    ) -> Option<[Expected; 2]> {
        first.flags |= TransferFlags::LINKED;
        let expect = self.truth.chain(&first, &then, TimeNs(self.now))?;
        self.moves += 2;
        self.say(Command::Transfer(first), expect[0]);
        self.say(Command::Transfer(then), expect[1]);
        Some(expect)
    }

    /// Sometimes puts a text beside what a person paid.
    pub(crate) fn note(&mut self, subject: Option<TransferId>, person: u32) {
        let Some(subject) = subject else { return };
        if self.rng.below(1_000) < self.notes_per_mille {
            let text = *self.rng.one_of(REMARKS);
            let party = self.world.person_party(person);
            self.push(Item::Note { subject, party, text }, Expected::Done);
        }
    }
}
