//! The relying party of WebAuthn, which is this marketplace at its public address: what authenticators are asked, and
//! whether their answers are right. All of webauthn-rs is behind it.
//!
//! Its id is the host of the public address, not the domain above: what is next door can't ask for its keys.

use std::sync::Arc;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use webauthn_rs::prelude::*;

use super::model::{NewCredential, Question, Registrant};
use crate::accounts::sentences;
use crate::web::{Error, Result, forgery::PublicOrigin};

#[derive(Clone)]
pub struct RelyingParty(Result<Arc<Webauthn>, &'static str>);

/// An answer that names a key, before it is checked.
pub(super) struct Claim(PublicKeyCredential);

impl Claim {
    pub fn credential_id(&self) -> &[u8] {
        self.0.get_credential_id()
    }

    /// What the key calls its owner, if it says so.
    pub fn user_handle(&self) -> Option<Uuid> {
        Uuid::from_slice(self.0.get_user_unique_id()?).ok()
    }
}

impl RelyingParty {
    pub fn new(origin: &PublicOrigin) -> Self {
        RelyingParty(build(&origin.0).map(Arc::new))
    }

    /// Why nobody can have a passkey here.
    pub fn why_not(&self) -> Option<&'static str> {
        self.0.as_ref().err().copied()
    }

    fn webauthn(&self) -> Result<&Webauthn> {
        self.0.as_deref().map_err(|_| Error::NotFound)
    }

    pub(super) fn ask_for_registration(
        &self,
        who: &Registrant<'_>,
        handle: Uuid,
        existing: Vec<Vec<u8>>,
    ) -> Result<Question> {
        let (asked, state) = self
            .webauthn()?
            .start_passkey_registration(handle, who.email, who.name, Some(existing))
            .map_err(internal)?;
        let mut question = question(&asked, &state)?;
        question.for_browser["publicKey"]["rp"]["name"] = who.marketplace.into();
        // One that the device can find by itself signs in without a password; where there is no room for that, it is
        // still good after one.
        question.for_browser["publicKey"]["authenticatorSelection"]["residentKey"] = "preferred".into();
        Ok(question)
    }

    /// None if it isn't the answer.
    pub(super) fn check_registration(&self, state: &Value, answer: &str) -> Option<NewCredential> {
        let state: PasskeyRegistration = serde_json::from_value(state.clone()).ok()?;
        let answer: RegisterPublicKeyCredential = serde_json::from_str(answer).ok()?;
        let made = self.webauthn().ok()?.finish_passkey_registration(&answer, &state);
        let mut credential: Credential = made.inspect_err(log).ok()?.into();
        // We look at the count ourselves: what is stored here never refuses one.
        let sign_count = std::mem::take(&mut credential.counter);
        Some(NewCredential {
            id: credential.cred_id.to_vec(),
            credential: serde_json::to_value(Passkey::from(credential)).ok()?,
            sign_count,
        })
    }

    /// Any key of this marketplace, or one of those allowed.
    pub(super) fn ask_for_assertion(&self, allowed: &[Vec<u8>]) -> Result<Question> {
        let (asked, state) = self.webauthn()?.start_discoverable_authentication().map_err(internal)?;
        let mut question = question(&asked, &state)?;
        let key = |id: &Vec<u8>| json!({ "type": "public-key", "id": BASE64_URL_SAFE_NO_PAD.encode(id) });
        question.for_browser["publicKey"]["allowCredentials"] = allowed.iter().map(key).collect();
        Ok(question)
    }

    pub(super) fn read_assertion(&self, answer: &str) -> Option<Claim> {
        serde_json::from_str(answer).ok().map(Claim)
    }

    /// What the key has counted; none if it isn't the answer.
    pub(super) fn check_assertion(&self, state: &Value, claim: &Claim, stored: &Value) -> Option<u32> {
        let state: DiscoverableAuthentication = serde_json::from_value(state.clone()).ok()?;
        let passkey: Passkey = serde_json::from_value(stored.clone()).ok()?;
        let checked = self.webauthn().ok()?.finish_discoverable_authentication_v2(&claim.0, state, &passkey);
        checked.inspect_err(log).ok().map(|result| result.counter())
    }
}

fn build(origin: &str) -> Result<Webauthn, &'static str> {
    let url = Url::parse(origin).map_err(|_| NO_NAME)?;
    let host = url.domain().ok_or(NO_NAME)?;
    if url.scheme() != "https" && host != "localhost" {
        return Err(NO_HTTPS);
    }
    let builder = WebauthnBuilder::new(host, &url).map_err(|_| NO_NAME)?;
    builder.rp_name(host).build().map_err(|_| NO_NAME)
}

const NO_HTTPS: &str = sentences::PASSKEYS_NEED_HTTPS;
const NO_NAME: &str = sentences::PASSKEYS_BELONG_TO_A_NAME_LIKE_MARKET_EXAMPLE;

fn question(for_browser: &impl serde::Serialize, state: &impl serde::Serialize) -> Result<Question> {
    let value = |it: Result<Value, serde_json::Error>| it.map_err(|error| Error::Internal(error.into()));
    Ok(Question {
        for_browser: value(serde_json::to_value(for_browser))?,
        state: value(serde_json::to_value(state))?,
    })
}

fn internal(error: WebauthnError) -> Error {
    Error::Internal(anyhow::anyhow!("WebAuthn: {error}"))
}

/// A wrong answer is a stranger's, or a browser's that differs from the others.
fn log(error: &WebauthnError) {
    tracing::debug!(%error, "a passkey's answer is refused");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passkey_needs_a_name_and_https() {
        let why_not = |origin: &str| RelyingParty::new(&PublicOrigin(origin.into())).why_not();
        for good in ["https://market.example", "https://a.market.example:8443", "http://localhost:8080"] {
            assert_eq!(why_not(good), None, "{good}");
        }
        assert_eq!(why_not("http://market.example"), Some(NO_HTTPS));
        for bare in ["http://127.0.0.1:8080", "https://192.0.2.1", "https://[2001:db8::1]", ""] {
            assert_eq!(why_not(bare), Some(NO_NAME), "{bare}");
        }
    }
}
