//! The gate: every call of Flight comes through here, and none goes further without a pass that is good.
//! Behind it stands `service`. Also here is what Flight has and Flight SQL's own service leaves out: the
//! schema of a query, and the list of actions as it is.

use super::asking::Service;
use crate::keeper::{Asker, Doorkeeper, TurnedAway};
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
use std::net::SocketAddr;
use std::sync::Arc;
use tonic::metadata::{MetadataMap, MetadataValue};
use tonic::{Request, Response, Status, Streaming};

/// Bytes of a pass or a name and pass at most.
const CREDENTIAL_BYTES_MAX: usize = 1_024;
/// Names and passes in base64: some clients pad it, as RFC 7617 says, and those in Go do not.
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
pub struct Gate {
    pub service: Service,
    pub keeper: Arc<dyn Doorkeeper>,
}

impl Gate {
    /// Who calls.
    fn asker(&self, pass: &str, address: Option<SocketAddr>) -> Result<Asker, Status> {
        self.keeper.asker(pass, address.map(|address| address.ip())).map_err(|why| match why {
            TurnedAway::Unknown => unknown(),
            TurnedAway::NotAllowed => Status::permission_denied("you may not ask the tables"),
        })
    }

    /// Lets a call in, with the name of who calls.
    fn admit<T>(&self, mut request: Request<T>) -> Result<Request<T>, Status> {
        let pass = credential(request.metadata(), "bearer").ok_or_else(unknown)?;
        let asker = self.asker(pass, request.remote_addr())?;
        request.extensions_mut().insert(asker);
        Ok(request)
    }

    /// The pass of who signs in with a name and a pass instead of a password, or with a pass.
    fn signed_in<T>(&self, request: &Request<T>) -> Result<String, Status> {
        let (metadata, address) = (request.metadata(), request.remote_addr());
        if let Some(pass) = credential(metadata, "bearer") {
            return self.asker(pass, address).map(|_| pass.to_owned());
        }
        let both = credential(metadata, "basic").ok_or_else(unknown)?;
        let both = BASIC.decode(both).map_err(|_| unknown())?;
        let both = String::from_utf8(both).map_err(|_| unknown())?;
        // The name is the caller's own, with or without the word before it.
        let (name, pass) = both.rsplit_once(':').ok_or_else(unknown)?;
        let known = self.asker(pass, address)?.name;
        let plain = known.split_once(':').map_or(&*known, |(_, plain)| plain);
        if name == &*known || name == plain { Ok(pass.to_owned()) } else { Err(unknown()) }
    }
}

fn unknown() -> Status {
    Status::unauthenticated(
        "this door opens with a pass of the bank; POST /api/v1/queries/pass gives one",
    )
}

/// What follows a scheme such as `Bearer` in the header for it.
fn credential<'a>(metadata: &'a MetadataMap, scheme: &str) -> Option<&'a str> {
    let value = metadata.get("authorization")?.to_str().ok()?;
    let (said, credential) = value.split_once(' ')?;
    let fits = said.eq_ignore_ascii_case(scheme) && credential.len() <= CREDENTIAL_BYTES_MAX;
    fits.then_some(credential.trim())
}

#[tonic::async_trait]
impl FlightService for Gate {
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
        let pass = self.signed_in(&request)?;
        let bearer: Result<MetadataValue<_>, _> = format!("Bearer {pass}").parse();
        let answer = HandshakeResponse { protocol_version: 0, payload: pass.into() };
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
