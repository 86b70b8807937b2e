//! A sample of AMLSim's: a folder with `nodes.csv` (accounts, and which of them take part in a planted cycle) and
//! `transactions.csv` (who pays whom how much at which step; a step is a day). Labels are of accounts: the files
//! do not say which payments were planted, and [`Tables::is_planted`] infers it. Amounts are read as decimal text.

use crate::import::{WrongLine, line_at};
use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;
use terms::{Amount, Day, TimeNs};

/// Minor digits of the amounts, whose currency the files do not name.
const DIGITS: u8 = 2;
/// `fraudStep` of an account whose turn in a cycle never comes, or that is in none.
const NO_STEP: i64 = -1;
/// Payments of a step begin so many nanoseconds after midnight, and lie within so many.
const BEGINS_NS: u64 = 8 * HOUR_NS;
const LASTS_NS: u64 = 12 * HOUR_NS;
const HOUR_NS: u64 = 3_600_000_000_000;
const MINUTE_NS: i64 = 60_000_000_000;

/// Everything the importer reads.
#[derive(Debug, Default)]
pub struct Tables {
    /// Accounts by number.
    pub nodes: BTreeMap<u32, Node>,
    /// Payments in the order of the file, which is by step.
    pub payments: Vec<Payment>,
}

/// An account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its number.
    pub id: u32,
    /// What it begins with. The sample's accounts pay more than that, so they must be allowed to.
    pub balance: Amount,
    /// It takes part in a planted cycle.
    pub is_fraud: bool,
    /// The step at which it pays there. Half of the sample's are never said to pay.
    pub fraud_step: Option<u32>,
}

/// A line of `transactions.csv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Where it stands in the file, from 1, the header line counted.
    pub line: u32,
    /// Who pays.
    pub payer: u32,
    /// Who is paid; now and then the payer, which no ledger takes.
    pub payee: u32,
    /// How much, in minor units.
    pub amount: Amount,
    /// When, from 1.
    pub step: u32,
}

impl Tables {
    /// Reads the folder.
    ///
    /// # Errors
    /// Every line that cannot be read, in both files.
    pub fn read(folder: &Path) -> Result<Tables, Vec<WrongLine>> {
        let mut wrong = Vec::new();
        let mut tables = Tables::default();
        for (line, node) in lines_of(folder, NODES, &mut wrong, node) {
            if tables.nodes.insert(node.id, node).is_some() {
                let why = format!("account {} stands there twice", node.id);
                wrong.push(WrongLine { file: NODES.name, line, why });
            }
        }
        let payments = lines_of(folder, PAYMENTS, &mut wrong, payment);
        tables.payments =
            payments.into_iter().map(|(line, payment)| Payment { line, ..payment }).collect();
        tables.check(&mut wrong);
        if wrong.is_empty() { Ok(tables) } else { Err(wrong) }
    }

    /// Accounts are known, and steps do not go back.
    fn check(&self, wrong: &mut Vec<WrongLine>) {
        let mut last = 0;
        for p in &self.payments {
            let unknown = [p.payer, p.payee].into_iter().find(|id| !self.nodes.contains_key(id));
            let why = match unknown {
                Some(id) => format!("account {id} is not in {}", NODES.name),
                None if p.step < last => "an earlier step than the line before".to_owned(),
                None => {
                    last = p.step;
                    continue;
                }
            };
            wrong.push(WrongLine { file: PAYMENTS.name, line: p.line, why });
        }
    }

    /// Whether an account takes part in a planted cycle.
    pub fn is_fraud(&self, account: u32) -> bool {
        self.nodes.get(&account).is_some_and(|node| node.is_fraud)
    }

    /// Whether a payment was planted, as far as accounts tell: both of its accounts are in cycles, and it is made
    /// at the step at which the payer's turn comes.
    pub fn is_planted(&self, payment: &Payment) -> bool {
        let turn = self.nodes.get(&payment.payer).and_then(|node| node.fraud_step);
        let to_another = payment.payer != payment.payee;
        turn == Some(payment.step) && to_another && self.is_fraud(payment.payee)
    }

