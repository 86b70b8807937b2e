//! The declarations hold together: names, meanings, and as many fitting values as fields.

use super::*;
use crate::*;
use alloc::collections::BTreeSet;
use alloc::vec;
use alloc::vec::Vec;
use alloc::{format, string::String};

#[test]
fn every_table_is_that_of_a_command_and_its_rows_fit() {
    let mut seen = BTreeSet::new();
    for command in samples() {
        let mut told = 0;
        let table = table_of(&command);
        rows(&command, &mut |values| {
            let table = table.expect("rows without a table");
            told += 1;
            assert_eq!(values.len(), table.fields.len(), "{}", table.name);
            for (value, field) in values.iter().zip(table.fields) {
                assert!(value.fits(field), "{}.{}: {value:?}", table.name, field.name);
            }
        });
        let items = match &command {
            Command::RecordQueries(queries) => queries.len(),
            Command::RecordCheck(check) => check.results.len(),
            Command::RecordAccess(notes) => notes.len(),
            _ => usize::from(table.is_some()),
        };
        assert_eq!(told, items, "{command:?}");
        if let Some(table) = table {
            assert!(TABLES.contains(&table), "{} is not listed", table.name);
            seen.insert(table.name);
        }
    }
    assert_eq!(seen.len(), TABLES.len(), "a table without a sample: {seen:?}");
}

#[test]
fn names_are_unique_in_snake_case_and_meanings_are_sentences() {
    let snake = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c == '_' || c.is_ascii_digit() || c.is_ascii_lowercase())
    };
    let sentence = |text: &str| {
        text.starts_with(|c: char| c.is_uppercase()) && text.ends_with('.') && text.len() > 10
    };
    let mut tables = BTreeSet::new();
    for table in TABLES {
        assert!(tables.insert(table.name) && snake(table.name), "{}", table.name);
        assert!(sentence(table.meaning), "{}: {}", table.name, table.meaning);
        let mut fields = BTreeSet::new();
        for field in table.fields {
            let at = format!("{}.{}", table.name, field.name);
            assert!(fields.insert(field.name) && snake(field.name), "{at}");
            assert!(sentence(field.meaning), "{at}: {}", field.meaning);
            assert_eq!(field.sort == Sort::Amount, field.unit == "minor units", "{at}");
        }
    }
}

#[test]
fn amounts_have_a_currency_and_sealed_data_a_party() {
    for table in TABLES {
        let has = |sort: Sort| table.fields.iter().any(|field| field.sort == sort);
        assert!(!has(Sort::Amount) || has(Sort::Currency) || has(Sort::Account), "{}", table.name);
        assert!(!has(Sort::Sealed) || has(Sort::Party), "{}", table.name);
        for field in table.fields.iter().filter(|field| field.sort == Sort::Sealed) {
            assert!(field.class >= Class::Confidential, "{}.{}", table.name, field.name);
        }
    }
}

#[test]
fn what_was_left_open_is_empty_and_large_numbers_stay_whole() {
    let open = Command::CreateAccount(Account::default());
    let full = Command::CreateAccount(Account {
        user_data_128: u128::MAX,
        user_data_64: u64::MAX,
        user_data_32: u32::MAX,
        timestamp: TimeNs(7),
        ..Account::default()
    });
    let last_four = |command: &Command| {
        let mut told = String::new();
        rows(command, &mut |values| told = format!("{:?}", &values[9..]));
        told
    };
    assert_eq!(last_four(&open), "[Null, Null, Null, Null]");
    let whole =
        format!("[Time(TimeNs(7)), Id({}), Id({}), Number({})]", u128::MAX, u64::MAX, u32::MAX);
    assert_eq!(last_four(&full), whole);
}

