//! One key, one posting; every answer says what happened and where that stands.

use crate::house::{House, account, order};
use serde_json::json;

#[test]
fn the_same_key_pays_once_and_is_answered_the_same_for_ever() {
    let house = House::new("once");
    let first = house.post("/payments", "anna", "key-00001", &order());
    assert_eq!(first.status, 201, "{:?}", first.json());
    assert_eq!(first.json()["status"], "posted");
    assert_eq!(first.header("idempotent-replayed"), None);
    let again = house.post("/payments", "anna", "key-00001", &order());
    assert_eq!((again.status, again.header("idempotent-replayed")), (201, Some("true")));
    assert_eq!(again.bytes, first.bytes);
    let mut other = order();
    other["amount"] = json!("12.51");
    let reused = house.post("/payments", "anna", "key-00001", &other);
    assert_eq!((reused.status, reused.problem().as_str()), (422, "key_reused"));
    assert_eq!((house.booked(1), house.booked(2)), ("87.50".into(), "12.50".into()));

    // The journal knows it, not the door's memory.
    let house = house.restart();
    let later = house.post("/payments", "anna", "key-00001", &order());
    assert_eq!((later.status, later.header("idempotent-replayed")), (201, Some("true")));
    assert_eq!(later.bytes, first.bytes);
    // The key is its sender's own.
    let other_sender = house.post("/payments", "staff", "key-00001", &order());
    assert_eq!((other_sender.status, other_sender.header("idempotent-replayed")), (201, None));
    assert_eq!(house.booked(2), "25.00");
}

#[test]
fn a_refusal_is_answered_the_same_too() {
    let house = House::new("refusal");
    let mut much = order();
    much["amount"] = json!("100.01");
    let first = house.post("/payments", "anna", "much-0001", &much);
    assert_eq!((first.status, first.problem().as_str()), (422, "exceeds_credits"));
    assert_eq!(first.header("idempotent-replayed"), None);
    // Money comes in, and a late retry still cannot surprise its sender.
    let mut gift = order();
    gift["from"] = json!(account(9));
    gift["to"] = json!(account(1));
    assert_eq!(house.post("/payments", "staff", "gift-0001", &gift).status, 201);
    let again = house.post("/payments", "anna", "much-0001", &much);
    assert_eq!((again.status, again.problem().as_str()), (422, "exceeds_credits"));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.json()["journal"], first.json()["journal"]);
    let other = house.post("/payments", "anna", "much-0001", &order());
    assert_eq!(other.problem(), "key_reused");
    assert_eq!(house.booked(2), "0.00");
    // After a restart the door reads the journal until it knows again what was refused.
    let house = house.restart();
    let began = std::time::Instant::now();
    loop {
        let later = house.post("/payments", "anna", "much-0001", &much);
        assert_eq!(later.status, 422);
        if later.problem() == "exceeds_credits" {
            assert_eq!(
                (later.header("idempotent-replayed"), later.json()["journal"].clone()),
                (Some("true"), first.json()["journal"].clone())
            );
            break;
        }
        assert_eq!(later.problem(), "id_already_failed");
        assert!(began.elapsed() < std::time::Duration::from_secs(20), "it never learned");
    }
}

#[test]
fn a_hundred_requests_at_once_with_one_key_are_one_posting() {
    let house = House::new("hundred");
    let all: Vec<_> = (0..100)
        .map(|_| {
            house.runtime.spawn(house.sent(house.posting(
                "/payments",
                "anna",
                "race-0001",
                &order(),
            )))
        })
        .collect();
    let mut done = 0;
    for one in all {
        let came = house.runtime.block_on(one).unwrap();
        match came.status {
            201 => done += 1,
            409 => assert_eq!(came.problem(), "in_flight"),
            status => panic!("{status}: {:?}", came.json()),
        }
    }
    assert!(done >= 1);
    assert_eq!(house.booked(1), "87.50");
    let after = house.post("/payments", "anna", "race-0001", &order());
    assert_eq!((after.status, after.header("idempotent-replayed")), (201, Some("true")));
}

