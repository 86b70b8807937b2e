//! Persons and organisations. What identifies them is sealed under a key of their own before it comes near the journal;
//! erasing somebody destroys that key. Every look at who somebody is goes into the journal.

use crate::accounts::RoleDocument;
use crate::call::{Call, Reply, tagged};
use crate::gate::Relations;
use crate::problem::{Kind, Problem};
use crate::table::{CREATED, Operation, get, post};
use crate::wire::{PartyRef, Place, party_number};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use schemars::JsonSchema;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use terms::{Command, Party, PartyId, PartyKind, Refusal};

const TAG: &str = "parties";

/// The operations.
pub fn operations() -> Vec<Operation> {
    vec![
        post("/parties", "register_party", TAG, "Registers a person or organisation")
            .act("party.write")
            .money()
            .takes::<NewParty>()
            .gives::<PartyDocument>(201, "The party is registered.")
            .by(register),
        get(
            "/parties/{party}",
            "show_party",
            TAG,
            "Who a party is, and what it has; noted in the journal",
        )
        .act("party.read")
        .gives::<PartyDocument>(200, "The party.")
        .by(show),
        post(
            "/parties/{party}/erase",
            "erase_party",
            TAG,
            "Forgets who a party is, for good; money and proofs stand",
        )
        .act("party.erase")
        .takes::<Erasure>()
        .gives::<PartyDocument>(200, "It is forgotten.")
        .by(erase),
    ]
}

/// What kind of party.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PartyKindName {
    /// A natural person.
    Person,
    /// A company, public body or association.
    Organisation,
}

/// A party that is to be registered.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewParty {
    /// Person or organisation.
    pub kind: PartyKindName,
    /// What identifies it: `name` at least; `born`, `identity_number`, `address`, `country` and others as the bank has them.
    #[serde(deserialize_with = "each_once")]
    #[schemars(length(min = 1, max = 32))]
    pub fields: BTreeMap<String, String>,
}

/// A map in which no name stands twice: of two, programs on the way might each believe another.
fn each_once<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, String>, D::Error> {
    struct Once;
    impl<'de> Visitor<'de> for Once {
        type Value = BTreeMap<String, String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("names and texts")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut all = BTreeMap::new();
            while let Some((name, text)) = map.next_entry::<String, String>()? {
                if all.contains_key(&name) {
                    return Err(A::Error::custom(format!("{name:?} stands twice")));
                }
                all.insert(name, text);
            }
            Ok(all)
        }
    }
    from.deserialize_map(Once)
}

/// A party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PartyDocument {
    /// Its id.
    pub id: PartyRef,
    /// Person or organisation.
    pub kind: PartyKindName,
    /// What identifies it; absent if it was erased or cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields: Option<BTreeMap<String, String>>,
    /// Whether it was erased.
    pub erased: bool,
    /// Its roles on accounts.
    pub roles: Vec<RoleDocument>,
    /// Of somebody who was looked up on lists, and never told themselves: `clear`, `possible` (it is to be decided) or
    /// `confirmed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub screening: Option<String>,
    /// Where its record stands, if it was registered or erased just now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub journal: Option<Place>,
}

const FIELDS_MAX: usize = 32;
const FIELD_NAME_MAX: usize = 32;
const FIELD_BYTES_MAX: usize = 512;

/// Whether the fields can be somebody's.
///
/// # Errors
/// Names the field.
pub fn check(order: &NewParty) -> Result<(), Problem> {
    if !order.fields.contains_key("name") {
        return Err(Problem::field("/fields/name", "a party has a name"));
    }
    if order.fields.len() > FIELDS_MAX {
        return Err(Problem::field("/fields", format!("{FIELDS_MAX} at most")));
    }
    for (name, text) in &order.fields {
        let named = !name.is_empty()
            && name.len() <= FIELD_NAME_MAX
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !named {
            return Err(Problem::field(
                "/fields",
                format!("{name:?} is no name: 1 to {FIELD_NAME_MAX} of a-z, 0-9 and '_'"),
            ));
        }
        if text.trim().is_empty()
            || text.len() > FIELD_BYTES_MAX
            || text.chars().any(char::is_control)
        {
            let why = format!("1 to {FIELD_BYTES_MAX} bytes without control letters");
            return Err(Problem::field(format!("/fields/{name}"), why));
        }
    }
    check_document(order)
}

