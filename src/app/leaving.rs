//! Deletes accounts whose seven days are over: each feature forgets what is theirs, in one transaction.

use sqlx::PgPool;

use crate::{
    accounts::{self, AccessEvents},
    mail, notices,
    products::{self, single_photo::replace_named},
};

/// Idempotent: run again, it goes on with who is left.
pub(super) async fn delete_due(db: &PgPool, events: &AccessEvents) -> anyhow::Result<()> {
    for leaver in accounts::due_leavers(db).await? {
        let mut tx = db.begin().await?;
        let Some(erased) = accounts::erase(&mut tx, leaver.account_id).await? else { continue };
        replace_named(&mut tx, erased.photo_key.as_deref(), None).await?;
        if let Some(seller_id) = leaver.seller_id {
            products::delete_all_of(&mut *tx, seller_id, leaver.account_id).await?;
        }
        notices::forget_account(&mut tx, leaver.account_id).await?;
        mail::allow_again(&mut *tx, &erased.email).await?;
        tx.commit().await?;
        events.publish(erased.change);
        tracing::info!(account.id = leaver.account_id, "account deleted");
    }
    Ok(())
}
