//! What a rule is: SQL with a name and a sentence. A quality rule finds rows that should not be; an indicator
//! is a value with its sample size; a risk rule is a condition over the features of one payment.

use crate::body::Body;
use crate::fault::Fault;
use terms::{HoldEnd, Ruling};

/// One file of a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Must find nothing.
    Quality(QualityRule),
    /// A value with its sample size.
    Indicator(Indicator),
    /// A condition on a payment, and what follows.
    Risk(RiskRule),
}

impl Rule {
    /// Its id, unique in the rulebook.
    pub fn id(&self) -> &str {
        match self {
            Rule::Quality(rule) => &rule.id,
            Rule::Indicator(indicator) => &indicator.id,
            Rule::Risk(rule) => &rule.id,
        }
    }

    /// Its SQL as it stands in the file.
    pub fn body(&self) -> &Body {
        match self {
            Rule::Quality(rule) => &rule.body,
            Rule::Indicator(indicator) => &indicator.body,
            Rule::Risk(rule) => &rule.body,
        }
    }
}

/// A quality rule: a query that must return no rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QualityRule {
    /// Unique in the rulebook; also the name of its file.
    pub id: String,
    /// What holds when it finds nothing.
    pub says: String,
    /// The same in Chinese.
    pub says_zh: String,
    /// The damage that would make it speak.
    pub breaks: String,
    /// Which of the six ways of being good it is about.
    pub dimension: Dimension,
    /// How bad a finding is.
    pub severity: Severity,
    /// The table whose rows it judges.
    pub table: String,
    /// How its SQL is to be read.
    pub form: Form,
    /// The SQL: a condition or a query, by `form`.
    pub body: Body,
}

impl QualityRule {
    /// The whole query. Its columns begin with `entry`, `"row"` and `subject`; a rule of the form "query" may
    /// add others.
    pub fn query(&self) -> String {
        let Form::Rows { subject, .. } = &self.form else {
            return self.body.sql.clone();
        };
        let bad = self.bad();
        format!(
            "SELECT entry, \"row\", CAST({subject} AS VARCHAR) AS subject FROM {} WHERE {bad}",
            self.table
        )
    }

    /// A fault at a place of [`QualityRule::query`], both from 1, as a line of the rule's file.
    pub fn fault_at(&self, line: usize, column: usize, reason: &str) -> Fault {
        match self.form {
            Form::Query => self.body.fault_at(line, column, reason),
            // The first line is made of the head, which ends on the line before the condition.
            Form::Rows { .. } if line <= 1 => {
                Fault::new(&self.body.file, self.body.line.saturating_sub(1), reason)
            }
            Form::Rows { .. } => self.body.fault_at(line - 1, column, reason),
        }
    }

    /// The condition that is true for a bad row; only for the form "rows". The body begins a line of its own
    /// and ends on one, because its last line may be a comment.
    pub(crate) fn bad(&self) -> String {
        match &self.form {
            Form::Rows { judges: Some(judges), .. } => {
                format!("({judges}) AND (\n{}\n)", self.body.sql)
            }
            Form::Rows { judges: None, .. } | Form::Query => format!("(\n{}\n)", self.body.sql),
        }
    }
}

/// How the SQL of a quality rule is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// A condition over the columns of the rule's table that is true for a bad row; null is not. All such
    /// rules of a table share one scan.
    Rows {
        /// Which rows are judged at all, as a condition; `None` for all. The others are not counted.
        judges: Option<String>,
        /// What a finding is about, as an expression over the table's columns: an account, a transfer.
        subject: String,
    },
    /// A whole query that must return no rows.
    Query,
}

/// The six dimensions of data quality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// What must be there is there.
    Completeness,
    /// What is one thing stands once.
    Uniqueness,
    /// A value has the form and range its meaning demands.
    Validity,
    /// Two places that speak of the same thing agree.
    Consistency,
    /// It is there when it is needed.
    Timeliness,
    /// It is what the world says.
    Accuracy,
}

