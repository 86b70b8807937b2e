//! Short messages: one SMS each, in words that say what happened and nothing that could be misused. No link ever, so that whoever
//! gets one knows it is not ours; of an account only the end of its number. They are made of events as `GET /events` tells them;
//! a sender gets those by webhook and sends what comes of it (`docs/text.md`).

use super::facts::Money;
use crate::figures;
use crate::words::{Words, count, text};
use serde_json::Value;

/// Codes of a card at which its owner is told to make a new one.
pub const CARD_LOW: u8 = 4;

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Money left an account.
    Left(Moved),
    /// Money came.
    Came(Moved),
    /// A payment is kept back until somebody looked.
    Held(Moved),
    /// A payment was refused.
    Refused(Moved),
    /// Somebody decided on a payment that was kept back: it was let go, or not.
    Decided {
        /// It was let go.
        released: bool,
    },
    /// A code of the card was used.
    CodeUsed {
        /// Its number.
        number: u8,
        /// How many are left.
        left: u8,
    },
    /// The card is nearly used up.
    CardLow {
        /// How many are left.
        left: u8,
    },
}

/// Money that moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// How much.
    pub money: Money,
    /// The end of one's own account.
    pub own: String,
    /// The end of the other.
    pub other: String,
}

impl Message {
    /// What an event (as `GET /events` has it) is to the owner of these accounts; nothing for what needs no message.
    pub fn of_event(event: &Value, own: &[&str]) -> Option<Message> {
        let data = &event["data"];
        let account = |name: &str| data[name].as_str().unwrap_or_default();
        let is_own = |id: &str| own.contains(&id);
        let moved = |mine: &str, other: &str| Moved {
            money: Money::of(data),
            own: figures::account_end(account(mine)),
            other: figures::account_end(account(other)),
        };
        let (pays, is_paid) = (is_own(account("from")), is_own(account("to")));
        match event["kind"].as_str()? {
            // Between two accounts of one's own nothing left and nothing came.
            "payment.posted" if pays && !is_paid => Some(Message::Left(moved("from", "to"))),
            "payment.posted" if is_paid && !pays => Some(Message::Came(moved("to", "from"))),
            "payment.held" if pays => Some(Message::Held(moved("from", "to"))),
            "payment.refused" if pays => Some(Message::Refused(moved("from", "to"))),
            "case.worked" => match data["step"].as_str()? {
                "release" => Some(Message::Decided { released: true }),
                "refuse" => Some(Message::Decided { released: false }),
                _ => None,
            },
            _ => None,
        }
    }

    /// As it is sent.
    pub fn text(&self, words: Words) -> String {
        let moved = |word: &str, of: &Moved| {
            let put = [
                ("money", text(of.money.short())),
                ("own", text(of.own.as_str())),
                ("other", text(of.other.as_str())),
            ];
            words.with(word, &put)
        };
        let said = match self {
            Message::Left(of) => moved("sms-left", of),
            Message::Came(of) => moved("sms-came", of),
            Message::Held(of) => moved("sms-held", of),
            Message::Refused(of) => moved("sms-refused", of),
            Message::Decided { released: true } => words.say("sms-released").into_owned(),
            Message::Decided { released: false } => words.say("sms-kept").into_owned(),
            Message::CodeUsed { number, left } => {
                let put = [("n", count(u64::from(*number))), ("left", count(u64::from(*left)))];
                words.with("sms-code", &put)
            }
            Message::CardLow { left } => {
                words.with("sms-card-low", &[("left", count(u64::from(*left)))])
            }
        };
        super::screen::plain(words.0, &said)
    }
}

#[cfg(test)]
mod tests {
    use super::super::screen::length;
    use super::*;
    use crate::words::Lang;
    use serde_json::json;

    const OWN: &str = "acc_00000000-0000-0000-0057-6a1d0f0e7686";
    const OTHER: &str = "acc_ffffffff-ffff-ffff-ffff-fffffffffff0";

    fn payment(kind: &str, from: &str, to: &str) -> Value {
        let data =
            json!({ "from": from, "to": to, "amount": "123456789012.50", "currency": "CNY" });
        json!({ "kind": kind, "time": "2026-11-28T09:00:00Z", "data": data })
    }

    fn examples() -> Vec<Message> {
        let worked = |step: &str| json!({ "kind": "case.worked", "data": { "case": "case_1", "step": step } });
        let events = [
            payment("payment.posted", OWN, OTHER),
            payment("payment.posted", OTHER, OWN),
            payment("payment.held", OWN, OTHER),
            payment("payment.refused", OWN, OTHER),
            worked("release"),
            worked("refuse"),
        ];
        let mut all: Vec<Message> =
            events.iter().map(|event| Message::of_event(event, &[OWN]).unwrap()).collect();
        all.extend([
            Message::CodeUsed { number: 24, left: 23 },
            Message::CodeUsed { number: 7, left: 1 },
        ]);
        all.extend([Message::CardLow { left: 4 }, Message::CardLow { left: 0 }]);
        all
    }

    #[test]
    fn each_message_is_one_sms_without_a_link_or_a_whole_number() {
        for message in examples() {
            for lang in [Lang::En, Lang::Zh] {
                let said = message.text(Words(lang));
                let (long, most) = length(&said);
                assert!(long <= most, "{long}: {said}");
                assert!(!said.contains("sms-") && !said.contains("{"), "{said}");
                assert!(
                    !said.contains("http") && !said.contains("www") && !said.contains('/'),
                    "{said}"
                );
                for account in [OWN, OTHER] {
                    assert!(!said.contains(&figures::digits_of(account)), "{said}");
                }
            }
        }
    }

    #[test]
    fn only_whom_it_concerns_is_told() {
        let event = payment("payment.posted", OTHER, OTHER);
        assert_eq!(Message::of_event(&event, &[OWN]), None);
        let between = payment("payment.posted", OWN, OTHER);
        assert_eq!(Message::of_event(&between, &[OWN, OTHER]), None);
        let note = json!({ "kind": "case.worked", "data": { "case": "case_1", "step": "note" } });
        assert_eq!(Message::of_event(&note, &[OWN]), None);
        let came = payment("payment.held", OTHER, OWN);
        assert_eq!(Message::of_event(&came, &[OWN]), None, "whoever is paid hears nothing yet");
    }
}
