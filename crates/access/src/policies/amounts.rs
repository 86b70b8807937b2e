//! Which amounts make a difference to a policy. Amounts differ with every payment; answers only change where a policy
//! compares one with a number. So the cache keeps an answer for a range of amounts, not for each.

use serde_json::Value;
use std::collections::BTreeSet;

/// What the policies of one action ask about money.
#[derive(Debug, Default)]
pub(super) struct Uses {
    /// Numbers an amount is compared with.
    thresholds: BTreeSet<i64>,
    /// It is asked whether there is an amount.
    presence: bool,
    /// The amount is used in another way: each is its own question.
    exact: bool,
    /// The currency matters.
    currency: bool,
}

/// Where an amount lies among what matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// Nobody asks, or there is none.
    Nowhere,
    /// Twice the number of thresholds below, and one more on a threshold.
    Among(u16),
    /// Just this one.
    Exactly(i64),
}

impl Uses {
    /// Notes what a policy (as Cedar's JSON) asks about money.
    pub(super) fn read(&mut self, node: &Value) {
        match node {
            Value::Object(members) => {
                for (name, inner) in members {
                    self.read_member(name, inner);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.read(item)),
            _ => {}
        }
    }

    fn read_member(&mut self, name: &str, inner: &Value) {
        match name {
            "Var" if inner == "context" => (self.exact, self.currency) = (true, true),
            "." if of_context(inner) => match inner["attr"].as_str() {
                Some("amount") => self.exact = true,
                Some("currency") => self.currency = true,
                _ => {}
            },
            "has" if of_context(inner) => match inner["attr"].as_str() {
                Some("amount") => self.presence = true,
                Some("currency") => self.currency = true,
                _ => {}
            },
            "<" | "<=" | ">" | ">=" | "==" | "!=" => match threshold(inner) {
                Some(number) => {
                    self.thresholds.insert(number);
                }
                None => self.read(inner),
            },
            _ => self.read(inner),
        }
    }

    /// Where this amount lies.
    pub(super) fn place(&self, amount: Option<i64>) -> Place {
        let Some(amount) = amount else { return Place::Nowhere };
        if self.exact {
            return Place::Exactly(amount);
        }
        if self.thresholds.is_empty() && !self.presence {
            return Place::Nowhere;
        }
        let below = self.thresholds.range(..amount).count() * 2;
        Place::Among((below + usize::from(self.thresholds.contains(&amount))) as u16)
    }

    /// The currency, if it matters.
    pub(super) fn currency(&self, currency: Option<u32>) -> Option<u32> {
        currency.filter(|_| self.currency)
    }
}

/// True for `context.x` and `context has x`.
fn of_context(access: &Value) -> bool {
    access["left"]["Var"] == "context"
}

/// The number in `context.amount < 5` or `5 < context.amount`.
fn threshold(sides: &Value) -> Option<i64> {
    let is_amount = |side: &Value| of_context(&side["."]) && side["."]["attr"] == "amount";
    let (left, right) = (&sides["left"], &sides["right"]);
    if is_amount(left) {
        right["Value"].as_i64()
    } else if is_amount(right) {
        left["Value"].as_i64()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::str::FromStr;

    fn uses(condition: &str) -> Uses {
        let text = format!("permit (principal, action, resource) when {{ {condition} }};");
        let policy = cedar_policy::Policy::from_str(&text).unwrap();
        let mut uses = Uses::default();
        uses.read(&policy.to_json().unwrap());
        uses
    }

    #[test]
    fn amounts_between_the_same_thresholds_are_one_question() {
        let uses = uses("context has amount && (context.amount <= 100 || 1000 < context.amount)");
        let place = |amount| uses.place(Some(amount));
        assert_eq!(place(1), place(99));
        assert_ne!(place(99), place(100));
        assert_ne!(place(100), place(101));
        assert_eq!(place(101), place(999));
        assert_ne!(place(1000), place(1001));
        assert_ne!(place(1), uses.place(None));
    }

    #[test]
    fn an_amount_used_in_another_way_is_its_own_question() {
        for condition in [
            "context.amount + 1 < 100",
            "context.amount == context.currency",
            "[1, 2].contains(context.amount)",
            "context == {\"amount\": 7}",
        ] {
            let uses = uses(condition);
            assert_ne!(uses.place(Some(1)), uses.place(Some(2)), "{condition}");
        }
    }

    #[test]
    fn what_nobody_asks_makes_no_difference() {
        let uses = uses("context.ours");
        assert_eq!(uses.place(Some(1)), uses.place(None));
        assert_eq!(uses.currency(Some(156)), None);
    }
}
