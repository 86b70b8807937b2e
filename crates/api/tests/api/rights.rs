//! Nobody gets in unknown, and whoever is in sees nothing that is another's.

use crate::house::{House, account, order};
use axum::body::Body;
use serde_json::json;

/// A path with something in each brace.
fn filled(path: &str) -> String {
    path.replace("{account}", &account(2))
        .replace("{party}", "pty_00000000-0000-0000-0000-000000000008")
        .replace("{payment}", "pay_00000000-0000-0000-0000-000000000001")
        .replace("{case}", "case_00000000-0000-0000-0000-000000000001")
        .replace("{complaint}", "cpl_00000000-0000-0000-0000-000000000001")
        .replace("{payee}", "pye_00000000-0000-0000-0000-000000000001")
        .replace("{hold}", "hold_00000000-0000-0000-0000-000000000001")
        .replace("{webhook}", "whk_00000000-0000-0000-0000-000000000001")
        .replace("{record}", "3")
        .replace("{message}", "M1")
        .replace("{kind}", "camt.053")
        .replace("{session}", "0000000000000001")
        .replace("{role}", "teller")
        .replace("{approval}", "1")
        .replace("{set}", "1")
        .replace("{draft}", "drf_00000000-0000-0000-0000-000000000001")
        .replace("{replay}", "rpl_00000000-0000-0000-0000-000000000001")
        .replace(['{', '}'], "")
}

#[test]
fn every_operation_has_a_right_and_turns_away_who_is_not_known() {
    let house = House::new("unknown");
    let mut rows = 0;
    for (method, path, act) in api::doors::acts() {
        assert!(act.is_none_or(|act| act.contains('.')), "{act:?}");
        for token in ["", "nobody"] {
            let request = house
                .request(&method, &filled(&path), token)
                .header("content-type", "application/json");
            let came = house.send(request.body(Body::from("{}")).unwrap());
            assert_eq!(came.status, 401, "{method} {path}");
            assert_eq!(came.problem(), "invalid_token");
            assert!(came.header("www-authenticate").is_some());
        }
        rows += 1;
    }
    assert!(rows >= 60, "{rows}");
}

#[test]
fn only_the_ways_to_sign_in_are_open_to_everybody() {
    let open = api::doors::open();
    let paths: Vec<&str> = open.iter().map(|(_, path)| path.as_str()).collect();
    let knocks =
        |path: &&str| path.starts_with("/api/v1/sign-in/") || path.starts_with("/api/v1/links/");
    assert_eq!(paths.len(), 8, "{paths:?}");
    assert!(paths.iter().all(knocks), "{paths:?}");
    assert!(open.iter().all(|(method, _)| method == "POST"), "{open:?}");
}

#[test]
fn what_is_anothers_is_not_there() {
    let house = House::new("idor");
    let paid = house.post("/payments", "bert", "none-0001", &order());
    assert_eq!(
        (paid.status, paid.problem().as_str()),
        (403, "forbidden"),
        "bert pays from anna's account"
    );
    assert!(
        house
            .gate
            .notes
            .lock()
            .unwrap()
            .iter()
            .any(|note| note.denied && note.subject == account(1))
    );
    for path in ["", "/balance", "/payments", "/statement?from=2026-01-01&to=2026-12-31"] {
        let came = house.get(&format!("/accounts/{}{path}", account(2)), "anna");
        assert_eq!(came.status, 404, "{path}");
        let unknown = house.get(&format!("/accounts/{}{path}", account(77)), "anna");
        assert_eq!(
            came.json()["detail"].as_str().map(str::len),
            unknown.json()["detail"].as_str().map(str::len),
            "{path}"
        );
    }
    let mut inner = order();
    inner["from"] = json!(account(2));
    inner["to"] = json!(account(9));
    let mut gift = order();
    gift["from"] = json!(account(9));
    assert_eq!(house.post("/payments", "staff", "gift-0002", &gift).status, 201);
    let theirs = house.post("/payments", "bert", "theirs-01", &inner).json();
    let id = theirs["id"].as_str().unwrap();
    assert_eq!(house.get(&format!("/payments/{id}"), "anna").status, 404);
    assert_eq!(house.get(&format!("/payments/{id}"), "bert").status, 200);
    for step in ["post", "void", "returns"] {
        assert_eq!(
            house.post(&format!("/payments/{id}/{step}"), "anna", "steal-001", &json!({})).status,
            404,
            "{step}"
        );
    }
    assert_eq!(house.get("/parties/pty_00000000-0000-0000-0000-000000000008", "anna").status, 404);
    assert_eq!(house.get("/risk/rule-sets", "anna").problem(), "forbidden");
}

