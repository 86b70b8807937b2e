//! The bank's lists of people it must not serve, as a door asks them; who reads and matches them is behind [`Screens`].

use journal::vault::Fields;
use schemars::JsonSchema;
use serde::Serialize;
use terms::PartyKind;

/// Somebody listed whom the one asked about resembles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Likeness {
    /// Whose list.
    pub list: String,
    /// Which entry of it.
    pub entry: String,
    /// Which of the entry's names.
    pub name: String,
    /// From the threshold to 1000.
    #[schemars(range(max = 1000))]
    pub score: u16,
    /// What speaks for it and against it.
    pub reasons: Vec<LikenessReason>,
}

/// What speaks for or against a likeness.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LikenessReason {
    /// In English.
    pub en: String,
    /// In Chinese.
    pub zh: String,
}

/// Looks names up on the bank's lists.
pub trait Screens: Send + Sync + 'static {
    /// One hash of all the lists, as a screening names them.
    fn lists(&self) -> [u8; 32];
    /// How many names stand on them.
    fn names(&self) -> usize;
    /// Whom somebody resembles, the likeliest first.
    fn look(&self, kind: PartyKind, fields: &Fields) -> Vec<Likeness>;
}