    /// Each payment with a time: step one is `first`, and the payments of a step follow each other through its
    /// day, at a clock so many minutes ahead of UTC.
    pub fn dated(
        &self,
        first: Day,
        utc_offset_min: i16,
    ) -> impl Iterator<Item = (TimeNs, &Payment)> {
        let ahead_ns = i64::from(utc_offset_min) * MINUTE_NS;
        self.payments.chunk_by(|a, b| a.step == b.step).flat_map(move |of_step| {
            let count = of_step.len() as u64;
            (0..).zip(of_step).map(move |(nth, payment)| {
                let day = first.plus(payment.step as i32 - 1);
                let time = TimeNs::start_of(day).0 + BEGINS_NS + LASTS_NS / count * nth;
                (TimeNs(time.saturating_add_signed(-ahead_ns)), payment)
            })
        })
    }
}

/// A file and the columns that are read.
#[derive(Clone, Copy)]
struct File {
    name: &'static str,
    columns: [&'static str; 4],
}

const NODES: File =
    File { name: "nodes.csv", columns: ["nodeid", "isFraud", "init_balance", "fraudStep"] };
const PAYMENTS: File =
    File { name: "transactions.csv", columns: ["sourceNodeId", "targetNodeId", "value", "time"] };

/// One line: its four fields.
type Fields<'a> = [&'a str; 4];