/// What kind of document says that `id_number` is the number of a Chinese resident.
const RESIDENT_ID: &str = "resident_id";
/// Weights of the digits of a resident's number (GB 11643).
const RESIDENT_WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// The last character of a resident's number, by the other 17 (GB 11643); `None` if these are no digits.
fn resident_check(first: &str) -> Option<char> {
    let digits: Option<Vec<u32>> = first.chars().map(|c| c.to_digit(10)).collect();
    let digits = digits.filter(|digits| digits.len() == RESIDENT_WEIGHTS.len())?;
    let sum: u32 = digits.iter().zip(RESIDENT_WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    b"10X98765432".get(sum as usize % 11).map(|byte| char::from(*byte))
}

/// Whether the number of a resident's card can be one, and agrees with the day of birth. Other documents have no form that
/// could be looked at.
fn check_document(order: &NewParty) -> Result<(), Problem> {
    let text = |name: &str| order.fields.get(name).map_or("", |text| text.trim());
    if text("document_kind") != RESIDENT_ID {
        return Ok(());
    }
    let number = text("id_number");
    let (first, last) =
        number.split_at(number.char_indices().nth(17).map_or(number.len(), |(at, _)| at));
    let check = resident_check(first).map(String::from);
    if check.is_none() || check.as_deref() != Some(&last.to_uppercase()) {
        let says = "not the number of a resident identity card: 17 digits and the check character of GB 11643";
        return Err(Problem::field("/fields/id_number", says));
    }
    let born: String = text("birth_date").chars().filter(char::is_ascii_digit).collect();
    if !born.is_empty() && first.get(6..14) != Some(born.as_str()) {
        return Err(Problem::field("/fields/birth_date", "not the day of birth in the number"));
    }
    Ok(())
}

/// The kind of a party as the ledger has it.
pub fn kind_of(name: PartyKindName) -> PartyKind {
    match name {
        PartyKindName::Person => PartyKind::Person,
        PartyKindName::Organisation => PartyKind::Organisation,
    }
}

async fn register(call: Call) -> Result<Reply, Problem> {
    let order: NewParty = call.json()?;
    check(&order)?;
    let id = party_number(crate::payments::key_of(&call)?.0);
    let kind = kind_of(order.kind);
    let known = known(&call, id).await?;
    if let Some((party, erased, _)) = known {
        // The key was used: the same content is told again, other content is not taken.
        if erased {
            return Err(Problem::refusal(Refusal::PartyErased));
        }
        let fields = order.fields.clone();
        let same = call.blocking(move |bank| {
            Ok(party.kind == kind && bank.fields_of(&party).is_ok_and(|known| known == fields))
        });
        if !same.await? {
            return Err(Problem::new(
                Kind::KeyReused,
                "another party was registered under this key",
            ));
        }
        let document = document(&call, id, Some(order.fields)).await?;
        return Ok(Reply::json(CREATED, &document)?.header(crate::call::REPLAYED, "true"));
    }
    // Whoever cannot be looked up is not registered; what came of it stands beside the registration.
    let (noted, result) = crate::newcomer::of_newcomer(&call, id, kind, &order.fields).await?;
    let fields = order.fields.clone();
    let identity = call.blocking(move |bank| bank.seal_fields(id, &fields)).await?;
    let mut request = vec![Command::RegisterParty(Party { id, kind, identity })];
    request.extend(noted);
    let answers = call.submit(request, Vec::new()).await?;
    let place = crate::accounts::done(&answers)?;
    for noted in answers.iter().skip(1) {
        // Nobody is taken for looked up of whom the journal does not say so.
        if let Err(refusal) = noted.event.outcome() {
            return Err(Problem::refusal(refusal));
        }
    }
    let document = PartyDocument {
        id: PartyRef(id),
        kind: order.kind,
        fields: Some(order.fields),
        erased: false,
        roles: Vec::new(),
        screening: result.map(|result| result.word().to_owned()),
        journal: Some(place),
    };
    let reply = Reply::json(CREATED, &document)?.at_entry(place.entry + 1);
    Ok(reply.header(LOCATION, &format!("{}/parties/{}", crate::table::ROOT, PartyRef(id))))
}

/// A party, whether it was erased, and how many records that was seen from.
async fn known(call: &Call, id: PartyId) -> Result<Option<(Party, bool, u64)>, Problem> {
    call.ask(move |engine| {
        engine.party(id).map(|(party, erased)| (party.clone(), erased, engine.records()))
    })
    .await
}

async fn document(
    call: &Call,
    id: PartyId,
    fields: Option<BTreeMap<String, String>>,
) -> Result<PartyDocument, Problem> {
    let seen = call
        .ask(move |engine| {
            let (party, erased) = engine.party(id)?;
            let roles: Vec<RoleDocument> = engine.roles_of(id).map(RoleDocument::of).collect();
            Some((party.kind, erased, roles, engine.screened(id)))
        })
        .await?;
    let (kind, erased, roles, screened) =
        seen.ok_or_else(|| Problem::missing(format_args!("party {}", PartyRef(id))))?;
    let kind = match kind {
        PartyKind::Person => PartyKindName::Person,
        PartyKind::Organisation => PartyKindName::Organisation,
    };
    // Nobody is told by the bank's own pages that somebody listed was found in them.
    let screening = screened.filter(|_| call.who.party != Some(id));
    let screening = screening.map(|result| result.word().to_owned());
    Ok(PartyDocument { id: PartyRef(id), kind, fields, erased, roles, screening, journal: None })
}

async fn show(call: Call) -> Result<Reply, Problem> {
    let PartyRef(id) = call.path("party", PartyRef::parse)?;
    let missing = || Problem::missing(format_args!("party {}", PartyRef(id)));
    let own = call.who.party == Some(id);
    if !own && !call.relations.meets(Relations::STRANGER) {
        call.denied(None);
        return Err(missing());
    }
    let (party, erased, records) = known(&call, id).await?.ok_or_else(missing)?;
    let fields = if erased {
        None
    } else {
        call.blocking(move |bank| Ok(bank.fields_of(&party).ok())).await?
    };
    if fields.is_some() && !own {
        call.read_personal(PartyRef(id).to_string());
    }
    let document = document(&call, id, fields).await?;
    tagged(&call, &document, call.bank.entries_of(records)?)
}

/// On what ground somebody is forgotten.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Erasure {
    /// Stands in the journal for good, so no personal data.
    #[schemars(length(min = 1, max = 200))]
    pub reason: String,
}

