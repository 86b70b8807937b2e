//! Random requests, nasty on purpose: few ids, so that they collide; every flag, also where it has no
//! business; retries, exact and altered; chains, imports, odd days and amounts at the end of numbers.

#[path = "generator/observation.rs"]
mod observation;

use super::Model;
use terms::*;

/// The largest amount of a transfer on accounts that may bear interest.
const ORDINARY_AMOUNT_MAX: u64 = 1_000;
/// Accounts 1 to 6 are in yuan, 7 and 8 in dollars, 9 to 12 in a unit where amounts may be huge;
/// from 13 on, in yuan again, there are few.
const ACCOUNTS: u64 = 12;
const HUGE: Currency = Currency(963);

/// A stream of numbers that one number begins (splitmix64).
#[derive(Clone, Debug)]
pub struct Seed(pub u64);

impl Seed {
    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number less than `end`, which is not zero.
    pub fn below(&mut self, end: u64) -> u64 {
        self.number() % end
    }

    /// True once in `n` times.
    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// One of several.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }
}

/// Makes requests and remembers them, to send some again.
#[derive(Clone, Debug)]
pub struct Generator {
    seed: Seed,
    asked: Vec<Command>,
    /// Ids of transfers and entries that nobody has asked for yet begin here.
    fresh: u128,
    /// Payments are ordered for later and access is noted, too.
    orders: bool,
}

impl Generator {
    /// The same seed makes the same requests of the same model.
    pub fn new(seed: u64) -> Generator {
        Generator { seed: Seed(seed), asked: Vec::new(), fresh: 1, orders: false }
    }

    /// The same, with payments ordered for later and notes of access among the requests.
    #[must_use]
    pub fn with_orders(self) -> Generator {
        Generator { orders: true, ..self }
    }

    /// How far the clock goes before the next request; rarely back.
    pub fn next_now(&mut self, now: TimeNs) -> TimeNs {
        let seconds = self.seed.below(20) * 1_000_000_000;
        match self.seed.below(40) {
            0 => TimeNs(now.0.saturating_sub(seconds)),
            1 => TimeNs(now.0 + 86_400_000_000_000),
            2..=10 => now,
            11..=15 => TimeNs(now.0 + self.seed.below(3)),
            _ => TimeNs(now.0 + seconds),
        }
    }

    /// What somebody asks next of a bank that stands as `model`.
    pub fn random_request(&mut self, model: &Model, now: TimeNs) -> Vec<Command> {
        let length = self.seed.pick(&[1, 1, 1, 2, 3, 5, 8]);
        let imported = self.seed.one_in(12);
        let mut request: Vec<Command> = (0..length)
            .map(|_| if imported { self.import(model, now) } else { self.command(model, now) })
            .collect();
        if imported {
            // Each import is later than the one before, mostly.
            let mut times: Vec<u64> = request.iter().filter_map(import_time).map(|t| t.0).collect();
            times.sort_unstable();
            let times = times.into_iter();
            for (command, time) in request.iter_mut().zip(times) {
                set_time(command, TimeNs(time));
            }
        }
        if self.seed.one_in(5) {
            let open = self.seed.one_in(6);
            let last = request.len() - usize::from(!open);
            request[..last].iter_mut().for_each(link);
        }
        self.asked.extend(request.iter().cloned());
        request
    }

    fn command(&mut self, model: &Model, now: TimeNs) -> Command {
        if !self.asked.is_empty() && self.seed.one_in(6) {
            return self.again();
        }
        if model.accounts().count() < 11 && !self.seed.one_in(3) {
            return Command::CreateAccount(self.account());
        }
        if self.orders && self.seed.one_in(25) {
            return self.order(model);
        }
        match self.seed.below(61) {
            0..=1 => Command::CreateAccount(self.account()),
            2..=21 => Command::Transfer(self.plain(model, now)),
            22..=27 => Command::Transfer(self.pending(model, now)),
            28..=37 => Command::Transfer(self.resolution(model, now)),
            38..=42 => Command::PostEntry(self.entry(model, now)),
            43..=45 => Command::Reverse {
                id: self.new_id(),
                of: self.done_id(model),
                value_date: self.value_date(model, now),
            },
            46..=48 => Command::SettleInterest { id: self.new_id(), account: self.account_id() },
            49..=50 => Command::Expire { pending: self.done_id(model) },
            51 if self.orders && self.seed.one_in(3) => Command::PlanLimits(self.plan()),
            51 => Command::SetLimits(self.limits()),
            52..=53 => self.hold(),
            54..=55 => self.interest(),
            56..=57 => self.day(model, now),
            58..=59 => self.names(model, now),
            _ => self.seen(model),
        }
    }

