//! All conditions of a table in one scan: one query counts what is judged and what is bad by each rule, and,
//! when something is, another lists the first bad rows of each. Both leave planning to whoever runs them.

use crate::limits::FUSED_RULES_MAX;
use crate::rule::{Form, QualityRule};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Rules of the form "rows" that share a table. Rule number n of `rules` has the columns that `judged`,
/// `failing`, `listed` and `subject` name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fused<'a> {
    /// The table that is scanned.
    pub table: &'a str,
    /// At most [`FUSED_RULES_MAX`].
    pub rules: Vec<&'a QualityRule>,
}

/// Puts the rules of the form "rows" together by table, in the order of the tables' names; queries are left
/// out, because each is a scan of its own.
pub fn fuse<'a>(rules: &[&'a QualityRule]) -> Vec<Fused<'a>> {
    let mut tables: BTreeMap<&str, Vec<&QualityRule>> = BTreeMap::new();
    for rule in rules {
        if rule.form != Form::Query {
            tables.entry(&rule.table).or_default().push(rule);
        }
    }
    let parts = tables.iter().flat_map(|(table, rules)| {
        rules.chunks(FUSED_RULES_MAX).map(|part| Fused { table, rules: part.to_vec() })
    });
    parts.collect()
}

impl Fused<'_> {
    /// In the count: how many rows rule number n judged.
    pub fn judged(n: usize) -> String {
        format!("judged_{n}")
    }

    /// In the count: how many of them are bad.
    pub fn failing(n: usize) -> String {
        format!("failing_{n}")
    }

    /// In the list: whether this row is listed for rule number n.
    pub fn listed(n: usize) -> String {
        format!("listed_{n}")
    }

    /// In the list: what this row is about, as rule number n says it.
    pub fn subject(n: usize) -> String {
        format!("subject_{n}")
    }

    /// One row: `seen`, the rows of the table, and for each rule `judged_n` and `failing_n`.
    pub fn count_sql(&self) -> String {
        let mut sql = String::from("SELECT count(*) AS seen");
        for (n, rule) in self.rules.iter().enumerate() {
            let judged = match judges(rule) {
                Some(judges) => format!("count(*) FILTER (WHERE {judges})"),
                None => "count(*)".to_owned(),
            };
            let (bad, judged_n, failing_n) = (rule.bad(), Self::judged(n), Self::failing(n));
            // Writing to a string does not fail.
            let _ = write!(
                sql,
                ",\n{judged} AS {judged_n},\ncount(*) FILTER (WHERE {bad}) AS {failing_n}"
            );
        }
        sql + "\nFROM " + self.table
    }

    /// The first bad rows of each rule, at most `limit` of each, by `entry` and `"row"`; beside these two, each
    /// row has for each rule `listed_n` and `subject_n`. A row may be listed for several rules.
    pub fn rows_sql(&self, limit: usize) -> String {
        let each = |say: &dyn Fn(usize, &QualityRule) -> String, between: &str| {
            let said: Vec<String> =
                self.rules.iter().enumerate().map(|(n, rule)| say(n, rule)).collect();
            said.join(between)
        };
        let judged = each(
            &|n, rule| {
                let (bad, subject) = (rule.bad(), subject(rule));
                format!("({bad}) IS TRUE AS bad_{n},\nCAST({subject} AS VARCHAR) AS subject_{n}")
            },
            ",\n",
        );
        let any = each(&|n, _| format!("bad_{n}"), " OR ");
        // How many bad rows there are for the rule up to this one.
        let counted = each(
            &|n, _| {
                format!(
                    "subject_{n}, bad_{n}, sum(CASE WHEN bad_{n} THEN 1 ELSE 0 END) OVER (ORDER BY entry, \
                     \"row\" ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS nth_{n}"
                )
            },
            ",\n",
        );
        let listed = each(
            &|n, _| format!("bad_{n} AND nth_{n} <= {limit} AS listed_{n},\nsubject_{n}"),
            ",\n",
        );
        let some = each(&|n, _| format!("bad_{n} AND nth_{n} <= {limit}"), "\nOR ");
        format!(
            "SELECT entry, \"row\",\n{listed}\nFROM (SELECT entry, \"row\",\n{counted}\n\
             FROM (SELECT entry, \"row\",\n{judged}\nFROM {}) AS judged\nWHERE {any}) AS counted\n\
             WHERE {some}\nORDER BY entry, \"row\"",
            self.table
        )
    }
}

