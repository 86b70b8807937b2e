//! Each kind of wish: payments in one phase or two, chains, entries, the bank's own business, the same
//! again, and nonsense.

use super::{Customers, FIRST_DAY, Wish};
use crate::chance::Chance;
use node::Request;
use terms::{
    Account, AccountFlags, AccountId, Amount, ChartClass, ChartLine, Command, Currency, Day,
    DayBasis, Entry, Hold, HoldOrder, Institution, InterestTerms, Leg, PartyId, Role, RoleKind,
    Side, SpendingLimits, Transfer, TransferFlags, TransferId,
};

/// What opens the bank: its name, its chart, its own accounts.
pub(super) fn opening() -> Request {
    let mut request = vec![Command::OpenInstitution(Institution {
        name: "Ordeal Savings Bank".to_owned(),
        currency: Currency::CNY,
        utc_offset_min: 480,
        first_day: FIRST_DAY,
    })];
    let chart = [(10, ChartClass::Asset), (20, ChartClass::Liability), (30, ChartClass::Common)];
    request.extend(chart.map(|(code, class)| {
        Command::DefineChartLine(ChartLine { code, class, name: format!("Line {code}") })
    }));
    let own = [(1, Currency::CNY, 10), (2, Currency::EUR, 10), (3, Currency::CNY, 30)];
    let own = own.into_iter().chain([(4, Currency::EUR, 30), (5, Currency::CNY, 30)]);
    request.extend(own.map(|(id, ledger, code)| {
        Command::CreateAccount(Account { id: AccountId(id), ledger, code, ..Account::default() })
    }));
    request.extend((6..12).map(|id| {
        Command::CreateAccount(Account {
            id: AccountId(id),
            ledger: if id < 10 { Currency::CNY } else { Currency::EUR },
            code: 20,
            flags: AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS,
            ..Account::default()
        })
    }));
    request
}

impl Customers {
    fn account(&mut self) -> (AccountId, Currency) {
        if self.accounts.is_empty() {
            return (AccountId(1), Currency::CNY);
        }
        self.chance.one_of(&self.accounts)
    }

    fn one_of(&mut self, ids: fn(&Customers) -> &Vec<TransferId>) -> TransferId {
        let count = ids(self).len();
        // Now and then an id that nobody knows.
        if count == 0 || self.chance.below(30) == 0 {
            return TransferId(self.new_id());
        }
        // The latest are the likeliest to be still open.
        let back = self.chance.below(count as u64).min(self.chance.below(count as u64)) as usize;
        ids(self)[count - 1 - back]
    }

    fn amount(&mut self) -> Amount {
        let most = self.chance.one_of(&[10, 100, 10_000, 1_000_000]);
        Amount(u128::from(self.chance.below(most)))
    }

    fn day_near(&mut self) -> Day {
        match self.chance.below(6) {
            0 => self.day.plus(self.chance.between(0, 20) as i32 - 10),
            _ => Day::BOOKING,
        }
    }

    /// Money from one account to another; every third comes from the bank, so that there is some.
    pub(super) fn payment(&mut self) -> Transfer {
        let (mut debit, ledger) = self.account();
        if self.chance.below(3) == 0 {
            debit = AccountId(if ledger == Currency::CNY { 1 } else { 2 });
        }
        let same: Vec<AccountId> =
            self.accounts.iter().filter(|(_, l)| *l == ledger).map(|(id, _)| *id).collect();
        let credit = if same.is_empty() { debit } else { self.chance.one_of(&same) };
        let mut flags = TransferFlags::default();
        let mut timeout_s = 0;
        if self.chance.below(3) == 0 {
            flags |= TransferFlags::PENDING;
            timeout_s = self.chance.one_of(&[0, 0, 1, 60, 3_600]);
            match self.chance.below(40) {
                0 => flags |= TransferFlags::CLOSING_DEBIT,
                1 => flags |= TransferFlags::CLOSING_CREDIT,
                _ => {}
            }
        }
        match self.chance.below(20) {
            0 => flags |= TransferFlags::BALANCING_DEBIT,
            1 => flags |= TransferFlags::BALANCING_CREDIT,
            _ => {}
        }
        Transfer {
            id: TransferId(self.new_id()),
            debit_account: debit,
            credit_account: credit,
            amount: self.amount(),
            user_data_64: self.chance.bits(),
            timeout_s,
            ledger,
            code: 7,
            flags,
            value_date: self.day_near(),
            ..Transfer::default()
        }
    }

    /// Posts or voids something pending, in whole, in part or too much; or takes back what was posted.
    pub(super) fn second_phase(&mut self) -> Command {
        let id = TransferId(self.new_id());
        let value_date = self.day_near();
        if self.chance.below(4) == 0 {
            return Command::Reverse { id, of: self.one_of(|c| &c.posted), value_date };
        }
        let pending_id = self.one_of(|c| &c.pending);
        let voids = self.chance.below(3) == 0;
        let (flags, amount) = match (voids, self.chance.below(3)) {
            (true, _) => (TransferFlags::VOID_PENDING, Amount::ZERO),
            (false, 0) => (TransferFlags::POST_PENDING, self.amount()),
            (false, _) => (TransferFlags::POST_PENDING, Amount::MAX),
        };
        Command::Transfer(Transfer { id, pending_id, flags, amount, ..Transfer::default() })
    }

    /// Transfers that stand or fall together; sometimes the last one is still linked.
    pub(super) fn chain(&mut self) -> Request {
        let length = self.chance.between(2, 4);
        let open = self.chance.below(10) == 0;
        let mut request = Request::new();
        for at in 0..length {
            let mut transfer = self.payment();
            if at + 1 < length || open {
                transfer.flags |= TransferFlags::LINKED;
            }
            request.push(Command::Transfer(transfer));
        }
        request
    }

