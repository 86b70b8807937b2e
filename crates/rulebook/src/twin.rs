//! Every feature a second time, as a query over history: slow, and written from the definition alone, so that two
//! ways that share no line are held against each other. `docs/features.md`.

use engine::risk::{
    COUNTERPARTIES_MAX, Direction, Feature, Kind, ListOf, MONEY_MAX, Measure, NAMED, NEAR, Single,
    Subject, Way, Window,
};
use std::fmt::Write;

/// Features and the query that gives them: `entry` and `row` of each payment, then a column for each feature.
#[derive(Clone, Debug)]
pub struct Twin {
    /// The features, in the order of the columns.
    pub features: Vec<Feature>,
    /// The query, over the tables as they are stored.
    pub sql: String,
}

/// A query for every feature; `utc_offset_min` is how far the bank's clock is ahead of UTC.
pub fn twins(utc_offset_min: i16) -> Vec<Twin> {
    let pay = payments(utc_offset_min);
    let mut twins: Vec<Twin> = Vec::new();
    for (window, _) in NAMED {
        for subject in Subject::ALL {
            for direction in Direction::ALL {
                twins.push(of(&pay, subject, direction, window));
            }
        }
        twins.push(between(&pay, Way::Pair, window));
        twins.push(between(&pay, Way::Back, window));
        twins.push(device(&pay, window));
    }
    twins.extend(singles(&pay));
    twins
}

/// The features of one kind and window.
fn features(window: Window, is: impl Fn(Kind) -> bool) -> Vec<Feature> {
    let in_window = |kind| match kind {
        Kind::Of(_, _, _, at) | Kind::Between(_, _, at) | Kind::Device(_, at) => {
            NAMED[at].0 == window
        }
        Kind::Single(_) => false,
    };
    Feature::all().filter(|feature| in_window(feature.kind()) && is(feature.kind())).collect()
}

/// Payments with who owned the accounts when they were made.
fn payments(utc_offset_min: i16) -> String {
    let owner = |name: &str, account: &str| {
        format!(
            "{name} AS (SELECT entry, \"row\", party_key FROM (SELECT t.entry, t.\"row\", g.party_key, \
             row_number() OVER (PARTITION BY t.entry, t.\"row\" ORDER BY g.entry DESC, g.\"row\" DESC) AS n \
             FROM plain t JOIN stored.role_grants g ON g.account_key = t.{account} AND g.role = 'owner' \
             AND (g.entry < t.entry OR g.entry = t.entry AND g.\"row\" < t.\"row\")) o WHERE n = 1)"
        )
    };
    format!(
        "WITH plain AS (SELECT entry, \"row\", CAST(time AS BIGINT) AS ns, debit_key AS payer, credit_key AS payee, \
         least(amount, {MONEY}) AS amount, currency_no, code, user_data_64 AS device, phase_no = 1 AND (flags & 2048) = 0 AS pending, \
         (CAST(time AS BIGINT) / 1000000000 + {offset}) / 3600 % 24 AS hour, \
         ((CAST(time AS BIGINT) / 1000000000 + {offset}) / 86400 + 3) % 7 + 1 AS weekday \
         FROM stored.transfers WHERE phase_no IN (0, 1) AND (flags & 24576) = 0), {}, {}, \
         pay AS (SELECT p.*, a.party_key AS payer_party, b.party_key AS payee_party FROM plain p \
         LEFT JOIN payer_owner a ON a.entry = p.entry AND a.\"row\" = p.\"row\" \
         LEFT JOIN payee_owner b ON b.entry = p.entry AND b.\"row\" = p.\"row\")",
        owner("payer_owner", "payer"),
        owner("payee_owner", "payee"),
        MONEY = money(MONEY_MAX),
        offset = i32::from(utc_offset_min) * 60,
    )
}

/// Thousandths as SQL.
fn money(thousandths: u64) -> String {
    format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000)
}

/// Earlier, and in the window.
fn within(window: Window) -> String {
    let (seconds, tiles) = window.tiles();
    let tile = format!("{}", u64::from(seconds) * 1_000_000_000);
    format!("{BEFORE} AND h.ns / {tile} + {tiles} >= p.ns / {tile}")
}

const BEFORE: &str = "(h.entry < p.entry OR h.entry = p.entry AND h.\"row\" < p.\"row\")";

