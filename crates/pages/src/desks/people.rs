//! Administration: who may sign in, as what, what each role allows, what waits for a second person, where people are signed
//! in, and which programs there are.

use super::own::browser;
use super::staff::{Sure, done, is_sure, list_of, scrolled, surely, text_of};
use crate::ask::Answer;
use crate::figures;
use crate::inside;
use crate::parts::field::{Field, choice, field, summary};
use crate::parts::form::{button, form, one_button};
use crate::parts::frame::head;
use crate::parts::note::{Weight, note, tag};
use crate::parts::qr::qr;
use crate::row::Row;
use crate::trouble::Trouble;
use crate::visit::{Said, Shown, Visit};
use crate::words::{Words, count, text};
use maud::{Markup, html};
use serde_json::{Value, json};

/// Who may do what, as the tests of the policies write it.
const RIGHTS: &str = include_str!("../../../../docs/rights.md");
/// The policies themselves, which the program was built with.
const EVERYBODY: &str = include_str!("../../../../rulebook/access/everybody.cedar");
const POLICIES: [&str; 3] = [
    EVERYBODY,
    include_str!("../../../../rulebook/access/staff.cedar"),
    include_str!("../../../../rulebook/access/customer.cedar"),
];
/// Roles that are given to people, as the API calls them.
const ROLES: [&str; 10] = [
    "customer",
    "helper",
    "teller",
    "operations",
    "analyst",
    "chief_analyst",
    "data_officer",
    "supervisor",
    "administrator",
    "developer",
];

/// What was done about somebody, by its name in the address, and the sentence for it.
const DEEDS: [(&str, &str); 4] = [
    ("give", "people-done-give"),
    ("take", "people-done-take"),
    ("disable", "people-done-disable"),
    ("enable", "people-done-enable"),
];

/// The pages.
pub fn rows() -> Vec<Row> {
    vec![
        inside!(GET "/people", people),
        inside!(POST "/people", add),
        inside!(GET "/people/{user}", person),
        inside!(POST "/people/{user}/{act}", change),
        inside!(POST "/people/{user}/roles/{role}/take", take),
        inside!(GET "/roles/{role}", role),
        inside!(GET "/approvals", approvals),
        inside!(POST "/approvals/{approval}/{act}", approve),
        inside!(GET "/sessions", sessions),
        inside!(POST "/sessions/{session}/end", end_session),
        inside!(GET "/programs", programs),
        inside!(POST "/programs/{client}/{act}", change_program),
    ]
}

fn role_word(words: Words, role: &str) -> String {
    words.say(&format!("role-{}", role.replace('_', "-"))).into_owned()
}

/// A role, as a way to what it allows.
fn role_link(words: Words, role: &str) -> Markup {
    html! { a href={ "/roles/" (role) } { (role_word(words, role)) } }
}

async fn people(visit: &Visit) -> Said {
    people_page(visit, None).await
}

async fn people_page(visit: &Visit, trouble: Option<&Trouble>) -> Said {
    let words = visit.words;
    let users = visit.ask.get("/users").await?.body;
    let users = list_of(&users, "users");
    let title = words.say("desk-people");
    let body = html! {
        (head(&title, &people_says(words, users)))
        (scrolled(words, &title, html! { table.inbox {
            thead { tr {
                th scope="col" { (words.say("name")) } th scope="col" { (words.say("people-roles")) } th scope="col" { (words.say("people-key")) } th scope="col" { (words.say("people-since")) }
            } }
            tbody { @for user in users { tr {
                th scope="row" { a href={ "/people/" (text_of(user, "name")) } { (text_of(user, "name")) } @if user["disabled"] == true { " " (tag("bad", &words.say("people-disabled"))) } }
                td { @for (at, held) in list_of(user, "roles").iter().enumerate() { @if at > 0 { ", " } (role_word(words, text_of(held, "role"))) } }
                td { (key_of(visit, user)) }
                td { (visit.day(text_of(user, "since"))) }
            } } }
        } }))
        (add_form(visit, trouble))
    };
    match trouble {
        Some(trouble) => visit.again(trouble, &title, body),
        None => visit.page(&title, body),
    }
}

