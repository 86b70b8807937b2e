//! An answer that others can check: the query, the checkpoint it stands under, the range it saw and a digest
//! of its canonical result. Whoever has the journal and the log's key verifies the records, makes the tables
//! anew from them alone, asks again and must come to the same digest. `docs/formats/history.md` specifies
//! the file.

mod again;

pub use again::{Agreed, CheckAgain, Disagreement};

use crate::answer::Told;
use crate::ask::Planned;
use crate::canonical::is_exact;
use crate::convert::hex;
use crate::trouble::AskFailed;
use datafusion::common::Result as DfResult;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{Expr, LogicalPlan, Volatility};
use serde::{Deserialize, Serialize};

/// The format of proof files.
const FORMAT: u32 = 1;
/// Bytes of a proof file at most.
pub const PROOF_BYTES_MAX: usize = 4 << 20;

/// What a proof file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueryProof {
    /// [`FORMAT`].
    pub format: u32,
    /// The program that answered, and its version.
    pub program: String,
    /// The query.
    pub query: String,
    /// SHA-256 of its text, in hexadecimal, as the journal has it.
    pub query_sha256: String,
    /// It saw the entries from this one …
    pub first_entry: u64,
    /// … to this one.
    pub last_entry: u64,
    /// The institution's clock, on which days and times were read.
    pub zone: String,
    /// The signed checkpoint it stands under, as it was published: it covers the last entry.
    pub checkpoint: String,
    /// Columns of the answer: names and kinds.
    pub columns: Vec<(String, String)>,
    /// How many rows.
    pub rows: u64,
    /// The digest of the canonical result, in hexadecimal.
    pub result_sha256: String,
}

impl QueryProof {
    /// The proof of an answer under a checkpoint.
    pub fn new(
        program: &str,
        planned_columns: &arrow::datatypes::Schema,
        query: &str,
        told: &Told,
        zone: &str,
        checkpoint: String,
    ) -> QueryProof {
        let columns = planned_columns.fields().iter();
        QueryProof {
            format: FORMAT,
            program: program.to_owned(),
            query: query.to_owned(),
            query_sha256: hex(&told.text_hash),
            first_entry: 0,
            last_entry: told.moment.entries.saturating_sub(1),
            zone: zone.to_owned(),
            checkpoint,
            columns: columns.map(|f| (f.name().clone(), f.data_type().to_string())).collect(),
            rows: told.rows,
            result_sha256: hex(&told.result_hash),
        }
    }

    /// The file's bytes.
    ///
    /// # Errors
    /// None that are known; it is passed on.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// In words, what is wrong with it.
    pub fn parse(bytes: &[u8]) -> Result<QueryProof, String> {
        if bytes.len() > PROOF_BYTES_MAX {
            return Err(format!("it has more than {PROOF_BYTES_MAX} bytes"));
        }
        let proof: QueryProof =
            serde_json::from_slice(bytes).map_err(|error| format!("it is not a proof: {error}"))?;
        if proof.format != FORMAT {
            return Err(format!("it has format {}, and this program reads {FORMAT}", proof.format));
        }
        if proof.first_entry != 0 {
            return Err("it begins behind entry 0, which no program of this format does".into());
        }
        Ok(proof)
    }
}

/// Whether everybody who asks this of the same entries gets the same rows.
///
/// # Errors
/// [`AskFailed::Query`] says what stands in the way.
pub fn provable(planned: &Planned) -> Result<(), AskFailed> {
    for field in planned.schema().fields() {
        if !is_exact(field.data_type()) {
            return Err(AskFailed::Query(format!(
                "{} is a binary fraction, whose last digits depend on the order of its parts; cast to DECIMAL what goes into it",
                field.name()
            )));
        }
    }
    let failed = |error| crate::trouble::words::of(&error);
    let mut why = None;
    calls(&planned.plan, &mut |name, volatility| {
        // What a view could open and this query does not show is gone from the plan that is run.
        if name != UNSEALED && volatility != Volatility::Immutable {
            why = why.take().or_else(|| Some(format!("{name}() is another one each time")));
        }
    })
    .map_err(failed)?;
    let run = planned.snapshot.state().optimize(&planned.plan).map_err(failed)?;
    calls(&run, &mut |name, _| {
        if name == UNSEALED {
            why = Some(PERSONAL.to_owned());
        }
    })
    .map_err(failed)?;
    if let Some(table) = elsewhere(&planned.plan).map_err(failed)? {
        why = Some(format!("{table} is not made of the journal alone"));
    }
    match why {
        None => Ok(()),
        Some(why) => Err(AskFailed::Query(format!("this query cannot be proved: {why}"))),
    }
}

const UNSEALED: &str = "unsealed";
const PERSONAL: &str = "it shows personal data, which only the bank's vault opens; leave those columns out, or take the commitment";

/// Shows every function that a plan calls, those of its subqueries too.
fn calls(plan: &LogicalPlan, seen: &mut dyn FnMut(&str, Volatility)) -> DfResult<()> {
    let walked = plan.apply_with_subqueries(|node| {
        node.apply_expressions(|expr| {
            expr.apply(|part| {
                if let Expr::ScalarFunction(call) = part {
                    seen(call.func.name(), call.func.signature().volatility);
                }
                Ok(TreeNodeRecursion::Continue)
            })
        })
    });
    walked.map(|_| ())
}

/// A table of the plan that others cannot make of the journal.
fn elsewhere(plan: &LogicalPlan) -> DfResult<Option<String>> {
    let mut found = None;
    plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node
            && ["ledger_balances", "checkpoints"].contains(&scan.table_name.table())
        {
            found = Some(scan.table_name.table().to_owned());
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(found)
}
