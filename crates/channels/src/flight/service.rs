//! Flight SQL over the bank's history, call by call: queries, prepared queries, and lists for clients that
//! look around. `asking` does the work. What would change anything is refused by name.

use super::asking::{Rows, Service, asker, encoded, fixed, new_id, wanted};
use super::listing;
use super::parameters;
use super::ticket::{Query, Use};
use super::words;
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Schema};
use arrow::ipc::writer::IpcWriteOptions;
use arrow_flight::flight_service_server::FlightService;
use arrow_flight::sql::server::{FlightSqlService, PeekableFlightDataStream};
use arrow_flight::sql::*;
use arrow_flight::{
    Action, CancelFlightInfoRequest, CancelFlightInfoResult, CancelStatus, FlightDescriptor,
    FlightEndpoint, FlightInfo, IpcMessage, SchemaAsIpc, Ticket,
};
use bytes::Bytes;
use futures::StreamExt;
use history::AsOf;
use prost::Message;
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl FlightSqlService for Service {
    type FlightService = Service;

    async fn get_flight_info_statement(
        &self,
        query: CommandStatementQuery,
        request: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        no_transaction(query.transaction_id.as_ref())?;
        let (asker, as_of) = (asker(&request)?, wanted(request.metadata())?);
        let query = Query { id: [0; 16], as_of, text: query.query, parameters: Vec::new() };
        self.info(&asker, query, request.into_inner()).await.map(Response::new)
    }

    async fn do_get_statement(
        &self,
        ticket: TicketStatementQuery,
        request: Request<Ticket>,
    ) -> Result<Response<<Self as FlightService>::DoGetStream>, Status> {
        let asker = asker(&request)?;
        let query = self.opened(&asker, Use::Ticket, &ticket.statement_handle)?;
        self.answer(&asker, query).await
    }

    async fn do_action_create_prepared_statement(
        &self,
        query: ActionCreatePreparedStatementRequest,
        request: Request<Action>,
    ) -> Result<ActionCreatePreparedStatementResult, Status> {
        no_transaction(query.transaction_id.as_ref())?;
        let (asker, as_of) = (asker(&request)?, wanted(request.metadata())?);
        let mut query = Query { id: new_id()?, as_of, text: query.query, parameters: Vec::new() };
        let planned = self.planned(&asker, &query).await?;
        if as_of != AsOf::Now {
            query.as_of = fixed(&query, &planned);
        }
        let parameters = planned.parameters().map_err(|error| words::status(&error))?;
        Ok(ActionCreatePreparedStatementResult {
            prepared_statement_handle: self.sealed(&asker, Use::Prepared, &query)?,
            dataset_schema: schema_bytes(&planned.schema())?,
            parameter_schema: schema_bytes(&askable(&parameters))?,
        })
    }

    async fn do_put_prepared_statement_query(
        &self,
        query: CommandPreparedStatementQuery,
        request: Request<PeekableFlightDataStream>,
    ) -> Result<DoPutPreparedStatementResult, Status> {
        let asker = asker(&request)?;
        let mut query = self.opened(&asker, Use::Prepared, &query.prepared_statement_handle)?;
        let row = parameters::received(request.into_inner()).await?;
        query.parameters = row.as_ref().map_or(Ok(Vec::new()), parameters::encode)?;
        // Whether the values fit is said now and not when the answer is fetched.
        self.planned(&asker, &query).await?;
        let handle = self.sealed(&asker, Use::Prepared, &query)?;
        Ok(DoPutPreparedStatementResult { prepared_statement_handle: Some(handle) })
    }

    async fn get_flight_info_prepared_statement(
        &self,
        query: CommandPreparedStatementQuery,
        request: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        let asker = asker(&request)?;
        let mut query = self.opened(&asker, Use::Prepared, &query.prepared_statement_handle)?;
        if query.as_of == AsOf::Now {
            query.as_of = wanted(request.metadata())?;
        }
        self.info(&asker, query, request.into_inner()).await.map(Response::new)
    }

    async fn do_get_prepared_statement(
        &self,
        query: CommandPreparedStatementQuery,
        request: Request<Ticket>,
    ) -> Result<Response<<Self as FlightService>::DoGetStream>, Status> {
        let asker = asker(&request)?;
        let query = self.opened(&asker, Use::Prepared, &query.prepared_statement_handle)?;
        self.answer(&asker, query).await
    }

    async fn do_action_close_prepared_statement(
        &self,
        _: ActionClosePreparedStatementRequest,
        _: Request<Action>,
    ) -> Result<(), Status> {
        // All there is of it is its handle.
        Ok(())
    }

    async fn do_action_cancel_query(
        &self,
        query: ActionCancelQueryRequest,
        request: Request<Action>,
    ) -> Result<ActionCancelQueryResult, Status> {
        let info = FlightInfo::decode(&*query.info);
        let info = info.map_err(|_| Status::invalid_argument("this is no flight"))?;
        let done = self.cancel(&asker(&request)?, &info)?;
        // The two lists of words have the same numbers.
        Ok(ActionCancelQueryResult { result: cancelled(done).into() })
    }

    async fn do_action_fallback(
        &self,
        request: Request<Action>,
    ) -> Result<Response<<Self as FlightService>::DoActionStream>, Status> {
        let action = request.get_ref();
        if action.r#type != "CancelFlightInfo" {
            let kind = words::short(&action.r#type);
            return Err(Status::unimplemented(format!("there is no action {kind:?} here")));
        }
        // Some clients put it into an `Any`, and some do not.
        let inner = Any::decode(&*action.body).ok();
        let inner = inner.filter(|any| any.type_url.ends_with(".CancelFlightInfoRequest"));
        let body = inner.map_or_else(|| action.body.clone(), |any| any.value);
        let info = CancelFlightInfoRequest::decode(&*body).ok().and_then(|request| request.info);
        let info = info.ok_or_else(|| Status::invalid_argument("this is no flight"))?;
        let done = self.cancel(&asker(&request)?, &info)?;
        let result = CancelFlightInfoResult::new(cancelled(done)).encode_to_vec();
        let result = arrow_flight::Result { body: result.into() };
        Ok(Response::new(futures::stream::iter([Ok(result)]).boxed()))
    }

    async fn get_flight_info_catalogs(
        &self,
        question: CommandGetCatalogs,
        request: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        to_fetch(&question, &question.into_builder().schema(), request)
    }

    async fn do_get_catalogs(
        &self,
        question: CommandGetCatalogs,
        _: Request<Ticket>,
    ) -> Result<Response<<Self as FlightService>::DoGetStream>, Status> {
        ready(listing::catalogs(question))
    }

    async fn get_flight_info_schemas(
        &self,
        question: CommandGetDbSchemas,
        request: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        to_fetch(&question, &question.clone().into_builder().schema(), request)
    }

    async fn do_get_schemas(
        &self,
        question: CommandGetDbSchemas,
        _: Request<Ticket>,
    ) -> Result<Response<<Self as FlightService>::DoGetStream>, Status> {
        ready(listing::schemas(question))
    }

    async fn get_flight_info_tables(
        &self,
        question: CommandGetTables,
        request: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        to_fetch(&question, &question.clone().into_builder().schema(), request)
    }

    async fn do_get_tables(
        &self,
        question: CommandGetTables,
        _: Request<Ticket>,
    ) -> Result<Response<<Self as FlightService>::DoGetStream>, Status> {
        ready(self.listing.tables(&self.desks.masked, self.queries.threads(), question).await)
    }

    async fn get_flight_info_table_types(
        &self,
        question: CommandGetTableTypes,
        request: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        to_fetch(&question, &question.into_builder().schema(), request)
    }

    async fn do_get_table_types(
        &self,
        question: CommandGetTableTypes,
        _: Request<Ticket>,
    ) -> Result<Response<<Self as FlightService>::DoGetStream>, Status> {
        ready(listing::table_types(question))
    }

    async fn get_flight_info_sql_info(
        &self,
        question: CommandGetSqlInfo,
        request: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        let schema = self.listing.abilities().schema();
        to_fetch(&question, &schema, request)
    }

    async fn do_get_sql_info(
        &self,
        question: CommandGetSqlInfo,
        _: Request<Ticket>,
    ) -> Result<Response<<Self as FlightService>::DoGetStream>, Status> {
        let batch = question.into_builder(self.listing.abilities()).build();
        ready(batch.map_err(Status::from))
    }

    async fn get_flight_info_xdbc_type_info(
        &self,
        question: CommandGetXdbcTypeInfo,
        request: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        let schema = self.listing.types().schema();
        to_fetch(&question, &schema, request)
    }

    async fn do_get_xdbc_type_info(
        &self,
        question: CommandGetXdbcTypeInfo,
        _: Request<Ticket>,
    ) -> Result<Response<<Self as FlightService>::DoGetStream>, Status> {
        let batch = question.into_builder(self.listing.types()).build();
        ready(batch.map_err(Status::from))
    }

    async fn get_flight_info_primary_keys(
        &self,
        question: CommandGetPrimaryKeys,
        request: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        to_fetch(&question, &listing::primary_keys(), request)
    }

    async fn do_get_primary_keys(
        &self,
        _: CommandGetPrimaryKeys,
        _: Request<Ticket>,
    ) -> Result<Response<<Self as FlightService>::DoGetStream>, Status> {
        ready(Ok(RecordBatch::new_empty(listing::primary_keys())))
    }

    async fn get_flight_info_exported_keys(
        &self,
        question: CommandGetExportedKeys,
        request: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        to_fetch(&question, &listing::foreign_keys(), request)
    }

    async fn do_get_exported_keys(
        &self,
        _: CommandGetExportedKeys,
        _: Request<Ticket>,
    ) -> Result<Response<<Self as FlightService>::DoGetStream>, Status> {
        ready(Ok(RecordBatch::new_empty(listing::foreign_keys())))
    }

    async fn get_flight_info_imported_keys(
        &self,
        question: CommandGetImportedKeys,
        request: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        to_fetch(&question, &listing::foreign_keys(), request)
    }

    async fn do_get_imported_keys(
        &self,
        _: CommandGetImportedKeys,
        _: Request<Ticket>,
    ) -> Result<Response<<Self as FlightService>::DoGetStream>, Status> {
        ready(Ok(RecordBatch::new_empty(listing::foreign_keys())))
    }

    async fn get_flight_info_cross_reference(
        &self,
        question: CommandGetCrossReference,
        request: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        to_fetch(&question, &listing::foreign_keys(), request)
    }

    async fn do_get_cross_reference(
        &self,
        _: CommandGetCrossReference,
        _: Request<Ticket>,
    ) -> Result<Response<<Self as FlightService>::DoGetStream>, Status> {
        ready(Ok(RecordBatch::new_empty(listing::foreign_keys())))
    }

    async fn get_flight_info_substrait_plan(
        &self,
        _: CommandStatementSubstraitPlan,
        _: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        Err(no_substrait())
    }

    async fn do_action_create_prepared_substrait_plan(
        &self,
        _: ActionCreatePreparedSubstraitPlanRequest,
        _: Request<Action>,
    ) -> Result<ActionCreatePreparedStatementResult, Status> {
        Err(no_substrait())
    }

    async fn do_put_substrait_plan(
        &self,
        _: CommandStatementSubstraitPlan,
        _: Request<PeekableFlightDataStream>,
    ) -> Result<i64, Status> {
        Err(no_substrait())
    }

    async fn do_put_statement_update(
        &self,
        _: CommandStatementUpdate,
        _: Request<PeekableFlightDataStream>,
    ) -> Result<i64, Status> {
        Err(only_reads())
    }

    async fn do_put_statement_ingest(
        &self,
        _: CommandStatementIngest,
        _: Request<PeekableFlightDataStream>,
    ) -> Result<i64, Status> {
        Err(only_reads())
    }

    async fn do_put_prepared_statement_update(
        &self,
        _: CommandPreparedStatementUpdate,
        _: Request<PeekableFlightDataStream>,
    ) -> Result<i64, Status> {
        Err(only_reads())
    }

    async fn do_action_begin_transaction(
        &self,
        _: ActionBeginTransactionRequest,
        _: Request<Action>,
    ) -> Result<ActionBeginTransactionResult, Status> {
        Err(only_reads())
    }

    async fn do_action_end_transaction(
        &self,
        _: ActionEndTransactionRequest,
        _: Request<Action>,
    ) -> Result<(), Status> {
        Err(only_reads())
    }

    async fn do_action_begin_savepoint(
        &self,
        _: ActionBeginSavepointRequest,
        _: Request<Action>,
    ) -> Result<ActionBeginSavepointResult, Status> {
        Err(only_reads())
    }

    async fn do_action_end_savepoint(
        &self,
        _: ActionEndSavepointRequest,
        _: Request<Action>,
    ) -> Result<(), Status> {
        Err(only_reads())
    }

    async fn register_sql_info(&self, _: i32, _: &SqlInfo) {}
}

