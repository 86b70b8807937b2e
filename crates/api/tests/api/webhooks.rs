//! Webhooks, with a receiver on a real socket that checks signatures by itself: every event, in order, until it is taken; to
//! whom it concerns alone; and never to an address inside.

pub mod receiver;

use crate::house::{Came, House, account, order};
use api::subscribers::{AddressRules, HookSettings};
use axum::body::Body;
use receiver::{Answer, Receiver};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// Receivers on this machine, and little patience.
fn trying() -> HookSettings {
    HookSettings {
        addresses: AddressRules { private_networks: false, loopback: true },
        patience: Duration::from_millis(500),
        retry_first: Duration::from_millis(5),
        retry_max: Duration::from_millis(20),
        ..HookSettings::default()
    }
}

fn create(house: &House, who: &str, body: &Value) -> Value {
    let came = house.post("/webhooks", who, "", body);
    assert_eq!(came.status, 201, "{}", came.json());
    assert!(came.header("etag").is_some() && came.header("journal-entry").is_some());
    came.json()
}

fn pay(house: &House, key: &str) {
    assert_eq!(house.post("/payments", "anna", key, &order()).status, 201);
}

fn path(hook: &Value) -> String {
    format!("/webhooks/{}", hook["id"].as_str().unwrap())
}

fn put(house: &House, hook: &Value, who: &str, etag: &str, body: &Value) -> Came {
    let request = house.request("PUT", &format!("/api/v1{}", path(hook)), who);
    let request = request.header("content-type", "application/json").header("if-match", etag);
    house.send(request.body(Body::from(body.to_string())).unwrap())
}

/// Asks until a webhook is in a state.
fn until(house: &House, hook: &Value, who: &str, state: &str) -> Came {
    for _ in 0..2_000 {
        let came = house.get(&path(hook), who);
        if came.json()["state"] == state {
            return came;
        }
        std::thread::yield_now();
    }
    panic!("the webhook is not {state}: {}", house.get(&path(hook), who).json());
}

