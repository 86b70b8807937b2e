//! People: links, passkeys, sessions, roles.

use super::stage::*;
use crate::*;

fn why<T: std::fmt::Debug>(result: Result<T, Denied>) -> Why {
    result.unwrap_err().why
}

#[test]
fn a_new_bank_has_one_administrator_with_one_link_and_nothing_else() {
    let bank = Bank::new();
    let link = bank.access.first_administrator("root", NOW).unwrap().unwrap();
    assert!(bank.access.first_administrator("other", NOW).unwrap().is_none());
    assert_eq!(bank.noted_loudly(Noted::DirectoryChanged), 1);
    let root = bank.enter(&link);
    assert_eq!(root.who.roles[..], [Role::Administrator]);
    assert_eq!(bank.access.users(&root.who, NOW).unwrap().len(), 1);
    assert_eq!(bank.access.clients(&root.who, NOW).unwrap().len(), 0);
    bank.access
        .user_add(
            &root.who,
            &NewUser { name: "t", roles: &[Role::Teller], party: None, institution: None },
            NOW,
        )
        .unwrap();
    let tom = bank.access.console();
    bank.access.user_remove(&tom, "t", NOW).unwrap();
    bank.access.user_remove(&tom, "root", NOW).unwrap();
    assert!(bank.access.first_administrator("again", NOW).unwrap().is_none());
}

#[test]
fn the_first_link_of_a_bank_is_good_for_a_day_and_others_for_three() {
    let bank = Bank::new();
    let first = bank.access.first_administrator("root", NOW).unwrap().unwrap();
    assert!(bank.access.link_look(&first.token, NOW + 86_399).is_ok());
    assert_eq!(why(bank.access.link_look(&first.token, NOW + 86_400)), Why::Wrong);
    let console = bank.access.console();
    let again = bank.access.user_link(&console, "root", NOW).unwrap();
    assert_eq!(why(bank.access.link_look(&first.token, NOW)), Why::Wrong, "the old one ended");
    assert!(bank.access.link_look(&again.token, NOW + 3 * 86_400 - 1).is_ok());
}

#[test]
fn a_one_time_link_opens_once() {
    let bank = Bank::new();
    let link = bank.access.first_administrator("root", NOW).unwrap().unwrap();
    assert_eq!(&*bank.access.link_look(&link.token, NOW).unwrap().user, "root");
    bank.enter(&link);
    assert_eq!(why(bank.access.link_look(&link.token, NOW)), Why::Wrong);
    assert_eq!(why(bank.access.link_passkey_begin(&link.token, NOW)), Why::Wrong);
    assert!(!bank.all_notes().contains(&link.token));
}

#[test]
fn of_two_who_use_a_link_at_once_one_gets_in() {
    let bank = Bank::new();
    let link = bank.access.first_administrator("root", NOW).unwrap().unwrap();
    let try_in = |seed| {
        let mut device = crate::passkey::device::Device::new(ORIGIN, seed);
        let asked = bank.access.link_passkey_begin(&link.token, NOW)?;
        let answer = device.create(&asked.options);
        bank.access.link_passkey_finish(&link.token, &asked.id, &answer, "", &came(), NOW)
    };
    let got_in = std::thread::scope(|scope| {
        let tries: Vec<_> = (1..9).map(|seed| scope.spawn(move || try_in(seed).is_ok())).collect();
        tries.into_iter().filter(|_| true).map(|it| it.join().unwrap()).filter(|in_| *in_).count()
    });
    assert_eq!(got_in, 1);
}

#[test]
fn an_old_link_and_one_that_was_replaced_open_nothing() {
    let bank = Bank::new();
    let link = bank.access.first_administrator("root", NOW).unwrap().unwrap();
    assert_eq!(why(bank.access.link_look(&link.token, link.until_s)), Why::Wrong);
    let newer = bank.access.user_link(&bank.access.console(), "root", NOW).unwrap();
    assert_eq!(why(bank.access.link_look(&link.token, NOW)), Why::Wrong);
    assert!(bank.access.link_look(&newer.token, NOW).is_ok());
}

