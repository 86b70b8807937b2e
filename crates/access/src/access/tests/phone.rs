//! Phones without an app: number and PIN, another SIM, the printed card.

use super::stage::*;
use crate::*;
use std::sync::Arc;
use terms::{AccountId, Currency, RoleKind};

const NUMBER: &str = "+8613800138007";
const PIN: &str = "258036";
const CNY: Currency = Currency(156);

fn new(pin: &str) -> NewPhone<'_> {
    NewPhone { number: NUMBER, pin, lang: "en" }
}

/// Carl with a passkey, a phone and a card.
fn carl(bank: &Bank) -> (Person, Vec<String>) {
    let carl = bank.user("carl", &[Role::Customer]);
    bank.access.phone_set(&carl.who, &new(PIN), NOW).unwrap();
    let codes = bank.access.card_make(&carl.who, NOW).unwrap();
    (carl, codes)
}

fn dial(bank: &Bank, pin: &str, sim: Option<&str>, now_s: u64) -> Result<Arc<Principal>, Why> {
    let signed_in = bank.access.phone_sign_in(NUMBER, pin, sim, &came(), now_s);
    signed_in.map(|it| it.principal).map_err(|denied| denied.why)
}

fn signing(amount_minor: u128) -> Signing<'static> {
    Signing { from: AccountId(17), payee: "acc_1", amount_minor, currency: CNY }
}

fn sign(
    bank: &Bank,
    who: &Principal,
    what: &Signing<'_>,
    code: &str,
    now_s: u64,
) -> Result<SteppedUp, Why> {
    let asked = bank.access.step_up_begin(who, what, now_s).unwrap();
    let done = bank.access.step_up_finish_code(who, what, &asked.id, code, now_s);
    done.map_err(|denied| denied.why)
}

fn may_pay(bank: &Bank, who: &Principal, amount: u128, stepped_up: Option<SteppedUp>) -> Allowed {
    let own = [Holder { party: who.party.unwrap(), role: RoleKind::Owner }];
    let what = Resource {
        owners: &own,
        amount_minor: Some(amount),
        currency: Some(CNY),
        stepped_up,
        ..Resource::of(ResourceKind::Account, "account:17")
    };
    bank.access.would_allow(who, Action::PaymentCreate, &what)
}

#[test]
fn number_and_pin_sign_in_and_change_no_keys() {
    let bank = Bank::new();
    let (carl, _) = carl(&bank);
    let who = dial(&bank, PIN, None, NOW).unwrap();
    assert_eq!((&*who.id, who.party), ("user:carl", carl.who.party));
    assert_eq!(bank.access.phone_speaks("+86 138-0013-8007").as_deref(), Some("en"));
    let refused = |result: Result<(), Refused>| {
        matches!(result, Err(Refused::Denied(Denied { why: Why::NotAllowed, .. })))
    };
    assert!(refused(bank.access.phone_set(&who, &new("314159"), NOW)));
    assert!(refused(bank.access.phone_confirm(&who, NOW)));
    assert!(refused(bank.access.phone_remove(&who, NOW)));
    assert!(refused(bank.access.card_make(&who, NOW).map(drop)));
    assert_eq!(bank.access.passkey_add_begin(&who, NOW).unwrap_err().why, Why::NotAllowed);
    bank.access.phone_language(&who, "zh").unwrap();
    assert_eq!(bank.access.phone_speaks(NUMBER).as_deref(), Some("zh"));
    bank.access.card_end(&who, NOW).unwrap();
    // A new PIN ends what the old one opened.
    let signed_in = bank.access.phone_sign_in(NUMBER, PIN, None, &came(), NOW).unwrap();
    bank.access.phone_set(&carl.who, &new("314159"), NOW).unwrap();
    assert_eq!(bank.access.session(&signed_in.cookie, NOW).unwrap_err().why, Why::NoSession);
    assert!(bank.access.session(&carl.cookie, NOW).is_ok());
    bank.access.phone_remove(&carl.who, NOW).unwrap();
    assert_eq!(dial(&bank, "314159", None, NOW).unwrap_err(), Why::Wrong);
    assert!(!bank.all_notes().contains(PIN) && !bank.all_notes().contains("8013800"));
}

#[test]
fn five_wrong_pins_lock_it_for_good_also_after_a_restart() {
    let bank = Bank::new();
    let (carl, _) = carl(&bank);
    for n in 0..4 {
        assert_eq!(dial(&bank, "271828", None, NOW + n).unwrap_err(), Why::Wrong);
    }
    assert!(dial(&bank, PIN, None, NOW).is_ok(), "a right one forgets the wrong ones");
    for n in 0..5 {
        // So late that nothing has to be waited for.
        assert_eq!(dial(&bank, "271828", None, NOW + n * 10_000).unwrap_err(), Why::Wrong);
    }
    let later = NOW + 100_000;
    assert_eq!(dial(&bank, PIN, None, later).unwrap_err(), Why::Locked);
    let bank = bank.restarted();
    assert_eq!(dial(&bank, PIN, None, later).unwrap_err(), Why::Locked);
    assert!(bank.access.my_phone(&carl.who).unwrap().unwrap().locked);
    assert_eq!(bank.noted_loudly(Noted::NotRecognised), 1);
    bank.access.phone_set(&carl.who, &new("314159"), later).unwrap();
    assert!(dial(&bank, "314159", None, later).is_ok());
}

