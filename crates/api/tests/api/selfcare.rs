//! What customers do for themselves: let a relative help, set limits that wait, keep payees, complain.

use crate::house::{Came, account};
use crate::people::{Bank, Person};
use crate::secret::text_of;
use access::Role;
use serde_json::{Value, json};

const ANNA: u128 = 7;

/// As an id of the API.
fn party(number: u128) -> String {
    account(number).replace("acc_", "pty_")
}

/// As a page of ours sends it, under a key and with the answer to a challenge if there is one.
fn send(
    bank: &Bank,
    who: &Person,
    path: &str,
    key: &str,
    body: &Value,
    answer: Option<&Value>,
) -> Came {
    let cookie = format!("__Host-session={}", who.cookie);
    let answer = answer.map(|answer| text_of(answer.to_string().as_bytes()));
    let mut headers =
        vec![("cookie", &*cookie), ("origin", crate::house::ORIGIN), ("idempotency-key", key)];
    if let Some(answer) = &answer {
        headers.push(("step-up", answer.as_str()));
    }
    bank.send("POST", path, &headers, body)
}

/// A customer whose name can be read, made at the counter.
fn registered(bank: &Bank, teller: &Person, key: &str, name: &str, born: &str) -> u128 {
    let fields = json!({ "name": name, "birth_date": born, "id_number": "990102195001010010" });
    let made =
        send(bank, teller, "/parties", key, &json!({ "kind": "person", "fields": fields }), None);
    assert_eq!(made.status, 201, "{:?}", made.json());
    let id = made.json()["id"].as_str().unwrap().replace("pty_", "").replace('-', "");
    u128::from_str_radix(&id, 16).unwrap()
}

