//! People at the API: they come in, pay, are administered, and are shut out. What another site or an old cookie tries, fails.

use crate::batches::results;
use crate::device::Device;
use crate::house::{Came, House, ORIGIN, Trying, account, order};
use crate::messages::file;
use crate::secret::{code, hash, text_of};
use access::{Access, NewUser, Role};
use api::bank::ApiLimits;
use api::identity::now_s;
use api::proxies::Proxies;
use axum::body::Body;
use serde_json::{Value, json};
use std::sync::Arc;
use terms::PartyId;

const PASSWORD: &str = "a long walk by the river";

/// A bank and its identities.
pub struct Bank {
    pub house: House,
    access: Arc<Access>,
}

/// Somebody with a passkey and a session.
pub struct Person {
    device: Device,
    pub cookie: String,
}

/// The session in what came back.
fn cookie_of(came: &Came) -> String {
    let set = came.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    let session = set.into_iter().find(|cookie| cookie.starts_with("__Host-session=")).unwrap();
    for part in ["; Secure", "; HttpOnly", "; SameSite=Strict", "; Path=/"] {
        assert!(session.contains(part), "{session}");
    }
    session.split(['=', ';']).nth(1).unwrap().to_owned()
}

impl Bank {
    pub fn new(name: &str) -> Bank {
        let (house, access) = House::with_people(name);
        Bank { house, access }
    }

    /// Sends with a cookie and these headers.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Came {
        let mut request = self.house.request(method, &format!("/api/v1{path}"), "");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if method != "GET" {
            request = request.header("content-type", "application/json");
        }
        let body = if method != "GET" { Body::from(body.to_string()) } else { Body::empty() };
        self.house.send(request.body(body).unwrap())
    }

    /// As a page of ours does.
    pub fn post(&self, path: &str, cookie: &str, body: &Value) -> Came {
        let cookie = format!("__Host-session={cookie}");
        self.send("POST", path, &[("cookie", &cookie), ("origin", ORIGIN)], body)
    }

    pub fn get(&self, path: &str, cookie: &str) -> Came {
        self.send("GET", path, &[("cookie", &format!("__Host-session={cookie}"))], &Value::Null)
    }

    /// Pays as a page of ours does, with an answer to a challenge if there is one.
    pub fn pay(&self, cookie: &str, key: &str, order: &Value, answer: Option<&Value>) -> Came {
        let cookie = format!("__Host-session={cookie}");
        let mut headers = vec![("cookie", &*cookie), ("origin", ORIGIN), ("idempotency-key", key)];
        let answer = answer.map(|answer| text_of(answer.to_string().as_bytes()));
        if let Some(answer) = &answer {
            headers.push(("step-up", answer.as_str()));
        }
        self.send("POST", "/payments", &headers, order)
    }

    /// Uploads payments as a page of ours does.
    fn upload(&self, cookie: &str, key: &str, upload: &Upload, answer: Option<&Value>) -> Came {
        let request = self.house.request("POST", "/api/v1/payments/batch", "");
        let mut request = request
            .header("cookie", format!("__Host-session={cookie}"))
            .header("origin", ORIGIN)
            .header("idempotency-key", key)
            .header("content-type", upload.kind);
        if let Some(answer) = answer {
            request = request.header("step-up", text_of(answer.to_string().as_bytes()));
        }
        self.house.send(request.body(Body::from(upload.body.clone())).unwrap())
    }

    /// What an account has, booked, as somebody of the staff sees it.
    fn booked(&self, staff: &Person, id: u128) -> String {
        let came = self.get(&format!("/accounts/{}/balance", account(id)), &staff.cookie);
        came.json()["booked"]["amount"].as_str().unwrap().to_owned()
    }

    /// A link for a new user.
    fn link(&self, name: &str, roles: &[Role], party: Option<u128>) -> String {
        let party = party.map(PartyId);
        let new = NewUser { name, roles, party, institution: None };
        self.access.user_add(&self.access.console(), &new, now_s()).unwrap().token
    }

    /// Uses a link with a new passkey.
    pub fn enter(&self, link: &str) -> Person {
        let begun = self.post("/links/passkey/begin", "", &json!({ "token": link })).json();
        let mut device = Device::new(ORIGIN, 1).named(&hash(link.as_bytes()));
        let answer: Value =
            serde_json::from_str(&device.create(&begun["options"].to_string())).unwrap();
        let body = json!({ "token": link, "id": begun["id"], "answer": answer, "label": "phone" });
        let came = self.post("/links/passkey", "", &body);
        assert_eq!(came.status, 200, "{:?}", came.json());
        Person { device, cookie: cookie_of(&came) }
    }

    pub fn person(&self, name: &str, roles: &[Role], party: Option<u128>) -> Person {
        self.enter(&self.link(name, roles, party))
    }

    /// Signs in with the passkey; `cookie` comes along.
    fn sign_in(&self, person: &mut Person, cookie: &str) -> Came {
        let begun = self.post("/sign-in/passkey/begin", "", &json!({})).json();
        let answer: Value =
            serde_json::from_str(&person.device.get(&begun["options"].to_string())).unwrap();
        self.post("/sign-in/passkey", cookie, &json!({ "id": begun["id"], "answer": answer }))
    }

    /// Answers the challenge of a payment.
    pub fn signed(person: &mut Person, asked: &Came) -> Value {
        let challenge = &asked.json()["challenge"];
        assert_eq!(challenge["answer_with"], "passkey");
        let passkey: Value =
            serde_json::from_str(&person.device.get(&challenge["options"].to_string())).unwrap();
        json!({ "id": challenge["id"], "passkey": passkey })
    }
}