impl Dimension {
    /// All, as a pack writes them.
    pub const ALL: &[(&str, Dimension)] = &[
        ("completeness", Dimension::Completeness),
        ("uniqueness", Dimension::Uniqueness),
        ("validity", Dimension::Validity),
        ("consistency", Dimension::Consistency),
        ("timeliness", Dimension::Timeliness),
        ("accuracy", Dimension::Accuracy),
    ];

    /// As a pack writes it.
    pub fn word(self) -> &'static str {
        word(Dimension::ALL, self)
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The books are wrong: nothing made from them may leave the bank.
    Blocking,
    /// Somebody must mend it.
    Major,
    /// Worth knowing.
    Minor,
}

impl Severity {
    /// All, as a pack writes them.
    pub const ALL: &[(&str, Severity)] =
        &[("blocking", Severity::Blocking), ("major", Severity::Major), ("minor", Severity::Minor)];

    /// As a pack writes it.
    pub fn word(self) -> &'static str {
        word(Severity::ALL, self)
    }
}

/// An indicator: a query with one row and the columns `value` and `sample`. Without a sample the value is null.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Indicator {
    /// Unique in the rulebook; also the name of its file.
    pub id: String,
    /// What the value tells.
    pub says: String,
    /// The same in Chinese.
    pub says_zh: String,
    /// What the value counts, `per day`.
    pub unit: String,
    /// The same in Chinese.
    pub unit_zh: String,
    /// What it should reach, if anybody says so.
    pub target: Option<Target>,
    /// The query.
    pub body: Body,
}

impl Indicator {
    /// The whole query.
    pub fn query(&self) -> &str {
        &self.body.sql
    }
}

/// A risk rule: a condition over the features of a payment, and what follows when it is true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RiskRule {
    /// Unique in the rulebook; also the name of its file and the reason code of a verdict.
    pub id: String,
    /// What it sees, for the analyst.
    pub says: String,
    /// The same in Chinese.
    pub says_zh: String,
    /// What the customer is told.
    pub tells: String,
    /// The same in Chinese.
    pub tells_zh: String,
    /// What it demands by itself.
    pub ruling: Ruling,
    /// What it adds to the score.
    pub points: i32,
    /// How its SQL is to be read.
    pub form: RiskForm,
    /// How long it holds a payment, if it has a clock of its own.
    pub clock: Option<HoldClock>,
    /// The SQL: a condition, the sum of a scorecard or a limit, by `form`.
    pub body: Body,
}

/// How the SQL of a risk rule is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RiskForm {
    /// A condition: what follows when it is true.
    Condition,
    /// The points of a scorecard, a whole number for every payment; and from which points on a payment is asked about, held
    /// and refused, each with the line it stands on.
    Scorecard([Option<(i32, usize)>; 3]),
    /// The most that `of` may be, segment by segment; missing is without a limit.
    Limits {
        /// What is limited, as an expression over features.
        of: String,
    },
}

/// How long a rule holds a payment, and what becomes of it then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HoldClock {
    /// Seconds.
    pub hold_s: u32,
    /// What becomes of it.
    pub at_end: HoldEnd,
}

/// A condition that a risk rule comes to: a scorecard comes to one for each of its outcomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RiskLine {
    /// The reason code of a verdict: the rule's id; of a scorecard with its outcome, `card/hold`.
    pub id: String,
    /// What it demands.
    pub ruling: Ruling,
    /// The condition as a query would ask it.
    pub sql: String,
    /// The line of the file on which a line of `sql` stands, for the first.
    pub line: usize,
}

