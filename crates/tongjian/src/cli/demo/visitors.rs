//! Whom a visitor of the sample bank may be: an old customer with a pension, a younger one, one who helps the old one, and
//! people of the bank.

use crate::bank::Bank;
use crate::cli::serve::{SANDBOX, SamplePhone, Visitor};
use crate::fail::Done;
use city::City;
use terms::{AccountId, Amount, Command, Currency, Day, PartyId, PartyKind, Role, RoleKind};

/// A current account of a person, as the town's chart has it.
const CURRENT: u16 = 20_111;
/// What a visitor should have to try things with, in fen.
const ENOUGH: Amount = Amount(600_000);
/// Who of the visitors has a phone without an app.
const PHONES: &str = "pensioner";
/// Payments of a visitor that there should be to look at.
const PAYMENTS: usize = 8;

/// The people of the bank: name, what they are called, role.
const STAFF: [(&str, &str, &str); 9] = [
    ("analyst", "Lin Yue 林月", "analyst"),
    ("chief", "Gao Ming 高明", "chief_analyst"),
    // Where two persons must agree, a visitor may be both of them, one after the other.
    ("chief2", "Song Lan 宋岚", "chief_analyst"),
    ("operations", "Zhou Min 周敏", "operations"),
    ("teller", "He Jun 何军", "teller"),
    ("supervisor", "Shen Zhi 沈智", "supervisor"),
    ("administrator", "Xu Ning 徐宁", "administrator"),
    ("administrator2", "Tang Yi 唐毅", "administrator"),
    ("developer", "Luo Wei 罗维", "developer"),
];

/// All of them.
pub fn choose(bank: &Bank, city: &City) -> Vec<Visitor> {
    let year = |fields: &city::Fields| {
        let birth = fields.iter().find(|(name, _)| *name == "birth_date");
        birth.and_then(|(_, day)| day.get(..4)?.parse::<u16>().ok()).unwrap_or(0)
    };
    // Old, young, in between, and the one whose accounts programs may try things with.
    let wanted = [1_930..1_957, 1_975..2_000, 1_957..1_975, 1_957..2_000];
    let mut found: [Option<(PartyId, String)>; 4] = Default::default();
    for (party, _, fields) in city.people().filter(|(_, kind, _)| *kind == PartyKind::Person) {
        let born = year(&fields);
        let place = wanted.iter().zip(&mut found);
        let place = place.into_iter().find(|(years, is)| is.is_none() && years.contains(&born));
        let Some((_, place)) = place.filter(|_| suits(bank, party).is_some()) else { continue };
        let called = fields.iter().find(|(name, _)| *name == "name").map(|(_, text)| text.clone());
        *place = called.map(|called| (party, called));
        if found.iter().all(Option::is_some) {
            break;
        }
    }
    let [old, young, middle, programs] = found;
    let person = |name: &str, role: &str, found: Option<(PartyId, String)>| {
        found.map(|(party, called)| Visitor {
            name: name.to_owned(),
            called,
            role: role.to_owned(),
            party: Some(party.0.to_string()),
            phone: (name == PHONES).then(phone),
            account: suits(bank, party)
                .filter(|account| {
                    name == SANDBOX && bank.node.engine().roles_on(*account).count() == 1
                })
                .map(|account| account.0.to_string()),
        })
    };
    let staff = STAFF.map(|(name, called, role)| Visitor {
        name: name.to_owned(),
        called: called.to_owned(),
        role: role.to_owned(),
        party: None,
        phone: None,
        account: None,
    });
    [
        person("pensioner", "customer", old),
        person("customer", "customer", young),
        person("helper", "helper", middle),
        // Nobody is let in as the customer for programs.
        person(SANDBOX, SANDBOX, programs),
    ]
    .into_iter()
    .flatten()
    .chain(staff)
    .collect()
}

/// The phone of somebody who has no app.
fn phone() -> SamplePhone {
    // Made up: a sample bank hears of numbers from its own simulators alone.
    SamplePhone { number: "+8610000000135".into(), pin: "258036".into(), lang: "en".into() }
}

/// Lets the helper see the pensioner's account, as the pensioner would.
pub fn let_help(bank: &mut Bank, visitors: &[Visitor]) -> Done {
    let party = |name: &str| {
        let visitor = visitors.iter().find(|visitor| visitor.name == name)?;
        visitor.party.as_deref()?.parse().ok().map(PartyId)
    };
    let (Some(pensioner), Some(helper)) = (party("pensioner"), party("helper")) else {
        return Ok(());
    };
    if let Some(account) = suits(bank, pensioner) {
        let until = Day::BOOKING;
        let role = Role { party: helper, account, kind: RoleKind::Viewer, until };
        bank.ask(vec![Command::GrantRole(role)])?;
    }
    Ok(())
}

/// An account of somebody's own with money on it and something to look at.
fn suits(bank: &Bank, party: PartyId) -> Option<AccountId> {
    let engine = bank.node.engine();
    let owned = engine.roles_of(party).filter(|role| role.kind == RoleKind::Owner);
    let mut own = owned.filter_map(|role| engine.account(role.account));
    let found = own.find(|view| {
        let account = &view.account;
        account.code == CURRENT
            && account.ledger == Currency::CNY
            && view.available >= ENOUGH
            && bank.node.views().records_of(account.id).take(PAYMENTS).count() >= PAYMENTS
    });
    found.map(|view| view.account.id)
}
