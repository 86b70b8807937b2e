//! What a play may ask, one line at a time: a verb, its words in order, then flags and `key=value`.
//! Amounts are decimal in the currency of the account, `all` is the largest number, `all-5` five
//! less. A word nobody understands ends the play.

mod risk;

use engine::Engine;
use std::collections::BTreeMap;
use terms::*;

/// What a line asks for.
pub enum Ask {
    /// Something of the bank.
    Command(Command),
    /// The same again and again, each time under another id, as one request.
    Each(Vec<Command>),
    /// The clock moves to this moment.
    Clock(TimeNs),
    /// How an account stands.
    Balance(AccountId),
    /// How a transfer or entry stands.
    Show(TransferId),
    /// What moved on an account from one day to another, by value date or by booking date.
    Statement { account: AccountId, from: Day, to: Day, by_value: bool },
    /// The sums of all accounts by currency and code.
    Trial,
    /// What orders bring today, as far as it is not done.
    Due,
    /// Those payments are asked for.
    PayDue,
    /// The business day.
    Today,
    /// A party and its roles.
    Who(PartyId),
    /// The state is written down and read back.
    Restart,
}

/// The words of a line that nobody has used yet.
pub struct Words<'a> {
    engine: &'a Engine,
    now: TimeNs,
    words: Vec<String>,
    named: BTreeMap<String, String>,
}

type Read<T> = Result<T, String>;

/// Reads one line.
pub fn read(engine: &Engine, now: TimeNs, line: &str) -> Read<Ask> {
    let mut words = Words { engine, now, words: Vec::new(), named: BTreeMap::new() };
    for token in tokens(line)? {
        let key = token.split_once('=').filter(|(key, _)| key.chars().all(char::is_alphanumeric));
        match key {
            Some((key, value)) => {
                if words.named.insert(key.to_owned(), value.to_owned()).is_some() {
                    return Err(format!("{key}= stands twice"));
                }
            }
            None => words.words.push(token),
        }
    }
    words.words.reverse();
    let verb = words.word("a verb")?;
    let ask = words.ask(&verb)?;
    if let Some(word) = words.words.last().or(words.named.keys().next()) {
        return Err(format!("{verb} does not understand {word}"));
    }
    Ok(ask)
}

/// Words apart by blanks; quotes keep blanks; `x*300` is 300 times `x`.
fn tokens(line: &str) -> Read<Vec<String>> {
    let mut found = Vec::new();
    for (at, part) in line.split('"').enumerate() {
        if at % 2 == 1 {
            found.push(part.to_owned());
            continue;
        }
        for word in part.split_whitespace() {
            match word.split_once('*').and_then(|(text, n)| Some((text, n.parse().ok()?))) {
                Some((text, times)) => found.push(str::repeat(text, times)),
                None => found.push(word.to_owned()),
            }
        }
    }
    if line.matches('"').count() % 2 == 1 { Err("a quote stays open".into()) } else { Ok(found) }
}

