//! What a payment really was: the truth about thieves, which stands in no journal. A label names the
//! transfer, the pattern, the case and the stage of the case; labels are written as CSV and read back.

use std::fmt;
use terms::TransferId;

/// The first line of labels as CSV.
pub const LABEL_COLUMNS: &str = "transfer,pattern,case,stage";

macro_rules! patterns {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {
        /// What thieves do. The order is that of the documentation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Pattern {
            $($(#[$doc])* $name,)*
        }

        impl Pattern {
            /// All of them.
            pub const ALL: &[Pattern] = &[$(Pattern::$name),*];

            /// Its word in files.
            pub fn word(self) -> &'static str {
                match self {
                    $(Pattern::$name => $word,)*
                }
            }
        }
    };
}

patterns! {
    /// Many pay one.
    FanIn = "fan_in";
    /// One pays many.
    FanOut = "fan_out";
    /// Money goes round and comes back to where it began, a little less each time.
    Cycle = "cycle";
    /// One pays several, who all pay the same other one.
    ScatterGather = "scatter_gather";
    /// Several pay one, who pays several others.
    GatherScatter = "gather_scatter";
    /// Each of several pays each of several others.
    Bipartite = "bipartite";
    /// Two such layers, one behind the other.
    Stack = "stack";
    /// Much money in parts that stay just below a threshold.
    Structuring = "structuring";
    /// Somebody's account lets money pass through.
    Mule = "mule";
    /// An account that nobody used is emptied, or filled and emptied.
    Dormant = "dormant";
    /// A stranger pays from somebody's account, from a device of the stranger's.
    Takeover = "takeover";
    /// Somebody old is talked into paying.
    Talked = "talked";
    /// Payment to somebody on a list.
    Listed = "listed";
}

impl Pattern {
    /// The pattern of a word.
    pub fn of_word(word: &str) -> Option<Pattern> {
        Pattern::ALL.iter().copied().find(|pattern| pattern.word() == word)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A payment of a thief's, or to somebody on a list, that the bank did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// The payment.
    pub transfer: TransferId,
    /// What it belongs to.
    pub pattern: Pattern,
    /// Which case; no two cases of a town have the same number.
    pub case: u32,
    /// Which step of the case: 0 brings the money it begins with, the others are the pattern's own.
    pub stage: u8,
}

impl fmt::Display for Label {
    /// A line of CSV.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{},{},{}", self.transfer, self.pattern, self.case, self.stage)
    }
}

/// A line of labels that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongLabel {
    /// Which line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: String,
}

impl fmt::Display for WrongLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "labels line {}: {}", self.line, self.why)
    }
}

impl std::error::Error for WrongLabel {}

/// Labels as CSV, with a line of column names.
pub fn write_labels(labels: &[Label]) -> String {
    let mut text = format!("{LABEL_COLUMNS}\n");
    for label in labels {
        text.push_str(&format!("{label}\n"));
    }
    text
}

/// Reads labels back.
///
/// # Errors
/// The first line that is not as [`write_labels`] writes it.
pub fn read_labels(text: &str) -> Result<Vec<Label>, WrongLabel> {
    let mut lines = text.lines().enumerate();
    if lines.next().map(|(_, head)| head) != Some(LABEL_COLUMNS) {
        return Err(WrongLabel { line: 1, why: format!("is not {LABEL_COLUMNS:?}") });
    }
    lines.map(|(at, line)| label_of(line).map_err(|why| WrongLabel { line: at + 1, why })).collect()
}

fn label_of(line: &str) -> Result<Label, String> {
    let fields: Vec<&str> = line.split(',').collect();
    let [transfer, pattern, case, stage] = fields[..] else {
        return Err(format!("has {} fields, not 4", fields.len()));
    };
    let number = |text: &str, what: &str| -> Result<u128, String> {
        text.parse().map_err(|_| format!("{text:?} is no number of a {what}"))
    };
    let small = |number: u128, what: &str| format!("{number} is too large for a {what}");
    let (case, stage) = (number(case, "case")?, number(stage, "stage")?);
    Ok(Label {
        transfer: TransferId(number(transfer, "transfer")?),
        pattern: Pattern::of_word(pattern).ok_or_else(|| format!("{pattern:?} is no pattern"))?,
        case: case.try_into().map_err(|_| small(case, "case"))?,
        stage: stage.try_into().map_err(|_| small(stage, "stage"))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read_as_they_were_written() {
        let labels: Vec<Label> = (1..)
            .zip(Pattern::ALL)
            .map(|(n, pattern)| Label {
                transfer: TransferId(202_609_010_000_000_000 + u128::from(n)),
                pattern: *pattern,
                case: n * 7,
                stage: n as u8,
            })
            .collect();
        assert_eq!(labels.len(), 13);
        assert_eq!(read_labels(&write_labels(&labels)), Ok(labels));
    }

    #[test]
    fn a_wrong_line_is_named() {
        let wrong = |line: &str| {
            read_labels(&format!("{LABEL_COLUMNS}\n7,cycle,1,2\n{line}\n")).unwrap_err()
        };
        assert_eq!(wrong("7,cycle,1"), WrongLabel { line: 3, why: "has 3 fields, not 4".into() });
        assert_eq!(wrong("7,bicycle,1,2").to_string(), "labels line 3: \"bicycle\" is no pattern");
        assert_eq!(wrong("7,cycle,1,300").why, "300 is too large for a stage");
        assert_eq!(wrong("x,cycle,1,3").why, "\"x\" is no number of a transfer");
        assert_eq!(read_labels("a\n").unwrap_err().line, 1);
    }
}
