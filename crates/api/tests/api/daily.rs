//! What operations look at over the whole bank: messages, holds, reservations, what orders did not bring, the business day,
//! and how the bank is.

use crate::house::{House, account, order};
use crate::messages::{file, hand_in};
use serde_json::{Value, json};

fn items(came: &crate::house::Came) -> Vec<Value> {
    assert_eq!(came.status, 200, "{:?}", String::from_utf8_lossy(&came.bytes));
    came.json()["items"].as_array().unwrap().clone()
}

fn names(items: &[Value]) -> Vec<String> {
    items.iter().map(|item| item["message"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn messages_are_listed_the_newest_first_and_each_payment_is_told() {
    let house = House::new("message-lists");
    let first = file("M/1 a", &[("1", "2", 1_250), ("1", "77", 100), ("1", "2", 999_999)]);
    let sent = hand_in(&house, "anna", &first);
    let place = "/api/v1/messages/M%2F1%20a?sender=client%3Aanna";
    assert_eq!(sent.header("content-location"), Some(place));
    hand_in(&house, "bert", &file("M2", &[("2", "1", 50)]));
    let all = house.get("/messages", "staff");
    assert_eq!(names(&items(&all)), ["M2", "M/1 a"]);
    assert_eq!(all.json()["total"], 2);
    assert!(all.header("journal-entry").is_some());
    let one = &items(&all)[1];
    assert_eq!((&one["way"], &one["status"]), (&json!("in"), &json!("PART")));
    assert_eq!((&one["by"], &one["sender"]), (&json!("client:anna"), &json!("client:anna")));
    let counts = json!({ "payments": 3, "posted": 1, "waiting": 0, "rejected": 2 });
    assert_eq!(one["counts"], counts);
    // A customer's program sees its own, and nobody else's.
    assert_eq!(names(&items(&house.get("/messages", "anna"))), ["M/1 a"]);
    assert_eq!(names(&items(&house.get("/messages?refused=true", "staff"))), ["M/1 a"]);
    assert!(items(&house.get("/messages?way=out", "staff")).is_empty());
    let page = house.get("/messages?limit=1", "staff");
    let next = page.json()["next"].as_str().unwrap().to_owned();
    assert_eq!(names(&items(&house.get(&format!("/messages?after={next}"), "staff"))), ["M/1 a"]);
    assert_eq!(house.get("/messages?after=x", "staff").status, 422);
    let path = "/messages/M%2F1%20a/payments?sender=client:anna";
    let told = house.get(path, "staff");
    let payments = items(&told);
    let short = |item: &Value| {
        let code = item["reasons"][0]["code"].as_str().unwrap_or("-").to_owned();
        (item["place"].as_u64().unwrap(), item["status"].as_str().unwrap().to_owned(), code)
    };
    let told: Vec<_> = payments.iter().map(short).collect();
    let wanted = [(1, "ACSC", "-"), (2, "RJCT", "AC03"), (3, "RJCT", "AM04")];
    assert_eq!(told, wanted.map(|(place, status, code)| (place, status.into(), code.into())));
    let paid = payments[0]["payment"].as_str().unwrap();
    assert_eq!(house.get(&format!("/payments/{paid}"), "anna").status, 200);
    assert!(payments[2].get("payment").is_none(), "what was refused is no payment of the ledger");
    let only = items(&house.get(&format!("{path}&rejected=true&limit=1"), "staff"));
    assert_eq!(only[0]["place"], 2);
    assert_eq!(house.get(path, "bert").status, 404, "what is not yours is not there");
    assert_eq!(house.get("/messages/M2/payments", "staff").status, 404);
}

#[test]
fn a_message_that_somebody_saw_to_waits_no_more_and_keeps_who_it_was() {
    let house = House::new("message-seen");
    hand_in(&house, "anna", &file("M1", &[("1", "77", 100)]));
    hand_in(&house, "anna", &file("M2", &[("1", "2", 100)]));
    let open = |house: &House| items(&house.get("/messages?open=true", "staff"));
    assert_eq!(names(&open(&house)), ["M1"]);
    let key = |name: &str| {
        let all = items(&house.get("/messages", "staff"));
        let one = all.iter().find(|item| item["message"] == name).unwrap();
        one["key"].as_str().unwrap().to_owned()
    };
    let said = |keys: &[&str], note: &str| json!({ "keys": keys, "note": note });
    let path = "/message-acknowledgements";
    let (refused, done) = (key("M1"), key("M2"));
    assert_eq!(house.post(path, "anna", "", &said(&[&refused], "ok")).status, 403);
    let silent = house.post(path, "staff", "", &said(&[&refused], " "));
    assert_eq!(silent.json()["errors"][0]["pointer"], "/note");
    for other in [done.as_str(), "../log/key", "x.json", ""] {
        let came = house.post(path, "staff", "", &said(&[&refused, other], "ok"));
        assert_eq!(came.status, 404, "{other}");
    }
    assert_eq!(names(&open(&house)), ["M1"], "all of them or none");
    let came = house.post(path, "staff", "", &said(&[&refused], "called the sender"));
    assert_eq!(came.status, 204);
    house.post(path, "chief", "", &said(&[&refused], "me too"));
    let house = house.restart();
    assert!(open(&house).is_empty());
    let kept = &items(&house.get("/messages?refused=true", "staff"))[0]["acknowledged"];
    assert_eq!((&kept["by"], &kept["note"]), (&json!("client:staff"), &json!("called the sender")));
}

#[test]
fn what_was_kept_is_listed_after_a_restart_and_a_damaged_file_is_named() {
    let house = House::new("message-kept");
    hand_in(&house, "anna", &file("M1", &[("1", "2", 1_250)]));
    let house = house.restart();
    assert_eq!(names(&items(&house.get("/messages", "staff"))), ["M1"]);
    std::fs::write(house.folder.join("iso/00.json"), "{").unwrap();
    let came = house.get("/messages", "staff");
    assert_eq!((came.status, came.problem().as_str()), (500, "failed"));
    assert!(came.json()["detail"].as_str().unwrap().contains("00.json"));
}

#[test]
fn every_message_has_an_example() {
    let house = House::new("samples");
    for kind in ["pain.001", "pain.002", "pacs.008", "pacs.004", "camt.053", "head.001"] {
        let came = house.get(&format!("/messages/samples/{kind}"), "anna");
        assert_eq!((came.status, came.header("content-type")), (200, Some("application/xml")));
        assert!(String::from_utf8_lossy(&came.bytes).contains(kind), "{kind}");
    }
    assert_eq!(house.get("/messages/samples/pain.999", "anna").status, 404);
}

#[test]
fn holds_and_reservations_of_all_accounts_are_listed() {
    let house = House::new("daily-lists");
    let hold = json!({ "amount": { "amount": "5.00", "currency": "CNY" }, "ordered_by": "tax", "reference": "2026-1" });
    let path = format!("/accounts/{}/holds", account(1));
    for key in ["hold-0001", "hold-0002"] {
        assert_eq!(house.post(&path, "staff", key, &hold).status, 201);
    }
    let page = house.get("/holds?limit=1", "staff");
    assert_eq!((page.json()["total"].clone(), items(&page).len()), (json!(2), 1));
    let next = page.json()["next"].as_str().unwrap().to_owned();
    assert_eq!(items(&house.get(&format!("/holds?after={next}"), "staff")).len(), 1);
    assert_eq!(house.get("/holds", "anna").status, 403);
    let mut reserve = order();
    (reserve["mode"], reserve["timeout_s"]) = (json!("reserve"), json!(3_600));
    let late = house.post("/payments", "anna", "reserve-1", &reserve).json()["id"].clone();
    reserve["timeout_s"] = json!(60);
    let soon = house.post("/payments", "anna", "reserve-2", &reserve).json()["id"].clone();
    let listed = items(&house.get("/pending", "staff"));
    let ids: Vec<&Value> = listed.iter().map(|one| &one["payment"]).collect();
    assert_eq!(ids, [&soon, &late], "the one that ends first comes first");
    assert_eq!(listed[0]["money"]["amount"], "12.50");
    let page = house.get("/pending?limit=1", "staff").json();
    assert_eq!(page["next"], soon);
    let rest = items(&house.get(&format!("/pending?after={}", soon.as_str().unwrap()), "staff"));
    assert_eq!(rest.len(), 1);
    assert_eq!(items(&house.get("/pending", "anna")).len(), 2);
    let void = format!("/payments/{}/void", soon.as_str().unwrap());
    assert_eq!(house.post(&void, "staff", "void-0001", &json!({})).status, 201);
    assert_eq!(items(&house.get("/pending", "staff")).len(), 1);
}

#[test]
fn a_day_is_closed_once_and_says_what_is_open() {
    let house = House::new("day");
    let day = house.get("/day", "staff").json();
    let today = day["business_day"].as_str().unwrap().to_owned();
    assert_eq!(day["today"], today.as_str());
    assert_eq!(house.get("/day", "anna").status, 403);
    let close = json!({ "day": today });
    assert_eq!(house.post("/day/close", "anna", "", &close).status, 403);
    let closed = house.post("/day/close", "staff", "", &close);
    assert_eq!((closed.status, &closed.json()["ended"]), (200, &json!(today)));
    let now = house.get("/day", "staff").json();
    assert_eq!(now["business_day"], closed.json()["began"]);
    // Whoever looked at the same page closes nothing more.
    let again = house.post("/day/close", "staff", "", &close);
    assert_eq!((again.status, again.problem().as_str()), (422, "day_not_open"));
    let log = house.log.lock().unwrap();
    assert!(log.iter().any(|line| line.contains("day_closed") && line.contains("client:staff")));
}

#[test]
fn what_an_order_did_not_bring_in_three_days_is_listed() {
    let house = House::new("given-up");
    let today = house.get("/day", "staff").json()["business_day"].clone();
    let order = |amount: &str| json!({ "to": account(2), "money": { "amount": amount, "currency": "CNY" }, "code": 1, "first": today, "repeats": "once" });
    let path = format!("/accounts/{}/orders", account(1));
    let poor = house.post(&path, "staff", "order-0001", &order("900.00"));
    assert_eq!(poor.status, 201, "{:?}", String::from_utf8_lossy(&poor.bytes));
    assert_eq!(house.post(&path, "staff", "order-0002", &order("1.00")).status, 201);
    for _ in 0..3 {
        house.pay_due();
        assert!(items(&house.get("/orders/given-up", "staff")).is_empty(), "it is still tried");
        let day = house.get("/day", "staff").json()["business_day"].clone();
        assert_eq!(house.post("/day/close", "staff", "", &json!({ "day": day })).status, 200);
    }
    let listed = items(&house.get("/orders/given-up", "staff"));
    assert_eq!(listed.len(), 1, "{listed:?}");
    assert_eq!((&listed[0]["order"], &listed[0]["day"]), (&poor.json()["id"], &today));
    assert_eq!(house.get("/orders/given-up", "bert").status, 403);
}

#[test]
fn how_the_bank_is_was_measured_and_nothing_else_is_said() {
    let house = House::new("health");
    for _ in 0..3 {
        house.get("/journal", "staff");
    }
    let health = house.get("/health", "staff").json();
    assert!(health["requests"]["answers"].as_u64().unwrap() >= 3, "{health}");
    assert!(health["journal"]["entries"].as_u64().unwrap() > 0);
    assert!(health["requests"]["most_within_ms"].as_f64().unwrap() > 0.0);
    assert_eq!(health["webhooks"], json!({ "all": 0, "stopped": 0, "failing": 0 }));
    for unknown in ["disk", "certificate_until", "backup", "start", "sessions"] {
        assert!(health.get(unknown).is_none(), "{unknown} was not measured");
    }
    assert_eq!(health["incidents"], json!([]));
    // What fails is counted, and remembered.
    std::fs::write(house.folder.join("iso/00.json"), "{").unwrap();
    assert_eq!(house.get("/messages", "staff").status, 500);
    assert_eq!(house.get("/messages", "staff").status, 500);
    let health = house.get("/health", "staff").json();
    assert_eq!(health["requests"]["failed"], 2);
    let incident = &health["incidents"][0];
    assert_eq!((&incident["event"], &incident["times"]), (&json!("answered"), &json!(2)));
    assert_eq!(incident["says"], "list_messages: 500");
    assert_eq!(house.get("/health", "anna").status, 403);
    let keys = house.get("/keys", "staff").json();
    assert!(keys["log_key"].as_str().unwrap().contains('+'), "{keys}");
    assert_eq!(house.get("/keys", "anna").status, 403);
}
