//! The gate: every call of Flight comes through here, and none goes further without a token that is known.
//! Behind it stands `service`. Also here is what Flight has and Flight SQL's own service leaves out: the
//! schema of a query, and the list of actions as it is.

use super::asking::{Asker, Service};
use crate::tokens::Tokens;
use arrow_flight::flight_service_server::FlightService;
use arrow_flight::{
    Action, ActionType, Criteria, Empty, FlightData, FlightDescriptor, FlightInfo,
    HandshakeRequest, HandshakeResponse, PollInfo, PutResult, SchemaResult, Ticket,
};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use futures::StreamExt;
use futures::stream::BoxStream;
use history::Disk;
use std::sync::Arc;
use terms::TimeNs;
use tonic::metadata::{MetadataMap, MetadataValue};
use tonic::{Request, Response, Status, Streaming};

/// Bytes of a token or a name and token at most.
const CREDENTIAL_BYTES_MAX: usize = 1_024;
/// Names and tokens in base64: some clients pad it, as RFC 7617 says, and those in Go do not.
const BASIC: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
/// What callers may do besides asking and fetching.
const ACTIONS: [(&str, &str); 4] = [
    ("CreatePreparedStatement", "Prepares a query, which may have parameters $1, $2 and so on."),
    ("ClosePreparedStatement", "Forgets a prepared query."),
    ("CancelQuery", "Stops a query that runs."),
    ("CancelFlightInfo", "Stops a query that runs."),
];

/// Whoever knocks.
pub struct Gate<D: Disk> {
    pub service: Service<D>,
    pub tokens: Arc<Tokens>,
    pub clock: Arc<dyn Fn() -> TimeNs + Send + Sync>,
}

impl<D: Disk> Gate<D> {
    /// Who calls; nobody hears why not.
    fn asker(&self, token: &str) -> Result<Arc<str>, Status> {
        let today = (self.clock)().day_at(0);
        let known = self.tokens.whose(token, today);
        let known = known.map_err(|_| {
            Status::unavailable("nobody can sign in at the moment; tell the bank's operator")
        })?;
        known.ok_or_else(unknown)
    }

    /// Lets a call in, with the name of who calls.
    fn admit<T>(&self, mut request: Request<T>) -> Result<Request<T>, Status> {
        let token = credential(request.metadata(), "bearer").ok_or_else(unknown)?;
        let asker = self.asker(token)?;
        request.extensions_mut().insert(Asker(asker));
        Ok(request)
    }

    /// The token of who signs in with a name and a token instead of a password, or with a token.
    fn signed_in(&self, metadata: &MetadataMap) -> Result<String, Status> {
        if let Some(token) = credential(metadata, "bearer") {
            return self.asker(token).map(|_| token.to_owned());
        }
        let both = credential(metadata, "basic").ok_or_else(unknown)?;
        let both = BASIC.decode(both).map_err(|_| unknown())?;
        let both = String::from_utf8(both).map_err(|_| unknown())?;
        let (name, token) = both.split_once(':').ok_or_else(unknown)?;
        if *self.asker(token)? == *name { Ok(token.to_owned()) } else { Err(unknown()) }
    }
}

fn unknown() -> Status {
    Status::unauthenticated("this door opens with a token of the bank; see `tj token`")
}

/// What follows a scheme such as `Bearer` in the header for it.
fn credential<'a>(metadata: &'a MetadataMap, scheme: &str) -> Option<&'a str> {
    let value = metadata.get("authorization")?.to_str().ok()?;
    let (said, credential) = value.split_once(' ')?;
    let fits = said.eq_ignore_ascii_case(scheme) && credential.len() <= CREDENTIAL_BYTES_MAX;
    fits.then_some(credential.trim())
}

#[tonic::async_trait]
impl<D: Disk> FlightService for Gate<D> {
    type HandshakeStream = BoxStream<'static, Result<HandshakeResponse, Status>>;
    type ListFlightsStream = BoxStream<'static, Result<FlightInfo, Status>>;
    type DoGetStream = BoxStream<'static, Result<FlightData, Status>>;
    type DoPutStream = BoxStream<'static, Result<PutResult, Status>>;
    type DoActionStream = BoxStream<'static, Result<arrow_flight::Result, Status>>;
    type ListActionsStream = BoxStream<'static, Result<ActionType, Status>>;
    type DoExchangeStream = BoxStream<'static, Result<FlightData, Status>>;

    async fn handshake(
        &self,
        request: Request<Streaming<HandshakeRequest>>,
    ) -> Result<Response<Self::HandshakeStream>, Status> {
        let token = self.signed_in(request.metadata())?;
        let bearer: Result<MetadataValue<_>, _> = format!("Bearer {token}").parse();
        let answer = HandshakeResponse { protocol_version: 0, payload: token.into() };
        let mut response = Response::new(futures::stream::iter([Ok(answer)]).boxed());
        let bearer = bearer.map_err(|_| unknown())?;
        response.metadata_mut().insert("authorization", bearer);
        Ok(response)
    }

    async fn list_flights(
        &self,
        request: Request<Criteria>,
    ) -> Result<Response<Self::ListFlightsStream>, Status> {
        self.service.list_flights(self.admit(request)?).await
    }

    async fn get_flight_info(
        &self,
        request: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        self.service.get_flight_info(self.admit(request)?).await
    }

    async fn poll_flight_info(
        &self,
        request: Request<FlightDescriptor>,
    ) -> Result<Response<PollInfo>, Status> {
        self.service.poll_flight_info(self.admit(request)?).await
    }

    async fn get_schema(
        &self,
        request: Request<FlightDescriptor>,
    ) -> Result<Response<SchemaResult>, Status> {
        // The same way as a query, so that what it refuses is refused here.
        let info = self.service.get_flight_info(self.admit(request)?).await?;
        Ok(Response::new(SchemaResult { schema: info.into_inner().schema }))
    }

    async fn do_get(
        &self,
        request: Request<Ticket>,
    ) -> Result<Response<Self::DoGetStream>, Status> {
        self.service.do_get(self.admit(request)?).await
    }

    async fn do_put(
        &self,
        request: Request<Streaming<FlightData>>,
    ) -> Result<Response<Self::DoPutStream>, Status> {
        self.service.do_put(self.admit(request)?).await
    }

    async fn do_exchange(
        &self,
        request: Request<Streaming<FlightData>>,
    ) -> Result<Response<Self::DoExchangeStream>, Status> {
        self.service.do_exchange(self.admit(request)?).await
    }

    async fn do_action(
        &self,
        request: Request<Action>,
    ) -> Result<Response<Self::DoActionStream>, Status> {
        self.service.do_action(self.admit(request)?).await
    }

    async fn list_actions(
        &self,
        request: Request<Empty>,
    ) -> Result<Response<Self::ListActionsStream>, Status> {
        self.admit(request)?;
        let action = |(name, what): (&str, &str)| {
            Ok(ActionType { r#type: name.to_owned(), description: what.to_owned() })
        };
        Ok(Response::new(futures::stream::iter(ACTIONS.map(action)).boxed()))
    }
}
