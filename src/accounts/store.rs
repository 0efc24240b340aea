//! All SQL over accounts, buyers, customers, and the sessions of an account.

use sqlx::{PgConnection, PgExecutor, PgPool};

use super::{
    CurrentUser, Email, Name, SellerCard,
    model::{Role, SellerProfile},
    password::Hash,
};

/// What signing in needs to know.
pub(super) struct Credentials {
    pub id: i64,
    pub password_hash: String,
    pub suspended: bool,
    pub session_epoch: i32,
}

pub(super) async fn credentials(db: impl PgExecutor<'_>, email: &Email) -> sqlx::Result<Option<Credentials>> {
    sqlx::query_as!(
        Credentials,
        r#"SELECT id, password_hash, suspended_at IS NOT NULL AS "suspended!", session_epoch FROM accounts WHERE email = $1"#,
        email.as_str()
    )
    .fetch_optional(db)
    .await
}

pub(super) async fn password_hash(db: impl PgExecutor<'_>, account_id: i64) -> sqlx::Result<String> {
    sqlx::query_scalar!("SELECT password_hash FROM accounts WHERE id = $1", account_id).fetch_one(db).await
}

/// The account behind a session, unless it is suspended or all of its sessions have ended since.
pub(super) async fn current_user(
    db: &PgPool,
    account_id: i64,
    epoch: i32,
    session: Vec<u8>,
) -> sqlx::Result<Option<CurrentUser>> {
    let row = sqlx::query!(
        r#"SELECT a.email, a.name, a.is_admin, b.id AS "buyer_id?", c.id AS "seller_id?"
           FROM accounts a
           LEFT JOIN buyers b ON b.account_id = a.id
           LEFT JOIN customers c ON c.account_id = a.id
           WHERE a.id = $1 AND a.session_epoch = $2 AND a.suspended_at IS NULL"#,
        account_id,
        epoch
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| CurrentUser {
        account_id,
        email: row.email,
        name: row.name,
        is_admin: row.is_admin,
        buyer_id: row.buyer_id,
        seller_id: row.seller_id,
        epoch,
        session,
    }))
}

pub(super) async fn has_no_accounts(db: impl PgExecutor<'_>) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"SELECT NOT EXISTS (SELECT 1 FROM accounts) AS "nobody!""#).fetch_one(db).await
}

pub(super) async fn still_signed_in(
    db: impl PgExecutor<'_>,
    account_id: i64,
    epoch: i32,
    session: &[u8],
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (
               SELECT 1 FROM sessions s JOIN accounts a ON a.id = s.account_id
               WHERE s.id_hash = $2 AND s.expires_at > now() AND a.id = $1 AND a.session_epoch = $3 AND a.suspended_at IS NULL) AS "yes!""#,
        account_id,
        session,
        epoch
    )
    .fetch_one(db)
    .await
}

/// Which of these sessions (hash, account, epoch) aren't to be let in any longer.
pub(super) async fn ended_sessions(
    db: impl PgExecutor<'_>,
    sessions: &[(Vec<u8>, i64, i32)],
) -> sqlx::Result<Vec<Vec<u8>>> {
    let hashes: Vec<&[u8]> = sessions.iter().map(|(hash, ..)| &hash[..]).collect();
    let accounts: Vec<i64> = sessions.iter().map(|(_, account, _)| *account).collect();
    let epochs: Vec<i32> = sessions.iter().map(|(.., epoch)| *epoch).collect();
    sqlx::query_scalar!(
        r#"SELECT k.hash AS "hash!" FROM unnest($1::bytea[], $2::bigint[], $3::integer[]) AS k (hash, account_id, epoch)
           WHERE NOT EXISTS (
               SELECT 1 FROM sessions s JOIN accounts a ON a.id = s.account_id
               WHERE s.id_hash = k.hash AND s.expires_at > now() AND a.id = k.account_id
                 AND a.session_epoch = k.epoch AND a.suspended_at IS NULL)"#,
        &hashes as &[&[u8]],
        &accounts,
        &epochs
    )
    .fetch_all(db)
    .await
}

pub(super) async fn insert_account(
    db: impl PgExecutor<'_>,
    email: &Email,
    name: &Name,
    hash: &Hash,
    is_admin: bool,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "INSERT INTO accounts (email, name, password_hash, is_admin) VALUES ($1, $2, $3, $4) RETURNING id",
        email.as_str(),
        name.as_str(),
        hash.as_str(),
        is_admin
    )
    .fetch_one(db)
    .await
}

/// A person's account with the profiles of their role, in the caller's transaction.
pub(super) async fn insert_person(
    tx: &mut PgConnection,
    email: &Email,
    name: &Name,
    hash: &Hash,
    role: Role,
) -> sqlx::Result<i64> {
    let id = insert_account(&mut *tx, email, name, hash, false).await?;
    sqlx::query!("INSERT INTO buyers (account_id) VALUES ($1)", id).execute(&mut *tx).await?;
    if role == Role::Seller {
        let profile = SellerProfile { shop_name: name.clone(), place: String::new(), about: String::new() };
        save_seller_profile(tx, id, &profile).await?;
    }
    Ok(id)
}

/// Makes or changes the account's `Customer` profile.
pub(super) async fn save_seller_profile(
    db: impl PgExecutor<'_>,
    account_id: i64,
    profile: &SellerProfile,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO customers (account_id, shop_name, place, about) VALUES ($1, $2, $3, $4)
         ON CONFLICT ON CONSTRAINT customers_account_id_key
         DO UPDATE SET shop_name = excluded.shop_name, place = excluded.place, about = excluded.about",
        account_id,
        profile.shop_name.as_str(),
        profile.place,
        profile.about
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn set_name(db: impl PgExecutor<'_>, account_id: i64, name: &Name) -> sqlx::Result<()> {
    sqlx::query!("UPDATE accounts SET name = $2 WHERE id = $1", account_id, name.as_str())
        .execute(db)
        .await?;
    Ok(())
}

pub(super) async fn set_password(db: impl PgExecutor<'_>, account_id: i64, hash: &Hash) -> sqlx::Result<()> {
    sqlx::query!("UPDATE accounts SET password_hash = $2 WHERE id = $1", account_id, hash.as_str())
        .execute(db)
        .await?;
    Ok(())
}

/// Suspends or restores; false if there is no such person, or they already are, or they're an admin.
pub(super) async fn set_suspended(
    db: impl PgExecutor<'_>,
    account_id: i64,
    suspended: bool,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE accounts SET suspended_at = CASE WHEN $2 THEN now() END
         WHERE id = $1 AND NOT is_admin AND (suspended_at IS NOT NULL) <> $2",
        account_id,
        suspended
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends all sessions, and those that are just being made; the epoch of the ones to come.
pub(super) async fn end_sessions(db: impl PgExecutor<'_>, account_id: i64) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "WITH ended AS (DELETE FROM sessions WHERE account_id = $1)
         UPDATE accounts SET session_epoch = session_epoch + 1 WHERE id = $1 RETURNING session_epoch",
        account_id
    )
    .fetch_one(db)
    .await
}

pub(super) async fn seller_card(db: impl PgExecutor<'_>, seller_id: i64) -> sqlx::Result<Option<SellerCard>> {
    sqlx::query_as!(
        SellerCard,
        r#"SELECT c.id, c.account_id, c.shop_name, c.place, c.about, c.created_at AS since,
                  a.suspended_at IS NOT NULL AS "suspended!"
           FROM customers c JOIN accounts a ON a.id = c.account_id
           WHERE c.id = $1"#,
        seller_id
    )
    .fetch_optional(db)
    .await
}
