//! The items of an upload, read strictly and some at a time. What is wrong with one item is said of that item alone.

use crate::payments::{Mode, PaymentOrder};
use crate::problem::{Kind, Problem};
use crate::wire::{AccountRef, CurrencyCode, Date};
use bytes::{Buf, Bytes};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Bytes of a line at most.
const LINE_BYTES_MAX: usize = 4_096;
/// Letters of an item's name at most.
const NAME_MAX: usize = 64;

/// One payment of an upload: an order without a text, and a name for it within the upload.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchItem {
    /// Its name within the upload, each once; the number of its line unless given.
    #[serde(default)]
    #[schemars(length(min = 1, max = 64))]
    pub item: Option<String>,
    /// The account that pays.
    pub from: AccountRef,
    /// The account that is paid.
    pub to: AccountRef,
    /// How much: decimal digits, never a number.
    #[schemars(regex(pattern = r"^(0|[1-9][0-9]{0,29})(\.[0-9]{1,4})?$"))]
    pub amount: String,
    /// In which currency; that of both accounts.
    pub currency: CurrencyCode,
    /// At once, or reserved first.
    #[serde(default)]
    pub mode: Option<Mode>,
    /// Of a reservation: seconds after which it goes back by itself.
    #[serde(default)]
    #[schemars(range(min = 1, max = 7_776_000))]
    pub timeout_s: Option<u32>,
    /// Why, as the bank counts kinds of payments; 1 unless given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 65_535))]
    pub kind: Option<u16>,
    /// From when it counts for interest; the business day unless given.
    #[serde(default)]
    pub value_date: Option<Date>,
    /// From which device the payer asks.
    #[serde(default)]
    #[schemars(range(min = 1, max = 9_007_199_254_740_991i64))]
    pub device: Option<u64>,
    /// The payer has read the warning of exactly this payment and wants it nevertheless.
    #[serde(default)]
    pub confirmed: Option<bool>,
}

impl BatchItem {
    fn order(self) -> PaymentOrder {
        PaymentOrder {
            from: self.from,
            to: self.to,
            amount: self.amount,
            currency: self.currency,
            mode: self.mode.unwrap_or_default(),
            timeout_s: self.timeout_s,
            kind: self.kind,
            value_date: self.value_date,
            device: self.device,
            confirmed: self.confirmed.unwrap_or(false),
            text: None,
            text_of: None,
        }
    }
}

/// An item as it was read.
#[derive(Debug)]
pub struct Item {
    /// Its name.
    pub name: String,
    /// Its order, or what is wrong with it.
    pub order: Result<PaymentOrder, String>,
}

/// How an upload is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A JSON document a line.
    Lines,
    /// Rows of CSV (RFC 4180) under a row of field names.
    Csv,
}

/// How many items an upload has at most; quick to know.
pub fn count(body: &[u8], format: Format) -> usize {
    let lines = body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count();
    if format == Format::Csv { lines.saturating_sub(1) } else { lines }
}

/// Reads items.
pub struct Items {
    source: Source,
    number: usize,
    names: HashSet<String>,
}

enum Source {
    Lines(Bytes),
    Csv(Box<csv::Reader<bytes::buf::Reader<Bytes>>>),
}

impl Items {
    /// Begins.
    ///
    /// # Errors
    /// The row of field names is missing.
    pub fn new(body: Bytes, format: Format) -> Result<Items, Problem> {
        let source = match format {
            Format::Lines => Source::Lines(body),
            Format::Csv => {
                let mut reader = csv::ReaderBuilder::new().from_reader(body.reader());
                let head = reader.headers().map_err(|why| {
                    Problem::new(Kind::Malformed, format!("the upload is no CSV: {why}"))
                })?;
                if !["from", "to", "amount", "currency"]
                    .iter()
                    .all(|name| head.iter().any(|h| h == *name))
                {
                    let detail = "the first row must name the fields from, to, amount and currency";
                    return Err(Problem::new(Kind::Malformed, detail));
                }
                Source::Csv(Box::new(reader))
            }
        };
        Ok(Items { source, number: 0, names: HashSet::new() })
    }

