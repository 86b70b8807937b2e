//! The risk rules of a rulebook as one program: every condition compiled, or every fault told.

use crate::condition::{Compiler, Condition, Spoken};
use crate::fault::{BookRefused, Fault};
use crate::pack::Pack;
use crate::rule::RiskRule;
use crate::rulebook::Rulebook;
use engine::risk::Program;
use sha2::{Digest, Sha256};

/// What the hash of a rule set begins with, so that it is no hash of anything else.
const HASH_PREFIX: &[u8] = b"tongjian risk set v1\0";

/// Rules that judge payments together.
#[derive(Clone, Debug)]
pub struct RiskSet<'a> {
    /// The rules in the order of the program's conditions, each with its pack.
    pub rules: Vec<(&'a Pack, &'a RiskRule)>,
    /// What the engine runs.
    pub program: Program,
    /// What is allowed and perhaps not meant: conditions that are always true.
    pub warnings: Vec<Fault>,
    /// SHA-256 over `tongjian risk set v1`, a byte 0x00 and the hashes of the packs in the order of their ids.
    pub hash: [u8; 32],
}

impl Rulebook {
    /// All risk rules together; scores are cut where the strictest pack says.
    ///
    /// # Errors
    /// Every rule whose condition is wrong, by file and line.
    pub fn risk_set(&self) -> Result<RiskSet<'_>, BookRefused> {
        let mut compiler = Compiler::default();
        let (mut rules, mut warnings, mut faults) = (Vec::new(), Vec::new(), Vec::new());
        for (pack, rule) in self.risks() {
            let condition = Condition::read(&rule.body.sql);
            let added = condition.and_then(|c| compiler.add(&c, rule.ruling, rule.points));
            match added {
                Ok(Spoken::Sometimes) => {}
                Ok(Spoken::Always) => {
                    warnings.push(Fault::new(&rule.body.file, rule.body.line, "is always true"));
                }
                Err(wrong) => {
                    let (line, column) = wrong.at.unwrap_or((1, 1));
                    faults.push(rule.body.fault_at(line, column, &wrong.says));
                }
            }
            rules.push((pack, rule));
        }
        if !faults.is_empty() {
            return Err(BookRefused::new(faults));
        }
        let mut packs: Vec<&Pack> = rules.iter().map(|(pack, _)| *pack).collect();
        packs.sort_by(|a, b| a.head.id.cmp(&b.head.id));
        packs.dedup_by(|a, b| a.head.id == b.head.id);
        let strictest = |at: usize| packs.iter().filter_map(|pack| pack.head.cutoffs[at]).min();
        let program = compiler.finish([strictest(0), strictest(1), strictest(2)]);
        let program = program.map_err(|error| {
            let folder = packs.first().map_or("the rulebook", |pack| pack.folder.as_str());
            BookRefused::new(vec![Fault::new(folder, 0, error.to_string())])
        })?;
        let mut hash = Sha256::new_with_prefix(HASH_PREFIX);
        packs.iter().for_each(|pack| hash.update(pack.hash));
        Ok(RiskSet { rules, program, warnings, hash: hash.finalize().into() })
    }
}