    /// Something asked before, the same or with one thing changed.
    fn again(&mut self) -> Command {
        let recent = self.asked.len().min(60) as u64;
        let at = self.asked.len() - 1 - self.seed.below(recent) as usize;
        let mut command = self.asked[at].clone();
        if self.seed.one_in(3) {
            return command;
        }
        let n = self.seed.below(3) as u32;
        match &mut command {
            Command::Transfer(t) => match self.seed.below(12) {
                0 => t.flags = TransferFlags(t.flags.0 ^ (1 << self.seed.below(10))),
                1 => t.pending_id = self.used_id(),
                2 => t.timeout_s = n,
                3 => t.debit_account = self.account_id(),
                4 => t.credit_account = self.account_id(),
                5 => t.amount = Amount(t.amount.0.saturating_sub(n.into())),
                6 => t.user_data_128 = n.into(),
                7 => t.user_data_64 = n.into(),
                8 => t.user_data_32 = n,
                9 => t.ledger = self.seed.pick(&[Currency(0), Currency::CNY, Currency::USD]),
                10 => t.code = n as u16,
                _ => t.value_date = t.value_date.plus(1),
            },
            Command::CreateAccount(a) => match self.seed.below(6) {
                0 => a.flags = AccountFlags(a.flags.0 ^ (1 << self.seed.below(7))),
                1 => a.user_data_128 = n.into(),
                2 => a.user_data_64 = n.into(),
                3 => a.user_data_32 = n,
                4 => a.ledger = self.seed.pick(&[Currency(0), Currency::CNY, HUGE]),
                _ => a.code = n as u16,
            },
            Command::PostEntry(entry) => match self.seed.below(4) {
                0 => entry.code = n as u16,
                1 => entry.user_data_128 = n.into(),
                2 => entry.value_date = entry.value_date.plus(1),
                _ => entry.reverses = TransferId(n.into()),
            },
            Command::Reverse { of, value_date, .. } => match n {
                0 => *of = self.used_id(),
                _ => *value_date = value_date.plus(1),
            },
            Command::SettleInterest { account, .. } => *account = self.account_id(),
            Command::RegisterParty(party) => party.identity.commitment[0] ^= 1,
            Command::PlaceHold(hold) => hold.order = HoldOrder::Bank,
            _ => {}
        }
        command
    }

    fn import(&mut self, model: &Model, now: TimeNs) -> Command {
        let past = now.0.saturating_sub(model.last_time().0).max(1);
        let timestamp = match self.seed.below(12) {
            0 => TimeNs(self.seed.pick(&[0, 1 << 63, 1, now.0])),
            1..=3 => TimeNs(now.0.saturating_sub(self.seed.below(100_000_000_000))),
            _ => TimeNs(model.last_time().0 + 1 + self.seed.below(past)),
        };
        if self.seed.one_in(25) {
            return self.command(model, now);
        }
        if self.seed.one_in(4) {
            let asked = self.account();
            let flags = asked.flags | AccountFlags::IMPORTED;
            return Command::CreateAccount(Account { flags, timestamp, ..asked });
        }
        let mut t = match self.seed.below(6) {
            0 => self.pending(model, now),
            1 => self.resolution(model, now),
            _ => self.plain(model, now),
        };
        t.flags |= TransferFlags::IMPORTED;
        let newest = model.accounts().last().map(|account| account.id);
        match self.seed.below(12) {
            0 => t.debit_account = newest.unwrap_or_default(),
            1 => t.credit_account = newest.unwrap_or_default(),
            _ => {}
        }
        Command::Transfer(Transfer { timestamp, ..t })
    }
}