/// How many may sign in, and how many are shut out.
fn people_says(words: Words, users: &[Value]) -> String {
    let out = users.iter().filter(|user| user["disabled"] == true).count() as u64;
    let says = words.with("people-says", &[("n", count(users.len() as u64 - out))]);
    if out == 0 {
        return says;
    }
    format!("{says} {}", words.with("people-says-out", &[("n", count(out))]))
}

/// With what somebody can sign in.
fn key_of(visit: &Visit, user: &Value) -> Markup {
    let words = visit.words;
    let passkeys = user["passkeys"].as_u64().unwrap_or(0);
    html! {
        @if passkeys > 0 { (words.with("people-passkeys", &[("n", count(passkeys))])) }
        @else if user["password"] == true { (words.say("people-password")) }
        @else { (tag("warn", &words.say("people-no-key"))) }
    }
}

fn add_form(visit: &Visit, trouble: Option<&Trouble>) -> Markup {
    let words = visit.words;
    let faults = trouble.map(|trouble| trouble.said_fields(words)).unwrap_or_default();
    let says = trouble.map(|trouble| trouble.says(words)).unwrap_or_default();
    let roles = ROLES.map(|role| (role.to_owned(), role_word(words, role)));
    let (name, role, party) =
        (visit.form.get("name"), visit.form.get("role"), visit.form.get("party"));
    html! {
        section.p aria-labelledby="add" {
            header { h2 id="add" { (words.say("people-add")) } }
            div.narrow {
                (summary(words, &says, &faults))
                (form(visit, "/people", html! {
                    (field(Field { name: "name", label: &words.say("name"), hint: &words.say("people-name-hint"), value: name, ..Field::default() }, &faults))
                    (choice(Field { name: "role", label: &words.say("people-role"), hint: &words.say("people-role-hint"), value: role, ..Field::default() }, &roles, &faults))
                    (field(Field { name: "party", label: &words.say("people-party"), hint: &words.say("people-party-hint"), value: party, ..Field::default() }, &faults))
                    (button(&words.say("people-add-do"), true))
                }))
            }
        }
    }
}

async fn add(visit: &Visit) -> Said {
    let mut order = json!({ "name": visit.form.get("name"), "roles": [visit.form.get("role")] });
    if let Some(party) = visit.form.filled("party") {
        order["party"] = json!(party);
    }
    match visit.ask.post("/users", order).await {
        Ok(answer) => new_link(visit, &answer.body),
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Err(trouble) => people_page(visit, Some(&trouble)).await,
    }
}

/// A link that opens once, for a camera and to be typed.
pub fn opens_once(visit: &Visit, link: &Value) -> Markup {
    let origin = visit.house.access().map_or("", |access| access.origin());
    let link = format!("{origin}/link?token={}", text_of(link, "token"));
    html! { (qr(&visit.words.say("qr"), &link)) p.secret { code { (link) } } }
}

/// A link that opens once, shown this once.
fn new_link(visit: &Visit, link: &Value) -> Said {
    let words = visit.words;
    let user = text_of(link, "user");
    let administers = visit.me.as_ref().is_some_and(|me| me.is_one_of(&["administrator"]));
    let title = words.with("link-new", &[("user", text(user))]);
    visit.page(&title, html! {
        (head(&title, &words.say("link-new-says")))
        div.narrow {
            section.note.know {
                h2 { (words.say("link-new-once")) }
                (opens_once(visit, link))
                p { (words.with("link-new-until", &[("time", text(visit.moment(text_of(link, "until"))))])) }
            }
            // Who agrees to a recovery is not always somebody who sees people.
            p.row-of.no-print {
                @if administers { a.btn.pri href={ "/people/" (user) } { (words.with("people-back-to", &[("user", text(user))])) } a.btn href="/people" { (words.say("desk-people")) } }
                @else { a.btn.pri href="/approvals" { (words.say("desk-approvals")) } }
            }
        }
    })
}

