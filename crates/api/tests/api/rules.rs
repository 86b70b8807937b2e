//! The bench where risk rules are made: checked, proposed, run over the past, adopted by somebody else.

use crate::house::{House, account, order};
use axum::body::Body;
use serde_json::{Value, json};

fn propose(house: &House, who: &str, text: &str) -> Value {
    let order = json!({ "name": "payments", "says": "less of the same", "text": text });
    let came = house.post("/risk/drafts", who, "", &order);
    assert_eq!(came.status, 201, "{:?}", came.json());
    came.json()
}

/// Pays so much from account 1; the status of the payment.
fn pay(house: &House, key: &str, amount: &str) -> (u16, Value) {
    let mut paid = order();
    paid["amount"] = json!(amount);
    let came = house.post("/payments", "anna", key, &paid);
    (came.status, came.json())
}

/// A run that has ended.
fn replayed(house: &House, asked: &Value) -> Value {
    let begun = house.post("/risk/replays", "staff", "", asked);
    assert_eq!(begun.status, 202, "{:?}", begun.json());
    let path = format!("/risk/replays/{}", begun.json()["id"].as_str().unwrap());
    for _ in 0..2_000 {
        let now = house.get(&path, "chief").json();
        if now["status"] != "running" {
            return now;
        }
        std::thread::yield_now();
    }
    panic!("the run does not end");
}

#[test]
fn a_text_is_checked_and_every_fault_has_its_place() {
    let house = House::new("rules-check");
    let said = house.post("/risk/check", "staff", "", &json!({ "text": "100 hold\nx ask\n7\n" }));
    let said = said.json();
    assert_eq!(
        (said["sound"].as_bool(), said["faults"].as_array().unwrap().len()),
        (Some(false), 2)
    );
    assert_eq!((&said["faults"][0]["line"], &said["faults"][0]["column"]), (&json!(2), &json!(1)));
    let said = house.post("/risk/check", "staff", "", &json!({ "text": "100 hold\n" })).json();
    assert_eq!((&said["sound"], &said["features"]), (&json!(true), &json!(["amount"])));
    assert_eq!(said["rules"][0]["outcome"], "hold");
    let wrong = json!({ "name": "payments", "text": "100 hold\nx ask\n" });
    let refused = house.post("/risk/drafts", "staff", "", &wrong);
    assert_eq!((refused.status, refused.problem().as_str()), (422, "rules_wrong"));
    assert_eq!(refused.json()["faults"][0]["line"], 2);
    assert!(house.get("/risk/drafts", "staff").json()["items"].as_array().unwrap().is_empty());
    let long = "1 ask\n".repeat(30_000);
    assert_eq!(house.post("/risk/check", "staff", "", &json!({ "text": long })).status, 422);
    assert_eq!(house.post("/risk/check", "anna", "", &json!({ "text": "" })).status, 403);
    let features = house.get("/risk/features", "staff").json();
    assert!(features["items"].as_array().unwrap().iter().any(|f| f["feature"] == "pair_first"));
}