#[test]
fn an_owner_lets_a_relative_look_who_never_pays_and_is_shut_out_again() {
    let bank = Bank::new("helping");
    let mut anna = bank.person("anna", &[Role::Customer], Some(ANNA));
    let tom = bank.person("tom", &[Role::Teller], None);
    let number = registered(&bank, &tom, "helper-0001", "Mei Lin", "1970-02-03");
    let mei = bank.person("mei", &[Role::Helper], Some(number));
    let path = format!("/accounts/{}/helpers", account(1));
    let word = bank.get("/me/help-word", &mei.cookie).json();
    assert_eq!(word["party"], json!(party(number)));
    let order = json!({ "party": party(number), "word": word["word"] });
    let unsigned = |order: &Value| send(&bank, &anna, &path, "helper-0002", order, None);
    // A number nobody has, and somebody's with another word: the same answer, and nothing of who exists.
    let nobody = unsigned(&json!({ "party": party(99), "word": word["word"] }));
    let wrong = unsigned(&json!({ "party": party(number), "word": "00000000" }));
    assert_eq!((nobody.status, wrong.status), (422, 422));
    assert_eq!(nobody.json()["errors"], wrong.json()["errors"]);
    assert_eq!(bank.get(&format!("/accounts/{}", account(1)), &mei.cookie).status, 404);
    // One's own number is named, with one's own word too.
    let own = bank.get("/me/help-word", &anna.cookie).json();
    let own = unsigned(&json!({ "party": own["party"], "word": own["word"] }));
    assert_eq!((own.status, &own.json()["errors"][0]["pointer"]), (422, &json!("/party")));
    let asked = unsigned(&order);
    assert_eq!(asked.problem(), "must_sign");
    assert_eq!(asked.json()["challenge"]["helper"]["name"], "Mei Lin");
    let answer = Bank::signed(&mut anna, &asked);
    let mut longer = order.clone();
    longer["until"] = json!("2099-01-01");
    let refused = send(&bank, &anna, &path, "helper-0002", &longer, Some(&answer));
    assert_eq!(refused.status, 422, "ten years at most");
    let until = json!("2030-01-01");
    longer["until"] = until;
    let other = send(&bank, &anna, &path, "helper-0002", &longer, Some(&answer));
    assert_eq!(other.problem(), "other_payment", "what was signed is this, without an end");
    let done = send(&bank, &anna, &path, "helper-0002", &order, Some(&answer));
    assert_eq!(done.status, 201, "{:?}", done.json());
    assert_eq!(bank.get(&path, &anna.cookie).json()["items"][0]["name"], "Mei Lin");
    // She sees the account, its payments and whose it is, and nothing else.
    for seen in ["", "/balance", "/payments", "/owners"] {
        let came = bank.get(&format!("/accounts/{}{seen}", account(1)), &mei.cookie);
        assert_eq!(came.status, 200, "{seen}: {:?}", came.json());
    }
    for hidden in ["/limits", "/helpers", "/orders", "/holds"] {
        let came = bank.get(&format!("/accounts/{}{hidden}", account(1)), &mei.cookie);
        assert_eq!(came.status, 403, "{hidden}");
    }
    let mut theft = crate::house::order();
    theft["amount"] = json!("1.00");
    let tried = send(&bank, &mei, "/payments", "helper-0003", &theft, None);
    assert_eq!(tried.problem(), "forbidden");
    // Nobody who helps lets others help, nor ends another's help.
    assert_eq!(send(&bank, &mei, &path, "helper-0004", &order, None).status, 403);
    let second = registered(&bank, &tom, "helper-0007", "Lu Han", "1975-02-03");
    let lu = bank.person("lu", &[Role::Helper], Some(second));
    let word = bank.get("/me/help-word", &lu.cookie).json();
    let order = json!({ "party": party(second), "word": word["word"] });
    let asked = send(&bank, &anna, &path, "helper-0008", &order, None);
    let answer = Bank::signed(&mut anna, &asked);
    assert_eq!(send(&bank, &anna, &path, "helper-0008", &order, Some(&answer)).status, 201);
    for other in [ANNA, second] {
        let end = format!("{path}/{}/end", party(other));
        assert_eq!(send(&bank, &mei, &end, "helper-0005", &json!({}), None).status, 404);
    }
    assert_eq!(bank.get(&path, &anna.cookie).json()["items"].as_array().unwrap().len(), 2);
    // Whose an account is, its people see by name; the counter by number, and reads the customer for a name.
    let owners = format!("/accounts/{}/owners", account(1));
    let opened = json!({ "currency": "CNY", "code": 20111, "owners": [party(number)] });
    let opened = send(&bank, &tom, "/accounts", "helper-0009", &opened, None);
    assert_eq!(opened.status, 201, "{:?}", opened.json());
    let of_mei = format!("/accounts/{}/owners", opened.json()["id"].as_str().unwrap());
    let seen = bank.get(&of_mei, &tom.cookie).json()["items"].clone();
    assert_eq!((&seen[0]["party"], &seen[0]["name"]), (&json!(party(number)), &Value::Null));
    let herself = bank.person("mei.lin", &[Role::Customer], Some(number));
    assert_eq!(bank.get(&of_mei, &herself.cookie).json()["items"][0]["name"], "Mei Lin");
    assert_eq!(bank.get(&owners, &mei.cookie).json()["items"][0]["party"], json!(party(ANNA)));
    let end = format!("{path}/{}/end", party(number));
    assert_eq!(send(&bank, &anna, &end, "helper-0006", &json!({}), None).status, 204);
    assert_eq!(bank.get(&format!("/accounts/{}", account(1)), &mei.cookie).status, 404);
    let left = bank.get(&path, &anna.cookie).json()["items"].clone();
    assert_eq!((left.as_array().unwrap().len(), &left[0]["name"]), (1, &json!("Lu Han")));
}