#[test]
fn a_passkey_signs_in_and_its_answer_counts_once() {
    let bank = Bank::new();
    let mut anna = bank.user("anna", &[Role::Teller]);
    let asked = bank.access.passkey_begin(NOW).unwrap();
    let answer = anna.device.get(&asked.options);
    let sign_in = |now_s| bank.access.passkey_sign_in(&asked.id, &answer, &came(), now_s);
    assert_eq!(&*sign_in(NOW).unwrap().principal.id, "user:anna");
    assert_eq!(why(sign_in(NOW)), Why::Again);
    assert_eq!(why(sign_in(NOW + 301)), Why::Late);
    let other = bank.access.passkey_begin(NOW).unwrap();
    let wrong = bank.access.passkey_sign_in(&other.id, &answer, &came(), NOW);
    assert_eq!(why(wrong), Why::Wrong);
}

#[test]
fn a_copied_passkey_shows_by_its_counter_loudly() {
    let bank = Bank::new();
    let mut anna = bank.user("anna", &[Role::Teller]);
    anna.device.counter = 10;
    assert!(bank.sign_in(&mut anna, NOW).is_ok());
    anna.device.counter = 9;
    assert_eq!(why(bank.sign_in(&mut anna, NOW)), Why::Wrong);
    assert_eq!(bank.noted_loudly(Noted::NotRecognised), 1);
}

#[test]
fn a_session_cookie_that_somebody_planted_never_becomes_the_session() {
    let bank = Bank::new();
    let mut anna = bank.user("anna", &[Role::Teller]);
    let planted = anna.cookie.clone();
    let asked = bank.access.passkey_begin(NOW).unwrap();
    let answer = anna.device.get(&asked.options);
    let came = Came { cookie: Some(&planted), ..came() };
    let new = bank.access.passkey_sign_in(&asked.id, &answer, &came, NOW).unwrap();
    assert_ne!(new.cookie, planted);
    assert_eq!(why(bank.access.session(&planted, NOW)), Why::NoSession);
    assert!(bank.access.session(&new.cookie, NOW).is_ok());
    let made_up = "A".repeat(43);
    assert_eq!(why(bank.access.session(&made_up, NOW)), Why::NoSession);
}

#[test]
fn a_cookie_opens_nothing_after_sign_out_rotation_idleness_or_its_longest_time() {
    let bank = Bank::new();
    let mut anna = bank.user("anna", &[Role::Teller]);
    let rotated = bank.access.rotate(&anna.cookie, NOW).unwrap();
    assert_eq!(why(bank.access.session(&anna.cookie, NOW)), Why::NoSession);
    assert_eq!(rotated.principal.session, anna.who.session);
    bank.access.sign_out(&rotated.cookie, NOW).unwrap();
    assert_eq!(why(bank.access.session(&rotated.cookie, NOW)), Why::NoSession);
    let idle = bank.sign_in(&mut anna, NOW).unwrap().cookie;
    assert!(bank.access.session(&idle, NOW + 899).is_ok());
    assert!(bank.access.session(&idle, NOW + 899 + 899).is_ok());
    assert_eq!(why(bank.access.session(&idle, NOW + 899 * 2 + 900)), Why::NoSession);
    let long = bank.sign_in(&mut anna, NOW).unwrap().cookie;
    for minute in (0..12 * 60).step_by(10) {
        assert!(bank.access.session(&long, NOW + minute * 60).is_ok(), "{minute}");
    }
    assert_eq!(why(bank.access.session(&long, NOW + 12 * 3600)), Why::NoSession);
}

