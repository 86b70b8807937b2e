//! The risk rules of a rulebook as one program: every condition compiled, scorecards, limits and lists among them, or every
//! fault told.

use crate::condition::{Compiler, Condition, Spoken, Sum, Wrong};
use crate::fault::{BookRefused, Fault};
use crate::limits::MADE_BYTES_MAX;
use crate::pack::Pack;
use crate::rule::{RiskForm, RiskRule};
use crate::rulebook::Rulebook;
use engine::risk::{HoldClock, LISTS_MAX, NameList, Program, Tables};
use sha2::{Digest, Sha256};
use terms::Ruling;

/// What the hash of a rule set begins with, so that it is no hash of anything else.
const HASH_PREFIX: &[u8] = b"tongjian risk set v1\0";

/// Rules that judge payments together.
#[derive(Clone, Debug)]
pub struct RiskSet<'a> {
    /// The rules in the order of the program's conditions; a scorecard has one for each of its outcomes.
    pub rules: Vec<SetRule<'a>>,
    /// What the engine runs.
    pub program: Program,
    /// What it looks up beside it.
    pub tables: Tables,
    /// The names of the lists, in the order of their bits.
    pub lists: Vec<String>,
    /// What is allowed and perhaps not meant: conditions that are always true, lists nobody asks for.
    pub warnings: Vec<Fault>,
    /// SHA-256 over `tongjian risk set v1`, a byte 0x00 and the hashes of the packs in the order of their ids.
    pub hash: [u8; 32],
}

/// A condition of a rule set.
#[derive(Clone, Debug)]
pub struct SetRule<'a> {
    /// Whence.
    pub pack: &'a Pack,
    /// The rule that it comes from.
    pub rule: &'a RiskRule,
    /// Its name in verdicts: the rule's; of a scorecard with the outcome, `card/hold`.
    pub id: String,
    /// What it demands by itself.
    pub ruling: Ruling,
    /// The condition as a query would ask it.
    pub sql: String,
}

/// A rule set in the making.
struct Making<'a> {
    compiler: Compiler,
    rules: Vec<SetRule<'a>>,
    clocks: Vec<HoldClock>,
    warnings: Vec<Fault>,
    faults: Vec<Fault>,
}

impl RiskSet<'_> {
    /// The packs it comes from as one text, to be read again by `book_of`; nothing if one of them is too long to be kept.
    pub fn text(&self) -> Option<String> {
        let mut packs: Vec<&Pack> = self.rules.iter().map(|rule| rule.pack).collect();
        packs.dedup_by(|a, b| a.head.id == b.head.id);
        let whole = packs.iter().all(|pack| !pack.text.is_empty());
        whole.then(|| packs.iter().map(|pack| pack.text.as_str()).collect())
    }
}

impl Rulebook {
    /// All risk rules together; scores are cut where the strictest pack says.
    ///
    /// # Errors
    /// Every rule whose condition is wrong, by file and line.
    pub fn risk_set(&self) -> Result<RiskSet<'_>, BookRefused> {
        let lists: Vec<String> = self.lists().map(|list| list.id.clone()).collect();
        let mut making = Making {
            compiler: Compiler::with_lists(lists.clone()),
            rules: Vec::new(),
            clocks: Vec::new(),
            warnings: Vec::new(),
            faults: Vec::new(),
        };
        if let Some(list) = self.lists().nth(LISTS_MAX) {
            let says = format!("is one more than the {LISTS_MAX} lists allowed");
            making.faults.push(Fault::new(&list.file, list.line, says));
        }
        for (pack, rule) in self.risks() {
            making.add(pack, rule);
        }
        for list in self.lists() {
            let asked = format!("'{}'", list.id);
            if !making.rules.iter().any(|rule| rule.sql.contains(&asked)) {
                making.warnings.push(Fault::new(
                    &list.file,
                    list.line,
                    "no rule asks for this list",
                ));
            }
        }
        let Making { compiler, rules, clocks, warnings, faults } = making;
        if !faults.is_empty() {
            return Err(BookRefused::new(faults));
        }
        let mut packs: Vec<&Pack> = rules.iter().map(|rule| rule.pack).collect();
        packs.sort_by(|a, b| a.head.id.cmp(&b.head.id));
        packs.dedup_by(|a, b| a.head.id == b.head.id);
        let strictest = |at: usize| packs.iter().filter_map(|pack| pack.head.cutoffs[at]).min();
        let too_large = |says: String| {
            let folder = packs.first().map_or("the rulebook", |pack| pack.folder.as_str());
            BookRefused::new(vec![Fault::new(folder, 0, says)])
        };
        let program = compiler.finish([strictest(0), strictest(1), strictest(2)]);
        let program = program.map_err(|error| too_large(error.to_string()))?;
        let names: Vec<NameList> = self.lists().map(|list| list.names.clone()).collect();
        let tables = Tables::new(names, clocks).map_err(|error| too_large(error.to_string()))?;
        let mut hash = Sha256::new_with_prefix(HASH_PREFIX);
        packs.iter().for_each(|pack| hash.update(pack.hash));
        let hash = hash.finalize().into();
        Ok(RiskSet { rules, program, tables, lists, warnings, hash })
    }
}

