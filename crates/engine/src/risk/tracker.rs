//! What every account, owner, pair and device did lately. `observe` takes each payment that was accepted, once and
//! in the order of the journal; `fill` says what the features of a payment are before it is taken.

use super::features::{Feature, Measured, Single, Subject, Values, Wanted, Way};
use super::tiles::{MONEY_MAX, Recent, Starts, Sums, Tiles, WINDOWS, Weight, Window};
use crate::ledger::NOWHERE;
use crate::table::{IdTable, Rows};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use terms::{Amount, Currency, PartyId, PartyKind, ScreeningResult, TimeNs};

/// The threshold that payments are kept below: 50,000 main units, of which the last tenth counts as just below.
pub const NEAR: core::ops::Range<u64> = 45_000_000..50_000_000;
/// Payments that are read ahead together, and how many sides each looks at: two accounts, two owners, a device.
const WARM: usize = 16;
const SIDES_READ: usize = 5;
/// The hours of the night.
const NIGHT_FROM: u64 = 23;
const NIGHT_UNTIL: u64 = 5;
const NS: u64 = 1_000_000_000;

/// A payment as risk control sees it; accounts are places in the ledger's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payment {
    /// When it is decided.
    pub time: TimeNs,
    /// The account that pays.
    pub payer: u32,
    /// The account that is paid.
    pub payee: u32,
    /// The currency of both.
    pub ledger: Currency,
    /// What moves, in minor units.
    pub amount: Amount,
    /// Why.
    pub code: u16,
    /// From which device; 0 if nobody said.
    pub device: u64,
    /// Whether it only reserves.
    pub pending: bool,
    /// Minutes by which the bank's clock is ahead of UTC.
    pub utc_offset_min: i16,
}

impl Payment {
    fn local_s(&self) -> u64 {
        (self.time.0 / NS).saturating_add_signed(i64::from(self.utc_offset_min) * 60)
    }

    fn hour(&self) -> u64 {
        self.local_s() / 3_600 % 24
    }

    /// 1 for Monday; the first of 1970 was a Thursday.
    fn weekday(&self) -> u64 {
        (self.local_s() / 86_400 + 3) % 7 + 1
    }

    fn weight(&self) -> Weight {
        let amount = thousandths(self.amount, self.ledger);
        let night = !(NIGHT_UNTIL..NIGHT_FROM).contains(&self.hour());
        Weight { amount, near: NEAR.contains(&amount), night }
    }
}

/// Money as features count it.
pub fn thousandths(amount: Amount, ledger: Currency) -> u64 {
    let scale = 10_u128.pow(u32::from(3 - ledger.minor_digits().min(3)));
    let value = amount.0.saturating_mul(scale);
    u64::try_from(value).map_or(MONEY_MAX, |value| value.min(MONEY_MAX))
}

/// What the books say of a payment's two accounts before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Books {
    /// When each account was opened.
    pub opened: [TimeNs; 2],
    /// Posted credits less posted debits of each, in thousandths.
    pub balance: [i64; 2],
}

/// Payments in one direction. It takes 64 bytes and one reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[repr(align(64))]
struct Side {
    tiles: Tiles,
    recent: Recent,
    last: Option<TimeNs>,
}

impl Side {
    fn add(&mut self, time: TimeNs, weight: Weight, who: u32) {
        self.tiles.add(time, weight);
        self.recent.add(time, who);
        self.last = Some(time);
    }

    /// What its windows add up to and with how many counterparties, or zeros for what is not looked at.
    #[inline]
    fn measured(&self, starts: &Starts, [sums, counterparties]: [bool; 2]) -> Measured {
        let sums = if sums { self.tiles.sums(starts) } else { Default::default() };
        let who = if counterparties { self.recent.distinct(starts) } else { [0; WINDOWS] };
        (sums, who)
    }
}

/// What an account, an owner or a device did: out and in.
type Sides = [Side; 2];

/// What went from one account to another. Most pairs meet once, and then have no tiles.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Between {
    first: TimeNs,
    amount: u64,
    tiles: Tiles,
}

