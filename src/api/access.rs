//! Who asks, and what they may: the bearer token (RFC 6750) in front of every endpoint, and the scope of each.
//!
//! A cookie is never looked at here, so a page of another site can't ask anything in somebody's name. The scope is part
//! of the route ([`scoped`], [`open`]), which writes it into the document as well: the two can't differ.

use std::{convert::Infallible, sync::Arc};

use axum::{
    extract::{FromRef, FromRequestParts, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse as _, Response},
};
use sqlx::PgPool;
use utoipa::openapi::security::SecurityRequirement;
use utoipa_axum::router::UtoipaMethodRouter;

use super::{
    error::ApiError,
    operation, sentences,
    token_cache::{KnownToken, TokenCache},
};
use crate::{
    accounts::{MaybeUser, Scope},
    chat::RoomMember,
    web::{ClientAddr, Error, Path},
};

/// In a request's extensions: the token it came with.
#[derive(Clone)]
struct Bearer(Arc<KnownToken>);

/// A token's person in the room of the path; 404 for whoever is none of its two.
pub struct Member(pub RoomMember);

impl<S: Send + Sync> FromRequestParts<S> for Member
where
    PgPool: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let Some(Bearer(token)) = parts.extensions.get().cloned() else { return Err(Error::Unauthorized) };
        let Path(room) = Path::<String>::from_request_parts(parts, state).await?;
        let room = room.parse().map_err(|_| Error::NotFound)?;
        let member = token.member(&PgPool::from_ref(state), room).await?;
        member.map(Member).ok_or(Error::NotFound)
    }
}

/// The token of an `Authorization` header; an error for another kind of it.
pub fn bearer_token(headers: &HeaderMap) -> Result<Option<&str>, ()> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let text = value.to_str().map_err(drop)?;
    let (scheme, token) = text.split_once(' ').ok_or(())?;
    match scheme.eq_ignore_ascii_case("bearer") && values.next().is_none() {
        true => Ok(Some(token.trim())),
        false => Err(()),
    }
}

fn challenge(mut response: Response, challenge: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(challenge) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
    }
    response
}

fn no_token() -> Response {
    let error = ApiError::new(StatusCode::UNAUTHORIZED, "unauthorized", sentences::THIS_NEEDS_A_TOKEN);
    challenge(error.into_response(), "Bearer realm=\"haggle\"")
}

pub fn bad_token() -> Response {
    let error = ApiError::new(StatusCode::UNAUTHORIZED, "invalid_token", sentences::THAT_TOKEN_OPENS_NOTHING);
    challenge(error.into_response(), "Bearer realm=\"haggle\", error=\"invalid_token\"")
}

/// The layer: from the header to the person, as the extractors of pages know them.
pub async fn authenticate(
    State(tokens): State<TokenCache>,
    ClientAddr(addr): ClientAddr,
    mut request: Request,
    next: Next,
) -> Response {
    let Ok(token) = bearer_token(request.headers()) else { return bad_token() };
    let user = match token {
        None => None,
        Some(token) => match tokens.authenticate(token, addr).await {
            Err(error) => return error.into_response(),
            Ok(None) => return bad_token(),
            Ok(Some(known)) => {
                let user = known.access.user.clone();
                request.extensions_mut().insert(Bearer(known));
                Some(user)
            }
        },
    };
    request.extensions_mut().insert(MaybeUser(user));
    next.run(request).await
}

#[derive(Clone, Copy)]
struct Rule {
    scope: Scope,
    /// Whoever has no token may look, too.
    is_open: bool,
}

async fn check(State(rule): State<Rule>, request: Request, next: Next) -> Response {
    match request.extensions().get::<Bearer>() {
        None if rule.is_open => {}
        None => return no_token(),
        Some(Bearer(known)) if known.access.scopes.contains(rule.scope) => {}
        Some(_) => {
            let detail = sentences::the_token_lacks(rule.scope.code());
            let error = ApiError::new(StatusCode::FORBIDDEN, "insufficient_scope", detail);
            let scope = rule.scope.code();
            let header = format!("Bearer realm=\"haggle\", error=\"insufficient_scope\", scope=\"{scope}\"");
            return challenge(error.into_response(), &header);
        }
    }
    next.run(request).await
}

type Routes<S> = UtoipaMethodRouter<S, Infallible>;

/// Endpoints for a token with this scope.
pub fn scoped<S: Clone + Send + Sync + 'static>(scope: Scope, routes: Routes<S>) -> Routes<S> {
    guarded(Rule { scope, is_open: false }, routes)
}

/// Endpoints that anybody may read; a token has to have this scope all the same.
pub fn open<S: Clone + Send + Sync + 'static>(scope: Scope, routes: Routes<S>) -> Routes<S> {
    guarded(Rule { scope, is_open: true }, routes)
}

fn guarded<S: Clone + Send + Sync + 'static>(
    rule: Rule,
    (schemas, mut paths, router): Routes<S>,
) -> Routes<S> {
    for operation in operation::operations(&mut paths) {
        let mut security = vec![SecurityRequirement::new(operation::OAUTH, [rule.scope.code()])];
        if rule.is_open {
            security.insert(0, SecurityRequirement::default());
        }
        operation.security = Some(security);
        operation::add_refusals(operation, rule.is_open);
    }
    (schemas, paths, router.route_layer(from_fn_with_state(rule, check)))
}
