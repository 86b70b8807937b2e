//! The files of the Berka bank: `;`-separated text with a header line, dates as YYMMDD in the 1900s,
//! Czech codes. Every line is read or named as wrong; a last line that was cut off is said apart.

use crate::import::{WrongLine, line_at};
use std::path::Path;
use terms::Day;

/// Minor digits of the koruna.
const DIGITS: u8 = 2;

/// Everything the importer reads.
#[derive(Debug, Default)]
pub struct Tables {
    /// Names of districts by number.
    pub districts: Vec<(u32, String)>,
    /// Clients, by number.
    pub clients: Vec<Client>,
    /// Accounts, by date and number.
    pub accounts: Vec<AccountLine>,
    /// Who may do what with which account.
    pub dispositions: Vec<Disposition>,
    /// Loans.
    pub loans: Vec<Loan>,
    /// Transactions in the order of the file, which is by date.
    pub movements: Vec<Movement>,
    /// The number of the last transaction line, if it was cut off and could not be read.
    pub cut_line: Option<u32>,
}

/// A client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its number.
    pub id: u32,
    /// Birth date.
    pub born: Day,
    /// By the birth number: women have 50 added to the month.
    pub woman: bool,
    /// District number.
    pub district: u32,
}

/// An account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountLine {
    /// Its number.
    pub id: u32,
    /// When it was opened.
    pub opened: Day,
    /// How often a statement is issued: 1 monthly, 2 weekly, 3 after each transaction.
    pub frequency: u32,
}

/// A client's right on an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disposition {
    /// Whose.
    pub client: u32,
    /// On what.
    pub account: u32,
    /// The owner; otherwise a disponent.
    pub owner: bool,
}

/// A loan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loan {
    /// Whose account.
    pub account: u32,
    /// When it was granted.
    pub granted: Day,
    /// How much, in haléř.
    pub amount: i64,
}

/// Why money moved, as the file's `operation` and `k_symbol` say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u16)]
pub enum Kind {
    /// VKLAD.
    CashIn = 1,
    /// VYBER.
    CashOut = 2,
    /// VYBER KARTOU.
    CardOut = 3,
    /// PREVOD Z UCTU.
    FromBank = 4,
    /// PREVOD NA UCET.
    ToBank = 5,
    /// DUCHOD.
    Pension = 6,
    /// SIPO through another bank.
    Household = 7,
    /// SIPO in cash.
    HouseholdCash = 8,
    /// POJISTNE.
    Insurance = 9,
    /// UVER.
    LoanPayment = 10,
    /// UROK.
    Interest = 11,
    /// SLUZBY.
    StatementFee = 12,
    /// SANKC. UROK.
    PenaltyInterest = 13,
}

/// One line of `trans.asc`. Amounts are in haléř.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Movement {
    /// Where it stands in the file, from 1, the header line counted.
    pub line: u32,
    /// The file's own number of it.
    pub id: u64,
    /// Whose account.
    pub account: u32,
    /// When.
    pub day: Day,
    /// Positive when it came in.
    pub amount: i64,
    /// What the file says the account has afterwards.
    pub balance: i64,
    /// Why.
    pub kind: Kind,
    /// Two letters of the other bank, if there is one.
    pub bank: Option<[u8; 2]>,
    /// The account number at the other bank; zero if there is none.
    pub partner: u64,
}

impl Tables {
    /// Reads the folder.
    ///
    /// # Errors
    /// Every line that cannot be read, in every file.
    pub fn read(folder: &Path) -> Result<Tables, Vec<WrongLine>> {
        let mut wrong = Vec::new();
        let mut tables = Tables {
            districts: lines_of(folder, "district.asc", &mut wrong, |r| {
                Ok((r.number(0)?, r.text(1)?))
            }),
            clients: lines_of(folder, "client.asc", &mut wrong, client),
            accounts: lines_of(folder, "account.asc", &mut wrong, account),
            dispositions: lines_of(folder, "disp.asc", &mut wrong, disposition),
            loans: lines_of(folder, "loan.asc", &mut wrong, loan),
            movements: Vec::new(),
            cut_line: None,
        };
        let before = wrong.len();
        tables.movements = lines_of(folder, "trans.asc", &mut wrong, movement);
        let last = tables.movements.last().map_or(1, |m| m.line);
        if wrong.len() == before + 1 && wrong.last().is_some_and(|w| w.line > last && w.line > 1) {
            tables.cut_line = wrong.pop().map(|w| w.line);
        }
        tables.accounts.sort_by_key(|a| (a.opened, a.id));
        tables.check_order(&mut wrong);
        if wrong.is_empty() { Ok(tables) } else { Err(wrong) }
    }

