//! `/api`: the document, to be read by people.

use askama::Template;
use askama_web::WebTemplate;
use axum::{Router, routing::get};
use serde_json::Value;

use super::{document, operation::OAUTH};
use crate::{
    accounts::Scope,
    web::{Error, Result, Shell, ShellSource},
};

/// An endpoint, in a line.
struct Endpoint {
    method: String,
    path: String,
    summary: String,
    scope: String,
}

struct Group {
    name: String,
    about: String,
    endpoints: Vec<Endpoint>,
}

#[derive(Template, WebTemplate)]
#[template(path = "api/page.html")]
pub struct ApiPage {
    shell: Shell,
    groups: Vec<Group>,
    scopes: Vec<(&'static str, &'static str)>,
}

/// `/api`, for people.
pub fn router(shell: ShellSource) -> Router {
    Router::new().route("/api", get(show)).with_state(shell)
}

async fn show(shell: Shell) -> Result<ApiPage> {
    let document: Value =
        serde_json::from_str(document::json()).map_err(|error| Error::Internal(error.into()))?;
    let scopes = Scope::ALL.map(|scope| (scope.code(), scope.sentence())).to_vec();
    Ok(ApiPage { shell, groups: groups(&document), scopes })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn groups(document: &Value) -> Vec<Group> {
    let tags = document["tags"].as_array().map_or(&[][..], Vec::as_slice);
    let of_tag = |tag: &Value| Group {
        name: text(&tag["name"]),
        about: text(&tag["description"]),
        endpoints: endpoints(document).filter(|(name, _)| **name == tag["name"]).map(|(_, it)| it).collect(),
    };
    tags.iter().map(of_tag).collect()
}

/// With their tags.
fn endpoints(document: &Value) -> impl Iterator<Item = (&Value, Endpoint)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(path, operations)| {
        operations.as_object().into_iter().flatten().map(move |(method, operation)| {
            let requirements = operation["security"].as_array().and_then(|all| all.last());
            let scope = requirements.map(|one| text(&one[OAUTH][0])).unwrap_or_default();
            let summary = match operation["summary"].as_str() {
                Some(summary) => summary.to_owned(),
                None => text(&operation["operationId"]),
            };
            let endpoint =
                Endpoint { method: method.to_uppercase(), path: format!("/api/v1{path}"), summary, scope };
            (&operation["tags"][0], endpoint)
        })
    })
}
