//! How people come in: with a link that opens once, by passkey, or by password and code. Everybody may knock, so these
//! operations need no right; every knock that is not right is noted and counted by `access`.

use super::{Challenge, MeDocument, denied, identities, refused, utc};
use crate::call::{Call, Reply};
use crate::identity::now_s;
use crate::problem::{Kind, Problem};
use crate::site::{Cookie, cookies};
use crate::table::{Operation, Row, post};
use crate::wire::Nothing;
use access::{Access, Came, Denied, LinkKind, SignedIn};
use axum::http::StatusCode;
use axum::http::header::{SET_COOKIE, USER_AGENT};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

const TAG: &str = "signing in";

/// The operations.
pub fn operations() -> Vec<Operation> {
    let mut all = with_links();
    all.extend([
        knock(
            "/sign-in/passkey/begin",
            "begin_passkey",
            "Asks for a challenge that a passkey signs",
        )
        .takes::<Nothing>()
        .gives::<Challenge>(200, "What the browser hands to the passkey.")
        .by(begin_passkey),
        knock(
            "/sign-in/passkey",
            "sign_in_with_passkey",
            "Signs in with the signature of a passkey",
        )
        .takes::<PasskeyAnswer>()
        .gives::<MeDocument>(200, "Who it is; the session is in the cookie.")
        .by(passkey),
        knock(
            "/sign-in/password",
            "sign_in_with_password",
            "Signs in with name, password and code",
        )
        .takes::<PasswordAnswer>()
        .gives::<MeDocument>(200, "Who it is; the session is in the cookie.")
        .by(password),
    ]);
    all
}

fn with_links() -> Vec<Operation> {
    vec![
        knock("/links/look", "look_at_link", "Says whom a link lets in, without using it")
            .takes::<LinkToken>()
            .gives::<LinkSeen>(200, "Whom it lets in.")
            .by(look),
        knock(
            "/links/passkey/begin",
            "begin_passkey_of_link",
            "Begins to make a passkey with a link",
        )
        .takes::<LinkToken>()
        .gives::<Challenge>(200, "What the browser hands to the passkey.")
        .by(begin_with_link),
        knock(
            "/links/passkey",
            "use_link_with_passkey",
            "Makes the passkey, uses the link, signs in",
        )
        .takes::<LinkPasskey>()
        .gives::<MeDocument>(200, "Who it is; the session is in the cookie.")
        .by(finish_with_link),
        knock(
            "/links/password/begin",
            "begin_password_of_link",
            "Takes a password and gives the secret for codes",
        )
        .takes::<LinkPassword>()
        .gives::<CodeSecret>(200, "What an authenticator app needs, shown once.")
        .by(begin_password),
        knock(
            "/links/password",
            "use_link_with_password",
            "Takes the first code, uses the link, signs in",
        )
        .takes::<LinkCode>()
        .gives::<MeDocument>(200, "Who it is; the session is in the cookie.")
        .by(finish_password),
    ]
}

fn knock(path: &'static str, id: &'static str, summary: &'static str) -> Row {
    let row = post(path, id, TAG, summary);
    row.may_end(Kind::Unauthenticated).may_end(Kind::Forbidden)
}

/// The answer of a passkey.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyAnswer {
    /// Of the question.
    pub id: String,
    /// `PublicKeyCredential.toJSON()`.
    pub answer: serde_json::Map<String, Value>,
}

/// Name, password and code.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordAnswer {
    /// The name to sign in with.
    pub name: String,
    /// The password.
    pub password: String,
    /// Six digits of the authenticator app.
    pub code: String,
}

/// A link that opens once.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkToken {
    /// Its secret.
    pub token: String,
}

/// What a link is for.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LinkSeen {
    /// Whom it lets in.
    pub user: String,
    /// `invite`, or `recovery` for who lost all keys: what there was of them ends.
    pub kind: String,
    /// Until when, in UTC.
    pub until: String,
}

/// A new passkey for a link.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkPasskey {
    /// The link's secret.
    pub token: String,
    /// Of the question.
    pub id: String,
    /// `PublicKeyCredential.toJSON()`.
    pub answer: serde_json::Map<String, Value>,
    /// How its owner calls it.
    #[serde(default)]
    pub label: String,
}

/// A new password for a link.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkPassword {
    /// The link's secret.
    pub token: String,
    /// 15 to 128 characters.
    pub password: String,
}