    /// Transactions stand by date, and belong to an account that is open.
    fn check_order(&self, wrong: &mut Vec<WrongLine>) {
        let opened: std::collections::HashMap<u32, Day> =
            self.accounts.iter().map(|a| (a.id, a.opened)).collect();
        let mut last = Day(i32::MIN);
        for m in &self.movements {
            let why = match opened.get(&m.account) {
                None => format!("account {} is not in account.asc", m.account),
                Some(opened) if *opened > m.day => {
                    format!("account {} is opened only on {opened}", m.account)
                }
                Some(_) if m.day < last => "an earlier date than the line before".to_owned(),
                Some(_) => {
                    last = m.day;
                    continue;
                }
            };
            wrong.push(WrongLine { file: "trans.asc", line: m.line, why });
        }
    }
}

/// One line, its fields as text.
struct Fields<'a> {
    fields: &'a csv::ByteRecord,
    line: u32,
}

/// Reads every line behind the header.
fn lines_of<T>(
    folder: &Path,
    file: &'static str,
    wrong: &mut Vec<WrongLine>,
    read: impl Fn(&Fields<'_>) -> Result<T, String>,
) -> Vec<T> {
    let mut found = Vec::new();
    let bytes = match std::fs::read(folder.join(file)) {
        Ok(bytes) => bytes,
        Err(error) => {
            wrong.push(WrongLine { file, line: 0, why: format!("cannot be read: {error}") });
            return found;
        }
    };
    let mut reader =
        csv::ReaderBuilder::new().delimiter(b';').flexible(true).from_reader(bytes.as_slice());
    for record in reader.byte_records() {
        let (line, result) = match &record {
            Ok(fields) => {
                let line = fields.position().map_or(0, |p| line_at(&bytes, p));
                let line = u32::try_from(line).unwrap_or(u32::MAX);
                (line, read(&Fields { fields, line }))
            }
            Err(error) => (0, Err(error.to_string())),
        };
        match result {
            Ok(value) => found.push(value),
            Err(why) => wrong.push(WrongLine { file, line, why }),
        }
    }
    found
}

impl Fields<'_> {
    fn bytes(&self, at: usize) -> Result<&[u8], String> {
        self.fields.get(at).ok_or_else(|| format!("has {} fields, too few", self.fields.len()))
    }

    /// Latin-2 text.
    fn text(&self, at: usize) -> Result<String, String> {
        Ok(encoding_rs::ISO_8859_2.decode_without_bom_handling(self.bytes(at)?).0.trim().to_owned())
    }

    fn number<N: std::str::FromStr>(&self, at: usize) -> Result<N, String> {
        let text = self.text(at)?;
        text.parse().map_err(|_| format!("{text:?} in field {} is not a number", at + 1))
    }

    /// YYMMDD; women's birth numbers have 50 added to the month, and `true` says so.
    fn date(&self, at: usize) -> Result<(Day, bool), String> {
        let text = self.text(at)?;
        let digits: u32 = text
            .get(..6)
            .filter(|d| d.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|d| d.parse().ok())
            .ok_or_else(|| format!("{text:?} is not a date YYMMDD"))?;
        let (year, month, day) = (1900 + digits / 10_000, digits / 100 % 100, digits % 100);
        let found = Day::from_ymd(year as i32, if month > 50 { month - 50 } else { month }, day);
        found.map(|d| (d, month > 50)).ok_or_else(|| format!("{text:?} is not a date YYMMDD"))
    }

    fn day(&self, at: usize) -> Result<Day, String> {
        match self.date(at)? {
            (day, false) => Ok(day),
            (_, true) => Err(format!("{:?} is not a date YYMMDD", self.text(at)?)),
        }
    }

    /// An amount in haléř, with its sign.
    fn amount(&self, at: usize) -> Result<i64, String> {
        let text = self.text(at)?;
        let minor = terms::parse_minor(text.strip_prefix('-').unwrap_or(&text), DIGITS)
            .map_err(|why| format!("{text:?} in field {}: {why}", at + 1))?;
        let minor = i64::try_from(minor).map_err(|_| format!("{text:?} is too large"))?;
        Ok(if text.starts_with('-') { -minor } else { minor })
    }
}

