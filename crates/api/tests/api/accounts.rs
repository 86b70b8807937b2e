//! Accounts and parties: opened once under a key, changed only as they were read, named in every answer.

use crate::house::{House, LISTED, account, order};
use axum::body::Body;
use serde_json::{Value, json};

#[test]
fn a_party_is_registered_once_and_every_look_at_it_is_noted() {
    let house = House::new("party");
    let who =
        json!({ "kind": "person", "fields": { "name": "Wang Guixiang", "born": "1948-03-02" } });
    let first = house.post("/parties", "staff", "party-0001", &who);
    assert_eq!(first.status, 201, "{:?}", first.json());
    let again = house.post("/parties", "staff", "party-0001", &who);
    assert_eq!((again.status, again.header("idempotent-replayed")), (201, Some("true")));
    let mut other = who.clone();
    other["fields"]["name"] = json!("Somebody Else");
    assert_eq!(house.post("/parties", "staff", "party-0001", &other).problem(), "key_reused");
    let id = first.json()["id"].as_str().unwrap().to_owned();
    let seen = house.get(&format!("/parties/{id}"), "staff");
    assert_eq!(seen.json()["fields"]["name"], "Wang Guixiang");
    let noted = house.gate.notes.lock().unwrap().clone();
    assert!(noted.iter().any(|note| !note.denied && note.subject == id), "{noted:?}");
    // So is who was among those that a name found.
    house.gate.notes.lock().unwrap().clear();
    let found = house.get("/parties?name=wang", "staff").json();
    assert_eq!(found["items"][0]["party"], json!(id));
    let noted = house.gate.notes.lock().unwrap().clone();
    let found = |note: &api::gate::Note| note.act.0 == "party.find" && note.subject == id;
    assert!(noted.iter().any(found), "{noted:?}");
    let erased =
        house.post(&format!("/parties/{id}/erase"), "staff", "", &json!({ "reason": "asked for" }));
    assert_eq!(erased.status, 200, "{:?}", erased.json());
    let after = house.get(&format!("/parties/{id}"), "staff").json();
    assert_eq!((after["erased"].clone(), after.get("fields")), (json!(true), None));
}

#[test]
fn whoever_resembles_a_listed_person_gets_a_case_that_somebody_decides_on_a_ground() {
    let house = House::new("listed");
    let who = |name: &str| json!({ "kind": "person", "fields": { "name": name } });
    let before = house.records();
    let asked = house.post("/screenings", "staff", "", &who(LISTED));
    assert_eq!(asked.status, 200, "{:?}", asked.json());
    assert_eq!(asked.json()["hits"][0]["name"], LISTED);
    assert_eq!(asked.json()["hits"][0]["reasons"][0]["en"], "the same name");
    let nobody = house.post("/screenings", "staff", "", &who("Wang Guixiang")).json();
    assert_eq!((&nobody["hits"], &nobody["names"]), (&json!([]), &json!(1)));
    assert_eq!(house.records(), before, "asking keeps nothing");
    assert_eq!(house.post("/screenings", "anna", "", &who(LISTED)).status, 403);

    let clear = house.post("/parties", "staff", "listed-0001", &who("Wang Guixiang"));
    assert_eq!(clear.json()["screening"], "clear");
    let found = house.post("/parties", "staff", "listed-0002", &who(LISTED));
    assert_eq!((found.status, &found.json()["screening"]), (201, &json!("possible")));
    let id = found.json()["id"].as_str().unwrap().to_owned();
    let inbox = house.get("/cases", "staff").json();
    let case = &inbox["items"][0];
    assert_eq!((&inbox["total"], &case["party"]), (&json!(1), &json!(id)));
    assert_eq!(case.get("money"), None);
    let decision = format!("/cases/{}/decision", case["id"].as_str().unwrap());

    let silent = house.post(&decision, "chief", "", &json!({ "decision": "release" }));
    assert_eq!(silent.json()["errors"][0]["pointer"], "/why");
    let long = json!({ "decision": "refuse", "why": "x".repeat(257) });
    let long = house.post(&decision, "chief", "", &long);
    assert_eq!(long.json()["errors"][0]["pointer"], "/why");
    let undecided = house.get(&format!("/parties/{id}"), "staff").json();
    assert_eq!(undecided["screening"], "possible", "nothing was decided without its ground");
    let steps = format!("/cases/{}/steps", case["id"].as_str().unwrap());
    assert_eq!(house.post(&steps, "staff", "", &json!({ "step": "claim" })).status, 200);
    let ground = json!({ "decision": "refuse", "why": "the same day of birth" });
    assert_eq!(house.post(&decision, "chief", "", &ground).problem(), "case_is_anothers");
    let decided = house.post(&decision, "staff", "", &ground);
    assert_eq!((decided.status, &decided.json()["status"]), (200, &json!("refused")));
    assert_eq!(house.post(&decision, "staff", "", &ground).problem(), "case_decided");
    let history = format!("/cases/{}/history", case["id"].as_str().unwrap());
    let told = house.get(&history, "staff").json();
    assert_eq!(told["steps"][0]["text"], "house 4");
    assert_eq!(told["steps"][2]["text"], "the same day of birth");
    let seen = house.get(&format!("/parties/{id}"), "staff").json();
    assert_eq!(seen["screening"], "confirmed");
}