#[test]
fn a_customers_looser_limit_waits_and_the_banks_does_not() {
    let bank = Bank::new("cooling");
    let mut anna = bank.person("anna", &[Role::Customer], Some(ANNA));
    let ola = bank.person("ola", &[Role::Operations], None);
    let path = format!("/accounts/{}/limits", account(1));
    let answered = |who: &Person, body: &Value, answer: Option<&Value>| {
        let cookie = format!("__Host-session={}", who.cookie);
        let answer = answer.map(|answer| text_of(answer.to_string().as_bytes()));
        let mut headers =
            vec![("cookie", &*cookie), ("origin", crate::house::ORIGIN), ("if-match", "*")];
        headers.extend(answer.as_deref().map(|answer| ("step-up", answer)));
        bank.send("PUT", &path, &headers, body)
    };
    let set = |who: &Person, body: &Value| answered(who, body, None);
    let yuan = |amount: &str| json!({ "amount": amount, "currency": "CNY" });
    let first = set(
        &anna,
        &json!({ "per_payment": yuan("500.00"), "per_day": null, "cooling_off_hours": 24 }),
    );
    assert_eq!(first.status, 200, "{:?}", first.json());
    assert_eq!(first.json()["cooling_off_hours"], 24);
    assert_eq!(first.json()["later"], Value::Null);
    // That more may leave is signed, for exactly these limits; so is that it may leave sooner.
    let wanted = json!({ "per_payment": yuan("900.00"), "per_day": null, "cooling_off_hours": 0 });
    let asked = set(&anna, &wanted);
    assert_eq!((asked.status, asked.problem().as_str()), (403, "must_sign"));
    let sooner = json!({ "per_payment": yuan("500.00"), "per_day": null, "cooling_off_hours": 23 });
    assert_eq!(set(&anna, &sooner).problem(), "must_sign");
    let without = json!({ "per_payment": null, "per_day": null });
    assert_eq!(set(&anna, &without).problem(), "must_sign", "no limit is the loosest");
    let answer = Bank::signed(&mut anna, &asked);
    let much = json!({ "per_payment": yuan("9000.00"), "per_day": null, "cooling_off_hours": 0 });
    assert_ne!(answered(&anna, &much, Some(&answer)).status, 200, "another limit was signed");
    let asked = set(&anna, &wanted);
    let answer = Bank::signed(&mut anna, &asked);
    let looser = answered(&anna, &wanted, Some(&answer)).json();
    assert_eq!(looser["per_payment"]["amount"], "500.00", "it waits");
    assert_eq!(looser["cooling_off_hours"], 24, "and so does a shorter wait");
    assert_eq!(looser["later"]["per_payment"]["amount"], "900.00");
    assert!(looser["later"]["from"].as_str().unwrap().ends_with('Z'));
    let shown = bank.get(&format!("/accounts/{}", account(1)), &anna.cookie).json();
    assert_eq!(shown["limits"], looser);
    let kept = set(&anna, &json!({ "per_payment": yuan("500.00"), "per_day": null })).json();
    assert_eq!((&kept["later"], &kept["cooling_off_hours"]), (&Value::Null, &json!(24)));
    let wrong =
        set(&anna, &json!({ "per_payment": null, "per_day": null, "cooling_off_hours": 73 }));
    assert_eq!(wrong.json()["errors"][0]["pointer"], "/cooling_off_hours");
    // The bank's own people set limits at once, and leave the wait alone.
    let wrong = set(&ola, &json!({ "per_payment": null, "per_day": null, "cooling_off_hours": 1 }));
    assert_eq!(wrong.status, 422);
    let bank_set = set(&ola, &json!({ "per_payment": null, "per_day": yuan("700.00") })).json();
    assert_eq!(bank_set["per_payment"], Value::Null);
    assert_eq!((&bank_set["later"], &bank_set["cooling_off_hours"]), (&Value::Null, &json!(24)));
}

