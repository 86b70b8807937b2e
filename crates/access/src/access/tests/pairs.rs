//! Acts that take two persons.

use super::stage::*;
use crate::*;

#[test]
fn a_recovery_takes_two_others_and_ends_all_keys_of_before() {
    let bank = Bank::new();
    let mut carl = bank.user("carl", &[Role::Customer]);
    let teller = bank.user("teller", &[Role::Teller]);
    let chief = bank.user("chief", &[Role::ChiefAnalyst]);
    let access = &bank.access;
    assert!(denied(access.recovery_ask(&carl.who, "teller", "please", NOW)));
    let act =
        access.recovery_ask(&teller.who, "carl", "passport seen at the counter", NOW).unwrap();
    assert!(denied(access.act_approve(&teller.who, act, NOW)));
    assert!(
        conflict(access.recovery_ask(&teller.who, "carl", "once more", NOW)),
        "it waits already"
    );
    let Approved::Recovery(link) = access.act_approve(&chief.who, act, NOW).unwrap() else {
        panic!("a recovery gives a link")
    };
    assert!(matches!(access.act_approve(&chief.who, act, NOW), Err(Refused::Unknown(_))));
    // Until the link is used, nothing changes for who may still have the key.
    assert!(access.session(&carl.cookie, NOW).is_ok());
    let again = bank.enter(&link);
    assert_eq!(&*again.who.id, "user:carl");
    assert_eq!(access.session(&carl.cookie, NOW).unwrap_err().why, Why::NoSession);
    assert_eq!(bank.sign_in(&mut carl, NOW).unwrap_err().why, Why::Wrong);
    assert!(access.link_look(&link.token, NOW).is_err());
    assert_eq!(bank.noted_loudly(Noted::Recovery), 3);
}

#[test]
fn nobody_approves_what_they_asked_for_or_what_is_about_them() {
    let bank = Bank::new();
    let chief = bank.user("chief", &[Role::ChiefAnalyst]);
    let other = bank.user("other", &[Role::ChiefAnalyst]);
    let access = &bank.access;
    let act = access.recovery_ask(&chief.who, "other", "lost", NOW).unwrap();
    assert!(denied(access.act_approve(&chief.who, act, NOW)));
    assert!(conflict(access.act_approve(&other.who, act, NOW)));
    assert!(conflict(access.recovery_ask(&chief.who, "chief", "lost", NOW)));
    access.act_refuse(&chief.who, act, NOW).unwrap();
    assert!(access.acts(&other.who, NOW).unwrap().is_empty());
}

#[test]
fn break_glass_takes_two_is_loud_and_ends_by_itself() {
    let bank = Bank::new();
    let ann = bank.user("ann", &[Role::Analyst]);
    let chief = bank.user("chief", &[Role::ChiefAnalyst]);
    let access = &bank.access;
    let may = |now_s| {
        let who = access.session(&ann.cookie, now_s).unwrap();
        access.would_allow(&who, Action::SessionEnd, &Resource::bank()).is_yes()
    };
    assert!(!may(NOW));
    assert!(access.break_glass_ask(&ann.who, "attack", 61, NOW).is_err());
    assert!(access.break_glass_ask(&ann.who, "", 10, NOW).is_err());
    let act = access.break_glass_ask(&ann.who, "attack on payments", 10, NOW).unwrap();
    assert!(denied(access.act_approve(&ann.who, act, NOW)));
    assert!(!may(NOW));
    let approved = access.act_approve(&chief.who, act, NOW).unwrap();
    assert_eq!(approved, Approved::BreakGlass { until_s: NOW + 600 });
    assert!(may(NOW));
    assert!(may(NOW + 599));
    assert!(!may(NOW + 600));
    assert_eq!(bank.noted_loudly(Noted::BreakGlass), 2);
}

