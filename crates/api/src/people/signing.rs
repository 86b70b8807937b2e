//! Large payments of people are signed: payee, amount and currency are bound into a challenge ((EU) 2018/389, article 5); of an
//! upload its bytes, how many payments it has and what they add up to. The first try is answered with the challenge; the same
//! order goes through when its answer stands in the header `Step-Up`.

use super::{Challenge, denied, done, utc};
use crate::bank::Bank;
use crate::call::{Call, STEP_UP};
use crate::gate::{Paying, Permission, Relations};
use crate::identity::now_s;
use crate::problem::{Kind, Problem};
use crate::total::Total;
use crate::wire::{AccountRef, Money, hex};
use access::{Access, Principal, Signing, SigningAct, SigningUpload, SteppedUp, ToSign};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use terms::{AccountId, Amount, Currency, Transfer, TransferId};

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
    /// Six digits, for who has no passkey, or of the card for who comes with a phone.
    #[serde(default)]
    code: Option<String>,
}

/// Sees to it that who asks may give this order, now that its amount is known; gives the call with the relations on which
/// they may. An order that was decided before goes on as well: it is only told again.
///
/// # Errors
/// No; or it must be signed first.
pub async fn allowed(call: Call, transfer: &Transfer) -> Result<Call, Problem> {
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
    let_on(call, permission, Some(transfer.debit_account))
}

/// On with it, with the relations on which it is allowed; or no.
fn let_on(
    mut call: Call,
    permission: Permission,
    account: Option<AccountId>,
) -> Result<Call, Problem> {
    match permission {
        Permission::On(relations) if relations != Relations::NONE => {
            call.relations = relations;
            Ok(call)
        }
        _ => Err(call.denied(account)),
    }
}

/// The same for what moves nothing and is signed nevertheless, as letting somebody see an account. `says` is what it does, without
/// personal data, and `about` what of it is personal; `shown` is what stands beside the challenge.
///
/// # Errors
/// No; or it must be signed first.
pub async fn allowed_act(
    call: Call,
    says: String,
    about: String,
    shown: Value,
) -> Result<Call, Problem> {
    let mut paying = Paying { amount_minor: 0, currency: Currency(0), signed: None };
    let mut permission = call.bank.gate.may_pay(&call.who, call.act, &paying);
    if permission == Permission::Signed {
        let signing = Signed::Act { act: call.act.0, says, about, shown };
        let Some(answer) = answer(&call)? else { return Err(asked(&call, signing).await?) };
        paying.signed = Some(checked(&call, signing, answer).await?);
        permission = call.bank.gate.may_pay(&call.who, call.act, &paying);
    }
    let_on(call, permission, None)
}

/// Whether who asks may do this whatever the amount; then nothing needs to be added up.
pub fn allowed_any(call: &mut Call) -> bool {
    let relations = call.bank.gate.may(&call.who, call.act);
    if relations != Relations::NONE {
        call.relations = relations;
    }
    relations != Relations::NONE
}

/// The same for an upload, each of whose sums is asked about. What is sent again is signed again, for what of it was not done is
/// done then.
///
/// # Errors
/// No; or it must be signed first.
pub async fn allowed_upload(call: Call, total: Total) -> Result<Call, Problem> {
    let mut permission = together(&call, &total, None);
    if permission == Permission::Signed {
        let sums = total.sums.iter().map(|(currency, sum)| (*currency, *sum)).collect();
        let signing = Signed::Upload { total: total.clone(), sums };
        let Some(answer) = answer(&call)? else { return Err(asked(&call, signing).await?) };
        let signed = checked(&call, signing, answer).await?;
        permission = together(&call, &total, Some(&signed));
    }
    let_on(call, permission, None)
}

