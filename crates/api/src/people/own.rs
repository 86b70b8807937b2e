//! What is one's own: who one is here, one's sessions and passkeys, and a pass for the tables. It takes no right but to be
//! signed in.

use super::{
    Challenge, MeDocument, SessionsDocument, done, identities, named, principal, session, utc,
};
use crate::call::{Call, Reply};
use crate::problem::{Kind, Problem};
use crate::site::{Cookie, no_cookie};
use crate::table::{Operation, get, post};
use crate::wire::{Nothing, PartyRef};
use access::Refused;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use terms::PartyId;

const TAG: &str = "oneself";

/// The operations.
pub fn operations() -> Vec<Operation> {
    vec![
        get("/me", "show_me", TAG, "Who is signed in here")
            .signed_in()
            .gives::<MeDocument>(200, "Who it is.")
            .by(me),
        post("/me/sign-out", "sign_out", TAG, "Ends this session")
            .signed_in()
            .takes::<Nothing>()
            .gives_other(204, "", "It has ended.")
            .by(sign_out),
        get("/me/sessions", "list_my_sessions", TAG, "Where I am signed in")
            .signed_in()
            .gives::<SessionsDocument>(200, "All of them.")
            .by(sessions),
        post("/me/sessions/{session}/end", "end_my_session", TAG, "Ends one of my sessions")
            .signed_in()
            .takes::<Nothing>()
            .gives_other(204, "", "It has ended.")
            .by(end),
        get("/me/passkeys", "list_my_passkeys", TAG, "My passkeys")
            .signed_in()
            .gives::<PasskeysDocument>(200, "All of them.")
            .by(passkeys),
        post("/me/passkeys/begin", "begin_my_passkey", TAG, "Begins to add a passkey")
            .signed_in()
            .takes::<Nothing>()
            .gives::<Challenge>(200, "What the browser hands to the passkey.")
            .by(begin),
        post("/me/passkeys", "add_my_passkey", TAG, "Adds the passkey")
            .signed_in()
            .takes::<NewPasskey>()
            .gives_other(204, "", "It opens from now on.")
            .by(add),
        post(
            "/me/passkeys/{passkey}/remove",
            "remove_my_passkey",
            TAG,
            "Removes a passkey; other sessions end",
        )
        .signed_in()
        .takes::<Nothing>()
        .gives_other(204, "", "It opens nothing any more.")
        .conflicts()
        .by(remove),
        get(
            "/me/help-word",
            "show_my_help_word",
            TAG,
            "My customer number, and the word by which I agree to help whoever I tell it",
        )
        .signed_in()
        .gives::<HelpWordDocument>(200, "The word; another one every half day.")
        .by(help_word),
        post(
            "/queries/pass",
            "make_pass",
            TAG,
            "A word that opens the tables over Flight SQL for ten minutes",
        )
        .act("query.ask")
        .takes::<Nothing>()
        .gives::<PassDocument>(201, "The word, shown once.")
        .by(pass),
    ]
}

/// A passkey.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PasskeyDocument {
    /// Its id.
    pub id: String,
    /// As its owner called it.
    pub label: String,
    /// Since when, in UTC.
    pub since: String,
}

/// Passkeys.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PasskeysDocument {
    /// The oldest first.
    pub passkeys: Vec<PasskeyDocument>,
}

/// A passkey that is to be added.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPasskey {
    /// Of the question.
    pub id: String,
    /// `PublicKeyCredential.toJSON()`.
    pub answer: serde_json::Map<String, Value>,
    /// How its owner calls it.
    #[serde(default)]
    pub label: String,
}

/// A pass for the tables.
#[derive(Serialize, JsonSchema)]
pub struct PassDocument {
    /// `Authorization: Bearer`, or the password beside any name; only from the address that shows it first.
    pub token: String,
    /// Seconds it is good, unless the session ends or the right is taken before.
    pub expires_in: u64,
}

/// What somebody tells the person they help.
#[derive(Serialize, JsonSchema)]
pub struct HelpWordDocument {
    /// The customer number.
    pub party: PartyRef,
    /// Eight digits.
    pub word: String,
    /// Until when the word is good, in UTC.
    pub until: String,
}