impl Words<'_> {
    fn ask(&mut self, verb: &str) -> Read<Ask> {
        Ok(match verb {
            "at" => Ask::Clock(self.moment()?),
            "wait" => {
                let wait = self.span_ns()?;
                Ask::Clock(TimeNs(self.now.0 + wait))
            }
            "balance" => Ask::Balance(AccountId(self.number("an account")?)),
            "show" => Ask::Show(TransferId(self.number("a transfer")?)),
            "statement" => {
                let account = AccountId(self.number("an account")?);
                let (from, to) = (self.day()?, self.day()?);
                let by_value = self.flag("by-value");
                Ask::Statement { account, from, to, by_value }
            }
            "trial" => Ask::Trial,
            "orders" => Ask::Each(self.orders()?),
            "payees" => Ask::Each(self.many("payee")?),
            "complaints" => Ask::Each(self.many("complain")?),
            "due" => Ask::Due,
            "pay-due" => Ask::PayDue,
            "today" => Ask::Today,
            "who" => Ask::Who(PartyId(self.number("a party")?)),
            "restart" => Ask::Restart,
            _ => Ask::Command(self.command(verb)?),
        })
    }

    fn command(&mut self, verb: &str) -> Read<Command> {
        Ok(match verb {
            "transfer" => Command::Transfer(self.transfer()?),
            "post" => Command::Transfer(self.resolution(TransferFlags::POST_PENDING, Amount::MAX)?),
            "void" => {
                Command::Transfer(self.resolution(TransferFlags::VOID_PENDING, Amount::ZERO)?)
            }
            "account" => Command::CreateAccount(self.account()?),
            "institution" => Command::OpenInstitution(Institution {
                name: self.word("a name")?,
                currency: self.currency()?.unwrap_or(Currency::CNY),
                utc_offset_min: self.keyed("offset")?.unwrap_or(0),
                first_day: self.day()?,
            }),
            "chart" => Command::DefineChartLine(ChartLine {
                code: self.plain("a code")?,
                class: self.chart_class()?,
                name: self.word("a name")?,
            }),
            "limits" => Command::SetLimits(self.limits()?),
            "plan" => {
                let SpendingLimits { account, per_transfer, per_day } = self.limits()?;
                let cooling_h = self.keyed("wait")?.unwrap_or(0);
                let by = self.by()?;
                Command::PlanLimits(LimitPlan { account, per_transfer, per_day, cooling_h, by })
            }
            "interest" => Command::SetInterest(self.interest()?),
            "hold" => Command::PlaceHold(self.hold()?),
            "release" => Command::ReleaseHold { hold: self.transfer_id()? },
            "entry" => Command::PostEntry(self.entry()?),
            "reverse" => Command::Reverse {
                id: self.transfer_id()?,
                of: self.transfer_id()?,
                value_date: self.value_date()?,
            },
            "settle" => {
                Command::SettleInterest { id: self.transfer_id()?, account: self.account_id()? }
            }
            "close-day" => Command::CloseDay { day: self.day()?, next: self.day()? },
            "expire" => Command::Expire { pending: self.transfer_id()? },
            "mark" => Command::MarkSnapshot(SnapshotMark {
                records: self.keyed("records")?.unwrap_or(self.engine.records()),
                hash: [0; 32],
            }),
            "keep" | "adopt" | "withdraw" | "case" | "screen" => self.risk_command(verb)?,
            _ => self.party_command(verb)?,
        })
    }

    fn party_command(&mut self, verb: &str) -> Read<Command> {
        Ok(match verb {
            "party" => {
                let id = self.party_id()?;
                let kind = match self.word("person or organisation")?.as_str() {
                    "person" => PartyKind::Person,
                    "organisation" => PartyKind::Organisation,
                    other => return Err(format!("{other} is no kind of party")),
                };
                Command::RegisterParty(Party { id, kind, identity: self.sealed()? })
            }
            "erase" => {
                Command::EraseParty { party: self.party_id()?, reason: self.word("a reason")? }
            }
            "grant" => Command::GrantRole(self.role()?),
            "revoke" => Command::RevokeRole(self.role()?),
            "looked" => Command::RecordQueries(self.queries()?),
            "order" => Command::PlaceOrder(self.order()?),
            "end-order" => {
                Command::EndOrder(OrderEnd { order: self.transfer_id()?, by: self.by()? })
            }
            "payee" | "drop-payee" | "complain" | "answer" | "extend" | "raise"
            | "withdraw-complaint" => self.own_command(verb)?,
            "noted" => Command::RecordAccess(self.access()?),
            "checked" => Command::RecordCheck(self.check()?),
            "attach" => Command::Attach(Attachment {
                subject: self.transfer_id()?,
                party: self.party_id()?,
                text: self.sealed()?,
            }),
            _ => return Err(format!("nobody knows the verb {verb}")),
        })
    }

    /// The same under every id from the first to the last, `100..299`.
    fn many(&mut self, verb: &str) -> Read<Vec<Command>> {
        let word = self.word("ids, the first and the last")?;
        let ids = word.split_once("..").and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
        let (first, last): (u128, u128) = ids.ok_or_else(|| format!("{word} is not 100..199"))?;
        let one = self.own_under(verb, TransferId(first))?;
        let under = |id| match one.clone() {
            Command::KeepPayee(payee) => Command::KeepPayee(Payee { id, ..payee }),
            Command::FileComplaint(said) => Command::FileComplaint(Complaint { id, ..said }),
            other => other,
        };
        Ok((first..=last).map(|id| under(TransferId(id))).collect())
    }

    /// What customers do for themselves.
    fn own_command(&mut self, verb: &str) -> Read<Command> {
        let id = self.transfer_id()?;
        self.own_under(verb, id)
    }

    fn own_under(&mut self, verb: &str, id: TransferId) -> Read<Command> {
        let party = self.party_id()?;
        Ok(match verb {
            "payee" => Command::KeepPayee(Payee {
                id,
                party,
                account: self.account_id()?,
                name: self.sealed()?,
                by: self.by()?,
            }),
            "drop-payee" => Command::DropPayee(PayeeEnd { payee: id, party, by: self.by()? }),
            "complain" => Command::FileComplaint(Complaint {
                id,
                party,
                account: AccountId(self.keyed("account")?.unwrap_or(0)),
                subject: TransferId(self.keyed("about")?.unwrap_or(0)),
                days: self.plain("days")?,
                text: self.sealed()?,
                by: self.by()?,
            }),
            _ => Command::WorkComplaint(ComplaintAct {
                complaint: id,
                party,
                step: match verb {
                    "answer" => ComplaintStep::Answer,
                    "extend" => ComplaintStep::Extend,
                    "raise" => ComplaintStep::Raise,
                    _ => ComplaintStep::Withdraw,
                },
                days: self.keyed("days")?.unwrap_or(0),
                text: self.sealed()?,
                by: self.by()?,
            }),
        })
    }

    fn transfer(&mut self) -> Read<Transfer> {
        let id = self.transfer_id()?;
        let (debit_account, credit_account) = (self.account_id()?, self.account_id()?);
        let ledger = match self.currency()? {
            Some(ledger) => ledger,
            None => self
                .ledger_of(debit_account)
                .or(self.ledger_of(credit_account))
                .unwrap_or(Currency::CNY),
        };
        let amount = self.amount(ledger)?;
        let code = 1;
        let asked = Transfer {
            id,
            debit_account,
            credit_account,
            amount,
            ledger,
            code,
            ..Transfer::default()
        };
        self.transfer_rest(asked)
    }

    /// Posting or voiding: what is not said is as the pending transfer has it.
    fn resolution(&mut self, flags: TransferFlags, whole: Amount) -> Read<Transfer> {
        let (id, pending_id) = (self.transfer_id()?, self.transfer_id()?);
        let pending = self.engine.transfer(pending_id);
        let ledger = pending.map_or(Currency::CNY, |view| view.transfer.ledger);
        let amount = if self.has_amount() { self.amount(ledger)? } else { whole };
        let ledger = self.currency()?.unwrap_or_default();
        let asked = Transfer { id, pending_id, amount, ledger, flags, ..Transfer::default() };
        self.transfer_rest(asked)
    }

    /// Flags and named fields of any transfer.
    fn transfer_rest(&mut self, mut t: Transfer) -> Read<Transfer> {
        let flags = [
            ("linked", TransferFlags::LINKED),
            ("pending", TransferFlags::PENDING),
            ("post", TransferFlags::POST_PENDING),
            ("void", TransferFlags::VOID_PENDING),
            ("balancing-debit", TransferFlags::BALANCING_DEBIT),
            ("balancing-credit", TransferFlags::BALANCING_CREDIT),
            ("closing-debit", TransferFlags::CLOSING_DEBIT),
            ("closing-credit", TransferFlags::CLOSING_CREDIT),
            ("imported", TransferFlags::IMPORTED),
            ("confirmed", TransferFlags::CONFIRMED),
            ("reserved", TransferFlags(1 << 10)),
        ];
        for (word, flag) in flags {
            if self.flag(word) {
                t.flags |= flag;
            }
        }
        t.debit_account = self.keyed_id("debit")?.map_or(t.debit_account, AccountId);
        t.credit_account = self.keyed_id("credit")?.map_or(t.credit_account, AccountId);
        t.pending_id = self.keyed_id("pending")?.map_or(t.pending_id, TransferId);
        t.user_data_128 = self.keyed("user128")?.unwrap_or(0);
        t.user_data_64 = self.keyed("user64")?.unwrap_or(0);
        t.user_data_32 = self.keyed("user32")?.unwrap_or(0);
        t.timeout_s = self.keyed("timeout")?.unwrap_or(0);
        t.code = self.keyed("code")?.unwrap_or(t.code);
        t.value_date = self.value_date()?;
        t.timestamp = self.keyed_moment("at")?;
        Ok(t)
    }

    fn account(&mut self) -> Read<Account> {
        let id = self.account_id()?;
        let mut flags = AccountFlags::default();
        let known = [
            ("linked", AccountFlags::LINKED),
            ("no-overdraft", AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS),
            ("no-overfill", AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS),
            ("history", AccountFlags::HISTORY),
            ("imported", AccountFlags::IMPORTED),
            ("closed", AccountFlags::CLOSED),
            ("reserved", AccountFlags(1 << 9)),
        ];
        for (word, flag) in known {
            if self.flag(word) {
                flags |= flag;
            }
        }
        Ok(Account {
            id,
            user_data_128: self.keyed("user128")?.unwrap_or(0),
            user_data_64: self.keyed("user64")?.unwrap_or(0),
            user_data_32: self.keyed("user32")?.unwrap_or(0),
            ledger: self.currency()?.unwrap_or(Currency::CNY),
            code: self.keyed("code")?.unwrap_or(1),
            flags,
            timestamp: self.keyed_moment("at")?,
        })
    }
}

