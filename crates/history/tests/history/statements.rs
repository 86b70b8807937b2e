//! A statement is read without a query; held against the query it stands for, over files in a folder, files anywhere
//! else, what is in no file yet, and a moment in the middle of a file.

use crate::bank::{Bank, account_id, ask, memory};
use history::{Archive, AsOf};
use std::path::PathBuf;
use terms::AccountId;

/// A folder that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        Folder(std::env::temp_dir().join(format!("tj-{name}-{}", std::process::id())))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The query a statement stands for.
fn query(account: AccountId, from: &str, to: &str, date: &str) -> String {
    format!(
        "SELECT entry, \"row\", leg, booking_date, value_date, side, amount, signed_amount, balance, \
             currency, counter_account, code \
         FROM (SELECT *, sum(signed_amount) OVER (ORDER BY {date}, entry, \"row\", leg \
                 ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS balance \
             FROM bank.postings WHERE account = '{account}' AND {date} <= DATE '{to}') \
         WHERE {date} >= DATE '{from}' ORDER BY {date}, entry, \"row\", leg"
    )
}

#[tokio::test]
async fn a_statement_is_the_query_it_stands_for() {
    let folder = Folder::new("statements");
    let mut bank = Bank::new(23);
    for _ in 0..4 {
        bank.work(12, 60);
        bank.close_day();
    }
    for archive in [memory(), Archive::folder(&folder.0).unwrap()] {
        let history = bank.history(archive).await;
        assert!(history.roll().await.unwrap().segments > 1);
        bank.work(2, 60);
        let desk = bank.desk(&history);
        let filed = history.manifest().end_entry();
        let (mut rows, mut later) = (0, 0);
        for as_of in [AsOf::Now, AsOf::Entry(filed - 1), AsOf::Entry(filed - 7)] {
            for n in [0, 3, 5, 8, 11] {
                for (date, by) in [("booking_date", "booking"), ("value_date", "value")] {
                    for (from, to) in [("2026-09-01", "2026-12-31"), ("2026-09-02", "2026-09-03")] {
                        let account = account_id(n);
                        let statement = format!(
                            "SELECT * FROM statement('{account}', '{from}', '{to}', '{by}')"
                        );
                        let found = ask(&desk, as_of, &statement).await;
                        let expected = ask(&desk, as_of, &query(account, from, to, date)).await;
                        assert_eq!(found, expected, "{statement} as of {as_of:?}");
                        rows += found.len();
                        later += usize::from(found.first().is_some_and(|row| row[7] != row[8]));
                    }
                }
            }
        }
        assert!(rows > 1_000, "{rows} rows are too few to say anything");
        assert!(later > 5, "no statement began with a balance");
    }
}

#[tokio::test]
async fn what_is_built_on_a_statement_keeps_its_order_and_columns() {
    let mut bank = Bank::new(24);
    bank.work(40, 60);
    let history = bank.history(memory()).await;
    history.roll().await.unwrap();
    let desk = bank.desk(&history);
    let account = account_id(5);
    let statement = format!("statement('{account}', '2026-09-01', '2026-12-31')");
    let query = query(account, "2026-09-01", "2026-12-31", "booking_date");
    for rest in [
        "SELECT balance, side FROM x WHERE side = 'debit'",
        "SELECT counter_account, sum(amount) FROM x GROUP BY counter_account ORDER BY 1",
        "SELECT max(balance), min(balance), count(*) FROM x",
        "SELECT code, value_date, leg FROM x ORDER BY entry DESC, \"row\", leg",
    ] {
        let text = format!("WITH x AS (SELECT * FROM {statement}) {rest}");
        let found = ask(&desk, AsOf::Now, &text).await;
        let expected = ask(&desk, AsOf::Now, &format!("WITH x AS ({query}) {rest}")).await;
        assert_eq!(found, expected, "{rest}");
    }
    // A query's order is nobody's promise; a statement's is.
    let all = ask(&desk, AsOf::Now, &format!("SELECT entry FROM {statement}")).await;
    let first = ask(&desk, AsOf::Now, &format!("SELECT entry FROM {statement} LIMIT 3")).await;
    assert_eq!(first, all[..3]);
    let snapshot = desk.snapshot(AsOf::Now).unwrap();
    let found = desk.plan(&snapshot, &format!("SELECT * FROM {statement}")).await.unwrap();
    let expected = desk.plan(&snapshot, &query).await.unwrap();
    assert_eq!(found.schema(), expected.schema());
    let nobody = "SELECT * FROM statement('77', '2026-09-01', '2026-12-31')";
    assert!(ask(&desk, AsOf::Now, nobody).await.is_empty());
}
