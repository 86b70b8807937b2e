//! Step-up: a signature of payee and amount.

use super::stage::*;
use crate::codes::code_now;
use crate::*;
use terms::{AccountId, Currency, RoleKind};

const CNY: Currency = Currency(156);

fn signing(payee: &str, amount_minor: u128) -> Signing<'_> {
    Signing { from: AccountId(17), payee, amount_minor, currency: CNY }
}

fn why<T: std::fmt::Debug>(result: Result<T, Denied>) -> Why {
    result.unwrap_err().why
}

fn sign(bank: &Bank, person: &mut Person, what: &Signing<'_>) -> SteppedUp {
    let asked = bank.access.step_up_begin(&person.who, what, NOW).unwrap();
    let answer = person.device.get(&asked.options);
    bank.access.step_up_finish(&person.who, what, &asked.id, &answer, NOW).unwrap()
}

#[test]
fn a_large_payment_wants_a_signature_and_is_allowed_with_it() {
    let bank = Bank::new();
    let mut carl = bank.user("carl", &[Role::Customer]);
    let own = [Holder { party: carl.who.party.unwrap(), role: RoleKind::Owner }];
    let may = |who: &Principal, amount, stepped_up| {
        let what = Resource {
            owners: &own,
            amount_minor: amount,
            currency: Some(CNY),
            stepped_up,
            ..Resource::of(ResourceKind::Account, "account:17")
        };
        bank.access.allows(who, Action::PaymentCreate, &what, NOW)
    };
    assert_eq!(may(&carl.who, Some(100_000), None), Allowed::Yes);
    assert_eq!(may(&carl.who, Some(100_001), None), Allowed::StepUp);
    assert_eq!(may(&carl.who, None, None), Allowed::StepUp);
    let signed = sign(&bank, &mut carl, &signing("Dora, 622700", 500_000));
    assert_eq!(may(&carl.who, Some(500_000), Some(signed.clone())), Allowed::Yes);
    assert_eq!(may(&carl.who, Some(500_001), Some(signed.clone())), Allowed::StepUp);
    let other = bank.user("dora", &[Role::Customer]);
    let stranger = may(&other.who, Some(500_000), Some(signed));
    assert!(matches!(stranger, Allowed::No { .. }));
    assert_eq!(bank.noted(Noted::SteppedUp, "500000 minor units"), 1);
    assert!(!bank.all_notes().contains("Dora"));
}

#[test]
fn a_signature_is_good_for_its_payment_alone() {
    let bank = Bank::new();
    let mut carl = bank.user("carl", &[Role::Customer]);
    let what = signing("Dora, 622700", 500_000);
    let asked = bank.access.step_up_begin(&carl.who, &what, NOW).unwrap();
    let answer = carl.device.get(&asked.options);
    let finish = |who: &Principal, what: &Signing<'_>, now_s| {
        bank.access.step_up_finish(who, what, &asked.id, &answer, now_s)
    };
    for other in [
        signing("Eve, 622700", 500_000),
        signing("Dora, 622700", 500_001),
        Signing { currency: Currency(840), ..what },
        Signing { from: AccountId(18), ..what },
    ] {
        assert_eq!(why(finish(&carl.who, &other, NOW)), Why::OtherPayment);
    }
    let elsewhere = bank.sign_in(&mut carl, NOW).unwrap();
    assert_eq!(why(finish(&elsewhere.principal, &what, NOW)), Why::OtherPayment);
    assert_eq!(why(finish(&carl.who, &what, NOW + 301)), Why::Late);
    assert!(finish(&carl.who, &what, NOW + 300).is_ok());
    assert_eq!(why(finish(&carl.who, &what, NOW + 300)), Why::Again);
}

#[test]
fn a_sign_in_is_no_signature_and_a_signature_no_sign_in() {
    let bank = Bank::new();
    let mut carl = bank.user("carl", &[Role::Customer]);
    let what = signing("Dora", 500_000);
    let sign_in = bank.access.passkey_begin(NOW).unwrap();
    let answer = carl.device.get(&sign_in.options);
    let as_payment = bank.access.step_up_finish(&carl.who, &what, &sign_in.id, &answer, NOW);
    assert_eq!(why(as_payment), Why::OtherPayment);
    let step_up = bank.access.step_up_begin(&carl.who, &what, NOW).unwrap();
    let crossed = bank.access.step_up_finish(&carl.who, &what, &step_up.id, &answer, NOW);
    assert_eq!(why(crossed), Why::Wrong);
    let answer = carl.device.get(&step_up.options);
    let as_sign_in = bank.access.passkey_sign_in(&step_up.id, &answer, &came(), NOW);
    assert_eq!(why(as_sign_in), Why::Late);
}

