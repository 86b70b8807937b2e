//! Queries with blanks: `$1`, `$2` and so on, which a caller fills in before the query is run.

use super::Planned;
use crate::trouble::{AskFailed, words};
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::ScalarValue;
use datafusion::logical_expr::LogicalPlan;

impl Planned {
    /// The blanks, in order, with their types where the query says which; nothing is known of a type that
    /// is `Null`.
    ///
    /// # Errors
    /// Blanks that are not numbered `$1`, `$2` and so on, or of which one is wanted as two types.
    pub fn parameters(&self) -> Result<Schema, AskFailed> {
        let types = self.plan.get_parameter_types().map_err(|error| words::of(&error))?;
        let mut fields = Vec::with_capacity(types.len());
        for number in 1..=types.len() {
            let name = format!("${number}");
            let kind = types.get(&name).ok_or_else(|| {
                AskFailed::Query("parameters are written $1, $2 and so on, without a gap".into())
            })?;
            fields.push(Field::new(name, kind.clone().unwrap_or(DataType::Null), true));
        }
        Ok(Schema::new(fields))
    }

    /// The query with its blanks filled in from the one row of `values`.
    ///
    /// # Errors
    /// Not one row; not as many values as blanks; a value that does not fit.
    pub fn with_parameters(self, values: &RecordBatch) -> Result<Planned, AskFailed> {
        let wanted = self.parameters()?.fields().len();
        if values.num_columns() != wanted || values.num_rows() != 1 {
            return Err(AskFailed::Query(format!(
                "the query has {wanted} parameters, and {} values in {} rows came; it takes one row",
                values.num_columns(),
                values.num_rows()
            )));
        }
        let scalars: Result<Vec<ScalarValue>, _> =
            values.columns().iter().map(|column| ScalarValue::try_from_array(column, 0)).collect();
        let filled = scalars.and_then(|scalars| self.plan.clone().with_param_values(scalars));
        let plan: LogicalPlan = filled.map_err(|error| words::of(&error))?;
        Ok(Planned { plan, ..self })
    }
}
