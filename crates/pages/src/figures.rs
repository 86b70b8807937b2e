//! Money, numbers, days and accounts as people read them, in each language's own way.

use crate::words::{Lang, Words, text};

/// With two places, as money is read.
pub fn padded(amount: &str) -> String {
    let places = amount.split_once('.').map_or(0, |(_, places)| places.len());
    match places {
        0 => format!("{amount}.00"),
        1 => format!("{amount}0"),
        _ => amount.to_owned(),
    }
}

/// Digits in groups of three.
pub fn grouped(digits: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("\u{2212}", rest));
    let (whole, places) = digits.split_once('.').map_or((digits, ""), |(w, p)| (w, p));
    let mut out = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !places.is_empty() {
        out.push('.');
        out.push_str(places);
    }
    out
}

/// A count.
pub fn number(of: u64) -> String {
    grouped(&of.to_string())
}

/// An amount with its currency: `¥ 1,234.50`, `USD 12.00`.
pub fn money(amount: &str, currency: &str) -> String {
    let sign = if currency == "CNY" { "¥" } else { currency };
    format!("{sign}\u{a0}{}", grouped(amount))
}

/// Minor units as an amount with its currency.
pub fn minor(units: u128, places: usize, currency: &str) -> String {
    let digits = format!("{units:0>width$}", width = places + 1);
    let (whole, rest) = digits.split_at(digits.len() - places);
    let amount = if rest.is_empty() { whole.to_owned() } else { format!("{whole}.{rest}") };
    money(&amount, currency)
}

/// An account's number in groups of four, as on a card.
pub fn account(id: &str) -> String {
    let digits = digits_of(id);
    let bytes: Vec<char> = digits.chars().collect();
    bytes.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// The last four digits of an account's number.
pub fn account_end(id: &str) -> String {
    let digits = digits_of(id);
    digits[digits.len().saturating_sub(4)..].to_owned()
}

/// An account's or a customer's id of the API as the number people know it by; other texts stay.
pub fn digits_of(id: &str) -> String {
    let Some(hex) = id.strip_prefix("acc_").or_else(|| id.strip_prefix("pty_")) else {
        return id.to_owned();
    };
    let hex = hex.replace('-', "");
    u128::from_str_radix(&hex, 16).map_or_else(|_| id.to_owned(), |number| number.to_string())
}

/// What somebody typed as an account's number, as an id of the API; spaces and dashes between digits are theirs.
pub fn account_of(typed: &str) -> Option<String> {
    id_of("acc_", typed)
}

/// The same for a customer's number.
pub fn party_of(typed: &str) -> Option<String> {
    id_of("pty_", typed)
}

fn id_of(prefix: &str, typed: &str) -> Option<String> {
    if typed.starts_with(prefix) {
        return Some(typed.to_owned());
    }
    let digits: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let number = digits.parse::<u128>().ok().filter(|n| *n != 0 && *n != u128::MAX)?;
    let hex = format!("{number:032x}");
    let [a, b, c, d, e] = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
    Some(format!("{prefix}{a}-{b}-{c}-{d}-{e}"))
}

/// What somebody typed as an amount, as the API wants it: `1,000.5`, `￥1000.50` and `１０００` are read.
pub fn amount_of(typed: &str) -> String {
    let kept = typed.chars().filter_map(|c| match c {
        '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32),
        '．' => Some('.'),
        '¥' | '￥' | ',' | '，' | '元' => None,
        c if c.is_whitespace() => None,
        c => Some(c),
    });
    let text: String = kept.collect();
    let trimmed = text.trim_start_matches('0');
    if trimmed.is_empty() && !text.is_empty() {
        "0".to_owned()
    } else if trimmed.starts_with('.') {
        format!("0{trimmed}")
    } else {
        trimmed.to_owned()
    }
}

/// A day, `2026-11-28`: *28 November 2026*, *2026年11月28日*.
pub fn day(words: Words, iso: &str) -> String {
    let part = |from: usize, to: usize| iso.get(from..to).and_then(|part| part.parse::<u32>().ok());
    let (Some(year), Some(month), Some(day)) = (part(0, 4), part(5, 7), part(8, 10)) else {
        return iso.to_owned();
    };
    let month_name = words.say(&format!("month-{month}"));
    match words.0 {
        Lang::En => format!("{day}\u{a0}{month_name}\u{a0}{year}"),
        Lang::Zh => format!("{year}年{month}月{day}日"),
    }
}

/// A moment in UTC, `2026-11-28T09:30:00Z`: the day, and the time of day to the minute.
pub fn moment(words: Words, iso: &str) -> String {
    let clock = iso.get(11..16).unwrap_or_default();
    words.with("day-and-time", &[("day", text(day(words, iso))), ("time", text(clock))])
}

/// The same to the second.
pub fn moment_s(words: Words, iso: &str) -> String {
    let clock = iso.get(11..19).unwrap_or_default();
    words.with("day-and-time", &[("day", text(day(words, iso))), ("time", text(clock))])
}

/// The beginning and the end of a hash.
pub fn hash(hex: &str) -> String {
    let end = hex.len().saturating_sub(8);
    match (hex.get(..8), hex.get(end..)) {
        (Some(first), Some(last)) if end > 8 => {
            format!("{}\u{a0}{} … {}\u{a0}{}", &first[..4], &first[4..], &last[..4], &last[4..])
        }
        _ => hex.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_people_type_them() {
        for (typed, read) in [
            ("1,000.50", "1000.50"),
            ("￥ 12", "12"),
            ("１２．５", "12.5"),
            ("007", "7"),
            (".5", "0.5"),
            ("0", "0"),
            ("12 元", "12"),
            ("-5", "-5"),
            ("abc", "abc"),
        ] {
            assert_eq!(amount_of(typed), read, "{typed}");
        }
    }

    #[test]
    fn account_numbers_are_read_back_with_their_spaces() {
        let id = account_of("6299 0000 0000 0247 686").unwrap();
        assert_eq!(account(&id), "6299 0000 0000 0247 686");
        assert_eq!(account_end(&id), "7686");
        let customer = party_of("1 2345").unwrap();
        assert!(customer.starts_with("pty_") && account(&customer) == "1234 5");
        assert_eq!(account("12345678"), "1234 5678");
        assert_eq!(account_of(&id), Some(id));
        for wrong in ["", "0", "12a", "acc"] {
            assert_eq!(account_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn figures_stand_as_each_language_writes_them() {
        assert_eq!(money("-1234567.50", "CNY"), "¥\u{a0}\u{2212}1,234,567.50");
        assert_eq!(money("12.00", "USD"), "USD\u{a0}12.00");
        assert_eq!(day(Words(Lang::Zh), "2026-11-28"), "2026年11月28日");
        assert_eq!(day(Words(Lang::En), "2026-11-08T10:00:00Z"), "8\u{a0}November\u{a0}2026");
        assert_eq!(number(1_284), "1,284");
        assert_eq!(number(999), "999");
    }
}