async fn person(visit: &Visit) -> Said {
    person_page(visit, None).await
}

async fn person_page(visit: &Visit, trouble: Option<&Trouble>) -> Said {
    let words = visit.words;
    let name = visit.named("user");
    let users = visit.ask.get("/users").await?.body;
    let user = list_of(&users, "users")
        .iter()
        .find(|user| text_of(user, "name") == name)
        .ok_or_else(Trouble::not_found)?;
    let waits = visit.ask.get("/approvals").await.map(|answer| answer.body).unwrap_or_default();
    let waits =
        list_of(&waits, "approvals").iter().filter(|act| text_of(act, "user") == name).count();
    let faults = trouble.map(|trouble| trouble.said_fields(words)).unwrap_or_default();
    let says = trouble.map(|trouble| trouble.says(words)).unwrap_or_default();
    let since = words.with("since", &[("day", text(visit.day(text_of(user, "since"))))]);
    let body = html! {
        div.head { div { h1 { (name) } p { (since) " · " (key_of(visit, user)) @if user["disabled"] == true { " " (tag("bad", &words.say("people-disabled"))) } } } a.btn href="/people" { (words.say("desk-people")) } }
        (summary(words, &says, &faults))
        (done(visit, &DEEDS))
        @if waits > 0 { (note(Weight::Know, &words.say("approval-waits"), html! { p { (words.say("approval-waits-says")) } p { a.btn href="/approvals" { (words.say("desk-approvals")) } } })) }
        div.grid {
            section.p.s7 aria-labelledby="roles" {
                header { h2 id="roles" { (words.say("people-roles")) } }
                (held_roles(visit, name, user))
                (give_form(visit, name))
            }
            (keys_of(visit, name, user))
        }
    };
    match trouble {
        Some(trouble) => visit.again(trouble, name, body),
        None => visit.page(name, body),
    }
}

fn held_roles(visit: &Visit, name: &str, user: &Value) -> Markup {
    let words = visit.words;
    let roles = list_of(user, "roles");
    html! {
        @if roles.is_empty() { p { (words.say("people-no-role")) } }
        ul.plain { @for held in roles {
            @let role = text_of(held, "role");
            li {
                span { (role_link(words, role)) @if let Some(until) = held["until"].as_str() { " " small { (words.with("people-until", &[("time", text(visit.moment(until)))])) } } }
                (one_button(visit, &format!("/people/{name}/roles/{role}/take"), &words.say("people-remove-role"), &[]))
            }
        } }
    }
}

fn give_form(visit: &Visit, name: &str) -> Markup {
    let words = visit.words;
    let roles = ROLES.map(|role| (role.to_owned(), role_word(words, role)));
    form(
        visit,
        &format!("/people/{name}/give"),
        html! {
            (choice(Field { name: "role", label: &words.say("people-give"), hint: &words.say("people-role-hint"), value: visit.form.get("role"), ..Field::default() }, &roles, &[]))
            (button(&words.say("people-give-do"), false))
        },
    )
}

fn keys_of(visit: &Visit, name: &str, user: &Value) -> Markup {
    let words = visit.words;
    let keyless = user["passkeys"] == 0 && user["password"] == false;
    let (act, word, hint) = if user["disabled"] == true {
        ("enable", "people-enable", "people-enable-hint")
    } else {
        ("disable", "people-disable", "people-disable-hint")
    };
    html! {
        section.p.s5 aria-labelledby="keys" {
            header { h2 id="keys" { (words.say("people-coming-in")) } }
            div.stack-of {
                @if keyless { (one_button(visit, &format!("/people/{name}/link"), &words.say("people-link"), &[])) p.hint { (words.say("people-link-hint")) } }
                (one_button(visit, &format!("/people/{name}/{act}"), &words.say(word), &[]))
                p.hint { (words.say(hint)) }
                @if !keyless { (form(visit, &format!("/people/{name}/recovery"), html! {
                    (field(Field { name: "reason", label: &words.say("people-recovery"), hint: &words.say("people-recovery-hint"), value: visit.form.get("reason"), ..Field::default() }, &[]))
                    (button(&words.say("people-recovery-do"), false))
                })) }
            }
        }
    }
}