#[test]
fn a_number_that_was_never_used_gives_way_and_one_in_use_does_not() {
    let bank = Bank::new();
    let carl = bank.user("carl", &[Role::Customer]);
    let dora = bank.user("dora", &[Role::Customer]);
    bank.access.phone_set(&carl.who, &new(PIN), NOW).unwrap();
    bank.access.phone_set(&dora.who, &new("314159"), NOW).unwrap();
    assert_eq!(&*dial(&bank, "314159", None, NOW).unwrap().id, "user:dora");
    assert_eq!(bank.access.my_phone(&carl.who).unwrap(), None);
    let taken = bank.access.phone_set(&carl.who, &new(PIN), NOW);
    assert!(matches!(taken, Err(Refused::Exists(_))), "{taken:?}");
    let party = [dora.who.party.unwrap(), carl.who.party.unwrap()];
    assert_eq!(bank.access.phones_of(&party).len(), 1);
    bank.access.user_remove(&bank.access.console(), "dora", NOW).unwrap();
    assert_eq!(bank.access.phone_speaks(NUMBER), None, "it goes with who had it");
    assert!(bank.access.phone_set(&carl.who, &new(PIN), NOW).is_ok());
}

#[test]
fn people_of_the_bank_have_no_phone_that_signs_in() {
    let bank = Bank::new();
    let teller = bank.user("teller", &[Role::Teller]);
    let refused = bank.access.phone_set(&teller.who, &new(PIN), NOW);
    assert!(matches!(refused, Err(Refused::Conflict(_))), "{refused:?}");
    let carl = bank.user("carl", &[Role::Customer]);
    for (number, pin, lang) in [("138", PIN, "en"), (NUMBER, "123456", "en"), (NUMBER, PIN, "fr")] {
        let refused = bank.access.phone_set(&carl.who, &NewPhone { number, pin, lang }, NOW);
        assert!(matches!(refused, Err(Refused::Invalid { .. })), "{number} {lang}: {refused:?}");
    }
}

#[test]
fn another_sim_looks_and_pays_nothing_until_its_owner_says_so_elsewhere() {
    let bank = Bank::new();
    let (carl, codes) = carl(&bank);
    let first = dial(&bank, PIN, Some("imsi-1"), NOW).unwrap();
    assert_eq!(may_pay(&bank, &first, 100, None), Allowed::Yes);
    let other = dial(&bank, PIN, Some("imsi-2"), NOW).unwrap();
    let no = |who: &Principal, signed| matches!(may_pay(&bank, who, 100, signed), Allowed::No { policy } if &*policy == "sim-changed");
    assert!(no(&other, None));
    let number = usize::from(bank.access.card_asks(&other).unwrap().unwrap()) - 1;
    let signed = sign(&bank, &other, &signing(100), &codes[number], NOW).unwrap();
    assert!(no(&other, Some(signed)), "a code of the card does not help either");
    let back = dial(&bank, PIN, Some("imsi-1"), NOW).unwrap();
    assert!(no(&back, None), "the first SIM comes back, and the question stays");
    assert_eq!(
        may_pay(&bank, &carl.who, 100, None),
        Allowed::Yes,
        "with a passkey it is another matter"
    );
    assert_eq!(bank.noted_loudly(Noted::SignedIn), 2);
    bank.access.phone_confirm(&carl.who, NOW).unwrap();
    let confirmed = dial(&bank, PIN, Some("imsi-2"), NOW).unwrap();
    assert_eq!(may_pay(&bank, &confirmed, 100, None), Allowed::Yes);
    assert!(dial(&bank, PIN, None, NOW).is_ok_and(|who| may_pay(&bank, &who, 100, None).is_yes()));
}