/// A measure of the payments `h`, of which some may be none.
fn measure(measure: Measure, other: &str) -> String {
    match measure {
        Measure::Count => "count(h.entry)".to_owned(),
        Measure::Sum => format!("least(coalesce(sum(h.amount), 0), {})", money(MONEY_MAX)),
        Measure::Max => "coalesce(max(h.amount), 0)".to_owned(),
        Measure::Counterparties => {
            format!("least(count(DISTINCT h.{other}), {COUNTERPARTIES_MAX})")
        }
    }
}

/// A query that joins each payment with those before it and gives these columns.
fn joined(pay: &str, columns: &[(Feature, String)], on: &str) -> Twin {
    let mut sql = format!("{pay} SELECT p.entry, p.\"row\"");
    for (feature, column) in columns {
        let _ = write!(sql, ", {column} AS {}", feature.name());
    }
    let _ = write!(
        sql,
        " FROM pay p LEFT JOIN pay h ON {on} GROUP BY p.entry, p.\"row\" ORDER BY p.entry, p.\"row\""
    );
    Twin { features: columns.iter().map(|(feature, _)| *feature).collect(), sql }
}

fn of(pay: &str, subject: Subject, direction: Direction, window: Window) -> Twin {
    let (whose, party) = match subject {
        Subject::Payer => ("payer", false),
        Subject::Payee => ("payee", false),
        Subject::PayerParty => ("payer_party", true),
        Subject::PayeeParty => ("payee_party", true),
    };
    let (end, other) = match direction {
        Direction::Out => ("payer", "payee"),
        Direction::In => ("payee", "payer"),
    };
    let on = if party {
        format!("h.{end}_party = p.{whose} AND h.currency_no = p.currency_no")
    } else {
        format!("h.{end} = p.{whose}")
    };
    let is = |kind| matches!(kind, Kind::Of(s, d, _, _) if s == subject && d == direction);
    let columns: Vec<(Feature, String)> = features(window, is)
        .into_iter()
        .map(|feature| {
            let Kind::Of(_, _, what, _) = feature.kind() else { unreachable!("of one kind") };
            let value = measure(what, other);
            let value = if party {
                format!("CASE WHEN max(p.{whose}) IS NULL THEN NULL ELSE {value} END")
            } else {
                value
            };
            (feature, value)
        })
        .collect();
    joined(pay, &columns, &format!("{on} AND {}", within(window)))
}

fn between(pay: &str, way: Way, window: Window) -> Twin {
    let on = match way {
        Way::Pair => "h.payer = p.payer AND h.payee = p.payee",
        Way::Back => "h.payer = p.payee AND h.payee = p.payer",
    };
    let is = |kind| matches!(kind, Kind::Between(w, _, _) if w == way);
    let columns: Vec<(Feature, String)> = features(window, is)
        .into_iter()
        .map(|feature| {
            let Kind::Between(_, what, _) = feature.kind() else { unreachable!("of one kind") };
            (feature, measure(what, "payee"))
        })
        .collect();
    joined(pay, &columns, &format!("{on} AND {}", within(window)))
}

fn device(pay: &str, window: Window) -> Twin {
    let columns: Vec<(Feature, String)> = features(window, |kind| matches!(kind, Kind::Device(..)))
        .into_iter()
        .map(|feature| {
            let Kind::Device(what, _) = feature.kind() else { unreachable!("of one kind") };
            let value = measure(what, "payer");
            (feature, format!("CASE WHEN max(p.device) IS NULL THEN NULL ELSE {value} END"))
        })
        .collect();
    joined(pay, &columns, &format!("h.device = p.device AND {}", within(window)))
}