/// What may be done with all sums: on which accounts each may be paid from. One that must be signed first has all signed.
fn together(call: &Call, total: &Total, signed: Option<&SteppedUp>) -> Permission {
    let (mut relations, mut signs) = (call.relations, false);
    for (&currency, &amount_minor) in &total.sums {
        let paying = Paying { amount_minor, currency, signed: signed.cloned() };
        match call.bank.gate.may_pay(&call.who, call.act, &paying) {
            Permission::Signed => signs = true,
            Permission::On(on) => relations = Relations(relations.0 & on.0),
        }
    }
    if signs && relations != Relations::NONE {
        return Permission::Signed;
    }
    Permission::On(relations)
}

/// Whether a payment, or an order for later, was decided under this id.
fn known(engine: &engine::Engine, id: TransferId) -> bool {
    engine.transfer(id).is_some() || engine.has_failed(id) || engine.order(id).is_some()
}

/// What is signed, as it is shown.
#[derive(Clone)]
enum Signed {
    Payment { transfer: Box<Transfer>, payee: String },
    Upload { total: Total, sums: Arc<[(Currency, u128)]> },
    Act { act: &'static str, says: String, about: String, shown: Value },
}

impl Signed {
    fn of(transfer: &Transfer) -> Signed {
        let payee = AccountRef(transfer.credit_account).to_string();
        Signed::Payment { transfer: Box::new(*transfer), payee }
    }

    fn to_sign(&self) -> ToSign<'_> {
        match self {
            Signed::Payment { transfer, payee } => ToSign::Payment(Signing {
                from: transfer.debit_account,
                payee,
                amount_minor: transfer.amount.0,
                currency: transfer.ledger,
            }),
            Signed::Upload { total: Total { payments, sha256, .. }, sums } => {
                ToSign::Upload(SigningUpload { payments: *payments, totals: sums, sha256: *sha256 })
            }
            Signed::Act { act, says, about, .. } => ToSign::Act(SigningAct { act, says, about }),
        }
    }

    /// What is too large, in words.
    fn says(&self) -> &'static str {
        match self {
            Signed::Payment { .. } => "this payment is above what goes without a signature",
            Signed::Upload { .. } => "this upload is above what goes without a signature",
            Signed::Act { .. } => "this is done with a signature alone",
        }
    }

    /// What a payer must see before they sign.
    fn shown(&self) -> Value {
        match self {
            Signed::Payment { transfer, payee } => {
                let money = Money::of(transfer.ledger, transfer.amount);
                json!({
                    "from": AccountRef(transfer.debit_account), "payee": payee,
                    "amount": money.amount, "currency": money.currency,
                })
            }
            Signed::Upload { total: Total { payments, sums, sha256 }, .. } => {
                let money =
                    |(currency, sum): (&Currency, &u128)| Money::of(*currency, Amount(*sum));
                let totals: Vec<Money> = sums.iter().map(money).collect();
                json!({ "payments": payments, "totals": totals, "sha256": hex(sha256) })
            }
            Signed::Act { shown, .. } => shown.clone(),
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
        done(call, move |access, who, now_s| access.step_up_begin(who, signed.to_sign(), now_s))
            .await?;
    let challenge = Challenge::of(&asked)?;
    let by_code =
        challenge.options["publicKey"]["allowCredentials"].as_array().is_none_or(Vec::is_empty);
    let mut told = shown.shown();
    told["id"] = json!(challenge.id);
    told["options"] = challenge.options;
    told["until"] = json!(utc(asked.until_s));
    told["answer_with"] = json!(if by_code { "code" } else { "passkey" });
    let card = done(call, |access, who, _| Ok(access.card_asks(who))).await?;
    if let Some(number) = card {
        told["answer_with"] = json!("card");
        told["card_code"] = json!(number);
    }
    Ok(Problem::new(Kind::MustSign, shown.says()).beside("challenge", told))
}

async fn checked(call: &Call, signed: Signed, answer: Answer) -> Result<SteppedUp, Problem> {
    let who = super::principal(call)?;
    call.blocking(move |bank: &Bank| {
        let access = super::identities(bank)?;
        finish(&access, &who, signed.to_sign(), answer)
    })
    .await
}

fn finish(
    access: &Access,
    who: &Principal,
    signing: ToSign<'_>,
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