    /// The next items, at most `max`; none at the end.
    pub fn next_chunk(&mut self, max: usize) -> Vec<Item> {
        let mut chunk = Vec::with_capacity(max);
        while chunk.len() < max {
            let Some(read) = self.read() else { break };
            self.number += 1;
            chunk.push(self.named(read));
        }
        chunk
    }

    fn read(&mut self) -> Option<Result<BatchItem, String>> {
        match &mut self.source {
            Source::Lines(rest) => loop {
                if rest.is_empty() {
                    return None;
                }
                let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
                let line = rest.split_to(end);
                rest.advance(usize::from(!rest.is_empty()));
                let line = line.strip_suffix(b"\r").unwrap_or(&line);
                if line.is_empty() {
                    continue;
                }
                if line.len() > LINE_BYTES_MAX {
                    return Some(Err(format!("the line has more than {LINE_BYTES_MAX} bytes")));
                }
                return Some(
                    crate::call::json(line).map_err(|problem| problem.detail().to_owned()),
                );
            },
            Source::Csv(reader) => {
                let read = reader.deserialize().next()?;
                Some(read.map_err(|why| why.to_string()))
            }
        }
    }

    fn named(&mut self, read: Result<BatchItem, String>) -> Item {
        let number = self.number.to_string();
        let mut item = match read {
            Ok(mut item) => {
                let name = item.item.take().unwrap_or_else(|| number.clone());
                Item { name, order: Ok(item.order()) }
            }
            Err(why) => Item { name: number.clone(), order: Err(why) },
        };
        let shaped =
            (1..=NAME_MAX).contains(&item.name.len()) && !item.name.chars().any(char::is_control);
        if !shaped {
            item = Item {
                name: number,
                order: Err(format!("/item: 1 to {NAME_MAX} bytes without control letters")),
            };
        } else if item.order.is_ok() && !self.names.insert(item.name.clone()) {
            item.order = Err("/item: this name stands in the upload already".to_owned());
        }
        item
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(body: &'static str, format: Format) -> Vec<Item> {
        Items::new(Bytes::from(body), format).unwrap().next_chunk(99)
    }

    const FROM: &str = "acc_00000000-0000-0000-0000-000000000001";

    #[test]
    fn a_wrong_line_is_said_of_that_line_alone() {
        let items = all(
            concat!(
                r#"{"from":"acc_00000000-0000-0000-0000-000000000001","to":"acc_00000000-0000-0000-0000-000000000002","amount":"1","currency":"CNY"}"#,
                "\n\n",
                r#"{"from":"acc_00000000-0000-0000-0000-000000000001"}"#,
                "\r\n",
                "no json\n",
                r#"{"item":"1","from":"acc_00000000-0000-0000-0000-000000000001","to":"acc_00000000-0000-0000-0000-000000000002","amount":"1","currency":"CNY"}"#,
            ),
            Format::Lines,
        );
        assert_eq!(
            items.iter().map(|item| item.name.as_str()).collect::<Vec<_>>(),
            ["1", "2", "3", "1"]
        );
        assert_eq!(super::super::from_of(&items[0]).unwrap().to_string(), FROM);
        assert!(items[1].order.as_ref().unwrap_err().contains("missing field `to`"));
        assert!(items[2].order.as_ref().unwrap_err().contains("no JSON"));
        assert!(items[3].order.as_ref().unwrap_err().contains("already"), "{items:?}");
    }

    #[test]
    fn rows_of_csv_are_the_same_orders() {
        let items = all(
            "item,from,to,amount,currency,mode,timeout_s\n\
             a,acc_00000000-0000-0000-0000-000000000001,acc_00000000-0000-0000-0000-000000000002,12.50,CNY,reserve,60\n\
             b,acc_00000000-0000-0000-0000-000000000001,acc_00000000-0000-0000-0000-000000000002,1,CNY,,\n\
             c,nobody,acc_00000000-0000-0000-0000-000000000002,1,CNY,,\n",
            Format::Csv,
        );
        let first = items[0].order.as_ref().unwrap();
        assert_eq!(
            (first.amount.as_str(), first.mode, first.timeout_s),
            ("12.50", Mode::Reserve, Some(60))
        );
        assert!(items[1].order.is_ok(), "{items:?}");
        assert!(items[2].order.is_err());
        assert!(Items::new(Bytes::from("a,b\n1,2\n"), Format::Csv).is_err());
    }
}
