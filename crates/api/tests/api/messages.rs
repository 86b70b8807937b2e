//! Messages of ISO 20022 over HTTP: what becomes of each payment, once; and nothing from accounts that are another's.

use crate::house::{Came, House, account};
use axum::body::Body;
use iso20022::{
    Account, Agent, BankHeader, Block, CreditTransfer, InitiationHeader, InitiationWriter, Limits,
    Message, Money, Order, Party, PaymentIds, PaymentStatus, PaymentType, Remarks, Remittance,
    Status, StatusItem, TransferWriter, Uetr,
};
use terms::{Amount, Currency, Day};

const UETR: &str = "eb6305c9-1f7f-49de-aed0-16487c27b42d";

fn yuan(minor: u128) -> Money {
    Money { currency: Currency::CNY, amount: Amount(minor) }
}

fn today() -> Day {
    api::bank::now().day_at(480)
}

/// Payments of a customer's file: from an account, to one, how much.
pub fn file(message: &str, payments: &[(&str, &str, u128)]) -> Vec<u8> {
    let header = InitiationHeader {
        message: message.into(),
        created: "2026-11-28T09:30:00Z".into(),
        payments: payments.len() as u64,
        sum: None,
        initiator: Party::named("Anna Arvin"),
    };
    let mut writer = InitiationWriter::begin(Vec::new(), &header).unwrap();
    for (at, (from, to, amount)) in payments.iter().enumerate() {
        let block = Block {
            id: format!("B{at}"),
            execution: today(),
            debtor: Party::named("Anna Arvin"),
            debtor_account: Some(Account::other(*from)),
            debtor_agent: Agent::bic("TJANCNBJXXX"),
            ..Block::default()
        };
        writer.block(&block).unwrap();
        writer.order(&order(at, to, *amount)).unwrap();
    }
    writer.finish().unwrap()
}

fn order(at: usize, to: &str, amount: u128) -> Order {
    // An account behind a bank is that bank's.
    let (bank, number) =
        to.split_once('/').map_or((None, to), |(bank, number)| (Some(bank), number));
    Order {
        ids: PaymentIds {
            uetr: (at == 0).then(|| Uetr::parse(UETR).unwrap()),
            ..PaymentIds::end_to_end(format!("E{at}"))
        },
        repeat: 0,
        payment_type: PaymentType::default(),
        amount: yuan(amount),
        charges: None,
        ultimate_debtor: None,
        creditor_agent: bank.map(Agent::bic),
        creditor: Some(Party::named("Bert Bode")),
        creditor_account: Some(Account::other(number)),
        ultimate_creditor: None,
        purpose: None,
        remittance: Remittance::text("Rent of December"),
        remarks: Remarks::default(),
    }
}

fn incoming(message: &str, to: &str, amount: u128) -> Vec<u8> {
    let header = BankHeader {
        message: message.into(),
        created: "2026-11-28T09:30:00Z".into(),
        payments: 1,
        settlement: Some(today()),
        method: "INGA".into(),
        instructing: Some(Agent::bic("WOHNDEFF")),
        instructed: Some(Agent::bic("TJANCNBJ")),
        ..BankHeader::default()
    };
    let mut writer = TransferWriter::begin(Vec::new(), &header).unwrap();
    let transfer = CreditTransfer {
        ids: PaymentIds { transaction: Some("T1".into()), ..PaymentIds::end_to_end("E1") },
        payment_type: PaymentType::default(),
        amount: yuan(amount),
        settlement: None,
        instructed_amount: None,
        charges: None,
        instructing: None,
        instructed: None,
        ultimate_debtor: None,
        debtor: Party::named("Wohnbau"),
        debtor_account: Some(Account::iban("DE89370400440532013000")),
        debtor_agent: Agent::bic("WOHNDEFF"),
        creditor_agent: Agent::bic("TJANCNBJ"),
        creditor: Party::named("Bert Bode"),
        creditor_account: Some(Account::other(to)),
        ultimate_creditor: None,
        purpose: None,
        remittance: Remittance::text("Deposit"),
        remarks: Remarks::default(),
    };
    writer.transfer(&transfer).unwrap();
    writer.finish().unwrap()
}