impl<'a> Making<'a> {
    /// Every condition that a rule comes to.
    fn add(&mut self, pack: &'a Pack, rule: &'a RiskRule) {
        if let RiskForm::Scorecard(cutoffs) = &rule.form
            && let Err(faults) = self.check_card(rule, cutoffs)
        {
            return self.faults.extend(faults);
        }
        for line in rule.lines(pack.head.unless.as_deref()) {
            let at = self.rules.len() as u16;
            let condition = Condition::made(&line.sql, MADE_BYTES_MAX);
            let added = condition.and_then(|c| self.compiler.add(&c, line.ruling, rule.points));
            match added {
                Ok(Spoken::Sometimes) => {}
                Ok(Spoken::Always) => {
                    let says = "is always true";
                    self.warnings.push(Fault::new(&rule.body.file, rule.body.line, says));
                }
                Err(wrong) => self.faults.push(placed(rule, &wrong, rule.body.line - line.line)),
            }
            if let Some(clock) = rule.clock.filter(|_| line.ruling == Ruling::Hold) {
                self.clocks.push(HoldClock {
                    line: at,
                    hold_s: clock.hold_s,
                    at_end: clock.at_end,
                });
            }
            let (id, ruling, sql) = (line.id, line.ruling, line.sql);
            self.rules.push(SetRule { pack, rule, id, ruling, sql });
        }
    }

    /// Whether a scorecard's sum is one, and each of its cut-offs can be reached and be missed.
    fn check_card(
        &mut self,
        rule: &RiskRule,
        cutoffs: &[Option<(i32, usize)>; 3],
    ) -> Result<(), Vec<Fault>> {
        let read = Sum::read(&rule.body.sql).and_then(|sum| self.compiler.points(&sum));
        let (low, high) = read.map_err(|wrong| vec![placed(rule, &wrong, 0)])?;
        let mut faults = Vec::new();
        for (from, line) in cutoffs.iter().flatten() {
            let from = i128::from(*from);
            let says = if from > high {
                format!("{from} points are never reached: there are at most {high}")
            } else if from <= low {
                format!("{from} points are always reached: there are at least {low}")
            } else {
                continue;
            };
            faults.push(Fault::new(&rule.body.file, *line, says));
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}

/// A fault where it stands in the file; so many lines of the text were put before the rule's own.
fn placed(rule: &RiskRule, wrong: &Wrong, before: usize) -> Fault {
    let (line, column) = wrong.at.unwrap_or((1 + before, 1));
    // What was put before is of the head, which ends on the line before the SQL.
    match line.checked_sub(before).filter(|line| *line >= 1) {
        Some(line) => rule.body.fault_at(line, column, &wrong.says),
        None => Fault::new(&rule.body.file, rule.body.line.saturating_sub(1), &wrong.says),
    }
}
