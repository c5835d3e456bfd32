//! The one list of routes.

use actix_web::guard;
use actix_web::http::{StatusCode, header};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpResponse, Resource, ResponseError};

use super::{
    Problem, audits, coverage, docs, events, files, findings, graph, health, home, identity, leads, rules, snapshots,
    sql, tables,
};

/// Writes the list once, for the server and for whoever compares it with the document.
macro_rules! routes {
    ($($path:literal => { $($method:ident $handler:path),+ $(,)? })+) => {
        /// Every route: method and path.
        pub const ROUTES: &[(&str, &str)] = &[$($((stringify!($method), $path)),+),+];

        /// Hangs every route into the server.
        pub fn configure(service: &mut ServiceConfig) {
            $(service.service(
                resource($path, &[$(stringify!($method)),+])
                    $(.route(web::route().guard(method(stringify!($method))).to($handler)))+
            );)+
            service.default_service(web::to(|| async { Problem::of_status(StatusCode::NOT_FOUND).error_response() }));
        }
    };
}

routes! {
    "/" => { GET home::page }
    "/api/docs" => { GET docs::page }
    "/api/docs/rules" => { GET rules::page }
    "/api/openapi.json" => { GET docs::json }
    "/api/v1/health" => { GET health::health }
    "/api/v1/ready" => { GET health::ready }
    "/api/v1/snapshots" => { GET snapshots::list }
    "/api/v1/snapshots/{id}" => { GET snapshots::show }
    "/api/v1/snapshots/{a}/diff/{b}" => { GET snapshots::diff }
    "/api/v1/audits" => { GET audits::list, POST audits::start }
    "/api/v1/audits/{id}" => { GET audits::show, DELETE audits::cancel }
    "/api/v1/audits/{id}/events" => { GET events::follow }
    "/api/v1/audits/{id}/coverage" => { GET coverage::show }
    "/api/v1/audits/{id}/leads" => { GET leads::list }
    "/api/v1/audits/{id}/leads/{lead_id}" => { GET leads::show }
    "/api/v1/audits/{id}/findings" => { GET findings::list }
    "/api/v1/audits/{id}/findings/{finding_id}" => { GET findings::show }
    "/api/v1/audits/{id}/files/{file}" => { GET files::download }
    "/api/v1/audits/{id}/cards/{model}" => { GET files::card }
    "/api/v1/rules" => { GET rules::list }
    "/api/v1/rules/{id}" => { GET rules::show }
    "/api/v1/typologies" => { GET rules::typologies }
    "/api/v1/tables" => { GET tables::tables }
    "/api/v1/functions" => { GET tables::functions }
    "/api/v1/graph/around" => { POST graph::around::show }
    "/api/v1/graph/kin" => { POST graph::around::kin }
    "/api/v1/graph/ties" => { POST graph::ties::show }
    "/api/v1/graph/path" => { POST graph::ties::path }
    "/api/v1/graph/rings" => { GET graph::rings::list }
    "/api/v1/graph/screens" => { GET graph::screens::list }
    "/api/v1/graph/rings/{ring}" => { GET graph::rings::show }
    "/api/v1/graph/near" => { POST graph::rings::near }
    "/api/v1/identity/explain" => { POST identity::explain }
    "/api/v1/identity/offers" => { GET identity::waiting }
    "/api/v1/sql" => { POST sql::query }
}

/// GET answers HEAD too, without its body.
fn method(name: &'static str) -> impl guard::Guard {
    guard::fn_guard(move |context| {
        let asked = context.head().method.as_str();
        asked == name || (name == "GET" && asked == "HEAD")
    })
}

/// A path whose other methods are answered by a problem that names those it has.
fn resource(path: &str, methods: &[&str]) -> Resource {
    let mut allowed = methods.join(", ");
    if methods.contains(&"GET") {
        allowed.push_str(", HEAD");
    }
    web::resource(path).default_service(web::to(move || {
        let allowed = allowed.clone();
        async move { method_not_allowed(&allowed) }
    }))
}

fn method_not_allowed(allowed: &str) -> HttpResponse {
    let zh = format!("此地址支持的方法：{allowed}");
    let mut response = Problem::new("method-not-allowed", format!("methods here: {allowed}"), zh).error_response();
    if let Ok(value) = header::HeaderValue::from_str(allowed) {
        response.headers_mut().insert(header::ALLOW, value);
    }
    response
}
