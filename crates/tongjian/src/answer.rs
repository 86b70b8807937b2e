//! What the bank answered, said once: done with its place in the journal, or refused with the one
//! exact reason and what can be done about it.

use crate::bank::Bank;
use crate::fail::{Done, Exit, Failure};
use crate::out::Out;
use crate::reasons::reasons;
use crate::tell::{Around, Stands, json_of, line_of};
use node::Answer;
use serde_json::{Value, json};
use terms::{AccountId, Currency, Event, Refusal, Ruling, TransferEvent, TransferFlags};

/// Says every answer. The first refusal decides the exit code.
///
/// # Errors
/// Something was refused; that is said already.
pub fn say(out: &Out, bank: &Bank, answers: &[Answer]) -> Done {
    say_with(out, bank, answers, Value::Null)
}

/// Says every answer, and in JSON whatever else belongs to it.
///
/// # Errors
/// Something was refused; that is said already.
pub fn say_with(out: &Out, bank: &Bank, answers: &[Answer], beside: Value) -> Done {
    with_around(bank, |around| {
        let told: Vec<Value> = answers
            .iter()
            .map(|answer| json_of(&answer.event, Some(Stands::of(answer)), around))
            .collect();
        out.json(&match beside {
            Value::Null => json!({ "answers": told }),
            beside => json!({ "answers": told, "more": beside }),
        });
        for answer in answers {
            let Answer { record, entry, .. } = answer;
            out.line(format_args!("{}", line_of(&answer.event, around)));
            why(out, bank, &answer.event);
            if answer.event.outcome().is_ok() {
                out.line(format_args!("    done: record {record} in entry {entry} of the journal"));
            }
        }
    });
    let Some(refusal) = answers.iter().find_map(|answer| answer.event.outcome().err()) else {
        return Ok(());
    };
    // When one of several linked commands is refused, the reason stands at another one.
    let reason = answers
        .iter()
        .filter_map(|answer| answer.event.outcome().err())
        .find(|refusal| *refusal != Refusal::LinkedEventFailed)
        .unwrap_or(refusal);
    out.line(format_args!("    next: {}", advice(reason)));
    Err(Failure::said(Exit::Refused))
}

/// What risk control has to say of a payment, if it has: to the customer in both languages, and until when it waits.
fn why(out: &Out, bank: &Bank, event: &Event) {
    let Event::Transfer(TransferEvent { transfer, verdict: Some(verdict), outcome, .. }) = event
    else {
        return;
    };
    let engine = bank.node.engine();
    if verdict.ruling > Ruling::Approve {
        for reason in reasons(engine, verdict) {
            out.line(format_args!("    {}\n    {}", reason.tells, reason.tells_zh));
        }
    }
    if outcome.is_ok() && transfer.flags.has(TransferFlags::HELD) {
        let offset = engine.institution().map_or(0, |i| i.utc_offset_min);
        let until = transfer.timestamp.plus_s(transfer.timeout_s);
        let until = until.filter(|_| transfer.timeout_s > 0).map_or(String::new(), |end| {
            format!(" If nobody decides by {}, it goes back.", end.iso_at(offset))
        });
        out.line(format_args!("    held: the money is reserved and somebody looks first.{until}"));
        out.line(format_args!("    next: tj case show {}", transfer.id));
    }
}

/// Everything of a request was done; a refusal is a failure in the words of `what`.
///
/// # Errors
/// The first refusal.
pub fn must(what: &str, answers: &[Answer]) -> Done {
    match answers.iter().find_map(|answer| answer.event.outcome().err()) {
        None => Ok(()),
        Some(refusal) => Err(Failure::new(
            Exit::Refused,
            format!("{what} was refused: {}", refusal.sentence()),
            advice(refusal),
        )),
    }
}

/// Runs `f` with what a bank knows around its events.
pub fn with_around<T>(bank: &Bank, f: impl FnOnce(Around<'_>) -> T) -> T {
    let engine = bank.node.engine();
    let utc_offset_min = engine.institution().map_or(0, |i| i.utc_offset_min);
    let currency_of = |account: AccountId| -> Option<Currency> {
        engine.account(account).map(|a| a.account.ledger)
    };
    f(Around { utc_offset_min, currency_of: &currency_of })
}

/// What can be done about a refusal.
pub fn advice(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Exists => "nothing to do: it stands as it was asked for",
        Refusal::IdAlreadyFailed => "ask again under a new --id",
        Refusal::DebitAccountNotFound
        | Refusal::CreditAccountNotFound
        | Refusal::AccountNotFound => {
            "check the number with `tj account list`, or open the account with `tj account open`"
        }
        Refusal::ExceedsCredits | Refusal::ExceedsDebits => {
            "see what is available with `tj account show`, and pay less"
        }
        Refusal::ExceedsHold => "see the orders with `tj hold list`",
        Refusal::ExceedsTransferLimit | Refusal::ExceedsDailyLimit => {
            "see or change the limits with `tj limits`"
        }
        Refusal::ChartCodeUnknown => {
            "see the chart of accounts with `tj chart list`, or add a line with `tj chart add`"
        }
        Refusal::InstitutionNotOpen => {
            "open the institution: `tj init` does that when it makes the bank"
        }
        Refusal::PartyNotFound => {
            "see who is known with `tj party list`, or register with `tj party add`"
        }
        Refusal::PartyErased => {
            "an erased party stays erased; register the person anew under another id"
        }
        Refusal::AccountsMustHaveTheSameLedger => "use `tj exchange` between two currencies",
        Refusal::AlreadyReversed | Refusal::ReversedNotFound | Refusal::ReversedNotPosted => {
            "look at it with `tj journal show`"
        }
        Refusal::NoInterestDue => "wait until more has accrued; `tj interest show` says how much",
        Refusal::InterestTermsMissing => "agree terms with `tj interest set`",
        Refusal::DayNotOpen | Refusal::NextDayOutOfRange => "see the business day with `tj status`",
        Refusal::ValueDateOutOfRange | Refusal::ValueDateBeforeInterestSettled => {
            "give another --value-date"
        }
        Refusal::PayerMustConfirm => {
            "read the warning to the payer; if the payer wants it nevertheless, pay again with --confirmed under a new --id"
        }
        Refusal::RefusedByRiskControl => {
            "see why with `tj risk explain`; a customer who objects: `tj case open`, then `tj case appeal`"
        }
        Refusal::HeldForReview => "decide on its case with `tj case release` or `tj case refuse`",
        Refusal::NeedsReview => "ask for the payment alone, so that it can wait",
        Refusal::CaseNotFound => {
            "see the cases with `tj case list`, or open one with `tj case open`"
        }
        Refusal::OrderNotFound | Refusal::OrderAlreadyEnded | Refusal::TooManyOrders => {
            "see the orders with `tj order list`"
        }
        Refusal::ScheduleOutOfRange => "see the business day with `tj status`",
        Refusal::CaseIsAnothers => "ask whoever claimed it, or take it over with `tj case assign`",
        Refusal::NeedsOtherEyes => "a second person must release it: --by somebody else",
        Refusal::RuleSetNotInForce => "see the rule sets with `tj risk sets`",
        _ => "change the request; docs/terms.md says what the words mean",
    }
}