impl Between {
    fn again(&mut self, time: TimeNs, weight: Weight) {
        if self.tiles.is_empty() {
            let first = Weight { amount: self.amount, near: false, night: false };
            self.tiles.add(self.first, first);
        }
        self.tiles.add(time, weight);
    }

    fn sums(&self, starts: &Starts) -> [Sums; WINDOWS] {
        if self.tiles.is_empty() {
            return Tiles::sums_of_one(self.first, self.amount, starts);
        }
        self.tiles.sums(starts)
    }
}

/// What everybody did lately.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tracker {
    /// By account: its place in `sides`, and the number of who owns it.
    accounts: Vec<u32>,
    owners: Vec<u32>,
    party_numbers: IdTable,
    parties_seen: u32,
    /// What looking parties up on lists came to: by their ids, and by their numbers for those who own an account.
    screened: BTreeMap<u128, u8>,
    listed: Vec<u8>,
    /// Whether it is an organisation, by the owner's number.
    firms: Vec<bool>,
    /// The owners' ids, by their numbers.
    ids: Vec<PartyId>,
    /// By owner and currency, and by device: places in `sides`.
    parties: IdTable,
    devices: IdTable,
    sides: Rows<Sides>,
    /// By payer and payee: places in `between`.
    pairs: IdTable,
    between: Rows<Between>,
}

fn pair_key(payer: u32, payee: u32) -> u128 {
    u128::from(payer) << 32 | u128::from(payee)
}

fn party_key(party: u32, ledger: Currency) -> u128 {
    u128::from(party) << 32 | u128::from(ledger.0)
}

impl Tracker {
    /// An owner's role was granted; the latest one counts. `kind` is the party's.
    pub fn own(&mut self, account: u32, party: PartyId, kind: PartyKind) {
        let number = match self.party_numbers.get(party.0) {
            Some(number) => number,
            None => {
                let number = self.parties_seen;
                self.parties_seen += 1;
                self.party_numbers.insert(party.0, number);
                self.listed.push(self.screened.get(&party.0).copied().unwrap_or(0));
                self.firms.push(kind == PartyKind::Organisation);
                self.ids.push(party);
                number
            }
        };
        *at_place(&mut self.owners, account) = number;
    }

    /// Who owns an account, if somebody does.
    pub fn owner_of(&self, account: u32) -> Option<PartyId> {
        self.owner(account).map(|owner| self.ids[owner as usize])
    }

    /// A party was looked up on lists; the latest result counts.
    pub fn screen(&mut self, party: PartyId, result: ScreeningResult) {
        let found = result as u8 - ScreeningResult::Clear as u8;
        self.screened.insert(party.0, found);
        if let Some(number) = self.party_numbers.get(party.0) {
            self.listed[number as usize] = found;
        }
    }

    fn firm(&self, account: u32) -> i64 {
        self.owner(account).is_some_and(|owner| self.firms[owner as usize]).into()
    }

    fn listed(&self, account: u32) -> i64 {
        let owner = self.owner(account);
        owner.map_or(0, |owner| i64::from(self.listed[owner as usize]))
    }

    /// Reads what the next payments will look at, many at once: each alone would wait for memory a dozen times. What
    /// it gives means nothing; it only keeps the reading from being left out.
    pub fn warm(&self, payments: &[Payment]) -> u32 {
        payments
            .chunks(WARM)
            .map(|payments| self.warm_some(payments))
            .fold(0, |all, read| all ^ read)
    }

