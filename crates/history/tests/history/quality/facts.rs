//! What may have happened, a line each: a verb, its words in order, then flags and `key=value`. Nothing is
//! decided here: what a line says was done, whether or not a bank would do it.

use super::script::Line;
use journal::vault::{Fields, encode_fields};
use std::collections::{BTreeMap, VecDeque};
use terms::*;

/// What the engine writes as the reason of an interest settlement.
const INTEREST_CODE: u16 = 65_001;

/// The words of a line that nobody has used yet.
pub struct Words {
    place: String,
    words: VecDeque<String>,
    named: BTreeMap<String, String>,
}

/// What nobody can read any more.
fn sealed_away() -> Sealed {
    let cipher = SealingCipher::Aes256Gcm;
    Sealed { commitment: [1; 32], cipher, nonce: [2; 12], ciphertext: vec![3; 48] }
}

/// What the words of a line are read with.
pub struct Around<'a> {
    /// The currency of each account so far.
    pub currencies: &'a BTreeMap<u128, Currency>,
    /// When it happens.
    pub time: TimeNs,
    /// The business day.
    pub day: Day,
}

impl Words {
    pub fn of(line: &Line) -> Words {
        let (place, mut words, mut named) = (line.place.clone(), VecDeque::new(), BTreeMap::new());
        for word in &line.words {
            match word.split_once('=') {
                Some((key, value)) => {
                    let twice = named.insert(key.to_owned(), value.to_owned());
                    assert!(twice.is_none(), "{place}: {key}= stands twice");
                }
                None => words.push_back(word.clone()),
            }
        }
        Words { place, words, named }
    }

    /// The next word.
    pub fn word(&mut self) -> String {
        self.words.pop_front().unwrap_or_else(|| panic!("{}: a word is missing", self.place))
    }

    fn read<T>(&self, text: &str, read: impl FnOnce(&str) -> Option<T>) -> T {
        read(text).unwrap_or_else(|| panic!("{}: what is {text}?", self.place))
    }

    /// The next word as a number.
    pub fn number<T: std::str::FromStr>(&mut self) -> T {
        let word = self.word();
        self.read(&word, |word| word.parse().ok())
    }

    /// Whether this word stands among the rest.
    pub fn flag(&mut self, word: &str) -> bool {
        let at = self.words.iter().position(|other| other == word);
        at.is_some_and(|at| self.words.remove(at).is_some())
    }

    /// The text of `key=`.
    pub fn named(&mut self, key: &str) -> Option<String> {
        self.named.remove(key)
    }

    fn named_number<T: std::str::FromStr>(&mut self, key: &str) -> Option<T> {
        let text = self.named(key)?;
        Some(self.read(&text, |text| text.parse().ok()))
    }

    fn named_day(&mut self, key: &str) -> Option<Day> {
        let text = self.named(key)?;
        Some(self.read(&text, |text| Day::parse(text).ok()))
    }

    /// `2026-09-01`.
    pub fn day(&mut self) -> Day {
        let word = self.word();
        self.read(&word, |word| Day::parse(word).ok())
    }

    /// `2026-09-01 09:00` or `2026-09-01 09:00:05`, on the institution's clock, eight hours east of UTC.
    pub fn moment(&mut self) -> TimeNs {
        let (day, clock) = (self.day(), self.word());
        let seconds = self.read(&clock, |clock| {
            let mut parts = clock.split(':').map(|part| part.parse::<u64>().ok());
            let (h, m) = (parts.next()??, parts.next()??);
            Some(h * 3_600 + m * 60 + parts.next().unwrap_or(Some(0))?)
        });
        TimeNs(TimeNs::start_of(day).0 + seconds * 1_000_000_000 - 8 * 3_600 * 1_000_000_000)
    }

    fn currency(&mut self) -> Option<Currency> {
        let at = self.words.iter().position(|word| Currency::by_code(word).is_some())?;
        self.words.remove(at).as_deref().and_then(Currency::by_code)
    }

    fn amount(&mut self, currency: Currency) -> Amount {
        let word = self.word();
        self.read(&word, |word| currency.parse(word).ok())
    }

    /// The text of `key=` as an amount.
    pub fn named_amount(&mut self, key: &str, currency: Currency) -> Option<Amount> {
        let text = self.named(key)?;
        Some(self.read(&text, |text| currency.parse(text).ok()))
    }

    /// Nothing may be left that nobody understood.
    pub fn end(&self) {
        let left = self.words.iter().chain(self.named.keys()).next();
        assert!(left.is_none(), "{}: nobody understands {}", self.place, left.unwrap());
    }

