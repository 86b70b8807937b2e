//! The rights as they are shipped: the table in `docs/rights.md` holds every role and scope against every action, and what
//! must never be is asserted besides.

use super::*;
use crate::principal::{Principal, PrincipalKind, Role, Scope};
use crate::resource::{Holder, Resource, ResourceKind};
use std::fmt::Write;
use terms::{Currency, PartyId, RoleKind};

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/rights.md");
const ME: PartyId = PartyId(7);

/// How a thing stands to whoever asks.
#[derive(Clone, Copy)]
struct Situation {
    holds: Option<RoleKind>,
    made_it: bool,
    amount: Option<u128>,
    foreign: bool,
}

const ANYBODYS: Situation =
    Situation { holds: None, made_it: false, amount: Some(100), foreign: false };

/// The shipped policies, read once.
fn shipped() -> Policies {
    static SHIPPED: std::sync::OnceLock<Policies> = std::sync::OnceLock::new();
    SHIPPED.get_or_init(|| Policies::shipped().unwrap()).clone()
}

fn asker(
    kind: PrincipalKind,
    roles: &[Role],
    scopes: &[Scope],
    party: Option<PartyId>,
) -> Principal {
    Principal {
        id: "me".into(),
        kind,
        roles: roles.into(),
        scopes: scopes.into(),
        party,
        institution: None,
        session: None,
        until_s: u64::MAX,
        class: class_of(kind, roles, scopes),
    }
}

/// The answer for the first kind of thing that this action is about.
fn ask(policies: &Policies, who: &Principal, action: Action, situation: Situation) -> Allowed {
    let owner = situation.holds.map(|role| Holder { party: ME, role });
    let owners: Vec<Holder> = owner.into_iter().collect();
    let mut last = Allowed::No { policy: "".into() };
    for kind in [
        ResourceKind::Account,
        ResourceKind::Payment,
        ResourceKind::Case,
        ResourceKind::Party,
        ResourceKind::Rules,
        ResourceKind::TwoPersonAct,
        ResourceKind::User,
        ResourceKind::Client,
        ResourceKind::Session,
        ResourceKind::Bank,
    ] {
        let what = Resource {
            owners: &owners,
            maker: Some(if situation.made_it { "me" } else { "somebody" }),
            institution: situation.foreign.then_some("another bank"),
            amount_minor: situation.amount,
            currency: Some(Currency(156)),
            ..Resource::of(kind, "thing")
        };
        last = policies.answer(&Question::of(who, action, &what));
        let fits = !matches!(&last, Allowed::No { policy } if policy.starts_with("schema"));
        if fits {
            return last;
        }
    }
    last
}

/// One cell of the table, see [`LEGEND`].
fn cell(policies: &Policies, who: &Principal, action: Action) -> String {
    let answer = |situation| ask(policies, who, action, situation);
    // Whatever must be signed may be done, once it is.
    let may = |situation| !matches!(answer(situation), Allowed::No { .. });
    let held = |role| may(Situation { holds: Some(role), ..ANYBODYS });
    let anybodys = may(ANYBODYS);
    let base = match anybodys {
        true => ANYBODYS,
        false => Situation { holds: Some(RoleKind::Owner), ..ANYBODYS },
    };
    let mut cell = match (anybodys, held(RoleKind::Owner), held(RoleKind::Viewer)) {
        (true, _, _) => "all",
        (false, true, true) => "own",
        (false, true, false) => "pay",
        (false, false, true) => "see",
        (false, false, false) => return "·".to_owned(),
    }
    .to_owned();
    if cell != "see" && !may(Situation { made_it: true, ..base }) {
        cell += " 2";
    }
    match answer(Situation { amount: Some(10_000_000), ..base }) {
        Allowed::StepUp => cell += " s",
        Allowed::No { .. } if cell != "see" => cell += " m",
        _ => {}
    }
    cell
}

const LEGEND: &str = "\
# Who may do what

Made by a test from the policies of `rulebook/access/` (`BLESS=1 cargo test -p access` writes it anew); whoever changes a right
sees here what else changed. What is not in the table is denied.

| cell | means |
|---|---|
| all | anybody's things |
| own | what the asker's own party holds in the ledger: as owner, joint owner, disponent, guardian or viewer |
| pay | the same, but not as a mere viewer |
| see | only as viewer or guardian of somebody else's |
| 2 | never what the asker made: a second pair of eyes |
| s | above a limit only with a signature of payee and amount; where nothing is paid, always with one |
| m | not above a limit |
| · | no |