    fn warm_some(&self, payments: &[Payment]) -> u32 {
        // Places first, then what stands there, then what that leads to: no read of a row waits for another row's.
        let mut places = [NOWHERE; WARM * SIDES_READ];
        let mut pairs = [NOWHERE; 2 * WARM];
        for (at, payment) in payments.iter().enumerate() {
            let account = |account: u32| self.accounts.get(account as usize).copied();
            let party = |account: u32| {
                let key = party_key(self.owner(account)?, payment.ledger);
                self.parties.get(key)
            };
            let device = (payment.device != 0).then(|| self.devices.get(payment.device.into()));
            let read = [
                account(payment.payer),
                account(payment.payee),
                party(payment.payer),
                party(payment.payee),
                device.flatten(),
            ];
            for (place, read) in places[at * SIDES_READ..].iter_mut().zip(read) {
                *place = read.unwrap_or(NOWHERE);
            }
            let (payer, payee) = (payment.payer, payment.payee);
            let there = self.pairs.get(pair_key(payer, payee));
            let back = self.pairs.get(pair_key(payee, payer));
            pairs[2 * at..][..2].copy_from_slice(&[there, back].map(|at| at.unwrap_or(NOWHERE)));
        }
        let known = |place: &&u32| **place != NOWHERE;
        let mut all = 0;
        for place in places.iter().filter(known) {
            let [out, into] = self.sides.at(*place);
            all ^= u32::from(out.tiles.is_empty()) ^ u32::from(into.last.is_none());
        }
        for place in pairs.iter().filter(known) {
            all ^= u32::from(self.between.at(*place).tiles.is_empty());
        }
        for place in places.iter().filter(known) {
            for side in self.sides.at(*place) {
                all ^= side.tiles.touch() ^ side.recent.touch();
            }
        }
        for place in pairs.iter().filter(known) {
            all ^= self.between.at(*place).tiles.touch();
        }
        all
    }

    /// A payment was accepted.
    pub fn observe(&mut self, payment: &Payment) {
        let Payment { time, payer, payee, ledger, .. } = *payment;
        let weight = payment.weight();
        let sides = self.account_sides(payer);
        self.sides.at_mut(sides)[0].add(time, weight, payee);
        let sides = self.account_sides(payee);
        self.sides.at_mut(sides)[1].add(time, weight, payer);
        for (account, other, direction) in [(payer, payee, 0), (payee, payer, 1)] {
            if let Some(owner) = self.owner(account) {
                let key = party_key(owner, ledger);
                let sides = sides_of(&mut self.parties, &mut self.sides, key);
                self.sides.at_mut(sides)[direction].add(time, weight, other);
            }
        }
        if payment.device != 0 {
            let key = u128::from(payment.device);
            let sides = sides_of(&mut self.devices, &mut self.sides, key);
            self.sides.at_mut(sides)[0].add(time, weight, payer);
        }
        let key = pair_key(payer, payee);
        if let Some(place) = self.pairs.get(key) {
            self.between.at_mut(place).again(time, weight);
            return;
        }
        let first = Between { first: time, amount: weight.amount, tiles: Tiles::default() };
        let place = self.between.push(first);
        self.pairs.insert(key, place);
    }

    /// What observing a payment will change, as it is before.
    pub(crate) fn before(&self, payment: &Payment) -> Past {
        let Payment { payer, payee, ledger, device, .. } = *payment;
        let party = |account: u32| self.owner(account).map(|owner| party_key(owner, ledger));
        let account = |account: u32| {
            self.accounts.get(account as usize).copied().filter(|place| *place != NOWHERE)
        };
        let row = |place: Option<u32>| place.map(|place| (place, self.sides.at(place).clone()));
        let in_table =
            |table: &IdTable, key: Option<u128>| key.map(|key| (key, row(table.get(key))));
        let key = pair_key(payer, payee);
        Past {
            sides: self.sides.len(),
            accounts: [(payer, row(account(payer))), (payee, row(account(payee)))],
            parties: [payer, payee].map(|account| in_table(&self.parties, party(account))),
            device: in_table(&self.devices, (device != 0).then_some(device.into())),
            pair: key,
            between: self.pairs.get(key).map(|place| (place, self.between.at(place).clone())),
        }
    }

    /// Undoes the latest observation.
    pub(crate) fn take_back(&mut self, past: Past) {
        for (account, row) in past.accounts {
            match row {
                Some((place, sides)) => *self.sides.at_mut(place) = sides,
                None => *at_place(&mut self.accounts, account) = NOWHERE,
            }
        }
        while self.accounts.last() == Some(&NOWHERE) {
            self.accounts.pop();
        }
        let [payer, payee] = past.parties;
        let tables = [(&mut self.parties, payer), (&mut self.devices, past.device)];
        for (table, was) in tables {
            put_back(table, &mut self.sides, was);
        }
        put_back(&mut self.parties, &mut self.sides, payee);
        while self.sides.len() > past.sides {
            self.sides.pop();
        }
        match past.between {
            Some((place, between)) => *self.between.at_mut(place) = between,
            None => {
                self.pairs.remove(past.pair);
                self.between.pop();
            }
        }
    }

