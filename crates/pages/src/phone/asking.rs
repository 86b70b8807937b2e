//! What a dialogue asks of the bank, asked of the open API in the name of who is on the phone, as pages do: the same policies, notes,
//! keys and signatures. Only signing in is asked of `access` itself: the gateway has shown at the door that it may say numbers.

use super::dialogue::{Answer, Asks, Told};
use super::facts::{Account, Became, Later, Line, Look, Money, Paying, Quote, Stopped, Wish, day};
use crate::ask::Asker;
use crate::figures;
use crate::house::House;
use crate::trouble::Trouble;
use crate::words::{Lang, Words};
use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// Lines, looks and payees that are told.
const LINES: usize = 8;
const PAYEES_MAX: usize = 5;
/// Cases that are told of one kind.
const CASES: usize = 5;
/// Letters of a name of somebody of the bank.
const NAME_LETTERS: usize = 20;

/// The bank, for who is on the phone.
pub struct Asking<'a> {
    /// The house.
    pub house: &'a House,
    /// In the name of who signed in.
    pub ask: &'a Asker,
    /// The language of the dialogue.
    pub words: Words,
}

impl Asking<'_> {
    /// Asks, and tells what was said. Never fails: what went wrong is told, too.
    pub async fn answer(&self, asks: Asks) -> Told {
        let told = match asks {
            Asks::Accounts => self.accounts().await.map(Told::Accounts),
            Asks::Lines(account) => self.lines(&account).await,
            Asks::Payees(account) => self.payees(&account).await,
            Asks::Quote(wish) => self.quote(wish).await,
            Asks::Pay(paying, signed) => return self.pay(paying, signed).await,
            Asks::Stopped => self.stopped().await,
            Asks::Why(stopped) => self.why(stopped).await,
            Asks::Appeal(case, why) => self.appeal(&case, why).await,
            Asks::Later(account) => self.later(&account).await,
            Asks::EndLater(later, key) => self.end_later(&later, &key).await,
            Asks::SetLimits(account) => {
                self.set_limits(&account).await.map(|()| Told::Done("phone-limit-set"))
            }
            Asks::Looks => self.looks().await,
            Asks::Block => self.block().await,
            Asks::Card => self.card().await,
            Asks::Speak(lang) => self.speak(lang).await,
            // Whoever is signed in has no PIN to show.
            Asks::SignIn(_) => Err(Trouble::not_found()),
        };
        told.unwrap_or_else(|trouble| Told::Trouble(self.says(&trouble)))
    }

    fn says(&self, trouble: &Trouble) -> String {
        if trouble.is_stranger() {
            return self.words.say("phone-again").into_owned();
        }
        let fields = trouble.said_fields(self.words);
        fields.into_iter().next().map_or_else(|| trouble.says(self.words), |(_, says)| says)
    }

    async fn party(&self) -> Result<String, Trouble> {
        let me = self.ask.get("/me").await?;
        me.body["party"].as_str().map(ToOwned::to_owned).ok_or_else(Trouble::not_found)
    }

    async fn accounts(&self) -> Result<Vec<Account>, Trouble> {
        let known = self.ask.get(&format!("/parties/{}", self.party().await?)).await?;
        let known = self.ask.accounts_of(&known.body).await;
        Ok(known.iter().map(|(account, own)| Account::of(account, *own)).collect())
    }

    async fn lines(&self, account: &str) -> Result<Told, Trouble> {
        let page = self.ask.get(&format!("/accounts/{account}/payments?limit={LINES}")).await?;
        let one = |line: &Value| Line {
            came: line["direction"] == "in",
            money: Money::of(&line["amount"]),
            other: line["counterparty"].as_str().map(figures::account_end).unwrap_or_default(),
            day: day(line["booking_date"].as_str().unwrap_or_default()),
        };
        Ok(Told::Lines(items(&page.body).map(one).collect()))
    }

    async fn payees(&self, account: &str) -> Result<Told, Trouble> {
        let page = self.ask.get(&format!("/accounts/{account}/payments?limit=100")).await?;
        let mut found: Vec<String> = Vec::new();
        for line in items(&page.body).filter(|line| line["direction"] == "out") {
            let Some(other) = line["counterparty"].as_str() else { continue };
            if found.len() < PAYEES_MAX && !found.iter().any(|known| known == other) {
                found.push(other.to_owned());
            }
        }
        Ok(Told::Payees(found))
    }

    fn order(wish: &Wish, confirmed: bool) -> Value {
        let Wish { from, to, money } = wish;
        let mut order = json!({
            "from": from.id, "to": to, "amount": money.amount, "currency": money.currency, "kind": 301,
        });
        if confirmed {
            order["confirmed"] = json!(true);
        }
        order
    }

    fn reasons(&self, document: &Value) -> Vec<String> {
        let reasons = document["risk"]["reasons"].as_array();
        let told = |reason: &Value| reason[self.words.0.word()].as_str().map(ToOwned::to_owned);
        reasons.into_iter().flatten().filter_map(told).collect()
    }

    async fn quote(&self, wish: Wish) -> Result<Told, Trouble> {
        let told = self.ask.post("/payments/quote", Self::order(&wish, false)).await?.body;
        let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
        let would = text("would");
        let refusal = if would == "refuse" {
            let status = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
            let mut trouble = Trouble::new(status, &text("code"));
            trouble.detail = text("detail");
            trouble.says(self.words)
        } else {
            String::new()
        };
        let reasons = self.reasons(&told);
        Ok(Told::Quoted(wish, Quote { would, reasons, refusal }))
    }

    async fn pay(&self, paying: Paying, signed: Option<Answer>) -> Told {
        let order = Self::order(&paying.wish, paying.confirmed);
        let step_up = signed.as_ref().map(|answer| {
            let Answer { challenge, code, .. } = answer;
            URL_SAFE_NO_PAD.encode(json!({ "id": challenge, "code": code }).to_string())
        });
        let mut more = vec![("idempotency-key", paying.key.as_str())];
        if let Some(step_up) = &step_up {
            more.push(("step-up", step_up));
        }
        let answer = self.ask.send(Method::POST, "/payments", Some(order), &more).await;
        let became = match answer {
            Ok(done) if done.body["status"] == "held" => Became::Held,
            Ok(done) => Became::Paid(done.body["journal"]["record"].as_u64().unwrap_or(0)),
            Err(trouble) => self.not_paid(&paying, signed.is_some(), &trouble).await,
        };
        Told::Became(paying, became)
    }

    async fn not_paid(&self, paying: &Paying, signed: bool, trouble: &Trouble) -> Became {
        match (trouble.code.as_str(), signed) {
            ("must_sign", _) => sign(trouble, false),
            // A code that was not right: the challenge is asked anew, its code is the same.
            ("wrong", true) => {
                let order = Self::order(&paying.wish, paying.confirmed);
                let more = [("idempotency-key", paying.key.as_str())];
                match self.ask.send(Method::POST, "/payments", Some(order), &more).await {
                    Err(again) if again.code == "must_sign" => sign(&again, true),
                    _ => Became::Unknown,
                }
            }
            ("locked", _) => Became::Sign { challenge: String::new(), number: None, wrong: true },
            ("payer_must_confirm", _) => Became::Ask,
            _ if trouble.status.is_server_error() || trouble.code == "in_flight" => Became::Unknown,
            _ => Became::Not(self.says(trouble)),
        }
    }

    async fn stopped(&self) -> Result<Told, Trouble> {
        let mut all = Vec::new();
        for status in ["open", "proposed", "refused", "lapsed"] {
            let page = self.ask.get(&format!("/cases?status={status}&limit=200")).await?;
            let one = |case: &Value| Stopped {
                case: case["id"].as_str().unwrap_or_default().to_owned(),
                money: Money::of(&case["money"]),
                status: status.to_owned(),
                reasons: Vec::new(),
                day: day(&self.house.local(case["opened"].as_str().unwrap_or_default())),
            };
            // The oldest come first, and the latest matter.
            let found: Vec<Stopped> = items(&page.body).map(one).collect();
            all.extend(found.into_iter().rev().take(CASES));
        }
        Ok(Told::Stopped(all))
    }

    /// What risk control tells the payer of a payment that it stopped.
    async fn why(&self, stopped: Stopped) -> Result<Told, Trouble> {
        let payment = stopped.case.replacen("case_", "pay_", 1);
        let known = self.ask.get(&format!("/payments/{payment}")).await?.body;
        Ok(Told::Why(Stopped { reasons: self.reasons(&known), ..stopped }))
    }

    async fn appeal(&self, case: &str, why: u8) -> Result<Told, Trouble> {
        let said = self.words.say(&format!("phone-appeal-{}", why.clamp(1, 3)));
        let step = json!({ "step": "appeal", "text": said });
        self.ask.post(&format!("/cases/{case}/steps"), step).await?;
        Ok(Told::Done("phone-appealed"))
    }

    async fn later(&self, account: &str) -> Result<Told, Trouble> {
        let page = self.ask.get(&format!("/accounts/{account}/orders")).await?;
        let one = |order: &Value| {
            let text = |name: &str| order[name].as_str().unwrap_or_default().to_owned();
            Later {
                id: text("id"),
                from: text("from"),
                other: figures::account_end(&text("to")),
                money: Money::of(&order["money"]),
                repeats: text("repeats"),
                next: day(&text("next")),
            }
        };
        Ok(Told::Later(items(&page.body).map(one).collect()))
    }

    async fn end_later(&self, later: &Later, key: &str) -> Result<Told, Trouble> {
        let path = format!("/accounts/{}/orders/{}/end", later.from, later.id);
        self.ask.post_once(&path, json!({}), key).await?;
        Ok(Told::Done("phone-later-ended"))
    }

    async fn set_limits(&self, account: &Account) -> Result<(), Trouble> {
        let path = format!("/accounts/{}/limits", account.id);
        let known = self.ask.get(&path).await?;
        let tag = known.tag.as_ref().and_then(|tag| tag.to_str().ok()).unwrap_or("*");
        let limit = |money: &Option<Money>| {
            money.as_ref().map(|m| json!({ "amount": m.amount, "currency": m.currency }))
        };
        let order = json!({
            "per_payment": limit(&account.per_payment), "per_day": limit(&account.per_day),
        });
        self.ask.send(Method::PUT, &path, Some(order), &[("if-match", tag)]).await.map(|_| ())
    }

    async fn looks(&self) -> Result<Told, Trouble> {
        let answer = self.ask.get(&format!("/parties/{}/looks", self.party().await?)).await?;
        let one = |look: &Value| {
            let who = look["who"].as_str().unwrap_or_default();
            let who = who.trim_start_matches("user:").trim_start_matches("client:");
            Look {
                who: who.chars().take(NAME_LETTERS).collect(),
                day: day(look["time"].as_str().unwrap_or_default()),
            }
        };
        let mut looks: Vec<Look> = items(&answer.body).map(one).collect();
        looks.dedup();
        looks.truncate(LINES);
        Ok(Told::Looks(looks))
    }

    /// Own accounts may send nothing, the card ends, and so does every other sign-in.
    async fn block(&self) -> Result<Told, Trouble> {
        let (mut stopped, mut not) = (0, 0);
        for mut account in self.accounts().await?.into_iter().filter(|account| account.own) {
            let currency = account.booked.currency.clone();
            let amount =
                account.booked.amount.split_once('.').map_or(0, |(_, places)| places.len());
            let amount = if amount == 0 { "0".to_owned() } else { format!("0.{:0<amount$}", "") };
            let nothing = Some(Money { amount, currency });
            (account.per_payment, account.per_day) = (nothing.clone(), nothing);
            match self.set_limits(&account).await {
                Ok(()) => stopped += 1,
                Err(_) => not += 1,
            }
        }
        // Without a card there is none to end.
        let _ = self.ask.post("/me/card/end", json!({})).await;
        let me = self.ask.get("/me").await?;
        let sessions = self.ask.get("/me/sessions").await?;
        for session in sessions.body["sessions"].as_array().into_iter().flatten() {
            let id = session["id"].as_str().unwrap_or_default();
            if me.body["session"] != id {
                // One that ended meanwhile has ended.
                let _ = self.ask.post(&format!("/me/sessions/{id}/end"), json!({})).await;
            }
        }
        Ok(Told::Blocked(stopped, not))
    }

    async fn card(&self) -> Result<Told, Trouble> {
        let card = self.ask.get("/me/card").await?.body;
        let counts = card["since"].is_string() && card["locked"] != true;
        let left = card["left"].as_u64().and_then(|left| u8::try_from(left).ok());
        Ok(Told::Card(left.filter(|_| counts)))
    }

    async fn speak(&self, lang: Lang) -> Result<Told, Trouble> {
        self.ask.post("/me/phone/language", json!({ "lang": lang.word() })).await?;
        Ok(Told::Speaks(lang))
    }
}

fn sign(trouble: &Trouble, wrong: bool) -> Became {
    let challenge = &trouble.document["challenge"];
    Became::Sign {
        challenge: challenge["id"].as_str().unwrap_or_default().to_owned(),
        number: challenge["card_code"].as_u64().and_then(|number| u8::try_from(number).ok()),
        wrong,
    }
}

fn items(document: &Value) -> impl Iterator<Item = &Value> {
    document["items"].as_array().into_iter().flatten()
}