/// An upload from account 1.
struct Upload {
    kind: &'static str,
    body: String,
}

impl Upload {
    /// As lines of JSON.
    fn lines(payments: &[(u128, &str, &str)]) -> Upload {
        let line = |(to, amount, currency): &(u128, &str, &str)| {
            let (from, to) = (account(1), account(*to));
            json!({ "from": from, "to": to, "amount": amount, "currency": currency }).to_string()
        };
        let lines: Vec<String> = payments.iter().map(line).collect();
        Upload { kind: "application/x-ndjson", body: lines.join("\n") }
    }
}

/// A payment of so much from account 1.
pub fn paying(amount: &str) -> Value {
    let mut one = order();
    one["amount"] = json!(amount);
    one
}

#[test]
fn a_link_lets_in_once_with_a_password_and_a_code() {
    let bank = Bank::new("password");
    let link = bank.access.first_administrator("chief", now_s()).unwrap().unwrap();
    let token = json!({ "token": link.token });
    assert_eq!(bank.post("/links/look", "", &token).json()["user"], "chief");
    let weak = json!({ "token": link.token, "password": "short" });
    let refused = bank.post("/links/password/begin", "", &weak);
    assert_eq!(
        (refused.status, refused.json()["errors"][0]["pointer"].clone()),
        (422, json!("/password"))
    );
    let begin = json!({ "token": link.token, "password": PASSWORD });
    let offer = bank.post("/links/password/begin", "", &begin).json();
    let secret = offer["secret"].as_str().unwrap();
    let wrong = bank.post("/links/password", "", &json!({ "token": link.token, "code": "000000" }));
    assert_eq!((wrong.status, wrong.problem().as_str()), (401, "wrong"));
    let first = json!({ "token": link.token, "code": code(secret, 0) });
    let came = bank.post("/links/password", "", &first);
    assert_eq!((came.status, came.json()["id"].clone()), (200, json!("user:chief")));
    assert_eq!(came.json()["roles"], json!(["administrator"]));
    for path in ["/links/look", "/links/passkey/begin"] {
        assert_eq!(bank.post(path, "", &token).problem(), "wrong", "the link was used: {path}");
    }
    let sign_in = |password: &str, code: &str| {
        let body = json!({ "name": "chief", "password": password, "code": code });
        bank.post("/sign-in/password", "", &body)
    };
    assert_eq!(sign_in(PASSWORD, &code(secret, 0)).problem(), "wrong", "a code counts once");
    assert_eq!(sign_in(PASSWORD, "123456").problem(), "wrong");
    assert_eq!(sign_in("another long walk here", &code(secret, 1)).problem(), "wrong");
    assert_eq!(sign_in(PASSWORD, &code(secret, 1)).status, 200);
}