impl RiskRule {
    /// The conditions it comes to. `unless` silences whatever does not refuse.
    pub fn lines(&self, unless: Option<&str>) -> Vec<RiskLine> {
        let (sql, first) = (&self.body.sql, self.body.line);
        let line = |id: &str, ruling, sql: String, line| {
            let unless = unless.filter(|_| ruling < Ruling::Refuse);
            match unless {
                // The body ends on a line of its own, because its last line may be a comment.
                Some(unless) => RiskLine {
                    id: id.to_owned(),
                    ruling,
                    sql: format!("(\n{sql}\n) AND ({unless}) IS NOT TRUE"),
                    line: line - 1,
                },
                None => RiskLine { id: id.to_owned(), ruling, sql, line },
            }
        };
        match &self.form {
            RiskForm::Condition => vec![line(&self.id, self.ruling, sql.clone(), first)],
            RiskForm::Limits { of } => {
                vec![line(&self.id, self.ruling, format!("({of}) > (\n{sql}\n)"), first - 1)]
            }
            RiskForm::Scorecard(cutoffs) => {
                let rulings = [Ruling::Ask, Ruling::Hold, Ruling::Refuse];
                let cuts: Vec<(Ruling, i32)> = (rulings.into_iter().zip(cutoffs))
                    .filter_map(|(ruling, cutoff)| Some((ruling, cutoff.as_ref()?.0)))
                    .collect();
                let above = cuts.iter().skip(1).map(Some).chain([None]);
                let one = |((ruling, from), above): (&(Ruling, i32), Option<&(Ruling, i32)>)| {
                    let mut all = format!("(\n{sql}\n) >= {from}");
                    if let Some((_, below)) = above {
                        all += &format!(" AND (\n{sql}\n) < {below}");
                    }
                    line(&format!("{}/{}", self.id, ruling.word()), *ruling, all, first - 1)
                };
                cuts.iter().zip(above).map(one).collect()
            }
        }
    }
}

/// Every ruling, as a pack writes it.
pub const RULINGS: &[(&str, Ruling)] = &[
    ("approve", Ruling::Approve),
    ("ask", Ruling::Ask),
    ("hold", Ruling::Hold),
    ("refuse", Ruling::Refuse),
];

/// Every end of a hold, as a pack writes it.
pub(crate) const HOLD_ENDS: &[(&str, HoldEnd)] =
    &[("refuse", HoldEnd::Refuse), ("release", HoldEnd::Release)];

/// What an indicator should reach, and who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// A decimal number in the indicator's unit.
    pub value: String,
    /// Whose target it is.
    pub source: String,
}

/// The word of a value in a list of all.
pub(crate) fn word<T: PartialEq + Copy>(all: &[(&'static str, T)], value: T) -> &'static str {
    all.iter().find(|(_, other)| *other == value).map_or("", |(word, _)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(form: Form, sql: &str) -> QualityRule {
        QualityRule {
            id: "r".to_owned(),
            says: String::new(),
            says_zh: String::new(),
            breaks: String::new(),
            dimension: Dimension::Validity,
            severity: Severity::Minor,
            table: "parties".to_owned(),
            form,
            body: Body { file: "r.sql".to_owned(), line: 10, sql: sql.to_owned() },
        }
    }

    #[test]
    fn a_condition_becomes_a_query_whose_lines_lead_back_to_the_file() {
        let form =
            Form::Rows { judges: Some("name IS NOT NULL".to_owned()), subject: "party".to_owned() };
        let rule = rule(form, "name = ''\nOR nme = 'x' -- so");
        let query = "SELECT entry, \"row\", CAST(party AS VARCHAR) AS subject FROM parties \
            WHERE (name IS NOT NULL) AND (\nname = ''\nOR nme = 'x' -- so\n)";
        assert_eq!(rule.query(), query);
        assert_eq!(rule.fault_at(3, 4, "no column").to_string(), "r.sql:11: column 4: no column");
        assert_eq!(rule.fault_at(1, 9, "no table").to_string(), "r.sql:9: no table");
    }

    #[test]
    fn a_query_is_left_as_it_is() {
        let rule = rule(Form::Query, "SELECT 1");
        assert_eq!(rule.query(), "SELECT 1");
        assert_eq!(rule.fault_at(1, 8, "why").to_string(), "r.sql:10: column 8: why");
    }

    #[test]
    fn every_dimension_and_severity_has_its_word() {
        assert_eq!(Dimension::Timeliness.word(), "timeliness");
        assert_eq!(Severity::Blocking.word(), "blocking");
    }
}
