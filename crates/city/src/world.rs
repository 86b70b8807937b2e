//! The town as it stands on its first morning: organisations, households with their people, the
//! accounts they have, and who knows whom. Built once from the seed; what happens is elsewhere.

use crate::chart::{self, own};
use crate::rng::{Rng, mix};
use std::collections::BTreeSet;
use std::ops::Range;
use terms::{AccountFlags, AccountId, Currency, Day, PartyId};

/// No account, no employer.
pub(crate) const NONE: u32 = u32::MAX;
/// The fewest customers a town is built for; fewer become as many.
pub(crate) const CUSTOMERS_MIN: u32 = 100;
/// Digits of an account number behind its prefix: the place, then a check digit.
const PLACE_SHIFT: u64 = 10_000_000_000_000;
/// First six digits of customers' account numbers; no bank has them.
const CUSTOMER_PREFIX: u64 = 629_900;

/// What an organisation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum OrgKind {
    Treasury,
    SocialInsurance,
    Telecom,
    Transit,
    Utility,
    OnlineShop,
    Landlord,
    School,
    Hospital,
    Hotel,
    Market,
    Employer,
    Restaurant,
    Shop,
}

/// An organisation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Org {
    pub(crate) kind: OrgKind,
    /// Its number among those of its kind, from zero.
    pub(crate) nth: u32,
    pub(crate) account: u32,
    /// Day of the month on which it pays wages.
    pub(crate) payday: u8,
    /// Wages of a month, in fen.
    pub(crate) payroll: u64,
    /// Index of the person who pays for it, or `NONE`.
    pub(crate) clerk: u32,
}

/// How somebody lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Life {
    Child,
    Student,
    Worker,
    Pensioner,
}

/// A person.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Person {
    pub(crate) life: Life,
    pub(crate) woman: bool,
    pub(crate) tenant: bool,
    pub(crate) surname: u8,
    pub(crate) given: (u8, u8),
    pub(crate) district: u8,
    pub(crate) id_serial: u16,
    pub(crate) birth: Day,
    /// Index of the first person of the household; it pays the rent.
    pub(crate) head: u32,
    /// Which dwelling.
    pub(crate) home: u32,
    /// Index of the organisation, or `NONE`.
    pub(crate) employer: u32,
    /// Wage, pension or pocket money of a month, in fen.
    pub(crate) income: u64,
    /// Places of the accounts, or `NONE`.
    pub(crate) account: u32,
    pub(crate) savings: u32,
    pub(crate) mortgage: u32,
    pub(crate) card: u32,
    pub(crate) foreign: u32,
}

/// An account to be opened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opening {
    pub(crate) id: AccountId,
    /// Customer's number, or `NONE` for the bank itself.
    pub(crate) owner: u32,
    pub(crate) code: u16,
    pub(crate) currency: Currency,
    pub(crate) flags: AccountFlags,
}

/// The town. Customers are numbered: first the organisations, then the persons.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) orgs: Vec<Org>,
    pub(crate) persons: Vec<Person>,
    pub(crate) accounts: Vec<Opening>,
    /// Places of tills, and behind them of cash machines.
    pub(crate) tills: Range<u32>,
    pub(crate) machines: Range<u32>,
    /// Indexes of the persons with an account in a foreign currency.
    pub(crate) travellers: Vec<u32>,
    /// Persons who are on the list, and others of the same name, with the place in the list.
    pub(crate) listed: Vec<(u32, u32)>,
    pub(crate) namesakes: Vec<(u32, u32)>,
    /// Reflections that make two far acquaintances for everybody, seen alike from both sides.
    mirrors: [u32; 2],
}

impl World {
    /// Builds the town of `seed` with this many customers, persons and organisations together.
    pub(crate) fn build(seed: u64, customers: u32, first_day: Day) -> World {
        let customers = customers.max(CUSTOMERS_MIN);
        let mut rng = Rng::new(mix(seed, 1));
        let mut world = World {
            seed,
            orgs: Vec::new(),
            persons: Vec::new(),
            accounts: Vec::new(),
            tills: 0..0,
            machines: 0..0,
            travellers: Vec::new(),
            listed: Vec::new(),
            namesakes: Vec::new(),
            mirrors: [0; 2],
        };
        world.open_bank(customers);
        world.found_orgs(&mut rng, customers);
        let persons = customers - world.orgs.len() as u32;
        world.settle_households(&mut rng, persons, first_day);
        world.mirrors = [rng.below(persons.into()) as u32, rng.below(persons.into()) as u32];
        world
    }

