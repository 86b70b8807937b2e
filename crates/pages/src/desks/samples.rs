//! Examples of messages, to read and to copy; and how a developer gets something to try things on.

use super::staff::views;
use crate::inside;
use crate::parts::frame::head;
use crate::row::Row;
use crate::trouble::Trouble;
use crate::visit::{Said, Shown, Visit};
use crate::words::text;
use maud::html;

/// Messages of which there is an example, as the standard calls them.
const KINDS: [&str; 9] = [
    "pain.001", "pain.002", "pacs.008", "pacs.002", "pacs.004", "camt.052", "camt.053", "camt.054",
    "head.001",
];

/// The pages.
pub fn rows() -> Vec<Row> {
    vec![inside!(GET "/samples/{kind}", sample), inside!(GET "/samples/{kind}/message.xml", file)]
}

async fn xml(visit: &Visit) -> Result<(&'static str, String), Trouble> {
    let named = visit.named("kind");
    let kind = KINDS.into_iter().find(|kind| *kind == named).ok_or_else(Trouble::not_found)?;
    let read = visit.ask.get(&format!("/messages/samples/{kind}")).await?.body;
    Ok((kind, read.as_str().ok_or_else(Trouble::not_found)?.to_owned()))
}

async fn sample(visit: &Visit) -> Said {
    let words = visit.words;
    let (kind, xml) = xml(visit).await?;
    let title = words.with("samples-title", &[("kind", text(kind))]);
    let all = KINDS.map(|kind| (format!("/samples/{kind}"), kind.to_owned()));
    let what = words.say(&format!("message-{}", kind.replace('.', "-")));
    visit.page(&title, html! {
        (head(&title, &format!("{what}. {}", words.say("samples-says"))))
        (views(visit, "samples-others", &all, &format!("/samples/{kind}")))
        div.scroll tabindex="0" role="region" aria-label=(title) { pre.sql lang="en" { code { (xml) } } }
        p.row-of { a.btn.pri href={ "/samples/" (kind) "/message.xml" } { (words.say("samples-keep")) } a.btn href="/developers" { (words.say("desk-developers")) } }
        p.hint { (words.say("samples-tools")) " " code { "tj iso validate FILE" } }
    })
}

async fn file(visit: &Visit) -> Said {
    let (kind, xml) = xml(visit).await?;
    Ok(Shown::File("application/xml", format!("{kind}.xml"), xml.into_bytes()))
}
