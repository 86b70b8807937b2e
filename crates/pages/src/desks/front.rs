//! Pages for everybody: the front door, how pages look, how to reach a person, how accessible this is.

use super::own_accounts::{accounts_of, one_s_own};
use crate::figures;
use crate::look::{SIZES, Theme};
use crate::parts::form::{form, hidden};
use crate::parts::frame::{DESKS, HOME, head};
use crate::row::Row;
use crate::visit::{Said, Shown, Visit, local};
use crate::words::{Lang, text};
use crate::{inside, open};
use maud::{Markup, html};
use serde_json::{Value, json};

/// The pages.
pub fn rows() -> Vec<Row> {
    vec![
        open!(GET "/", start),
        open!(GET "/look", look),
        open!(POST "/look", set_look),
        open!(GET "/help", help),
        open!(GET "/accessibility", accessibility),
        open!(GET "/tour", tour_page),
        inside!(GET "/desk", desk),
    ]
}

/// Whoever is signed in goes to their desk; others see what this is.
async fn start(visit: &Visit) -> Said {
    if visit.me.is_some() {
        return desk(visit).await;
    }
    let words = visit.words;
    let (entries, _) = visit.house.position();
    let title = words.say("front-title");
    // Nobody of a sample bank has a password to sign in with: one chooses whom to be.
    let is_sample = visit.house.tour.is_some();
    visit.page(&title, html! {
        (head(&title, &words.say("front-says")))
        (tour(visit))
        div.acts-wrap {
            ul.acts {
                li { a.pri[!is_sample] href="/sign-in" { b { (words.say("sign-in")) } span { (words.say("front-sign-in")) } } }
                li { a href="/check" { b { (words.say("check-it")) } span { (words.with("front-check", &[("entries", text(figures::number(entries)))])) } } }
                li { a href="/api/v1/reference" { b { (words.say("front-api")) } span { (words.say("front-api-says")) } } }
                li { a href="/help" { b { (words.say("ask-person")) } span { (words.say("front-help")) } } }
            }
        }
    })
}

/// People a visitor of a sample bank may be.
fn tour(visit: &Visit) -> Markup {
    let words = visit.words;
    let Some(tour) = &visit.house.tour else { return html! {} };
    html! {
        section.p aria-labelledby="tour" {
            header { h2 id="tour" { (words.say("tour-title")) } }
            p.say { (words.say("tour-says")) }
            @if visit.path != "/tour" { p { a.btn.pri href="/tour" { (words.say("tour-page")) } } }
            ul.people {
                @for (role, name, called) in &tour.people {
                    li {
                        (form(visit, "/visit", html! {
                            (hidden("name", name))
                            (who(visit, role, name, called))
                        }))
                    }
                }
            }
        }
    }
}

/// Somebody to be, as the reader can read them: a name of both kinds of letters in the reader's own, one in Chinese beside what
/// it stands for.
fn who(visit: &Visit, role: &str, name: &str, called: &str) -> Markup {
    let words = visit.words;
    let what = words
        .perhaps(&format!("visitor-{name}"))
        .unwrap_or_else(|| words.say(&format!("role-{}", role.replace('_', "-"))).into_owned());
    let (latin, chinese): (Vec<&str>, Vec<&str>) =
        called.split(' ').partition(|part| part.is_ascii());
    let (latin, chinese) = (latin.join(" "), chinese.join(" "));
    match words.0 {
        Lang::En if latin.is_empty() => html! {
            button.btn type="submit" { (what) } span lang="zh-CN" { (chinese) }
        },
        Lang::En => html! { button.btn type="submit" { (latin) } span { (what) } },
        Lang::Zh => html! {
            button.btn type="submit" { @if chinese.is_empty() { (latin) } @else { (chinese) } } span { (what) }
        },
    }
}

/// The first minutes in a sample bank, and the phone of who is signed in.
async fn tour_page(visit: &Visit) -> Said {
    let words = visit.words;
    if visit.house.tour.is_none() {
        return Err(crate::trouble::Trouble::not_found());
    }
    let title = words.say("tour-page");
    let code = visit.house.sample_code(visit.me.as_ref().map(|me| &*me.name));
    let trap = trap(visit).await;
    visit.page(&title, html! {
        (head(&title, &words.say("tour-page-says")))
        @if let Some(code) = code {
            section.note.know { h2 { (words.say("tour-phone")) } p.secret { code { (code) } } p { (words.say("tour-phone-says")) } }
        }
        ol.tour { @for (n, (roles, path, word)) in (1..).zip(STEPS) { li {
            (words.say(&format!("tour-{n}"))) " "
            @if n == 2 && let Some((amount, link)) = &trap { a href=(link) { (words.with("tour-trap", &[("amount", text(figures::money(amount, "CNY")))])) } }
            @else if roles.is_empty() || visit.me.as_ref().is_some_and(|me| me.is_one_of(roles)) { a href=(path) { (words.say(word)) } }
            @else { a href="#tour" { (words.say("tour-choose")) } }
        } } }
        (tour(visit))
        (super::phone::sample(visit))
    })
}

/// Where each step of the tour happens, and whose desk that is; everybody's where no role is named.
const STEPS: [(&[&str], &str, &str); 8] = [
    (&["customer"], "/pay", "desk-pay"),
    (&["customer"], "/pay", "desk-pay"),
    (&["customer"], "/pay", "desk-pay"),
    (&["customer"], HOME, "desk-home"),
    (&[], "/look?back=%2Ftour", "look"),
    (&["analyst", "chief_analyst"], "/cases", "desk-cases"),
    (&["analyst", "chief_analyst"], "/rules", "desk-rules"),
    (&[], "/api/v1/reference", "front-api"),
];