pub fn hand_in(house: &House, who: &str, xml: &[u8]) -> Came {
    let request = house.request("POST", "/api/v1/messages", who);
    let request = request.header("content-type", "application/xml");
    house.send(request.body(Body::from(xml.to_vec())).unwrap())
}

/// The status of the whole, and each payment with its status, codes and texts.
fn report(came: &Came) -> (Status, Vec<String>) {
    assert_eq!(came.status, 200, "{:?}", String::from_utf8_lossy(&came.bytes));
    assert_eq!(came.header("content-type"), Some("application/xml"));
    let (message, _) = iso20022::open(came.bytes.as_slice(), Limits::default()).unwrap();
    let Message::Status(mut reader) = message else { panic!("no report") };
    let (mut group, mut payments) = (Status::RCVD, Vec::new());
    while let Some(item) = reader.next_item().unwrap() {
        match item {
            StatusItem::Group(said) => {
                group = said.status.unwrap();
                let codes = said.reasons.iter().filter_map(|reason| reason.code.clone());
                payments.extend(codes.map(|code| format!("all {code}")));
            }
            StatusItem::Block(block) => {
                let codes = block.unwrap().reasons.into_iter().filter_map(|reason| reason.code);
                payments.extend(codes.map(|code| format!("block {code}")));
            }
            StatusItem::Payment(payment) => payments.push(told(&payment.unwrap())),
        }
    }
    (group, payments)
}

fn told(payment: &PaymentStatus) -> String {
    let codes: Vec<&str> = payment.reasons.iter().filter_map(|r| r.code.as_deref()).collect();
    let name = payment.end_to_end.as_deref().unwrap_or("-");
    format!("{name} {} {}", payment.status.unwrap().code(), codes.join(",")).trim_end().to_owned()
}

#[test]
fn each_payment_of_a_file_is_told_and_none_is_made_twice() {
    let house = House::new("file");
    let xml =
        file("M1", &[("1", "2", 1_250), ("1", "77", 100), ("1", "2", 999_999), ("1", "2", 50)]);
    let first = hand_in(&house, "anna", &xml);
    let payments = ["E0 ACSC", "E1 RJCT AC03", "E2 RJCT AM04", "E3 ACSC"].map(str::to_owned);
    assert_eq!(report(&first), (Status::PART, payments.to_vec()));
    assert_eq!((house.booked(1), house.booked(2)), ("87.00".into(), "13.00".into()));
    let again = hand_in(&house, "anna", &xml);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(report(&again).1, payments);
    let shown = house.get("/messages/M1", "anna");
    assert_eq!(report(&shown).1, payments);
    assert!(shown.header("journal-entry").is_some());
    assert_eq!(house.booked(1), "87.00", "nothing was paid twice");
    // Its UETR stands in the ledger, and what was written goes onto the statement.
    let day = today();
    let path = format!("/accounts/{}/messages/camt.053?from={day}&to={day}", account(2));
    let text = String::from_utf8(house.get(&path, "bert").bytes).unwrap();
    assert!(text.contains(UETR) && text.contains("Rent of December"), "{text}");
    assert!(text.contains("<EndToEndId>E0</EndToEndId>"), "{text}");
}

#[test]
fn a_message_goes_on_after_a_restart_and_another_under_its_name_is_refused() {
    let house = House::new("again");
    let xml = file("M1", &[("1", "2", 1_250), ("1", "2", 999_999)]);
    report(&hand_in(&house, "anna", &xml));
    // As if the program had been killed before it kept what became of the message.
    let folder = house.folder.join("iso");
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|kind| kind == "json") {
            std::fs::remove_file(path).unwrap();
        }
    }
    let house = house.restart();
    // What was refused for a passing reason is known once the journal was read.
    let told = loop {
        let (_, told) = report(&hand_in(&house, "anna", &xml));
        if !told.iter().any(|line| line.ends_with("DU03")) {
            break told;
        }
        for entry in std::fs::read_dir(house.folder.join("iso")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|kind| kind == "json") {
                std::fs::remove_file(path).unwrap();
            }
        }
    };
    assert_eq!(told, ["E0 ACSC", "E1 RJCT AM04"]);
    assert_eq!(house.booked(2), "12.50", "once");
    let (status, told) = report(&hand_in(&house, "anna", &file("M1", &[("1", "2", 1)])));
    assert_eq!((status, told), (Status::RJCT, vec!["all DU01".to_owned()]));
    assert_eq!(house.booked(2), "12.50");
    // Another sender's names are others.
    let (_, told) = report(&hand_in(&house, "bert", &file("M1", &[("2", "1", 250)])));
    assert_eq!(told, ["E0 ACSC"]);
}