    /// The wanted features of a payment that is not observed yet.
    pub fn fill(&self, payment: &Payment, books: &Books, wanted: &Wanted, values: &mut Values) {
        values.clear();
        let starts = Starts::at(payment.time);
        let seen = self.seen(payment, wanted, &starts, values);
        for single in &wanted.singles {
            values.set(Feature::single(*single), self.single(*single, payment, books, &seen));
        }
        values.keep(wanted);
    }

    /// Says the features of windows, and gives what single ones are made of.
    fn seen(
        &self,
        payment: &Payment,
        wanted: &Wanted,
        starts: &Starts,
        values: &mut Values,
    ) -> Seen {
        let mut seen = Seen::default();
        for (subject, sides) in self.subjects(payment, wanted).into_iter().enumerate() {
            let Some(sides) = sides else { continue };
            for direction in 0..2 {
                let looked_at =
                    [wanted.sums, wanted.counterparties].map(|of| of[subject][direction]);
                if looked_at == [false; 2] {
                    continue;
                }
                let measured = sides.map_or_else(Measured::default, |sides| {
                    sides[direction].measured(starts, looked_at)
                });
                values.set_of(subject, direction, &measured);
                if subject == Subject::Payer as usize {
                    seen.sums[direction] = measured.0;
                }
            }
            if let Some(last) = seen.last.get_mut(subject) {
                *last = sides.map_or([None; 2], |sides| [sides[0].last, sides[1].last]);
            }
        }
        let keys = [pair_key(payment.payer, payment.payee), pair_key(payment.payee, payment.payer)];
        for (way, key) in keys.into_iter().enumerate().filter(|(way, _)| wanted.ways[*way]) {
            let between = self.pairs.get(key).map(|place| self.between.at(place));
            let sums = between.map_or_else(Default::default, |between| between.sums(starts));
            values.set_between(way, &sums);
            if way == Way::Pair as usize {
                seen.first = between.map(|between| between.first);
            }
        }
        if wanted.device && payment.device != 0 {
            let place = self.devices.get(u128::from(payment.device));
            let measured = place.map_or_else(Measured::default, |place| {
                self.sides.at(place)[0].measured(starts, [true; 2])
            });
            values.set_device(&measured);
        }
        seen
    }

    /// What each subject did. It may be unknown, known without a past, or known with one.
    fn subjects(&self, payment: &Payment, wanted: &Wanted) -> [Option<Option<&Sides>>; 4] {
        let mut subjects = [None; 4];
        for (subject, account) in [payment.payer, payment.payee].into_iter().enumerate() {
            let place = self.accounts.get(account as usize).copied().filter(|at| *at != NOWHERE);
            // Who never paid or was paid has done nothing, which is known.
            subjects[subject] = Some(place.map(|place| self.sides.at(place)));
            let of_owner = subject + Subject::PayerParty as usize;
            if wanted.sums[of_owner] != [false; 2] || wanted.counterparties[of_owner] != [false; 2]
            {
                subjects[of_owner] = self.owner(account).map(|owner| {
                    let place = self.parties.get(party_key(owner, payment.ledger));
                    place.map(|place| self.sides.at(place))
                });
            }
        }
        subjects
    }

