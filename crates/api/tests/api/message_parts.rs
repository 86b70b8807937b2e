//! The parts of a message's way by themselves: numbers of accounts, what is kept of a message, what stands beside a payment.

use api::messages::{Began, Beside, IbanRule, Item, Naming, Store, Taken};
use iso20022::{AccountNumber, Agent};
use terms::{AccountId, Currency};

fn naming() -> Naming {
    let rule = IbanRule { country: "DE".into(), bank: "37040044".into(), digits: 10 };
    Naming { bic: "TJANDEFF".into(), iban: Some(rule), counterparts: Vec::new() }
}

#[test]
fn a_number_leads_to_its_account_and_back() {
    let naming = naming();
    // The example of ISO 13616 for Germany.
    let known = AccountNumber::Iban("DE89370400440532013000".into());
    assert_eq!(naming.account_of(&known), Some(AccountId(532_013_000)));
    for id in [1, 1001, 9_999_999_999, 10_000_000_000, u128::MAX - 1, 1 << 103, 1 << 102] {
        let account = naming.account(AccountId(id), Currency::EUR);
        assert_eq!(naming.account_of(&account.number), Some(AccountId(id)), "{account:?}");
        assert!(account.number.as_str().len() <= 34);
    }
    assert_eq!(
        naming.account(AccountId(532_013_000), Currency::EUR).number.as_str(),
        "DE89370400440532013000"
    );
}

#[test]
fn what_is_anothers_is_not_ours() {
    let naming = naming();
    for other in ["GB29NWBK60161331926819", "DE88370400440532013000", "DE89", ""] {
        assert_eq!(naming.account_of(&AccountNumber::Iban(other.into())), None, "{other}");
    }
    for other in ["", "01", "12a", "-1", "+1", " 1", "gggggggggggggggggggggggggggggggg", "１２"] {
        assert_eq!(naming.account_of(&AccountNumber::Other(other.into())), None, "{other}");
    }
    let is_us = |bic: &str| naming.is_us(&Agent::bic(bic));
    assert!(is_us("TJANDEFFXXX") && is_us("TJANDEFF") && !is_us("TJANDEFF123"));
    assert!(!Naming::default().is_us(&Agent::bic("")), "who has no BIC is nobody's counterpart");
}

#[test]
fn a_message_is_worked_on_once_and_another_under_its_name_is_known() {
    let folder = std::env::temp_dir().join(format!("tongjian-store-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    let store = Store::open(&folder).unwrap();
    let Began::Work(work) = store.begin("anna", "M1", "d1").unwrap() else { panic!("new") };
    assert!(matches!(store.begin("anna", "M1", "d1").unwrap(), Began::InWork));
    assert!(matches!(store.begin("bert", "M1", "d2").unwrap(), Began::Work(_)), "another's");
    drop(work);
    assert!(matches!(store.begin("anna", "M1", "d2").unwrap(), Began::Other));
    let Began::Work(work) = store.begin("anna", "M1", "d1").unwrap() else { panic!("again") };
    let taken = Taken { message: "M1".into(), items: vec![Item::received()], ..Taken::default() };
    store.keep(&work, &taken).unwrap();
    drop(work);
    let Began::Done(known) = store.begin("anna", "M1", "d1").unwrap() else { panic!("done") };
    assert_eq!(*known, taken);
    assert_eq!(store.read("anna", "M2").unwrap(), None);
    assert_eq!(store.mark("sent").unwrap(), 0);
    store.set_mark("sent", 17).unwrap();
    assert_eq!(store.mark("sent").unwrap(), 17);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_text_that_is_too_long_keeps_its_names() {
    let long = Beside {
        end_to_end: "E1".into(),
        creditor: api::messages::Side {
            name: Some("王".repeat(200)),
            ..api::messages::Side::default()
        },
        texts: vec!["通".repeat(140); 20],
        ..Beside::default()
    };
    let text = long.text();
    assert!(text.len() <= 3_500, "{}", text.len());
    let back = Beside::of_text(text.as_bytes()).unwrap();
    assert_eq!(back.creditor.name.unwrap().chars().count(), 140);
    assert!(!back.texts.is_empty() && back.texts.len() < 20);
    assert_eq!(Beside::of_text(b"rent"), None);
}
