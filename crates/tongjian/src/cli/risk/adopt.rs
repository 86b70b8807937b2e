//! `tj risk rules adopt`: the compiled rules and their words become artifacts of the journal, and then a rule set.

use super::compiled;
use crate::answer::{must, say_with};
use crate::bank::Bank;
use crate::cli::Context;
use crate::cli::book::Book;
use crate::cli::forests::{golden_of, judging_bytes, load, vouched};
use crate::fail::{Done, Failure};
use crate::reasons::{parts, words_of};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::path::PathBuf;
use terms::{Command, HoldEnd, Refusal, RuleSet, RuleStage};

/// A whole, in millionths.
const WHOLE_PPM: f64 = 1_000_000.0;

/// Put rules into the journal and let them judge payments, or watch them first.
#[derive(Debug, clap::Args)]
pub struct Adopt {
    #[command(flatten)]
    book: Book,
    /// What people call the set.
    #[arg(long, default_value = "payments")]
    name: String,
    /// Who adopts it.
    #[arg(long, env = "USER", value_name = "NAME")]
    by: String,
    /// shadow (judges nothing), canary (some accounts) or active (every payment).
    #[arg(long, default_value = "active", value_parser = parse_stage)]
    stage: RuleStage,
    /// Of a canary: the share of accounts it judges, such as 0.05.
    #[arg(long, value_parser = parse_share, value_name = "SHARE")]
    share: Option<u32>,
    /// Of a canary: what it may let through that the active set would not have, in main units.
    #[arg(long, default_value_t = 100_000, value_name = "MONEY")]
    loss: u64,
    /// It ends by itself when it stops more than this share of payments; 1 is never.
    #[arg(long, default_value = "0.2", value_parser = parse_share, value_name = "SHARE")]
    stops: u32,
    /// Hours that a held payment waits for somebody to decide.
    #[arg(long, default_value_t = 24, value_name = "HOURS", value_parser = clap::value_parser!(u32).range(1..=8_760))]
    hold_hours: u32,
    /// What becomes of it then: refuse (it goes back to its payer) or release (it is posted).
    #[arg(long, default_value = "refuse", value_parser = parse_end, value_name = "WHAT")]
    at_end: HoldEnd,
    /// Two people must agree to release a held payment.
    #[arg(long)]
    four_eyes: bool,
    /// A model whose score the rules look at as model_ppm.
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Rows that vouch for the model; beside it, with `.golden.csv` at the end, unless given.
    #[arg(long, requires = "model", value_name = "FILE")]
    golden: Option<PathBuf>,
}

fn parse_stage(text: &str) -> Result<RuleStage, String> {
    let stages = [RuleStage::Shadow, RuleStage::Canary, RuleStage::Active];
    let known = stages.into_iter().find(|stage| stage.word() == text);
    known.ok_or_else(|| format!("{text} is none of shadow, canary and active"))
}

fn parse_end(text: &str) -> Result<HoldEnd, String> {
    let known = HoldEnd::ALL.into_iter().find(|end| end.word() == text);
    known.ok_or_else(|| format!("{text} is neither refuse nor release"))
}

/// A share between 0 and 1 in millionths.
fn parse_share(text: &str) -> Result<u32, String> {
    let share: f64 = text.parse().map_err(|_| format!("{text} is no number"))?;
    if !(0.0..=1.0).contains(&share) {
        return Err(format!("{text} is not between 0 and 1"));
    }
    Ok((share * WHOLE_PPM).round() as u32)
}

impl Adopt {
    /// Does it.
    ///
    /// # Errors
    /// Broken rules; refused; the bank cannot be opened.
    pub fn run(self, context: &Context) -> Done {
        let canary = self.stage == RuleStage::Canary;
        if canary != self.share.is_some() {
            return Err(Failure::usage(
                "a canary, and nothing else, has a --share of accounts",
                "give --stage canary --share 0.05, or neither",
            ));
        }
        let book = self.book.load()?;
        let set = compiled(&book)?;
        let model = match &self.model {
            Some(path) => {
                let forest = load(path)?;
                let golden = self.golden.clone().unwrap_or_else(|| golden_of(path));
                vouched(&forest, &golden)?;
                Some(judging_bytes(&forest)?)
            }
            None => None,
        };
        let mut bank = context.bank()?;
        let model = match model {
            Some(bytes) => Some(keep(&mut bank, &bytes)?),
            None => None,
        };
        let program = keep(&mut bank, &set.program.to_bytes())?;
        let words = keep(&mut bank, &words_of(&set))?;
        let tables = match &set.tables {
            tables if tables.is_empty() => None,
            tables => Some(keep(&mut bank, &tables.to_bytes())?),
        };
        let adopted = RuleSet {
            name: self.name,
            program,
            words,
            model,
            stage: self.stage,
            share_ppm: self.share.unwrap_or(0),
            loss_max: if canary { self.loss.saturating_mul(1_000) } else { 0 },
            stopped_ppm_max: self.stops,
            hold_s: self.hold_hours * 3_600,
            at_end: self.at_end,
            tables,
            four_eyes: self.four_eyes,
            by: self.by,
        };
        let answers = bank.ask(vec![Command::AdoptRules(adopted)])?;
        let number = bank.node.engine().rule_sets().count();
        let more = json!({ "rule_set": number, "rules": set.rules.len() });
        let said = say_with(&context.out, &bank, &answers, more);
        if said.is_ok() {
            let rules = set.rules.len();
            context
                .out
                .line(format_args!("    rule set {number} with {rules} rules; see `tj risk sets`"));
        }
        bank.close()?;
        said
    }
}

