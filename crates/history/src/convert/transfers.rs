//! The tables there is most of, column by column: transfers, their postings, what was refused, and the
//! batches themselves.

use super::Place;
use crate::columns::{Optional, day, gather, halves, moment, moments, money, moneys, numbers};
use crate::directory::Names;
use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, RecordBatch, StringViewArray, UInt8Array, UInt16Array,
    UInt32Array, UInt64Array,
};
use arrow::datatypes::{SchemaRef, UInt32Type, UInt64Type};
use arrow::error::ArrowError;
use journal::BatchHeader;
use std::fmt::Write;
use std::sync::Arc;
use terms::{
    AccountId, Command, Day, Entry, Event, Side, Transfer, TransferEvent, TransferFlags, facts,
};

/// What a transfer does: the number that stands in the column, in the order of `PHASES`.
pub const SINGLE: u8 = 0;
const PENDING: u8 = 1;
const POST: u8 = 2;
const VOID: u8 = 3;

/// What a transfer and its postings have in common: keys of the two accounts, and the money.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moved {
    debit: u32,
    credit: u32,
    amount: Option<i128>,
}

/// Keys of the two accounts of each transfer of a batch, as far as they are open before it. They are looked up
/// one after the other with nothing in between, so that the processor waits for many of them at once.
#[derive(Debug, Default)]
pub(super) struct LookedUp(Vec<[Option<u32>; 2]>);

impl LookedUp {
    /// Looks up those of a batch.
    pub fn look(&mut self, names: &Names, events: &[Event]) {
        let key = |account: AccountId| names.accounts.key(account.0);
        self.0.clear();
        self.0.extend(events.iter().map(|event| match event {
            Event::Transfer(done) => {
                [key(done.transfer.debit_account), key(done.transfer.credit_account)]
            }
            Event::Act(_) => [None, None],
        }));
    }

    /// Those of a row.
    pub fn of(&self, row: u32) -> [Option<u32>; 2] {
        self.0.get(row as usize).copied().unwrap_or_default()
    }
}

fn phase(flags: TransferFlags) -> u8 {
    if flags.has(TransferFlags::PENDING) {
        PENDING
    } else if flags.has(TransferFlags::POST_PENDING) {
        POST
    } else if flags.has(TransferFlags::VOID_PENDING) {
        VOID
    } else {
        SINGLE
    }
}

/// The number of an account that something done names. A journal that grew by what was never allowed may name
/// one that nobody opened.
fn key_of(names: &Names, account: AccountId) -> Result<u32, Unopened> {
    names.accounts.key(account.0).ok_or(Unopened(account))
}

/// An account that nobody opened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unopened(pub AccountId);

fn batch(schema: SchemaRef, columns: Vec<ArrayRef>) -> Result<Option<RecordBatch>, ArrowError> {
    if columns.first().is_none_or(|column| column.is_empty()) {
        return Ok(None);
    }
    RecordBatch::try_new(schema, columns).map(Some)
}

/// 128-bit ids in two columns of halves.
#[derive(Debug, Default)]
struct Wide {
    hi: Optional<u64>,
    lo: Optional<u64>,
}

impl Wide {
    /// Zero stands for none.
    #[inline]
    fn push(&mut self, id: u128) {
        let (hi, lo) = halves(id);
        self.hi.push((id != 0).then_some(hi));
        self.lo.push((id != 0).then_some(lo));
    }

    fn columns(self) -> [ArrayRef; 2] {
        [self.hi, self.lo].map(|half| {
            let (values, nulls) = half.into_parts();
            Arc::new(UInt64Array::new(values.into(), nulls)) as ArrayRef
        })
    }
}

/// Rows of `transfers`.
#[derive(Debug, Default)]
pub(super) struct TransferRows {
    entry: Vec<u64>,
    row: Vec<u32>,
    time: Vec<i64>,
    booking_date: Vec<i32>,
    value_date: Vec<i32>,
    transfer_hi: Vec<u64>,
    transfer_lo: Vec<u64>,
    debit_key: Vec<u32>,
    credit_key: Vec<u32>,
    amount: Optional<i128>,
    currency_no: Vec<u32>,
    code: Vec<u16>,
    phase_no: Vec<u8>,
    flags: Vec<u16>,
    timeout_s: Vec<u32>,
    pending: Wide,
    reverses: Wide,
    user_data_128: Wide,
    user_data_64: Optional<u64>,
    user_data_32: Optional<u32>,
}

impl TransferRows {
    pub fn len(&self) -> usize {
        self.entry.len()
    }