/// Single things.
impl Generator {
    fn account_id(&mut self) -> AccountId {
        AccountId(match self.seed.below(150) {
            0 => 0,
            1 => u128::MAX,
            2..=8 => u128::from(13 + self.seed.below(28)),
            _ => u128::from(1 + self.seed.below(ACCOUNTS)),
        })
    }

    /// Two accounts, mostly of one currency.
    fn two_accounts(&mut self) -> (AccountId, AccountId) {
        let one = self.account_id();
        if self.seed.one_in(12) {
            return (one, self.account_id());
        }
        let (first, count) = match one.0 {
            7..=8 => (7, 2),
            9..=12 => (9, 4),
            _ => (1, 6),
        };
        // The same account on both sides is a fault like others, so it is rare.
        let skip = if self.seed.one_in(40) { 0 } else { 1 + self.seed.below(count - 1) };
        let at = u64::try_from(one.0.wrapping_sub(first)).unwrap_or(0);
        (one, AccountId(first + u128::from((at + skip) % count)))
    }

    /// An id for something new: mostly one nobody has used.
    fn new_id(&mut self) -> TransferId {
        match self.seed.below(100) {
            0 => TransferId(0),
            1 => TransferId(u128::MAX),
            2..=9 => self.used_id(),
            _ => {
                self.fresh += 1;
                TransferId(self.fresh)
            }
        }
    }

    /// An id of something that was done, mostly.
    fn done_id(&mut self, model: &Model) -> TransferId {
        let done = model.movement_ids();
        match done.len() as u64 {
            n if n > 0 && !self.seed.one_in(8) => done[self.seed.below(n) as usize],
            _ => self.used_id(),
        }
    }

    /// An id of something that was asked for or will be: mostly of late.
    fn used_id(&mut self) -> TransferId {
        let back = self.seed.pick(&[3, 20, 2_000]);
        let below = self.fresh + 2 - u128::from(self.seed.below(back)).min(self.fresh);
        TransferId(below)
    }

    fn amount(&mut self, account: AccountId) -> Amount {
        if (9..=12).contains(&account.0) && self.seed.one_in(3) {
            let less = u128::from(self.seed.below(50));
            return Amount(self.seed.pick(&[u128::MAX, u128::MAX / 2, u128::MAX / 3]) - less);
        }
        let most = self.seed.pick(&[3, 50, ORDINARY_AMOUNT_MAX]);
        Amount(u128::from(self.seed.below(most)))
    }

    /// Around the day it is booked on; rarely far away.
    fn value_date(&mut self, model: &Model, now: TimeNs) -> Day {
        let today = model.business_day().unwrap_or(now.day_at(0));
        match self.seed.below(16) {
            0 => today.plus(self.seed.pick(&[-400, -366, 366, 367])),
            1..=2 => today.plus(-(self.seed.below(10) as i32)),
            3..=4 => today.plus(self.seed.below(10) as i32),
            _ => Day::BOOKING,
        }
    }

    fn odd<T: Copy + Default>(&mut self, often: T, rare: &[T]) -> T {
        if self.seed.one_in(10) { self.seed.pick(rare) } else { often }
    }

    fn flags(&mut self, from: &[TransferFlags]) -> TransferFlags {
        let mut flags = TransferFlags::default();
        while self.seed.one_in(3) {
            flags |= self.seed.pick(from);
        }
        if self.seed.one_in(40) {
            flags = TransferFlags(flags.0 | 1 << self.seed.below(10));
        }
        // A chain is made of a whole request.
        TransferFlags(flags.0 & !(TransferFlags::LINKED.0 | TransferFlags::IMPORTED.0))
    }

