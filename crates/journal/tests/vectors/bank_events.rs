//! The small bank of `journal-bank.json`: every kind of record as the rules would have decided it.

use journal::PendingBatch;
use terms::{
    Account, AccountFlags, AccountId, Act, Amount, Attachment, ChartClass, ChartLine, Command,
    Currency, Day, DayBasis, Entry, Event, Hold, HoldOrder, Institution, InterestTerms, Leg,
    Outcome, Party, PartyId, PartyKind, Refusal, Role, RoleKind, Sealed, SealingCipher, Side,
    SnapshotMark, SpendingLimits, TimeNs, Transfer, TransferEvent, TransferFlags, TransferId,
};

/// 2026-11-23.
const FIRST_DAY: Day = Day(20_780);
/// Noon of that day in UTC.
const START_NS: u64 = 20_780 * 86_400 * 1_000_000_000 + 43_200 * 1_000_000_000;
/// One second.
const SECOND_NS: u64 = 1_000_000_000;
/// The code of interest.
const INTEREST_CODE: u16 = 65_001;
const CASH: AccountId = AccountId(1);
const ANNA: AccountId = AccountId(2);
const BERT: AccountId = AccountId(3);
const EUR_CASH: AccountId = AccountId(4);
const EUR_ANNA: AccountId = AccountId(5);
const POSITION: AccountId = AccountId(1 << 100);
const PARTY: PartyId = PartyId(900);

/// What one turn decided.
pub struct Turn {
    pub time: TimeNs,
    pub events: Vec<Event>,
}

impl Turn {
    pub fn pending(&self) -> PendingBatch<'_> {
        PendingBatch { time: self.time, events: &self.events }
    }
}

/// Gives each event its time and day, as the writer does.
struct Desk {
    turns: Vec<Turn>,
    last: u64,
    day: Day,
}

impl Desk {
    /// A turn that many milliseconds after the start.
    fn turn(&mut self, ms: u64) -> &mut Desk {
        let time = TimeNs(START_NS + ms * 1_000_000);
        self.turns.push(Turn { time, events: Vec::new() });
        self
    }

    fn next_time(&mut self) -> TimeNs {
        let now = self.turns.last().unwrap().time.0;
        self.last = now.max(self.last + 1);
        TimeNs(self.last)
    }

    fn push(&mut self, event: Event) -> &mut Desk {
        self.turns.last_mut().unwrap().events.push(event);
        self
    }

    fn act(&mut self, command: Command) -> &mut Desk {
        self.decided(command, Ok(()))
    }

    fn refused(&mut self, command: Command, why: Refusal) -> &mut Desk {
        self.decided(command, Err(why))
    }

    fn decided(&mut self, command: Command, outcome: Outcome) -> &mut Desk {
        let (time, booking_date) = (self.next_time(), self.day);
        let command = match command {
            Command::CreateAccount(account) if outcome.is_ok() => {
                Command::CreateAccount(Account { timestamp: time, ..account })
            }
            other => other,
        };
        if let (Command::CloseDay { next, .. }, Ok(())) = (&command, outcome) {
            self.day = *next;
        }
        self.push(Event::Act(Box::new(Act { time, booking_date, command, outcome })))
    }

    fn done(&mut self, transfer: Transfer) -> &mut Desk {
        let timestamp = self.next_time();
        let (value_date, booking_date, outcome) = (self.day, self.day, Ok(()));
        let transfer = Transfer { timestamp, value_date, ..transfer };
        self.push(Event::Transfer(TransferEvent { transfer, booking_date, outcome, verdict: None }))
    }

    fn no(&mut self, transfer: Transfer, why: Refusal) -> &mut Desk {
        let transfer = Transfer { timestamp: self.next_time(), ..transfer };
        let (booking_date, outcome) = (self.day, Err(why));
        self.push(Event::Transfer(TransferEvent { transfer, booking_date, outcome, verdict: None }))
    }
}

fn account(id: AccountId, ledger: Currency, code: u16, flags: AccountFlags) -> Command {
    let user_data_64 = u64::MAX;
    Command::CreateAccount(Account { id, ledger, code, flags, user_data_64, ..Account::default() })
}

fn pay(id: u128, from: AccountId, to: AccountId, amount: u128) -> Transfer {
    Transfer {
        id: TransferId(id),
        debit_account: from,
        credit_account: to,
        amount: Amount(amount),
        ledger: if from == EUR_CASH || from == EUR_ANNA { Currency::EUR } else { Currency::CNY },
        code: 7,
        user_data_32: 32,
        ..Transfer::default()
    }
}