#[test]
fn whether_somebody_is_listed_is_never_told_themselves() {
    let house = House::new("listed-own");
    let own = house.get(&format!("/parties/{}", api::wire::PartyRef(terms::PartyId(7))), "anna");
    assert_eq!(own.status, 200, "{:?}", own.json());
    house.screened(7);
    let own = house.get(&format!("/parties/{}", api::wire::PartyRef(terms::PartyId(7))), "anna");
    assert_eq!(own.json().get("screening"), None);
    let staff = house.get(&format!("/parties/{}", api::wire::PartyRef(terms::PartyId(7))), "staff");
    assert_eq!(staff.json()["screening"], "possible");
}

#[test]
fn an_account_is_opened_with_its_owner_and_limited_only_as_it_was_read() {
    let house = House::new("account");
    let owner = api::wire::PartyRef(terms::PartyId(7)).to_string();
    let wanted = json!({ "currency": "CNY", "code": 2, "owners": [owner] });
    let opened = house.post("/accounts", "staff", "open-0001", &wanted);
    assert_eq!(opened.status, 201, "{:?}", opened.json());
    let again = house.post("/accounts", "staff", "open-0001", &wanted);
    assert_eq!((again.status, again.header("idempotent-replayed")), (201, Some("true")));
    let id = opened.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(house.get(&format!("/accounts/{id}"), "anna").status, 200);
    assert_eq!(house.get(&format!("/accounts/{id}"), "bert").status, 404);

    let path = format!("/accounts/{id}/limits");
    let read = house.get(&path, "staff");
    let tag = read.header("etag").unwrap().to_owned();
    let limits =
        json!({ "per_payment": { "amount": "50.00", "currency": "CNY" }, "per_day": null });
    let put = |tag: Option<&str>, limits: &Value| {
        let mut request = house
            .request("PUT", &format!("/api/v1{path}"), "staff")
            .header("content-type", "application/json");
        if let Some(tag) = tag {
            request = request.header("if-match", tag);
        }
        house.send(request.body(Body::from(limits.to_string())).unwrap())
    };
    assert_eq!(put(None, &limits).problem(), "match_missing");
    assert_eq!(put(Some(&tag), &limits).status, 200);
    assert_eq!(put(Some(&tag), &limits).problem(), "changed");
    let stands = house.get(&path, "staff").json();
    assert_eq!(
        (&stands["per_payment"], &stands["per_day"]),
        (&limits["per_payment"], &Value::Null)
    );
    assert_eq!((&stands["cooling_off_hours"], &stands["later"]), (&json!(0), &Value::Null));
    let missing = house.post("/accounts", "staff", "open-0002", &json!({ "currency": "CNY", "code": 2, "owners": ["pty_00000000-0000-0000-0000-000000000099"] }));
    assert_eq!(missing.json()["errors"][0]["pointer"], "/owners/0");
}