    /// The bank's own accounts, tills and machines.
    fn open_bank(&mut self, customers: u32) {
        for (code, currency) in chart::BANK {
            let flags = match *code {
                chart::VAULT => {
                    AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS | AccountFlags::HISTORY
                }
                _ => AccountFlags::default(),
            };
            self.open(NONE, *code, *currency, flags);
        }
        let tills = customers / 2_500 + 2;
        let first = self.accounts.len() as u32;
        for _ in 0..tills * 2 {
            self.open(
                NONE,
                chart::TILL,
                Currency::CNY,
                AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS,
            );
        }
        (self.tills, self.machines) = (first..first + tills, first + tills..first + tills * 2);
    }

    /// About one customer in fifty is an organisation.
    fn found_orgs(&mut self, rng: &mut Rng, customers: u32) {
        let n = customers;
        let plan = [
            (OrgKind::Treasury, 1),
            (OrgKind::SocialInsurance, 1),
            (OrgKind::Telecom, 1),
            (OrgKind::Transit, 1),
            (OrgKind::Utility, 1),
            (OrgKind::OnlineShop, 1),
            (OrgKind::Landlord, n / 6_000 + 1),
            (OrgKind::School, n / 4_000 + 1),
            (OrgKind::Hospital, n / 10_000 + 1),
            (OrgKind::Hotel, n / 3_500 + 1),
            (OrgKind::Market, n / 1_200 + 1),
            (OrgKind::Employer, n / 200 + 1),
            (OrgKind::Restaurant, n / 270 + 2),
            (OrgKind::Shop, n / 160 + 3),
        ];
        for (kind, count) in plan {
            for nth in 0..count {
                let index = self.orgs.len() as u32;
                let code = match kind {
                    OrgKind::Treasury | OrgKind::SocialInsurance => chart::PUBLIC,
                    _ => chart::BUSINESS,
                };
                let history =
                    matches!(kind, OrgKind::Treasury | OrgKind::Market | OrgKind::Utility);
                let account = self.open(index, code, Currency::CNY, deposit_flags(history));
                let payday = if rng.chance(5_000) { 10 } else { 15 };
                self.orgs.push(Org { kind, nth, account, payday, payroll: 0, clerk: NONE });
            }
        }
    }

    /// Fills the town house by house.
    fn settle_households(&mut self, rng: &mut Rng, count: u32, today: Day) {
        let mut numbers = BTreeSet::new();
        let mut home = self.orgs.len() as u32;
        while (self.persons.len() as u32) < count {
            let members = household(rng);
            let head = self.persons.len() as u32;
            let (surname, tenant) = (rng.low_below(64) as u8, rng.chance(3_500));
            for (at, (life, age_years)) in members.into_iter().flatten().enumerate() {
                if self.persons.len() as u32 == count {
                    break;
                }
                let mut person = new_person(rng, life, age_years, today);
                (person.head, person.home, person.tenant) = (head, home, tenant);
                // Children carry the family's name, as does the first adult.
                person.surname =
                    if at == 0 || life == Life::Child { surname } else { rng.low_below(64) as u8 };
                while !numbers.insert((person.birth, person.district, person.id_serial)) {
                    person.birth = person.birth.plus(-1);
                }
                self.move_in(rng, person);
            }
            home += 1;
        }
    }

    /// Gives a person work and accounts.
    fn move_in(&mut self, rng: &mut Rng, mut person: Person) {
        let customer = (self.orgs.len() + self.persons.len()) as u32;
        match person.life {
            Life::Worker => {
                person.employer = self.draw_employer(rng);
                person.income = rng.around(750_000, 60) / 1_000 * 1_000;
                let org = &mut self.orgs[person.employer as usize];
                org.payroll += person.income;
                if org.clerk == NONE {
                    org.clerk = self.persons.len() as u32;
                }
            }
            Life::Pensioner => person.income = rng.around(380_000, 40) / 100 * 100,
            Life::Student => person.income = rng.around(180_000, 30) / 10_000 * 10_000,
            Life::Child => person.income = 5_000,
        }
        let code = if person.life == Life::Child { chart::SCHOOL_CHILD } else { chart::CURRENT };
        person.account = self.open(customer, code, Currency::CNY, deposit_flags(rng.chance(300)));
        let adult = matches!(person.life, Life::Worker | Life::Pensioner);
        if adult && rng.chance(4_000) {
            person.savings =
                self.open(customer, chart::SAVINGS, Currency::CNY, deposit_flags(false));
        }
        if person.life == Life::Worker && !person.tenant && rng.chance(1_500) {
            let flags = AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS;
            person.mortgage = self.open(customer, chart::MORTGAGE, Currency::CNY, flags);
        }
        if person.life == Life::Worker && rng.chance(1_200) {
            person.card =
                self.open(customer, chart::CREDIT_CARD, Currency::CNY, AccountFlags::default());
        }
        if adult && rng.chance(150) {
            self.travellers.push(self.persons.len() as u32);
            let currency = if rng.chance(6_500) { Currency::USD } else { Currency::JPY };
            person.foreign = self.open(customer, chart::FOREIGN, currency, deposit_flags(false));
        }
        self.persons.push(person);
    }

