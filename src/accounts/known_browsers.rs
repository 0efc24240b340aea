//! Browsers that have signed in before: a cookie for a year that opens nothing, and says which of the budgets of
//! sign-in is theirs. A stranger who tries an account's password can't hold up its owner's own browser (M1).

use axum::http::{HeaderMap, HeaderValue, header};
use sha2::{Digest as _, Sha256};
use sqlx::{PgExecutor, PgPool};

use super::{model::Email, store};

const COOKIE: &str = "haggle_browser";
const MAX_AGE_SECONDS: u32 = 365 * 24 * 60 * 60;
/// 128 random bits in hex.
const TOKEN_LENGTH: usize = 32;

/// This browser's token, known for no account yet.
pub(super) struct BrowserToken(String);

impl BrowserToken {
    pub fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs =
            cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let (_, token) = pairs.find(|(name, _)| *name == COOKIE)?;
        let is_one = token.len() == TOKEN_LENGTH && token.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_one.then(|| BrowserToken(token.to_owned()))
    }

    fn new() -> Self {
        BrowserToken(format!("{:032x}", rand::random::<u128>()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_bytes()).to_vec()
    }
}

/// The account with this address, if this browser has signed in to it before.
pub(super) async fn known_account(
    db: &PgPool,
    browser: Option<&BrowserToken>,
    email: &Email,
) -> sqlx::Result<Option<i64>> {
    match browser {
        Some(browser) => store::known_browsers::account(db, &browser.hash(), email).await,
        None => Ok(None),
    }
}

/// Remembers that this browser has signed in; the cookie to set.
pub(super) async fn remember(
    db: impl PgExecutor<'_>,
    browser: Option<BrowserToken>,
    account_id: i64,
    is_secure: bool,
) -> sqlx::Result<HeaderValue> {
    let browser = browser.unwrap_or_else(BrowserToken::new);
    store::known_browsers::remember(db, account_id, &browser.hash()).await?;
    let secure = if is_secure { "; Secure" } else { "" };
    let cookie = format!(
        "{COOKIE}={}; Max-Age={MAX_AGE_SECONDS}; Path=/login; HttpOnly; SameSite=Lax{secure}",
        browser.as_str()
    );
    // Hex digits and words of our own.
    Ok(HeaderValue::from_str(&cookie).unwrap_or(HeaderValue::from_static("")))
}