/// What a swindler would ask for: nearly all there is, to somebody whom one never paid. The amount, and the way to try it.
async fn trap(visit: &Visit) -> Option<(String, String)> {
    let stranger = visit.house.tour.as_ref()?.stranger.as_ref()?;
    let me = visit.me.as_ref().filter(|me| me.is_one_of(&["customer"]))?;
    me.party.as_ref()?;
    let (_, accounts) = accounts_of(visit).await.ok()?;
    let account = accounts.iter().find(|account| one_s_own(account))?;
    let whole =
        |of: &Value| -> Option<u64> { of["amount"].as_str()?.split('.').next()?.parse().ok() };
    let free = whole(&account["balance"]["available"])?;
    let limits = &account["limits"];
    let most = ["per_payment", "per_day"].into_iter().filter_map(|limit| whole(&limits[limit]));
    let most = most.fold(free / 100 * 96, u64::min);
    // The largest of which one would be warned: beyond that it might be stopped, below it nobody would mind.
    for part in [100, 90, 80, 70, 60, 50, 40, 30, 20, 15, 10, 7, 5, 3] {
        let amount = format!("{}.00", most / 100 * part);
        let order = json!({
            "from": account["id"], "to": figures::account_of(stranger)?, "amount": amount,
            "currency": account["currency"], "kind": 301,
        });
        let quote = visit.ask.look("/payments/quote", order).await.ok()?;
        if quote.body["would"] == "ask" {
            let link =
                format!("/pay?to={stranger}&amount={amount}&from={}", account["id"].as_str()?);
            return Some((amount, link));
        }
    }
    None
}

/// To the first desk of who is signed in.
async fn desk(visit: &Visit) -> Said {
    let me = visit.me()?;
    let first = DESKS.iter().find(|desk| me.is_one_of(desk.roles));
    match first.map_or("/me", |desk| desk.path) {
        // At once: over a slow line being led on takes most of a second.
        HOME => super::customer::home(visit).await,
        path => Ok(Shown::Next(path.to_owned())),
    }
}

async fn look(visit: &Visit) -> Said {
    let words = visit.words;
    let look = visit.look;
    let back = local(visit.query.get("back"));
    let title = words.say("look");
    let choices = |heading: &str, all: &[(String, String, bool)]| {
        html! {
            fieldset {
                legend { (heading) }
                div.picks {
                    @for (wish, label, now) in all {
                        button.btn type="submit" name="wish" value=(wish) aria-pressed=(if *now { "true" } else { "false" }) { (label) }
                    }
                }
            }
        }
    };
    let themes = Theme::ALL.map(|theme| {
        (
            theme.word().to_owned(),
            words.say(&format!("theme-{}", theme.word())).into_owned(),
            theme == look.theme,
        )
    });
    let mut sizes = vec![("0".to_owned(), words.say("size-usual").into_owned(), look.size == 0)];
    sizes.extend(SIZES.map(|size| {
        (
            size.to_string(),
            words.with("size", &[("size", text(size.to_string()))]),
            size == look.size,
        )
    }));
    let modes = [
        ("plain".to_owned(), words.say("mode-plain").into_owned(), !look.care),
        ("care".to_owned(), words.say("mode-care").into_owned(), look.care),
    ];
    let langs = [
        ("en".to_owned(), "English".to_owned(), look.lang.word() == "en"),
        ("zh".to_owned(), "中文".to_owned(), look.lang.word() == "zh"),
    ];
    visit.page(
        &title,
        html! {
            (head(&title, &words.say("look-says")))
            div.narrow {
                (form(visit, "/look", html! {
                    (hidden("back", &format!("/look?back={}", form_urlencoded::byte_serialize(back.as_bytes()).collect::<String>())))
                    (choices(&words.say("look-lang"), &langs))
                    (choices(&words.say("look-theme"), &themes))
                    (choices(&words.say("look-size"), &sizes))
                    (choices(&words.say("look-mode"), &modes))
                }))
                p { a.btn href=(back) { (words.say("look-done")) } }
            }
        },
    )
}

async fn set_look(visit: &Visit) -> Said {
    let look = visit.look.set(visit.form.get("wish"));
    let cookies = visit.look_cookie(look).into_iter().collect();
    Ok(Shown::NextWith(local(visit.form.get("back")).to_owned(), cookies))
}

async fn help(visit: &Visit) -> Said {
    let words = visit.words;
    let number = visit.house.telephone.as_str();
    let title = words.say("ask-person");
    visit.page(&title, html! {
        (head(&title, &words.say("help-says")))
        div.narrow {
            p.call { a.btn.pri href={ "tel:" (number) } { (words.with("call", &[("number", text(number))])) } }
            p { (words.say("help-hours")) }
            h2 { (words.say("help-fraud-title")) }
            p { (words.say("help-fraud")) }
            h2 { (words.say("help-complaint-title")) }
            p { (words.say("help-complaint")) }
            @if visit.me.as_ref().is_some_and(|me| me.party.is_some()) {
                h2 { (words.say("together-own-title")) }
                p { (words.say("together-own-says")) }
                p { a.btn href="/together" { (words.say("together-digits-type")) } }
            }
            @if visit.me.as_ref().is_some_and(|me| me.is_one_of(&["customer"])) { p { a.btn href="/complaints/new" { (words.say("complaint-new")) } } }
        }
    })
}

async fn accessibility(visit: &Visit) -> Said {
    let words = visit.words;
    let title = words.say("accessibility");
    visit.page(
        &title,
        html! {
            (head(&title, &words.say("accessibility-says")))
            div.narrow {
                ul { @for n in 1..=5 { li { (words.say(&format!("accessibility-{n}"))) } } }
                p { (words.say("accessibility-not")) }
                p { a.btn href="/help" { (words.say("ask-person")) } }
            }
        },
    )
}