#[test]
fn a_file_pays_from_nobody_elses_account_and_shows_nobody_elses() {
    let house = House::new("others");
    let (status, told) = report(&hand_in(
        &house,
        "bert",
        &file("M1", &[("1", "2", 1), ("2", "1", 1), ("78", "1", 1)]),
    ));
    // Another's account and one that is not there are told alike, but for the passing one of the ledger.
    assert_eq!(status, Status::RJCT);
    assert_eq!(told, ["E0 RJCT AC02", "E1 RJCT AM04", "E2 RJCT AC02"]);
    assert_eq!(house.booked(1), "100.00");
    let notes = house.gate.notes.lock().unwrap();
    assert!(notes.iter().any(|note| note.denied && note.subject == account(1)));
    drop(notes);
    assert_eq!(house.get("/messages/M1", "anna").status, 404);
    let day = today();
    let path = format!("/accounts/{}/messages/camt.053?from={day}&to={day}", account(1));
    assert_eq!(house.get(&path, "bert").status, 404);
    let came = hand_in(&house, "anna", &incoming("P1", "1", 500));
    assert_eq!((came.status, came.problem().as_str()), (403, "forbidden"));
    assert_eq!(house.booked(1), "100.00");
}

#[test]
fn banks_pay_in_and_out_over_their_settlement_account() {
    let house = House::new("banks");
    let (status, told) = report(&hand_in(&house, "staff", &incoming("P1", "2", 70_000)));
    assert_eq!((status, told), (Status::ACCC, vec!["E1 ACCC".to_owned()]));
    assert_eq!(house.booked(2), "700.00");
    let path = "/messages/P1?sender=bank:WOHNDEFFXXX";
    assert_eq!(report(&house.get(path, "staff")).0, Status::ACCC);
    assert_eq!(house.get(path, "anna").status, 404, "what is not yours is not there");
    // Nobody is paid on an account that banks settle over.
    let (_, told) = report(&hand_in(&house, "anna", &file("M0", &[("1", "9", 1)])));
    assert_eq!(told, ["E0 RJCT AC03"]);
    let (_, told) = report(&hand_in(&house, "staff", &incoming("P2", "nobody", 1)));
    assert_eq!(told, ["E1 RJCT AC03"]);
    let xml = file("M1", &[("1", "WOHNDEFF/DE-1", 2_500), ("1", "OTHRDEFF/1", 1)]);
    let (status, told) = report(&hand_in(&house, "anna", &xml));
    assert_eq!(status, Status::PART);
    assert_eq!(told, ["E0 ACSC", "E1 RJCT NARR"]);
    assert_eq!(house.booked(1), "75.00");
}

#[test]
fn what_is_no_message_is_told_where_it_is_wrong() {
    let house = House::new("no-message");
    let came = hand_in(&house, "anna", b"<Document>");
    assert_eq!((came.status, came.problem().as_str()), (422, "message_refused"));
    assert_eq!(came.json()["reason"], "FF01");
    let mut bomb = file("M1", &[("1", "2", 1)]);
    bomb.splice(0..0, b"<!DOCTYPE d [<!ENTITY e 'x'>]>".iter().copied());
    assert_eq!(hand_in(&house, "anna", &bomb).problem(), "message_refused");
    let statement = iso20022::sample(iso20022::Kind::Statement).unwrap();
    assert_eq!(hand_in(&house, "anna", &statement).problem(), "message_not_taken");
    // A sum that is not that of its payments refuses the whole file, and pays nothing.
    let text = String::from_utf8(file("M2", &[("1", "2", 100)])).unwrap();
    let wrong = text.replace("</NbOfTxs>", "</NbOfTxs><CtrlSum>1.01</CtrlSum>");
    let (status, told) = report(&hand_in(&house, "anna", wrong.as_bytes()));
    assert_eq!((status, told), (Status::RJCT, vec!["all AM10".to_owned()]));
    assert_eq!(house.booked(1), "100.00");
}
