//! A bank with everything in it, what it answered, and somebody to ask.

use history::{Archive, AsOf, Desk, History, Limits, NoVault, Opener};
use journal::testing::{Dice, MemoryDisk};
use node::{Node, NodeOptions};
use proof::SignerKey;
use std::sync::Arc;
use terms::*;

/// The log of these banks.
pub const ORIGIN: &str = "bank.example/journal";
/// Small segments, so that a few thousand transfers seal several.
const SEGMENT_BYTES: u64 = 256 << 10;
const ACCOUNTS: u64 = 40;

/// A bank and every event it answered with, by entry and row.
pub struct Bank {
    pub node: Node<MemoryDisk>,
    pub disk: MemoryDisk,
    pub answered: Vec<(u64, u32, Event)>,
    dice: Dice,
    now: u64,
    next_id: u128,
}

pub fn signer() -> SignerKey {
    SignerKey::from_seed(ORIGIN, &[7; 32]).unwrap()
}

pub fn options() -> NodeOptions {
    let journal = journal::Options { segment_bytes: SEGMENT_BYTES, ..journal::Options::default() };
    NodeOptions { journal, ..NodeOptions::default() }
}

fn sealed(dice: &mut Dice) -> Sealed {
    Sealed {
        commitment: [dice.roll() as u8; 32],
        cipher: SealingCipher::Aes256Gcm,
        nonce: [3; 12],
        ciphertext: vec![dice.roll() as u8; 40],
    }
}

impl Bank {
    /// An institution in Shanghai with accounts in three currencies, people and roles.
    pub fn new(seed: u64) -> Bank {
        let disk = MemoryDisk::new();
        let node = Node::create(disk.clone(), ORIGIN, signer(), options()).unwrap();
        // 2026-09-01T00:00:00+08:00.
        let now = 1_788_192_000 * 1_000_000_000;
        let mut bank = Bank { node, disk, answered: Vec::new(), dice: Dice(seed), now, next_id: 1 };
        let first_day = Day::parse("2026-09-01").unwrap();
        let mut opening = vec![Command::OpenInstitution(Institution {
            name: "鉴镜银行".into(),
            currency: Currency::CNY,
            utc_offset_min: 480,
            first_day,
        })];
        for (code, class, name) in
            [(1001, ChartClass::Asset, "现金"), (2011, ChartClass::Liability, "活期存款")]
        {
            opening.push(Command::DefineChartLine(ChartLine { code, class, name: name.into() }));
        }
        for n in 0..ACCOUNTS {
            opening.push(Command::CreateAccount(account(n)));
        }
        for party in 1..=5_u128 {
            let identity = sealed(&mut bank.dice);
            let kind = if party == 5 { PartyKind::Organisation } else { PartyKind::Person };
            opening.push(Command::RegisterParty(Party { id: PartyId(party), kind, identity }));
            opening.push(Command::GrantRole(Role {
                party: PartyId(party),
                account: account_id(party as u64 * 3),
                kind: RoleKind::Owner,
                until: Day::BOOKING,
            }));
        }
        opening.push(Command::SetLimits(SpendingLimits {
            account: account_id(6),
            per_transfer: Some(Amount(50_000)),
            per_day: None,
        }));
        let opening: Vec<_> = opening.into_iter().map(|command| vec![command]).collect();
        bank.turn(&opening);
        bank
    }

    /// A turn a second later.
    pub fn turn(&mut self, requests: &[Vec<Command>]) {
        self.now += 1_000_000_000;
        let answers = self.node.turn(TimeNs(self.now), requests).unwrap();
        for answer in answers.into_iter().flatten() {
            self.answered.push((answer.entry, answer.row, answer.event));
        }
    }

    /// Turns with payments of every kind, some of which are refused.
    pub fn work(&mut self, turns: usize, each: usize) {
        for _ in 0..turns {
            let requests: Vec<_> = (0..each).map(|_| self.request()).collect();
            self.turn(&requests);
        }
    }

    /// A party is looked up on lists.
    pub fn screen(&mut self, party: u128, result: ScreeningResult) {
        let (lists, entry, by) = ([7; 32], String::new(), String::new());
        let screening = Screening { party: PartyId(party), lists, result, entry, score: 900, by };
        self.turn(&[vec![Command::RecordScreening(screening)]]);
    }

    /// Lets time pass.
    pub fn rest(&mut self, seconds: u64) {
        self.now += seconds * 1_000_000_000;
    }

    /// Ends the business day.
    pub fn close_day(&mut self) {
        let day = self.node.engine().business_day().unwrap();
        self.turn(&[vec![Command::CloseDay { day, next: day.plus(1) }]]);
    }

    fn id(&mut self) -> TransferId {
        self.next_id += 1;
        // Every third id is a wide one: 39 digits, beyond what a decimal holds.
        let wide = if self.next_id.is_multiple_of(3) { u128::MAX / 3 * 2 } else { 0 };
        TransferId(wide + self.next_id)
    }

