//! Models: handed in as a file of whichever library made them, held against rows that vouch for them, and named by a proposal.

use super::bench;
use crate::bench::models::{Kept, NAME_CHARS_MAX};
use crate::call::{Call, Reply};
use crate::problem::{Kind, Problem};
use crate::table::{CREATED, Operation, delete, get, post};
use crate::wire::ModelRef;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use engine::Engine;
use engine::risk::{Feature, Model};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use terms::TimeNs;

const TAG: &str = "rules";

/// The operations.
pub fn operations() -> Vec<Operation> {
    vec![
        get(
            "/risk/models",
            "list_models",
            TAG,
            "Models that were handed in or that a rule set looks at, the newest first",
        )
        .act("rules.read")
        .gives::<ModelsDocument>(200, "Without what they ask for.")
        .by(list),
        post(
            "/risk/models",
            "hand_in_model",
            TAG,
            "Hands in a model: LightGBM text, XGBoost JSON or UBJ, ONNX, or our own form",
        )
        .act("rules.propose")
        .query::<Called>()
        .takes_file()
        .gives::<ModelDocument>(201, "It is kept; one that was there already stays as it was.")
        .conflicts()
        .by(hand_in),
        get(
            "/risk/models/{model}",
            "show_model",
            TAG,
            "A model, and how often it asks for each feature",
        )
        .act("rules.read")
        .gives::<ModelDocument>(200, "The model.")
        .by(show),
        post(
            "/risk/models/{model}/golden",
            "vouch_for_model",
            TAG,
            "Holds a model against golden rows: CSV or JSON with what its own library answers",
        )
        .act("rules.propose")
        .takes_file()
        .gives::<ModelDocument>(200, "It answers all of them as they say.")
        .by(vouch),
        delete(
            "/risk/models/{model}",
            "remove_model",
            TAG,
            "Takes away a model that no open proposal names; what the journal holds of it stays",
        )
        .act("rules.propose")
        .gives_other(204, "", "It is not kept any more.")
        .conflicts()
        .by(remove),
    ]
}

/// What a model is called.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Called {
    /// By people.
    #[schemars(length(min = 1, max = 60))]
    name: String,
}

/// A feature that a model asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct AskedDocument {
    /// Its name, as rules have it.
    feature: String,
    /// What it is.
    meaning: String,
    /// In how many of the model's nodes it is asked for.
    nodes: usize,
}

/// A model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ModelDocument {
    /// SHA-256 of its bytes, as rule sets name it.
    model: ModelRef,
    /// What people call it; absent of one that was adopted on the command line.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    name: Option<String>,
    /// In which form it came.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    form: Option<String>,
    /// Who handed it in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    by: Option<String>,
    /// When, in UTC.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    since: Option<String>,
    /// Rows of its maker that it answers as they say; absent while none were given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    golden_rows: Option<u64>,
    /// Bytes in the journal's form.
    bytes: usize,
    /// How many trees it has.
    trees: usize,
    /// And how many nodes, leaves included.
    nodes: usize,
    /// Whether what it says of a payment can be told apart by feature.
    can_be_explained: bool,
    /// The rule sets that look at it.
    rule_sets: Vec<u16>,
    /// What it asks for, the most asked for first; not in lists.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    features: Option<Vec<AskedDocument>>,
}

/// Models.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct ModelsDocument {
    /// Those that were handed in first, the newest first.
    items: Vec<ModelDocument>,
}

/// What the journal knows of models: which sets look at each, and the bytes of those asked for.
#[derive(Default)]
struct InForce {
    sets: BTreeMap<ModelRef, Vec<u16>>,
    bytes: BTreeMap<ModelRef, Vec<u8>>,
}

impl InForce {
    fn of(engine: &Engine) -> InForce {
        let mut all = InForce::default();
        for view in engine.rule_sets() {
            let Some(model) = view.set.model else { continue };
            all.sets.entry(ModelRef(model)).or_default().push(view.number);
            if let Some(bytes) = engine.artifact(&model) {
                all.bytes.entry(ModelRef(model)).or_insert_with(|| bytes.to_vec());
            }
        }
        all
    }
}

impl ModelDocument {
    fn of(
        id: ModelRef,
        kept: Option<&Kept>,
        bytes: &[u8],
        sets: &[u16],
        whole: bool,
    ) -> Result<ModelDocument, Problem> {
        let model = Model::of_bytes(bytes)
            .map_err(|why| Problem::new(Kind::Failed, format!("model {id}: {why}")))?;
        let forest = model.forest();
        let nodes = || forest.parts().trees.iter().flat_map(|tree| tree.nodes());
        let utc = |kept: &Kept| TimeNs(kept.since_s.saturating_mul(1_000_000_000)).iso_at(0);
        Ok(ModelDocument {
            model: id,
            name: kept.map(|kept| kept.name.clone()),
            form: kept.map(|kept| kept.form.clone()),
            by: kept.map(|kept| kept.by.clone()),
            since: kept.map(utc),
            golden_rows: kept.map(|kept| kept.golden_rows).filter(|rows| *rows > 0),
            bytes: bytes.len(),
            trees: forest.parts().trees.len(),
            nodes: nodes().count(),
            can_be_explained: forest.is_covered(),
            rule_sets: sets.to_vec(),
            features: whole.then(|| asked_for(&model)),
        })
    }
}