fn client(r: &Fields<'_>) -> Result<Client, String> {
    let (born, woman) = r.date(1)?;
    Ok(Client { id: r.number(0)?, born, woman, district: r.number(2)? })
}

fn account(r: &Fields<'_>) -> Result<AccountLine, String> {
    let frequency = match r.text(2)?.as_str() {
        "POPLATEK MESICNE" => 1,
        "POPLATEK TYDNE" => 2,
        "POPLATEK PO OBRATU" => 3,
        other => return Err(format!("{other:?} is no known frequency")),
    };
    Ok(AccountLine { id: r.number(0)?, opened: r.day(3)?, frequency })
}

fn disposition(r: &Fields<'_>) -> Result<Disposition, String> {
    let owner = match r.text(3)?.as_str() {
        "OWNER" => true,
        "DISPONENT" => false,
        other => return Err(format!("{other:?} is no known disposition")),
    };
    Ok(Disposition { client: r.number(1)?, account: r.number(2)?, owner })
}

fn loan(r: &Fields<'_>) -> Result<Loan, String> {
    Ok(Loan { account: r.number(1)?, granted: r.day(2)?, amount: r.amount(3)? })
}

fn movement(r: &Fields<'_>) -> Result<Movement, String> {
    // The last field is often empty but its separator is there, so a shorter line was cut off.
    r.bytes(9)?;
    let incoming = match r.text(3)?.as_str() {
        "PRIJEM" => true,
        // VYBER stands as type in some lines that are plain withdrawals in cash.
        "VYDAJ" | "VYBER" => false,
        other => return Err(format!("{other:?} is no known type")),
    };
    let kind = kind_of(&r.text(4)?, &r.text(7)?)?;
    let expected = matches!(kind, Kind::CashIn | Kind::FromBank | Kind::Pension | Kind::Interest);
    let amount = r.amount(5)?;
    if incoming != expected || amount <= 0 {
        return Err("type, operation and amount contradict each other".to_owned());
    }
    let partner = r.text(9)?;
    let bank = match *r.bytes(8)? {
        [] => None,
        [a, b] => Some([a, b]),
        _ => return Err("the bank is not two letters".to_owned()),
    };
    let across = matches!(
        kind,
        Kind::FromBank
            | Kind::ToBank
            | Kind::Pension
            | Kind::Household
            | Kind::Insurance
            | Kind::LoanPayment
    );
    if across != bank.is_some() {
        return Err(
            "the operation and the presence of another bank contradict each other".to_owned()
        );
    }
    Ok(Movement {
        line: r.line,
        id: r.number(0)?,
        account: r.number(1)?,
        day: r.day(2)?,
        amount: if incoming { amount } else { -amount },
        balance: r.amount(6)?,
        kind,
        bank,
        partner: if partner.is_empty() { 0 } else { r.number(9)? },
    })
}

fn kind_of(operation: &str, symbol: &str) -> Result<Kind, String> {
    Ok(match (operation, symbol) {
        ("VKLAD", "") => Kind::CashIn,
        ("VYBER", "") => Kind::CashOut,
        ("VYBER KARTOU", "") => Kind::CardOut,
        ("PREVOD Z UCTU", "") => Kind::FromBank,
        ("PREVOD NA UCET", "") => Kind::ToBank,
        ("PREVOD Z UCTU", "DUCHOD") => Kind::Pension,
        ("PREVOD NA UCET", "SIPO") => Kind::Household,
        ("VYBER", "SIPO") => Kind::HouseholdCash,
        ("PREVOD NA UCET", "POJISTNE") => Kind::Insurance,
        ("PREVOD NA UCET", "UVER") => Kind::LoanPayment,
        ("", "UROK") => Kind::Interest,
        ("VYBER", "SLUZBY") => Kind::StatementFee,
        ("VYBER", "SANKC. UROK") => Kind::PenaltyInterest,
        _ => return Err(format!("operation {operation:?} with symbol {symbol:?} is unknown")),
    })
}