    /// Several legs: a fee beside a payment, or an exchange between currencies.
    pub(super) fn entry(&mut self) -> Command {
        let (first, ledger) = self.account();
        let (second, other) = self.account();
        let (amount, fee) = (self.amount(), Amount(u128::from(self.chance.below(9))));
        let leg = |account, side, amount| Leg { account, side, amount };
        let position = |ledger| AccountId(if ledger == Currency::CNY { 3 } else { 4 });
        let mut legs = vec![leg(first, Side::Debit, amount), leg(second, Side::Credit, amount)];
        if ledger != other {
            let rate = Amount(u128::from(self.chance.between(1, 9)));
            legs[1].amount = rate;
            legs.push(leg(position(ledger), Side::Credit, amount));
            legs.push(leg(position(other), Side::Debit, rate));
        } else if fee != Amount::ZERO {
            legs.push(leg(first, Side::Debit, fee));
            legs.push(leg(position(ledger), Side::Credit, fee));
        }
        Command::PostEntry(Entry {
            id: TransferId(self.new_id()),
            code: 9,
            value_date: self.day_near(),
            user_data_128: 0,
            reverses: TransferId(0),
            legs,
        })
    }

    /// What was asked before, as it was or with one thing changed.
    pub(super) fn again(&mut self) -> Request {
        if self.remembered.is_empty() {
            return self.chain();
        }
        let at = self.chance.place(self.remembered.len());
        let mut request = self.remembered[at].clone();
        if self.chance.below(3) == 0
            && let Some(Command::Transfer(transfer)) = request.first_mut()
        {
            match self.chance.below(4) {
                0 => transfer.amount.0 ^= 1,
                1 => transfer.code ^= 1,
                2 => transfer.user_data_128 ^= 1,
                _ => std::mem::swap(&mut transfer.debit_account, &mut transfer.credit_account),
            }
        }
        request
    }

    /// Transfers whose fields are anything at all.
    pub(super) fn nonsense(&mut self) -> Request {
        let count = self.chance.between(1, 3);
        (0..count).map(|_| Command::Transfer(anything(&mut self.chance))).collect()
    }

    pub(super) fn another_account(&mut self) -> Command {
        let flags = [
            AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS,
            AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS | AccountFlags::HISTORY,
            AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS,
            AccountFlags::default(),
        ];
        Command::CreateAccount(Account {
            id: AccountId(u128::from(self.chance.between(6, 40))),
            ledger: self.chance.one_of(&[Currency::CNY, Currency::EUR]),
            code: self.chance.one_of(&[10, 20, 20, 99]),
            flags: self.chance.one_of(&flags),
            ..Account::default()
        })
    }

    /// What the bank's own people do.
    pub(super) fn business(&mut self) -> Command {
        let (account, _) = self.account();
        let party = self.party();
        let role = Role { party, account, kind: RoleKind::Owner, until: Day::BOOKING };
        match self.chance.below(9) {
            0 => Command::CloseDay { day: self.day, next: self.day.plus(1) },
            1 => Command::SetLimits(SpendingLimits {
                account,
                per_transfer: (self.chance.below(3) != 0).then(|| self.amount()),
                per_day: (self.chance.below(3) != 0).then(|| self.amount()),
            }),
            2 => Command::PlaceHold(Hold {
                id: TransferId(self.new_id()),
                account,
                amount: (self.chance.below(4) != 0).then(|| self.amount()),
                order: HoldOrder::Court,
                reference: format!("file {}", self.next_id),
            }),
            3 | 4 => Command::ReleaseHold { hold: self.one_of(|c| &c.holds) },
            5 => Command::SetInterest(InterestTerms {
                account,
                rate_ppm: self.chance.below(300_000) as u32,
                basis: DayBasis::Actual360,
                counter_account: AccountId(5),
            }),
            6 => Command::SettleInterest { id: TransferId(self.new_id()), account },
            7 => Command::GrantRole(role),
            _ => Command::RevokeRole(role),
        }
    }

    fn party(&mut self) -> PartyId {
        if self.parties.is_empty() {
            return PartyId(u128::from(self.chance.below(3)));
        }
        self.chance.one_of(&self.parties)
    }

    pub(super) fn register(&mut self) -> Wish {
        let id = PartyId(self.new_id());
        Wish::Register(id, format!("Ordeal Customer {} of Secret Lane {}", id, self.chance.bits()))
    }

    pub(super) fn forget(&mut self) -> Wish {
        let party = self.party();
        Wish::Forget(party)
    }

    pub(super) fn remark(&mut self) -> Wish {
        let text = format!("for the secret journey {}", self.chance.bits());
        let subject = self.one_of(|c| &c.posted);
        Wish::Remark(subject, self.party(), text)
    }
}

/// A transfer with any fields: small, huge, zero, all ones.
fn anything(chance: &mut Chance) -> Transfer {
    let mut wide = || match chance.below(5) {
        0 => 0,
        1 => u128::MAX,
        2 => u128::from(chance.bits()) << 64 | u128::from(chance.bits()),
        _ => u128::from(chance.below(20)),
    };
    Transfer {
        id: TransferId(wide()),
        debit_account: AccountId(wide()),
        credit_account: AccountId(wide()),
        amount: Amount(wide()),
        pending_id: TransferId(wide()),
        user_data_128: wide(),
        timeout_s: wide() as u32,
        ledger: Currency(if wide() == 0 { 0 } else { 156 }),
        code: wide() as u16,
        flags: TransferFlags(wide() as u16),
        value_date: Day(wide() as i32),
        timestamp: terms::TimeNs(wide() as u64),
        ..Transfer::default()
    }
}