/// Keeps something in the journal, part by part; what is there already, whole or from an adoption that was broken off,
/// stays as it is.
///
/// # Errors
/// Refused, or the journal failed.
fn keep(bank: &mut Bank, bytes: &[u8]) -> Done<[u8; 32]> {
    let artifact: [u8; 32] = Sha256::digest(bytes).into();
    if bank.node.engine().artifact(&artifact).is_some() {
        return Ok(artifact);
    }
    for part in parts(bytes) {
        let answers = bank.ask(vec![part])?;
        let there = answers.iter().all(|a| a.event.outcome() == Err(Refusal::Exists));
        if !there {
            must("keeping a part of the rule set", &answers)?;
        }
    }
    Ok(artifact)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;
    use terms::ArtifactPart;
    use terms::limits::PART_BYTES_MAX;

    /// A bank, and something that takes three parts to keep.
    fn bank(name: &str) -> (PathBuf, Bank, Vec<u8>) {
        let folder = std::env::temp_dir().join(format!("tj-adopt-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let settings = Settings { segment_mib: 2, ..Settings::default() };
        let bank = Bank::create(&folder, "bank.example/log", settings).unwrap();
        let bytes = (0..2 * PART_BYTES_MAX + 100).map(|at| (at % 251) as u8).collect();
        (folder, bank, bytes)
    }

    fn ask(bank: &mut Bank, part: Command) -> Result<(), Refusal> {
        bank.ask(vec![part]).unwrap()[0].event.outcome()
    }

    #[test]
    fn an_adoption_that_was_broken_off_goes_on_where_it_was() {
        let (folder, mut bank, bytes) = bank("broken-off");
        let first = parts(&bytes).remove(0);
        assert_eq!(ask(&mut bank, first), Ok(()));
        // The program ends here, without a word.
        drop(bank);
        let mut bank = Bank::open(&folder).unwrap();
        let before = bank.node.engine().records();
        let hash = keep(&mut bank, &bytes).unwrap();
        assert_eq!(bank.node.engine().artifact(&hash), Some(&bytes[..]));
        let asked = bank.node.engine().records() - before;
        assert_eq!(asked, 3, "the first is there already, and says so; two are kept");
        drop(bank);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_wrong_upload_blocks_no_right_one() {
        let (folder, mut bank, bytes) = bank("wrong");
        let artifact: [u8; 32] = Sha256::digest(&bytes).into();
        let size = bytes.len() as u32;
        let wrong = |size, at: usize, bytes: &[u8]| {
            Command::KeepPart(ArtifactPart { artifact, size, at: at as u32, bytes: bytes.to_vec() })
        };
        // First another size, then the right size and a wrong middle.
        assert_eq!(ask(&mut bank, wrong(size + 1, 0, &bytes[..9])), Ok(()));
        let right = parts(&bytes);
        assert_eq!(ask(&mut bank, right[0].clone()), Ok(()));
        assert_eq!(ask(&mut bank, wrong(size, PART_BYTES_MAX, &[7; PART_BYTES_MAX])), Ok(()));
        let last = ask(&mut bank, right[2].clone());
        assert_eq!(last, Err(Refusal::ArtifactBroken));
        let hash = keep(&mut bank, &bytes).unwrap();
        assert_eq!(bank.node.engine().artifact(&hash), Some(&bytes[..]));
        // Once it is whole it stays.
        assert_eq!(ask(&mut bank, wrong(size, 0, &[7; 9])), Err(Refusal::PartOutOfPlace));
        assert_eq!(ask(&mut bank, wrong(size + 1, 0, &[7; 9])), Err(Refusal::PartOutOfPlace));
        bank.close().unwrap();
        let bank = Bank::open(&folder).unwrap();
        assert_eq!(bank.node.engine().artifact(&hash), Some(&bytes[..]));
        drop(bank);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
