//! The stream of events: the journal's order, no gap and nothing twice, and for a customer only what is theirs.

use crate::house::{House, account, order};
use axum::body::Body;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::time::Duration;

/// Reads a stream until `wanted` events came.
fn listen(
    house: &House,
    path: &str,
    who: &str,
    last: Option<u64>,
    wanted: usize,
) -> Vec<(u64, String, Value)> {
    let mut request = house.request("GET", &format!("/api/v1{path}"), who);
    if let Some(last) = last {
        request = request.header("last-event-id", last.to_string());
    }
    let request = request.body(Body::empty()).unwrap();
    let client: hyper_util::client::legacy::Client<_, Body> =
        hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new())
            .build_http();
    house.runtime.block_on(async move {
        let mut body = client.request(request).await.unwrap().into_body();
        let mut text = String::new();
        let mut events = Vec::new();
        while events.len() < wanted {
            let frame = tokio::time::timeout(Duration::from_secs(20), body.frame())
                .await
                .expect("no event came");
            text += std::str::from_utf8(&frame.unwrap().unwrap().into_data().unwrap()).unwrap();
            while let Some(end) = text.find("\n\n") {
                let block: String = text.drain(..end + 2).collect();
                let field = |name: &str| {
                    block.lines().find_map(|line| line.strip_prefix(name)).map(str::trim)
                };
                if let (Some(id), Some(kind), Some(data)) =
                    (field("id:"), field("event:"), field("data:"))
                {
                    events.push((
                        id.parse().unwrap(),
                        kind.to_owned(),
                        serde_json::from_str(data).unwrap(),
                    ));
                }
            }
        }
        events
    })
}

#[test]
fn a_stream_begins_behind_any_record_and_has_no_gap() {
    let house = House::new("events");
    for n in 0..20 {
        let mut one = order();
        one["amount"] = json!("1.00");
        assert_eq!(house.post("/payments", "anna", &format!("event-{n:04}"), &one).status, 201);
    }
    let all = listen(&house, "/events?after=0", "staff", None, 28);
    assert!(
        all.windows(2).all(|pair| pair[1].0 == pair[0].0 + 1),
        "{:?}",
        all.iter().map(|e| e.0).collect::<Vec<_>>()
    );
    assert_eq!(all.iter().filter(|event| event.1 == "payment.posted").count(), 21);
    let middle = all[15].0;
    let rest = listen(&house, "/events", "staff", Some(middle), all.len() - 16);
    assert_eq!(rest, all[16..]);
    let page = house.get(&format!("/events/page?after={middle}&limit=200"), "staff").json();
    assert_eq!(page["items"].as_array().unwrap().len(), rest.len());
    assert_eq!(page["next"], all.last().unwrap().0);
    let house = house.restart();
    let later = listen(&house, "/events", "staff", Some(middle), rest.len());
    assert_eq!(later, rest, "a restart changes nothing");
    assert_eq!(house.get("/events?after=999999", "staff").problem(), "invalid");
}

#[test]
fn a_customer_hears_of_own_accounts_alone() {
    let house = House::new("hearing");
    let mut foreign = order();
    foreign["from"] = json!(account(9));
    assert_eq!(house.post("/payments", "staff", "foreign-1", &foreign).status, 201);
    assert_eq!(house.post("/payments", "anna", "mine-0001", &order()).status, 201);
    let page = house.get("/events/page?limit=200", "anna").json();
    for event in page["items"].as_array().unwrap() {
        let text = event.to_string();
        assert!(text.contains(&account(1)), "{text}");
    }
    assert_eq!(
        page["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|event| event["kind"] == "payment.posted")
            .count(),
        2
    );
}

/// An order of account 1 or 9 to account 2 or 1, from a day on.
fn ordering(to: u128, amount: &str, first: &str, repeats: &str) -> Value {
    let money = json!({ "amount": amount, "currency": "CNY" });
    json!({ "to": account(to), "money": money, "code": 1, "first": first, "repeats": repeats })
}

#[test]
fn orders_are_told_to_who_pays_and_their_payments_name_them() {
    let house = House::new("ordered");
    let paid = house.post("/payments", "anna", "day-00001", &order()).json();
    let today = paid["booking_date"].as_str().unwrap().to_owned();
    let place = |from: u128, key: &str, body: &Value| {
        let came = house.post(&format!("/accounts/{}/orders", account(from)), "staff", key, body);
        assert_eq!(came.status, 201, "{:?}", came.json());
        came.json()["id"].as_str().unwrap().to_owned()
    };
    let rent = place(1, "order-0001", &ordering(2, "1.00", &today, "once"));
    let dream = place(1, "order-0002", &ordering(2, "5000.00", &today, "monthly"));
    let gift = place(9, "order-0003", &ordering(1, "2.00", &today, "weekly"));
    house.pay_due();
    for (from, id) in [(1, &dream), (9, &gift)] {
        let end = format!("/accounts/{}/orders/{id}/end", account(from));
        assert_eq!(house.post(&end, "staff", "", &json!({})).status, 204);
    }
    let heard = |who: &str| {
        let page = house.get("/events/page?limit=200", who).json();
        let all = page["items"].as_array().unwrap().clone();
        let of = |event: &Value| match event["kind"].as_str().unwrap() {
            "order.placed" | "order.ended" => Some(event["data"]["order"].clone()),
            _ => event["data"].get("order").map(|order| order["id"].clone()),
        };
        let told = all.iter().filter_map(|event| Some((event["kind"].clone(), of(event)?)));
        (told.collect::<Vec<_>>(), all)
    };
    let event = |kind: &str, id: &str| (json!(kind), json!(id));
    let (of_payer, all) = heard("anna");
    assert_eq!(
        of_payer,
        [
            event("order.placed", &rent),
            event("order.placed", &dream),
            event("payment.posted", &rent),
            event("payment.refused", &dream),
            event("payment.posted", &gift),
            event("order.ended", &dream),
        ],
        "who is paid hears of the payment and not of the order"
    );
    let placed = all.iter().find(|event| event["kind"] == "order.placed").unwrap();
    let wanted = json!({
        "order": rent, "from": account(1), "to": account(2), "code": 1, "first": today, "repeats": "once",
        "every": 1, "last": null,
    });
    assert_eq!(placed["data"], wanted);
    let refused = all.iter().find(|event| event["kind"] == "payment.refused").unwrap();
    let wanted = json!({ "id": dream, "day": today, "try": 1, "tries_left": 2 });
    assert_eq!(refused["data"]["order"], wanted);
    let ended = all.iter().find(|event| event["kind"] == "order.ended").unwrap();
    assert_eq!(ended["data"], json!({ "order": dream, "from": account(1) }));
    assert_eq!(heard("bert").0, [event("payment.posted", &rent), event("payment.refused", &dream)]);
    assert_eq!(heard("staff").0.len(), 8);
    let listed = house.get(&format!("/accounts/{}/orders", account(1)), "staff").json();
    let listed: Vec<&Value> =
        listed["items"].as_array().unwrap().iter().map(|o| &o["id"]).collect();
    assert_eq!(listed, [&json!(rent)], "what is paid today is in force until the day is over");
}
