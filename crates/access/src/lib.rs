//! Who is it, and may they: one answer for every door. Read in this order: `action`, `resource` and `principal`
//! (the words), `asked`, `note` and `failed` (what goes in and comes out), `settings`, `policies` (the rights),
//! then `access`, which puts it all together. No network and no rule about money lives here.

mod action;
mod resource;
mod principal;
mod note;
mod failed;
mod asked;
mod settings;
mod policies;
mod access;

pub use access::Access;
pub use action::Action;
pub use asked::{
    ActId, ActKind, ActView, Allowed, Approved, Asked, Came, ClientView, CodeOffer, Given, Issued,
    LinkKind, LinkView, NewClient, NewUser, OneTimeLink, PasskeyView, SessionView, Shown, SignedIn,
    Signing, TokenRequest, UserView,
};
pub use failed::{AccessFailed, Denied, OAuthRefused, Refused, Why};
pub use note::{AccessNote, Noted, Notes};
pub use policies::Policies;
pub use principal::{Principal, PrincipalKind, Role, Scope, SessionId};
pub use resource::{Holder, Resource, ResourceKind, SteppedUp};
pub use settings::Settings;
