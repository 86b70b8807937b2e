//! The OpenAPI 3.1 document and its readable reference, both made of the table of operations. JSON Schema 2020-12 is the
//! dialect of both.

use crate::problem::{Kind, ProblemDocument};
use crate::table::{BodyKind, Operation, ROOT};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// The document of a table.
pub fn document(table: &[Operation], version: &str) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = SchemaGenerator::new(settings);
    let problem = json!(generator.subschema_for::<ProblemDocument>());
    let mut paths: Map<String, Value> = Map::new();
    for operation in table {
        let told = operation_of(operation, &mut generator, &problem);
        let path = paths.entry(format!("{ROOT}{}", operation.path)).or_insert_with(|| json!({}));
        if let Value::Object(path) = path {
            path.insert(operation.method.as_str().to_ascii_lowercase(), told);
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Tongjian",
            "version": version,
            "description": "Accounts, payments, risk control and proofs of one bank, on one verifiable journal. Money is a decimal text beside its currency. Where money moves, an Idempotency-Key is mandatory and lives in the journal for ever. Problems are RFC 9457 documents; their types are explained at /api/v1/problems.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": generator.take_definitions(true),
            "securitySchemes": {
                "token": {
                    "type": "oauth2",
                    "description": "OAuth 2.1 client credentials with private_key_jwt or a client certificate; tokens are bound to a DPoP key or to the certificate.",
                    "flows": { "clientCredentials": { "tokenUrl": "/oauth/token", "scopes": {} } },
                },
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "__Host-session",
                    "description": "A person's session, begun by signing in. Whatever writes needs `Origin` of the bank's own pages beside it.",
                },
            },
        },
    })
}

fn operation_of(operation: &Operation, generator: &mut SchemaGenerator, problem: &Value) -> Value {
    let mut told = json!({
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "parameters": parameters(operation, generator),
        "responses": answers(operation, generator, problem),
    });
    let Value::Object(fields) = &mut told else { return told };
    if let Some(act) = operation.act {
        fields.insert("security".into(), json!([{ "token": [] }, { "session": [] }]));
        fields.insert("x-action".into(), json!(act.0));
    } else if operation.signed_in {
        fields.insert("security".into(), json!([{ "session": [] }]));
    } else {
        fields.insert("security".into(), json!([]));
    }
    if operation.leaving.is_some() {
        fields.insert("deprecated".into(), json!(true));
    }
    if let Some(body) = operation.body {
        let content = match body {
            BodyKind::Json(schema) => {
                json!({ "application/json": { "schema": schema(generator) } })
            }
            BodyKind::Upload(schema) => {
                // Its lines have this shape; the whole is text.
                let _ = schema(generator);
                json!({
                    "application/x-ndjson": { "schema": { "type": "string", "description": "A BatchItem a line." } },
                    "text/csv": { "schema": { "type": "string", "description": "The fields of a BatchItem as columns, named in the first row." } },
                })
            }
            BodyKind::File => {
                json!({ "application/octet-stream": { "schema": { "type": "string", "format": "binary" } } })
            }
            BodyKind::Xml => {
                json!({ "application/xml": { "schema": { "type": "string", "description": "An ISO 20022 message, in UTF-8." } } })
            }
        };
        fields.insert("requestBody".into(), json!({ "required": true, "content": content }));
    }
    told
}

fn parameters(operation: &Operation, generator: &mut SchemaGenerator) -> Vec<Value> {
    let mut all: Vec<Value> = operation
        .path_names()
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": path_schema(name, generator) }))
        .collect();
    if let Some(query) = operation.query {
        let schema = json!(query(generator));
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
            let mut schema = schema.clone();
            let says = schema.as_object_mut().and_then(|fields| fields.remove("description"));
            all.push(json!({
                "name": name, "in": "query", "required": required.contains(&name.as_str()),
                "description": says, "schema": without_null(schema),
            }));
        }
    }
    if operation.money {
        all.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": true,
            "description": "A new key for each new order; the same key and content is done once and answered the same for ever.",
            "schema": { "type": "string", "pattern": "^[A-Za-z0-9_-]{8,64}$" },
        }));
    }
    // A quote is no order, and a message is one without a key.
    if operation.by_amount && (operation.money || matches!(operation.body, Some(BodyKind::Xml))) {
        all.push(json!({
            "name": "Step-Up", "in": "header", "required": false,
            "description": "A person's answer to the challenge of a large payment, as JSON in base64url: its id, and passkey or code.",
            "schema": { "type": "string", "pattern": "^[A-Za-z0-9_-]+$", "maxLength": 8192 },
        }));
    }
    for (name, says) in &operation.headers {
        all.push(json!({
            "name": name, "in": "header", "required": true, "description": says,
            "schema": { "type": "string", "minLength": 1 },
        }));
    }
    all
}

