//! The rights: Cedar policies of `rulebook/access/`, checked against their schema when they are read. Deny by default: what
//! no policy allows is denied, what any forbids is denied, and where a policy fails the answer is no.

mod amounts;
mod cache;
mod question;

use crate::action::Action;
use crate::asked::Allowed;
use crate::failed::AccessFailed;
use amounts::Uses;
use cache::Cache;
use cedar_policy::{
    ActionConstraint, Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName,
    EntityUid, PolicyId, PolicySet, Request, RestrictedExpression, Schema, ValidationMode,
    Validator,
};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

pub(crate) use question::{Question, class_of};

/// The schema's file in the folder of policies.
const SCHEMA: &str = "schema.cedarschema";
/// What came with the program.
const SHIPPED: [(&str, &str); 5] = [
    (SCHEMA, include_str!("../../../rulebook/access/schema.cedarschema")),
    ("everybody.cedar", include_str!("../../../rulebook/access/everybody.cedar")),
    ("customer.cedar", include_str!("../../../rulebook/access/customer.cedar")),
    ("staff.cedar", include_str!("../../../rulebook/access/staff.cedar")),
    ("machines.cedar", include_str!("../../../rulebook/access/machines.cedar")),
];

/// Policies that were read and found right. What they do not allow is denied. Cheap to copy; copies share their cache.
#[derive(Clone, Debug)]
pub struct Policies(Arc<Rights>);

#[derive(Debug)]
struct Rights {
    schema: Schema,
    /// By number of the action: the policies that can speak of it.
    slices: Vec<Slice>,
    authorizer: Authorizer,
    cache: Cache,
}

/// The policies that can speak of one action.
#[derive(Debug)]
struct Slice {
    /// The action with the groups it is in.
    action: Entity,
    policies: PolicySet,
    uses: Uses,
}

impl Policies {
    /// The policies that came with the program: `rulebook/access/`. A test has checked them against their schema, which
    /// takes too long for every start.
    ///
    /// # Errors
    /// `Policies`, when they are not right.
    pub fn shipped() -> Result<Policies, AccessFailed> {
        let files = SHIPPED.map(|(name, text)| (name.to_owned(), text.to_owned()));
        let (all, schema) = parse(&BTreeMap::from(files))?;
        Policies::of(&all, schema)
    }

    /// The policies of a folder: `schema.cedarschema` and every `*.cedar`.
    ///
    /// # Errors
    /// `Io`; `Policies` with file and reason when one does not parse or does not fit the schema.
    pub fn read(folder: &Path) -> Result<Policies, AccessFailed> {
        let failed = |doing, path: &Path| {
            let path = path.to_owned();
            move |cause| AccessFailed::Io { doing, path, cause }
        };
        let mut files = BTreeMap::new();
        for entry in std::fs::read_dir(folder).map_err(failed("list", folder))? {
            let path = entry.map_err(failed("list", folder))?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if name == SCHEMA || name.ends_with(".cedar") {
                let text = std::fs::read_to_string(&path).map_err(failed("read", &path))?;
                files.insert(name.to_owned(), text);
            }
        }
        let (all, schema) = parse(&files)?;
        check(&all, &schema)?;
        Policies::of(&all, schema)
    }

    fn of(all: &PolicySet, schema: Schema) -> Result<Policies, AccessFailed> {
        let groups = schema.action_entities().map_err(|cause| wrong(SCHEMA, cause))?;
        let slices = Action::ALL.into_iter().map(|action| slice(all, &groups, action));
        let slices = slices.collect::<Result<_, _>>()?;
        let (authorizer, cache) = (Authorizer::new(), Cache::new());
        Ok(Policies(Arc::new(Rights { schema, slices, authorizer, cache })))
    }

    /// The answer, from the cache if a like question was asked before.
    pub(crate) fn answer(&self, question: &Question) -> Allowed {
        let slice = &self.0.slices[question.action as usize];
        let key = question.key(&slice.uses);
        if let Some(known) = self.0.cache.get(&key) {
            return known;
        }
        let answer = self.decide(question);
        self.0.cache.keep(key, answer.clone());
        answer
    }

    /// The answer, by evaluating policies.
    fn decide(&self, question: &Question) -> Allowed {
        let denied = match self.evaluate(question) {
            Ok(()) => return Allowed::Yes,
            Err(denied) => denied,
        };
        // A signature helps only where it is all that is missing.
        if denied.can_step_up && self.evaluate(&question.signed()).is_ok() {
            return Allowed::StepUp;
        }
        Allowed::No { policy: denied.policy }
    }

    fn evaluate(&self, question: &Question) -> Result<(), NotAllowed> {
        let slice = &self.0.slices[question.action as usize];
        let asked = self.request(question, slice).map_err(|says| NotAllowed {
            policy: format!("schema: {says}").into(),
            can_step_up: false,
        })?;
        let response = self.0.authorizer.is_authorized(&asked.0, &slice.policies, &asked.1);
        let mut errors = response.diagnostics().errors();
        // Cedar skips a policy that fails. One that would have forbidden must not fail open.
        if let Some(error) = errors.next() {
            return Err(NotAllowed { policy: error.to_string().into(), can_step_up: false });
        }
        if response.decision() == Decision::Allow {
            return Ok(());
        }
        let spoke: Vec<&PolicyId> = response.diagnostics().reason().collect();
        let signs = |id: &&PolicyId| slice.policies.annotation(id, "step_up").is_some();
        let can_step_up = !spoke.is_empty() && spoke.iter().all(signs);
        let mut names: Vec<String> = spoke.iter().map(|id| id.to_string()).collect();
        names.sort_unstable();
        Err(NotAllowed { policy: names.join(", ").into(), can_step_up })
    }

