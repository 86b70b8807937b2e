//! Rows of acts, from what `terms::facts` declares of them: nothing here knows a single kind of act but
//! those that give accounts and parties their numbers.

use super::Place;
use super::transfers::hex;
use crate::columns::{Column, halves, money};
use crate::directory::Names;
use crate::stored::opens;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use terms::facts::{self, Sort, Value};
use terms::{Act, Command, Currency, PartyId};

/// Rows of one kind of act.
#[derive(Debug)]
pub(super) struct ActRows {
    table: &'static facts::Table,
    schema: SchemaRef,
    columns: Vec<Column>,
}

impl ActRows {
    pub fn new(table: &'static facts::Table, schema: SchemaRef) -> ActRows {
        let columns = schema.fields().iter().map(|field| Column::of(field.data_type())).collect();
        ActRows { table, schema, columns }
    }

    pub fn add(&mut self, names: &mut Names, place: Place, act: &Act) {
        match &act.command {
            Command::CreateAccount(account) => {
                names.open(account.id.0, account.ledger);
            }
            Command::RegisterParty(party) => {
                names.parties.add(party.id.0);
            }
            Command::EraseParty { party: PartyId(party), .. } => {
                let key = names.parties.key(*party);
                names.erased.extend(key);
            }
            _ => {}
        }
        let names = &*names;
        facts::rows(&act.command, &mut |values| self.add_row(names, place, act, values));
    }

    fn add_row(&mut self, names: &Names, place: Place, act: &Act, values: &[Value<'_>]) {
        let currency = self.currency(names, values);
        let table = self.table;
        let mut next = self.columns.iter_mut();
        let mut column = || next.next().unwrap_or_else(|| unreachable!("a value has its columns"));
        column().number(Some(place.entry));
        column().number(Some(place.row.into()));
        column().moment(Some(act.time));
        column().day(Some(act.booking_date));
        for (field, value) in table.fields.iter().zip(values) {
            match field.sort {
                Sort::Account | Sort::Party => {
                    let id = id_of(value);
                    let ids =
                        if field.sort == Sort::Account { &names.accounts } else { &names.parties };
                    column().number(id.and_then(|id| ids.key(id)).map(u64::from));
                    if opens(table, field) {
                        column().number(id.map(|id| halves(id).0));
                        column().number(id.map(|id| halves(id).1));
                    }
                }
                Sort::Transfer | Sort::Id => {
                    let id = id_of(value);
                    column().number(id.map(|id| halves(id).0));
                    column().number(id.map(|id| halves(id).1));
                }
                Sort::Sealed => {
                    let sealed = match value {
                        Value::Sealed(sealed) => Some(*sealed),
                        _ => None,
                    };
                    column().text(sealed.map(|s| hex(&s.commitment)).as_deref());
                    column().number(sealed.map(|s| s.cipher as u64));
                    column().bytes(sealed.map(|s| &s.nonce[..]));
                    column().bytes(sealed.map(|s| &s.ciphertext[..]));
                }
                sort => add_plain(column(), sort, value, currency),
            }
        }
    }

    /// The currency of the row's amounts: its own, else that of its first account.
    fn currency(&self, names: &Names, values: &[Value<'_>]) -> Currency {
        let own = values.iter().find_map(|value| match value {
            Value::Currency(currency) => Some(*currency),
            _ => None,
        });
        let mut accounts = self.table.fields.iter().zip(values);
        let account = accounts.find(|(field, _)| field.sort == Sort::Account);
        let of_account = || {
            let id = account.and_then(|(_, value)| id_of(value))?;
            names.accounts.key(id).map(|key| names.currency(key))
        };
        own.or_else(of_account).unwrap_or_default()
    }

    pub fn finish(self) -> Result<RecordBatch, ArrowError> {
        let columns = self.columns.into_iter().map(Column::finish).collect();
        RecordBatch::try_new(self.schema, columns)
    }
}

fn id_of(value: &Value<'_>) -> Option<u128> {
    match value {
        Value::Id(id) => Some(*id),
        _ => None,
    }
}

/// A value that has one column.
fn add_plain(column: &mut Column, sort: Sort, value: &Value<'_>, currency: Currency) {
    match (sort, value) {
        (Sort::Amount, Value::Amount(amount)) => column.money(money(*amount, currency)),
        (Sort::Amount, _) => column.money(None),
        (Sort::Day, Value::Day(day)) => column.day(Some(*day)),
        (Sort::Day, _) => column.day(None),
        (Sort::Time, Value::Time(time)) => column.moment(Some(*time)),
        (Sort::Time, _) => column.moment(None),
        (Sort::Number, Value::Number(number)) => column.signed(Some(*number)),
        (Sort::Number, _) => column.signed(None),
        (Sort::Flag, Value::Flag(flag)) => column.flag(Some(*flag)),
        (Sort::Flag, _) => column.flag(None),
        (_, Value::Currency(currency)) => column.text(Some(&currency.to_string())),
        (_, Value::Word(word)) => column.text(Some(word)),
        (_, Value::Text(text)) => column.text(Some(text)),
        (_, Value::Hash(hash)) => column.text(Some(&hex(*hash))),
        _ => column.text(None),
    }
}
