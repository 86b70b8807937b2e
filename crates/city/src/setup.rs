//! The evening before the first day: the institution opens, its chart and own accounts, then customer
//! by customer with their accounts, roles, limits, interest terms and opening balances.

use crate::chart::{self, Channel, own, purpose};
use crate::desk::Desk;
use crate::habits::UTC_OFFSET_MIN;
use crate::step::{Expected, Item};
use crate::world::{Life, NONE, OrgKind, Person, World};
use terms::{
    Account, Amount, ChartLine, Command, Currency, Day, DayBasis, Institution, InterestTerms, Role,
    RoleKind, SpendingLimits,
};

/// Name of the bank.
const BANK_NAME: &str = "明镜市通鉴银行 / Tongjian Bank of Mingjing";
/// Fen of a yuan.
const YUAN: u64 = 100;

impl Desk {
    /// One part of the setup: the bank itself, then one customer each. False when there is none left.
    pub(crate) fn set_up(&mut self, part: u32) -> bool {
        let (orgs, customers) = (self.world.orgs.len() as u32, self.world.customers());
        match part {
            0 => self.open_bank(customers),
            _ if part <= orgs => self.welcome_org(part - 1),
            _ if part <= customers => self.welcome_person(part - 1 - orgs),
            _ => return false,
        }
        true
    }

    fn open_bank(&mut self, customers: u32) {
        let institution = Institution {
            name: BANK_NAME.into(),
            currency: Currency::CNY,
            utc_offset_min: UTC_OFFSET_MIN,
            first_day: self.first_day,
        };
        self.say(Command::OpenInstitution(institution), Expected::Done);
        for (code, class, name) in chart::CHART {
            let line = ChartLine { code: *code, class: *class, name: (*name).into() };
            self.say(Command::DefineChartLine(line), Expected::Done);
        }
        for place in 0..self.world.machines.end {
            self.open_account(place);
        }
        let n = u64::from(customers);
        self.bring(own::CENTRAL_BANK, own::CAPITAL, n * 20_000 * YUAN);
        let tills = u64::from(self.world.machines.end - self.world.tills.start);
        self.bring(own::VAULT, own::CENTRAL_BANK, (n * 800 + tills * 200_000) * YUAN);
        for till in self.world.tills.start..self.world.machines.end {
            self.bring(till, own::VAULT, 150_000 * YUAN);
        }
    }

    fn welcome_org(&mut self, index: u32) {
        let org = self.world.orgs[index as usize];
        self.register(index);
        self.open_account(org.account);
        self.grant(index, org.account, RoleKind::Owner, Day::BOOKING);
        let money = match org.kind {
            OrgKind::Treasury => 20_000_000,
            OrgKind::SocialInsurance => u64::from(self.world.customers()) * 4_000,
            OrgKind::Telecom
            | OrgKind::Transit
            | OrgKind::Utility
            | OrgKind::OnlineShop
            | OrgKind::Landlord => 3_000_000,
            OrgKind::School | OrgKind::Hospital => 2_000_000,
            OrgKind::Hotel | OrgKind::Market | OrgKind::Employer => 400_000,
            OrgKind::Restaurant | OrgKind::Shop => 60_000,
        };
        let money = self.rng.around(money * YUAN, 40) + org.payroll * 3;
        self.bring(own::CENTRAL_BANK, org.account, money);
    }

    fn welcome_person(&mut self, index: u32) {
        let person = self.world.persons[index as usize];
        let customer = self.world.orgs.len() as u32 + index;
        self.register(customer);
        for place in [person.account, person.savings, person.mortgage, person.card, person.foreign]
        {
            if place != NONE {
                self.open_account(place);
                self.grant(customer, place, RoleKind::Owner, Day::BOOKING);
            }
        }
        self.grant_family_roles(index, customer, &person);
        self.set_limits(&person);
        self.agree_interest(&person);
        self.bring_savings(&person);
    }

    /// Parents for children, spouses for each other, clerks for their employer.
    fn grant_family_roles(&mut self, index: u32, customer: u32, person: &Person) {
        let head_customer = self.world.orgs.len() as u32 + person.head;
        if person.life == Life::Child {
            let (year, month, dom) = person.birth.ymd();
            // Whoever is born on 29 February comes of age on 1 March.
            let until = Day::from_ymd(year + 18, month, dom).or(Day::from_ymd(year + 18, 3, 1));
            self.grant(
                head_customer,
                person.account,
                RoleKind::Guardian,
                until.unwrap_or(Day::BOOKING),
            );
        }
        if person.life == Life::Worker && person.head != index && self.rng.chance(5_000) {
            let joint = self.world.persons[person.head as usize].account;
            self.grant(customer, joint, RoleKind::JointOwner, Day::BOOKING);
        }
        if person.employer != NONE && self.world.orgs[person.employer as usize].clerk == index {
            let account = self.world.orgs[person.employer as usize].account;
            self.grant(customer, account, RoleKind::Disponent, Day::BOOKING);
        }
    }