    fn request(&mut self) -> Vec<Command> {
        let id = self.id();
        let debit = self.dice.below(ACCOUNTS);
        // The same currency, so that most of it is done.
        let credit = (debit + 3 * (1 + self.dice.below(12))) % ACCOUNTS;
        let plain = Transfer {
            id,
            debit_account: account_id(debit),
            credit_account: account_id(credit),
            amount: Amount(u128::from(1 + self.dice.below(90_000))),
            ledger: currency(debit),
            code: 1 + self.dice.below(5) as u16,
            user_data_64: debit % 4,
            ..Transfer::default()
        };
        match self.dice.below(20) {
            0 => vec![Command::Transfer(Transfer { flags: TransferFlags::PENDING, ..plain })],
            1 => {
                let second = self.id();
                let pending = Transfer { flags: TransferFlags::PENDING, ..plain };
                let post = Transfer {
                    id: second,
                    pending_id: id,
                    amount: Amount::MAX,
                    flags: TransferFlags::POST_PENDING,
                    ..Transfer::default()
                };
                vec![Command::Transfer(pending), Command::Transfer(post)]
            }
            2 => {
                let second = self.id();
                let pending = Transfer { flags: TransferFlags::PENDING, ..plain };
                let void = Transfer {
                    id: second,
                    pending_id: id,
                    flags: TransferFlags::VOID_PENDING,
                    ..Transfer::default()
                };
                vec![Command::Transfer(pending), Command::Transfer(void)]
            }
            3 => {
                let legs = [(debit, Side::Debit), (credit, Side::Credit)];
                let leg = |(n, side)| Leg { account: account_id(n), side, amount: plain.amount };
                vec![Command::PostEntry(Entry {
                    id,
                    code: 9,
                    value_date: Day::BOOKING,
                    user_data_128: 0,
                    reverses: TransferId(0),
                    legs: legs.map(leg).to_vec(),
                })]
            }
            4 => {
                let second = self.id();
                let reverse = Command::Reverse { id: second, of: id, value_date: Day::BOOKING };
                vec![Command::Transfer(plain), reverse]
            }
            5 => vec![Command::Transfer(Transfer { ledger: Currency::EUR, ..plain })],
            _ => vec![Command::Transfer(plain)],
        }
    }

    /// The history over this archive, with what is sealed rolled or not.
    pub async fn history(&self, archive: Archive) -> Arc<History<MemoryDisk>> {
        Arc::new(History::open(self.node.reader(), archive, "+08:00").await.unwrap())
    }

    /// Somebody to ask.
    pub fn desk(&self, history: &Arc<History<MemoryDisk>>) -> Desk<MemoryDisk> {
        desk_with(history, Arc::new(NoVault), Limits::default())
    }
}

pub fn desk_with(
    history: &Arc<History<MemoryDisk>>,
    opener: Arc<dyn Opener>,
    limits: Limits,
) -> Desk<MemoryDisk> {
    Desk::new(Arc::clone(history), limits, opener, None).unwrap()
}

/// Every third account is in the same currency; some ids are wide.
pub fn account_id(n: u64) -> AccountId {
    let wide = if n % 7 == 3 { u128::MAX - 1_000 } else { 6_299_000_000_000_000_000 };
    AccountId(wide + u128::from(n))
}

pub fn currency(n: u64) -> Currency {
    [Currency::CNY, Currency::JPY, Currency::KWD][(n % 3) as usize]
}

fn account(n: u64) -> Account {
    Account {
        id: account_id(n),
        ledger: currency(n),
        code: if n < 10 { 1001 } else { 2011 },
        flags: if n % 5 == 4 {
            AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS
        } else {
            AccountFlags::default()
        },
        ..Account::default()
    }
}

/// An archive in memory.
pub fn memory() -> Archive {
    Archive::of(Arc::new(object_store::memory::InMemory::new()), "memory")
}

/// The answer as texts.
pub async fn ask(desk: &Desk<MemoryDisk>, as_of: AsOf, text: &str) -> Vec<Vec<String>> {
    let answer = desk.ask(as_of, text).await.unwrap_or_else(|error| panic!("{text}: {error}"));
    let (batches, told) = answer.all().await.unwrap_or_else(|error| panic!("{text}: {error}"));
    let mut rows = Vec::new();
    for batch in batches {
        let options = arrow::util::display::FormatOptions::new();
        let columns: Vec<_> = batch
            .columns()
            .iter()
            .map(|c| arrow::util::display::ArrayFormatter::try_new(c, &options).unwrap())
            .collect();
        for row in 0..batch.num_rows() {
            rows.push(columns.iter().map(|column| column.value(row).to_string()).collect());
        }
    }
    assert_eq!(rows.len() as u64, told.rows);
    rows
}

/// The only value of an answer.
pub async fn one(desk: &Desk<MemoryDisk>, as_of: AsOf, text: &str) -> String {
    let rows = ask(desk, as_of, text).await;
    assert_eq!((rows.len(), rows.first().map(Vec::len)), (1, Some(1)), "{text}");
    rows[0][0].clone()
}
