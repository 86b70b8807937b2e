//! Models on the bench: handed in, vouched for, run over the past, named by a proposal, adopted by somebody else.

use crate::house::{Came, House, order};
use axum::body::Body;
use serde_json::{Value, json};

/// A model that may judge payments.
const MODEL: &[u8] = include_bytes!("../../../tongjian/src/cli/demo/town.forest");

fn put(house: &House, who: &str, path: &str, file: &[u8]) -> Came {
    let request = house
        .request("POST", &format!("/api/v1{path}"), who)
        .header("content-type", "application/octet-stream");
    house.send(request.body(Body::from(file.to_vec())).unwrap())
}

fn take_away(house: &House, path: &str) -> Came {
    let request = house.request("DELETE", &format!("/api/v1{path}"), "staff");
    house.send(request.body(Body::empty()).unwrap())
}

/// Hands one in; its path.
fn handed_in(house: &House, who: &str) -> String {
    let came = put(house, who, "/risk/models?name=town", MODEL);
    assert_eq!(came.status, 201, "{:?}", came.json());
    format!("/risk/models/{}", came.json()["model"].as_str().unwrap())
}

fn propose(house: &House, path: &str) -> Came {
    let model = path.rsplit('/').next().unwrap();
    let order = json!({ "name": "payments", "says": "", "text": "5 hold\n", "model": model });
    house.post("/risk/drafts", "staff", "", &order)
}

#[test]
fn what_is_no_model_is_told_and_not_kept() {
    let house = House::new("models-wrong");
    let wrong = put(&house, "staff", "/risk/models?name=town", b"a cake");
    assert_eq!((wrong.status, wrong.problem().as_str()), (422, "model_unread"));
    let cut = put(&house, "staff", "/risk/models?name=town", &MODEL[..MODEL.len() - 3]);
    assert_eq!((cut.status, cut.problem().as_str()), (422, "model_unfit"));
    for name in ["", "%20", &"n".repeat(61)] {
        let came = put(&house, "staff", &format!("/risk/models?name={name}"), MODEL);
        assert_eq!((came.status, came.problem().as_str()), (422, "invalid"), "{name:?}");
    }
    // Whoever may not is told so before the body is read, so a large one might break off on its way.
    assert_eq!(put(&house, "anna", "/risk/models?name=town", b"a cake").status, 403);
    let typed = house.post("/risk/models?name=town", "staff", "", &json!({}));
    assert_eq!(typed.status, 415);
    assert_eq!(house.get("/risk/models", "staff").json(), json!({ "items": [] }));
    assert_eq!(house.get(&format!("/risk/models/{}", "0".repeat(64)), "staff").status, 404);
    assert_eq!(house.get("/risk/models/AB", "staff").status, 404);
}

#[test]
fn a_model_is_kept_over_a_restart_and_judges_only_when_rows_vouch_for_it() {
    let house = House::new("models-kept");
    let path = handed_in(&house, "staff");
    assert_eq!(handed_in(&house, "chief"), path, "the same bytes are the same model");
    let house = house.restart();
    let listed = house.get("/risk/models", "chief").json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    let shown = house.get(&path, "chief").json();
    assert_eq!((&shown["by"], &shown["name"]), (&json!("client:staff"), &json!("town")));
    let features = shown["features"].as_array().unwrap();
    let asked: u64 = features.iter().map(|one| one["nodes"].as_u64().unwrap()).sum();
    // Of a tree in which every question has two ways on, leaves are one more than questions.
    let (trees, nodes) = (shown["trees"].as_u64().unwrap(), shown["nodes"].as_u64().unwrap());
    assert_eq!(nodes, 2 * asked + trees);
    assert!(features[0]["nodes"].as_u64() >= features[1]["nodes"].as_u64());
    assert!(listed["items"][0].get("features").is_none());
    assert_eq!(propose(&house, &path).problem(), "model_unvouched");
    let wrong = put(&house, "staff", &format!("{path}/golden"), b"many");
    assert_eq!((wrong.status, wrong.problem().as_str()), (422, "golden_wrong"));
    assert!(house.get(&path, "chief").json().get("golden_rows").is_none());
    let vouched = put(&house, "staff", &format!("{path}/golden"), b"20");
    assert_eq!((vouched.status, &vouched.json()["golden_rows"]), (200, &json!(20)));
    let draft = propose(&house, &path);
    assert_eq!(draft.status, 201, "{:?}", draft.json());
    let draft = draft.json();
    let house = house.restart();
    let draft_path = format!("/risk/drafts/{}", draft["id"].as_str().unwrap());
    let kept = house.get(&draft_path, "chief").json();
    assert_eq!(kept["model"].as_str(), path.rsplit('/').next());
    assert_eq!(take_away(&house, &path).problem(), "model_proposed");
    let order = json!({ "stage": "active", "without_model": true });
    let both = house.post(&format!("{draft_path}/adopt"), "chief", "", &order);
    assert_eq!(both.problem(), "invalid", "with a model and without one");
    let adopted =
        house.post(&format!("{draft_path}/adopt"), "chief", "", &json!({ "stage": "active" }));
    assert_eq!(adopted.status, 201, "{:?}", adopted.json());
    assert_eq!(adopted.json()["model"], kept["model"]);
    assert_eq!(house.get(&path, "staff").json()["rule_sets"], json!([1]));
    // It goes from the bench, and the journal still has it.
    assert_eq!(take_away(&house, &path).status, 204);
    let left = house.get(&path, "staff").json();
    assert_eq!((&left["trees"], left.get("name")), (&json!(trees), None));
    assert_eq!(house.get("/risk/models", "staff").json()["items"][0]["model"], kept["model"]);
    assert_eq!(take_away(&house, &path).status, 404);
}

