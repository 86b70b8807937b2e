//! The lines of somebody's file, read by a map. Every line is read or named as wrong.

use super::map::{AmountForm, Column, DateForm, Field, Map};
use super::time_form::TimeForm;
use crate::import::line_at;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use terms::{AccountId, Amount, Currency, Day, TransferId};

/// A line that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongLine {
    /// Which, from 1, the header line counted.
    pub line: u64,
    /// Why.
    pub why: String,
}

/// One payment as the file says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which line, from 1.
    pub line: u64,
    /// Its number.
    pub id: TransferId,
    /// Whence.
    pub debit: AccountId,
    /// Whither.
    pub credit: AccountId,
    /// How much.
    pub amount: Amount,
    /// In what.
    pub currency: Currency,
    /// Why.
    pub code: u16,
    /// When: the day and the second of the day.
    pub when: Option<(Day, u32)>,
}

/// Reads a whole file.
///
/// # Errors
/// The file as a whole does not fit the map: an unknown encoding, a column that is not there.
pub fn read(bytes: &[u8], map: &Map) -> Result<(Vec<Line>, Vec<WrongLine>), String> {
    let label = &map.file.encoding;
    let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).ok_or_else(|| {
        format!("the encoding {label:?} is unknown; use utf-8, iso-8859-2, gb18030 ...")
    })?;
    let (text, _, broken) = encoding.decode(bytes);
    if broken {
        return Err(format!(
            "the file is not written in {label}; correct file.encoding in the map"
        ));
    }
    let mut reader = ::csv::ReaderBuilder::new()
        .delimiter(map.file.delimiter as u8)
        .quote(map.file.quote as u8)
        .has_headers(map.file.header)
        .flexible(true)
        .from_reader(text.as_bytes());
    let heads = match map.file.header {
        true => reader.headers().map_err(|error| error.to_string())?.clone(),
        false => ::csv::StringRecord::new(),
    };
    let columns = Columns::new(&heads);
    let shape = Shape::new(map, &columns, &Sha256::digest(bytes).into())?;
    let (mut lines, mut wrong) = (Vec::new(), Vec::new());
    let begins = |position: &::csv::Position| line_at(text.as_bytes(), position);
    let mut seen: HashMap<TransferId, u64> = HashMap::new();
    for record in reader.records() {
        let (at, read) = match &record {
            Ok(record) => {
                let at = record.position().map_or(0, begins);
                (at, shape.line(record, at))
            }
            Err(error) => {
                (error.position().map_or(0, ::csv::Position::line), Err(error.to_string()))
            }
        };
        let once = read.and_then(|line| match seen.insert(line.id, at) {
            Some(first) => Err(format!("the same number as line {first}")),
            None => Ok(line),
        });
        match once {
            Ok(line) => lines.push(line),
            Err(why) => wrong.push(WrongLine { line: at, why }),
        }
    }
    Ok((lines, wrong))
}

/// Column numbers by name.
struct Columns(HashMap<String, usize>);

impl Columns {
    fn new(heads: &::csv::StringRecord) -> Columns {
        // A byte order mark belongs to the file, not to the first column's name.
        let name = |head: &str| head.trim_start_matches('\u{feff}').trim().to_owned();
        Columns(heads.iter().enumerate().map(|(at, head)| (name(head), at)).collect())
    }

    fn find(&self, column: &Column) -> Result<usize, String> {
        match column {
            Column::Number(0) => Err("columns are numbered from 1".to_owned()),
            Column::Number(number) => Ok(number - 1),
            Column::Name(name) => {
                let mut names: Vec<&str> = self.0.keys().map(String::as_str).collect();
                names.sort_unstable();
                let there = names.join(", ");
                self.0
                    .get(name)
                    .copied()
                    .ok_or_else(|| format!("there is no column {name:?}; there are: {there}"))
            }
        }
    }
}

/// A field with its column found.
struct Found<'a> {
    at: Option<usize>,
    field: &'a Field,
}