#[test]
fn a_code_signs_for_who_has_no_passkey_once_and_not_by_guessing() {
    let bank = Bank::new();
    let (secret, signed_in) = bank.password_user("carl", "four horses eat hay");
    let (who, what) = (signed_in.principal, signing("Dora", 500_000));
    let now_s = NOW + 60;
    let asked = bank.access.step_up_begin(&who, &what, now_s).unwrap();
    let finish = |what: &Signing<'_>, code: &str, now_s| {
        bank.access.step_up_finish_code(&who, what, &asked.id, code, now_s)
    };
    let code = code_now(&secret, now_s);
    assert_eq!(why(finish(&signing("Eve", 500_000), &code, now_s)), Why::OtherPayment);
    assert!(finish(&what, &code, now_s).is_ok());
    assert_eq!(why(finish(&what, &code, now_s)), Why::Wrong);
    let next = code_now(&secret, now_s + 30);
    assert_eq!(why(finish(&what, &next, now_s + 30)), Why::Again, "another code, the same payment");
    for _ in 0..3 {
        assert_eq!(why(finish(&what, "abcdef", now_s)), Why::Wrong);
    }
    assert_eq!(why(finish(&what, "abcdef", now_s)), Why::TooMany);
}

#[test]
fn a_code_is_not_enough_for_who_has_a_passkey() {
    let bank = Bank::new();
    let carl = bank.user("carl", &[Role::Customer]);
    let what = signing("Dora", 500_000);
    let asked = bank.access.step_up_begin(&carl.who, &what, NOW).unwrap();
    let coaxed = bank.access.step_up_finish_code(&carl.who, &what, &asked.id, "123456", NOW);
    assert_eq!(why(coaxed), Why::NotAllowed);
}

#[test]
fn a_signature_of_an_upload_is_good_for_its_bytes_number_and_sums_alone() {
    let bank = Bank::new();
    let mut carl = bank.user("carl", &[Role::Customer]);
    let totals = [(CNY, 500_000), (Currency(840), 7)];
    let what = SigningUpload { payments: 3, totals: &totals, sha256: [5; 32] };
    let asked = bank.access.step_up_begin(&carl.who, &what, NOW).unwrap();
    let answer = carl.device.get(&asked.options);
    let finish =
        |what: ToSign<'_>| bank.access.step_up_finish(&carl.who, what, &asked.id, &answer, NOW);
    let (more, fewer) = ([(CNY, 500_001), (Currency(840), 7)], [(CNY, 500_000)]);
    for other in [
        ToSign::from(&SigningUpload { payments: 2, ..what }),
        ToSign::from(&SigningUpload { sha256: [6; 32], ..what }),
        ToSign::from(&SigningUpload { totals: &more, ..what }),
        ToSign::from(&SigningUpload { totals: &fewer, ..what }),
        ToSign::from(&signing("Dora", 500_000)),
    ] {
        assert_eq!(why(finish(other)), Why::OtherPayment);
    }
    let signed = finish(ToSign::from(&what)).unwrap();
    let covers = |amount, currency| signed.covers("user:carl", amount, currency);
    assert!(covers(500_000, CNY) && covers(7, Currency(840)));
    assert!(!covers(7, CNY) && !covers(500_007, CNY) && !signed.covers("user:dora", 7, CNY));
    assert_eq!(bank.noted(Noted::SteppedUp, "500000 minor units of currency 156, 7 minor"), 1);
}

#[test]
fn a_payee_that_would_not_show_in_one_line_is_refused() {
    let bank = Bank::new();
    let carl = bank.user("carl", &[Role::Customer]);
    for payee in ["", "Dora\nAmount: 1.00"] {
        let begun = bank.access.step_up_begin(&carl.who, &signing(payee, 5), NOW);
        assert!(matches!(begun, Err(Refused::Invalid { field: "payee", .. })));
    }
}