    /// What happened.
    pub fn event(&mut self, verb: &str, around: &Around<'_>) -> Event {
        let refused = self.named("refused").map(|word| {
            let known = Refusal::ALL.iter().find(|refusal| refusal.word() == word);
            *known.unwrap_or_else(|| panic!("{}: nothing is refused as {word}", self.place))
        });
        let outcome = refused.map_or(Ok(()), Err);
        // An imported payment is booked on the day it happened.
        let imported = self.named_day("imported");
        let booking_date = self.named_day("booked").or(imported).unwrap_or(around.day);
        if let Some(mut transfer) = self.transfer(verb, around) {
            if let Some(day) = imported {
                transfer.flags |= TransferFlags::IMPORTED;
                transfer.timestamp = TimeNs::start_of(day);
            }
            let value_date = self.named_day("value");
            // A refused one stands as it was asked for.
            let open = if outcome.is_err() { Day::BOOKING } else { booking_date };
            transfer.value_date = value_date.unwrap_or(open);
            return Event::Transfer(TransferEvent {
                transfer,
                booking_date,
                outcome,
                verdict: None,
            });
        }
        let mut command = self.command(verb, around, booking_date);
        if let (Some(day), Command::CreateAccount(account)) = (imported, &mut command) {
            account.flags |= AccountFlags::IMPORTED;
            account.timestamp = TimeNs::start_of(day);
        }
        let booking_date = if imported.is_some() { around.day } else { booking_date };
        Event::Act(Box::new(Act { time: around.time, booking_date, command, outcome }))
    }

    /// `transfer 100 1 2 50.00`, `post 101 100 1 2 50.00`, `void …`, `reverse …`, `settle 102 1 2 0.05`.
    fn transfer(&mut self, verb: &str, around: &Around<'_>) -> Option<Transfer> {
        let mut flags = match verb {
            "transfer" => TransferFlags::default(),
            "post" => TransferFlags::POST_PENDING,
            "void" => TransferFlags::VOID_PENDING,
            "reverse" => TransferFlags::REVERSAL,
            "settle" => TransferFlags::INTEREST,
            _ => return None,
        };
        let id = TransferId(self.number());
        let named = matches!(verb, "post" | "void" | "reverse");
        let pending_id = TransferId(if named { self.number() } else { 0 });
        let (debit, credit) = (self.number(), self.number());
        let own = self.currency();
        let ledger = own.or(around.currencies.get(&debit).copied()).unwrap_or_default();
        let amount = self.amount(ledger);
        for (word, flag) in [
            ("pending", TransferFlags::PENDING),
            ("balancing-debit", TransferFlags::BALANCING_DEBIT),
            ("balancing-credit", TransferFlags::BALANCING_CREDIT),
            ("closing-debit", TransferFlags::CLOSING_DEBIT),
            ("closing-credit", TransferFlags::CLOSING_CREDIT),
        ] {
            if self.flag(word) {
                flags |= flag;
            }
        }
        let why = if verb == "settle" { INTEREST_CODE } else { 1 };
        Some(Transfer {
            id,
            debit_account: AccountId(debit),
            credit_account: AccountId(credit),
            amount,
            pending_id,
            user_data_128: self.named_number("user128").unwrap_or(0),
            timeout_s: self.named_number("timeout").unwrap_or(0),
            ledger,
            code: self.named_number("code").unwrap_or(why),
            flags,
            timestamp: around.time,
            ..Transfer::default()
        })
    }

    fn command(&mut self, verb: &str, around: &Around<'_>, booked: Day) -> Command {
        match verb {
            "institution" => Command::OpenInstitution(Institution {
                name: self.word(),
                currency: self.currency().unwrap_or(Currency::CNY),
                utc_offset_min: 480,
                first_day: self.day(),
            }),
            "chart" => Command::DefineChartLine(ChartLine {
                code: self.number(),
                class: self.chart_class(),
                name: self.word(),
            }),
            "account" => Command::CreateAccount(self.account(around)),
            "compound" => Command::PostEntry(self.compound(around, booked)),
            "complaint" => Command::FileComplaint(Complaint {
                id: TransferId(self.number()),
                party: PartyId(self.number()),
                account: AccountId(0),
                subject: TransferId(0),
                days: self.number(),
                text: sealed_away(),
                by: "user:anna".into(),
            }),
            "answer" | "extend" | "raise" | "withdraw" => Command::WorkComplaint(ComplaintAct {
                complaint: TransferId(self.number()),
                party: PartyId(self.number()),
                step: *self
                    .read(verb, |verb| ComplaintStep::ALL.iter().find(|step| step.word() == verb)),
                days: self.named_number("days").unwrap_or(0),
                text: sealed_away(),
                by: "user:ola".into(),
            }),
            "close-day" => Command::CloseDay { day: self.day(), next: self.day() },
            "expire" => Command::Expire { pending: TransferId(self.number()) },
            "interest" => Command::SetInterest(InterestTerms {
                account: AccountId(self.number()),
                rate_ppm: self.number(),
                basis: DayBasis::Actual365,
                counter_account: AccountId(self.number()),
            }),
            "hold" => Command::PlaceHold(self.hold(around)),
            "release" => Command::ReleaseHold { hold: TransferId(self.number()) },
            "party" => Command::RegisterParty(self.party()),
            "erase" => Command::EraseParty { party: PartyId(self.number()), reason: self.word() },
            "grant" => Command::GrantRole(self.role()),
            "revoke" => Command::RevokeRole(self.role()),
            other => panic!("{}: nobody knows the verb {other}", self.place),
        }
    }

