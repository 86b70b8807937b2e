//! Asking: a query is understood, its moment is fixed, and its ticket says all that is needed to fetch the
//! answer, which `running` works off. `service` says the same in the words of Flight SQL.

use super::desk::Both;
use super::listing::Listing;
use super::parameters;
use super::running::Queries;
use super::ticket::{Query, Sealer, Use};
use super::words;
use crate::as_of;
use crate::keeper::Asker;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow_flight::encode::FlightDataEncoderBuilder;
use arrow_flight::error::FlightError;
use arrow_flight::sql::{Any, ProstMessageExt, TicketStatementQuery};
use arrow_flight::{FlightData, FlightDescriptor, FlightEndpoint, FlightInfo, Ticket};
use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{Stream, StreamExt, TryStreamExt};
use history::{AsOf, Planned};
use prost::Message;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tonic::metadata::MetadataMap;
use tonic::{Request, Response, Status};

/// In which header a caller says which moment it means.
pub const AS_OF_HEADER: &str = "x-tongjian-as-of";
/// Bytes of rows in one message; clients take no messages above 4 MiB unless they are told to.
const MESSAGE_BYTES: usize = 2 << 20;
/// Queries that are being understood at once.
const UNDERSTOOD_AT_ONCE: usize = 8;
/// The table that is known of the present moment only.
const ONLY_NOW: &str = "ledger_balances";

/// What stands behind the gate.
pub struct Service {
    pub desks: Both,
    pub queries: Arc<Queries>,
    pub sealer: Sealer,
    pub listing: Listing,
    /// So that nobody fills the threads with questions alone.
    understanding: Arc<Semaphore>,
}

/// Work that ends with whoever waits for it.
struct Waited<T>(JoinHandle<T>);

impl<T> Drop for Waited<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Messages to a client.
pub type Rows = BoxStream<'static, Result<FlightData, Status>>;

impl Service {
    /// A service in front of a desk.
    pub fn new(desks: Both, queries: Arc<Queries>, sealer: Sealer, listing: Listing) -> Service {
        let understanding = Arc::new(Semaphore::new(UNDERSTOOD_AT_ONCE));
        Service { desks, queries, sealer, listing, understanding }
    }

    /// Understands a query, with what who asks may see.
    pub async fn planned(&self, asker: &Asker, query: &Query) -> Result<Planned, Status> {
        let values = parameters::decode(&query.parameters)?;
        let desk = Arc::clone(self.desks.of(asker.personal));
        let (as_of, text) = (query.as_of, query.text.clone());
        let turn = Arc::clone(&self.understanding).acquire_owned().await;
        let turn = turn.map_err(|_| broken())?;
        let mut work = Waited(self.queries.threads().spawn(async move {
            let _turn = turn;
            let (taker, wanted) = (Arc::clone(&desk), text.clone());
            // It reads what the journal has gained, so it may wait for the disk.
            let taken = move || taker.taken(as_of, &wanted);
            let snapshot = tokio::task::spawn_blocking(taken).await.map_err(|_| broken())?;
            let snapshot = snapshot.map_err(|error| words::status(&error))?;
            let planned = desk.plan(&snapshot, &text).await;
            let planned = planned.and_then(|planned| match values {
                Some(values) => planned.with_parameters(&values),
                None => Ok(planned),
            });
            planned.map_err(|error| words::status(&error))
        }));
        (&mut work.0).await.map_err(|_| broken())?
    }

    /// What a client needs to fetch an answer. The moment is fixed here, so that whoever fetches later or
    /// twice sees the same.
    pub async fn info(
        &self,
        asker: &Asker,
        mut query: Query,
        descriptor: FlightDescriptor,
    ) -> Result<FlightInfo, Status> {
        let planned = self.planned(asker, &query).await?;
        let blanks = planned.parameters().map_err(|error| words::status(&error))?.fields().len();
        if blanks > 0 && query.parameters.is_empty() {
            return Err(Status::invalid_argument(format!(
                "the query has {blanks} parameters and no values; prepare it and bind one row"
            )));
        }
        query.id = new_id()?;
        query.as_of = fixed(&query, &planned);
        let ticket =
            TicketStatementQuery { statement_handle: self.sealed(asker, Use::Ticket, &query)? };
        let entries = planned.moment().entries.to_string();
        let info = FlightInfo::new().try_with_schema(&planned.schema());
        let info = info.map_err(|error| words::internal(&error))?;
        let ticket = Ticket::new(ticket.as_any().encode_to_vec());
        let endpoint = FlightEndpoint::new().with_ticket(ticket);
        // The moment, for whoever wants to say it beside the answer: how many entries it covers.
        Ok(info.with_endpoint(endpoint).with_descriptor(descriptor).with_app_metadata(entries))
    }