#[test]
fn a_session_begins_anew_with_each_sign_in_and_ends_with_signing_out() {
    let bank = Bank::new("sessions");
    let mut anna = bank.person("anna", &[Role::Analyst], None);
    let planted = anna.cookie.clone();
    let came = bank.sign_in(&mut anna, &planted);
    let fresh = cookie_of(&came);
    assert_ne!(fresh, planted);
    assert_eq!(
        bank.get("/me", &planted).problem(),
        "no_session",
        "the cookie that came along ended"
    );
    assert_eq!(bank.get("/me", &fresh).json()["id"], "user:anna");
    let other = cookie_of(&bank.sign_in(&mut anna, ""));
    let sessions = bank.get("/me/sessions", &fresh).json();
    assert_eq!(sessions["sessions"].as_array().unwrap().len(), 2);
    let id = bank.get("/me", &other).json()["session"].as_str().unwrap().to_owned();
    assert_eq!(bank.post(&format!("/me/sessions/{id}/end"), &fresh, &json!({})).status, 204);
    assert_eq!(bank.get("/me", &other).status, 401);
    let bert = bank.person("bert", &[Role::Teller], None);
    let theirs = bank.get("/me", &fresh).json()["session"].as_str().unwrap().to_owned();
    let stolen = bank.post(&format!("/me/sessions/{theirs}/end"), &bert.cookie, &json!({}));
    assert_eq!(stolen.status, 404, "another's session is not there");
    let out = bank.post("/me/sign-out", &fresh, &json!({}));
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(bank.get("/me", &fresh).problem(), "no_session");
}

#[test]
fn behind_a_trusted_proxy_a_session_has_the_address_of_its_client() {
    let [trusted, untrusted] = [vec!["127.0.0.1".to_owned()], Vec::new()].map(|proxies| {
        let limits = ApiLimits { proxies: proxies.try_into().unwrap(), ..ApiLimits::default() };
        let name = format!("proxy-{}", limits.proxies == Proxies::default());
        let (house, access) =
            House::with_people_trying(&name, Trying { limits, ..Trying::default() });
        Bank { house, access }
    });
    for (bank, wanted) in [(trusted, "203.0.113.9"), (untrusted, "127.0.0.1")] {
        let mut anna = bank.person("anna", &[Role::Analyst], None);
        let begun = bank.post("/sign-in/passkey/begin", "", &json!({})).json();
        let answer: Value =
            serde_json::from_str(&anna.device.get(&begun["options"].to_string())).unwrap();
        // What stands before the address that the proxy added is what the client said.
        let headers = [("origin", ORIGIN), ("x-forwarded-for", "192.0.2.7, 203.0.113.9")];
        let body = json!({ "id": begun["id"], "answer": answer });
        let came = bank.send("POST", "/sign-in/passkey", &headers, &body);
        let sessions = bank.get("/me/sessions", &cookie_of(&came)).json();
        let sessions = sessions["sessions"].as_array().unwrap();
        let addresses: Vec<&Value> = sessions.iter().map(|session| &session["address"]).collect();
        assert_eq!(addresses.len(), 2, "of the link, and of this sign-in");
        let others = addresses.iter().filter(|address| **address != "127.0.0.1").count();
        assert_eq!(others, usize::from(wanted != "127.0.0.1"), "{addresses:?}");
        assert!(addresses.contains(&&json!(wanted)), "{addresses:?}");
    }
}