async fn change(visit: &Visit) -> Said {
    let (name, act) = (visit.named("user"), visit.named("act"));
    if act == "disable" && !is_sure(visit) {
        return shut_out_surely(visit, name, &format!("/people/{name}"));
    }
    let done = match act {
        "link" => {
            let answer = visit.ask.post(&format!("/users/{name}/link"), json!({})).await;
            match answer {
                Ok(answer) => return new_link(visit, &answer.body),
                Err(trouble) => Err(trouble),
            }
        }
        "give" => {
            visit
                .ask
                .post(&format!("/users/{name}/roles"), json!({ "role": visit.form.get("role") }))
                .await
        }
        "recovery" => {
            visit
                .ask
                .post(
                    &format!("/users/{name}/recovery"),
                    json!({ "reason": visit.form.get("reason") }),
                )
                .await
        }
        act @ ("enable" | "disable") => {
            visit.ask.post(&format!("/users/{name}/{act}"), json!({})).await
        }
        _ => Err(Trouble::not_found()),
    };
    // What waits for a second person is not done yet; the page itself says so.
    let waits = |answer: &Answer| answer.body["given"] == false || act == "recovery";
    told(visit, done.map(|answer| if waits(&answer) { "waits" } else { act })).await
}

/// Asks before somebody, or a program, is shut out: `place` is the page it is done from, with what the form's path begins.
fn shut_out_surely(visit: &Visit, name: &str, place: &str) -> Said {
    let words = visit.words;
    let asks = words.with("people-sure-disable", &[("name", text(name))]);
    let back = if place.starts_with("/programs/") { "/programs" } else { place };
    surely(
        visit,
        &Sure {
            asks: &asks,
            says: &words.say("people-disable-hint"),
            action: &format!("{place}/disable"),
            yes: &words.say("people-disable"),
            back,
        },
    )
}

async fn take(visit: &Visit) -> Said {
    let words = visit.words;
    let (name, role) = (visit.named("user"), visit.named("role"));
    if !is_sure(visit) {
        let put = [("name", text(name)), ("role", text(role_word(words, role)))];
        return surely(
            visit,
            &Sure {
                asks: &words.with("people-sure-take", &put),
                says: &words.say("people-sure-take-says"),
                action: &format!("/people/{name}/roles/{role}/take"),
                yes: &words.say("people-remove-role"),
                back: &format!("/people/{name}"),
            },
        );
    }
    let done = visit.ask.post(&format!("/users/{name}/roles/{role}/take"), json!({})).await;
    told(visit, done.map(|_| "take")).await
}

async fn told(visit: &Visit, done: Result<&str, Trouble>) -> Said {
    match done {
        Ok(deed) => Ok(Shown::Next(format!("/people/{}?done={deed}", visit.named("user")))),
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Err(trouble) => person_page(visit, Some(&trouble)).await,
    }
}

/// The rights of a role: what it may, and on whose things, from the table the policies' tests keep.
fn rights_of(role: &str) -> Vec<(&'static str, &'static str)> {
    let table = RIGHTS
        .split("## People, by role")
        .nth(1)
        .and_then(|rest| rest.split("\n## ").next())
        .unwrap_or_default();
    let mut lines = table.lines().filter(|line| line.starts_with('|'));
    let cells = |line: &'static str| line.trim_matches('|').split('|').map(str::trim);
    let Some(at) = lines.next().and_then(|heads| cells(heads).position(|head| head == role)) else {
        return Vec::new();
    };
    let right = |line: &'static str| Some((cells(line).next()?, cells(line).nth(at)?));
    lines.filter_map(right).filter(|(_, cell)| *cell != "·" && !cell.starts_with('-')).collect()
}

