//! Traces as a collector gets them, over a real socket.

use crate::house::{House, Trying, order};
use crate::webhooks::receiver::{Answer, Receiver};
use api::traces::TraceSettings;
use axum::body::Body;
use serde_json::{Value, json};

const CALLER: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

fn spans(house: &House, collector: &Receiver, wanted: &str) -> Vec<Value> {
    for _ in 0..50 {
        let message = collector.next().json();
        let spans =
            message["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap().clone();
        if spans.iter().any(|span| span["name"] == wanted) {
            return spans;
        }
        // Another message comes with another request.
        house.get("/webhooks", "staff");
    }
    panic!("no span {wanted}");
}

#[test]
fn a_request_is_traced_from_its_first_byte_to_the_commit() {
    let collector = Receiver::new(|_| Answer::Status(200));
    let traces = Some(TraceSettings { endpoint: collector.url("/v1/traces"), one_in: u64::MAX });
    let house = House::trying("traces", Trying { traces, ..Trying::default() });
    // The first request of all is traced, whatever its number; the next is not, and the one with a caller's trace is.
    assert_eq!(house.get("/webhooks", "staff").status, 200);
    assert_eq!(house.post("/payments", "anna", "untraced-1", &order()).status, 201);
    let request = house.request("POST", "/api/v1/payments", "anna").header("traceparent", CALLER);
    let request =
        request.header("content-type", "application/json").header("idempotency-key", "traced-01");
    let came = house.send(request.body(Body::from(order().to_string())).unwrap());
    assert_eq!(came.status, 201);
    let all = spans(&house, &collector, "create_payment");
    let paid: Vec<&Value> =
        all.iter().filter(|span| span["traceId"] == "0af7651916cd43dd8448eb211c80319c").collect();
    let names: Vec<&str> = paid.iter().map(|span| span["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["create_payment", "who may", "read", "decide and commit"]);
    let whole = paid[0];
    assert_eq!((&whole["parentSpanId"], &whole["kind"]), (&json!("b7ad6b7169203331"), &json!(2)));
    assert_eq!(
        all.iter().filter(|span| span["name"] == "create_payment").count(),
        1,
        "the other was not traced"
    );
    let answered = came.header("traceresponse").unwrap();
    assert_eq!(
        answered,
        format!("00-0af7651916cd43dd8448eb211c80319c-{}-01", whole["spanId"].as_str().unwrap())
    );
    let ns = |span: &Value, name: &str| span[name].as_str().unwrap().parse::<u64>().unwrap();
    for part in &paid[1..] {
        assert_eq!(part["parentSpanId"], whole["spanId"]);
        assert!(ns(whole, "startTimeUnixNano") <= ns(part, "startTimeUnixNano"));
        assert!(ns(part, "startTimeUnixNano") <= ns(part, "endTimeUnixNano"));
        assert!(ns(part, "endTimeUnixNano") <= ns(whole, "endTimeUnixNano"));
    }
    let said = whole["attributes"].to_string();
    assert!(said.contains(came.header("x-request-id").unwrap()) && said.contains("201"), "{said}");
    assert!(!json!(all).to_string().contains("acc_"));
}

#[test]
fn the_log_says_the_trace_beside_the_request() {
    let house = House::new("trace-log");
    let request = house.request("GET", "/api/v1/users", "anna").header("traceparent", CALLER);
    let came = house.send(request.body(Body::empty()).unwrap());
    assert_eq!(came.status, 403);
    let id = came.header("x-request-id").unwrap().to_owned();
    let log = house.log.lock().unwrap();
    let line = log.iter().find(|line| line.contains(&id)).expect("no line");
    assert!(line.contains("0af7651916cd43dd8448eb211c80319c"), "{line}");
    drop(log);
    let own = house.get("/users", "anna");
    let trace = own.header("traceresponse").unwrap();
    assert!(trace.starts_with("00-") && trace.ends_with("-00") && !trace.contains("0af7651916"));
}
