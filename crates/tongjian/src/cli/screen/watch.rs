//! Screening by itself: whoever is registered is looked up on the bank's own lists at once, and when a list has changed,
//! everybody is looked up in what changed. Whoever resembles a listed person gets a case. The lists that everybody was
//! looked up on last lie in the bank's folder, under `lists/`.

use super::{best_of, entry_of, hits_of, same, screening_of};
use crate::answer::must;
use crate::bank::{Bank, Known};
use crate::cli::Context;
use crate::cli::lists::{Lists, digest};
use crate::fail::{Done, Exit, Failure};
use journal::vault::Fields;
use screening::list::{List, difference};
use screening::{Hit, Screen};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use terms::{CaseAct, CaseStep, Command, Party, PartyId, PartyKind, TransferId};

/// Who opens the cases.
const BY: &str = "screening";
/// Parties that are noted in one request.
const TOGETHER: usize = 500;

/// The bank's lists, ready to look people up.
pub struct Watch {
    screen: Screen,
    hash: [u8; 32],
}

/// What looking people up came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// How many were looked up.
    pub parties: usize,
    /// How many of them resemble somebody listed.
    pub hits: usize,
}

impl Watch {
    /// The bank's lists, if its settings name any, once everybody was looked up in what changed in them.
    ///
    /// # Errors
    /// A list cannot be read, and then nobody is registered unseen; the journal failed.
    pub fn of(context: &Context, bank: &mut Bank) -> Done<Option<(Watch, Looked)>> {
        let lists = Lists::of_bank(&bank.settings.lists, &context.dir);
        if lists.is_empty() {
            return Ok(None);
        }
        let kept = context.dir.join("lists");
        let new = lists.load()?;
        let (screen, hash) = (Screen::new(&new.iter().collect::<Vec<_>>()), digest(&new));
        let watch = Watch { screen, hash };
        let older = kept_lists(&kept, &lists).load()?;
        let looked = if digest(&older) == hash {
            Looked::default()
        } else {
            let looked = watch.everybody(bank, &new, &older)?;
            // What is kept says on what everybody was looked up; after a crash before this they are looked up again.
            keep(&kept, &lists)?;
            looked
        };
        Ok(Some((watch, looked)))
    }

    /// Everybody the bank knows: in all of the lists at first, later in what changed.
    fn everybody(&self, bank: &mut Bank, new: &[List], older: &[List]) -> Done<Looked> {
        let changed: Vec<Screen> = new
            .iter()
            .map(|list| match older.iter().find(|old| same(old, list)) {
                Some(old) => self.screen.changed(&list.source, &difference(old, list)),
                None => Screen::new(&[list]),
            })
            .collect();
        let first = older.is_empty();
        let screens: Vec<&Screen> =
            if first { vec![&self.screen] } else { changed.iter().collect() };
        let parties = bank.node.engine().parties().filter(|(_, erased)| !erased);
        let parties: Vec<Party> = parties.map(|(party, _)| party.clone()).collect();
        let known = parties.into_iter().filter_map(|party| match bank.known(&party, false) {
            Known::Fields(fields) => Some((party.id, party.kind, fields)),
            Known::Erased | Known::Unreadable(_) => None,
        });
        let known: Vec<(PartyId, PartyKind, Fields)> = known.collect();
        // Where only what changed is looked at, nobody is cleared of what did not change.
        self.note(bank, &screens, &known, first)
    }

    /// One hash of the lists, as a screening names them.
    pub fn digest(&self) -> [u8; 32] {
        self.hash
    }

    /// How many names stand on the lists.
    pub fn names(&self) -> usize {
        self.screen.names()
    }