    pub fn add(
        &mut self,
        names: &Names,
        place: Place,
        done: &TransferEvent,
        looked_up: [Option<u32>; 2],
    ) -> Result<Moved, Unopened> {
        let t = &done.transfer;
        // Who was opened in this very batch was not found before it.
        let key = |found: Option<u32>, account| found.map_or_else(|| key_of(names, account), Ok);
        let debit = key(looked_up[0], t.debit_account)?;
        let credit = key(looked_up[1], t.credit_account)?;
        let moved = Moved { debit, credit, amount: money(t.amount, t.ledger) };
        let reversal = t.flags.has(TransferFlags::REVERSAL);
        let (hi, lo) = halves(t.id.0);
        self.entry.push(place.entry);
        self.row.push(place.row);
        self.time.push(moment(t.timestamp));
        self.booking_date.push(day(done.booking_date));
        self.value_date.push(day(t.value_date));
        self.transfer_hi.push(hi);
        self.transfer_lo.push(lo);
        self.debit_key.push(debit);
        self.credit_key.push(credit);
        self.amount.push(moved.amount);
        self.currency_no.push(t.ledger.0);
        self.code.push(t.code);
        self.phase_no.push(phase(t.flags));
        self.flags.push(t.flags.0);
        self.timeout_s.push(t.timeout_s);
        self.pending.push(if reversal { 0 } else { t.pending_id.0 });
        self.reverses.push(if reversal { t.pending_id.0 } else { 0 });
        self.user_data_128.push(t.user_data_128);
        self.user_data_64.push((t.user_data_64 != 0).then_some(t.user_data_64));
        self.user_data_32.push((t.user_data_32 != 0).then_some(t.user_data_32));
        Ok(moved)
    }

    pub fn finish(self, schema: SchemaRef) -> Result<Option<RecordBatch>, ArrowError> {
        let [pending_hi, pending_lo] = self.pending.columns();
        let [reverses_hi, reverses_lo] = self.reverses.columns();
        let [user_hi, user_lo] = self.user_data_128.columns();
        let (user_64, user_64_nulls) = self.user_data_64.into_parts();
        let (user_32, user_32_nulls) = self.user_data_32.into_parts();
        let time = moments(self.time, schema.field(2).data_type());
        let columns: Vec<ArrayRef> = vec![
            Arc::new(UInt64Array::from(self.entry)),
            Arc::new(UInt32Array::from(self.row)),
            time,
            Arc::new(Date32Array::from(self.booking_date)),
            Arc::new(Date32Array::from(self.value_date)),
            Arc::new(UInt64Array::from(self.transfer_hi)),
            Arc::new(UInt64Array::from(self.transfer_lo)),
            Arc::new(UInt32Array::from(self.debit_key)),
            Arc::new(UInt32Array::from(self.credit_key)),
            moneys(self.amount),
            Arc::new(UInt32Array::from(self.currency_no)),
            Arc::new(UInt16Array::from(self.code)),
            Arc::new(UInt8Array::from(self.phase_no)),
            Arc::new(UInt16Array::from(self.flags)),
            Arc::new(UInt32Array::from(self.timeout_s)),
            pending_hi,
            pending_lo,
            reverses_hi,
            reverses_lo,
            user_hi,
            user_lo,
            Arc::new(numbers::<UInt64Type>(user_64, user_64_nulls)),
            Arc::new(numbers::<UInt32Type>(user_32, user_32_nulls)),
        ];
        batch(schema, columns)
    }
}

/// Rows of `postings`.
#[derive(Debug, Default)]
pub(super) struct PostingRows {
    entry: Vec<u64>,
    row: Vec<u32>,
    leg: Vec<u8>,
    account_key: Vec<u32>,
    is_credit: Vec<bool>,
    amount: Optional<i128>,
    currency_no: Vec<u32>,
    counter_key: Optional<u32>,
    code: Vec<u16>,
    booking_date: Vec<i32>,
    value_date: Vec<i32>,
}

impl PostingRows {
    pub fn len(&self) -> usize {
        self.entry.len()
    }

    /// Both sides of a transfer that moved money; what is pending or void posts nothing.
    pub fn add_transfer(&mut self, place: Place, done: &TransferEvent, moved: Moved) {
        let t = &done.transfer;
        if !matches!(phase(t.flags), SINGLE | POST) {
            return;
        }
        let Moved { debit, credit, amount } = moved;
        let sides = [(0, debit, credit, false), (1, credit, debit, true)];
        for (leg, account, counter, is_credit) in sides {
            self.leg.push(leg);
            self.account_key.push(account);
            self.is_credit.push(is_credit);
            self.amount.push(amount);
            self.currency_no.push(t.ledger.0);
            self.counter_key.push(Some(counter));
            self.add_common(place, t.code, done.booking_date, t.value_date);
        }
    }

