//! One's phone without an app: its number and PIN, the card of codes, and a drawing of such a phone to try the menu with. What the
//! drawing shows comes from the same dialogue that a gateway would carry.

use crate::inside;
use crate::parts::field::{Field, choice, field, summary};
use crate::parts::form::{button, form, hidden, one_button};
use crate::parts::frame::head;
use crate::parts::note::{Weight, note};
use crate::row::Row;
use crate::trouble::Trouble;
use crate::visit::{Said, Shown, Visit};
use crate::words::{count, text};
use api::talks::{Carried, DialogueScreen, DialogueStep};
use maud::{Markup, html};
use serde_json::{Value, json};

/// Keys of a phone, as they lie.
const KEYS: [&str; 12] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "00"];

/// The pages.
pub fn rows() -> Vec<Row> {
    vec![
        inside!(GET "/phone", show),
        inside!(POST "/phone", press),
        inside!(POST "/phone/set", set),
        inside!(POST "/phone/confirm", confirm),
        inside!(POST "/phone/remove", remove),
        inside!(POST "/phone/card", make_card),
        inside!(POST "/phone/card/end", end_card),
    ]
}

/// What the phone of somebody of a sample bank needs: its PIN, and what is printed on the card. Shown in the tour.
pub fn sample(visit: &Visit) -> Markup {
    let words = visit.words;
    let (Some(tour), Some(me), Some(access)) = (&visit.house.tour, &visit.me, visit.house.access())
    else {
        return html! {};
    };
    let Some((_, pin)) = tour.phones.iter().find(|(name, _)| *name == me.name) else {
        return html! {};
    };
    let codes = access.sample_card(&me.name);
    html! {
        section.note.know {
            h2 { (words.say("handset-sample")) }
            p { (words.with("handset-sample-says", &[("pin", text(pin.as_str()))])) }
            @if visit.path != "/phone" { p { a.btn href="/phone" { (words.say("handset-title")) } } }
            @if !codes.is_empty() { details.data { summary { (words.say("handset-card")) } (printed(visit, &codes)) } }
        }
    }
}

/// A card as it is printed.
fn printed(visit: &Visit, codes: &[(u8, String)]) -> Markup {
    html! {
        ol.card-codes aria-label=(visit.words.say("handset-card")) {
            @for (number, code) in codes { li value=(number) { code { (code) } } }
        }
    }
}

async fn show(visit: &Visit) -> Said {
    whole(visit, None, None).await
}

/// The page, with what the phone shows and what is wrong about its form.
async fn whole(
    visit: &Visit,
    screen: Option<(&DialogueScreen, &str)>,
    trouble: Option<&Trouble>,
) -> Said {
    let words = visit.words;
    let phone = visit.ask.get("/me/phone").await?.body;
    let card = visit.ask.get("/me/card").await?.body;
    let title = words.say("handset-title");
    let is_there = phone["number"].is_string();
    let body = html! {
        (head(&title, &words.say("handset-says")))
        div.home {
            @if is_there { div { (handset(visit, screen)) } }
            div {
                (sample(visit))
                (of_phone(visit, &phone, trouble))
                @if is_there { (of_card(visit, &card)) }
            }
        }
    };
    match trouble {
        None => visit.page(&title, body),
        Some(trouble) => visit.again(trouble, &title, body),
    }
}

/// A phone with keys and a small screen.
fn handset(visit: &Visit, screen: Option<(&DialogueScreen, &str)>) -> Markup {
    let words = visit.words;
    let idle = words.say("handset-idle");
    let shows = screen.map_or(&*idle, |(screen, _)| screen.text.as_str());
    let chinese = shows.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    let goes_on = screen.filter(|(screen, _)| screen.goes_on);
    html! {
        section.handset aria-labelledby="handset" {
            h2.vh id="handset" { (words.say("handset-phone")) }
            p.lcd role="status" lang=(if chinese { "zh-CN" } else { "en" }) { (shows) }
            @for message in screen.iter().flat_map(|(screen, _)| &screen.messages) {
                p.sms { b { (words.say("handset-sms")) } " " (message) }
            }
            @if let Some((screen, dialogue)) = goes_on {
                form method="post" action="/phone" novalidate autocomplete="off" {
                    (hidden("form_token", &visit.form_token()))
                    (hidden("dialogue", dialogue)) (hidden("step", &screen.step.to_string()))
                    (field(Field { name: "typed", label: &words.say("handset-typed"), keys: "tel", ..Field::default() }, &[]))
                    (button(&words.say("handset-send"), true))
                    div.keys role="group" aria-label=(words.say("handset-keys")) {
                        @for key in KEYS { button type="submit" name="key" value=(key) { (key) } }
                    }
                }
            } @else {
                (form(visit, "/phone", html! {
                    (hidden("dialogue", &Visit::new_key())) (hidden("step", "0"))
                    (button(&words.say("handset-dial"), true))
                }))
            }
        }
    }
}

