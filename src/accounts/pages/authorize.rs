//! `/oauth/authorize`: an app asks, and somebody says yes or no.
//!
//! Whoever isn't signed in is sent to our own sign-in and comes back, so that second factors and passkeys are asked for as
//! always; a proof of who is there is at most ten minutes old. The answer is a redirect, to an address that the page's
//! Content-Security-Policy names: browsers refuse a form whose answer leads elsewhere.

use axum::{
    extract::{FromRef, State},
    http::{Uri, header::CONTENT_SECURITY_POLICY},
    response::{IntoResponse, Redirect, Response},
};
use sqlx::PgPool;

use crate::accounts::sentences;
use crate::{
    accounts::{
        current_user::CurrentUser,
        oauth::{self, AppRedirects, AuthorizationRequest, Fault, PageFault},
        reauthentication,
        state::State as Accounts,
        store, tokens,
        views::AuthorizePage,
    },
    web::{Error, Form, Result, Shell, StrictQuery, forgery::PublicOrigin, headers},
};

/// As much as a sign-in comes back to.
const MAX_ADDRESS: usize = 2000;

/// What asking and answering need.
#[derive(Clone, FromRef)]
pub(in crate::accounts) struct Parts {
    pub db: PgPool,
    pub own: AppRedirects,
    pub origin: PublicOrigin,
}

impl FromRef<Accounts> for Parts {
    fn from_ref(state: &Accounts) -> Self {
        Parts { db: state.db.clone(), own: state.app_redirects.clone(), origin: state.public_origin.clone() }
    }
}

/// Goes on with the request, or has the answer already.
async fn parse(
    Parts { db, own, origin }: &Parts,
    pairs: &[(String, String)],
) -> Result<Result<AuthorizationRequest, Redirect>> {
    match AuthorizationRequest::parse(db, own, &origin.0, pairs).await? {
        Ok(request) => Ok(Ok(request)),
        Err(Fault::Redirect(to)) => Ok(Err(Redirect::to(&to))),
        Err(Fault::Page(fault)) => {
            let sentence = match fault {
                PageFault::UnknownApp => sentences::THIS_APP_ISNT_KNOWN_HERE,
                PageFault::ForeignRedirect => sentences::THIS_APP_ASKED_TO_BE_ANSWERED_ELSEWHERE,
                PageFault::Twice => sentences::THIS_APP_ASKED_IN_A_WAY_THAT_CANT_BE_UNDERSTOOD,
            };
            Err(Error::BadRequest(sentence.to_owned()))
        }
    }
}

/// Whoever asks is somebody who may have apps, has proved it lately, and has room for one more; or is sent on.
async fn may_answer(db: &PgPool, user: &CurrentUser, here: &str) -> Result<Option<Redirect>> {
    if user.is_admin {
        return Err(Error::Forbidden(sentences::WHOEVER_RUNS_THE_MARKETPLACE_USES_NO_TOKENS));
    }
    if store::oauth::count_grants(db, user.account_id).await? >= tokens::MAX_GRANTS {
        return Err(Error::Forbidden(sentences::YOU_HAVE_VERY_MANY_APPS_AND_TOKENS));
    }
    Ok(reauthentication::ask_first(db, user, here).await?)
}

pub(in crate::accounts) async fn show(
    State(parts): State<Parts>,
    shell: Shell,
    user: Result<CurrentUser>,
    uri: Uri,
    StrictQuery(pairs): StrictQuery<Vec<(String, String)>>,
) -> Result<Response> {
    let here = uri.path_and_query().map_or("/", |here| here.as_str());
    if here.len() > MAX_ADDRESS {
        return Err(Error::BadRequest(sentences::THIS_APP_ASKED_IN_A_WAY_THAT_CANT_BE_UNDERSTOOD.to_owned()));
    }
    let request = match parse(&parts, &pairs).await? {
        Ok(request) => request,
        Err(answer) => return Ok(answer.into_response()),
    };
    let user = user.map_err(|refusal| match refusal {
        Error::SignInFirst { .. } => Error::SignInFirst { next: here.to_owned() },
        refusal => refusal,
    })?;
    if let Some(first) = may_answer(&parts.db, &user, here).await? {
        return Ok(first.into_response());
    }
    let policy = headers::policy_with_form_action(&request.redirect_uri.csp_source());
    let app = match request.client.is_first_party {
        true => shell.marketplace.name.clone(),
        false => request.client.name.clone(),
    };
    let page = AuthorizePage {
        shell,
        app,
        is_first_party: request.client.is_first_party,
        email: user.email,
        scopes: request.scopes.sentences(),
        place: request.redirect_uri.place().to_owned(),
        is_on_this_device: request.redirect_uri.is_on_this_device(),
        fields: request.fields(),
    };
    Ok(([(CONTENT_SECURITY_POLICY, policy)], page).into_response())
}

/// `POST /oauth/authorize`: the page's form, with what the app asked for and the answer.
pub(in crate::accounts) async fn decide(
    State(parts): State<Parts>,
    user: Result<CurrentUser>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Redirect> {
    let user = user?;
    let request = match parse(&parts, &pairs).await? {
        Ok(request) => request,
        Err(answer) => return Ok(answer),
    };
    let is_allowed = pairs.iter().any(|(name, value)| name == "decision" && value == "allow");
    if !is_allowed {
        return Ok(Redirect::to(&request.refusal("access_denied", &parts.origin.0)));
    }
    if let Some(first) = may_answer(&parts.db, &user, &request.path()).await? {
        return Ok(first);
    }
    let code = oauth::issue(&parts.db, &user, &request).await?;
    Ok(Redirect::to(&request.approval(&code, &parts.origin.0)))
}