#[test]
fn money_does_not_move_without_a_key_or_with_a_wrong_field() {
    let house = House::new("wrong");
    assert_eq!(house.post("/payments", "anna", "", &order()).problem(), "key_missing");
    assert_eq!(house.post("/payments", "anna", "short", &order()).status, 422);
    for (field, value) in [
        ("amount", json!("0")),
        ("amount", json!("-1")),
        ("amount", json!("1.005")),
        ("amount", json!(12.5)),
        ("amount", json!("1e2")),
        ("currency", json!("XXZ")),
        ("from", json!("1")),
        ("to", json!("pay_00000000-0000-0000-0000-000000000002")),
        ("kind", json!(0)),
        ("value_date", json!("2026-02-30")),
        ("text", json!("")),
        ("text", json!("a\u{202e}b")),
        ("timeout_s", json!(5)),
        ("unknown", json!(1)),
    ] {
        let mut wrong = order();
        wrong[field] = value.clone();
        let came = house.post("/payments", "anna", "wrong-0001", &wrong);
        assert_eq!((came.status, came.problem().as_str()), (422, "invalid"), "{field} {value}");
        let pointer = came.json()["errors"][0]["pointer"].as_str().unwrap().to_owned();
        assert_eq!(pointer, format!("/{field}"), "{value}");
    }
    assert_eq!(house.booked(1), "100.00");
}

#[test]
fn a_reservation_is_posted_in_part_or_given_back_and_a_payment_sent_back() {
    let house = House::new("phases");
    let mut reserve = order();
    reserve["mode"] = json!("reserve");
    let reserved = house.post("/payments", "anna", "phase-0001", &reserve).json();
    assert_eq!(reserved["status"], "reserved");
    let id = reserved["id"].as_str().unwrap();
    let posted = house.post(
        &format!("/payments/{id}/post"),
        "anna",
        "phase-0002",
        &json!({ "amount": "2.50" }),
    );
    assert_eq!(posted.status, 201, "{:?}", posted.json());
    assert_eq!(
        (posted.json()["amount"].clone(), posted.json()["of"].clone()),
        (json!("2.50"), json!(id))
    );
    assert_eq!(house.get(&format!("/payments/{id}"), "anna").json()["status"], "posted");
    assert_eq!(house.booked(2), "2.50");

    let second = house.post("/payments", "anna", "phase-0003", &reserve).json();
    let second = second["id"].as_str().unwrap();
    let voided = house.post(&format!("/payments/{second}/void"), "anna", "phase-0004", &json!({}));
    assert_eq!(voided.status, 201, "{:?}", voided.json());
    assert_eq!(house.get(&format!("/payments/{second}"), "anna").json()["status"], "voided");

    let posting = posted.json()["id"].as_str().unwrap().to_owned();
    let stranger =
        house.post(&format!("/payments/{posting}/returns"), "anna", "phase-0005", &json!({}));
    assert_eq!(stranger.status, 403, "who paid cannot take it back: {:?}", stranger.json());
    let back =
        house.post(&format!("/payments/{posting}/returns"), "bert", "phase-0006", &json!({}));
    assert_eq!(back.status, 201, "{:?}", back.json());
    let replayed =
        house.post(&format!("/payments/{posting}/returns"), "bert", "phase-0006", &json!({}));
    assert_eq!((replayed.status, replayed.bytes), (201, back.bytes));
    assert_eq!((house.booked(1), house.booked(2)), ("100.00".into(), "0.00".into()));
}

#[test]
fn a_quote_changes_nothing_and_a_text_is_sealed_and_told_with_a_proof() {
    let house = House::new("quote");
    let quote = house.post("/payments/quote", "anna", "", &order());
    assert_eq!((quote.status, quote.json()["would"].clone()), (200, json!("post")));
    let mut much = order();
    much["amount"] = json!("1000");
    let quote = house.post("/payments/quote", "anna", "", &much).json();
    assert_eq!(
        (quote["would"].clone(), quote["code"].clone()),
        (json!("refuse"), json!("exceeds_credits"))
    );
    assert_eq!(house.booked(1), "100.00");

    let mut said = order();
    said["text"] = json!("rent 房租");
    let paid = house.post("/payments", "anna", "text-0001", &said);
    assert_eq!(paid.status, 201, "{:?}", paid.json());
    let id = paid.json()["id"].as_str().unwrap().to_owned();
    let proved = house.get(&format!("/payments/{id}?proof=1"), "anna");
    let proof = proved.json()["proof"].as_str().unwrap().to_owned();
    let receipt = proof::Receipt::parse(proof.as_bytes()).unwrap();
    assert!(proof.contains("test/bank"), "{receipt:?}");
    let everything: Vec<u8> = std::fs::read_dir(house.folder.join("journal"))
        .unwrap()
        .flat_map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .collect();
    assert!(!everything.windows(6).any(|bytes| bytes == "房租".as_bytes()), "it lies in clear");
}
