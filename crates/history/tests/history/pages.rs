//! What the tables say of themselves, held against what they give, and the page that is made of it.

use crate::bank::{Bank, memory};
use history::{AsOf, docs, views};
use std::path::Path;

#[tokio::test]
async fn every_table_gives_the_columns_it_says() {
    let mut bank = Bank::new(31);
    bank.work(2, 10);
    let history = bank.history(memory()).await;
    let desk = bank.desk(&history);
    let snapshot = desk.snapshot(AsOf::Now).unwrap();
    let schemas = [(views::BANK, views::bank()), (views::EVENTS, views::events())];
    for (schema, view) in
        schemas.into_iter().flat_map(|(s, views)| views.values().map(move |v| (s, v)))
    {
        let name = format!("{schema}.{}", view.name);
        let planned = desk.plan(&snapshot, &format!("SELECT * FROM {name}")).await.unwrap();
        let given = planned.schema();
        let given: Vec<&str> = given.fields().iter().map(|field| field.name().as_str()).collect();
        let said: Vec<&str> = view.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(given, said, "{name}");
        if view.name != "ledger_balances" {
            planned.answer().await.unwrap().all().await.unwrap();
        }
    }
}

#[test]
fn the_page_of_tables_is_what_they_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/tables.md");
    let page = docs::tables_page();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(written, page, "BLESS=1 writes docs/tables.md anew");
}
