//! The OpenAPI 3.1 document, made from the routes. `clients/openapi.json` is its committed form, and a test compares them.

use std::{collections::BTreeMap, sync::LazyLock};

use utoipa::{
    OpenApi,
    openapi::{
        self, Components, Content, InfoBuilder, Ref, RefOr, ResponseBuilder, Schema,
        info::LicenseBuilder,
        schema::ArrayItems,
        security::{AuthorizationCode, Flow, OAuth2, Scopes, SecurityScheme},
        server::Server,
        tag::TagBuilder,
    },
};

use super::{
    operation::{OAUTH, PROBLEM, describe_success, operations},
    routes, sentences,
    v1::notices::PushMessage,
};
use crate::{
    accounts::Scope,
    chat::{ClientFrame, ServerFrame, program_sockets::AuthFrame},
    web::problem::Problem,
};

/// As it is served.
pub fn json() -> &'static str {
    static JSON: LazyLock<String> = LazyLock::new(|| {
        let mut text = serde_json::to_string_pretty(&document()).unwrap_or_default();
        text.push('\n');
        text
    });
    &JSON
}

#[derive(OpenApi)]
#[openapi(components(schemas(Problem, AuthFrame, ClientFrame, ServerFrame, PushMessage)))]
struct Schemas;

pub fn document() -> openapi::OpenApi {
    let mut made = routes::endpoints().into_openapi();
    made.merge(Schemas::openapi());
    operations(&mut made.paths).for_each(describe_success);
    made.info = InfoBuilder::new()
        .title("Haggle")
        .version("1")
        .description(Some(sentences::ABOUT_THE_API))
        .license(Some(LicenseBuilder::new().name("MIT").identifier(Some("MIT")).build()))
        .build();
    made.servers = Some(vec![Server::new("/api/v1")]);
    let tag = |(name, words): (&str, &str)| TagBuilder::new().name(name).description(Some(words)).build();
    made.tags = Some(sentences::TAGS.into_iter().map(tag).collect());
    let components = made.components.get_or_insert_with(Components::new);
    name_items(&mut components.schemas);
    name_client_frames(&mut components.schemas);
    let problem = Content::new(Some(Ref::from_schema_name("Problem")));
    let response = ResponseBuilder::new().description(sentences::A_PROBLEM);
    let response = response.content("application/problem+json", problem).build();
    components.responses.insert(PROBLEM.to_owned(), RefOr::T(response));
    components.security_schemes.insert(OAUTH.to_owned(), RefOr::T(SecurityScheme::OAuth2(oauth())));
    made
}

type Named = BTreeMap<String, RefOr<Schema>>;

/// A page's items by their name: the generic's own copy of them would be a type without one.
fn name_items(schemas: &mut Named) {
    for (name, schema) in schemas {
        let (Some(item), RefOr::T(Schema::Object(page))) = (name.strip_prefix("Page_"), schema) else {
            continue;
        };
        if let Some(RefOr::T(Schema::Array(data))) = page.properties.get_mut("data") {
            data.items = ArrayItems::RefOrSchema(Box::new(Ref::from_schema_name(item).into()));
        }
    }
}

/// What a program may send: its first frame, too, and none that isn't known.
fn name_client_frames(schemas: &mut Named) {
    let Some(RefOr::T(Schema::OneOf(frames))) = schemas.get_mut("ClientFrame") else { return };
    let is_known = |frame: &RefOr<Schema>| {
        let json = serde_json::to_value(frame).unwrap_or_default();
        json["properties"]["type"]["enum"][0] != "unknown"
    };
    frames.items.retain(is_known);
    frames.items.push(Ref::from_schema_name("AuthFrame").into());
}

fn oauth() -> OAuth2 {
    let scopes = Scopes::from_iter(Scope::ALL.map(|scope| (scope.code(), scope.sentence())));
    let flow =
        AuthorizationCode::with_refresh_url("/oauth/authorize", "/oauth/token", scopes, "/oauth/token");
    OAuth2::with_description([Flow::AuthorizationCode(flow)], sentences::ABOUT_TOKENS)
}
