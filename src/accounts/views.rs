//! The accounts' templates.

use askama::Template;
use askama_web::WebTemplate;

use super::model::Password;
use crate::web::{FieldErrors, ReturnTo, Shell};

#[derive(Template, WebTemplate)]
#[template(path = "accounts/register.html")]
pub(super) struct RegisterPage {
    pub shell: Shell,
    pub errors: FieldErrors,
    pub next: ReturnTo,
    pub email: String,
    pub name: String,
    pub role: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/login.html")]
pub(super) struct LoginPage {
    pub shell: Shell,
    pub errors: FieldErrors,
    pub next: ReturnTo,
    pub email: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "accounts/account.html")]
pub(super) struct AccountPage {
    pub shell: Shell,
    pub errors: FieldErrors,
    pub email: String,
    pub name: String,
    pub is_admin: bool,
    /// The public page, once they sell.
    pub seller_id: Option<i64>,
    pub shop_name: String,
    pub place: String,
    pub about: String,
}

impl RegisterPage {
    pub fn password_hint(&self) -> String {
        format!("At least {} characters. A few words are fine.", Password::MIN)
    }
}
