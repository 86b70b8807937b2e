//! Guessing: passwords, codes, and locking others out.

use super::stage::*;
use crate::codes::code_now;
use crate::*;

const PASSWORD: &str = "four horses eat hay";

fn why<T: std::fmt::Debug>(result: Result<T, Denied>) -> Why {
    result.unwrap_err().why
}

#[test]
fn password_and_code_sign_in_and_neither_alone() {
    let bank = Bank::new();
    let (secret, _) = bank.password_user("carl", PASSWORD);
    let later = NOW + 60;
    let code = code_now(&secret, later);
    let try_in = |password: &str, code: &str| {
        bank.access.password_sign_in("carl", password, code, &came(), later)
    };
    assert_eq!(why(try_in(PASSWORD, "")), Why::Wrong);
    assert_eq!(why(try_in(PASSWORD, "000000")), Why::Wrong);
    assert_eq!(why(try_in("four horses eat grass", &code)), Why::Wrong);
    let signed_in = try_in(PASSWORD, &code).unwrap();
    assert_eq!(&*signed_in.principal.id, "user:carl");
    assert!(!bank.all_notes().contains(PASSWORD));
    assert!(!bank.all_notes().contains(&code));
}

#[test]
fn a_code_counts_once_also_after_a_restart() {
    let bank = Bank::new();
    let (secret, _) = bank.password_user("carl", PASSWORD);
    let first = code_now(&secret, NOW);
    let again = |bank: &Bank, code: &str, now_s| {
        bank.access.password_sign_in("carl", PASSWORD, code, &came(), now_s)
    };
    // The code that ended the enrolment was used, too.
    assert_eq!(why(again(&bank, &first, NOW)), Why::Wrong);
    let next = code_now(&secret, NOW + 60);
    assert!(again(&bank, &next, NOW + 60).is_ok());
    assert_eq!(why(again(&bank, &next, NOW + 60)), Why::Wrong);
    let bank = bank.restarted();
    assert_eq!(why(again(&bank, &next, NOW + 60)), Why::Wrong);
}

#[test]
fn guesses_wait_longer_and_longer() {
    let bank = Bank::new();
    let (secret, _) = bank.password_user("carl", PASSWORD);
    let later = NOW + 60;
    let try_in = |password: &str, now_s| {
        let code = code_now(&secret, later);
        bank.access.password_sign_in("carl", password, &code, &came(), now_s)
    };
    for _ in 0..5 {
        assert_eq!(why(try_in("a wrong password 123", later)), Why::Wrong);
    }
    // Now even the right one waits.
    let denied = try_in(PASSWORD, later).unwrap_err();
    assert_eq!((denied.why, denied.retry_after_s), (Why::TooMany, Some(1)));
    assert!(try_in(PASSWORD, later + 1).is_ok());
}

#[test]
fn a_stranger_who_guesses_on_purpose_does_not_lock_out_a_known_browser() {
    let bank = Bank::new();
    let (secret, _) = bank.password_user("carl", PASSWORD);
    let try_in = |address: &str, device: Option<&str>, password: &str, now_s| {
        let code = code_now(&secret, now_s);
        let came = Came { address, device, ..came() };
        bank.access.password_sign_in("carl", password, &code, &came, now_s)
    };
    let known = try_in("192.0.2.1", None, PASSWORD, NOW + 60).unwrap().device.unwrap();
    let now_s = NOW + 120;
    for number in 0..5 {
        let address = format!("198.51.100.{number}");
        let _ = try_in(&address, None, "a wrong password 123", now_s);
    }
    assert_eq!(why(try_in("203.0.113.9", None, PASSWORD, now_s)), Why::TooMany);
    assert!(try_in("192.0.2.1", Some(known.as_str()), PASSWORD, now_s).is_ok());
}

#[test]
fn an_address_that_guesses_at_many_names_waits() {
    let bank = Bank::new();
    let guess = |name: &str| {
        bank.access.password_sign_in(name, "a wrong password 123", "123456", &came(), NOW)
    };
    for number in 0..30 {
        assert_eq!(why(guess(&format!("nobody{number}"))), Why::Wrong);
    }
    assert_eq!(why(guess("nobody-else")), Why::TooMany);
}

#[test]
fn who_is_not_there_is_told_the_same() {
    let bank = Bank::new();
    bank.password_user("carl", PASSWORD);
    let guess =
        |name| bank.access.password_sign_in(name, "a wrong password 123", "123456", &came(), NOW);
    assert_eq!(guess("carl").unwrap_err(), guess("nobody").unwrap_err());
}

#[test]
fn a_disabled_user_is_out_with_password_and_code() {
    let bank = Bank::new();
    let (secret, signed_in) = bank.password_user("carl", PASSWORD);
    bank.access.user_disable(&bank.access.console(), "carl", NOW).unwrap();
    let code = code_now(&secret, NOW + 60);
    let try_in = bank.access.password_sign_in("carl", PASSWORD, &code, &came(), NOW + 60);
    assert_eq!(why(try_in), Why::Disabled);
    assert_eq!(why(bank.access.session(&signed_in.cookie, NOW)), Why::NoSession);
}

#[test]
fn a_weak_password_is_refused_and_five_wrong_first_codes_end_the_offer() {
    let bank = Bank::new();
    let new = NewUser { name: "carl", roles: &[Role::Teller], party: None, institution: None };
    let link = bank.access.user_add(&bank.access.console(), &new, NOW).unwrap();
    let weak = bank.access.link_password(&link.token, "secret", NOW).unwrap_err();
    assert!(weak.to_string().contains("15 to 128 characters"));
    bank.access.link_password(&link.token, PASSWORD, NOW).unwrap();
    let finish = |code| bank.access.link_password_finish(&link.token, code, &came(), NOW);
    for _ in 0..5 {
        assert_eq!(why(finish("abcdef")), Why::Wrong);
    }
    assert_eq!(why(finish("abcdef")), Why::Late);
    // The link is still good.
    bank.enter(&link);
}

#[test]
fn strangers_cannot_flood_the_journal() {
    let bank = Bank::new();
    let before = bank.noted(Noted::NotRecognised, "");
    for _ in 0..1_000 {
        let _ = bank.access.session("nonsense", NOW);
    }
    assert_eq!(bank.noted(Noted::NotRecognised, "") - before, 32);
    let _ = bank.access.session("nonsense", NOW + 1);
    assert!(bank.all_notes().contains("times: 969"));
}
