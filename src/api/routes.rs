//! The URL table of the API, with the scope of each endpoint, and the layers around it.

use axum::{
    Extension, Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    access::{authenticate, open, scoped},
    idempotency::idempotent,
    limits,
    state::State,
    v1::{me, messages, notices, places, products, rooms, root, safety, sellers, selling, sockets, webhooks},
};
use crate::{
    accounts::{self, Scope},
    chat, products as product_limits,
    web::{Around as _, Error, etag, request_metrics},
};

pub fn endpoints() -> OpenApiRouter<State> {
    use Scope::{ChatRead, ChatWrite, Notices, ProductsRead, ProductsWrite, Profile, Push, Webhooks};
    let uploads = OpenApiRouter::new()
        .routes(scoped(ProductsWrite, idempotent(false, routes!(selling::upload))))
        .layer(DefaultBodyLimit::max(product_limits::MAX_UPLOAD));
    let messages = OpenApiRouter::new()
        .routes(scoped(ChatWrite, routes!(messages::send)))
        .layer(DefaultBodyLimit::max(chat::MAX_FORM_BYTES));
    OpenApiRouter::new()
        .routes(open(ProductsRead, routes!(root::root)))
        .routes(open(ProductsRead, routes!(root::openapi)))
        .routes(scoped(Profile, routes!(me::show, me::update)))
        .routes(scoped(Profile, routes!(me::sessions)))
        .routes(scoped(Profile, routes!(me::end_session)))
        .routes(open(ProductsRead, routes!(places::categories)))
        .routes(open(ProductsRead, routes!(places::places)))
        .routes(open(ProductsRead, routes!(products::list)))
        .routes(open(ProductsRead, routes!(products::show)))
        .routes(open(ProductsRead, routes!(products::similar)))
        .routes(open(ProductsRead, routes!(sellers::show)))
        .routes(open(ProductsRead, routes!(products::of_seller)))
        .routes(scoped(ProductsRead, routes!(selling::mine)))
        .routes(scoped(ProductsWrite, idempotent(true, routes!(selling::create))))
        .routes(scoped(ProductsWrite, routes!(selling::update, selling::delete)))
        .routes(scoped(ProductsWrite, routes!(selling::reserve)))
        .routes(scoped(ProductsWrite, routes!(selling::sell)))
        .routes(scoped(ProductsWrite, routes!(selling::relist)))
        .routes(scoped(ChatRead, routes!(rooms::list)))
        .routes(scoped(ChatRead, routes!(rooms::show)))
        .routes(scoped(ChatRead, routes!(rooms::search)))
        .routes(scoped(ChatRead, routes!(rooms::open)))
        .routes(scoped(ChatRead, routes!(messages::list)))
        .routes(scoped(ChatRead, routes!(messages::read)))
        .routes(open(ChatWrite, routes!(sockets::room)))
        .routes(open(ChatRead, routes!(sockets::inbox)))
        .routes(scoped(Notices, routes!(notices::list)))
        .routes(scoped(Notices, routes!(notices::read)))
        .routes(scoped(Notices, routes!(notices::settings, notices::change_settings)))
        .routes(scoped(Push, routes!(notices::register, notices::forget)))
        .routes(scoped(Webhooks, routes!(webhooks::list)))
        .routes(scoped(Webhooks, idempotent(true, routes!(webhooks::create))))
        .routes(scoped(Webhooks, routes!(webhooks::update, webhooks::delete)))
        .routes(scoped(Webhooks, routes!(webhooks::rotate)))
        .routes(scoped(Webhooks, routes!(webhooks::test)))
        .routes(scoped(Webhooks, routes!(webhooks::deliveries)))
        .routes(scoped(Webhooks, routes!(webhooks::retry)))
        .routes(scoped(ChatWrite, routes!(safety::list)))
        .routes(scoped(ChatWrite, routes!(safety::unblock)))
        .routes(scoped(ChatWrite, routes!(safety::block_in_room)))
        .routes(scoped(ChatWrite, routes!(safety::block_seller)))
        .routes(scoped(ChatWrite, idempotent(true, routes!(safety::report))))
        .merge(uploads)
        .merge(messages)
}

/// What is below `/api/v1`, without anything of pages around it: no session, no cookie.
pub fn router(state: State) -> Router {
    let (endpoints, _) = endpoints().split_for_parts();
    let (db, gate) = (state.db.clone(), state.gate.clone());
    let (limits, tokens) = (state.limits.clone(), state.tokens.clone());
    endpoints
        .fallback(|| async { Error::NotFound })
        .method_not_allowed_fallback(|| async { Error::MethodNotAllowed })
        .with_state(state)
        .layer(from_fn(request_metrics::name_route))
        .around(from_fn(etag::tag))
        .around(Extension(db))
        .around(from_fn_with_state(gate, accounts::pass))
        .around(from_fn_with_state(limits, limits::limit))
        .around(from_fn_with_state(tokens, authenticate))
}