/// A parameter that may be absent is never null.
fn without_null(mut schema: Value) -> Value {
    let Some(fields) = schema.as_object_mut() else { return schema };
    if let Some(Value::Array(kinds)) = fields.get("type") {
        let kept: Vec<Value> = kinds.iter().filter(|kind| *kind != "null").cloned().collect();
        if let [only] = kept.as_slice() {
            let only = only.clone();
            fields.insert("type".into(), only);
        }
    }
    fields.remove("default");
    if let Some(Value::Array(any)) = fields.get("anyOf") {
        let kept: Vec<Value> =
            any.iter().filter(|schema| schema["type"] != "null").cloned().collect();
        if let [only] = kept.as_slice() {
            return only.clone();
        }
    }
    schema
}

fn path_schema(name: &str, generator: &mut SchemaGenerator) -> Value {
    use crate::wire::{AccountRef, CaseRef, HoldRef, HookRef, ModelRef, PartyRef, PaymentRef};
    let schema = match name {
        "webhook" => HookRef::json_schema(generator),
        "account" => AccountRef::json_schema(generator),
        "party" => PartyRef::json_schema(generator),
        "payment" => PaymentRef::json_schema(generator),
        "case" => CaseRef::json_schema(generator),
        "hold" => HoldRef::json_schema(generator),
        "model" => ModelRef::json_schema(generator),
        "record" => {
            return json!({ "type": "integer", "minimum": 0, "maximum": 9_007_199_254_740_991i64 });
        }
        "message" => return json!({ "type": "string", "minLength": 1, "maxLength": 35 }),
        "kind" => return json!({ "type": "string", "enum": ["camt.052", "camt.053", "camt.054"] }),
        _ => return json!({ "type": "string", "minLength": 1 }),
    };
    json!(schema)
}

fn answers(operation: &Operation, generator: &mut SchemaGenerator, problem: &Value) -> Value {
    let mut all = Map::new();
    for answer in &operation.answers {
        let mut told = json!({ "description": answer.says });
        if let (Some(schema), Value::Object(fields)) = (answer.schema, &mut told) {
            fields
                .insert("content".into(), json!({ answer.kind: { "schema": schema(generator) } }));
        } else if let (false, Value::Object(fields)) = (answer.kind.is_empty(), &mut told) {
            // Of a stream, what each of its events is.
            let schema = if answer.kind == "text/event-stream" {
                json!({ "type": "object", "properties": {
                    "id": { "type": "string" }, "event": { "type": "string" },
                    "data": { "type": "string", "contentMediaType": "application/json" },
                } })
            } else {
                json!({ "type": "string" })
            };
            fields.insert("content".into(), json!({ answer.kind: { "schema": schema } }));
        }
        if let Value::Object(fields) = &mut told {
            fields.insert("headers".into(), json!({ "Journal-Entry": {
                "description": "How many entries of the journal the answer rests on.", "schema": { "type": "integer" },
            } }));
        }
        all.insert(answer.status.to_string(), told);
    }
    for kind in kinds_of(operation) {
        let status = kind.status().as_u16().to_string();
        let told = json!({
            "description": kind.title(),
            "content": { "application/problem+json": { "schema": problem } },
        });
        all.entry(status).or_insert(told);
    }
    if operation.method == axum::http::Method::GET
        && operation.answers.iter().any(|a| a.kind == "application/json")
    {
        all.insert("304".into(), json!({ "description": "It is as If-None-Match says." }));
    }
    Value::Object(all)
}

/// Problems that an operation may end in.
fn kinds_of(operation: &Operation) -> Vec<Kind> {
    let mut kinds = vec![
        Kind::Malformed,
        Kind::NotFound,
        Kind::TooMany,
        Kind::HeadersTooLarge,
        Kind::Failed,
        Kind::Unavailable,
        Kind::Unknown,
        Kind::Invalid,
    ];
    if operation.act.is_some() || operation.signed_in {
        kinds.extend([Kind::Unauthenticated, Kind::Forbidden]);
    }
    if operation.body.is_some() {
        kinds.extend([Kind::TooLarge, Kind::WrongType]);
    }
    if operation.money {
        kinds.push(Kind::InFlight);
    }
    if operation.tag == "webhooks" && operation.method == axum::http::Method::POST {
        kinds.push(Kind::Conflict);
    }
    if operation.headers.iter().any(|(name, _)| *name == "If-Match") {
        kinds.extend([Kind::Changed, Kind::MatchMissing]);
    }
    kinds.extend(&operation.ends_in);
    if operation.path.ends_with("/statement") {
        kinds.push(Kind::TooLarge);
    }
    kinds
}