fn only_reads() -> Status {
    Status::unimplemented(
        "this door only reads: nothing can be changed, loaded or begun here; money moves by `tj`",
    )
}

fn no_substrait() -> Status {
    Status::unimplemented("queries are asked in SQL here, not as Substrait plans")
}

fn no_transaction(transaction: Option<&Bytes>) -> Result<(), Status> {
    if transaction.is_none_or(Bytes::is_empty) { Ok(()) } else { Err(only_reads()) }
}

fn schema_bytes(schema: &Schema) -> Result<Bytes, Status> {
    let options = IpcWriteOptions::default();
    let encoded: Result<IpcMessage, _> = SchemaAsIpc::new(schema, &options).try_into();
    encoded.map(|IpcMessage(bytes)| bytes).map_err(|error| words::internal(&error))
}

/// A list that is ready.
fn ready(batch: Result<RecordBatch, Status>) -> Result<Response<Rows>, Status> {
    let batch = batch?;
    Ok(Response::new(encoded(batch.schema(), futures::stream::iter([Ok(batch)]))))
}

/// Where to fetch a list: the question is its own ticket.
fn to_fetch(
    question: &impl ProstMessageExt,
    schema: &Schema,
    request: Request<FlightDescriptor>,
) -> Result<Response<FlightInfo>, Status> {
    let info = FlightInfo::new().try_with_schema(schema);
    let info = info.map_err(|error| words::internal(&error))?;
    let endpoint =
        FlightEndpoint::new().with_ticket(Ticket::new(question.as_any().encode_to_vec()));
    Ok(Response::new(info.with_endpoint(endpoint).with_descriptor(request.into_inner())))
}

/// Types that nothing is known of are asked for as text.
fn askable(parameters: &Schema) -> Schema {
    let fields = parameters.fields().iter().map(|field| {
        let known = *field.data_type() != DataType::Null;
        let field = field.as_ref().clone();
        if known { field } else { field.with_data_type(DataType::Utf8) }
    });
    Schema::new(fields.collect::<Vec<_>>())
}

fn cancelled(done: bool) -> CancelStatus {
    if done { CancelStatus::Cancelled } else { CancelStatus::NotCancellable }
}
