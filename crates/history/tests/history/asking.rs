//! Questions: only reading ones, answered right, within limits, with errors in the words of who asks.

use crate::bank::{Bank, account_id, ask, desk_with, memory, one};
use history::{AsOf, AskFailed, Desk, Limits, NoVault, Opened, Opener};
use journal::testing::MemoryDisk;
use journal::vault::encode_fields;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use terms::*;

async fn refused(desk: &Desk<MemoryDisk>, text: &str) -> String {
    match desk.ask(AsOf::Now, text).await {
        Err(AskFailed::Query(why)) => why,
        Err(other) => panic!("{text}: {other:?}"),
        Ok(_) => panic!("{text} was answered"),
    }
}

async fn rolled(seed: u64) -> (Bank, Desk<MemoryDisk>) {
    let mut bank = Bank::new(seed);
    bank.work(40, 60);
    let history = bank.history(memory()).await;
    history.roll().await.unwrap();
    bank.work(3, 60);
    let desk = bank.desk(&history);
    (bank, desk)
}

#[tokio::test]
async fn nothing_but_a_single_reading_query_is_understood() {
    let (_bank, desk) = rolled(11).await;
    for text in [
        "DROP VIEW transfers",
        "DROP TABLE stored.transfers",
        "CREATE TABLE x AS SELECT 1",
        "CREATE VIEW x AS SELECT 1",
        "CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '/etc/passwd'",
        "INSERT INTO transfers SELECT * FROM transfers",
        "DELETE FROM transfers",
        "UPDATE transfers SET amount = 0",
        "COPY (SELECT 1) TO '/tmp/x.csv'",
        "COPY transfers TO '/tmp/x.parquet'",
        "SET datafusion.execution.batch_size = 1",
        "SHOW ALL",
        "EXPLAIN ANALYZE SELECT 1",
        "BEGIN",
        "PREPARE p AS SELECT 1",
        "TRUNCATE TABLE transfers",
        "WITH gone AS (DELETE FROM transfers RETURNING *) SELECT * FROM gone",
        "SELECT * INTO x FROM transfers",
        "SELECT * FROM transfers FOR UPDATE",
    ] {
        let why = refused(&desk, text).await;
        assert!(why.contains("only read") || why.contains("cannot be read"), "{text}: {why}");
    }
    assert!(refused(&desk, "SELECT 1; SELECT 2").await.contains("one query at a time"));
    assert!(refused(&desk, "").await.contains("no query"));
    // Files of the machine are no tables.
    for text in ["SELECT * FROM '/etc/passwd'", "SELECT * FROM read_csv('/etc/passwd')"] {
        refused(&desk, text).await;
    }
    assert_eq!(one(&desk, AsOf::Now, "VALUES (1)").await, "1");
}

#[tokio::test]
async fn what_is_wrong_is_said_in_the_words_of_who_asked() {
    let (_bank, desk) = rolled(12).await;
    let why = refused(&desk, "SELECT amuont FROM transfers").await;
    assert!(why.starts_with("there is no column amuont here; did you mean amount"), "{why}");
    assert!(why.ends_with("(line 1, column 8)"), "{why}");
    let why = refused(&desk, "SELECT * FROM transfer").await;
    assert!(why.starts_with("there is no table transfer; did you mean transfers"), "{why}");
    let why = refused(&desk, "SELECT *\nFROM transfers\nWHER amount > 1 1").await;
    assert!(
        why.starts_with("the query cannot be read: ") && why.contains("(line 3, column "),
        "{why}"
    );
    let why = refused(&desk, "SELECT * FROM statement(1, '2026-09-01')").await;
    assert!(
        why.contains("does not take 2 arguments; call it as statement(account, from, to"),
        "{why}"
    );
    let why = refused(&desk, "SELECT * FROM statement('x', '2026-09-01', '2026-09-02')").await;
    assert!(why.contains("\"x\" is not the number of an account"), "{why}");
    let why = refused(&desk, "SELECT * FROM trial_balance('yesterday')").await;
    assert!(why.contains("neither a day such as"), "{why}");
    let deep = format!("SELECT {}1{}", "(".repeat(3_000), ")".repeat(3_000));
    assert!(refused(&desk, &deep).await.contains("cannot be read"));
    let long = format!("SELECT '{}'", "x".repeat(2 << 20));
    assert!(refused(&desk, &long).await.contains("bytes, and one may have"));
    // What is long is as deep as what is nested, and would take the whole stack.
    for (begins, item, joins) in [
        ("", "SELECT 1", " UNION ALL "),
        ("SELECT 1 WHERE ", "1=2", " OR "),
        ("SELECT ", "1", "+"),
        ("SELECT 1 FROM accounts NATURAL JOIN ", "accounts", " NATURAL JOIN "),
        ("SELECT 1", "::INT", ""),
        ("SELECT 1", " IS NULL", ""),
        ("SELECT true", " AND NOT true", ""),
    ] {
        let chain = format!("{begins}{}", vec![item; 5_000].join(joins));
        let why = refused(&desk, &chain).await;
        assert!(why.contains("operators") && why.contains("500"), "{begins}{item}: {why}");
    }
    let list =
        format!("SELECT count(*) FROM transfers WHERE code IN ({})", vec!["7"; 20_000].join(", "));
    assert_eq!(one(&desk, AsOf::Now, &list).await, "0");
    for gone in ["repeat('x', 9)", "lpad('x', 9)", "array_repeat(1, 9)", "range(1, 9)"] {
        assert!(refused(&desk, &format!("SELECT {gone}")).await.contains("function"), "{gone}");
    }
    let nothing = desk.ask(AsOf::Entry(1 << 40), "SELECT 1").await.unwrap_err();
    assert!(matches!(nothing, AskFailed::History(_)), "{nothing:?}");
}