    fn chart_class(&mut self) -> ChartClass {
        let word = self.word();
        let all = [
            ChartClass::Asset,
            ChartClass::Liability,
            ChartClass::Equity,
            ChartClass::Income,
            ChartClass::Expense,
            ChartClass::Common,
            ChartClass::OffBalance,
        ];
        self.read(&word, |word| all.into_iter().find(|class| class.word() == word))
    }

    /// `account 2 CNY 2011 no-overdraft`.
    fn account(&mut self, around: &Around<'_>) -> Account {
        let id = AccountId(self.number());
        let ledger = self.currency().unwrap_or(Currency::CNY);
        let code = self.number();
        let mut flags = AccountFlags::default();
        for (word, flag) in [
            ("no-overdraft", AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS),
            ("no-overfill", AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS),
            ("closed", AccountFlags::CLOSED),
        ] {
            if self.flag(word) {
                flags |= flag;
            }
        }
        Account { id, ledger, code, flags, timestamp: around.time, ..Account::default() }
    }

    /// `compound 7 debit 1 10.00 credit 2 10.00`, each amount in the currency of its account.
    fn compound(&mut self, around: &Around<'_>, booked: Day) -> Entry {
        let id = TransferId(self.number());
        let mut legs = Vec::new();
        while !self.words.is_empty() {
            let side = match self.word().as_str() {
                "debit" => Side::Debit,
                "credit" => Side::Credit,
                other => panic!("{}: {other} is no side", self.place),
            };
            let account: u128 = self.number();
            let currency = around.currencies.get(&account).copied().unwrap_or_default();
            legs.push(Leg { account: AccountId(account), side, amount: self.amount(currency) });
        }
        Entry {
            id,
            code: 1,
            value_date: self.named_day("value").unwrap_or(booked),
            user_data_128: 0,
            reverses: TransferId(0),
            legs,
        }
    }

    /// `hold 500 3 5.00 court "(2026) 1"`, or `everything` instead of the amount.
    fn hold(&mut self, around: &Around<'_>) -> Hold {
        let (id, account) = (TransferId(self.number()), self.number());
        let currency = around.currencies.get(&account).copied().unwrap_or_default();
        let amount = if self.flag("everything") { None } else { Some(self.amount(currency)) };
        let order = self.word();
        let all = [HoldOrder::Court, HoldOrder::Aml, HoldOrder::Tax, HoldOrder::Bank];
        let order = self.read(&order, |word| all.into_iter().find(|order| order.word() == word));
        Hold { id, account: AccountId(account), amount, order, reference: self.word() }
    }

    /// `party 10 person name=张三 phone=…`; `sealed` where nobody has the key to what identifies it.
    fn party(&mut self) -> Party {
        let (id, kind) = (PartyId(self.number()), self.word());
        let kinds = [PartyKind::Person, PartyKind::Organisation];
        let kind = self.read(&kind, |word| kinds.into_iter().find(|kind| kind.word() == word));
        let fields: Fields = std::mem::take(&mut self.named);
        let sealed = self.flag("sealed");
        let identity = Sealed {
            commitment: [7; 32],
            cipher: SealingCipher::Aes256Gcm,
            nonce: [3; 12],
            ciphertext: if sealed { Vec::new() } else { encode_fields(&fields) },
        };
        Party { id, kind, identity }
    }

    /// `grant 10 owner 2 until=2026-12-31`.
    fn role(&mut self) -> Role {
        let (party, kind) = (PartyId(self.number()), self.word());
        let kinds = [
            RoleKind::Owner,
            RoleKind::JointOwner,
            RoleKind::Disponent,
            RoleKind::Viewer,
            RoleKind::Guardian,
        ];
        let kind = self.read(&kind, |word| kinds.into_iter().find(|kind| kind.word() == word));
        let account = AccountId(self.number());
        Role { party, account, kind, until: self.named_day("until").unwrap_or(Day::BOOKING) }
    }
}
