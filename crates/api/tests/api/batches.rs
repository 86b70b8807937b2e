//! Uploads: a result for each payment, in order, once.

use crate::house::{Came, House, account};
use axum::body::Body;
use serde_json::{Value, json};

fn upload(house: &House, who: &str, key: &str, kind: &str, body: String) -> Came {
    let request = house.request("POST", "/api/v1/payments/batch", who).header("content-type", kind);
    house.send(request.header("idempotency-key", key).body(Body::from(body)).unwrap())
}

/// The results of an upload, and its summary.
pub fn results(came: &Came) -> (Vec<Value>, Value) {
    assert_eq!(came.status, 200, "{:?}", String::from_utf8_lossy(&came.bytes));
    let text = std::str::from_utf8(&came.bytes).unwrap();
    let mut lines: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let summary = lines.pop().unwrap();
    (lines, summary["summary"].clone())
}

fn line(amount: &str, from: u128) -> String {
    json!({ "from": account(from), "to": account(2), "amount": amount, "currency": "CNY" })
        .to_string()
        + "\n"
}

#[test]
fn each_payment_of_an_upload_stands_alone_and_is_done_once() {
    let house = House::new("batch");
    let body =
        [line("1", 1), line("1000", 1), "nonsense\n".into(), line("2", 9), line("3", 1)].concat();
    let (lines, summary) =
        results(&upload(&house, "anna", "batch-001", "application/x-ndjson", body.clone()));
    let statuses: Vec<_> =
        lines.iter().map(|line| line["status"].as_str().unwrap().to_owned()).collect();
    assert_eq!(statuses, ["posted", "refused", "invalid", "invalid", "posted"]);
    assert_eq!(lines[1]["code"], "exceeds_credits");
    assert!(lines[3]["detail"].as_str().unwrap().contains("not yours"));
    assert_eq!((summary["items"].clone(), summary["posted"].clone()), (json!(5), json!(2)));
    assert_eq!(house.booked(2), "4.00");
    let (lines, summary) =
        results(&upload(&house, "anna", "batch-001", "application/x-ndjson", body));
    assert_eq!(summary["replayed"], 3);
    assert_eq!(lines[0]["replayed"], true);
    assert_eq!(house.booked(2), "4.00");
    let id = lines[0]["id"].as_str().unwrap();
    assert_eq!(house.get(&format!("/payments/{id}"), "anna").json()["status"], "posted");
}

#[test]
fn ten_thousand_rows_of_csv_come_back_in_order() {
    let house = House::new("csv");
    let mut body = String::from("item,from,to,amount,currency\n");
    for n in 0..10_000 {
        body += &format!("row{n},{},{},0.01,CNY\n", account(9), account(2));
    }
    let (lines, summary) = results(&upload(&house, "staff", "batch-csv", "text/csv", body));
    assert_eq!(summary["posted"], 10_000);
    assert!(lines.iter().enumerate().all(|(n, line)| line["item"] == format!("row{n}")));
    assert!(lines.windows(2).all(|pair| pair[0]["record"].as_u64() < pair[1]["record"].as_u64()));
    assert_eq!(house.booked(2), "100.00");
}

#[test]
fn an_upload_that_is_too_large_is_refused_before_anything_is_done() {
    let house = House::new("large");
    let body = line("0.01", 9).repeat(100_001);
    let came = upload(&house, "staff", "batch-big", "application/x-ndjson", body);
    assert_eq!((came.status, came.problem().as_str()), (413, "too_large"));
    assert_eq!(house.booked(2), "0.00");
    assert_eq!(upload(&house, "staff", "batch-xml", "application/xml", String::new()).status, 415);
}