/// Reads every line behind the header, each with its number.
fn lines_of<T>(
    folder: &Path,
    file: File,
    wrong: &mut Vec<WrongLine>,
    read: impl Fn(Fields<'_>) -> Result<T, String>,
) -> Vec<(u32, T)> {
    match std::fs::read(folder.join(file.name)) {
        Ok(bytes) => read_lines(&bytes, file, wrong, read),
        Err(error) => {
            let why = format!("cannot be read: {error}");
            wrong.push(WrongLine { file: file.name, line: 0, why });
            Vec::new()
        }
    }
}

fn read_lines<T>(
    bytes: &[u8],
    file: File,
    wrong: &mut Vec<WrongLine>,
    read: impl Fn(Fields<'_>) -> Result<T, String>,
) -> Vec<(u32, T)> {
    let mut found = Vec::new();
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    match reader.byte_headers() {
        Ok(head) if head.iter().eq(file.columns.iter().map(|name| name.as_bytes())) => {}
        Ok(_) => {
            let why = format!("the columns are not {}", file.columns.join(","));
            wrong.push(WrongLine { file: file.name, line: 1, why });
            return found;
        }
        Err(error) => {
            wrong.push(WrongLine { file: file.name, line: 1, why: error.to_string() });
            return found;
        }
    }
    for record in reader.byte_records() {
        let (line, value) = match &record {
            Ok(record) => {
                let line = record.position().map_or(0, |at| line_at(bytes, at));
                let line = u32::try_from(line).unwrap_or(u32::MAX);
                (line, fields_of(record).and_then(&read))
            }
            Err(error) => (0, Err(error.to_string())),
        };
        match value {
            Ok(value) => found.push((line, value)),
            Err(why) => wrong.push(WrongLine { file: file.name, line, why }),
        }
    }
    found
}

fn fields_of(record: &csv::ByteRecord) -> Result<Fields<'_>, String> {
    let mut fields = [""; 4];
    if record.len() != fields.len() {
        return Err(format!("has {} fields, not {}", record.len(), fields.len()));
    }
    for (field, bytes) in fields.iter_mut().zip(record) {
        *field = std::str::from_utf8(bytes).map_err(|_| "is not text".to_owned())?.trim();
    }
    Ok(fields)
}

fn number<N: FromStr>(text: &str) -> Result<N, String> {
    text.parse().map_err(|_| format!("{text:?} is not a number that fits"))
}

fn money(text: &str) -> Result<Amount, String> {
    terms::parse_minor(text, DIGITS).map(Amount).map_err(|why| format!("{text:?}: {why}"))
}

fn node([id, fraud, balance, step]: Fields<'_>) -> Result<Node, String> {
    let step: i64 = number(step)?;
    let is_fraud = match (fraud, step) {
        ("1", _) => true,
        ("0", NO_STEP) => false,
        _ => return Err(format!("isFraud {fraud:?} and fraudStep {step} contradict each other")),
    };
    let fraud_step = match step {
        NO_STEP => None,
        step => Some(u32::try_from(step).map_err(|_| format!("{step} is no step"))?),
    };
    Ok(Node { id: number(id)?, balance: money(balance)?, is_fraud, fraud_step })
}

/// The line's number is filled in by whoever knows it.
fn payment([payer, payee, value, step]: Fields<'_>) -> Result<Payment, String> {
    let amount = money(value)?;
    let step = number(step)?;
    if amount == Amount::ZERO || step == 0 {
        return Err("amount and step begin with 1".to_owned());
    }
    Ok(Payment { line: 0, payer: number(payer)?, payee: number(payee)?, amount, step })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nodes(text: &str) -> (Vec<(u32, Node)>, Vec<WrongLine>) {
        let mut wrong = Vec::new();
        let text = format!("nodeid,isFraud,init_balance,fraudStep\n{text}");
        (read_lines(text.as_bytes(), NODES, &mut wrong, node), wrong)
    }

    fn tables(nodes: &str, payments: &str) -> Result<Tables, Vec<WrongLine>> {
        let folder = std::env::temp_dir().join(format!("amlsim-{}", std::process::id()));
        let folder = folder.join(std::thread::current().name().unwrap_or("test"));
        std::fs::create_dir_all(&folder).unwrap();
        let head = |file: File| file.columns.join(",");
        std::fs::write(folder.join(NODES.name), format!("{}\n{nodes}", head(NODES))).unwrap();
        let text = format!("{}\n{payments}", head(PAYMENTS));
        std::fs::write(folder.join(PAYMENTS.name), text).unwrap();
        let read = Tables::read(&folder);
        std::fs::remove_dir_all(&folder).unwrap();
        read
    }

    #[test]
    fn accounts_and_payments_are_read_exactly_and_the_planted_are_known() {
        let payments = "7,8,0.29,1\n8,9,147.8,2\n9,7,3,2\n8,9,1.10,4\n";
        let read = tables("7,1,184.44,1\n8,1,0.10,2\n9,0,3,-1\n", payments).unwrap();
        assert_eq!(read.nodes[&7].balance, Amount(18_444));
        assert_eq!(read.nodes[&9].fraud_step, None);
        let amounts: Vec<u128> = read.payments.iter().map(|p| p.amount.0).collect();
        assert_eq!(amounts, [29, 14_780, 300, 110]);
        assert_eq!(read.payments[3].line, 5);
        let planted: Vec<bool> = read.payments.iter().map(|p| read.is_planted(p)).collect();
        assert_eq!(planted, [true, false, false, false], "9 is honest");
        assert!(read.is_fraud(8) && !read.is_fraud(9) && !read.is_fraud(10));
    }

    #[test]
    fn a_step_is_a_day_and_its_payments_keep_their_order() {
        let read = tables("7,0,1,-1\n8,0,1,-1\n", "7,8,1,1\n8,7,1,1\n7,8,1,3\n").unwrap();
        let first = Day::parse("2026-03-01").unwrap();
        let times: Vec<TimeNs> = read.dated(first, 480).map(|(time, _)| time).collect();
        assert!(times.is_sorted() && times[0] < times[1]);
        let days: Vec<String> = times.iter().map(|time| time.day_at(480).to_string()).collect();
        assert_eq!(days, ["2026-03-01", "2026-03-01", "2026-03-03"]);
    }

    #[test]
    fn a_wrong_line_is_named_with_its_file() {
        let said = |wrong: &[WrongLine]| wrong.iter().map(ToString::to_string).collect::<Vec<_>>();
        let (found, wrong) = nodes("1,0,1.5,-1\n2,0,1.555,-1\n3,0,1,4\n4,1,1\nx,0,1,-1\n");
        assert_eq!(found.len(), 1);
        assert_eq!(
            said(&wrong),
            [
                "nodes.csv line 3: \"1.555\": more digits after the point than the 2 this currency has",
                "nodes.csv line 4: isFraud \"0\" and fraudStep 4 contradict each other",
                "nodes.csv line 5: has 3 fields, not 4",
                "nodes.csv line 6: \"x\" is not a number that fits",
            ]
        );
        let wrong = tables("7,0,1,-1\n7,0,2,-1\n", "7,7,1,2\n7,8,1,2\n7,7,1,1\n").unwrap_err();
        assert_eq!(
            said(&wrong),
            [
                "nodes.csv line 3: account 7 stands there twice",
                "transactions.csv line 3: account 8 is not in nodes.csv",
                "transactions.csv line 4: an earlier step than the line before",
            ]
        );
        let mut wrong = Vec::new();
        read_lines(b"a,b\n1,2\n", NODES, &mut wrong, node);
        assert_eq!(wrong[0].line, 1);
    }
}