/// Commands about accounts and parties.
impl Words<'_> {
    fn limits(&mut self) -> Read<SpendingLimits> {
        let account = self.account_id()?;
        let ledger = self.ledger_of(account).unwrap_or(Currency::CNY);
        let most = |words: &mut Self, key: &str| match words.named.remove(key) {
            Some(text) => amount_of(ledger, &text).map(Some),
            None => Ok(None),
        };
        Ok(SpendingLimits {
            account,
            per_transfer: most(self, "once")?,
            per_day: most(self, "daily")?,
        })
    }

    /// `interest 3 2.5% against=1 basis=360`.
    fn interest(&mut self) -> Read<InterestTerms> {
        let account = self.account_id()?;
        let rate = self.word("a rate")?;
        let rate = rate.strip_suffix('%').ok_or("a rate ends in %")?;
        let rate_ppm = parse_minor(rate, 4).map_err(|why| why.to_string())?;
        let basis = match self.keyed("basis")?.unwrap_or(365) {
            360 => DayBasis::Actual360,
            365 => DayBasis::Actual365,
            other => return Err(format!("no year has {other} days here")),
        };
        let counter_account = AccountId(self.keyed_id("against")?.ok_or("against= whom?")?);
        let rate_ppm = u32::try_from(rate_ppm).map_err(|why| why.to_string())?;
        Ok(InterestTerms { account, rate_ppm, basis, counter_account })
    }

    /// `hold 7 2 500.00 court "(2026) 1"`, or `everything` instead of the amount.
    fn hold(&mut self) -> Read<Hold> {
        let (id, account) = (self.transfer_id()?, self.account_id()?);
        let ledger = self.ledger_of(account).unwrap_or(Currency::CNY);
        let amount = if self.flag("everything") { None } else { Some(self.amount(ledger)?) };
        let order = match self.word("whose order")?.as_str() {
            "court" => HoldOrder::Court,
            "aml" => HoldOrder::Aml,
            "tax" => HoldOrder::Tax,
            "bank" => HoldOrder::Bank,
            other => return Err(format!("{other} orders nothing")),
        };
        Ok(Hold { id, account, amount, order, reference: self.word("a reference")? })
    }

    /// `order 20 1 2 5.00 2026-01-31 every=1 monthly by=anna`: from the first to the second account; `last=` is the last
    /// day.
    fn order(&mut self) -> Read<StandingOrder> {
        let id = self.transfer_id()?;
        self.order_under(id)
    }

    /// `orders 100..199 2 3 …` is a hundred orders.
    fn orders(&mut self) -> Read<Vec<Command>> {
        let word = self.word("the first and the last id")?;
        let ids = word.split_once("..").and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
        let (first, last): (u128, u128) = ids.ok_or_else(|| format!("{word} is not 100..199"))?;
        let order = self.order_under(TransferId(first))?;
        let under = |id| StandingOrder { id: TransferId(id), ..order.clone() };
        Ok((first..=last).map(|id| Command::PlaceOrder(under(id))).collect())
    }

    fn order_under(&mut self, id: TransferId) -> Read<StandingOrder> {
        let (debit_account, credit_account) = (self.account_id()?, self.account_id()?);
        let ledger = self.ledger_of(debit_account).unwrap_or(Currency::CNY);
        let amount = self.amount(ledger)?;
        let first = self.day()?;
        let word = self.word("once, weekly or monthly")?;
        let rhythm = Rhythm::ALL.into_iter().find(|rhythm| rhythm.word() == word);
        let rhythm = rhythm.ok_or_else(|| format!("nothing repeats {word}"))?;
        let last = match self.named.remove("last") {
            None => Day::BOOKING,
            Some(text) => Day::parse(&text).map_err(|error| error.to_string())?,
        };
        Ok(StandingOrder {
            id,
            debit_account,
            credit_account,
            amount,
            code: self.keyed("code")?.unwrap_or(1),
            first,
            last,
            rhythm,
            every: self.keyed("every")?.unwrap_or(1),
            by: self.by()?,
        })
    }

    fn by(&mut self) -> Read<String> {
        Ok(self.named.remove("by").unwrap_or_default())
    }

    /// `entry 20 debit 1 5.00 credit 2 5.00`; `times=33` repeats the legs.
    fn entry(&mut self) -> Read<Entry> {
        let id = self.transfer_id()?;
        let mut legs = Vec::new();
        while let Some(side) = self.words.last() {
            let side = match side.as_str() {
                "debit" => Side::Debit,
                "credit" => Side::Credit,
                other => return Err(format!("{other} is no side")),
            };
            self.words.pop();
            let account = self.account_id()?;
            let amount = self.amount(self.ledger_of(account).unwrap_or(Currency::CNY))?;
            legs.push(Leg { account, side, amount });
        }
        let legs = legs.repeat(self.keyed("times")?.unwrap_or(1));
        Ok(Entry {
            id,
            code: self.keyed("code")?.unwrap_or(1),
            value_date: self.value_date()?,
            user_data_128: self.keyed("user128")?.unwrap_or(0),
            reverses: TransferId(self.keyed_id("reverses")?.unwrap_or(0)),
            legs,
        })
    }

    fn role(&mut self) -> Read<Role> {
        let party = self.party_id()?;
        let kind = match self.word("a role")?.as_str() {
            "owner" => RoleKind::Owner,
            "joint-owner" => RoleKind::JointOwner,
            "disponent" => RoleKind::Disponent,
            "viewer" => RoleKind::Viewer,
            "guardian" => RoleKind::Guardian,
            other => return Err(format!("{other} is no role")),
        };
        let until = self.named.remove("until").map_or(Ok(Day::BOOKING), |text| day_of(&text))?;
        Ok(Role { party, account: self.account_id()?, kind, until })
    }

    /// Sealed text of 48 bytes, or of `bytes=`; `secret=` makes it another text.
    fn sealed(&mut self) -> Read<Sealed> {
        let (bytes, secret) =
            (self.keyed("bytes")?.unwrap_or(48), self.keyed("secret")?.unwrap_or(7));
        let cipher = SealingCipher::Aes256Gcm;
        Ok(Sealed {
            commitment: [secret; 32],
            cipher,
            nonce: [1; 12],
            ciphertext: vec![secret; bytes],
        })
    }

    fn chart_class(&mut self) -> Read<ChartClass> {
        Ok(match self.word("a class")?.as_str() {
            "asset" => ChartClass::Asset,
            "liability" => ChartClass::Liability,
            "equity" => ChartClass::Equity,
            "income" => ChartClass::Income,
            "expense" => ChartClass::Expense,
            "common" => ChartClass::Common,
            "off-balance" => ChartClass::OffBalance,
            other => return Err(format!("{other} is no class of the chart")),
        })
    }
}

