//! People on a list: made-up names with a birth date and a country that is on no map. In a town with thieves
//! each of them lives under an ordinary customer's number, and somebody harmless has the same name. A list
//! to screen payments with is made of [`listed`]; every payment to one of them carries a label.

use crate::chart::purpose;
use crate::identity::{Fields, org_fields, person_fields};
use crate::label::{Label, Pattern};
use crate::rng::mix;
use crate::world::{Life, NONE, World, place_of};
use std::ops::Range;
use terms::{Day, PartyKind, Transfer};

/// The stage of a payment to somebody listed that belongs to no plan: wages, a friend's debt.
const IN_PASSING: u8 = 2;

/// Somebody on the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The name in characters.
    pub name: &'static str,
    /// The name in letters.
    pub name_latin: &'static str,
    /// Year, month, day.
    pub birth_date: &'static str,
    /// A code that ISO 3166-1 leaves to its users, so no country's.
    pub country: &'static str,
}

const LISTED: [Listed; 4] = [
    person("柯尔莫·瓦斯林", "Kolmo Vasslin", "1962-04-17", "XV"),
    person("仇无咎", "Qiu Wujiu", "1971-11-03", "XQ"),
    person("阿丹·塞拉比尔", "Adan Cerabil", "1979-08-25", "XC"),
    person("宓长庚", "Mi Changgeng", "1985-01-30", "XQ"),
];

const fn person(
    name: &'static str,
    name_latin: &'static str,
    birth_date: &'static str,
    country: &'static str,
) -> Listed {
    Listed { name, name_latin, birth_date, country }
}

/// Everybody on the list, the same in every town.
pub fn listed() -> &'static [Listed] {
    &LISTED
}

/// The list as CSV, with a line of column names.
pub fn listed_csv() -> String {
    let mut text = String::from("name,name_latin,birth_date,country\n");
    for Listed { name, name_latin, birth_date, country } in listed() {
        text.push_str(&format!("{name},{name_latin},{birth_date},{country}\n"));
    }
    text
}

/// Numbers of cases that belong to the listed themselves.
pub(crate) fn cases() -> Range<u32> {
    0..LISTED.len() as u32
}

impl World {
    /// Gives some of those who work the names and birth dates of the listed, and others their names alone.
    pub(crate) fn let_listed_in(&mut self) {
        let n = self.persons.len() as u32;
        for (nth, listed) in LISTED.iter().enumerate() {
            let Ok(birth) = Day::parse(listed.birth_date) else { continue };
            for namesake in [false, true] {
                let from = mix(self.seed, nth as u64 | 14 << 40 | u64::from(namesake) << 20);
                let at = (0..n).map(|step| ((from % u64::from(n)) as u32 + step) % n);
                let mut free = at.filter(|at| self.may_be_named(*at, birth));
                let Some(found) = free.next() else { continue };
                drop(free);
                if namesake {
                    self.namesakes.push((found, nth as u32));
                } else {
                    self.persons[found as usize].birth = birth;
                    self.listed.push((found, nth as u32));
                }
            }
        }
    }

    /// Works, has no such name yet, and nobody else would have the same resident number.
    fn may_be_named(&self, at: u32, birth: Day) -> bool {
        let person = &self.persons[at as usize];
        let named = self.listed.iter().chain(&self.namesakes).any(|(who, _)| *who == at);
        let number = (birth, person.district, person.id_serial);
        person.life == Life::Worker
            && person.head != at
            && !named
            && self.persons.iter().all(|p| (p.birth, p.district, p.id_serial) != number)
    }

    /// The kind of a customer and what identifies it.
    pub(crate) fn fields_of(&self, customer: u32) -> (PartyKind, Fields) {
        let orgs = self.orgs.len() as u32;
        let Some(who) = customer.checked_sub(orgs) else {
            let org = &self.orgs[customer as usize];
            return (PartyKind::Organisation, org_fields(self.seed, customer, org));
        };
        let mut fields = person_fields(self.seed, customer, &self.persons[who as usize]);
        let named = self.listed.iter().chain(&self.namesakes).find(|(at, _)| *at == who);
        if let Some((_, nth)) = named {
            let listed = &LISTED[*nth as usize];
            for (field, text) in &mut fields {
                match *field {
                    "name" => listed.name.clone_into(text),
                    "name_pinyin" => listed.name_latin.clone_into(text),
                    _ => {}
                }
            }
        }
        (PartyKind::Person, fields)
    }

    /// Which of the listed owns an account.
    pub(crate) fn listed_owner(&self, place: u32) -> Option<u32> {
        let owner = self.accounts.get(place as usize)?.owner;
        let who = owner.checked_sub(self.orgs.len() as u32).filter(|_| owner != NONE)?;
        self.listed.iter().find(|(at, _)| *at == who).map(|(_, nth)| *nth)
    }

    /// The label of a payment to one of the listed from somebody else; it belongs to `case`, or was made in
    /// passing.
    pub(crate) fn listed_label(&self, t: &Transfer, case: Option<u32>) -> Option<Label> {
        if self.listed.is_empty() {
            return None;
        }
        let [from, to] = [t.debit_account, t.credit_account].map(place_of);
        let (from, to) = (u32::try_from(from?).ok()?, u32::try_from(to?).ok()?);
        let nth = self.listed_owner(to)?;
        let payer = self.accounts.get(from as usize)?.owner;
        let from_bank = payer == NONE && t.code != purpose::FROM_OTHER_BANK;
        if from_bank || self.listed_owner(from) == Some(nth) {
            return None;
        }
        let stage = if case.is_some() { 1 } else { IN_PASSING };
        Some(Label { transfer: t.id, pattern: Pattern::Listed, case: case.unwrap_or(nth), stage })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_listed_live_in_town_beside_somebody_of_the_same_name() {
        let mut world = World::build(3, 1_000, Day::parse("2026-09-01").unwrap());
        world.let_listed_in();
        assert_eq!((world.listed.len(), world.namesakes.len()), (4, 4));
        let field = |who: u32, name: &str| {
            let (_, fields) = world.fields_of(who + world.orgs.len() as u32);
            fields.into_iter().find(|(field, _)| *field == name).unwrap().1
        };
        for ((who, nth), (other, _)) in world.listed.iter().zip(&world.namesakes) {
            let listed = &listed()[*nth as usize];
            assert_eq!(field(*who, "name"), listed.name);
            assert_eq!(field(*who, "birth_date"), listed.birth_date);
            assert_eq!(field(*other, "name_pinyin"), listed.name_latin);
            assert_ne!(field(*other, "birth_date"), listed.birth_date);
            let place = world.persons[*who as usize].account;
            assert_eq!(world.listed_owner(place), Some(*nth));
        }
        let numbers: BTreeSet<_> =
            world.persons.iter().map(|p| (p.birth, p.district, p.id_serial)).collect();
        assert_eq!(numbers.len(), world.persons.len());
        assert_eq!(listed_csv().lines().count(), 5);
    }
}
