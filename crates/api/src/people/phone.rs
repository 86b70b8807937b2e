//! One's own phone and card, for who has no app: a number and a PIN to sign in with, and a printed card of codes that sign large
//! payments. They are made and changed by who is signed in by stronger means; on the phone itself only ended, or looked at.

use super::{done, utc};
use crate::call::{Call, Reply};
use crate::problem::Problem;
use crate::table::{CREATED, Operation, get, post};
use crate::wire::Nothing;
use access::NewPhone;
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

const TAG: &str = "oneself";

/// The operations.
pub fn operations() -> Vec<Operation> {
    let mut all = of_phone();
    all.extend([
        get("/me/card", "show_my_card", TAG, "My card of codes")
            .signed_in()
            .gives::<CardDocument>(200, "How many codes are left.")
            .by(card),
        post("/me/card", "make_my_card", TAG, "Makes a new card of codes; the one before ends")
            .signed_in()
            .takes::<Nothing>()
            .gives::<PrintedCard>(201, "The codes, shown this once to be printed.")
            .may_end(crate::problem::Kind::Forbidden)
            .by(make_card),
        post("/me/card/end", "end_my_card", TAG, "Ends my card of codes")
            .signed_in()
            .takes::<Nothing>()
            .gives_other(204, "", "No code of it counts any more.")
            .may_end(crate::problem::Kind::NotFound)
            .by(end_card),
    ]);
    all
}

fn of_phone() -> Vec<Operation> {
    vec![
        get("/me/phone", "show_my_phone", TAG, "My phone that signs in with a PIN")
            .signed_in()
            .gives::<PhoneDocument>(200, "Its number, if there is one.")
            .by(phone),
        post(
            "/me/phone",
            "set_my_phone",
            TAG,
            "Lets a phone of mine sign in with a PIN, or changes number or PIN",
        )
        .signed_in()
        .takes::<PhoneOrder>()
        .gives_other(204, "", "It signs in from now on.")
        .conflicts()
        .may_end(crate::problem::Kind::Forbidden)
        .by(set),
        post(
            "/me/phone/language",
            "set_my_phone_language",
            TAG,
            "Sets the language of my phone's screens",
        )
        .signed_in()
        .takes::<LanguageOrder>()
        .gives_other(204, "", "It speaks it from now on.")
        .may_end(crate::problem::Kind::NotFound)
        .by(language),
        post(
            "/me/phone/confirm",
            "confirm_my_phone",
            TAG,
            "Says that my phone's new SIM is mine; until then it pays nothing",
        )
        .signed_in()
        .takes::<Nothing>()
        .gives_other(204, "", "It pays again.")
        .may_end(crate::problem::Kind::NotFound)
        .may_end(crate::problem::Kind::Forbidden)
        .by(confirm),
        post(
            "/me/phone/remove",
            "remove_my_phone",
            TAG,
            "My phone signs in no more; its sessions end",
        )
        .signed_in()
        .takes::<Nothing>()
        .gives_other(204, "", "It signs in no more.")
        .may_end(crate::problem::Kind::NotFound)
        .may_end(crate::problem::Kind::Forbidden)
        .by(remove),
    ]
}

/// A phone that signs in with a PIN.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct PhoneDocument {
    /// Its number; absent if there is no phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The language of its screens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
    /// Too many wrong PINs in a row; a new PIN opens it.
    pub locked: bool,
    /// It has another SIM than before, and pays nothing until its owner says that it is theirs.
    pub sim_changed: bool,
    /// Since when, in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
}

/// A phone that is to sign in with a PIN.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PhoneOrder {
    /// `+` and 8 to 15 digits, with the country's code.
    pub number: String,
    /// Six digits that nobody would try first.
    pub pin: String,
    /// The language of its screens, `en` or `zh`.
    pub lang: String,
}

/// A language.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LanguageOrder {
    /// `en` or `zh`.
    pub lang: String,
}

/// A card of codes.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct CardDocument {
    /// Codes that were not used; 0 if there is no card.
    pub left: u8,
    /// Too many wrong codes in a row; a new card is needed.
    pub locked: bool,
    /// Since when, in UTC; absent if there is no card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
}

/// A card to be printed.
#[derive(Serialize, JsonSchema)]
pub struct PrintedCard {
    /// The codes; the first is number 1.
    pub codes: Vec<String>,
}

async fn phone(call: Call) -> Result<Reply, Problem> {
    let mine = done(&call, |access, who, _| access.my_phone(who)).await?;
    let told = mine.map(|phone| PhoneDocument {
        number: Some(phone.number.to_string()),
        lang: Some(phone.lang.to_string()),
        locked: phone.locked,
        sim_changed: phone.sim_changed,
        since: Some(utc(phone.since_s)),
    });
    Reply::json(StatusCode::OK, &told.unwrap_or_default())
}

async fn set(call: Call) -> Result<Reply, Problem> {
    let PhoneOrder { number, pin, lang } = call.json()?;
    done(&call, move |access, who, now_s| {
        access.phone_set(who, &NewPhone { number: &number, pin: &pin, lang: &lang }, now_s)
    })
    .await?;
    Ok(Reply::empty())
}

async fn language(call: Call) -> Result<Reply, Problem> {
    let LanguageOrder { lang } = call.json()?;
    done(&call, move |access, who, _| access.phone_language(who, &lang)).await?;
    Ok(Reply::empty())
}

async fn confirm(call: Call) -> Result<Reply, Problem> {
    let Nothing {} = call.json()?;
    done(&call, |access, who, now_s| access.phone_confirm(who, now_s)).await?;
    Ok(Reply::empty())
}

async fn remove(call: Call) -> Result<Reply, Problem> {
    let Nothing {} = call.json()?;
    done(&call, |access, who, now_s| access.phone_remove(who, now_s)).await?;
    Ok(Reply::empty())
}

async fn card(call: Call) -> Result<Reply, Problem> {
    let mine = done(&call, |access, who, _| access.my_card(who)).await?;
    let told = mine.map(|card| CardDocument {
        left: card.left,
        locked: card.locked,
        since: Some(utc(card.since_s)),
    });
    Reply::json(StatusCode::OK, &told.unwrap_or_default())
}

async fn make_card(call: Call) -> Result<Reply, Problem> {
    let Nothing {} = call.json()?;
    let codes = done(&call, |access, who, now_s| access.card_make(who, now_s)).await?;
    Reply::json(CREATED, &PrintedCard { codes })
}

async fn end_card(call: Call) -> Result<Reply, Problem> {
    let Nothing {} = call.json()?;
    done(&call, |access, who, now_s| access.card_end(who, now_s)).await?;
    Ok(Reply::empty())
}