#[test]
fn pages_of_payments_join_without_a_gap_and_the_statement_adds_up() {
    let house = House::new("pages");
    for n in 0..7 {
        let mut one = order();
        one["amount"] = json!("1.00");
        assert_eq!(house.post("/payments", "anna", &format!("page-{n:04}"), &one).status, 201);
    }
    let mut seen = Vec::new();
    let mut path = format!("/accounts/{}/payments?limit=3", account(1));
    loop {
        let page = house.get(&path, "anna");
        assert!(page.header("journal-entry").is_some());
        let page = page.json();
        seen.extend(
            page["items"].as_array().unwrap().iter().map(|item| item["record"].as_u64().unwrap()),
        );
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/accounts/{}/payments?limit=3&after={next}", account(1));
    }
    assert_eq!(seen.len(), 8, "seven out and one in");
    assert!(seen.windows(2).all(|pair| pair[0] > pair[1]));
    let today = api::bank::now().day_at(480).to_string();
    let statement =
        house.get(&format!("/accounts/{}/statement?from={today}&to={today}", account(1)), "anna");
    assert_eq!(statement.status, 200, "{:?}", statement.json());
    let statement = statement.json();
    assert_eq!(statement["closing"]["amount"], "93.00");
    assert_eq!(statement["lines"].as_array().unwrap().len(), 8);
    for (wrong, pointer) in [
        ("limit=0", "?limit"),
        ("limit=999", "?limit"),
        ("before=1", "?before"),
        ("limit=1&limit=2", "?limit"),
    ] {
        let came = house.get(&format!("/accounts/{}/payments?{wrong}", account(1)), "anna");
        assert_eq!(came.json()["errors"][0]["pointer"], pointer, "{wrong}");
    }
}

#[test]
fn blocked_money_stays_until_it_is_lifted() {
    let house = House::new("hold");
    let path = format!("/accounts/{}/holds", account(1));
    let wanted = json!({ "amount": { "amount": "95.00", "currency": "CNY" }, "ordered_by": "court", "reference": "2026-117" });
    let placed = house.post(&path, "staff", "hold-0001", &wanted);
    assert_eq!(placed.status, 201, "{:?}", placed.json());
    assert_eq!(
        house.post(&path, "staff", "hold-0001", &wanted).header("idempotent-replayed"),
        Some("true")
    );
    assert_eq!(house.post("/payments", "anna", "held-0001", &order()).problem(), "exceeds_hold");
    let id = placed.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(house.get(&path, "staff").json()["items"].as_array().unwrap().len(), 1);
    let other = format!("/accounts/{}/holds/{id}/release", account(2));
    assert_eq!(house.post(&other, "staff", "", &json!({})).status, 404);
    assert_eq!(house.post(&format!("{path}/{id}/release"), "staff", "", &json!({})).status, 204);
    assert_eq!(house.post("/payments", "anna", "held-0002", &order()).status, 201);
}

#[test]
fn what_was_read_is_not_sent_again() {
    let house = House::new("etag");
    let path = format!("/accounts/{}/balance", account(1));
    let tag = house.get(&path, "anna").header("etag").unwrap().to_owned();
    let request =
        house.request("GET", &format!("/api/v1{path}"), "anna").header("if-none-match", &tag);
    let same = house.send(request.body(Body::empty()).unwrap());
    assert_eq!((same.status, same.bytes.len()), (304, 0));
}

#[test]
fn accounts_that_nobody_owns_are_listed_by_their_place_for_the_bank_alone() {
    let house = House::new("own-accounts");
    let listed = |code: u32, who: &str| house.get(&format!("/bank-accounts?code={code}"), who);
    let shown = house.get(&format!("/accounts/{}", account(1)), "staff").json();
    let code = u32::try_from(shown["code"].as_u64().unwrap()).unwrap();
    let ids = |code| {
        let items = listed(code, "staff").json()["items"].as_array().unwrap().clone();
        items.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(!ids(code).contains(&account(1)), "anna owns that one");
    let opened = json!({ "currency": "CNY", "code": code, "overdraft": true });
    let till = house.post("/accounts", "staff", "till-0001", &opened);
    assert_eq!(till.status, 201, "{:?}", till.json());
    assert!(ids(code).contains(&till.json()["id"].as_str().unwrap().to_owned()));
    assert_eq!(ids(64_999), Vec::<String>::new());
    assert_eq!(listed(code, "anna").status, 403);
    assert_eq!(house.get("/bank-accounts", "staff").status, 422);
    assert_eq!(listed(0, "staff").status, 422);
}