#[tokio::test]
async fn ids_are_asked_for_by_their_text_and_found_by_their_number() {
    let (bank, desk) = rolled(13).await;
    let snapshot = desk.snapshot(AsOf::Now).unwrap();
    let wide = account_id(3);
    assert!(wide.to_string().len() == 39);
    for account in [wide, account_id(5)] {
        let text = format!("SELECT count(*) FROM postings WHERE account = '{account}'");
        let expected = bank.node.views().records_of(account).count();
        // Pending ones touch the account and post nothing, so at most as many.
        let found: usize = one(&desk, AsOf::Now, &text).await.parse().unwrap();
        assert!(found > 0 && found <= expected, "{found} of {expected}");
        let plan = desk.plan(&snapshot, &text).await.unwrap().explained().await.unwrap();
        assert!(plan.contains("account_key") && !plan.contains("account_text"), "{plan}");
        let all = "SELECT account_key, count(*) FROM postings GROUP BY account_key";
        let by_key = ask(&desk, AsOf::Now, all).await;
        assert!(by_key.iter().any(|row| row[1] == found.to_string()), "{by_key:?}");
    }
    let bare = format!("SELECT count(*) FROM postings WHERE account = {}", account_id(5));
    let quoted = format!("SELECT count(*) FROM postings WHERE account = '{}'", account_id(5));
    assert_eq!(one(&desk, AsOf::Now, &bare).await, one(&desk, AsOf::Now, &quoted).await);
    let unknown = one(&desk, AsOf::Now, "SELECT count(*) FROM postings WHERE account = '12'").await;
    assert_eq!(unknown, "0");
    let of = |sql: &str| format!("SELECT count(*) FROM transfers WHERE {sql}");
    let all: u64 = one(&desk, AsOf::Now, &of("true")).await.parse().unwrap();
    let equal = of(&format!("debit_account = '{wide}'"));
    let other = of(&format!("debit_account <> '{wide}'"));
    let [equal, other]: [u64; 2] =
        [one(&desk, AsOf::Now, &equal).await, one(&desk, AsOf::Now, &other).await]
            .map(|n| n.parse().unwrap());
    assert_eq!(equal + other, all);
    let list = of(&format!("debit_account IN ('{wide}', '{}', '7')", account_id(5)));
    let two = of(&format!("debit_account = '{}'", account_id(5)));
    let list: u64 = one(&desk, AsOf::Now, &list).await.parse().unwrap();
    assert_eq!(list, equal + one(&desk, AsOf::Now, &two).await.parse::<u64>().unwrap());
    for (_, _, event) in bank.answered.iter().filter(|(_, _, e)| e.outcome().is_ok()).take(300) {
        if let Event::Transfer(TransferEvent { transfer: t, .. }) = event {
            let text = format!("SELECT debit_account FROM transfers WHERE transfer = '{}'", t.id);
            assert_eq!(one(&desk, AsOf::Now, &text).await, t.debit_account.to_string());
        }
    }
    let joined = "SELECT count(*) FROM postings p JOIN accounts a ON a.account = p.account";
    let postings = one(&desk, AsOf::Now, "SELECT count(*) FROM postings").await;
    assert_eq!(one(&desk, AsOf::Now, joined).await, postings);
    for (text, count) in [("phase = 'nothing'", 0), ("currency = 'XXX'", 0)] {
        assert_eq!(one(&desk, AsOf::Now, &of(text)).await, count.to_string());
    }
}

