//! The table of all pages and the routes made of it. A page that is not in the table does not exist: routes, the crawl and
//! the tests come from its rows.

use crate::house::House;
use crate::row::Row;
use crate::served::{Asset, CHECK_JS, CSS, DESK_CSS, DESK_JS, JS};
use crate::{desks, door, open, phone};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use axum::routing::{MethodFilter, MethodRouter, get, on};
use std::collections::BTreeMap;
use std::sync::Arc;

/// All pages.
pub fn table() -> Vec<Row> {
    let mut all = desks::rows();
    all.push(open!(GET "/gallery", crate::gallery::show));
    all
}

/// The routes of all pages, with the style and script they use.
pub fn routes(house: &Arc<House>) -> Router {
    phone::open(house);
    let mut paths: BTreeMap<&'static str, MethodRouter> = BTreeMap::new();
    for row in table() {
        let Ok(filter) = MethodFilter::try_from(row.method.clone()) else { continue };
        let (path, row, house) = (row.path, Arc::new(row), Arc::clone(house));
        let handler = move |request: Request<Body>| {
            door::answer(Arc::clone(&house), Arc::clone(&row), request)
        };
        let methods = paths.remove(path).unwrap_or_default();
        paths.insert(path, methods.merge(on(filter, handler)));
    }
    let mut router = Router::new();
    for (path, methods) in paths {
        router = router.route(path, methods);
    }
    for (path, kind, text) in [
        ("/app.css", "text/css; charset=utf-8", CSS),
        ("/desk.css", "text/css; charset=utf-8", DESK_CSS),
        ("/app.js", "text/javascript; charset=utf-8", JS),
        ("/desk.js", "text/javascript; charset=utf-8", DESK_JS),
        ("/check.js", "text/javascript; charset=utf-8", CHECK_JS),
    ] {
        let asset = Arc::new(Asset::new(kind, text));
        router = router.route(
            path,
            get(move |headers: HeaderMap| {
                let response = asset.served(&headers);
                async move { response }
            }),
        );
    }
    let (api, house) = (house.api().clone(), Arc::clone(house));
    router.fallback(move |request: Request<Body>| {
        crate::door::others(house.clone(), api.clone(), request)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_cannot_lead_to_another_path() {
        let rows = table();
        let row = rows.iter().find(|row| row.path == "/payments/{payment}").unwrap();
        assert_eq!(row.parameters("/payments/pay_1-a"), [("payment", "pay_1-a".to_owned())]);
        for wrong in ["..%2Fusers", "a%3Fproof=1", "%2e%2e", "a b"] {
            let path = format!("/payments/{wrong}");
            assert_eq!(row.parameters(&path), [("payment", String::new())], "{wrong}");
        }
    }
}