/// How often a model asks for each of its inputs.
fn asked_for(model: &Model) -> Vec<AskedDocument> {
    let mut counts = vec![0_usize; model.inputs().len()];
    let trees = &model.forest().parts().trees;
    for feature in trees.iter().flat_map(|tree| tree.nodes()).filter_map(|node| node.asks_for()) {
        if let Some(count) = counts.get_mut(usize::from(feature)) {
            *count += 1;
        }
    }
    let told = |(feature, nodes): (&Feature, usize)| AskedDocument {
        feature: feature.name(),
        meaning: feature.meaning(),
        nodes,
    };
    let mut all: Vec<AskedDocument> = model.inputs().iter().zip(counts).map(told).collect();
    all.sort_by(|a, b| b.nodes.cmp(&a.nodes).then_with(|| a.feature.cmp(&b.feature)));
    all
}

async fn list(call: Call) -> Result<Reply, Problem> {
    let (in_force, records) = call.ask(|engine| (InForce::of(engine), engine.records())).await?;
    let bench = bench(&call.bank)?;
    let items = call
        .blocking(move |_| {
            let kept = bench.models();
            let sets = |id: &ModelRef| in_force.sets.get(id).map_or(&[][..], Vec::as_slice);
            let mut items = Vec::new();
            for one in kept.iter().rev() {
                let bytes = bench.model_bytes(one.model)?;
                items.push(ModelDocument::of(
                    one.model,
                    Some(one),
                    &bytes,
                    sets(&one.model),
                    false,
                )?);
            }
            for (id, bytes) in in_force.bytes.iter().rev() {
                if !kept.iter().any(|one| one.model == *id) {
                    items.push(ModelDocument::of(*id, None, bytes, sets(id), false)?);
                }
            }
            Ok(items)
        })
        .await?;
    let reply = Reply::json(StatusCode::OK, &ModelsDocument { items })?;
    Ok(reply.at_entry(call.bank.entries_of(records)?))
}

async fn hand_in(call: Call) -> Result<Reply, Problem> {
    let Called { name } = call.query()?;
    if !(1..=NAME_CHARS_MAX).contains(&name.trim().chars().count()) {
        return Err(Problem::field("?name", format!("1 to {NAME_CHARS_MAX} characters")));
    }
    let (bench, file, by) = (bench(&call.bank)?, call.body.clone(), call.who.id.to_string());
    let document = call
        .blocking(move |_| {
            let (kept, bytes) = bench.hand_in_model(name.trim(), &file, by)?;
            ModelDocument::of(kept.model, Some(&kept), &bytes, &[], true)
        })
        .await?;
    let place = format!("{}/risk/models/{}", crate::table::ROOT, document.model);
    Ok(Reply::json(CREATED, &document)?.header(LOCATION, &place))
}

async fn show(call: Call) -> Result<Reply, Problem> {
    let id = call.path("model", ModelRef::parse)?;
    let (in_force, records) = call.ask(|engine| (InForce::of(engine), engine.records())).await?;
    let bench = bench(&call.bank)?;
    let document = call
        .blocking(move |_| {
            let kept = bench.models().into_iter().find(|kept| kept.model == id);
            let sets = in_force.sets.get(&id).map_or(&[][..], Vec::as_slice);
            match (&kept, in_force.bytes.get(&id)) {
                (Some(_), _) => {
                    ModelDocument::of(id, kept.as_ref(), &bench.model_bytes(id)?, sets, true)
                }
                (None, Some(bytes)) => ModelDocument::of(id, None, bytes, sets, true),
                (None, None) => Err(Problem::missing(format_args!("model {id}"))),
            }
        })
        .await?;
    Ok(Reply::json(StatusCode::OK, &document)?.at_entry(call.bank.entries_of(records)?))
}

async fn vouch(call: Call) -> Result<Reply, Problem> {
    let id = call.path("model", ModelRef::parse)?;
    let (bench, rows) = (bench(&call.bank)?, call.body.clone());
    let in_force = call.ask(InForce::of).await?;
    let document = call
        .blocking(move |_| {
            let (kept, bytes) = bench.vouch_for_model(id, &rows)?;
            let sets = in_force.sets.get(&id).map_or(&[][..], Vec::as_slice);
            ModelDocument::of(id, Some(&kept), &bytes, sets, true)
        })
        .await?;
    Reply::json(StatusCode::OK, &document)
}

async fn remove(call: Call) -> Result<Reply, Problem> {
    let id = call.path("model", ModelRef::parse)?;
    let bench = bench(&call.bank)?;
    call.blocking(move |_| bench.remove_model(id)).await?;
    Ok(Reply::empty())
}
