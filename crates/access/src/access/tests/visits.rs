//! People of a sample bank; and that no other bank has such a door.

use super::stage::*;
use crate::*;
use std::sync::Arc;

const ANNA: NewUser<'_> = NewUser {
    name: "anna",
    roles: &[Role::Customer],
    party: Some(terms::PartyId(7)),
    institution: None,
};

#[test]
fn in_a_bank_with_real_money_nobody_comes_in_without_a_key() {
    let bank = Bank::new();
    bank.user("carl", &[Role::Customer]);
    assert_eq!(bank.access.visit("carl", &came(), NOW).unwrap_err().why, Why::NotAllowed);
    assert!(bank.access.sample_person(&ANNA, NOW).is_err());
    let (_, _) = bank.password_user("bert", "a rather long password");
    assert_eq!(bank.access.sample_code("bert", NOW), None, "nobody's phone is shown");
}

#[test]
fn in_a_sample_bank_a_visitor_is_one_of_its_people_and_sees_their_phone() {
    let folder = folder();
    let settings = Settings { sample: true, ..Settings::at(ORIGIN, "Bank") };
    let access =
        Access::open(&folder, settings, policies(), Arc::new(Kept::default()), NOW).unwrap();
    access.sample_person(&ANNA, NOW).unwrap();
    let SignedIn { cookie, principal, .. } = access.visit("anna", &came(), NOW).unwrap();
    assert_eq!(&*principal.id, "user:anna");
    assert!(access.session(&cookie, NOW).is_ok());
    assert_eq!(access.visit("bert", &came(), NOW).unwrap_err().why, Why::Wrong);
    let what = Signing {
        from: terms::AccountId(17),
        payee: "acc_1",
        amount_minor: 200_000,
        currency: terms::Currency(156),
    };
    let asked = access.step_up_begin(&principal, &what, NOW).unwrap();
    let code = access.sample_code("anna", NOW).unwrap();
    assert!(access.step_up_finish_code(&principal, &what, &asked.id, &code, NOW).is_ok());
    drop(access);
    let _ = std::fs::remove_dir_all(folder);
}