";

/// A table with one column for each of these.
fn table(policies: &Policies, columns: &[(&str, Principal)]) -> String {
    let mut text = String::from("| |");
    for (name, _) in columns {
        let _ = write!(text, " {name} |");
    }
    text += "\n|---|";
    text += &"---|".repeat(columns.len());
    for action in Action::ALL {
        let _ = write!(text, "\n| {action} |");
        for (_, who) in columns {
            let _ = write!(text, " {} |", cell(policies, who, action));
        }
    }
    text + "\n"
}

#[test]
fn the_table_of_rights_is_what_the_policies_say() {
    let policies = shipped();
    let person = |role: Role| (role.word(), asker(PrincipalKind::User, &[role], &[], Some(ME)));
    let machine =
        |scope: Scope, party| (scope.word(), asker(PrincipalKind::Client, &[], &[scope], party));
    let nobody = ("nobody known", asker(PrincipalKind::User, &[], &[], None));
    let roles: Vec<_> = Role::ALL.map(person).into_iter().chain([nobody]).collect();
    let banks = Scope::ALL.map(|scope| machine(scope, None));
    let customers = Scope::ALL.map(|scope| machine(scope, Some(ME)));
    let found = format!(
        "{LEGEND}## People, by role\n\n{}\n## Machines of the institution, by scope\n\n{}\n\
         ## Machines of a customer, by scope\n\n{}",
        table(&policies, &roles),
        table(&policies, &banks),
        table(&policies, &customers)
    );
    if std::env::var_os("BLESS").is_some_and(|value| value == "1") {
        std::fs::write(TABLE, &found).unwrap();
    }
    let expected = std::fs::read_to_string(TABLE).unwrap_or_default();
    assert!(found == expected, "{TABLE} differs; if that is meant, run with BLESS=1");
}

/// All situations worth asking about.
fn situations() -> Vec<Situation> {
    let mut all = Vec::new();
    for holds in [None, Some(RoleKind::Owner), Some(RoleKind::Viewer)] {
        for made_it in [false, true] {
            for amount in [None, Some(1), Some(10_000_000)] {
                for foreign in [false, true] {
                    all.push(Situation { holds, made_it, amount, foreign });
                }
            }
        }
    }
    all
}

/// Asserts that a role, alone or with any other, never may.
fn never(role: Role, actions: &[Action]) {
    let policies = shipped();
    for other in Role::ALL {
        let who = asker(PrincipalKind::User, &[role, other], &[], Some(ME));
        for action in actions {
            for situation in situations() {
                let answer = ask(&policies, &who, *action, situation);
                assert!(matches!(answer, Allowed::No { .. }), "{role:?} {other:?} {action}");
            }
        }
    }
}

const MOVES_MONEY: [Action; 11] = [
    Action::PaymentCreate,
    Action::PaymentApprove,
    Action::PaymentReturn,
    Action::PaymentReverse,
    Action::BatchCreate,
    Action::BatchApprove,
    Action::PendingPost,
    Action::PendingVoid,
    Action::ScheduledWrite,
    Action::StandingWrite,
    Action::StandingEnd,
];

#[test]
fn an_administrator_never_moves_money_whatever_else_they_are() {
    never(Role::Administrator, &MOVES_MONEY);
}

#[test]
fn a_supervisor_never_writes_whatever_else_they_are() {
    let writes = [Action::PartyWrite, Action::AccountOpen, Action::HoldPlace, Action::CaseDecide];
    never(Role::Supervisor, &[&MOVES_MONEY[..], &writes].concat());
}

#[test]
fn tellers_and_operations_never_decide_who_comes_in() {
    for role in [Role::Teller, Role::Operations] {
        never(role, &[Action::UserWrite, Action::UserRole, Action::ClientWrite]);
    }
}

#[test]
fn nobody_approves_what_they_made_or_what_nobody_made() {
    let policies = shipped();
    let who = asker(PrincipalKind::User, &Role::ALL[..6], &[], None);
    for action in [
        Action::PaymentApprove,
        Action::BatchApprove,
        Action::CaseDecide,
        Action::RulesAdopt,
        Action::RecoveryApprove,
        Action::BreakGlassApprove,
    ] {
        let mine = Situation { made_it: true, ..ANYBODYS };
        assert!(!ask(&policies, &who, action, mine).is_yes(), "{action}");
        assert!(ask(&policies, &who, action, ANYBODYS).is_yes(), "{action}");
        let nobodys = Resource::of(ResourceKind::Payment, "x");
        assert!(!policies.answer(&Question::of(&who, action, &nobodys)).is_yes(), "{action}");
    }
}

