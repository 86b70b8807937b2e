//! Who is it, and may they: one answer for every door. Read in this order: `action`, `resource` and `principal`
//! (the words), `asked`, `note` and `failed` (what goes in and comes out), `policies`
//! (the rights), `secret`, `once`, `jose`, `dpop`, `passkey`, `password` and `codes` (what is shown and how it is checked),
//! `store` (what is kept), then `access`, which puts it all together. No network and no rule about money lives here.

mod action;
mod resource;
mod principal;
mod note;
mod failed;
mod asked;
mod policies;
mod secret;
mod once;
mod jose;
mod dpop;
mod passkey;
mod password;
mod store;
mod codes;
mod codes_kept;
mod challenge;
mod guesses;
mod tokens;
mod settings;
mod access;

pub use access::{Access, CARD_CODES, TablePass};
pub use action::Action;
pub use asked::{
    ActId, ActKind, ActView, Allowed, Approved, Asked, Came, CardView, ClientView, CodeOffer,
    CustomerUser, Given, HelpWord, Issued, LinkKind, LinkView, NewClient, NewPhone, NewUser,
    OneTimeLink, PasskeyView, PhoneView, Sandbox, SessionView, Shown, SignedIn, Signing,
    SigningAct, SigningUpload, ToSign, TokenRequest, UserView,
};
pub use failed::{AccessFailed, Denied, OAuthRefused, Refused, Why};
pub use note::{AccessNote, Noted, Notes};
pub use policies::Policies;
pub use principal::{Principal, PrincipalKind, Role, Scope, SessionId};
pub use resource::{Holder, Resource, ResourceKind, SteppedUp};
pub use settings::Settings;