/// Which rows a rule judges; `None` for all.
fn judges(rule: &QualityRule) -> Option<&str> {
    match &rule.form {
        Form::Rows { judges, .. } => judges.as_deref(),
        Form::Query => None,
    }
}

/// What a row is about.
fn subject(rule: &QualityRule) -> &str {
    match &rule.form {
        Form::Rows { subject, .. } => subject,
        Form::Query => "NULL",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::Body;
    use crate::rule::{Dimension, Severity};

    fn rule(id: &str, table: &str, form: Form, sql: &str) -> QualityRule {
        QualityRule {
            id: id.to_owned(),
            says: String::new(),
            says_zh: String::new(),
            breaks: String::new(),
            dimension: Dimension::Validity,
            severity: Severity::Minor,
            table: table.to_owned(),
            form,
            body: Body { file: String::new(), line: 1, sql: sql.to_owned() },
        }
    }

    fn rows(judges: Option<&str>, subject: &str) -> Form {
        Form::Rows { judges: judges.map(str::to_owned), subject: subject.to_owned() }
    }

    #[test]
    fn rules_of_a_table_share_a_scan_and_queries_stay_alone() {
        let a = rule("a", "parties", rows(None, "party"), "name = ''");
        let b = rule("b", "accounts", rows(None, "account"), "code = 0");
        let c = rule("c", "parties", Form::Query, "SELECT 1");
        let d = rule("d", "parties", rows(None, "party"), "phone = ''");
        let fused = fuse(&[&a, &b, &c, &d]);
        let ids: Vec<(&str, Vec<&str>)> = fused
            .iter()
            .map(|fused| (fused.table, fused.rules.iter().map(|rule| rule.id.as_str()).collect()))
            .collect();
        assert_eq!(ids, [("accounts", vec!["b"]), ("parties", vec!["a", "d"])]);
    }

    #[test]
    fn more_rules_than_one_scan_takes_become_two() {
        let one = rule("a", "parties", rows(None, "party"), "name = ''");
        let many = vec![&one; FUSED_RULES_MAX + 1];
        let sizes: Vec<usize> = fuse(&many).iter().map(|fused| fused.rules.len()).collect();
        assert_eq!(sizes, [FUSED_RULES_MAX, 1]);
    }

    #[test]
    fn the_count_says_for_each_rule_what_it_judged_and_what_is_bad() {
        let a = rule("a", "parties", rows(Some("NOT erased"), "party"), "name = '' -- so");
        let b = rule("b", "parties", rows(None, "party"), "phone = ''");
        let fused = Fused { table: "parties", rules: vec![&a, &b] };
        let sql = "SELECT count(*) AS seen,\n\
            count(*) FILTER (WHERE NOT erased) AS judged_0,\n\
            count(*) FILTER (WHERE (NOT erased) AND (\nname = '' -- so\n)) AS failing_0,\n\
            count(*) AS judged_1,\n\
            count(*) FILTER (WHERE (\nphone = ''\n)) AS failing_1\n\
            FROM parties";
        assert_eq!(fused.count_sql(), sql);
    }

    #[test]
    fn the_list_holds_the_first_bad_rows_of_each_rule() {
        let a = rule("a", "parties", rows(Some("NOT erased"), "party"), "name = ''");
        let fused = Fused { table: "parties", rules: vec![&a] };
        let sql = "SELECT entry, \"row\",\n\
            bad_0 AND nth_0 <= 20 AS listed_0,\nsubject_0\n\
            FROM (SELECT entry, \"row\",\n\
            subject_0, bad_0, sum(CASE WHEN bad_0 THEN 1 ELSE 0 END) OVER (ORDER BY entry, \"row\" \
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS nth_0\n\
            FROM (SELECT entry, \"row\",\n\
            ((NOT erased) AND (\nname = ''\n)) IS TRUE AS bad_0,\n\
            CAST(party AS VARCHAR) AS subject_0\n\
            FROM parties) AS judged\nWHERE bad_0) AS counted\n\
            WHERE bad_0 AND nth_0 <= 20\nORDER BY entry, \"row\"";
        assert_eq!(fused.rows_sql(20), sql);
    }
}