/// How many rows, row groups or pages a measured plan says it skipped by what it names.
fn skipped(measured: &str, what: &str) -> u64 {
    measured
        .split(&format!("{what}="))
        .skip(1)
        .filter_map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse::<u64>().ok())
        .sum()
}

#[tokio::test]
async fn a_look_at_single_accounts_finds_what_a_scan_finds() {
    let mut bank = Bank::new(23);
    for _ in 0..4 {
        bank.work(20, 60);
        bank.close_day();
    }
    let history = bank.history(memory()).await;
    assert!(history.roll().await.unwrap().segments >= 3);
    let desk = bank.desk(&history);
    let middle = history.manifest().end_entry() / 2;
    for (looked_up, scanned) in [
        ("account_key = 7", "account_key + 0 = 7"),
        ("7 = account_key", "7 = account_key + 0"),
        ("account_key IN (0, 7, 19, 39, 4000)", "account_key + 0 IN (0, 7, 19, 39, 4000)"),
        ("account_key = 3 OR account_key = 31", "account_key + 0 = 3 OR account_key + 0 = 31"),
        ("account_key = 3 OR amount > 500", "account_key + 0 = 3 OR amount > 500"),
        ("account_key = 3 AND account_key = 4", "account_key + 0 = 3 AND account_key + 0 = 4"),
        ("account_key = 3 AND entry > 40", "account_key + 0 = 3 AND entry > 40"),
        ("account_key = 4000000000", "account_key + 0 = 4000000000"),
    ] {
        for columns in ["*", "count(*)", "leg, account_key, amount, entry"] {
            for as_of in [AsOf::Now, AsOf::Entry(middle)] {
                let of = |condition: &str| {
                    format!("SELECT {columns} FROM stored.postings WHERE {condition}")
                };
                let mut found = ask(&desk, as_of, &of(looked_up)).await;
                let mut expected = ask(&desk, as_of, &of(scanned)).await;
                found.sort();
                expected.sort();
                assert_eq!(found, expected, "{columns} where {looked_up}");
            }
        }
    }
}

/// How many rows a look at single keys gave to the filter above it, if there was one.
fn looked_up(measured: &str) -> Option<u64> {
    let (above, _) = measured.split_once("StreamingTableExec")?;
    let (_, given) = above.rsplit_once("selectivity=")?.1.split_once('/')?;
    given.split(')').next()?.parse().ok()
}

#[tokio::test]
async fn files_skip_what_an_account_a_party_a_day_or_a_range_of_entries_rules_out() {
    let mut bank = Bank::new(19);
    for _ in 0..6 {
        bank.work(20, 60);
        bank.close_day();
    }
    let history = bank.history(memory()).await;
    assert!(history.roll().await.unwrap().segments >= 4);
    let desk = bank.desk(&history);
    let snapshot = desk.snapshot(AsOf::Now).unwrap();
    let whole = desk.plan(&snapshot, "SELECT sum(amount) FROM postings").await.unwrap();
    let all = whole.measured().await.unwrap();
    let postings: u64 =
        one(&desk, AsOf::Now, "SELECT count(*) FROM postings").await.parse().unwrap();
    for text in [
        "SELECT sum(amount) FROM postings WHERE booking_date = '2026-09-02'".to_owned(),
        "SELECT sum(amount) FROM transfers WHERE booking_date = '2026-09-02'".to_owned(),
        "SELECT sum(amount) FROM transfers WHERE entry BETWEEN 30 AND 33".to_owned(),
        "SELECT sum(amount) FROM transfers WHERE time < '2026-09-01T00:00:20'".to_owned(),
        format!("SELECT sum(amount) FROM postings WHERE account = '{}' AND entry < 40", account_id(5)),
        "SELECT sum(p.amount) FROM postings p JOIN account_roles r ON r.account_key = p.account_key WHERE r.party = '2'".to_owned(),
    ] {
        let planned = desk.plan(&snapshot, &text).await.unwrap();
        let measured = planned.measured().await.unwrap();
        let pruned = |what: &str| skipped(&measured, what);
        let some = pruned("row_groups_pruned_statistics") > 0
            || pruned("pushdown_rows_pruned") > 0
            || pruned("page_index_rows_pruned") > 0
            || pruned("files_ranges_pruned_statistics") > 0
            || looked_up(&measured).is_some_and(|rows| rows < postings / 10);
        assert!(some, "{text}:\n{measured}\nbeside\n{all}");
    }
}