    /// Most work in companies, some in schools, hospitals, markets and shops.
    fn draw_employer(&self, rng: &mut Rng) -> u32 {
        let kind = match rng.below(100) {
            0..6 => OrgKind::School,
            6..12 => OrgKind::Hospital,
            12..16 => OrgKind::Restaurant,
            16..20 => OrgKind::Shop,
            20..22 => OrgKind::Treasury,
            22..25 => OrgKind::Transit,
            _ => OrgKind::Employer,
        };
        let range = self.orgs_of(kind);
        range.start + rng.low_below((range.end - range.start).into()) as u32
    }

    fn open(&mut self, owner: u32, code: u16, currency: Currency, flags: AccountFlags) -> u32 {
        let place = self.accounts.len() as u32;
        let prefix = if owner == NONE { u64::from(code) } else { CUSTOMER_PREFIX };
        self.accounts.push(Opening { id: account_id(prefix, place), owner, code, currency, flags });
        place
    }

    /// The organisations of one kind, which stand side by side.
    pub(crate) fn orgs_of(&self, kind: OrgKind) -> Range<u32> {
        let start = self.orgs.partition_point(|org| org.kind < kind) as u32;
        start..self.orgs.partition_point(|org| org.kind <= kind) as u32
    }

    /// Customers: organisations and persons.
    pub(crate) fn customers(&self) -> u32 {
        (self.orgs.len() + self.persons.len()) as u32
    }

    /// Somebody whom `person` knows: mostly neighbours up to six doors away, sometimes one of two far
    /// acquaintances. To know is mutual, except across the town's edge.
    pub(crate) fn friend(&self, rng: &mut Rng, person: u32) -> u32 {
        let n = self.persons.len() as u32;
        let drawn = rng.below(100) as u32;
        match drawn {
            0..20 => (self.mirrors[(drawn & 1) as usize] + n - person) % n,
            _ => (person + n + 1 + drawn % 6 - if drawn & 32 == 0 { 0 } else { 7 }) % n,
        }
    }

    /// The organisation of this kind where `person` mostly goes, or some other one.
    pub(crate) fn haunt(&self, rng: &mut Rng, person: u32, kind: OrgKind) -> u32 {
        let range = self.orgs_of(kind);
        let count = u64::from(range.end - range.start);
        let drawn = rng.below(100);
        if drawn < 60 {
            let habit = mix(self.seed ^ kind as u64, (u64::from(person) << 2) | (drawn % 3));
            return range.start + (habit % count) as u32;
        }
        range.start + rng.low_below(count) as u32
    }

    /// The party of a customer: ten million and the customer's number, from one.
    pub(crate) fn party(customer: u32) -> PartyId {
        PartyId(10_000_001 + u128::from(customer))
    }

    /// The party of a person.
    pub(crate) fn person_party(&self, person: u32) -> PartyId {
        World::party(self.orgs.len() as u32 + person)
    }

    /// The account of the only, or first, organisation of a kind.
    pub(crate) fn account_of(&self, kind: OrgKind) -> u32 {
        self.orgs[self.orgs_of(kind).start as usize].account
    }

    /// The account's id.
    pub(crate) fn id(&self, place: u32) -> AccountId {
        self.accounts[place as usize].id
    }

    /// The bank's position account of a currency.
    pub(crate) fn position(&self, currency: Currency) -> u32 {
        if currency == Currency::USD { own::POSITION_USD } else { own::POSITION_JPY }
    }
}

/// A deposit: never below zero.
fn deposit_flags(history: bool) -> AccountFlags {
    let flags = AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS;
    if history { flags | AccountFlags::HISTORY } else { flags }
}

/// The account number of a place in the table, with a Luhn digit at the end.
fn account_id(prefix: u64, place: u32) -> AccountId {
    let number = prefix * PLACE_SHIFT + u64::from(place) * 10;
    AccountId(u128::from(number + u64::from(luhn(number / 10))))
}

/// The place in the table that an account number names, if it is one of the town's.
#[inline]
pub(crate) fn place_of(id: AccountId) -> Option<usize> {
    let number = u64::try_from(id.0).ok()?;
    usize::try_from(number % PLACE_SHIFT / 10).ok()
}

