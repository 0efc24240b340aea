//! The accounts' templates.

use askama::Template;
use askama_web::WebTemplate;
use time::OffsetDateTime;

use super::{
    model::{ExportState, Password, SecondFactors},
    scopes::{Scope, Scopes},
    second_factor::Enrolment,
    store::passkeys::OwnPasskey,
};
use crate::accounts::sentences;
use crate::{
    legal::Agreement,
    web::{FieldErrors, Registration, ReturnTo, Shell, filters},
};

#[derive(Template, WebTemplate)]
#[template(path = "accounts/register.html")]
pub(super) struct RegisterPage {
    pub shell: Shell,
    pub errors: FieldErrors,
    pub next: ReturnTo,
    pub email: String,
    pub name: String,
    pub role: String,
    /// Of the link that they came by, or empty.
    pub invite: String,
}

/// Where only invited people register, for somebody without a link that holds.
#[derive(Template, WebTemplate)]
#[template(path = "accounts/invitation_only.html")]
pub(super) struct InvitationOnlyPage {
    pub shell: Shell,
    /// Whether they came by a link.
    pub was_invited: bool,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/login.html")]
pub(super) struct LoginPage {
    pub shell: Shell,
    pub errors: FieldErrors,
    pub next: ReturnTo,
    pub email: String,
    pub takes_passkeys: bool,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/account.html")]
pub(super) struct AccountPage {
    pub shell: Shell,
    pub errors: FieldErrors,
    pub email: String,
    pub email_confirmed: bool,
    pub email_bounced: bool,
    pub has_second_factor: bool,
    /// As it was typed.
    pub new_email: String,
    pub name: String,
    pub about_line: String,
    /// Of the profile photo.
    pub photo_key: Option<String>,
    pub account_id: i64,
    pub is_admin: bool,
    /// The public page, once they sell.
    pub seller_id: Option<i64>,
    pub hides_from_visitors: bool,
    pub shop_name: String,
    pub place: String,
    pub about: String,
}

/// The button that a link in a letter leads to.
#[derive(Template, WebTemplate)]
#[template(path = "accounts/link.html")]
pub(super) struct LinkPage {
    pub shell: Shell,
    pub title: &'static str,
    pub text: &'static str,
    pub label: &'static str,
    pub path: String,
    pub email: String,
    pub token: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/forgot.html")]
pub(super) struct ForgotPage {
    pub shell: Shell,
    pub errors: FieldErrors,
    pub email: String,
    pub is_sent: bool,
    pub sends_mail: bool,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/reset.html")]
pub(super) struct ResetPage {
    pub shell: Shell,
    pub errors: FieldErrors,
    pub email: String,
    pub token: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/code.html")]
pub(super) struct CodePage {
    pub shell: Shell,
    pub errors: FieldErrors,
    pub has_app: bool,
    pub takes_passkeys: bool,
}

/// All second factors of an account.
#[derive(Template, WebTemplate)]
#[template(path = "accounts/second_factor.html")]
pub(super) struct FactorPage {
    pub shell: Shell,
    pub errors: FieldErrors,
    pub is_admin: bool,
    pub must_have_one: bool,
    pub factors: SecondFactors,
    /// For whoever has no app yet.
    pub enrolment: Option<Enrolment>,
    pub passkeys: Vec<OwnPasskey>,
    /// Why nobody can have a passkey here.
    pub no_passkeys: Option<&'static str>,
    /// What a new one is called, unless its owner says otherwise.
    pub passkey_name: String,
    pub codes_left: i64,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/recovery_codes.html")]
pub(super) struct RecoveryCodesPage {
    pub shell: Shell,
    pub codes: Vec<String>,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/leave.html")]
pub(super) struct LeavePage {
    pub shell: Shell,
    pub errors: FieldErrors,
    pub copy: Option<ExportState>,
    pub delete_after: Option<OffsetDateTime>,
    pub is_admin: bool,
}

/// Who is there? Around a form that is carried out with the answer.
#[derive(Template, WebTemplate)]
#[template(path = "accounts/confirm.html")]
pub(super) struct ConfirmPage {
    pub shell: Shell,
    pub errors: FieldErrors,
    pub action: String,
    pub fields: Vec<(String, String)>,
    pub takes_passkeys: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionKind {
    Browser,
    App,
    Token,
}

pub struct SessionLine {
    /// The hash of its id, which opens nothing.
    pub id: String,
    pub is_this: bool,
    pub kind: SessionKind,
    /// Or the name of an app or a token.
    pub device: String,
    /// What an app or a token may do.
    pub scopes: Vec<&'static str>,
    pub network: Option<String>,
    pub since: OffsetDateTime,
    pub last_used: Option<OffsetDateTime>,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/sessions.html")]
pub(super) struct SessionsPage {
    pub shell: Shell,
    pub sessions: Vec<SessionLine>,
}

/// A personal token as its owner sees it.
pub(super) struct TokenLine {
    pub id: String,
    pub name: String,
    pub scopes: Vec<&'static str>,
    pub since: OffsetDateTime,
    pub until: OffsetDateTime,
    pub last_used: Option<OffsetDateTime>,
}

/// Personal tokens, for scripts.
#[derive(Template, WebTemplate)]
#[template(path = "accounts/tokens.html")]
pub(super) struct TokensPage {
    pub shell: Shell,
    pub errors: FieldErrors,
    pub tokens: Vec<TokenLine>,
    /// The new one, this once.
    pub token: Option<String>,
    pub name: String,
    pub scopes: Scopes,
    pub days: String,
}

/// An app asks: may it?
#[derive(Template, WebTemplate)]
#[template(path = "accounts/authorize.html")]
pub(super) struct AuthorizePage {
    pub shell: Shell,
    /// The app's name; of the marketplace's own the marketplace's.
    pub app: String,
    pub is_first_party: bool,
    pub email: String,
    pub scopes: Vec<&'static str>,
    /// The host or the scheme that they go back to.
    pub place: String,
    pub is_on_this_device: bool,
    /// What the app asked for, for the form.
    pub fields: Vec<(&'static str, String)>,
}

impl TokensPage {
    pub fn all_scopes(&self) -> [Scope; 8] {
        Scope::ALL
    }
}

impl RegisterPage {
    pub fn agreement(&self) -> Agreement {
        Agreement::wanted(&self.shell.marketplace)
    }

    /// Whoever has no invitation waits.
    pub fn waits(&self) -> bool {
        self.shell.marketplace.registration == Registration::Approval && self.invite.is_empty()
    }

    pub fn password_hint(&self) -> String {
        sentences::at_least_characters(Password::MIN)
    }
}