    fn account(&mut self) -> Account {
        let late = !self.asked.is_empty() && self.seed.one_in(4);
        let id =
            if late { AccountId(u128::from(13 + self.seed.below(28))) } else { self.account_id() };
        let ledger = match id.0 {
            7..=8 => Currency::USD,
            9..=12 => HUGE,
            _ => Currency::CNY,
        };
        let mut flags = self.seed.pick(&[
            AccountFlags(0),
            AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS,
            AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS,
            AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS,
            AccountFlags::HISTORY,
        ]);
        if self.seed.one_in(20) {
            flags |= AccountFlags(1 << self.seed.below(8));
        }
        Account {
            id,
            user_data_128: self.odd(0, &[1, 2]),
            user_data_64: self.odd(0, &[1]),
            user_data_32: self.odd(0, &[1]),
            ledger: self.odd(ledger, &[ledger, ledger, ledger, Currency(0)]),
            code: self.odd(1, &[2, 3, 0]),
            flags: AccountFlags(flags.0 & !(AccountFlags::LINKED.0 | AccountFlags::IMPORTED.0)),
            timestamp: TimeNs(if self.seed.one_in(60) { 7 } else { 0 }),
        }
    }

    fn plain(&mut self, model: &Model, now: TimeNs) -> Transfer {
        let (debit_account, credit_account) = self.two_accounts();
        let ledger = match debit_account.0 {
            7..=8 => Currency::USD,
            9..=12 => HUGE,
            _ => Currency::CNY,
        };
        let flags = self.flags(&[TransferFlags::BALANCING_DEBIT, TransferFlags::BALANCING_CREDIT]);
        let balancing = flags.any(TransferFlags::BALANCING_DEBIT | TransferFlags::BALANCING_CREDIT);
        let whole = balancing && self.seed.one_in(2);
        Transfer {
            id: self.new_id(),
            debit_account,
            credit_account,
            amount: if whole { Amount::MAX } else { self.amount(debit_account) },
            pending_id: TransferId(if self.seed.one_in(60) { 5 } else { 0 }),
            user_data_128: self.odd(0, &[1, 2]),
            user_data_64: self.odd(0, &[1]),
            user_data_32: self.odd(0, &[1]),
            timeout_s: if self.seed.one_in(60) { 5 } else { 0 },
            ledger: self.odd(ledger, &[ledger, ledger, ledger, Currency::CNY, Currency(0)]),
            code: self.odd(1, &[2, 3, 3, 0]),
            flags,
            value_date: self.value_date(model, now),
            timestamp: TimeNs(if self.seed.one_in(60) { 7 } else { 0 }),
        }
    }

    fn pending(&mut self, model: &Model, now: TimeNs) -> Transfer {
        let mut t = self.plain(model, now);
        t.flags |= TransferFlags::PENDING;
        if self.seed.one_in(8) {
            t.flags |=
                self.seed.pick(&[TransferFlags::CLOSING_DEBIT, TransferFlags::CLOSING_CREDIT]);
            t.timeout_s = 30;
        }
        if self.seed.one_in(2) {
            t.timeout_s = self.seed.pick(&[1, 2, 10, 60, 100_000]);
        }
        t
    }

    /// Posts or voids something that is pending, or anything else.
    fn resolution(&mut self, model: &Model, now: TimeNs) -> Transfer {
        let flags = self.seed.pick(&[TransferFlags::POST_PENDING, TransferFlags::VOID_PENDING]);
        let open = model.pending_ids();
        let pending_id = match open.len() as u64 {
            n if n > 0 && !self.seed.one_in(6) => open[self.seed.below(n) as usize],
            _ if self.seed.one_in(12) => TransferId(u128::MAX),
            _ => self.done_id(model),
        };
        let whole = if flags == TransferFlags::POST_PENDING { Amount::MAX } else { Amount::ZERO };
        let of = self.account_id();
        Transfer {
            id: self.new_id(),
            debit_account: if self.seed.one_in(12) { self.account_id() } else { AccountId(0) },
            credit_account: if self.seed.one_in(12) { self.account_id() } else { AccountId(0) },
            amount: if self.seed.one_in(3) { self.amount(of) } else { whole },
            pending_id,
            user_data_128: self.odd(0, &[1, 2]),
            user_data_64: self.odd(0, &[1]),
            user_data_32: self.odd(0, &[1]),
            timeout_s: if self.seed.one_in(60) { 5 } else { 0 },
            ledger: self.odd(Currency(0), &[Currency::CNY, Currency::USD, HUGE]),
            code: self.odd(0, &[1, 1, 2]),
            flags: flags | self.flags(&[TransferFlags::default()]),
            value_date: self.value_date(model, now),
            timestamp: TimeNs(0),
        }
    }

