//! The bank's lists while it is served: whoever is registered through a door is looked up at once.

use crate::bank::Bank;
use crate::cli::Context;
use crate::cli::screen::Watch;
use crate::fail::Done;
use api::listed::{Likeness, LikenessReason, Screens};
use journal::vault::Fields;
use std::sync::Arc;
use terms::PartyKind;

struct Lookout(Watch);

/// The bank's lists, once everybody was looked up in what changed in them; `None` if its settings name none.
///
/// # Errors
/// A list cannot be read, and then nothing is served: nobody is registered unseen.
pub fn open(context: &Context, bank: &mut Bank) -> Done<Option<Arc<dyn Screens>>> {
    let Some((watch, looked)) = Watch::of(context, bank)? else { return Ok(None) };
    looked.tell(context);
    Ok(Some(Arc::new(Lookout(watch))))
}

impl Screens for Lookout {
    fn lists(&self) -> [u8; 32] {
        self.0.digest()
    }

    fn names(&self) -> usize {
        self.0.names()
    }

    fn look(&self, kind: PartyKind, fields: &Fields) -> Vec<Likeness> {
        let told = self.0.hits(kind, fields).into_iter().map(|hit| {
            let said = |reason: &screening::Reason| LikenessReason {
                en: reason.english(),
                zh: reason.chinese(),
            };
            Likeness {
                list: hit.source.to_string(),
                entry: hit.entry.id.clone(),
                name: hit.name.text.clone(),
                score: hit.score,
                reasons: hit.reasons.iter().map(said).collect(),
            }
        });
        told.collect()
    }
}