#[test]
fn an_emergency_is_ended_early_and_pays_nothing_out() {
    let bank = Bank::new();
    let ann = bank.user("ann", &[Role::Analyst]);
    let chief = bank.user("chief", &[Role::ChiefAnalyst]);
    let access = &bank.access;
    let act = access.break_glass_ask(&ann.who, "attack", 60, NOW).unwrap();
    access.act_approve(&chief.who, act, NOW).unwrap();
    let who = access.session(&ann.cookie, NOW).unwrap();
    assert!(who.has(Role::BreakGlass));
    let payment =
        Resource { amount_minor: Some(1), ..Resource::of(ResourceKind::Payment, "payment:1") };
    for action in [Action::PaymentCreate, Action::PaymentApprove, Action::PaymentReturn] {
        assert!(!access.would_allow(&who, action, &payment).is_yes(), "{action}");
    }
    access.break_glass_end(&who, "ann", NOW).unwrap();
    assert!(!access.session(&ann.cookie, NOW).unwrap().has(Role::BreakGlass));
    assert_eq!(bank.noted_loudly(Noted::BreakGlass), 3);
}

#[test]
fn an_act_that_nobody_decided_is_forgotten_after_a_day() {
    let bank = Bank::new();
    let ann = bank.user("ann", &[Role::Analyst]);
    let chief = bank.user("chief", &[Role::ChiefAnalyst]);
    let act = bank.access.break_glass_ask(&ann.who, "attack", 10, NOW).unwrap();
    assert_eq!(bank.access.acts(&chief.who, NOW + 86_399).unwrap().len(), 1);
    let late = bank.access.act_approve(&chief.who, act, NOW + 86_400);
    assert!(matches!(late, Err(Refused::Unknown(_))));
}

#[test]
fn from_two_administrators_on_a_role_that_touches_money_waits_for_the_second() {
    let bank = Bank::new();
    let root = bank.user("root", &[Role::Administrator]);
    let rita = bank.user("rita", &[Role::Administrator]);
    let access = &bank.access;
    let new = NewUser { name: "tom", roles: &[Role::Teller], party: None, institution: None };
    let tom = bank.enter(&access.user_add(&root.who, &new, NOW).unwrap());
    assert!(tom.who.roles.is_empty());
    let acts = access.acts(&rita.who, NOW).unwrap();
    assert_eq!(acts.len(), 1);
    assert!(conflict(access.act_approve(&root.who, acts[0].id, NOW)));
    assert_eq!(access.act_approve(&rita.who, acts[0].id, NOW).unwrap(), Approved::Role);
    assert_eq!(access.session(&tom.cookie, NOW).unwrap().roles[..], [Role::Teller]);
    let developer = access.role_give(&root.who, "tom", Role::Developer, None, NOW).unwrap();
    assert_eq!(developer, Given::Done);
    let waits = access.role_give(&root.who, "tom", Role::Analyst, None, NOW).unwrap();
    assert!(matches!(waits, Given::Waits(_)));
}

#[test]
fn what_a_disabled_colleague_asked_for_is_not_carried_out() {
    let bank = Bank::new();
    let ann = bank.user("ann", &[Role::Teller]);
    let chief = bank.user("chief", &[Role::ChiefAnalyst]);
    bank.user("carl", &[Role::Customer]);
    let act = bank.access.recovery_ask(&ann.who, "carl", "lost", NOW).unwrap();
    bank.access.user_disable(&bank.access.console(), "ann", NOW).unwrap();
    assert!(conflict(bank.access.act_approve(&chief.who, act, NOW)));
}

#[test]
fn the_console_lets_the_last_administrator_back_in_loudly() {
    let bank = Bank::new();
    let root = bank.user("root", &[Role::Administrator]);
    let rita = bank.user("rita", &[Role::Administrator]);
    assert!(conflict(bank.access.user_link(&rita.who, "root", NOW)));
    let link = bank.access.user_link(&bank.access.console(), "root", NOW).unwrap();
    bank.enter(&link);
    assert!(bank.access.session(&root.cookie, NOW).is_err());
    assert_eq!(bank.noted_loudly(Noted::Recovery), 2);
}