    /// Whom somebody resembles, the likeliest first, each listed once.
    pub fn hits(&self, kind: PartyKind, fields: &Fields) -> Vec<Hit<'_>> {
        let mut hits: Vec<Hit<'_>> = hits_of(&[&self.screen], kind, fields).collect();
        hits.sort_by_key(|hit| std::cmp::Reverse(hit.score));
        let mut seen = BTreeSet::new();
        hits.retain(|hit| seen.insert(entry_of(hit)));
        hits
    }

    /// Looks up people who were just registered.
    ///
    /// # Errors
    /// The journal failed.
    pub fn look_up(
        &self,
        bank: &mut Bank,
        people: &[(PartyId, PartyKind, Fields)],
    ) -> Done<Looked> {
        self.note(bank, &[&self.screen], people, true)
    }

    fn note(
        &self,
        bank: &mut Bank,
        screens: &[&Screen],
        people: &[(PartyId, PartyKind, Fields)],
        clears: bool,
    ) -> Done<Looked> {
        let mut looked = Looked { parties: people.len(), hits: 0 };
        for some in people.chunks(TOGETHER) {
            let mut request = Vec::new();
            for (party, kind, fields) in some {
                let best = best_of(screens, *kind, fields);
                if best.is_some() || clears {
                    let screening = screening_of(*party, self.hash, best.as_ref());
                    request.push(Command::RecordScreening(screening));
                }
                let Some(hit) = best else { continue };
                looked.hits += 1;
                let case = engine::party_case(*party);
                // A case that was closed opens again by the new result.
                if bank.node.engine().cases().all(|known| known.transfer != case) {
                    let (by, text) = (BY.to_owned(), entry_of(&hit));
                    let (step, other) = (CaseStep::Open, TransferId(party.0));
                    let open = CaseAct { case, by, step, text, other, mark: None };
                    request.push(Command::WorkCase(open));
                }
            }
            if !request.is_empty() {
                must("noting who is listed", &bank.ask(request)?)?;
            }
        }
        Ok(looked)
    }
}

impl Looked {
    /// As people read it, if there is anything to say.
    pub fn tell(self, context: &Context) {
        if self.parties > 0 {
            context.out.line(format_args!(
                "    {} looked up on the bank's lists, {} resemble somebody listed; see `tj case list`",
                self.parties, self.hits
            ));
        }
    }
}

/// Files of a list, and where its copy lies.
fn copies(kept: &Path, lists: &Lists) -> Vec<(PathBuf, PathBuf)> {
    let mut copies = Vec::new();
    if let Some(folder) = &lists.ofac {
        for name in ["sdn.csv", "alt.csv", "add.csv", "sdn_comments.csv"] {
            copies.push((folder.join(name), kept.join("ofac").join(name)));
        }
    }
    copies.extend(lists.un.iter().map(|file| (file.clone(), kept.join("un.xml"))));
    copies.extend(lists.house.iter().map(|file| (file.clone(), kept.join("house.csv"))));
    copies
}

/// The copies of these lists, as far as there are any.
fn kept_lists(kept: &Path, lists: &Lists) -> Lists {
    let there = |path: PathBuf| path.exists().then_some(path);
    Lists {
        ofac: lists
            .ofac
            .as_ref()
            .and_then(|_| there(kept.join("ofac/sdn.csv")))
            .map(|_| kept.join("ofac")),
        un: lists.un.as_ref().and_then(|_| there(kept.join("un.xml"))),
        house: lists.house.as_ref().and_then(|_| there(kept.join("house.csv"))),
    }
}

/// Copies the lists, each file whole or not at all.
fn keep(kept: &Path, lists: &Lists) -> Done {
    let failed = |error: std::io::Error| {
        let what = format!("the lists cannot be kept in {}", kept.display());
        Failure::because(
            Exit::Failed,
            what,
            &error,
            "see to the disk; they are looked up again next time",
        )
    };
    std::fs::create_dir_all(kept.join("ofac")).map_err(failed)?;
    for (from, to) in copies(kept, lists) {
        if from.exists() {
            let unfinished = to.with_extension("unfinished");
            std::fs::copy(&from, &unfinished).map_err(failed)?;
            std::fs::rename(&unfinished, &to).map_err(failed)?;
        }
    }
    Ok(())
}