#[test]
fn who_proposes_does_not_adopt_and_what_is_adopted_judges() {
    let house = House::new("rules-adopt");
    assert_eq!(pay(&house, "before-01", "6.00").0, 201);
    let draft = propose(&house, "staff", "5 hold\n");
    let adopt = |who: &str, order: Value| {
        let path = format!("/risk/drafts/{}/adopt", draft["id"].as_str().unwrap());
        house.post(&path, who, "", &order)
    };
    let own = adopt("staff", json!({ "stage": "active" }));
    assert_eq!((own.status, own.problem().as_str()), (403, "own_proposal"));
    assert!(
        house
            .gate
            .notes
            .lock()
            .unwrap()
            .iter()
            .any(|note| note.act.0 == "rules.adopt" && note.denied)
    );
    // A share belongs to a canary and to nothing else.
    assert_eq!(adopt("chief", json!({ "stage": "canary" })).problem(), "invalid");
    assert_eq!(adopt("chief", json!({ "stage": "active", "share_ppm": 5 })).problem(), "invalid");
    for (field, wrong) in
        [("hold_hours", 0), ("hold_hours", 100_000), ("stopped_ppm_max", 1_000_001)]
    {
        let refused = adopt("chief", json!({ "stage": "active", field: wrong }));
        assert_eq!(refused.json()["errors"][0]["pointer"], format!("/{field}"));
    }
    let shadow = adopt("chief", json!({ "stage": "shadow" }));
    assert_eq!(shadow.status, 201, "{:?}", shadow.json());
    assert_eq!((&shadow.json()["number"], &shadow.json()["judging"]), (&json!(1), &json!(true)));
    assert_eq!(pay(&house, "shadow-01", "6.00").1["status"], "posted", "a shadow stops nobody");
    let active = adopt("chief", json!({ "stage": "active", "four_eyes": false }));
    assert_eq!(active.status, 201, "{:?}", active.json());
    assert_eq!(adopt("chief", json!({ "stage": "active" })).problem(), "conflict");
    assert_eq!(pay(&house, "active-01", "6.00").1["status"], "held");
    assert_eq!(pay(&house, "active-02", "4.00").1["status"], "posted");
    let shown = house.get("/risk/rule-sets/2", "staff").json();
    assert_eq!((&shown["text"], &shown["text_from"]), (&json!("5 hold\n"), &json!("journal")));
    let set = &shown["set"];
    let people = (set["proposed_by"].as_str(), set["adopted_by"].as_str());
    assert_eq!(people, (Some("client:staff"), Some("client:chief")));
    assert_eq!((&set["four_eyes"], &shown["rules"][0]["rule"]), (&json!(false), &json!("from-5")));
    let ended = house.post("/risk/rule-sets/2/withdraw", "chief", "", &json!({}));
    assert_eq!((ended.status, &ended.json()["in_force"]), (200, &json!(false)));
    assert_eq!(pay(&house, "ended-01", "6.00").1["status"], "posted");
    assert_eq!(house.get("/risk/rule-sets/9", "staff").status, 404);
}

#[test]
fn proposals_are_kept_over_a_restart_and_can_be_turned_down() {
    let house = House::new("rules-kept");
    let (first, second) =
        (propose(&house, "staff", "5 hold\n"), propose(&house, "staff", "9 ask\n"));
    let house = house.restart();
    let listed = house.get("/risk/drafts", "chief").json();
    let ids: Vec<&Value> = listed["items"].as_array().unwrap().iter().map(|d| &d["id"]).collect();
    assert_eq!(ids, [&second["id"], &first["id"]], "the newest first");
    assert!(listed["items"][0].get("text").is_none());
    let path = format!("/risk/drafts/{}", first["id"].as_str().unwrap());
    assert_eq!(house.get(&path, "chief").json()["text"], "5 hold\n");
    let delete = || {
        let request = house.request("DELETE", &format!("/api/v1{path}"), "chief");
        house.send(request.body(Body::empty()).unwrap())
    };
    assert_eq!(delete().status, 204);
    assert_eq!(delete().problem(), "conflict");
    assert_eq!(house.get(&path, "staff").json()["state"], "withdrawn");
    let adopted = house.post(&format!("{path}/adopt"), "chief", "", &json!({ "stage": "shadow" }));
    assert_eq!(adopted.problem(), "conflict");
}

