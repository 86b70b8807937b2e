//! Who may come to the tables: whoever has a pass of this bank, with the rights that count now.

use access::{Access, Why};
use api::identity::now_s;
use channels::keeper::{Asker, Doorkeeper, TurnedAway};
use std::net::IpAddr;
use std::sync::Arc;

/// Asks the bank's identities.
pub struct Keeper(pub Arc<Access>);

impl Doorkeeper for Keeper {
    fn asker(&self, pass: &str, address: Option<IpAddr>) -> Result<Asker, TurnedAway> {
        let known = self.0.shows_pass(pass, address, now_s());
        let (who, personal) = known.map_err(|denied| match denied.why {
            Why::NotAllowed => TurnedAway::NotAllowed,
            _ => TurnedAway::Unknown,
        })?;
        Ok(Asker { name: Arc::clone(&who.id), personal })
    }
}
