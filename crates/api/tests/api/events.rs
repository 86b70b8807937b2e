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