#[test]
fn the_past_is_judged_and_what_would_change_is_told() {
    let house = House::new("rules-replay");
    for (at, amount) in ["6.00", "4.00", "20.00"].iter().enumerate() {
        assert_eq!(pay(&house, &format!("replay-{at}0"), amount).0, 201);
    }
    let back = json!({ "text": "5 hold\n", "from": "2026-02-02", "to": "2026-02-01" });
    let back = house.post("/risk/replays", "staff", "", &back);
    assert_eq!((back.status, &back.json()["errors"][0]["pointer"]), (422, &json!("/to")));
    let run = replayed(&house, &json!({ "text": "5 hold\n20 refuse\n" }));
    assert_eq!(
        (run["status"].as_str(), &run["entries"]),
        (Some("done"), &run["entries_done"]),
        "{run}"
    );
    let found = &run["found"];
    let outcome = |name: &str| {
        let all = found["outcomes"].as_array().unwrap();
        all.iter().find(|found| found["name"] == name).unwrap().clone()
    };
    assert_eq!(
        (&outcome("hold")["payments"], &outcome("refuse")["payments"]),
        (&json!(1), &json!(2)),
        "the 100.00 that the account began with is above both as well"
    );
    assert_eq!(outcome("hold")["money"][0]["amount"], "6.00");
    let rules: Vec<u64> = found["rules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["payments"].as_u64().unwrap())
        .collect();
    assert_eq!(rules, [3, 2], "what is above both counts for both");
    let changed = found["changed"].as_array().unwrap();
    assert!(changed.iter().all(|c| c.get("was").is_none()), "nobody judged then: {changed:?}");
    let id = outcome("hold")["examples"][0].as_str().unwrap().to_owned();
    assert_eq!(house.get(&format!("/payments/{id}"), "staff").json()["amount"], "6.00");
    // Of no day, no payment.
    let none = replayed(&house, &json!({ "text": "5 hold\n", "to": "2000-01-01" }));
    assert_eq!(none["found"]["judged"], 0);
    // What is in force changes nothing of what it ruled.
    let draft = propose(&house, "staff", "5 hold\n");
    let path = format!("/risk/drafts/{}/adopt", draft["id"].as_str().unwrap());
    assert_eq!(house.post(&path, "chief", "", &json!({ "stage": "active" })).status, 201);
    assert_eq!(pay(&house, "judged-01", "7.00").1["status"], "held");
    let same = replayed(&house, &json!({ "rule_set": 1 }));
    let was_hold = |c: &&Value| c["was"] == "hold" || c["was"] == "approve";
    assert_eq!(same["found"]["changed"].as_array().unwrap().iter().filter(was_hold).count(), 0);
    let milder = replayed(&house, &json!({ "text": "50 hold\n" }));
    let changed = milder["found"]["changed"].as_array().unwrap();
    let freed = changed.iter().find(|c| c["was"] == "hold").unwrap();
    assert_eq!(
        (&freed["would"]["name"], &freed["would"]["payments"]),
        (&json!("approve"), &json!(1))
    );
    assert_eq!(house.get("/risk/replays", "staff").json()["items"].as_array().unwrap().len(), 4);
    let both = json!({ "text": "5 hold\n", "rule_set": 1 });
    assert_eq!(house.post("/risk/replays", "staff", "", &both).problem(), "invalid");
    assert_eq!(house.post("/risk/replays", "staff", "", &json!({ "rule_set": 7 })).status, 404);
    assert_eq!(
        house.post("/risk/replays", "staff", "", &json!({ "text": "no" })).problem(),
        "rules_wrong"
    );
}

#[test]
fn marks_of_cases_say_how_well_rules_did() {
    let house = House::new("rules-marks");
    let draft = propose(&house, "staff", "5 hold\n");
    let path = format!("/risk/drafts/{}/adopt", draft["id"].as_str().unwrap());
    assert_eq!(house.post(&path, "chief", "", &json!({ "stage": "active" })).status, 201);
    let mark = |key: &str, amount: &str, mark: &str| {
        let payment = pay(&house, key, amount).1["id"].as_str().unwrap().to_owned();
        let case = payment.replace("pay_", "case_");
        let step = |body: Value| {
            let came = house.post(&format!("/cases/{case}/steps"), "staff", "", &body);
            assert_eq!(came.status, 200, "{:?}", came.json());
        };
        if amount == "1.00" {
            step(json!({ "step": "open" }));
        }
        step(json!({ "step": "mark", "mark": mark }));
    };
    mark("marks-001", "6.00", "fraud");
    mark("marks-002", "7.00", "mistaken");
    let first = house.get("/risk/quality", "chief").json();
    assert_eq!((&first["complete"], &first["known"]), (&json!(true), &json!(1)));
    // It goes on from where it was: what comes later is counted once, and what no rule stopped is missed.
    mark("marks-003", "1.00", "laundering");
    let now = house.get("/risk/quality", "chief").json();
    assert_eq!(
        (&now["known"], &now["missed"], &now["opened_by_hand"]),
        (&json!(2), &json!(1), &json!(1))
    );
    let set = &now["sets"][0];
    assert_eq!(
        (&set["held"], &set["approved"], &set["marks"]["marked"]),
        (&json!(2), &json!(1), &json!(2))
    );
    assert_eq!(set["marks"]["precision"]["value"], 0.5);
    assert_eq!(now["rules"][0]["rule"], "from-5");
    let month = &now["months"][0];
    assert_eq!((&month["known"], &month["marks"]["recall"]["value"]), (&json!(2), &json!(0.5)));
    assert_eq!(house.get("/risk/quality", "anna").status, 403);
}

#[test]
fn who_was_warned_with_a_quote_confirms_and_nobody_is_paid_by_a_warning() {
    let house = House::new("rules-warned");
    let draft = propose(&house, "staff", "5 ask\n");
    let path = format!("/risk/drafts/{}/adopt", draft["id"].as_str().unwrap());
    assert_eq!(house.post(&path, "chief", "", &json!({ "stage": "active" })).status, 201);
    let of = |amount: &str, confirmed: bool| {
        let mut paid = order();
        (paid["amount"], paid["confirmed"]) = (json!(amount), json!(confirmed));
        paid
    };
    let quote = |path: &str, amount: &str| {
        house.post(path, "anna", "", &of(amount, false)).json()["would"].clone()
    };
    let lines = || house.get("/risk/rule-sets", "staff").json()["items"][0]["judged"].clone();
    // A quote alone warns nobody: who confirms without having been warned is warned first.
    assert_eq!(quote("/payments/quote", "6.00"), "ask");
    assert_eq!(lines(), 0);
    let pay =
        |key: &str, amount: &str| house.post("/payments", "anna", key, &of(amount, true)).json();
    assert_eq!(pay("warned-01", "6.00")["code"], "payer_must_confirm");
    assert_eq!(lines(), 1);
    // Shown where it is asked, it counts, for this amount and no other, and is written down once.
    assert_eq!(quote("/payments/quote?warn=true", "7.00"), "ask");
    assert_eq!(quote("/payments/quote?warn=true", "7.00"), "ask");
    assert_eq!(lines(), 2);
    assert_eq!(pay("warned-02", "7.01")["code"], "payer_must_confirm");
    assert_eq!(pay("warned-03", "7.00")["status"], "posted");
    assert_eq!(pay("warned-04", "7.00")["code"], "payer_must_confirm", "one warning, one payment");
    // Of what nobody would be warned, nothing is written.
    let before = lines();
    assert_eq!(quote("/payments/quote?warn=true", "4.00"), "post");
    assert_eq!(lines(), before);
    let path = format!("/accounts/{}/balance", account(1));
    assert_eq!(house.get(&path, "anna").json()["reserved_out"]["amount"], "0.00");
    let asked = house.post("/payments/quote?warn=perhaps", "anna", "", &of("7.00", false));
    assert_eq!(asked.problem(), "invalid");
}

#[test]
fn whoever_is_asked_for_the_second_word_may_also_say_no() {
    let house = House::new("rules-second");
    let draft = propose(&house, "staff", "5 hold\n");
    let path = format!("/risk/drafts/{}/adopt", draft["id"].as_str().unwrap());
    let order = json!({ "stage": "active", "four_eyes": true });
    assert_eq!(house.post(&path, "chief", "", &order).status, 201);
    let held = pay(&house, "second-01", "6.00").1;
    let case = format!("/cases/{}", held["case"].as_str().unwrap());
    let work =
        |who: &str, path: &str, body: &Value| house.post(&format!("{case}/{path}"), who, "", body);
    assert_eq!(work("chief", "steps", &json!({ "step": "claim" })).status, 200);
    let no = json!({ "decision": "refuse", "why": "it is a theft" });
    // Before anybody proposed, the case is whose it is.
    assert_eq!(work("staff", "decision", &no).problem(), "case_is_anothers");
    let yes = json!({ "decision": "release", "why": "called back" });
    assert_eq!(work("chief", "decision", &yes).json()["status"], "proposed");
    let refused = work("staff", "decision", &no);
    assert_eq!((refused.status, &refused.json()["status"]), (200, &json!("refused")));
    assert_eq!(refused.json()["claimed_by"], "client:staff");
    let payment = format!("/payments/{}", held["id"].as_str().unwrap());
    assert_eq!(house.get(&payment, "staff").json()["status"], "voided");
}

#[test]
fn cases_come_oldest_first_or_newest_first_page_by_page() {
    let house = House::new("rules-order");
    let draft = propose(&house, "staff", "5 hold\n");
    let path = format!("/risk/drafts/{}/adopt", draft["id"].as_str().unwrap());
    let order = json!({ "stage": "active", "four_eyes": false });
    assert_eq!(house.post(&path, "chief", "", &order).status, 201);
    let held: Vec<String> = ["6.00", "7.00", "8.00"]
        .iter()
        .map(|amount| {
            let (status, paid) = pay(&house, &format!("order-of-{}", &amount[..1]), amount);
            assert_eq!((status, &paid["status"]), (202, &json!("held")), "{paid}");
            paid["case"].to_string()
        })
        .collect();
    let pages = |asks: &str| {
        let (mut all, mut after) = (Vec::new(), String::new());
        loop {
            let page = house.get(&format!("/cases?limit=2{asks}{after}"), "staff").json();
            assert_eq!(page["total"], 3);
            all.extend(page["items"].as_array().unwrap().iter().map(|case| case["id"].to_string()));
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => return all,
            }
        }
    };
    let newest: Vec<String> = held.iter().rev().cloned().collect();
    assert_eq!(pages(""), held);
    assert_eq!(pages("&newest_first=true"), newest);
    // Whose time is over first comes first, whatever else is asked for: here they came one after another.
    assert_eq!(pages("&newest_first=true&due_first=true"), held);
}

