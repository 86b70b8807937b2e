//! Who lets somebody help: the word that agrees to it, and the signature.

use super::stage::*;
use crate::*;
use terms::{Currency, PartyId, RoleKind};

#[test]
fn a_word_is_of_one_party_for_a_day_and_guesses_are_counted() {
    let bank = Bank::new();
    let (carl, dora) = (bank.user("carl", &[Role::Customer]), bank.user("dora", &[Role::Helper]));
    let party = dora.who.party.unwrap();
    let HelpWord { word, until_s } = bank.access.help_word(&dora.who, NOW).unwrap();
    assert_eq!(word.len(), 8);
    assert!(until_s > NOW + 12 * 3_600 && until_s <= NOW + 24 * 3_600);
    let fits = |party, word: &str, at| bank.access.help_word_fits(&carl.who, party, word, at);
    assert_eq!(fits(party, &word, NOW), Ok(()));
    assert_eq!(fits(party, &format!("{} {}", &word[..4], &word[4..]), until_s - 1), Ok(()));
    let wrong = |party, word: &str, at| fits(party, word, at).unwrap_err().why;
    assert_eq!(wrong(party, &word, until_s), Why::Wrong);
    // Nobody has that number: the same answer.
    assert_eq!(wrong(PartyId(99_999), &word, NOW), Why::Wrong);
    assert_eq!(wrong(carl.who.party.unwrap(), &word, NOW), Why::Wrong);
    for _ in 0..8 {
        let _ = fits(party, "00000000", NOW);
    }
    assert_eq!(wrong(party, &word, NOW), Why::TooMany);
    let teller = bank.user("tom", &[Role::Teller]);
    assert!(bank.access.help_word(&teller.who, NOW).is_err());
}

#[test]
fn letting_somebody_see_an_account_is_signed_for_what_it_says_and_only_by_its_owner() {
    let bank = Bank::new();
    let mut carl = bank.user("carl", &[Role::Customer]);
    let party = carl.who.party.unwrap();
    let may = |who: &Principal, role, stepped_up| {
        let owners = [Holder { party, role }];
        let what = Resource {
            owners: &owners,
            amount_minor: Some(0),
            currency: Some(Currency(0)),
            stepped_up,
            ..Resource::of(ResourceKind::Account, "account:17")
        };
        bank.access.allows(who, Action::HelperWrite, &what, NOW)
    };
    assert_eq!(may(&carl.who, RoleKind::Owner, None), Allowed::StepUp);
    assert!(matches!(may(&carl.who, RoleKind::Viewer, None), Allowed::No { .. }));
    assert!(matches!(may(&carl.who, RoleKind::Disponent, None), Allowed::No { .. }));
    let act = SigningAct { act: "helper.write", says: "pty_1 sees acc_17", about: "Dora" };
    let asked = bank.access.step_up_begin(&carl.who, ToSign::Act(act), NOW).unwrap();
    let answer = carl.device.get(&asked.options);
    let finish =
        |act| bank.access.step_up_finish(&carl.who, ToSign::Act(act), &asked.id, &answer, NOW);
    let other = finish(SigningAct { says: "pty_2 sees acc_17", ..act });
    assert_eq!(other.unwrap_err().why, Why::OtherPayment);
    let other = finish(SigningAct { about: "Thief", ..act });
    assert_eq!(other.unwrap_err().why, Why::OtherPayment);
    let other = finish(SigningAct { act: "payee.write", ..act });
    assert_eq!(other.unwrap_err().why, Why::OtherPayment);
    let signed = finish(act).unwrap();
    assert_eq!(may(&carl.who, RoleKind::Owner, Some(signed.clone())), Allowed::Yes);
    assert!(matches!(may(&carl.who, RoleKind::Viewer, Some(signed)), Allowed::No { .. }));
    assert_eq!(bank.noted(Noted::SteppedUp, "passkey: helper.write"), 1);
    assert!(!bank.all_notes().contains("Dora"));
}