/// Notes of what was seen.
impl Words<'_> {
    /// `looked anna complete 12 supervisor cancelled 3`: each asker, how it ended, how many rows;
    /// `times=33` repeats them, `by=` is the way they came, `hash=` another result.
    fn queries(&mut self) -> Read<Vec<QueryRecord>> {
        let door = match self.named.remove("by").as_deref().unwrap_or("command-line") {
            "command-line" => QueryDoor::CommandLine,
            "flight-sql" => QueryDoor::FlightSql,
            "program" => QueryDoor::Program,
            other => return Err(format!("nobody comes by {other}")),
        };
        let (times, hash) = (self.keyed("times")?.unwrap_or(1), self.keyed("hash")?);
        let mut queries = Vec::new();
        while let Some(asker) = self.words.pop() {
            let end = match self.word("how it ended")?.as_str() {
                "complete" => QueryEnd::Complete,
                "cancelled" => QueryEnd::Cancelled,
                "failed" => QueryEnd::Failed,
                other => return Err(format!("no query ends {other}")),
            };
            let result_hash = [hash.unwrap_or(u8::from(end == QueryEnd::Complete)); 32];
            let rows = self.plain("a number of rows")?;
            let as_of = self.engine.records();
            let text_hash = [9; 32];
            queries.push(QueryRecord { asker, door, text_hash, as_of, rows, result_hash, end });
        }
        Ok(vec![queries; times].concat())
    }

    /// `noted denied user:anna signed_in user:bert`: what happened and who; `times=17` repeats them, `often=`
    /// is how often each happened.
    fn access(&mut self) -> Read<Vec<AccessRecord>> {
        let (times, often) = (self.keyed("times")?.unwrap_or(1), self.keyed("often")?.unwrap_or(1));
        let mut notes = Vec::new();
        while let Some(word) = self.words.pop() {
            let kind = AccessKind::ALL.into_iter().find(|kind| kind.word() == word);
            let kind = kind.ok_or_else(|| format!("nothing is noted as {word}"))?;
            let who = self.word("who")?;
            let (about, says) = ("account:1".to_owned(), String::new());
            notes.push(AccessRecord { kind, who, about, says, times: often });
        }
        Ok(vec![notes; times].concat())
    }

    /// `checked base no_gap 0 liquidity 12 0.25`: a pack, each of its rules with its rows and, of an
    /// indicator, its value; `times=65` repeats them. `value=` is one that every rule claims.
    fn check(&mut self) -> Read<CheckRecord> {
        let (times, claimed) = (self.keyed("times")?.unwrap_or(1), self.named.remove("value"));
        let pack = self.word("a pack")?;
        let mut results = Vec::new();
        while let Some(rule) = self.words.pop() {
            let rows = self.plain("a number of rows")?;
            let said = self.words.pop_if(|word| word.contains('.')).unwrap_or_default();
            let kind = if said.is_empty() { CheckKind::Quality } else { CheckKind::Indicator };
            let value = claimed.clone().unwrap_or(said);
            results.push(CheckResult { rule, kind, rows, value, result_hash: [7; 32] });
        }
        let (as_of, results) = (self.engine.records(), vec![results; times].concat());
        Ok(CheckRecord { pack, version: 1, hash: [8; 32], as_of, results })
    }
}