/// What a role allows, in words.
async fn role(visit: &Visit) -> Said {
    let words = visit.words;
    let role = visit.named("role");
    let rights = rights_of(role);
    if rights.is_empty() {
        return Err(Trouble::not_found());
    }
    let title = role_word(words, role);
    visit.page(&title, html! {
        (head(&words.with("rights-title", &[("role", text(title.as_str()))]), &words.say("rights-says")))
        (scrolled(words, &title, html! { table {
            thead { tr { th scope="col" { (words.say("rights-what")) } th scope="col" { (words.say("rights-whose")) } } }
            tbody { @for (right, cell) in rights { tr {
                th scope="row" { (words.say(&format!("right-{}", right.replace(['.', '_'], "-")))) }
                td { @for (at, mark) in cell.split(' ').enumerate() { @if at > 0 { "; " } (words.say(&format!("cell-{mark}"))) } }
            } } }
        } }))
        (cedar(words, role))
        nav.row-of aria-label=(words.say("rights-others")) { @for other in ROLES { @if other != role { (role_link(words, other)) } } }
    })
}

/// The policies behind it, as they are written: those that name the role, and those that bind everybody.
fn cedar(words: Words, role: &str) -> Markup {
    let name = format!("Role::\"{role}\"");
    let of_role: Vec<&str> = POLICIES
        .iter()
        .flat_map(|file| policies_of(file))
        .filter(|policy| policy.contains(&name))
        .collect();
    let of_all: Vec<&str> =
        policies_of(EVERYBODY).filter(|policy| !policy.contains(&name)).collect();
    html! {
        section.p aria-labelledby="cedar" {
            header { h2 id="cedar" { (words.say("rights-cedar")) } }
            p { (words.say("rights-cedar-says")) }
            @for (word, policies) in [("rights-cedar-role", of_role), ("rights-cedar-all", of_all)] {
                h3 { (words.say(word)) }
                div.scroll tabindex="0" role="region" aria-label=(words.say(word)) { pre.sql lang="en" { code { (policies.join("\n\n")) } } }
            }
        }
    }
}

/// The policies of a file, each with what stands above it.
fn policies_of(file: &str) -> impl Iterator<Item = &str> {
    file.split("\n\n").map(str::trim).filter(|part| part.starts_with('@'))
}

async fn approvals(visit: &Visit) -> Said {
    approvals_page(visit, None).await
}

async fn approvals_page(visit: &Visit, trouble: Option<&Trouble>) -> Said {
    let words = visit.words;
    let read = visit.ask.get("/approvals").await?.body;
    let elsewhere = elsewhere(visit).await;
    let all = list_of(&read, "approvals");
    let title = words.say("desk-approvals");
    let says = trouble.map(|trouble| trouble.says(words)).unwrap_or_default();
    let body = html! {
        (head(&title, &words.with("approvals-says", &[("n", count(all.len() as u64))])))
        (summary(words, &says, &[]))
        (done(visit, &[("approve", "approvals-done-approve"), ("refuse", "approvals-done-refuse")]))
        ul.q { @for act in all { (approval(visit, act)) } }
        @if !elsewhere.is_empty() { section.p aria-labelledby="elsewhere" {
            header { h2 id="elsewhere" { (words.say("approvals-elsewhere")) } }
            ul.plain { @for (path, says) in &elsewhere { li { a href=(path) { (says) } } } }
        } }
        p.hint { (words.say("approvals-day")) }
    };
    match trouble {
        Some(trouble) => visit.again(trouble, &title, body),
        None => visit.page(&title, body),
    }
}

