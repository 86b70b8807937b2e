//! `docs/tables.md`, made of what the tables say of themselves.

use crate::table_functions::FUNCTIONS;
use crate::views::{self, View};
use std::fmt::Write;

/// Names of the levels, as the page explains them.
const LEVELS: [&str; 5] = [
    "public",
    "internal (C1)",
    "confidential: of customers and their money, personal (C2)",
    "secret: what lets somebody in (C3); no table has any",
    "important data; no table has any",
];

/// The page.
pub fn tables_page() -> String {
    let mut page = String::from(BEGINNING);
    for (at, level) in LEVELS.iter().enumerate() {
        let _ = writeln!(page, "| {} | {level} |", at + 1);
    }
    page.push_str("\n## Tables\n");
    for view in views::bank().values() {
        table(&mut page, view, "###");
    }
    page.push_str("\n## Functions that give tables\n");
    for function in &FUNCTIONS {
        let _ = write!(page, "\n### `{}`\n\n{}\n", function.usage, function.meaning);
    }
    page.push_str(EVENTS);
    for view in views::events().values() {
        let events = View { name: format!("{}.{}", views::EVENTS, view.name), ..view.clone() };
        table(&mut page, &events, "###");
    }
    page
}

fn table(page: &mut String, view: &View, heading: &str) {
    let _ = write!(
        page,
        "\n{heading} {}\n\n{}\n\n| column | level | unit | meaning |\n|---|---|---|---|\n",
        view.name, view.meaning
    );
    for column in &view.columns {
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} |",
            column.name, column.level, column.unit, column.meaning
        );
    }
}

const BEGINNING: &str = "\
# Tables

Everything that ever happened, as tables. This page is made of `crates/history/src/bank.sql` and of the declarations in
`crates/terms/src/facts/`; a test compares it (`BLESS=1 cargo test -p history` writes it anew).

    tj query \"SELECT booking_date, count(*), sum(amount) FROM transfers GROUP BY booking_date ORDER BY 1\"
    tj query \"SELECT * FROM statement(6299000000000247686, '2026-09-01', '2026-09-30')\"
    tj sql

Every row says where it stands in the journal: `tj prove --entry ENTRY --row ROW` makes the receipt that proves it. Ids are
text with decimal digits; beside them stand `…_key` columns, dense numbers that join and group fastest; a comparison of
ids is turned into one of numbers by itself. Money is an exact decimal in main units (yuan, not fen) with its currency
beside it; an amount that has no room in 38 digits is empty here and exact in the journal. Times and days are on the
institution's clock. The dialect is that of DataFusion 55, close to PostgreSQL's.

Each column has a level of sensitivity. The levels are those of JR/T 0197-2020, as we recall them:

| level | meaning |
|---|---|
";

const EVENTS: &str = "
## What happened

The schema `events` has a table for each kind of act, as it was done: `SELECT * FROM events.role_grants`. What was refused
is in `refusals`.
";