#[test]
fn a_pile_of_proposals_that_nobody_decides_about_has_an_end() {
    let house = House::new("rules-pile");
    let drafts: Vec<Value> = (0..64).map(|_| propose(&house, "staff", "5 hold\n")).collect();
    let order = json!({ "name": "payments", "says": "one more", "text": "5 hold\n" });
    let refused = house.post("/risk/drafts", "staff", "", &order);
    assert_eq!((refused.status, refused.problem().as_str()), (409, "too_many_drafts"));
    let path = format!("/api/v1/risk/drafts/{}", drafts[0]["id"].as_str().unwrap());
    let away = house.request("DELETE", &path, "staff").body(Body::empty()).unwrap();
    assert_eq!(house.send(away).status, 204);
    propose(&house, "staff", "5 hold\n");
}

#[test]
fn one_run_over_the_past_goes_on_at_a_time() {
    let house = House::new("rules-one-run");
    for at in 0..8 {
        assert_eq!(pay(&house, &format!("one-run-{at}"), "6.00").0, 201);
    }
    let asked = json!({ "text": "5 hold\n" });
    // How long a run takes nobody knows; asked for again and again, one meets another before long.
    let mut all = (0..2_000).map(|_| house.post("/risk/replays", "staff", "", &asked));
    let busy = all.find(|came| came.status != 202).unwrap();
    assert_eq!((busy.status, busy.problem().as_str()), (409, "replay_running"));
    assert!(busy.json()["replay"].as_str().unwrap().starts_with("rpl_"));
}