async fn help_word(call: Call) -> Result<Reply, Problem> {
    let none = || Problem::missing("customer number of yours");
    let party = call.who.party.map(PartyRef).ok_or_else(none)?;
    let word = done(&call, |access, who, now_s| access.help_word(who, now_s)).await?;
    let until = utc(word.until_s);
    Reply::json(StatusCode::OK, &HelpWordDocument { party, word: word.word, until })
}

/// Whether a word is that of a customer number.
///
/// # Errors
/// It is not, or nobody has that number: the answer is the same. Too many were wrong.
pub async fn fits_help_word(call: &Call, party: PartyId, word: String) -> Result<(), Problem> {
    let checked = done(call, move |access, who, now_s| {
        Ok(access.help_word_fits(who, party, &word, now_s).map_err(|denied| denied.why))
    });
    match checked.await? {
        Ok(()) => Ok(()),
        Err(access::Why::TooMany) => {
            Err(Problem::new(Kind::TooMany, "too many words were wrong").retry_after_s(60))
        }
        Err(_) => Err(Problem::field("/word", "number and word do not belong together")),
    }
}

async fn me(call: Call) -> Result<Reply, Problem> {
    let who = principal(&call)?;
    Reply::json(StatusCode::OK, &MeDocument::of(&who))
}

async fn sign_out(call: Call) -> Result<Reply, Problem> {
    let Nothing {} = call.json()?;
    let access = identities(&call.bank)?;
    let cookie = Cookie::Session.of(&call.headers, &access).unwrap_or_default().to_owned();
    done(&call, move |access, _, now_s| Ok(access.sign_out(&cookie, now_s)?)).await?;
    Ok(Reply::empty().header(SET_COOKIE, &no_cookie(&access)))
}

async fn sessions(call: Call) -> Result<Reply, Problem> {
    let all = done(&call, |access, who, now_s| access.my_sessions(who, now_s)).await?;
    Reply::json(StatusCode::OK, &SessionsDocument::of(all))
}

async fn end(call: Call) -> Result<Reply, Problem> {
    let id = session(&call)?;
    let Nothing {} = call.json()?;
    done(&call, move |access, who, now_s| {
        // Another's is ended at /sessions, by who has the right; here it is not there.
        let own = access.my_sessions(who, now_s)?.iter().any(|session| session.id == id);
        if own { access.session_end(who, id, now_s) } else { unknown(id) }
    })
    .await?;
    Ok(Reply::empty())
}

fn unknown(id: access::SessionId) -> Result<(), Refused> {
    Err(Refused::Unknown(format!("session {id}")))
}

async fn passkeys(call: Call) -> Result<Reply, Problem> {
    let all = done(&call, |access, who, _| access.my_passkeys(who)).await?;
    let one = |view: access::PasskeyView| PasskeyDocument {
        id: view.id,
        label: view.label.to_string(),
        since: utc(view.since_s),
    };
    Reply::json(StatusCode::OK, &PasskeysDocument { passkeys: all.into_iter().map(one).collect() })
}

async fn begin(call: Call) -> Result<Reply, Problem> {
    let Nothing {} = call.json()?;
    let asked = done(&call, |access, who, now_s| Ok(access.passkey_add_begin(who, now_s)?)).await?;
    Reply::json(StatusCode::OK, &Challenge::of(&asked)?)
}

async fn add(call: Call) -> Result<Reply, Problem> {
    let NewPasskey { id, answer, label } = call.json()?;
    let answer = Value::Object(answer).to_string();
    done(&call, move |access, who, now_s| {
        Ok(access.passkey_add_finish(who, &id, &answer, &label, now_s)?)
    })
    .await?;
    Ok(Reply::empty())
}

async fn remove(call: Call) -> Result<Reply, Problem> {
    let id = named(&call, "passkey")?;
    let Nothing {} = call.json()?;
    done(&call, move |access, who, now_s| access.passkey_remove(who, &id, now_s)).await?;
    Ok(Reply::empty())
}

async fn pass(call: Call) -> Result<Reply, Problem> {
    let Nothing {} = call.json()?;
    let pass = done(&call, |access, who, now_s| Ok(access.pass(who, now_s)?)).await?;
    let told = PassDocument { token: pass.token, expires_in: pass.expires_in_s };
    Reply::json(StatusCode::CREATED, &told)
}
