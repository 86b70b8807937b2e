//! The gate of every door: who sends a request and what they may, by the identities and policies of `access`. A machine comes
//! with a bound token, a person with the cookie of a session; both are answered by the same policies.

use crate::gate::{
    Act, Caller, Gate, Note, Paying, Permission, Relations, Shown, TokenAnswer, Unknown,
};
use access::{
    Access, AccessNote, Action, Allowed, Holder, Notes, OAuthRefused, Principal, Resource,
    ResourceKind, TokenRequest,
};
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use terms::{Currency, RoleKind};

/// The gate over one bank's identities.
pub struct BankGate {
    access: Arc<Access>,
    notes: Arc<dyn Notes>,
    addresses: Vec<String>,
}

impl BankGate {
    /// Over these identities; what the API itself notes goes to `notes` as well. `addresses` are those by which clients
    /// call the bank, scheme and host; the first is its own.
    pub fn new(access: Arc<Access>, notes: Arc<dyn Notes>, addresses: Vec<String>) -> BankGate {
        BankGate { access, notes, addresses }
    }

    /// The address that a proof must name. A request's own Host counts only where it is one of ours: else a proof that
    /// somebody made for another server would open this one to whoever runs that.
    fn ours(&self, url: &str) -> String {
        let host = url.find("://").map_or(0, |at| at + 3);
        let path = url[host..].find('/').map_or(url.len(), |at| host + at);
        let (called, path) = url.split_at(path);
        let known = self.addresses.iter().find(|ours| ours.eq_ignore_ascii_case(called));
        let ours = known.or(self.addresses.first()).map_or("", String::as_str);
        format!("{ours}{path}")
    }

    fn asked(
        &self,
        who: &Principal,
        action: Action,
        owners: &[Holder],
        paying: Option<&Paying>,
    ) -> Allowed {
        let what = Resource {
            owners,
            maker: maker_of(action),
            institution: who.institution.as_deref(),
            amount_minor: paying.map(|paying| paying.amount_minor),
            currency: paying.map(|paying| paying.currency),
            stepped_up: paying.and_then(|paying| paying.signed.clone()),
            ..Resource::of(kind_of(action), "")
        };
        self.access.would_allow(who, action, &what)
    }

    /// On accounts in which relation the answer is one of those wanted.
    fn relations(
        &self,
        who: &Caller,
        act: Act,
        paying: Option<&Paying>,
        wanted: impl Fn(&Allowed) -> bool,
    ) -> Relations {
        let principal = who.known.downcast_ref::<Principal>();
        let (Some(principal), Some(action)) = (principal, Action::from_word(act.0)) else {
            return Relations::NONE;
        };
        let mut relations = Relations::NONE;
        if wanted(&self.asked(principal, action, &[], paying)) {
            // What stands above accounts is open to a customer as well, without making every account so.
            relations = relations
                | if who.party.is_some() { Relations::ANYBODY } else { Relations::STRANGER };
        }
        let Some(party) = who.party else { return relations };
        for (role, relation) in [
            (RoleKind::Owner, Relations::OWNER),
            (RoleKind::Disponent, Relations::DISPONENT),
            (RoleKind::Viewer, Relations::VIEWER),
            (RoleKind::Guardian, Relations::GUARDIAN),
        ] {
            if wanted(&self.asked(principal, action, &[Holder { party, role }], paying)) {
                relations = relations | relation;
            }
        }
        relations
    }

    fn by_token(&self, header: &str, sent: &Shown<'_>) -> Result<Arc<Principal>, Unknown> {
        let token = header.strip_prefix("DPoP ").or_else(|| header.strip_prefix("Bearer "));
        let token = token.ok_or_else(|| {
            unknown("invalid_request", "Authorization is `DPoP TOKEN` or `Bearer TOKEN`".to_owned())
        })?;
        let url = self.ours(sent.url);
        self.access.bearer(token, &shown(sent, &url), now_s()).map_err(|denied| {
            let error = if denied.why == access::Why::BadProof {
                "invalid_dpop_proof"
            } else {
                "invalid_token"
            };
            unknown(error, denied.to_string())
        })
    }
}

fn unknown(error: &'static str, detail: String) -> Unknown {
    let challenge = format!("DPoP error=\"{error}\", algs=\"ES256 EdDSA\"");
    Unknown { error, detail, challenge }
}

/// Who made what second eyes look at, as far as it is known before the request is read: a case is made by the rules that held a
/// payment, and the engine sees to it that two persons decide where two must. Rules are made by whoever proposed them, whom
/// `rules::adoption` compares with whoever adopts.
fn maker_of(action: Action) -> Option<&'static str> {
    match action {
        Action::CaseDecide => Some("rules"),
        Action::RulesAdopt => Some("proposer"),
        _ => None,
    }
}