    fn single(&self, single: Single, payment: &Payment, books: &Books, seen: &Seen) -> Option<i64> {
        let (payer, payee) = (Subject::Payer as usize, Subject::Payee as usize);
        let last = |subject: usize, direction: usize| seen.last[subject][direction];
        let since = |then: TimeNs| (payment.time.0.saturating_sub(then.0) / NS) as i64;
        let amount = thousandths(payment.amount, payment.ledger);
        let passed = |window: Window| {
            let [out, into] = seen.sums.map(|sums| sums[window as usize].sum);
            let out = u128::from(out) + u128::from(amount);
            (into > 0).then(|| (out * 1_000 / u128::from(into)).min(1_000) as i64)
        };
        let month = &seen.sums[0][Window::Month as usize];
        let share =
            |part: u32| (month.count > 0).then(|| i64::from(part) * 1_000 / i64::from(month.count));
        match single {
            Single::Amount => Some(amount as i64),
            Single::Code => Some(payment.code.into()),
            Single::Currency => Some(payment.ledger.0.into()),
            Single::Hour => Some(payment.hour() as i64),
            Single::Weekday => Some(payment.weekday() as i64),
            Single::Pending => Some(payment.pending.into()),
            Single::PairFirst => Some(seen.first.is_none().into()),
            Single::PairAge => seen.first.map(since),
            Single::PayerSinceOut => last(payer, 0).map(since),
            Single::PayerSinceIn => last(payer, 1).map(since),
            Single::PayeeSinceOut => last(payee, 0).map(since),
            Single::PayeeSinceIn => last(payee, 1).map(since),
            Single::PayerIdle => last(payer, 0).max(last(payer, 1)).map(since),
            Single::PayerPassDay => passed(Window::Day),
            Single::PayerPassThreeDays => passed(Window::ThreeDays),
            Single::PayerNear => share(month.near),
            Single::PayerNight => share(month.night),
            Single::PayerAge => Some(since(books.opened[0])),
            Single::PayeeAge => Some(since(books.opened[1])),
            Single::PayerBalance => Some(books.balance[0]),
            Single::PayeeBalance => Some(books.balance[1]),
            Single::PayerOwned => Some(self.owner(payment.payer).is_some().into()),
            Single::PayeeOwned => Some(self.owner(payment.payee).is_some().into()),
            Single::PayerListed => Some(self.listed(payment.payer)),
            Single::PayeeListed => Some(self.listed(payment.payee)),
            // Whoever runs the rule set knows.
            Single::Model | Single::PayerLists | Single::PayeeLists => None,
            Single::PayerFirm => Some(self.firm(payment.payer)),
            Single::PayeeFirm => Some(self.firm(payment.payee)),
        }
    }

    fn owner(&self, account: u32) -> Option<u32> {
        self.owners.get(account as usize).copied().filter(|owner| *owner != NOWHERE)
    }

    fn account_sides(&mut self, account: u32) -> u32 {
        let place = at_place(&mut self.accounts, account);
        if *place == NOWHERE {
            *place = self.sides.push(Sides::default());
        }
        *place
    }
}

/// Rows of a table that observing a payment changed, as they were: where it stood, if it was there.
type Row = Option<(u32, Sides)>;

/// What observing a payment changed.
#[derive(Clone, Debug)]
pub(crate) struct Past {
    sides: usize,
    accounts: [(u32, Row); 2],
    parties: [Option<(u128, Row)>; 2],
    device: Option<(u128, Row)>,
    pair: u128,
    between: Option<(u32, Between)>,
}

fn put_back(table: &mut IdTable, sides: &mut Rows<Sides>, was: Option<(u128, Row)>) {
    match was {
        Some((_, Some((place, row)))) => *sides.at_mut(place) = row,
        Some((key, None)) => table.remove(key),
        None => {}
    }
}

/// The number at a place of a table that grows when it must.
fn at_place(table: &mut Vec<u32>, place: u32) -> &mut u32 {
    let place = place as usize;
    if table.len() <= place {
        table.resize(place + 1, NOWHERE);
    }
    &mut table[place]
}

fn sides_of(places: &mut IdTable, sides: &mut Rows<Sides>, key: u128) -> u32 {
    if let Some(place) = places.get(key) {
        return place;
    }
    let place = sides.push(Sides::default());
    places.insert(key, place);
    place
}

/// What single features are made of.
#[derive(Default)]
struct Seen {
    /// What the payer's windows add up to, by direction.
    sums: [[Sums; WINDOWS]; 2],
    /// When payer and payee last paid and were paid.
    last: [[Option<TimeNs>; 2]; 2],
    /// When the payer first paid the payee.
    first: Option<TimeNs>,
}

#[cfg(test)]
mod tests;
