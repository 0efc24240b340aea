//! Apps that may ask (OAuth's clients): the marketplace's own, whose addresses are a setting, and those an admin adds.

use rand::RngCore as _;
use sqlx::{PgConnection, PgExecutor, PgPool};

use super::redirect::{AppRedirects, RedirectUri};
use crate::accounts::{access::AccessChange, store};

pub use store::oauth::App;

/// Apps that an admin has added, at one time.
pub const MAX_APPS: i64 = 100;

#[derive(Clone, Debug)]
pub(in crate::accounts) struct Client {
    pub client_id: String,
    /// Of the marketplace's own app it is the marketplace's.
    pub name: String,
    pub is_first_party: bool,
    pub redirect_uris: Vec<RedirectUri>,
}

pub(in crate::accounts) async fn find(
    db: &PgPool,
    own: &AppRedirects,
    client_id: &str,
) -> sqlx::Result<Option<Client>> {
    let row = store::oauth::client(db, client_id).await?;
    Ok(row.map(|row| Client {
        client_id: row.client_id,
        name: row.name,
        is_first_party: row.is_first_party,
        redirect_uris: match row.is_first_party {
            true => own.0.to_vec(),
            false => row.redirect_uris.iter().filter_map(|uri| uri.parse().ok()).collect(),
        },
    }))
}

/// An app's form, valid.
#[derive(Clone, Debug)]
pub struct NewApp {
    pub name: String,
    /// One to ten.
    pub redirect_uris: Vec<RedirectUri>,
}

/// Its id, in the caller's transaction; none if there are very many.
pub async fn add_app(tx: &mut PgConnection, new: &NewApp, admin_id: i64) -> sqlx::Result<Option<String>> {
    let mut bytes = [0; 8];
    rand::rng().fill_bytes(&mut bytes);
    let id: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let uris: Vec<String> = new.redirect_uris.iter().map(RedirectUri::to_string).collect();
    let made = store::oauth::insert_client(tx, &id, &new.name, &uris, admin_id, MAX_APPS).await?;
    Ok(made.then_some(id))
}

/// The marketplace's own first, then the newest.
pub async fn apps(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<App>> {
    store::oauth::clients(db).await
}

/// In the caller's transaction: its name, and whose access has ended by it, to be published after the commit. None for the
/// marketplace's own, and for one that isn't there.
pub async fn remove_app(
    tx: &mut PgConnection,
    client_id: &str,
) -> sqlx::Result<Option<(String, Vec<AccessChange>)>> {
    let Some((name, sessions)) = store::oauth::remove_client(tx, client_id).await? else { return Ok(None) };
    Ok(Some((name, sessions.into_iter().map(AccessChange::Session).collect())))
}
