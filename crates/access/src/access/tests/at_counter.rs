//! Customers who are let in at the counter.

use super::stage::*;
use crate::*;
use terms::PartyId;

const LI: PartyId = PartyId(77);

#[test]
fn a_teller_lets_a_customer_in_once_and_never_who_has_keys() {
    let bank = Bank::new();
    let teller = bank.user("teller", &[Role::Teller]);
    let access = &bank.access;
    let known = || access.customer_user(&teller.who, "600001", LI, NOW).unwrap();
    assert_eq!(known(), CustomerUser::Never);
    let first = access.customer_let_in(&teller.who, "600001", LI, NOW).unwrap();
    assert_eq!(&*first.user, "600001");
    let CustomerUser::Known(user) = known() else { panic!("{:?}", known()) };
    assert_eq!((user.party, user.passkeys, user.has_password), (Some(LI), 0, false));
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

/// A user who was added and has not come yet.
fn invited(bank: &Bank, name: &str, role: Role) -> OneTimeLink {
    let new = NewUser { name, roles: &[role], party: Some(LI), institution: None };
    bank.access.user_add(&bank.access.console(), &new, NOW).unwrap()
}

#[test]
fn of_somebody_of_the_staff_a_teller_lets_the_customer_in_and_nobody_else() {
    let bank = Bank::new();
    let teller = bank.user("teller", &[Role::Teller]);
    let access = &bank.access;
    let chief = invited(&bank, "a-chief", Role::ChiefAnalyst);
    let link = access.customer_let_in(&teller.who, "600001", LI, NOW).unwrap();
    assert_eq!(&*link.user, "600001");
    assert!(access.link_look(&chief.token, NOW).is_ok(), "the chief's own link is as it was");
    assert_eq!(bank.enter(&link).who.roles[..], [Role::Customer]);
}

#[test]
fn one_user_of_a_customer_who_has_keys_or_was_shut_out_speaks_for_all() {
    let bank = Bank::new();
    let teller = bank.user("teller", &[Role::Teller]);
    let access = &bank.access;
    invited(&bank, "a-never-came", Role::Customer);
    let came = invited(&bank, "b-came", Role::Customer);
    bank.enter(&came);
    assert!(conflict(access.customer_let_in(&teller.who, "600001", LI, NOW)));
    access.user_remove(&access.console(), "b-came", NOW).unwrap();
    let again = access.customer_let_in(&teller.who, "600001", LI, NOW).unwrap();
    assert_eq!(&*again.user, "a-never-came");
    invited(&bank, "c-shut-out", Role::Customer);
    access.user_disable(&access.console(), "c-shut-out", NOW).unwrap();
    assert!(conflict(access.customer_let_in(&teller.who, "600001", LI, NOW)));
}

#[test]
fn whose_role_was_taken_gets_no_other_user_at_the_counter() {
    let bank = Bank::new();
    let teller = bank.user("teller", &[Role::Teller]);
    let access = &bank.access;
    bank.enter(&invited(&bank, "li", Role::Customer));
    access.role_take(&access.console(), "li", Role::Customer, NOW).unwrap();
    assert!(conflict(access.customer_let_in(&teller.who, "600001", LI, NOW)));
    let known = access.customer_user(&teller.who, "600001", LI, NOW).unwrap();
    assert!(matches!(known, CustomerUser::ShutOut(_)), "{known:?}");
}

#[test]
fn who_was_removed_is_for_an_administrator_to_decide() {
    let bank = Bank::new();
    let teller = bank.user("teller", &[Role::Teller]);
    let access = &bank.access;
    access.customer_let_in(&teller.who, "600001", LI, NOW).unwrap();
    access.user_remove(&access.console(), "600001", NOW).unwrap();
    let known = access.customer_user(&teller.who, "600001", LI, NOW).unwrap();
    assert_eq!(known, CustomerUser::Gone);
    let again = access.customer_let_in(&teller.who, "600001", LI, NOW);
    assert!(matches!(again, Err(Refused::Exists(_))));
}

#[test]
fn nobody_else_lets_customers_in() {
    let bank = Bank::new();
    // Administrators may: they add users anyway.
    for role in [Role::Analyst, Role::Operations, Role::ChiefAnalyst, Role::Customer] {
        let who = bank.user(role.word(), &[role]).who;
        assert!(denied(bank.access.customer_let_in(&who, "600001", LI, NOW)), "{role:?}");
        assert!(denied(bank.access.customer_user(&who, "600001", LI, NOW)), "{role:?}");
    }
}