#[test]
fn a_disabled_user_is_out_at_once_and_cannot_come_in() {
    let bank = Bank::new();
    let mut anna = bank.user("anna", &[Role::Teller]);
    let console = bank.access.console();
    bank.access.user_disable(&console, "anna", NOW).unwrap();
    assert_eq!(why(bank.access.session(&anna.cookie, NOW)), Why::NoSession);
    assert_eq!(why(bank.sign_in(&mut anna, NOW)), Why::Disabled);
    bank.access.user_enable(&console, "anna", NOW).unwrap();
    assert!(bank.sign_in(&mut anna, NOW).is_ok());
    bank.access.user_remove(&console, "anna", NOW).unwrap();
    assert_eq!(why(bank.sign_in(&mut anna, NOW)), Why::Wrong);
    let again = NewUser { name: "anna", roles: &[], party: None, institution: None };
    let again = bank.access.user_add(&console, &again, NOW);
    assert!(matches!(again, Err(Refused::Exists(_))));
}

#[test]
fn a_role_that_was_taken_or_ended_is_gone_with_the_next_request() {
    let bank = Bank::new();
    let anna = bank.user("anna", &[Role::Teller]);
    let root = bank.user("root", &[Role::Administrator]);
    let may = |now_s| {
        let who = bank.access.session(&anna.cookie, now_s).unwrap();
        bank.access.would_allow(&who, Action::PartyWrite, &Resource::bank()).is_yes()
    };
    assert!(may(NOW));
    bank.access.role_take(&root.who, "anna", Role::Teller, NOW).unwrap();
    assert!(!may(NOW));
    let given = bank.access.role_give(&root.who, "anna", Role::Teller, Some(NOW + 60), NOW);
    assert_eq!(given.unwrap(), Given::Done);
    assert!(may(NOW + 59));
    assert!(!may(NOW + 60));
}

#[test]
fn only_administrators_change_users_and_never_themselves() {
    let bank = Bank::new();
    let anna = bank.user("anna", &[Role::Teller]);
    let root = bank.user("root", &[Role::Administrator]);
    let give = |by: &Principal, name, role| bank.access.role_give(by, name, role, None, NOW);
    assert!(matches!(give(&anna.who, "anna", Role::ChiefAnalyst), Err(Refused::Denied(_))));
    assert_eq!(bank.noted(Noted::Denied, "user.role"), 1);
    assert!(matches!(give(&root.who, "root", Role::Teller), Err(Refused::Conflict(_))));
    let disabled = bank.access.user_disable(&root.who, "root", NOW);
    assert!(matches!(disabled, Err(Refused::Conflict(_))));
    for (role, says) in [
        (Role::BreakGlass, "two persons"),
        (Role::Administrator, "no other role"),
        (Role::Supervisor, "no other role"),
        (Role::Customer, "party"),
    ] {
        let refused = give(&root.who, "anna", role).unwrap_err().to_string();
        assert!(refused.contains(says), "{role:?}: {refused}");
    }
}

#[test]
fn sessions_are_listed_and_ended_by_their_owner_or_by_right() {
    let bank = Bank::new();
    let mut anna = bank.user("anna", &[Role::Teller]);
    let bert = bank.user("bert", &[Role::Teller]);
    let second = bank.sign_in(&mut anna, NOW + 1).unwrap();
    let mine = bank.access.my_sessions(&anna.who, NOW + 1).unwrap();
    assert_eq!(mine.len(), 2);
    assert_eq!(&*mine[0].address, "192.0.2.1");
    let denied = bank.access.session_end(&bert.who, mine[0].id, NOW);
    assert!(matches!(denied, Err(Refused::Denied(_))));
    bank.access.session_end(&second.principal, mine[0].id, NOW).unwrap();
    assert_eq!(why(bank.access.session(&anna.cookie, NOW)), Why::NoSession);
    let root = bank.user("root", &[Role::Administrator]);
    assert_eq!(bank.access.sessions(&root.who, NOW + 1).unwrap().len(), 3);
    bank.access.session_end(&root.who, mine[1].id, NOW).unwrap();
    assert_eq!(why(bank.access.session(&second.cookie, NOW + 1)), Why::NoSession);
}

#[test]
fn the_seventeenth_session_ends_the_one_unseen_longest() {
    let bank = Bank::new();
    let mut anna = bank.user("anna", &[Role::Teller]);
    for second in 1..17 {
        bank.sign_in(&mut anna, NOW + second).unwrap();
    }
    assert_eq!(bank.access.my_sessions(&anna.who, NOW + 17).unwrap().len(), 16);
    assert_eq!(why(bank.access.session(&anna.cookie, NOW + 17)), Why::NoSession);
}

