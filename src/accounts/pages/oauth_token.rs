//! `/oauth/token`, `/oauth/revoke` and the metadata: what apps ask, without a browser and without a cookie.
//!
//! Only what fails costs something, by network, and a refusal is told at once.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::{
    accounts::{
        limits::Attempt,
        oauth::{self, Exchange, OAuthError, Tokens},
        scopes::Scope,
        state::State as Accounts,
        tokens::MAX_NAME,
    },
    web::{ClientAddr, Error, Form, Result, forgery::PublicOrigin},
};

/// A form in which nothing stands twice.
struct Given(Vec<(String, String)>);

/// More than any app has to say.
const MAX_FIELDS: usize = 32;

type FormOrNot = Result<Form<Vec<(String, String)>>, Error>;

impl Given {
    fn read(form: FormOrNot) -> Result<Self, OAuthError> {
        let Form(pairs) = form.map_err(|_| OAuthError::InvalidRequest)?;
        let is_once = |name: &str| pairs.iter().filter(|(key, _)| key == name).count() == 1;
        match pairs.len() <= MAX_FIELDS && pairs.iter().all(|(name, _)| is_once(name)) {
            true => Ok(Given(pairs)),
            false => Err(OAuthError::InvalidRequest),
        }
    }

    /// An empty one is as good as none.
    fn optional(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    fn needed(&self, name: &str) -> Result<&str, OAuthError> {
        self.optional(name).ok_or(OAuthError::InvalidRequest)
    }
}

/// `POST /oauth/token`
pub(in crate::accounts) async fn token(
    State(state): State<Accounts>,
    ClientAddr(addr): ClientAddr,
    form: FormOrNot,
) -> Result<Tokens, OAuthError> {
    let taken = state.sign_in_limits.take(&Attempt::Token(addr))?;
    let answer = answer(&state, form).await;
    if matches!(answer, Ok(_) | Err(OAuthError::Unavailable)) {
        taken.give_back();
    }
    answer
}

async fn answer(state: &Accounts, form: FormOrNot) -> Result<Tokens, OAuthError> {
    let given = Given::read(form)?;
    let grant_type = given.needed("grant_type")?;
    let client_id = given.needed("client_id")?;
    let client = oauth::find_client(&state.db, &state.app_redirects, client_id).await?;
    let client = client.ok_or(OAuthError::InvalidClient)?;
    match grant_type {
        "authorization_code" => {
            let name = match client.is_first_party {
                true => state.shell.0.marketplace().name.chars().take(MAX_NAME).collect(),
                false => client.name,
            };
            let asked = Exchange {
                client_id,
                code: given.needed("code")?,
                redirect_uri: given.needed("redirect_uri")?,
                verifier: given.needed("code_verifier")?,
                name: &name,
            };
            oauth::exchange(&state.db, &state.access, asked).await
        }
        "refresh_token" => {
            let token = given.needed("refresh_token")?;
            oauth::refresh(&state.db, &state.access, client_id, token, given.optional("scope")).await
        }
        _ => Err(OAuthError::UnsupportedGrantType),
    }
}

/// `POST /oauth/revoke`: what opens nothing any more is answered as what just ended (RFC 7009, 2.2).
pub(in crate::accounts) async fn revoke(
    State(state): State<Accounts>,
    ClientAddr(addr): ClientAddr,
    form: FormOrNot,
) -> Result<Response, OAuthError> {
    let taken = state.sign_in_limits.take(&Attempt::Token(addr))?;
    let given = Given::read(form)?;
    let (token, client_id) = (given.needed("token")?, given.optional("client_id"));
    if oauth::revoke(&state.db, &state.access, client_id, token).await? {
        taken.give_back();
    }
    Ok(().into_response())
}

/// `GET /.well-known/oauth-authorization-server` (RFC 8414)
pub(in crate::accounts) async fn metadata(State(PublicOrigin(issuer)): State<PublicOrigin>) -> Json<Value> {
    let at = |path: &str| format!("{issuer}{path}");
    Json(json!({
        "issuer": &*issuer,
        "authorization_endpoint": at("/oauth/authorize"),
        "token_endpoint": at("/oauth/token"),
        "revocation_endpoint": at("/oauth/revoke"),
        "scopes_supported": Scope::ALL.map(Scope::code),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "service_documentation": at("/api"),
    }))
}