/// The reference for people: one page without script.
pub fn reference(document: &Value) -> String {
    let mut page = head("API reference");
    let _ = write!(
        page,
        "<h1>API reference</h1><p>{}</p><p><a href=\"{ROOT}/openapi.json\">OpenAPI document</a> · <a href=\"{ROOT}/problems\">Problems</a></p>",
        escaped(&document["info"]["description"])
    );
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            let id = escaped(&operation["operationId"]);
            let _ = write!(
                page,
                "<section id=\"{id}\"><h2><code>{} {}</code></h2><p>{}</p>",
                method.to_uppercase(),
                escaped(&json!(path)),
                escaped(&operation["summary"])
            );
            if let Some(act) = operation["x-action"].as_str() {
                let _ = write!(page, "<p>Needs the right <code>{act}</code>.</p>");
            }
            rows(&mut page, operation);
            page.push_str("</section>");
        }
    }
    let _ = write!(page, "<h1>Shapes</h1>");
    for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
        let _ = write!(
            page,
            "<section id=\"shape-{name}\"><h2>{name}</h2><p>{}</p><table><tr><th>Field</th><th>Type</th><th>Meaning</th></tr>",
            escaped(&schema["description"])
        );
        for (field, shape) in schema["properties"].as_object().into_iter().flatten() {
            let _ = write!(
                page,
                "<tr><td><code>{field}</code></td><td>{}</td><td>{}</td></tr>",
                kind_of(shape),
                escaped(&shape["description"])
            );
        }
        page.push_str("</table></section>");
    }
    page.push_str("</main></html>");
    page
}

fn rows(page: &mut String, operation: &Value) {
    page.push_str("<table><tr><th>Part</th><th>Name</th><th>Type</th><th>Meaning</th></tr>");
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let _ = write!(
            page,
            "<tr><td>{}</td><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
            escaped(&parameter["in"]),
            escaped(&parameter["name"]),
            kind_of(&parameter["schema"]),
            escaped(&parameter["description"])
        );
    }
    for (kind, content) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
        let _ = write!(
            page,
            "<tr><td>body</td><td>{kind}</td><td>{}</td><td>{}</td></tr>",
            kind_of(&content["schema"]),
            escaped(&content["schema"]["description"])
        );
    }
    for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
        let content = answer["content"].as_object().and_then(|content| content.iter().next());
        let (kind, shape) = content.map_or((String::new(), String::new()), |(kind, content)| {
            (kind.clone(), kind_of(&content["schema"]))
        });
        let _ = write!(
            page,
            "<tr><td>{status}</td><td>{kind}</td><td>{shape}</td><td>{}</td></tr>",
            escaped(&answer["description"])
        );
    }
    page.push_str("</table>");
}

fn kind_of(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return format!("<a href=\"#shape-{name}\">{name}</a>");
    }
    if let Some(any) = schema["anyOf"].as_array() {
        return any.iter().map(kind_of).collect::<Vec<_>>().join(" or ");
    }
    if schema["type"] == "array" {
        return format!("list of {}", kind_of(&schema["items"]));
    }
    match &schema["type"] {
        Value::String(kind) => kind.clone(),
        Value::Array(kinds) => {
            kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or ")
        }
        _ => "any".to_owned(),
    }
}

/// The page that explains each kind of problem.
pub fn problems() -> String {
    let mut page = head("Problems");
    page.push_str("<h1>Problems</h1><p>Every error is a document of RFC 9457, <code>application/problem+json</code>. Its <code>type</code> leads here; its <code>code</code> is for programs and may be finer than the type.</p><table><tr><th>Type</th><th>Status</th><th>Meaning</th><th>What to do</th></tr>");
    for kind in Kind::ALL {
        let _ = write!(
            page,
            "<tr id=\"{0}\"><td><code>{0}</code></td><td>{1}</td><td>{2}</td><td>{3}</td></tr>",
            kind.code(),
            kind.status().as_u16(),
            kind.title(),
            kind.next()
        );
    }
    page.push_str("</table><h2>Refusals</h2><p>Of the type <code>refused</code>, <code>code</code> is one of these:</p><table><tr><th>Code</th><th>Meaning</th></tr>");
    for refusal in terms::Refusal::ALL {
        let _ = write!(
            page,
            "<tr><td><code>{}</code></td><td>{}</td></tr>",
            refusal.word(),
            refusal.sentence()
        );
    }
    page.push_str("</table></main></html>");
    page
}

fn head(title: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title><link rel=\"stylesheet\" href=\"{ROOT}/reference.css\"><main>"
    )
}

/// The look of both pages: paper, ink and hairlines.
pub const CSS: &str = "html{color-scheme:light dark;--paper:#f5f2ea;--ink:#15212a;--rule:#d8d1c0}@media(prefers-color-scheme:dark){html{--paper:#0e161a;--ink:#efe9dc;--rule:#2e3b41}}body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}main{max-width:72rem;margin:0 auto;padding:1.5rem}h1,h2{font-family:ui-serif,Georgia,serif;font-weight:600}h2{margin:2.5rem 0 .5rem;border-top:1px solid var(--rule);padding-top:1rem;font-size:1.1rem}table{border-collapse:collapse;width:100%;font-size:.9rem}th,td{text-align:left;vertical-align:top;padding:.3rem .8rem .3rem 0;border-bottom:1px solid var(--rule)}section{overflow-x:auto}a{color:inherit}";

fn escaped(value: &Value) -> String {
    let text = value.as_str().unwrap_or_default();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