#[test]
fn a_receiver_gets_every_event_in_order_and_can_check_it() {
    let house = House::with_hooks("hook-order", trying());
    let receiver = Receiver::new(|_| Answer::Status(204));
    let hook = create(&house, "staff", &json!({ "url": receiver.url("/in?x=1"), "after": 0 }));
    for n in 0..5 {
        pay(&house, &format!("hook-{n:05}"));
    }
    let page = house.get("/events/page?limit=200", "staff").json();
    let wanted = page["items"].as_array().unwrap();
    assert_eq!(wanted.len(), 13);
    for event in wanted {
        let got = receiver.next();
        got.must_be_signed(hook["secret"].as_str().unwrap());
        assert_eq!(&got.json(), event);
        assert_eq!(got.id, format!("evt_{}", event["journal"]["record"]));
        assert_eq!(got.path, "/in?x=1");
    }
    assert!(receiver.is_quiet());
    let kinds: std::collections::BTreeSet<String> =
        wanted.iter().map(|event| event["kind"].to_string()).collect();
    for kind in &kinds {
        let only = format!(r#"{{"url":"{}","kinds":[{kind}]}}"#, receiver.url("/"));
        create(&house, "staff", &serde_json::from_str(&only).unwrap());
    }
    let shown = house.get(&path(&hook), "staff").json();
    assert_eq!((shown["state"].as_str(), shown.get("secret")), (Some("active"), None));
    let told = house.get(&format!("{}/deliveries", path(&hook)), "staff").json();
    let items = told["items"].as_array().unwrap();
    assert!(items.iter().all(|one| one["taken"] == true && one["status"] == 204), "{told}");
    assert_eq!(items[items.len() - 1]["kind"], wanted[0]["kind"]);
}

#[test]
fn only_the_kinds_that_were_asked_for_are_sent_and_a_replay_sends_them_again() {
    let house = House::with_hooks("hook-kinds", trying());
    let receiver = Receiver::new(|_| Answer::Status(200));
    let order = json!({ "url": receiver.url("/"), "kinds": ["payment.posted"] });
    let hook = create(&house, "staff", &order);
    pay(&house, "kinds-0001");
    let first = receiver.next().json().to_string();
    assert!(first.contains("12.50"), "{first}");
    let again = house.post(&format!("{}/replay", path(&hook)), "staff", "", &json!({ "after": 0 }));
    assert_eq!(again.status, 200);
    let kinds: Vec<Value> =
        (0..2).map(|_| receiver.next()).map(|got| got.json()["kind"].clone()).collect();
    assert_eq!(
        kinds,
        ["payment.posted", "payment.posted"],
        "that of the beginning, and the new one"
    );
    assert!(receiver.is_quiet());
    let beyond =
        house.post(&format!("{}/replay", path(&hook)), "staff", "", &json!({ "after": 9_999 }));
    assert_eq!(beyond.problem(), "invalid");
}

#[test]
fn a_customer_is_told_of_own_orders_and_of_those_alone() {
    let house = House::with_hooks("hook-orders", trying());
    let receiver = Receiver::new(|_| Answer::Status(200));
    let kinds = json!({ "url": receiver.url("/"), "kinds": ["order.placed", "order.ended"] });
    create(&house, "anna", &kinds);
    let money = json!({ "amount": "1.00", "currency": "CNY" });
    let later = (api::bank::now().day_at(480)).plus(30).to_string();
    let ended: Vec<Value> = [(9, 1), (1, 2)]
        .map(|(from, to)| {
            let of = format!("/accounts/{}/orders", account(from));
            let body = json!({ "to": account(to), "money": money, "code": 1, "first": later, "repeats": "once" });
            let placed = house.post(&of, "staff", &format!("order-of-{from}"), &body).json();
            let id = placed["id"].as_str().unwrap();
            assert_eq!(house.post(&format!("{of}/{id}/end"), "staff", "", &json!({})).status, 204);
            placed["id"].clone()
        })
        .into();
    let got: Vec<Value> = (0..2).map(|_| receiver.next().json()).collect();
    assert_eq!((&got[0]["kind"], &got[1]["kind"]), (&json!("order.placed"), &json!("order.ended")));
    assert!(got.iter().all(|event| event["data"]["order"] == ended[1]), "{got:?}");
    assert!(receiver.is_quiet());
}

#[test]
fn what_fails_is_sent_again_until_it_is_taken_and_nothing_overtakes_it() {
    let house = House::with_hooks("hook-again", trying());
    let elsewhere = Receiver::new(|_| Answer::Status(200));
    let there = elsewhere.url("/");
    let receiver = Receiver::new(move |n| match n {
        0 => Answer::Status(500),
        1 => Answer::Redirect(there.clone()),
        2 => Answer::Hang,
        3 => Answer::Close,
        4 => Answer::Large,
        5 => Answer::Status(503),
        _ => Answer::Status(200),
    });
    let hook =
        create(&house, "staff", &json!({ "url": receiver.url("/"), "kinds": ["payment.posted"] }));
    pay(&house, "again-0001");
    pay(&house, "again-0002");
    let secret = hook["secret"].as_str().unwrap();
    // A long answer with a good status was taken, and the connection behind it is given up.
    let ids: Vec<String> = (0..7)
        .map(|_| {
            let got = receiver.next();
            got.must_be_signed(secret);
            got.id
        })
        .collect();
    assert_eq!(ids[..5], vec![ids[0].clone(); 5], "{ids:?}");
    assert_eq!(ids[5..], vec![ids[6].clone(); 2], "{ids:?}");
    assert_ne!(ids[0], ids[6]);
    assert!(receiver.is_quiet() && elsewhere.is_quiet(), "redirects are not followed");
    let told = house.get(&format!("{}/deliveries", path(&hook)), "staff").json();
    let said: Vec<String> = told["items"]
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .map(|one| one["error"].to_string())
        .collect();
    for (at, wanted) in
        ["500", "redirects", "within", "no answer", "null", "503"].iter().enumerate()
    {
        assert!(said[at].contains(wanted), "{at}: {said:?}");
    }
}

#[test]
fn a_restart_goes_on_behind_what_was_taken() {
    let house = House::with_hooks("hook-restart", trying());
    let receiver = Receiver::new(|_| Answer::Status(200));
    let hook =
        create(&house, "staff", &json!({ "url": receiver.url("/"), "kinds": ["payment.posted"] }));
    pay(&house, "restart-01");
    let first = receiver.next();
    let record = |got: &receiver::Got| got.json()["journal"]["record"].as_u64().unwrap();
    let told = |house: &House| house.get(&format!("{}/deliveries", path(&hook)), "staff").json();
    while told(&house)["after"].as_u64() != Some(record(&first)) {
        std::thread::yield_now();
    }
    let house = house.restart();
    pay(&house, "restart-02");
    let second = receiver.next();
    second.must_be_signed(hook["secret"].as_str().unwrap());
    assert_eq!(record(&second), record(&first) + 1);
    assert!(receiver.is_quiet());
}

#[test]
fn what_was_not_taken_when_the_server_ended_is_told_after_it() {
    let house = House::with_hooks("hook-between", trying());
    let (open, taken) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let (opened, counted) = (Arc::clone(&open), Arc::clone(&taken));
    let receiver = Receiver::new(move |_| {
        if !opened.load(Ordering::SeqCst) {
            return Answer::Status(503);
        }
        counted.fetch_add(1, Ordering::SeqCst);
        Answer::Status(200)
    });
    create(&house, "staff", &json!({ "url": receiver.url("/"), "kinds": ["payment.posted"] }));
    pay(&house, "between-01");
    let first = receiver.next().id;
    let house = house.restart();
    open.store(true, Ordering::SeqCst);
    pay(&house, "between-02");
    while receiver.next().id == first {}
    assert!(receiver.is_quiet());
    assert_eq!(taken.load(Ordering::SeqCst), 2, "the first, and behind it the second");
}

#[test]
fn a_customer_hears_of_own_accounts_alone_and_of_nothing_when_let_in_no_more() {
    let house = House::with_hooks("hook-customer", trying());
    let receiver = Receiver::new(|_| Answer::Status(200));
    let hook = create(&house, "anna", &json!({ "url": receiver.url("/") }));
    let mut foreign = order();
    (foreign["from"], foreign["to"]) = (json!(account(9)), json!(account(2)));
    assert_eq!(house.post("/payments", "staff", "foreign-01", &foreign).status, 201);
    pay(&house, "customer-1");
    assert_eq!(receiver.next().json()["data"]["from"], account(1));
    "client:anna".clone_into(&mut house.gate.gone.lock().unwrap());
    pay(&house, "customer-2");
    until(&house, &hook, "anna", "not_allowed");
    assert!(receiver.is_quiet());
}

#[test]
fn a_dead_receiver_is_paused_says_so_and_goes_on_when_it_is_told() {
    let house =
        House::with_hooks("hook-dead", HookSettings { give_up: Duration::ZERO, ..trying() });
    let receiver = Receiver::new(|n| Answer::Status([500, 410, 200][n.min(2)]));
    let hook =
        create(&house, "staff", &json!({ "url": receiver.url("/"), "kinds": ["payment.posted"] }));
    pay(&house, "dead-00001");
    let came = until(&house, &hook, "staff", "gave_up");
    let told = house.get(&format!("{}/deliveries", path(&hook)), "staff").json();
    assert_eq!((told["failures"].as_u64(), told["failing_since"].is_string()), (Some(1), true));
    assert!(house.log.lock().unwrap().iter().any(|line| line.contains("nothing was taken")));
    let url = receiver.url("/");
    let active = json!({ "url": url, "kinds": ["payment.posted"], "active": true });
    assert_eq!(put(&house, &hook, "staff", "\"old\"", &active).problem(), "changed");
    assert_eq!(put(&house, &hook, "staff", came.header("etag").unwrap(), &active).status, 200);
    let came = until(&house, &hook, "staff", "gone");
    assert_eq!(put(&house, &hook, "staff", came.header("etag").unwrap(), &active).status, 200);
    let ids: Vec<String> = (0..3).map(|_| receiver.next().id).collect();
    assert_eq!(ids, vec![ids[0].clone(); 3], "nothing was left out");
    let came = until(&house, &hook, "staff", "active");
    let paused = json!({ "url": url, "active": false });
    assert_eq!(
        put(&house, &hook, "staff", came.header("etag").unwrap(), &paused).json()["state"],
        "paused"
    );
    pay(&house, "dead-00002");
    assert!(receiver.is_quiet());
}

#[test]
fn addresses_inside_and_what_is_no_address_are_refused() {
    let house = House::new("hook-inside");
    for url in [
        "http://example.com/",
        "https://localhost/",
        "https://127.0.0.1:8443/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/",
        "https://[::1]/",
        "https://anna:pw@example.com/",
        "gopher://example.com/",
        "",
    ] {
        let came = house.post("/webhooks", "staff", "", &json!({ "url": url }));
        assert_eq!((came.status, came.problem().as_str()), (422, "invalid"), "{url}");
        assert_eq!(came.json()["errors"][0]["pointer"], "/url", "{url}");
    }
    let kinds =
        json!({ "url": "https://example.com/", "kinds": ["payment.posted", "payment.lost"] });
    let came = house.post("/webhooks", "staff", "", &kinds);
    assert_eq!(came.json()["errors"][0]["pointer"], "/kinds/1");
    let late = json!({ "url": "https://example.com/", "after": 9_999 });
    assert_eq!(
        house.post("/webhooks", "staff", "", &late).json()["errors"][0]["pointer"],
        "/after"
    );
}

#[test]
fn others_webhooks_are_not_there_and_nobody_has_too_many() {
    let house = House::new("hook-idor");
    let hook = create(&house, "anna", &json!({ "url": "https://example.com/" }));
    for (method, rest, body) in [
        ("GET", "", ""),
        ("GET", "/deliveries", ""),
        ("DELETE", "", ""),
        ("POST", "/secret", "{}"),
        ("POST", "/test", "{}"),
        ("POST", "/replay", r#"{"after":0}"#),
        ("PUT", "", r#"{"url":"https://example.com/","active":true}"#),
    ] {
        for who in ["bert", "staff"] {
            let request = house.request(method, &format!("/api/v1{}{rest}", path(&hook)), who);
            let request =
                request.header("content-type", "application/json").header("if-match", "*");
            let came = house.send(request.body(Body::from(body)).unwrap());
            assert_eq!(
                (came.status, came.problem().as_str()),
                (404, "not_found"),
                "{method} {rest} {who}"
            );
        }
    }
    assert_eq!(house.get("/webhooks", "bert").json()["items"], json!([]));
    for _ in 1..HookSettings::default().hooks_of_caller_max {
        create(&house, "anna", &json!({ "url": "https://example.com/" }));
    }
    let more = house.post("/webhooks", "anna", "", &json!({ "url": "https://example.com/" }));
    assert_eq!(more.problem(), "conflict");
    let request = house.request("DELETE", &format!("/api/v1{}", path(&hook)), "anna");
    assert_eq!(house.send(request.body(Body::empty()).unwrap()).status, 204);
    assert_eq!(house.get(&path(&hook), "anna").status, 404);
    assert_eq!(house.get("/webhooks", "anna").json()["items"].as_array().unwrap().len(), 15);
}

#[test]
fn a_new_secret_signs_beside_the_old_one_and_a_test_says_what_became_of_it() {
    let house = House::with_hooks("hook-secret", trying());
    let receiver = Receiver::new(|n| Answer::Status(if n == 1 { 404 } else { 200 }));
    let hook = create(&house, "anna", &json!({ "url": receiver.url("/") }));
    let old = hook["secret"].as_str().unwrap();
    let turned = house.post(&format!("{}/secret", path(&hook)), "anna", "", &json!({})).json();
    let new = turned["secret"].as_str().unwrap();
    assert_ne!(new, old);
    let told = house.post(&format!("{}/test", path(&hook)), "anna", "", &json!({})).json();
    assert_eq!(
        (told["taken"].as_bool(), told["status"].as_u64()),
        (Some(true), Some(200)),
        "{told}"
    );
    let got = receiver.next();
    got.must_be_signed(old);
    got.must_be_signed(new);
    assert_eq!(got.json()["kind"], "webhook.test");
    let told = house.post(&format!("{}/test", path(&hook)), "anna", "", &json!({})).json();
    assert_eq!(
        (told["taken"].as_bool(), told["status"].as_u64()),
        (Some(false), Some(404)),
        "{told}"
    );
    let file = std::fs::read_to_string(house.folder.join("webhooks/webhooks.json")).unwrap();
    assert!(file.contains(new) && file.contains(old));
    assert!(
        house
            .log
            .lock()
            .unwrap()
            .iter()
            .all(|line| !line.contains("whsec_") && !line.contains("127.0.0.1"))
    );
}

#[test]
fn a_changed_address_is_the_one_that_is_told() {
    let house = House::with_hooks("hook-moved", trying());
    let [old, new] = [(); 2].map(|()| Receiver::new(|_| Answer::Status(200)));
    let kinds = json!(["payment.posted"]);
    let hook = create(&house, "staff", &json!({ "url": old.url("/"), "kinds": kinds }));
    pay(&house, "moved-0001");
    old.next();
    let etag = house.get(&path(&hook), "staff").header("etag").unwrap().to_owned();
    let moved = json!({ "url": new.url("/"), "kinds": kinds, "active": true });
    assert_eq!(put(&house, &hook, "staff", &etag, &moved).status, 200);
    pay(&house, "moved-0002");
    let first = new.next();
    assert_eq!(first.json()["kind"], "payment.posted");
    assert!(old.is_quiet(), "the connection to the old one is not used again");
}