#[test]
fn a_code_of_the_card_signs_one_payment_and_only_the_one_asked_for() {
    let bank = Bank::new();
    let (carl, codes) = carl(&bank);
    assert_eq!(codes.len(), usize::from(CARD_CODES));
    assert_eq!(bank.access.card_asks(&carl.who), None, "elsewhere it is not asked for");
    let who = dial(&bank, PIN, None, NOW).unwrap();
    let what = signing(500_000);
    assert_eq!(may_pay(&bank, &who, 500_000, None), Allowed::StepUp);
    let asks = || usize::from(bank.access.card_asks(&who).unwrap().unwrap()) - 1;
    let number = asks();
    assert_eq!(asks(), number, "asked again, it is the same code");
    let another = &codes[(number + 1) % codes.len()];
    assert_eq!(
        sign(&bank, &who, &what, another, NOW).unwrap_err(),
        Why::Wrong,
        "not another of the card"
    );
    let asked = bank.access.step_up_begin(&who, &what, NOW).unwrap();
    let other =
        bank.access.step_up_finish_code(&who, &signing(500_001), &asked.id, &codes[number], NOW);
    assert_eq!(other.unwrap_err().why, Why::OtherPayment, "bound to its payment");
    let signed =
        bank.access.step_up_finish_code(&who, &what, &asked.id, &codes[number], NOW).unwrap();
    assert_eq!(may_pay(&bank, &who, 500_000, Some(signed)), Allowed::Yes);
    assert_ne!(asks(), number);
    assert_eq!(bank.access.my_card(&who).unwrap().unwrap().left, CARD_CODES - 1);
    assert_eq!(sign(&bank, &who, &what, &codes[number], NOW).unwrap_err(), Why::Wrong, "good once");
    assert_eq!(bank.noted(Noted::SteppedUp, "card: 500000 minor units"), 1);
    let log = std::fs::read_to_string(bank.folder.join("access.log")).unwrap_or_else(|_| {
        String::from_utf8_lossy(&std::fs::read(bank.folder.join("access.log")).unwrap())
            .into_owned()
    });
    assert!(codes.iter().all(|code| !log.contains(code.as_str())), "no code is kept in clear");
}

#[test]
fn a_card_is_used_up_locked_and_goes_with_a_recovery() {
    let bank = Bank::new();
    let (carl, codes) = carl(&bank);
    let who = dial(&bank, PIN, None, NOW).unwrap();
    for used in 0..codes.len() {
        let number =
            bank.access.card_asks(&who).unwrap().unwrap_or_else(|| panic!("none after {used}"));
        let code = &codes[usize::from(number) - 1];
        assert!(sign(&bank, &who, &signing(used as u128 + 1), code, NOW).is_ok(), "{used}");
    }
    assert_eq!(bank.access.card_asks(&who), Some(None), "used up");
    let codes = bank.access.card_make(&carl.who, NOW).unwrap();
    for _ in 0..5 {
        assert_eq!(sign(&bank, &who, &signing(1), "abcdef", NOW).unwrap_err(), Why::Wrong);
    }
    let number = bank.access.my_card(&who).unwrap().unwrap();
    assert!(number.locked && bank.access.card_asks(&who) == Some(None));
    for code in &codes {
        assert_eq!(sign(&bank, &who, &signing(1), code, NOW).unwrap_err(), Why::Locked);
    }
    let link = bank.access.user_link(&bank.access.console(), "carl", NOW).unwrap();
    let again = bank.enter(&link);
    assert_eq!(bank.access.my_phone(&again.who).unwrap(), None);
    assert_eq!(bank.access.my_card(&again.who).unwrap(), None);
    assert_eq!(dial(&bank, PIN, None, NOW).unwrap_err(), Why::Wrong);
}

#[test]
fn a_sample_bank_shows_its_card_and_no_other_bank_does() {
    let folder = folder();
    let notes = Arc::new(Kept::default());
    let settings = Settings { sample: true, ..Settings::at(ORIGIN, "Bank") };
    let access = Access::open(&folder, settings, policies(), notes, NOW).unwrap();
    let roles = [Role::Customer];
    let person =
        NewUser { name: "old", roles: &roles, party: Some(terms::PartyId(3)), institution: None };
    access.sample_person(&person, NOW).unwrap();
    access.sample_phone("old", &new(PIN), NOW).unwrap();
    let card = access.sample_card("old");
    assert_eq!(card.len(), usize::from(CARD_CODES));
    access.sample_phone("old", &new("314159"), NOW).unwrap();
    let who = access.phone_sign_in(NUMBER, PIN, None, &came(), NOW).unwrap().principal;
    let number = access.card_asks(&who).unwrap().unwrap();
    let what = signing(500_000);
    let asked = access.step_up_begin(&who, &what, NOW).unwrap();
    let code = &card.iter().find(|(at, _)| *at == number).unwrap().1;
    access.step_up_finish_code(&who, &what, &asked.id, code, NOW).unwrap();
    assert_eq!(access.sample_card("old").len(), usize::from(CARD_CODES) - 1);
    let visitor = access.named("user:old", NOW).unwrap();
    access.card_make(&visitor, NOW + 1).unwrap();
    assert_eq!(access.sample_card("old"), []);
    drop(access);
    let _ = std::fs::remove_dir_all(folder);
    let bank = Bank::new();
    carl(&bank);
    assert_eq!(bank.access.sample_card("carl"), []);
    assert!(bank.access.sample_phone("carl", &new(PIN), NOW).is_err());
}
