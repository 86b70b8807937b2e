//! From segments to files: every row once, whatever fails on the way, and nothing made of what is damaged.

use crate::bank::{Bank, account_id, ask, currency, memory, one};
use crate::faulty::Faulty;
use history::{Archive, AsOf, Desk, History, HistoryFailed};
use journal::testing::MemoryDisk;
use object_store::memory::InMemory;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use terms::*;

/// What the answers say the tables must hold after `entries` entries: done transfers, refusals, and the
/// sums of all postings by account, in minor units.
#[derive(Debug, Default, PartialEq, Eq)]
struct Expected {
    transfers: usize,
    refusals: usize,
    posted: BTreeMap<AccountId, i128>,
}

fn expected(bank: &Bank, entries: u64) -> Expected {
    let mut expected = Expected::default();
    for (_, _, event) in bank.answered.iter().filter(|(entry, _, _)| *entry < entries) {
        if event.outcome().is_err() {
            expected.refusals += 1;
            continue;
        }
        let mut post = |account: AccountId, amount: i128| {
            *expected.posted.entry(account).or_default() += amount;
        };
        match event {
            Event::Transfer(TransferEvent { transfer: t, .. }) => {
                expected.transfers += 1;
                let silent =
                    TransferFlags(TransferFlags::PENDING.0 | TransferFlags::VOID_PENDING.0);
                if !t.flags.any(silent) {
                    post(t.debit_account, -(t.amount.0 as i128));
                    post(t.credit_account, t.amount.0 as i128);
                }
            }
            Event::Act(act) => {
                if let Command::PostEntry(entry) = &act.command {
                    for leg in &entry.legs {
                        let sign = if leg.side == Side::Credit { 1 } else { -1 };
                        post(leg.account, sign * leg.amount.0 as i128);
                    }
                }
            }
        }
    }
    expected
}

async fn found(desk: &Desk<MemoryDisk>, as_of: AsOf) -> Expected {
    let count = async |table: &str| -> usize {
        one(desk, as_of, &format!("SELECT count(*) FROM {table}")).await.parse().unwrap()
    };
    let sums = "SELECT account, sum(signed_amount) FROM postings GROUP BY account";
    let mut posted = BTreeMap::new();
    for row in ask(desk, as_of, sums).await {
        let account = AccountId(row[0].parse().unwrap());
        let thousandths: i128 = row[1].replace('.', "").parse().unwrap();
        let n = (0..40).find(|n| account_id(*n) == account).unwrap();
        let digits = 3 - u32::from(currency(n).minor_digits());
        posted.insert(account, thousandths / 10_i128.pow(digits));
    }
    Expected { transfers: count("transfers").await, refusals: count("refusals").await, posted }
}

