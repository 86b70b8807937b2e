//! What a gateway carries and whoever talks to people on phones hears: the words between the door (`text.rs`) and the pages.

use crate::problem::Problem;
use futures::future::BoxFuture;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A step of a dialogue, as a gateway carries it. The same step sent again is answered as before, and done once.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DialogueStep {
    /// The gateway's own name for the dialogue.
    #[schemars(length(min = 1, max = 128))]
    pub dialogue: String,
    /// The number of the phone, `+` and 8 to 15 digits, as the network says it and nobody typed it.
    #[schemars(regex(pattern = r"^\+[0-9]([ -]?[0-9]){7,14}$"))]
    pub phone: String,
    /// Which step: 0 begins the dialogue, each answer says the next.
    pub step: u32,
    /// What was typed; nothing at step 0.
    #[serde(default)]
    #[schemars(length(max = 160))]
    pub typed: String,
    /// What the gateway knows of the SIM, as one text that is another for another SIM: best a hash of its IMSI.
    #[serde(default)]
    #[schemars(length(max = 128))]
    pub sim: Option<String>,
}

/// A screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DialogueScreen {
    /// What it shows: at most 160 characters of GSM's own alphabet, or 70 others.
    pub text: String,
    /// The dialogue waits for what is typed next; otherwise it is over.
    pub goes_on: bool,
    /// The step to send next.
    pub step: u32,
    /// Messages to send to this phone, each one SMS.
    pub messages: Vec<String>,
}

/// What is carried in, and by whom.
#[derive(Clone, Debug)]
pub struct Carried {
    /// Who carries it: `client:gateway`.
    pub gateway: String,
    /// The step.
    pub step: DialogueStep,
}

/// Talks to people on phones.
pub trait Talks: Send + Sync {
    /// Hears a step and says the next screen.
    fn heard(&self, carried: Carried) -> BoxFuture<'_, Result<DialogueScreen, Problem>>;

    /// What an event is to the owner of these accounts, as one SMS in a language; nothing for what needs no message.
    fn message(&self, event: &Value, own: &[String], lang: &str) -> Option<String>;
}