/// The single features, a query for each thing that is looked at.
fn singles(pay: &str) -> Vec<Twin> {
    let since = |of: &str| format!("(max(p.ns) - {of}(h.ns)) / 1000000000");
    let share = |of: &str| {
        format!("1000 * sum(CASE WHEN {of} THEN 1 ELSE 0 END) / nullif(count(h.entry), 0)")
    };
    let month = within(Window::Month);
    let ends = |end: &str, whose: &str| format!("h.{end} = p.{whose} AND {BEFORE}");
    let feature = Feature::single;
    let own: Vec<(Feature, String)> = [
        (Single::Amount, "p.amount"),
        (Single::Code, "p.code"),
        (Single::Currency, "p.currency_no"),
        (Single::Hour, "p.hour"),
        (Single::Weekday, "p.weekday"),
        (Single::Pending, "CASE WHEN p.pending THEN 1 ELSE 0 END"),
        (Single::PayerOwned, "CASE WHEN p.payer_party IS NULL THEN 0 ELSE 1 END"),
        (Single::PayeeOwned, "CASE WHEN p.payee_party IS NULL THEN 0 ELSE 1 END"),
        (Single::PayerAge, "(p.ns - a.ns) / 1000000000"),
        (Single::PayeeAge, "(p.ns - b.ns) / 1000000000"),
    ]
    .map(|(single, sql)| (feature(single), sql.to_owned()))
    .into();
    let mut sql = format!(
        "{pay}, opened AS (SELECT account_key, CAST(coalesce(opened_at, time) AS BIGINT) AS ns FROM stored.accounts) \
         SELECT p.entry, p.\"row\""
    );
    for (feature, column) in &own {
        let _ = write!(sql, ", {column} AS {}", feature.name());
    }
    sql.push_str(
        " FROM pay p JOIN opened a ON a.account_key = p.payer JOIN opened b ON b.account_key = p.payee \
          ORDER BY p.entry, p.\"row\"",
    );
    let own = Twin { features: own.into_iter().map(|(feature, _)| feature).collect(), sql };
    let first = "CASE WHEN count(h.entry) = 0 THEN 1 ELSE 0 END".to_owned();
    let pair = [(feature(Single::PairFirst), first), (feature(Single::PairAge), since("min"))];
    let near = format!("h.amount >= {} AND h.amount < {}", money(NEAR.start), money(NEAR.end));
    let shares = [
        (feature(Single::PayerNear), share(&near)),
        (feature(Single::PayerNight), share("h.hour >= 23 OR h.hour < 5")),
    ];
    let last = |single, end: &str, whose: &str| {
        joined(pay, &[(feature(single), since("max"))], &ends(end, whose))
    };
    let either = format!("(h.payer = p.payer OR h.payee = p.payer) AND {BEFORE}");
    let mut twins = vec![
        own,
        joined(pay, &pair, &format!("h.payer = p.payer AND h.payee = p.payee AND {BEFORE}")),
        last(Single::PayerSinceOut, "payer", "payer"),
        last(Single::PayerSinceIn, "payee", "payer"),
        last(Single::PayeeSinceOut, "payer", "payee"),
        last(Single::PayeeSinceIn, "payee", "payee"),
        joined(pay, &[(feature(Single::PayerIdle), since("max"))], &either),
        joined(pay, &shares, &format!("h.payer = p.payer AND {month}")),
        balance(pay, Single::PayerBalance, "payer"),
        balance(pay, Single::PayeeBalance, "payee"),
        firms(pay),
        listed(pay, Single::PayerListed, "payer_party"),
        listed(pay, Single::PayeeListed, "payee_party"),
    ];
    for (single, window) in
        [(Single::PayerPassDay, Window::Day), (Single::PayerPassThreeDays, Window::ThreeDays)]
    {
        twins.push(passed(pay, single, window));
    }
    twins
}

/// Whether organisations own the accounts.
fn firms(pay: &str) -> Twin {
    let features = [Single::PayerFirm, Single::PayeeFirm].map(Feature::single);
    let [payer, payee] = features.map(Feature::name);
    let sql = format!(
        "{pay} SELECT p.entry, p.\"row\", CASE a.kind WHEN 'organisation' THEN 1 ELSE 0 END AS {payer}, \
         CASE b.kind WHEN 'organisation' THEN 1 ELSE 0 END AS {payee} FROM pay p \
         LEFT JOIN stored.parties a ON a.party_key = p.payer_party \
         LEFT JOIN stored.parties b ON b.party_key = p.payee_party ORDER BY p.entry, p.\"row\""
    );
    Twin { features: features.into(), sql }
}