/// Every table holds exactly what the answers say, now and at earlier moments.
async fn compare(bank: &Bank, desk: &Desk<MemoryDisk>) {
    let last = bank.node.reader().entries();
    for entries in [last, last - 1, last / 2, last / 3, 2] {
        let as_of = AsOf::Entry(entries - 1);
        assert_eq!(found(desk, as_of).await, expected(bank, entries), "of {entries} entries");
    }
    let twice = "SELECT entry, \"row\", count(*) FROM transfers GROUP BY entry, \"row\" HAVING count(*) > 1";
    assert_eq!(ask(desk, AsOf::Now, twice).await, Vec::<Vec<String>>::new());
    assert_eq!(found(desk, AsOf::Now).await, expected(bank, last));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_row_is_seen_once_before_and_after_a_roll_and_at_every_earlier_moment() {
    let mut bank = Bank::new(1);
    bank.work(30, 60);
    let history = bank.history(memory()).await;
    let desk = bank.desk(&history);
    compare(&bank, &desk).await;
    let rolled = history.roll().await.unwrap();
    assert!(rolled.segments >= 1 && rolled.transfers > 0, "{rolled:?}");
    compare(&bank, &desk).await;
    bank.close_day();
    bank.work(60, 60);
    compare(&bank, &desk).await;
    assert!(history.roll().await.unwrap().segments >= 1);
    compare(&bank, &desk).await;
    assert_eq!(history.roll().await.unwrap().segments, 0, "there is nothing left to roll");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_during_a_roll_sees_every_row_once() {
    let mut bank = Bank::new(2);
    bank.work(120, 60);
    let history = bank.history(memory()).await;
    let desk = bank.desk(&history);
    let expected = expected(&bank, bank.node.reader().entries());
    let rolling = Arc::clone(&history);
    let roll = tokio::spawn(async move { rolling.roll().await.unwrap() });
    let mut asked = 0;
    while !roll.is_finished() || asked < 3 {
        assert_eq!(found(&desk, AsOf::Now).await, expected);
        asked += 1;
    }
    assert!(roll.await.unwrap().segments > 2);
    assert_eq!(found(&desk, AsOf::Now).await, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_roll_that_fails_at_any_operation_is_done_again_and_loses_and_doubles_nothing() {
    let mut bank = Bank::new(3);
    bank.work(40, 60);
    let expected = expected(&bank, bank.node.reader().entries());
    let plain = Arc::new(Faulty::new(Arc::new(InMemory::new()), u64::MAX, false));
    let archive = Archive::of(Arc::clone(&plain) as _, "plain");
    bank.history(archive).await.roll().await.unwrap();
    let operations = plain.count.load(Ordering::SeqCst);
    assert!(operations > 10, "{operations} operations are too few to break");
    for at in 0..operations {
        for done_all_the_same in [false, true] {
            let inner = Arc::new(InMemory::new());
            let faulty = Arc::new(Faulty::new(Arc::clone(&inner), at, done_all_the_same));
            let archive = Archive::of(faulty as _, "faulty");
            let opened = History::open(bank.node.reader(), archive, "+08:00").await;
            let failed = match opened {
                Ok(history) => history.roll().await.is_err(),
                Err(_) => true,
            };
            // A manifest that was made although the store said no is found by the next one who looks.
            assert!(failed, "operation {at} failed and nobody noticed");
            let again = bank.history(Archive::of(inner, "again")).await;
            again.roll().await.unwrap();
            let desk = bank.desk(&again);
            assert_eq!(found(&desk, AsOf::Now).await, expected, "operation {at}");
            again.verify().await.unwrap();
        }
    }
}

#[tokio::test]
async fn two_who_roll_at_once_end_with_the_same_tables() {
    let mut bank = Bank::new(4);
    bank.work(40, 60);
    let store = Arc::new(InMemory::new());
    let one_of = bank.history(Archive::of(Arc::clone(&store) as _, "a")).await;
    let other = bank.history(Archive::of(store, "b")).await;
    let (first, second) = tokio::join!(one_of.roll(), other.roll());
    assert!(first.unwrap().segments + second.unwrap().segments > 0);
    assert_eq!(*one_of.manifest(), *other.manifest());
    compare(&bank, &bank.desk(&other)).await;
}

#[tokio::test]
async fn nothing_is_made_of_a_batch_that_is_not_what_its_header_says() {
    let mut bank = Bank::new(5);
    bank.work(40, 60);
    let name = "journal/00000000.seg";
    bank.disk.tamper(name, |bytes| bytes[9_000] ^= 1);
    let history = bank.history(memory()).await;
    let failed = history.roll().await.unwrap_err();
    let said = failed.to_string();
    let named = matches!(failed, HistoryFailed::Journal(_) | HistoryFailed::Batch { .. });
    assert!(named, "{said}");
    assert_eq!(history.manifest().segments.len(), 0);
    bank.disk.tamper(name, |bytes| bytes[9_000] ^= 1);
    assert!(history.roll().await.unwrap().segments > 0);
}

#[tokio::test]
async fn a_checksum_that_was_mended_does_not_hide_a_changed_record() {
    let mut bank = Bank::new(6);
    bank.work(40, 60);
    bank.disk.tamper("journal/00000000.seg", |bytes| {
        // The second batch: change the amount of a record, and both checksums with it.
        let first = u32::from_le_bytes(bytes[4_096 + 44..4_096 + 48].try_into().unwrap()) as usize;
        let at = 4_096 + (128 + first).div_ceil(4_096) * 4_096;
        assert_eq!(&bytes[at..at + 8], b"TJBATCH1");
        let body = u32::from_le_bytes(bytes[at + 44..at + 48].try_into().unwrap()) as usize;
        bytes[at + 128 + 65] ^= 1;
        let crc = crc32c::crc32c(&bytes[at + 128..at + 128 + body]);
        bytes[at + 120..at + 124].copy_from_slice(&crc.to_le_bytes());
        let crc = crc32c::crc32c(&bytes[at..at + 124]);
        bytes[at + 124..at + 128].copy_from_slice(&crc.to_le_bytes());
    });
    let history = bank.history(memory()).await;
    let failed = history.roll().await.unwrap_err();
    assert!(
        matches!(failed, HistoryFailed::Batch { entry: 1, .. } | HistoryFailed::Journal(_)),
        "{failed:?}"
    );
}

#[tokio::test]
async fn files_of_another_journal_and_changed_files_are_refused() {
    let mut bank = Bank::new(7);
    bank.work(40, 60);
    let store = Arc::new(InMemory::new());
    let archive = || Archive::of(Arc::clone(&store) as _, "archive");
    let history = bank.history(archive()).await;
    history.roll().await.unwrap();
    history.verify().await.unwrap();
    let mut other = Bank::new(8);
    other.work(40, 60);
    let refused = History::open(other.node.reader(), archive(), "+08:00").await.unwrap_err();
    assert!(matches!(refused, HistoryFailed::Foreign { .. }), "{refused}");
    let young = Bank::new(7);
    let refused = History::open(young.node.reader(), archive(), "+08:00").await.unwrap_err();
    assert!(matches!(refused, HistoryFailed::Foreign { .. }), "{refused}");
    let file = history.manifest().segments[0].files["postings"].name.clone();
    let mut bytes = archive().read(&file).await.unwrap().unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    archive().put(&file, bytes).await.unwrap();
    let damaged = history.verify().await.unwrap_err().to_string();
    assert!(damaged.contains(&file), "{damaged}");
}