/// What waits for a second word of whoever looks at other desks: releases that somebody proposed, and rules.
async fn elsewhere(visit: &Visit) -> Vec<(String, String)> {
    let words = visit.words;
    let mut found = Vec::new();
    if !visit.me.as_ref().is_some_and(|me| me.is_one_of(&["chief_analyst"])) {
        return found;
    }
    let me = visit.me.as_ref().map(|me| format!("user:{}", me.name)).unwrap_or_default();
    let cases =
        visit.ask.get("/cases?status=proposed").await.map(|read| read.body).unwrap_or_default();
    for case in list_of(&cases, "items").iter().filter(|case| case["proposed_by"] != *me) {
        let money =
            figures::money(text_of(&case["money"], "amount"), text_of(&case["money"], "currency"));
        let who = super::staff::person(text_of(case, "proposed_by"));
        let says = words.with("approvals-case", &[("money", text(money)), ("who", text(who))]);
        found.push((format!("/cases/{}", text_of(case, "id")), says));
    }
    let drafts = visit.ask.get("/risk/drafts").await.map(|read| read.body).unwrap_or_default();
    let open = list_of(&drafts, "items")
        .iter()
        .filter(|draft| draft["state"] == "open" && draft["by"] != *me);
    for draft in open {
        let who = super::staff::person(text_of(draft, "by"));
        let says = words
            .with("approvals-draft", &[("name", text(text_of(draft, "name"))), ("who", text(who))]);
        found.push((format!("/rules/drafts/{}", text_of(draft, "id")), says));
    }
    found
}

fn approval(visit: &Visit, act: &Value) -> Markup {
    let words = visit.words;
    let me = visit.me.as_ref().map_or("", |me| me.name.as_str());
    let (by, user) = (super::staff::person(text_of(act, "by")), text_of(act, "user"));
    let (mine, about_me) = (by == me, user == me);
    let id = act["id"].to_string();
    let sees_only = visit.me.as_ref().is_some_and(|me| me.is_one_of(&["supervisor"]));
    html! {
        li {
            div.row {
                b { (words.say(&format!("approval-{}", text_of(act, "kind")))) @if let Some(role) = act["role"].as_str() { ": " (role_word(words, role)) } }
                (tag("warn", &words.say("needs-second")))
            }
            p { (words.with("approval-about", &[("user", text(user)), ("by", text(by))])) " " (visit.moment(text_of(act, "since"))) }
            @if !text_of(act, "reason").is_empty() { p { "“" (text_of(act, "reason")) "”" } }
            @if mine || about_me { p { (words.say(if mine { "approval-mine" } else { "approval-about-me" })) } }
            @if !sees_only { div.choices {
                @if !mine && !about_me { (one_button(visit, &format!("/approvals/{id}/approve"), &words.say("approval-yes"), &[])) }
                (one_button(visit, &format!("/approvals/{id}/refuse"), &words.say(if mine { "approval-back" } else { "approval-no" }), &[]))
            } }
        }
    }
}

async fn approve(visit: &Visit) -> Said {
    let act = visit.named("act");
    if act != "approve" && act != "refuse" {
        return Err(Trouble::not_found());
    }
    match visit.ask.post(&format!("/approvals/{}/{act}", visit.named("approval")), json!({})).await
    {
        Ok(answer) if answer.body["link"].is_object() => new_link(visit, &answer.body["link"]),
        Ok(_) => Ok(Shown::Next(format!("/approvals?done={act}"))),
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Err(trouble) => approvals_page(visit, Some(&trouble)).await,
    }
}

async fn sessions(visit: &Visit) -> Said {
    let words = visit.words;
    let read = visit.ask.get("/sessions").await?.body;
    let all = list_of(&read, "sessions");
    let title = words.say("desk-sessions");
    let ends = visit.me.as_ref().is_some_and(|me| me.is_one_of(&["administrator"]));
    visit.page(&title, html! {
        (head(&title, &words.with("all-sessions-says", &[("n", count(all.len() as u64))])))
        (done(visit, &[("end", "sessions-done-end")]))
        (scrolled(words, &title, html! { table.inbox {
            thead { tr {
                th scope="col" { (words.say("name")) } th scope="col" { (words.say("session-seen")) } th scope="col" { (words.say("session-from")) }
                @if ends { th scope="col" { span.vh { (words.say("session-end")) } } }
            } }
            tbody { @for one in all { tr {
                th scope="row" { (text_of(one, "user")) }
                td { (visit.moment(text_of(one, "seen"))) }
                td { (text_of(one, "address")) br; small.agent title=(text_of(one, "agent")) { (browser(text_of(one, "agent"))) } }
                @if ends { td { (one_button(visit, &format!("/sessions/{}/end", text_of(one, "id")), &words.say("session-end"), &[])) } }
            } } }
        } }))
    })
}

