//! Who stands before the counter: customers found by the beginning of their name. Names lie sealed, so the vault opens them one
//! after the other, beside the writer and within bounds; whoever was found is noted as looked at, like any other look.

use crate::call::{Call, Reply};
use crate::gate::Relations;
use crate::parties::PartyKindName;
use crate::problem::Problem;
use crate::table::{Operation, get};
use crate::wire::PartyRef;
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};
use terms::{Party, PartyId, PartyKind};

/// Those who are told at most.
const FOUND_MAX: usize = 20;
/// Letters that must be typed at least.
const LETTERS_MIN: usize = 2;
/// Letters that may be typed at most.
const LETTERS_MAX: usize = 64;
/// Parties that the writer hands out at once.
const PAGE: usize = 2_000;
/// What is left of a request's time when the search ends.
const RESERVE: Duration = Duration::from_secs(2);

/// The operations.
pub fn operations() -> Vec<Operation> {
    vec![
        get(
            "/parties",
            "find_parties",
            "parties",
            "Finds customers by the beginning of a name or by the number of their document; each is noted as looked at",
        )
        .act("party.find")
        .query::<ByName>()
        .gives::<FoundDocument>(200, "At most 20, the nearest names first.")
        .by(find),
    ]
}

/// By what somebody is found.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ByName {
    /// The beginning of the name, or of one of its words; two letters at least. Or the whole number of their document.
    #[schemars(length(min = 2, max = 64))]
    pub name: String,
}

/// Somebody who was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FoundParty {
    /// Who.
    pub party: PartyRef,
    /// Person or organisation.
    pub kind: PartyKindName,
    /// Their name.
    pub name: String,
    /// The year of birth, to tell two apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub born: Option<String>,
    /// The last four characters of their document's number, to tell two apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_end: Option<String>,
}

/// Those who were found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FoundDocument {
    /// The nearest names first.
    pub items: Vec<FoundParty>,
    /// Whether these are all; else more must be typed, or there was no time to look further.
    pub all: bool,
}

/// How near a name is to what was typed: 0 for the same, 1 for its beginning, 2 for that of one of its words.
fn near(name: &str, typed: &str) -> Option<u8> {
    let name = name.to_lowercase();
    let split = |c: char| c.is_whitespace() || matches!(c, '-' | '·' | ',' | '.');
    if name == typed {
        Some(0)
    } else if name.starts_with(typed) {
        Some(1)
    } else {
        name.split(split).any(|word| !word.is_empty() && word.starts_with(typed)).then_some(2)
    }
}

fn found(
    party: &Party,
    mut fields: journal::vault::Fields,
    typed: &str,
) -> Option<(u8, FoundParty)> {
    let name = fields.remove("name")?;
    let number = fields.remove("id_number").or_else(|| fields.remove("credit_code"));
    let by_document = number.as_ref().is_some_and(|number| number.to_lowercase() == typed);
    let near = if by_document { 0 } else { near(&name, typed)? };
    let end = number.map(|number| {
        let skip = number.chars().count().saturating_sub(4);
        number.chars().skip(skip).collect::<String>()
    });
    let born = fields.remove("birth_date").and_then(|day| day.get(..4).map(str::to_owned));
    let kind = match party.kind {
        PartyKind::Person => PartyKindName::Person,
        PartyKind::Organisation => PartyKindName::Organisation,
    };
    let party = PartyRef(party.id);
    Some((near, FoundParty { party, kind, name, born, document_end: end }))
}

async fn find(call: Call) -> Result<Reply, Problem> {
    let ByName { name } = call.query()?;
    let typed = name.trim().to_lowercase();
    if !(LETTERS_MIN..=LETTERS_MAX).contains(&typed.chars().count()) {
        let says = format!("{LETTERS_MIN} to {LETTERS_MAX} letters of a name");
        return Err(Problem::field("?name", says));
    }
    if !call.relations.meets(Relations::STRANGER) {
        return Err(call.denied(None));
    }
    let until = call.deadline.checked_sub(RESERVE).unwrap_or(call.deadline);
    let (mut all, mut hits, mut after) = (true, Vec::new(), None);
    loop {
        let from: Option<PartyId> = after;
        let page: Vec<Party> = call
            .ask(move |engine| {
                let behind = engine.parties_after(from).filter(|(_, erased)| !erased);
                behind.take(PAGE).map(|(party, _)| party.clone()).collect()
            })
            .await?;
        let Some(last) = page.last().map(|party| party.id) else { break };
        after = Some(last);
        let typed = typed.clone();
        let more = call.blocking(move |bank| {
            let opened = |party: &Party| found(party, bank.fields_of(party).ok()?, &typed);
            Ok(page.iter().filter_map(opened).collect::<Vec<_>>())
        });
        hits.extend(more.await?);
        if Instant::now() >= until {
            all = false;
            break;
        }
    }
    hits.sort_by(|(near, one), (other, two)| (near, &one.name).cmp(&(other, &two.name)));
    all &= hits.len() <= FOUND_MAX;
    hits.truncate(FOUND_MAX);
    let items: Vec<FoundParty> = hits.into_iter().map(|(_, found)| found).collect();
    items.iter().for_each(|found| call.read_personal(found.party.to_string()));
    Reply::json(StatusCode::OK, &FoundDocument { items, all })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_by_its_beginning_or_that_of_a_word() {
        assert_eq!(near("王芳", "王芳"), Some(0));
        assert_eq!(near("Wang Fang", "wang"), Some(1));
        assert_eq!(near("Wang Fang", "fa"), Some(2));
        assert_eq!(near("Ol\u{e9} Berg-Lund", "lund"), Some(2));
        assert_eq!(near("Wang Fang", "ang"), None);
    }
}
