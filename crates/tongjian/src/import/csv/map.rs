//! The map of somebody's file: which column says what. `examples` of it are in the help of
//! `tj import csv`; whatever the map does not say has the default written here.

use serde::Deserialize;
use std::collections::BTreeMap;

/// What the columns of a file mean.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Map {
    /// How the file is written.
    #[serde(default)]
    pub file: FileForm,
    /// The transfer's number; without it, it is made from the file's content and the line.
    pub id: Option<Field>,
    /// Numbers of one sender, so that two senders' numbers never meet.
    pub namespace: Option<String>,
    /// When.
    pub date: Option<DateForm>,
    /// How much.
    pub amount: AmountForm,
    /// In what currency.
    pub currency: Field,
    /// Whence; together with `credit`.
    pub debit: Option<Field>,
    /// Whither.
    pub credit: Option<Field>,
    /// Whose line it is; together with `contra`.
    pub account: Option<Field>,
    /// The other side.
    pub contra: Option<Field>,
    /// Why.
    #[serde(default = "code_one")]
    pub code: Field,
    /// Opens accounts that are not there.
    pub open: Option<OpenMissing>,
}

/// How a file is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FileForm {
    /// Any name the WHATWG encoding list knows: utf-8, iso-8859-2, gb18030.
    pub encoding: String,
    /// One character.
    pub delimiter: char,
    /// One character.
    pub quote: char,
    /// The first line names the columns; otherwise columns are numbered from 1.
    pub header: bool,
}

impl Default for FileForm {
    fn default() -> FileForm {
        FileForm { encoding: "utf-8".into(), delimiter: ',', quote: '"', header: true }
    }
}

/// Where a text comes from.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Field {
    /// A column, by name or number.
    pub column: Option<Column>,
    /// Always this.
    pub value: Option<String>,
    /// What the column's text stands for.
    pub table: BTreeMap<String, String>,
    /// For texts that are not in the table.
    pub otherwise: Option<String>,
    /// Put before the text.
    pub prefix: String,
}

/// A column by name, or by number from 1.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Column {
    /// Its number.
    Number(usize),
    /// Its name in the first line.
    Name(String),
}

/// When something happened.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DateForm {
    /// The column.
    pub column: Column,
    /// Its form.
    #[serde(default = "iso_day")]
    pub form: String,
    /// What the date is for.
    #[serde(rename = "use", default)]
    pub used_as: DateUse,
    /// Of the file's clock, for `imported`.
    #[serde(default = "utc")]
    pub utc_offset: String,
}

/// What a date is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateUse {
    /// Booked today, counts from that day.
    #[default]
    ValueDate,
    /// Booked at that time, as it happened elsewhere.
    Imported,
}

/// How much.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AmountForm {
    /// One column for both directions.
    pub column: Option<Column>,
    /// The column of what came in, where there are two.
    #[serde(rename = "in")]
    pub paid_in: Option<Column>,
    /// The column of what went out.
    #[serde(rename = "out")]
    pub paid_out: Option<Column>,
    /// The mark before the fraction.
    #[serde(default = "point")]
    pub decimal: char,
    /// A mark between thousands, if there is one.
    pub thousands: Option<char>,
    /// A column whose text says that money went out.
    pub out_when: Option<OutWhen>,
}

/// Texts that mean "out".
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutWhen {
    /// The column.
    pub column: Column,
    /// Its texts.
    pub is: Vec<String>,
}

/// Accounts that are opened when they are first seen.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenMissing {
    /// Their chart code.
    pub code: u16,
    /// They may be overdrawn.
    #[serde(default)]
    pub overdraft: bool,
}

fn code_one() -> Field {
    Field { value: Some("1".into()), ..Field::default() }
}

fn iso_day() -> String {
    "%Y-%m-%d".into()
}

fn utc() -> String {
    "Z".into()
}

fn point() -> char {
    '.'
}

impl Map {
    /// Reads a map.
    ///
    /// # Errors
    /// Says what is missing or contradicts itself.
    pub fn parse(text: &str) -> Result<Map, String> {
        let map: Map =
            toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        let pair = (
            map.debit.is_some() && map.credit.is_some(),
            map.account.is_some() && map.contra.is_some(),
        );
        let any = (
            map.debit.is_some() || map.credit.is_some(),
            map.account.is_some() || map.contra.is_some(),
        );
        match (pair, any) {
            ((true, false), (true, false)) => {}
            ((false, true), (false, true)) => {}
            _ => return Err("give either debit and credit, or account and contra".to_owned()),
        }
        let amount = &map.amount;
        let columns =
            (amount.column.is_some(), amount.paid_in.is_some(), amount.paid_out.is_some());
        if !matches!(columns, (true, false, false) | (false, true, true)) {
            return Err("amount: give either column, or in and out".to_owned());
        }
        if map.account.is_none() && (amount.paid_in.is_some() || amount.out_when.is_some()) {
            return Err("amount: in, out and out_when go with account and contra".to_owned());
        }
        for field in map.fields() {
            if field.column.is_some() == field.value.is_some() {
                return Err("each field has either a column or a value".to_owned());
            }
        }
        for mark in [map.file.delimiter, map.file.quote] {
            if !mark.is_ascii() {
                return Err(format!("file: {mark:?} is not an ASCII character"));
            }
        }
        Ok(map)
    }

    fn fields(&self) -> impl Iterator<Item = &Field> {
        let sides = [&self.debit, &self.credit, &self.account, &self.contra, &self.id]
            .into_iter()
            .flatten();
        sides.chain([&self.currency, &self.code])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: &str = "currency = { value = \"CNY\" }\n[amount]\ncolumn = \"sum\"\n";

    #[test]
    fn a_map_needs_both_sides_and_one_way_to_say_the_amount() {
        let whole =
            format!("debit = {{ column = \"from\" }}\ncredit = {{ value = \"2\" }}\n{SHORT}");
        let map = Map::parse(&whole).unwrap();
        assert_eq!((map.file.delimiter, map.code.value.as_deref()), (',', Some("1")));
        assert!(Map::parse(SHORT).unwrap_err().contains("debit and credit"));
        let half = format!("debit = {{ column = \"from\" }}\n{SHORT}");
        assert!(Map::parse(&half).is_err());
        let unknown = format!("colour = \"red\"\n{whole}");
        assert!(Map::parse(&unknown).unwrap_err().contains("colour"));
        let both = format!("{whole}in = \"a\"\nout = \"b\"\n");
        assert!(Map::parse(&both).unwrap_err().contains("amount"));
    }
}
