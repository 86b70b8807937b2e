//! Phones without an app: a menu on one small screen, over any gateway that carries what was typed (`docs/text.md`). Begin with
//! `dialogue.rs`, which knows nothing but what was said; `places.rs` has its screens and `screen.rs` makes them fit;
//! `asking.rs` asks the bank in the name of who is on the phone; `talker.rs` keeps the dialogues and their bounds;
//! `messages.rs` has the short messages.

mod screen;
mod facts;
mod places;
mod dialogue;
mod asking;
mod messages;
mod talker;

use crate::house::House;
use std::sync::Arc;

/// Opens the door for phones.
pub fn open(house: &Arc<House>) {
    house.open_text(talker::Talker::of(house));
}
