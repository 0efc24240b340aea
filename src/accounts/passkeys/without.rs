//! In place of `relying_party.rs` in a program that was built without the feature `passkeys`: nobody can have one.

use serde_json::Value;
use uuid::Uuid;

use super::model::{NewCredential, Question, Registrant};
use crate::accounts::sentences;
use crate::web::{Error, Result, forgery::PublicOrigin};

#[derive(Clone)]
pub struct RelyingParty(());

/// There are none.
pub(super) enum Claim {}

impl Claim {
    pub fn credential_id(&self) -> &[u8] {
        match *self {}
    }

    pub fn user_handle(&self) -> Option<Uuid> {
        match *self {}
    }
}

impl RelyingParty {
    pub fn new(_: &PublicOrigin) -> Self {
        RelyingParty(())
    }

    pub fn why_not(&self) -> Option<&'static str> {
        Some(sentences::THIS_MARKETPLACES_PROGRAM_WAS_BUILT_WITHOUT_PASSKEYS)
    }

    pub(super) fn ask_for_registration(
        &self,
        _: &Registrant<'_>,
        _: Uuid,
        _: Vec<Vec<u8>>,
    ) -> Result<Question> {
        Err(Error::NotFound)
    }

    pub(super) fn check_registration(&self, _: &Value, _: &str) -> Option<NewCredential> {
        None
    }

    pub(super) fn ask_for_assertion(&self, _: &[Vec<u8>]) -> Result<Question> {
        Err(Error::NotFound)
    }

    pub(super) fn read_assertion(&self, _: &str) -> Option<Claim> {
        None
    }

    pub(super) fn check_assertion(&self, _: &Value, claim: &Claim, _: &Value) -> Option<u32> {
        match *claim {}
    }
}
