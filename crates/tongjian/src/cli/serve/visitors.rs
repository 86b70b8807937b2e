//! People of a sample bank whom a visitor may be. `tj demo` writes the file; where it is not there, nobody can come in
//! without a key.

use crate::bank;
use crate::fail::{Done, Exit, Failure};
use access::{Access, NewPhone, NewUser, Role};
use api::identity::now_s;
use pages::house::Tour;
use serde::{Deserialize, Serialize};
use std::path::Path;
use terms::PartyId;

/// The file in a bank's folder.
const FILE: &str = "visitors.json";

/// Somebody whom a visitor may be.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Visitor {
    /// The name to sign in with.
    pub name: String,
    /// What they are called.
    pub called: String,
    /// Their role, as rights call it.
    pub role: String,
    /// Of a customer: the party, in decimal digits.
    pub party: Option<String>,
    /// A phone without an app, if they have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<SamplePhone>,
    /// Of whom visitors may try to pay: an account, in decimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

/// A phone without an app, of somebody who is made up.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SamplePhone {
    /// Its number.
    pub number: String,
    /// Its PIN, which nothing real depends on.
    pub pin: String,
    /// The language of its screens.
    pub lang: String,
}

/// The role of the customer whose accounts programs of developers may use.
pub const SANDBOX: &str = "sandbox";

/// The customer for programs of developers; `None` if there is none.
pub fn sandbox(folder: &Path) -> Option<PartyId> {
    let text = std::fs::read_to_string(folder.join(FILE)).ok()?;
    let visitors: Vec<Visitor> = serde_json::from_str(&text).ok()?;
    let one = visitors.into_iter().find(|visitor| visitor.role == SANDBOX)?;
    one.party?.parse().ok().map(PartyId)
}

/// Writes the file.
///
/// # Errors
/// The disk.
pub fn write(folder: &Path, visitors: &[Visitor]) -> Done {
    let failed = |error: std::io::Error| bank::disk_failed(folder, &error);
    let text = serde_json::to_string_pretty(visitors).map_err(|why| failed(why.into()))?;
    std::fs::write(folder.join(FILE), text + "\n").map_err(failed)
}

/// Whether a bank is made up and has such people.
pub fn are_there(folder: &Path) -> bool {
    folder.join(FILE).exists()
}

/// The phone of somebody of a sample bank; none in any other.
pub fn phone(folder: &Path) -> Option<SamplePhone> {
    let text = std::fs::read_to_string(folder.join(FILE)).ok()?;
    let visitors: Vec<Visitor> = serde_json::from_str(&text).ok()?;
    visitors.into_iter().find_map(|visitor| visitor.phone)
}

/// The tour of a sample bank, with its people let in; none in any other bank.
///
/// # Errors
/// The file cannot be read, or somebody in it cannot be let in.
pub fn tour(folder: &Path, access: &Access) -> Done<Option<Tour>> {
    if !are_there(folder) {
        return Ok(None);
    }
    let path = folder.join(FILE);
    let next = "make the sample bank anew: tj demo";
    let broken = |why: &dyn std::error::Error| {
        let what = format!("{} cannot be used", path.display());
        Failure::because(Exit::Failed, what, why, next)
    };
    let text = std::fs::read_to_string(&path).map_err(|why| broken(&why))?;
    let visitors: Vec<Visitor> = serde_json::from_str(&text).map_err(|why| broken(&why))?;
    let console = access.console();
    let known = access.users(&console, now_s()).map_err(|why| broken(&why))?;
    let stranger = visitors.iter().find_map(|visitor| visitor.account.clone());
    let (mut people, mut phones) = (Vec::new(), Vec::new());
    for visitor in visitors.into_iter().filter(|visitor| visitor.role != SANDBOX) {
        if !known.iter().any(|user| *user.name == *visitor.name) {
            let party =
                visitor.party.as_deref().and_then(|digits| digits.parse().ok()).map(PartyId);
            let roles: Vec<Role> = Role::from_word(&visitor.role).into_iter().collect();
            let new = NewUser { name: &visitor.name, roles: &roles, party, institution: None };
            access.sample_person(&new, now_s()).map_err(|why| broken(&why))?;
        }
        if let Some(SamplePhone { number, pin, lang }) = &visitor.phone {
            let new = NewPhone { number, pin, lang };
            access.sample_phone(&visitor.name, &new, now_s()).map_err(|why| broken(&why))?;
            phones.push((visitor.name.clone(), pin.clone()));
        }
        people.push((visitor.role, visitor.name, visitor.called));
    }
    Ok(Some(Tour { people, phones, stranger }))
}
