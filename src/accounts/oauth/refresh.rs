//! Refresh tokens (RFC 6749, 6), rotated at each use, with reuse detection (RFC 9700, 4.14.2).
//!
//! A token is `hg_rt_` + its family + a secret, and a grant has one row, however often it is rotated:
//!
//! ```text
//! the current one             → the next pair, and this one is the previous
//! the previous one            → the same pair again, as long as none of it was used
//! another one of the family   → somebody has a copy: the grant ends, and its owner is told
//! ```
//!
//! Phones lose answers, and two tasks of an app refresh at the same moment. Both come with the previous token while the pair
//! that it got is unused, and get that pair: it is derived from the token they hold and a salt of the database, so that it
//! is stored nowhere and neither a thief of the token nor one of the database can make it. The first use of the pair, to call
//! or to refresh, shows that it arrived; from then on the previous token is a copy.

use ring::hmac;
use sqlx::{PgConnection, PgPool};
use time::Duration;

use super::error::{OAuthError, Tokens};
use crate::accounts::{
    access::{AccessChange, AccessEvents},
    scopes::Scopes,
    security_events::SecurityEvent,
    store::{
        self,
        oauth::{Refreshed, RotatedRow},
    },
    tokens::text,
};

/// Of a grant that isn't used: each refresh begins it anew.
pub(super) const LIFETIME: Duration = Duration::days(90);
const ACCESS_LIFETIME: Duration = Duration::hours(1);

const FAMILY: usize = 16;
/// Family and secret.
const BYTES: usize = FAMILY + 32;

/// An access token and the refresh token that it came with.
struct Pair {
    access: String,
    refresh: String,
}

impl Pair {
    fn random(family: [u8; FAMILY]) -> Self {
        Pair {
            access: text::random::<32>(text::ACCESS),
            refresh: refresh_text(family, &rand::random::<[u8; 32]>()),
        }
    }

    /// Always the same of a token and a salt.
    fn after(token: &str, family: [u8; FAMILY], salt: &[u8]) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, salt);
        let derive = |purpose: &str| hmac::sign(&key, format!("{purpose} {token}").as_bytes());
        Pair {
            access: text::write(text::ACCESS, derive("access").as_ref()),
            refresh: refresh_text(family, derive("refresh").as_ref()),
        }
    }

    fn answer(self, scopes: Scopes) -> Tokens {
        Tokens {
            access_token: self.access,
            token_type: "Bearer",
            expires_in: ACCESS_LIFETIME.whole_seconds(),
            refresh_token: self.refresh,
            scope: scopes.to_string(),
        }
    }
}

fn refresh_text(family: [u8; FAMILY], secret: &[u8]) -> String {
    text::write(text::REFRESH, &[&family[..], secret].concat())
}

fn family_of(token: &str) -> Option<[u8; FAMILY]> {
    text::read::<BYTES>(text::REFRESH, token)?[..FAMILY].try_into().ok()
}

/// A new grant's first pair.
pub(super) async fn first(
    tx: &mut PgConnection,
    session: &[u8],
    scopes: Scopes,
) -> Result<Tokens, OAuthError> {
    let family = rand::random();
    let pair = Pair::random(family);
    let access = text::hash(&pair.access);
    store::oauth::insert_refresh(
        tx,
        session,
        &text::hash_bytes(&family),
        &text::hash(&pair.refresh),
        &access,
    )
    .await?;
    store::grants::insert_access(tx, session, &access, ACCESS_LIFETIME).await?;
    Ok(pair.answer(scopes))
}

/// The next pair. What is asked of it is all of the grant, or it is refused: fewer scopes than before are answered with
/// those of the grant, as the answer says.
pub(in crate::accounts) async fn refresh(
    db: &PgPool,
    events: &AccessEvents,
    client_id: &str,
    token: &str,
    scope: Option<&str>,
) -> Result<Tokens, OAuthError> {
    let family = family_of(token).ok_or(OAuthError::InvalidGrant)?;
    let mut tx = db.begin().await?;
    let found = store::oauth::lock_refresh(&mut tx, &text::hash_bytes(&family)).await?;
    let row =
        found.filter(|row| row.client_id.as_deref() == Some(client_id)).ok_or(OAuthError::InvalidGrant)?;
    let hash = text::hash(token);
    let pair = match (&row.previous_hash, &row.salt) {
        _ if row.current_hash == hash => {
            let salt = rand::random::<[u8; 32]>();
            let pair = Pair::after(token, family, &salt);
            check(&row, scope)?;
            let (current, access) = (text::hash(&pair.refresh), text::hash(&pair.access));
            let next = RotatedRow { previous: &hash, current: &current, access: &access, salt: &salt };
            store::oauth::rotate(&mut tx, &row.session, &next, LIFETIME).await?;
            pair
        }
        (Some(previous), Some(salt)) if *previous == hash => {
            check(&row, scope)?;
            Pair::after(token, family, salt)
        }
        _ => {
            store::sessions::end_session(&mut *tx, row.account_id, &row.session).await?;
            SecurityEvent::AppTokenReused.enqueue(&mut tx, row.account_id).await?;
            tx.commit().await?;
            events.publish(AccessChange::Session(row.session));
            return Err(OAuthError::InvalidGrant);
        }
    };
    store::grants::insert_access(&mut tx, &row.session, &text::hash(&pair.access), ACCESS_LIFETIME).await?;
    tx.commit().await?;
    Ok(pair.answer(Scopes::from_codes(&row.scopes)))
}

fn check(row: &Refreshed, scope: Option<&str>) -> Result<(), OAuthError> {
    if !row.is_account_good {
        return Err(OAuthError::InvalidGrant);
    }
    let asked = scope.unwrap_or_default().parse::<Scopes>().map_err(|_| OAuthError::InvalidScope)?;
    if asked.are_within(Scopes::from_codes(&row.scopes)) { Ok(()) } else { Err(OAuthError::InvalidScope) }
}

/// Ends the grant of any of its tokens (RFC 7009), a personal one too: whoever has it may give it up. What opens nothing
/// is nothing to complain of: false.
pub(in crate::accounts) async fn revoke(
    db: &PgPool,
    events: &AccessEvents,
    client_id: Option<&str>,
    token: &str,
) -> Result<bool, OAuthError> {
    let ended = match family_of(token) {
        Some(family) => store::oauth::end_family(db, &text::hash_bytes(&family), client_id).await?,
        None => store::oauth::end_by_access(db, &text::hash(token), client_id).await?,
    };
    let is_ended = ended.is_some();
    if let Some(session) = ended {
        events.publish(AccessChange::Session(session));
    }
    Ok(is_ended)
}