/// What an action is done to, as far as policies care.
fn kind_of(action: Action) -> ResourceKind {
    match action.word().split('.').next().unwrap_or_default() {
        "party" | "payee" | "complaint" => ResourceKind::Party,
        "account" if action == Action::AccountOpen => ResourceKind::Bank,
        "account" | "balance" | "statement" | "holder" | "helper" | "limit" | "hold"
        | "standing" => ResourceKind::Account,
        "payment" | "batch" | "pending" | "scheduled" => ResourceKind::Payment,
        "case" => ResourceKind::Case,
        "rules" => ResourceKind::Rules,
        _ => ResourceKind::Bank,
    }
}

/// Seconds since 1970.
pub fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// The addresses by which clients may call: the bank's own, and on this machine the names of this machine.
pub fn addresses(origin: &str, listens: SocketAddr) -> Vec<String> {
    let mut all = vec![origin.to_owned()];
    if listens.ip().is_loopback() {
        let scheme = origin.split("://").next().unwrap_or_default();
        let port = listens.port();
        let names = ["localhost", "127.0.0.1", "[::1]"];
        all.extend(names.map(|name| format!("{scheme}://{name}:{port}")));
    }
    all
}

fn shown<'a>(shown: &Shown<'a>, url: &'a str) -> access::Shown<'a> {
    access::Shown {
        method: shown.method,
        url,
        dpop: shown.dpop,
        certificate_sha256: shown.certificate,
    }
}

impl Gate for BankGate {
    fn who(&self, sent: &Shown<'_>) -> Result<Arc<Caller>, Unknown> {
        let principal = match (sent.authorization, sent.session) {
            (Some(header), _) => self.by_token(header, sent)?,
            (None, Some(cookie)) => {
                let known = self.access.session(cookie, now_s());
                known.map_err(|denied| unknown(denied.why.word(), denied.to_string()))?
            }
            (None, None) => {
                let says = "there is no token, and nobody is signed in".to_owned();
                return Err(unknown("unauthenticated", says));
            }
        };
        let id = Arc::clone(&principal.id);
        Ok(Arc::new(Caller { id, party: principal.party, known: principal }))
    }

    fn named(&self, who: &str) -> Option<Arc<Caller>> {
        let principal = self.access.named(who, now_s())?;
        let id = Arc::clone(&principal.id);
        Some(Arc::new(Caller { id, party: principal.party, known: principal }))
    }

    fn may(&self, who: &Caller, act: Act) -> Relations {
        self.relations(who, act, None, Allowed::is_yes)
    }

    fn may_perhaps(&self, who: &Caller, act: Act) -> Relations {
        let least = Paying { amount_minor: 1, currency: Currency::CNY, signed: None };
        self.relations(who, act, Some(&least), |allowed| !matches!(allowed, Allowed::No { .. }))
    }

    fn may_pay(&self, who: &Caller, act: Act, paying: &Paying) -> Permission {
        let on = self.relations(who, act, Some(paying), Allowed::is_yes);
        let signs = || self.relations(who, act, Some(paying), |it| *it == Allowed::StepUp);
        if on == Relations::NONE && signs() != Relations::NONE {
            return Permission::Signed;
        }
        Permission::On(on)
    }

    fn sees_personal(&self, who: &Caller) -> bool {
        let sees = who.known.downcast_ref::<Principal>();
        sees.is_some_and(|who| self.asked(who, Action::QueryPersonal, &[], None).is_yes())
    }

    fn identities(&self) -> Option<&Arc<Access>> {
        Some(&self.access)
    }

    fn token(&self, form: &[(String, String)], sent: &Shown<'_>) -> TokenAnswer {
        let field =
            |name: &str| form.iter().find(|(known, _)| known == name).map(|(_, v)| v.as_str());
        let request = TokenRequest {
            grant_type: field("grant_type").unwrap_or_default(),
            client_id: field("client_id"),
            client_assertion_type: field("client_assertion_type"),
            client_assertion: field("client_assertion"),
            scope: field("scope"),
        };
        let url = self.ours(sent.url);
        match self.access.token(&request, &shown(sent, &url), now_s()) {
            Ok(issued) => Ok(json!({
                "access_token": issued.access_token, "token_type": issued.token_type,
                "expires_in": issued.expires_in_s, "scope": issued.scope,
            })),
            Err(refused) => {
                let OAuthRefused { error, description } = &refused;
                Err((refused.status(), json!({ "error": error, "error_description": description })))
            }
        }
    }

    fn note(&self, note: Note) {
        let what = if note.denied { access::Noted::Denied } else { access::Noted::PersonalRead };
        self.notes.note(AccessNote {
            at_s: now_s(),
            what,
            who: note.who,
            about: note.subject,
            says: note.act.0.to_owned(),
            times: 1,
            loud: false,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bank_on_this_machine_has_its_names_and_another_only_its_own() {
        let local = addresses("http://localhost:8443", SocketAddr::from(([127, 0, 0, 1], 8443)));
        assert!(local.contains(&"http://127.0.0.1:8443".to_owned()));
        let open = addresses("https://bank.example", SocketAddr::from(([0, 0, 0, 0], 8443)));
        assert_eq!(open, ["https://bank.example"]);
    }
}
