//! What an app asks for (RFC 6749, 4.1.1): the query of `/oauth/authorize`, checked anew at each step.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};
use sqlx::PgPool;

use super::{
    client::{self, Client},
    pkce,
    redirect::{self, AppRedirects, RedirectUri},
};
use crate::accounts::scopes::Scopes;
use crate::web::Result;

/// Characters of the app's own value that goes back to it.
const MAX_STATE: usize = 1000;

/// What is written otherwise in a query's value.
const IN_QUERY: AsciiSet =
    NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b':').remove(b'/');

/// It can be answered: app and address are known to belong together.
#[derive(Clone, Debug)]
pub(in crate::accounts) struct AuthorizationRequest {
    pub client: Client,
    pub redirect_uri: RedirectUri,
    pub scopes: Scopes,
    pub state: Option<String>,
    pub challenge: String,
}

/// Why it isn't.
#[derive(Clone, Debug)]
pub(in crate::accounts) enum Fault {
    /// Nobody may be sent anywhere: whoever looks at the page is told.
    Page(PageFault),
    /// The app is told, at this address.
    Redirect(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::accounts) enum PageFault {
    UnknownApp,
    ForeignRedirect,
    Twice,
}

const NAMES: [&str; 7] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
];

impl AuthorizationRequest {
    /// Of a query or a form; parameters of extensions are left alone. `issuer` is ours.
    pub async fn parse(
        db: &PgPool,
        own: &AppRedirects,
        issuer: &str,
        pairs: &[(String, String)],
    ) -> Result<Result<Self, Fault>> {
        let count = |name: &str| pairs.iter().filter(|(key, _)| key == name).count();
        if NAMES.iter().any(|name| count(name) > 1) {
            return Ok(Err(Fault::Page(PageFault::Twice)));
        }
        let given = |name: &str| {
            pairs
                .iter()
                .find(|(key, value)| key == name && !value.is_empty())
                .map(|(_, value)| value.as_str())
        };
        let Some(client) = client::find(db, own, given("client_id").unwrap_or_default()).await? else {
            return Ok(Err(Fault::Page(PageFault::UnknownApp)));
        };
        let asked = given("redirect_uri").unwrap_or_default();
        let Some(redirect_uri) = redirect::find(&client.redirect_uris, asked) else {
            return Ok(Err(Fault::Page(PageFault::ForeignRedirect)));
        };
        let (state, is_too_long) = match given("state") {
            Some(state) if state.chars().count() > MAX_STATE => (None, true),
            state => (state.map(str::to_owned), false),
        };
        let mut request = AuthorizationRequest {
            client,
            redirect_uri,
            scopes: Scopes::default(),
            state,
            challenge: given("code_challenge").unwrap_or_default().to_owned(),
        };
        let scopes = given("scope").unwrap_or_default().parse::<Scopes>().ok().filter(|it| !it.is_empty());
        let fault = match given("response_type") {
            None => Some("invalid_request"),
            Some("code") => None,
            Some(_) => Some("unsupported_response_type"),
        };
        let is_s256 =
            given("code_challenge_method") == Some("S256") && pkce::is_challenge(&request.challenge);
        let fault = fault.or((is_too_long || !is_s256).then_some("invalid_request"));
        match (fault, scopes) {
            (Some(fault), _) => Ok(Err(Fault::Redirect(request.refusal(fault, issuer)))),
            (None, None) => Ok(Err(Fault::Redirect(request.refusal("invalid_scope", issuer)))),
            (None, Some(scopes)) => {
                request.scopes = scopes;
                Ok(Ok(request))
            }
        }
    }

    /// The address that tells the app why there is no code.
    pub fn refusal(&self, error: &str, issuer: &str) -> String {
        self.answer("error", error, issuer)
    }

    pub fn approval(&self, code: &str, issuer: &str) -> String {
        self.answer("code", code, issuer)
    }

    /// With who answers (RFC 9207), against mixing up two servers.
    fn answer(&self, name: &str, value: &str, issuer: &str) -> String {
        let mut pairs = vec![(name, value)];
        pairs.extend(self.state.as_deref().map(|state| ("state", state)));
        pairs.push(("iss", issuer));
        self.redirect_uri.with(&pairs)
    }

    /// The same again, for a form.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = vec![
            ("response_type", "code".to_owned()),
            ("client_id", self.client.client_id.clone()),
            ("redirect_uri", self.redirect_uri.to_string()),
            ("scope", self.scopes.to_string()),
            ("code_challenge", self.challenge.clone()),
            ("code_challenge_method", "S256".to_owned()),
        ];
        fields.extend(self.state.clone().map(|state| ("state", state)));
        fields
    }

    /// Our page that asks it.
    pub fn path(&self) -> String {
        let encode = |text: &str| percent_encoding::utf8_percent_encode(text, &IN_QUERY).to_string();
        let pairs: Vec<String> =
            self.fields().iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        format!("/oauth/authorize?{}", pairs.join("&"))
    }
}