/// The Luhn check digit (ISO/IEC 7812-1) behind `digits`.
fn luhn(mut digits: u64) -> u8 {
    let (mut sum, mut double) = (0, true);
    while digits > 0 {
        let digit = digits % 10 * if double { 2 } else { 1 };
        sum += digit / 10 + digit % 10;
        (digits, double) = (digits / 10, !double);
    }
    ((10 - sum % 10) % 10) as u8
}

/// Who lives together: how, and how old.
fn household(rng: &mut Rng) -> [Option<(Life, u64)>; 5] {
    let mut members = [None; 5];
    match rng.below(100) {
        0..18 => members[0] = Some((Life::Worker, rng.between(22, 45))),
        18..30 => {
            members[0] = Some((Life::Worker, rng.between(24, 58)));
            members[1] = Some((Life::Worker, rng.between(24, 54)));
        }
        30..72 => {
            let parent = rng.between(27, 50);
            members[0] = Some((Life::Worker, parent));
            members[1] = Some((Life::Worker, (parent + rng.below(5)).min(54)));
            members[2] = Some((Life::Child, rng.between(6, 17.min(parent - 20))));
            if rng.chance(3_500) {
                members[3] = Some((Life::Child, rng.between(6, 17.min(parent - 20))));
            }
            if rng.chance(2_500) {
                members[4] = Some((Life::Pensioner, rng.between(61, 86)));
            }
        }
        72..90 => {
            members[0] = Some((Life::Pensioner, rng.between(60, 92)));
            if rng.chance(6_000) {
                members[1] = Some((Life::Pensioner, rng.between(58, 88)));
            }
        }
        _ => members[0] = Some((Life::Student, rng.between(18, 24))),
    }
    members
}

/// A person without work, household or accounts.
fn new_person(rng: &mut Rng, life: Life, age_years: u64, today: Day) -> Person {
    let born_days_ago = age_years * 365 + age_years / 4 + rng.below(365) + 1;
    let woman = rng.chance(5_000);
    // GB 11643: the last serial digit is even for women, odd for men.
    let id_serial = rng.below(500) as u16 * 2 + u16::from(!woman);
    Person {
        life,
        woman,
        tenant: false,
        surname: 0,
        given: (rng.below(256) as u8, rng.below(256) as u8),
        district: rng.below(8) as u8,
        id_serial,
        birth: today.plus(-(born_days_ago as i32)),
        head: 0,
        home: 0,
        employer: NONE,
        income: 0,
        account: NONE,
        savings: NONE,
        mortgage: NONE,
        card: NONE,
        foreign: NONE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn town() -> World {
        World::build(5, 3_000, Day::parse("2026-09-01").unwrap())
    }

    #[test]
    fn the_town_has_as_many_customers_as_asked_and_all_ages() {
        let world = town();
        assert_eq!(world.customers(), 3_000);
        for life in [Life::Child, Life::Student, Life::Worker, Life::Pensioner] {
            assert!(world.persons.iter().filter(|p| p.life == life).count() > 90, "{life:?}");
        }
        for kind in [OrgKind::Treasury, OrgKind::Landlord, OrgKind::School, OrgKind::Shop] {
            assert!(!world.orgs_of(kind).is_empty(), "{kind:?}");
            assert!(world.orgs_of(kind).all(|at| world.orgs[at as usize].kind == kind));
        }
        assert_eq!(World::build(5, 1, Day(20_000)).customers(), CUSTOMERS_MIN);
    }

    #[test]
    fn account_numbers_name_their_place_and_carry_a_check_digit() {
        let world = town();
        for (place, opening) in world.accounts.iter().enumerate() {
            assert_eq!(place_of(opening.id), Some(place));
            let number = opening.id.0 as u64;
            assert_eq!(number % 10, u64::from(luhn(number / 10)));
        }
        assert_eq!(luhn(7_992_739_871), 3, "the textbook's number");
    }

    #[test]
    fn acquaintance_is_mutual_and_reaches_across_the_town() {
        let (world, mut rng) = (town(), Rng::new(1));
        let known = |person, rng: &mut Rng| {
            (0..600).map(|_| world.friend(rng, person)).collect::<BTreeSet<_>>()
        };
        let of_500 = known(500, &mut rng);
        assert!((10..=14).contains(&of_500.len()), "{of_500:?}");
        assert!(of_500.iter().any(|f| f.abs_diff(500) > 100), "{of_500:?}");
        for friend in of_500.into_iter().filter(|f| *f != 500) {
            assert!(known(friend, &mut rng).contains(&500), "{friend} knows 500");
        }
    }

    #[test]
    fn resident_numbers_are_unique() {
        let world = town();
        let numbers: BTreeSet<_> =
            world.persons.iter().map(|p| (p.birth, p.district, p.id_serial)).collect();
        assert_eq!(numbers.len(), world.persons.len());
    }
}
