//! Links that stop letters without a sign-in (RFC 8058): a token says whose letters of which kinds, signed by a key of
//! the marketplace's own. It opens nothing else, and lasts as long as the letter is kept.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    hmac,
    rand::{SecureRandom as _, SystemRandom},
};
use sqlx::PgPool;
use tokio::sync::OnceCell;

use super::store;

const NAME: &str = "unsubscribe";
/// A longer one isn't ours.
const MAX_TOKEN: usize = 400;

/// Made by whichever node first needs it.
#[derive(Clone, Default)]
pub struct UnsubscribeKey(Arc<OnceCell<hmac::Key>>);

/// What a token says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Unsubscribe {
    pub account_id: i64,
    pub kinds: Vec<String>,
}

impl UnsubscribeKey {
    async fn load(&self, db: &PgPool) -> anyhow::Result<&hmac::Key> {
        let load = async || {
            let mut new = [0; 32];
            SystemRandom::new().fill(&mut new).map_err(|_| anyhow::anyhow!("no random numbers"))?;
            let secret = store::keys::get_or_insert(db, NAME, &new).await?;
            anyhow::Ok(hmac::Key::new(hmac::HMAC_SHA256, &secret))
        };
        self.0.get_or_try_init(load).await
    }

    pub(super) async fn token(&self, db: &PgPool, account_id: i64, kinds: &[&str]) -> anyhow::Result<String> {
        Ok(sign(self.load(db).await?, account_id, kinds))
    }

    /// None for what we haven't signed.
    pub(super) async fn verify(&self, db: &PgPool, token: &str) -> anyhow::Result<Option<Unsubscribe>> {
        Ok(verify(self.load(db).await?, token))
    }
}

fn sign(key: &hmac::Key, account_id: i64, kinds: &[&str]) -> String {
    let says = URL_SAFE_NO_PAD.encode(format!("{account_id}:{}", kinds.join(",")));
    let signature = hmac::sign(key, says.as_bytes());
    format!("{says}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn verify(key: &hmac::Key, token: &str) -> Option<Unsubscribe> {
    let (says, signature) = token.split_once('.').filter(|_| token.len() <= MAX_TOKEN)?;
    hmac::verify(key, says.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
    let says = String::from_utf8(URL_SAFE_NO_PAD.decode(says).ok()?).ok()?;
    let (account_id, kinds) = says.split_once(':')?;
    let kinds = kinds.split(',').map(str::to_owned).collect();
    Some(Unsubscribe { account_id: account_id.parse().ok()?, kinds })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_we_signed_is_taken() {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &[1; 32]);
        let token = sign(&key, 7, &["message", "product"]);
        let expected = Unsubscribe { account_id: 7, kinds: vec!["message".to_owned(), "product".to_owned()] };
        assert_eq!(verify(&key, &token), Some(expected));
        let other = hmac::Key::new(hmac::HMAC_SHA256, &[2; 32]);
        assert_eq!(verify(&other, &token), None);
        let (_, signature) = token.split_once('.').unwrap();
        let forged = format!("{}.{signature}", URL_SAFE_NO_PAD.encode("8:message"));
        for wrong in [&*forged, "", ".", "a.b", &token[1..], &token[..token.len() - 1], &format!("{token}A")]
        {
            assert_eq!(verify(&key, wrong), None, "{wrong}");
        }
    }
}