fn flagged(transfer: Transfer, flags: TransferFlags) -> Transfer {
    Transfer { flags, ..transfer }
}

/// A posting or voiding of `pending`, every field filled in.
fn resolve(id: u128, pending: Transfer, amount: u128, flags: TransferFlags) -> Transfer {
    let (id, pending_id, amount) = (TransferId(id), pending.id, Amount(amount));
    Transfer { id, pending_id, amount, flags, timeout_s: 0, ..pending }
}

fn sealed(first: u8) -> Sealed {
    Sealed {
        commitment: [first; 32],
        cipher: SealingCipher::Aes256Gcm,
        nonce: [first + 1; 12],
        ciphertext: vec![first + 2; 40],
    }
}

/// Anna buys ten euros.
fn exchange(id: u128, value_date: Day, reverses: u128, swap: bool) -> Command {
    let leg = |account, debit: bool, amount| {
        let side = if debit == swap { Side::Credit } else { Side::Debit };
        Leg { account, side, amount: Amount(amount) }
    };
    Command::PostEntry(Entry {
        id: TransferId(id),
        code: 8,
        value_date,
        user_data_128: 1 << 127,
        reverses: TransferId(reverses),
        legs: vec![
            leg(ANNA, true, 7_800),
            leg(POSITION, false, 7_800),
            leg(EUR_CASH, true, 1_000),
            leg(EUR_ANNA, false, 1_000),
        ],
    })
}

/// All turns, in order.
pub fn turns() -> Vec<Turn> {
    let mut desk = Desk { turns: Vec::new(), last: 0, day: FIRST_DAY };
    opening(&mut desk);
    money(&mut desk);
    second_phase(&mut desk);
    entries(&mut desk);
    interest(&mut desk);
    people(&mut desk);
    the_rest(&mut desk);
    desk.turns
}

fn opening(desk: &mut Desk) {
    let no_overdraft = AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS;
    let plain = AccountFlags::default();
    let line = |code, class, name: &str| {
        Command::DefineChartLine(ChartLine { code, class, name: name.to_owned() })
    };
    desk.turn(0)
        .act(Command::OpenInstitution(Institution {
            name: "Vector Bank 样本银行".to_owned(),
            currency: Currency::CNY,
            utc_offset_min: 480,
            first_day: FIRST_DAY,
        }))
        .act(line(1_001, ChartClass::Asset, "cash"))
        .act(line(2_001, ChartClass::Liability, "deposits"))
        .act(account(CASH, Currency::CNY, 1_001, plain))
        .act(account(ANNA, Currency::CNY, 2_001, no_overdraft))
        .act(account(BERT, Currency::CNY, 2_001, no_overdraft | AccountFlags::HISTORY))
        .act(account(EUR_CASH, Currency::EUR, 1_001, plain))
        .act(account(EUR_ANNA, Currency::EUR, 2_001, no_overdraft))
        .act(account(POSITION, Currency::CNY, 1_001, plain))
        .refused(account(AccountId(0), Currency::CNY, 1_001, plain), Refusal::IdMustNotBeZero);
}

fn pending(id: u128, from: AccountId, to: AccountId, amount: u128, timeout_s: u32) -> Transfer {
    Transfer { timeout_s, ..flagged(pay(id, from, to, amount), TransferFlags::PENDING) }
}

fn money(desk: &mut Desk) {
    let much = pay(104, ANNA, BERT, 200_000);
    desk.turn(1_000)
        .done(pay(101, CASH, ANNA, 100_000))
        .done(flagged(pay(102, CASH, BERT, 50_000), TransferFlags::LINKED))
        .done(pay(103, CASH, POSITION, 1))
        .no(much, Refusal::ExceedsCredits)
        .no(much, Refusal::IdAlreadyFailed);
    desk.turn(1_000)
        .done(pending(201, ANNA, BERT, 30_000, 0))
        .done(pending(202, ANNA, BERT, 7_000, 5))
        .done(pending(203, BERT, ANNA, 999, 0))
        .done(pending(204, ANNA, BERT, 1, 0));
}