#[test]
fn who_hands_in_a_model_does_not_adopt_it_though_somebody_else_proposes_it() {
    let house = House::new("models-own");
    let path = handed_in(&house, "chief");
    assert_eq!(put(&house, "chief", &format!("{path}/golden"), b"20").status, 200);
    let draft = propose(&house, &path).json();
    let adopt = format!("/risk/drafts/{}/adopt", draft["id"].as_str().unwrap());
    let own = house.post(&adopt, "chief", "", &json!({ "stage": "active" }));
    assert_eq!((own.status, own.problem().as_str()), (403, "own_model"));
}

#[test]
fn a_text_is_run_over_the_past_with_a_model_that_judges_nothing_yet() {
    let house = House::new("models-replay");
    let path = handed_in(&house, "staff");
    let model: &str = path.rsplit('/').next().unwrap();
    let mut paid = order();
    paid["amount"] = json!("6.00");
    assert_eq!(house.post("/payments", "anna", "models-01", &paid).status, 201);
    let run = |asked: &Value| house.post("/risk/replays", "staff", "", asked);
    let begun = run(&json!({ "text": "5 hold\n", "model": model }));
    assert_eq!((begun.status, begun.json()["model"].as_str()), (202, Some(model)));
    let id = begun.json()["id"].as_str().unwrap().to_owned();
    let ended = || house.get(&format!("/risk/replays/{id}"), "staff").json();
    while ended()["status"] == "running" {
        std::thread::yield_now();
    }
    assert_eq!((&ended()["status"], &ended()["found"]["judged"]), (&json!("done"), &json!(2)));
    for (wrong, problem) in [
        (json!({ "rule_set": 1, "model": model }), "invalid"),
        (json!({ "text": "5 hold\n", "model": model, "without_model": true }), "invalid"),
        (json!({ "text": "5 hold\n", "model": "0".repeat(64) }), "not_found"),
        (json!({ "text": "5 hold\n", "model": "no" }), "invalid"),
    ] {
        assert_eq!(run(&wrong).problem(), problem, "{wrong}");
    }
}

#[test]
fn a_model_that_was_changed_on_the_disk_goes_no_further() {
    let house = House::new("models-changed");
    let path = handed_in(&house, "staff");
    assert_eq!(put(&house, "staff", &format!("{path}/golden"), b"20").status, 200);
    let draft = propose(&house, &path).json();
    let name = format!("model-{}.forest", path.rsplit('/').next().unwrap());
    let file = house.folder.join("rules").join(name);
    let mut bytes = std::fs::read(&file).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let adopt = format!("/risk/drafts/{}/adopt", draft["id"].as_str().unwrap());
    let refused = house.post(&adopt, "chief", "", &json!({ "stage": "active" }));
    assert_eq!((refused.status, refused.problem().as_str()), (500, "failed"));
    assert_eq!(house.get("/risk/rule-sets", "staff").json()["items"], json!([]));
}