    /// The legs of an entry; with two of them each is the other's counterpart.
    pub fn add_legs(
        &mut self,
        names: &Names,
        place: Place,
        booked: Day,
        entry: &Entry,
    ) -> Result<(), Unopened> {
        let keys: Result<Vec<u32>, Unopened> =
            entry.legs.iter().map(|leg| key_of(names, leg.account)).collect();
        let keys = keys?;
        for (at, leg) in entry.legs.iter().enumerate() {
            let currency = names.currency(keys[at]);
            self.leg.push(at as u8);
            self.account_key.push(keys[at]);
            self.is_credit.push(leg.side == Side::Credit);
            self.amount.push(money(leg.amount, currency));
            self.currency_no.push(currency.0);
            self.counter_key.push((keys.len() == 2).then(|| keys[1 - at]));
            self.add_common(place, entry.code, booked, entry.value_date);
        }
        Ok(())
    }

    #[inline]
    fn add_common(&mut self, place: Place, code: u16, booked: Day, value: Day) {
        self.entry.push(place.entry);
        self.row.push(place.row);
        self.code.push(code);
        self.booking_date.push(day(booked));
        self.value_date.push(day(value));
    }

    pub fn finish(
        self,
        schema: SchemaRef,
        sorted: bool,
    ) -> Result<Option<RecordBatch>, ArrowError> {
        let rows = if sorted { self.by_account() } else { self };
        let (counter, counter_nulls) = rows.counter_key.into_parts();
        let columns: Vec<ArrayRef> = vec![
            Arc::new(UInt64Array::from(rows.entry)),
            Arc::new(UInt32Array::from(rows.row)),
            Arc::new(UInt8Array::from(rows.leg)),
            Arc::new(UInt32Array::from(rows.account_key)),
            Arc::new(BooleanArray::from(rows.is_credit)),
            moneys(rows.amount),
            Arc::new(UInt32Array::from(rows.currency_no)),
            Arc::new(numbers::<UInt32Type>(counter, counter_nulls)),
            Arc::new(UInt16Array::from(rows.code)),
            Arc::new(Date32Array::from(rows.booking_date)),
            Arc::new(Date32Array::from(rows.value_date)),
        ];
        batch(schema, columns)
    }

    /// The rows by account, those of one account in the order of the journal.
    fn by_account(self) -> PostingRows {
        let order = order_by_key(&self.account_key);
        PostingRows {
            entry: gather(&self.entry, &order),
            row: gather(&self.row, &order),
            leg: gather(&self.leg, &order),
            account_key: gather(&self.account_key, &order),
            is_credit: gather(&self.is_credit, &order),
            amount: self.amount.gather(&order),
            currency_no: gather(&self.currency_no, &order),
            counter_key: self.counter_key.gather(&order),
            code: gather(&self.code, &order),
            booking_date: gather(&self.booking_date, &order),
            value_date: gather(&self.value_date, &order),
        }
    }
}

/// The order that sorts `keys`, equal ones as they were: two passes over halves of the key, each of
/// which counts first.
fn order_by_key(keys: &[u32]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..keys.len() as u32).collect();
    let largest = keys.iter().copied().max().unwrap_or(0);
    for shift in [0, 16] {
        if largest >> shift == 0 {
            break;
        }
        let digit = |at: u32| (keys[at as usize] >> shift & 0xffff) as usize;
        let mut starts = vec![0_u32; 1 << 16];
        order.iter().for_each(|at| starts[digit(*at)] += 1);
        let mut total = 0;
        for start in &mut starts {
            (*start, total) = (total, total + *start);
        }
        let mut sorted = vec![0; order.len()];
        for at in order {
            let place = &mut starts[digit(at)];
            sorted[*place as usize] = at;
            *place += 1;
        }
        order = sorted;
    }
    order
}

/// Rows of `refusals`: few, and of every shape.
#[derive(Debug, Default)]
pub(super) struct RefusalRows {
    entry: Vec<u64>,
    row: Vec<u32>,
    time: Vec<i64>,
    booking_date: Vec<i32>,
    command: Vec<&'static str>,
    refusal: Vec<String>,
    refusal_no: Vec<u16>,
    subject: Vec<Option<String>>,
    debit: Vec<Option<String>>,
    credit: Vec<Option<String>>,
    amount: Optional<i128>,
    currency: Vec<Option<String>>,
}

/// What was asked of a refused command, as far as a table has room for it.
#[derive(Default)]
struct Asked {
    command: &'static str,
    subject: Option<u128>,
    transfer: Option<Transfer>,
}

