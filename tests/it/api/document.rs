//! The document, and what it promises of every endpoint.

use std::{fs, path::Path};

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Product, Program, SCOPES, TestApp, room};

/// An endpoint, as the document has it.
pub struct Endpoint {
    pub method: Method,
    pub path: String,
    pub scope: String,
    /// Without a token, too.
    pub is_open: bool,
    pub body: Option<Value>,
}

pub fn document() -> Value {
    serde_json::from_str(haggle::api::openapi_json()).expect("JSON")
}

pub fn endpoints() -> Vec<Endpoint> {
    let document = document();
    let mut endpoints = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let security = operation["security"].as_array().expect("a scope");
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            endpoints.push(Endpoint {
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                scope: security.last().unwrap()["oauth"][0].as_str().expect("a scope").to_owned(),
                is_open: security.len() == 2 && security[0] == json!({}),
                body: (!schema.is_null()).then(|| sample(&document, schema)),
            });
        }
    }
    assert!(endpoints.len() > 30, "{}", endpoints.len());
    endpoints
}

/// Something that fits a schema: what is required, and of alternatives the first.
fn sample(document: &Value, schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        return sample(document, document.pointer(name.trim_start_matches('#')).expect("a schema"));
    }
    if let Some(first) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()).map(|all| &all[0]) {
        return sample(document, first);
    }
    if let Some(example) = schema.get("example").or_else(|| schema["examples"].get(0)) {
        return example.clone();
    }
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or("object");
    match (kind, schema["format"].as_str()) {
        ("string", Some("uuid")) => json!("0b5a4a36-6b0a-4a0f-9a3b-0d3a86e7a1c5"),
        ("string", _) => json!("x"),
        ("integer", _) => json!(1),
        ("boolean", _) => json!(true),
        ("array", _) => json!([]),
        _ => {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let fields = required.iter().map(|name| {
                let name = name.as_str().unwrap();
                (name.to_owned(), sample(document, &schema["properties"][name]))
            });
            Value::Object(fields.collect())
        }
    }
}

#[test]
fn the_committed_document_is_the_one_that_is_served() {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/openapi.json");
    let made = haggle::api::openapi_json();
    if fs::read_to_string(&committed).ok().as_deref() != Some(made) {
        let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("openapi.json");
        fs::write(&copy, made).unwrap();
        panic!("clients/openapi.json is out of date: cp {} clients/", copy.display());
    }
}

#[tokio::test]
async fn it_is_served_and_every_route_is_in_it() {
    let app = TestApp::start().await;
    let served = app.program().get("/openapi.json").await.ok();
    assert_eq!(served.body(), haggle::api::openapi_json());
    assert_eq!(served.json()["openapi"], "3.1.0");
    // Whoever adds a route past the document is found here: `routes!` is the only way in.
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api/routes.rs");
    let source = fs::read_to_string(source).unwrap();
    assert_eq!(source.matches(".route(").count(), 0);
    let page = app.visitor().get("/api").await.ok();
    let lines = page.texts("tbody code");
    for Endpoint { method, path, .. } in endpoints() {
        let line = format!("{method} /api/v1{path}");
        assert!(lines.contains(&line), "{line}");
    }
}

/// Somebody else's things, for every parameter there is.
pub struct Strangers {
    product: i64,
    seller: i64,
    room: String,
    session: String,
    block: i64,
}

impl Strangers {
    pub async fn new(app: &TestApp) -> Self {
        let (buyer, seller) = (app.buyer("Ana").await, app.seller("Tomas").await);
        let product = Product::new("Lamp").create(app, &seller).await;
        buyer.messages_about(product, "Hello").await;
        let program = app.program_of(&buyer).await;
        program.put(&format!("/sellers/{}/block", seller.seller_id()), &json!({})).await.expect(204);
        let of = |list: Value| list["data"][0]["id"].as_str().unwrap().to_owned();
        let block = of(program.get("/blocks").await.ok().json()).parse().unwrap();
        let session = of(program.get("/me/sessions").await.ok().json());
        Strangers { product, seller: seller.seller_id(), room: room(&buyer, &seller), session, block }
    }

    fn fill(&self, path: &str) -> String {
        let id = match path {
            path if path.starts_with("/products") => self.product.to_string(),
            path if path.starts_with("/sellers") => self.seller.to_string(),
            path if path.starts_with("/blocks") => self.block.to_string(),
            _ => self.session.clone(),
        };
        path.replace("{id}", &id).replace("{room}", &self.room).replace("{device}", "phone")
    }
}

async fn ask(program: &Program, endpoint: &Endpoint, path: &str) -> u16 {
    let mut request = program.request(endpoint.method.clone(), path);
    if let Some(body) = &endpoint.body {
        request = request.json(body);
    }
    if path.starts_with("/ws/") {
        request = request
            .header("connection", "upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    }
    program.send(request).await.status.as_u16()
}

/// What is about somebody else by its nature: a product that is asked about, a seller who is blocked, a device that gets
/// a name of one's own.
const ABOUT_OTHERS: [&str; 3] = ["openRoom", "blockSeller", "registerDevice"];

#[tokio::test]
async fn a_strangers_things_are_404_at_every_endpoint() {
    let app = TestApp::start().await;
    let strangers = Strangers::new(&app).await;
    let program = app.program_of(&app.seller("Wei").await).await;
    let document = document();
    let mut asked = 0;
    for endpoint in endpoints() {
        let operation = &document["paths"][&endpoint.path][endpoint.method.as_str().to_lowercase()];
        let name = operation["operationId"].as_str().expect("a name");
        let is_public =
            endpoint.is_open && endpoint.method == Method::GET && !endpoint.path.starts_with("/ws");
        if !endpoint.path.contains('{') || is_public || ABOUT_OTHERS.contains(&name) {
            continue;
        }
        let path = strangers.fill(&endpoint.path);
        assert_eq!(ask(&program, &endpoint, &path).await, 404, "{} {path}", endpoint.method);
        asked += 1;
    }
    assert!(asked >= 14, "{asked}");
}

#[tokio::test]
async fn a_missing_scope_is_403_at_every_endpoint() {
    let app = TestApp::start().await;
    let strangers = Strangers::new(&app).await;
    let person = app.seller("Wei").await;
    let mut without = Vec::new();
    for scope in SCOPES {
        let others: Vec<&str> = SCOPES.into_iter().filter(|other| *other != scope).collect();
        without.push((scope, app.program_with(&person, &others).await));
    }
    for endpoint in endpoints() {
        let path = strangers.fill(&endpoint.path);
        let (_, program) = without.iter().find(|(scope, _)| *scope == endpoint.scope).expect("a scope");
        assert_eq!(ask(program, &endpoint, &path).await, 403, "{} {path}", endpoint.method);
    }
}

#[tokio::test]
async fn without_a_token_only_what_is_public_answers() {
    let app = TestApp::start().await;
    let strangers = Strangers::new(&app).await;
    let nobody = app.program();
    let forged = nobody.with_token("hg_pat_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    for endpoint in endpoints() {
        let path = strangers.fill(&endpoint.path);
        let status = ask(&nobody, &endpoint, &path).await;
        let expected: &[u16] = match (endpoint.is_open, path.starts_with("/ws")) {
            (false, _) => &[401],
            // It may still say who it is in its first frame.
            (true, true) => &[101],
            (true, false) => &[200],
        };
        assert!(expected.contains(&status), "{} {path}: {status}", endpoint.method);
        assert_eq!(ask(&forged, &endpoint, &path).await, 401, "{} {path}", endpoint.method);
    }
}
