//! What a dialogue knows of the bank: figures that the API told, as short as a small screen wants them.

use crate::figures;
use serde_json::Value;

/// An account of who is on the phone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Its id in the API.
    pub id: String,
    /// What is booked.
    pub booked: Money,
    /// What may be spent.
    pub free: Money,
    /// Most for one payment.
    pub per_payment: Option<Money>,
    /// Most for a day.
    pub per_day: Option<Money>,
    /// Its owner may set what it may send.
    pub own: bool,
}

/// An amount of a currency, as the API writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Money {
    /// `1234.50`.
    pub amount: String,
    /// `CNY`.
    pub currency: String,
}

impl Money {
    /// Out of a document.
    pub fn of(document: &Value) -> Money {
        let text = |name: &str| document[name].as_str().unwrap_or_default().to_owned();
        Money { amount: text("amount"), currency: text("currency") }
    }

    /// For a small screen: `¥1,234.50`.
    pub fn short(&self) -> String {
        figures::money(&self.amount, &self.currency).replace("¥\u{a0}", "¥")
    }

    /// Whether it is less than another of the same currency.
    pub fn is_less(&self, other: &Money) -> bool {
        let sortable = |amount: &str| {
            let (whole, places) = amount.split_once('.').unwrap_or((amount, ""));
            format!("{whole:0>32}.{places:0<8}")
        };
        self.currency == other.currency && sortable(&self.amount) < sortable(&other.amount)
    }
}

impl Account {
    /// Out of the API's document.
    pub fn of(document: &Value, own: bool) -> Account {
        let balance = &document["balance"];
        let booked = Money::of(&balance["booked"]);
        let free = &balance["available"];
        let limit = |name: &str| {
            let limit = &document["limits"][name];
            limit.is_object().then(|| Money::of(limit))
        };
        Account {
            id: document["id"].as_str().unwrap_or_default().to_owned(),
            free: if free.is_object() { Money::of(free) } else { booked.clone() },
            booked,
            per_payment: limit("per_payment"),
            per_day: limit("per_day"),
            own,
        }
    }

    /// The end of its number.
    pub fn end(&self) -> String {
        figures::account_end(&self.id)
    }
}

/// A movement on an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Money came.
    pub came: bool,
    /// How much.
    pub money: Money,
    /// The end of the other account's number; empty for the bank itself.
    pub other: String,
    /// `27.11.`
    pub day: String,
}

/// A payment that somebody looked at first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// The case.
    pub case: String,
    /// How much.
    pub money: Money,
    /// `open`, `proposed`, `refused`, `lapsed`.
    pub status: String,
    /// When it was stopped.
    pub day: String,
    /// Why, in the language of the dialogue; empty until it was asked.
    pub reasons: Vec<String>,
}

/// A payment for later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Later {
    /// Its id.
    pub id: String,
    /// The account that pays.
    pub from: String,
    /// The end of the payee's number.
    pub other: String,
    /// How much, each time.
    pub money: Money,
    /// `once`, `weekly`, `monthly`.
    pub repeats: String,
    /// When next; may be empty.
    pub next: String,
}

/// Somebody looked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Who.
    pub who: String,
    /// When.
    pub day: String,
}

/// A payment that is being made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Who pays.
    pub from: Account,
    /// The id of the account that is paid.
    pub to: String,
    /// How much, as typed and understood.
    pub money: Money,
}

/// What would become of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// `post`, `ask`, `hold`, `refuse`.
    pub would: String,
    /// Why, in the language of the dialogue.
    pub reasons: Vec<String>,
    /// Of `refuse`: the sentence.
    pub refusal: String,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Became {
    /// It is paid; the record of the journal that says so.
    Paid(u64),
    /// Somebody looks first.
    Held,
    /// It must be signed: the challenge, the code's number, and whether one was wrong.
    Sign {
        /// Names the challenge.
        challenge: String,
        /// Number of the code; none if there is no card that could sign.
        number: Option<u8>,
        /// The last code was not right.
        wrong: bool,
    },
    /// Risk control would have it confirmed: look again.
    Ask,
    /// It was not, for this reason.
    Not(String),
    /// Nobody knows yet; asking again under the same key is safe.
    Unknown,
}

/// A payment with the key under which it happens once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paying {
    /// What is paid.
    pub wish: Wish,
    /// The payer has read the warning.
    pub confirmed: bool,
    /// The key; the same however often it is asked.
    pub key: String,
}

/// What is known from the beginning.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// What the bank is called.
    pub bank: String,
    /// How to reach a person.
    pub telephone: String,
    /// Where anybody checks a record: host and path.
    pub site: String,
    /// The phone has another SIM than before.
    pub sim_changed: bool,
}

/// The number of a choice, from 0: 1 to 8, then 10 and on, since 9 goes on.
pub fn at_of(typed: &str) -> Option<usize> {
    let number = typed.parse::<usize>().ok().filter(|_| !typed.starts_with('0'))?;
    match number {
        1..=8 => Some(number - 1),
        10.. => Some(number - 2),
        _ => None,
    }
}

/// The key of a choice.
pub fn key_of(at: usize) -> String {
    if at < 8 { (at + 1).to_string() } else { (at + 2).to_string() }
}

/// Day and month of a moment or day on the institution's clock: `27.11.`
pub fn day(iso: &str) -> String {
    match (iso.get(5..7), iso.get(8..10)) {
        (Some(month), Some(day)) => format!("{day}.{month}."),
        _ => iso.to_owned(),
    }
}

/// An amount as it is typed with digits alone: `12*50` and `12.50` are 12.50. `None` for what is none, or nothing.
pub fn typed_amount(typed: &str) -> Option<String> {
    let text = typed.replace(['*', ','], ".");
    let (whole, places) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let fits =
        (1..=12).contains(&whole.len()) && digits(whole) && places.len() <= 2 && digits(places);
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    (fits && !(text.ends_with('.'))).then(|| format!("{whole}.{places:0<2}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_typed_with_a_star_where_there_is_no_point() {
        for (typed, read) in [
            ("12*50", "12.50"),
            ("12.5", "12.50"),
            ("7", "7.00"),
            ("007", "7.00"),
            ("0*05", "0.05"),
        ] {
            assert_eq!(typed_amount(typed).as_deref(), Some(read), "{typed}");
        }
        for wrong in ["", "*", "12*", "1*2*3", "12*345", "1234567890123", "-5", "5#"] {
            assert_eq!(typed_amount(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn limits_are_compared_as_numbers() {
        let money = |amount: &str| Money { amount: amount.to_owned(), currency: "CNY".to_owned() };
        assert!(money("9.00").is_less(&money("10.00")));
        assert!(!money("10.00").is_less(&money("10")));
        assert!(!money("100.01").is_less(&money("100.00")));
    }
}