impl RefusalRows {
    pub fn add(&mut self, place: Place, event: &Event) {
        let Err(refusal) = event.outcome() else { return };
        let (asked, booked) = match event {
            Event::Transfer(t) => (
                Asked {
                    command: "transfer",
                    subject: Some(t.transfer.id.0),
                    transfer: Some(t.transfer),
                },
                t.booking_date,
            ),
            Event::Act(act) => (asked(&act.command), act.booking_date),
        };
        let id = |id: u128| (id != 0).then(|| id.to_string());
        let transfer = asked.transfer;
        self.entry.push(place.entry);
        self.row.push(place.row);
        self.time.push(moment(event.time()));
        self.booking_date.push(day(booked));
        self.command.push(asked.command);
        self.refusal.push(refusal.word().to_owned());
        self.refusal_no.push(refusal.code());
        self.subject.push(asked.subject.and_then(id));
        self.debit.push(transfer.and_then(|t| id(t.debit_account.0)));
        self.credit.push(transfer.and_then(|t| id(t.credit_account.0)));
        self.amount.push(transfer.and_then(|t| money(t.amount, t.ledger)));
        self.currency.push(transfer.filter(|t| t.ledger.0 != 0).map(|t| t.ledger.to_string()));
    }

    pub fn finish(self, schema: SchemaRef) -> Result<Option<RecordBatch>, ArrowError> {
        let time = moments(self.time, schema.field(2).data_type());
        let columns: Vec<ArrayRef> = vec![
            Arc::new(UInt64Array::from(self.entry)),
            Arc::new(UInt32Array::from(self.row)),
            time,
            Arc::new(Date32Array::from(self.booking_date)),
            Arc::new(StringViewArray::from_iter_values(self.command)),
            Arc::new(StringViewArray::from_iter_values(self.refusal)),
            Arc::new(UInt16Array::from(self.refusal_no)),
            Arc::new(StringViewArray::from_iter(self.subject)),
            Arc::new(StringViewArray::from_iter(self.debit)),
            Arc::new(StringViewArray::from_iter(self.credit)),
            moneys(self.amount),
            Arc::new(StringViewArray::from_iter(self.currency)),
        ];
        batch(schema, columns)
    }
}

/// The first id of a command's own declaration says what it was about.
fn asked(command: &Command) -> Asked {
    let table = facts::table_of(command);
    match command {
        Command::Reverse { id, .. } => {
            Asked { command: "reverse", subject: Some(id.0), transfer: None }
        }
        Command::SettleInterest { id, .. } => {
            Asked { command: "settle_interest", subject: Some(id.0), transfer: None }
        }
        _ => {
            let mut subject = None;
            facts::rows(command, &mut |values| {
                subject = subject.or(values.iter().find_map(|value| match value {
                    facts::Value::Id(id) => Some(*id),
                    _ => None,
                }));
            });
            Asked { command: table.map_or("transfer", |table| table.name), subject, transfer: None }
        }
    }
}

/// Rows of `entries`.
#[derive(Debug, Default)]
pub(super) struct EntryRows {
    headers: Vec<BatchHeader>,
}

impl EntryRows {
    pub fn add(&mut self, header: &BatchHeader) {
        self.headers.push(*header);
    }

    pub fn finish(self, schema: SchemaRef) -> Result<Option<RecordBatch>, ArrowError> {
        let headers = &self.headers;
        let hash = |of: fn(&BatchHeader) -> &[u8; 32]| -> ArrayRef {
            Arc::new(StringViewArray::from_iter_values(headers.iter().map(|h| hex(of(h)))))
        };
        let time = headers.iter().map(|h| moment(h.time)).collect();
        let columns: Vec<ArrayRef> = vec![
            Arc::new(UInt64Array::from_iter_values(headers.iter().map(|h| h.entry))),
            Arc::new(UInt32Array::from(vec![0; headers.len()])),
            moments(time, schema.field(2).data_type()),
            Arc::new(UInt32Array::from_iter_values(headers.iter().map(|h| h.record_count))),
            Arc::new(UInt32Array::from_iter_values(headers.iter().map(|h| h.body_bytes))),
            Arc::new(UInt16Array::from_iter_values(headers.iter().map(|h| h.rules_version))),
            Arc::new(UInt64Array::from_iter_values(headers.iter().map(|h| h.first_record))),
            hash(|h| &h.rows_root),
            hash(|h| &h.previous),
        ];
        batch(schema, columns)
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::order_by_key;

    #[test]
    fn keys_are_sorted_and_equal_ones_keep_their_order() {
        let keys: Vec<u32> =
            (0..5_000_u32).map(|n| n.wrapping_mul(2_654_435_761) % 70_001).collect();
        let order = order_by_key(&keys);
        let mut expected: Vec<u32> = (0..keys.len() as u32).collect();
        expected.sort_by_key(|at| keys[*at as usize]);
        assert_eq!(order, expected);
        assert_eq!(order_by_key(&[]), Vec::<u32>::new());
    }
}