#[test]
fn a_payee_is_signed_once_seen_by_its_customer_alone_and_forgotten_with_them() {
    let bank = Bank::new("payees");
    let tom = bank.person("tom", &[Role::Teller], None);
    let officer = bank.person("dora", &[Role::DataOfficer], None);
    let number = registered(&bank, &tom, "payee-0001", "Anna Two", "1950-02-03");
    let mut anna = bank.person("anna", &[Role::Customer], Some(number));
    let bert = bank.person("bert", &[Role::Customer], Some(8));
    let path = format!("/parties/{}/payees", party(number));
    let order = json!({ "name": "Rent", "account": account(2) });
    let keep = |who: &Person, key: &str, order: &Value, answer: Option<&Value>| {
        send(&bank, who, &path, key, order, answer)
    };
    let asked = keep(&anna, "payee-0002", &order, None);
    assert_eq!(asked.problem(), "must_sign");
    let answer = Bank::signed(&mut anna, &asked);
    let other =
        keep(&anna, "payee-0002", &json!({ "name": "Rent", "account": account(9) }), Some(&answer));
    assert_eq!(other.problem(), "other_payment", "the account was signed");
    let other =
        keep(&anna, "payee-0002", &json!({ "name": "Son", "account": account(2) }), Some(&answer));
    assert_eq!(other.problem(), "other_payment", "and the name");
    let kept = keep(&anna, "payee-0002", &order, Some(&answer));
    assert_eq!(kept.status, 201, "{:?}", kept.json());
    let again = keep(&anna, "payee-0002", &order, None);
    assert_eq!((again.status, again.header("idempotent-replayed")), (201, Some("true")));
    assert_eq!(
        keep(&anna, "payee-0002", &json!({ "name": "Son", "account": account(2) }), None).problem(),
        "key_reused"
    );
    assert_eq!(keep(&anna, "payee-0003", &order, None).json()["errors"][0]["pointer"], "/account");
    for wrong in ["", "\u{7}", &"x".repeat(65)] {
        let order = json!({ "name": wrong, "account": account(9) });
        assert_eq!(keep(&anna, "payee-0004", &order, None).json()["errors"][0]["pointer"], "/name");
    }
    let items = bank.get(&path, &anna.cookie).json()["items"].clone();
    assert_eq!((items.as_array().unwrap().len(), &items[0]["name"]), (1, &json!("Rent")));
    // Nobody else sees or keeps it, and a customer not theirs is not there.
    assert_eq!(bank.get(&path, &bert.cookie).status, 404);
    assert_eq!(keep(&bert, "payee-0005", &order, None).status, 404);
    assert_eq!(bank.get(&path, &tom.cookie).status, 403);
    let end = format!("{path}/{}/end", items[0]["id"].as_str().unwrap());
    assert_eq!(send(&bank, &bert, &end, "payee-0006", &json!({}), None).status, 404);
    assert_eq!(send(&bank, &anna, &end, "payee-0007", &json!({}), None).status, 204);
    assert_eq!(send(&bank, &anna, &end, "payee-0008", &json!({}), None).status, 404);
    assert_eq!(keep(&anna, "payee-0002", &order, None).problem(), "key_reused", "a key keeps once");
    // Erased with the customer.
    let asked = keep(&anna, "payee-0009", &order, None);
    let answer = Bank::signed(&mut anna, &asked);
    assert_eq!(keep(&anna, "payee-0009", &order, Some(&answer)).status, 201);
    let erase = format!("/parties/{}/erase", party(number));
    assert_eq!(
        send(&bank, &officer, &erase, "payee-0010", &json!({ "reason": "asked for" }), None).status,
        200
    );
    assert_eq!(bank.get(&path, &anna.cookie).json()["items"], json!([]));
}

