//! `docs/features.md`, made of what the features say of themselves.

use engine::risk::{COUNTERPARTIES_MAX, Feature, NAMED, Unit};
use std::fmt::Write;

// The page says so.
const _: () = assert!(COUNTERPARTIES_MAX == 64);

const BEGINNING: &str = "# What rules on payments may look at

A rule's condition is SQL over these features: numbers of one payment, each as of just before it, in the order of the
journal, the same however payments fell into batches. This page is made of `crates/engine/src/risk/features.rs`; a test
compares it (`BLESS=1 cargo test -p rulebook` writes it anew). `tj risk explain TRANSFER --all` shows them for one payment.

## What counts

- **A payment** is a transfer that was accepted, in one phase or reserved; not the posting or voiding of a reserved one, not
  what takes another back, not interest, not an entry of several legs. What was refused counts nowhere.
- **Before** means by entry and row of the journal. Of two payments at the same moment the earlier row is before the other.
- **A window** is cut into tiles that begin with 1970 in UTC. It holds the tile of the payment and as many before it as the
  table says, so it reaches back at least its length and less than one tile more.
- **Money** is in main units of the payment's currency, exact to a thousandth; more than 999,999,999,999,999.999 counts as
  that much. Features of an owner count only accounts in the payment's currency.
- **The owner** of an account is who was last given the role `owner` on it.
- **The device** is the transfer's `user_data_64`, if it is not zero.
- **Counterparties** are told apart up to 64; more count as 64.
- A feature may be **missing**; a condition over it is then neither true nor false, as in SQL, and such a rule does not speak.

| window | tile | tiles before that of the payment |
|---|---|---|
";

const CONDITIONS: &str = "
## Conditions

Comparisons, `AND`, `OR`, `NOT`, `BETWEEN`, `IN` with values that are written out, `IS NULL`, `IS TRUE` and the like, `CASE`,
`coalesce`, `nullif`, and `+ - * / %`. A number that is written out is in the unit of what it is compared with: `amount >= 5000`
is 5,000 main units, `payer_pass_24h >= 900` nine tenths. A currency is named by its letters.

`on_list(payee_lists, 'name')` asks whether the payee's account, or who owns it, is on a list of the rulebook: a file
`name.list` beside the rules. A scorecard (`kind = \"scorecard\"`) is a sum of `CASE`s, each with its `ELSE`, and cut-offs `ask_from`,
`hold_from`, `refuse_from`; limits (`kind = \"limits\"`) are the most that `limits = \"an expression\"` may be, as a `CASE` over
segments, `NULL` for no limit. A rule that holds may have its own `waits_hours` and `at_end` (`refuse` or `release`).

Refused, with line and column: names that do not exist, things of different kinds that are compared or added (money and
seconds), what may divide by zero (write `nullif(…, 0)` around the divisor), what may become larger than a number can be, `%` of
money, a condition that can never be true. One that is always true is warned of.

The same text means the same in a query over history: it is read and typed by the query engine's own code, and a test
holds the compiled steps against the engine on thousands of conditions and rows, nulls and extremes among them. Each feature
has a second definition as a query (`crates/rulebook/src/twin.rs`), and a test holds the two against each other.

## Features
";

/// The page.
pub fn features_page() -> String {
    let mut page = String::from(BEGINNING);
    for (window, name) in NAMED {
        let (seconds, tiles) = window.tiles();
        let tile = match seconds {
            s if s < 3_600 => format!("{} minutes", s / 60),
            3_600 => "an hour".to_owned(),
            86_400 => "a day".to_owned(),
            s => format!("{} hours", s / 3_600),
        };
        let _ = writeln!(page, "| {name} | {tile} | {tiles} |");
    }
    page.push_str("\n`payer_pass_72h` looks at 12 tiles of 6 hours before that of the payment.\n");
    page.push_str(CONDITIONS);
    page.push_str("\n| number | name | unit | may be missing | meaning |\n|---|---|---|---|---|\n");
    for feature in Feature::all() {
        let unit = match feature.unit() {
            Unit::Number => "number",
            Unit::Money => "money",
            Unit::Seconds => "seconds",
            Unit::Permille => "thousandths",
            Unit::Flag => "true or false",
        };
        let missing = if feature.nullable() { "yes" } else { "" };
        let _ = writeln!(
            page,
            "| {} | `{}` | {unit} | {missing} | {} |",
            feature.number(),
            feature.name(),
            feature.meaning()
        );
    }
    page
}