    /// Children and old people have narrow limits, others wide ones or none.
    fn set_limits(&mut self, person: &Person) {
        let (share, per_transfer, per_day) = match person.life {
            Life::Child => (10_000, 200, 300),
            Life::Student => (6_000, 5_000, 10_000),
            Life::Worker => (5_500, 50_000, 100_000),
            Life::Pensioner => (8_000, 5_000, 10_000),
        };
        if !self.rng.chance(share) {
            return;
        }
        let wide = if person.life == Life::Child { 1 } else { self.rng.between(1, 3) };
        let amount = |yuan: u64| Some(Amount(u128::from(yuan * wide * YUAN)));
        self.limit(person.account, amount(per_transfer), amount(per_day));
    }

    fn agree_interest(&mut self, person: &Person) {
        let terms = [
            (person.savings, 12_500, DayBasis::Actual360, own::INTEREST_EXPENSE),
            (person.mortgage, 35_000, DayBasis::Actual360, own::INTEREST_INCOME),
            (person.card, 150_000, DayBasis::Actual365, own::INTEREST_INCOME),
        ];
        for (place, rate_ppm, basis, counter) in terms {
            if place == NONE {
                continue;
            }
            let terms = InterestTerms {
                account: self.world.id(place),
                rate_ppm,
                basis,
                counter_account: self.world.id(counter),
            };
            self.truth.set_interest(&terms);
            self.say(Command::SetInterest(terms), Expected::Done);
        }
    }

    fn bring_savings(&mut self, person: &Person) {
        let median = match person.life {
            Life::Child => 120,
            Life::Student => 2_400,
            Life::Worker => 11_000,
            Life::Pensioner => 16_000,
        };
        let money = self.rng.around(median * YUAN, 110).max(20 * YUAN);
        self.bring(own::CENTRAL_BANK, person.account, money);
        if person.savings != NONE {
            let money = self.rng.around(38_000 * YUAN, 130);
            self.bring(own::CENTRAL_BANK, person.savings, money);
        }
        if person.mortgage != NONE {
            let money = self.rng.around(480_000 * YUAN, 50) / 100_000 * 100_000;
            self.bring(person.mortgage, own::CENTRAL_BANK, money);
        }
        if person.foreign != NONE {
            let dollars = self.world.accounts[person.foreign as usize].currency == Currency::USD;
            let (nostro, median) =
                if dollars { (own::NOSTRO_USD, 240_000) } else { (own::NOSTRO_JPY, 300_000) };
            let money = self.rng.around(median, 100);
            self.bring(nostro, person.foreign, money);
        }
    }

    fn register(&mut self, customer: u32) {
        let (kind, fields) = self.world.fields_of(customer);
        self.push(Item::Register { party: World::party(customer), kind, fields }, Expected::Done);
    }

    fn open_account(&mut self, place: u32) {
        let opening = self.world.accounts[place as usize];
        let account = Account {
            id: opening.id,
            ledger: opening.currency,
            code: opening.code,
            flags: opening.flags,
            ..Account::default()
        };
        self.truth.open(&account);
        self.say(Command::CreateAccount(account), Expected::Done);
    }

    fn grant(&mut self, customer: u32, place: u32, kind: RoleKind, until: Day) {
        let role =
            Role { party: World::party(customer), account: self.world.id(place), kind, until };
        self.say(Command::GrantRole(role), Expected::Done);
    }

    /// Sets the limits of an account.
    pub(crate) fn limit(
        &mut self,
        place: u32,
        per_transfer: Option<Amount>,
        per_day: Option<Amount>,
    ) {
        let limits = SpendingLimits { account: self.world.id(place), per_transfer, per_day };
        self.truth.limit(&limits);
        self.say(Command::SetLimits(limits), Expected::Done);
    }

    /// An opening balance: debit, credit.
    fn bring(&mut self, from: u32, to: u32, amount: u64) {
        let transfer = self.draft(from, to, amount, purpose::OPENING, Channel::Bank);
        let expect = self.ask(transfer);
        assert!(expect == Some(Expected::Done), "an opening balance of {amount} fits");
    }
}