/// Single words.
impl Words<'_> {
    fn word(&mut self, what: &str) -> Read<String> {
        self.words.pop().ok_or_else(|| format!("{what} is missing"))
    }

    fn flag(&mut self, word: &str) -> bool {
        let at = self.words.iter().position(|w| w == word);
        at.map(|at| self.words.remove(at)).is_some()
    }

    fn plain<T: std::str::FromStr>(&mut self, what: &str) -> Read<T> {
        let word = self.word(what)?;
        word.parse().map_err(|_| format!("{word} is not {what}"))
    }

    /// An id: a number, or `max`, the largest one.
    fn number(&mut self, what: &str) -> Read<u128> {
        let word = self.word(what)?;
        id_of(&word)
    }

    fn transfer_id(&mut self) -> Read<TransferId> {
        self.number("an id").map(TransferId)
    }

    fn account_id(&mut self) -> Read<AccountId> {
        self.number("an account").map(AccountId)
    }

    fn party_id(&mut self) -> Read<PartyId> {
        self.number("a party").map(PartyId)
    }

    fn keyed<T: std::str::FromStr>(&mut self, key: &str) -> Read<Option<T>> {
        let Some(text) = self.named.remove(key) else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|_| format!("{key}={text} cannot be read"))
    }

    fn keyed_id(&mut self, key: &str) -> Read<Option<u128>> {
        self.named.remove(key).map(|text| id_of(&text)).transpose()
    }

    fn keyed_moment(&mut self, key: &str) -> Read<TimeNs> {
        self.named.remove(key).map_or(Ok(TimeNs(0)), |text| moment_of(&text))
    }

    fn value_date(&mut self) -> Read<Day> {
        self.named.remove("value").map_or(Ok(Day::BOOKING), |text| day_of(&text))
    }

    fn day(&mut self) -> Read<Day> {
        self.word("a day").and_then(|text| day_of(&text))
    }

    /// `2026-01-05 09:00:00`, or nanoseconds since 1970.
    fn moment(&mut self) -> Read<TimeNs> {
        let word = self.word("a moment")?;
        match self.words.pop() {
            Some(clock) => moment_of(&format!("{word}T{clock}")),
            None => moment_of(&word),
        }
    }

    /// `60s`, `90m`, `2h`, `3d`.
    fn span_ns(&mut self) -> Read<u64> {
        let word = self.word("how long")?;
        let (number, unit) = word.split_at(word.len().saturating_sub(1));
        let seconds: u64 = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            "d" => 86_400,
            _ => return Err(format!("{word} is no span of time")),
        };
        let number: u64 = number.parse().map_err(|_| format!("{word} is no span of time"))?;
        Ok(number * seconds * 1_000_000_000)
    }

    fn has_amount(&self) -> bool {
        self.words
            .last()
            .is_some_and(|w| w.starts_with("all") || w.starts_with(|c: char| c.is_ascii_digit()))
    }

    fn amount(&mut self, ledger: Currency) -> Read<Amount> {
        let word = self.word("an amount")?;
        amount_of(ledger, &word)
    }

    /// `in=JPY`, or its number.
    fn currency(&mut self) -> Read<Option<Currency>> {
        let Some(text) = self.named.remove("in") else {
            return Ok(None);
        };
        let found = Currency::by_code(&text).or(text.parse().ok().map(Currency));
        found.map(Some).ok_or(format!("{text} is no currency"))
    }

    fn ledger_of(&self, account: AccountId) -> Option<Currency> {
        self.engine.account(account).map(|view| view.account.ledger)
    }
}