#[tokio::test]
async fn statements_balances_and_the_trial_balance_are_the_banks_own() {
    let mut bank = Bank::new(14);
    for _ in 0..4 {
        bank.work(12, 60);
        bank.close_day();
    }
    let history = bank.history(memory()).await;
    history.roll().await.unwrap();
    let desk = bank.desk(&history);
    for n in [0, 3, 5, 8] {
        let account = account_id(n);
        let text = format!(
            "SELECT booking_date, signed_amount, balance FROM statement({account}, '2026-09-02', '2026-09-03')"
        );
        let text =
            if n == 3 { text.replace(&account.to_string(), &format!("'{account}'")) } else { text };
        let lines = ask(&desk, AsOf::Now, &text).await;
        assert!(lines.iter().all(|line| line[0] == "2026-09-02" || line[0] == "2026-09-03"));
        let balance = |time: &str| format!("SELECT balance FROM balance_at('{account}', '{time}')");
        let end = one(&desk, AsOf::Now, &balance("2026-09-03")).await;
        assert_eq!(lines.last().unwrap()[2], end);
        let view = bank.node.views().balance(account).unwrap();
        let net = view.credits_posted.0 as i128 - view.debits_posted.0 as i128;
        let shown = crate::bank::currency(n).format_signed(net);
        let now = one(&desk, AsOf::Now, &balance("2026-12-31")).await;
        let whole = |text: &str| text.trim_end_matches('0').trim_end_matches('.').to_owned();
        let plain = if shown.contains('.') { whole(&shown) } else { shown.clone() };
        assert_eq!(whole(&now), plain, "account {n}");
        let held = format!(
            "SELECT debits_pending, credits_pending FROM balances WHERE account = '{account}'"
        );
        let held = ask(&desk, AsOf::Now, &held).await;
        assert_eq!(whole(&held[0][0]), whole_money(n, view.debits_pending));
        assert_eq!(whole(&held[0][1]), whole_money(n, view.credits_pending));
    }
    let trial = ask(&desk, AsOf::Now, "SELECT currency, sum(debit) - sum(credit) FROM trial_balance('2026-12-31') GROUP BY currency").await;
    assert_eq!(trial.len(), 3);
    assert!(trial.iter().all(|row| row[1].trim_matches(['0', '.']).is_empty()), "{trial:?}");
    let time = "SELECT sum(balance) FROM balances_at('2026-09-02T00:00:00')";
    ask(&desk, AsOf::Now, time).await;
    let value = "SELECT count(*) FROM balances_at('2026-09-02', 'value')";
    assert!(one(&desk, AsOf::Now, value).await.parse::<u64>().unwrap() > 10);
}

