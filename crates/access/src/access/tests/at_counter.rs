//! Customers who are let in at the counter.

use super::stage::*;
use crate::*;
use terms::PartyId;

const LI: PartyId = PartyId(77);

fn conflict<T>(result: Result<T, Refused>) -> bool {
    result.is_err_and(|refused| matches!(refused, Refused::Conflict(_)))
}

#[test]
fn a_teller_lets_a_customer_in_once_and_never_who_has_keys() {
    let bank = Bank::new();
    let teller = bank.user("teller", &[Role::Teller]);
    let access = &bank.access;
    assert!(access.customer_user(&teller.who, LI, NOW).unwrap().is_none());
    let first = access.customer_let_in(&teller.who, "600001", LI, NOW).unwrap();
    assert_eq!(&*first.user, "600001");
    let known = access.customer_user(&teller.who, LI, NOW).unwrap().unwrap();
    assert_eq!((known.party, known.passkeys, known.has_password), (Some(LI), 0, false));
    // Lost on the way home: another link, and the one before opens nothing.
    let second = access.customer_let_in(&teller.who, "600001", LI, NOW).unwrap();
    assert!(access.link_look(&first.token, NOW).is_err());
    let li = bank.enter(&second);
    assert_eq!((&li.who.roles[..], li.who.party), (&[Role::Customer][..], Some(LI)));
    // From now on it takes two persons.
    assert!(conflict(access.customer_let_in(&teller.who, "600001", LI, NOW)));
    assert!(access.session(&li.cookie, NOW).is_ok());
    assert_eq!(bank.noted(Noted::DirectoryChanged, "at the counter"), 2);
    assert!(!bank.all_notes().contains(&second.token));
}

#[test]
fn who_was_shut_out_or_has_another_name_is_not_let_in_at_the_counter() {
    let bank = Bank::new();
    let teller = bank.user("teller", &[Role::Teller]);
    let access = &bank.access;
    access.customer_let_in(&teller.who, "600001", LI, NOW).unwrap();
    access.user_disable(&access.console(), "600001", NOW).unwrap();
    assert!(conflict(access.customer_let_in(&teller.who, "600001", LI, NOW)));
    let other = access.customer_let_in(&teller.who, "600001", PartyId(78), NOW);
    assert!(matches!(other, Err(Refused::Exists(_))));
    let wrong = access.customer_let_in(&teller.who, "Li Lei", PartyId(79), NOW);
    assert!(matches!(wrong, Err(Refused::Invalid { .. })));
}

#[test]
fn nobody_else_lets_customers_in() {
    let bank = Bank::new();
    // Administrators may: they add users anyway.
    for role in [Role::Analyst, Role::Operations, Role::ChiefAnalyst, Role::Customer] {
        let who = bank.user(role.word(), &[role]).who;
        let denied = |result| matches!(result, Err(Refused::Denied(_)));
        assert!(denied(bank.access.customer_let_in(&who, "600001", LI, NOW).map(drop)), "{role:?}");
        assert!(denied(bank.access.customer_user(&who, LI, NOW).map(drop)), "{role:?}");
    }
}
