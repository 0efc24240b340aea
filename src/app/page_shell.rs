//! What surrounds every page, as this program fills it.

use std::{pin::Pin, sync::Arc};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use sqlx::PgPool;
use tower_sessions::Session;

use crate::{
    accounts::{MaybePending, MaybeUser, Unread},
    web::{Error, LiveMarketplace, LoadShell, Marketplace, Shell, ShellPending, ShellUser, flash},
};

/// Fills the shell of every page: it asks accounts, chat and the session.
pub(super) struct PageShell {
    pub db: PgPool,
    pub marketplace: LiveMarketplace,
}

impl LoadShell for PageShell {
    fn marketplace(&self) -> Arc<Marketplace> {
        self.marketplace.current()
    }

    fn load<'a>(
        &'a self,
        parts: &'a mut Parts,
    ) -> Pin<Box<dyn Future<Output = Result<Shell, Error>> + Send + 'a>> {
        Box::pin(async move {
            let MaybeUser(user) = MaybeUser::from_request_parts(parts, &self.db).await?;
            let MaybePending(pending) = MaybePending::from_request_parts(parts, &self.db).await?;
            let session = Session::from_request_parts(parts, &self.db).await.ok();
            let unread = parts.extensions.get::<Unread>().copied().unwrap_or_default();
            let marketplace = self.marketplace.current();
            Ok(Shell {
                user: user.map(|user| ShellUser {
                    account_id: user.account_id,
                    name: user.name.clone(),
                    buyer_id: user.buyer_id,
                    seller_id: user.seller_id,
                    is_seller: user.seller_id.is_some(),
                    is_admin: user.is_admin,
                    must_confirm_email: user.must_confirm_email,
                    email_bounced: user.email_bounced,
                    delete_after: user.delete_after,
                }),
                pending: pending.map(|it| ShellPending { name: it.name, refusal: it.refusal }),
                unread: unread.messages,
                notices: unread.notices,
                flash: match session {
                    Some(session) if !is_prefetch(&parts.headers) => flash::take(&session).await?,
                    _ => None,
                },
                path: parts.uri.path().to_owned(),
                query: String::new(),
                by_plain_http: marketplace.origin.is_missed_by(&parts.headers),
                marketplace,
            })
        })
    }
}

/// A page that nobody looks at now (the service worker keeps it, or a browser expects it to be asked for): what is to be
/// said once isn't said there.
fn is_prefetch(headers: &HeaderMap) -> bool {
    ["purpose", "sec-purpose"].iter().any(|name| {
        headers
            .get(*name)
            .and_then(|purpose| purpose.to_str().ok())
            .is_some_and(|it| it.starts_with("prefetch"))
    })
}