/// What an authenticator app needs (RFC 6238).
#[derive(Serialize, JsonSchema)]
pub struct CodeSecret {
    /// In base32, to type.
    pub secret: String,
    /// `otpauth://totp/…`, to scan.
    pub uri: String,
}

/// The first code of a new secret.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkCode {
    /// The link's secret.
    pub token: String,
    /// Six digits of the authenticator app.
    pub code: String,
}

async fn begin_passkey(call: Call) -> Result<Reply, Problem> {
    let Nothing {} = call.json()?;
    let asked = identities(&call.bank)?.passkey_begin(now_s()).map_err(|why| denied(&why))?;
    Reply::json(StatusCode::OK, &Challenge::of(&asked)?)
}

async fn passkey(call: Call) -> Result<Reply, Problem> {
    let PasskeyAnswer { id, answer } = call.json()?;
    let answer = Value::Object(answer).to_string();
    signed_in(&call, move |access, came| access.passkey_sign_in(&id, &answer, came, now_s())).await
}

async fn password(call: Call) -> Result<Reply, Problem> {
    let PasswordAnswer { name, password, code } = call.json()?;
    let sign_in = move |access: &Access, came: &Came<'_>| {
        access.password_sign_in(&name, &password, &code, came, now_s())
    };
    signed_in(&call, sign_in).await
}

async fn look(call: Call) -> Result<Reply, Problem> {
    let LinkToken { token } = call.json()?;
    let seen = identities(&call.bank)?.link_look(&token, now_s()).map_err(|why| denied(&why))?;
    let kind = match seen.kind {
        LinkKind::Invite => "invite",
        LinkKind::Recovery => "recovery",
    };
    let (user, until) = (seen.user.to_string(), utc(seen.until_s));
    Reply::json(StatusCode::OK, &LinkSeen { user, kind: kind.to_owned(), until })
}

async fn begin_with_link(call: Call) -> Result<Reply, Problem> {
    let LinkToken { token } = call.json()?;
    let asked =
        identities(&call.bank)?.link_passkey_begin(&token, now_s()).map_err(|why| denied(&why))?;
    Reply::json(StatusCode::OK, &Challenge::of(&asked)?)
}

async fn finish_with_link(call: Call) -> Result<Reply, Problem> {
    let LinkPasskey { token, id, answer, label } = call.json()?;
    let answer = Value::Object(answer).to_string();
    let finish = move |access: &Access, came: &Came<'_>| {
        access.link_passkey_finish(&token, &id, &answer, &label, came, now_s())
    };
    signed_in(&call, finish).await
}

async fn begin_password(call: Call) -> Result<Reply, Problem> {
    let LinkPassword { token, password } = call.json()?;
    let offer = call
        .blocking(move |bank| {
            identities(bank)?.link_password(&token, &password, now_s()).map_err(refused)
        })
        .await?;
    Reply::json(StatusCode::OK, &CodeSecret { secret: offer.secret, uri: offer.uri })
}

async fn finish_password(call: Call) -> Result<Reply, Problem> {
    let LinkCode { token, code } = call.json()?;
    signed_in(&call, move |access, came| access.link_password_finish(&token, &code, came, now_s()))
        .await
}

/// Signs somebody in, and gives the cookies. The cookie that came along never becomes the new one.
async fn signed_in(
    call: &Call,
    sign_in: impl FnOnce(&Access, &Came<'_>) -> Result<SignedIn, Denied> + Send + 'static,
) -> Result<Reply, Problem> {
    let (headers, address) = (call.headers.clone(), call.address.to_string());
    let (reply, set) = call
        .blocking(move |bank| {
            let access = identities(bank)?;
            let agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok());
            let came = Came {
                address: &address,
                agent: agent.unwrap_or_default(),
                device: Cookie::Device.of(&headers, &access),
                cookie: Cookie::Session.of(&headers, &access),
            };
            let signed_in = sign_in(&access, &came).map_err(|why| denied(&why))?;
            let me = MeDocument::of(&signed_in.principal);
            Ok((Reply::json(StatusCode::OK, &me)?, cookies(&signed_in, &access)))
        })
        .await?;
    Ok(set.iter().fold(reply, |reply, cookie| reply.header(SET_COOKIE, cookie)))
}