#[test]
fn a_complaint_is_answered_by_its_day_and_once_more_by_somebody_else() {
    let bank = Bank::new("complaints");
    let anna = bank.person("anna", &[Role::Customer], Some(ANNA));
    let bert = bank.person("bert", &[Role::Customer], Some(8));
    let ola = bank.person("ola", &[Role::Operations], None);
    let max = bank.person("max", &[Role::Operations], None);
    let file =
        |who: &Person, key: &str, body: &Value| send(&bank, who, "/complaints", key, body, None);
    let order = json!({ "text": "The fee was taken twice.", "account": account(1) });
    let filed = file(&anna, "complain-1", &order);
    assert_eq!(filed.status, 201, "{:?}", filed.json());
    let complaint = filed.json();
    assert_eq!((&complaint["status"], &complaint["waits"]), (&json!("open"), &json!(true)));
    assert_eq!(file(&anna, "complain-1", &order).header("idempotent-replayed"), Some("true"));
    let other = json!({ "text": "Something else.", "account": account(1) });
    assert_eq!(file(&anna, "complain-1", &other).problem(), "key_reused");
    // About nothing of another's.
    let theirs = json!({ "text": "x", "account": account(2) });
    assert_eq!(file(&anna, "complain-2", &theirs).json()["errors"][0]["pointer"], "/account");
    let unseen = json!({ "text": "x", "payment": account(77).replace("acc_", "pay_") });
    assert_eq!(file(&anna, "complain-5", &unseen).json()["errors"][0]["pointer"], "/payment");
    let empty = file(&anna, "complain-3", &json!({ "text": "  " }));
    assert_eq!(empty.json()["errors"][0]["pointer"], "/text");
    assert_eq!(file(&ola, "complain-4", &order).status, 403);
    let path = format!("/complaints/{}", complaint["id"].as_str().unwrap());
    let whole = bank.get(&path, &anna.cookie).json();
    assert_eq!(whole["steps"][0]["text"], "The fee was taken twice.");
    assert_eq!(bank.get(&path, &bert.cookie).status, 404);
    assert_eq!(bank.get("/complaints", &bert.cookie).json()["items"], json!([]));
    assert_eq!(bank.get("/complaints", &ola.cookie).json()["items"][0]["id"], complaint["id"]);
    let act = |who: &Person, act: &str, body: &Value| {
        send(&bank, who, &format!("{path}/{act}"), "unused-key", body, None)
    };
    let words = json!({ "text": "We gave it back." });
    assert_eq!(act(&anna, "answer", &words).status, 403, "a customer answers nothing");
    assert_eq!(act(&ola, "raise", &words).status, 403, "and nobody speaks for them");
    assert_eq!(act(&bert, "withdraw", &json!({})).status, 404);
    assert_eq!(act(&anna, "raise", &words).problem(), "complaint_not_answered");
    let longer = act(&ola, "extend", &json!({ "text": "We ask the shop.", "days": 5 }));
    assert_eq!(longer.json()["extended"], true);
    assert!(longer.json()["due"].as_str() > complaint["due"].as_str());
    assert_eq!(
        act(&ola, "extend", &json!({ "text": "x", "days": 5 })).problem(),
        "complaint_extended"
    );
    assert_eq!(act(&ola, "answer", &words).json()["status"], "answered");
    assert_eq!(bank.get("/complaints", &ola.cookie).json()["items"], json!([]));
    let raised = act(&anna, "raise", &json!({ "text": "Only half of it." })).json();
    assert_eq!((&raised["status"], &raised["waits"]), (&json!("raised"), &json!(true)));
    assert_eq!(act(&ola, "answer", &words).problem(), "needs_other_eyes");
    assert_eq!(act(&max, "answer", &words).json()["status"], "closed");
    assert_eq!(act(&anna, "raise", &words).problem(), "complaint_not_answered", "once");
    let whole = bank.get(&path, &anna.cookie).json();
    let steps: Vec<&str> = whole["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["step"].as_str().unwrap())
        .collect();
    assert_eq!(steps, ["file", "extend", "answer", "raise", "answer"]);
}

#[test]
fn a_teller_finds_by_the_beginning_of_a_name_and_nobody_else_does() {
    let bank = Bank::new("finding");
    let tom = bank.person("tom", &[Role::Teller], None);
    let anna = bank.person("anna", &[Role::Customer], Some(ANNA));
    for (at, (name, born)) in
        [("Wang Fang", "1950-01-01"), ("Wang Fangfang", "1980-01-01"), ("Li Wang", "1990-01-01")]
            .into_iter()
            .enumerate()
    {
        registered(&bank, &tom, &format!("find-{at:04}"), name, born);
    }
    let find = |typed: &str| bank.get(&format!("/parties?name={typed}"), &tom.cookie).json();
    let names = |found: &Value| -> Vec<String> {
        let items = found["items"].as_array().unwrap().iter();
        items.map(|item| item["name"].as_str().unwrap().to_owned()).collect()
    };
    let found = find("wang");
    assert_eq!(names(&found), ["Wang Fang", "Wang Fangfang", "Li Wang"]);
    assert_eq!(found["items"][0]["born"], "1950");
    assert_eq!(found["items"][0]["document_end"], "0010");
    assert_eq!(names(&find("wang%20fang")), ["Wang Fang", "Wang Fangfang"]);
    assert_eq!(names(&find("ang")), Vec::<String>::new());
    // By the whole number of a document, and by no part of it.
    assert!(find("990102195001010010")["items"].as_array().unwrap().len() > 1);
    assert_eq!(names(&find("99010219500101001")), Vec::<String>::new());
    assert_eq!(find("w")["errors"][0]["pointer"], "?name");
    assert_eq!(bank.get("/parties?name=wang", &anna.cookie).status, 403);
}