    fn entry(&mut self, model: &Model, now: TimeNs) -> Entry {
        let mut legs = Vec::new();
        for _ in 0..self.seed.pick(&[1, 1, 2, 3, 12]) {
            let (one, other) = self.two_accounts();
            let amount = self.amount(one).0;
            // Twelve huge legs together still have a sum.
            let amount = Amount(if amount >> 100 == 0 { amount + 1 } else { amount / 64 });
            let sides = if self.seed.one_in(2) {
                (Side::Debit, Side::Credit)
            } else {
                (Side::Credit, Side::Debit)
            };
            legs.push(Leg { account: one, side: sides.0, amount });
            legs.push(Leg { account: other, side: sides.1, amount });
        }
        match self.seed.below(30) {
            4 => legs[0].amount = Amount::ZERO,
            0 => drop(legs.pop()),
            1 => legs[0].amount.0 += 1,
            2 => legs = legs.repeat(33),
            3 => legs.swap(0, 1),
            _ => {}
        }
        Entry {
            id: self.new_id(),
            code: self.odd(1, &[2, 3, 3, 0]),
            value_date: self.value_date(model, now),
            user_data_128: self.odd(0, &[1]),
            reverses: TransferId(if self.seed.one_in(60) { 5 } else { 0 }),
            legs,
        }
    }

    fn limits(&mut self) -> SpendingLimits {
        let account = self.account_id();
        let mut most = |end| {
            let amount = Amount(u128::from(self.seed.below(end)));
            if self.seed.one_in(3) { None } else { Some(amount) }
        };
        SpendingLimits { account, per_transfer: most(600), per_day: most(2_000) }
    }

    fn plan(&mut self) -> LimitPlan {
        let SpendingLimits { account, per_transfer, per_day } = self.limits();
        let cooling_h = self.seed.pick(&[0, 1, 1, 2, 24, 72, 73]);
        let by = "x".repeat(if self.seed.one_in(20) { 257 } else { 3 });
        LimitPlan { account, per_transfer, per_day, cooling_h, by }
    }

    fn hold(&mut self) -> Command {
        let id = TransferId(u128::from(self.seed.below(12)));
        if self.seed.one_in(2) {
            return Command::ReleaseHold { hold: id };
        }
        let amount = match self.seed.below(8) {
            0 => None,
            1 => Some(Amount::MAX),
            _ => Some(Amount(u128::from(self.seed.below(100)))),
        };
        let reference = "x".repeat(if self.seed.one_in(12) { 257 } else { 3 });
        let order = self.seed.pick(&[HoldOrder::Court, HoldOrder::Aml, HoldOrder::Tax]);
        Command::PlaceHold(Hold { id, account: self.account_id(), amount, order, reference })
    }

    fn order(&mut self, model: &Model) -> Command {
        let id = TransferId(u128::from(self.seed.below(30)));
        let by = "x".repeat(if self.seed.one_in(20) { 257 } else { 3 });
        if self.seed.one_in(4) {
            return Command::EndOrder(OrderEnd { order: id, by });
        }
        let today = model.business_day().unwrap_or(Day(20_458));
        let ahead = self.seed.below(40) as i32;
        let first = today.plus(self.odd(ahead, &[-1, 0, 3_660, 3_661]));
        let rhythm = self.seed.pick(&Rhythm::ALL);
        let once = rhythm == Rhythm::Once;
        let ends = !once && self.seed.one_in(2);
        let last = if ends { first.plus(self.seed.below(90) as i32) } else { Day::BOOKING };
        let amount = u128::from(self.seed.below(60));
        Command::PlaceOrder(StandingOrder {
            id,
            debit_account: self.account_id(),
            credit_account: self.account_id(),
            amount: Amount(self.odd(amount, &[0, u128::MAX])),
            code: self.odd(1, &[0]),
            first,
            last: self.odd(last, &[first.plus(-1), Day::BOOKING]),
            rhythm,
            every: if once { self.odd(1, &[0, 2]) } else { self.odd(1, &[0, 2, 3]) },
            by,
        })
    }

