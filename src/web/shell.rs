//! What surrounds every page: who is signed in, what is unread, what the last page left to say.
//!
//! Handlers extract it; [`ShellSource`] is the seam through which `app.rs` fills it, which alone
//! may ask every feature.

use std::{pin::Pin, sync::Arc};

use axum::{
    extract::{FromRef, FromRequestParts},
    http::request::Parts,
};

use super::{Error, Flash, Marketplace, Result, assets};

#[derive(Clone, Debug, Default)]
pub struct Shell {
    pub user: Option<ShellUser>,
    pub pending: Option<ShellPending>,
    pub unread: i64,
    /// How many notices haven't been read.
    pub notices: i64,
    pub flash: Option<Flash>,
    /// The request's path, for `aria-current`.
    pub path: String,
    /// The search box's text.
    pub query: String,
    pub marketplace: Arc<Marketplace>,
    /// Whether the page came by http, without a proxy, while the public address is https: browsers don't keep the session's
    /// cookie there (case 23).
    pub by_plain_http: bool,
}

/// Somebody signed in who may not take part (yet).
#[derive(Clone, Debug)]
pub struct ShellPending {
    pub name: String,
    /// Why they were refused; none while they wait to be approved.
    pub refusal: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub struct ShellUser {
    pub account_id: i64,
    pub name: String,
    /// Of their two profiles, those that they have.
    pub buyer_id: Option<i64>,
    pub seller_id: Option<i64>,
    pub is_seller: bool,
    pub is_admin: bool,
    /// They write and sell nothing before they have confirmed their address.
    pub must_confirm_email: bool,
    /// Letters to it come back.
    pub email_bounced: bool,
    /// When their account is deleted, if they asked for that.
    pub delete_after: Option<time::OffsetDateTime>,
}

impl Shell {
    /// The bell's count as it is shown: `99+` at most.
    pub fn notices_shown(&self) -> String {
        if self.notices > 99 { "99+".to_owned() } else { self.notices.to_string() }
    }

    /// Pages on which somebody looks around: there the app may be offered.
    pub fn offers_install(&self) -> bool {
        matches!(&*self.path, "/" | "/products" | "/messages")
    }

    /// The URL of the page's script, unless it says another.
    pub fn script(&self) -> String {
        assets::url(if self.user.is_some() { assets::MEMBER } else { assets::VISITOR })
    }

    /// That of a form or of settings.
    pub fn desk_script(&self) -> String {
        assets::url(if self.user.is_some() { assets::DESK } else { assets::VISITOR })
    }

    /// The URL of a file in `static/`.
    pub fn asset(&self, path: &str) -> String {
        assets::url(path)
    }
}

/// Loads a request's [`Shell`]: implemented at the top of the program, carried in each feature's
/// State.
pub trait LoadShell: Send + Sync {
    /// Needs no look-up, for a page that must be shown without a database.
    fn marketplace(&self) -> Arc<Marketplace>;

    fn load<'a>(&'a self, parts: &'a mut Parts) -> Pin<Box<dyn Future<Output = Result<Shell>> + Send + 'a>>;
}

#[derive(Clone)]
pub struct ShellSource(pub Arc<dyn LoadShell>);

impl ShellSource {
    /// A shell that needs no look-up, for a page that must be shown without a database: of the person of this name,
    /// or of nobody in particular.
    pub fn offline(&self, name: Option<&str>, path: &str) -> Shell {
        let user = name.map(|name| ShellUser { name: name.to_owned(), ..ShellUser::default() });
        Shell { user, path: path.to_owned(), marketplace: self.0.marketplace(), ..Shell::default() }
    }
}

impl<S> FromRequestParts<S> for Shell
where
    S: Send + Sync,
    ShellSource: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        ShellSource::from_ref(state).0.load(parts).await
    }
}
