//! People who resemble somebody on a list: what the teller sees before registering them, and the analyst's case, which no
//! payment stands behind.

use super::staff::{list_of, person, text_of};
use crate::parts::field::{Field, area};
use crate::parts::form::form;
use crate::parts::note::{Weight, note, tag};
use crate::trouble::Trouble;
use crate::visit::Visit;
use crate::words::{Lang, count, text};
use maud::{Markup, html};
use serde_json::{Value, json};

/// What of somebody is compared with what they show.
pub const IDENTITY: [&str; 8] =
    ["name", "name_en", "birth_date", "id_number", "credit_code", "phone", "address", "country"];

/// Whom somebody resembles who is about to be registered; nobody where the bank has no lists.
///
/// # Errors
/// What was typed cannot be somebody.
pub async fn resembled(visit: &Visit, order: &Value) -> Result<Vec<Value>, Trouble> {
    match visit.ask.post("/screenings", order.clone()).await {
        Ok(answer) => Ok(list_of(&answer.body, "hits").to_vec()),
        Err(trouble) if trouble.code == "closed" => Ok(Vec::new()),
        Err(trouble) => Err(trouble),
    }
}

/// What a teller reads before registering somebody who resembles a listed person.
pub fn caution(visit: &Visit, hits: &[Value]) -> Markup {
    let words = visit.words;
    note(
        Weight::Stop,
        &words.with("listed-caution", &[("n", count(hits.len() as u64))]),
        html! { p { (words.say("listed-caution-says")) } (those(visit, hits)) },
    )
}

/// Those on the lists, with what speaks for and against each.
fn those(visit: &Visit, hits: &[Value]) -> Markup {
    let words = visit.words;
    let lang = match words.0 {
        Lang::En => "en",
        Lang::Zh => "zh",
    };
    html! {
        ul { @for hit in hits { li {
            b { (text_of(hit, "name")) } " · " (words.with("listed-one", &[
                ("list", text(text_of(hit, "list"))), ("entry", text(text_of(hit, "entry"))),
                ("score", text(hit["score"].to_string())),
            ]))
            ul { @for reason in list_of(hit, "reasons") { li { (text_of(reason, lang)) } } }
        } } }
    }
}

/// What a teller reads about somebody who was looked up; nothing if nobody like them is listed.
pub fn standing(visit: &Visit, party: &Value) -> Markup {
    let words = visit.words;
    match text_of(party, "screening") {
        "possible" => note(
            Weight::Stop,
            &words.say("listed-possible"),
            html! { p { (words.say("listed-possible-says")) } },
        ),
        "confirmed" => note(
            Weight::Stop,
            &words.say("listed-confirmed"),
            html! { p { (words.say("listed-confirmed-says")) } },
        ),
        _ => html! {},
    }
}

/// Whether a case is about somebody, and not about a payment.
pub fn is_about_somebody(case: &Value) -> bool {
    case["party"].is_string()
}

/// In the inbox: that it is about somebody.
pub fn mark(visit: &Visit) -> Markup {
    tag("who", &visit.words.say("listed-case"))
}

/// Where a case about somebody stands once it is decided.
pub fn decided(visit: &Visit, status: &str) -> Markup {
    let words = visit.words;
    let (title, says) = match status {
        "released" => ("listed-released", "listed-released-says"),
        _ => ("listed-refused", "listed-refused-says"),
    };
    note(Weight::Know, &words.say(title), html! { p { (words.say(says)) } })
}

/// Who a case is about, beside whom they resemble. Looking is noted, so it is done only when asked for.
pub async fn compared(visit: &Visit, case: &Value, steps: &Value) -> Markup {
    let words = visit.words;
    let entry = list_of(steps, "steps").first().map_or("", |step| text_of(step, "text"));
    let inside = if visit.query.get("who") == "1" {
        beside(visit, text_of(case, "party")).await
    } else {
        html! {
            p.row-of { a.btn href={ "/cases/" (text_of(case, "id")) "?who=1" } { (words.say("listed-show")) } span.hint { (words.say("who-hint")) } }
        }
    };
    html! {
        section.p aria-labelledby="listed" {
            header { h2 id="listed" { (words.say("listed-title")) } span { (entry) } }
            p.say { (words.say("listed-says")) }
            (inside)
        }
    }
}

async fn beside(visit: &Visit, id: &str) -> Markup {
    let words = visit.words;
    let party = match visit.ask.get(&format!("/parties/{id}")).await {
        Ok(answer) => answer.body,
        Err(trouble) => return html! { p { (trouble.says(words)) } },
    };
    let Some(fields) = party["fields"].as_object() else {
        return html! { p { (words.say("who-erased")) } };
    };
    let order = json!({ "kind": party["kind"], "fields": fields });
    let hits = resembled(visit, &order).await.unwrap_or_default();
    html! {
        h3 { (words.say("listed-customer")) }
        dl.facts { @for name in IDENTITY { @if let Some(value) = fields.get(name).and_then(Value::as_str) {
            div { dt { (words.say(&format!("identity-{}", name.replace('_', "-")))) } dd { (value) } }
        } } }
        h3 { (words.say("listed-on-lists")) }
        @if hits.is_empty() { p { (words.say("listed-no-more")) } } @else { (those(visit, &hits)) }
    }
}

/// The two answers to a case about somebody, each on a ground.
pub fn answers(visit: &Visit, action: &str, case: &Value, faults: &[(String, String)]) -> Markup {
    let words = visit.words;
    let me = visit.me.as_ref().map(|me| format!("user:{}", me.name)).unwrap_or_default();
    let anothers = case["claimed_by"].as_str().filter(|who| *who != me);
    if let Some(who) = anothers {
        return html! { p { (words.with("decide-anothers", &[("who", text(person(who)))])) } };
    }
    form(
        visit,
        action,
        html! {
            (area(Field { name: "why", label: &words.say("listed-why"), hint: &words.say("work-text-hint"), value: visit.form.get("why"), ..Field::default() }, 3, faults))
            div.choices {
                button.btn type="submit" name="decision" value="release" { (words.say("listed-other")) }
                button.btn type="submit" name="decision" value="refuse" { (words.say("listed-same")) }
            }
        },
    )
}