/// Keys were pressed, and sent as one line.
async fn press(visit: &Visit) -> Said {
    let phone = visit.ask.get("/me/phone").await?.body;
    let talks = visit.house.talks().ok_or_else(Trouble::not_found)?;
    let Some(number) = phone["number"].as_str() else {
        return Ok(Shown::Next("/phone".to_owned()));
    };
    let typed = visit.form.filled("key").unwrap_or(visit.form.get("typed"));
    let dialogue = visit.form.get("dialogue").to_owned();
    let step = DialogueStep {
        dialogue: dialogue.clone(),
        phone: number.to_owned(),
        step: visit.form.get("step").parse().unwrap_or(0),
        typed: typed.chars().take(160).collect(),
        sim: None,
    };
    let gateway = format!("page:{}", visit.me()?.name);
    match talks.heard(Carried { gateway, step }).await {
        Ok(screen) => whole(visit, Some((&screen, &dialogue)), None).await,
        // The back button led to a screen that is over.
        Err(_) => Ok(Shown::Next("/phone".to_owned())),
    }
}

fn of_phone(visit: &Visit, phone: &Value, trouble: Option<&Trouble>) -> Markup {
    let words = visit.words;
    let number = phone["number"].as_str().unwrap_or_default();
    let faults = trouble.map(|trouble| trouble.said_fields(words)).unwrap_or_default();
    let says = trouble.map(|trouble| trouble.says(words)).unwrap_or_default();
    let typed = visit.form.get("number");
    let shown = if typed.is_empty() { number } else { typed };
    let lang = visit.form.filled("lang").or(phone["lang"].as_str());
    let lang = lang.unwrap_or(words.0.word());
    let langs = [("en", "English"), ("zh", "中文")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    html! {
        section.p aria-labelledby="number-of-phone" {
            header { h2 id="number-of-phone" { (words.say("handset-number-title")) } }
            @if phone["sim_changed"] == true {
                (note(Weight::Stop, &words.say("handset-sim"), html! {
                    p { (words.say("handset-sim-says")) }
                    (one_button(visit, "/phone/confirm", &words.say("handset-sim-yes"), &[]))
                }))
            }
            @if phone["locked"] == true { (note(Weight::Stop, &words.say("handset-locked"), html! {})) }
            (summary(words, &says, &faults))
            (form(visit, "/phone/set", html! {
                (field(Field { name: "number", label: &words.say("handset-number"), hint: &words.say("handset-number-hint"), value: shown, keys: "tel",
                    fills: "tel", ..Field::default() }, &faults))
                (field(Field { name: "pin", label: &words.say("handset-pin"), hint: &words.say("handset-pin-hint"), kind: "password", keys: "numeric",
                    fills: "new-password", ..Field::default() }, &faults))
                (choice(Field { name: "lang", label: &words.say("look-lang"), value: lang, ..Field::default() }, &langs, &faults))
                (button(&words.say(if number.is_empty() { "handset-set" } else { "handset-change" }), number.is_empty()))
            }))
            @if !number.is_empty() { (one_button(visit, "/phone/remove", &words.say("handset-remove"), &[])) }
        }
    }
}

fn of_card(visit: &Visit, card: &Value) -> Markup {
    let words = visit.words;
    let is_there = card["since"].is_string();
    let left = card["left"].as_u64().unwrap_or(0);
    html! {
        section.p aria-labelledby="card-of-codes" {
            header { h2 id="card-of-codes" { (words.say("handset-card")) } }
            p { (words.say("handset-card-says")) }
            @if card["locked"] == true { (note(Weight::Stop, &words.say("handset-card-locked"), html! {})) }
            @if is_there { p { b { (words.with("phone-card", &[("left", count(left))])) } } }
            div.choices {
                (one_button(visit, "/phone/card", &words.say("handset-card-make"), &[]))
                @if is_there { (one_button(visit, "/phone/card/end", &words.say("handset-card-end"), &[])) }
            }
        }
    }
}

async fn set(visit: &Visit) -> Said {
    let form = &visit.form;
    let order =
        json!({ "number": form.get("number"), "pin": form.get("pin"), "lang": form.get("lang") });
    match visit.ask.post("/me/phone", order).await {
        Ok(_) => Ok(Shown::Next("/phone".to_owned())),
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Err(trouble) if trouble.code == "exists" => {
            whole(visit, None, Some(&Trouble::field("number", "handset-number-taken"))).await
        }
        Err(trouble) => whole(visit, None, Some(&trouble)).await,
    }
}

async fn confirm(visit: &Visit) -> Said {
    done(visit, "/me/phone/confirm").await
}

async fn remove(visit: &Visit) -> Said {
    done(visit, "/me/phone/remove").await
}

async fn end_card(visit: &Visit) -> Said {
    done(visit, "/me/card/end").await
}

async fn done(visit: &Visit, path: &str) -> Said {
    visit.ask.post(path, json!({})).await?;
    Ok(Shown::Next("/phone".to_owned()))
}

/// The card is shown this once: it stands on no page that could be asked for again.
async fn make_card(visit: &Visit) -> Said {
    let words = visit.words;
    let made = visit.ask.post("/me/card", json!({})).await?.body;
    let codes = made["codes"].as_array().map(Vec::as_slice).unwrap_or_default();
    let codes: Vec<(u8, String)> = (1u8..)
        .zip(codes)
        .map(|(number, code)| (number, code.as_str().unwrap_or_default().to_owned()))
        .collect();
    let title = words.say("handset-card");
    visit.page(
        &title,
        html! {
            (head(&title, &words.say("handset-card-once")))
            div.narrow {
                (printed(visit, &codes))
                p { (words.say("handset-card-keep")) }
                p { a.btn href="/phone" { (words.say("handset-card-done")) } }
            }
        },
    )
}