/// What looking an owner up on lists came to last.
fn listed(pay: &str, single: Single, party: &str) -> Twin {
    let feature = Feature::single(single);
    let name = feature.name();
    let sql = format!(
        "{pay}, seen AS (SELECT p.entry, p.\"row\", s.result, row_number() OVER (PARTITION BY p.entry, p.\"row\" \
         ORDER BY s.entry DESC, s.\"row\" DESC) AS n FROM pay p JOIN stored.screenings s ON s.party_key = p.{party} \
         AND (s.entry < p.entry OR s.entry = p.entry AND s.\"row\" < p.\"row\")) \
         SELECT p.entry, p.\"row\", CASE x.result WHEN 'confirmed' THEN 2 WHEN 'possible' THEN 1 ELSE 0 END AS {name} \
         FROM pay p LEFT JOIN seen x ON x.entry = p.entry AND x.\"row\" = p.\"row\" AND x.n = 1 \
         ORDER BY p.entry, p.\"row\""
    );
    Twin { features: vec![feature], sql }
}

/// What went out, this payment included, of what came in.
fn passed(pay: &str, single: Single, window: Window) -> Twin {
    let feature = Feature::single(single);
    let sum = |end: &str| {
        format!(
            "least(coalesce(sum(CASE WHEN h.{end} = p.payer THEN h.amount END), 0), {})",
            money(MONEY_MAX)
        )
    };
    // `least` passes over nulls, so nothing got must be asked for first.
    let column = format!(
        "CASE WHEN {into} = 0 THEN NULL ELSE \
         least(CAST(floor(1000 * ({out} + max(p.amount)) / nullif({into}, 0)) AS BIGINT), 1000) END",
        out = sum("payer"),
        into = sum("payee"),
    );
    let on = format!("(h.payer = p.payer OR h.payee = p.payer) AND {}", within(window));
    joined(pay, &[(feature, column)], &on)
}

/// Lists of accounts and owners by their ids, a bit each: what `payer_lists` and `payee_lists` are for a rule set with these
/// lists, from the ids that history tells. Names that stand there as hashes are not looked for.
pub fn lists_twin(utc_offset_min: i16, lists: &[(ListOf, Vec<u128>)]) -> Twin {
    let pay = payments(utc_offset_min);
    let features = [Single::PayerLists, Single::PayeeLists].map(Feature::single);
    let mut rows = Vec::new();
    for (bit, (of, ids)) in lists.iter().enumerate() {
        let kind = if *of == ListOf::Accounts { 1 } else { 2 };
        rows.extend(ids.iter().map(|id| format!("({kind}, '{id}', {})", 1_u64 << bit)));
    }
    // A list without names is a list all the same.
    rows.push("(0, '', 0)".to_owned());
    let side = |whose: &str| {
        format!(
            "(SELECT p.entry, p.\"row\", CAST(coalesce(sum(DISTINCT l.bit), 0) AS BIGINT) AS bits FROM pay p \
             JOIN accounts a ON a.account_key = p.{whose} LEFT JOIN parties o ON o.party_key = p.{whose}_party \
             LEFT JOIN listed l ON l.kind = 1 AND l.name = a.account OR l.kind = 2 AND l.name = o.party \
             GROUP BY p.entry, p.\"row\")"
        )
    };
    let sql = format!(
        "{pay}, listed(kind, name, bit) AS (VALUES {}) \
         SELECT p.entry, p.\"row\", a.bits AS {}, b.bits AS {} FROM pay p \
         JOIN {} a ON a.entry = p.entry AND a.\"row\" = p.\"row\" \
         JOIN {} b ON b.entry = p.entry AND b.\"row\" = p.\"row\" ORDER BY p.entry, p.\"row\"",
        rows.join(", "),
        features[0].name(),
        features[1].name(),
        side("payer"),
        side("payee"),
    );
    Twin { features: features.into(), sql }
}

/// What was posted on an account before.
fn balance(pay: &str, single: Single, whose: &str) -> Twin {
    let feature = Feature::single(single);
    let sql = format!(
        "{pay} SELECT p.entry, p.\"row\", \
         coalesce(sum(CASE WHEN h.is_credit THEN h.amount ELSE -h.amount END), 0) AS {} \
         FROM pay p LEFT JOIN stored.postings h ON h.account_key = p.{whose} AND {BEFORE} \
         GROUP BY p.entry, p.\"row\" ORDER BY p.entry, p.\"row\"",
        feature.name()
    );
    Twin { features: vec![feature], sql }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_has_one_twin() {
        let mut all: Vec<Feature> =
            twins(480).iter().flat_map(|twin| twin.features.clone()).collect();
        all.sort_unstable();
        // What a model or a list says is of the rule set, not of the past.
        assert!(all.iter().copied().eq(Feature::all().filter(|feature| !feature.is_of_the_set())));
    }
}