    /// Runs a query.
    pub async fn answer(&self, asker: &Asker, query: Query) -> Result<Response<Rows>, Status> {
        let planned = self.planned(asker, &query).await?;
        let (schema, rows) = self.queries.run(&asker.name, query.id, planned).await?;
        Ok(Response::new(encoded(schema, rows)))
    }

    pub fn sealed(&self, asker: &Asker, good_for: Use, query: &Query) -> Result<Bytes, Status> {
        self.sealer.seal(&asker.name, good_for, query).ok_or_else(broken)
    }

    pub fn opened(&self, asker: &Asker, good_for: Use, sealed: &[u8]) -> Result<Query, Status> {
        self.sealer.open(&asker.name, good_for, sealed).ok_or_else(|| {
            Status::invalid_argument(
                "this ticket or handle is not one that you were given since the server was started; ask again",
            )
        })
    }

    /// Stops the query that a flight's ticket stands for.
    pub fn cancel(&self, asker: &Asker, info: &FlightInfo) -> Result<bool, Status> {
        let ticket = info.endpoint.first().and_then(|endpoint| endpoint.ticket.as_ref());
        let ticket = ticket.and_then(|ticket| Any::decode(&*ticket.ticket).ok());
        let ticket = ticket.and_then(|any| any.unpack::<TicketStatementQuery>().ok().flatten());
        let ticket = ticket.ok_or_else(|| {
            Status::invalid_argument("there is no ticket of a query in what is to be cancelled")
        })?;
        let query = self.opened(asker, Use::Ticket, &ticket.statement_handle)?;
        Ok(self.queries.cancel(&asker.name, query.id))
    }
}

/// Who asks.
pub fn asker<T>(request: &Request<T>) -> Result<Asker, Status> {
    request.extensions().get::<Asker>().cloned().ok_or_else(broken)
}

/// Which moment the caller means.
pub fn wanted(metadata: &MetadataMap) -> Result<AsOf, Status> {
    let Some(said) = metadata.get(AS_OF_HEADER) else { return Ok(AsOf::Now) };
    said.to_str()
        .ok()
        .and_then(as_of::parse)
        .ok_or_else(|| Status::invalid_argument(format!("{AS_OF_HEADER} is {}", as_of::FORM)))
}

/// The moment that was planned for. What is known of now only stays of now.
pub fn fixed(query: &Query, planned: &Planned) -> AsOf {
    let only_now = query.text.to_ascii_lowercase().contains(ONLY_NOW);
    match (query.as_of, planned.moment().entries.checked_sub(1)) {
        (AsOf::Now, _) if only_now => AsOf::Now,
        (_, Some(last)) => AsOf::Entry(last),
        // Of a journal without entries there is nothing to fix.
        (as_of, None) => as_of,
    }
}

/// A number for a query, which no other has.
pub fn new_id() -> Result<[u8; 16], Status> {
    Sealer::id().ok_or_else(broken)
}

fn broken() -> Status {
    Status::internal("the server could not do its part; try again")
}

/// Rows as messages.
pub fn encoded(
    schema: SchemaRef,
    rows: impl Stream<Item = Result<RecordBatch, Status>> + Send + 'static,
) -> Rows {
    let rows = rows.map_err(|status| FlightError::Tonic(Box::new(status)));
    let builder = FlightDataEncoderBuilder::new().with_schema(schema);
    let messages = builder.with_max_flight_data_size(MESSAGE_BYTES).build(rows);
    messages.map_err(Status::from).boxed()
}