async fn erase(call: Call) -> Result<Reply, Problem> {
    let PartyRef(id) = call.path("party", PartyRef::parse)?;
    let order: Erasure = call.json()?;
    if order.reason.trim().is_empty() || order.reason.len() > 200 {
        return Err(Problem::field("/reason", "1 to 200 bytes"));
    }
    let (_, erased, _) = known(&call, id)
        .await?
        .ok_or_else(|| Problem::missing(format_args!("party {}", PartyRef(id))))?;
    if erased {
        return Err(Problem::refusal(Refusal::PartyErased));
    }
    let answers = call
        .submit(vec![Command::EraseParty { party: id, reason: order.reason }], Vec::new())
        .await?;
    let place = crate::accounts::done(&answers)?;
    call.blocking(move |bank| bank.destroy_key(id)).await?;
    let mut document = document(&call, id, None).await?;
    document.journal = Some(place);
    Ok(Reply::json(StatusCode::OK, &document)?.at_entry(place.entry + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faulty(pairs: &[(&str, &str)]) -> Option<String> {
        let fields = pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        let order = NewParty { kind: PartyKindName::Person, fields: fields.collect() };
        check(&order).err().map(|problem| problem.detail().to_owned())
    }

    #[test]
    fn the_number_of_a_resident_has_its_check_character_and_its_day() {
        let with = |number: &'static str, born: &'static str| {
            let mut fields = vec![
                ("name", "Zhang San"),
                ("document_kind", "resident_id"),
                ("id_number", number),
            ];
            if !born.is_empty() {
                fields.push(("birth_date", born));
            }
            faulty(&fields)
        };
        // The example of the standard.
        assert_eq!(with("11010519491231002X", "1949-12-31"), None);
        assert_eq!(with("11010519491231002x", ""), None);
        assert!(with("11010519491231002X", "1949-12-30").unwrap().contains("birth_date"));
        for wrong in
            ["110105194912310021", "11010519491231002", "1101051949123100201", "", "１１", "X"]
        {
            assert!(with(wrong, "").unwrap().contains("id_number"), "{wrong}");
        }
        assert_eq!(
            faulty(&[("name", "Ann"), ("document_kind", "passport"), ("id_number", "P1")]),
            None
        );
    }
}