#[test]
fn a_passkey_is_added_and_removed_but_never_the_last_nor_somebody_elses() {
    let bank = Bank::new();
    let mut anna = bank.user("anna", &[Role::Teller]);
    let bert = bank.user("bert", &[Role::Teller]);
    let only = bank.access.my_passkeys(&anna.who).unwrap()[0].id.clone();
    let removed = bank.access.passkey_remove(&anna.who, &only, NOW);
    assert!(matches!(removed, Err(Refused::Conflict(_))));
    let removed = bank.access.passkey_remove(&bert.who, &only, NOW);
    assert!(matches!(removed, Err(Refused::Unknown(_))));
    let asked = bank.access.passkey_add_begin(&anna.who, NOW).unwrap();
    let mut second = crate::passkey::device::Device::with_ed25519(ORIGIN, 77);
    let answer = second.create(&asked.options);
    let as_bert = bank.access.passkey_add_finish(&bert.who, &asked.id, &answer, "", NOW);
    assert_eq!(why(as_bert), Why::Late);
    bank.access.passkey_add_finish(&anna.who, &asked.id, &answer, "second", NOW).unwrap();
    let again = bank.access.passkey_add_finish(&anna.who, &asked.id, &answer, "", NOW);
    assert_eq!(why(again), Why::Again);
    let other = bank.sign_in(&mut anna, NOW).unwrap();
    bank.access.passkey_remove(&anna.who, &only, NOW).unwrap();
    assert_eq!(why(bank.access.session(&other.cookie, NOW)), Why::NoSession);
    assert!(bank.access.session(&anna.cookie, NOW).is_ok());
    assert_eq!(why(bank.sign_in(&mut anna, NOW)), Why::Wrong);
    let asked = bank.access.passkey_begin(NOW).unwrap();
    let answer = second.get(&asked.options);
    assert!(bank.access.passkey_sign_in(&asked.id, &answer, &came(), NOW).is_ok());
}

#[test]
fn a_form_token_is_of_one_session() {
    let bank = Bank::new();
    let anna = bank.user("anna", &[Role::Teller]);
    let bert = bank.user("bert", &[Role::Teller]);
    let token = bank.access.form_token(&anna.cookie);
    assert!(bank.access.form_token_fits(&anna.cookie, &token));
    assert!(!bank.access.form_token_fits(&bert.cookie, &token));
    assert!(!bank.access.form_token_fits(&anna.cookie, ""));
    assert!(!token.contains(&anna.cookie));
}

#[test]
fn a_no_and_a_look_at_somebody_elses_data_are_noted() {
    let bank = Bank::new();
    let anna = bank.user("anna", &[Role::Teller]);
    let carl = bank.user("carl", &[Role::Customer]);
    let own = [Holder { party: carl.who.party.unwrap(), role: terms::RoleKind::Owner }];
    let account = Resource { owners: &own, ..Resource::of(ResourceKind::Account, "account:17") };
    assert!(bank.access.allows(&carl.who, Action::BalanceRead, &account, NOW).is_yes());
    assert_eq!(bank.noted(Noted::PersonalRead, ""), 0);
    assert!(bank.access.allows(&anna.who, Action::BalanceRead, &account, NOW).is_yes());
    assert_eq!(bank.noted(Noted::PersonalRead, "balance.read"), 1);
    let foreign = Resource::of(ResourceKind::Account, "account:18");
    assert!(!bank.access.allows(&carl.who, Action::BalanceRead, &foreign, NOW).is_yes());
    assert_eq!(bank.noted(Noted::Denied, "balance.read: no policy allows it"), 1);
    assert!(
        !bank
            .access
            .allows(
                &carl.who,
                Action::PartyWrite,
                &Resource::of(ResourceKind::Party, "evil\nline"),
                NOW
            )
            .is_yes()
    );
    assert!(!bank.all_notes().contains("\\n"));
}
