//! The bench for rules, with whoever understands their text and the files of models: the readers of packs and of forests.

use crate::fail::{Done, Exit, Failure};
use crate::reasons::reasons_of;
use api::bench::{Bench, Compiled, Compiler, ReadModel, TextFault, TextList};
use forest::Forest;
use models::golden;
use rulebook::{BookRefused, Fault, RiskSet, Rulebook, book_of, list_word};
use std::path::Path;
use std::sync::Arc;

/// Where proposals are kept, in a bank's folder.
const RULES: &str = "rules";

/// The bench of a bank.
///
/// # Errors
/// What is kept there cannot be read.
pub fn bench(folder: &Path) -> Done<Arc<Bench>> {
    let opened = Bench::open(&folder.join(RULES), Arc::new(Packs));
    opened.map(Arc::new).map_err(|error| {
        let next =
            "restore the file from a copy, or move it away: adopted rules stand in the journal";
        Failure::because(Exit::Failed, "the proposed rules cannot be opened", &error, next)
    })
}

/// The reader of packs.
pub struct Packs;

impl Compiler for Packs {
    fn compile(&self, text: &str) -> Result<Compiled, Vec<TextFault>> {
        let read = book_of(text).map_err(told)?;
        if read.book.risks().next().is_none() {
            let says = "no rule here judges payments: a rule's head says `kind = \"risk\"`";
            return Err(vec![fault(Fault::new("", 1, says))]);
        }
        let set = read.book.risk_set().map_err(|refused| told(read.placed(refused)))?;
        let warnings = read.placed_all(&set.warnings);
        Ok(compiled(&read.book, &set, warnings))
    }

    fn shipped(&self) -> String {
        let book = rulebook::shipped();
        book.risk_set().ok().and_then(|set| set.text()).unwrap_or_default()
    }

    fn model(&self, file: &[u8]) -> Result<ReadModel, String> {
        let form = models::read::form(file).to_string();
        let forest = models::read(file).map_err(|wrong| wrong.to_string())?;
        Ok(ReadModel { form, bytes: forest.to_bytes() })
    }

    fn vouched(&self, model: &[u8], golden: &[u8]) -> Result<u64, String> {
        let forest = Forest::of_bytes(model).map_err(|wrong| wrong.to_string())?;
        let text = std::str::from_utf8(golden).map_err(|_| "golden rows are text in UTF-8")?;
        let rows = golden::read(text, &forest).map_err(|wrong| wrong.to_string())?;
        golden::check(&forest, &rows).map_err(|wrong| wrong.to_string())?;
        Ok(rows.len() as u64)
    }
}

fn compiled(book: &Rulebook, set: &RiskSet<'_>, warnings: Vec<Fault>) -> Compiled {
    let list = |list: &rulebook::BookList| TextList {
        id: list.id.clone(),
        of: list_word(list.names.of()),
        names: list.names.len(),
        says: list.says.clone(),
        says_zh: list.says_zh.clone(),
    };
    Compiled {
        program: set.program.clone(),
        tables: set.tables.clone(),
        reasons: reasons_of(set),
        lists: book.lists().map(list).collect(),
        warnings: warnings.into_iter().map(fault).collect(),
    }
}

fn fault(Fault { file, line, column, reason }: Fault) -> TextFault {
    TextFault { file, line, column, says: reason }
}

fn told(refused: BookRefused) -> Vec<TextFault> {
    refused.faults.into_iter().map(fault).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_rules_are_sound_and_a_wrong_word_has_its_line() {
        let text = Packs.shipped();
        let read = Packs.compile(&text).unwrap();
        assert_eq!(read.reasons.len(), rulebook::shipped().risk_set().unwrap().rules.len());
        let wrong = text.replace("amount >= 20000", "amuont >= 20000");
        let faults = Packs.compile(&wrong).unwrap_err();
        let line = wrong.lines().position(|line| line.contains("amuont")).unwrap() + 1;
        assert_eq!((faults.len(), faults[0].line), (1, line), "{faults:?}");
        assert!(faults[0].column > 1 && faults[0].says.contains("amuont"), "{faults:?}");
    }
}
