//! What the bank's own people do for customers: let them in, send money, give cases on; and where their rights end.

use crate::house::{ORIGIN, account};
use crate::people::{Bank, paying};
use crate::secret::text_of;
use access::Role;
use serde_json::{Value, json};

#[test]
fn a_customer_is_let_in_at_the_counter_and_only_two_persons_let_them_in_again() {
    let bank = Bank::new("counter");
    let teller = bank.person("tom", &[Role::Teller], None);
    let chief = bank.person("chief", &[Role::ChiefAnalyst], None);
    let cookie = format!("__Host-session={}", teller.cookie);
    let headers = [("cookie", &*cookie), ("origin", ORIGIN), ("idempotency-key", "party-0001")];
    let person = json!({ "kind": "person", "fields": { "name": "Li" } });
    let made = bank.send("POST", "/parties", &headers, &person);
    let party = made.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/parties/{party}/access");
    let nobody = json!({ "has_keys": false, "disabled": false, "removed": false });
    assert_eq!(bank.get(&path, &teller.cookie).json(), nobody);
    assert_eq!(bank.get(&path, &chief.cookie).problem(), "forbidden");
    assert_eq!(bank.post(&path, &chief.cookie, &json!({})).problem(), "forbidden");
    let link = bank.post(&path, &teller.cookie, &json!({}));
    assert_eq!(link.status, 201);
    let name = link.json()["user"].as_str().unwrap().to_owned();
    assert!(name.len() == 15 && name.bytes().all(|b| b.is_ascii_digit()), "{name}");
    let li = bank.enter(link.json()["token"].as_str().unwrap());
    let me = bank.get("/me", &li.cookie).json();
    assert_eq!((&me["party"], &me["roles"]), (&json!(party), &json!(["customer"])));
    let known = bank.get(&path, &teller.cookie).json();
    assert_eq!((&known["name"], &known["has_keys"]), (&json!(name), &json!(true)));
    // With keys, a teller alone gives no link; two do.
    assert_eq!(bank.post(&path, &teller.cookie, &json!({})).problem(), "conflict");
    let lost = json!({ "reason": "passport seen" });
    let asked = bank.post(&format!("/users/{name}/recovery"), &teller.cookie, &lost).json();
    let approve = format!("/approvals/{}/approve", asked["approval"]);
    assert_eq!(bank.post(&approve, &chief.cookie, &json!({})).status, 200);
    // Nobody who is not there, and no customer for another.
    let gone = path.replace(&party, "pty_00000000-0000-7000-8000-00000000dead");
    assert_eq!(bank.post(&gone, &teller.cookie, &json!({})).status, 404);
    assert_eq!(bank.get(&gone, &teller.cookie).status, 404);
    assert_eq!(bank.get(&path, &li.cookie).problem(), "forbidden");
}

#[test]
fn what_staff_send_back_is_signed_as_what_they_send() {
    let bank = Bank::new("returns");
    let mut ola = bank.person("ola", &[Role::Operations], None);
    let mut sent = |key: &str, path: &str, order: &Value| {
        let cookie = format!("__Host-session={}", ola.cookie);
        let headers = [("cookie", &*cookie), ("origin", ORIGIN), ("idempotency-key", key)];
        let first = bank.send("POST", path, &headers, order);
        if first.status != 403 {
            return (first, false);
        }
        assert_eq!(first.problem(), "must_sign");
        let answer = text_of(Bank::signed(&mut ola, &first).to_string().as_bytes());
        let headers = [&headers[..], &[("step-up", answer.as_str())]].concat();
        (bank.send("POST", path, &headers, order), true)
    };
    let mut moved = |key: &str, amount: &str| {
        let mut order = paying(amount);
        (order["from"], order["to"]) = (json!(account(9)), json!(account(1)));
        let (paid, _) = sent(key, "/payments", &order);
        assert_eq!(paid.status, 201, "{:?}", paid.json());
        let back = format!("/payments/{}/returns", paid.json()["id"].as_str().unwrap());
        let (back, signed) = sent(&format!("{key}-back"), &back, &json!({}));
        (back.status, back.json()["amount"].clone(), signed)
    };
    assert_eq!(moved("small-0001", "10000.00"), (201, json!("10000.00"), false));
    assert_eq!(moved("large-0001", "10000.01"), (201, json!("10000.01"), true));
}

#[test]
fn a_case_is_given_to_who_can_work_on_it_and_to_nobody_else() {
    let bank = Bank::new("assigned");
    let tom = bank.person("tom", &[Role::Teller], None);
    let ann = bank.person("ann", &[Role::Analyst], None);
    let _chief = bank.person("chief", &[Role::ChiefAnalyst], None);
    let mut gift = paying("10.00");
    gift["from"] = json!(account(9));
    gift["to"] = json!(account(1));
    let paid = bank.pay(&tom.cookie, "assign-001", &gift, None).json();
    let case = paid["id"].as_str().unwrap().replace("pay_", "case_");
    let step = |step: &Value| bank.post(&format!("/cases/{case}/steps"), &ann.cookie, step);
    let opened = step(&json!({ "step": "open" }));
    assert_eq!(opened.status, 200, "{:?}", opened.json());
    let workers = bank.get("/case-workers", &ann.cookie).json();
    let known = json!([
        { "id": "user:ann", "decides": false },
        { "id": "user:chief", "decides": true },
    ]);
    assert_eq!(workers["items"], known);
    for nobody in ["user:tom", "user:ghost", "chief"] {
        let given = step(&json!({ "step": "assign", "text": nobody }));
        assert_eq!((given.status, &given.json()["errors"][0]["pointer"]), (422, &json!("/text")));
    }
    let given = step(&json!({ "step": "assign", "text": "user:chief" }));
    assert_eq!(given.json()["claimed_by"], "user:chief");
    assert_eq!(bank.get("/case-workers", &tom.cookie).problem(), "forbidden");
}

#[test]
fn a_teller_pays_up_to_a_limit_and_an_administrator_nothing() {
    let bank = Bank::new("limits");
    let teller = bank.person("tom", &[Role::Teller], None);
    let mut gift = paying("50000.01");
    gift["from"] = json!(account(9));
    gift["to"] = json!(account(1));
    assert_eq!(bank.pay(&teller.cookie, "teller-001", &gift, None).problem(), "forbidden");
    gift["amount"] = json!("50000.00");
    assert_eq!(bank.pay(&teller.cookie, "teller-001", &gift, None).problem(), "must_sign");
    gift["amount"] = json!("10000.00");
    assert_eq!(bank.pay(&teller.cookie, "teller-001", &gift, None).status, 201);
    let admin = bank.person("chief", &[Role::Administrator], None);
    assert_eq!(bank.pay(&admin.cookie, "admin-0001", &paying("0.01"), None).problem(), "forbidden");
}
