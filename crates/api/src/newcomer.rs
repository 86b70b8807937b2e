//! A newcomer on the bank's lists: what is noted with the registration, and what a person says of it later. Whoever resembles a
//! listed person gets a case.

use crate::bank::Bank;
use crate::call::Call;
use crate::problem::Problem;
use journal::vault::Fields;
use terms::limits::TEXT_BYTES_MAX;
use terms::{
    CaseAct, CaseStep, Command, PartyId, PartyKind, Screening, ScreeningResult, TransferId,
};

/// Who opens the cases of those who resemble somebody.
const BY: &str = "screening";

/// Looks up somebody who is being registered: what is to be noted with it, and what it came to. Nothing where the bank has no
/// lists.
///
/// # Errors
/// The caller waited too long.
pub async fn of_newcomer(
    call: &Call,
    party: PartyId,
    kind: PartyKind,
    fields: &Fields,
) -> Result<(Vec<Command>, Option<ScreeningResult>), Problem> {
    let Some(screens) = call.bank.screens.clone() else { return Ok((Vec::new(), None)) };
    let fields = fields.clone();
    let found = call.blocking(move |_| Ok((screens.lists(), screens.look(kind, &fields))));
    let (lists, hits) = found.await?;
    let best = hits.first();
    let result = if best.is_some() { ScreeningResult::Possible } else { ScreeningResult::Clear };
    let entry = best.map(|hit| named(&hit.list, &hit.entry)).unwrap_or_default();
    let score = best.map_or(0, |hit| hit.score);
    let noted = Screening { party, lists, result, entry: entry.clone(), score, by: String::new() };
    let mut commands = vec![Command::RecordScreening(noted)];
    if best.is_some() {
        commands.push(Command::WorkCase(CaseAct {
            case: engine::party_case(party),
            by: BY.to_owned(),
            step: CaseStep::Open,
            text: entry,
            other: TransferId(party.0),
            mark: None,
        }));
    }
    Ok((commands, Some(result)))
}

/// An entry of a list, as far as a text of the journal has room.
fn named(list: &str, entry: &str) -> String {
    let mut all = format!("{list} {entry}");
    all.truncate(all.floor_char_boundary(TEXT_BYTES_MAX));
    all
}

/// What somebody said who compared a customer with the one on the list.
pub fn decided(bank: &Bank, party: PartyId, is_listed: bool, by: &str) -> Command {
    let result = if is_listed { ScreeningResult::Confirmed } else { ScreeningResult::Clear };
    let lists = bank.screens.as_ref().map_or([0; 32], |screens| screens.lists());
    Command::RecordScreening(Screening {
        party,
        lists,
        result,
        entry: String::new(),
        score: 0,
        by: by.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_fits_whatever_a_list_is_called() {
        assert_eq!(named("house", "4"), "house 4");
        let long = named(&"名".repeat(200), "4");
        assert!(long.len() <= TEXT_BYTES_MAX && long.ends_with('名'), "{}", long.len());
    }
}