    fn request(&self, question: &Question, slice: &Slice) -> Result<(Request, Entities), String> {
        let asker = uid(question.asker_type(), "asker")?;
        let mut parents = HashSet::new();
        for (kind, word) in question.groups() {
            parents.insert(uid(kind, word)?);
        }
        let resource = uid(question.resource_type(), "thing")?;
        let context = context(question)?;
        let request = Request::new(
            asker.clone(),
            slice.action.uid(),
            resource,
            context,
            Some(&self.0.schema),
        )
        .map_err(|cause| cause.to_string())?;
        let entity =
            Entity::new(asker, HashMap::new(), parents).map_err(|cause| cause.to_string())?;
        let entities = Entities::from_entities([entity, slice.action.clone()], None);
        Ok((request, entities.map_err(|cause| cause.to_string())?))
    }
}

/// Why not.
struct NotAllowed {
    policy: Arc<str>,
    can_step_up: bool,
}

fn wrong(file: &str, says: impl std::fmt::Display) -> AccessFailed {
    AccessFailed::Policies(format!("{file}: {says}"))
}

/// An error of Cedar with what is under it, in one line.
fn explain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut under = error.source();
    while let Some(error) = under {
        text = format!("{text}: {error}");
        under = error.source();
    }
    text
}

/// Policies and schema from texts by file name.
fn parse(files: &BTreeMap<String, String>) -> Result<(PolicySet, Schema), AccessFailed> {
    let text = files.get(SCHEMA).ok_or_else(|| wrong(SCHEMA, "is missing"))?;
    let (schema, _) =
        Schema::from_cedarschema_str(text).map_err(|cause| wrong(SCHEMA, explain(&cause)))?;
    let mut all = PolicySet::new();
    for (name, text) in files.iter().filter(|(name, _)| name.as_str() != SCHEMA) {
        add_file(&mut all, name, text)?;
    }
    Ok((all, schema))
}

/// Every policy fits the schema, so that none can fail when it is asked.
fn check(all: &PolicySet, schema: &Schema) -> Result<(), AccessFailed> {
    let checked = Validator::new(schema.clone()).validate(all, ValidationMode::Strict);
    match checked.validation_errors().next() {
        Some(error) => Err(wrong("a policy does not fit the schema", error)),
        None => Ok(()),
    }
}

/// Adds the policies of one file, each under its own id.
fn add_file(all: &mut PolicySet, name: &str, text: &str) -> Result<(), AccessFailed> {
    let set = PolicySet::from_str(text).map_err(|cause| wrong(name, explain(&cause)))?;
    if set.num_of_templates() > 0 {
        return Err(wrong(name, "a template has a slot that nobody fills"));
    }
    for policy in set.policies() {
        let id = policy.annotation("id").ok_or_else(|| wrong(name, "a policy has no @id"))?;
        let named = policy.new_id(PolicyId::new(id));
        all.add(named).map_err(|_| wrong(name, format!("the @id \"{id}\" is there twice")))?;
    }
    Ok(())
}

/// Policies that can speak of this action: those whose scope names it, or a group it is in.
fn slice(all: &PolicySet, groups: &Entities, action: Action) -> Result<Slice, AccessFailed> {
    let uid = uid("Action", action.word()).map_err(|cause| wrong(SCHEMA, cause))?;
    let Some(entity) = groups.get(&uid) else {
        return Err(wrong(SCHEMA, format!("the action \"{}\" is missing", action.word())));
    };
    let is_in = |group: &EntityUid| *group == uid || groups.is_ancestor_of(group, &uid);
    let mut policies = PolicySet::new();
    let mut uses = Uses::default();
    for policy in all.policies() {
        let speaks = match policy.action_constraint() {
            ActionConstraint::Any => true,
            ActionConstraint::In(named) => named.iter().any(is_in),
            ActionConstraint::Eq(named) => named == uid,
        };
        if speaks {
            let tree = policy.to_json().map_err(|cause| wrong("a policy", cause))?;
            uses.read(&tree);
            policies.add(policy.clone()).map_err(|cause| wrong("a policy", cause))?;
        }
    }
    Ok(Slice { action: entity.clone(), policies, uses })
}

fn uid(kind: &str, id: &str) -> Result<EntityUid, String> {
    let kind = EntityTypeName::from_str(kind).map_err(|cause| cause.to_string())?;
    Ok(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}

fn context(question: &Question) -> Result<Context, String> {
    let truth = |name: &str, value| (name.to_owned(), RestrictedExpression::new_bool(value));
    let holds = question.holds_words().map(|word| RestrictedExpression::new_string(word.into()));
    let mut pairs = vec![
        ("holds".to_owned(), RestrictedExpression::new_set(holds)),
        truth("has_party", question.has_party),
        truth("maker_known", question.maker_known),
        truth("made_it", question.made_it),
        truth("ours", question.ours),
        truth("stepped_up", question.stepped_up),
    ];
    let mut number = |name: &str, value| {
        pairs.push((name.to_owned(), RestrictedExpression::new_long(value)));
    };
    if let Some(amount) = question.amount {
        number("amount", amount);
    }
    if let Some(currency) = question.currency {
        number("currency", i64::from(currency));
    }
    Context::from_pairs(pairs).map_err(|cause| cause.to_string())
}

#[cfg(test)]
mod tests;