#[test]
fn a_cookie_writes_nothing_for_another_site() {
    let bank = Bank::new("csrf");
    let anna = bank.person("anna", &[Role::Analyst], None);
    let cookie = format!("__Host-session={}", anna.cookie);
    let out = |headers: &[(&str, &str)]| {
        let all = [&[("cookie", &*cookie)][..], headers].concat();
        bank.send("POST", "/me/sign-out", &all, &json!({}))
    };
    for headers in [
        &[][..],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", ORIGIN), ("origin", "https://evil.example")],
        &[("origin", ORIGIN), ("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
    ] {
        let came = out(headers);
        assert_eq!((came.status, came.problem().as_str()), (403, "other_origin"), "{headers:?}");
    }
    let form = bank.house.request("POST", "/api/v1/me/sign-out", "").header("cookie", &cookie);
    let form = form.header("origin", ORIGIN).header("content-type", "text/plain");
    assert_eq!(bank.house.send(form.body(Body::from("{}")).unwrap()).problem(), "wrong_type");
    let begin = bank.send(
        "POST",
        "/sign-in/passkey/begin",
        &[("origin", "https://evil.example")],
        &json!({}),
    );
    assert_eq!(begin.problem(), "other_origin", "nobody is signed in from another site");
    assert_eq!(bank.get("/me", &anna.cookie).status, 200);
    assert_eq!(out(&[("sec-fetch-site", "same-origin")]).status, 204);
}

#[test]
fn a_role_that_was_taken_is_gone_with_the_next_request() {
    let bank = Bank::new("roles");
    let admin = bank.person("chief", &[Role::Administrator], None);
    let anna = bank.person("anna", &[Role::Operations], None);
    let balance = format!("/accounts/{}/balance", account(1));
    assert_eq!(bank.get(&balance, &anna.cookie).status, 200);
    assert_eq!(
        bank.get(&balance, &admin.cookie).problem(),
        "forbidden",
        "administrators see no customer"
    );
    assert_eq!(bank.get("/users", &anna.cookie).problem(), "forbidden");
    let take = bank.post("/users/anna/roles/operations/take", &admin.cookie, &json!({}));
    assert_eq!(take.status, 204);
    assert_eq!(bank.get(&balance, &anna.cookie).problem(), "forbidden");
    assert_eq!(bank.post("/users/anna/disable", &admin.cookie, &json!({})).status, 204);
    assert_eq!(bank.get("/me", &anna.cookie).status, 401);
    let mut anna = anna;
    assert_eq!(bank.sign_in(&mut anna, "").problem(), "disabled");
    let own = bank.post("/users/chief/roles/administrator/take", &admin.cookie, &json!({}));
    assert_eq!((own.status, own.problem().as_str()), (409, "conflict"));
}

#[test]
fn what_takes_two_persons_waits_for_the_second() {
    let bank = Bank::new("approvals");
    let one = bank.person("one", &[Role::Administrator], None);
    let two = bank.person("two", &[Role::Administrator], None);
    let added = bank.post("/users", &one.cookie, &json!({ "name": "tom", "roles": ["teller"] }));
    assert_eq!(added.status, 201);
    let tom = bank.enter(added.json()["token"].as_str().unwrap());
    assert_eq!(bank.get("/me", &tom.cookie).json()["roles"], json!([]));
    let waiting = bank.get("/approvals", &two.cookie).json();
    assert_eq!(
        (waiting["approvals"][0]["role"].clone(), waiting["approvals"][0]["by"].clone()),
        (json!("teller"), json!("user:one"))
    );
    let id = &waiting["approvals"][0]["id"];
    let approve = |cookie: &str| bank.post(&format!("/approvals/{id}/approve"), cookie, &json!({}));
    assert_eq!(approve(&one.cookie).status, 409, "not whoever asked");
    assert_eq!(approve(&tom.cookie).problem(), "not_allowed");
    assert_eq!(approve(&two.cookie).json()["kind"], "role");
    assert_eq!(bank.get("/me", &tom.cookie).json()["roles"], json!(["teller"]));
    let exists = bank.post("/users", &one.cookie, &json!({ "name": "tom" }));
    assert_eq!((exists.status, exists.problem().as_str()), (409, "exists"));
    let emergency = json!({ "reason": "the vault is on fire", "minutes": 5 });
    let asked = bank.post("/emergency", &tom.cookie, &emergency).json();
    let approve = format!("/approvals/{}/approve", asked["approval"]);
    assert_eq!(bank.post(&approve, &one.cookie, &json!({})).status, 200);
    assert!(bank.get("/me", &tom.cookie).json()["roles"].to_string().contains("break_glass"));
    assert_eq!(bank.post("/users/tom/emergency/end", &tom.cookie, &json!({})).status, 204);
    assert_eq!(bank.get("/me", &tom.cookie).json()["roles"], json!(["teller"]));
}

#[test]
fn programs_are_administered_by_people() {
    let bank = Bank::new("programs");
    let admin = bank.person("chief", &[Role::Administrator], None);
    let certificate = "ab".repeat(32);
    let order =
        json!({ "client_id": "till", "scopes": ["payments"], "certificates": [certificate] });
    assert_eq!(bank.post("/clients", &admin.cookie, &order).status, 201);
    assert_eq!(bank.post("/clients", &admin.cookie, &order).problem(), "exists");
    let wrong = json!({ "client_id": "b", "scopes": ["payments"], "certificates": ["xy"] });
    assert_eq!(bank.post("/clients", &admin.cookie, &wrong).status, 422);
    let none = json!({ "client_id": "b", "scopes": ["everything"] });
    assert_eq!(bank.post("/clients", &admin.cookie, &none).status, 422);
    assert_eq!(bank.post("/clients/till/disable", &admin.cookie, &json!({})).status, 204);
    let all = bank.get("/clients", &admin.cookie).json();
    assert_eq!(
        (all["clients"][0]["disabled"].clone(), all["clients"][0]["certificates"][0].clone()),
        (json!(true), json!(certificate))
    );
    assert_eq!(bank.post("/clients/nobody/disable", &admin.cookie, &json!({})).status, 404);
    let tom = bank.person("tom", &[Role::Teller], None);
    assert_eq!(bank.post("/clients", &tom.cookie, &order).problem(), "forbidden");
}

#[test]
fn a_large_payment_is_signed_for_its_payee_and_amount_and_once() {
    let bank = Bank::new("signing");
    let staff = bank.person("ola", &[Role::Operations], None);
    let mut gift = paying("9000.00");
    gift["from"] = json!(account(9));
    gift["to"] = json!(account(1));
    assert_eq!(
        bank.pay(&staff.cookie, "gift-00001", &gift, None).status,
        201,
        "staff sign above 10,000.00"
    );
    let mut anna = bank.person("anna", &[Role::Customer], Some(7));
    assert_eq!(bank.pay(&anna.cookie, "small-0001", &paying("1000.00"), None).status, 201);
    let large = paying("1000.01");
    let asked = bank.pay(&anna.cookie, "large-0001", &large, None);
    assert_eq!((asked.status, asked.problem().as_str()), (403, "must_sign"));
    assert_eq!(asked.json()["challenge"]["payee"], json!(account(2)));
    let answer = Bank::signed(&mut anna, &asked);
    let other = bank.pay(&anna.cookie, "large-0001", &paying("1000.02"), Some(&answer));
    assert_eq!((other.status, other.problem().as_str()), (403, "other_payment"));
    let mut elsewhere = large.clone();
    elsewhere["to"] = json!(account(9));
    let other = bank.pay(&anna.cookie, "large-0001", &elsewhere, Some(&answer));
    assert_eq!(other.problem(), "other_payment");
    let paid = bank.pay(&anna.cookie, "large-0001", &large, Some(&answer));
    assert_eq!(paid.status, 201, "{:?}", paid.json());
    let again = bank.pay(&anna.cookie, "large-0001", &large, Some(&answer));
    assert_eq!((again.status, again.header("idempotent-replayed")), (201, Some("true")));
    assert_eq!(again.bytes, paid.bytes);
    let second = bank.pay(&anna.cookie, "large-0002", &large, Some(&answer));
    assert_eq!(
        (second.status, second.problem().as_str()),
        (401, "again"),
        "one signature, one payment"
    );
    // Signing opens no account that is another's.
    let mut theft = paying("2000.00");
    theft["from"] = json!(account(2));
    theft["to"] = json!(account(1));
    let asked = bank.pay(&anna.cookie, "theft-0001", &theft, None);
    let answer = Bank::signed(&mut anna, &asked);
    assert_eq!(bank.pay(&anna.cookie, "theft-0001", &theft, Some(&answer)).problem(), "forbidden");
    for wrong in [json!({}), json!({ "id": "x", "code": "123456", "passkey": {} }), json!(1)] {
        assert_eq!(
            bank.pay(&anna.cookie, "large-0003", &large, Some(&wrong)).status,
            422,
            "{wrong}"
        );
    }
}

#[test]
fn an_upload_of_a_customer_is_signed_for_its_bytes_and_what_they_add_up_to_and_once() {
    let bank = Bank::new("signed-upload");
    let staff = bank.person("ola", &[Role::Operations], None);
    let mut gift = paying("9000.00");
    (gift["from"], gift["to"]) = (json!(account(9)), json!(account(1)));
    assert_eq!(bank.pay(&staff.cookie, "gift-00001", &gift, None).status, 201);
    let mut anna = bank.person("anna", &[Role::Customer], Some(7));
    let small = Upload::lines(&[(2, "500.00", "CNY"), (9, "500.00", "CNY"), (9, "1000.00", "EUR")]);
    let (lines, summary) = results(&bank.upload(&anna.cookie, "upload-001", &small, None));
    assert_eq!((summary["posted"].clone(), summary["refused"].clone()), (json!(2), json!(1)));
    assert_eq!(lines[2]["code"], "transfer_must_have_the_same_ledger_as_accounts");

    let wages = Upload::lines(&[(2, "600.00", "CNY"), (9, "400.01", "CNY"), (9, "1.00", "EUR")]);
    let asked = bank.upload(&anna.cookie, "upload-002", &wages, None);
    assert_eq!((asked.status, asked.problem().as_str()), (403, "must_sign"));
    let challenge = &asked.json()["challenge"];
    assert_eq!(challenge["payments"], 3);
    let totals = json!([{ "amount": "1000.01", "currency": "CNY" }, { "amount": "1.00", "currency": "EUR" }]);
    assert_eq!(challenge["totals"], totals);
    let sha256 = hash(wages.body.as_bytes());
    assert_eq!(challenge["sha256"], json!(api::wire::hex(&sha256)));
    assert_eq!(bank.booked(&staff, 2), "500.00", "nothing is done before it is signed");

    let answer = Bank::signed(&mut anna, &asked);
    // Other payees with the same sums, other sums, the same in other letters: each is another upload.
    let elsewhere =
        Upload::lines(&[(9, "600.00", "CNY"), (2, "400.01", "CNY"), (9, "1.00", "EUR")]);
    let more = Upload::lines(&[(2, "600.00", "CNY"), (9, "400.02", "CNY"), (9, "1.00", "EUR")]);
    let padded = Upload { kind: wages.kind, body: format!("{}\n", wages.body) };
    for other in [&elsewhere, &more, &padded] {
        let came = bank.upload(&anna.cookie, "upload-002", other, Some(&answer));
        assert_eq!(
            (came.status, came.problem().as_str()),
            (403, "other_payment"),
            "{}",
            other.body
        );
    }
    let one = bank.pay(&anna.cookie, "upload-003", &paying("1000.01"), Some(&answer));
    assert_eq!(one.problem(), "other_payment", "a signature of an upload pays nothing else");
    let (_, summary) = results(&bank.upload(&anna.cookie, "upload-002", &wages, Some(&answer)));
    assert_eq!((summary["posted"].clone(), summary["refused"].clone()), (json!(2), json!(1)));
    let again = bank.upload(&anna.cookie, "upload-004", &wages, Some(&answer));
    assert_eq!(
        (again.status, again.problem().as_str()),
        (401, "again"),
        "one signature, one upload"
    );

    // Sent again it is signed again, and pays nothing again.
    let asked = bank.upload(&anna.cookie, "upload-002", &wages, None);
    let answer = Bank::signed(&mut anna, &asked);
    let (_, summary) = results(&bank.upload(&anna.cookie, "upload-002", &wages, Some(&answer)));
    assert_eq!((summary["replayed"].clone(), summary["posted"].clone()), (json!(2), json!(2)));
    assert_eq!(bank.booked(&staff, 2), "1100.00");
}

#[test]
fn a_file_of_payments_is_signed_by_a_customer_and_told_again_without() {
    let bank = Bank::new("signed-message");
    let staff = bank.person("ola", &[Role::Operations], None);
    let mut gift = paying("9000.00");
    (gift["from"], gift["to"]) = (json!(account(9)), json!(account(1)));
    assert_eq!(bank.pay(&staff.cookie, "gift-00001", &gift, None).status, 201);
    let mut anna = bank.person("anna", &[Role::Customer], Some(7));
    let send = |cookie: &str, body: Vec<u8>, answer: Option<&Value>| {
        let request = bank.house.request("POST", "/api/v1/messages", "");
        let mut request = request
            .header("cookie", format!("__Host-session={cookie}"))
            .header("origin", ORIGIN)
            .header("content-type", "application/xml");
        if let Some(answer) = answer {
            request = request.header("step-up", text_of(answer.to_string().as_bytes()));
        }
        bank.house.send(request.body(Body::from(body)).unwrap())
    };
    let posted = |came: &Came| {
        assert_eq!(came.status, 200, "{:?}", came.json());
        String::from_utf8_lossy(&came.bytes).matches("<TxSts>ACSC<").count()
    };
    assert_eq!(posted(&send(&anna.cookie, file("M1", &[("1", "2", 50_000)]), None)), 1);
    let wages = file("M2", &[("1", "2", 60_000), ("1", "2", 40_001)]);
    let asked = send(&anna.cookie, wages.clone(), None);
    assert_eq!((asked.status, asked.problem().as_str()), (403, "must_sign"));
    let challenge = &asked.json()["challenge"];
    assert_eq!(challenge["payments"], 2);
    assert_eq!(challenge["totals"], json!([{ "amount": "1000.01", "currency": "CNY" }]));
    let answer = Bank::signed(&mut anna, &asked);
    let other = file("M2", &[("1", "2", 40_001), ("1", "2", 60_000)]);
    assert_eq!(send(&anna.cookie, other, Some(&answer)).problem(), "other_payment");
    assert_eq!(bank.booked(&staff, 2), "500.00", "nothing is done before it is signed");
    assert_eq!(posted(&send(&anna.cookie, wages.clone(), Some(&answer))), 2);
    let again = send(&anna.cookie, wages, None);
    assert_eq!((posted(&again), again.header("idempotent-replayed")), (2, Some("true")));
    assert_eq!(bank.booked(&staff, 2), "1500.01");
    let tom = bank.person("tom", &[Role::Teller], None);
    let theirs = send(&tom.cookie, file("M3", &[("1", "2", 1)]), None);
    assert_eq!(theirs.problem(), "forbidden");
}

#[test]
fn an_upload_is_added_up_before_anything_is_done() {
    let bank = Bank::new("added-up");
    let staff = bank.person("ola", &[Role::Operations], None);
    let mut anna = bank.person("anna", &[Role::Customer], Some(7));
    let row =
        |item: &str, amount: &str| format!("{item},{},{},{amount},CNY\n", account(1), account(2));
    let csv = |rows: &[String]| Upload {
        kind: "text/csv",
        body: format!("item,from,to,amount,currency\n{}", rows.concat()),
    };
    // What is no payment does not count: no amount, a name that stands there twice, nothing at all.
    let odd = csv(&[row("a", "20.00"), row("b", "1e9"), row("a", "5000.00"), "c\n".to_owned()]);
    let (_, summary) = results(&bank.upload(&anna.cookie, "upload-001", &odd, None));
    assert_eq!((summary["posted"].clone(), summary["invalid"].clone()), (json!(1), json!(3)));
    // What would be refused counts, and so does what is reserved: it is asked for.
    let large = csv(&[row("a", "999.00"), row("b", "1.01")]);
    let asked = bank.upload(&anna.cookie, "upload-002", &large, None);
    assert_eq!(asked.problem(), "must_sign");
    let answer = Bank::signed(&mut anna, &asked);
    let (_, summary) = results(&bank.upload(&anna.cookie, "upload-002", &large, Some(&answer)));
    assert_eq!((summary["posted"].clone(), summary["refused"].clone()), (json!(1), json!(1)));
    assert_eq!(bank.booked(&staff, 2), "21.01");
    let immense = csv(&[row("a", &"9".repeat(29)), row("b", &"9".repeat(29))]);
    assert_eq!(bank.upload(&anna.cookie, "upload-003", &immense, None).problem(), "must_sign");
    let tom = bank.person("tom", &[Role::Teller], None);
    assert_eq!(bank.upload(&tom.cookie, "upload-004", &odd, None).problem(), "forbidden");
}

#[test]
fn a_pass_opens_the_tables_while_its_session_lasts_and_from_one_address() {
    let bank = Bank::new("pass");
    let anna = bank.person("anna", &[Role::Analyst], None);
    let olga = bank.person("olga", &[Role::DataOfficer], None);
    let pass = |person: &Person| {
        let made = bank.post("/queries/pass", &person.cookie, &json!({}));
        assert_eq!(made.status, 201, "{:?}", made.json());
        made.json()["token"].as_str().unwrap().to_owned()
    };
    let (of_anna, of_olga) = (pass(&anna), pass(&olga));
    let [here, there] = ["192.0.2.1", "192.0.2.2"].map(|address| Some(address.parse().unwrap()));
    let shows = |pass: &str, from| bank.access.shows_pass(pass, from, now_s());
    let (who, personal) = shows(&of_anna, here).unwrap();
    assert_eq!((&*who.id, personal), ("user:anna", false));
    assert!(shows(&of_olga, here).unwrap().1, "a data officer sees personal data");
    assert_eq!(shows(&of_anna, there).unwrap_err().why, access::Why::NotBound);
    assert_eq!(
        shows(&anna.cookie, here).unwrap_err().why,
        access::Why::NoToken,
        "a session is no pass"
    );
    assert_eq!(bank.get("/me", &of_anna).status, 401, "a pass is no session");
    let console = bank.access.console();
    bank.access.role_take(&console, "anna", Role::Analyst, now_s()).unwrap();
    assert_eq!(shows(&of_anna, here).unwrap_err().why, access::Why::NotAllowed);
    assert_eq!(bank.post("/me/sign-out", &olga.cookie, &json!({})).status, 204);
    assert_eq!(shows(&of_olga, here).unwrap_err().why, access::Why::NoSession);
    let tom = bank.person("tom", &[Role::Teller], None);
    assert_eq!(bank.post("/queries/pass", &tom.cookie, &json!({})).problem(), "forbidden");
}

#[test]
fn a_phone_signs_with_the_code_of_its_card_and_changes_no_keys() {
    let bank = Bank::new("phone");
    let staff = bank.person("ola", &[Role::Operations], None);
    let mut gift = paying("9000.00");
    (gift["from"], gift["to"]) = (json!(account(9)), json!(account(1)));
    assert_eq!(bank.pay(&staff.cookie, "gift-00001", &gift, None).status, 201);
    let anna = bank.person("anna", &[Role::Customer], Some(7));
    let mut order = json!({ "number": "+86 138 0013 8007", "pin": "123456", "lang": "zh" });
    let weak = bank.post("/me/phone", &anna.cookie, &order);
    assert_eq!((weak.status, weak.json()["errors"][0]["pointer"].clone()), (422, json!("/pin")));
    order["pin"] = json!("258036");
    assert_eq!(bank.post("/me/phone", &staff.cookie, &order).problem(), "conflict");
    assert_eq!(bank.post("/me/phone", &anna.cookie, &order).status, 204);
    assert_eq!(bank.get("/me/phone", &anna.cookie).json()["number"], "+8613800138007");
    let made = bank.post("/me/card", &anna.cookie, &json!({}));
    assert_eq!(made.status, 201);
    let came = access::Came::default();
    let door = bank.access.phone_sign_in("+8613800138007", "258036", None, &came, now_s());
    let phone = door.unwrap().cookie;
    for path in ["/me/card", "/me/passkeys/begin", "/me/phone/remove", "/me/phone/confirm"] {
        assert_eq!(bank.post(path, &phone, &json!({})).problem(), "not_allowed", "{path}");
    }
    let large = paying("1500.00");
    let elsewhere = bank.pay(&anna.cookie, "large-0000", &large, None).json();
    assert_eq!(elsewhere["challenge"]["answer_with"], "passkey");
    let asked = bank.pay(&phone, "large-0001", &large, None);
    assert_eq!((asked.status, asked.problem().as_str()), (403, "must_sign"));
    let challenge = asked.json()["challenge"].clone();
    assert_eq!(challenge["answer_with"], "card");
    let number = usize::try_from(challenge["card_code"].as_u64().unwrap()).unwrap();
    let codes = made.json()["codes"].as_array().unwrap().clone();
    let answer = |at: usize| json!({ "id": challenge["id"], "code": codes[at % codes.len()] });
    let wrong = bank.pay(&phone, "large-0001", &large, Some(&answer(number)));
    assert_eq!((wrong.status, wrong.problem().as_str()), (401, "wrong"));
    let other = bank.pay(&phone, "large-0002", &paying("1500.01"), Some(&answer(number - 1)));
    assert_eq!(other.problem(), "other_payment");
    assert_eq!(bank.pay(&phone, "large-0001", &large, Some(&answer(number - 1))).status, 201);
    assert_eq!(bank.get("/me/card", &phone).json()["left"], 23);
    assert_eq!(bank.post("/me/card/end", &phone, &json!({})).status, 204);
    let none = bank.pay(&phone, "large-0003", &large, None).json();
    assert_eq!(none["challenge"]["answer_with"], "card");
    assert_eq!(none["challenge"]["card_code"], Value::Null, "there is no card that could sign");
}