fn second_phase(desk: &mut Desk) {
    let whole = pending(201, ANNA, BERT, 30_000, 0);
    let again = Transfer {
        id: TransferId(303),
        pending_id: TransferId(201),
        amount: Amount::MAX,
        flags: TransferFlags::POST_PENDING,
        ..Transfer::default()
    };
    let given_back = pending(203, BERT, ANNA, 999, 0);
    desk.turn(2_000)
        .done(resolve(301, whole, 12_345, TransferFlags::POST_PENDING))
        .done(resolve(302, given_back, 999, TransferFlags::VOID_PENDING))
        .no(again, Refusal::PendingTransferAlreadyPosted);
}

fn entries(desk: &mut Desk) {
    let taken_back = Transfer { pending_id: TransferId(102), ..pay(402, BERT, CASH, 50_000) };
    desk.turn(10_000)
        .act(Command::Expire { pending: TransferId(202) })
        .act(exchange(401, FIRST_DAY, 0, false))
        .done(flagged(taken_back, TransferFlags::REVERSAL));
}

fn interest(desk: &mut Desk) {
    let next = FIRST_DAY.plus(1);
    let settled = Transfer {
        id: TransferId(501),
        debit_account: CASH,
        credit_account: ANNA,
        amount: Amount(7),
        user_data_128: ANNA.0,
        ledger: Currency::CNY,
        code: INTEREST_CODE,
        flags: TransferFlags::INTEREST,
        ..Transfer::default()
    };
    desk.turn(11_000)
        .act(Command::SetInterest(InterestTerms {
            account: ANNA,
            rate_ppm: 36_500,
            basis: DayBasis::Actual365,
            counter_account: CASH,
        }))
        .refused(Command::CloseDay { day: next, next: next.plus(1) }, Refusal::DayNotOpen)
        .act(Command::CloseDay { day: FIRST_DAY, next })
        .done(settled)
        .refused(
            Command::SettleInterest { id: TransferId(504), account: ANNA },
            Refusal::NoInterestDue,
        );
    let (id, of, value_date) = (TransferId(503), TransferId(401), Day::BOOKING);
    desk.turn(11_500)
        .act(exchange(502, next, 401, true))
        .refused(Command::Reverse { id, of, value_date }, Refusal::AlreadyReversed);
}

fn people(desk: &mut Desk) {
    let party = Party { id: PARTY, kind: PartyKind::Person, identity: sealed(1) };
    let role = Role { party: PARTY, account: ANNA, kind: RoleKind::Owner, until: Day::BOOKING };
    let hold = TransferId(901);
    let text = sealed(11);
    desk.turn(12_000)
        .act(Command::RegisterParty(party))
        .act(Command::GrantRole(role))
        .act(Command::Attach(Attachment { subject: TransferId(101), party: PARTY, text }))
        .act(Command::SetLimits(SpendingLimits {
            account: ANNA,
            per_transfer: None,
            per_day: Some(Amount(1 << 64)),
        }))
        .act(Command::PlaceHold(Hold {
            id: hold,
            account: ANNA,
            amount: Some(Amount(100)),
            order: HoldOrder::Court,
            reference: "case 7 of 2026".to_owned(),
        }))
        .act(Command::ReleaseHold { hold })
        .act(Command::RevokeRole(role))
        .act(Command::EraseParty { party: PARTY, reason: "asked for it".to_owned() });
}

fn the_rest(desk: &mut Desk) {
    let mark = SnapshotMark {
        records: desk.turns.iter().map(|t| t.events.len() as u64).sum(),
        hash: [9; 32],
    };
    let elsewhere = Transfer {
        timestamp: TimeNs(START_NS + 12 * SECOND_NS + SECOND_NS / 2),
        value_date: desk.day,
        ..flagged(pay(801, CASH, ANNA, 5), TransferFlags::IMPORTED)
    };
    // What was imported is booked on the day it happened.
    let (booking_date, outcome) = (FIRST_DAY, Ok(()));
    let closing = TransferFlags::PENDING | TransferFlags::CLOSING_DEBIT;
    desk.turn(13_000)
        .act(Command::MarkSnapshot(mark))
        .push(Event::Transfer(TransferEvent {
            transfer: elsewhere,
            booking_date,
            outcome,
            verdict: None,
        }))
        .done(flagged(pay(802, EUR_ANNA, EUR_CASH, 0), closing))
        .done(flagged(pay(803, BERT, ANNA, 12_345), TransferFlags::BALANCING_DEBIT));
}