async fn end_session(visit: &Visit) -> Said {
    visit.ask.post(&format!("/sessions/{}/end", visit.named("session")), json!({})).await?;
    Ok(Shown::Next("/sessions?done=end".to_owned()))
}

async fn programs(visit: &Visit) -> Said {
    let words = visit.words;
    let read = visit.ask.get("/clients").await?.body;
    let all = list_of(&read, "clients");
    let title = words.say("desk-programs");
    let writes = visit.me.as_ref().is_some_and(|me| me.is_one_of(&["administrator"]));
    visit.page(&title, html! {
        (head(&title, &words.with("programs-says", &[("n", count(all.len() as u64))])))
        (done(visit, &[("enable", "programs-done-enable"), ("disable", "programs-done-disable")]))
        @if !all.is_empty() { (scrolled(words, &title, html! { table.inbox {
            thead { tr {
                th scope="col" { (words.say("name")) } th scope="col" { (words.say("programs-scopes")) } th scope="col" { (words.say("programs-keys")) } th scope="col" { (words.say("people-since")) }
                @if writes { th scope="col" { span.vh { (words.say("programs-change")) } } }
            } }
            tbody { @for one in all {
                @let name = text_of(one, "client_id");
                @let (act, word) = if one["disabled"] == true { ("enable", "people-enable") } else { ("disable", "people-disable") };
                tr {
                    th scope="row" { (name) @if one["disabled"] == true { " " (tag("bad", &words.say("people-disabled"))) } }
                    td { @for scope in list_of(one, "scopes") { code { (scope.as_str().unwrap_or_default()) } " " } }
                    td { (words.with("programs-keys-n", &[("n", count((list_of(one, "keys").len() + list_of(one, "certificates").len()) as u64))])) }
                    td { (visit.day(text_of(one, "since"))) }
                    @if writes { td { (one_button(visit, &format!("/programs/{name}/{act}"), &words.say(word), &[])) } }
                }
            } }
        } })) }
        p.hint { (words.say("programs-add")) " " code { "tj client add till --scope payments --keys till.jwks.json" } }
    })
}

async fn change_program(visit: &Visit) -> Said {
    let act = visit.named("act");
    if act != "enable" && act != "disable" {
        return Err(Trouble::not_found());
    }
    let name = visit.named("client");
    if act == "disable" && !is_sure(visit) {
        return shut_out_surely(visit, name, &format!("/programs/{name}"));
    }
    visit.ask.post(&format!("/clients/{name}/{act}"), json!({})).await?;
    Ok(Shown::Next(format!("/programs?done={act}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;

    /// Every role has policies that name it, and each is shown whole.
    #[test]
    fn the_text_behind_each_role_is_shown() {
        for role in ROLES {
            let name = format!("Role::\"{role}\"");
            let all = POLICIES.iter().flat_map(|file| policies_of(file));
            let own: Vec<&str> = all.filter(|policy| policy.contains(&name)).collect();
            assert!(!own.is_empty(), "{role}");
            assert!(own.iter().all(|policy| policy.ends_with(';')), "{role}: {own:?}");
        }
    }

    /// Every right of every role can be told in words, with whose things it is about.
    #[test]
    fn rights_of_all_roles_are_told() {
        for role in ROLES {
            let rights = rights_of(role);
            assert!(rights.len() > 3, "{role}: {rights:?}");
            for (right, cell) in rights {
                for words in [Words(Lang::En), Words(Lang::Zh)] {
                    let name = format!("right-{}", right.replace(['.', '_'], "-"));
                    assert!(words.perhaps(&name).is_some(), "no file has {name}");
                    for mark in cell.split(' ') {
                        assert!(
                            words.perhaps(&format!("cell-{mark}")).is_some(),
                            "{right}: {mark}"
                        );
                    }
                }
            }
        }
        assert!(rights_of("teller").contains(&("payment.create", "all m")));
        assert!(rights_of("nobody").is_empty());
    }
}
