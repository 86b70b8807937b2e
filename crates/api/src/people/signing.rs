//! Large payments of people are signed: payee, amount and currency are bound into a challenge ((EU) 2018/389, article 5). The
//! first try is answered with the challenge; the same order goes through when its answer stands in the header `Step-Up`.

use super::{Challenge, denied, done, utc};
use crate::bank::Bank;
use crate::call::{Call, STEP_UP};
use crate::gate::{Paying, Permission, Relations};
use crate::identity::now_s;
use crate::problem::{Kind, Problem};
use crate::wire::{AccountRef, Money};
use access::{Access, Principal, Signing, SteppedUp};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};
use terms::{Transfer, TransferId};

/// Bytes of an answer in the header.
const ANSWER_BYTES_MAX: usize = 8 << 10;

/// An answer to a challenge, in the header as JSON in base64url.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    /// Of the challenge.
    id: String,
    /// `PublicKeyCredential.toJSON()`.
    #[serde(default)]
    passkey: Option<serde_json::Map<String, Value>>,
    /// Six digits, for who has no passkey.
    #[serde(default)]
    code: Option<String>,
}

/// Sees to it that who asks may give this order, now that its amount is known; gives the call with the relations on which
/// they may. An order that was decided before goes on as well: it is only told again.
///
/// # Errors
/// No; or it must be signed first.
pub async fn allowed(mut call: Call, transfer: &Transfer) -> Result<Call, Problem> {
    let mut paying =
        Paying { amount_minor: transfer.amount.0, currency: transfer.ledger, signed: None };
    let mut permission = call.bank.gate.may_pay(&call.who, call.act, &paying);
    if permission == Permission::Signed {
        let id = transfer.id;
        if call.ask(move |engine| known(engine, id)).await? {
            return Ok(call);
        }
        let signing = Signed::of(transfer);
        let Some(answer) = answer(&call)? else { return Err(asked(&call, signing).await?) };
        paying.signed = Some(checked(&call, signing, answer).await?);
        permission = call.bank.gate.may_pay(&call.who, call.act, &paying);
    }
    match permission {
        Permission::On(relations) if relations != Relations::NONE => {
            call.relations = relations;
            Ok(call)
        }
        _ => Err(call.denied(Some(transfer.debit_account))),
    }
}

/// Whether a payment, or an order for later, was decided under this id.
fn known(engine: &engine::Engine, id: TransferId) -> bool {
    engine.transfer(id).is_some() || engine.has_failed(id) || engine.order(id).is_some()
}

/// What is signed, as it is shown.
#[derive(Clone)]
struct Signed {
    transfer: Transfer,
    payee: String,
}

impl Signed {
    fn of(transfer: &Transfer) -> Signed {
        let payee = AccountRef(transfer.credit_account).to_string();
        Signed { transfer: *transfer, payee }
    }

    fn signing(&self) -> Signing<'_> {
        Signing {
            from: self.transfer.debit_account,
            payee: &self.payee,
            amount_minor: self.transfer.amount.0,
            currency: self.transfer.ledger,
        }
    }
}

fn answer(call: &Call) -> Result<Option<Answer>, Problem> {
    let Some(header) = call.headers.get(STEP_UP) else { return Ok(None) };
    let says = "base64url of {\"id\": …, \"passkey\": {…}} or {\"id\": …, \"code\": …}";
    let wrong = || Problem::field("@Step-Up", says);
    if header.len() > ANSWER_BYTES_MAX {
        return Err(wrong());
    }
    let bytes = URL_SAFE_NO_PAD.decode(header.as_bytes()).map_err(|_| wrong())?;
    serde_json::from_slice(&bytes).map(Some).map_err(|_| wrong())
}

/// The challenge, as a problem: it is answered, and the same order is sent again.
async fn asked(call: &Call, signed: Signed) -> Result<Problem, Problem> {
    let shown = signed.clone();
    let asked =
        done(call, move |access, who, now_s| access.step_up_begin(who, &signed.signing(), now_s))
            .await?;
    let challenge = Challenge::of(&asked)?;
    let by_code =
        challenge.options["publicKey"]["allowCredentials"].as_array().is_none_or(Vec::is_empty);
    let money = Money::of(shown.transfer.ledger, shown.transfer.amount);
    Ok(Problem::new(Kind::MustSign, "this payment is above what goes without a signature").beside(
        "challenge",
        json!({
            "id": challenge.id, "options": challenge.options, "until": utc(asked.until_s),
            "answer_with": if by_code { "code" } else { "passkey" },
            "from": AccountRef(shown.transfer.debit_account), "payee": shown.payee,
            "amount": money.amount, "currency": money.currency,
        }),
    ))
}

async fn checked(call: &Call, signed: Signed, answer: Answer) -> Result<SteppedUp, Problem> {
    let who = super::principal(call)?;
    call.blocking(move |bank: &Bank| {
        let access = super::identities(bank)?;
        finish(&access, &who, &signed.signing(), answer)
    })
    .await
}

fn finish(
    access: &Access,
    who: &Principal,
    signing: &Signing<'_>,
    answer: Answer,
) -> Result<SteppedUp, Problem> {
    let done = match (answer.passkey, answer.code) {
        (Some(passkey), None) => {
            let passkey = Value::Object(passkey).to_string();
            access.step_up_finish(who, signing, &answer.id, &passkey, now_s())
        }
        (None, Some(code)) => access.step_up_finish_code(who, signing, &answer.id, &code, now_s()),
        _ => return Err(Problem::field("@Step-Up", "either passkey or code")),
    };
    done.map_err(|why| denied(&why))
}