#[test]
fn a_machine_approves_nothing_and_a_customers_machine_stays_within_its_party() {
    let policies = shipped();
    let all = asker(PrincipalKind::Client, &[], &Scope::ALL, None);
    let customers = asker(PrincipalKind::Client, &[], &Scope::ALL, Some(ME));
    let everywhere = ["journal.read", "health.read", "event.read", "webhook.read", "webhook.write"];
    for action in Action::ALL {
        let approves = action.word().ends_with(".approve") || action.word().ends_with(".decide");
        if approves || action == Action::RulesAdopt {
            assert!(!ask(&policies, &all, action, ANYBODYS).is_yes(), "{action}");
        }
        if !everywhere.contains(&action.word()) {
            assert!(!ask(&policies, &customers, action, ANYBODYS).is_yes(), "{action}");
        }
    }
}

#[test]
fn what_is_another_institutions_only_its_supervisor_sees() {
    let policies = shipped();
    for role in Role::ALL {
        let who = asker(PrincipalKind::User, &[role], &[], Some(ME));
        let sees = Action::ALL.into_iter().any(|action| {
            let owned = Situation { holds: Some(RoleKind::Owner), foreign: true, ..ANYBODYS };
            let foreign = Situation { foreign: true, ..ANYBODYS };
            [owned, foreign].iter().any(|it| ask(&policies, &who, action, *it).is_yes())
        });
        assert_eq!(sees, role == Role::Supervisor, "{role:?}");
    }
}

#[test]
fn the_shipped_policies_fit_their_schema_and_are_those_of_the_folder() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rulebook/access");
    let read = Policies::read(&folder).unwrap();
    for action in Action::ALL {
        let (read, shipped) =
            (&read.0.slices[action as usize], &shipped().0.slices[action as usize]);
        assert_eq!(read.policies, shipped.policies, "{action}");
    }
}

#[test]
fn an_answer_from_the_cache_is_the_answer() {
    let policies = shipped();
    for role in Role::ALL {
        let who = asker(PrincipalKind::User, &[role], &[], Some(ME));
        for action in [Action::PaymentCreate, Action::BalanceRead, Action::CaseDecide] {
            for situation in situations() {
                for amount in [99_999, 100_000, 100_001, 1_000_000, 1_000_001, 5_000_001] {
                    let situation = Situation { amount: Some(amount), ..situation };
                    let first = ask(&policies, &who, action, situation);
                    assert_eq!(ask(&policies, &who, action, situation), first);
                    let kind = ResourceKind::Account;
                    let what = Resource { amount_minor: Some(amount), ..Resource::of(kind, "x") };
                    let question = Question::of(&who, action, &what);
                    assert_eq!(policies.answer(&question), policies.decide(&question));
                }
            }
        }
    }
}

#[test]
fn a_policy_that_does_not_fit_is_refused_with_its_reason() {
    let files = |text: &str| {
        let (schema, own) = (SHIPPED[0], ("own.cedar", text));
        let files = [schema, SHIPPED[1], own].map(|(name, text)| (name.into(), text.into()));
        let (all, schema) = parse(&BTreeMap::from(files))?;
        check(&all, &schema)
    };
    let files = |text: &str| files(text).map_err(|failed| failed.to_string());
    let good = "@id(\"own\") permit (principal, action == Action::\"day.close\", resource);";
    assert_eq!(files(good), Ok(()));
    for (text, says) in [
        ("permit (principal, action, resource)", "own.cedar"),
        ("permit (principal, action, resource);", "no @id"),
        ("@id(\"four-eyes\") permit (principal, action, resource);", "there twice"),
        (
            "@id(\"own\") permit (principal in Role::\"king\", action == Action::\"pay\", resource);",
            "fit the schema",
        ),
        (
            "@id(\"own\") permit (principal, action, resource) when { context.rich };",
            "fit the schema",
        ),
        ("@id(\"own\") permit (principal == ?principal, action, resource);", "template"),
    ] {
        let refused = files(text).unwrap_err();
        assert!(refused.contains(says), "{text}: {refused}");
    }
}