impl<'a> Found<'a> {
    fn new(field: &'a Field, columns: &Columns) -> Result<Found<'a>, String> {
        let at = field.column.as_ref().map(|column| columns.find(column)).transpose()?;
        Ok(Found { at, field })
    }

    fn text(&self, record: &::csv::StringRecord) -> Result<String, String> {
        let Some(at) = self.at else { return Ok(self.field.value.clone().unwrap_or_default()) };
        let raw = cell(record, at)?;
        let text = if self.field.table.is_empty() {
            raw.to_owned()
        } else {
            let otherwise = self.field.otherwise.as_ref();
            let found = self.field.table.get(raw).or(otherwise);
            found
                .cloned()
                .ok_or_else(|| format!("{raw:?} in column {} is not in the map's table", at + 1))?
        };
        Ok(format!("{}{text}", self.field.prefix))
    }
}

fn cell(record: &::csv::StringRecord, at: usize) -> Result<&str, String> {
    record
        .get(at)
        .map(str::trim)
        .ok_or_else(|| format!("has {} columns; column {} is missing", record.len(), at + 1))
}

/// The map with every column found.
struct Shape<'a> {
    map: &'a Map,
    id: Option<Found<'a>>,
    sides: [Found<'a>; 2],
    currency: Found<'a>,
    code: Found<'a>,
    amount: AmountAt,
    out_when: Option<(usize, &'a [String])>,
    date: Option<(usize, TimeForm)>,
    /// SHA-256 of the file, for lines without a number.
    content: [u8; 32],
}

/// Where the amount stands.
enum AmountAt {
    One(usize),
    InAndOut(usize, usize),
}

impl<'a> Shape<'a> {
    fn new(map: &'a Map, columns: &Columns, content: &[u8; 32]) -> Result<Shape<'a>, String> {
        let found = |field: &'a Option<Field>| {
            field.as_ref().map(|field| Found::new(field, columns)).transpose()
        };
        let pair = match (
            found(&map.debit)?,
            found(&map.credit)?,
            found(&map.account)?,
            found(&map.contra)?,
        ) {
            (Some(debit), Some(credit), _, _) => [debit, credit],
            (_, _, Some(account), Some(contra)) => [account, contra],
            _ => return Err("give either debit and credit, or account and contra".to_owned()),
        };
        let AmountForm { column, paid_in, paid_out, .. } = &map.amount;
        let amount = match (column, paid_in, paid_out) {
            (Some(column), _, _) => AmountAt::One(columns.find(column)?),
            (None, Some(paid_in), Some(paid_out)) => {
                AmountAt::InAndOut(columns.find(paid_in)?, columns.find(paid_out)?)
            }
            _ => return Err("amount: give either column, or in and out".to_owned()),
        };
        let date = |date: &DateForm| {
            Ok::<_, String>((columns.find(&date.column)?, TimeForm::parse(&date.form)?))
        };
        let out_when = match &map.amount.out_when {
            Some(out) => Some((columns.find(&out.column)?, out.is.as_slice())),
            None => None,
        };
        Ok(Shape {
            map,
            id: found(&map.id)?,
            sides: pair,
            currency: Found::new(&map.currency, columns)?,
            code: Found::new(&map.code, columns)?,
            amount,
            out_when,
            date: map.date.as_ref().map(date).transpose()?,
            content: *content,
        })
    }

    fn line(&self, record: &::csv::StringRecord, at: u64) -> Result<Line, String> {
        let text = self.currency.text(record)?;
        let currency =
            crate::figures::parse_currency(&text).map_err(|why| format!("{text:?} is {why}"))?;
        let (amount, out) = self.amount(record, currency)?;
        let account = |side: &Found<'_>| {
            let text = side.text(record)?;
            crate::figures::parse_account(&text).map_err(|why| format!("{text:?} is {why}"))
        };
        let [first, second] = [account(&self.sides[0])?, account(&self.sides[1])?];
        // Money that goes out of a customer's account is its debit; what comes in its credit.
        let (debit, credit) =
            if self.map.account.is_none() || out { (first, second) } else { (second, first) };
        let code = self.code.text(record)?;
        let code = code
            .parse()
            .ok()
            .filter(|code| *code > 0)
            .ok_or_else(|| format!("{code:?} is no code from 1 to 65535"))?;
        let when = match &self.date {
            Some((column, form)) => Some(form.read(cell(record, *column)?)?),
            None => None,
        };
        Ok(Line { line: at, id: self.id(record, at)?, debit, credit, amount, currency, code, when })
    }

    fn id(&self, record: &::csv::StringRecord, at: u64) -> Result<TransferId, String> {
        let Some(found) = &self.id else {
            return Ok(hashed(&[b"tj import line\n", &self.content, &at.to_le_bytes()]));
        };
        let text = found.text(record)?;
        if text.is_empty() {
            return Err("its number is empty".to_owned());
        }
        match &self.map.namespace {
            Some(namespace) => {
                Ok(hashed(&[b"tj import id\n", namespace.as_bytes(), b"\n", text.as_bytes()]))
            }
            None => Ok(crate::figures::parse_transfer(&text)
                .unwrap_or_else(|_| hashed(&[b"tj import id\n\n", text.as_bytes()]))),
        }
    }

    /// How much, and whether it went out.
    fn amount(
        &self,
        record: &::csv::StringRecord,
        currency: Currency,
    ) -> Result<(Amount, bool), String> {
        let (text, mut out) = match self.amount {
            AmountAt::One(at) => (cell(record, at)?, false),
            AmountAt::InAndOut(paid_in, paid_out) => {
                match (cell(record, paid_in)?, cell(record, paid_out)?) {
                    (text, "") => (text, false),
                    ("", text) => (text, true),
                    _ => return Err("money came in and went out in one line".to_owned()),
                }
            }
        };
        if let Some((column, texts)) = self.out_when {
            let said = cell(record, column)?;
            out = texts.iter().any(|text| text == said);
        }
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        if sign && (self.map.account.is_none() || out) {
            return Err(format!("{text:?} has a sign although the direction is said otherwise"));
        }
        let plain = self
            .plain(digits)
            .ok_or_else(|| format!("{text:?} is not an amount as the map describes it"))?;
        let amount = currency.parse(&plain).map_err(|why| format!("{text:?} is {why}"))?;
        if amount == Amount::ZERO {
            Err("moves nothing".to_owned())
        } else {
            Ok((amount, out || sign))
        }
    }

    /// Decimal text with a point and nothing between thousands.
    fn plain(&self, digits: &str) -> Option<String> {
        let AmountForm { decimal, thousands, .. } = self.map.amount;
        let (whole, fraction) = match digits.split_once(decimal) {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (digits, None),
        };
        let whole = match thousands {
            Some(mark) if whole.contains(mark) => {
                let mut groups = whole.split(mark);
                let first = groups.next().unwrap_or("");
                if first.is_empty()
                    || first.len() > 3
                    || groups.clone().any(|group| group.len() != 3)
                {
                    return None;
                }
                std::iter::once(first).chain(groups).collect::<String>()
            }
            _ => whole.to_owned(),
        };
        Some(fraction.map_or(whole.clone(), |fraction| format!("{whole}.{fraction}")))
    }
}

/// A number from a hash; never zero and never the largest.
fn hashed(parts: &[&[u8]]) -> TransferId {
    let mut hash = Sha256::new();
    parts.iter().for_each(|part| hash.update(part));
    let bytes: [u8; 32] = hash.finalize().into();
    let mut half = [0; 16];
    half.copy_from_slice(&bytes[..16]);
    TransferId((u128::from_le_bytes(half) >> 1).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAP: &str = "id = { column = \"no\" }\naccount = { column = \"konto\" }\n\
        contra = { column = \"art\", table = { bar = \"9001\" }, otherwise = \"9002\" }\n\
        currency = { value = \"EUR\" }\n[file]\ndelimiter = \";\"\n\
        [amount]\ncolumn = \"betrag\"\ndecimal = \",\"\nthousands = \".\"\n";

    fn read_text(text: &str) -> (Vec<Line>, Vec<WrongLine>) {
        read(text.as_bytes(), &Map::parse(MAP).unwrap()).unwrap()
    }

    #[test]
    fn lines_become_payments_in_the_direction_of_their_sign() {
        let (lines, wrong) =
            read_text("no;konto;art;betrag\n7;5;bar;1.234,50\nA-8;5;karte;-0,05\n");
        assert_eq!(wrong, []);
        assert_eq!(
            (lines[0].debit, lines[0].credit, lines[0].amount),
            (AccountId(9001), AccountId(5), Amount(123_450))
        );
        assert_eq!(
            (lines[1].debit, lines[1].credit, lines[1].amount),
            (AccountId(5), AccountId(9002), Amount(5))
        );
        assert_eq!(lines[0].id, TransferId(7));
        assert_eq!(lines[1].id, hashed(&[b"tj import id\n\n", b"A-8"]));
    }

    #[test]
    fn wrong_lines_are_named_with_number_and_reason() {
        let text = "no;konto;art;betrag\n7;5;bar;1,2,3\n7;x;bar;1,00\n8;5;bar;12.34,00\n9;5;bar;0,00\n9;5;bar\n9;5;bar;1,00\n9;5;bar;2,00\n";
        let (lines, wrong) = read_text(text);
        assert_eq!(lines.len(), 1);
        let told: Vec<(u64, bool)> =
            wrong.iter().map(|w| (w.line, w.why.contains("line 7"))).collect();
        assert_eq!(told, [(2, false), (3, false), (4, false), (5, false), (6, false), (8, true)]);
    }

    #[test]
    fn lines_are_numbered_as_an_editor_does_whatever_ends_them() {
        let text = "no;konto;art;betrag\r\n7;5;bar;1,00\r\n\r\n8;5;bar;x\r\n9;5;bar;y";
        let (lines, wrong) = read_text(text);
        assert_eq!(lines[0].line, 2);
        assert_eq!(wrong.iter().map(|w| w.line).collect::<Vec<_>>(), [4, 5]);
    }

    #[test]
    fn a_line_without_a_number_gets_one_from_file_and_place() {
        let map = Map::parse(&MAP.replace("id = { column = \"no\" }\n", "")).unwrap();
        let text = "no;konto;art;betrag\n7;5;bar;1,00\n7;5;bar;1,00\n";
        let (lines, _) = read(text.as_bytes(), &map).unwrap();
        let (again, _) = read(text.as_bytes(), &map).unwrap();
        assert_eq!(lines, again);
        assert_ne!(lines[0].id, lines[1].id);
        let (other, _) = read(format!("{text}8;5;bar;1,00\n").as_bytes(), &map).unwrap();
        assert_ne!(lines[0].id, other[0].id);
    }

    #[test]
    fn other_peoples_letters_are_read_and_a_wrong_encoding_is_said() {
        let gb = MAP.replace("[file]", "[file]\nencoding = \"gb18030\"").replace("konto", "账号");
        let (bytes, _, _) = encoding_rs::GB18030.encode("no;账号;art;betrag\n7;5;bar;1,00\n");
        assert_eq!(read(&bytes, &Map::parse(&gb).unwrap()).unwrap().0.len(), 1);
        assert!(read(&bytes, &Map::parse(MAP).unwrap()).unwrap_err().contains("encoding"));
    }
}