fn id_of(text: &str) -> Read<u128> {
    if text == "max" { Ok(u128::MAX) } else { text.parse().map_err(|_| format!("{text} is no id")) }
}

fn amount_of(ledger: Currency, text: &str) -> Read<Amount> {
    match text.strip_prefix("all") {
        Some("") => Ok(Amount::MAX),
        Some(less) => {
            let less = less.strip_prefix('-').ok_or(format!("{text} is no amount"))?;
            ledger.parse(less).map(|less| Amount(u128::MAX - less.0)).map_err(|why| why.to_string())
        }
        None => ledger.parse(text).map_err(|why| format!("{text}: {why}")),
    }
}

fn day_of(text: &str) -> Read<Day> {
    Day::parse(text).map_err(|why| format!("{text}: {why}"))
}

fn moment_of(text: &str) -> Read<TimeNs> {
    let Some((day, clock)) = text.split_once('T') else {
        return text.parse().map(TimeNs).map_err(|_| format!("{text} is no moment"));
    };
    let mut seconds = 0;
    for (part, unit) in clock.split(':').zip([3_600, 60, 1]) {
        let number: u64 = part.parse().map_err(|_| format!("{text} is no moment"))?;
        seconds += number * unit;
    }
    Ok(TimeNs(TimeNs::start_of(day_of(day)?).0 + seconds * 1_000_000_000))
}