    /// Only on accounts whose amounts are ordinary.
    fn interest(&mut self) -> Command {
        let basis = self.seed.pick(&[DayBasis::Actual360, DayBasis::Actual365]);
        let rate_ppm = self.seed.pick(&[0, 20_000, 500_000, 1_000_000, 1_000_001]);
        let ids: &[u128] = if self.seed.one_in(4) { &[7, 8] } else { &[1, 2, 3, 4, 5, 6, 99] };
        let (account, counter) = (self.seed.pick(ids), self.seed.pick(ids));
        let (account, counter_account) = (AccountId(account), AccountId(counter));
        Command::SetInterest(InterestTerms { account, rate_ppm, basis, counter_account })
    }

    fn day(&mut self, model: &Model, now: TimeNs) -> Command {
        // No bank opens on a day before something it has booked.
        let utc = now.max(model.last_time()).day_at(0);
        match model.business_day() {
            Some(day) if !self.seed.one_in(10) => {
                let next = day.plus(self.seed.pick(&[1, 1, 1, 2, 3, 10, 31, 32, 0, -1]));
                Command::CloseDay { day, next }
            }
            None if self.seed.one_in(2) => Command::OpenInstitution(Institution {
                name: "x".repeat(if self.seed.one_in(6) { 257 } else { 9 }),
                currency: self.odd(Currency::CNY, &[Currency(0)]),
                utc_offset_min: self.seed.pick(&[0, 480, -300]),
                first_day: utc.plus(self.seed.below(3) as i32),
            }),
            _ => Command::CloseDay { day: utc, next: utc.plus(1) },
        }
    }

    /// People, roles, the chart, the institution again, marks.
    fn names(&mut self, model: &Model, now: TimeNs) -> Command {
        let party = PartyId(u128::from(self.seed.below(5)));
        let role = Role {
            party,
            account: self.account_id(),
            kind: self.seed.pick(&[RoleKind::Owner, RoleKind::Viewer]),
            until: self.seed.pick(&[Day::BOOKING, now.day_at(0)]),
        };
        let sealed = Sealed {
            commitment: [3; 32],
            cipher: SealingCipher::Sm4Gcm,
            nonce: [1; 12],
            ciphertext: vec![7; if self.seed.one_in(10) { 4_097 } else { 40 }],
        };
        let text = "x".repeat(if self.seed.one_in(10) { 257 } else { 5 });
        match self.seed.below(9) {
            0..=1 => Command::RegisterParty(Party {
                id: party,
                kind: PartyKind::Person,
                identity: sealed,
            }),
            2 => Command::EraseParty { party, reason: text },
            3 => Command::GrantRole(role),
            4 => Command::RevokeRole(role),
            5 => Command::Attach(Attachment { subject: self.done_id(model), party, text: sealed }),
            6 => Command::MarkSnapshot(SnapshotMark {
                records: model.records() + self.seed.below(2),
                hash: [0; 32],
            }),
            7 => self.day(model, now),
            // The chart comes late, so that accounts are opened without one, too.
            _ if model.records() > 200 => Command::DefineChartLine(ChartLine {
                code: self.seed.below(3) as u16,
                class: self.seed.pick(&[ChartClass::Asset, ChartClass::Liability]),
                name: text,
            }),
            _ => Command::GrantRole(role),
        }
    }
}

fn import_time(command: &Command) -> Option<TimeNs> {
    match command {
        Command::Transfer(t) => Some(t.timestamp),
        Command::CreateAccount(a) => Some(a.timestamp),
        _ => None,
    }
}

fn set_time(command: &mut Command, time: TimeNs) {
    match command {
        Command::Transfer(t) => t.timestamp = time,
        Command::CreateAccount(a) => a.timestamp = time,
        _ => {}
    }
}

fn link(command: &mut Command) {
    match command {
        Command::Transfer(t) => t.flags |= TransferFlags::LINKED,
        Command::CreateAccount(a) => a.flags |= AccountFlags::LINKED,
        _ => {}
    }
}