#[test]
fn a_receipt_is_given_to_whom_its_record_concerns() {
    let house = House::new("receipts");
    let mut gift = order();
    gift["from"] = json!(account(9));
    let gift = house.post("/payments", "staff", "gift-0003", &gift).json();
    let receipt = |who: &str, record: &serde_json::Value| {
        house.get(&format!("/journal/records/{record}/receipt"), who)
    };
    let record = &gift["journal"]["record"];
    assert_eq!((receipt("bert", record).status, receipt("staff", record).status), (200, 200));
    let (others, none) = (receipt("anna", record), receipt("anna", &json!(99_999)));
    assert_eq!((others.status, none.status), (404, 404));
    let told = |came: &crate::house::Came| came.json()["detail"].as_str().unwrap().to_owned();
    assert_eq!(told(&others).replace(&record.to_string(), "99999"), told(&none));
    // What concerns the bank as a whole concerns no customer.
    assert_eq!((receipt("anna", &json!(0)).status, receipt("staff", &json!(0)).status), (404, 200));
}

#[test]
fn a_case_is_shown_to_whom_its_payment_concerns() {
    let house = House::new("cases");
    let mut gift = order();
    gift["from"] = json!(account(9));
    let gift = house.post("/payments", "staff", "gift-0004", &gift).json();
    let case = gift["id"].as_str().unwrap().replace("pay_", "case_");
    let opened =
        house.post(&format!("/cases/{case}/steps"), "staff", "", &json!({ "step": "open" }));
    assert_eq!(opened.status, 200, "{:?}", opened.json());
    let listed =
        |who: &str| house.get("/cases?status=noted", who).json()["items"].as_array().unwrap().len();
    assert_eq!((listed("staff"), listed("bert"), listed("anna")), (1, 1, 0));
    let shown = |who: &str| house.get(&format!("/cases/{case}"), who).status;
    assert_eq!((shown("staff"), shown("bert"), shown("anna")), (200, 200, 404));
}

#[test]
fn the_committed_document_is_the_one_that_is_served() {
    let house = House::new("document");
    let request = |encoding: &str| {
        let request = house.request("GET", "/api/v1/openapi.json", "");
        house.send(request.header("accept-encoding", encoding).body(Body::empty()).unwrap())
    };
    let served = request("identity");
    let text = String::from_utf8(served.bytes.clone()).unwrap() + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/api/openapi.json");
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(std::path::Path::new(path).parent().unwrap()).unwrap();
        std::fs::write(path, &text).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap();
    assert!(
        committed == text,
        "the API's document changed; `BLESS=1 cargo test -p api --test api document` writes it anew"
    );
    assert_eq!(
        (served.header("content-encoding"), served.header("vary")),
        (None, Some("accept-encoding"))
    );
    let packed = request("br, gzip");
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert!(packed.bytes.len() < served.bytes.len() / 4);
    let mut unpacked = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&*packed.bytes), &mut unpacked)
        .unwrap();
    assert_eq!(unpacked.into_bytes(), served.bytes);
}

#[test]
fn a_step_of_a_dialogue_is_carried_by_gateways_alone_and_read_strictly() {
    let house = House::new("dialogue");
    let step = json!({ "dialogue": "d", "phone": "+8613800138007", "step": 0 });
    assert_eq!(house.post("/text/dialogue", "anna", "", &step).problem(), "forbidden");
    for (name, wrong) in [
        ("dialogue", json!("")),
        ("phone", json!("13800138007")),
        ("phone", json!("+86x38001380")),
        ("typed", json!("1".repeat(161))),
        ("typed", json!("1\n2")),
        ("sim", json!("s".repeat(129))),
    ] {
        let mut order = step.clone();
        order[name] = wrong;
        let came = house.post("/text/dialogue", "staff", "", &order);
        assert_eq!(came.status, 422, "{order}");
        assert_eq!(came.json()["errors"][0]["pointer"], format!("/{name}"), "{order}");
    }
    // There are no pages here that would talk.
    assert_eq!(house.post("/text/dialogue", "staff", "", &step).problem(), "closed");
    let event = json!({ "kind": "payment.posted", "data": {} });
    assert_eq!(house.post("/text/messages", "anna", "", &event).problem(), "forbidden");
}