/// One command of each kind.
fn samples() -> Vec<Command> {
    let (account, party, id, day) = (AccountId(1), PartyId(2), TransferId(3), Day(20_000));
    let sealed = Sealed {
        commitment: [1; 32],
        cipher: SealingCipher::Aes256Gcm,
        nonce: [2; 12],
        ciphertext: vec![3; 40],
    };
    let role = Role { party, account, kind: RoleKind::Viewer, until: day };
    let leg = Leg { account, side: Side::Debit, amount: Amount(5) };
    vec![
        Command::Transfer(Transfer::default()),
        Command::CreateAccount(Account::default()),
        Command::OpenInstitution(Institution {
            name: "A bank".into(),
            currency: Currency::CNY,
            utc_offset_min: 480,
            first_day: day,
        }),
        Command::DefineChartLine(ChartLine {
            code: 1,
            class: ChartClass::OffBalance,
            name: "Guarantees".into(),
        }),
        Command::RegisterParty(Party {
            id: party,
            kind: PartyKind::Person,
            identity: sealed.clone(),
        }),
        Command::EraseParty { party, reason: "asked for".into() },
        Command::GrantRole(role),
        Command::RevokeRole(Role { until: Day::BOOKING, ..role }),
        Command::SetLimits(SpendingLimits {
            account,
            per_transfer: Some(Amount::MAX),
            per_day: None,
        }),
        Command::SetInterest(InterestTerms {
            account,
            rate_ppm: 25_000,
            basis: DayBasis::Actual360,
            counter_account: AccountId(9),
        }),
        Command::PlaceHold(Hold {
            id,
            account,
            amount: None,
            order: HoldOrder::Court,
            reference: "7/2026".into(),
        }),
        Command::ReleaseHold { hold: id },
        Command::PostEntry(Entry {
            id,
            code: 4,
            value_date: day,
            user_data_128: 0,
            reverses: TransferId(0),
            legs: vec![leg, leg],
        }),
        Command::Reverse { id, of: id, value_date: day },
        Command::SettleInterest { id, account },
        Command::CloseDay { day, next: day.plus(1) },
        Command::Attach(Attachment { subject: id, party, text: sealed.clone() }),
        Command::Expire { pending: id },
        Command::MarkSnapshot(SnapshotMark { records: u64::MAX, hash: [4; 32] }),
        Command::RecordQueries(vec![query(), query()]),
        Command::RecordCheck(CheckRecord {
            pack: "east".into(),
            version: 5,
            hash: [5; 32],
            as_of: 9,
            results: vec![result(CheckKind::Quality, ""), result(CheckKind::Indicator, "0.25")],
        }),
        Command::KeepPart(ArtifactPart { artifact: [8; 32], size: 9, at: 4, bytes: vec![1; 5] }),
        Command::AdoptRules(RuleSet {
            name: "payments 3".into(),
            program: [8; 32],
            words: [9; 32],
            model: None,
            stage: RuleStage::Canary,
            share_ppm: 10_000,
            loss_max: u64::MAX,
            stopped_ppm_max: 50_000,
            hold_s: 86_400,
            at_end: HoldEnd::Release,
            tables: None,
            four_eyes: true,
            by: "risk office".into(),
        }),
        Command::WithdrawRules(Withdrawal {
            set: 3,
            reason: WithdrawalReason::TooSlow,
            by: String::new(),
        }),
        Command::WorkCase(CaseAct {
            case: id,
            by: "wang".into(),
            step: CaseStep::Mark,
            text: String::new(),
            other: TransferId(0),
            mark: Some(CaseMark::Fraud),
        }),
        Command::RecordScreening(Screening {
            party,
            lists: [9; 32],
            result: ScreeningResult::Possible,
            entry: "OFAC 7".into(),
            score: 930,
            by: String::new(),
        }),
        Command::PlaceOrder(StandingOrder {
            id,
            debit_account: account,
            credit_account: account,
            amount: Amount(1),
            code: 7,
            first: day,
            last: Day::BOOKING,
            rhythm: Rhythm::Monthly,
            every: 1,
            by: "user:anna".into(),
        }),
        Command::EndOrder(OrderEnd { order: id, by: String::new() }),
        Command::PlanLimits(LimitPlan {
            account,
            per_transfer: Some(Amount(5)),
            per_day: None,
            cooling_h: 24,
            by: "user:anna".into(),
        }),
        Command::KeepPayee(Payee { id, party, account, name: sealed.clone(), by: String::new() }),
        Command::DropPayee(PayeeEnd { payee: id, party, by: String::new() }),
        Command::FileComplaint(Complaint {
            id,
            party,
            account: AccountId(0),
            subject: id,
            days: 15,
            text: sealed.clone(),
            by: "user:anna".into(),
        }),
        Command::WorkComplaint(ComplaintAct {
            complaint: id,
            party,
            step: ComplaintStep::Answer,
            days: 0,
            text: sealed,
            by: "user:ola".into(),
        }),
        Command::RecordAccess(vec![
            AccessRecord {
                kind: AccessKind::Denied,
                who: "client:till".into(),
                about: "create_payment".into(),
                says: String::new(),
                times: u32::MAX,
            };
            2
        ]),
    ]
}

fn query() -> QueryRecord {
    QueryRecord {
        asker: "supervisor".into(),
        door: QueryDoor::FlightSql,
        text_hash: [6; 32],
        as_of: 9,
        rows: u64::MAX,
        result_hash: [0; 32],
        end: QueryEnd::Cancelled,
    }
}

fn result(kind: CheckKind, value: &str) -> CheckResult {
    CheckResult { rule: "no_gap".into(), kind, rows: 0, value: value.into(), result_hash: [7; 32] }
}
