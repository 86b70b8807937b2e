//! The table of all pages and the routes made of it. A page that is not in the table does not exist: routes, the crawl and
//! the tests come from its rows.

use crate::house::House;
use crate::row::Row;
use crate::served::{Asset, CHECK_JS, CSS, DESK_CSS, DESK_JS, JS};
use crate::{desks, door, open, phone};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request};
use axum::response::Redirect;
use axum::routing::{MethodFilter, MethodRouter, get, on};
use std::collections::{BTreeMap, BTreeSet};
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
    let rows = table();
    let pages = pages(&rows);
    for row in rows {
        let Ok(filter) = MethodFilter::try_from(row.method.clone()) else { continue };
        let (path, row, house) = (row.path, Arc::new(row), Arc::clone(house));
        let handler = move |request: Request<Body>| {
            door::answer(Arc::clone(&house), Arc::clone(&row), request)
        };
        let methods = paths.remove(path).unwrap_or_default();
        paths.insert(path, methods.merge(on(filter, handler)));
    }
    for (path, methods) in &mut paths {
        if let Some(up) = above(&pages, path) {
            let taken = std::mem::take(methods);
            *methods =
                taken.merge(get(move |request: Request<Body>| async move { lead(&request, up) }));
        }
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

/// Paths that can be looked at.
fn pages(rows: &[Row]) -> BTreeSet<&'static str> {
    rows.iter().filter(|row| row.method == Method::GET).map(|row| row.path).collect()
}

/// Of a path that only takes forms: how many steps above it is a page. Who looks at its answer again, or in another language, is
/// led there; nothing where it is a page itself.
fn above(pages: &BTreeSet<&str>, path: &str) -> Option<usize> {
    if pages.contains(path) {
        return None;
    }
    let steps = path.matches('/').count();
    let is_there = |up: &usize| *up == steps || pages.contains(parent(path, *up));
    (1..=steps).find(is_there)
}

/// A path without its last steps.
fn parent(path: &str, up: usize) -> &str {
    let cut = path.rmatch_indices('/').nth(up - 1).map_or(0, |(at, _)| at);
    if cut == 0 { "/" } else { &path[..cut] }
}

fn lead(request: &Request<Body>, up: usize) -> Redirect {
    Redirect::to(parent(request.uri().path(), up))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_takes_forms_leads_to_the_page_above_it() {
        let pages = pages(&table());
        for (path, page) in [
            ("/counter/{party}/access", "/counter/{party}"),
            ("/payments/{payment}/void", "/payments/{payment}"),
            ("/people/{user}/roles/{role}/take", "/people/{user}"),
            ("/sign-out", "/"),
        ] {
            assert_eq!(above(&pages, path).map(|up| parent(path, up)), Some(page), "{path}");
        }
        assert_eq!(above(&pages, "/pay"), None);
        assert_eq!(parent("/payments/pay_1/return", 1), "/payments/pay_1");
    }

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