fn whole_money(n: u64, amount: Amount) -> String {
    let text = crate::bank::currency(n).format(amount);
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[tokio::test]
async fn a_moment_is_named_by_entry_or_by_time() {
    let (bank, desk) = rolled(15).await;
    let reader = bank.node.reader();
    let middle = reader.entries() / 2;
    let (header, _) = reader.header(middle).unwrap();
    let by_time = desk.snapshot(AsOf::Time(header.time)).unwrap().moment();
    assert_eq!(by_time.entries, middle + 1);
    let before = desk.snapshot(AsOf::Time(TimeNs(header.time.0 - 1))).unwrap().moment();
    assert_eq!(before.entries, middle);
    let last = one(&desk, AsOf::Entry(middle), "SELECT max(entry) FROM entries").await;
    assert_eq!(last, middle.to_string());
    assert!(desk.snapshot(AsOf::Time(TimeNs(1))).is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_spills_ends_in_time_and_stops_when_nobody_listens() {
    let (bank, _) = rolled(16).await;
    let history = bank.history(memory()).await;
    let vault = || Arc::new(NoVault) as Arc<dyn Opener>;
    let small = Limits { memory_bytes: 24 << 20, ..Limits::default() };
    let desk = desk_with(&history, vault(), small);
    let sorted = "SELECT a.entry, b.transfer FROM transfers a CROSS JOIN (SELECT transfer FROM transfers LIMIT 150) b ORDER BY b.transfer, a.entry";
    let answer = desk.ask(AsOf::Now, sorted).await.unwrap();
    let (_, told) = answer.all().await.unwrap();
    assert!(told.rows > 100_000, "{} rows", told.rows);
    let tiny = Limits { memory_bytes: 1 << 20, spill_bytes: 1 << 20, ..Limits::default() };
    let desk = desk_with(&history, vault(), tiny);
    let failed = async { desk.ask(AsOf::Now, sorted).await?.all().await.map(|_| ()) }.await;
    assert!(matches!(failed, Err(AskFailed::TooLarge(_))), "{failed:?}");
    let hasty = Limits { time: Duration::from_millis(100), ..Limits::default() };
    let desk = desk_with(&history, vault(), hasty);
    let endless = "SELECT sum(a.code * b.code + c.code) FROM transfers a CROSS JOIN transfers b CROSS JOIN transfers c";
    let start = std::time::Instant::now();
    let failed = async { desk.ask(AsOf::Now, endless).await?.all().await.map(|_| ()) }.await;
    assert!(matches!(failed, Err(AskFailed::TooLong(_))), "{failed:?}");
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    // Dropped, it lets go of everything it held within a moment.
    let desk = desk_with(&history, vault(), Limits::default());
    let mut answer = desk.ask(AsOf::Now, endless).await.unwrap();
    let waiting = tokio::time::timeout(Duration::from_millis(200), answer.next()).await;
    assert!(waiting.is_err(), "it must not have ended by itself");
    let held = desk.running();
    drop(answer);
    assert_eq!((held, desk.running()), (1, 0));
}

/// Opens what this test sealed, until somebody is erased.
#[derive(Debug)]
struct TestVault;

impl Opener for TestVault {
    fn open(&self, party: PartyId, _: &Sealed) -> Opened {
        if party == PartyId(4) {
            return Opened::Unreadable;
        }
        let name = ("name".to_owned(), format!("客户{party}"));
        Opened::Plain(encode_fields(&BTreeMap::from([name])))
    }
}

#[tokio::test]
async fn an_erased_person_reads_as_erased_in_every_table_and_at_every_moment() {
    let mut bank = Bank::new(17);
    bank.work(40, 60);
    let history = bank.history(memory()).await;
    history.roll().await.unwrap();
    let desk = desk_with(&history, Arc::new(TestVault), Limits::default());
    let names = "SELECT party, name, erased, id_number FROM parties ORDER BY party";
    let before = ask(&desk, AsOf::Now, names).await;
    assert_eq!(before[1], ["2", "客户2", "false", ""]);
    assert_eq!(before[3], ["4", "(sealed)", "false", "(sealed)"]);
    let seen = bank.node.reader().entries() - 1;
    let erase = Command::EraseParty { party: PartyId(2), reason: "asked".into() };
    bank.turn(&[vec![erase]]);
    let after = ask(&desk, AsOf::Now, names).await;
    assert_eq!(after[1], ["2", "(erased)", "true", "(erased)"]);
    assert_eq!(after[0][1], "客户1");
    // The file is an old one and so is the moment; the person is erased all the same.
    let then = ask(&desk, AsOf::Entry(seen), names).await;
    assert_eq!(then[1], ["2", "(erased)", "false", "(erased)"]);
    let raw =
        ask(&desk, AsOf::Entry(seen), "SELECT party, identity FROM events.parties ORDER BY party")
            .await;
    assert_eq!(raw[1][1], "(erased)");
    // A later start knows it too.
    bank.work(60, 60);
    let archive = history.archive().clone();
    history.roll().await.unwrap();
    let later = bank.history(archive).await;
    let desk = desk_with(&later, Arc::new(TestVault), Limits::default());
    assert_eq!(ask(&desk, AsOf::Entry(seen), names).await[1][1], "(erased)");
}
